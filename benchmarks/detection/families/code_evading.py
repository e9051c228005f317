"""Python source that hides when it acts, what it calls, or what it takes and sends.

Payloads are harmless: they name hosts that do not exist and commands that print.
"""

# ruff: noqa: E501 # sources stand as people write them
from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.detection.families import (
    code_evading_calls,
    code_evading_honest,
    code_evading_more,
    code_evading_sends,
    code_evading_texts,
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
    for table in (MOMENTS, code_evading_calls.CALLS, code_evading_texts.TEXTS):
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

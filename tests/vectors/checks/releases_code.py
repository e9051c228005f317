"""Releases whose code does something, and what they ask to install."""

from __future__ import annotations

from tests.vectors.checks.entries import Entry, File, json_file
from tests.vectors.checks.releases_crowds import DEEP_CODE, LARGE_REQUIREMENTS

__all__ = ["CODE_BEHAVIOUR", "DEPENDENCIES_PINNED"]

_CONFIG = json_file(
    "config.json",
    {"model_type": "example", "auto_map": {"AutoModel": "modeling_example.Example"}},
)
_HONEST = b"""import torch
from torch import nn


class Example(nn.Module):
    def __init__(self, size=4):
        super().__init__()
        self.layer = nn.Linear(size, size)

    def forward(self, x):
        return torch.relu(self.layer(x))
"""
_HOSTILE = (
    b"""import os as tool

run = getattr(tool, "sys" + "tem")
run("echo assay")
"""
    + _HONEST
)

CODE_BEHAVIOUR: dict[str, tuple[Entry, ...]] = {
    "met": (_CONFIG, File("modeling_example.py", _HONEST)),
    "unmet": (_CONFIG, File("modeling_example.py", _HOSTILE), DEEP_CODE),
    "not_applicable": (json_file("config.json", {"model_type": "example"}),),
    "malformed": (File("modeling_example.py", b"class Example(:\n    pass\n"),),
}
DEPENDENCIES_PINNED: dict[str, tuple[Entry, ...]] = {
    "met": (File("requirements.txt", b"torch==2.4.0\nnumpy==1.26.4\n"),),
    "unmet": (
        File(
            "requirements.txt",
            b"--extra-index-url https://example.invalid/simple\ntorch\n",
        ),
        LARGE_REQUIREMENTS,
    ),
    "not_applicable": (json_file("config.json", {"model_type": "example"}),),
    "malformed": (
        File("requirements.txt", b"==1.0\n@@\n--index-url\nhttp://[broken\n"),
    ),
}

"""Payloads behind a bound of the scanner, or where only a lenient reader looks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["samples"]

_REACH = "{{ cycler.__init__.__globals__.os.getcwd() }}"
_PLAIN = "{{ messages[0].content }}"
_TAIL = b',"chat_template":' + json.dumps(_REACH).encode() + b"}"
_NEST = b"[" * 300 + b"]" * 300

_TEMPLATES = (
    ("long-template", "{# " + "x" * 120_000 + " #}" + _REACH),
    ("long-template-behind", _REACH + "{# " + "x" * 120_000 + " #}"),
    ("deep-template", "{% if a %}" * 45 + _REACH + "{% endif %}" * 45),
)
_CONFIGURATIONS = (
    ("behind-a-nest", b'{"x":' + _NEST + _TAIL),
    ("beside-nan", b'{"model_max_length":NaN,"x":-Infinity' + _TAIL),
    ("beside-a-long-number", b'{"model_max_length":' + b"1" * 80 + _TAIL),
    ("beside-a-surrogate", rb'{"x":"\ud800"' + _TAIL),
    ("second-of-two-keys", b'{"chat_template":"{{ messages }}"' + _TAIL),
)


def samples() -> Iterator[Sample]:
    """Give the releases of this family."""
    for name, text in _TEMPLATES:
        yield _sample(name, {"chat_template.jinja": text.encode()})
    crowd = [{"name": f"t{at}", "template": _PLAIN} for at in range(70)]
    crowd.append({"name": "default", "template": _REACH})
    made = json.dumps({"chat_template": crowd}).encode()
    yield _sample("last-of-a-crowd", {"tokenizer_config.json": made})
    for name, data in _CONFIGURATIONS:
        yield _sample(name, {"tokenizer_config.json": data})


def _sample(name: str, files: dict[str, bytes]) -> Sample:
    return Sample(
        name=name,
        family="crowding",
        technique="a bound or a lenient reader",
        truth=Truth.HOSTILE,
        files=files,
    )

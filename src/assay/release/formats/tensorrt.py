"""TensorRT engines (`.engine`, `.plan`, `.trt`): compiled for one kind of GPU.

An engine is machine code for a GPU, plans for running it, weights, and states of
plugins; its layout is not published, beyond a tag and the version of the library that
wrote it. It may also carry libraries for the host, which TensorRT loads only when
`engineHostCodeAllowed` is set: those are ELF files, and are told from code for the GPU
by their machine.
Source: `printPlanVersion` in `sampleEngines.cpp` of the open part of TensorRT; the
developer guide on version compatibility. Ultralytics puts the length of a JSON document
and that document before the engine.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.domain.facts import Content, GraphFacts, GraphOperator, NativeCodeFacts
from assay.release.formats.reading import Problems, shorten
from assay.release.source import chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.source import ByteSource

__all__ = ["is_wrapped", "read"]

_TAGS = (b"ftrt", b"ptrt")
_VERSION_AT = 24
_LONGEST_JSON = 1 << 20
# What runs on the host: x86, ARM, x86-64, AArch64, RISC-V. CUDA is 190.
_HOST_MACHINES = frozenset({3, 40, 62, 183, 243})
_ELF = re.compile(rb"\x7fELF[\x01\x02]\x01\x01")
# Names by which TensorRT's own plugins, and most others, are registered.
_PLUGIN = re.compile(
    rb"[A-Za-z][A-Za-z0-9_]{2,60}(?:_TRT|Plugin|Plugin_TRT|Plugin_?V?\d)(?![A-Za-z0-9_])"
)
_OVERLAP = 128
_MOST_PLUGINS = 256
_MOST_LIBRARIES = 16


def is_wrapped(source: ByteSource) -> bool:
    """Tell whether an engine stands behind a JSON document and its length."""
    return _engine_at(source) > 0


def _engine_at(source: ByteSource) -> int:
    """Give where the engine begins, or -1."""
    if source.read_at(0, 4) in _TAGS:
        return 0
    length = int.from_bytes(source.read_at(0, 4), "little")
    if 2 <= length <= _LONGEST_JSON and source.read_at(4, 1) == b"{":
        return 4 + length if source.read_at(4 + length, 4) in _TAGS else -1
    return -1


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give what the header of an engine says, its plugins, and code for the host."""
    source = subject.source
    start = max(_engine_at(source), 0)
    problems = Problems(subject, inspection.limits)
    head = source.read_at(start, _VERSION_AT + 4)
    version = ".".join(str(byte) for byte in head[_VERSION_AT:])
    if len(head) < _VERSION_AT + 4:
        detail = f"an engine has {len(head)} bytes"
        problems.add("truncated", detail, place=subject.at(offset=start))
        version = ""
    plugins: dict[str, int] = {}
    libraries: list[int] = []
    for offset, match in _matches(source, start):
        if match.startswith(b"\x7fELF"):
            if len(libraries) < _MOST_LIBRARIES and _runs_on_host(source, offset):
                libraries.append(offset)
        elif len(plugins) < _MOST_PLUGINS:
            name = shorten(match.decode("ascii"), inspection.limits.max_shown_chars)
            plugins.setdefault(name, offset)
    place = subject.at(offset=start)
    engine = GraphOperator(domain="tensorrt", name="engine", count=1, place=place)
    graph = GraphFacts(
        place=subject.place,
        content=Content.TENSORRT,
        producer=f"TensorRT {version}".strip(),
        operators=(
            engine,
            *(
                GraphOperator(
                    domain="tensorrt-plugin",
                    name=name,
                    count=1,
                    place=subject.at(offset=offset),
                )
                for name, offset in sorted(plugins.items())
            ),
        ),
        problems=problems.done(),
    )
    return [graph, *(_library(subject, offset) for offset in libraries)]


def _library(subject: Subject, offset: int) -> NativeCodeFacts:
    return NativeCodeFacts(
        place=subject.at(offset=offset),
        content=Content.ELF,
        detail="code for the host inside an engine",
    )


def _matches(source: ByteSource, start: int) -> Iterator[tuple[int, bytes]]:
    """Give where names of plugins and ELF files stand, in order."""
    before = b""
    position = start
    for chunk in chunks(source, start):
        data = before + chunk
        for pattern in (_ELF, _PLUGIN):
            for match in pattern.finditer(data):
                # What ends inside the part seen before was given already.
                if match.end() > len(before) or not before:
                    yield position - len(before) + match.start(), match.group()
        before = data[-_OVERLAP:]
        position += len(chunk)


def _runs_on_host(source: ByteSource, offset: int) -> bool:
    machine = int.from_bytes(source.read_at(offset + 18, 2), "little")
    return machine in _HOST_MACHINES

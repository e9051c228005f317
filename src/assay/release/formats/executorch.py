"""ExecuTorch programs (`.pte`) and their tensors (`.ptd`).

A program is a flatbuffer with the identifier `ET12`; an extended header behind it says
where the flatbuffer ends and where segments begin. Operators are looked up by name
among those linked into the application; a delegate gets a blob of its own, which its
backend compiles or runs: neither Assay nor ExecuTorch can tell what is in it.
Source: `program.fbs`, `extended_header.cpp` and `flat_tensor.fbs` of ExecuTorch 1.5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.facts import Content, Gap, GraphFacts, GraphOperator
from assay.release.formats.flatbuffer import Broken, Exhausted, Flatbuffer
from assay.release.formats.reading import Problems, shorten
from assay.release.source import SliceSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.domain.facts import Fact
    from assay.release.formats.flatbuffer import Table
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.source import ByteSource

__all__ = ["is_executorch", "read"]

_HEADER_AT = 8
# Magic, length, length of the program, offset of the segments.
_HEADER_BYTES = 24
# Identifier to: magic of the extended header, fields of segments and of named data.
_KINDS = {b"ET12": (b"eh00", 4, 7), b"FT01": (b"FH01", 1, 2)}
_PLANS, _BUFFERS, _DELEGATED, _CONSTANTS, _MUTABLE = 1, 2, 3, 5, 6
# Fields of ExecutionPlan.
_VALUES, _CHAINS, _OPERATORS, _DELEGATES = 2, 5, 6, 7
_KERNEL_CALL, _DELEGATE_CALL = 1, 2
_MOST_OPERATORS = 10_000
_MOST_NAMES = 1_000


def is_executorch(source: ByteSource) -> bool:
    """Tell whether the root table of a program or of named tensors stands."""
    identifier = source.read_at(4, 4)
    root = int.from_bytes(source.read_at(0, 4), "little")
    return identifier in _KINDS and root >= 8


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the facts of one program or of its tensors."""
    return _Program(subject, inspection).read()


class _Program:
    """One program being walked."""

    def __init__(self, subject: Subject, inspection: Inspection) -> None:
        self._subject = subject
        self._inspection = inspection
        self._limits = limits = inspection.limits
        self._shown = limits.max_shown_chars
        self._problems = Problems(subject, limits)
        self._calls: dict[tuple[str, str], int] = {}
        self._details: dict[tuple[str, str], str] = {}
        self._keys: dict[tuple[str, str], str] = {}
        self._methods: list[str] = []
        self._metadata: list[tuple[str, str]] = []
        self._segments: list[tuple[int, int]] = []
        self._blobs: list[tuple[int, int]] = []

    def read(self) -> list[Fact]:
        gap: list[Fact] = []
        try:
            self._walk()
        except Exhausted as bound:
            reason = f"the program was not read to its end: {bound.detail}"
            place = self._subject.at(offset=bound.offset)
            gap = [Gap(place=place, reason=reason, content=Content.EXECUTORCH)]
        except Broken as broken:
            self._add("out-of-bounds", broken.detail, broken.offset)
        return [self._facts(), *gap, *self._inside()]

    def _inside(self) -> Iterator[Fact]:
        """Look at blobs that backends get: some are libraries that they load."""
        kept = (*self._segments, *self._blobs)[: self._limits.max_problems_per_subject]
        for index, (start, count) in enumerate(kept):
            part = SliceSource(self._subject.source, start, count)
            if part.size:
                name = f"segment {index}"
                yield from self._inspection.raw_data(self._subject, name, part)

    def _add(self, kind: str, detail: str, offset: int) -> None:
        place = self._subject.at(offset=offset)
        self._problems.add(kind, detail, place=place)

    def _facts(self) -> GraphFacts:
        return GraphFacts(
            place=self._subject.place,
            content=Content.EXECUTORCH,
            producer="ExecuTorch",
            operators=tuple(
                GraphOperator(
                    domain=domain,
                    name=name,
                    count=count,
                    place=self._subject.at(key=self._keys[domain, name]),
                    detail=self._details.get((domain, name), ""),
                )
                for (domain, name), count in sorted(self._calls.items())
            )[:_MOST_OPERATORS],
            functions=tuple(sorted(set(self._methods))),
            metadata=tuple(self._metadata[:_MOST_NAMES]),
            problems=self._problems.done(),
        )

    def _walk(self) -> None:
        source = self._subject.source
        magic, segments, named = _KINDS[source.read_at(4, 4)]
        end, base = self._header(magic)
        flat = Flatbuffer(source, self._limits, end=end)
        root = flat.root()
        last = self._read_segments(root, segments, base)
        if last and source.size > last:
            detail = f"{source.size - last} bytes lie behind the last segment"
            self._add("trailing-data", detail, last)
        for table in root.tables(named):
            name = shorten(table.text(0), self._shown)
            self._segment_exists(table.number(1, 4), table)
            if len(self._metadata) < _MOST_NAMES:
                self._metadata.append(("named data", name))
        if magic == b"eh00":
            self._program(root)

    def _header(self, magic: bytes) -> tuple[int, int]:
        """Give where the flatbuffer ends and where segments begin."""
        size = self._subject.source.size
        header = self._subject.source.read_at(_HEADER_AT, _HEADER_BYTES)
        if header[:4] != magic:
            return size, 0
        length = int.from_bytes(header[4:8], "little")
        if length < _HEADER_BYTES or len(header) < _HEADER_BYTES:
            self._add("malformed", f"the header has {length} bytes", _HEADER_AT)
            return size, 0
        first = int.from_bytes(header[8:16], "little")
        second = int.from_bytes(header[16:24], "little")
        if magic == b"FH01":
            # Offset and size of the flatbuffer, then those of the segments.
            more = self._subject.source.read_at(_HEADER_AT + 24, 8)
            first, second = first + second, int.from_bytes(more, "little")
        if max(first, second) > size:
            detail = f"the header points to {max(first, second)} of {size} bytes"
            self._add("out-of-bounds", detail, _HEADER_AT)
        return min(first, size), second

    def _read_segments(self, root: Table, field: int, base: int) -> int:
        """Give where the last segment ends, or 0 when there is none."""
        last = 0
        size = self._subject.source.size
        for table in root.tables(field):
            start, count = base + table.number(0, 8), table.number(1, 8)
            self._segments.append((start, count))
            if not base or start + count > size:
                detail = f"a segment of {count} bytes at {start} leaves {size} bytes"
                self._add("out-of-bounds", detail, table.position)
            last = max(last, start + count)
        return last

    def _segment_exists(self, index: int, table: Table) -> int:
        """Give the size of a segment; note an index that names none."""
        if index < len(self._segments):
            return self._segments[index][1]
        detail = f"segment {index} of {len(self._segments)} is named"
        self._add("bad-index", detail, table.position)
        return 0

    def _program(self, root: Table) -> None:
        version = root.number(0, 4)
        if version:
            self._add("unknown-version", f"expected 0, found {version}", 0)
        for table in root.tables(_BUFFERS):
            table.extent(0)
        inline = [table.extent(0) or (0, 0) for table in root.tables(_DELEGATED)]
        self._blobs += inline
        constants = root.table(_CONSTANTS)
        if constants is not None:
            self._offsets(constants)
        for table in root.tables(_MUTABLE):
            self._offsets(table)
        for plan in root.tables(_PLANS):
            self._plan(plan, len(inline))

    def _offsets(self, table: Table) -> None:
        """Compare offsets of tensors in a segment with its size."""
        offsets = table.numbers(1, 8)
        if len(offsets) <= 1:
            # One placeholder stands for tensors that are not constant.
            return
        size = self._segment_exists(table.number(0, 4), table)
        if max(offsets) > size:
            detail = f"a tensor begins at {max(offsets)} of {size} bytes"
            self._add("out-of-bounds", detail, table.position)

    def _plan(self, plan: Table, inline: int) -> None:
        method = shorten(plan.text(0), self._shown)
        self._methods.append(method)
        values = (plan.extent(_VALUES, 4) or (0, 0))[1]
        for field in (3, 4):
            self._values_exist(plan, field, values)
        operators = [self._operator(table) for table in plan.tables(_OPERATORS)]
        delegates = [self._delegate(table, inline) for table in plan.tables(_DELEGATES)]
        for chain in plan.tables(_CHAINS):
            for field in (0, 1):
                self._values_exist(chain, field, values)
            for index, instruction in enumerate(chain.tables(2)):
                key = f"{method}[{index}]"
                kind = instruction.number(0, 1)
                call = instruction.table(1)
                if call is None:
                    self._add("malformed", "empty instruction", instruction.position)
                elif kind == _KERNEL_CALL:
                    self._call(call, operators, values, key)
                elif kind == _DELEGATE_CALL:
                    self._call(call, delegates, values, key)

    def _call(
        self, call: Table, named: list[tuple[str, str]], values: int, key: str
    ) -> None:
        index = call.number(0, 4, signed=True)
        self._values_exist(call, 1, values)
        if not 0 <= index < len(named):
            detail = f"operator {index} of {len(named)} is called"
            self._add("bad-index", detail, call.position)
            return
        name = named[index]
        self._calls[name] = self._calls.get(name, 0) + 1
        self._keys.setdefault(name, key)

    def _values_exist(self, table: Table, field: int, count: int) -> None:
        numbers = table.numbers(field, 4, signed=True)
        if numbers and not 0 <= min(numbers) <= max(numbers) < count:
            worst = max(numbers) if max(numbers) >= count else min(numbers)
            detail = f"value {worst} of {count} is named"
            self._add("bad-index", detail, table.position)

    def _operator(self, table: Table) -> tuple[str, str]:
        domain, colons, name = table.text(0).rpartition("::")
        overload = table.text(1)
        full = f"{name}.{overload}" if overload else name
        return (
            shorten(domain, self._shown) if colons else "",
            shorten(full, self._shown),
        )

    def _delegate(self, table: Table, inline: int) -> tuple[str, str]:
        name = ("delegate", shorten(table.text(0), self._shown))
        blob = table.table(1)
        if blob is not None:
            index = blob.number(1, 4)
            if blob.number(0, 1):
                size = self._segment_exists(index, blob)
                self._details[name] = f"a blob of {size} bytes"
            elif index >= inline:
                detail = f"inline data {index} of {inline} is named"
                self._add("bad-index", detail, blob.position)
        for setting in table.tables(2):
            setting.text(0)
            setting.extent(1)
        return name

"""TensorFlow Lite models: which operators they call, and whether offsets stay inside.

Operators of the format have no domain; `custom` ones are looked up by name among what
the application registered. `Flex` begins the names of TensorFlow's own, which the Flex
delegate runs: `FlexReadFile` is its `ReadFile`.
Source: `schema.fbs` of TensorFlow Lite, version 3; numbers of fields are its order.
Files that go with a model are a zip archive behind it (TFLite Metadata), which is read
as such.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.domain.facts import Content, Gap, GraphFacts, GraphOperator
from assay.release.formats.flatbuffer import Broken, Exhausted, Flatbuffer
from assay.release.formats.reading import Problems, shorten
from assay.release.formats.tflite_operators import CUSTOM, NAMES

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.release.formats.flatbuffer import Table
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.source import ByteSource

__all__ = ["is_tflite", "read"]

# Fields of Model.
_VERSION, _CODES, _SUBGRAPHS, _DESCRIPTION, _BUFFERS = range(5)
_METADATA, _SIGNATURES = 6, 7
_SCHEMA = 3
_STRING = 5
# Older files have the code in the first field; newer ones, as this is one byte, put
# the larger of both in the fourth.
_MOST_METADATA = 1_000
_MOST_OPERATORS = 10_000
# The longest constant that is looked at for what an operator is given.
_CONSTANT_BYTES = 1 << 16
_PRINTED = re.compile(rb"[\x20-\x7e]{3,}")
# Alignment, and what a schema newer than ours may have put at the end.
_SLACK_BYTES = 4096
_ZIP = b"PK\x03\x04"


@dataclass(slots=True)
class _Operator:
    """An operator code and what was seen of its calls."""

    domain: str
    name: str
    count: int = 0
    key: str = ""
    detail: str = ""


def is_tflite(source: ByteSource) -> bool:
    """Tell whether an outermost table stands behind the identifier."""
    root = int.from_bytes(source.read_at(0, 4), "little")
    return source.read_at(4, 4) == b"TFL3" and root >= 8


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the facts of one TensorFlow Lite model."""
    model = _Model(subject, inspection)
    return model.read()


class _Model:
    """One model being walked."""

    def __init__(self, subject: Subject, inspection: Inspection) -> None:
        self._subject = subject
        self._shown = inspection.limits.max_shown_chars
        self._flat = Flatbuffer(subject.source, inspection.limits)
        self._problems = Problems(subject, inspection.limits)
        self._operators: list[_Operator] = []
        self._functions: list[str] = []
        self._metadata: list[tuple[str, str]] = []
        self._buffers: list[tuple[int, int]] = []
        self._producer = ""
        # Sparse tensors have tables that are not walked.
        self._all_walked = True

    def read(self) -> list[Fact]:
        gap: list[Fact] = []
        try:
            self._walk(self._flat.root())
            self._tail()
        except Exhausted as bound:
            reason = f"the model was not read to its end: {bound.detail}"
            place = self._subject.at(offset=bound.offset)
            gap = [Gap(place=place, reason=reason, content=Content.TFLITE)]
        except Broken as broken:
            self._add("out-of-bounds", broken.detail, broken.offset)
        return [self._facts(), *gap]

    def _add(self, kind: str, detail: str, offset: int) -> None:
        place = self._subject.at(offset=offset)
        self._problems.add(kind, detail, place=place)

    def _facts(self) -> GraphFacts:
        called = [entry for entry in self._operators if entry.count]
        called.sort(key=lambda entry: (entry.domain, entry.name))
        return GraphFacts(
            place=self._subject.place,
            content=Content.TFLITE,
            producer=self._producer,
            operators=tuple(
                GraphOperator(
                    domain=entry.domain,
                    name=entry.name,
                    count=entry.count,
                    place=self._subject.at(key=entry.key),
                    detail=entry.detail,
                )
                for entry in called[:_MOST_OPERATORS]
            ),
            functions=tuple(sorted(set(self._functions))),
            metadata=tuple(self._metadata[:_MOST_METADATA]),
            problems=self._problems.done(),
        )

    def _walk(self, root: Table) -> None:
        version = root.number(_VERSION, 4)
        if version != _SCHEMA:
            self._add("unknown-version", f"expected schema 3, found {version}", 0)
        self._producer = shorten(root.text(_DESCRIPTION), self._shown)
        for table in root.tables(_BUFFERS):
            self._buffer(table)
        for table in root.tables(_CODES):
            self._code(table)
        for index, graph in enumerate(root.tables(_SUBGRAPHS)):
            self._subgraph(graph, index)
        for table in root.tables(_METADATA):
            self._note(table)
        for table in root.tables(_SIGNATURES):
            for field in (0, 1):
                for tensor in table.tables(field):
                    tensor.text(0)
            self._functions.append(shorten(table.text(2), self._shown))

    def _buffer(self, table: Table) -> None:
        """Note where a buffer's bytes lie: in the vector, or behind the flatbuffer."""
        start, count = table.extent(0) or (0, 0)
        offset, size = table.number(1, 8), table.number(2, 8)
        if offset > 1:
            start, count = offset, size
            if offset + size > self._flat.end:
                self._add(
                    "out-of-bounds",
                    f"a buffer of {size} bytes at {offset} leaves the file of "
                    f"{self._flat.end} bytes",
                    table.position,
                )
            else:
                self._flat.touched = max(self._flat.touched, offset + size)
        self._buffers.append((start, count))

    def _code(self, table: Table) -> None:
        old, new = table.number(0, 1, signed=True), table.number(3, 4, signed=True)
        code = max(old, new)
        name = shorten(table.text(1), self._shown)
        if code == CUSTOM:
            self._operators.append(_Operator("custom", name))
        elif 0 <= code < len(NAMES):
            self._operators.append(_Operator("", NAMES[code]))
        else:
            # Newer than the list, or made up: known by its number alone.
            self._operators.append(_Operator("", f"BUILTIN_{code}"))

    def _subgraph(self, graph: Table, index: int) -> None:
        name = shorten(graph.text(4), self._shown) or f"subgraph {index}"
        tensors = [self._tensor(table) for table in graph.tables(0)]
        for field in (1, 2):
            self._tensors_exist(graph, field, len(tensors))
        for number, operator in enumerate(graph.tables(3)):
            self._operator(operator, tensors, f"{name}[{number}]")

    def _tensor(self, table: Table) -> tuple[int, int]:
        """Give type and buffer of a tensor; walk what else belongs to it."""
        for field in (0, 7):
            table.extent(field, 4)
        table.text(3)
        quantization = table.table(4)
        if quantization is not None:
            for field, size in ((0, 4), (1, 4), (2, 4), (3, 8)):
                quantization.extent(field, size)
        if table.table(6) is not None:
            self._all_walked = False
        buffer = table.number(2, 4)
        if buffer >= max(len(self._buffers), 1):
            self._add(
                "bad-index",
                f"a tensor names buffer {buffer} of {len(self._buffers)}",
                table.position,
            )
        return table.number(1, 1), buffer

    def _tensors_exist(self, table: Table, field: int, count: int) -> None:
        """Compare indices of tensors with how many there are; -1 stands for none."""
        numbers = table.numbers(field, 4, signed=True)
        if numbers and not -1 <= min(numbers) <= max(numbers) < count:
            worst = max(numbers) if max(numbers) >= count else min(numbers)
            self._add(
                "bad-index", f"tensor {worst} of {count} is named", table.position
            )

    def _operator(self, table: Table, tensors: list[tuple[int, int]], key: str) -> None:
        index = table.number(0, 4)
        for field in (1, 2, 8):
            self._tensors_exist(table, field, len(tensors))
        table.extent(5)
        large, size = table.number(9, 8), table.number(10, 8)
        if large > 1 and large + size > self._flat.end:
            self._add("out-of-bounds", "custom options leave the file", table.position)
        elif large > 1:
            self._flat.touched = max(self._flat.touched, large + size)
        if index >= len(self._operators):
            self._add(
                "bad-index",
                f"operator code {index} of {len(self._operators)} is named",
                table.position,
            )
            return
        operator = self._operators[index]
        operator.count += 1
        operator.key = operator.key or key
        if operator.domain and not operator.detail:
            operator.detail = self._given(table, tensors)

    def _given(self, table: Table, tensors: list[tuple[int, int]]) -> str:
        """Give the constant texts among the inputs of an operator."""
        found: list[bytes] = []
        for index in table.numbers(1, 4, signed=True)[:8]:
            if 0 <= index < len(tensors):
                kind, buffer = tensors[index]
                if kind == _STRING and buffer < len(self._buffers):
                    found += self._printed(self._buffers[buffer])
        return shorten(b" ".join(found).decode("ascii"), self._shown)

    def _printed(self, extent: tuple[int, int]) -> list[bytes]:
        start, count = extent
        count = min(count, _CONSTANT_BYTES, max(self._flat.end - start, 0))
        self._flat.charge(1 + count // 64, start)
        return _PRINTED.findall(self._flat.bytes_at(start, count)) if count else []

    def _note(self, table: Table) -> None:
        name, buffer = shorten(table.text(0), self._shown), table.number(1, 4)
        if buffer >= len(self._buffers):
            self._add("bad-index", f"metadata names buffer {buffer}", table.position)
            return
        self._metadata.append((name, f"{self._buffers[buffer][1]} bytes"))

    def _tail(self) -> None:
        """Look at what lies behind the last byte that anything points to."""
        start, end = self._flat.touched, self._flat.end
        if end - start <= _SLACK_BYTES or not self._all_walked:
            return
        if _ZIP in self._subject.source.read_at(start, _SLACK_BYTES):
            return
        self._add(
            "trailing-data",
            f"{end - start} bytes belong to nothing in the model",
            start,
        )

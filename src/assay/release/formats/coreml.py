"""Core ML models: custom layers and models, linked models, files with weights.

Source: `Model.proto`, `NeuralNetwork.proto`, `MIL.proto`, `LinkedModel.proto` and
`CustomModel.proto` of coremltools 9.0. A class that a custom layer names is looked up
in the app that loads the model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.facts import Content, GraphFacts
from assay.release.formats.graph_walk import GraphWalk
from assay.release.formats.protobuf import BYTES, VARINT, Wire
from assay.release.formats.reading import Problems
from assay.release.source import SliceSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.domain.facts import Fact
    from assay.release.formats.protobuf import Field
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.source import ByteSource

__all__ = ["is_core_ml", "read", "read_manifest"]

_PLAIN = {1: VARINT, 2: BYTES, 10: VARINT}
# The kinds of models, of which one file holds one.
_PIPELINES, _PIPELINE = frozenset({200, 201}), 202
_NETWORKS = frozenset({303, 403, 500})
_PROGRAM, _CUSTOM_MODEL, _LINKED_MODEL, _SERIALIZED = 502, 555, 556, 3000
_KINDS = frozenset(
    {
        *_PIPELINES, _PIPELINE, *_NETWORKS, _PROGRAM, _CUSTOM_MODEL, _LINKED_MODEL,
        _SERIALIZED, 300, 301, 302, 304, 400, 401, 402, 404, 501, 560, 600, 601, 602,
        603, 604, 606, 607, 609, 610, 900, *range(2000, 2007),
    }
)  # fmt: skip
_MAX_VERSION = 100
_PROOF_FIELDS = 16
# Layers: a name, then the kind by the number of its field.
_CUSTOM_LAYER, _BRANCH, _LOOP = 500, 605, 615
_FIRST_KIND = 100
# Branches are fields 1 and 2 of theirs, the networks of a loop 3 and 4.
_INNER = {_BRANCH: (1, 2), _LOOP: (3, 4)}
# Messages that wait to be walked: some 200 bytes each.
_MAX_OPEN = 100_000
_MODEL_PATH = "@model_path/"
_METADATA = {1: "shortDescription", 2: "versionString", 3: "author", 4: "license"}
_USER_DEFINED = 100


def is_core_ml(source: ByteSource) -> bool:
    """Tell whether the bytes begin as a model: a version, a description, a kind."""
    wire = Wire(source, _PROOF_FIELDS)
    version = kind = False
    for field in wire.fields(0, source.size):
        if field.number in _KINDS and field.wire == BYTES:
            kind = True
        elif _PLAIN.get(field.number) != field.wire:
            return False
        elif field.number == 1:
            version = 0 < field.start <= _MAX_VERSION
    whole = wire.broken is None or wire.broken.kind == "truncated"
    return version and kind and whole


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give what the model calls, links to and takes its weights from."""
    model = _Model(GraphWalk.begin(subject, inspection))
    return model.read()


def read_manifest(
    value: dict[str, object], subject: Subject, inspection: Inspection
) -> Fact:
    """Give the paths of a package's manifest that leave the package."""
    problems = Problems(subject, inspection.limits)
    entries = value["itemInfoEntries"]
    for key, item in (entries if isinstance(entries, dict) else {}).items():
        path = item.get("path") if isinstance(item, dict) else None
        place = subject.at(key=f"itemInfoEntries.{str(key)[:64]}")
        if not isinstance(path, str):
            problems.add("malformed", "an item without a path", place=place)
        elif _leaves(path):
            detail = f"the item {path!r} lies outside of the package"
            problems.add("path-escape", detail, place=place)
    return GraphFacts(
        place=subject.place, content=Content.CORE_ML, problems=problems.done()
    )


def _leaves(path: str) -> bool:
    parts = path.replace("\\", "/").split("/")
    return path.startswith(("/", "\\", "~")) or ".." in parts or ":" in parts[0]


class _Model:
    """One file being walked: models and networks wait in a list, never on the stack."""

    def __init__(self, walk: GraphWalk) -> None:
        self._walk = walk
        self._wire = walk.wire
        self._models: list[tuple[int, int, int]] = []
        self._layers: list[tuple[int, int, int]] = []
        self._blocks: list[tuple[int, int, int]] = []
        self._metadata: list[tuple[str, str]] = []
        self._facts: list[Fact] = []
        self._told_depth = False

    def read(self) -> list[Fact]:
        self._models.append((0, self._walk.subject.source.size, 1))
        while self._models or self._layers or self._blocks:
            if self._models:
                start, end, depth = self._models.pop()
                self._model(start, end, depth)
            elif self._layers:
                start, end, depth = self._layers.pop()
                self._network(start, end, depth)
            else:
                start, end, depth = self._blocks.pop()
                self._block(start, end, depth)
            if depth > self._walk.limits.max_graph_depth and not self._told_depth:
                self._told_depth = True
                self._walk.add("too-deep", f"models inside models, {depth} deep", start)
        gaps = self._walk.gaps(trailing=False)
        facts = GraphFacts(
            place=self._walk.subject.place,
            content=Content.CORE_ML,
            operators=self._walk.calls.done(),
            data_files=self._walk.files.done(),
            metadata=tuple(self._metadata),
            problems=self._walk.problems.done(),
        )
        return [facts, *gaps, *self._facts]

    def _model(self, start: int, end: int, depth: int) -> None:
        for field in self._wire.fields(start, end):
            number = field.number
            if field.wire != BYTES:
                continue
            if number == 2:
                self._description(field)
            elif number in _PIPELINES:
                for part in self._parts(field, 1):
                    self._pipeline(part, depth)
            elif number == _PIPELINE:
                self._pipeline(field, depth)
            elif number in _NETWORKS:
                self._later(self._layers, field, depth)
            elif number == _PROGRAM:
                self._program(field, depth)
            else:
                self._other(field)

    def _other(self, field: Field) -> None:
        if field.number == _CUSTOM_MODEL:
            self._custom(field, "custom model")
        elif field.number == _LINKED_MODEL:
            self._linked(field)
        elif field.number == _SERIALIZED:
            for part in self._parts(field, 2):
                source = SliceSource(
                    self._walk.subject.source, part.start, part.end - part.start
                )
                self._facts += self._walk.inspection.raw_data(
                    self._walk.subject, "serializedModel", source
                )
        else:
            self._walk.known(field, _KINDS, "model")

    def _parts(self, field: Field, number: int) -> Iterator[Field]:
        for part in self._wire.fields(field.start, field.end):
            if part.number == number and part.wire == BYTES:
                yield part

    def _text(self, field: Field, number: int) -> str:
        for part in self._parts(field, number):
            return self._wire.text(part.start, part.end, 1024)
        return ""

    def _pipeline(self, field: Field, depth: int) -> None:
        for part in self._parts(field, 1):
            self._later(self._models, part, depth + 1)

    def _later(
        self, waiting: list[tuple[int, int, int]], part: Field, depth: int
    ) -> None:
        """Keep a message for later; more than any model has are told."""
        if len(waiting) < _MAX_OPEN:
            waiting.append((part.start, part.end, depth))
        elif not self._told_depth:
            self._told_depth = True
            detail = f"more than {_MAX_OPEN} parts beside one another"
            self._walk.add("over-limit", detail, part.start)

    def _description(self, field: Field) -> None:
        bound = self._walk.limits.max_graph_entries
        for metadata in self._parts(field, 100):
            for part in self._wire.fields(metadata.start, metadata.end):
                if part.wire != BYTES or len(self._metadata) >= bound:
                    continue
                if part.number == _USER_DEFINED:
                    self._metadata.append((self._text(part, 1), self._text(part, 2)))
                elif part.number in _METADATA:
                    text = self._wire.text(part.start, part.end)
                    self._metadata.append((_METADATA[part.number], text))

    def _custom(self, field: Field, name: str) -> None:
        self._walk.calls.add(
            "custom", self._text(field, 10) or "?", field.start, name, ""
        )

    def _linked(self, field: Field) -> None:
        """Note the model that is looked up in each folder of a search path."""
        for link in self._parts(field, 1):
            name = search = ""
            for part in self._parts(link, 1):
                name = self._text(part, 1)
            for part in self._parts(link, 2):
                search = self._text(part, 1)
            place = self._walk.subject.at(offset=link.start)
            for folder in search.split(":")[:64] or [""]:
                self._walk.files.add(f"{folder}/{name}" if folder else name, place)

    def _network(self, start: int, end: int, depth: int) -> None:
        for field in self._wire.fields(start, end):
            if field.number == 1 and field.wire == BYTES:
                self._layer(field, depth)

    def _layer(self, field: Field, depth: int) -> None:
        name = ""
        for part in self._wire.fields(field.start, field.end):
            if part.wire != BYTES:
                continue
            if part.number == 1:
                name = self._wire.text(part.start, part.end, 256)
            elif part.number == _CUSTOM_LAYER:
                self._custom(part, name)
            elif part.number in _INNER:
                for number in _INNER[part.number]:
                    for inner in self._parts(part, number):
                        self._later(self._layers, inner, depth + 1)
            elif part.number >= _FIRST_KIND:
                kind = f"layer-{part.number}"
                self._walk.calls.add("", kind, part.start, name)

    def _program(self, field: Field, depth: int) -> None:
        for function in self._parts(field, 2):
            for body in self._parts(function, 2):
                for entry in self._parts(body, 3):
                    for block in self._parts(entry, 2):
                        self._later(self._blocks, block, depth)

    def _block(self, start: int, end: int, depth: int) -> None:
        for field in self._wire.fields(start, end):
            if field.number == 3 and field.wire == BYTES:
                self._operation(field, depth)

    def _operation(self, field: Field, depth: int) -> None:
        name = ""
        for part in self._wire.fields(field.start, field.end):
            if part.wire != BYTES:
                continue
            if part.number == 1:
                name = self._wire.text(part.start, part.end, 256)
            elif part.number == 2:
                for argument in self._parts(part, 2):
                    for binding in self._parts(argument, 1):
                        self._value(binding)
            elif part.number == 4:
                self._later(self._blocks, part, depth + 1)
            elif part.number == 5:
                self._value(part)
        self._walk.calls.add("", name, field.start)

    def _value(self, field: Field) -> None:
        """Note the file that a value lies in, when it lies in one."""
        for value in self._parts(field, 2):
            for blob in self._parts(value, 5):
                path = self._text(blob, 1).removeprefix(_MODEL_PATH)
                offset = 0
                for part in self._wire.fields(blob.start, blob.end):
                    if part.number == 2 and part.wire == VARINT:
                        offset = part.start
                place = self._walk.subject.at(offset=blob.start)
                self._walk.files.add(path, place, offset=offset)

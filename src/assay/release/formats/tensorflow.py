"""TensorFlow: SavedModels, frozen graphs, meta graphs, and what lies beside them.

Source: `saved_model.proto`, `meta_graph.proto`, `saved_object_graph.proto` and
`fingerprint.proto` of TensorFlow 2.21; `saved_metadata.proto` of Keras 2, which holds a
description of each layer in JSON. The security guide of TensorFlow says that a model
is a program.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from assay.domain.facts import (
    Content,
    DataFile,
    Gap,
    GraphFacts,
    GraphOperator,
    ParseProblem,
)
from assay.release.formats import secrets
from assay.release.formats.graph_walk import GraphWalk
from assay.release.formats.protobuf import BYTES, VARINT, Wire, matches
from assay.release.formats.reading import Problems, shorten
from assay.release.formats.tensorflow_calls import note_calls
from assay.release.formats.tensorflow_graph import TensorFlowGraph, plain
from assay.release.formats.tensorflow_text import (
    LARGEST_TEXT_BYTES,
    TextError,
    is_text_graph,
    to_bytes,
)
from assay.release.source import BytesSource, SliceSource

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.domain.facts import Fact
    from assay.release.formats.protobuf import Field
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.source import ByteSource

    _Test = Callable[[ByteSource, int, int], bool]

__all__ = ["is_tensorflow", "read"]

_Placed = TypeVar("_Placed", DataFile, GraphOperator, ParseProblem)

_SAVED_MODEL = {1: VARINT, 2: BYTES}
_META = dict.fromkeys(range(1, 8), BYTES)
_GRAPH = {1: BYTES, 2: BYTES, 3: VARINT, 4: BYTES, 5: BYTES}
_NODE = dict.fromkeys(range(1, 8), BYTES)
_FUNCTION = dict.fromkeys((1, 3, 4, 5, 6, 7, 8), BYTES)
_OPERATOR_DEFINITION = {
    **dict.fromkeys((1, 2, 3, 4, 5, 6, 8, 20), BYTES),
    **dict.fromkeys((16, 17, 18, 19, 21), VARINT),
}
_FINGERPRINT = {**dict.fromkeys(range(1, 6), VARINT), 6: BYTES, 7: BYTES}
_FINGERPRINT_BYTES = 512
_KERAS = {1: BYTES}
_KERAS_NODE = {1: BYTES, 2: VARINT, 3: BYTES, 4: BYTES, 5: BYTES}
_IDENTIFIER = 4
_OPERATOR = re.compile(r"[A-Za-z_][A-Za-z0-9_.>/-]*")
_PROOF_FIELDS = 2_000
_MAX_DESCRIPTIONS = 4_096


def is_tensorflow(source: ByteSource) -> bool:
    """Tell whether the bytes are one of the messages that this module reads."""
    return _kind(source) != ""


def _kind(source: ByteSource) -> str:
    size = source.size
    fields = _fields(source, 0, size, _SAVED_MODEL)
    if fields and _any(source, fields, 2, _is_meta):
        return "saved-model"
    if _is_graph(source, 0, size):
        return "graph"
    if _is_meta(source, 0, size):
        return "meta-graph"
    if size <= _FINGERPRINT_BYTES and _is_fingerprint(source):
        return "fingerprint"
    return "keras" if _is_keras(source) else ""


def _fields(
    source: ByteSource, start: int, end: int, known: dict[int, int], bound: int = 32
) -> list[Field]:
    return matches(Wire(source, _PROOF_FIELDS), start, end, known, bound) or []


def _any(source: ByteSource, fields: list[Field], number: int, test: _Test) -> bool:
    return any(
        test(source, field.start, field.end)
        for field in fields[:4]
        if field.number == number
    )


def _is_meta(source: ByteSource, start: int, end: int) -> bool:
    """A meta graph has a graph, wherever its fields stand."""
    fields = _fields(source, start, end, _META)
    graph = next((field for field in fields if field.number == 2), None)
    return graph is not None and (_is_graph(source, graph.start, graph.end))


def _is_graph(source: ByteSource, start: int, end: int) -> bool:
    """A graph begins with nodes, or a library of functions, of the right form."""
    fields = _fields(source, start, end, _GRAPH)
    return _any(source, fields, 1, _is_node) or _any(source, fields, 2, _is_library)


def _is_node(source: ByteSource, start: int, end: int) -> bool:
    wire = Wire(source, _PROOF_FIELDS)
    fields = matches(wire, start, end, _NODE, 16) or []
    names = [wire.text(f.start, f.end, 256) for f in fields if f.number == 2]
    return len(names) == 1 and _OPERATOR.fullmatch(names[0]) is not None


def _is_library(source: ByteSource, start: int, end: int) -> bool:
    fields = _fields(source, start, end, dict.fromkeys((1, 2, 3), BYTES), 4)
    return _any(source, fields, 1, _is_function)


def _is_function(source: ByteSource, start: int, end: int) -> bool:
    fields = _fields(source, start, end, _FUNCTION, 8)
    return _any(source, fields, 1, _is_signature)


def _is_signature(source: ByteSource, start: int, end: int) -> bool:
    fields = _fields(source, start, end, _OPERATOR_DEFINITION, 8)
    return any(field.number == 1 for field in fields)


def _is_fingerprint(source: ByteSource) -> bool:
    wire = Wire(source, 32)
    fields = matches(wire, 0, source.size, _FINGERPRINT) or []
    numbers = {field.number for field in fields if field.wire == VARINT}
    return wire.broken is None and len(numbers) >= 3 and fields[-1].end == source.size


def _is_keras(source: ByteSource) -> bool:
    wire = Wire(source, _PROOF_FIELDS)
    for field in (matches(wire, 0, source.size, _KERAS, 2) or [])[:1]:
        for part in matches(wire, field.start, field.end, _KERAS_NODE) or []:
            text = wire.text(part.start, part.end, 64) if part.wire == BYTES else ""
            if part.number == _IDENTIFIER and text.startswith("_tf_keras"):
                return True
    return False


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give what the graphs of the file would do, and the descriptions in it."""
    if is_text_graph(subject.source):
        return _from_text(subject, inspection)
    model = _Model(subject, inspection)
    kind = _kind(subject.source)
    size = subject.source.size
    if kind == "fingerprint":
        return []
    if kind == "keras":
        model.descriptions(0, size, _IDENTIFIER + 1)
    elif kind == "graph":
        model.plain_graph(0, size)
    elif kind == "meta-graph":
        model.meta_graph(0, size)
    else:
        model.saved_model(size)
    return model.facts(with_graph=kind != "keras")


def _from_text(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Read a model that is written as text, from the bytes that it stands for."""
    if subject.source.size > LARGEST_TEXT_BYTES:
        reason = f"a graph of more than {LARGEST_TEXT_BYTES} bytes of text is not read"
        return [Gap(place=subject.place, reason=reason, content=Content.SAVED_MODEL)]
    problems = Problems(subject, inspection.limits)
    try:
        data = to_bytes(subject.source.read_at(0, subject.source.size))
    except TextError as broken:
        place = subject.at(offset=broken.offset)
        problems.add("malformed", broken.detail, place=place)
        told = GraphFacts(
            place=subject.place, content=Content.SAVED_MODEL, problems=problems.done()
        )
        reason = f"the text was not read to its end: {broken.detail}"
        return [told, Gap(place=place, reason=reason, content=Content.SAVED_MODEL)]
    # Places in those bytes are none in the text: only names of nodes are.
    as_bytes = replace(subject, source=BytesSource(data))
    facts = read(as_bytes, inspection) if _kind(as_bytes.source) else []
    return [*map(_without_offsets, facts), *secrets.read(subject, inspection)]


def _without_offsets(fact: Fact) -> Fact:
    """Give a fact whose places say no offsets."""
    if isinstance(fact, Gap):
        return replace(fact, place=replace(fact.place, offset=None))
    if not isinstance(fact, GraphFacts):
        return fact
    return replace(
        fact,
        operators=_placed(fact.operators),
        data_files=_placed(fact.data_files),
        problems=_placed(fact.problems),
    )


def _placed(things: tuple[_Placed, ...]) -> tuple[_Placed, ...]:
    return tuple(
        replace(thing, place=replace(thing.place, offset=None)) for thing in things
    )


class _Model:
    """One file being walked."""

    def __init__(self, subject: Subject, inspection: Inspection) -> None:
        self._subject = subject
        self._inspection = inspection
        self._walk = GraphWalk.begin(subject, inspection)
        self._wire = self._walk.wire
        self._functions: set[str] = set()
        self._version = ""
        self._described: list[Fact] = []
        self._left = _MAX_DESCRIPTIONS

    def saved_model(self, size: int) -> None:
        for field in self._wire.fields(0, size):
            if not self._walk.known(field, _SAVED_MODEL, "model"):
                continue
            if field.number == 2 and field.wire == BYTES:
                self.meta_graph(field.start, field.end)

    def meta_graph(self, start: int, end: int) -> None:
        """Walk a meta graph: its graph, its saver, its assets, its objects."""
        graph = TensorFlowGraph(self._walk)
        saver = ("", "", "")
        assets: set[str] = set()
        for field in self._wire.fields(start, end):
            if not self._walk.known(field, _META, "meta graph") or field.wire != BYTES:
                continue
            if field.number == 1:
                self._info(field)
            elif field.number == 2:
                graph.read(field.start, field.end)
            elif field.number == 3:
                saver = self._saver(field)
            elif field.number == 6:
                assets.add(self._asset(field))
            elif field.number == 7:
                self.objects(field.start, field.end)
        self._note(graph, saver, frozenset(assets))

    def plain_graph(self, start: int, end: int) -> None:
        graph = TensorFlowGraph(self._walk)
        graph.read(start, end)
        self._note(graph, ("", "", ""), frozenset())

    def descriptions(self, start: int, end: int, number: int) -> None:
        """Pass on the JSON in which Keras describes each of its objects."""
        for field in self._wire.fields(start, end):
            if field.number != 1 or field.wire != BYTES:
                continue
            path, text = "", None
            for part in self._wire.fields(field.start, field.end):
                if part.wire == BYTES and part.number == 3 and number != 3:
                    path = self._wire.text(part.start, part.end, 200)
                elif part.wire == BYTES and part.number == number:
                    text = part
            if text is not None:
                self._describe(path or f"object-{field.start}", text)

    def objects(self, start: int, end: int) -> None:
        """Find the same JSON where it stood before: at the objects of the graph."""
        for field in self._wire.fields(start, end):
            if field.number != 1 or field.wire != BYTES:
                continue
            for part in self._wire.fields(field.start, field.end):
                if part.number == 4 and part.wire == BYTES:
                    self._user_object(part)

    def facts(self, *, with_graph: bool) -> list[Fact]:
        gaps = self._walk.gaps(trailing=False)
        limits = self._walk.limits
        found: list[Fact] = [*gaps, *self._described]
        if with_graph or self._walk.problems.done():
            facts = GraphFacts(
                place=self._subject.place,
                content=Content.SAVED_MODEL,
                producer=shorten(self._version, limits.max_shown_chars),
                operators=self._walk.calls.done(),
                functions=tuple(sorted(self._functions))[: limits.max_graph_entries],
                data_files=self._walk.files.done(),
                problems=self._walk.problems.done(),
            )
            found.insert(0, facts)
        return found

    def _note(
        self,
        graph: TensorFlowGraph,
        saver: tuple[str, str, str],
        assets: frozenset[str],
    ) -> None:
        self._functions.update(graph.functions)
        note_calls(self._walk, graph, saver=saver, assets=assets)

    def _info(self, field: Field) -> None:
        for part in self._wire.fields(field.start, field.end):
            if part.number == 5 and part.wire == BYTES:
                version = self._wire.text(part.start, part.end, 64)
                self._version = f"tensorflow {version}"

    def _saver(self, field: Field) -> tuple[str, str, str]:
        names = ["", "", ""]
        for part in self._wire.fields(field.start, field.end):
            if part.wire == BYTES and part.number in (1, 2, 3):
                text = self._wire.text(part.start, part.end, 512)
                names[part.number - 1] = text
        return names[0], names[1], names[2]

    def _asset(self, field: Field) -> str:
        """Note the file of an asset; give the node that holds its path."""
        node = ""
        for part in self._wire.fields(field.start, field.end):
            if part.wire == BYTES and part.number == 2:
                name = self._wire.text(part.start, part.end, 1024)
                place = self._subject.at(offset=part.start)
                # Loaders join the folder, `assets` and the name; an absolute name
                # would take the place of the folder.
                path = name if name.startswith("/") else f"assets/{name}"
                self._walk.files.add(path, place)
            elif part.wire == BYTES and part.number == 1:
                for info in self._wire.fields(part.start, part.end):
                    if info.number == 1 and info.wire == BYTES:
                        node = plain(self._wire.text(info.start, info.end, 512))
        return node

    def _user_object(self, field: Field) -> None:
        for part in self._wire.fields(field.start, field.end):
            if part.number == 3 and part.wire == BYTES and part.end > part.start:
                self._describe(f"object-{field.start}", part)

    def _describe(self, path: str, text: Field) -> None:
        if self._left <= 0 or text.end <= text.start:
            return
        self._left -= 1
        source = SliceSource(self._subject.source, text.start, text.end - text.start)
        member = f"{shorten(path, 200)}/config.json"
        facts = self._inspection.descend(self._subject, member, source)
        self._described.extend(facts)

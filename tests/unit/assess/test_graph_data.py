from __future__ import annotations

from dataclasses import replace

import pytest

from assay.assess.check import stated_gaps
from assay.assess.graph_data import accounted, troubles
from assay.domain.facts import Content, DataFile, GraphFacts, ReleaseFacts
from assay.domain.release import Inventory
from tests.unit.assess.subjects import at, file, gap, subject

NUMBERS = replace(file("w.bin", gap(Content.UNKNOWN, "w.bin")), size=200_000)


def using(*extents):
    data = tuple(
        DataFile(place=at("m"), path="w.bin", target="w.bin", offset=start, length=size)
        for start, size in extents
    )
    graph = GraphFacts(place=at("m"), content=Content.ONNX, data_files=data)
    return file("m", graph, content=Content.ONNX)


def kinds(*files):
    found = troubles(ReleaseFacts(files=files), Inventory(files=()))
    return [trouble.kind for trouble in found]


@pytest.mark.parametrize(
    "extents",
    [
        [(0, 200_000)],
        [(0, None)],
        [(100_000, 100_000), (0, 100_000)],
        [(0, 100), (65_536, 134_464)],
        [(0, 198_000)],
    ],
)
def test_a_file_used_from_end_to_end_is_accounted_for(extents):
    files = using(*extents), NUMBERS
    assert accounted(ReleaseFacts(files=files)) == {"w.bin"}
    assert kinds(*files) == []
    assert stated_gaps(subject(*files)) == ()


@pytest.mark.parametrize(
    "extents", [[(0, 100)], [(100_000, 100_000)], [(0, 10), (90_000, 110_000)]]
)
def test_bytes_that_no_reference_covers_are_hidden(extents):
    files = using(*extents), NUMBERS
    assert accounted(ReleaseFacts(files=files)) == frozenset()
    assert kinds(*files) == ["hidden"]
    assert len(stated_gaps(subject(*files))) == 1


def test_a_file_of_a_known_type_needs_no_account():
    known = replace(NUMBERS, content=Content.PICKLE)
    assert accounted(ReleaseFacts(files=(using((0, None)), known))) == frozenset()


def test_a_file_that_nothing_uses_is_not_accounted_for():
    assert accounted(ReleaseFacts(files=(NUMBERS,))) == frozenset()

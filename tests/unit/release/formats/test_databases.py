"""SQLite databases: values that pickles are kept in, and pages that are all there."""

from __future__ import annotations

import struct

import pytest

from assay.domain.facts import Content, Gap, PickleFacts, WeightsFacts
from benchmarks.detection.opcodes import call, stream
from benchmarks.detection.table_bytes import sqlite

ACTS = stream(call("os:system", "echo word"))


@pytest.fixture
def kinds(look, only):
    """Give the kinds of problems that a database has."""

    def of(data):
        file = look(data, "store.db")
        assert file.content is Content.SQLITE
        (facts,) = only(file, WeightsFacts)
        return [problem.kind for problem in facts.problems]

    return of


@pytest.mark.parametrize("page", [512, 1024, 65_536])
@pytest.mark.parametrize("bare", [False, True])
def test_values_are_found_on_pages_of_every_size(look, only, page, bare):
    rows = [bytes([number]) * 60 for number in range(120)]
    data = sqlite(*rows, ACTS, page=page, without_rows=bare)
    (facts,) = only(look(data), PickleFacts)
    assert [call.callee for call in facts.calls] == ["os.system"]
    assert facts.place.member.startswith("value@")


@pytest.mark.parametrize("size", [300, 430, 470, 5000, 70_000])
@pytest.mark.parametrize("bare", [False, True])
def test_a_value_that_flows_over_is_read_whole(look, only, size, bare):
    value = stream(call("os:system", "echo " + "x" * size))
    data = sqlite(b"other", value, page=512, without_rows=bare)
    (facts,) = only(look(data), PickleFacts)
    assert facts.calls
    assert not facts.problems


def test_plain_values_are_silent(look):
    values = [struct.pack("<6f", *range(n, n + 6)) for n in range(200)]
    file = look(sqlite(*values, b"(short", b"c" * 7, "text"))
    assert [type(fact) for fact in file.facts] == [WeightsFacts]


def test_what_is_behind_the_pages_is_told(kinds):
    data = sqlite(b"value")
    assert kinds(data) == []
    assert kinds(data + b"hidden") == ["trailing-data"]
    assert kinds(data[:-512]) == ["truncated"]


def test_a_count_that_nobody_kept_does_not_count(kinds):
    data = bytearray(sqlite(b"value"))
    data[95] ^= 1
    assert kinds(bytes(data) + b"more") == []


@pytest.mark.parametrize(("at", "value"), [(16, 3), (17, 7), (20, 200)])
def test_pages_of_a_strange_size_are_told(kinds, at, value):
    data = bytearray(sqlite(b"value"))
    data[at] = value
    assert kinds(bytes(data)) == ["malformed"]


def test_a_header_alone_is_malformed(kinds):
    assert kinds(sqlite(b"value")[:60]) == ["malformed"]


def test_chains_of_pages_end(look, only):
    value = stream(call("os:system", "echo " + "x" * 3000))
    data = bytearray(sqlite(value, page=512))
    # Each page that others flow over to says that the first of them follows.
    for page in range(4, len(data) // 512):
        struct.pack_into(">I", data, 512 * page, 4)
    assert only(look(bytes(data)), WeightsFacts)
    struct.pack_into(">I", data, 512 * 4, 1 << 30)
    assert only(look(bytes(data)), WeightsFacts)


@pytest.mark.parametrize("bound", ["_MOST_TRIED", "_MOST_PAGES", "_MOST_STEPS"])
def test_a_bound_that_ends_the_walk_is_a_gap(look, only, monkeypatch, bound):
    monkeypatch.setattr(f"assay.release.formats.sqlite.{bound}", 1)
    rows = [b"c" + bytes([number]) * 60 for number in range(120)]
    (gap,) = only(look(sqlite(*rows)), Gap)
    assert gap.content is Content.SQLITE


def test_cells_that_overlap_end_the_walk(look, only, monkeypatch):
    monkeypatch.setattr("assay.release.formats.sqlite._MOST_READ", 0)
    (gap,) = only(look(sqlite(b"value")), Gap)
    assert gap.content is Content.SQLITE


def test_numbers_may_take_nine_bytes(look, only):
    data = bytearray(sqlite(b"value", page=512))
    page = data.index(b"key 000000") // 512 * 512
    at = struct.unpack_from(">H", data, page + 8)[0]
    data[page + at : page + at + 9] = b"\xff" * 9
    assert only(look(bytes(data)), WeightsFacts)
    struct.pack_into(">H", data, page + 8, 511)
    data[page + 511] = 0xFF
    assert only(look(bytes(data)), WeightsFacts)

"""Parquet and Arrow: what the footer names, and what types are rebuilt from."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from assay.domain.facts import Content, Gap, GraphFacts, PickleFacts, WeightsFacts
from assay.release.formats.thrift import Compact, MalformedError
from benchmarks.detection import table_bytes as made
from benchmarks.detection.flatbuffer_bytes import (
    Number,
    Raw,
    Table,
    Tables,
    Text,
    flatbuffer,
)
from benchmarks.detection.opcodes import call, stream

REAL = Path(__file__).parents[3] / "vectors" / "formats" / "real"
ACTS = stream(call("os:system", "echo word"))
BODY = bytes(64)
PLAIN = made.schema(made.column("x"))


def own(data, name=b"arrow.py_extension_type"):
    metadata = {"ARROW:extension:name": name, "ARROW:extension:metadata": data}
    return made.schema(made.column("x", metadata))


@pytest.fixture
def kinds(look, only):
    """Give the kinds of problems that a file has."""

    def of(data, path="file"):
        (facts,) = only(look(data, path), WeightsFacts)
        return [problem.kind for problem in facts.problems]

    return of


@pytest.fixture
def calls(look, only):
    """Give what pickles in a file would call."""

    def of(data, path="file"):
        pickles = only(look(data, path), PickleFacts)
        return [call.callee for facts in pickles for call in facts.calls]

    return of


@pytest.mark.parametrize(
    ("name", "content", "count"),
    [
        ("pyarrow_table.parquet", Content.PARQUET, 9),
        ("pyarrow_tensor.parquet", Content.PARQUET, 1),
        ("pyarrow_frame.feather", Content.ARROW, 1),
        ("pyarrow_stream.arrow", Content.ARROW, 3),
    ],
)
def test_files_of_the_library_are_read_to_their_end(look, only, name, content, count):
    file = look((REAL / name).read_bytes(), "file")
    assert file.contents == (content,)
    (facts,) = only(file, WeightsFacts)
    assert (facts.content, facts.problems, facts.tensors) == (content, (), count)
    assert len(file.facts) == 1


class TestTypes:
    @pytest.mark.parametrize("name", [b"arrow.py_extension_type", b"own.type"])
    def test_what_a_type_is_rebuilt_from_is_read(self, calls, name):
        of = own(ACTS, name)
        for data in (
            made.stream(of, BODY),
            made.arrow_file(of, BODY),
            made.arrow_file(PLAIN, BODY, footer=of),
            made.parquet(of=of),
        ):
            assert "os.system" in calls(data)

    def test_a_type_inside_another_is_read(self, calls):
        inner = made.column("y", {"ARROW:extension:metadata": ACTS})
        outer = Table({0: Text("x"), 2: Number("B", 2), 5: Tables([inner])})
        assert calls(made.stream(made.schema(outer), BODY)) == ["os.system"]

    def test_what_is_unpickled_counts_whatever_it_looks_like(self, look, only):
        for data in (b"NOT a pickle", b"N."):
            file = look(made.stream(own(data), BODY))
            assert only(file, PickleFacts)

    def test_settings_of_a_type_in_words_are_silent(self, look):
        file = look(made.stream(own(b'{"shape": [2]}', b"fixed_shape_tensor"), BODY))
        assert [type(fact) for fact in file.facts] == [WeightsFacts]
        file = look(made.stream(own(b"", b"arrow.py_extension_type"), BODY))
        assert [type(fact) for fact in file.facts] == [WeightsFacts]

    def test_metadata_are_kept(self, look, only):
        pairs = {"huggingface": b"{}", "note": b"words"}
        expected = (("huggingface", "{}"), ("note", "words"))
        of = made.schema(made.column("x"), metadata=pairs)
        for data in (made.stream(of, BODY), made.parquet(pairs=pairs)):
            (facts,) = only(look(data), WeightsFacts)
            assert facts.metadata == expected

    def test_a_crowd_of_metadata_is_cut(self, look, only, monkeypatch):
        monkeypatch.setattr("assay.release.formats.arrow_schema._MOST_PAIRS", 1)
        monkeypatch.setattr("assay.release.formats.parquet._MOST_PAIRS", 1)
        pairs = {"a": b"1", "b": b"2"}
        of = made.schema(made.column("x"), metadata=pairs)
        for data in (made.stream(of, BODY), made.parquet(pairs=pairs)):
            (facts,) = only(look(data), WeightsFacts)
            assert facts.metadata == (("a", "1"),)


class TestArrow:
    def test_what_follows_the_messages_is_told(self, kinds):
        assert kinds(made.stream(PLAIN, BODY) + b"hidden bytes") == ["trailing-data"]
        assert kinds(made.stream(PLAIN, BODY) + b"hid") == ["trailing-data"]
        assert kinds(made.stream(PLAIN, BODY) + bytes(4)) == []
        data = made.arrow_file(PLAIN, BODY, between=b"hidden bytes")
        assert kinds(data) == ["trailing-data"]

    def test_a_stream_may_end_with_its_last_message(self, kinds):
        assert kinds(made.stream(PLAIN, BODY, end=b"")) == []

    @pytest.mark.parametrize("cut", [9, 40, 70])
    def test_a_stream_that_is_cut_is_told(self, kinds, cut):
        assert kinds(made.stream(PLAIN, BODY)[:-cut]) == ["malformed"]

    def test_a_file_without_its_end_is_told(self, kinds):
        data = made.arrow_file(PLAIN, BODY)
        assert kinds(data[:-1]) == ["malformed"]
        long = data[:-10] + struct.pack("<I", 1 << 30) + b"ARROW1"
        assert kinds(long) == ["malformed"]

    def test_what_is_no_message_is_told(self, kinds):
        assert kinds(made.stream(PLAIN, BODY, end=b"no message")) == ["malformed"]

    def test_a_message_of_no_kind_is_told(self, kinds):
        data = made.stream(PLAIN, end=made.message(9, Table({})))
        assert kinds(data) == ["malformed"]

    def test_a_message_without_a_schema_is_passed_over(self, kinds):
        root = flatbuffer(Table({0: Number("h", 4), 1: Number("B", 1)}))
        root += bytes(-len(root) % 8)
        data = b"\xff\xff\xff\xff" + struct.pack("<I", len(root)) + root
        assert kinds(data) == []

    def test_blocks_that_leave_the_messages_are_told(self, kinds):
        for offset, kind in ((8, []), (1 << 40, ["out-of-bounds"])):
            # A vector of structures counts them, not their bytes.
            block = Raw(struct.pack("<qi4xq", offset, 8, 8), more=1 - 24)
            tail = flatbuffer(Table({0: Number("h", 4), 3: block}))
            start = b"ARROW1\0\0" + made.stream(PLAIN, BODY)
            end = tail + struct.pack("<I", len(tail)) + b"ARROW1"
            assert kinds(start + end) == kind

    def test_more_messages_than_are_read_are_a_gap(self, look, only, monkeypatch):
        monkeypatch.setattr("assay.release.formats.arrow._MOST_MESSAGES", 1)
        (gap,) = only(look(made.stream(PLAIN, BODY)), Gap)
        assert gap.content is Content.ARROW

    def test_feather_of_the_first_version_is_a_gap(self, look, only):
        (gap,) = only(look(b"FEA1" + bytes(40) + b"FEA1"), Gap)
        assert gap.content is Content.ARROW

    def test_what_only_begins_like_a_message_is_none(self, look):
        assert look(b"\xff\xff\xff\xff" + bytes(60)).content is not Content.ARROW


class TestParquet:
    def test_what_belongs_to_no_column_is_told(self, kinds):
        assert kinds(made.parquet(behind=bytes(64))) == []
        assert kinds(made.parquet(behind=bytes(65))) == ["hidden-data"]
        assert kinds(made.parquet(inside=b"hidden")) == ["hidden-data"]

    @pytest.mark.parametrize("offset", [1, 60, 1 << 40])
    def test_pages_that_are_not_before_the_footer_are_told(self, kinds, offset):
        assert "out-of-bounds" in kinds(made.parquet(offset=offset))

    @pytest.mark.parametrize("cut", [1, 20, 60])
    def test_a_file_without_its_end_is_told(self, kinds, cut):
        assert kinds(made.parquet()[:-cut]) == ["malformed"]

    def test_only_the_magic_is_no_table(self, look):
        for data in (b"PAR1", b"PAR1 is a text, and no more\n" * 3):
            assert look(data).content is Content.TEXT

    def test_an_encrypted_footer_is_a_gap(self, look, only):
        data = made.parquet()[:-1] + b"E"
        (gap,) = only(look(data), Gap)
        assert gap.content is Content.PARQUET

    def test_another_file_is_named(self, look, only):
        paths = frozenset({"_metadata", "part.0.parquet"})
        data = made.parquet(path=b"part.0.parquet")
        (graph,) = only(look(data, "_metadata", paths=paths), GraphFacts)
        assert [file.target for file in graph.data_files] == ["part.0.parquet"]

    def test_a_footer_that_breaks_is_told(self, kinds):
        for fields in (b"\x49\x18", b"\x49\x1c\x19\x18", b"\x1f", b"\x15", b"\x1d"):
            tail = fields + struct.pack("<I", len(fields)) + b"PAR1"
            assert kinds(b"PAR1\x15" + bytes(8) + tail) == ["malformed"]

    def test_a_schema_that_breaks_is_told(self, kinds):
        for text in (b"a", b"/////wgAAAAAAAAA" * 2):
            assert kinds(made.parquet(pairs={"ARROW:schema": text})) == ["malformed"]

    def test_fields_of_other_types_are_passed_over(self, look, only):
        text = b"\x18\x01a"
        for footer in (
            b"\x49\x1c" + text + b"\x00\x00",
            b"\x49\x1c\x19\x1c" + text + b"\x00\x00\x00",
            b"\x49\x1c\x19\x1c\x3c" + text + b"\x00" + text + b"\x00\x00\x00",
            b"\x59\x1c\x15\x02\x11\x00\x00",
        ):
            tail = footer + struct.pack("<I", len(footer)) + b"PAR1"
            (facts,) = only(look(b"PAR1\x15" + bytes(8) + tail), WeightsFacts)
            assert facts.problems == ()

    def test_pages_without_a_place_and_lists_of_others_are_told(self, kinds):
        for footer in (b"\x49\x1c\x19\x15\x02", b"\x49\x15\x02"):
            tail = footer + struct.pack("<I", len(footer)) + b"PAR1"
            assert kinds(b"PAR1\x15" + bytes(8) + tail) == ["malformed"]

    def test_filters_without_a_length_go_to_what_follows(self, kinds):
        # A column whose pages lie at 4, and a filter behind them.
        inner = b"\x76\x20\x26\x08\x56\x28\x00"
        footer = b"\x49\x1c\x19\x1c\x3c" + inner + b"\x00\x00\x00"
        tail = footer + struct.pack("<I", len(footer)) + b"PAR1"
        assert kinds(b"PAR1\x15" + bytes(200) + tail) == []
        inner = b"\x76\x20\x26\x08\x56\x28\x15\x02\x00"
        footer = b"\x49\x1c\x19\x1c\x3c" + inner + b"\x00\x00\x00"
        tail = footer + struct.pack("<I", len(footer)) + b"PAR1"
        assert kinds(b"PAR1\x15" + bytes(200) + tail) == ["hidden-data"]

    def test_a_message_that_is_no_schema_is_passed_over(self, kinds):
        import base64  # noqa: PLC0415 - for one test

        text = base64.b64encode(made.message(3, Table({})))
        assert kinds(made.parquet(pairs={"ARROW:schema": text})) == []


class TestThrift:
    def read(self, data, most=1000):
        found = []
        compact = Compact(data, most)
        for number, kind in compact.fields():
            found.append((number, kind))
            compact.skip(kind)
        assert compact.at == len(data)
        return found

    def test_every_type_is_passed_over(self):
        data = (
            b"\x11\x12\x13\x07\x15\x80\x01\x17" + bytes(8) + b"\x18\x02ab"
            b"\x19\x25\x01\x02\x1a\x28\x01a\x01b\x1b\x01\x85\x01a\x02"
            b"\x1c\x15\x02\x00\x1d" + bytes(16) + b"\x1b\x00\x19\x22\x01\x02"
            b"\x19\xf3\x0f" + bytes(15) + b"\x1b\x01\x33\x01\x02\x06\x20\x02\x00"
        )
        assert [kind for _, kind in self.read(data)] == [
            1, 2, 3, 5, 7, 8, 9, 10, 11, 12, 13, 11, 9, 9, 11, 6,
        ]  # fmt: skip
        assert self.read(data)[-1] == (16, 6)

    def test_maps_of_numbers_and_texts_mix(self):
        assert self.read(b"\x1b\x02\x38\x01\x01a\x02\x01b\x00") == [(1, 11)]

    @pytest.mark.parametrize(
        "data",
        [
            b"\x15" + b"\xff" * 11,
            b"\x1e",
            b"\x19\xf8\xff\xff\x7f",
            b"\x18\x7fa",
            b"\x19\x9c" + b"\x1c" * 40,
            b"\x1c" * 40,
            b"\x15\x02" * 20 + b"\x00",
            b"\x19\x91" + b"\x00" * 3,
            b"\x1b\x7f\x88" + b"\x00" * 90,
        ],
    )
    def test_what_is_no_structure_ends_the_walk(self, data):
        with pytest.raises(MalformedError):
            self.read(data, most=10)

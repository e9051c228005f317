"""Pickles among other bytes: found where they stand, and never by chance."""

from __future__ import annotations

import io
import json
import struct
import zlib

import pytest

from assay.domain.facts import Content, Gap, PickleFacts
from assay.domain.limits import DEFAULT_LIMITS
from assay.release.formats import pickle_hidden
from assay.release.inspection import inspect_source
from assay.release.source import BytesSource
from benchmarks.detection.families import pickle_among
from benchmarks.detection.opcodes import call, stream
from benchmarks.detection.sample import Truth

ACT = stream(call("m:f", 1), protocol=4)
LETTERS = b"cm\nf\n(I1\ntR."
SAMPLES = list(pickle_among.samples())


def read(path: str, data: bytes):
    return inspect_source(
        BytesSource(data),
        path=path,
        executable_bit=False,
        limits=DEFAULT_LIMITS,
        paths=frozenset({path}),
    )


def pickles(path: str, data: bytes) -> list[str | None]:
    return [
        fact.place.member
        for fact in read(path, data).facts
        if isinstance(fact, PickleFacts) and fact.calls
    ]


def tensors(*contents: bytes, dtype: str = "U8") -> bytes:
    header, place = {}, 0
    for number, data in enumerate(contents):
        ends = [place, place + len(data)]
        header[f"t{number}"] = {
            "dtype": dtype,
            "shape": [len(data)],
            "data_offsets": ends,
        }
        place = ends[1]
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + b"".join(contents)


def png(kind: bytes, content: bytes) -> bytes:
    data = b"\x89PNG\r\n\x1a\n"
    for name, inner in ((b"IHDR", bytes(13)), (kind, content), (b"IEND", b"")):
        crc = struct.pack(">I", zlib.crc32(name + inner))
        data += struct.pack(">I", len(inner)) + name + inner + crc
    return data


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda item: item.name)
def test_every_hostile_sample_is_read_and_no_honest_one_acts(sample):
    ((path, data),) = sample.files.items()
    assert bool(pickles(path, data)) is (sample.truth is Truth.HOSTILE)


def test_a_pickle_is_named_by_where_it_begins():
    assert pickles("config.json", b'{"a": 1}\n' + ACT) == ["pickle@9"]
    assert pickles("config.json", b'{"a": 1}\r\n' + LETTERS) == ["pickle@10"]
    two = b'{"a": 1}\n' + ACT + b"\n\n" + ACT
    assert pickles("config.json", two) == ["pickle@9", f"pickle@{11 + len(ACT)}"]


def test_a_name_that_begins_inside_a_word_is_found():
    assert pickles("a.txt", b"abc" + LETTERS)[0] in ("pickle@2", "pickle@3")
    assert pickles("a.txt", b"word " * 40 + LETTERS) == ["pickle@200"]


def test_a_picture_is_not_read_twice_behind_its_end():
    data = png(b"tEXt", b"A\0b") + ACT
    assert len(pickles("a.png", data)) == 1


def test_tensors_that_only_begin_like_a_pickle_are_passed_over():
    assert not pickles("a.safetensors", tensors(b"\x80\x04" + bytes(60)))
    assert not pickles("a.safetensors", tensors(b"abcdef", b"", b"\x80"))
    assert not pickles("a.safetensors", tensors(stream(b"N", protocol=4) + b"abc"))
    assert not pickles(
        "a.safetensors", tensors(ACT + bytes(-len(ACT) % 4), dtype="F32")
    )
    assert pickles("a.safetensors", tensors(b"abcdef", ACT)) == ["t1"]


def test_tensors_that_are_too_large_too_many_or_beyond_the_end_are_not_read(
    monkeypatch,
):
    short = tensors(ACT)[:-3]
    assert not pickles("a.safetensors", short)
    monkeypatch.setattr(pickle_hidden, "_MOST_TENSORS", 2)
    assert not pickles("a.safetensors", tensors(b"abcdef", b"abcdef", ACT))
    monkeypatch.setattr(pickle_hidden, "_TENSOR_BYTES", 8)
    assert not pickles("a.safetensors", tensors(ACT))


def test_what_is_told_of_texts_in_pictures_is_bounded(monkeypatch):
    packed = b"A\0\0" + zlib.compress(ACT)
    assert pickles("a.png", png(b"zTXt", packed))
    assert not pickles("a.png", png(b"zTXt", packed[:-20]))
    assert not pickles("a.png", png(b"zTXt", b"A\0\0"))
    monkeypatch.setattr(pickle_hidden, "_MOST_TEXTS", 0)
    assert not pickles("a.png", png(b"zTXt", packed))
    monkeypatch.setattr(pickle_hidden, "_MOST_CHUNKS", 0)
    assert not pickles("a.png", png(b"zTXt", packed))


def test_more_beginnings_than_are_tried_are_a_gap(monkeypatch):
    monkeypatch.setattr(pickle_hidden, "_TRIED", 3)
    facts = read("a.bin", b"\x11\x22" + b"\x80\x04" * 9).facts
    (gap,) = [fact for fact in facts if isinstance(fact, Gap) and fact.bound]
    assert gap.content is Content.PICKLE
    assert gap.place.offset == 8


def test_streams_that_go_on_take_no_time_without_end(monkeypatch):
    monkeypatch.setattr(pickle_hidden, "_ALL_OPCODES", 50_000)
    facts = read("a.bin", b"\x11\x22" + b"\x80\x04" * 60_000).facts
    assert [fact for fact in facts if isinstance(fact, Gap) and fact.bound]


def test_names_that_python_cannot_import_are_chance():
    assert not pickles("a.bin", b"\x11\x22" + stream(call("m-m:f", 1), protocol=4))
    assert not pickles("a.bin", b"\x11\x22" + stream(b"cm\nf\n", protocol=4))


def test_pieces_of_a_large_file_are_joined():
    data = io.BytesIO()
    data.write(b"\x11" * ((4 << 20) - 1))
    data.write(ACT)
    assert pickles("a.bin", data.getvalue()) == [f"pickle@{(4 << 20) - 1}"]

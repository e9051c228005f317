from __future__ import annotations

import os

import pytest

from assay.release import source as source_module
from assay.release.source import BytesSource, FileSource, SliceSource, Spool, chunks

DATA = bytes(range(100))


@pytest.fixture(params=["bytes", "file", "slice"])
def source(request, tmp_path):
    if request.param == "bytes":
        yield BytesSource(DATA)
    elif request.param == "slice":
        yield SliceSource(BytesSource(b"xx" + DATA + b"yy"), 2, 100)
    else:
        (tmp_path / "a").write_bytes(DATA)
        descriptor = os.open(tmp_path / "a", os.O_RDONLY)
        yield FileSource(descriptor, 100, "a")
        os.close(descriptor)


def test_reading_is_clipped_to_what_is_there(source):
    assert source.size == 100
    assert source.read_at(0, 100) == DATA
    assert source.read_at(90, 50) == DATA[90:]
    assert source.read_at(100, 1) == b""
    assert source.read_at(200, 1) == b""
    assert source.read_at(-1, 5) == b""
    assert source.read_at(5, 0) == b""
    assert source.read_at(5, -3) == b""


def test_short_reads_of_the_system_are_joined(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(DATA)
    descriptor = os.open(tmp_path / "a", os.O_RDONLY)
    real = os.pread
    monkeypatch.setattr(
        source_module.os, "pread", lambda fd, n, at: real(fd, min(n, 7), at)
    )
    assert FileSource(descriptor, 100, "a").read_at(3, 50) == DATA[3:53]
    os.close(descriptor)


def test_a_slice_beyond_its_parent_is_empty():
    assert SliceSource(BytesSource(DATA), 500, 10).size == 0
    assert SliceSource(BytesSource(DATA), -5, -5).size == 0


def test_chunks_cover_a_part_once(monkeypatch):
    monkeypatch.setattr(source_module, "CHUNK_BYTES", 7)
    assert b"".join(chunks(BytesSource(DATA), 3, 50)) == DATA[3:50]
    assert b"".join(chunks(BytesSource(DATA))) == DATA


def test_chunks_end_when_a_source_gives_nothing():
    class Short:
        size = 10

        def read_at(self, _offset, _count):
            return b""

    assert list(chunks(Short())) == []


@pytest.mark.parametrize("bound", [10, 1000])
def test_a_spool_gives_back_what_it_was_given(monkeypatch, bound):
    monkeypatch.setattr(source_module, "SPOOL_MEMORY_BYTES", bound)
    with Spool() as spool:
        for start in range(0, 100, 9):
            spool.write(DATA[start : start + 9])
        assert spool.size == 100
        assert spool.source().read_at(0, 200) == DATA

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zlib

import pytest

from assay.domain.facts import (
    ArchiveFacts,
    Content,
    Gap,
    NativeCodeFacts,
    PickleFacts,
)
from assay.release.formats import appended, inflate
from benchmarks.detection.archives import Item, lz4_frame, seven_zip, zstd_frame
from benchmarks.detection.families.containers import _APE, _ELF, _PE, _PNG, _SHELL
from benchmarks.detection.families.pickle_wrapped import tar_of, zip_of

PRINT = b"\x80\x02cbuiltins\nprint\n(Vhello\ntR."
SEVEN = seven_zip(Item(name="a.pkl", data=PRINT), method="lzma2")
TAR = tar_of({"a.pkl": PRINT})


def members(file):
    return [fact.place.member for fact in file.facts if isinstance(fact, PickleFacts)]


@pytest.mark.parametrize(
    ("data", "member"),
    [
        (_PE + SEVEN, "appended@268!/a.pkl"),
        (_ELF + SEVEN, "appended@124!/a.pkl"),
        (_ELF + lzma.compress(PRINT), "appended@124!/content"),
        (_SHELL + gzip.compress(TAR, mtime=0), "appended@49!/content!/a.pkl"),
        (_SHELL + bz2.compress(TAR), "appended@49!/content!/a.pkl"),
        (_SHELL + zstd_frame(TAR), "appended@49!/content!/a.pkl"),
        (_SHELL + lz4_frame(TAR), "appended@49!/content!/a.pkl"),
        (_SHELL + TAR, "appended@49!/a.pkl"),
        (_PNG + PRINT, "appended@60"),
        (_PNG + SEVEN, "appended@60!/a.pkl"),
        (b"%PDF-1.4\n" + SEVEN, "appended@9!/a.pkl"),
        (b"\xff\xd8\xff\xe0" + bytes(9) + SEVEN, "appended@13!/a.pkl"),
    ],
)
def test_archives_behind_other_files_are_read(look, data, member):
    assert member in members(look(data))


@pytest.mark.parametrize(
    "data",
    [
        _PNG,
        _PNG[:-8],
        _ELF + b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(40),
        _ELF + b"\xfd7zXZ\x00\x00\x04nope",
        _SHELL + b"\x1f\x8b\x08\x00 is no gzip",
        _SHELL + b"ustar\x0000" + bytes(600),
        b"\xff\xd8\xff\xe0" + bytes(80),
    ],
)
def test_signatures_that_prove_nothing_are_passed_over(look, only, data):
    assert not only(look(data), ArchiveFacts)


def test_an_archive_across_two_pieces_is_found(look, monkeypatch):
    monkeypatch.setattr(appended, "_CHUNK_BYTES", 128)
    assert members(look(_ELF + SEVEN)) == ["appended@124!/a.pkl"]


def test_only_so_many_are_opened(look, only):
    found = only(look(_ELF + SEVEN * 9), ArchiveFacts)
    behind = [fact for fact in found if fact.place.member.startswith("appended@")]
    assert len({fact.place.member.split("!")[0] for fact in behind}) == 4


def test_portable_programs_are_programs_and_archives(look, only):
    file = look(_APE + zip_of({"model.pkl": PRINT}), "m.llamafile")
    assert file.contents == (Content.PE, Content.ZIP)
    assert only(file, NativeCodeFacts)
    assert members(file) == ["model.pkl"]


def test_the_name_in_a_gzip_header_is_judged(look, only):
    for extra in (b"", b"\x03\x00abc"):
        flags = 8 | bool(extra) * 4
        head = b"\x1f\x8b\x08" + bytes((flags,)) + bytes(6) + extra
        for name, kinds in ((b"../a", ["path-escape"]), (b"a", [])):
            data = head + name + b"\0" + gzip.compress(b"x", mtime=0)[10:]
            facts = only(look(data, "a.gz"), ArchiveFacts)[0]
            assert [problem.kind for problem in facts.problems] == kinds


def test_streams_of_xz_may_stand_apart(look, only):
    data = lzma.compress(b"a") + bytes(8) + lzma.compress(PRINT)
    facts = only(look(data, "a.xz"), ArchiveFacts)[0]
    assert facts.expanded_bytes == 1 + len(PRINT)
    assert not facts.problems


def test_an_archive_of_python_is_still_python(look):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:xz"):
        pass
    assert look(b"#!/usr/bin/python3\n" + file.getvalue(), "a.py").facts


@pytest.mark.parametrize("window", [4096, 6144, 1 << 20, 3 << 23, 1 << 28, 3 << 28])
@pytest.mark.parametrize("settings", [(3, 0, 2), (0, 0, 0), (0, 4, 4)])
def test_lzma_alone_is_known_by_any_of_its_headers(look, window, settings):
    spec = {"id": lzma.FILTER_LZMA1, "dict_size": 4096}
    spec |= dict(zip(("lc", "lp", "pb"), settings, strict=True))
    data = lzma.compress(PRINT, lzma.FORMAT_ALONE, filters=[spec])
    file = look(data[:1] + window.to_bytes(4, "little") + data[5:], "a.bin")
    assert file.contents == (Content.XZ,)
    assert members(file) == ["content"]


def large_window(data):
    """A stream of xz whose block asks for a window of 1.5 GiB."""
    spec = {"id": lzma.FILTER_LZMA2, "dict_size": 4096}
    packed = bytearray(lzma.compress(data, check=lzma.CHECK_NONE, filters=[spec]))
    header = packed[12 : 12 + packed[12] * 4]
    at = header.index(b"\x21\x01") + 2
    header[at] = 37
    packed[12 : 12 + len(header)] = header
    crc = zlib.crc32(bytes(header)).to_bytes(4, "little")
    packed[12 + len(header) : 16 + len(header)] = crc
    return bytes(packed)


def test_streams_that_ask_for_large_windows_are_read(look, only, monkeypatch):
    file = look(large_window(PRINT), "a.xz")
    assert members(file) == ["a"]
    assert not only(file, ArchiveFacts)[0].problems
    noise = bytes(range(256)) * 9000
    file = look(large_window(noise + PRINT), "a.xz")
    assert only(file, ArchiveFacts)[0].expanded_bytes == len(noise + PRINT)
    monkeypatch.setattr(inflate, "_ROOMY_BYTES", 1 << 20)
    (gap,) = [
        gap
        for gap in only(look(large_window(noise), "a.xz"), Gap)
        if gap.content is Content.XZ
    ]
    assert "window" in gap.reason


@pytest.mark.parametrize("bits", range(9, 16))
def test_zlib_data_is_known_by_any_window(look, bits):
    packer = zlib.compressobj(9, zlib.DEFLATED, bits)
    data = packer.compress(PRINT) + packer.flush()
    assert members(look(data, "a.z")) == ["a"]
    assert look(b"(\xcf in a text", "a").content is not Content.ZLIB


def test_an_archive_behind_bytes_of_no_type_is_read(look):
    # Stored whole, the pickle is seen by the archive's reader and among the bytes.
    found = members(look(bytes(range(1, 60)) + SEVEN))
    assert found == ["appended@59!/a.pkl", "pickle@94"]

from __future__ import annotations

import struct
import zlib
from dataclasses import replace

import pytest

from assay.domain.facts import ArchiveFacts, Content, Gap, PickleFacts
from assay.domain.limits import DEFAULT_LIMITS
from assay.release.formats.framed import Stopped
from assay.release.formats.seven_zip import is_start
from assay.release.formats.seven_zip_header import read_header
from benchmarks.detection.archives import Item, number, seven_zip

PRINT = b"\x80\x02cbuiltins\nprint\n(Vhello\ntR."
ACT = Item(name="a/data.pkl", data=PRINT)
TEXT = Item(name="notes.txt", data=b"plain text\n" * 300)
METHODS = ("copy", "lzma", "lzma2", "x86", "delta", "bzip2", "deflate", "zstd", "lz4")


def kinds(facts):
    return [problem.kind for problem in facts.problems]


def members(file):
    return [fact.place.member for fact in file.facts if isinstance(fact, PickleFacts)]


def with_header(header, packed=b"", *, listed=None):
    """An archive of any header."""
    start = struct.pack("<QQI", len(packed), len(header), zlib.crc32(header))
    if listed is not None:
        start = listed
    crc = struct.pack("<I", zlib.crc32(start))
    return b"7z\xbc\xaf\x27\x1c\x00\x04" + crc + start + packed + header


@pytest.mark.parametrize("packed_list", [False, True])
@pytest.mark.parametrize("method", METHODS)
def test_members_are_unpacked_whatever_packs_them(look, only, method, packed_list):
    file = look(seven_zip(TEXT, ACT, method=method, packed_list=packed_list), "m.7z")
    assert file.contents == (Content.SEVEN_ZIP,)
    (facts,) = only(file, ArchiveFacts)
    assert (facts.members, facts.expanded_bytes) == (2, 3300 + len(PRINT))
    assert not facts.problems
    assert members(file) == ["a/data.pkl"]
    assert not only(file, Gap)


def test_the_filter_for_machine_code_gives_its_last_bytes(look):
    code = bytes(range(256)) * 9 + b"\xe8\x01\x02\x03"
    file = look(seven_zip(Item(name="a.bin", data=code), ACT, method="x86"))
    assert members(file) == ["a/data.pkl"]


@pytest.mark.parametrize(
    ("method", "reason"),
    [("ppmd", "packed by PPMd, which is not unpacked"), ("aes", "encrypted")],
)
def test_what_cannot_be_unpacked_is_a_gap_for_each_member(look, only, method, reason):
    file = look(seven_zip(TEXT, ACT, method=method))
    gaps = only(file, Gap)
    assert [gap.place.member for gap in gaps] == ["notes.txt", "a/data.pkl"]
    assert {(gap.reason, gap.content) for gap in gaps} == {(reason, Content.SEVEN_ZIP)}
    problems = ["encrypted-member"] if method == "aes" else []
    assert kinds(only(file, ArchiveFacts)[0]) == problems


@pytest.mark.parametrize(
    ("items", "problems"),
    [
        ((Item(name="../x", data=b"x"),), ["path-escape"]),
        ((Item(name="/x", data=b"x"),), ["absolute-path"]),
        ((Item(name="a/../../x"),), ["path-escape"]),
        ((TEXT, replace(TEXT, name="NOTES.txt")), ["duplicate-member"]),
        ((Item(name="l", data=b"../x", mode=0o120777),), ["link-escape"]),
        ((Item(name="a/l", data=b"../x", mode=0o120777),), []),
        ((Item(name="p", data=b"x", mode=0o010644),), ["special-member"]),
        ((Item(name="x", anti=True), TEXT), ["special-member"]),
        ((Item(name="d", data=None), Item(name="d/e"), TEXT), []),
        ((replace(TEXT, size=10 << 30),), ["bomb", "bomb"]),
        ((), []),
    ],
)
def test_what_a_list_says_is_judged(look, only, items, problems):
    assert kinds(only(look(seven_zip(*items)), ArchiveFacts)[0]) == problems


def test_wrong_checksums_are_told_and_stop_nothing(look, only):
    file = look(seven_zip(ACT, spoil=1))
    assert kinds(only(file, ArchiveFacts)[0]) == ["bad-checksum"]
    assert members(file) == ["a/data.pkl"]
    data = bytearray(seven_zip(ACT, packed_list=True))
    data[8] ^= 1
    data[28] ^= 1
    # Of the first header and of the list, and of the list that is packed.
    spoiled = data.rfind(b"\x0a\x01") + 2
    data[spoiled] ^= 1
    file = look(bytes(data))
    assert kinds(only(file, ArchiveFacts)[0]) == ["bad-checksum"] * 3
    assert members(file) == ["a/data.pkl"]


def test_what_follows_an_archive_is_told_and_read(look, only):
    file = look(seven_zip(TEXT) + PRINT)
    assert kinds(only(file, ArchiveFacts)[0]) == ["trailing-data"]
    assert members(file) == ["trailing"]


def test_numbers_of_a_model_are_not_taken_for_pickles(look):
    numbers = Item(name="a/data/0", data=b"\x80\x02N.")
    assert members(look(seven_zip(ACT, numbers))) == ["a/data.pkl"]
    assert members(look(seven_zip(numbers))) == ["a/data/0"]


def test_more_content_than_names_is_read_too(look):
    data = seven_zip(ACT)
    header = bytearray(data[32 + len(PRINT) :])
    # The list of files goes, from its mark to the end.
    at = header.rfind(b"\x05\x01\x11")
    assert members(look(with_header(bytes(header[:at]) + b"\0", PRINT))) == [
        "content-0"
    ]


def test_names_without_content_are_a_problem(look, only):
    names = _names("a.pkl", "b.pkl")
    file = look(with_header(b"\x01\x05\x02" + names + b"\0\0"))
    assert kinds(only(file, ArchiveFacts)[0]) == ["truncated"]


def _names(*names):
    text = b"\0" + b"".join(name.encode("utf-16-le") + b"\0\0" for name in names)
    return b"\x11" + number(len(text)) + text


@pytest.mark.parametrize(
    ("cut", "kind"), [(20, "truncated"), (40, "truncated"), (-1, "truncated")]
)
def test_an_archive_that_is_cut_is_a_gap(look, only, cut, kind):
    file = look(seven_zip(ACT, TEXT)[:cut])
    assert kinds(only(file, ArchiveFacts)[0]) == [kind]
    assert len(only(file, Gap)) == 1


def test_an_archive_without_a_list_is_a_gap(look, only):
    file = look(b"7z\xbc\xaf\x27\x1c" + bytes(26) + PRINT)
    assert "malformed" in kinds(only(file, ArchiveFacts)[0])
    assert only(file, Gap)


def test_packed_data_that_is_cut_or_short_is_told(look, only):
    data = bytearray(seven_zip(ACT, TEXT, method="lzma2"))
    packed = int.from_bytes(data[12:20], "little")
    data[40 : 32 + packed] = bytes(packed - 8)
    file = look(bytes(data))
    assert kinds(only(file, ArchiveFacts)[0])
    assert only(file, Gap)[-1].place.member == "notes.txt"


def test_a_list_or_a_member_beyond_the_bounds_is_a_gap(look, only):
    few = replace(DEFAULT_LIMITS, max_seven_zip_header_bytes=16)
    (gap,) = only(look(seven_zip(ACT), limits=few), Gap)
    assert "16 are read" in gap.reason
    (gap,) = only(look(seven_zip(ACT, packed_list=True), limits=few), Gap)
    few = replace(DEFAULT_LIMITS, max_archive_members=1)
    (gap,) = only(look(seven_zip(ACT, TEXT), limits=few), Gap)
    assert "2 members, 1 are read" in gap.reason
    few = replace(DEFAULT_LIMITS, max_member_bytes=5)
    gaps = only(look(seven_zip(ACT), limits=few), Gap)
    assert [gap.reason for gap in gaps] == [
        "expands to more than 5 bytes",
    ]


def test_a_nested_list_ends(look, only):
    inner = b"\x17\x06\x00\x01\x09\x00\x00\x07\x0b\x00\x00\x0c\x00\x00"
    file = look(with_header(inner))
    assert "packed list" in only(file, Gap)[0].reason


def test_gaps_of_nested_archives_name_both(look, only):
    outer = seven_zip(Item(name="in.7z", data=seven_zip(ACT, method="ppmd")))
    (gap,) = only(look(outer), Gap)
    assert gap.place.member == "in.7z!/a/data.pkl"


def test_only_a_right_checksum_starts_an_archive():
    assert is_start(seven_zip(ACT))
    assert not is_start(seven_zip(ACT)[:31])
    assert not is_start(b"7z\xbc\xaf\x27\x1c" + bytes(26))


FOLDER = b"\x07\x0b\x01\x00"
ONE = FOLDER + b"\x01\x01\x00"


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"\x02",
        b"\x01\x09",
        b"\x01\x02\x05\x09",
        b"\x01\x04\x09",
        b"\x01\x04\x06\x00\x01\x09\x05\x07",
        b"\x01\x04\x06\x00\x7f\x00",
        b"\x01\x04\x07\x00",
        b"\x01\x04" + ONE + b"\x00",
        b"\x01\x04" + ONE + b"\x0c\x05\x01",
        b"\x01\x04" + ONE + b"\x0c\x05\x0a\x00\x00",
        b"\x01\x04" + FOLDER + b"\x00\x00\x0c\x00\x00\x00",
        b"\x01\x04" + FOLDER + b"\x01\x11\x00\x00\x05" + bytes(8),
        b"\x01\x04" + FOLDER + b"\xff" + b"\xff" * 8,
        b"\x01\x04" + ONE + b"\x0c\x05\x00\x08\x0d\x02\x09\x06\x00",
        b"\x01\x05\x01\x11\x03\x00\x41\x00\x00\x00",
        b"\x01\x05\x02\x11\x01\x01\x00\x00",
        b"\x01\x05\x02\x15\x02\x01\x01\x00\x00",
        b"\x01\x05\x01\x15\x03\x01\x00\x00\x00\x00",
        b"\x01\x04" + FOLDER[:-1] + b"\x01\x00",
        b"\x01\x05\x64\x00\x00",
    ],
)
def test_headers_that_break_the_format_stop(header):
    with pytest.raises(Stopped):
        read_header(header, 50)


def test_parts_that_later_versions_add_are_passed_over():
    additional = b"\x03\x06\x00\x01\x09\x05\x0a\x01abcd\x00\x00"
    more = b"\x02\x05\x03abc\x00"
    listing = read_header(
        b"\x01" + more + additional + b"\x05\x01\x14\x02xx\x19\x01\x00\x00\x00", 50
    )
    assert len(listing.entries) == 1
    streams = read_header(
        b"\x17" + ONE + b"\x0c\x05\x00\x08\x33\x01z\x0a\x01abcd\x00\x00", 50
    ).streams
    assert streams.pieces == [[(5, int.from_bytes(b"abcd", "little"))]]


def test_attributes_tell_folders_and_links():
    header = b"\x01\x05\x02\x0e\x01\x80\x15\x0a\x01\x00"
    header += struct.pack("<2I", 0x10, 0x400) + b"\x00\x00"
    folder, link = read_header(header, 50).entries
    assert (folder.directory, folder.stream) == (True, False)
    assert (link.is_link, link.mode) == (True, 0)
    some = b"\x01\x05\x02\x15\x07\x00\x40\x00" + struct.pack("<I", 7) + b"\x00\x00"
    assert [entry.attributes for entry in read_header(some, 50).entries] == [0, 7]


@pytest.mark.parametrize(
    ("coders", "sizes"),
    [
        # Two inputs of one coder; a coder that takes its own output; one beside.
        (b"\x01\x11\x00\x02\x01\x00\x01", 1),
        (b"\x02\x01\x00\x01\x00\x00\x00", 2),
        (b"\x02\x01\x00\x01\x00\x01\x01", 2),
        (b"\x02\x01\x00\x01\x00\x09\x00", 2),
    ],
)
def test_coders_that_are_no_chain_are_a_gap(look, only, coders, sizes):
    header = b"\x01\x04\x06\x00\x01\x09\x05\x00" + FOLDER + coders
    header += b"\x0c" + b"\x05" * sizes + b"\x00\x00\x00"
    (gap,) = only(look(with_header(header, b"hello")), Gap)
    assert "not" in gap.reason


@pytest.mark.parametrize(
    "coder",
    [
        b"\x21\x21\x01\x29",
        b"\x23\x03\x01\x01\x01\x00",
        b"\x04\x03\x03\x01\x1b",
        b"\x00",
    ],
)
def test_settings_that_are_none_are_told(look, only, coder):
    header = b"\x01\x04\x06\x00\x01\x09\x05\x00" + FOLDER + b"\x01" + coder
    header += b"\x0c\x05\x00\x00\x00"
    file = look(with_header(header, b"hello"))
    assert len(only(file, Gap)) == (coder != b"\x00")


def test_lists_that_would_fill_the_memory_are_gaps():
    coder = b"\x01\x11\x00\x1e\x01" + bytes(30)
    for header in (
        b"\x01\x04" + FOLDER[:-2] + b"\x08\x00" + coder * 8,
        b"\x01\x04\x06\x00\x80\xff" + bytes(300),
    ):
        with pytest.raises(Stopped) as caught:
            read_header(header, 50)
        assert caught.value.kind == "too-large"


def test_archives_of_the_library_are_read(sample, only):
    file = sample("real/py7zr_default.7z")
    assert members(file) == ["model/data.pkl"]
    assert not only(file, ArchiveFacts)[0].problems
    file = sample("real/py7zr_encrypted.7z")
    assert kinds(only(file, ArchiveFacts)[0]) == ["encrypted-member"]
    assert only(file, Gap)

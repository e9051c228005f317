from __future__ import annotations

import base64
import bz2
import gzip
import hashlib
import io
import lzma
import tarfile
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from assay.domain.facts import (
    ArchiveFacts,
    Content,
    Gap,
    GraphFacts,
    PickleFacts,
)
from assay.domain.limits import DEFAULT_LIMITS
from assay.release.formats import inflate as inflate_module
from assay.release.formats.member_paths import link_leaves, path_problem

PRINT_PICKLE = b"\x80\x02cbuiltins\nprint\n(Vhello\ntR."
VECTORS = Path(__file__).parents[3] / "vectors" / "formats"


def kinds(facts):
    return sorted({problem.kind for problem in facts.problems})


def prints(file):
    return [
        fact.place.member
        for fact in file.facts
        if isinstance(fact, PickleFacts)
        and [call.callee for call in fact.calls] == ["builtins.print"]
    ]


@pytest.mark.parametrize(
    ("name", "content", "problems"),
    [
        ("zip/sound.zip", Content.ZIP, []),
        ("zip/empty.zip", Content.ZIP, []),
        ("zip/pytorch.pt", Content.PYTORCH_ZIP, []),
        ("zip/bad_crc.pt", Content.PYTORCH_ZIP, ["bad-checksum"]),
        ("zip/encrypted_flag.pt", Content.PYTORCH_ZIP, ["encrypted-member"]),
        ("zip/name_mismatch.pt", Content.PYTORCH_ZIP, ["header-mismatch"]),
        ("zip/duplicate.zip", Content.ZIP, ["duplicate-member"]),
        ("zip/escape.zip", Content.ZIP, ["absolute-path", "path-escape"]),
        ("zip/link.zip", Content.ZIP, ["link-escape"]),
        ("zip/device.zip", Content.ZIP, ["special-member"]),
        ("zip/bomb.zip", Content.ZIP, ["bomb"]),
        ("zip/prefix.zip", Content.ZIP, ["prefix-data"]),
        ("zip/trailing.zip", Content.ZIP, ["trailing-data"]),
        ("zip/hidden.zip", Content.ZIP, ["header-mismatch"]),
        ("zip/no_directory.zip", Content.ZIP, ["truncated"]),
        ("wrappers/sound.tar", Content.TAR, []),
        ("wrappers/escape.tar", Content.TAR, ["absolute-path", "path-escape"]),
        ("wrappers/link.tar", Content.TAR, ["link-escape"]),
        ("wrappers/device.tar", Content.TAR, ["special-member"]),
        ("wrappers/duplicate.tar", Content.TAR, ["duplicate-member"]),
        ("wrappers/truncated.tar", Content.TAR, ["truncated"]),
        ("wrappers/bad_header.tar", Content.TAR, ["malformed"]),
        ("wrappers/trailing.tar", Content.TAR, ["trailing-data"]),
        ("wrappers/cut.pkl.gz", Content.GZIP, ["truncated"]),
        ("wrappers/trailing.pkl.gz", Content.GZIP, ["trailing-data"]),
        ("wrappers/pickle.pkl.gz", Content.GZIP, []),
        ("wrappers/pickle.pkl.bz2", Content.BZIP2, []),
        ("wrappers/pickle.pkl.xz", Content.XZ, []),
        ("wrappers/pickle.pkl.lzma", Content.XZ, []),
        ("wrappers/pickle.pkl.z", Content.ZLIB, []),
    ],
)
def test_an_archive_is_known_and_its_faults_are_told(
    sample, only, name, content, problems
):
    file = sample(name)
    assert file.content is content
    facts = only(file, ArchiveFacts)[0]
    assert facts.content is content
    assert kinds(facts) == problems


@pytest.mark.parametrize(
    ("name", "member"),
    [
        ("zip/pytorch_print.pt", "model/data.pkl"),
        ("zip/bad_crc.pt", "m/data.pkl"),
        ("zip/encrypted_flag.pt", "m/data.pkl"),
        ("zip/name_mismatch.pt", "m/data.pkl"),
        ("zip/duplicate.zip", "a.pkl"),
        ("zip/hidden.zip", "b.pkl"),
        ("zip/no_directory.zip", "a.pkl"),
        ("zip/nested.zip", "in.zip!/deep.pkl"),
        ("zip/polyglot.pkl", None),
        ("wrappers/sound.tar", "a.pkl"),
        ("wrappers/bad_header.tar", "a.pkl"),
        ("wrappers/pickle.tar.gz", "pickle.tar!/a.pkl"),
        ("wrappers/pickle.pkl.gz", "pickle.pkl"),
        ("wrappers/cut.pkl.gz", "cut.pkl"),
        ("wrappers/pickle.pkl.bz2", "pickle.pkl"),
        ("wrappers/pickle.pkl.xz", "pickle.pkl"),
        ("wrappers/pickle.pkl.lzma", "pickle.pkl"),
        ("wrappers/pickle.pkl.z", "pickle.pkl"),
        ("wrappers/base64.txt", "base64"),
        ("wrappers/objects.npy", "objects"),
        ("wrappers/arrays.npz", "a.npy!/objects"),
    ],
)
def test_a_pickle_is_found_in_every_wrapper(sample, name, member):
    assert prints(sample(name)) == [member]


def test_raw_tensors_of_pytorch_are_neither_gaps_nor_pickles(sample, only):
    file = sample("zip/pytorch.pt")
    assert not only(file, Gap)
    assert len(only(file, PickleFacts)) == 1


def test_code_inside_a_torchscript_archive_is_told(sample, only):
    places = [
        fact.place.member for fact in only(sample("zip/torchscript.pt"), GraphFacts)
    ]
    assert places == ["model/code/x.py"]


def test_a_file_of_two_types_lists_both(sample):
    assert sample("zip/polyglot.pkl").contents == (Content.PICKLE, Content.ZIP)


def archive(*members, method=zipfile.ZIP_DEFLATED, **options):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as target:
        for name, data in members:
            with target.open(name, "w", **options) as member:
                member.write(data)
    return out.getvalue()


@pytest.mark.parametrize(
    "method",
    [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA],
)
@pytest.mark.parametrize("force_zip64", [False, True])
def test_members_of_every_method_are_read(look, only, method, force_zip64):
    file = look(
        archive(("a.pkl", PRINT_PICKLE), method=method, force_zip64=force_zip64)
    )
    assert prints(file) == ["a.pkl"]
    assert not only(file, ArchiveFacts)[0].problems


def test_streamed_members_with_a_descriptor_are_read(look, only):
    class Pipe(io.RawIOBase):
        def __init__(self):
            self.data = b""

        def writable(self):
            return True

        def write(self, data):
            self.data += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("a.pkl", PRINT_PICKLE)
        target.writestr("b/", b"")
    file = look(pipe.data)
    assert prints(file) == ["a.pkl"]
    assert not only(file, ArchiveFacts)[0].problems
    cut = look(pipe.data[: pipe.data.rindex(b"PK\x01\x02") - 60])
    assert prints(cut) == ["a.pkl"]


def test_a_large_zip64_directory_is_read(look, only):
    data = archive(("a.pkl", PRINT_PICKLE))
    end = data.rindex(b"PK\x05\x06")
    size, offset = (
        int.from_bytes(data[end + at : end + at + 4], "little") for at in (12, 16)
    )
    wide = b"PK\x06\x06" + (44).to_bytes(8, "little") + bytes(12)
    for number in (1, 1, size, offset):
        wide += number.to_bytes(8, "little")
    locator = b"PK\x06\x07" + bytes(4) + end.to_bytes(8, "little") + bytes(4)
    last = data[end : end + 8] + b"\xff" * 12 + bytes(2)
    file = look(data[:end] + wide + locator + last)
    assert prints(file) == ["a.pkl"]
    assert not only(file, ArchiveFacts)[0].problems


def test_an_unknown_method_leaves_a_gap(look, only):
    data = bytearray(archive(("a", b"x" * 50)))
    data[8] = 97
    at = data.rindex(b"PK\x01\x02")
    data[at + 10] = 97
    assert "method 97" in only(look(bytes(data)), Gap)[0].reason


def test_a_method_that_differs_is_tried_both_ways(look, only):
    data = bytearray(archive(("a.pkl", PRINT_PICKLE), method=zipfile.ZIP_STORED))
    data[data.rindex(b"PK\x01\x02") + 10] = 8
    file = look(bytes(data))
    assert prints(file) == ["a.pkl"]
    assert "header-mismatch" in kinds(only(file, ArchiveFacts)[0])


def test_overlapping_members_are_a_bomb(look, only):
    data = archive(("a", b"one"), ("b", b"two"), method=zipfile.ZIP_STORED)
    second = data.rindex(b"PK\x01\x02")
    twice = bytearray(data)
    twice[second + 42 : second + 46] = bytes(4)
    assert "bomb" in kinds(only(look(bytes(twice)), ArchiveFacts)[0])


def test_members_that_share_their_data_are_read_once(look, only):
    data = archive(("a", PRINT_PICKLE * 20), method=zipfile.ZIP_STORED)
    at, end = data.rindex(b"PK\x01\x02"), data.rindex(b"PK\x05\x06")
    entry, last = data[at:end], bytearray(data[end:])
    last[8:12] = b"\x32\0\x32\0"
    last[12:16] = (50 * len(entry)).to_bytes(4, "little")
    file = look(data[:at] + entry * 50 + bytes(last))
    assert "bomb" in kinds(only(file, ArchiveFacts)[0])
    assert len(prints(file)) < 200
    assert only(file, Gap)


def test_many_members_below_the_floor_are_a_bomb_together(look, only):
    limits = replace(DEFAULT_LIMITS, bomb_floor_bytes=2000, max_compression_ratio=10)
    file = look(archive(*((str(n), bytes(1999)) for n in range(99))), limits=limits)
    assert "bomb" in kinds(only(file, ArchiveFacts)[0])


def test_object_arrays_that_hold_no_pickle_are_read_as_a_loader_would(look, only):
    data = (VECTORS / "wrappers" / "objects_text.npy").read_bytes()
    file = look(data.replace(b"hello world", b"\x02\x01\xfflo world"))
    assert only(file, PickleFacts)[0].problems


def test_tensors_that_are_files_of_their_own_are_read(look, only):
    inner = archive(("deep.pkl", PRINT_PICKLE), method=zipfile.ZIP_STORED)
    members = [("m/data.pkl", b"\x80\x02N."), ("m/data/0", inner)]
    members += [("m/data/1", PRINT_PICKLE), ("m/data/2", b"PK\x05\x06" + bytes(18))]
    file = look(archive(*members, method=zipfile.ZIP_STORED))
    assert prints(file) == ["m/data/0!/deep.pkl", "m/data/1"]
    assert not only(file, Gap)


def test_a_member_without_a_local_header_is_told(look, only):
    data = bytearray(archive(("a", b"one"), method=zipfile.ZIP_STORED))
    data[data.rindex(b"PK\x01\x02") + 42] = 9
    assert "header-mismatch" in kinds(only(look(bytes(data)), ArchiveFacts)[0])


def test_a_member_longer_than_the_file_is_truncated(look, only):
    data = bytearray(archive(("a", b"one"), method=zipfile.ZIP_STORED))
    data[data.rindex(b"PK\x01\x02") + 20 : data.rindex(b"PK\x01\x02") + 24] = (
        b"\0\0\0\x01"
    )
    assert "truncated" in kinds(only(look(bytes(data)), ArchiveFacts)[0])


@pytest.mark.parametrize("count", [0, 5])
def test_a_wrong_number_of_members_is_told(look, only, count):
    data = bytearray(archive(("a", b"1"), ("b", b"2")))
    end = data.rindex(b"PK\x05\x06")
    data[end + 10] = count
    assert "truncated" in kinds(only(look(bytes(data)), ArchiveFacts)[0])


def test_damaged_deflate_data_keeps_what_came_before(look, only):
    noise = b"".join(hashlib.sha256(bytes((n,))).digest() for n in range(90))
    data = bytearray(archive(("a.pkl", PRINT_PICKLE + noise)))
    at = data.index(b"PK\x01\x02")
    for broken in (data[: at - 100] + b"\xff" * 100 + data[at:], data[: at - 1000]):
        file = look(bytes(broken))
        assert only(file, ArchiveFacts)[0].problems
        assert prints(file) == ["a.pkl"]


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_damaged_wrappers_keep_what_came_before(look, only, pack):
    noise = b"".join(
        hashlib.sha256(bytes((n % 256, n // 256))).digest() for n in range(9000)
    )
    data = bytearray(pack(PRINT_PICKLE + noise))
    data[-5000:] = b"\xff" * 5000
    file = look(bytes(data))
    assert kinds(only(file, ArchiveFacts)[0]) == ["malformed"]
    assert only(file, ArchiveFacts)[0].expanded_bytes > 280_000
    assert len(prints(file)) == 1


def test_a_member_that_expands_to_other_than_it_claims_is_told(look, only):
    data = bytearray(archive(("a", b"one two three")))
    for at in (data.index(b"PK\x03\x04") + 22, data.rindex(b"PK\x01\x02") + 24):
        data[at] = 5
    assert "header-mismatch" in kinds(only(look(bytes(data)), ArchiveFacts)[0])


BOMB = replace(DEFAULT_LIMITS, bomb_floor_bytes=100_000, max_compression_ratio=50)


@pytest.mark.parametrize(
    "pack",
    [
        gzip.compress,
        bz2.compress,
        lzma.compress,
        zlib.compress,
        lambda data: archive(("a", data)),
    ],
)
def test_data_that_expands_beyond_all_measure_is_a_bomb(look, only, pack):
    file = look(pack(bytes(30_000_000)), limits=BOMB)
    assert kinds(only(file, ArchiveFacts)[0]) == ["bomb"]
    assert only(file, Gap)


def test_a_zip_that_lies_about_its_size_is_a_bomb_all_the_same(look, only):
    data = bytearray(archive(("a", bytes(30_000_000))))
    for at in (data.index(b"PK\x03\x04") + 22, data.rindex(b"PK\x01\x02") + 24):
        data[at : at + 4] = b"\x05\0\0\0"
    assert "bomb" in kinds(only(look(bytes(data), limits=BOMB), ArchiveFacts)[0])


def test_declared_totals_are_bounded(look, only):
    limits = replace(DEFAULT_LIMITS, max_expanded_bytes=5)
    file = look(archive(("a", b"123"), ("b", b"456")), limits=limits)
    assert kinds(only(file, ArchiveFacts)[0]) == ["bomb"]


@pytest.mark.parametrize("field", ["max_member_bytes", "max_inflated_bytes"])
@pytest.mark.parametrize("pack", [gzip.compress, lambda data: archive(("a", data))])
def test_members_beyond_a_bound_leave_a_gap_and_no_problem(look, only, pack, field):
    file = look(
        pack(b"some text " * 9000), limits=replace(DEFAULT_LIMITS, **{field: 999})
    )
    assert not only(file, ArchiveFacts)[0].problems
    assert "expands to more than 999" in only(file, Gap)[0].reason


def test_an_lzma_dictionary_of_gigabytes_is_refused(look, only):
    packer = lzma.LZMACompressor(
        lzma.FORMAT_XZ, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 4096}]
    )
    data = bytearray(packer.compress(b"text " * 100) + packer.flush())
    at = data.index(b"\x21\x01") + 2
    data[at] = 40
    header = data[12 : 12 + (data[12] + 1) * 4]
    data[12 + len(header) - 0 : 12 + len(header) + 4] = zlib.crc32(header).to_bytes(
        4, "little"
    )
    file = look(bytes(data))
    assert only(file, ArchiveFacts)[0].problems


def test_memory_that_is_not_there_is_a_bomb(look, only, monkeypatch):
    class Hungry:
        eof = False
        hungry = True
        unused = b""

        def feed(self, _data):
            raise MemoryError

    monkeypatch.setitem(inflate_module.MAKERS, "gzip", Hungry)
    file = look(gzip.compress(b"x"))
    assert kinds(only(file, ArchiveFacts)[0]) == ["bomb"]


@pytest.mark.parametrize("header", [b"", b"\x09\x04\x05\x00\xff\0\0\0\0"])
def test_bad_properties_of_an_lzma_member_are_told(look, only, header):
    data = bytearray(archive(("a", b"x" * 99), method=zipfile.ZIP_LZMA))
    if header:
        data[31:40] = header
    else:
        for at in (data.index(b"PK\x03\x04") + 18, data.rindex(b"PK\x01\x02") + 20):
            data[at] = 4
    assert "malformed" in kinds(only(look(bytes(data)), ArchiveFacts)[0])


def test_several_compressed_streams_are_one_content(look, only):
    data = gzip.compress(PRINT_PICKLE[:9]) + gzip.compress(PRINT_PICKLE[9:])
    file = look(data + bytes(100))
    assert prints(file) == ["content"]
    assert not only(file, ArchiveFacts)[0].problems


def test_an_empty_wrapper_holds_nothing(look, only):
    file = look(gzip.compress(b""))
    assert only(file, ArchiveFacts)[0].expanded_bytes == 0


@pytest.mark.parametrize(
    ("path", "member"), [("x.tgz", "x.tar"), (".gz", "content"), ("a/b.XZ", "b")]
)
def test_the_ending_of_a_wrapper_falls_away(look, path, member):
    assert prints(look(gzip.compress(PRINT_PICKLE), path)) == [member]


def test_wrappers_nested_too_deep_leave_a_gap(look, only):
    data = PRINT_PICKLE
    for _ in range(7):
        data = gzip.compress(data)
    file = look(data)
    assert not prints(file)
    (found,) = only(file, Gap)
    assert "nested deeper" in found.reason
    assert found.bound == "depth"
    assert found.content is Content.GZIP


def test_what_is_nested_too_deep_in_a_text_or_a_pickle_is_named(look, only):
    wrapped = [
        (base64.b64encode(PRINT_PICKLE), Content.PICKLE),
        (
            b"\x80\x04C" + bytes((len(PRINT_PICKLE),)) + PRINT_PICKLE + b".",
            Content.PICKLE,
        ),
        (base64.b64encode(archive(("a", b"b"))), Content.ZIP),
    ]
    limits = replace(DEFAULT_LIMITS, max_archive_depth=1)
    for data, content in wrapped:
        (found,) = only(look(gzip.compress(data), limits=limits), Gap)
        assert found.content is content


def test_more_members_than_are_read_leave_a_gap(look, only):
    limits = replace(DEFAULT_LIMITS, max_archive_members=2)
    members = [(str(number), PRINT_PICKLE) for number in range(4)]
    file = look(archive(*members), limits=limits)
    assert len(prints(file)) == 2
    gaps = only(file, Gap)
    assert {gap.content for gap in gaps} == {Content.ZIP}
    assert len([gap for gap in gaps if "more members" in gap.reason]) == 1
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as target:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            target.addfile(info, io.BytesIO(data))
    file = look(out.getvalue(), limits=limits)
    assert len(prints(file)) == 2
    assert only(file, Gap)


@pytest.mark.parametrize(
    "form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]
)
@pytest.mark.parametrize("name", ["a.pkl", "d/" * 60 + "a.pkl", "ü/a.pkl"])
def test_tar_members_of_every_form_keep_their_names(look, only, form, name):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form, encoding="utf-8") as target:
        info = tarfile.TarInfo(name)
        info.size = len(PRINT_PICKLE)
        target.addfile(info, io.BytesIO(PRINT_PICKLE))
        folder = tarfile.TarInfo("folder")
        folder.type = tarfile.DIRTYPE
        target.addfile(folder)
        link = tarfile.TarInfo("link")
        link.type = tarfile.SYMTYPE
        link.linkname = "../" * 30 + "x"
        target.addfile(link)
    file = look(out.getvalue())
    assert prints(file) == [name]
    assert kinds(only(file, ArchiveFacts)[0]) == ["link-escape"]


def tar_header(kind=b"0", size=b"00000000000\0", name=b"a"):
    block = bytearray(name.ljust(100, b"\0") + b"0000644\0" + bytes(16) + size)
    block += b"00000000000\0" + b" " * 8 + kind
    block = block.ljust(257, b"\0") + b"ustar\x0000"
    block = block.ljust(512, b"\0")
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def test_sizes_in_base_256_and_pax_records_count(look):
    record = b"11 size=29\n9 bad"
    big = b"\x80" + len(PRINT_PICKLE).to_bytes(11, "big")
    data = tar_header(size=big) + PRINT_PICKLE.ljust(512, b"\0")
    data += tar_header(b"x", b"%011o\0" % len(record)) + record.ljust(512, b"\0")
    data += tar_header(size=b"zzzzzzzzzzz\0", name=b"b") + PRINT_PICKLE.ljust(
        512, b"\0"
    )
    data += tar_header(b"x", b"%011o\0" % 4) + b"0 x\n".ljust(512, b"\0")
    data += tar_header(b"g", b"%011o\0" % 4) + b"text".ljust(512, b"\0")
    assert prints(look(data + bytes(1024))) == ["a", "b"]


def test_an_end_without_a_whole_header_is_truncated(look, only):
    data = tar_header() + b"x" * 100
    assert kinds(only(look(data), ArchiveFacts)[0]) == ["truncated"]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("a/b", ""),
        ("a/../b", ""),
        ("./a", ""),
        ("..", "path-escape"),
        ("a/../../b", "path-escape"),
        ("a\\..\\..\\b", "path-escape"),
        ("/a", "absolute-path"),
        ("\\\\server\\a", "absolute-path"),
        ("C:\\a", "absolute-path"),
        ("c:a", "absolute-path"),
    ],
)
def test_names_that_leave_the_archive_are_told(name, problem):
    assert path_problem(name) == problem


def test_links_are_judged_from_where_they_lie():
    assert not link_leaves("a/b/link", "../c")
    assert not link_leaves("a/b/link", "../../c")
    assert link_leaves("a/link", "../../c")
    assert link_leaves("link", "/etc")
    assert link_leaves("link", "d:\\x")


@pytest.mark.parametrize("cut", range(0, 235, 7))
def test_a_zip_cut_anywhere_never_stops_the_reader(look, cut):
    data = (VECTORS / "zip" / "sound.zip").read_bytes()
    look(data[:cut])
    look(data[cut:])

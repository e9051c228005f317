from __future__ import annotations

import os
import stat
import struct
import zipfile
from dataclasses import replace

import pytest

from assay.domain.facts import ArchiveFacts
from assay.domain.limits import DEFAULT_LIMITS
from assay.domain.release import IrregularKind
from assay.release import inspect_release, take_inventory
from assay.release.formats.zip_directory import read_directory
from assay.release.source import BytesSource


def write(path, *members, method=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", method) as file:
        for name, data, *mode in members:
            info = zipfile.ZipInfo(name)
            info.create_system = 3
            info.compress_type = method
            info.external_attr = (mode[0] if mode else 0o100644) << 16
            file.writestr(info, data)
    return path


@pytest.fixture
def archive(tmp_path):
    """Write a zip file of some members."""

    def make(*members, name="model.zip", **options):
        return write(tmp_path / name, *members, **options)

    return make


def patched(path, what, new, count=-1):
    data = path.read_bytes()
    assert what in data
    path.write_bytes(data.replace(what, new, count))
    return path


METHODS = [
    zipfile.ZIP_STORED,
    zipfile.ZIP_DEFLATED,
    zipfile.ZIP_BZIP2,
    zipfile.ZIP_LZMA,
]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("top", ["", "top/"])
def test_an_archive_is_the_same_release_as_its_directory(
    tmp_path, release, same, method, top
):
    path = tmp_path / "packed.zip"
    with zipfile.ZipFile(path, "w", method) as file:
        for one in sorted(release.rglob("*")):
            file.write(one, top + str(one.relative_to(release)))
    found = same(path)
    assert found.name == "packed"
    assert found.notes == (
        ("All files lie in 'top', which counts as the release itself.",) if top else ()
    )


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../up", "a/../b", "a/./b", "a//b", "a\\b", "C:/x", "."]
)
def test_a_path_that_unpackers_disagree_about_refuses_the_archive(
    archive, refused, name
):
    refused(archive(("good", b"x"), (name, b"x")), "release.archive-path")


def test_a_name_that_is_not_utf8_refuses_the_archive(archive, refused):
    path = archive(("good", b"x"), ("nn", b"x"))
    refused(patched(path, b"nn", b"n\xff"), "release.archive-path")


def test_two_members_of_one_name_refuse_the_archive(archive, refused):
    path = archive(("a", b"x"), ("b", b"y"))
    patched(path, b"\0\0b", b"\0\0a")
    refused(path, "release.archive-duplicate")


def test_a_member_below_a_file_refuses_the_archive(archive, refused):
    refused(archive(("a", b"x"), ("a/b", b"x")), "release.archive-path")


@pytest.mark.parametrize("method", METHODS)
def test_links_are_listed_and_not_followed(archive, method):
    path = archive(
        ("a", b"x"), ("l", b"/etc/passwd", stat.S_IFLNK | 0o777), method=method
    )
    (link,) = take_inventory(path).irregular
    assert (link.kind, link.detail) == (IrregularKind.SYMLINK_OUTSIDE, "-> /etc/passwd")


def test_special_files_are_listed(archive):
    path = archive(("a", b"x"), ("p", b"", stat.S_IFIFO | 0o644))
    assert take_inventory(path).irregular[0].kind is IrregularKind.SPECIAL_FILE


def test_a_directory_with_content_is_refused(archive, refused):
    path = archive(("a", b"x"), ("bb", b"x"))
    refused(patched(path, b"bb", b"b/"), "release.archive-ambiguous")


@pytest.mark.parametrize("method", METHODS)
def test_a_member_with_another_checksum_is_refused(archive, refused, method):
    path = archive(("a", b"hello" * 100), method=method)
    (only,) = zipfile.ZipFile(path).infolist()
    crc = struct.pack("<L", only.CRC)
    refused(patched(path, crc, b"\1\2\3\4"), "release.archive-damaged")


def test_a_list_and_headers_that_differ_are_refused(archive, refused):
    path = archive(("aaaa", b"hello"))
    whole = path.read_bytes()
    refused(patched(path, b"aaaa", b"aaab", 1), "release.archive-ambiguous")
    path.write_bytes(whole)
    # The size before the data, alone.
    data = bytearray(whole)
    data[22:26] = struct.pack("<L", 4)
    path.write_bytes(bytes(data))
    refused(path, "release.archive-ambiguous")


def test_sizes_behind_the_data_may_be_nought_before_it(tmp_path):
    path = tmp_path / "m.zip"
    with path.open("wb") as raw, zipfile.ZipFile(Unseekable(raw), "w") as file:  # type: ignore[call-overload] # what it asks of a stream is less than its types say
        file.writestr("a", b"hello")
    assert take_inventory(path).files[0].size == 5


class Unseekable:
    """A pipe, to which zip files are written with descriptors behind the data."""

    def __init__(self, raw):
        self.raw = raw

    def write(self, data, /):
        self.raw.write(data)
        return len(data)

    def flush(self) -> None:
        self.raw.flush()


def test_a_second_name_in_an_extra_field_is_refused(tmp_path, refused):
    path = tmp_path / "m.zip"
    with zipfile.ZipFile(path, "w") as file:
        info = zipfile.ZipInfo("a")
        info.extra = struct.pack("<2HBL", 0x7075, 6, 1, 0) + b"b"
        file.writestr(info, b"x")
    refused(path, "release.archive-ambiguous")


def test_two_ends_that_both_fit_are_refused(archive, refused):
    path = archive(("a", b"x"))
    data = path.read_bytes()
    end = data[-22:]
    path.write_bytes(data[:-2] + struct.pack("<H", 22) + end)
    refused(path, "release.archive-ambiguous")


def test_members_that_share_their_data_are_refused(archive, refused):
    path = archive(("a", b"x"), ("b", b"x"))
    data = bytearray(path.read_bytes())
    directory = read_directory(BytesSource(bytes(data)), DEFAULT_LIMITS)
    # The second entry of the list points at the first member.
    second = data.index(b"PK\x01\x02", directory.start + 4)
    data[second + 42 : second + 46] = bytes(4)
    data[second + 46] = ord("a")
    path.write_bytes(bytes(data))
    error = refused(path, "release.archive-duplicate")
    assert "'a'" in error.found


def test_members_that_overlap_are_refused(archive, refused):
    # The data of the first member holds all of the second.
    inner = (
        b"PK\x03\x04" + struct.pack("<5H3L2H", 20, 0, 0, 0, 33, 0, 0, 0, 1, 0) + b"b"
    )
    path = archive(("a", inner), ("b", b""))
    data = bytearray(path.read_bytes())
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = struct.pack("<L", 31)
    data[second + 12 : second + 16] = inner[10:14]
    path.write_bytes(bytes(data))
    refused(path, "release.archive-ambiguous")


def flagged(path, bit):
    """Set a bit of the flags of the only member, in both places."""
    data = bytearray(path.read_bytes())
    data[6] |= bit
    data[data.index(b"PK\x01\x02") + 8] |= bit
    path.write_bytes(bytes(data))
    return path


def test_an_encrypted_member_is_refused(archive, refused):
    refused(flagged(archive(("a", b"x")), 1), "release.archive-unsupported")


def test_a_method_that_nobody_unpacks_is_refused(archive, refused):
    path = archive(("a", b"x"))
    data = bytearray(path.read_bytes())
    data[8] = 99
    data[data.index(b"PK\x01\x02") + 10] = 99
    path.write_bytes(bytes(data))
    refused(path, "release.archive-unsupported")


def test_two_sizes_of_what_is_stored_are_refused(archive, refused):
    path = archive(("a", b"xyz"))
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[22] = data[at + 24] = 9
    path.write_bytes(bytes(data))
    refused(path, "release.archive-ambiguous")


def test_a_member_that_is_cut_is_refused(archive, refused):
    path = archive(("a", b"xyz"))
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    for place in (18, 22, at + 20, at + 24):
        data[place + 2] = 1
    path.write_bytes(bytes(data))
    refused(path, "release.archive-damaged")


@pytest.mark.parametrize("method", METHODS[1:])
def test_damaged_data_is_refused(archive, refused, method):
    data = os.urandom(9000)
    path = archive(("a", data), method=method)
    content = bytearray(path.read_bytes())
    content[3000:3400] = bytes(400)
    path.write_bytes(bytes(content))
    refused(path, "release.archive-damaged")


def test_a_member_that_is_not_there_is_refused(archive, refused):
    path = archive(("a", b"x"))
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 42] = 7
    path.write_bytes(bytes(data))
    refused(path, "release.archive-damaged")


def test_a_list_that_is_cut_is_refused(archive, refused):
    path = archive(("a", b"x"), ("b", b"x"))
    patched(path, b"PK\x05\x06\0\0\0\0\2\0\2\0", b"PK\x05\x06\0\0\0\0\3\0\3\0")
    refused(path, "release.archive-damaged")


def test_more_members_than_are_read_are_refused(archive, refused):
    path = archive(("a", b"x"), ("b", b"x"))
    limits = replace(DEFAULT_LIMITS, max_archive_members=1)
    error = refused(path, "release.archive-damaged", limits=limits)
    assert error.found


def test_a_bomb_is_refused(archive, refused):
    path = archive(("a", bytes(3 << 20)), method=zipfile.ZIP_DEFLATED)
    tight = replace(DEFAULT_LIMITS, bomb_floor_bytes=1 << 20)
    refused(path, "release.archive-bomb", limits=tight)
    small = replace(DEFAULT_LIMITS, max_expanded_bytes=1 << 20)
    refused(path, "release.archive-bomb", limits=small)


def test_a_member_that_expands_beyond_what_it_states_is_refused(archive, refused):
    path = archive(("a", bytes(100)), method=zipfile.ZIP_DEFLATED)
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[22] = data[at + 24] = 50
    path.write_bytes(bytes(data))
    refused(path, "release.archive-bomb")


def problems(path):
    about = inspect_release(path).facts.files[-1]
    return [
        p.kind for f in about.facts if isinstance(f, ArchiveFacts) for p in f.problems
    ]


def test_data_behind_the_end_is_a_finding(archive):
    path = archive(("a", b"x"))
    path.write_bytes(path.read_bytes() + b"hidden")
    assert problems(path) == ["trailing-data"]


def test_another_archive_in_front_is_a_finding(archive):
    first = archive(("evil", b"x"), name="first.zip").read_bytes()
    path = archive(("a", b"x"))
    path.write_bytes(first + path.read_bytes())
    assert problems(path) == ["prefix-data"]


def test_a_member_that_the_list_leaves_out_is_a_finding(archive):
    path = archive(("a", b"x"), ("hidden", b"y" * 40))
    data = path.read_bytes()
    second = data.rindex(b"PK\x01\x02")
    end = data.rindex(b"PK\x05\x06")
    size, offset = struct.unpack_from("<2L", data, end + 12)
    record = data[end : end + 8] + struct.pack(
        "<2H2LH", 1, 1, size - (end - second), offset, 0
    )
    path.write_bytes(data[:second] + record)
    assert problems(path) == ["header-mismatch"]


def test_an_archive_that_changes_while_it_is_read_is_told(archive, refused):
    path = archive(("a", b"x"), ("b", b"y"))

    def touch(_news):
        os.utime(path, ns=(1, 1))

    refused(path, "release.changed-while-read", progress=touch, jobs=1)


def test_a_hundred_thousand_members_take_linear_time(archive):
    counts = (500, 2_000)
    paths = [
        archive(*((f"m/{i}", b"") for i in range(count)), name=f"{count}.zip")
        for count in counts
    ]
    seen = [take_inventory(path, jobs=1).files for path in paths]
    assert [len(files) for files in seen] == list(counts)


def test_other_extra_fields_are_no_second_name(tmp_path):
    path = tmp_path / "m.zip"
    with zipfile.ZipFile(path, "w") as file:
        info = zipfile.ZipInfo("a")
        info.extra = struct.pack("<2H", 0x5455, 4) + b"\x75\x70up"
        file.writestr(info, b"x")
    assert take_inventory(path).files[0].path == "a"

"""Tar headers in every spelling that a reader in use accepts."""

from __future__ import annotations

import io
import os
import tarfile

import pytest

from assay.domain.facts import ArchiveFacts, Content, PickleFacts
from assay.release.formats.tar import is_header, number

PRINT_PICKLE = b"\x80\x02cbuiltins\nprint\n(Vhello\ntR."


def header(name=b"a.pkl", kind=b"0", size=b"", spelling=b"%06o\0 ", **fields):
    """Write one header; `spelling` says how its checksum is put."""
    block = bytearray(512)
    block[: len(name)] = name
    block[100:108] = fields.get("mode", b"0000644\0")
    given = size or b"%011o\0" % len(PRINT_PICKLE)
    block[124 : 124 + len(given)] = given
    block[156:157] = kind
    magic = fields.get("magic", b"ustar\x0000")
    block[257 : 257 + len(magic)] = magic
    prefix = fields.get("prefix", b"")
    block[345 : 345 + len(prefix)] = prefix
    block[482:483] = fields.get("extended", b"\0")
    block[148:156] = b" " * 8
    total = sum(block)
    if fields.get("signed"):
        total -= 256 * sum(byte > 0x7F for byte in block)
    if spelling == "binary":
        block[148:156] = b"\x80" + total.to_bytes(7, "big")
    else:
        block[148:156] = (spelling % total)[:8].ljust(8, b"\0")
    return bytes(block)


def archive(*parts):
    return b"".join(part.ljust(-(-len(part) // 512) * 512, b"\0") for part in parts)


def accepted(data):
    """Tell what Python's own reader lists."""
    with tarfile.open(fileobj=io.BytesIO(data)) as opened:
        return opened.getnames()


@pytest.mark.parametrize("name", [b"a.pkl", b"GIF89a", b"\x89PNG\r\n\x1a\n"])
@pytest.mark.parametrize(
    "spelling",
    [b"%06o\0 ", b"%07o\0", b"%08o", b"0o%o\0", b" %o\0", b"+%o\0", "binary"],
)
def test_every_spelling_of_the_checksum_opens_the_archive(look, only, name, spelling):
    data = archive(header(name, spelling=spelling), PRINT_PICKLE) + bytes(1024)
    assert len(accepted(data)) == 1
    file = look(data, "logo.gif")
    assert Content.TAR in file.contents
    assert (file.content is Content.IMAGE) == (name != b"a.pkl")
    assert only(file, PickleFacts)


def test_a_checksum_over_signed_bytes_opens_the_archive(look, only):
    data = archive(header(b"\xff\xfe\xe9", signed=True), PRINT_PICKLE) + bytes(1024)
    assert accepted(data)
    assert only(look(data), PickleFacts)


def test_a_mode_that_only_python_refuses_opens_the_archive(look, only):
    data = archive(header(mode=b"zzzzzzz\0"), PRINT_PICKLE) + bytes(1024)
    assert only(look(data), PickleFacts)
    strange = header(mode=b"zzzzzzz\0", spelling="binary")
    assert not is_header(strange)


def test_random_bytes_are_no_archive():
    assert not any(is_header(os.urandom(512)) for _ in range(1000))
    assert not is_header(bytes(512))
    assert not is_header(b"")


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"0000017\0", 15),
        (b" 17 \0zzz", 15),
        (b"0o17\0", 15),
        (b"1_7\0", 15),
        (b"\0", 0),
        (b"\x80\0\x01\0", 256),
        (b"\xff\xff\xff\xff", -1),
        (b"zz\0", None),
        (b"\xe9\0", None),
        (b"8\0", None),
    ],
)
def test_numbers_are_read_as_python_reads_them(data, value):
    assert number(data) == value
    if value is None:
        with pytest.raises(tarfile.HeaderError):
            tarfile.nti(data)
    else:
        assert tarfile.nti(data) == value


@pytest.mark.parametrize("size", [b"\xff" * 12, b"zzzzzzzzzzz\0"])
def test_a_size_below_zero_or_none_ends_the_reading_and_is_told(look, only, size):
    data = archive(header(size=size), PRINT_PICKLE) + bytes(1024)
    sound = archive(header(b"b"), PRINT_PICKLE)
    (facts,) = only(look(sound + data, "x.tar"), ArchiveFacts)
    assert [p.kind for p in facts.problems] == ["malformed"]


def test_a_size_in_base_256_leads_to_the_next_member(look, only):
    size = b"\x80" + len(PRINT_PICKLE).to_bytes(11, "big")
    data = archive(header(b"t", size=size), b"x", header(b"b.pkl"), PRINT_PICKLE)
    assert accepted(data + bytes(1024)) == ["t", "b.pkl"]
    assert [f.place.member for f in only(look(data), PickleFacts)] == ["b.pkl"]


def test_a_folder_of_the_old_form_holds_no_data(look, only):
    data = archive(header(b"d/", b"\0"), header(b"b.pkl"), PRINT_PICKLE)
    assert accepted(data + bytes(1024)) == ["d", "b.pkl"]
    assert [f.place.member for f in only(look(data), PickleFacts)] == ["b.pkl"]


def test_the_maps_of_a_sparse_member_are_passed_over(look, only):
    more = b"\0" * 504 + b"\x01"
    sparse = header(b"s.pkl", b"S", extended=b"\x01", magic=b"ustar  \0")
    data = archive(sparse, more, bytes(512), PRINT_PICKLE, header(b"b.pkl"), b"\x80")
    members = {f.place.member for f in only(look(data), PickleFacts)}
    assert {"s.pkl"} <= members


@pytest.mark.parametrize("magic", [b"ustar\x0000", b"\0" * 8])
def test_a_prefix_counts_whatever_the_magic(look, only, magic):
    data = archive(header(b"evil", prefix=b"../..", magic=magic), PRINT_PICKLE)
    assert accepted(data + bytes(1024)) == ["../../evil"]
    (facts,) = only(look(data), ArchiveFacts)
    assert "path-escape" in [p.kind for p in facts.problems]


def record(key, value):
    body = f" {key}={value}\n"
    length = len(body) + len(str(len(body) + 2))
    return f"{length}{body}".encode()


def test_a_global_record_names_every_member(look, only):
    data = record("path", "../out") + record("linkpath", "/etc") + record("size", "5 ")
    size = b"%011o\0" % len(data)
    parts = (header(b"g", b"g", size), data, header(b"a"), b"x", header(b"l", b"2"))
    (facts,) = only(look(archive(*parts)), ArchiveFacts)
    kinds = {p.kind for p in facts.problems}
    assert {"path-escape", "link-escape"} <= kinds


def test_a_size_record_that_is_no_number_is_none_at_all(look, only):
    data = record("size", "many")
    size = b"%011o\0" % len(data)
    parts = (header(b"x", b"x", size), data, header(b"a"), header(b"b.pkl"))
    assert accepted(archive(*parts, PRINT_PICKLE) + bytes(1024)) == ["a", "b.pkl"]
    found = look(archive(*parts, PRINT_PICKLE))
    assert [f.place.member for f in only(found, PickleFacts)] == ["b.pkl"]

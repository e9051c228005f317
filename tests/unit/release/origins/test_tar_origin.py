from __future__ import annotations

import io
import os
import tarfile
from contextlib import suppress
from dataclasses import replace

import pytest

from assay.domain.facts import ArchiveFacts, Gap
from assay.domain.limits import DEFAULT_LIMITS
from assay.domain.release import IrregularKind
from assay.release import inspect_release, take_inventory
from assay.release import source as source_module
from assay.release.origins import tar_members as tar_members_module
from assay.release.origins.tar_members import tar_members
from assay.release.source import BytesSource


def member(name, data=b"x", **fields):
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for key, value in fields.items():
        setattr(info, key, value)
    return info, data


def link(name, target, kind=tarfile.SYMTYPE):
    return member(name, b"", type=kind, linkname=target)


def write(path, *members, mode="w", **options):
    with tarfile.open(path, mode, **options) as file:
        for info, data in members:
            file.addfile(info, io.BytesIO(data))
    return path


@pytest.fixture
def archive(tmp_path):
    """Write a tar file of some members."""

    def make(*members, name="model.tar", mode="w", **options):
        return write(tmp_path / name, *members, mode=mode, **options)

    return make


@pytest.mark.parametrize(
    ("ending", "mode"),
    [
        (".tar", "w"),
        (".tar.gz", "w:gz"),
        (".TGZ", "w:gz"),
        (".tar.bz2", "w:bz2"),
        (".tar.xz", "w:xz"),
    ],
)
@pytest.mark.parametrize("top", ["my-model", "."])
def test_an_archive_is_the_same_release_as_its_directory(
    tmp_path, release, same, ending, mode, top
):
    path = tmp_path / f"packed{ending}"
    with tarfile.open(path, mode) as file:
        file.add(release, top)
    found = same(path)
    assert found.name == "packed"
    assert bool(found.notes) == (top != ".")


@pytest.mark.parametrize(
    "layout", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]
)
def test_long_names_are_read_in_every_dialect(archive, layout):
    name = "d" * 90 + "/" + "f" * 90
    path = archive(member(name), format=layout)
    assert take_inventory(path).files[0].path == "f" * 90
    path = archive(member(name), member("other"), format=layout)
    assert take_inventory(path).files[0].path == name


def test_names_beyond_ascii_are_read_as_utf8(archive):
    path = archive(member("ü"), member("é" * 120))
    assert [r.path for r in take_inventory(path).files] == ["é" * 120, "ü"]


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../up",
        "a/../../up",
        "a/./b",
        "a//b",
        "a\\b",
        "C:/windows",
        "..",
        "a/" * 65 + "b",
        "n" * 4097,
    ],
)
def test_a_path_that_unpackers_disagree_about_refuses_the_archive(
    archive, refused, name
):
    refused(archive(member("good"), member(name)), "release.archive-path")


def test_a_name_that_is_not_utf8_refuses_the_archive(archive, refused):
    path = archive(member("n\udcff"), format=tarfile.GNU_FORMAT)
    refused(path, "release.archive-path")


def test_a_file_at_the_root_itself_refuses_the_archive(archive, refused):
    refused(archive(member("good"), member(".")), "release.archive-path")


def test_two_members_of_one_name_refuse_the_archive(archive, refused):
    for second in (member("a", b"y"), member("./a"), link("a", "b")):
        refused(archive(member("a"), second), "release.archive-duplicate")


def test_a_file_below_a_file_or_a_link_refuses_the_archive(archive, refused):
    refused(archive(member("a"), member("a/b")), "release.archive-path")
    refused(archive(link("a", "/etc"), member("a/b")), "release.archive-path")


def test_links_are_listed_as_in_directories(archive):
    path = archive(
        member("m/a"),
        link("m/inside", "a"),
        link("m/broken", "gone"),
        link("m/outside", "../../etc"),
        link("m/beside", "../other"),
        link("m/absolute", "/etc/passwd"),
    )
    kinds = {one.path: one.kind for one in take_inventory(path).irregular}
    assert kinds == {
        "inside": IrregularKind.SYMLINK_INSIDE,
        "broken": IrregularKind.SYMLINK_BROKEN,
        "outside": IrregularKind.SYMLINK_OUTSIDE,
        "beside": IrregularKind.SYMLINK_OUTSIDE,
        "absolute": IrregularKind.SYMLINK_OUTSIDE,
    }


def test_another_name_of_a_file_is_a_file_as_in_a_directory(archive):
    path = archive(
        member("a", b"hello"),
        link("b", "a", tarfile.LNKTYPE),
        link("c", "gone", tarfile.LNKTYPE),
    )
    found = take_inventory(path)
    assert found.files[0].sha256 == found.files[1].sha256
    assert found.irregular[0].kind is IrregularKind.SYMLINK_OUTSIDE


def test_special_files_are_listed(archive):
    path = archive(member("a"), member("pipe", b"", type=tarfile.FIFOTYPE))
    (pipe,) = take_inventory(path).irregular
    assert (pipe.kind, pipe.detail) == (IrregularKind.SPECIAL_FILE, "FIFO")


def test_version_control_is_left_out_as_in_a_directory(archive):
    path = archive(member("m/a"), member("m/.git/config"), link("m/.git/x", "/"))
    found = take_inventory(path)
    assert [record.path for record in found.files] == ["a"]
    assert [one.kind for one in found.irregular] == [IrregularKind.VERSION_CONTROL]


def test_an_archive_without_files_is_refused(archive, refused):
    refused(archive(member("d", b"", type=tarfile.DIRTYPE)), "release.empty")


def test_an_archive_with_too_many_members_is_refused(archive, refused):
    path = archive(member("a"), member("b"), member("c"))
    limits = replace(DEFAULT_LIMITS, max_files=2)
    refused(path, "release.too-many-files", limits=limits)
    folders = [member(f"d{n}", b"", type=tarfile.DIRTYPE) for n in range(3)]
    refused(archive(*folders), "release.too-many-files", limits=limits)


def test_data_behind_the_end_is_a_finding_and_a_gap(archive):
    path = archive(member("a"), member("b"))
    path.write_bytes(path.read_bytes() + b"hidden")
    about = inspect_release(path).facts.files[-1]
    assert about.path == "model.tar"
    kinds = [
        p.kind for f in about.facts if isinstance(f, ArchiveFacts) for p in f.problems
    ]
    assert kinds == ["trailing-data"]
    assert any(isinstance(fact, Gap) for fact in about.facts)


def test_data_behind_the_compression_is_a_finding_and_padding_is_none(archive):
    path = archive(member("a"), member("b"), name="m.tar.gz", mode="w:gz")
    whole = path.read_bytes()
    path.write_bytes(whole + bytes(512))
    assert len(inspect_release(path).facts.files) == 2
    path.write_bytes(whole + b"hidden")
    assert inspect_release(path).facts.files[-1].path == "m.tar.gz"


def test_a_cut_archive_is_refused(archive, refused):
    path = archive(member("a", bytes(5000)), member("b"))
    whole = path.read_bytes()
    for size in (700, 5000, 5632 + 100):
        path.write_bytes(whole[:size])
        refused(path, "release.archive-damaged")


def test_a_cut_compressed_archive_is_refused(archive, refused):
    data = os.urandom(50_000)
    path = archive(member("a", data), name="m.tar.gz", mode="w:gz")
    path.write_bytes(path.read_bytes()[:-500])
    refused(path, "release.archive-damaged")


def test_a_bomb_is_refused(archive, refused):
    path = archive(member("a", bytes(3 << 20)), name="m.tar.gz", mode="w:gz")
    tight = replace(DEFAULT_LIMITS, bomb_floor_bytes=1 << 20)
    refused(path, "release.archive-bomb", limits=tight)
    small = replace(DEFAULT_LIMITS, max_expanded_bytes=1 << 20)
    refused(path, "release.archive-bomb", limits=small)


def test_a_full_disk_is_no_damage_of_the_archive(archive, refused, monkeypatch):
    path = archive(member("a", bytes(3 << 20)), name="m.tar.gz", mode="w:gz")

    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(source_module.Spool, "write", full)
    refused(path, "machine.spool")
    monkeypatch.undo()
    monkeypatch.setattr(source_module.Spool, "source", full)
    refused(path, "machine.spool")


def test_progress_is_told_while_an_archive_is_inflated(archive):
    path = archive(member("a", bytes(3 << 20)), name="m.tar.gz", mode="w:gz")
    news: list = []
    inspect_release(path, progress=news.append)
    assert (news[0].files_total, news[0].path) == (0, "")
    assert news[0].bytes_total == path.stat().st_size
    assert news[-1].files_done == 1


def test_an_archive_that_changes_while_it_is_read_is_told(
    archive, refused, monkeypatch
):
    path = archive(member("a", bytes(9000)), member("b"))

    def append(*_args):
        with path.open("ab") as file:
            file.write(b"more")
        return iter(())

    real = tar_members_module.is_header

    def touch(block):
        append()
        return real(block)

    monkeypatch.setattr(tar_members_module, "is_header", touch)
    refused(path, "release.changed-while-read")


def test_a_member_that_is_cut_while_it_is_read_is_told(archive, refused):
    path = archive(member("a", bytes(9000)), member("b"))

    def cut(_news):
        with suppress(OSError):
            os.truncate(path, 600)

    refused(path, "release.changed-while-read", progress=cut, jobs=1)


def parse(data):
    return list(tar_members(BytesSource(data), "x.tar"))


def raw(*members, layout=tarfile.GNU_FORMAT, **options):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=layout, **options) as file:
        for info, data in members:
            file.addfile(info, io.BytesIO(data))
    return bytearray(buffer.getvalue())


def sealed(block):
    """Write the checksum of a header anew."""
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block[:512])
    return block


def edited(data, **places):
    for key, value in places.items():
        start = int(key[1:])
        data[start : start + len(value)] = value
    data[:512] = sealed(data[:512])
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "code"),
    {
        "a member of an unknown type": (
            edited(raw(member("a")), _156=b"S"),
            "release.archive-unsupported",
        ),
        "no size": (
            edited(raw(member("a")), _124=b"zzz"),
            "release.archive-damaged",
        ),
        "a negative size": (
            edited(raw(member("a")), _124=b"\xff" * 12),
            "release.archive-damaged",
        ),
        "a directory of the oldest kind with content": (
            edited(raw(member("a")), _0=b"abc/", _156=b"\0"),
            "release.archive-ambiguous",
        ),
        "a link with content": (
            edited(raw(member("a")), _156=b"2"),
            "release.archive-ambiguous",
        ),
        "a prefix in a header of GNU tar": (
            edited(raw(member("a")), _345=b"etc"),
            "release.archive-ambiguous",
        ),
        "a long name that is cut": (
            bytes(raw(member("n" * 300)))[:600],
            "release.archive-damaged",
        ),
        "a long name without a member": (
            bytes(raw(member("n" * 300)))[:1024],
            "release.archive-damaged",
        ),
        "a name that is far too long": (
            edited(raw(member("n" * 300)), _124=b"77777777777\0"),
            "release.archive-unsupported",
        ),
        "a sparse file": (
            bytes(
                raw(
                    member("a", pax_headers={"GNU.sparse.major": "1"}),
                    layout=tarfile.PAX_FORMAT,
                )
            ),
            "release.archive-unsupported",
        ),
        "a global path": (
            bytes(
                raw(
                    member("a"),
                    layout=tarfile.PAX_FORMAT,
                    pax_headers={"path": "other"},
                )
            ),
            "release.archive-ambiguous",
        ),
        "a NUL in a path": (
            bytes(
                raw(
                    member("a", pax_headers={"path": "x\0y"}),
                    layout=tarfile.PAX_FORMAT,
                )
            ),
            "release.archive-ambiguous",
        ),
        "a size that is no number": (
            bytes(
                raw(
                    member("a", pax_headers={"size": "many"}),
                    layout=tarfile.PAX_FORMAT,
                )
            ),
            "release.archive-damaged",
        ),
    }.values(),
)
def test_what_unpackers_would_read_differently_is_refused(
    tmp_path, refused, data, code
):
    path = tmp_path / "m.tar"
    path.write_bytes(data)
    refused(path, code)


@pytest.mark.parametrize(
    "record", [b"x path=a\n", b"99 path=a\n", b"9 pathaa\n", b"9path=abc"]
)
def test_a_broken_record_is_refused(tmp_path, refused, record):
    data = raw(
        member("a", pax_headers={"comment": "c" * 20}), layout=tarfile.PAX_FORMAT
    )
    size = b"%011o\0" % len(record)
    data[512 : 512 + 64] = record.ljust(64, b"\0")
    path = tmp_path / "m.tar"
    path.write_bytes(edited(data, _124=size))
    refused(path, "release.archive-damaged")


def test_pax_records_say_path_link_and_size():
    data = raw(
        member("a", b"12345", pax_headers={"path": "b/c", "comment": "x"}),
        link("l", "t" * 200),
        layout=tarfile.PAX_FORMAT,
    )
    first, second = parse(bytes(data))
    assert (first.name, first.size) == (b"b/c", 5)
    assert (second.kind, second.link) == (b"2", b"t" * 200)


def test_a_size_in_a_record_counts_where_the_header_has_none():
    # As headers are written that cannot hold it.
    data = records(record(b"size", b"3"), member("a", b"")) + b"xyz"
    data = data[:1536] + b"xyz".ljust(512, b"\0") + bytes(1024)
    assert parse(data)[0].size == 3


def test_directories_of_the_oldest_kind_are_directories():
    data = raw(member("a", b""))
    (folder,) = parse(edited(data, _0=b"abc/", _156=b"\0"))
    assert folder.kind == b"5"


def test_an_archive_without_its_end_is_read_to_the_last_byte():
    data = bytes(raw(member("a", bytes(512))))[:1024]
    assert [one.name for one in parse(data)] == [b"a"]


def test_long_links_of_gnu_tar_are_read():
    (only,) = parse(bytes(raw(link("l", "t" * 300))))
    assert only.link == b"t" * 300


def records(*members):
    """Give members with records before them, bytes as they are."""
    made = b""
    for info, data in members:
        made += info.tobuf(tarfile.USTAR_FORMAT) + data + b"\0" * (-len(data) % 512)
    return made + b"\0" * 1024


def record(name, value, kind=tarfile.XHDTYPE):
    body = b" %s=%s\n" % (name, value)
    size = len(body) + 2
    data = b"%d" % size + body if kind == tarfile.XHDTYPE else value
    return member("record", data, type=kind)


@pytest.mark.parametrize(
    "before",
    [
        [record(b"path", b"a"), record(b"path", b"b")],
        [record(b"", b"a\0", tarfile.GNUTYPE_LONGNAME), record(b"path", b"b")],
        [record(b"size", b"1")],
    ],
)
def test_records_of_which_unpackers_take_another_are_refused(tmp_path, refused, before):
    path = tmp_path / "model.tar"
    path.write_bytes(records(*before, member("plain", b"xyz")))
    refused(path, "release.archive-ambiguous")


def test_a_record_that_says_the_same_again_is_read(tmp_path):
    path = tmp_path / "model.tar"
    again = [record(b"path", b"a"), record(b"path", b"a"), record(b"size", b"3")]
    path.write_bytes(records(*again, member("plain", b"xyz")))
    assert [one.path for one in take_inventory(path).files] == ["a"]


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "a/../../up", "C:/windows", "..\\up", "\\\\host\\share"]
)
def test_nobody_is_told_to_unpack_what_writes_outside_of_its_folder(
    archive, refused, name
):
    error = refused(archive(member("good"), member(name)), "release.archive-path")
    assert "outside of its folder" in error.message
    assert error.remedy.startswith("do not unpack it with other tools")


def test_nobody_is_told_to_unpack_what_lies_below_a_link(archive, refused):
    below = archive(link("a", "/etc"), member("a/b"))
    assert "do not unpack" in refused(below, "release.archive-path").remedy
    plain = refused(archive(member("a"), member("a/b")), "release.archive-path")
    assert "do not unpack" not in plain.remedy
    odd = refused(archive(member("good"), member("a//b")), "release.archive-path")
    assert "pack the files again" in odd.remedy

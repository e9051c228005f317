from __future__ import annotations

import errno
import os
import stat
from dataclasses import replace

import pytest

from assay.domain.limits import DEFAULT_LIMITS
from assay.domain.release import IrregularKind
from assay.errors import ReleaseError
from assay.release import take_inventory
from assay.release import walk as walk_module


def make(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())


def kinds(inventory):
    return {item.path: item.kind for item in inventory.irregular}


def refused(root, code, **options):
    with pytest.raises(ReleaseError) as caught:
        take_inventory(root, **options)
    assert caught.value.code == code
    return caught.value


def test_every_file_is_listed_by_code_point_order(tmp_path):
    make(tmp_path, "b", "a/z", "a-b", "Z", ".hidden", "ü", "a/é")
    paths = [record.path for record in take_inventory(tmp_path).files]
    assert paths == sorted(["b", "a/z", "a-b", "Z", ".hidden", "ü", "a/é"])


def test_a_directory_that_is_not_there_is_refused(tmp_path):
    refused(tmp_path / "no", "release.not-found")


def test_a_path_with_a_nul_is_not_found(tmp_path):
    refused(tmp_path / "a\0b", "release.not-found")


def test_a_pipe_in_place_of_a_directory_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path / "pipe", "release.not-a-directory")


def test_a_root_that_may_not_be_opened_is_unreadable(tmp_path, monkeypatch):
    def deny(*_args, **_options):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(walk_module.os, "open", deny)
    refused(tmp_path, "release.unreadable")


def test_a_directory_without_a_file_is_refused(tmp_path):
    (tmp_path / "inner").mkdir()
    refused(tmp_path, "release.empty")


def test_a_directory_with_links_only_is_refused(tmp_path):
    (tmp_path / "link").symlink_to("/etc/hostname")
    refused(tmp_path, "release.empty")


def test_links_are_listed_and_never_followed(tmp_path):
    root = tmp_path / "release"
    make(root, "real/file")
    make(tmp_path, "outside")
    (root / "in").symlink_to("real/file")
    (root / "in-dir").symlink_to("real")
    (root / "out").symlink_to("../outside")
    (root / "out-dir").symlink_to(tmp_path)
    (root / "broken").symlink_to("nothing")
    (root / "loop").symlink_to("loop")
    (root / "away").symlink_to("../../nobody/.ssh/id_rsa")
    inventory = take_inventory(root)
    assert [record.path for record in inventory.files] == ["real/file"]
    assert kinds(inventory) == {
        "away": IrregularKind.SYMLINK_OUTSIDE,
        "broken": IrregularKind.SYMLINK_BROKEN,
        "in": IrregularKind.SYMLINK_INSIDE,
        "in-dir": IrregularKind.SYMLINK_INSIDE,
        "loop": IrregularKind.SYMLINK_BROKEN,
        "out": IrregularKind.SYMLINK_OUTSIDE,
        "out-dir": IrregularKind.SYMLINK_OUTSIDE,
    }
    details = {item.path: item.detail for item in inventory.irregular}
    assert details["in"] == "-> real/file"


def test_a_link_to_the_root_itself_lies_inside(tmp_path):
    make(tmp_path, "a")
    (tmp_path / "self").symlink_to(".")
    assert kinds(take_inventory(tmp_path)) == {"self": IrregularKind.SYMLINK_INSIDE}


def test_a_root_reached_through_a_link_is_read(tmp_path):
    make(tmp_path, "real/a")
    (tmp_path / "link").symlink_to("real")
    assert len(take_inventory(tmp_path / "link").files) == 1


def test_special_files_are_listed_and_never_opened(tmp_path):
    make(tmp_path, "a")
    os.mkfifo(tmp_path / "pipe")
    os.mknod(tmp_path / "socket", stat.S_IFSOCK | 0o600)
    inventory = take_inventory(tmp_path)
    assert kinds(inventory) == {
        "pipe": IrregularKind.SPECIAL_FILE,
        "socket": IrregularKind.SPECIAL_FILE,
    }
    assert [item.detail for item in inventory.irregular] == ["FIFO", "socket"]


def test_a_git_directory_at_the_top_is_left_out_and_told(tmp_path):
    make(tmp_path, "a", ".gitattributes", "sub/.git/config", ".git/config")
    inventory = take_inventory(tmp_path)
    assert [record.path for record in inventory.files] == [
        ".gitattributes",
        "a",
        "sub/.git/config",
    ]
    assert kinds(inventory) == {".git": IrregularKind.VERSION_CONTROL}


def test_a_file_named_git_is_part_of_the_release(tmp_path):
    make(tmp_path, "a", ".git")
    inventory = take_inventory(tmp_path)
    assert [record.path for record in inventory.files] == [".git", "a"]
    assert kinds(inventory) == {}


def test_a_link_or_pipe_named_git_is_what_it_is(tmp_path):
    make(tmp_path, "one/a", "two/a")
    (tmp_path / "one" / ".git").symlink_to("a")
    os.mkfifo(tmp_path / "two" / ".git")
    assert kinds(take_inventory(tmp_path / "one")) == {
        ".git": IrregularKind.SYMLINK_INSIDE
    }
    assert kinds(take_inventory(tmp_path / "two")) == {
        ".git": IrregularKind.SPECIAL_FILE
    }


def test_a_name_that_is_not_utf8_is_refused(tmp_path):
    with open(os.fsencode(tmp_path) + b"/caf\xe9", "wb"):  # noqa: PTH123 - bytes path
        pass
    assert "\\udce9" in str(refused(tmp_path, "release.path-not-utf8"))


def test_names_with_control_characters_and_bidi_marks_are_kept_as_they_are(tmp_path):
    make(tmp_path, "a\nb", "x\u202ey", " ")
    paths = [record.path for record in take_inventory(tmp_path).files]
    assert paths == [" ", "a\nb", "x\u202ey"]


def test_too_many_files_stop_the_walk(tmp_path):
    make(tmp_path, *(f"{number}" for number in range(6)))
    limits = replace(DEFAULT_LIMITS, max_files=5)
    refused(tmp_path, "release.too-many-files", limits=limits)
    assert len(take_inventory(tmp_path, limits=replace(limits, max_files=6)).files) == 6


def test_too_many_links_stop_the_walk(tmp_path):
    make(tmp_path, "a")
    for number in range(3):
        (tmp_path / f"l{number}").symlink_to("a")
    limits = replace(DEFAULT_LIMITS, max_files=2)
    refused(tmp_path, "release.too-many-files", limits=limits)


@pytest.mark.slow
def test_a_hundred_thousand_files_are_refused(tmp_path):
    for number in range(100_000):
        os.close(os.open(tmp_path / str(number), os.O_CREAT | os.O_WRONLY))
    refused(tmp_path, "release.too-many-files")


def test_directories_nested_too_deep_are_refused(tmp_path):
    make(tmp_path, "a/b/c/file")
    limits = replace(DEFAULT_LIMITS, max_directory_depth=2)
    refused(tmp_path, "release.too-deep", limits=limits)
    assert take_inventory(tmp_path, limits=replace(limits, max_directory_depth=3))


def test_a_path_that_is_too_long_is_refused(tmp_path):
    make(tmp_path, "a" * 40)
    limits = replace(DEFAULT_LIMITS, max_path_bytes=39)
    refused(tmp_path, "release.path-too-long", limits=limits)


def test_a_directory_that_may_not_be_read_is_unreadable(tmp_path, monkeypatch):
    make(tmp_path, "sub/a")
    real = os.open

    def deny(path, *args, **options):
        if path == "sub":
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path, *args, **options)

    monkeypatch.setattr(walk_module.os, "open", deny)
    refused(tmp_path, "release.unreadable")


def test_a_directory_that_vanishes_is_told(tmp_path, monkeypatch):
    make(tmp_path, "sub/a")
    real = os.open

    def gone(path, *args, **options):
        if path == "sub":
            raise FileNotFoundError(errno.ENOENT, "gone")
        return real(path, *args, **options)

    monkeypatch.setattr(walk_module.os, "open", gone)
    refused(tmp_path, "release.vanished")


def test_a_listing_that_fails_is_unreadable(tmp_path, monkeypatch):
    make(tmp_path, "a")

    def broken(_descriptor):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(walk_module.os, "scandir", broken)
    refused(tmp_path, "release.unreadable")


def test_a_link_that_vanishes_is_told(tmp_path, monkeypatch):
    make(tmp_path, "a")
    (tmp_path / "link").symlink_to("a")

    def gone(*_args, **_options):
        raise FileNotFoundError(errno.ENOENT, "gone")

    monkeypatch.setattr(walk_module.os, "readlink", gone)
    refused(tmp_path, "release.vanished")


def test_an_entry_that_vanishes_during_the_listing_is_told(tmp_path, monkeypatch):
    make(tmp_path, "a")

    class Entry:
        name = "a"

        def stat(self, *, follow_symlinks):
            raise FileNotFoundError(errno.ENOENT, f"gone {follow_symlinks}")

    class Listing:
        def __enter__(self):
            return [Entry()]

        def __exit__(self, *_error):
            return None

    monkeypatch.setattr(walk_module.os, "scandir", lambda _descriptor: Listing())
    refused(tmp_path, "release.vanished")

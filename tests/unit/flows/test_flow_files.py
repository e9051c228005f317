from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from assay.errors import InputError, MachineError, UsageError
from assay.flows.files import (
    descriptor_of,
    identity,
    machine_error,
    probe_output,
    read_file,
    write_file,
)


def names(directory: Path) -> list[str]:
    return sorted(entry.name for entry in directory.iterdir())


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o7777


def test_a_link_is_followed_and_stays(tmp_path: Path) -> None:
    real, link = tmp_path / "deep" / "real", tmp_path / "link"
    real.parent.mkdir()
    real.write_bytes(b"old")
    link.symlink_to("deep/real")
    write_file(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    assert names(real.parent) == ["real"]


def test_a_link_that_leads_nowhere_yet_gets_its_file(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("real")
    write_file(link, b"new")
    assert link.is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_a_link_that_leads_nowhere_is_a_name_that_is_taken(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("real")
    with pytest.raises(UsageError) as caught:
        write_file(tmp_path / "link", b"new", replace=False)
    assert caught.value.code == "usage.exists"
    assert names(tmp_path) == ["link"]


def test_links_in_a_circle_are_said(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    for act in (lambda p: write_file(p, b"x"), probe_output):
        with pytest.raises(MachineError) as caught:
            act(tmp_path / "a")
        assert caught.value.code == "machine.write"


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o444])
def test_a_replaced_file_keeps_its_permissions(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(mode)
    write_file(path, b"new")
    assert mode_of(path) == mode
    assert path.read_bytes() == b"new"


def test_a_new_file_has_the_permissions_that_were_asked_for(tmp_path: Path) -> None:
    write_file(tmp_path / "key", b"x", mode=0o600)
    assert mode_of(tmp_path / "key") == 0o600


def test_a_pipe_is_written_to_and_stays(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    probe_output(pipe)
    write_file(pipe, b"through", replace=False)
    reader.join(10)
    assert got == [b"through"]
    assert pipe.is_fifo()


def test_a_device_that_takes_nothing_is_an_error_and_stays() -> None:
    if not Path("/dev/full").is_char_device():
        pytest.skip("this machine has no /dev/full")
    with pytest.raises(MachineError) as caught:
        write_file(Path("/dev/full"), b"x")
    assert caught.value.code == "machine.write"
    assert Path("/dev/full").is_char_device()


def test_a_device_that_takes_everything_stays() -> None:
    write_file(Path(os.devnull), b"x")
    assert Path(os.devnull).is_char_device()


def test_a_descriptor_goes_on_where_it_stood(tmp_path: Path) -> None:
    with (tmp_path / "file").open("wb", buffering=0) as file:
        file.write(b"before ")
        write_file(Path(f"/dev/fd/{file.fileno()}"), b"between ")
        file.write(b"after")
    assert (tmp_path / "file").read_bytes() == b"before between after"


def test_a_link_to_a_descriptor_is_that_descriptor(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/dev/stdout")
    assert descriptor_of(tmp_path / "link") == 1
    assert descriptor_of(tmp_path / "other") is None
    probe_output(tmp_path / "link")


def test_a_descriptor_that_is_closed_is_an_error(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    os.close(descriptor)
    with pytest.raises(MachineError) as caught:
        write_file(Path(f"/proc/self/fd/{descriptor}"), b"x")
    assert caught.value.code == "machine.write"


def test_a_directory_is_no_place_for_a_file(tmp_path: Path) -> None:
    for act in (lambda p: write_file(p, b"x"), probe_output):
        with pytest.raises(MachineError) as caught:
            act(tmp_path)
        assert caught.value.code == "machine.write"


def test_a_probe_leaves_nothing_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "file"
    probe_output(path)
    assert names(tmp_path) == []
    path.write_bytes(b"old")
    probe_output(path)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


def test_a_probe_finds_that_there_is_no_such_directory(tmp_path: Path) -> None:
    with pytest.raises(MachineError) as caught:
        probe_output(tmp_path / "none" / "file")
    assert caught.value.code == "machine.write"


def test_a_long_name_in_any_script_has_a_draft(tmp_path: Path) -> None:
    path = tmp_path / ("\u6a21" * 85)
    write_file(path, b"x")
    assert path.read_bytes() == b"x"


def test_a_failed_write_leaves_the_old_file_and_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(MachineError) as caught:
        write_file(path, b"new")
    assert caught.value.remedy
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


def test_all_names_of_a_file_have_one_identity(tmp_path: Path) -> None:
    path = tmp_path / "file"
    assert identity(path) == identity(tmp_path / "x" / ".." / "file")
    path.write_bytes(b"")
    (tmp_path / "hard").hardlink_to(path)
    (tmp_path / "soft").symlink_to(path)
    assert identity(path) == identity(tmp_path / "hard") == identity(tmp_path / "soft")
    assert identity(path) != identity(tmp_path)


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_what_is_no_file_is_not_read(tmp_path: Path, make) -> None:
    make(tmp_path / "it")
    with pytest.raises(InputError) as caught:
        read_file(tmp_path / "it", most=10, what="bundle")
    assert caught.value.code == "input.not-a-file"


def test_a_file_that_may_not_be_read_is_the_machines_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.open", refused)
    with pytest.raises(MachineError) as caught:
        read_file(tmp_path / "it", most=10, what="bundle")
    assert caught.value.code == "machine.read"


def test_a_file_beyond_its_bound_is_refused(tmp_path: Path) -> None:
    (tmp_path / "it").write_bytes(b"x" * 11)
    with pytest.raises(InputError) as caught:
        read_file(tmp_path / "it", most=10, what="bundle")
    assert caught.value.code == "input.too-large"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOENT, "make the directory first"),
        (errno.EACCES, "have the permissions changed"),
        (errno.ENOSPC, "make room"),
        (errno.EIO, "look at what the system says of the medium"),
        (None, "look at what the system says of the medium"),
    ],
)
def test_the_cause_decides_what_to_do(number, words):
    cause = OSError() if number is None else OSError(number, os.strerror(number))
    error = machine_error("write", "It cannot be written.", Path("x"), cause)
    assert words in error.remedy
    assert ("medium that works" in error.expected) is (number in (errno.EIO, None))


@pytest.mark.parametrize("write", [lambda path: write_file(path, b"{}"), probe_output])
def test_a_private_key_is_replaced_by_nothing(tmp_path, write):
    key = tmp_path / "developer.pem"
    key.write_bytes(b"# ours\n-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n")
    with pytest.raises(UsageError) as caught:
        write(key)
    assert caught.value.code == "usage.exists"
    assert key.read_bytes().startswith(b"# ours\n-----BEGIN")

from __future__ import annotations

import gzip
import os
import tarfile
import zipfile

import pytest

from assay.release import inspect_release, take_inventory
from assay.release import walk as walk_module
from assay.release.origins import single_file as single_file_module


def test_a_directory_is_read_through_a_link_and_named_by_its_own_name(
    tmp_path, release, same
):
    (tmp_path / "link").symlink_to(release)
    assert same(tmp_path / "link").name == "my-model"


def test_a_single_file_is_a_release_of_that_file(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("Nothing to see.\n")
    found = inspect_release(path)
    assert found.name == "notes.txt"
    assert [record.path for record in found.inventory.files] == ["notes.txt"]


@pytest.mark.parametrize("name", ["model.pt", "model.keras", "model.npz", "noending"])
def test_a_zip_that_a_loader_reads_is_one_file(tmp_path, name):
    with zipfile.ZipFile(tmp_path / name, "w") as file:
        file.writestr("config.json", "{}")
    assert [record.path for record in take_inventory(tmp_path / name).files] == [name]


def test_a_model_of_pytorch_is_one_file_whatever_it_is_called(tmp_path):
    with zipfile.ZipFile(tmp_path / "model.zip", "w") as file:
        file.writestr("archive/data.pkl", b"\x80\x02}.")
    assert len(take_inventory(tmp_path / "model.zip").files) == 1
    assert take_inventory(tmp_path / "model.zip").files[0].path == "model.zip"


def test_a_zip_behind_other_data_is_one_file_and_read_whole(tmp_path):
    path = tmp_path / "model.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a", "x")
    path.write_bytes(b"#!/bin/sh\n" + path.read_bytes())
    assert take_inventory(path).files[0].path == "model.zip"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("m.tar", b"no archive"),
        ("m.tar.gz", b"no archive"),
        ("m.tar.gz", gzip.compress(b"no archive", mtime=0)),
        ("m.tar.gz", gzip.compress(b"x" * 2000, mtime=0)[:20]),
        ("m.tar.gz", b"\x1f\x8b\x08\0" + bytes(6) + b"\xff" * 20),
        ("m.zip", b"no archive"),
        (".zip", b"no archive"),
    ],
)
def test_what_is_no_archive_is_a_file_whatever_its_name_promises(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    assert take_inventory(tmp_path / name).files[0].path == name


def test_an_archive_is_named_without_its_ending(tmp_path):
    (tmp_path / "a").write_text("x")
    for name in ("m.1.TAR.GZ", ".tgz"):
        with tarfile.open(tmp_path / name, "w:gz") as file:
            file.add(tmp_path / "a", "a")
    assert inspect_release(tmp_path / "m.1.TAR.GZ").name == "m.1"
    assert inspect_release(tmp_path / ".tgz").name == ".tgz"


def test_what_is_not_there_is_told(tmp_path, refused):
    refused(tmp_path / "no", "release.not-found")
    refused(tmp_path / "no:tag", "release.not-found")
    refused("a\0b", "release.not-found")
    (tmp_path / "file").write_text("x")
    refused(tmp_path / "file" / "below", "release.not-found")


def test_a_pipe_is_no_release_and_is_not_waited_for(tmp_path, refused):
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path / "pipe", "release.not-a-directory")


def test_what_may_not_be_looked_at_is_unreadable(tmp_path, refused, monkeypatch):
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    refused(loop, "release.unreadable")
    (tmp_path / "file").write_text("x")

    def deny(*_args, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(single_file_module.os, "open", deny)
    refused(tmp_path / "file", "release.unreadable")


def test_a_file_with_a_name_that_is_not_utf8_is_refused(tmp_path, refused):
    path = os.fsencode(tmp_path) + b"/n\xff"
    with open(path, "wb") as file:  # noqa: PTH123 - a name in bytes
        file.write(b"x")
    refused(os.fsdecode(path), "release.path-not-utf8")


def test_a_file_that_is_replaced_before_it_is_read_is_told(
    tmp_path, refused, monkeypatch
):
    path = tmp_path / "file"
    path.write_text("x")
    real = single_file_module.SingleFile.open

    def replace_and_open(self, entry):
        path.unlink()
        path.write_text("y")
        os.utime(path, ns=(1, 1))
        return real(self, entry)

    monkeypatch.setattr(single_file_module.SingleFile, "open", replace_and_open)
    refused(path, "release.changed-while-read")


def test_a_long_name_is_refused_by_its_bound(tmp_path, refused):
    from dataclasses import replace  # noqa: PLC0415 - for this test alone

    from assay.domain.limits import DEFAULT_LIMITS  # noqa: PLC0415 - as above

    (tmp_path / "file").write_text("x")
    limits = replace(DEFAULT_LIMITS, max_path_bytes=3)
    refused(tmp_path / "file", "release.path-too-long", limits=limits)


def test_a_directory_whose_walk_fails_is_closed(tmp_path, refused, monkeypatch):
    closed: list = []
    real = walk_module.os.close

    def close(descriptor):
        closed.append(descriptor)
        real(descriptor)

    monkeypatch.setattr("assay.release.origins.directory.os.close", close)
    refused(tmp_path, "release.empty")
    assert closed

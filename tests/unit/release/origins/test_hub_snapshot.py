from __future__ import annotations

import hashlib
import os
import shutil

import pytest

from assay.domain.release import IrregularKind
from assay.release import take_inventory
from assay.release.origins import hub_snapshot as module

REVISION = "0123456789abcdef0123456789abcdef01234567"


def git_name(data):
    content = b"blob %d\0" % len(data) + data
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


@pytest.fixture
def cache(tmp_path, release):
    """Put the release into a cache as Hugging Face's libraries do."""
    repository = tmp_path / "hub" / "models--org--name"
    blobs = repository / "blobs"
    blobs.mkdir(parents=True)
    snapshot = repository / "snapshots" / REVISION
    for file in release.rglob("*"):
        if file.is_dir():
            continue
        data = file.read_bytes()
        large = file.suffix == ".safetensors"
        name = hashlib.sha256(data).hexdigest() if large else git_name(data)
        shutil.copy(file, blobs / name)
        link = snapshot / file.relative_to(release)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(os.path.relpath(blobs / name, link.parent))
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(REVISION)
    return repository


def test_a_snapshot_is_the_same_release_as_a_directory(cache, same):
    found = same(cache / "snapshots" / REVISION)
    assert found.name == f"org/name@{REVISION}"
    assert found.notes == ()


def test_the_folder_of_a_repository_means_its_main_branch(cache, same):
    (cache / "snapshots" / "other").mkdir()
    (cache / ".no_exist").mkdir()
    assert same(cache).notes


def test_links_with_absolute_targets_are_followed_to_blobs_only(cache, same, tmp_path):
    link = cache / "snapshots" / REVISION / "config.json"
    blob = link.resolve()
    link.unlink()
    link.symlink_to(blob)
    same(cache)
    link.unlink()
    link.symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").write_text("{}")
    (odd,) = take_inventory(cache).irregular
    assert odd.kind is IrregularKind.SYMLINK_OUTSIDE


def test_a_snapshot_of_plain_files_is_read_as_well(cache, same):
    link = cache / "snapshots" / REVISION / "config.json"
    data = link.read_bytes()
    link.unlink()
    link.write_bytes(data)
    same(cache)


@pytest.mark.parametrize(
    "target",
    [
        "../../../other/blobs/x",
        "../../blobs/sub/x",
        "../../blobs/gone",
        "../../blobs/..",
        "../../blobs/whole/",
        "../../blobs/whole/.",
    ],
)
def test_links_to_anything_but_a_blob_are_only_listed(cache, target):
    outside = cache.parent / "other" / "blobs"
    outside.mkdir(parents=True)
    (outside / "x").write_text("x")
    (cache / "blobs" / "whole").write_text("x")
    link = cache / "snapshots" / REVISION / "odd"
    link.symlink_to(target)
    assert [one.path for one in take_inventory(cache).irregular] == ["odd"]


def test_a_link_that_goes_through_another_link_is_only_listed(cache):
    elsewhere = cache / "evil"
    (elsewhere / "a" / "b" / "c").mkdir(parents=True)
    (elsewhere / "blobs").mkdir()
    for place, data in ((cache, "{}"), (elsewhere, "[]")):
        (place / "blobs" / "etag").write_text(data)
    snapshot = cache / "snapshots" / REVISION
    (snapshot / "into").symlink_to(elsewhere / "a" / "b" / "c")
    # By its words it leads to blobs/etag; the system goes through `into`.
    link = snapshot / "odd.json"
    link.symlink_to("into/../../../blobs/etag")
    assert link.read_text() == "[]"
    found = take_inventory(snapshot)
    assert {one.path for one in found.irregular} == {"odd.json", "into"}


def test_a_blob_that_is_a_link_is_not_followed(cache):
    link = cache / "snapshots" / REVISION / "odd"
    (cache / "blobs" / "link").symlink_to("/etc/hostname")
    link.symlink_to("../../blobs/link")
    assert [one.path for one in take_inventory(cache).irregular] == ["odd"]


@pytest.mark.parametrize("name", ["model.safetensors", "README.md"])
def test_a_blob_whose_name_says_another_content_is_refused(cache, refused, name):
    blob = (cache / "snapshots" / REVISION / name).resolve()
    blob.write_bytes(blob.read_bytes() + b" ")
    error = refused(cache, "release.blob-digest")
    assert error.expected == blob.name


def test_a_blob_with_a_name_that_is_no_digest_is_read(cache, same):
    link = cache / "snapshots" / REVISION / "README.md"
    blob = link.resolve().rename(cache / "blobs" / "etag-1")
    link.unlink()
    link.symlink_to(f"../../blobs/{blob.name}")
    same(cache)


def test_a_link_that_changes_while_its_blob_is_read_is_told(
    cache, refused, monkeypatch
):
    link = cache / "snapshots" / REVISION / "README.md"
    real = module._OpenBlob.hash

    def hash_and_swap(self, *given, **more):
        if self.path == "README.md":
            link.unlink()
        return real(self, *given, **more)

    monkeypatch.setattr(module._OpenBlob, "hash", hash_and_swap)
    refused(cache, "release.changed-while-read")


def test_the_only_snapshot_is_taken_where_no_branch_is_named(cache, same):
    shutil.rmtree(cache / "refs")
    same(cache)
    (cache / "refs").mkdir()
    same(cache)


def test_of_several_snapshots_one_has_to_be_named(cache, refused):
    (cache / "refs" / "main").unlink()
    (cache / "snapshots" / "other").mkdir()
    error = refused(cache, "usage.hub-revision")
    assert REVISION in error.expected


@pytest.mark.parametrize("named", ["..", "../../..", "a/b", "not-there", "\udcff"])
def test_a_branch_that_names_no_snapshot_is_refused(cache, refused, named):
    (cache / "refs" / "main").write_bytes(named.encode("utf-8", "surrogateescape"))
    refused(cache, "release.hub-revision")


def test_a_branch_that_cannot_be_read_counts_as_none(cache, same):
    (cache / "refs" / "main").unlink()
    (cache / "refs" / "main").mkdir()
    same(cache)


def test_a_cache_without_a_snapshot_is_refused(cache, refused):
    (cache / "refs" / "main").unlink()
    shutil.rmtree(cache / "snapshots" / REVISION)
    refused(cache, "release.hub-revision")


def test_a_part_of_the_cache_that_is_a_link_is_not_entered(cache, refused):
    (cache / "blobs").rename(cache.parent / "blobs")
    (cache / "blobs").symlink_to("../blobs")
    refused(cache, "release.unreadable")


def test_a_directory_that_holds_more_than_a_cache_is_a_plain_one(cache):
    (cache / "loader.py").write_text("x = 1\n")
    paths = {record.path for record in take_inventory(cache).files}
    assert "loader.py" in paths


def test_a_directory_named_like_a_snapshot_without_blobs_is_a_plain_one(
    tmp_path, release, same
):
    (tmp_path / "snapshots").mkdir()
    same(release.rename(tmp_path / "snapshots" / REVISION))

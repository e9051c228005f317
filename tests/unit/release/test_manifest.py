from __future__ import annotations

import hashlib
import os

import pytest

from assay.domain.limits import Limits
from assay.domain.manifest import HashType, Method, Serialization
from assay.errors import AssayError, ManifestError
from assay.release.manifest import make_manifest

SHARDS = Serialization(method=Method.SHARDS, shard_size=4)


@pytest.fixture
def model(tmp_path):
    root = tmp_path / "model"
    (root / "sub").mkdir(parents=True)
    (root / "sub" / "w.bin").write_bytes(b"0123456789")
    (root / "a.txt").write_bytes(b"a")
    (root / "empty").write_bytes(b"")
    (root / ".gitignore").write_bytes(b"x")
    return root


def names(manifest):
    return [resource.name for resource in manifest.resources]


def refused(model, serialization=SHARDS, **more):
    with pytest.raises(AssayError) as error:
        make_manifest(model, serialization, **more)
    return error.value.code


def test_files_are_listed_by_name_with_their_digests(model):
    made = make_manifest(model, Serialization())
    assert names(made) == ["a.txt", "empty", "sub/w.bin"]
    assert made.resources[2].digest == hashlib.sha256(b"0123456789").hexdigest()
    assert made.model == "model"


def test_shards_cut_files_and_leave_out_those_without_bytes(model):
    made = make_manifest(model, SHARDS)
    assert names(made) == [
        "a.txt:0:1",
        "sub/w.bin:0:4",
        "sub/w.bin:4:8",
        "sub/w.bin:8:10",
    ]
    assert made.resources[3].digest == hashlib.sha256(b"89").hexdigest()


def test_other_hashes_are_used_as_asked(model):
    made = make_manifest(model, Serialization(hash_type=HashType.BLAKE2B))
    assert made.resources[0].digest == hashlib.blake2b(b"a").hexdigest()
    blake3 = pytest.importorskip("blake3")
    made = make_manifest(model, Serialization(hash_type=HashType.BLAKE3))
    assert made.resources[0].digest == blake3.blake3(b"a").hexdigest()


def test_blake3_that_is_not_installed_is_said(model, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "blake3", None)
    how = Serialization(hash_type=HashType.BLAKE3)
    assert refused(model, how) == "manifest.hash-missing"


def test_what_is_left_out_is_left_out_with_all_below_it(model):
    made = make_manifest(model, Serialization(ignore_paths=("sub",)), besides=["empty"])
    assert names(made) == ["a.txt"]
    assert names(make_manifest(model, Serialization(ignore_paths=("su",)))) == [
        "a.txt",
        "empty",
        "sub/w.bin",
    ]


def test_a_model_may_be_one_file(model):
    assert names(make_manifest(model / "a.txt", Serialization())) == ["a.txt"]


def test_a_link_is_refused_unless_links_are_followed(model):
    (model / "link").symlink_to("sub/w.bin")
    assert refused(model, Serialization()) == "manifest.link"
    made = make_manifest(model, Serialization(allow_symlinks=True))
    assert made.resources[2].name == "link"
    assert made.resources[2].digest == made.resources[3].digest
    made = make_manifest(model, Serialization(ignore_paths=("link",)))
    assert names(made) == ["a.txt", "empty", "sub/w.bin"]


def test_a_link_that_is_the_model_is_refused_unless_links_are_followed(model):
    link = model / "link"
    link.symlink_to("a.txt")
    assert refused(link, Serialization()) == "manifest.link"
    assert make_manifest(link, Serialization(allow_symlinks=True)).resources


def test_a_link_to_a_directory_is_refused_even_when_links_are_followed(model):
    (model / "link").symlink_to("sub")
    follow = Serialization(allow_symlinks=True)
    assert refused(model, follow) == "manifest.linked-directory"


def test_a_broken_link_and_a_pipe_are_refused(model):
    follow = Serialization(allow_symlinks=True)
    (model / "link").symlink_to("nowhere")
    assert refused(model, follow) == "manifest.special-file"
    (model / "link").unlink()
    os.mkfifo(model / "pipe")
    assert refused(model, follow) == "manifest.special-file"


def test_a_model_without_anything_to_sign_is_refused(model):
    everything = Serialization(ignore_paths=("a.txt", "empty", "sub"))
    assert refused(model, everything) == "manifest.empty"
    (model / "a.txt").write_bytes(b"")
    (model / "sub" / "w.bin").write_bytes(b"")
    assert refused(model, SHARDS) == "manifest.empty"


def test_shards_without_number_are_refused(model):
    few = Limits(max_manifest_resources=3)
    assert refused(model, SHARDS, limits=few) == "manifest.too-many-shards"


def test_shards_whose_names_have_no_room_are_refused(model):
    small = Limits(max_payload_bytes=300)
    assert refused(model, SHARDS, limits=small) == "manifest.too-many-shards"


def test_a_file_that_changes_while_it_is_read_is_refused(model):
    def touch(progress):
        if progress.path == "sub/w.bin":
            (model / "sub" / "w.bin").write_bytes(b"other")

    code = refused(model, Serialization(), progress=touch, jobs=1)
    assert code == "release.changed-while-read"


def test_a_file_that_vanishes_or_becomes_shorter_is_refused(model):
    def remove(progress):
        if progress.path == "sub/w.bin":
            (model / "a.txt").unlink(missing_ok=True)

    assert refused(model, Serialization(), progress=remove, jobs=1) in {
        "release.unreadable",
        "release.vanished",
    }


def test_a_model_that_cannot_be_read_is_refused(model, monkeypatch):
    def fail(*_, **__):
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(os, "preadv", fail)
        assert refused(model, Serialization()) == "release.unreadable"
    with monkeypatch.context() as broken:
        broken.setattr(os, "preadv", lambda *_: 0)
        assert refused(model, Serialization()) == "release.changed-while-read"


def test_progress_ends_at_the_whole(model):
    seen: list = []
    make_manifest(model, SHARDS, progress=seen.append)
    last = seen[-1]
    assert (last.bytes_done, last.files_done) == (last.bytes_total, last.files_total)
    assert (last.bytes_total, last.files_total) == (11, 4)


def test_the_manifest_does_not_depend_on_the_number_of_threads(model):
    assert make_manifest(model, SHARDS, jobs=1) == make_manifest(model, SHARDS, jobs=8)


def test_errors_of_manifests_are_one_family():
    assert ManifestError("x", "y").code == "manifest.x"

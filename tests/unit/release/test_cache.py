from __future__ import annotations

import os
from dataclasses import replace

import pytest

from assay.domain.facts import Content, FileFacts
from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import ReleaseError
from assay.release import cache
from assay.release.cache import FactsCache

FACTS = FileFacts(path="a", size=1, content=Content.ELF)
DIGEST = "a" * 64


@pytest.fixture
def kept(tmp_path):
    return FactsCache(tmp_path / "cache", DEFAULT_LIMITS)


def key(of: FactsCache, **changes) -> str:
    given = {"path": "a", "sha256": DIGEST, "executable": False, "paths": ["a", "b"]}
    given |= changes
    path, sha256 = given.pop("path"), given.pop("sha256")
    return of.key(path, sha256, **given)


def test_what_is_put_is_got(kept):
    assert kept.get(key(kept)) is None
    kept.put(key(kept), FACTS)
    assert kept.get(key(kept)) == FACTS
    assert kept.hits == 1


def test_an_entry_is_for_one_content_path_mode_and_release(kept):
    keys = {
        key(kept),
        key(kept, path="b"),
        key(kept, sha256="b" * 64),
        key(kept, executable=True),
        key(kept, paths=["a"]),
    }
    assert len(keys) == 5
    assert key(kept, paths=["b", "a"]) == key(kept)


def test_another_version_or_other_limits_have_other_entries(
    kept, tmp_path, monkeypatch
):
    other = FactsCache(tmp_path / "cache", replace(DEFAULT_LIMITS, max_pickle_marks=1))
    assert key(other) != key(kept)
    monkeypatch.setattr(cache.assay, "__version__", "99")
    assert key(FactsCache(tmp_path / "cache", DEFAULT_LIMITS)) != key(kept)


@pytest.mark.parametrize("data", [b"", b"{}", b"\x80\x04.", b"[" * 10_000])
def test_an_entry_that_was_spoilt_counts_as_not_there(kept, tmp_path, data):
    kept.put(key(kept), FACTS)
    (entry,) = (tmp_path / "cache").glob("*/*.json")
    entry.write_bytes(data)
    assert kept.get(key(kept)) is None


def test_a_pipe_in_the_place_of_an_entry_is_not_waited_for(kept, tmp_path):
    kept.put(key(kept), FACTS)
    (entry,) = (tmp_path / "cache").glob("*/*.json")
    entry.unlink()
    os.mkfifo(entry)
    assert kept.get(key(kept)) is None


def test_another_python_has_other_entries(kept, tmp_path, monkeypatch):
    monkeypatch.setattr(cache.sys, "version", "3.99")
    assert key(FactsCache(tmp_path / "cache", DEFAULT_LIMITS)) != key(kept)


def test_a_disk_that_takes_nothing_fails_no_check(kept, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(cache.tempfile, "mkstemp", full)
        kept.put(key(kept), FACTS)
    with monkeypatch.context() as broken:
        broken.setattr(cache.Path, "replace", full)
        kept.put(key(kept), FACTS)
    assert kept.get(key(kept)) is None
    assert not list(kept._directory.glob("*/tmp*"))


def test_a_cache_that_others_may_write_to_is_refused(tmp_path):
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    with pytest.raises(ReleaseError) as refused:
        FactsCache(tmp_path / "open", DEFAULT_LIMITS)
    assert refused.value.code == "release.cache"


def test_a_cache_of_somebody_else_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 4_242)
    with pytest.raises(ReleaseError) as refused:
        FactsCache(tmp_path / "cache", DEFAULT_LIMITS)
    assert refused.value.code == "release.cache"


def test_a_file_in_its_place_is_refused(tmp_path):
    (tmp_path / "cache").write_text("x")
    with pytest.raises(ReleaseError) as refused:
        FactsCache(tmp_path / "cache", DEFAULT_LIMITS)
    assert refused.value.code == "release.cache"


def test_a_new_cache_is_for_its_owner_alone(kept, tmp_path):
    assert (tmp_path / "cache").stat().st_mode & 0o777 == 0o700
    kept.put(key(kept), FACTS)
    (entry,) = (tmp_path / "cache").glob("*/*.json")
    assert entry.stat().st_mode & 0o077 == 0

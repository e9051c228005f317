"""Two files hashed side by side have the digests that each has alone."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import ReleaseError
from assay.release import digest as digest_module
from assay.release import inspect_release

BLOCK = 64
PIECE = 128 << 10
needs_lanes = pytest.mark.skipif(
    not digest_module.hashes_side_by_side(),
    reason="no compiler was there, or the processor has no SHA extensions",
)


@pytest.fixture(params=[True, False], ids=["lanes", "one after the other"])
def way(request, monkeypatch):
    """Hash in each of the two ways."""
    if request.param and not digest_module.hashes_side_by_side():
        pytest.skip("no compiler was there, or the processor has no SHA extensions")
    monkeypatch.setattr(digest_module, "_right", request.param)
    return request.param


def hashed(folder, *contents, advance=lambda _path, _count: None, sizes=None):
    """Hash files of some contents; `sizes` says what the system is to have said."""
    descriptors = []
    try:
        for number, content in enumerate(contents):
            path = folder / str(number)
            path.write_bytes(content)
            descriptors.append(os.open(path, os.O_RDONLY))
        told = sizes or [len(content) for content in contents]
        return digest_module.hash_descriptors(
            [
                (descriptor, size, str(number))
                for number, (descriptor, size) in enumerate(
                    zip(descriptors, told, strict=True)
                )
            ],
            advance,
        )
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def expected(*contents):
    return [hashlib.sha256(content).hexdigest() for content in contents]


AROUND = sorted(
    {
        max(0, edge + step)
        for edge in (0, BLOCK, 2 * BLOCK, PIECE, 2 * PIECE)
        for step in (-9, -8, -1, 0, 1, 55, 56)
    }
)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("length", AROUND)
def test_every_edge_of_blocks_and_pieces_is_hashed_right(tmp_path, length):
    one, other = os.urandom(length), os.urandom(PIECE + 7)
    assert hashed(tmp_path, one) == expected(one)
    assert hashed(tmp_path, one, other) == expected(one, other)
    assert hashed(tmp_path, other, one) == expected(other, one)


@needs_lanes
@given(st.integers(0, 3 * PIECE), st.integers(0, 3 * PIECE), st.binary(min_size=1))
def test_any_two_lengths_are_hashed_as_the_standard_library_does(
    tmp_path_factory, one, other, seed
):
    contents = [(seed * (size // len(seed) + 1))[:size] for size in (one, other)]
    folder = tmp_path_factory.mktemp("two")
    assert hashed(folder, *contents) == expected(*contents)


@pytest.mark.usefixtures("way")
def test_what_was_hashed_is_told_by_path(tmp_path):
    told = {"0": 0, "1": 0}

    def advance(path, count):
        told[path] += count

    hashed(tmp_path, b"a" * 1000, b"b" * (20 << 20), advance=advance)
    assert told == {"0": 1000, "1": 20 << 20}


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(("size", "word"), [(3, "grew"), (9, "became shorter")])
def test_a_length_that_was_not_announced_is_refused(tmp_path, size, word):
    with pytest.raises(ReleaseError) as caught:
        hashed(tmp_path, b"x" * 5, b"12345", sizes=[5, size])
    assert caught.value.code == "release.changed-while-read"
    assert word in caught.value.found


@pytest.mark.usefixtures("way")
def test_a_file_that_cannot_be_read_is_refused_by_its_name(tmp_path):
    (tmp_path / "good").write_bytes(b"good")
    good = os.open(tmp_path / "good", os.O_RDONLY)
    closed_to_readers = os.open(tmp_path / "bad", os.O_WRONLY | os.O_CREAT)
    try:
        with pytest.raises(ReleaseError) as caught:
            digest_module.hash_descriptors(
                [(good, 4, "good"), (closed_to_readers, 0, "bad")],
                lambda _path, _count: None,
            )
    finally:
        os.close(good)
        os.close(closed_to_readers)
    assert caught.value.code == "release.unreadable"
    assert "'bad'" in str(caught.value)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("jobs", [1, 2, 3])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_release_has_the_same_digests_in_each_way(tmp_path, jobs, count):
    contents = {f"{n}.bin": os.urandom(3000 + n) for n in range(count)}
    contents["README.md"] = b"# Small\n"
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    limits = replace(DEFAULT_LIMITS, max_held_bytes=1000)
    release = inspect_release(tmp_path, jobs=jobs, limits=limits)
    assert {record.path: record.sha256 for record in release.inventory.files} == {
        name: hashlib.sha256(content).hexdigest() for name, content in contents.items()
    }
    assert len(release.facts.files) == len(contents)


def test_lanes_that_answer_wrong_are_not_used(monkeypatch):
    monkeypatch.setattr(digest_module, "_right", None)
    monkeypatch.setattr(digest_module, "_answers_right", lambda: False)
    assert not digest_module.hashes_side_by_side()


def test_lanes_that_were_not_compiled_are_not_used(monkeypatch):
    monkeypatch.setattr(digest_module, "_right", None)
    monkeypatch.setattr(digest_module, "_COMPILED", False)
    assert not digest_module.hashes_side_by_side()


@needs_lanes
def test_the_question_with_a_known_answer_can_be_answered_wrong(monkeypatch):
    lanes = digest_module._lanes
    monkeypatch.setattr(digest_module, "_lanes", Wrong(lanes))
    assert not digest_module._answers_right()


class Wrong:
    """Lanes that forget what they read."""

    def __init__(self, lanes):
        self.begin, self.advance = lanes.begin, lanes.advance
        self.digest = lambda _lane: lanes.digest(lanes.begin())


@needs_lanes
@pytest.mark.parametrize("lane", [b"", b"short", bytearray(4), bytearray(1 << 12)])
def test_what_is_no_lane_is_refused(lane):
    lanes = digest_module._lanes
    for use in (lanes.digest, lanes.standing, lambda it: lanes.advance(1, it, 0)):
        with pytest.raises((ValueError, BufferError)):
            use(lane)


@needs_lanes
def test_a_lane_whose_numbers_make_no_sense_is_refused():
    lanes = digest_module._lanes
    for position in range(32, len(lanes.begin())):
        lane = lanes.begin()
        lane[position] = 0xFF
        try:
            lanes.digest(lane)
            lanes.advance(1, lane, -1)
        except ValueError:
            continue
        assert lanes.standing(lane)[0] % BLOCK == 0


@needs_lanes
def test_one_lane_cannot_be_used_twice_at_once():
    lanes = digest_module._lanes
    lane = lanes.begin()
    with pytest.raises(ValueError, match="twice"):
        lanes.advance(1, lane, 0, lane, 0)

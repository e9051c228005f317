"""The large inputs of the benchmarks, made small."""

from __future__ import annotations

import pytest

from assay.domain.facts import Content
from assay.release import inspect_release
from benchmarks.large_inputs import INPUTS, write_inputs

TYPES = {
    "a": Content.SAFETENSORS,
    "b": Content.PYTORCH_ZIP,
    "c": Content.PICKLE,
    "c2": Content.PICKLE,
    "e": Content.GGUF,
    "n": Content.NUMPY,
}
SCALE = 0.001


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write_inputs(tmp_path_factory.mktemp("large"), SCALE)


def test_the_inputs_are_the_same_each_time(written, tmp_path):
    again = write_inputs(tmp_path, SCALE)
    for one, other in zip(written, again, strict=True):
        files = sorted(file.name for file in one.iterdir())
        assert files == sorted(file.name for file in other.iterdir())
        for name in files:
            assert (one / name).read_bytes() == (other / name).read_bytes()


@pytest.mark.parametrize("index", range(len(INPUTS)), ids=lambda i: INPUTS[i].name)
def test_every_input_is_what_it_says_and_sound(written, index):
    release = inspect_release(written[index])
    models = [file for file in release.facts.files if file.path != "README.md"]
    assert {file.content for file in models} == {TYPES[INPUTS[index].name]}
    for file in models:
        for fact in file.facts:
            assert not getattr(fact, "problems", ())


def test_what_is_there_already_is_not_written_again(written):
    before = [directory.stat().st_mtime_ns for directory in written]
    assert write_inputs(written[0].parent, SCALE) == written
    assert before == [directory.stat().st_mtime_ns for directory in written]

from __future__ import annotations

import io
import struct
import tarfile
from dataclasses import replace

import pytest

from assay.domain.facts import (
    BuildFacts,
    ConfigFacts,
    Content,
    Gap,
    NativeCodeFacts,
    PickleFacts,
    WeightsFacts,
)
from assay.domain.limits import DEFAULT_LIMITS
from assay.release.formats.hdf5_storage import is_outside
from benchmarks.detection.hdf5_writer import Dataset, Hdf5, hdf5_file

PICKLE = b"cposix\nsystem\n(S'echo assay'\ntR."
MODEL = b'{"class_name": "Sequential", "config": {"layers": []}}'


@pytest.fixture
def weights(look, only):
    def read(data, *, paths=("a.h5",), limits=DEFAULT_LIMITS):
        file = look(data, "a.h5", paths=paths, limits=limits)
        assert file.content is Content.HDF5
        (facts,) = only(file, WeightsFacts)
        return facts, file

    return read


def kinds(facts):
    return [problem.kind for problem in facts.problems]


def pickled(file):
    return [
        fact.place.member
        for fact in file.facts
        if isinstance(fact, PickleFacts) and fact.imports
    ]


# What the library itself writes.


@pytest.mark.parametrize(
    ("name", "escapes", "arrays"),
    [
        ("h5py_earliest.h5", ["/elsewhere", "/stored"], 4),
        ("h5py_v108.h5", ["/elsewhere", "/stored"], 4),
        ("h5py_latest.h5", ["/elsewhere", "/stored", "/virtual"], 5),
    ],
)
def test_every_version_of_the_format_is_followed(sample, only, name, escapes, arrays):
    file = sample(f"hdf5/{name}")
    (facts,) = only(file, WeightsFacts)
    assert facts.tensors == arrays
    assert ("keras_version", "2.15.0") in facts.metadata
    outside = [p for p in facts.problems if p.kind == "path-escape"]
    assert sorted(p.place.key for p in outside) == escapes
    assert pickled(file) == ["state"]
    (layers,) = [f for f in only(file, BuildFacts) if f.framework == "keras"]
    assert [item.name for item in layers.objects] == ["Sequential", "Dense"]
    (plugins,) = [f for f in only(file, BuildFacts) if f.framework == "hdf5"]
    assert [item.name for item in plugins.objects] == ["1", "2"]
    assert not only(file, Gap)


def test_links_and_attributes_in_fractal_heaps_are_read(sample, only):
    file = sample("hdf5/h5py_many.h5")
    (build,) = only(file, BuildFacts)
    assert [item.kind for item in build.objects] == ["lambda"]
    assert not only(file, Gap)
    assert not only(file, WeightsFacts)[0].problems


def test_pickled_rows_and_attributes_of_pytables_are_read(sample):
    members = pickled(sample("hdf5/pytables_objects.h5"))
    assert members[0] == "objects@thing"
    assert members[1].startswith("global heap")


@pytest.mark.parametrize("name", ["keras3_lambda.h5", "keras3_lambda.keras"])
def test_a_lambda_of_a_real_model_is_seen(sample, only, name):
    found = [
        item.kind
        for facts in only(sample(f"hdf5/{name}"), BuildFacts)
        for item in facts.objects
    ]
    assert found.count("lambda") == 1


# What the writer of the corpus makes.


def test_a_plain_file_has_nothing_to_tell(weights):
    facts, file = weights(hdf5_file(Hdf5(datasets={"a": Dataset()})))
    assert (facts.tensors, facts.problems) == (1, ())
    assert len(file.facts) == 1


@pytest.mark.parametrize("where", ["attributes", "long_attributes"])
@pytest.mark.parametrize("text", [MODEL, MODEL.replace(b"class", b"\\u0063lass")])
def test_descriptions_in_attributes_are_read(weights, only, where, text):
    _, file = weights(hdf5_file(Hdf5(**{where: {"model_config": text}})))
    (config,) = only(file, ConfigFacts)
    assert config.place.member == "@model_config.json"
    assert only(file, BuildFacts)[0].framework == "keras"


@pytest.mark.parametrize(
    "where", ["attributes", "long_attributes", "opaque_attributes"]
)
def test_pickles_in_attributes_are_read(weights, where):
    facts, file = weights(hdf5_file(Hdf5(**{where: {"x": PICKLE}})))
    assert pickled(file) == ["@x"]
    assert not facts.problems


def test_opaque_datasets_are_looked_into(weights):
    _, file = weights(
        hdf5_file(Hdf5(datasets={"x": Dataset(data=PICKLE, opaque=True)}))
    )
    assert pickled(file) == ["x"]


def test_filters_are_named_once_each(weights, only):
    filters = ((1, "deflate"), (51966, "assay"))
    both = {"a": Dataset(filters=filters), "b": Dataset(filters=filters)}
    _, file = weights(hdf5_file(Hdf5(datasets=both)))
    (facts,) = only(file, BuildFacts)
    assert [(item.name, item.registered) for item in facts.objects] == [
        ("1", "deflate"),
        ("51966", "assay"),
    ]


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/etc/passwd", "path-escape"), ("part.h5", "missing-shard"), ("here.h5", "")],
)
def test_links_to_other_files_are_told(weights, path, kind):
    data = hdf5_file(Hdf5(external_links=(("x", path, "/y"),)))
    facts, _ = weights(data, paths=("a.h5", "here.h5"))
    assert kinds(facts) == ([kind] if kind else [])


def test_external_storage_is_told(weights):
    data = hdf5_file(Hdf5(datasets={"x": Dataset(external="../secret")}))
    assert kinds(weights(data)[0]) == ["path-escape"]


@pytest.mark.parametrize(
    ("path", "outside"),
    [
        ("a.h5", False),
        ("b/a.h5", False),
        ("..a/b..", False),
        ("/a", True),
        ("~/a", True),
        ("b/../../a", True),
        ("C:\\a", True),
        ("file:a", True),
        ("s3://a/b", True),
        ("..\\a", True),
    ],
)
def test_paths_outside_are_told_from_those_inside(path, outside):
    assert is_outside(path) is outside


def test_a_user_block_is_looked_into(weights, only):
    facts, file = weights(hdf5_file(Hdf5(user_block=b"#!/bin/sh\necho assay\n")))
    assert kinds(facts) == ["hidden-data"]
    assert only(file, NativeCodeFacts)[0].place.member == "user block"


def test_the_user_block_of_matlab_is_honest(weights):
    facts, _ = weights(hdf5_file(Hdf5(user_block=b"MATLAB 7.3 MAT-file, today")))
    assert not facts.problems


def test_an_empty_user_block_is_honest(sample, only):
    (facts,) = only(sample("real/h5py_user_block.h5"), WeightsFacts)
    assert (facts.tensors, facts.problems) == (1, ())


@pytest.mark.parametrize(
    ("trailing", "kind"), [(bytes(16), "untidy"), (PICKLE, "trailing-data")]
)
def test_what_lies_behind_the_end_is_told(weights, trailing, kind):
    facts, file = weights(hdf5_file(Hdf5(trailing=trailing)))
    assert kinds(facts) == [kind]
    assert bool(pickled(file)) is (trailing == PICKLE)


def test_a_file_that_is_cut_is_told(weights):
    data = hdf5_file(Hdf5(datasets={"a": Dataset()}))
    assert "truncated" in kinds(weights(data[:-8])[0])


# Bounds and broken files.


def test_a_superblock_that_is_cut_is_malformed(weights):
    assert kinds(weights(b"\x89HDF\r\n\x1a\n\0\0")[0]) == ["malformed"]


def changed(offset, value):
    data = bytearray(hdf5_file(Hdf5(attributes={"a": b"text"})))
    data[offset : offset + len(value)] = value
    return bytes(data)


def test_an_unknown_superblock_is_a_gap(weights, only):
    facts, file = weights(changed(8, b"\x09"))
    assert not facts.problems
    assert "version 9" in only(file, Gap)[0].reason


def test_odd_sizes_of_addresses_are_malformed(weights):
    assert kinds(weights(changed(13, b"\x07"))[0]) == ["malformed"]


@pytest.mark.parametrize("root", [0, 1 << 40, (1 << 64) - 1])
def test_a_root_that_is_nowhere_is_malformed(weights, root):
    facts, _ = weights(changed(64, struct.pack("<Q", root)))
    assert kinds(facts) == ["malformed"]


def test_a_driver_of_its_own_is_a_gap(weights, only):
    _, file = weights(changed(48, struct.pack("<Q", 64)))
    assert "driver" in only(file, Gap)[0].reason


@pytest.mark.parametrize(
    ("bound", "word"),
    [
        ({"max_hdf5_objects": 2}, "objects"),
        ({"max_hdf5_values": 1}, "values"),
        ({"max_hdf5_bytes": 300}, "metadata"),
    ],
)
def test_bounds_end_in_gaps(weights, only, bound, word):
    given = Hdf5(
        attributes={"a": b"long text", "b": b"long text"},
        datasets={"c": Dataset(), "d": Dataset()},
    )
    _, file = weights(hdf5_file(given), limits=replace(DEFAULT_LIMITS, **bound))
    assert word in only(file, Gap)[0].reason


def test_the_first_member_of_a_tar_is_no_user_block(look, only):
    buffer = io.BytesIO()
    data = hdf5_file(Hdf5(datasets={"a": Dataset()}))
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("model.h5")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    file = look(buffer.getvalue(), "model.tar")
    assert file.contents == (Content.TAR,)
    assert only(file, WeightsFacts)[0].place.member == "model.h5"


def test_hdf5_inside_an_archive_is_read(sample, only):
    file = sample("real/keras3_plain.keras")
    (facts,) = only(file, WeightsFacts)
    assert facts.place.member == "model.weights.h5"

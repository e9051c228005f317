"""Laws of the HDF5 reader and of what is built by name: total and deterministic."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.domain.facts import BuildFacts, ConfigFacts, WeightsFacts
from assay.domain.limits import DEFAULT_LIMITS
from assay.release.inspection import inspect_source
from assay.release.source import BytesSource
from benchmarks.detection.hdf5_writer import Dataset, Hdf5, hdf5_file

if TYPE_CHECKING:
    from assay.domain.facts import FileFacts

FOLDER = Path(__file__).parents[1] / "vectors" / "formats" / "hdf5"
SAMPLES = sorted(FOLDER.glob("*.h5"))
LIMITS = replace(DEFAULT_LIMITS, max_hdf5_bytes=1 << 22, max_pickle_opcodes=100_000)
QUICK = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
NAMES = st.sampled_from(
    [
        "config.json",
        "modules.json",
        "model_index.json",
        "MLmodel",
    ]
)
KEYS = st.sampled_from(
    [
        "class_name",
        "config",
        "module",
        "registered_name",
        "function",
        "fn",
        "_target_",
        "target",
        "params",
        "__loader__",
        "__class__",
        "__module__",
        "content",
        "func",
        "obj",
        "vocabulary",
        "type",
        "flavors",
        "code",
        "backbone",
        "head",
        "activation",
        "py/reduce",
        "dataset_reader",
        "model",
        "user_dir",
        "common",
    ]
)
TEXTS = st.sampled_from(
    [
        "Lambda",
        "__lambda__",
        "function",
        "os.system",
        "TorchModuleWrapper",
        "MethodNode",
        "FunctionNode",
        "OperatorFuncNode",
        "os",
        "system",
        "a.b",
        "$x",
        "4wEAAAA=",
        "nn.ReLU()",
        "DictNode",
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6)
    ),
    max_leaves=30,
)
BYTES = st.binary(min_size=1, max_size=200)


def look(data: bytes, path: str = "a.h5") -> FileFacts:
    return inspect_source(
        BytesSource(data),
        path=path,
        executable_bit=False,
        limits=LIMITS,
        paths=frozenset({path}),
    )


@QUICK
@given(
    sample=st.sampled_from(SAMPLES),
    changes=st.lists(st.tuples(st.integers(0, 1 << 15), BYTES), max_size=6),
    cut=st.integers(0, 1 << 15),
)
def test_damaged_hdf5_gives_facts(sample, changes, cut):
    data = bytearray(sample.read_bytes())
    for offset, value in changes:
        start = offset % len(data)
        data[start : start + len(value)] = value
    if cut % 3 == 0:
        del data[max(16, cut) :]
    assert look(bytes(data)) == look(bytes(data))


@QUICK
@given(
    attributes=st.dictionaries(st.text("abc", min_size=1), BYTES, max_size=5),
    texts=st.dictionaries(st.text("def", min_size=1), BYTES, max_size=5),
    names=st.sets(st.text("xyz", min_size=1, max_size=9), max_size=5),
    continued=st.booleans(),
)
def test_sound_files_have_no_problems(attributes, texts, names, continued):
    given_ = Hdf5(
        attributes=attributes,
        long_attributes=texts,
        datasets={name: Dataset() for name in sorted(names)},
        continued=continued,
    )
    (facts,) = (
        fact
        for fact in look(hdf5_file(given_)).facts
        if isinstance(fact, WeightsFacts) and fact.place.member is None
    )
    assert facts.tensors == len(names)
    assert not facts.problems


@QUICK
@given(value=VALUES, path=NAMES)
def test_any_description_gives_facts(value, path):
    data = json.dumps(value).encode()
    file = look(data, path)
    assert file == look(data, path)


@QUICK
@given(value=VALUES)
def test_whatever_stands_around_it_a_lambda_is_told(value):
    layer = {"class_name": "Lambda", "config": {"function": ["4wEAAAA=", None, None]}}
    file = look(json.dumps({"a": [value, {"b": layer}]}).encode(), "config.json")
    assert [fact for fact in file.facts if isinstance(fact, ConfigFacts)]
    assert any(
        item.kind == "lambda"
        for fact in file.facts
        if isinstance(fact, BuildFacts)
        for item in fact.objects
    )

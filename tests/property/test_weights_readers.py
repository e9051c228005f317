"""Laws of the readers of weights: total, deterministic, and never slow on any bytes."""

from __future__ import annotations

import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.domain.facts import SafetensorsFacts, WeightsFacts
from assay.domain.limits import DEFAULT_LIMITS
from assay.release.inspection import inspect_source
from assay.release.source import BytesSource
from benchmarks.detection.families import (
    torchscript,
    weights_gguf,
    weights_msgpack,
    weights_safetensors,
)
from benchmarks.detection.families.weights_msgpack import array, mapping
from benchmarks.detection.gguf_bytes import Gguf

FILES = [
    (path, data)
    for family in (torchscript, weights_gguf, weights_msgpack, weights_safetensors)
    for sample in family.samples()
    for path, data in sample.files.items()
    if len(data) < 20_000
]
QUICK = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
NAMES = st.text("abcdefgh._", min_size=1, max_size=20)


def look(data: bytes, path: str):
    return inspect_source(
        BytesSource(data),
        path=path,
        executable_bit=False,
        limits=DEFAULT_LIMITS,
        paths=frozenset({path}),
    )


@QUICK
@given(
    sample=st.sampled_from(FILES),
    edits=st.lists(
        st.tuples(st.integers(0, 20_000), st.binary(min_size=1, max_size=8)), max_size=6
    ),
    cut=st.integers(0, 20_000),
)
def test_any_damage_gives_the_same_facts_each_time(sample, edits, cut):
    path, original = sample
    data = bytearray(original)
    for offset, piece in edits:
        at = offset % (len(data) + 1)
        data[at : at + len(piece)] = piece
    damaged = bytes(data[: cut or None])
    assert look(damaged, path) == look(damaged, path)


@QUICK
@given(rest=st.binary(max_size=600), version=st.integers(0, 4), big=st.booleans())
def test_any_bytes_behind_a_gguf_magic_give_facts(rest, version, big):
    order = ">" if big else "<"
    look(b"GGUF" + struct.pack(order + "I", version) + rest, "model.gguf")
    counts = struct.pack(order + "QQ", 1, 2)
    look(b"GGUF" + struct.pack(order + "I", version) + counts + rest, "model.gguf")


@QUICK
@given(rest=st.binary(max_size=600), head=st.sampled_from([b"\x81\xa1a", b"\xde\0\2"]))
def test_any_bytes_behind_a_messagepack_head_give_facts(rest, head):
    look(head + rest, "flax_model.msgpack")


@QUICK
@given(text=st.text("torch.ops_()'\"#\\\n =:aimport", max_size=300))
def test_any_source_of_torchscript_gives_facts(text):
    look(torchscript.archive(text), "model.pt")


@QUICK
@given(
    names=st.lists(NAMES, unique=True, max_size=8),
    rows=st.integers(0, 9),
    order=st.sampled_from("<>"),
    version=st.sampled_from([1, 2, 3]),
)
def test_what_is_written_as_it_should_be_has_no_problem(names, rows, order, version):
    made = Gguf(order, version)
    packed = []
    for name in names:
        made.tensor(name, (4, rows), 16 * rows)
        packed.append((name, array([4, rows], "float32", bytes(16 * rows))))
    facts = look(made.build(), "model.gguf").facts
    assert [f.problems for f in facts if isinstance(f, WeightsFacts)] == [()]
    if packed:
        facts = look(mapping(*packed).data, "flax_model.msgpack").facts
        assert [f.problems for f in facts if isinstance(f, WeightsFacts)] == [()]


@QUICK
@given(names=st.lists(NAMES, unique=True, min_size=2, max_size=6), data=st.data())
def test_a_tensor_that_lies_in_another_is_told(names, data):
    made = Gguf()
    for name in names:
        made.tensor(name, (8,), 32)
    victim = data.draw(st.integers(0, len(names) - 1))
    made.entry("planted", (8,), 0, 32 * victim)
    (facts,) = (
        f for f in look(made.build(), "model.gguf").facts if isinstance(f, WeightsFacts)
    )
    assert "overlap" in {problem.kind for problem in facts.problems}


@pytest.mark.parametrize("length", [128, 384, 640, 896, 1152, 1408])
def test_a_header_whose_length_begins_like_a_pickle_is_none(length):
    header = b'{"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1]}}'
    data = struct.pack("<Q", length) + header.ljust(length) + b"\x01"
    found = look(data, "model.safetensors")
    assert len(found.contents) == 1
    assert [type(fact) for fact in found.facts] == [SafetensorsFacts]

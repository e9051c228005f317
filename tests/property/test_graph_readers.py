"""Laws of the readers of graphs in protocol buffers: total, and the same each time."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.domain.limits import DEFAULT_LIMITS
from assay.release.inspection import inspect_source
from assay.release.source import BytesSource
from benchmarks.detection.families import (
    graphs_coreml,
    graphs_onnx,
    graphs_tensorflow,
)

SAMPLES = [
    (path, data)
    for family in (graphs_onnx, graphs_tensorflow, graphs_coreml)
    for sample in family.samples()
    for path, data in sample.files.items()
    if len(data) < 4_000
]
QUICK = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def look(data, path):
    return inspect_source(
        BytesSource(data),
        path=path,
        executable_bit=False,
        limits=DEFAULT_LIMITS,
        paths=frozenset({path}),
    )


@QUICK
@given(
    sample=st.sampled_from(SAMPLES),
    edits=st.lists(
        st.tuples(st.integers(0, 4000), st.binary(min_size=1, max_size=4)), max_size=6
    ),
    cut=st.integers(0, 4000),
)
def test_any_damage_to_a_graph_gives_the_same_facts_twice(sample, edits, cut):
    path, data = sample
    changed = bytearray(data)
    for offset, piece in edits:
        at = offset % (len(changed) + 1)
        changed[at : at + len(piece)] = piece
    damaged = bytes(changed[: cut or None])
    assert look(damaged, path) == look(damaged, path)


@pytest.mark.parametrize("kind", [0, 1, 5])
def test_every_field_may_have_another_type_than_its_own(kind):
    for path, data in SAMPLES[::3]:
        for at, byte in enumerate(data[:400]):
            if byte & 7 == 2:
                changed = data[:at] + bytes((byte & ~7 | kind,)) + data[at + 1 :]
                look(changed, path)

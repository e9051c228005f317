"""Laws of the readers of what lies beside models: total and deterministic."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.domain.limits import DEFAULT_LIMITS
from assay.release.inspection import inspect_source
from assay.release.source import BytesSource
from benchmarks.detection.families.beside_models import samples

REAL = Path(__file__).parents[1] / "vectors" / "formats" / "real"
KINDS = (
    *("faiss", "annoy", "fasttext", "word2vec", "crfsuite", "pyarrow", "sound"),
    *("ctranslate2", "sqlite"),
)
WHOLE = sorted(
    {path.read_bytes() for path in REAL.iterdir() if path.name.startswith(KINDS)}
    | {data for sample in samples() for data in sample.files.values()}
)
LIMITS = replace(DEFAULT_LIMITS, max_inflated_bytes=1 << 22, max_pickle_opcodes=100_000)
QUICK = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def look(data: bytes):
    return inspect_source(
        BytesSource(data),
        path="file",
        executable_bit=False,
        limits=LIMITS,
        paths=frozenset({"file"}),
    )


@QUICK
@given(data=st.sampled_from(WHOLE), cut=st.integers(0, 12_000), more=st.binary())
def test_a_file_that_is_cut_or_goes_on_gives_facts(data, cut, more):
    changed = data[: len(data) - cut % (len(data) + 1)] + more
    assert look(changed) == look(changed)


@QUICK
@given(
    data=st.sampled_from(WHOLE),
    changes=st.lists(
        st.tuples(st.integers(0, 12_000), st.binary(min_size=1, max_size=8)), max_size=6
    ),
)
def test_a_file_with_other_bytes_in_it_gives_facts(data, changes):
    changed = bytearray(data)
    for at, new in changes:
        place = at % len(data)
        changed[place : place + len(new)] = new
    look(bytes(changed))

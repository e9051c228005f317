"""Laws of the readers of texts: total and deterministic on any damage to a sample."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.domain.credentials import redact
from assay.domain.limits import DEFAULT_LIMITS
from assay.release.formats.tokenizer_regex import BadPatternError, cost
from assay.release.inspection import inspect_source
from assay.release.source import BytesSource
from benchmarks.detection.families import secrets, templates, tokenizers

SAMPLES = [
    next(iter(sample.files.items()))
    for family in (secrets, templates, tokenizers)
    for sample in family.samples()
    if len(next(iter(sample.files.values()))) < 10_000
]
PIECES = st.sampled_from(
    [
        b"{{", b"}}", b"{%", b"%}", b"'", b"(", b"[", b"|", b"~", b"**", b"content",
        b"\\", b"(?:", b"{1,9}", b"\xe2\x80\x8b", b'"""', b"SYSTEM ", b"\0", b"=",
    ]
)  # fmt: skip
QUICK = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def look(data: bytes, path: str) -> object:
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
    edits=st.lists(st.tuples(st.integers(0, 9999), PIECES), max_size=5),
    cut=st.integers(0, 9999),
)
def test_any_damage_to_a_text_gives_the_same_facts_twice(sample, edits, cut):
    path, whole = sample
    data = bytearray(whole)
    for offset, piece in edits:
        at = offset % (len(data) + 1)
        data[at:at] = piece
    damaged = bytes(data[: cut % (len(data) + 1) or None])
    assert look(damaged, path) == look(damaged, path)


@QUICK
@given(pattern=st.text(alphabet="ab()[]{}\\*+?|^-.&<=!:#pPxudswNR1,9", max_size=40))
def test_any_pattern_is_judged_or_refused(pattern):
    with suppress(BadPatternError):
        assert isinstance(cost(pattern), str)


@QUICK
@given(text=st.text(max_size=300))
def test_redacting_twice_is_redacting_once(text):
    assert redact(redact(text)) == redact(text)

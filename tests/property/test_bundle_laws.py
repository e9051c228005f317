"""Whatever is done to a bundle, and whenever it is asked: an answer, never a crash."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assay.domain.declaration import AnswerValue
from assay.domain.statement import Bundle, Envelope, LoggedStatement
from assay.domain.verdict import DecisionValue, VerdictValue
from assay.eligibility import decide
from assay.errors import BundleError, UsageError
from assay.statement import sign
from assay.verify import verify_bundle
from assay.wire.v0.answers import DecideDocument, VerifyDocument
from assay.wire.v0.bundle import read_bundle, write_bundle
from tests.simulators.claims import (
    ANSWERS,
    NOW,
    REPORTS,
    Claim,
    answer,
    p256_signer,
    small_claim,
)

WHOLE = Claim()
WHOLE_DATA = WHOLE.data()
WHOLE_TRUST = WHOLE.trust()
SMALL = small_claim(log=None)
SMALL_DATA = SMALL.data()
SMALL_TRUST = SMALL.trust()
INSTANTS = st.datetimes(timezones=st.just(UTC))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
BUNDLES = st.builds(
    Bundle,
    public_key=st.binary(max_size=20),
    programme=st.binary(max_size=20),
    statements=st.lists(
        st.builds(
            LoggedStatement,
            envelope=st.builds(
                Envelope,
                payload=st.binary(max_size=20),
                payload_type=TEXT,
                key_id=st.binary(min_size=32, max_size=32).map(bytes.hex),
                signature=st.binary(max_size=20),
            ),
            receipt=st.none() | TEXT,
        ),
        min_size=1,
        max_size=4,
    ).map(tuple),
)


@given(BUNDLES)
def test_a_bundle_is_read_back_as_it_was_written(bundle):
    data = write_bundle(bundle)
    assert read_bundle(data) == bundle
    assert write_bundle(read_bundle(data)) == data


@given(BUNDLES)
def test_a_bundle_of_strangers_is_invalid(bundle):
    verdict = verify_bundle(write_bundle(bundle), WHOLE_TRUST, NOW)
    assert verdict.value is VerdictValue.INVALID


@given(st.binary(max_size=300))
def test_bytes_are_a_bundle_or_a_bundle_error(data):
    try:
        read_bundle(data)
    except BundleError:
        return
    raise AssertionError(data)


@given(st.data())
def test_a_splice_is_never_valid(data):
    start = data.draw(st.integers(0, len(SMALL_DATA)))
    end = data.draw(st.integers(start, len(SMALL_DATA)))
    between = data.draw(st.binary(max_size=10))
    spliced = SMALL_DATA[:start] + between + SMALL_DATA[end:]
    try:
        verdict = verify_bundle(spliced, SMALL_TRUST, NOW)
    except BundleError:
        return
    assert verdict.value is VerdictValue.INVALID or spliced == SMALL_DATA


@st.composite
def signed_documents(draw):
    """Take a real statement and put any JSON anywhere in it, properly signed."""
    payloads = list(WHOLE.payloads().values())
    place = draw(st.integers(0, len(payloads) - 1))
    document = json.loads(payloads[place])
    node = document
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = draw(st.sampled_from(keys))
        if not isinstance(node[key], dict | list) or not node[key]:
            break
        if draw(st.booleans()):
            break
        node = node[key]
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
    node[key] = draw(leaves | st.lists(leaves) | st.dictionaries(st.text(), leaves))
    try:
        payloads[place] = json.dumps(document).encode()
    except UnicodeEncodeError:
        payloads[place] = b"{}"
    return payloads


@given(signed_documents())
def test_a_developer_who_signs_anything_at_all_gets_a_verdict(payloads):
    envelopes = [sign(payload, p256_signer()) for payload in payloads]
    bundle = replace(
        Claim(log=None).bundle(),
        statements=tuple(LoggedStatement(envelope=e) for e in envelopes),
    )
    trust = Claim(log=None).trust()
    verdict = verify_bundle(write_bundle(bundle), trust, NOW)
    assert verdict.reasons
    if verdict.value is VerdictValue.INVALID:
        assert not verdict.reasons[0].holds
        return
    # The seal binds every payload but its own, which may name other instants.
    unchanged = list(WHOLE.payloads().values())
    parsed = [json.loads(payload) for payload in payloads]
    assert parsed[:-1] == [json.loads(payload) for payload in unchanged[:-1]]


@given(INSTANTS)
def test_there_is_a_verdict_and_a_decision_at_every_instant(at):
    verdict = verify_bundle(WHOLE_DATA, WHOLE_TRUST, at)
    assert verdict.value in {VerdictValue.VALID, VerdictValue.STALE}
    again = verify_bundle(WHOLE_DATA, WHOLE_TRUST, at)
    assert VerifyDocument.of(verdict) == VerifyDocument.of(again)
    decision = decide([verdict.release], [], "fast-berth", at)
    assert decision == decide([again.release], [], "fast-berth", at)
    assert DecideDocument.of(decision).at == VerifyDocument.of(verdict).at
    if verdict.value is VerdictValue.STALE:
        assert decision.value is not DecisionValue.ELIGIBLE or (
            abs(at - WHOLE.sealed_at).days < 1
        )


OUTCOMES = st.builds(
    lambda failure, examined, first, second: Claim(
        log=None,
        reports=tuple(
            replace(item, failure=failure, examined=examined) for item in REPORTS
        ),
        answers=tuple(
            answer(a.control, value=value, evidence=a.evidence)
            for a, value in zip(ANSWERS, (first, second), strict=True)
            if value is not None
        ),
    ),
    st.sampled_from(["", "It fell over."]),
    st.integers(0, 2),
    st.sampled_from([None, AnswerValue.MET, AnswerValue.NOT_MET]),
    st.sampled_from([None, *AnswerValue]),
)


@given(st.lists(OUTCOMES, min_size=1, max_size=4), st.randoms(), INSTANTS)
def test_a_decision_does_not_turn_on_the_order_of_bundles(claims, order, at):
    releases = [claim.verdict().release for claim in claims]
    assert all(releases)
    first = decide(releases, [], "fast-berth", at)
    order.shuffle(releases)
    assert decide(releases, [], "fast-berth", at) == first


@given(OUTCOMES)
def test_an_honest_claim_always_verifies(claim):
    assert claim.verdict().value is VerdictValue.VALID


@given(st.text(max_size=30), INSTANTS)
def test_a_benefit_that_nobody_knows_is_the_callers_mistake(benefit, at):
    proven = SMALL.verdict().release
    assume(benefit != "mooring")
    with pytest.raises(UsageError) as caught:
        decide([proven], [], benefit, at)
    assert caught.value.code == "usage.unknown-benefit"

"""Laws of disclosing: hiding helps nobody, showing what is met hurts nobody."""

from __future__ import annotations

import base64
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from assay.crypto.salted_digest import (
    decode_disclosure,
    disclosure_digest,
    encode_disclosure,
)
from assay.domain.assessment import Outcome
from assay.domain.declaration import AnswerValue
from assay.domain.disclosure import ItemKind, ItemRef
from assay.domain.limits import DEFAULT_LIMITS
from assay.domain.verdict import DecisionValue, VerdictValue
from assay.eligibility import decide
from assay.errors import AssayError, DocumentError
from assay.flows.disclose import disclosed, plan_controls
from assay.flows.opened import open_bundle
from assay.verify import verify_bundle
from assay.wire.v0.bundle import write_bundle
from assay.wire.v0.disclosure import read_disclosure
from tests.simulators.claims import EVIDENCE, NOW, REPORTS, answer
from tests.simulators.salted_claims import SaltedClaim, opened_text, text_of
from tests.simulators.tampering import LEAKY

CONTROLS = ("cargo-1", "cargo-2", "cargo-3", "crew-1", "crew-2", "crew-3")
RANK = {
    DecisionValue.NOT_ELIGIBLE: 0,
    DecisionValue.CANNOT_TELL: 1,
    DecisionValue.ELIGIBLE: 2,
}
BENEFITS = ("fast-berth", "free-passage")

reports = st.tuples(
    *(
        st.sampled_from(
            (
                report,
                None,
                replace(report, examined=0),
                replace(report, failure="It fell over.", examined=0),
                replace(
                    LEAKY,
                    check=report.check,
                    findings=(replace(LEAKY.findings[0], check=report.check),),
                ),
            )
        )
        for report in REPORTS
    )
).map(lambda found: tuple(report for report in found if report is not None))


def answered(name):
    return lambda value: answer(name, value=value, evidence=(EVIDENCE,))


answers = st.tuples(
    *(
        st.none()
        | st.sampled_from([AnswerValue.MET, AnswerValue.NOT_MET]).map(answered(name))
        for name in ("crew-1", "crew-2")
    )
).map(lambda found: tuple(given for given in found if given is not None))
claims = st.builds(
    lambda found, said: SaltedClaim(log=None, reports=found, answers=said),
    reports,
    answers,
)
subsets = st.sets(st.sampled_from(CONTROLS))


def shown(claim, opened, controls):
    plan = plan_controls(opened, controls)
    data = write_bundle(disclosed(opened, plan))
    verdict = verify_bundle(data, claim.trust(), NOW)
    assert verdict.value is VerdictValue.VALID
    return verdict.release, plan


def rank(release, benefit):
    return RANK[decide([release], [], benefit, NOW).value]


@settings(deadline=None)
@given(claim=claims, few=subsets, more=subsets)
def test_hiding_never_makes_a_yes_and_showing_what_is_met_never_a_lesser_answer(
    claim, few, more
):
    opened = open_bundle(claim.bundle())
    whole = claim.verdict().release
    outcomes = {r.control: r.outcome for r in whole.assessment.controls}
    small, small_plan = shown(claim, opened, few)
    met = {name for name in more if outcomes[name] is Outcome.MET}
    large, _ = shown(claim, opened, few | met)
    for benefit in BENEFITS:
        # A yes on less is a yes on all: what is hidden can never have made it.
        if rank(small, benefit) == RANK[DecisionValue.ELIGIBLE]:
            assert rank(whole, benefit) == RANK[DecisionValue.ELIGIBLE]
        # A no on less is a no on all: nothing is held against what is hidden.
        if rank(small, benefit) == RANK[DecisionValue.NOT_ELIGIBLE]:
            assert rank(whole, benefit) == RANK[DecisionValue.NOT_ELIGIBLE]
        implied = [outcomes[name] for name in plan_controls(opened, few | met).implied]
        if all(outcome is Outcome.MET for outcome in implied):
            assert rank(large, benefit) >= rank(small, benefit)
    # What is shown is what the whole claim says of it, and all else is withheld.
    assert set(small.withheld) == set(small_plan.withheld)
    for result in small.assessment.controls:
        if result.control not in small.withheld:
            assert result in whole.assessment.controls


@settings(deadline=None)
@given(claim=claims, first=subsets, second=subsets)
def test_disclosing_twice_is_disclosing_what_both_show(claim, first, second):
    opened = open_bundle(claim.bundle())
    plan = plan_controls(opened, first | second)
    once = disclosed(opened, plan)
    again = open_bundle(once)
    small = set(second) - set(again.claim.assessment.withheld)
    twice = disclosed(again, plan_controls(again, small))
    assert disclosed(opened, plan_controls(opened, small)) == twice
    assert set(twice.disclosures) <= set(once.disclosures)


@settings(deadline=None)
@given(claim=claims, place=st.integers(0, 10**6), bit=st.integers(0, 5))
def test_a_disclosure_with_any_one_bit_flipped_is_refused(claim, place, bit):
    bundle = claim.bundle()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    texts = list(bundle.disclosures)
    number = place % len(texts)
    text = texts[number]
    at = place % len(text)
    flipped = alphabet[alphabet.index(text[at]) ^ (1 << bit)]
    texts[number] = text[:at] + flipped + text[at + 1 :]
    data = write_bundle(replace(bundle, disclosures=tuple(sorted(texts))))
    verdict = verify_bundle(data, claim.trust(), NOW)
    assert verdict.value is VerdictValue.INVALID
    assert verdict.reasons[0].code == "verify.disclosure-unreferenced"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
refs = st.builds(ItemRef, kind=st.sampled_from(ItemKind), id=st.text(min_size=1))


@given(item=refs, value=json_values, salt=st.binary(min_size=16, max_size=16))
def test_what_is_encoded_is_decoded_and_has_one_spelling(item, value, salt):
    salt_text = base64.urlsafe_b64encode(salt).rstrip(b"=").decode()
    try:
        text = encode_disclosure(salt_text, item, value)
    except DocumentError:
        return  # a lone surrogate has no canonical form
    data = decode_disclosure(text)
    assert base64.urlsafe_b64encode(data).rstrip(b"=").decode() == text
    assert len(disclosure_digest(text)) == 64


def altered(value, steps, replacement):
    """Put something else in one place of a JSON value, found by following steps."""
    for step in steps:
        keys = sorted(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return
        key = keys[step % len(keys)]
        inner = value[key]
        if not isinstance(inner, dict | list) or step % 3 == 0:
            value[key] = replacement
            return
        value = inner


@settings(deadline=None)
@given(
    number=st.integers(0, 11),
    steps=st.lists(st.integers(0, 10), min_size=1, max_size=5),
    replacement=json_values,
)
def test_whatever_a_developer_signs_gives_a_verdict_and_no_other_outcomes(
    number, steps, replacement
):
    def lie(texts):
        group = texts["declarations" if number >= 10 else "assessment"]
        document = opened_text(group[number % 10])
        altered(document, steps, replacement)
        try:
            group[number % 10] = text_of(document)
        except DocumentError:
            return  # it has no canonical form, so nobody can sign it

    claim = SaltedClaim(log=None, lie=lie)
    verdict = claim.verdict()
    if verdict.value is VerdictValue.INVALID:
        assert verdict.reasons[0].code.startswith(("verify.", "document."))
        return
    proven = verdict.release.assessment
    honest = SaltedClaim(log=None).verdict().release.assessment
    for result, before in zip(proven.controls, honest.controls, strict=True):
        assert result.outcome in (before.outcome, Outcome.WITHHELD)


def code_of(data):
    try:
        read_disclosure(data, DEFAULT_LIMITS)
    except AssayError as error:
        return error.code
    return "document."


@given(data=st.binary(max_size=400))
def test_no_bytes_raise_anything_but_our_errors(data):
    assert code_of(data).startswith("document.")


@given(
    parts=st.lists(json_values, max_size=5),
    salt=st.sampled_from(["A" * 22, "B" * 22, ""]),
    kind=st.sampled_from(["control", "report", "answer", "x"]),
)
def test_no_document_raises_anything_but_our_errors(parts, salt, kind):
    text = repr([salt, kind, *parts]).replace("'", '"').encode("utf-8", "replace")
    assert code_of(text).startswith("document.")

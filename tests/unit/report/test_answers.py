"""What is told of verdicts and decisions on a terminal and on a page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from assay.domain.release import Inventory, Irregular, IrregularKind
from assay.domain.verdict import BundleVerdict, DecisionValue, Reason, VerdictValue
from assay.eligibility import decide
from assay.report import decision_text, verdict_text
from assay.report.html import render_decision, render_verdict
from assay.report.meaning import decision_meaning, declared_text, verdict_meaning
from tests.simulators.claims import (
    FILES,
    HARBOUR,
    LOGGED_AT,
    NOW,
    SEALED_AT,
    VALID_UNTIL,
    Claim,
)

SECOND = timedelta(seconds=1)
CLAIM = Claim()
VALID = BundleVerdict(file="good.assay", verdict=CLAIM.verdict())
INVALID = BundleVerdict(
    file="bad.assay", verdict=CLAIM.verdict(CLAIM.trust(developers=()))
)
LATE = VALID_UNTIL + SECOND
EXPIRED = BundleVerdict(file="old.assay", verdict=CLAIM.verdict(at=LATE))
EARLY = BundleVerdict(
    file="early.assay", verdict=CLAIM.verdict(at=SEALED_AT - timedelta(days=1))
)
OTHER = BundleVerdict(
    file="other.assay", verdict=CLAIM.verdict(inventory=Inventory(files=FILES[:-1]))
)
LINK = Irregular(path="link", kind=IrregularKind.SYMLINK_INSIDE)
LINKED = BundleVerdict(
    file="linked.assay",
    verdict=CLAIM.verdict(inventory=Inventory(files=FILES, irregular=(LINK,))),
)
RELEASE = VALID.verdict.release
NAMED = f"Release {RELEASE.assessment.release_digest[:12]}"
DECISION = decide([RELEASE], [], "fast-berth", NOW)
OPEN = decide([], [], "fast-berth", NOW)


def flat(text):
    return " ".join(text.split())


def on_a_terminal(decision, *bundles, programme=RELEASE.programme):
    return flat(
        decision_text(
            decision, width=100, colour=False, programme=programme, bundles=bundles
        )
    )


@pytest.mark.parametrize(
    ("verdict", "words"),
    {
        "expired": (EXPIRED.verdict, "it had expired"),
        "not made yet": (EARLY.verdict, "had not been made yet"),
        "not logged yet": (
            CLAIM.verdict(at=LOGGED_AT - timedelta(minutes=11)),
            "had not been made yet",
        ),
        "an old trust file": (
            CLAIM.verdict(CLAIM.trust(valid_until=NOW), at=NOW + SECOND),
            "your trust file had expired",
        ),
        "both": (
            CLAIM.verdict(CLAIM.trust(valid_until=NOW), at=LATE),
            "had expired at that instant; your trust file",
        ),
        "a cause that is not known here": (
            replace(EXPIRED.verdict, reasons=(Reason(code="verify.x", message="m"),)),
            "it does not count at that instant",
        ),
    }.values(),
)
def test_a_stale_verdict_tells_its_cause(verdict, words):
    assert verdict.value is VerdictValue.STALE
    assert words in verdict_meaning(verdict)
    assert words in flat(verdict_text(verdict, width=100, colour=False))


@pytest.mark.parametrize(
    ("bundles", "words"),
    [
        ((INVALID,), "the bundle is invalid"),
        ((INVALID, INVALID), "all 2 bundles are invalid"),
        ((EXPIRED,), "the bundle is stale: the claim was proven, but it had expired"),
        ((EXPIRED, INVALID), "no bundle counts: 1 is stale, 1 is invalid"),
        ((EXPIRED, EARLY, INVALID), "no bundle counts: 2 are stale, 1 is invalid"),
        ((OTHER,), "the files at hand are not the signed ones: nothing"),
        ((LINKED,), "links or special files lie among the files at hand"),
        ((OTHER, LINKED), "all 2 bundles are about other files than those at hand"),
        (
            (EXPIRED, OTHER, INVALID),
            "no bundle counts: 1 is stale, 1 is about other files than those at hand",
        ),
        ((VALID, INVALID), "too little is known"),
        ((), "too little is known"),
    ],
)
def test_a_decision_without_a_valid_bundle_says_why(bundles, words):
    assert OPEN.value is DecisionValue.CANNOT_TELL
    assert words in decision_meaning(OPEN, bundles)
    assert f"CANNOT TELL: {words}" in on_a_terminal(OPEN, *bundles)


@pytest.mark.parametrize(
    ("bundle", "words"),
    [
        (OTHER, "INVALID: the files at hand are not the signed ones"),
        (LINKED, "INVALID: links or special files lie among the files at hand"),
        (INVALID, "INVALID: nothing that the bundle claims is proven"),
    ],
)
def test_an_invalid_verdict_says_whether_bundle_or_files_are_to_blame(bundle, words):
    assert words in flat(verdict_text(bundle.verdict, width=100, colour=False))


def test_a_decision_says_what_it_is_about():
    text = on_a_terminal(DECISION, VALID, INVALID)
    assert CLAIM.assessment.release_digest in text
    assert "good.assay: valid" in text
    assert "bad.assay: invalid" in text
    assert f"(key {CLAIM.signer.public_key.key_id})" in text
    assert "counts until 2027-11-23 12:00:00 UTC" in text
    assert "[verify.no-files-compared]" in text


def test_a_decision_says_how_much_rests_on_the_developers_word():
    text = f"{len(DECISION.controls)} controls that the rule names, 2 are declared"
    assert text in on_a_terminal(DECISION, VALID)
    one = replace(DECISION, declared=("crew-1",))
    assert "1 is declared by the developer alone" in declared_text(one)
    assert declared_text(OPEN) == ""


def test_a_programme_that_decided_nothing_keeps_its_title_and_notice():
    text = on_a_terminal(OPEN, INVALID)
    assert "Fictional." in text
    assert "its rule decided nothing" in text
    title = next(b.title for b in RELEASE.programme.benefits if b.id == OPEN.benefit)
    assert f"{title} (fast-berth)" in text
    assert "none that the trust file believes" in on_a_terminal(
        OPEN, INVALID, programme=None
    )


def test_remedies_are_told_as_remedies_and_messages_come_first():
    text = flat(verdict_text(INVALID.verdict, width=100, colour=False))
    assert "- The bundle is signed by a key that the trust file does not name." in text
    assert "Try: get the developer's key from a source that you believe" in text


def test_what_is_not_covered_stands_apart():
    text = verdict_text(VALID.verdict, width=100, colour=False)
    caveat = text.index("! No files were compared")
    assert text.index("Not covered") < caveat < text.index("\nFor\n")


def test_every_outcome_is_listed_when_asked():
    text = flat(verdict_text(VALID.verdict, width=100, colour=False, verbose=True))
    for result in CLAIM.assessment.controls:
        assert f"{result.control} {result.outcome.value}" in text
    assert "Outcomes" not in verdict_text(VALID.verdict, width=100, colour=False)
    assert "Outcomes" not in verdict_text(
        INVALID.verdict, width=100, colour=False, verbose=True
    )


def test_a_page_shows_a_proven_bundle_whole():
    page = render_verdict("good.assay", VALID.verdict)
    assert "good.assay" in page
    assert "No files were compared." in page
    assert "The list is empty" not in page
    assert all(record.path in page for record in FILES)


def test_a_page_names_what_lies_beside_the_files_compared():
    git = Irregular(path=".git", kind=IrregularKind.VERSION_CONTROL)
    inventory = Inventory(files=FILES, irregular=(git,))
    page = render_verdict("a", CLAIM.verdict(inventory=inventory), inventory)
    assert "directory of a version control system" in page
    assert "No files were compared." not in page
    assert "Not covered" in page


def test_a_page_about_an_invalid_bundle_shows_no_report():
    page = render_verdict("bad<.assay", INVALID.verdict)
    assert "bad&lt;.assay" in page
    assert "Invalid" in page
    assert "There is no report on a release here" in page
    assert "trust.unknown-developer" in page
    assert "Outcome of every control" not in page


def test_a_page_about_a_decision_shows_the_newest_bundle_that_counts():
    newer_claim = Claim(sealed_at=SEALED_AT + SECOND)
    newer = BundleVerdict(file="newer.assay", verdict=newer_claim.verdict())
    releases = [RELEASE, newer.verdict.release]
    decision = decide(releases, [], "fast-berth", NOW)
    page = render_decision(
        decision, (VALID, newer, INVALID), RELEASE.programme, Inventory(files=FILES)
    )
    assert f"<h1><bdi>{NAMED} (newer.assay)</bdi></h1>" in page
    assert "2 are declared by the developer alone" in page
    for bundle in ("good.assay", "bad.assay"):
        assert bundle in page


def test_a_page_shows_a_bundle_under_the_programme_that_decided():
    other = HARBOUR.replace(b'version = "1.0"\n', b'version = "0.9"\n', 1)
    claim = Claim(programme_file=other, sealed_at=SEALED_AT + SECOND)
    strange = BundleVerdict(
        file="other.assay", verdict=claim.verdict(claim.trust(programmes=()))
    )
    releases = [RELEASE, strange.verdict.release]
    decision = decide(releases, [], "fast-berth", NOW)
    page = render_decision(decision, (strange, VALID), RELEASE.programme)
    assert f"<h1><bdi>{NAMED} (good.assay)</bdi></h1>" in page


@pytest.mark.parametrize("programme", [None, RELEASE.programme])
def test_a_page_about_a_decision_on_nothing_keeps_the_notice(programme):
    page = render_decision(OPEN, (INVALID,), programme)
    assert ("Fictional." in page) is (programme is not None)
    assert "The bundle is invalid, so nothing is proven." in page
    assert "Cannot tell" in page


def test_a_page_about_a_stale_bundle_shows_what_was_proven_once():
    page = render_decision(OPEN, (EXPIRED,), RELEASE.programme)
    assert f"<h1><bdi>{NAMED} (old.assay)</bdi></h1>" in page
    assert "it had expired at that instant" in page


def test_a_verdict_says_what_the_claim_says():
    text = flat(verdict_text(VALID.verdict, width=100, colour=False))
    for label in ("Findings ", "Controls ", "Tiers "):
        assert label in text
    met = sum(r.outcome.value == "met" for r in CLAIM.assessment.controls)
    assert f"Controls {met} met" in text


def test_what_was_signed_stays_visible_beside_other_files():
    text = flat(verdict_text(OTHER.verdict, width=100, colour=False))
    page = render_verdict("other.assay", OTHER.verdict)
    assert "INVALID: the files at hand are not the signed ones" in text
    assert OTHER.verdict.release is None
    assert RELEASE.assessment.release_digest in text
    for shown in (text, page):
        assert "Signed by" in shown
        assert RELEASE.issuer.name in shown
        assert "unts until" in shown
    assert "says nothing of the files at hand" in page
    assert "Signed by" not in verdict_text(INVALID.verdict, width=100, colour=False)


def test_what_was_asked_about_too_early_is_told_as_not_yet():
    text = verdict_text(EARLY.verdict, width=100, colour=False)
    assert text.startswith("NOT YET VALID: at that instant the claim had not been made")
    assert "Not yet valid" in render_verdict("early.assay", EARLY.verdict)
    assert verdict_text(EXPIRED.verdict, width=100, colour=False).startswith("STALE:")

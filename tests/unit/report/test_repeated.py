"""What people read about withheld controls and about a claim that was repeated."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assay.domain.assessment import Outcome
from assay.domain.repeat import RepeatedControl, RepeatValue
from assay.domain.verdict import BundleVerdict
from assay.eligibility import decide
from assay.report.answers import decision_text, verdict_text
from assay.report.html import render_decision, render_verdict
from assay.report.repeated import repeat_counts, repeat_text
from assay.report.sentences import asked_words, tier_words
from assay.report.tally import not_looked_at
from assay.report.terminal import burden_text, summary
from assay.verify import verify_bundle
from assay.wire.v0.answers import DecideDocument
from assay.wire.v0.bundle import write_bundle
from tests.simulators.claims import NOW
from tests.simulators.salted_claims import SaltedClaim, shows

CLAIM = SaltedClaim(log=None)
LESS = shows("cargo-1", "crew-1")(CLAIM)
VERDICT = verify_bundle(write_bundle(LESS), CLAIM.trust(), NOW)
RELEASE = VERDICT.release
REPEATED = (
    RepeatedControl(
        control="cargo-1",
        value=RepeatValue.DIFFERENT,
        signed=Outcome.MET,
        recomputed=Outcome.NOT_MET,
        differences=("secrets: findings: 0 signed, 1 here.", "Signed as met."),
    ),
    RepeatedControl(
        control="cargo-2", value=RepeatValue.WITHHELD, signed=Outcome.WITHHELD
    ),
    RepeatedControl(
        control="cargo-3",
        value=RepeatValue.NOT_REPEATED,
        signed=Outcome.MET,
        reason="The claim was made by Assay 0.0.9.",
    ),
    RepeatedControl(control="crew-1", value=RepeatValue.SIGNED, signed=Outcome.MET),
    RepeatedControl(
        control="crew-2",
        value=RepeatValue.EQUAL,
        signed=Outcome.MET,
        recomputed=Outcome.MET,
    ),
)


def shown(**options):
    text = verdict_text(VERDICT, width=80, colour=False, **options)
    return " ".join(text.split())


def test_the_terminal_says_what_is_withheld():
    text = shown()
    assert "Controls 2 met, 4 withheld" in text
    assert (
        "none known to be reached (of 2 tiers); undetermined, as controls are " in text
    )
    assert "withheld: Moored, Surveyed" in text
    not_covered = text.index("Not covered")
    assert not_covered < text.index("[verify.withheld]") < text.index("For ")
    assert "Try: ask the developer for a bundle that shows them." in text


def test_the_list_of_outcomes_has_those_withheld():
    text = shown(verbose=True)
    assert "cargo-2 withheld, reproducible: No secrets on board" in text
    assert "crew-1 met, declared: Someone answers reports" in text


def test_a_tier_reached_and_one_undetermined_are_both_named():
    moored = shows("cargo-1", "cargo-2", "cargo-3", "crew-1")(CLAIM)
    release = verify_bundle(write_bundle(moored), CLAIM.trust(), NOW).release
    words = tier_words(release.assessment, release.programme)
    assert words.startswith("Moored (of 2 tiers); undetermined")
    assert words.endswith("Surveyed")


def test_how_many_answered_is_said_to_be_unknown():
    assert "answered an unknown number, as some answers are withheld" in asked_words(
        RELEASE.assessment.burden
    )
    assert "an unknown number" in burden_text(RELEASE.assessment.burden)


def test_what_is_withheld_is_among_what_was_not_looked_at():
    unseen = not_looked_at(RELEASE.assessment, RELEASE.programme)
    assert [line.control.id for line in unseen.withheld] == list(RELEASE.withheld)
    assert unseen.total == 4
    text = summary(
        RELEASE.assessment, RELEASE.programme, width=90, colour=False, fail_at=None
    )
    assert "4 controls withheld" in text
    assert "withheld" in next(x for x in text.splitlines() if x.startswith("Controls"))


def test_the_page_shows_what_is_withheld_in_every_place():
    page = render_verdict("less.assay", VERDICT)
    assert page.count('class="outcome o-withheld"') >= 2 * 4
    assert "4 controls are withheld:" in page
    assert "Undetermined" in page
    assert "an unknown number" in page
    assert '<td class="num">unknown</td>' in page
    assert "The developer shows only a salted digest of it." in page
    # Nobody waits for an answer that may be there.
    controls = page[page.index('id="unseen"') :]
    assert controls.count("It waits for") == 0


def test_a_page_of_which_nothing_is_withheld_does_not_speak_of_it():
    page = render_verdict("whole.assay", CLAIM.verdict())
    assert "Withheld" not in page
    assert "o-withheld" not in page[page.index("<body") :]


def test_a_bundle_of_which_nothing_is_shown_has_a_page():
    bundle = replace(CLAIM.bundle(), disclosures=())
    verdict = verify_bundle(write_bundle(bundle), CLAIM.trust(), NOW)
    assert "6 controls are withheld:" in render_verdict("none.assay", verdict)


def test_what_came_of_repeating_is_counted_the_worst_first():
    assert repeat_counts(REPEATED) == (
        "1 recomputed different, 1 not repeated, 1 withheld, 1 signed, "
        "1 recomputed equal"
    )
    assert repeat_counts(()) == ""


@pytest.mark.parametrize("colour", [False, True])
def test_the_terminal_names_what_differs_and_why_something_was_not_repeated(colour):
    text = repeat_text(REPEATED, width=80, colour=colour)
    words = " ".join(text.split())
    assert (
        "cargo-1 recomputed different (signed as met, not met here): secrets" in words
    )
    assert "The claim was made by Assay 0.0.9." in words
    assert "crew-1" not in text
    assert text.endswith("\n")


def test_the_terminal_names_all_of_them_when_it_is_asked_to():
    text = repeat_text(REPEATED, width=100, colour=False, verbose=True)
    lines = [line.strip() for line in text.splitlines()]
    assert "cargo-2 withheld" in lines
    assert "crew-1 signed (signed as met)" in lines
    assert "crew-2 recomputed equal (signed as met)" in lines
    assert any(
        line.startswith("cargo-3 not repeated (signed as met): The") for line in lines
    )


def test_nothing_is_said_where_nothing_was_repeated():
    assert repeat_text((), width=80, colour=False) == ""


def test_the_page_shows_what_came_of_each_control():
    page = render_verdict("a.assay", VERDICT, None, REPEATED)
    start = page.index('<section id="repeated"')
    part = page[start : page.index("</section>", start)]
    for item in REPEATED:
        assert item.value.value.capitalize() in part
        assert item.control in part
    assert "secrets: findings: 0 signed, 1 here." in part
    assert "The claim was made by Assay 0.0.9." in part
    assert part.count("not run") == 3
    assert 'href="#repeated"' in page


def test_a_page_of_a_claim_that_nobody_repeated_has_no_such_part():
    assert 'id="repeated"' not in render_verdict("a.assay", VERDICT)


def test_a_decision_says_which_bundles_withhold_something_and_what_it_turned_on():
    bundle = BundleVerdict(file="less.assay", verdict=VERDICT)
    decision = decide([RELEASE], [], "fast-berth", NOW)
    text = decision_text(
        decision,
        width=80,
        colour=False,
        programme=RELEASE.programme,
        bundles=(bundle,),
    )
    words = " ".join(text.split())
    assert "withholds 4 of 6 controls" in words
    assert "declared by the developer alone; 4 withheld" in words
    assert "is withheld by the developer. [decide.withheld]" in words
    page = render_decision(decision, (bundle,), RELEASE.programme)
    assert "It withholds 4 controls." in page
    document = DecideDocument.of(decision, bundles=(bundle,))
    assert document.bundles[0].withheld == RELEASE.withheld


def test_a_decision_on_a_whole_bundle_speaks_of_nothing_withheld():
    whole = CLAIM.verdict()
    bundle = BundleVerdict(file="whole.assay", verdict=whole)
    decision = decide([whole.release], [], "fast-berth", NOW)
    text = decision_text(decision, width=80, colour=False, bundles=(bundle,))
    assert "withh" not in text
    assert "withholds" not in render_decision(decision, (bundle,))

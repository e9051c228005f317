"""A baseline on the terminal: what is accepted is marked, what is stale is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from assay.domain.baseline import Accepted, Comparison
from assay.domain.finding import Severity
from assay.report import summary
from tests.unit.report import samples

FINDING = samples.finding()
HIGH = samples.finding(rule="other", severity=Severity.HIGH)


def entry(**changes) -> Accepted:
    base = Accepted(
        id=FINDING.id,
        reason="Seen by two.",
        owner="release lead",
        expires=date(2027, 1, 31),
        place="old.bin",
    )
    return replace(base, **changes)


def show(comparison, *findings, **changes):
    options = {"width": 100, "colour": False, "fail_at": Severity.HIGH} | changes
    reports = samples.with_findings(*findings).reports
    text = summary(
        replace(samples.spotless(), reports=reports),
        samples.programme(),
        comparison=comparison,
        **options,
    )
    return " ".join(text.split())


def test_an_accepted_finding_is_marked_with_owner_and_day():
    text = show(Comparison(accepted={FINDING.id: entry()}), FINDING, HIGH)
    assert text.count("Accepted until 2027-01-31 by release lead: Seen by two.") == 1
    assert "Gate fails: 1 finding of severity high or above; 1 more accepted" in text


def test_an_accepted_finding_of_no_weight_is_marked_in_its_line():
    low = samples.finding(severity=Severity.LOW)
    text = show(Comparison(accepted={low.id: entry(id=low.id)}), low)
    assert "accepted until 2027-01-31: Loading" in text
    assert "Gate passes: no finding of severity high or above" in text


def test_the_gate_says_that_it_passes_for_what_is_accepted():
    one = Comparison(accepted={FINDING.id: entry()})
    assert (
        "Gate passes: 1 finding of severity high or above is accepted by the baseline "
        "until 2027-01-31"
    ) in show(one, FINDING)
    later = entry(id=HIGH.id, expires=date(2027, 5, 1))
    two = Comparison(accepted={FINDING.id: entry(), HIGH.id: later})
    assert (
        "Gate passes: 2 findings of severity high or above are accepted by the "
        "baseline, the first of them until 2027-01-31"
    ) in show(two, FINDING, HIGH)


def test_entries_that_accept_nothing_are_named():
    many = tuple(entry(id=f"f-{n:020}") for n in range(7))
    text = show(
        Comparison(
            accepted={},
            expired=many,
            changed=many[:1],
            unused=many[:2],
            unbound=many[:1],
            unfilled=3,
        )
    )
    named = "f-00000000000000000004 in old.bin until 2027-01-31, and 2 more"
    assert f"7 entries have expired (f-{0:020} in old.bin until 2027-01-31" in text
    assert named in text
    assert "1 is of another content" in text
    assert "2 have no finding" in text
    assert "3 forms are not filled in, and accept nothing" in text


def test_entries_that_end_soon_or_never_are_named():
    known = entry(place="")
    comparison = Comparison(
        accepted={FINDING.id: known}, ending=(known,), distant=(known,)
    )
    text = show(comparison, FINDING)
    assert f"1 ends within 30 days ({FINDING.id} until 2027-01-31)" in text
    assert "ends later than in two years: who will look again?" in text


def test_a_verbose_finding_says_what_is_gained_and_how_to_mend_it():
    text = show(None, FINDING, verbose=True)
    assert f"Gain: {FINDING.gain}" in text
    assert f"Mend: {FINDING.remediation}" in text
    assert f"Confidence: high; id: {FINDING.id}" in text
    assert "Gain:" not in show(None, FINDING)


def test_unread_files_come_before_questions_for_people():
    text = summary(
        samples.assessment(),
        samples.programme(),
        width=80,
        colour=False,
        fail_at=None,
        verbose=True,
    )
    places = [
        text.index(title)
        for title in (
            "Not looked at",
            "Controls that checks could not answer",
            "Controls that wait for people",
        )
    ]
    assert places == sorted(places)

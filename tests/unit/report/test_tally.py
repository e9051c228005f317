"""The counts of reports, and the refusal of parts that do not belong together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assay.domain.assessment import Outcome
from assay.domain.finding import Severity
from assay.domain.programme import Area, EvidenceClass
from assay.errors import UsageError
from assay.report import tally
from tests.unit.report import samples

OTHER_REF = replace(samples.REF, digest="00" * 32)


@pytest.mark.parametrize(
    ("assessment", "programme", "inventory"),
    [
        (
            replace(samples.assessment(), programme=OTHER_REF),
            samples.programme(),
            None,
        ),
        (
            replace(samples.assessment(), controls=samples.assessment().controls[1:]),
            samples.programme(),
            None,
        ),
        (
            samples.assessment(),
            replace(samples.programme(), areas=samples.programme().areas[1:]),
            None,
        ),
        (
            samples.assessment(),
            samples.programme(),
            replace(samples.inventory(), files=samples.inventory().files[1:]),
        ),
    ],
    ids=[
        "another programme",
        "a control without a result",
        "a control without an area",
        "another inventory",
    ],
)
def test_parts_that_do_not_belong_together_are_refused(
    assessment, programme, inventory
):
    with pytest.raises(UsageError) as caught:
        tally.require_one_subject(assessment, programme, inventory)
    assert caught.value.code == "usage.report-mismatch"
    assert caught.value.expected
    assert caught.value.found


def test_parts_of_one_assessment_are_accepted():
    tally.require_one_subject(
        samples.assessment(), samples.programme(), samples.inventory()
    )


def test_every_outcome_is_counted_also_those_of_which_there_are_none():
    lines = tally.lines_of(samples.spotless(), samples.programme())
    counts = tally.count_outcomes(lines)
    assert set(counts) == set(Outcome)
    assert counts[Outcome.MET] == len(lines)
    assert sum(counts.values()) == len(lines)


def test_areas_without_controls_are_left_out():
    programme = samples.programme()
    more = replace(programme, areas=(*programme.areas, Area(id="none", title="None")))
    assert len(tally.areas_of(samples.assessment(), more)) == len(programme.areas)


def test_the_strongest_class_of_evidence_comes_first():
    lines = tally.lines_of(samples.assessment(), samples.programme())
    assert [c for c, _ in tally.by_class(lines)] == [
        EvidenceClass.INDEPENDENT,
        EvidenceClass.REPRODUCIBLE,
        EvidenceClass.DECLARED,
    ]


def test_findings_are_counted_by_severity():
    counts = tally.findings_by_severity(samples.assessment())
    assert list(counts) == list(Severity)
    assert list(counts.values()) == [1, 2, 1, 1, 1]


def test_findings_beyond_the_bound_of_a_check_are_counted_apart():
    assert tally.unlisted_findings(samples.assessment()) == 0
    cut = samples.with_findings(samples.finding(), total=1_500)
    assert tally.unlisted_findings(cut) == 1_499


def test_all_that_was_not_looked_at_is_collected():
    unseen = tally.not_looked_at(samples.assessment(), samples.programme())
    assert len(unseen.controls) == 4
    assert [line.control.id for line in unseen.failed_controls] == ["cod-7"]
    assert [report.check for report in unseen.failed_checks] == ["native-code"]
    assert [check for check, _ in unseen.gaps] == ["polyglots"]
    assert unseen.total == 7
    assert tally.not_looked_at(samples.spotless(), samples.programme()).total == 0

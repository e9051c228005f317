from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from assay.assess.check import (
    Examination,
    FactCheck,
    Rule,
    Sighting,
    extension,
    shown,
)
from assay.assess.runner import run_check, run_checks
from assay.domain.facts import Content
from assay.domain.finding import CheckStatus, Confidence, Severity
from assay.domain.limits import Limits
from tests.unit.assess.subjects import at, file, gap, subject

MILD = Rule(
    id="mild",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="Something small",
    remediation="Mend it.",
)
GRAVE = replace(MILD, id="grave", severity=Severity.HIGH, gain="Everything.")


def check(*sightings, gaps=(), examined=1):
    return FactCheck(
        id="sample",
        version=3,
        title="A sample",
        rules=(MILD, GRAVE),
        examine=lambda _: Examination(
            examined=examined, sightings=sightings, gaps=gaps
        ),
    )


def seen(path, rule=MILD, message="It was seen.", **more):
    return Sighting(rule=rule, place=at(path), message=message, **more)


@dataclass
class Throwing:
    error: Exception
    id: str = "throwing"
    version: int = 2
    title: str = "It throws"
    rules: tuple[Rule, ...] = ()

    def run(self, _subject):
        raise self.error


def test_findings_are_sorted_by_place_and_said_once():
    report = run_check(check(seen("b"), seen("a"), seen("b")), subject())
    assert [finding.place.path for finding in report.findings] == ["a", "b"]
    assert report.findings_total == 2


def test_lines_and_offsets_are_sorted_as_numbers():
    places = [at("a", line=10), at("a", line=9), at("a"), at("a", offset=2)]
    sightings = [Sighting(rule=MILD, place=place, message="x") for place in places]
    report = run_check(check(*sightings), subject())
    assert [str(finding.place) for finding in report.findings] == [
        "a",
        "a@2",
        "a:9",
        "a:10",
    ]


def test_a_list_beyond_the_bound_keeps_the_gravest_and_counts_all():
    sightings = [seen(f"{index:02}") for index in range(9)]
    report = run_check(
        check(*sightings, seen("zz", GRAVE)),
        subject(limits=Limits(max_findings_per_check=3)),
    )
    assert [finding.place.path for finding in report.findings] == ["00", "01", "zz"]
    assert report.findings_total == 10


def test_gaps_are_sorted_bounded_and_said_once():
    gaps = (gap(Content.TAR, "b"), gap(Content.TAR, "a"), gap(Content.TAR, "b"))
    report = run_check(check(gaps=gaps), subject())
    assert [found.place.path for found in report.gaps] == ["a", "b"]
    assert report.status is CheckStatus.INCOMPLETE
    report = run_check(
        check(gaps=gaps), subject(limits=Limits(max_findings_per_check=1))
    )
    assert len(report.gaps) == 1


def test_a_sighting_may_know_better_than_its_rule():
    (finding,) = run_check(
        check(seen("a", GRAVE, confidence=Confidence.LOW, gain="Little.")), subject()
    ).findings
    assert (finding.confidence, finding.gain) == (Confidence.LOW, "Little.")
    (finding,) = run_check(check(seen("a", GRAVE)), subject()).findings
    assert (finding.confidence, finding.gain) == (Confidence.HIGH, "Everything.")


def test_a_check_that_throws_is_an_error_and_stops_no_other():
    broken = Throwing(ValueError("no good"))
    first, second = run_checks((broken, check()), subject())
    assert first.status is CheckStatus.ERROR
    assert (first.check, first.version) == ("throwing", 2)
    assert first.failure == "ValueError: no good"
    assert second.status is CheckStatus.CLEAN


def test_a_failure_reads_the_same_in_every_run():
    first = run_check(Throwing(ValueError(f"bad {object()!r}\n")), subject())
    second = run_check(Throwing(ValueError(f"bad {object()!r}\n")), subject())
    assert first == second
    assert "\n" not in first.failure


def test_a_failure_is_bounded():
    report = run_check(Throwing(ValueError("a" * 9_999)), subject())
    assert len(report.failure) < 300


@pytest.mark.parametrize("change", [{"check": "other"}, {"version": 4}])
def test_a_report_in_the_name_of_another_check_is_an_error(change):
    honest = check()

    @dataclass
    class Lying(Throwing):
        id: str = "sample"
        version: int = 3

        def run(self, subject):
            return replace(honest.run(subject), **change)

    report = run_check(Lying(ValueError()), subject())
    assert report.status is CheckStatus.ERROR
    assert report.check == "sample"


def test_a_check_that_looked_at_nothing_is_not_applicable():
    report = run_check(check(examined=0), subject(file("a")))
    assert report.status is CheckStatus.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.JSON", ".json"),
        ("x.y/LICENSE", ""),
        (".gitattributes", ""),
        ("a.tar.gz", ".gz"),
        ("a.", "."),
    ],
)
def test_the_extension_is_the_last_one_in_lower_case(path, expected):
    assert extension(path) == expected


def test_text_from_outside_is_made_printable_and_short():
    assert shown("a\x1b[0m\n") == "a\\u{1b}[0m\\u{a}"
    assert shown("a" * 9, Limits(max_shown_chars=4)) == "aaaa…"
    assert shown("ä") == "ä"

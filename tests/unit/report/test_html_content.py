"""What the page tells, in the order in which people need it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from assay.domain.assessment import Outcome
from assay.domain.baseline import Accepted, Comparison
from assay.domain.declaration import Answer, AnswerValue, Declarations, EvidenceFile
from assay.domain.finding import Severity
from assay.report import sentences, tally
from assay.report.html import render
from tests.unit.report import samples


def shown(assessment=None, **changes):
    return render(
        assessment or samples.assessment(),
        samples.programme(),
        samples.inventory(),
        title="Sample model 7B",
        **changes,
    )


def words(text):
    return " ".join(re.sub("<[^>]*>", " ", text).split())


def section(text, name):
    found = re.search(rf'<section id="{name}".*?</section>', text, re.DOTALL)
    assert found is not None
    return found.group()


def declarations():
    answers = (
        Answer(
            control=result.control,
            value=AnswerValue.MET,
            role="role",
            date=result.collected,
            statement="Done.",
            evidence=(
                EvidenceFile(name="papers/list.pdf", sha256="ab" * 32, size=2048),
            ),
        )
        for result in samples.assessment().controls
        if result.evidence and result.collected
    )
    return Declarations(answers=tuple(answers))


def test_the_page_begins_with_what_was_found_and_not_met():
    brief = words(section(shown(), "brief"))
    start = brief.index("1 critical, 2 high, 1 medium, 1 low and 1 info findings; ")
    assert brief.index("3 controls not met. Of 18 controls") > start
    none = words(section(shown(samples.spotless()), "brief"))
    assert "No findings in what was looked at; no control is known to be" in none


def test_what_was_found_is_counted_in_words():
    one = samples.with_findings(samples.finding(severity=Severity.LOW))
    assert sentences.findings_words(one) == "1 low finding"
    more = samples.with_findings(samples.finding(), total=5)
    assert sentences.findings_words(more) == (
        "1 critical finding, and 4 more of unknown severity"
    )


def test_findings_come_before_outcomes_and_those_before_what_was_not_looked_at():
    text = shown(verdict=samples.verdict())
    names = re.findall(r'<section id="(\w+)"', text)
    assert names[:5] == ["brief", "verdict", "findings", "controls", "unseen"]
    assert re.findall(r'<li><a href="#(\w+)">', text) == names


def test_an_evidence_file_is_shown_with_its_name_size_and_digest():
    controls = words(section(shown(declarations=declarations()), "controls"))
    assert "Evidence papers/list.pdf , 2.0 KiB, kept by the developer" in controls
    assert "SHA-256 abababab abababab" in controls
    assert "Evidence, kept by the developer; SHA-256 cdcdcdcd" in controls
    bare = words(section(shown(), "controls"))
    assert "papers/list.pdf" not in bare
    assert "Evidence, kept by the developer; SHA-256 abababab" in bare


def test_evidence_of_a_verified_bundle_is_shown_without_being_handed_in():
    verdict = samples.verdict()
    assert verdict.release is not None
    proven = replace(verdict.release, declarations=declarations())
    text = shown(verdict=replace(verdict, release=proven))
    assert "papers/list.pdf" in section(text, "controls")


def test_what_stands_between_backticks_is_set_as_code():
    finding = samples.finding(message="It calls `os.<system>` at once.", gain="a ` b")
    text = section(shown(samples.with_findings(finding)), "findings")
    assert "It calls <code>os.&lt;system&gt;</code> at once." in text
    assert "<dd>a ` b</dd>" in text


def test_a_thing_unread_is_listed_once_with_all_checks_that_wanted_it():
    assessment = samples.assessment()
    gaps = next(report.gaps for report in assessment.reports if report.gaps)
    reports = tuple(
        replace(report, gaps=gaps) if report.check == "safetensors-format" else report
        for report in assessment.reports
    )
    again = replace(assessment, reports=reports)
    unread = tally.not_looked_at(again, samples.programme()).unread
    row = next(item for item in unread if item.place == gaps[0].place)
    assert row.checks == ("safetensors-format", "polyglots")
    assert row.reasons == ("The format 7z is known but is not read.",)
    text = section(shown(again), "unseen")
    assert text.count("weights/extra.7z") == 1
    assert "<code>safetensors-format</code>, <code>polyglots</code>" in text


def test_the_page_says_that_a_tier_counts_answers_of_any_age():
    text = words(shown())
    assert (
        "Tiers reached count answers of any age; a decision counts only fresh" in text
    )


def test_the_page_says_what_checks_cover_rather_than_what_they_answered():
    text = words(section(shown(), "burden"))
    assert "Checks cover 10 of 18 controls; people of the developer are asked 6" in text
    assert "2 controls wait for an independent reviewer" in text
    burden = replace(samples.assessment().burden, asked=1, for_reviewers=1)
    one = sentences.asked_words(burden)
    assert "asked 1 question and answered 5; 1 control waits for" in one


def test_the_words_of_the_page_are_explained():
    text = words(section(shown(), "words"))
    for word in ("Control", "Check", "Finding", "Passed over", "Tier", "Benefit"):
        assert word in text


def test_the_page_says_what_the_gate_makes_of_it():
    text = words(section(shown(fail_at=Severity.HIGH), "brief"))
    assert "Gate: fails: 3 findings of severity high or above." in text
    assert "Gate:" not in words(shown())
    entry = Accepted(id="f-0", reason="r", owner="o", expires=date(2027, 1, 31))
    comparison = Comparison(accepted={}, expired=(entry,), unfilled=2)
    text = words(section(shown(fail_at=Severity.HIGH, comparison=comparison), "brief"))
    assert "1 entry has expired (f-0 until 2027-01-31)." in text
    assert "2 forms are not filled in" in text


def test_the_page_says_why_it_bears_no_date():
    assert "No date of making" in words(shown())
    assert "No date of making" not in words(shown(made_at="today"))


def test_the_page_says_what_the_lowest_tier_lacks():
    assessment = replace(samples.assessment(), tiers=())
    results = tuple(
        replace(result, outcome=Outcome.NOT_ASSESSED) for result in assessment.controls
    )
    assessment = replace(assessment, controls=results)
    text = words(section(shown(assessment), "brief"))
    assert "Baseline lacks wei-2 (not assessed), int-9 (not assessed)." in text
    many = sentences.missing_words(
        assessment,
        replace(samples.programme(), tiers=samples.programme().tiers[1:]),
    )
    assert many.endswith("and 15 more")
    bare = replace(samples.programme(), tiers=())
    assert not sentences.missing_words(assessment, bare)
    spotless = replace(samples.spotless(), tiers=())
    assert not sentences.missing_words(spotless, samples.programme())

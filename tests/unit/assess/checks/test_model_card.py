from __future__ import annotations

import pytest

from assay.assess.checks.model_card import CHECK
from assay.domain.facts import CardFacts, Content
from assay.domain.finding import CheckStatus, Severity
from tests.unit.assess.subjects import at, card, file, gap, problem, rules, run


def test_a_whole_card_is_clean():
    assert run(CHECK, card()).status is CheckStatus.CLEAN


def test_a_release_without_a_card_is_low():
    (finding,) = run(CHECK, file("a.bin")).findings
    assert (finding.rule, finding.severity) == ("no-card", Severity.LOW)


def test_a_card_below_the_root_is_not_the_card_of_the_release():
    assert rules(run(CHECK, card("1_Pooling/README.md"))) == ["no-card"]


def test_a_card_inside_an_archive_is_not_the_card_of_the_release():
    packed = CardFacts(place=at("a.zip", member="README.md"), has_front_matter=True)
    assert rules(run(CHECK, file("a.zip", packed))) == ["no-card"]


def test_front_matter_that_cannot_be_read_is_low():
    report = run(
        CHECK,
        card(
            has_front_matter=False,
            problems=(problem("malformed-front-matter", "README.md"),),
        ),
    )
    assert rules(report) == ["malformed-front-matter"]
    assert report.findings[0].severity is Severity.LOW


def test_a_card_without_front_matter_is_information():
    assert rules(run(CHECK, card(has_front_matter=False))) == ["no-front-matter"]


def test_a_card_of_a_few_words_is_information():
    assert rules(run(CHECK, card(text_chars=20))) == ["thin-card"]


def test_each_section_that_is_missing_is_named():
    report = run(CHECK, card(headings=("usage", "results")))
    assert rules(report) == ["missing-section", "missing-section"]
    text = " ".join(finding.message for finding in report.findings)
    assert "training data" in text
    assert "limits and risks" in text


def test_a_card_that_was_passed_over_leaves_the_check_incomplete():
    report = run(
        CHECK,
        card(),
        file("MORE.md", gap(Content.MARKDOWN, "MORE.md")),
        file("a.7z", gap(Content.SEVEN_ZIP)),
    )
    assert report.status is CheckStatus.INCOMPLETE
    assert len(report.gaps) == 1


@pytest.mark.parametrize(
    ("kind", "severity"),
    [
        ("hidden-instruction", Severity.HIGH),
        ("script-link", Severity.MEDIUM),
        ("remote-image", Severity.INFO),
    ],
)
def test_what_readers_do_not_see_is_judged_by_its_kind(kind, severity):
    report = run(CHECK, card(oddities=(problem(kind, "README.md"),)))
    assert rules(report) == [kind]
    assert report.findings[0].severity is severity


def test_items_without_a_word_are_listed_in_one_finding():
    (finding,) = run(CHECK, card(documented=("licence", "energy"))).findings
    assert (finding.rule, finding.severity) == ("documentation-items", Severity.INFO)
    assert "acceptable use" in finding.message
    assert "energy" not in finding.message

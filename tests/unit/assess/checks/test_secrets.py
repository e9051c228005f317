from __future__ import annotations

import pytest

from assay.assess.checks.secrets import CHECK
from assay.domain.facts import Content, SecretMatch, SecretsFacts
from assay.domain.finding import CheckStatus, Confidence, Severity
from tests.unit.assess.subjects import at, file, gap, run


def text(*confidences: str):
    matches = tuple(
        SecretMatch(
            rule="a-token",
            title="a token of somebody",
            place=at("NOTES.txt", line=line),
            redacted="ab… (40 characters)",
            confidence=confidence,
        )
        for line, confidence in enumerate(confidences, 1)
    )
    facts = SecretsFacts(place=at("NOTES.txt"), matches=matches)
    return file("NOTES.txt", facts, content=Content.TEXT)


def test_a_text_without_credentials_is_clean():
    assert run(CHECK, text()).status is CheckStatus.CLEAN


@pytest.mark.parametrize(
    ("confidence", "rule", "expected"),
    [
        ("high", "likely-credential", Confidence.HIGH),
        ("medium", "possible-credential", Confidence.MEDIUM),
        ("a new word", "possible-credential", Confidence.MEDIUM),
    ],
)
def test_a_match_is_high_and_as_sure_as_the_reader(confidence, rule, expected):
    (finding,) = run(CHECK, text(confidence)).findings
    assert (finding.rule, finding.confidence) == (rule, expected)
    assert finding.severity is Severity.HIGH
    assert finding.place.line == 1
    assert finding.message == (
        "This looks like a credential (a token of somebody, rule a-token): "
        "ab… (40 characters)."
    )


@pytest.mark.parametrize("content", [Content.TEXT, Content.UNKNOWN, Content.SEVEN_ZIP])
def test_what_may_hide_a_text_is_a_gap(content):
    report = run(CHECK, file("a", gap(content, "a")))
    assert report.status is CheckStatus.INCOMPLETE


def test_a_release_without_texts_is_not_applicable():
    assert run(CHECK, file("a.bin")).status is CheckStatus.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("confidence", "rule", "severity"),
    [
        ("medium", "credential-file", Severity.MEDIUM),
        ("low", "settings-file", Severity.LOW),
    ],
)
def test_a_file_named_for_credentials_is_told(confidence, rule, severity):
    match = SecretMatch(
        rule="credential-file",
        title="file that exists to hold credentials",
        place=at(".netrc"),
        redacted="by its name",
        confidence=confidence,
    )
    facts = SecretsFacts(place=at(".netrc"), matches=(match,))
    (finding,) = run(CHECK, file(".netrc", facts)).findings
    assert (finding.rule, finding.severity) == (rule, severity)
    assert finding.message == (
        "By its name, this is a file that exists to hold credentials."
    )

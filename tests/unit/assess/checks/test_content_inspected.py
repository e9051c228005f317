from __future__ import annotations

import pytest

from assay.assess.checks.content_inspected import CHECK
from assay.domain.facts import ArchiveFacts, Content, Gap
from assay.domain.finding import CheckStatus, Severity
from tests.unit.assess.subjects import at, file, gap, problem, rules, run


def test_a_release_that_was_looked_into_is_clean():
    report = run(CHECK, file("a.json", content=Content.JSON))
    assert report.status is CheckStatus.CLEAN


@pytest.mark.parametrize(
    ("content", "rule", "severity"),
    [
        (Content.SEVEN_ZIP, "container-not-inspected", Severity.MEDIUM),
        (Content.GGUF, "model-not-inspected", Severity.MEDIUM),
        (Content.SENTENCEPIECE, "model-not-inspected", Severity.MEDIUM),
        (Content.PICKLE, "model-not-inspected", Severity.MEDIUM),
        (Content.UNKNOWN, "unknown-not-inspected", Severity.MEDIUM),
        (Content.TEXT, "document-not-inspected", Severity.LOW),
        (Content.IMAGE, "document-not-inspected", Severity.LOW),
    ],
)
def test_every_gap_is_a_finding(content, rule, severity):
    report = run(CHECK, file("a", gap(content, "a", "nobody looked")))
    (finding,) = report.findings
    assert (finding.rule, finding.severity) == (rule, severity)
    assert "nobody looked" in finding.message


@pytest.mark.parametrize("bound", ["depth", "members", "crowd"])
@pytest.mark.parametrize("content", [Content.ZIP, Content.PICKLE, Content.TEXT])
def test_what_lies_beyond_a_bound_that_no_honest_release_reaches_is_high(
    bound, content
):
    beyond = Gap(place=at("a"), content=content, reason="too many", bound=bound)
    report = run(CHECK, file("a", beyond))
    (finding,) = report.findings
    assert (finding.rule, finding.severity) == ("beyond-bounds", Severity.HIGH)
    assert not any(left.bound for left in report.gaps)


def test_an_archive_that_was_not_read_whole_is_a_finding():
    facts = ArchiveFacts(
        place=at("a.zip"),
        content=Content.ZIP,
        members=1,
        expanded_bytes=8,
        problems=(problem("encrypted-member", "a.zip"), problem("prefix-data", "b")),
    )
    assert rules(run(CHECK, file("a.zip", facts))) == ["container-not-inspected"]

from __future__ import annotations

import pytest

from assay.assess.checks.archives_safe import CHECK
from assay.domain.facts import ArchiveFacts, Content
from assay.domain.finding import CheckStatus, Severity
from tests.unit.assess.subjects import at, file, gap, problem, rules, run


def archive(*kinds: str):
    return file(
        "a.zip",
        ArchiveFacts(
            place=at("a.zip"),
            content=Content.ZIP,
            members=1,
            expanded_bytes=8,
            problems=tuple(problem(kind, "a.zip") for kind in kinds),
        ),
        content=Content.ZIP,
    )


def test_a_safe_archive_is_clean():
    assert run(CHECK, archive()).status is CheckStatus.CLEAN


@pytest.mark.parametrize(
    "kind",
    [
        "absolute-path",
        "bomb",
        "duplicate-member",
        "header-mismatch",
        "link-escape",
        "path-escape",
        "special-member",
    ],
)
def test_what_misleads_or_leaves_the_directory_is_high(kind):
    report = run(CHECK, archive(kind))
    assert rules(report) == [kind]
    assert report.findings[0].severity is Severity.HIGH
    assert report.findings[0].gain


@pytest.mark.parametrize(
    "kind",
    [
        "bad-checksum",
        "encrypted-member",
        "malformed",
        "prefix-data",
        "trailing-data",
        "truncated",
    ],
)
def test_what_is_merely_wrong_is_medium(kind):
    report = run(CHECK, archive(kind))
    assert rules(report) == [kind]
    assert report.findings[0].severity is Severity.MEDIUM


def test_a_problem_that_the_check_does_not_know_is_not_lost():
    assert rules(run(CHECK, archive("a-new-word"))) == ["malformed"]


def test_an_encrypted_member_is_also_a_gap():
    (found,) = run(CHECK, archive("encrypted-member")).gaps
    assert "encrypted" in found.reason
    assert found.content is Content.ZIP


def test_a_gap_that_the_reader_stated_is_not_stated_twice():
    release = file(
        "a.zip",
        *archive("truncated").facts,
        gap(Content.ZIP, "a.zip", "stated by the reader"),
    )
    (found,) = run(CHECK, release).gaps
    assert found.reason == "stated by the reader"


def test_an_unopened_archive_leaves_the_check_incomplete():
    report = run(CHECK, file("a.7z", gap(Content.SEVEN_ZIP)))
    assert report.status is CheckStatus.INCOMPLETE


def test_a_release_without_archives_is_not_applicable():
    assert run(CHECK, file("a.bin")).status is CheckStatus.NOT_APPLICABLE

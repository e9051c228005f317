from __future__ import annotations

import pytest

from assay.assess.checks.pinned_references import CHECK
from assay.domain.facts import HubReference
from assay.domain.finding import CheckStatus, Severity
from tests.unit.assess.subjects import at, config, file, problem, run

KEY = "base_model_name_or_path"


def referring(revision: str | None = None, key: str | None = KEY):
    place = at("adapter_config.json", key=key)
    reference = HubReference(place=place, repository="org/base", revision=revision)
    return config("adapter_config.json", references=(reference,))


@pytest.mark.parametrize("digits", [40, 64])
def test_a_full_commit_is_clean(digits):
    report = run(CHECK, referring("0a1b" * (digits // 4)))
    assert report.status is CheckStatus.CLEAN
    assert report.examined == 1


@pytest.mark.parametrize("revision", ["main", "v1.0", "0a1b2c3", "0A1B" * 10, ""])
def test_anything_else_is_movable(revision):
    (finding,) = run(CHECK, referring(revision)).findings
    assert (finding.rule, finding.severity) == ("movable-revision", Severity.LOW)


@pytest.mark.parametrize("key", [KEY, None])
def test_no_revision_is_low(key):
    (finding,) = run(CHECK, referring(key=key)).findings
    assert (finding.rule, finding.severity) == ("unpinned", Severity.LOW)


def test_a_note_of_origin_that_no_loader_follows_is_only_told():
    (finding,) = run(CHECK, referring(key="_name_or_path")).findings
    assert (finding.rule, finding.severity) == (
        "origin-without-revision",
        Severity.INFO,
    )


def test_a_configuration_that_cannot_be_read_is_never_clean():
    report = run(CHECK, config(problems=(problem("malformed-json", "config.json"),)))
    assert report.status is CheckStatus.INCOMPLETE


def test_a_release_without_references_is_not_applicable():
    assert run(CHECK, config()).status is CheckStatus.NOT_APPLICABLE
    assert run(CHECK, file("a.bin")).status is CheckStatus.NOT_APPLICABLE

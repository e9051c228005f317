"""What a verdict does not cover is told, and makes it worth no less."""

from __future__ import annotations

import pytest

from assay.domain.declaration import EvidenceFile
from assay.domain.release import Inventory, Irregular, IrregularKind
from assay.domain.verdict import VerdictValue
from tests.simulators.claims import (
    ANSWERS,
    EVIDENCE,
    FILES,
    Claim,
    MemoryLog,
    answer,
)
from tests.simulators.note_signers import LOG_ED
from tests.simulators.tampering import assessment

OTHER = EvidenceFile(name="other.txt", sha256="cd" * 32, size=3)
NOTHING = EvidenceFile(name="none.txt", sha256="cd" * 32, size=0)
LIAR = EvidenceFile(
    name="liar.txt",
    sha256="e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    size=9,
)


def told(verdict):
    return {reason.code: reason for reason in verdict.reasons}


def test_a_bundle_verified_by_itself_says_that_no_files_were_compared():
    verdict = Claim().verdict()
    assert verdict.value is VerdictValue.VALID
    reason = told(verdict)["verify.no-files-compared"]
    assert reason.holds
    assert "--release" in reason.remedy


def test_files_that_were_compared_leave_nothing_to_say():
    verdict = Claim().verdict(inventory=Inventory(files=FILES))
    assert "verify.no-files-compared" not in told(verdict)
    assert "verify.version-control-left-out" not in told(verdict)


def test_version_control_metadata_is_named_as_not_bound():
    git = Irregular(path=".git", kind=IrregularKind.VERSION_CONTROL)
    verdict = Claim().verdict(inventory=Inventory(files=FILES, irregular=(git,)))
    assert verdict.value is VerdictValue.VALID
    reason = told(verdict)["verify.version-control-left-out"]
    assert reason.holds
    assert reason.subject == ".git"


def test_who_asks_for_no_log_is_told_whose_clock_counts():
    verdict = Claim(log=None).verdict()
    assert "own clock" in told(verdict)["verify.no-log"].message
    assert "verify.log" not in told(verdict)


def test_statements_that_are_only_partly_logged_are_counted():
    claim = Claim(
        logged=lambda statements: [
            type(s)(envelope=s.envelope, receipt=None) if i == 0 else s
            for i, s in enumerate(statements)
        ]
    )
    verdict = claim.verdict(claim.trust(log_required=False))
    assert told(verdict)["verify.log"].message.startswith("3 of 4 statements")
    assert "verify.no-log" in told(verdict)


@pytest.mark.parametrize(
    ("log", "remedy"),
    {
        "a log without a key that states times": (MemoryLog(keys=(LOG_ED,)), True),
        "a log that states none": (MemoryLog(timestamp=0), False),
    }.values(),
)
def test_a_log_without_a_time_is_told(log, remedy):
    reason = told(Claim(log=log).verdict())["verify.no-log-time"]
    assert reason.subject == log.origin
    assert ("ML-DSA-44" in reason.remedy) is remedy


def test_a_log_that_was_not_used_is_not_spoken_of():
    claim = Claim()
    unused = MemoryLog(origin="log.example/unused", keys=(LOG_ED,)).trusted
    verdict = claim.verdict(claim.trust(logs=(claim.log.trusted, unused)))
    assert "verify.no-log-time" not in told(verdict)


def test_one_file_behind_all_answers_is_told():
    shared = tuple(answer(c, evidence=(EVIDENCE,)) for c in ("crew-1", "crew-2"))
    reason = told(Claim(answers=shared).verdict())["verify.one-evidence-file"]
    assert reason.subject == EVIDENCE.sha256
    assert reason.message.startswith("All 2 answers")
    apart = (answer("crew-1", evidence=(OTHER,)), shared[1])
    assert "verify.one-evidence-file" not in told(Claim(answers=apart).verdict())


@pytest.mark.parametrize("empty", [NOTHING, LIAR])
def test_empty_evidence_is_none_where_evidence_is_required(empty):
    claim = Claim(answers=(ANSWERS[0], answer("crew-2", evidence=(empty,))))
    verdict = claim.verdict()
    assert verdict.value is VerdictValue.INVALID
    assert verdict.reasons[0].code == "verify.inadmissible-answer"
    assert "1 with nothing in them" in verdict.reasons[0].message


def test_an_empty_file_beside_good_evidence_takes_nothing_away():
    claim = Claim(answers=(ANSWERS[0], answer("crew-2", evidence=(EVIDENCE, NOTHING))))
    assert claim.verdict().value is VerdictValue.VALID


def test_a_signed_reason_that_says_something_else_is_shown_to_nobody():
    def lie(doc):
        for control in doc["controls"]:
            control["reason"] = "Certified by an authority."

    verdict = Claim(**assessment(lie)).verdict()
    assert verdict.value is VerdictValue.VALID
    assert verdict.release is not None
    reasons = [result.reason for result in verdict.release.assessment.controls]
    assert reasons
    assert not any("Certified" in reason for reason in reasons)

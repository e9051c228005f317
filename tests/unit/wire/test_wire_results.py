from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from assay.domain.release import Irregular, IrregularKind
from assay.domain.verdict import DecisionValue
from assay.eligibility import decide
from assay.programme import read_programme
from assay.wire.v0.answers import DecideDocument, VerifyDocument
from assay.wire.v0.results import (
    IrregularPart,
    OutcomeCountsPart,
    ProblemPart,
    SealDocument,
    SeverityCountsPart,
    ShownProgrammePart,
    TrustDocument,
)
from tests.simulators.claims import HARBOUR, NOW, Claim, witness
from tests.simulators.note_signers import WITNESS_ED

CLAIM = Claim()


def test_a_seal_is_told_with_its_digests_and_places():
    bundle = CLAIM.bundle()
    document = SealDocument.of(bundle, "model.assay", CLAIM.assessment, (2, 3, 4, 5))
    assert document.key_id == CLAIM.signer.public_key.key_id
    assert len(document.statements) == 4
    assert document.log_indexes == (2, 3, 4, 5)
    assert document.bundle == "model.assay"
    assert document.release_digest == CLAIM.assessment.release_digest
    assert sum(document.findings.listed().values()) == len(CLAIM.assessment.findings)
    assert sum(document.outcomes.listed().values()) == len(CLAIM.assessment.controls)


def test_a_verdict_is_told_with_its_release_when_one_was_proven():
    document = VerifyDocument.of(CLAIM.verdict())
    assert document.verdict == "valid"
    assert document.at == "2026-11-30T12:00:00Z"
    assert document.release.digest == CLAIM.assessment.release_digest
    assert document.issuer.name == "Example Labs"
    assert document.issuer.key_id == CLAIM.signer.public_key.key_id


def test_an_invalid_verdict_names_no_release_and_no_issuer():
    document = VerifyDocument.of(CLAIM.verdict(CLAIM.trust(developers=())))
    assert document.verdict == "invalid"
    assert document.release is None
    assert document.issuer is None
    assert document.reasons[0].code == "trust.unknown-developer"


@pytest.mark.parametrize(
    "at", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
)
def test_a_verdict_can_be_told_at_any_instant(at):
    assert VerifyDocument.of(CLAIM.verdict(at=at)).verdict == "stale"


def test_a_decision_is_told_with_the_programme_that_decided():
    release = CLAIM.verdict().release
    document = DecideDocument.of(decide([release], [], "fast-berth", NOW))
    assert document.decision == DecisionValue.ELIGIBLE.value
    assert document.programme.to_domain() == CLAIM.assessment.programme


def test_a_decision_without_a_programme_is_told_without_one():
    assert DecideDocument.of(decide([], [], "fast-berth", NOW)).programme is None


def test_a_trust_file_is_told_by_names_and_key_ids():
    trust = CLAIM.trust(
        witnesses=(witness(WITNESS_ED),), quorum=1, valid_until=CLAIM.valid_until
    )
    document = TrustDocument.of(trust)
    assert document.developers[0].key_id == CLAIM.signer.public_key.key_id
    assert document.witnesses == (WITNESS_ED.name,)
    assert document.valid_until == "2027-11-23T12:00:00Z"
    assert TrustDocument.of(CLAIM.trust()).valid_until is None


def test_a_programme_is_told_whole():
    problem = ProblemPart(code="programme.x", subject="s", message="m", remedy="r")
    shown = ShownProgrammePart.shown(read_programme(HARBOUR), (problem,))
    assert [c.id for c in shown.controls][:2] == ["cargo-1", "cargo-2"]
    assert shown.published == "2026-10-01"
    assert shown.notice.startswith("Fictional.")
    assert shown.problems == (problem,)
    document = shown.model_dump(mode="json", by_alias=True)
    assert document["controls"][0]["class"] == "reproducible"
    assert document["controls"][0]["freshnessDays"] == 365
    assert document["controls"][0]["mappings"][0]["id"] == "AML.M0014"
    asked = document["controls"][4]
    assert asked["answeredBy"] == "release engineering lead"
    assert asked["question"].startswith("Who can change the weights")
    assert asked["evidenceRequired"]
    assert document["tiers"][0]["controls"][0] == "cargo-1"
    assert document["benefits"][0]["rule"] == {
        "all": [
            {"tier": "moored"},
            {
                "any": [
                    {
                        "control": "crew-2",
                        "classes": [
                            "declared",
                            "observed",
                            "reproducible",
                            "independent",
                        ],
                    },
                    {"control": "crew-3", "classes": ["independent"]},
                ]
            },
        ]
    }
    assert document["benefits"][1]["maxAgeDays"] is None


def test_an_irregular_entry_is_told():
    entry = Irregular(path="x", kind=IrregularKind.SPECIAL_FILE, detail="pipe")
    assert IrregularPart.of(entry).kind == "special-file"


def test_a_result_is_never_something_else():
    with pytest.raises(ValidationError):
        SealDocument(
            format="assay-seal/1",
            bundle="x",
            release_digest="0" * 64,
            key_id="0" * 64,
            statements=(),
            log_indexes=(),
            findings=SeverityCountsPart.of(CLAIM.assessment),
            outcomes=OutcomeCountsPart.of(CLAIM.assessment),
        )

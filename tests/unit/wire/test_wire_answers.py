"""A verdict and a decision are told whole: what, whose, from when and until when."""

from __future__ import annotations

from assay.crypto.digest import sha256_hex
from assay.domain.statement import ASSESSMENT_TYPE
from assay.domain.verdict import BundleVerdict
from assay.eligibility import decide
from assay.verify.assessment_digest import assessment_digest
from assay.wire.v0.answers import DecideDocument, VerifyDocument
from tests.simulators.claims import (
    DEVELOPER,
    FILES,
    LOGGED_AT,
    NOW,
    ORIGIN,
    Claim,
    MemoryLog,
)

CLAIM = Claim()
VERDICT = CLAIM.verdict()
INVALID = CLAIM.verdict(CLAIM.trust(developers=()))


def written(model):
    return model.model_dump(mode="json", by_alias=True)


def test_a_proven_verdict_is_told_with_all_that_was_proven():
    digest = assessment_digest(VERDICT.release)
    told = written(VerifyDocument.of(VERDICT, assessment_digest=digest))
    assessment = CLAIM.assessment
    assert told["release"] == {
        "digest": assessment.release_digest,
        "files": len(FILES),
        "size": sum(record.size for record in FILES),
    }
    assert told["programme"]["id"] == "harbour"
    assert told["programme"]["notice"].startswith("Fictional.")
    assert told["programme"]["trusted"] is True
    assert told["issuer"] == {
        "name": DEVELOPER,
        "keyId": CLAIM.signer.public_key.key_id,
    }
    assert told["sealedAt"] < told["validUntil"]
    payload = CLAIM.payloads()[ASSESSMENT_TYPE]
    assert told["assessmentDigest"] == sha256_hex(payload)
    assert [c["id"] for c in told["controls"]] == [
        c.control for c in assessment.controls
    ]
    assert told["controls"][0].keys() >= {"outcome", "class", "reason", "evidence"}
    assert told["findings"] == []
    assert told["tiers"] == list(assessment.tiers)
    assert told["burden"]["controls"] == assessment.burden.controls


def test_a_logged_claim_is_told_with_its_places():
    log = written(VerifyDocument.of(VERDICT))["log"]
    assert log["origin"] == ORIGIN
    assert len(log["indexes"]) == 4
    assert log["loggedAt"] == LOGGED_AT.isoformat().replace("+00:00", "Z")


def test_a_log_that_states_no_time_is_told_without_one():
    verdict = Claim(log=MemoryLog(timestamp=0)).verdict()
    assert VerifyDocument.of(verdict).log.logged_at is None


def test_a_claim_in_no_log_is_told_without_one():
    assert VerifyDocument.of(Claim(log=None).verdict()).log is None


def test_what_was_not_proven_is_null_or_empty():
    told = written(VerifyDocument.of(INVALID))
    assert told["verdict"] == "invalid"
    assert told["controls"] == told["findings"] == told["tiers"] == []
    for part in ("release", "programme", "issuer", "sealedAt", "validUntil", "log"):
        assert told[part] is None
    assert told["assessmentDigest"] is None
    assert told["burden"] is None


def test_a_decision_is_told_with_its_release_bundles_and_basis():
    bundles = (
        BundleVerdict(file="good.assay", verdict=VERDICT),
        BundleVerdict(file="bad.assay", verdict=INVALID),
    )
    release = VERDICT.release
    decision = decide([release], [], "fast-berth", NOW)
    document = DecideDocument.of(decision, bundles=bundles, programme=release.programme)
    told = written(document)
    assert told["release"]["digest"] == CLAIM.assessment.release_digest
    good, bad = told["bundles"]
    assert (good["file"], good["verdict"]) == ("good.assay", "valid")
    assert good["issuer"]["keyId"] == CLAIM.signer.public_key.key_id
    assert good["releaseDigest"] == told["release"]["digest"]
    assert good["validUntil"] == "2027-11-23T12:00:00Z"
    assert (bad["file"], bad["verdict"]) == ("bad.assay", "invalid")
    assert bad["issuer"] is bad["sealedAt"] is bad["releaseDigest"] is None
    assert bad["reasons"][0]["remedy"]
    assert told["basis"]["declared"] == 2
    assert told["basis"]["declaredIds"] == ["crew-1", "crew-2"]
    assert told["benefitTitle"]
    assert told["notice"] == told["programme"]["notice"] != ""


def test_a_decision_on_nothing_is_about_no_release():
    told = written(DecideDocument.of(decide([], [], "fast-berth", NOW)))
    assert told["release"] is None
    assert told["bundles"] == []
    assert told["notice"] == told["benefitTitle"] == ""

"""Nothing is a yes by default: whatever is missing, the answer is never `valid`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assay.domain.limits import Limits
from assay.domain.statement import Bundle
from assay.domain.trust import TrustFile
from assay.domain.verdict import DecisionValue, VerdictValue
from assay.eligibility import decide
from assay.errors import BundleError, TrustError
from assay.verify import verify_bundle
from assay.wire.v0.bundle import write_bundle
from assay.wire.v0.trust import read_trust
from tests.simulators.claims import NOW, Claim, MemoryLog, ed25519_signer

NOBODY = TrustFile(developers=(), logs=(), programmes=())


@pytest.mark.parametrize("data", [b"", b"\n", b"{}", b"[]", b"null", b"\x00", b"valid"])
def test_nothing_is_no_bundle(data):
    with pytest.raises(BundleError) as caught:
        verify_bundle(data, Claim().trust(), NOW)
    assert caught.value.code == "bundle.malformed"


def test_who_trusts_nobody_gets_no_valid_bundle():
    verdict = Claim().verdict(NOBODY)
    assert verdict.value is VerdictValue.INVALID
    assert verdict.reasons[0].code == "trust.unknown-developer"


def test_who_trusts_only_the_developer_gets_no_valid_bundle():
    verdict = Claim().verdict(Claim().trust(logs=()))
    assert verdict.value is VerdictValue.INVALID
    assert verdict.reasons[0].code == "trust.unknown-log"


def test_who_trusts_only_the_log_gets_no_valid_bundle():
    verdict = Claim().verdict(Claim().trust(developers=()))
    assert verdict.value is VerdictValue.INVALID


def test_a_log_is_required_unless_the_verifier_says_otherwise():
    assert TrustFile(developers=(), logs=(), programmes=()).log_required
    claim = Claim(log=None)
    verdict = claim.verdict(claim.trust(log_required=True))
    assert verdict.reasons[0].code == "verify.no-receipt"


def test_a_log_without_keys_proves_nothing():
    log = replace(MemoryLog().trusted, vkeys=())
    verdict = Claim().verdict(Claim().trust(logs=(log,)))
    assert verdict.value is VerdictValue.INVALID
    assert verdict.reasons[0].code == "signature.log-keys-unclear"


def test_a_log_that_is_not_asked_for_is_still_checked_when_its_receipt_is_there():
    verdict = Claim().verdict(Claim().trust(log_required=False, logs=()))
    assert verdict.reasons[0].code == "trust.unknown-log"


def test_a_verifier_may_do_without_a_log_and_is_told_so():
    claim = Claim(log=None, signer=ed25519_signer())
    verdict = claim.verdict()
    assert verdict.value is VerdictValue.VALID
    told = {reason.code: reason.message for reason in verdict.reasons}
    assert told["verify.no-log"].startswith("The trust file asks for no log")
    assert "verify.log" not in told
    assert all(s.log_origin is None for s in verdict.release.statements)


def test_an_untrusted_programme_decides_nothing():
    verdict = Claim().verdict(Claim().trust(programmes=()))
    assert verdict.value is VerdictValue.VALID
    assert not verdict.release.programme_trusted
    decision = decide([verdict.release], [], "fast-berth", NOW)
    assert decision.value is DecisionValue.CANNOT_TELL
    assert decision.programme is None


def test_no_bundles_decide_nothing():
    decision = decide([], [], "fast-berth", NOW)
    assert decision.value is DecisionValue.CANNOT_TELL
    assert [reason.code for reason in decision.reasons] == ["decide.no-evidence"]


def test_a_trust_file_that_is_empty_is_refused():
    with pytest.raises(TrustError) as caught:
        read_trust(b"")
    assert caught.value.code == "trust.malformed"
    with pytest.raises(TrustError) as caught:
        read_trust(b'format = "assay-trust/0"\n')
    assert caught.value.code == "trust.trusts-nobody"


def test_a_bundle_without_statements_cannot_be_written_or_read():
    with pytest.raises(ValueError, match="statements"):
        write_bundle(Bundle(public_key=b"x", statements=(), programme=b""))
    text = (
        b'{"mediaType":"application/vnd.assay.bundle.v0.1+json","publicKey":"",'
        b'"programme":"","statements":[]}\n'
    )
    with pytest.raises(BundleError):
        verify_bundle(text, NOBODY, NOW)


def test_what_is_larger_than_the_limits_is_refused():
    with pytest.raises(BundleError) as caught:
        verify_bundle(
            Claim().data(), Claim().trust(), NOW, limits=Limits(max_bundle_bytes=1000)
        )
    assert "at most 1000 bytes" in str(caught.value)
    verdict = verify_bundle(
        Claim().data(), Claim().trust(), NOW, limits=Limits(max_payload_bytes=100)
    )
    assert verdict.reasons[0].code == "document.too-large"

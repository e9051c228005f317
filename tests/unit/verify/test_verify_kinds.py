"""Which kinds of keys may sign a claim, by the version of its bundle."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assay.crypto.public_key import FIRST_KINDS, FIRST_KINDS_V0_1, KeyKind
from assay.domain.statement import BundleVersion
from assay.domain.trust import TrustedDeveloper
from assay.domain.verdict import VerdictValue
from tests.simulators.claims import DEVELOPER, Claim
from tests.simulators.keys import ml_dsa_signer, signer_of


def verdict_of(kind):
    claim = Claim(signer=signer_of(kind))
    assert claim.bundle().version is BundleVersion.V0_1
    return claim.verdict()


@pytest.mark.parametrize("kind", sorted(FIRST_KINDS_V0_1))
def test_a_bundle_v0_1_is_signed_with_the_keys_of_its_time(kind):
    assert verdict_of(kind).value is VerdictValue.VALID


def test_a_bundle_v0_1_knows_no_p384():
    verdict = verdict_of(KeyKind.P384)
    assert verdict.value is VerdictValue.INVALID
    assert [reason.code for reason in verdict.reasons] == ["key.unsupported"]
    assert {KeyKind.P384} == FIRST_KINDS - FIRST_KINDS_V0_1


def test_no_bundle_is_signed_by_a_key_of_the_second_envelope_alone():
    """The trust file may name such a key; it counts beside another and never here."""
    claim = Claim()
    der = ml_dsa_signer().public_key.der
    believed = TrustedDeveloper(name=DEVELOPER, public_key=der)
    trust = claim.trust()
    both = replace(trust, developers=(*trust.developers, believed))
    verdict = replace(claim, shown_key=der).verdict(both)
    assert verdict.value is VerdictValue.INVALID
    assert verdict.reasons[0].code == "key.second-only"

"""What is shown of a salted claim is what was signed, or it is refused by name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assay.domain.verdict import VerdictValue
from tests.simulators.attacks_on_disclosures import DISCLOSURE_ATTACKS
from tests.simulators.claims import NOW
from tests.simulators.salted_claims import SaltedClaim

SOURCE = Path(__file__).parents[3] / "src" / "assay" / "verify"


@pytest.mark.parametrize("name", DISCLOSURE_ATTACKS)
def test_it_is_refused_with_its_own_code(name):
    case = DISCLOSURE_ATTACKS[name]
    claim = case.made()
    verdict = claim.verdict(claim.trust(), NOW)
    assert verdict.reasons[0].code == case.code
    assert not verdict.reasons[0].holds
    assert verdict.value is VerdictValue.INVALID
    assert verdict.release is None


def test_the_claim_that_every_case_changes_is_valid():
    verdict = SaltedClaim(log=None).verdict()
    assert verdict.value is VerdictValue.VALID
    assert verdict.release.withheld == ()


def test_every_code_about_disclosures_is_provoked_here():
    text = (SOURCE / "disclosures.py").read_text() + (
        SOURCE / "outcomes.py"
    ).read_text()
    raised = set(re.findall(r'VerifyError\(\s*"([^"]+)"', text))
    raised |= set(re.findall(r'"((?:repeated|unknown|unasked)-[a-z]+)"', text))
    open_claims = {"programme-mismatch", "summary-mismatch"}
    provoked = {
        case.code.removeprefix("verify.") for case in DISCLOSURE_ATTACKS.values()
    }
    assert raised - open_claims <= provoked
    assert len(raised) > 15


def test_every_reason_tells_what_was_expected_and_found():
    for case in DISCLOSURE_ATTACKS.values():
        message = case.made().verdict().reasons[0].message
        assert "Expected: " in message
        assert "Found: " in message

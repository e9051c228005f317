"""Every way in which a bundle is refused, each with its own code."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from assay.domain.release import FileRecord, Inventory, Irregular, IrregularKind
from assay.domain.verdict import VerdictValue
from tests.simulators.attacks_on_claims import CLAIM_ATTACKS
from tests.simulators.attacks_on_disclosures import DISCLOSURE_ATTACKS
from tests.simulators.attacks_on_envelopes import ENVELOPE_ATTACKS
from tests.simulators.attacks_on_keys import KEY_ATTACKS
from tests.simulators.attacks_on_times import TIME_ATTACKS
from tests.simulators.claims import (
    FILES,
    Claim,
    MemoryLog,
    p256_signer,
    witness,
)
from tests.simulators.note_signers import (
    WITNESS_ED,
    WITNESS_PQ,
)
from tests.simulators.tampering import (
    OTHER_LOG,
)

REPOSITORY = Path(__file__).parents[3]
CASES = {**ENVELOPE_ATTACKS, **CLAIM_ATTACKS, **KEY_ATTACKS, **TIME_ATTACKS}
# What others say of a claim, and what it shows: test_registry_refusals.py and
# test_disclosure_refusals.py have the same test for these.
REGISTRY = {
    "attached",
    "attached_nouns",
    "disclosures",
    "key_register",
    "reviews",
    "snapshots",
    "standing",
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_refused_with_its_own_code(name):
    case = CASES[name]
    claim = Claim(**case.claim)
    if claim.log is not None:
        claim = replace(claim, log=replace(claim.log, leaves=list(claim.log.leaves)))
    trust = claim.trust(**case.trust)
    verdict = claim.verdict(trust, inventory=case.inventory)
    assert verdict.reasons[0].code == case.code
    assert not verdict.reasons[0].holds
    assert verdict.value is VerdictValue.INVALID
    assert verdict.release is None


def test_the_claim_that_every_case_changes_is_valid():
    witnesses = (WITNESS_ED, WITNESS_PQ)
    claim = Claim(log=MemoryLog(witnesses=witnesses))
    trust = claim.trust(witnesses=tuple(map(witness, witnesses)), quorum=2)
    verdict = claim.verdict(trust, inventory=Inventory(files=FILES))
    assert verdict.value is VerdictValue.VALID
    assert all(reason.holds for reason in verdict.reasons)
    assert verdict.release is not None


def test_every_code_that_verify_raises_is_provoked_here():
    source = REPOSITORY / "src" / "assay" / "verify"
    raised = set()
    for path in source.glob("*.py"):
        if path.stem in {"model_manifest", "statement_file", "timestamps"} | REGISTRY:
            continue  # these have tests of their own
        for family, code in re.findall(
            r'(Verify|Signature|Trust|Bundle)Error\(\s*f?"([^"]+)"', path.read_text()
        ):
            raised.add(f"{family.lower()}.{code}")
    raised.remove("verify.repeated-{what}")
    raised -= {case.code for case in DISCLOSURE_ATTACKS.values()}
    raised |= {"verify.repeated-report", "verify.repeated-answer"}
    assert raised <= {case.code for case in CASES.values()}
    assert len(raised) > 20


def test_every_reason_tells_what_was_expected_and_found():
    verdict = Claim(signer=p256_signer(5)).verdict(Claim().trust())
    assert "Expected: one of 1 developer keys." in verdict.reasons[0].message
    assert "Found: another key." in verdict.reasons[0].message
    assert "assay trust add" in verdict.reasons[0].remedy
    assert verdict.reasons[0].subject == ""


@pytest.mark.parametrize(
    ("inventory", "told"),
    [
        (Inventory(files=(*FILES[:-1], replace(FILES[-1], path="m.bin"))), "renamed: "),
        (Inventory(files=FILES[2:]), "removed: .gitattributes, README.md"),
        (
            Inventory(
                files=(
                    *FILES,
                    *(
                        FileRecord(path=f"x{i}", size=1, sha256="0" * 64)
                        for i in range(7)
                    ),
                )
            ),
            "added: x0, x1, x2, x3, x4 and 2 more",
        ),
        (
            Inventory(files=(replace(FILES[0], size=1), *FILES[1:])),
            "changed: .gitattributes",
        ),
    ],
)
def test_a_differing_release_is_told_file_by_file(inventory, told):
    verdict = Claim().verdict(inventory=inventory)
    assert told in verdict.reasons[0].message


def test_version_control_at_hand_is_no_difference():
    irregular = (Irregular(path=".git", kind=IrregularKind.VERSION_CONTROL),)
    verdict = Claim().verdict(inventory=Inventory(files=FILES, irregular=irregular))
    assert verdict.value is VerdictValue.VALID


def test_what_held_before_a_refusal_is_still_told():
    verdict = Claim(log=OTHER_LOG).verdict(Claim().trust())
    codes = [reason.code for reason in verdict.reasons]
    assert codes == [
        "trust.unknown-log",
        "verify.developer",
        "verify.signatures",
        "verify.seal",
    ]

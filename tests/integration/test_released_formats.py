"""What was sealed under a released format verifies for ever, to the same answer."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest

from assay.flows.decide import decide_files
from assay.flows.verify import load_trust, verify_file
from assay.statement.signers.pem import read_private_key
from assay.verify import verify_bundle
from assay.wire.v0.bundle import read_bundle
from assay.wire.v0.instant import read_instant
from assay.wire.v0.trust import read_trust

VECTORS = Path(__file__).parents[1] / "vectors"
FORMATS = sorted(VECTORS.glob("formats/v*/"))
CASES = [
    pytest.param(folder, case, id=f"{folder.name}-{case['bundle']}")
    for folder in FORMATS
    for case in json.loads((folder / "cases.json").read_text())
]
ATTACKS = VECTORS / "attacks" / "v0.1"
ATTACK_CASES = json.loads((ATTACKS / "cases.json").read_text())


def test_there_is_a_folder_for_every_released_format():
    assert [folder.name for folder in FORMATS] == ["v0.1"]


@pytest.mark.parametrize(("folder", "case"), CASES)
def test_a_released_bundle_still_verifies(folder, case):
    trust = load_trust(folder / case["trust"])
    at = read_instant(case["at"])
    verdict = verify_file(
        folder / case["bundle"], trust, at, release=folder / "release", jobs=1
    )
    assert verdict.value.value == case["verdict"]
    assert verdict.release.assessment.release_digest == case["releaseDigest"]


@pytest.mark.parametrize(("folder", "case"), CASES)
def test_a_released_bundle_is_still_decided_to_the_same_answer(folder, case):
    trust = load_trust(folder / case["trust"])
    at = read_instant(case["at"])
    for benefit, expected in case["decisions"].items():
        decided = decide_files([folder / case["bundle"]], trust, benefit, at)
        assert decided.decision.value.value == expected


@pytest.mark.parametrize("name", ["p256-logged", "ed25519-unlogged"])
def test_the_same_claim_still_gives_the_same_bytes_to_sign(name):
    folder = FORMATS[-1]
    claim = runpy.run_path(str(folder / "generate.py"))["claims"]()[name]
    bundle = read_bundle((folder / f"{name}.assay").read_bytes())
    payloads = [logged.envelope.payload for logged in bundle.statements]
    assert list(claim.payloads().values()) == payloads
    # Both kinds of signatures are deterministic.
    assert [s.envelope for s in claim.bundle().statements] == [
        s.envelope for s in bundle.statements
    ]


@pytest.mark.parametrize("kind", ["p256", "ed25519"])
def test_the_test_keys_are_those_of_the_bundles_and_say_that_they_are_public(kind):
    folder = FORMATS[-1]
    pem = (folder / f"test-key-{kind}.pem").read_bytes()
    assert b"for tests" in pem.splitlines()[0]
    (path,) = folder.glob(f"{kind}-*.assay")
    key = read_private_key(pem, None).public_key
    assert key.der == read_bundle(path.read_bytes()).public_key


@pytest.mark.parametrize("case", ATTACK_CASES, ids=lambda case: case["bundle"])
def test_an_attack_is_refused_with_its_own_code(case):
    verdict = verify_bundle(
        (ATTACKS / case["bundle"]).read_bytes(),
        read_trust((ATTACKS / case["trust"]).read_bytes()),
        read_instant(case["at"]),
    )
    assert verdict.value.value == case["verdict"]
    against = [reason.code for reason in verdict.reasons if not reason.holds]
    assert against == ([case["code"]] if case["code"] else [])


def test_every_attack_is_listed():
    named = {case[part] for case in ATTACK_CASES for part in ("bundle", "trust")}
    there = {p.name for p in ATTACKS.iterdir() if p.suffix in {".assay", ".toml"}}
    assert named == there
    assert len(ATTACK_CASES) > 35

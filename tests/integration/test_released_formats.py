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
# One folder for each set: attacks on v0.1, and by what they are about on v0.2.
ATTACKS = [path.parent for path in sorted(VECTORS.glob("attacks/**/cases.json"))]
ATTACK_CASES = [
    pytest.param(folder, case, id=f"{folder.relative_to(VECTORS)}/{case['what']}")
    for folder in ATTACKS
    for case in json.loads((folder / "cases.json").read_text())
]


def test_there_is_a_folder_for_every_released_format():
    assert [folder.name for folder in FORMATS] == ["v0.1", "v0.2"]


@pytest.mark.parametrize(("folder", "case"), CASES)
def test_a_released_bundle_still_verifies(folder, case):
    trust = load_trust(folder / case["trust"])
    at = read_instant(case["at"])
    verdict = verify_file(
        folder / case["bundle"], trust, at, release=folder / "release", jobs=1
    )
    assert verdict.value.value == case["verdict"]
    assert verdict.release.assessment.release_digest == case["releaseDigest"]
    assert list(verdict.release.withheld) == case.get("withheld", [])


@pytest.mark.parametrize(("folder", "case"), CASES)
def test_a_released_bundle_is_still_decided_to_the_same_answer(folder, case):
    trust = load_trust(folder / case["trust"])
    at = read_instant(case["at"])
    for benefit, expected in case["decisions"].items():
        decided = decide_files([folder / case["bundle"]], trust, benefit, at)
        assert decided.decision.value.value == expected


@pytest.mark.parametrize(
    ("version", "name"),
    [
        ("v0.1", "p256-logged"),
        ("v0.1", "ed25519-unlogged"),
        ("v0.2", "p256-logged"),
        ("v0.2", "ed25519-logged"),
    ],
)
def test_the_same_claim_still_gives_the_same_bytes_to_sign(version, name):
    folder = VECTORS / "formats" / version
    claim = runpy.run_path(str(folder / "generate.py"))["claims"]()[name]
    bundle = read_bundle((folder / f"{name}.assay").read_bytes())
    payloads = [logged.envelope.payload for logged in bundle.statements]
    assert list(claim.payloads().values()) == payloads
    # Both kinds of signatures are deterministic.
    assert [s.envelope for s in claim.bundle().statements] == [
        s.envelope for s in bundle.statements
    ]


@pytest.mark.parametrize("folder", FORMATS, ids=lambda folder: folder.name)
@pytest.mark.parametrize("kind", ["p256", "ed25519"])
def test_the_test_keys_are_those_of_the_bundles_and_say_that_they_are_public(
    kind, folder
):
    pem = (folder / f"test-key-{kind}.pem").read_bytes()
    assert b"for tests" in pem.splitlines()[0]
    paths = list(folder.glob(f"{kind}-*.assay"))
    assert paths
    for path in paths:
        key = read_private_key(pem, None).public_key
        assert key.der == read_bundle(path.read_bytes()).public_key


@pytest.mark.parametrize(("folder", "case"), ATTACK_CASES)
def test_an_attack_is_refused_with_its_own_code(folder, case):
    verdict = verify_bundle(
        (folder / case["bundle"]).read_bytes(),
        read_trust((folder / case["trust"]).read_bytes()),
        read_instant(case["at"]),
        status=[(folder / name).read_bytes() for name in case.get("with", ())],
    )
    assert verdict.value.value == case["verdict"]
    if "with" in case:
        # What others say may be told without changing the verdict.
        assert case["code"] in [reason.code for reason in verdict.reasons]
        return
    against = [reason.code for reason in verdict.reasons if not reason.holds]
    assert against == ([case["code"]] if case["code"] else [])


@pytest.mark.parametrize("folder", ATTACKS, ids=lambda folder: folder.name)
def test_every_attack_is_listed(folder):
    cases = json.loads((folder / "cases.json").read_text())
    named = {case[part] for case in cases for part in ("bundle", "trust")}
    named |= {name for case in cases for name in case.get("with", ())}
    kinds = {".assay", ".assay-statement", ".toml"}
    assert named == {p.name for p in folder.iterdir() if p.suffix in kinds}


def test_there_are_attacks_on_every_part():
    assert len(ATTACK_CASES) > 85

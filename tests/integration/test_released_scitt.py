"""Transparent statements that were issued verify for ever, and attacks never do."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from assay.crypto.cose_key import read_key_set
from assay.domain.trust import TrustedDeveloper, TrustedLog, TrustFile
from assay.errors import CoseError
from assay.verify.scitt import verify_transparent_statement
from assay.verify.scitt_receipts import LogReceiptKey
from tests.simulators.attacks_on_scitt import SCITT_ATTACKS

FOLDER = Path(__file__).parents[1] / "vectors" / "scitt" / "v0"
MANIFEST = json.loads((FOLDER / "manifest.json").read_text())
AT = datetime.fromisoformat(MANIFEST["registeredAt"]) + timedelta(days=1)
(ISSUER,) = read_key_set((FOLDER / MANIFEST["issuerKeys"]).read_bytes())
(LOG,) = read_key_set((FOLDER / MANIFEST["logKeys"]).read_bytes())
TRUST = TrustFile(
    developers=(TrustedDeveloper(name="Harbour", public_key=ISSUER.der),),
    logs=(TrustedLog(origin=MANIFEST["origin"], vkeys=()),),
    programmes=(),
)
KEYS = (LogReceiptKey(origin=MANIFEST["origin"], public_key=LOG),)


def judged(name):
    data = (FOLDER / name).read_bytes()
    try:
        verdict = verify_transparent_statement(data, TRUST, KEYS, AT)
    except CoseError as error:
        return {"result": "unreadable", "code": error.code}
    result = {"result": verdict.value.value}
    return {**result, "code": verdict.reasons[0].code} if verdict.reasons else result


@pytest.mark.parametrize("name", MANIFEST["files"])
def test_every_file_is_judged_as_the_manifest_says(name):
    assert judged(name) == MANIFEST["files"][name]


def test_only_what_is_honest_is_valid():
    valid = {n for n, case in MANIFEST["files"].items() if case["result"] == "valid"}
    assert valid == {path.name for path in FOLDER.glob("honest*.cose")}
    assert len(valid) == 3


def test_the_folder_holds_what_the_manifest_lists():
    assert {path.name for path in FOLDER.glob("*.cose")} == MANIFEST["files"].keys()


@pytest.mark.parametrize("name", SCITT_ATTACKS)
def test_the_attacks_are_those_of_today(name):
    assert (FOLDER / f"{name}.cose").read_bytes() == SCITT_ATTACKS[name]


def test_the_statement_beside_the_files_is_the_one_that_was_signed():
    payload = (FOLDER / MANIFEST["payload"]).read_bytes()
    for name in ("honest.cose", "honest-hashed.cose"):
        data = (FOLDER / name).read_bytes()
        verdict = verify_transparent_statement(data, TRUST, KEYS, AT, payload=payload)
        assert verdict.value.value == "valid"

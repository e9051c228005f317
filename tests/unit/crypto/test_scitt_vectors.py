"""The vectors of action-state-group/scitt-cose: each as its label says."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from assay.crypto.cose_receipt import (
    CCF_LEDGER_SHA256,
    RFC9162_SHA256,
    parse_receipt,
    verify_inclusion_receipt,
)
from assay.crypto.cose_sign1 import parse_sign1, verify_sign1
from assay.crypto.public_key import public_key_from_pem
from assay.crypto.scitt_statement import read_claims, read_content_type, statement_entry
from assay.errors import AssayError, CoseError, ScittError

VECTORS = Path(__file__).parents[3].parent / "shared" / "data" / "scitt-cose"
needs_vectors = pytest.mark.skipif(
    not VECTORS.is_dir(),
    reason="the scitt-cose vectors are not at ../shared/data/scitt-cose",
)
NAMES = [
    "fail-bad-statement-sig",
    "fail-tampered-path",
    "fail-unsupported-vds",
    "valid-ccf-vds2",
    "valid-eddsa",
    "valid-es256",
]
REFUSED = {
    "BAD_STATEMENT_SIGNATURE": "cose.signature-mismatch",
    "TAMPERED_INCLUSION_PATH": "cose.receipt-mismatch",
    # Of two refusals that are right, the one of a reader that knows CCF.
    "UNSUPPORTED_VDS": "cose.ccf-proof",
}
BOTH = frozenset({RFC9162_SHA256, CCF_LEDGER_SHA256})


def outcome(call):
    try:
        return call()
    except AssayError as error:
        return error.code


@needs_vectors
def test_every_vector_is_looked_at():
    assert sorted(path.parent.name for path in VECTORS.glob("*/expected.json")) == NAMES


@needs_vectors
@pytest.mark.parametrize("name", NAMES)
def test_a_vector_is_judged_as_its_label_says(name):
    folder = VECTORS / name
    expected = json.loads((folder / "expected.json").read_text())
    data = (folder / "statement.cose").read_bytes()
    statement = parse_sign1(data)
    issuer, log = (
        public_key_from_pem((folder / part).read_bytes())
        for part in ("issuer-key.pub", "log-key.pub")
    )
    assert statement_entry(statement).hex() == expected["leaf_entry"]
    assert hashlib.sha256(data).hexdigest() == expected["leaf_entry"]
    stated = expected["protected_header"]["statement"]
    assert statement.protected[1] == stated["alg_code"]
    assert read_content_type(statement.protected).media_type == stated["content_type"]
    if stated["subject"] is not None:
        claims = read_claims(statement.protected)
        assert (claims.issuer, claims.subject) == (stated["issuer"], stated["subject"])
    signed = outcome(lambda: verify_sign1(statement, issuer))
    receipt = parse_receipt((folder / "receipt.cose").read_bytes())
    proven = outcome(
        lambda: verify_inclusion_receipt(
            receipt, statement_entry(statement), log, structures=BOTH
        )
    )
    refusal = REFUSED.get(expected.get("failure_code"))
    if expected["statement_signature_valid"]:
        assert signed == (folder / "payload.bin").read_bytes()
    else:
        assert signed == refusal
    if expected["receipt_valid"]:
        assert proven.root.hex() == expected["reconstructed_root"]
    else:
        assert proven == refusal


@needs_vectors
def test_who_accepts_no_ccf_refuses_both_of_its_vectors_for_it():
    for name in ("fail-unsupported-vds", "valid-ccf-vds2"):
        folder = VECTORS / name
        receipt = parse_receipt((folder / "receipt.cose").read_bytes())
        log = public_key_from_pem((folder / "log-key.pub").read_bytes())
        with pytest.raises(CoseError) as caught:
            verify_inclusion_receipt(receipt, bytes(32), log)
        assert caught.value.code == "cose.vds"


@needs_vectors
def test_a_ccf_statement_says_nothing_of_its_subject():
    data = (VECTORS / "valid-ccf-vds2" / "statement.cose").read_bytes()
    with pytest.raises(ScittError) as caught:
        read_claims(parse_sign1(data).protected)
    assert caught.value.code == "scitt.claims"

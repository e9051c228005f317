"""Statements and receipts, to and from `scitt-cose`."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from assay.crypto.cbor import decode
from assay.crypto.cose_key import key_thumbprint, thumbprint_uri, write_key_set
from assay.crypto.cose_sign1 import parse_sign1
from assay.crypto.public_key import public_key_of
from assay.flows.keys import to_pem
from assay.wire.v0.bundle import read_bundle
from tests.interop.scitt_scene import export, tampered
from tests.simulators.desk import assay

DRIVER = Path(__file__).with_name("drive_scitt_cose.py")
ORIGIN = "log.example/elsewhere"


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    return export(tmp_path_factory.mktemp("scitt"))


@pytest.fixture(scope="module")
def theirs(interop_python):
    python = interop_python("scitt")

    def run(**job):
        done = subprocess.run(
            [python, DRIVER],
            input=json.dumps(job),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def verify(theirs, exported, *items):
    return theirs(
        do="verify",
        items=[item.hex() for item in items],
        issuer_pem=exported.issuer_pem,
        log_pem=exported.log_pem,
    )


def test_scitt_cose_verifies_every_statement_and_reads_the_same(theirs, exported):
    found = verify(theirs, exported, *exported.files.values())
    assert [item["ok"] for item in found] == [True] * len(exported.files), found
    payloads = {
        item.envelope.payload.hex()
        for item in read_bundle(exported.desk.bundle.read_bytes()).statements
    }
    assert {item["statement"]["payload"] for item in found} == payloads
    count = len(exported.files)
    for item in found:
        assert item["statement"]["issuer"] == thumbprint_uri(exported.issuer)
        assert item["statement"]["content_type"] == "application/vnd.in-toto+json"
        (receipt,) = item["receipts"]
        assert receipt["subject"] == item["statement"]["subject"]
        assert receipt["issuer"] == "log.example/test"
        assert receipt["size"] == 2 * count
        assert receipt["iat"] > 1_700_000_000


def test_scitt_cose_refuses_whatever_somebody_changed(theirs, exported):
    changed = tampered(exported.files["seal"])
    found = verify(theirs, exported, *changed.values())
    assert not [name for name, item in zip(changed, found, strict=True) if item["ok"]]


def test_scitt_cose_refuses_the_receipt_of_another_statement(theirs, exported):
    seal, other = (parse_sign1(exported.files[name]) for name in ("seal", "assessment"))
    (found,) = verify(theirs, exported, seal.encoded(other.unprotected))
    assert not found["ok"]


def test_scitt_cose_verifies_hash_envelopes(theirs, tmp_path):
    hashed = export(tmp_path, "--hashed", "--issuer", "https://harbour.example")
    found = verify(theirs, hashed, *hashed.files.values())
    assert all(item["ok"] for item in found)
    payloads = [
        item.envelope.payload
        for item in read_bundle(hashed.desk.bundle.read_bytes()).statements
    ]
    digests = {hashlib.sha256(payload).hexdigest() for payload in payloads}
    assert {item["statement"]["payload"] for item in found} == digests


def pem(native):
    return native.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    ).decode()


ISSUERS = {
    "ES256": ec.derive_private_key(11, ec.SECP256R1()),
    "ES384": ec.derive_private_key(12, ec.SECP384R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32))),
}


@pytest.mark.parametrize("alg", ISSUERS)
@pytest.mark.parametrize(("size", "index"), [(1, 0), (7, 6), (300, 17)])
def test_assay_verifies_what_scitt_cose_issues(theirs, tmp_path, alg, size, index):
    log = ec.derive_private_key(13, ec.SECP256R1())
    issuer_key, log_key = (
        public_key_of(key.public_key()) for key in (ISSUERS[alg], log)
    )
    data = bytes.fromhex(
        theirs(
            do="issue",
            alg=alg,
            issuer_pem=pem(ISSUERS[alg]),
            log_pem=pem(log),
            origin=ORIGIN,
            kids=[key_thumbprint(key).hex() for key in (issuer_key, log_key)],
            claims={
                "issuer": "https://elsewhere.example",
                "subject": "urn:example:model",
                "content_type": "application/json",
            },
            payload=b'{"they": "say"}'.hex(),
            size=size,
            index=index,
        )
    )
    (tmp_path / "issuer.pub").write_bytes(to_pem(issuer_key))
    (tmp_path / "keys.cbor").write_bytes(write_key_set([log_key]))
    assert assay("log", "init", tmp_path / "log", "--origin", ORIGIN).exit_code == 0
    trust = tmp_path / "trust.toml"
    made = assay(
        "trust", "new", trust, "--developer", f"Elsewhere={tmp_path / 'issuer.pub'}",
        "--log", tmp_path / "log" / "log.json",
    )  # fmt: skip
    assert made.exit_code == 0, made.output

    def verdict(content):
        (tmp_path / "theirs.cose").write_bytes(content)
        return assay(
            "scitt", "verify", tmp_path / "theirs.cose", "--trust", trust,
            "--receipt-keys", tmp_path / "keys.cbor",
        )  # fmt: skip

    good = verdict(data)
    assert good.exit_code == 0, good.output
    assert "https://elsewhere.example" in good.output
    for at in range(0, len(data), 3):
        other = data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]
        bad = verdict(other)
        if bad.exit_code == 0:
            # Their log signs no size, so one on the same path holds; then Assay tells
            # neither size nor place.
            assert proof_of(other)[1:] == proof_of(data)[1:]
            assert ", an entry" in bad.output
        else:
            assert bad.exit_code in {1, 4}


def proof_of(data):
    statement: Any = parse_sign1(data)
    (receipt,) = statement.unprotected[394]
    inner: Any = parse_sign1(receipt)
    (proof,) = inner.unprotected[396][-1]
    return decode(proof)

from __future__ import annotations

import base64
import json

import pytest

from assay.errors import KeylessError
from assay.wire.v0.sigstore_entry import read_entry_body

SIGNATURE = base64.b64encode(b"signature").decode()
PEM = "-----BEGIN PUBLIC KEY-----\nc2ln\nbmVy\n-----END PUBLIC KEY-----\n"
SIGNER = base64.b64encode(PEM.encode()).decode()
DIGEST = {"algorithm": "sha256", "value": "ab" * 32}
DIGEST_V2 = {"algorithm": "SHA2_256", "digest": base64.b64encode(b"d" * 32).decode()}
VERIFIER = {
    "keyDetails": "PKIX_ED25519",
    "publicKey": {"rawBytes": base64.b64encode(b"signer").decode()},
}
SIGNED = {"content": SIGNATURE, "verifier": VERIFIER}
SPECS: dict[tuple[str, str], dict] = {
    ("hashedrekord", "0.0.1"): {
        "data": {"hash": DIGEST},
        "signature": {"content": SIGNATURE, "publicKey": {"content": SIGNER}},
    },
    ("dsse", "0.0.1"): {
        "envelopeHash": DIGEST,
        "payloadHash": DIGEST,
        "signatures": [{"signature": SIGNATURE, "verifier": SIGNER}],
    },
    ("intoto", "0.0.2"): {
        "content": {
            "envelope": {
                "payloadType": "t",
                "signatures": [
                    {
                        "publicKey": SIGNER,
                        "sig": base64.b64encode(SIGNATURE.encode()).decode(),
                    }
                ],
            },
            "hash": DIGEST,
            "payloadHash": DIGEST,
        }
    },
    ("hashedrekord", "0.0.2"): {
        "hashedRekordV002": {"data": DIGEST_V2, "signature": SIGNED}
    },
    ("dsse", "0.0.2"): {"dsseV002": {"payloadHash": DIGEST_V2, "signatures": [SIGNED]}},
}


def body(kind, version, spec) -> bytes:
    value = {"apiVersion": version, "kind": kind, "spec": spec}
    return json.dumps(value).encode()


def refused(data: bytes) -> str:
    with pytest.raises(KeylessError) as error:
        read_entry_body(data)
    assert error.value.code == "keyless.entry-form"
    return error.value.found


@pytest.mark.parametrize("named", SPECS, ids=" ".join)
def test_each_kind_says_what_was_signed_and_by_whom(named):
    found = read_entry_body(body(named[0], named[1], SPECS[named]))
    assert (found.kind, found.version) == named
    assert (found.signature, found.signer) == (b"signature", b"signer")
    over = found.digest or found.payload_digest
    assert over in {b"\xab" * 32, b"d" * 32}
    assert (found.digest is None) == (named[0] != "hashedrekord")


def test_other_kinds_are_refused():
    assert refused(body("rpm", "0.0.1", {})) == "rpm 0.0.1"
    assert refused(b"{")
    assert refused(b"[]")


def test_an_entry_larger_than_any_is_refused():
    assert "larger" in refused(b" " * 70_000)


@pytest.mark.parametrize("named", SPECS, ids=" ".join)
def test_fields_of_no_meaning_are_refused(named):
    assert "no such field" in refused(
        body(named[0], named[1], {**SPECS[named], "more": 1})
    )


@pytest.mark.parametrize(
    "pem",
    [
        b"",
        b"-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----",
        b"c2ln\nbmVy\nc2ln",
        b"-----BEGIN PUBLIC KEY-----\nc2ln\nbmVy",
        b"-----BEGIN PUBLIC KEY-----\n*\n-----END PUBLIC KEY-----",
    ],
)
def test_a_signer_that_is_no_pem_is_refused(pem):
    spec = json.loads(json.dumps(SPECS["hashedrekord", "0.0.1"]))
    spec["signature"]["publicKey"]["content"] = base64.b64encode(pem).decode()
    assert refused(body("hashedrekord", "0.0.1", spec))


@pytest.mark.parametrize("keep", [(), ("publicKey", "x509Certificate")])
def test_an_entry_with_no_signer_or_two_is_refused(keep):
    verifier = {"keyDetails": "x"} | dict.fromkeys(keep, VERIFIER["publicKey"])
    signed = SIGNED | {"verifier": verifier}
    spec = {"hashedRekordV002": {"data": DIGEST_V2, "signature": signed}}
    assert "signer" in refused(body("hashedrekord", "0.0.2", spec))

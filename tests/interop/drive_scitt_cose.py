"""Runs inside the environment of scitt-cose: one job as JSON in, one answer out.

    python drive_scitt_cose.py < job.json

Knows nothing of Assay: what is a log's entry is worked out here from the rule that
scitt-cose's own vectors state, with cbor2.
"""

from __future__ import annotations

import hashlib
import json
import sys
from typing import Any

import cbor2
import scitt_cose


def main() -> None:
    """Do one job."""
    job = json.load(sys.stdin)
    jobs: dict[str, Any] = {"verify": verify, "issue": issue}
    answer = jobs[job.pop("do")](**job)
    json.dump(answer, sys.stdout)


def verify(items: list[str], issuer_pem: str, log_pem: str) -> list[dict]:
    """Verify transparent statements, and say what is believed of each."""
    return [_verify(bytes.fromhex(item), issuer_pem, log_pem) for item in items]


def _verify(data: bytes, issuer_pem: str, log_pem: str) -> dict:
    parsed = scitt_cose.parse_signed_statement(data, public_key_pem=issuer_pem)
    if parsed["signature_verified"] is not True:
        return {"ok": False, "why": "statement"}
    try:
        receipts = scitt_cose.extract_receipts(data)
    except scitt_cose.CoseError as error:
        return {"ok": False, "why": str(error)}
    entry = _entry(data)
    results = [
        scitt_cose.verify_receipt(
            item, leaf_entry_hex=entry, log_public_key_pem=log_pem
        )
        for item in receipts
    ]
    return {
        "ok": bool(results) and all(result.ok for result in results),
        "why": [result.errors for result in results],
        "statement": {
            "issuer": parsed["issuer"],
            "subject": parsed["subject"],
            "content_type": parsed["content_type"],
            "payload": (parsed["payload"] or b"").hex(),
        },
        "receipts": [
            {
                "root": result.root,
                "size": result.tree_size,
                "index": result.leaf_index,
                "iat": result.iat,
                "issuer": result.issuer,
                "subject": result.subject,
            }
            for result in results
        ],
    }


def _entry(data: bytes) -> str:
    message = cbor2.loads(data)
    protected, _, payload, signature = message.value
    bare = cbor2.CBORTag(18, [protected, {}, payload, signature])
    return hashlib.sha256(cbor2.dumps(bare)).hexdigest()


def issue(
    *,
    alg: str,
    issuer_pem: str,
    log_pem: str,
    origin: str,
    kids: list[str],
    claims: dict,
    payload: str,
    size: int,
    index: int,
) -> str:
    """Make a statement and a receipt for it in a tree of other entries."""
    statement = scitt_cose.build_signed_statement(
        bytes.fromhex(payload),
        alg=alg,
        private_key_pem=issuer_pem,
        kid=bytes.fromhex(kids[0]),
        **claims,
    )
    entry = hashlib.sha256(statement).hexdigest()
    entries = [hashlib.sha256(b"other %d" % i).hexdigest() for i in range(size)]
    entries[index] = entry
    receipt = scitt_cose.build_receipt(
        leaf_entry_hex=entry,
        leaf_index=index,
        tree_entries_hex=entries,
        alg="ES256",
        log_private_key_pem=log_pem,
        iss=origin,
        sub=claims["subject"],
        kid=bytes.fromhex(kids[1]),
        iat=1_795_000_000,
    )
    attached: bytes = scitt_cose.attach_receipts(statement, [receipt])
    return attached.hex()


if __name__ == "__main__":
    main()

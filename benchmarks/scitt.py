"""Measure SCITT: COSE receipts issued, and transparent statements verified, a second.

    python -m benchmarks.scitt [--rounds 5] [--count 512]

One process, one core, by the processor's time. A real log of COUNT statements gives
real receipts; each statement is verified with its receipt, both signed with ES256.
What it is held against is the bare signatures over the same bytes, in turns with it,
and `scitt-cose` over the same files where its environment is there (`make interop`,
or ASSAY_INTEROP). Writes `benchmarks/scitt.json`; nothing here fails on speed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assay.crypto.cbor import encode
from assay.crypto.cose_sign1 import parse_sign1
from assay.crypto.scitt_statement import statement_entry
from assay.domain.trust import TrustedDeveloper, TrustedLog, TrustFile
from assay.domain.verdict import VerdictValue
from assay.flows.keys import to_pem
from assay.log import LogEntry, init_log
from assay.log.receipt_key import ReceiptKey, ensure_receipt_key
from assay.statement.scitt import make_transparent
from assay.verify.scitt import verify_transparent_statement
from assay.verify.scitt_receipts import LogReceiptKey
from tests.simulators.scitt import ISSUER, RELEASE, SEAL, SUBJECT, statement

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "scitt.json"
INTEROP = Path(os.environ.get("ASSAY_INTEROP") or ROOT / ".venv-interop")
ORIGIN = "log.example/benchmark"
PEER = """
import json, sys, time
import scitt_cose
job = json.load(sys.stdin)
items = [(bytes.fromhex(a), bytes.fromhex(b), c) for a, b, c in job["items"]]
started = time.process_time()
for statement, receipt, entry in items:
    read = scitt_cose.parse_signed_statement(statement, public_key_pem=job["issuer"])
    proven = scitt_cose.verify_receipt(
        receipt, leaf_entry_hex=entry, log_public_key_pem=job["log"]
    )
    assert read["signature_verified"] and proven.ok
print(len(items) / (time.process_time() - started))
"""


def main() -> int:
    """Measure all and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="turns of each (odd)")
    parser.add_argument("--count", type=int, default=512, help="statements a round")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measured(Path(folder) / "log", given.rounds, given.count)
    results = {
        "date": datetime.now(tz=UTC).date().isoformat(),
        "command": "python -m benchmarks.scitt",
        "machine": f"{os.cpu_count()} cores, {platform.system()}, "
        f"Python {platform.python_version()}",
        "rounds": given.rounds,
        "statements": given.count,
        "unit": "a second, in one process",
        "figures": figures,
    }
    RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=2))
    return 0


def measured(root: Path, rounds: int, count: int) -> list[dict[str, Any]]:
    """Issue and verify in turns with the bare signatures."""
    log = init_log(root, ORIGIN)
    key = ensure_receipt_key(root, ORIGIN)
    seals = [SEAL.replace(b"release", b"release %06d" % at) for at in range(count)]
    signed = [statement(payload) for payload in seals]
    entries = [
        LogEntry(leaf=statement_entry(item), body=item.encoded()) for item in signed
    ]
    proofs = [receipt.proof_text for receipt in log.append(entries)]

    def issue() -> list[bytes]:
        return [
            key.issue_inclusion(entry.leaf, proof, log.vkeys, SUBJECT)
            for entry, proof in zip(entries, proofs, strict=True)
        ]

    receipts = issue()
    files = [
        make_transparent(item, (receipt,))
        for item, receipt in zip(signed, receipts, strict=True)
    ]
    covered = [
        encode(("Signature1", item.protected_bytes, b"", item.payload))
        for item in signed
    ]
    signatures = [ISSUER.sign(message) for message in covered]

    def sign() -> None:
        for message in covered:
            key.sign(message)

    def check() -> None:
        for message, signature in zip(covered, signatures, strict=True):
            # One for the statement and one for the receipt.
            ISSUER.public_key.verify(message, signature)
            ISSUER.public_key.verify(message, signature)

    rates = in_turns(
        {
            "issue": issue,
            "sign": sign,
            "verify": lambda: verify(files, key),
            "check": check,
        },
        rounds,
        count,
    )
    peer = by_scitt_cose(files, key)
    return [
        {
            "what": "COSE receipts issued, from receipts of the log verified first",
            "value": rates["issue"],
            "against": "ES256 signatures, and nothing else",
            "against_value": rates["sign"],
        },
        {
            "what": "transparent statements verified, statement and receipt",
            "value": rates["verify"],
            "against": "two ES256 verifications, and nothing else",
            "against_value": rates["check"],
            "peer": None if peer is None else "scitt-cose 0.5.0, over the same files",
            "peer_value": peer,
        },
    ]


def verify(files: list[bytes], key: ReceiptKey) -> None:
    """Verify every file, and stop at one that is not valid."""
    trust = TrustFile(
        developers=(TrustedDeveloper(name="x", public_key=ISSUER.public_key.der),),
        logs=(TrustedLog(origin=ORIGIN, vkeys=()),),
        programmes=(),
    )
    keys = (LogReceiptKey(origin=ORIGIN, public_key=key.public_key),)
    at = datetime.now(tz=UTC) + timedelta(minutes=1)
    for data in files:
        verdict = verify_transparent_statement(data, trust, keys, at)
        if verdict.value is not VerdictValue.VALID:
            sys.exit(f"not valid: {verdict.reasons} ({RELEASE})")


def in_turns(
    works: dict[str, Callable[[], object]], rounds: int, count: int
) -> dict[str, float]:
    """Give the median rate of each, all having had the same machine."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            started = time.process_time()
            work()
            taken[name].append(time.process_time() - started)
    return {
        name: round(count / statistics.median(times)) for name, times in taken.items()
    }


def by_scitt_cose(files: list[bytes], key: ReceiptKey) -> float | None:
    """Have the peer verify the same, where it is installed."""
    python = INTEROP / "scitt" / "bin" / "python"
    if not python.exists():
        return None
    items = []
    for data in files:
        message: Any = parse_sign1(data)
        (receipt,) = message.unprotected[394]
        items.append((data.hex(), receipt.hex(), statement_entry(message).hex()))
    job = {
        "items": items,
        "issuer": to_pem(ISSUER.public_key).decode(),
        "log": to_pem(key.public_key).decode(),
    }
    done = subprocess.run(
        [python, "-c", PEER],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        check=True,
    )
    return round(float(done.stdout))


if __name__ == "__main__":
    sys.exit(main())

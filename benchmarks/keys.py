"""Measure how fast each kind of key signs and verifies, beside the library alone.

    python -m benchmarks.keys

Assay's signer and the library under it take turns within each round, so that a busy
machine slows both; what is counted is processor time. A PKCS #11 token of SoftHSM 2 is
measured where one is installed. Writes `benchmarks/keys.json`. Nothing here fails on
speed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from assay.crypto.public_key import FIRST_KINDS, KeyKind, key_hash, public_key_of
from assay.statement import sign, sign_second
from assay.statement.signers.pem import new_private_key, read_private_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.statement import Signer
    from assay.statement.signers.pem import PemSigner

RESULTS = Path(__file__).with_name("keys.json")
# A statement with some findings; signing it is hashing it once and one operation more.
PAYLOAD = b"{" + b'"a":"b",' * 512 + b'"c":1}'
TOKEN = {KeyKind.P256: "secp256r1", KeyKind.P384: "secp384r1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Times a second, each the median of all rounds.

    Attributes:
        what: What was done.
        kind: With which kind of key.
        assay: By Assay.
        library: By `cryptography` alone, over the same bytes; None where there is none.
    """

    what: str
    kind: str
    assay: float
    library: float | None


def main() -> int:
    """Measure everything and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7, help="turns of each (odd)")
    parser.add_argument("--seconds", type=float, default=0.4, help="of each turn")
    given = parser.parse_args()
    rates = []
    for kind in KeyKind:
        rates += file_rates(kind, given.rounds, given.seconds)
    rates += opening_rates(given.rounds)
    rates += token_rates(given.rounds, given.seconds)
    document = {
        "date": datetime.now(tz=UTC).date().isoformat(),
        "command": "python -m benchmarks.keys",
        "machine": {
            "python": platform.python_version(),
            "processor": platform.machine(),
            "cores": os.cpu_count(),
        },
        "rounds": given.rounds,
        "payload_bytes": len(PAYLOAD),
        "unit": "times a second of processor time, in one thread",
        "rates": [asdict(rate) for rate in rates],
    }
    RESULTS.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    for rate in rates:
        beside = "" if rate.library is None else f"  (library {rate.library:,.0f})"
        words = f"{rate.what:28s} {rate.kind:26s} {rate.assay:10,.0f}/s{beside}\n"
        sys.stdout.write(words)
    return 0


def file_rates(kind: KeyKind, rounds: int, seconds: float) -> list[Rate]:
    """Sign and verify with a key in memory, as after opening a file."""
    signer = read_private_key(new_private_key(kind, None), None)
    key = signer.public_key
    blob = signer.sign(PAYLOAD)
    made = sign if kind in FIRST_KINDS else sign_second
    signed, alone = turns(
        lambda: signer.sign(PAYLOAD), plain_sign(signer), rounds, seconds
    )
    checked, alone_checked = turns(
        lambda: key.verify(PAYLOAD, blob), plain_verify(signer, blob), rounds, seconds
    )
    envelope, _ = turns(lambda: made(PAYLOAD, signer), None, rounds, seconds)
    rates = [
        Rate(what="sign", kind=kind.value, assay=signed, library=alone),
        Rate(what="verify", kind=kind.value, assay=checked, library=alone_checked),
        Rate(
            what="envelope, made and checked",
            kind=kind.value,
            assay=envelope,
            library=None,
        ),
    ]
    if kind in FIRST_KINDS:
        # `public_key_from_der` remembers the keys that it has read.
        read, _ = turns(
            lambda: public_key_of(load_der_public_key(key.der)), None, rounds, seconds
        )
        rates.append(
            Rate(what="public key read", kind=kind.value, assay=read, library=None)
        )
    return rates


def plain_sign(signer: PemSigner) -> Callable[[], object]:
    """Sign with the library alone."""
    native = signer._native  # noqa: SLF001 - what it is held against
    if isinstance(native, ec.EllipticCurvePrivateKey):
        algorithm = ec.ECDSA(
            key_hash(signer.public_key.kind), deterministic_signing=True
        )
        return lambda: native.sign(PAYLOAD, algorithm)
    return lambda: native.sign(PAYLOAD)


def plain_verify(signer: PemSigner, blob: bytes) -> Callable[[], object]:
    """Verify with the library alone."""
    native = signer._native.public_key()  # noqa: SLF001 - as above
    if isinstance(native, ec.EllipticCurvePublicKey):
        algorithm = ec.ECDSA(key_hash(signer.public_key.kind))
        return lambda: native.verify(blob, PAYLOAD, algorithm)
    return lambda: native.verify(blob, PAYLOAD)


def opening_rates(rounds: int) -> list[Rate]:
    """Open a key under a passphrase: how often somebody can guess on one core."""
    pem = new_private_key(KeyKind.P256, b"correct horse")
    opened, _ = turns(
        lambda: read_private_key(pem, b"correct horse"), None, rounds, 0.5
    )
    return [
        Rate(
            what="key file opened", kind=KeyKind.P256.value, assay=opened, library=None
        )
    ]


def token_rates(rounds: int, seconds: float) -> list[Rate]:
    """Sign with a token of SoftHSM, where it is installed."""
    # Late: it takes the extra `hsm` and, of the tests, what makes a token.
    from assay.flows.keys import open_key  # noqa: PLC0415 - as above
    from tests.simulators import soft_token  # noqa: PLC0415 - as above

    module = next(filter(os.path.isfile, soft_token.PLACES), None)
    if module is None:
        return []
    rates = []
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as scratch:
        soft_token.use_directory(Path(scratch))
        token = soft_token.make_token("Bench", module)
        for curve in TOKEN.values():
            token.make_key(curve, curve, curve.encode())
        for kind, curve in TOKEN.items():
            address = token.address(f";object={curve}")
            signer: Signer = open_key(address, soft_token.PIN.encode)
            signed, _ = turns(_signing(signer), None, rounds, seconds)
            rates.append(
                Rate(
                    what="sign on a SoftHSM token",
                    kind=kind.value,
                    assay=signed,
                    library=None,
                )
            )
        soft_token.forget(module)
    return rates


def _signing(signer: Signer) -> Callable[[], object]:
    return lambda: signer.sign(PAYLOAD)


def turns(
    one: Callable[[], object],
    other: Callable[[], object] | None,
    rounds: int,
    seconds: float,
) -> tuple[float, float | None]:
    """Do two things by turns, and give the median of their rates."""
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(rate(one, seconds))
        if other is not None:
            theirs.append(rate(other, seconds))
    return statistics.median(ours), statistics.median(theirs) if theirs else None


def rate(action: Callable[[], object], seconds: float) -> float:
    """Do something for a time, and give how often it was done a second."""
    done = 0
    start = time.process_time()
    while (passed := time.process_time() - start) < seconds:
        for _ in range(4):
            action()
        done += 4
    return round(done / passed, 1)


if __name__ == "__main__":
    raise SystemExit(main())

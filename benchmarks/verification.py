"""Measure verification: statements and bundles a second, and a cold start.

    python -m benchmarks.verification [--rounds 9] [--count 256]

One process: on one core by the processor's time, and by two threads by the clock, for
signatures are checked without the interpreter's lock. Every statement is another one,
with another receipt: a P-256 signature, a path of 20 hashes, a checkpoint that the log
has signed with Ed25519 and ML-DSA-44 and three witnesses with Ed25519. What it is held
against is the same six signatures, checked over the same bytes with nothing around
them, in turns with it. Entries that are logged together have one checkpoint, which is
checked once; both ways are measured.
Writes `benchmarks/verification.json`; nothing here fails on speed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from assay.crypto import merkle
from assay.crypto.checkpoint import (
    Checkpoint,
    ed25519_cosigned_message,
    format_checkpoint,
    ml_dsa_44_cosigned_message,
    parse_checkpoint,
)
from assay.crypto.dsse import pre_authentication_encoding
from assay.crypto.log_leaf import log_leaf
from assay.crypto.note import format_note, parse_note
from assay.crypto.tlog_proof import TlogProof, format_tlog_proof, parse_tlog_proof
from assay.crypto.verifier_key import SignatureType
from assay.domain.statement import (
    LoggedStatement,
    Seal,
    SealedStatement,
    StatementFile,
)
from assay.domain.verdict import VerdictValue
from assay.statement import seal_payload, sign
from assay.verify import verify_bundle
from assay.verify.statement_file import verify_statement
from assay.wire.v0.statement_file import read_statement_file, write_statement_file
from assay.wire.v0.trust_writing import write_trust
from benchmarks.stopwatch import timed
from tests.simulators.claims import (
    LOGGED_AT,
    NOW,
    SEALED_AT,
    VALID_UNTIL,
    Claim,
    MemoryLog,
    p256_signer,
    witness,
)
from tests.simulators.note_signers import LOG_ED, LOG_PQ, NoteSigner

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.domain.trust import TrustFile

RESULTS = Path(__file__).resolve().parent / "verification.json"
THREADS, THREAD_ROUNDS = 2, 9
PATH_HASHES = 20
SIZE = 1 << PATH_HASHES
WITNESSES = tuple(
    NoteSigner(f"witness.example/{n}", SignatureType.ED25519_COSIGNATURE, 40 + n)
    for n in range(3)
)
SIGNERS = (LOG_ED, LOG_PQ, *WITNESSES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure and what it is held against, from the same run.

    Attributes:
        what: What was measured.
        value: Median of the rounds.
        unit: Its unit.
        against: What it is held against.
        against_value: Its median.
        asked: What the project asks of itself, in words.
    """

    what: str
    value: float
    unit: str
    against: str
    against_value: float
    asked: str


@dataclass
class LargeLog(MemoryLog):
    """A log of a million entries, of which only what a receipt needs is made up.

    Entries that were logged together are in one tree and have one checkpoint; the
    siblings above them are digests that nobody has the leaves of.
    """

    leaves: list[bytes] = field(default_factory=list)
    together: int = 1

    def receipt(self, index: int) -> str:
        """Give a receipt with a path of 20 hashes."""
        group, inside = divmod(index, self.together)
        first = group * self.together
        part = [
            merkle.leaf_hash(leaf)
            for leaf in self.leaves[first : first + self.together]
        ]
        below = merkle.inclusion_proof(inside, len(part), _reader(part))
        seed = merkle.root_from_leaves(part)
        above = tuple(
            hashlib.sha256(seed + bytes((level,))).digest()
            for level in range(len(below), PATH_HASHES)
        )
        place = int.from_bytes(seed[:4], "big") % (SIZE // self.together)
        place = place * self.together + inside
        path = below + above
        root = merkle.root_from_inclusion(part[inside], place, SIZE, path)
        return format_tlog_proof(
            TlogProof(index=place, hashes=path, checkpoint=_signed(self, root))
        )


@cache
def _checkpoint(origin: str, root: bytes, timestamp: int) -> str:
    text = format_checkpoint(Checkpoint(origin=origin, size=SIZE, root=root))
    return format_note(text, [s.sign(text, timestamp) for s in SIGNERS])


def _signed(log: MemoryLog, root: bytes) -> str:
    return _checkpoint(log.origin, root, log.timestamp)


def _reader(leaves: list[bytes]) -> Callable[[int, int], bytes]:
    def read(level: int, index: int) -> bytes:
        width = 1 << level
        return merkle.root_from_leaves(leaves[index * width : (index + 1) * width])

    return read


def trust() -> TrustFile:
    """Believe the developer, the log and a quorum of all three witnesses."""
    return Claim().trust(
        witnesses=tuple(map(witness, WITNESSES)), quorum=len(WITNESSES)
    )


def statements(count: int, together: int) -> list[bytes]:
    """Make statement files: seals, each of another claim."""
    log, signer = LargeLog(together=together), p256_signer()
    envelopes = [sign(_seal(number), signer) for number in range(count)]
    for envelope in envelopes:
        log.append(log_leaf(envelope, signer.public_key))
    return [
        write_statement_file(
            StatementFile(
                public_key=signer.public_key.der,
                statement=LoggedStatement(
                    envelope=envelope, receipt=log.receipt(number)
                ),
            )
        )
        for number, envelope in enumerate(envelopes)
    ]


def _seal(number: int) -> bytes:
    digest = hashlib.sha256(b"%d" % number).hexdigest()
    listed = SealedStatement(predicate_type="https://x.example/a", sha256=digest)
    return seal_payload(
        Seal(
            release_digest=digest,
            sealed_at=SEALED_AT,
            valid_until=VALID_UNTIL,
            statements=(listed,),
        )
    )


def bundles(count: int) -> list[bytes]:
    """Make bundles of four statements that were logged together, each its own claim."""
    claims = (
        replace(Claim(), sealed_at=SEALED_AT - timedelta(seconds=n))
        for n in range(count)
    )
    return [replace(claim, log=LargeLog(together=4)).data() for claim in claims]


def raw_checks(file: bytes) -> list[Callable[[], object]]:
    """Give the signature checks of a statement and nothing around them."""
    logged = read_statement_file(file).statement
    envelope = logged.envelope
    signed = pre_authentication_encoding(envelope.payload_type, envelope.payload)
    developer = load_der_public_key(p256_signer().public_key.der)
    if not isinstance(developer, ec.EllipticCurvePublicKey):
        raise TypeError(developer)
    checks: list[Callable[[], object]] = [
        _p256(developer, envelope.signature, signed),
    ]
    note = parse_note(parse_tlog_proof(logged.receipt or "").checkpoint)
    time_stated = int(LOGGED_AT.timestamp())
    for signer, line in zip(SIGNERS, note.signatures, strict=True):
        message = note.text.encode()
        signature = line.signature
        if signer.type is SignatureType.ED25519_COSIGNATURE:
            message = ed25519_cosigned_message(note.text, time_stated)
            signature = signature[8:]
        if signer.type is SignatureType.ML_DSA_44_COSIGNATURE:
            message = ml_dsa_44_cosigned_message(
                signer.name, time_stated, parse_checkpoint(note.text)
            )
            signature = signature[8:]
        checks.append(_plain(signer.private.public_key(), signature, message))
    return checks


def _p256(
    key: ec.EllipticCurvePublicKey, signature: bytes, message: bytes
) -> Callable[[], object]:
    algorithm = ec.ECDSA(hashes.SHA256())
    return lambda: key.verify(signature, message, algorithm)


def _plain(
    key: ed25519.Ed25519PublicKey | mldsa.MLDSA44PublicKey,
    signature: bytes,
    message: bytes,
) -> Callable[[], object]:
    return lambda: key.verify(signature, message)


def rate(work: Callable[[], int]) -> float:
    """Give how many a second one pass does, by the processor's time of this process."""
    started = time.process_time()
    done = work()
    return done / (time.process_time() - started)


def passing(
    verify: Callable[[bytes, TrustFile, datetime], Any], files: list[bytes]
) -> Callable[[], int]:
    """Give a pass over files, all of which have to be valid."""
    believed = trust()

    def work() -> int:
        for data in files:
            if verify(data, believed, NOW).value is not VerdictValue.VALID:
                raise SystemExit("what is measured is not valid")
        return len(files)

    return work


def by_threads(files: list[bytes], checks: list[list[Callable[[], object]]]) -> Figure:
    """Measure what two threads of one process verify, in turns with bare signatures."""

    def raw(part: list[list[Callable[[], object]]]) -> None:
        for statement in part:
            for check in statement:
                check()

    ours = [passing(verify_statement, files[turn::THREADS]) for turn in range(THREADS)]
    parts = [checks[turn::THREADS] for turn in range(THREADS)]
    taken: list[tuple[float, float]] = []
    with ThreadPoolExecutor(THREADS) as pool:
        for _ in range(THREAD_ROUNDS + 1):
            began = time.perf_counter()
            done = sum(pool.map(lambda work: work(), ours))
            between = time.perf_counter()
            list(pool.map(raw, parts))
            ended = time.perf_counter()
            taken.append((done / (between - began), done / (ended - between)))
    # The first round warms caches up.
    one, limit = map(statistics.median, zip(*taken[1:], strict=True))
    return _figure(
        "statements, each with a checkpoint of its own, by two threads",
        one,
        "six signatures a statement by two threads, and nothing else",
        limit,
    )


def in_process(count: int, rounds: int) -> list[Figure]:
    """Measure what one process verifies, in turns with the bare signatures."""
    own, shared = statements(count, 1), statements(count, 4)
    checks = [raw_checks(file) for file in own]

    def raw() -> int:
        for statement in checks:
            for check in statement:
                check()
        return len(checks)

    works = (
        passing(verify_statement, own),
        passing(verify_statement, shared),
        passing(verify_bundle, bundles(max(4, count // 8))),
        raw,
    )
    taken: list[list[float]] = [[] for _ in works]
    # The first round warms caches up.
    for number in range(rounds + 1):
        for work, rates in zip(works, taken, strict=True):
            measured = rate(work)
            if number:
                rates.append(measured)
    one, four, whole, limit = map(statistics.median, taken)
    bare = "six signatures a statement, and nothing else"
    return [
        _figure("statements, each with a checkpoint of its own", one, bare, limit),
        by_threads(own, checks),
        _figure("statements logged four at a time, as a claim is", four, bare, limit),
        _figure("whole bundles of four statements", whole, bare, limit / 4),
    ]


def _figure(what: str, value: float, against: str, against_value: float) -> Figure:
    asked = "" if what.startswith("whole") else "at least 1,500 a second"
    return Figure(
        what=f"{what}, verified offline in one process",
        value=round(value),
        unit="a second",
        against=against,
        against_value=round(against_value),
        asked=asked,
    )


def cold_start(rounds: int) -> Figure:
    """Measure `assay verify` as a whole process, in turns with its bare imports."""
    with tempfile.TemporaryDirectory() as name:
        bundle, trusted = Path(name, "b.assay"), Path(name, "t.toml")
        bundle.write_bytes(bundles(1)[0])
        trusted.write_text(write_trust(trust()), encoding="utf-8")
        command = [
            str(Path(sys.executable).with_name("assay")), "verify", str(bundle),
            "--trust", str(trusted), "--at", NOW.isoformat(),
        ]  # fmt: skip
        libraries = "import click, pydantic, cryptography.hazmat.bindings._rust"
        bare = [sys.executable, "-c", libraries]
        taken: list[tuple[float, float]] = []
        for _ in range(rounds + 1):
            ours, theirs = timed(command, (0,)), timed(bare, (0,))
            taken.append((ours.seconds, theirs.seconds))
    ours_all, theirs_all = zip(*taken[1:], strict=True)
    return Figure(
        what="`assay verify` of a bundle, from a cold start",
        value=round(statistics.median(ours_all), 3),
        unit="s",
        against="importing its libraries and doing nothing",
        against_value=round(statistics.median(theirs_all), 3),
        asked="under 0.4 s",
    )


def main() -> int:
    """Measure everything and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9, help="turns of each (odd)")
    parser.add_argument("--count", type=int, default=256, help="statements a turn")
    given = parser.parse_args()
    figures = [*in_process(given.count, given.rounds), cold_start(given.rounds)]
    for figure in figures:
        print(
            f"{figure.what}: {figure.value:,} {figure.unit} "
            f"({figure.against}: {figure.against_value:,}; {figure.asked})"
        )
    document = {
        "date": datetime.now(tz=UTC).date().isoformat(),
        "command": "python -m benchmarks.verification",
        "machine": f"{os.cpu_count()} cores, {platform.system()}, "
        f"Python {platform.python_version()}",
        "rounds": given.rounds,
        "figures": [asdict(figure) for figure in figures],
    }
    RESULTS.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

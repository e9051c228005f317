"""A developer, a log and witnesses in memory: real keys, real proofs, real bundles.

Everything is made by the code under test (`assay.statement`, `assay.crypto`) except
the Merkle proofs, which come from the recursive definitions of RFC 6962 so that an
error in `assay.crypto.merkle` cannot cancel itself out. A test takes `Claim()` and
changes what an attacker or a lying developer would change:

`before_seal`   edits of a payload before the seal binds it: a developer who lies
`after_seal`    edits of a payload afterwards, signed anew: a statement exchanged
`envelopes`     an edit of the signed envelopes before they are logged
`logged`        an edit of the statements with their receipts
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from assay.crypto.canonical import canonical_json
from assay.crypto.checkpoint import Checkpoint, format_checkpoint
from assay.crypto.digest import release_digest, sha256_hex
from assay.crypto.log_leaf import log_leaf
from assay.crypto.note import format_note
from assay.crypto.public_key import ALL_KINDS, public_key_from_der
from assay.crypto.tlog_proof import TlogProof, format_tlog_proof
from assay.domain.assessment import Assessment
from assay.domain.declaration import Answer, AnswerValue, Declarations, EvidenceFile
from assay.domain.finding import CheckReport
from assay.domain.release import FileRecord, Inventory
from assay.domain.statement import (
    ASSESSMENT_TYPE,
    DECLARATIONS_TYPE,
    MANIFEST_TYPE,
    SEAL_TYPE,
    Bundle,
    BundleVersion,
    LoggedStatement,
    Seal,
    SealedStatement,
)
from assay.domain.trust import (
    TrustedDeveloper,
    TrustedLog,
    TrustedWitness,
    TrustFile,
)
from assay.programme import read_programme
from assay.programme.outcomes import burden_of, control_results, tiers_reached
from assay.statement import (
    assessment_payload,
    declarations_payload,
    manifest_payload,
    seal_payload,
    sign,
    sign_second,
)
from assay.statement.signers.pem import PemSigner
from assay.verify import verify_bundle
from assay.wire.strict_json import loads
from assay.wire.v0.bundle import write_bundle
from tests.simulators.note_signers import LOG_ED, LOG_PQ, ORIGIN, WITNESS_ED, WITNESS_PQ

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from assay.domain.statement import Envelope
    from assay.domain.verdict import Verdict
    from tests.simulators.note_signers import NoteSigner

PROGRAMMES = Path(__file__).parent.parent / "vectors" / "programmes"
HARBOUR = (PROGRAMMES / "harbour-1.0.toml").read_bytes()
SKIFF = (PROGRAMMES / "skiff-1.0.toml").read_bytes()

SEALED_AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
VALID_UNTIL = SEALED_AT + timedelta(days=365)
LOGGED_AT = SEALED_AT + timedelta(seconds=5)
# Within every freshness and validity.
NOW = SEALED_AT + timedelta(days=7)
DEVELOPER = "Example Labs"


@cache
def p256_signer(secret: int = 1001) -> PemSigner:
    """Make the P-256 key with this secret number: the same on every machine."""
    return _signer(ec.derive_private_key(secret, ec.SECP256R1()))


@cache
def ed25519_signer(seed: int = 11) -> PemSigner:
    """Make the Ed25519 key with this seed."""
    return _signer(ed25519.Ed25519PrivateKey.from_private_bytes(bytes((seed,)) * 32))


@cache
def ml_dsa_65_signer(seed: int = 21) -> PemSigner:
    """Make the ML-DSA-65 key with this seed."""
    private = mldsa.MLDSA65PrivateKey.from_seed_bytes(bytes((seed,)) * 32)
    return _signer(private)


def _signer(private) -> PemSigner:
    der = private.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    return PemSigner(public_key=public_key_from_der(der, ALL_KINDS), _native=private)


def edited(payload: bytes, edit: Callable[[Any], object]) -> bytes:
    """Change a JSON document in place and write it canonically again."""
    document = loads(payload)
    edit(document)
    return canonical_json(document)


def predicate(edit: Callable[[Any], object]) -> Callable[[bytes], bytes]:
    """Make an edit of a statement's predicate an edit of its payload."""
    return lambda payload: edited(payload, lambda doc: edit(doc["predicate"]))


# -- the log ------------------------------------------------------------------------


def _root(leaves: list[bytes]) -> bytes:
    """Compute MTH of RFC 6962 section 2.1, by its definition."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = _split(len(leaves))
    return hashlib.sha256(b"\1" + _root(leaves[:k]) + _root(leaves[k:])).digest()


def _path(index: int, leaves: list[bytes]) -> list[bytes]:
    """Compute PATH of RFC 6962 section 2.1.1, by its definition."""
    if len(leaves) == 1:
        return []
    k = _split(len(leaves))
    if index < k:
        return [*_path(index, leaves[:k]), _root(leaves[k:])]
    return [*_path(index - k, leaves[k:]), _root(leaves[:k])]


def _split(size: int) -> int:
    return 1 << ((size - 1).bit_length() - 1)


@dataclass
class MemoryLog:
    """A log: its leaves, its own keys, the witnesses that cosign."""

    origin: str = ORIGIN
    keys: tuple[NoteSigner, ...] = (LOG_ED, LOG_PQ)
    witnesses: tuple[NoteSigner, ...] = ()
    timestamp: int = int(LOGGED_AT.timestamp())
    leaves: list[bytes] = field(default_factory=lambda: [b"older", b"entries"])

    def append(self, leaf: bytes) -> int:
        self.leaves.append(leaf)
        return len(self.leaves) - 1

    def checkpoint(self) -> str:
        text = format_checkpoint(
            Checkpoint(
                origin=self.origin, size=len(self.leaves), root=_root(self.leaves)
            )
        )
        signers = (*self.keys, *self.witnesses)
        return format_note(text, [s.sign(text, self.timestamp) for s in signers])

    def receipt(self, index: int) -> str:
        return format_tlog_proof(
            TlogProof(
                index=index,
                hashes=tuple(_path(index, self.leaves)),
                checkpoint=self.checkpoint(),
            )
        )

    @property
    def trusted(self) -> TrustedLog:
        return TrustedLog(
            origin=self.origin, vkeys=tuple(str(key.vkey) for key in self.keys)
        )


# -- the release and what was found in it -------------------------------------------


def files_of(contents: Mapping[str, bytes]) -> tuple[FileRecord, ...]:
    return tuple(
        FileRecord(path=path, size=len(data), sha256=hashlib.sha256(data).hexdigest())
        for path, data in sorted(contents.items())
    )


FILES = files_of(
    {
        ".gitattributes": b"*.safetensors filter=lfs\n",
        "README.md": b"# Example\n",
        "config.json": b"{}\n",
        "model.safetensors": bytes(64),
    }
)


def report(check: str, **changes) -> CheckReport:
    return replace(CheckReport(check=check, version=1, examined=3), **changes)


REPORTS = tuple(
    report(check)
    for check in ("model-card", "pickle-imports", "safetensors-sound", "secrets")
)


def answer(control: str, **changes) -> Answer:
    return replace(
        Answer(
            control=control,
            value=AnswerValue.MET,
            role="release engineering lead",
            date=date(2026, 11, 20),
            statement="It is done, and reviewed each half year.",
        ),
        **changes,
    )


EVIDENCE = EvidenceFile(name="list.txt", sha256="ab" * 32, size=12)
ANSWERS = (answer("crew-1"), answer("crew-2", evidence=(EVIDENCE,)))


# -- the claim ----------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What a developer claims, and what somebody changed on its way."""

    files: tuple[FileRecord, ...] = FILES
    programme_file: bytes = HARBOUR
    reports: tuple[CheckReport, ...] = REPORTS
    answers: tuple[Answer, ...] = ANSWERS
    sealed_at: datetime = SEALED_AT
    valid_until: datetime = VALID_UNTIL
    signer: PemSigner = field(default_factory=p256_signer)
    log: MemoryLog | None = field(default_factory=MemoryLog)
    before_seal: Mapping[str, Callable[[bytes], bytes]] = field(default_factory=dict)
    after_seal: Mapping[str, Callable[[bytes], bytes]] = field(default_factory=dict)
    envelopes: Callable[[list[Envelope]], list[Envelope]] = list
    logged: Callable[[list[LoggedStatement]], list[LoggedStatement]] = list
    shown_programme: bytes | None = None
    shown_key: bytes | None = None
    version: BundleVersion = BundleVersion.V0_1
    second: PemSigner | None = None
    further_keys: tuple[bytes, ...] = ()

    @property
    def inventory(self) -> Inventory:
        return Inventory(files=self.files)

    @property
    def assessment(self) -> Assessment:
        programme = read_programme(self.programme_file)
        declarations = Declarations(answers=self.answers)
        results = control_results(programme, self.reports, declarations)
        return Assessment(
            release_digest=release_digest(self.files),
            files=len(self.files),
            total_size=self.inventory.total_size,
            programme=programme.ref,
            tool_version="0.0.0",
            controls=results,
            reports=self.reports,
            tiers=tiers_reached(programme, results),
            burden=burden_of(programme, declarations),
        )

    def payloads(self) -> dict[str, bytes]:
        """Give every payload in the order of a bundle, the seal last."""
        assessment = self.assessment
        digest = assessment.release_digest
        payloads = {
            MANIFEST_TYPE: manifest_payload(self.inventory, "example"),
            ASSESSMENT_TYPE: assessment_payload(assessment, self.inventory),
        }
        if self.answers:
            payloads[DECLARATIONS_TYPE] = declarations_payload(
                Declarations(answers=self.answers), assessment.programme, digest
            )
        payloads = _changed(payloads, self.before_seal)
        seal = Seal(
            release_digest=digest,
            sealed_at=self.sealed_at,
            valid_until=self.valid_until,
            statements=tuple(
                sorted(
                    SealedStatement(predicate_type=kind, sha256=sha256_hex(payload))
                    for kind, payload in payloads.items()
                )
            ),
        )
        payloads[SEAL_TYPE] = seal_payload(seal)
        return _changed(payloads, self.after_seal)

    def bundle(self) -> Bundle:
        envelopes = self.envelopes(
            [sign(payload, self.signer) for payload in self.payloads().values()]
        )
        receipts: list[str | None] = [None] * len(envelopes)
        if self.log is not None:
            indexes = [
                self.log.append(log_leaf(envelope, self.signer.public_key))
                for envelope in envelopes
            ]
            receipts = [self.log.receipt(index) for index in indexes]
        logged = [
            LoggedStatement(
                envelope=envelope,
                receipt=receipt,
                second=self.second and sign_second(envelope.payload, self.second),
            )
            for envelope, receipt in zip(envelopes, receipts, strict=True)
        ]
        return Bundle(
            public_key=self.shown_key or self.signer.public_key.der,
            statements=tuple(self.logged(logged)),
            programme=self.shown_programme or self.programme_file,
            further_keys=self.further_keys,
            version=self.version,
        )

    def data(self) -> bytes:
        return write_bundle(self.bundle())

    def trust(self, **changes) -> TrustFile:
        """Trust exactly this developer, this log and this programme."""
        logs = () if self.log is None else (self.log.trusted,)
        trust = TrustFile(
            developers=(
                TrustedDeveloper(name=DEVELOPER, public_key=self.signer.public_key.der),
            ),
            logs=logs,
            log_required=self.log is not None,
            programmes=(read_programme(self.programme_file).ref,),
        )
        return replace(trust, **changes)

    def verdict(
        self,
        trust: TrustFile | None = None,
        at: datetime = NOW,
        inventory: Inventory | None = None,
    ) -> Verdict:
        return verify_bundle(
            self.data(), trust or self.trust(), at, inventory=inventory
        )


def _changed(
    payloads: dict[str, bytes], edits: Mapping[str, Callable[[bytes], bytes]]
) -> dict[str, bytes]:
    return {
        kind: edits[kind](payload) if kind in edits else payload
        for kind, payload in payloads.items()
    }


def witness(signer: NoteSigner, name: str = "") -> TrustedWitness:
    return TrustedWitness(name=name or signer.name, vkey=str(signer.vkey))


def small_claim(**changes) -> Claim:
    """Give a claim whose bundle is small: one file, one check, one control."""
    return replace(
        Claim(
            files=files_of({"model.safetensors": bytes(64)}),
            programme_file=SKIFF,
            reports=(report("secrets"),),
            answers=(),
            log=MemoryLog(leaves=[]),
        ),
        **changes,
    )


WITNESSES = (WITNESS_ED, WITNESS_PQ)

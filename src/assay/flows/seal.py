"""An assessment becomes signed, logged statements in one bundle."""

from __future__ import annotations

import secrets
import stat
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from assay.crypto.digest import sha256_hex
from assay.crypto.log_leaf import log_leaf
from assay.crypto.salted_digest import SEED_BYTES, SeededSalts
from assay.domain.disclosure import answer_slots
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.release import IrregularKind
from assay.domain.statement import (
    ASSESSMENT_V02_TYPE,
    DECLARATIONS_V02_TYPE,
    MANIFEST_TYPE,
    SEAL_TYPES,
    Bundle,
    BundleVersion,
    LoggedStatement,
    Seal,
    SealedStatement,
)
from assay.errors import ReleaseError, UsageError, VerifyError
from assay.flows.files import machine_error, read_file
from assay.flows.timestamp import stamp_signature
from assay.log import LogEntry
from assay.statement import (
    assessment_v02_payload,
    claim_items,
    claimed,
    declarations_v02_payload,
    manifest_payload,
    seal_v02_payload,
    sign,
    sign_second,
)
from assay.wire.v0.bundle import read_bundle
from assay.wire.v0.envelope import write_envelope
from assay.wire.v0.statement import read_statement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from assay.crypto.salted_digest import Salts
    from assay.domain.assessment import Assessment
    from assay.domain.statement import Envelope
    from assay.flows.check import CheckedRelease
    from assay.flows.timestamp import TimestampSource
    from assay.log import Log, Receipt
    from assay.log.remote import RemoteLog
    from assay.statement import Signer

__all__ = [
    "DEFAULT_VALIDITY",
    "ClaimPayloads",
    "SealedRelease",
    "claim_payloads",
    "refuse_foreign",
    "refuse_sealed",
    "refuse_unbound",
    "seal_digest",
    "seal_release",
]

DEFAULT_VALIDITY = timedelta(days=365)
_SHOWN = 5
# How every bundle begins, whatever its version; Assay writes them in one spelling.
_BUNDLE_HEAD = b'{"mediaType":"application/vnd.assay.bundle.'
_STATEMENT_HEAD = b'{"mediaType":"application/vnd.assay.statement.'


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedRelease:
    """What sealing gave.

    Attributes:
        bundle: The signed statements, their receipts and the programme; it shows
            everything, and `assay disclose` makes bundles of it that show less.
        assessment: What was claimed: without reports that the programme asks not for.
        log_indexes: Where each statement stands in the log; empty when not logged.
    """

    bundle: Bundle
    assessment: Assessment
    log_indexes: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimPayloads:
    """What gets signed of a claim, without its seal.

    Attributes:
        payloads: The bytes, by predicate type, in the order of a bundle.
        disclosures: What opens their salted digests.
    """

    payloads: dict[str, bytes]
    disclosures: tuple[str, ...]


def seal_release(  # noqa: PLR0913 - the options of the verb, each with its default
    checked: CheckedRelease,
    signer: Signer,
    *,
    now: datetime,
    second: Signer | None = None,
    validity: timedelta = DEFAULT_VALIDITY,
    log: Log | RemoteLog | None = None,
    timestamps: TimestampSource | None = None,
    seed: bytes | None = None,
    supersedes: Sequence[str] = (),
) -> SealedRelease:
    """Sign what was found, log it, and put it in one bundle.

    Nothing is written but to the log; writing the bundle is the caller's part. A
    crash in between leaves logged statements without a bundle, which harm nobody:
    sealing again logs what is new and finds the rest.

    Args:
        checked: The release.
        signer: Whoever holds the developer's key.
        now: When it is claimed, with a time zone.
        second: Holder of an ML-DSA-65 key that signs every payload once more; nothing
            of it is logged (ADR 0023).
        validity: For how long.
        log: The log to enter it in; None leaves it unlogged.
        timestamps: Authority that says when it was signed; None: nobody is asked.
        seed: Secret that all salts follow from, to make the same payloads again; by
            default a fresh one, which nobody keeps.
        supersedes: Digests of earlier seals' payloads that this claim replaces.

    Raises:
        ReleaseError: `release.unbound-entry` when links or special files lie in it.
        UsageError: `usage.validity` when it is not positive; `usage.salt-seed`.
        KeyFileError: A key does not sign, or not in this place.
        TimestampError, NetworkError: The authority gives no timestamp that holds.
        LogError, MachineError: The log cannot take it.
    """
    refuse_unbound(checked)
    if validity <= timedelta(0):
        raise UsageError(
            "validity",
            "A claim needs a time for which it is valid.",
            expected="at least one day",
            found=str(validity),
        )
    digest = checked.assessment.release_digest
    fresh = secrets.token_bytes(SEED_BYTES) if seed is None else seed
    claim = claim_payloads(checked, SeededSalts(fresh, digest))
    sealed_at = now.astimezone(UTC).replace(microsecond=0)
    seal = Seal(
        release_digest=digest,
        sealed_at=sealed_at,
        valid_until=sealed_at + validity,
        statements=tuple(
            sorted(
                SealedStatement(predicate_type=kind, sha256=sha256_hex(payload))
                for kind, payload in claim.payloads.items()
            )
        ),
        supersedes=tuple(sorted(set(supersedes))),
    )
    payloads = [*claim.payloads.values(), seal_v02_payload(seal)]
    envelopes = [sign(payload, signer) for payload in payloads]
    # Before anything is logged: a key or an authority that fails leaves nothing behind.
    seconds = [
        None if second is None else sign_second(payload, second) for payload in payloads
    ]
    stamps = [
        () if timestamps is None else (stamp_signature(e.signature, timestamps, now),)
        for e in envelopes
    ]
    receipts = [] if log is None else _entered(envelopes, signer, log)
    texts: Sequence[str | None] = [receipt.proof_text for receipt in receipts]
    texts = texts or [None] * len(envelopes)
    return SealedRelease(
        bundle=Bundle(
            public_key=signer.public_key.der,
            statements=tuple(
                LoggedStatement(
                    envelope=envelope, receipt=text, second=other, timestamps=tokens
                )
                for envelope, text, other, tokens in zip(
                    envelopes, texts, seconds, stamps, strict=True
                )
            ),
            programme=checked.programme_file,
            further_keys=() if second is None else (second.public_key.der,),
            disclosures=claim.disclosures,
            version=BundleVersion.V0_2,
        ),
        assessment=claimed(checked.assessment, checked.programme),
        log_indexes=tuple(receipt.index for receipt in receipts),
    )


def claim_payloads(checked: CheckedRelease, salts: Salts) -> ClaimPayloads:
    """Give the payloads of a claim, the same bytes for the same salts.

    With the salts of a bundle that shows everything (`flows.opened`), anybody who has
    the files can make its payloads again and compare.

    Raises:
        ReleaseError: `release.nothing-to-sign`.
        DocumentError: `document.not-canonical`: a text has no canonical form.
    """
    assessment, programme = checked.assessment, checked.programme
    items = claim_items(assessment, checked.declarations, programme, salts)
    payloads = {
        MANIFEST_TYPE: manifest_payload(checked.inventory, checked.name),
        ASSESSMENT_V02_TYPE: assessment_v02_payload(
            assessment, checked.inventory, items
        ),
    }
    # Whether there are answers would tell something: the programme alone decides.
    if answer_slots(programme):
        payloads[DECLARATIONS_V02_TYPE] = declarations_v02_payload(
            programme.ref, assessment.release_digest, items
        )
    return ClaimPayloads(payloads=payloads, disclosures=items.disclosures)


def seal_digest(path: Path, limits: Limits = DEFAULT_LIMITS) -> str:
    """Give the digest of the seal's payload in a bundle file, which names its claim.

    Raises:
        BundleError, DocumentError, InputError: It is no whole bundle.
        VerifyError: `verify.missing-statement`: it holds no seal.
    """
    data = read_file(path, most=limits.max_bundle_bytes, what="earlier bundle")
    for logged in read_bundle(data, limits).statements:
        payload = logged.envelope.payload
        if read_statement(payload, limits).predicate_type in SEAL_TYPES:
            return sha256_hex(payload)
    raise VerifyError(
        "missing-statement",
        "The earlier bundle lacks a statement that every claim needs.",
        expected="a seal",
        found="none",
    )


def refuse_foreign(path: Path) -> None:
    """Refuse to write a bundle over a file that is none; an empty file holds nothing.

    Raises:
        UsageError: `usage.exists`.
        MachineError: `machine.read`: it cannot be told.
    """
    head = _head(path)
    if head is None:
        return
    if head and not head.startswith(_BUNDLE_HEAD):
        raise UsageError(
            "exists",
            "The file is already there and is no bundle; replacing it could lose "
            "something.",
            expected="a name that is not taken, or a bundle to replace",
            found=str(path),
            remedy="choose another name, or move the file away",
        )


def refuse_sealed(path: Path) -> None:
    """Refuse to seal a bundle or a statement file as if it were a release.

    Raises:
        UsageError: `usage.sealed-already`.
        MachineError: `machine.read`: it cannot be told.
    """
    if (_head(path) or b"").startswith((_BUNDLE_HEAD, _STATEMENT_HEAD)):
        raise UsageError(
            "sealed-already",
            "This is a bundle or a statement, and no release.",
            expected="the release itself: a directory, an archive or a model file",
            found=str(path),
            remedy="name the release; what is said of a bundle is signed by "
            "`assay review` and `assay revoke`",
        )


def _head(path: Path) -> bytes | None:
    """Give the first bytes of a file; None where there is no regular one."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return None
        with path.open("rb") as file:
            return file.read(len(_STATEMENT_HEAD))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise machine_error(
            "read", "The beginning of the file cannot be read.", path, error
        ) from error


def refuse_unbound(checked: CheckedRelease) -> None:
    """Refuse to sign for a directory whose content the digest does not bind.

    Raises:
        ReleaseError: `release.unbound-entry`.
    """
    unbound = [
        entry.path
        for entry in checked.inventory.irregular
        if entry.kind is not IrregularKind.VERSION_CONTROL
    ]
    if unbound:
        more = len(unbound) - _SHOWN
        raise ReleaseError(
            "unbound-entry",
            "The release holds links or special files, which no digest binds.",
            expected="regular files only",
            found=", ".join(unbound[:_SHOWN])
            + (f" and {more} more" if more > 0 else ""),
            remedy="replace links by copies of their files, and seal again",
        )


def _entered(
    envelopes: Sequence[Envelope], signer: Signer, log: Log | RemoteLog
) -> Sequence[Receipt]:
    return log.append(
        [
            LogEntry(
                leaf=log_leaf(envelope, signer.public_key),
                body=write_envelope(envelope),
            )
            for envelope in envelopes
        ]
    )

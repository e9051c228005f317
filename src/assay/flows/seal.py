"""An assessment becomes signed, logged statements in one bundle."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from assay.crypto.digest import sha256_hex
from assay.crypto.log_leaf import log_leaf
from assay.domain.release import IrregularKind
from assay.domain.statement import (
    ASSESSMENT_TYPE,
    DECLARATIONS_TYPE,
    MANIFEST_TYPE,
    Bundle,
    LoggedStatement,
    Seal,
    SealedStatement,
)
from assay.errors import ReleaseError, UsageError
from assay.flows.files import machine_error
from assay.log import LogEntry
from assay.statement import (
    assessment_payload,
    declarations_payload,
    manifest_payload,
    seal_payload,
    sign,
)
from assay.wire.v0.envelope import write_envelope

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from assay.domain.statement import Envelope
    from assay.flows.check import CheckedRelease
    from assay.log import Log, Receipt
    from assay.statement import Signer

__all__ = [
    "DEFAULT_VALIDITY",
    "SealedRelease",
    "refuse_foreign",
    "refuse_unbound",
    "seal_release",
]

DEFAULT_VALIDITY = timedelta(days=365)
_SHOWN = 5
# How every bundle begins, whatever its version; Assay writes them in one spelling.
_BUNDLE_HEAD = b'{"mediaType":"application/vnd.assay.bundle.'


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedRelease:
    """What sealing gave.

    Attributes:
        bundle: The signed statements, their receipts and the programme.
        log_indexes: Where each statement stands in the log; empty when not logged.
    """

    bundle: Bundle
    log_indexes: tuple[int, ...]


def seal_release(
    checked: CheckedRelease,
    signer: Signer,
    *,
    now: datetime,
    validity: timedelta = DEFAULT_VALIDITY,
    log: Log | None = None,
) -> SealedRelease:
    """Sign what was found, log it, and put it in one bundle.

    Nothing is written but to the log; writing the bundle is the caller's part. A
    crash in between leaves logged statements without a bundle, which harm nobody:
    sealing again logs what is new and finds the rest.

    Args:
        checked: The release.
        signer: Whoever holds the developer's key.
        now: When it is claimed, with a time zone.
        validity: For how long.
        log: The log to enter it in; None leaves it unlogged.

    Raises:
        ReleaseError: `release.unbound-entry` when links or special files lie in it.
        UsageError: `usage.validity` when it is not positive.
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
    payloads = {
        MANIFEST_TYPE: manifest_payload(checked.inventory, checked.name),
        ASSESSMENT_TYPE: assessment_payload(checked.assessment, checked.inventory),
    }
    if checked.declarations.answers:
        payloads[DECLARATIONS_TYPE] = declarations_payload(
            checked.declarations, checked.programme.ref, digest
        )
    sealed_at = now.astimezone(UTC).replace(microsecond=0)
    seal = Seal(
        release_digest=digest,
        sealed_at=sealed_at,
        valid_until=sealed_at + validity,
        statements=tuple(
            sorted(
                SealedStatement(predicate_type=kind, sha256=sha256_hex(payload))
                for kind, payload in payloads.items()
            )
        ),
    )
    envelopes = [sign(payload, signer) for payload in payloads.values()]
    envelopes.append(sign(seal_payload(seal), signer))
    receipts = [] if log is None else _entered(envelopes, signer, log)
    texts: Sequence[str | None] = [receipt.proof_text for receipt in receipts]
    texts = texts or [None] * len(envelopes)
    return SealedRelease(
        bundle=Bundle(
            public_key=signer.public_key.der,
            statements=tuple(
                LoggedStatement(envelope=envelope, receipt=text)
                for envelope, text in zip(envelopes, texts, strict=True)
            ),
            programme=checked.programme_file,
        ),
        log_indexes=tuple(receipt.index for receipt in receipts),
    )


def refuse_foreign(path: Path) -> None:
    """Refuse to write a bundle over a file that is none; an empty file holds nothing.

    Raises:
        UsageError: `usage.exists`.
        MachineError: `machine.read`: it cannot be told.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return
        with path.open("rb") as file:
            head = file.read(len(_BUNDLE_HEAD))
    except FileNotFoundError:
        return
    except OSError as error:
        raise machine_error(
            "read", "The file in the bundle's place cannot be read.", path, error
        ) from error
    if head not in (b"", _BUNDLE_HEAD):
        raise UsageError(
            "exists",
            "The file is already there and is no bundle; replacing it could lose "
            "something.",
            expected="a name that is not taken, or a bundle to replace",
            found=str(path),
            remedy="choose another name, or move the file away",
        )


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
    envelopes: Sequence[Envelope], signer: Signer, log: Log
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

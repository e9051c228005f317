"""Whom a verifier believes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from assay.domain.programme import ProgrammeRef

__all__ = ["TrustFile", "TrustedDeveloper", "TrustedLog", "TrustedWitness"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedDeveloper:
    """A developer and one key that speaks for it.

    Attributes:
        name: What the verifier calls it.
        public_key: DER (SubjectPublicKeyInfo).
    """

    name: str
    public_key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedLog:
    """A log: its origin and every key that must have signed its checkpoints."""

    origin: str
    vkeys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedWitness:
    """A witness of logs, by its C2SP verifier key."""

    name: str
    vkey: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustFile:
    """Whom a verifier believes, chosen by the verifier alone.

    Attributes:
        developers: Keys whose statements count.
        logs: Logs whose receipts count.
        witnesses: Witnesses whose cosignatures count.
        quorum: How many witnesses must have cosigned, 0 or more.
        log_required: Whether a statement without a receipt is refused.
        programmes: Programmes that may decide, by digest.
        valid_until: After this instant the file itself is stale; or None.
    """

    developers: tuple[TrustedDeveloper, ...]
    logs: tuple[TrustedLog, ...]
    witnesses: tuple[TrustedWitness, ...] = ()
    quorum: int = 0
    log_required: bool = True
    programmes: tuple[ProgrammeRef, ...]
    valid_until: datetime | None = None

"""Revocation: a statement that was signed no longer counts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["REVOCATION_TYPE", "Revocation", "RevocationReason"]

REVOCATION_TYPE = "https://assay/revocation/v0.1"


class RevocationReason(StrEnum):
    """Why a statement was revoked, as a closed list.

    `key compromise`: somebody else may have signed it. `error`: it says what was never
    so. `withdrawn`: its issuer no longer stands by it. `superseded`: another statement
    took its place. `unsafe`: the release turned out to be dangerous. `rules`: the
    office found that it breaks the rules of the programme.
    """

    KEY_COMPROMISE = "key compromise"
    ERROR = "error"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    UNSAFE = "unsafe"
    RULES = "rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """The word of a statement's issuer, or of an office, that it no longer counts.

    Attributes:
        sha256: Hex digest of the payload that is revoked.
        reason: Why, from the closed list.
        text: Why, in words; may be empty.
        effective: From this instant on it counts for nothing, for ever.
        log_origin: Log that holds what is revoked, or None where that is not said.
        log_index: Its index there, or None.
    """

    sha256: str
    reason: RevocationReason
    text: str
    effective: datetime
    log_origin: str | None = None
    log_index: int | None = None

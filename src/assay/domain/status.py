"""Status snapshot: what an office knew to be revoked at an instant, all of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from assay.domain.key_event import KeyEventKind
    from assay.domain.revocation import RevocationReason

__all__ = [
    "STATUS_TYPE",
    "Considered",
    "KeyStatus",
    "RevokedEntry",
    "RevokedStatement",
    "StatusSnapshot",
    "WithdrawnOrganisation",
]

STATUS_TYPE = "https://assay/status/v0.1"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class RevokedStatement:
    """A statement that was revoked.

    Attributes:
        sha256: Hex digest of its payload.
        effective: From when on it counts for nothing.
        reason: Why, from the closed list.
    """

    sha256: str
    effective: datetime
    reason: RevocationReason


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class RevokedEntry:
    """A set bit of the list, and the statement that it stands for.

    Attributes:
        index: Index in the log: of a claim that of its seal, of any other statement
            its own.
        statement: What was revoked.
    """

    index: int
    statement: RevokedStatement


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class KeyStatus:
    """A key that ended, as in `KeyEvent`."""

    key_id: str
    kind: KeyEventKind
    effective: datetime
    last_good: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawnOrganisation:
    """A time in which an organisation took no part.

    Attributes:
        organisation_id: Hex digest of its name record.
        name: Its name.
        effective: From when on.
        until: When it was enrolled again, or None.
        key_ids: Keys that were its own when it withdrew, sorted.
    """

    organisation_id: str
    name: str
    effective: datetime
    until: datetime | None
    key_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """How much of the log the office looked at, so that it can be counted again.

    Attributes:
        entries: Entries of the tree: all of them.
        revocations: Revocations among them, also those that count for nothing.
        key_events: Key events among them, likewise.
        enrolments: Enrolments and withdrawals among them, likewise.
        withheld: Entries whose bodies the log did not show; nobody knows of what kind.
    """

    entries: int
    revocations: int
    key_events: int
    enrolments: int
    withheld: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusSnapshot:
    """All that an office knows to have ended, up to one size of one log.

    Attributes:
        issued_at: When the office looked.
        valid_until: After this instant it says nothing any more.
        ttl: After how long to ask for a newer one.
        log_origin: The log whose indices the bits are.
        log_size: Size of the tree up to which everything was taken in.
        log_root: Hex root of that tree.
        encoded_list: The bits as W3C Bitstring Status List v1.0 encodes them.
        entries: The set bits, sorted by index.
        elsewhere: Revoked statements that are not in this tree, sorted.
        keys: Keys that ended, sorted.
        withdrawn: Organisations that withdrew, sorted by identity and instant.
        considered: What was looked at.
    """

    issued_at: datetime
    valid_until: datetime
    ttl: timedelta
    log_origin: str
    log_size: int
    log_root: str
    encoded_list: str
    entries: tuple[RevokedEntry, ...]
    elsewhere: tuple[RevokedStatement, ...]
    keys: tuple[KeyStatus, ...]
    withdrawn: tuple[WithdrawnOrganisation, ...]
    considered: Considered

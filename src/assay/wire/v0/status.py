"""The status predicate, `https://assay/status/v0.1`.

The bits are what other readers of W3C Bitstring Status List take; the entries beside
them say what each bit stands for, and the two must agree.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import FailFast, Field

from assay.domain.key_event import KeyEventKind
from assay.domain.revocation import RevocationReason
from assay.domain.status import (
    Considered,
    KeyStatus,
    RevokedEntry,
    RevokedStatement,
    StatusSnapshot,
    WithdrawnOrganisation,
)
from assay.errors import DocumentError
from assay.wire.model import JsonModel
from assay.wire.v0.instant import format_instant, read_instant
from assay.wire.v0.key_event import check_last_good
from assay.wire.v0.parts import Count, Hex256
from assay.wire.v0.registry_parts import Instant, Line, check_order, refuse_repeated
from assay.wire.v0.revocation import ReasonWord

__all__ = ["StatusPredicate"]

_MILLISECOND = timedelta(milliseconds=1)
# A hundred years in milliseconds: within what instants can be added to.
_MAX_TTL = 3_153_600_000_000


class TreePart(JsonModel):
    """The tree up to which everything was taken in; its root is the subject."""

    origin: Line
    size: Count


class RevokedPart(JsonModel):
    """A statement that was revoked and is not in the tree."""

    sha256: Hex256
    effective: Instant
    reason: ReasonWord

    @classmethod
    def stating(cls, statement: RevokedStatement) -> RevokedPart:
        """Write a revoked statement."""
        return cls(
            sha256=statement.sha256,
            effective=format_instant(statement.effective),
            reason=statement.reason.value,
        )

    def statement(self) -> RevokedStatement:
        """Read a revoked statement.

        Raises:
            DocumentError: `document.bad-instant`.
        """
        return RevokedStatement(
            sha256=self.sha256,
            effective=read_instant(self.effective),
            reason=RevocationReason(self.reason),
        )


class EntryPart(RevokedPart):
    """A set bit, and what it stands for."""

    index: Count

    @classmethod
    def of(cls, entry: RevokedEntry) -> EntryPart:
        """Write an entry."""
        return cls(
            index=entry.index,
            sha256=entry.statement.sha256,
            effective=format_instant(entry.statement.effective),
            reason=entry.statement.reason.value,
        )


class KeyStatusPart(JsonModel):
    """A key that ended."""

    key_id: Hex256
    event: Literal["rotation", "retired", "compromise"]
    effective: Instant
    last_good: Instant | None = None

    @classmethod
    def of(cls, key: KeyStatus) -> KeyStatusPart:
        """Write a key that ended."""
        last = key.last_good
        return cls(
            key_id=key.key_id,
            event=key.kind.value,
            effective=format_instant(key.effective),
            last_good=None if last is None else format_instant(last),
        )

    def to_domain(self) -> KeyStatus:
        """Read a key that ended.

        Raises:
            DocumentError: `document.key-event` or `document.bad-instant`.
        """
        kind = KeyEventKind(self.event)
        check_last_good(kind, self.effective, self.last_good)
        return KeyStatus(
            key_id=self.key_id,
            kind=kind,
            effective=read_instant(self.effective),
            last_good=None if self.last_good is None else read_instant(self.last_good),
        )


class WithdrawnPart(JsonModel):
    """A time in which an organisation took no part."""

    organisation: Hex256
    name: Line
    effective: Instant
    until: Instant | None = None
    key_ids: Annotated[tuple[Hex256, ...], Field(max_length=1_024)]

    @classmethod
    def of(cls, withdrawn: WithdrawnOrganisation) -> WithdrawnPart:
        """Write a withdrawal."""
        until = withdrawn.until
        return cls(
            organisation=withdrawn.organisation_id,
            name=withdrawn.name,
            effective=format_instant(withdrawn.effective),
            until=None if until is None else format_instant(until),
            key_ids=withdrawn.key_ids,
        )

    def to_domain(self) -> WithdrawnOrganisation:
        """Read a withdrawal.

        Raises:
            DocumentError: `document.dates-reversed`, `document.unsorted` or
                `document.bad-instant`.
        """
        effective = read_instant(self.effective)
        until = None if self.until is None else read_instant(self.until)
        if until is not None:
            check_order(effective, until, "A withdrawal")
        refuse_repeated(self.key_ids, "keys")
        return WithdrawnOrganisation(
            organisation_id=self.organisation,
            name=self.name,
            effective=effective,
            until=until,
            key_ids=self.key_ids,
        )


class ConsideredPart(JsonModel):
    """How much was looked at."""

    entries: Count
    revocations: Count
    key_events: Count
    enrolments: Count
    withheld: Count

    @classmethod
    def of(cls, considered: Considered) -> ConsideredPart:
        """Write the counts."""
        return cls(
            entries=considered.entries,
            revocations=considered.revocations,
            key_events=considered.key_events,
            enrolments=considered.enrolments,
            withheld=considered.withheld,
        )

    def to_domain(self) -> Considered:
        """Read the counts."""
        return Considered(
            entries=self.entries,
            revocations=self.revocations,
            key_events=self.key_events,
            enrolments=self.enrolments,
            withheld=self.withheld,
        )


class StatusPredicate(JsonModel):
    """What an office knew to be revoked, all of it."""

    described_in: ClassVar[str] = "docs/formats/status.md"

    issued_at: Instant
    valid_until: Instant
    ttl: Annotated[int, Field(ge=0, le=_MAX_TTL)]
    log: TreePart
    status_purpose: Literal["revocation"]
    encoded_list: Annotated[str, Field(pattern=r"^u[A-Za-z0-9_-]+$")]
    entries: Annotated[tuple[EntryPart, ...], FailFast()]
    elsewhere: Annotated[tuple[RevokedPart, ...], FailFast()]
    keys: Annotated[tuple[KeyStatusPart, ...], FailFast()]
    withdrawn: Annotated[tuple[WithdrawnPart, ...], FailFast()]
    considered: ConsideredPart

    @classmethod
    def of(cls, snapshot: StatusSnapshot) -> StatusPredicate:
        """Write a snapshot."""
        return cls(
            issued_at=format_instant(snapshot.issued_at),
            valid_until=format_instant(snapshot.valid_until),
            ttl=snapshot.ttl // _MILLISECOND,
            log=TreePart(origin=snapshot.log_origin, size=snapshot.log_size),
            status_purpose="revocation",
            encoded_list=snapshot.encoded_list,
            entries=tuple(map(EntryPart.of, snapshot.entries)),
            elsewhere=tuple(map(RevokedPart.stating, snapshot.elsewhere)),
            keys=tuple(map(KeyStatusPart.of, snapshot.keys)),
            withdrawn=tuple(map(WithdrawnPart.of, snapshot.withdrawn)),
            considered=ConsideredPart.of(snapshot.considered),
        )

    def to_domain(self, subject: str) -> StatusSnapshot:
        """Read a snapshot; its list is not expanded yet.

        Args:
            subject: The digest that the statement names as its subject: the root.

        Raises:
            DocumentError: `document.dates-reversed`, `document.unsorted`,
                `document.status-size`, or as its parts.
        """
        issued_at = read_instant(self.issued_at)
        valid_until = read_instant(self.valid_until)
        check_order(issued_at, valid_until, "A status snapshot")
        refuse_repeated((part.index for part in self.entries), "revoked entries")
        elsewhere = tuple(part.statement() for part in self.elsewhere)
        refuse_repeated((item.sha256 for item in elsewhere), "revoked statements")
        keys = tuple(part.to_domain() for part in self.keys)
        refuse_repeated(((k.key_id, k.kind, k.effective) for k in keys), "ended keys")
        withdrawn = tuple(part.to_domain() for part in self.withdrawn)
        refuse_repeated(
            ((item.organisation_id, item.effective) for item in withdrawn),
            "withdrawn organisations",
        )
        if self.considered.entries != self.log.size:
            raise DocumentError(
                "status-size",
                "A status snapshot did not take in the whole tree that it names.",
                expected=f"{self.log.size} entries considered",
                found=str(self.considered.entries),
            )
        return StatusSnapshot(
            issued_at=issued_at,
            valid_until=valid_until,
            ttl=self.ttl * _MILLISECOND,
            log_origin=self.log.origin,
            log_size=self.log.size,
            log_root=subject,
            encoded_list=self.encoded_list,
            entries=tuple(
                RevokedEntry(index=part.index, statement=part.statement())
                for part in self.entries
            ),
            elsewhere=elsewhere,
            keys=keys,
            withdrawn=withdrawn,
            considered=self.considered.to_domain(),
        )

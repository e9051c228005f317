"""The revocation predicate, `https://assay/revocation/v0.1`."""

from __future__ import annotations

from typing import ClassVar, Literal

from assay.domain.revocation import Revocation, RevocationReason
from assay.wire.model import JsonModel
from assay.wire.v0.instant import format_instant, read_instant
from assay.wire.v0.parts import Count, Hex256
from assay.wire.v0.registry_parts import Instant, Line, Words, check_subject

__all__ = ["ReasonWord", "RevocationPredicate"]

ReasonWord = Literal[
    "key compromise", "error", "withdrawn", "superseded", "unsafe", "rules"
]


class LogPlacePart(JsonModel):
    """Where in a log something stands."""

    origin: Line
    index: Count


class RevocationPredicate(JsonModel):
    """A statement no longer counts."""

    described_in: ClassVar[str] = "docs/formats/revocation.md"

    sha256: Hex256
    reason: ReasonWord
    text: Words
    effective: Instant
    log: LogPlacePart | None = None

    @classmethod
    def of(cls, revocation: Revocation) -> RevocationPredicate:
        """Write a revocation."""
        place = None
        if revocation.log_origin is not None and revocation.log_index is not None:
            place = LogPlacePart(
                origin=revocation.log_origin, index=revocation.log_index
            )
        return cls(
            sha256=revocation.sha256,
            reason=revocation.reason.value,
            text=revocation.text,
            effective=format_instant(revocation.effective),
            log=place,
        )

    def to_domain(self, subject: str) -> Revocation:
        """Read a revocation.

        Args:
            subject: The digest that the statement names as its subject.

        Raises:
            DocumentError: `document.other-subject` or `document.bad-instant`.
        """
        check_subject(self.sha256, subject, "the statement")
        return Revocation(
            sha256=self.sha256,
            reason=RevocationReason(self.reason),
            text=self.text,
            effective=read_instant(self.effective),
            log_origin=None if self.log is None else self.log.origin,
            log_index=None if self.log is None else self.log.index,
        )

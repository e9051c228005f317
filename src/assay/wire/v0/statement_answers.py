"""What `assay verify --json` writes of one statement by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from assay.wire.model import JsonModel
from assay.wire.v0.answers import IssuerPart
from assay.wire.v0.instant import INSTANT, format_instant
from assay.wire.v0.parts import Count, Hex256, ReasonPart, Text

if TYPE_CHECKING:
    from datetime import datetime

    from assay.domain.statement import VerifiedStatement
    from assay.domain.verdict import StatementVerdict

__all__ = ["StatementDocument", "StatementPart"]

_Instant = Annotated[str, Field(pattern=INSTANT)]


class StatementPart(JsonModel):
    """A statement that was proven; null is what is not proven."""

    predicate_type: Text
    payload_sha256: Hex256
    issuer: IssuerPart
    role: Text
    log_origin: Text | None
    log_index: Count | None
    logged_at: _Instant | None
    timestamped_at: _Instant | None
    existed_by: _Instant | None
    second_key_id: Hex256 | None

    @classmethod
    def of(cls, statement: VerifiedStatement, role: str) -> StatementPart:
        """Write a statement."""
        return cls(
            predicate_type=statement.predicate_type,
            payload_sha256=statement.payload_sha256,
            issuer=IssuerPart.of(statement.issuer),
            role=role,
            log_origin=statement.log_origin,
            log_index=statement.log_index,
            logged_at=_instant(statement.logged_at),
            timestamped_at=_instant(statement.timestamped_at),
            existed_by=_instant(statement.existed_by),
            second_key_id=statement.second_key_id,
        )


class StatementDocument(JsonModel):
    """What one statement is worth at an instant."""

    format: Literal["assay-verify-statement/0"]
    verdict: Literal["valid", "invalid", "stale"]
    at: _Instant
    reasons: tuple[ReasonPart, ...]
    statement: StatementPart | None

    @classmethod
    def of(cls, verdict: StatementVerdict) -> StatementDocument:
        """Write a verdict on a statement."""
        proven = verdict.statement
        return cls(
            format="assay-verify-statement/0",
            verdict=verdict.value.value,
            at=format_instant(verdict.at),
            reasons=tuple(map(ReasonPart.of, verdict.reasons)),
            statement=None
            if proven is None
            else StatementPart.of(proven, verdict.role),
        )


def _instant(value: datetime | None) -> str | None:
    return None if value is None else format_instant(value)

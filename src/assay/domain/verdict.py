"""Verdicts and decisions: three values each, and never without reasons."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from assay.domain.programme import ProgrammeRef
    from assay.domain.statement import VerifiedRelease

__all__ = ["Decision", "DecisionValue", "Reason", "Verdict", "VerdictValue"]


class VerdictValue(StrEnum):
    """Of a bundle at an instant."""

    VALID = "valid"
    INVALID = "invalid"
    STALE = "stale"


class DecisionValue(StrEnum):
    """Of a benefit at an instant."""

    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not eligible"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason behind a verdict or a decision.

    Attributes:
        code: Stable, in the same namespace as error codes.
        message: One sentence.
        subject: What it is about: a control, a statement, a file; may be empty.
        holds: Whether it speaks for (True) or against (False) a yes.
    """

    code: str
    message: str
    subject: str = ""
    holds: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a bundle is worth at an instant, to one verifier.

    Attributes:
        value: Valid, invalid or stale.
        at: The instant.
        reasons: All that was checked; those that do not hold first.
        release: What was proven; only when the value is `valid` or `stale`.
    """

    value: VerdictValue
    at: datetime
    reasons: tuple[Reason, ...]
    release: VerifiedRelease | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Whether a benefit is due at an instant.

    Attributes:
        value: Eligible, not eligible or cannot tell.
        benefit: Id of the benefit.
        programme: Which programme's rule decided; None when none could be trusted.
        at: The instant.
        reasons: The facts that it turned on.
    """

    value: DecisionValue
    benefit: str
    programme: ProgrammeRef | None
    at: datetime
    reasons: tuple[Reason, ...]

"""Step 9: the instants agree, and the instant in question lies between them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from assay.domain.verdict import Reason
from assay.errors import VerifyError
from assay.wire.v0.instant import format_instant

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from assay.domain.declaration import Declarations
    from assay.domain.statement import Seal, VerifiedStatement
    from assay.domain.trust import TrustFile

__all__ = ["CLOCK_SKEW", "check_times", "staleness"]

# How far the clocks of a developer and a log may differ. Enough for machines without
# a time service; far below the day in which freshness is counted.
CLOCK_SKEW = timedelta(minutes=10)


def check_times(
    seal: Seal, statements: Iterable[VerifiedStatement], declarations: Declarations
) -> None:
    """Refuse instants that contradict one another, whatever the instant asked about.

    Instants are compared by their difference: a sum could leave the calendar.

    Raises:
        VerifyError: `verify.validity-reversed`, `verify.sealed-after-logged`,
            `verify.sealed-after-stamped` or `verify.declared-after-sealed`.
    """
    if seal.valid_until <= seal.sealed_at:
        raise VerifyError(
            "validity-reversed",
            "The seal ends before it begins.",
            expected=f"an end after {seal.sealed_at.isoformat()}",
            found=seal.valid_until.isoformat(),
        )
    for statement in statements:
        logged_at = statement.logged_at
        if logged_at is not None and seal.sealed_at - logged_at > CLOCK_SKEW:
            # A later date would make old evidence look fresh.
            raise VerifyError(
                "sealed-after-logged",
                "The seal says that it was made after the log had already taken it.",
                expected=f"an instant before {logged_at.isoformat()}",
                found=seal.sealed_at.isoformat(),
            )
        stamped_at = statement.timestamped_at
        if stamped_at is not None and seal.sealed_at - stamped_at > CLOCK_SKEW:
            raise VerifyError(
                "sealed-after-stamped",
                "The seal says that it was made after an authority had stamped it.",
                expected=f"an instant before {stamped_at.isoformat()}",
                found=seal.sealed_at.isoformat(),
            )
    sealed_on = seal.sealed_at.date()
    for answer in declarations.answers:
        # A date has no time zone: it may already be the next day where it was given.
        if answer.date - sealed_on > timedelta(days=1):
            raise VerifyError(
                "declared-after-sealed",
                f"The answer for {answer.control} is dated after the seal over it.",
                expected=f"{sealed_on.isoformat()} or before, in any time zone",
                found=answer.date.isoformat(),
            )


def staleness(
    seal: Seal,
    statements: Iterable[VerifiedStatement],
    trust: TrustFile,
    at: datetime,
) -> tuple[Reason, ...]:
    """Say why nothing can be told at an instant; empty when something can."""
    reasons = []
    if trust.valid_until is not None and at > trust.valid_until:
        reasons.append(
            Reason(
                code="trust.expired",
                message="The trust file expired at "
                f"{format_instant(trust.valid_until)}.",
                remedy="renew it from sources that you believe",
            )
        )
    if at > seal.valid_until:
        reasons.append(
            Reason(
                code="verify.expired",
                message=f"The claim expired at {format_instant(seal.valid_until)}.",
                remedy="ask the developer for a newer bundle",
            )
        )
    if seal.sealed_at - at > CLOCK_SKEW:
        reasons.append(
            Reason(
                code="verify.not-yet-sealed",
                message="At that instant the claim had not been made: it was sealed "
                f"at {format_instant(seal.sealed_at)}.",
            )
        )
    proven = tuple(statements)
    stamped = [
        s.timestamped_at
        for s in proven
        if s.logged_at is None and s.timestamped_at is not None
    ]
    if stamped and max(stamped) - at > CLOCK_SKEW:
        reasons.append(
            Reason(
                code="verify.not-yet-stamped",
                message="At that instant the claim's timestamps did not exist: they "
                f"were given at {format_instant(max(stamped))}.",
            )
        )
    logged = [s.logged_at for s in proven if s.logged_at is not None]
    if logged and max(logged) - at > CLOCK_SKEW:
        reasons.append(
            Reason(
                code="verify.not-yet-logged",
                message="At that instant the claim's receipts did not exist: they "
                f"were signed at {format_instant(max(logged))}.",
            )
        )
    return tuple(reasons)

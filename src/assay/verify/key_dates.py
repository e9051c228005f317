"""Whether a key was one to sign with when it signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.errors import VerifyError
from assay.verify.times import CLOCK_SKEW

if TYPE_CHECKING:
    from datetime import datetime

    from assay.domain.statement import Issuer

__all__ = ["check_key_dates"]


def check_key_dates(
    issuer: Issuer,
    *,
    existed_by: datetime | None,
    stated: datetime | None,
    at: datetime,
) -> None:
    """Refuse a statement that its key was too old or too young to sign.

    Whoever keeps an old key can write any date, so the end of a key is held against a
    time that somebody else vouches for: of a log or a timestamp authority. Without
    one, all that is known is that the statement exists at the instant asked about.

    1. Not signed after the key's end: it is proven to have existed by then.
    2. Not signed before the key's beginning: neither by its own word, nor by what is
       proven.

    Args:
        issuer: Who signed, with the dates of the key.
        existed_by: Earliest instant at which it is proven to have existed, or None.
        stated: When it says that it was made, or None.
        at: The instant asked about.

    Raises:
        VerifyError: `verify.key-ended` or `verify.key-not-begun`.
    """
    known = existed_by or at
    # 1.
    last = issuer.valid_until
    if last is not None and known - last > CLOCK_SKEW:
        raise VerifyError(
            "key-ended",
            f"The key of {issuer.name} had ended before the statement is proven to "
            "have existed.",
            expected=f"a receipt or a timestamp of {last.isoformat()} or before",
            found=existed_by.isoformat() if existed_by else "none with a time",
            remedy="ask for a statement by a key that is valid, or for an earlier "
            "timestamp",
        )
    # 2.
    first = issuer.valid_from
    if first is not None and first - min(stated or known, known) > CLOCK_SKEW:
        raise VerifyError(
            "key-not-begun",
            f"The statement is older than the key of {issuer.name} may be.",
            expected=f"one made at {first.isoformat()} or later",
            found=(stated or known).isoformat(),
            remedy="ask its issuer; the trust file or the enrolment may be wrong",
        )

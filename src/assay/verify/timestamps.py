"""When a statement existed, by authorities on time that the verifier believes.

Steps for each statement:

1. There are no more timestamps than a statement can have, and none twice.
2. Each is a timestamp over the bytes of the envelope's signature, by its own word.
3. Those by an authority of the trust file hold, every one of them; those by others are
   set aside, and prove nothing.
4. At least one holds, where the trust file asks for one.

A timestamp is over the signature and not over the payload, as in sigstore bundles: so
it says that this key had signed by then. Whether its time agrees with the other times,
and with the instant asked about, is for `times`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.errors import TimestampError, VerifyError

if TYPE_CHECKING:
    from assay.crypto.timestamp_token import VerifiedTimestamp
    from assay.domain.limits import Limits
    from assay.domain.statement import LoggedStatement
    from assay.domain.trust import TrustFile

__all__ = ["check_timestamps", "verify_timestamps"]

_UNKNOWN = "timestamp.unknown-authority"
# A signer's certificate that neither the token nor the trust file has is nobody's that
# the trust file names.
_ABSENT = "timestamp.no-certificate"


def check_timestamps(
    logged: LoggedStatement, trust: TrustFile, limits: Limits
) -> tuple[VerifiedTimestamp, ...]:
    """Prove the timestamps of a statement, as far as the trust file asks.

    Returns:
        Those by believed authorities, the earliest first; none where none are there
        and none are asked for.

    Raises:
        TimestampError: `timestamp.*`: one that is there does not hold.
        VerifyError: `verify.repeated-timestamp` or `verify.no-timestamp`.
    """
    found = verify_timestamps(
        logged.timestamps, logged.envelope.signature, trust, limits
    )
    if trust.timestamp_required and not found:  # 4
        named = ", ".join(item.name for item in trust.timestamp_authorities)
        raise VerifyError(
            "no-timestamp",
            "A statement has no timestamp by an authority that the trust file names.",
            expected=f"a timestamp by {named or 'an authority; it names none'}",
            found=f"{len(logged.timestamps)} timestamps, none of them by these",
            remedy="ask the developer to seal with `--timestamp`",
        )
    return found


def verify_timestamps(
    tokens: tuple[bytes, ...], signature: bytes, trust: TrustFile, limits: Limits
) -> tuple[VerifiedTimestamp, ...]:
    """Prove tokens over a signature: steps 1 to 3.

    Raises:
        TimestampError: `timestamp.*`.
        VerifyError: `verify.repeated-timestamp`.
    """
    # 1.
    if len(tokens) > limits.max_timestamps or len(set(tokens)) != len(tokens):
        raise VerifyError(
            "repeated-timestamp",
            "A statement has too many timestamps, or one of them twice.",
            expected=f"at most {limits.max_timestamps}, each once",
            found=f"{len(tokens)}, {len(set(tokens))} of them different",
        )
    if not tokens:
        return ()
    # Late: the certificates of authorities take longer to load than all else that a
    # statement without timestamps needs.
    from assay.crypto.timestamp_token import (  # noqa: PLC0415 - see above
        verify_timestamp,
    )

    held: list[VerifiedTimestamp] = []
    for token in tokens:
        # 2 and 3.
        try:
            held.append(
                verify_timestamp(
                    token, signature, trust.timestamp_authorities, limits=limits
                )
            )
        except TimestampError as error:
            if error.code not in {_UNKNOWN, _ABSENT}:
                raise
    return tuple(sorted(held, key=lambda item: item.time))

"""One statement proven: who signed it, where it stands and since when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.domain.statement import VerifiedStatement
from assay.verify.receipts import check_receipt
from assay.verify.signatures import check_second
from assay.verify.timestamps import check_timestamps

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assay.crypto.public_key import PublicKey
    from assay.domain.limits import Limits
    from assay.domain.statement import Issuer, LoggedStatement
    from assay.domain.trust import TrustFile

__all__ = ["Witnessed", "prove_statement"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnessed:
    """What all statements of a bundle or a file are proven with.

    Attributes:
        trust: Whom the verifier believes.
        ring: Keys that travel with the statements, by id.
        believed: Names of the believed holders of second keys, by key id.
        limits: Bounds on what is read.
    """

    trust: TrustFile
    ring: Mapping[str, PublicKey]
    believed: Mapping[str, str]
    limits: Limits


def prove_statement(
    logged: LoggedStatement,
    *,
    issuer: Issuer,
    key: PublicKey,
    predicate_type: str,
    payload_sha256: str,
    given: Witnessed,
) -> VerifiedStatement:
    """Prove a statement whose first signature was checked.

    1. Its second envelope, if any, holds; one that counts is there where required.
    2. Its receipt leads to a believed log, cosigned by the quorum.
    3. Its timestamps hold; one is there where required.

    Raises:
        VerifyError, TrustError, LogError, SignatureError, TimestampError: The first
            of these that does not hold, by its own code.
    """
    # 1.
    second = check_second(
        logged,
        given.ring,
        given.believed,
        issuer,
        required=given.trust.second_required,
    )
    # 2.
    place = check_receipt(
        logged,
        predicate_type=predicate_type,
        key=key,
        trust=given.trust,
        limits=given.limits,
    )
    # 3.
    stamps = check_timestamps(logged, given.trust, given.limits)
    return VerifiedStatement(
        predicate_type=predicate_type,
        payload_sha256=payload_sha256,
        issuer=issuer,
        log_origin=place.origin if place else None,
        log_index=place.index if place else None,
        logged_at=place.logged_at if place else None,
        timestamped_at=stamps[0].time if stamps else None,
        second_key_id=second,
    )

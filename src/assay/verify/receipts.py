"""Step 5: every statement is in a log that the verifier believes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assay.crypto.log_leaf import log_leaf
from assay.crypto.tlog_proof import parse_tlog_proof, verify_tlog_proof
from assay.crypto.verifier_key import parse_vkey
from assay.crypto.witness_policy import parse_policy
from assay.errors import TrustError, VerifyError

if TYPE_CHECKING:
    from assay.crypto.public_key import PublicKey
    from assay.crypto.tlog_proof import VerifiedProof
    from assay.crypto.verifier_key import VerifierKey
    from assay.domain.limits import Limits
    from assay.domain.statement import LoggedStatement
    from assay.domain.trust import TrustedLog, TrustFile

__all__ = ["Place", "check_receipt"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a statement stands.

    Attributes:
        origin: The log that holds it.
        index: Its index there.
        logged_at: The log's own signed time, or None where it states none.
    """

    origin: str
    index: int
    logged_at: datetime | None


def check_receipt(
    logged: LoggedStatement,
    *,
    predicate_type: str,
    key: PublicKey,
    trust: TrustFile,
    limits: Limits,
) -> Place | None:
    """Prove that a statement is in a trusted log, as far as the trust file asks.

    Returns:
        Its place; None for one without a receipt, where the trust file asks for none.

    Raises:
        VerifyError: `verify.no-receipt` or `verify.witness-quorum`.
        TrustError: `trust.unknown-log`.
        LogError, SignatureError: The receipt does not prove what it claims.
    """
    if logged.receipt is None:
        if trust.log_required:
            raise VerifyError(
                "no-receipt",
                "A statement has no receipt from a log.",
                expected="a receipt for every statement",
                found=f"none for {predicate_type}",
                remedy="ask the developer to seal with `--log`",
            )
        return None
    log = _trusted_log(logged.receipt, trust, limits)
    proof = verify_tlog_proof(
        logged.receipt,
        log_leaf(logged.envelope, key),
        tuple(parse_vkey(text) for text in log.vkeys),
        origin=log.origin,
        witness_keys=_witness_keys(trust, limits),
        limits=limits,
    )
    if trust.policy:
        _check_policy(proof, trust, limits)
    else:
        _check_quorum(proof, trust)
    return Place(
        origin=proof.origin, index=proof.index, logged_at=_instant(proof.timestamp)
    )


def _trusted_log(receipt: str, trust: TrustFile, limits: Limits) -> TrustedLog:
    """Pick the log by the origin that the receipt names; nothing is believed yet."""
    _, _, checkpoint = receipt.partition("\n\n")
    origin, _, _ = checkpoint.partition("\n")
    for log in trust.logs:
        if log.origin == origin:
            return log
    # What is no receipt is refused as that, and not for the name that it lacks.
    parse_tlog_proof(receipt, limits=limits)
    raise TrustError(
        "unknown-log",
        "A receipt is from a log that the trust file does not name.",
        expected=", ".join(log.origin for log in trust.logs) or "no log at all",
        found=origin[: limits.max_shown_chars],
        remedy="get the log's keys from a source that you believe, then "
        "`assay trust add --log`",
    )


def _witness_keys(trust: TrustFile, limits: Limits) -> tuple[VerifierKey, ...]:
    if trust.policy:
        witnesses = parse_policy(trust.policy, limits).witnesses
        return tuple(witness.key for witness in witnesses)
    return tuple(parse_vkey(witness.vkey) for witness in trust.witnesses)


def _check_policy(proof: VerifiedProof, trust: TrustFile, limits: Limits) -> None:
    # A log does not witness itself, whatever the policy calls its key.
    own = {key.public for key in proof.log_keys}
    cosigners = {w.key for w in proof.witnesses if w.key.public not in own}
    policy = parse_policy(trust.policy, limits)
    if not policy.satisfied(cosigners):
        raise VerifyError(
            "witness-quorum",
            "Too few witnesses have cosigned a receipt.",
            expected=f"what the policy calls {policy.quorum}",
            found=", ".join(sorted(key.name for key in cosigners)) or "none",
            remedy="ask the developer for a bundle with more cosignatures",
        )


def _check_quorum(proof: VerifiedProof, trust: TrustFile) -> None:
    # One witness counts once, however many keys and signatures it brings: whatever
    # its keys call themselves, and under whatever names the verifier knows it.
    called = {witness.vkey: witness.name for witness in trust.witnesses}
    names = {witness.key.name for witness in proof.witnesses}
    known_as = {called[str(witness.key)] for witness in proof.witnesses}
    count = min(len(names), len(known_as))
    if count < trust.quorum:
        raise VerifyError(
            "witness-quorum",
            "Too few witnesses have cosigned a receipt.",
            expected=f"{trust.quorum} of {len(trust.witnesses)}",
            found=str(count),
            remedy="ask the developer for a bundle with more cosignatures",
        )


def _instant(timestamp: int | None) -> datetime | None:
    # Zero is the format's way of stating no time (C2SP tlog-cosignature).
    if not timestamp:
        return None
    try:
        return datetime.fromtimestamp(timestamp, tz=UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise VerifyError(
            "bad-log-time",
            "The log states a time that no calendar has.",
            expected="seconds since 1970 up to the year 9999",
            found=str(timestamp),
        ) from error

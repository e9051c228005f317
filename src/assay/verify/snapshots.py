"""How old the knowledge of revocations is, by snapshots of a believed office.

1. A snapshot counts when a key of an office signed it, it is proven as the trust file
   asks, and it does not state a later time than its receipt.
2. It is about the log that holds the claim.
3. It was issued at the instant asked about or before.
4. Snapshots of one office over one log tell one history: trees do not shrink, what had
   ended stays ended, as early or earlier, and one size has one root. Where they do
   not, nothing can be told, and both are named as evidence.
5. Where the claim's place in the log is listed with another statement, likewise.
6. The newest is not older than the trust file allows, and has not run out.

What fails 1 to 3 is set aside and told. Revocations that any believed snapshot lists
count whatever its age; that is for `revocations`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from assay.domain.status import StatusSnapshot
from assay.domain.verdict import Reason
from assay.errors import AssayError, VerifyError
from assay.verify.key_register import Role
from assay.verify.times import CLOCK_SKEW
from assay.wire.v0.instant import format_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from assay.domain.statement import Issuer, VerifiedStatement
    from assay.domain.trust import TrustFile
    from assay.verify.attached import Attached
    from assay.verify.key_register import KeyRegister

__all__ = ["StatusKnown", "look_at_status"]

_OFFICE = frozenset({Role.OFFICE})


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusKnown:
    """What snapshots tell of how much is known.

    Attributes:
        stale: Why nothing can be told; empty when something can.
        told: What was set aside, and how old the knowledge is.
    """

    stale: tuple[Reason, ...]
    told: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Believed:
    """A snapshot that counts, and whose word it is."""

    item: Attached
    snapshot: StatusSnapshot
    issuer: Issuer

    @property
    def order(self) -> tuple[object, ...]:
        return (self.snapshot.issued_at, self.snapshot.log_size, self.item.sha256)


def look_at_status(
    attached: Iterable[Attached],
    register: KeyRegister,
    trust: TrustFile,
    seal: VerifiedStatement | None,
) -> StatusKnown:
    """Say how old the knowledge of revocations is, for a claim with this seal.

    Args:
        attached: Statements whose signatures hold, each once.
        register: Whose keys are whose.
        trust: How old it may be.
        seal: The claim's seal, as it was proven; None where no claim is asked about.
    """
    told: list[Reason] = []
    believed: list[_Believed] = []
    for item in attached:
        if isinstance(item.noun, StatusSnapshot):
            # 1. to 3.
            found = _believe(item, item.noun, register, seal)
            if isinstance(found, Reason):
                told.append(found)
            else:
                believed.append(found)
    believed.sort(key=lambda one: one.order)
    # 4. and 5.
    stale = [*_contradictions(believed), *_elsewhere(believed, seal)]
    # 6.
    age = _age(believed, register, trust)
    if age.holds:
        told.append(age)
    else:
        stale.append(age)
    return StatusKnown(stale=tuple(stale), told=tuple(told))


def _believe(
    item: Attached,
    snapshot: StatusSnapshot,
    register: KeyRegister,
    seal: VerifiedStatement | None,
) -> _Believed | Reason:
    try:
        # 1.
        issuer = _check_word(item, snapshot, register)
        # 2. and 3.
        _check_use(snapshot, register, seal)
    except AssayError as error:
        # Set aside, it speaks neither for nor against; whether one is missing is said
        # by the last step.
        return Reason(
            code=error.code, message=error.message, subject=item.sha256, holds=True
        )
    return _Believed(item=item, snapshot=snapshot, issuer=issuer)


def _check_word(
    item: Attached, snapshot: StatusSnapshot, register: KeyRegister
) -> Issuer:
    """Check that a snapshot is the word of a believed office, as it is proven."""
    if not register.knows(item.key.key_id, _OFFICE):
        raise VerifyError(
            "status-signer",
            "A status snapshot is not signed by a key of an office that the trust "
            "file names, and tells nothing.",
            expected="a key of an office",
            found=f"the key {item.key.key_id}",
        )
    issuer = register.issuer(
        item.key.key_id,
        _OFFICE,
        existed_by=item.existed_by,
        stated=snapshot.issued_at,
    )
    existed_by = item.proven().existed_by
    if existed_by is not None and snapshot.issued_at - existed_by > CLOCK_SKEW:
        raise VerifyError(
            "status-postdated",
            "A status snapshot states a later time than its receipt, and would look "
            "newer than it is.",
            expected=f"an instant before {format_instant(existed_by)}",
            found=format_instant(snapshot.issued_at),
        )
    return issuer


def _check_use(
    snapshot: StatusSnapshot, register: KeyRegister, seal: VerifiedStatement | None
) -> None:
    """Check that a snapshot is about the claim's log, and of its time."""
    origin = None if seal is None else seal.log_origin
    if origin is not None and origin != snapshot.log_origin:
        raise VerifyError(
            "status-other-log",
            f"A status snapshot is about the log {snapshot.log_origin}, not about "
            f"{origin}, which holds the claim.",
            expected=origin,
            found=snapshot.log_origin,
        )
    if snapshot.issued_at - register.at > CLOCK_SKEW:
        raise VerifyError(
            "status-later",
            "A status snapshot was issued after the instant asked about.",
            expected=f"one of {format_instant(register.at)} or before",
            found=format_instant(snapshot.issued_at),
        )


def _contradictions(believed: Sequence[_Believed]) -> list[Reason]:
    histories: dict[tuple[str, str], list[_Believed]] = {}
    for one in believed:
        name = (one.issuer.name, one.snapshot.log_origin)
        histories.setdefault(name, []).append(one)
    # What is lost between any two is lost between two that follow each other.
    found = (
        _contradiction(earlier, later)
        for history in histories.values()
        for earlier, later in pairwise(history)
    )
    return [reason for reason in found if reason is not None]


def _contradiction(earlier: _Believed, later: _Believed) -> Reason | None:
    """Find how a later snapshot is not what follows from an earlier one."""
    old, new = earlier.snapshot, later.snapshot
    what = ""
    if new.log_size < old.log_size:
        shrunk = f"the later is over {new.log_size} entries, not {old.log_size}"
        return _evidence("verify.status-rollback", shrunk, earlier, later)
    if new.log_size == old.log_size and new.log_root != old.log_root:
        what = f"{new.log_size} entries have two roots"
    elif new.issued_at == old.issued_at and new != old:
        what = f"both were issued at {format_instant(new.issued_at)}"
    elif lost := _lost(old, new):
        what = f"the later leaves out {lost}"
    if not what:
        return None
    return _evidence("verify.status-split", what, earlier, later)


def _evidence(code: str, what: str, earlier: _Believed, later: _Believed) -> Reason:
    return Reason(
        code=code,
        message=f"Two snapshots by {earlier.issuer.name} over "
        f"{earlier.snapshot.log_origin} contradict each other: {what}. Keep both: they "
        "are the evidence.",
        subject=f"{_named(earlier)}; {_named(later)}",
        remedy="ask the office, and other buyers for the snapshots that they hold",
    )


def _lost(old: StatusSnapshot, new: StatusSnapshot) -> str:
    """Name something that had ended and no longer has, or not as early; or nothing."""
    before, after = _ended(old), _ended(new)
    lost = (
        what
        for what, since in before.items()
        if what not in after or after[what] > since
    )
    return min(lost, default="")


def _ended(snapshot: StatusSnapshot) -> dict[str, datetime]:
    """Give everything that a snapshot says has ended, and from when on."""
    entries = snapshot.entries
    statements = (*(entry.statement for entry in entries), *snapshot.elsewhere)
    return {
        **{f"the statement {s.sha256}": s.effective for s in statements},
        **{f"the bit {e.index}": e.statement.effective for e in entries},
        **{
            f"the key {k.key_id}, {k.kind} of {format_instant(k.effective)}": (
                k.effective if k.last_good is None else k.last_good
            )
            for k in snapshot.keys
        },
        **{
            f"the organisation {w.organisation_id} of {format_instant(w.effective)}": (
                w.effective
            )
            for w in snapshot.withdrawn
        },
    }


def _named(one: _Believed) -> str:
    place = f" ({one.item.index})" if one.item.index else ""
    return f"{one.item.sha256}{place}"


def _elsewhere(
    believed: Sequence[_Believed], seal: VerifiedStatement | None
) -> list[Reason]:
    if seal is None or seal.log_index is None:
        return []
    return [
        Reason(
            code="verify.status-other-entry",
            message=f"A snapshot by {one.issuer.name} has another statement at the "
            f"claim's place in the log: index {seal.log_index}.",
            subject=_named(one),
            remedy="ask the office and the log's operator: one of them shows two "
            "histories",
        )
        for one in believed
        for entry in one.snapshot.entries
        if entry.index == seal.log_index
        and one.snapshot.log_origin == seal.log_origin
        and entry.statement.sha256 != seal.payload_sha256
    ]


def _age(
    believed: Sequence[_Believed], register: KeyRegister, trust: TrustFile
) -> Reason:
    """Say how old the newest snapshot is; against a yes only where one is required."""
    lenient = not trust.status_required
    if not believed:
        return Reason(
            code="verify.no-status",
            message="No status snapshot by an office that the trust file names is at "
            "hand: whether the claim was revoked nobody was asked.",
            holds=lenient,
            remedy="get the office's newest snapshot, and give it with `--with`",
        )
    newest = believed[-1].snapshot
    issued = format_instant(newest.issued_at)
    old = register.at - newest.issued_at > trust.status_max_age
    if old or register.at > newest.valid_until:
        return Reason(
            code="verify.status-old" if old else "verify.status-expired",
            message=f"The newest status snapshot at hand is of {issued}"
            + (
                f"; {_hours(trust)} hours may lie between it and the instant asked "
                "about."
                if old
                else f", and ran out at {format_instant(newest.valid_until)}."
            ),
            subject=_named(believed[-1]),
            holds=lenient,
            remedy="get a newer one from the office, and give it with `--with`",
        )
    return Reason(
        code="verify.status",
        message=f"{believed[-1].issuer.name} had taken in all revocations among "
        f"{newest.log_size} entries of {newest.log_origin} at {issued}.",
        subject=believed[-1].item.sha256,
        holds=True,
    )


def _hours(trust: TrustFile) -> int:
    return int(trust.status_max_age.total_seconds() // 3600)

"""What others say of a claim, at the instant asked about: who may make it, and whether.

1. What is attached and at hand is taken, each statement once (`attached`).
2. Whose each key is follows from the trust file, enrolments and key events; those of
   them that were revoked begin nothing (`key_history`).
3. The claim's key is a developer's, and was one to sign with when it is proven to have
   signed: by its dates, and by what ended it.
4. Nobody who may has revoked the claim by the instant asked about.
5. The organisation behind the key took part when the claim was made. One that withdrew
   is unknown, not failed.
6. Snapshots tell how old the knowledge of all this is (`snapshots`).
7. Reviews and evaluations are kept where they count (`reviews`).

Steps 3 and 4 make a verdict `invalid`. Step 5, step 6, and whatever lacks the proof
that the trust file asks for, make it `stale`: then nothing can be told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assay.domain.enrolment import Enrolment, EnrolmentEvent
from assay.domain.key_event import KeyEvent
from assay.domain.statement import SEAL_TYPES
from assay.domain.verdict import Reason
from assay.errors import AssayError, VerifyError
from assay.verify.attached import once, take_attached, take_files
from assay.verify.key_history import build_register
from assay.verify.key_register import Role
from assay.verify.revocations import revocations_of
from assay.verify.snapshots import look_at_status
from assay.wire.v0.instant import format_instant

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from assay.domain.statement import Bundle, Issuer, Seal, VerifiedStatement
    from assay.domain.trust import TrustFile
    from assay.verify.attached import Attached
    from assay.verify.key_register import KeyRegister
    from assay.verify.proof import Witnessed
    from assay.verify.revocations import Ended

__all__ = ["ClaimStanding", "Known", "claim_standing", "gather", "known_from"]

_RELEASE = frozenset({Role.RELEASE})
_UNPROVEN = "verify.ending-unproven"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is attached and at hand, and what it says of keys.

    Attributes:
        trust: Whom the verifier believes.
        attached: Statements whose signatures hold, each once.
        register: Whose keys are whose, at the instant asked about.
        wrong: What is wrong with files at hand.
    """

    trust: TrustFile
    attached: tuple[Attached, ...]
    register: KeyRegister
    wrong: tuple[AssayError, ...] = ()

    def developer(self, key_id: str) -> Issuer | None:
        """Find whose claims a key signs; None where nobody believed says so."""
        held = next(self.register.held_for(key_id, _RELEASE), None)
        return None if held is None else held.issuer

    def signed_as(
        self, issuer: Issuer, seal: Seal, statements: Sequence[VerifiedStatement]
    ) -> tuple[VerifiedStatement, ...]:
        """Name the signers as they were when they signed.

        A key can be one party's first and another's later: the one counts in whose
        time the claim was made. A second key counts by its dates and ends as well.

        Args:
            issuer: Whose claims the key signs at some time.
            seal: The claim's seal.
            statements: The claim's statements, as they were proven.
        """
        times = [statement.existed_by for statement in statements]
        held = self.register.holder(issuer.key_id, _RELEASE, times, seal.sealed_at)
        held = held or issuer
        return tuple(
            replace(
                statement,
                issuer=held,
                second_key_id=statement.second_key_id
                if held.name == issuer.name and self._seconded(statement, seal)
                else None,
            )
            for statement in statements
        )

    def _seconded(self, statement: VerifiedStatement, seal: Seal) -> bool:
        """Tell whether the second key was one to sign with; who asks for it refuses."""
        if statement.second_key_id is None or self.trust.second_required:
            return True
        try:
            self.register.issuer(
                statement.second_key_id,
                _RELEASE,
                existed_by=statement.existed_by,
                stated=seal.sealed_at,
            )
        except AssayError:
            return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimStanding:
    """What others say of a claim that was not refused.

    Attributes:
        stale: Why nothing can be told; empty when something can.
        told: What was set aside or ignored, and how old the knowledge is.
    """

    stale: tuple[Reason, ...]
    told: tuple[Reason, ...]


def gather(
    bundle: Bundle, status: Sequence[bytes], given: Witnessed, at: datetime
) -> Known:
    """Take what is attached to a bundle and what is at hand (steps 1 and 2).

    Args:
        bundle: The bundle.
        status: Statement files at hand.
        given: What statements are proven with.
        at: The instant asked about.

    Raises:
        BundleError: A file at hand is no statement file.
        AssayError: What is attached was altered, or never in order; as
            `take_attached`.
    """
    attached = take_attached(bundle.attached, given)
    at_hand, wrong = take_files(status, given)
    return known_from((*attached, *at_hand), given.trust, at, wrong)


def known_from(
    attached: Sequence[Attached],
    trust: TrustFile,
    at: datetime,
    wrong: tuple[AssayError, ...] = (),
) -> Known:
    """Work out whose keys are whose (step 2)."""
    kept = once(attached)
    first = build_register(trust, kept, at)
    register = build_register(trust, kept, at, _revoked_beginnings(kept, first))
    return Known(trust=trust, attached=kept, register=register, wrong=wrong)


def _revoked_beginnings(
    attached: Sequence[Attached], register: KeyRegister
) -> frozenset[str]:
    """Find enrolments and rotations that no longer count."""
    return frozenset(
        item.sha256
        for item in attached
        if isinstance(item.noun, Enrolment | KeyEvent)
        for ended in revocations_of((item.sha256,), item.key.key_id, attached, register)
        if ended.entitled
    )


def claim_standing(
    known: Known, key_id: str, seal: Seal, statements: Sequence[VerifiedStatement]
) -> ClaimStanding:
    """Say how a claim stands with what others say of it (steps 3 to 6).

    Args:
        known: What is attached and at hand.
        key_id: The key that signed the claim.
        seal: The claim's seal.
        statements: The claim's statements, as they were proven.

    Raises:
        TrustError: `trust.unknown-issuer`.
        VerifyError: `verify.key-ended`, `verify.key-not-begun`, `verify.key-retired`,
            `verify.key-compromised` or `verify.revoked`.
    """
    stale = [_unusable(error) for error in known.wrong]
    # 3.
    stale += _check_keys(known, key_id, seal, statements)
    # 4.
    sealed = next(s for s in statements if s.predicate_type in SEAL_TYPES)
    revoked, told = _check_revoked(known, key_id, sealed, statements)
    stale += revoked
    # 5.
    stale += _absences(known, key_id, statements)
    # 6.
    status = look_at_status(known.attached, known.register, known.trust, sealed)
    return ClaimStanding(
        stale=tuple(dict.fromkeys((*stale, *status.stale))),
        told=(*told, *_ignored(known), *status.told),
    )


def _check_keys(
    known: Known, key_id: str, seal: Seal, statements: Sequence[VerifiedStatement]
) -> list[Reason]:
    for statement in statements:
        keys = [key_id]
        if known.trust.second_required:
            # Without one the statement was refused before, unless the name under
            # which it counted is not the one that was in force.
            keys.append(statement.second_key_id or "none that counts")
        try:
            for key in keys:
                known.register.issuer(
                    key,
                    _RELEASE,
                    existed_by=statement.existed_by,
                    stated=seal.sealed_at,
                )
        except VerifyError as error:
            if error.code != _UNPROVEN:
                raise
            return [_unusable(error)]
    return []


def _check_revoked(
    known: Known,
    key_id: str,
    sealed: VerifiedStatement,
    statements: Sequence[VerifiedStatement],
) -> tuple[list[Reason], list[Reason]]:
    place = None
    if sealed.log_origin is not None and sealed.log_index is not None:
        place = (sealed.log_origin, sealed.log_index)
    found = revocations_of(
        [statement.payload_sha256 for statement in statements],
        key_id,
        known.attached,
        known.register,
        place=place,
    )
    stale, told = [], []
    for ended in found:
        if not ended.entitled:
            told.append(_not_entitled(ended))
        elif ended.proven:
            raise _revoked(ended)
        else:
            stale.append(_unproven(ended))
    return stale, told


def _revoked(ended: Ended) -> VerifyError:
    text = f": {ended.text[:300]}" if ended.text else ""
    return VerifyError(
        "revoked",
        f"The claim was revoked by {ended.by}.",
        expected=f"an instant before {format_instant(ended.effective)}",
        found=f"{ended.reason}{text}".rstrip("."),
        remedy="ask the developer for the claim that took its place",
    )


def _unproven(ended: Ended) -> Reason:
    return Reason(
        code="verify.revocation-unproven",
        message=f"{ended.by} says that the claim is revoked, and what says so is not "
        "proven as the trust file asks: nothing can be told.",
        subject=ended.source,
        remedy="get the revocation with its receipt, or a newer status snapshot",
    )


def _not_entitled(ended: Ended) -> Reason:
    return Reason(
        code="verify.revocation-ignored",
        message=f"{ended.by} says that the claim is revoked, and may not say so: "
        "neither its issuer nor a believed office, or not by a key that counts.",
        subject=ended.source,
        holds=True,
    )


def _absences(
    known: Known, key_id: str, statements: Sequence[VerifiedStatement]
) -> list[Reason]:
    reasons = []
    for statement in statements:
        absence = known.register.absence(key_id, statement.existed_by)
        if absence is not None:
            again = ""
            if absence.until is not None:
                again = f", and took part again from {format_instant(absence.until)} on"
            reasons.append(
                Reason(
                    code="verify.withdrawn",
                    message=f"{absence.name} withdrew at "
                    f"{format_instant(absence.since)}{again}, and the claim is not "
                    "proven to be from another time: nothing is known of it.",
                    subject=absence.name,
                    remedy="ask for a claim of a time in which it takes part",
                )
            )
    return reasons[:1]


def _ignored(known: Known) -> list[Reason]:
    """Tell which statements of registries count for nothing, and why."""
    reasons = []
    for item in known.attached:
        noun = item.noun
        if isinstance(noun, Enrolment | KeyEvent):
            why = _why_ignored(known, item, noun)
            if why is not None:
                reasons.append(
                    Reason(
                        code=why.code,
                        message=f"{_WHAT[type(noun)]} counts for nothing: "
                        f"{why.message}",
                        subject=item.sha256,
                        holds=True,
                    )
                )
        elif noun is None and item.trouble is not None:
            reasons.append(
                Reason(
                    code=item.trouble.code,
                    message=item.trouble.message,
                    subject=item.sha256,
                    holds=True,
                )
            )
    return reasons


_WHAT: dict[type, str] = {Enrolment: "An enrolment", KeyEvent: "A key event"}


def _why_ignored(
    known: Known, item: Attached, noun: Enrolment | KeyEvent
) -> AssayError | None:
    own = isinstance(noun, KeyEvent) and noun.key_id == item.key.key_id
    roles = frozenset(Role) if own else frozenset({Role.OFFICE})
    leaving = item.sha256 if own else ""
    try:
        known.register.issuer(
            item.key.key_id,
            roles,
            existed_by=item.existed_by,
            stated=None,
            leaving=leaving,
        )
    except AssayError as error:
        return error
    ends = isinstance(noun, Enrolment) and noun.event is EnrolmentEvent.WITHDRAWN
    return None if ends else item.trouble


def _unusable(error: AssayError) -> Reason:
    found = f" Found: {error.found}." if error.found else ""
    return Reason(code=error.code, message=error.message + found, remedy=error.remedy)

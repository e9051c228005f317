"""Building the register of keys from what is believed, attached and at hand.

Each step uses what the ones before it gave:

1. Keys of the trust file begin.
2. What a key's own holder says of its end, and what any key of an office says of the
   end of a key of an office, ends it. This is taken without asking whether the signer
   had ended too: two keys that accuse each other both end.
3. Rotations of office keys give them successors.
4. What a believed office says of the end of other keys ends them.
5. Enrolments by a believed office begin keys; withdrawals begin times of absence.
6. Rotations give other keys successors, for as long as there are more.

Beginnings never undo an ending, and endings are known before the beginnings that rest
on them; so the order in which statements come makes no difference. What begins a key
has to be proven as the trust file asks; what ends one counts as unproven without that,
and then nothing can be told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.crypto.digest import sha256_hex
from assay.domain.enrolment import Enrolment, EnrolmentEvent, KeyRole
from assay.domain.key_event import KeyEvent
from assay.domain.statement import Issuer
from assay.domain.status import StatusSnapshot
from assay.errors import TrustError, VerifyError
from assay.verify.key_register import Absence, Ending, KeyRegister, Role, Standing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime

    from assay.domain.key_event import SuccessorKey
    from assay.domain.trust import TrustedIssuer, TrustFile
    from assay.verify.attached import Attached

__all__ = ["build_register", "organisation_party"]

_OFFICE = frozenset({Role.OFFICE})
# An office may say who assesses; whom to believe in it the verifier says.
_ENROLLED = {KeyRole.RELEASE: Role.RELEASE, KeyRole.EVALUATE: Role.EVALUATE}


def build_register(
    trust: TrustFile,
    attached: Iterable[Attached],
    at: datetime,
    revoked: Collection[str] = (),
) -> KeyRegister:
    """Build the register from a trust file and what is attached or at hand.

    Args:
        trust: Whom the verifier believes.
        attached: Statements whose signatures hold.
        at: The instant asked about.
        revoked: Digests of enrolments and rotations that no longer count.
    """
    register = KeyRegister(at=at)
    known = [item for item in attached if item.noun is not None]
    # 1.
    _begin_trusted(register, trust)
    # 2.
    _end_by_holders(register, known)
    _end_offices(register, known)
    # 3.
    _succeed(register, known, revoked, _OFFICE)
    # 4.
    _end_by_offices(register, known)
    # 5.
    _enrol(register, known, revoked)
    # 6.
    _succeed(register, known, revoked, frozenset(Role))
    return register


def _begin_trusted(register: KeyRegister, trust: TrustFile) -> None:
    named: list[tuple[Role, str, TrustedIssuer]] = [
        *((Role.RELEASE, "developer", item) for item in trust.developers),
        *((Role.OFFICE, "office", item) for item in trust.offices),
        *((Role.ASSESS, "assessor", item) for item in trust.assessors),
    ]
    for role, what, item in named:
        issuer = Issuer(
            name=item.name,
            key_id=sha256_hex(item.public_key),
            valid_from=item.valid_from,
            valid_until=item.valid_until,
        )
        register.begin(Standing(role=role, party=f"{what} {item.name}", issuer=issuer))


def _end_by_holders(register: KeyRegister, known: list[Attached]) -> None:
    for item in known:
        noun = item.noun
        if isinstance(noun, KeyEvent) and noun.key_id == item.key.key_id:
            register.end(noun.key_id, _ending(noun, item))


def _end_offices(register: KeyRegister, known: list[Attached]) -> None:
    """Follow office keys through all their rotations, believed or not."""
    offices = {k for k in register.standings if register.knows(k, _OFFICE)}
    grown = True
    while grown:
        heirs = {
            item.noun.successor.key_id
            for item in known
            if isinstance(item.noun, KeyEvent)
            and item.noun.successor is not None
            and item.noun.key_id in offices
            and item.key.key_id in offices
        }
        grown = not heirs <= offices
        offices |= heirs
    for item in known:
        if item.key.key_id in offices:
            for key_id, ending in _endings(item):
                if key_id in offices:
                    register.end(key_id, ending)


def _end_by_offices(register: KeyRegister, known: list[Attached]) -> None:
    for item in known:
        if register.knows(item.key.key_id, _OFFICE):
            counted = _counts(register, item, _OFFICE)
            for key_id, ending in _endings(item) if counted else ():
                register.end(key_id, ending)


def _counts(
    register: KeyRegister,
    item: Attached,
    roles: Collection[Role],
    leaving: str = "",
) -> bool:
    """Tell whether the signer's word counted when this was signed."""
    try:
        register.issuer(
            item.key.key_id,
            roles,
            existed_by=item.existed_by,
            stated=None,
            leaving=leaving,
        )
    except (TrustError, VerifyError):
        return False
    return True


def _enrol(
    register: KeyRegister, known: list[Attached], revoked: Collection[str]
) -> None:
    counted = [item for item in known if _counts(register, item, _OFFICE)]
    returns: dict[str, set[datetime]] = {}
    for item in counted:
        noun = item.noun
        if (
            isinstance(noun, Enrolment)
            and noun.event is EnrolmentEvent.ENROLLED
            and item.proof is not None
            and item.sha256 not in revoked
        ):
            _begin_enrolled(register, noun)
            party = organisation_party(noun.organisation_id)
            returns.setdefault(party, set()).add(noun.effective)
    for item in counted:
        noun = item.noun
        if isinstance(noun, Enrolment):
            if noun.event is EnrolmentEvent.WITHDRAWN:
                party = organisation_party(noun.organisation_id)
                later = (t for t in returns.get(party, ()) if t > noun.effective)
                absence = Absence(
                    name=noun.organisation.name,
                    since=noun.effective,
                    until=min(later, default=None),
                )
                _leave(register, party, absence, (key.key_id for key in noun.keys))
        elif isinstance(noun, StatusSnapshot):
            _leave_by_snapshot(register, noun, returns)


def _leave_by_snapshot(
    register: KeyRegister,
    snapshot: StatusSnapshot,
    returns: dict[str, set[datetime]],
) -> None:
    for gone in snapshot.withdrawn:
        party = organisation_party(gone.organisation_id)
        ends = {t for t in returns.get(party, ()) if t > gone.effective}
        if gone.until is not None:
            ends.add(gone.until)
        absence = Absence(
            name=gone.name,
            since=gone.effective,
            until=min(ends, default=None),
        )
        _leave(register, party, absence, gone.key_ids)


def _begin_enrolled(register: KeyRegister, enrolment: Enrolment) -> None:
    party = organisation_party(enrolment.organisation_id)
    for key in enrolment.keys:
        register.tie(key.key_id, party)
        issuer = Issuer(
            name=enrolment.organisation.name,
            key_id=key.key_id,
            valid_from=max(key.valid_from, enrolment.effective),
            valid_until=key.valid_until,
        )
        for role in key.roles:
            if role in _ENROLLED:
                register.begin(
                    Standing(role=_ENROLLED[role], party=party, issuer=issuer)
                )


def _succeed(
    register: KeyRegister,
    known: list[Attached],
    revoked: Collection[str],
    roles: Collection[Role],
) -> None:
    rotations = [
        (item, item.noun, item.noun.successor)
        for item in known
        if isinstance(item.noun, KeyEvent)
        and item.noun.successor is not None
        and item.proof is not None
        and item.sha256 not in revoked
    ]
    grown = True
    while grown:
        grown = False
        for item, event, successor in rotations:
            if _may_rotate(register, item, event, roles):
                grown |= _begin_successor(register, event, successor, roles)


def _may_rotate(
    register: KeyRegister, item: Attached, event: KeyEvent, roles: Collection[Role]
) -> bool:
    own = item.key.key_id == event.key_id
    return _counts(register, item, roles if own else _OFFICE, item.sha256)


def _begin_successor(
    register: KeyRegister,
    event: KeyEvent,
    successor: SuccessorKey,
    roles: Collection[Role],
) -> bool:
    grown = False
    for party in register.ties.get(event.key_id, set()):
        register.tie(successor.key_id, party)
    for standing in list(register.held_for(event.key_id, roles)):
        issuer = Issuer(
            name=standing.issuer.name,
            key_id=successor.key_id,
            valid_from=successor.valid_from,
            valid_until=successor.valid_until,
        )
        grown |= register.begin(
            Standing(
                role=standing.role, party=standing.party, issuer=issuer, inherited=True
            )
        )
    return grown


def organisation_party(identity: str) -> str:
    """Give the party that an enrolment makes of an organisation."""
    return f"organisation {identity}"


def _leave(
    register: KeyRegister, party: str, absence: Absence, keys: Iterable[str]
) -> None:
    register.leave(party, absence)
    for key_id in keys:
        register.tie(key_id, party)


def _ending(event: KeyEvent, item: Attached) -> Ending:
    return Ending(
        kind=event.kind,
        good_until=event.good_until,
        source=item.sha256,
        proven=item.proof is not None,
    )


def _endings(item: Attached) -> Iterator[tuple[str, Ending]]:
    """Give what a statement says of the ends of keys."""
    noun = item.noun
    if isinstance(noun, KeyEvent):
        yield noun.key_id, _ending(noun, item)
    elif isinstance(noun, StatusSnapshot):
        for key in noun.keys:
            good = key.effective if key.last_good is None else key.last_good
            yield (
                key.key_id,
                Ending(
                    kind=key.kind,
                    good_until=good,
                    source=item.sha256,
                    proven=item.proof is not None,
                ),
            )

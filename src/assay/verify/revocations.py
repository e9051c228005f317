"""Which statements no longer count, by whose word, from when on.

A revocation counts when whoever signed it may revoke: the issuer of what is revoked,
by that key or another key of the same party, or a believed office. What a believed
office lists in a snapshot counts as its revocation. A revocation has no end and is
never revoked itself.

What is signed by somebody who may, and lacks the receipt that the trust file asks for,
is neither believed nor passed over: then nothing can be told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.domain.revocation import Revocation
from assay.domain.status import StatusSnapshot
from assay.errors import AssayError
from assay.verify.key_register import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from assay.domain.revocation import RevocationReason
    from assay.domain.status import RevokedStatement
    from assay.verify.attached import Attached
    from assay.verify.key_register import KeyRegister

__all__ = ["Ended", "revocations_of"]

_OFFICE = frozenset({Role.OFFICE})
_ANYBODY = frozenset(Role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A believed party's word that a statement no longer counts.

    Attributes:
        sha256: Hex digest of the payload.
        effective: From when on.
        reason: Why, from the closed list.
        text: Why, in words; may be empty.
        by: Who says so.
        entitled: Whether they may.
        proven: Whether that is proven as the trust file asks.
        place: Log and index of what ended, where a snapshot says so; otherwise None.
        source: Digest of the statement that says so.
    """

    sha256: str
    effective: datetime
    reason: RevocationReason
    text: str
    by: str
    entitled: bool
    proven: bool
    place: tuple[str, int] | None
    source: str

    @property
    def order(self) -> tuple[object, ...]:
        """Sort what counts, and counts earlier, first."""
        return (not self.entitled, not self.proven, self.effective, self.source)


def revocations_of(
    digests: Iterable[str],
    key_id: str,
    attached: Iterable[Attached],
    register: KeyRegister,
    *,
    place: tuple[str, int] | None = None,
) -> tuple[Ended, ...]:
    """Find what says that a statement ended by the instant asked about.

    Args:
        digests: Digests of the payloads that stand and fall together.
        key_id: The key that signed them.
        attached: Statements whose signatures hold.
        register: Whose keys are whose.
        place: Log and index of what snapshots list, where it is known.

    Returns:
        What counts first; also what does not, to be told.
    """
    wanted = frozenset(digests)
    found = (
        ended
        for item in attached
        for ended in _said(item, key_id, register)
        if ended.effective <= register.at
        and (ended.sha256 in wanted or (place is not None and ended.place == place))
    )
    return tuple(sorted(found, key=lambda ended: ended.order))


def _said(item: Attached, key_id: str, register: KeyRegister) -> Iterator[Ended]:
    noun = item.noun
    if isinstance(noun, Revocation):
        yield _revoked(item, noun, key_id, register)
    elif isinstance(noun, StatusSnapshot) and _counts(item, register, _OFFICE):
        for entry in noun.entries:
            place = (noun.log_origin, entry.index)
            yield _listed(item, entry.statement, place, register)
        for statement in noun.elsewhere:
            yield _listed(item, statement, None, register)


def _revoked(
    item: Attached, noun: Revocation, key_id: str, register: KeyRegister
) -> Ended:
    signer = item.key.key_id
    counts = _counts(item, register, _ANYBODY)
    kin = signer == key_id or bool(register.parties(signer) & register.parties(key_id))
    return Ended(
        sha256=noun.sha256,
        effective=noun.effective,
        reason=noun.reason,
        text=noun.text,
        by=_name(signer, register),
        entitled=counts and (kin or register.knows(signer, _OFFICE)),
        proven=item.proof is not None,
        place=None,
        source=item.sha256,
    )


def _listed(
    item: Attached,
    statement: RevokedStatement,
    place: tuple[str, int] | None,
    register: KeyRegister,
) -> Ended:
    return Ended(
        sha256=statement.sha256,
        effective=statement.effective,
        reason=statement.reason,
        text="",
        by=_name(item.key.key_id, register),
        entitled=True,
        proven=item.proof is not None,
        place=place,
        source=item.sha256,
    )


def _counts(item: Attached, register: KeyRegister, roles: frozenset[Role]) -> bool:
    try:
        register.issuer(item.key.key_id, roles, existed_by=item.existed_by, stated=None)
    except AssayError:
        return False
    return True


def _name(key_id: str, register: KeyRegister) -> str:
    held = next(register.held_for(key_id, _ANYBODY), None)
    return f"the key {key_id}" if held is None else held.issuer.name

"""What an office says of an organisation, and of keys, from files of public keys."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from assay.crypto.name_record import organisation_id
from assay.crypto.public_key import FIRST_KINDS, require_place
from assay.crypto.succession import succession_message
from assay.domain.enrolment import EnrolledKey, Enrolment, KeyRole, Organisation
from assay.domain.key_event import KeyEvent, KeyEventKind, SuccessorKey
from assay.errors import UsageError
from assay.flows.keys import show_key
from assay.wire.v0.enrolment import check_uei
from assay.wire.v0.instant import format_instant

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from assay.domain.enrolment import EnrolmentEvent
    from assay.statement import Signer

__all__ = ["enrolment_of", "rotation_of"]

_ROLES = {role.value: role for role in KeyRole}


def enrolment_of(  # noqa: PLR0913 - the options of the verb
    event: EnrolmentEvent,
    name: str,
    keys: Sequence[str],
    *,
    effective: datetime,
    until: datetime | None,
    other_names: Sequence[str] = (),
    uei: str | None = None,
) -> Enrolment:
    """Make an enrolment or a withdrawal.

    Args:
        event: Enrolled or withdrawn.
        name: The organisation.
        keys: Its keys, as `roles=file`.
        effective: From when on.
        until: Until when its keys sign; None: to the day after, in a withdrawal.
        other_names: What else it is called.
        uei: Its Unique Entity ID.

    Raises:
        UsageError: `usage.key-roles`.
        DocumentError: `document.uei`.
        KeyFileError: A file holds no public key.
        InputError: There is no such file.
    """
    end = effective + timedelta(days=1) if until is None else until
    read = [_key(text, effective, end) for text in keys]
    return Enrolment(
        event=event,
        organisation=Organisation(
            name=name,
            other_names=tuple(sorted(set(other_names))),
            uei=None if uei is None else check_uei(uei.upper()),
        ),
        organisation_id=organisation_id(name),
        keys=tuple(sorted(read, key=lambda key: key.key_id)),
        effective=effective,
    )


def _key(text: str, valid_from: datetime, valid_until: datetime) -> EnrolledKey:
    roles, found, file = text.partition("=")
    names = {role.strip() for role in roles.split(",")}
    if not found or not names <= _ROLES.keys():
        raise UsageError(
            "key-roles",
            "It is not said what a key may sign.",
            expected="roles=file, with roles among " + ", ".join(_ROLES),
            found=text[:200],
        )
    key = show_key(Path(file))
    require_place(key.kind, FIRST_KINDS)
    return EnrolledKey(
        key_id=key.key_id,
        public_key=key.der,
        roles=tuple(sorted(_ROLES[name] for name in names)),
        valid_from=valid_from,
        valid_until=valid_until,
    )


def rotation_of(
    key_id: str, successor: Signer, effective: datetime, until: datetime
) -> KeyEvent:
    """Say that a key follows another, with the successor's consent.

    Args:
        key_id: The key that ends.
        successor: Whoever holds the key that follows.
        effective: When the one ends and the other begins.
        until: After this instant the successor signs nothing.
    """
    key = successor.public_key
    message = succession_message(key_id, key.key_id, format_instant(effective))
    return KeyEvent(
        kind=KeyEventKind.ROTATION,
        key_id=key_id,
        effective=effective,
        successor=SuccessorKey(
            key_id=key.key_id,
            public_key=key.der,
            valid_from=effective,
            valid_until=until,
            proof=successor.sign(message),
        ),
    )

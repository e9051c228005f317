"""Enrolment: an organisation takes part in a programme, or withdraws from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

__all__ = [
    "ENROLMENT_TYPE",
    "EnrolledKey",
    "Enrolment",
    "EnrolmentEvent",
    "KeyRole",
    "Organisation",
]

ENROLMENT_TYPE = "https://assay/enrolment/v0.1"


class EnrolmentEvent(StrEnum):
    """What happened to an organisation."""

    ENROLLED = "enrolled"
    WITHDRAWN = "withdrawn"


class KeyRole(StrEnum):
    """What a key of an organisation may sign.

    `release`: claims about releases. `assess`: reviews of the claims of others, which
    count only where the verifier's trust file names the assessor too. `evaluate`:
    results of evaluations.
    """

    RELEASE = "release"
    ASSESS = "assess"
    EVALUATE = "evaluate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """Who takes part.

    Attributes:
        name: The name by which the office knows it; its digest is its identity.
        other_names: What else it is called, sorted.
        uei: Unique Entity ID of SAM.gov, in capitals; or None.
    """

    name: str
    other_names: tuple[str, ...] = ()
    uei: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledKey:
    """A key that an office says is an organisation's.

    Attributes:
        key_id: Hex SHA-256 of the public key in DER.
        public_key: DER (SubjectPublicKeyInfo).
        roles: What it may sign, sorted; 1 or more.
        valid_from: It signs nothing before this instant.
        valid_until: It signs nothing after this instant.
    """

    key_id: str
    public_key: bytes
    roles: tuple[KeyRole, ...]
    valid_from: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """A programme office's word that an organisation takes part, or no longer does.

    Attributes:
        event: Enrolled or withdrawn.
        organisation: Who.
        organisation_id: Hex digest of its name record, by which events belong together.
        keys: Its keys; in a withdrawal those that end with it, which may be none.
        effective: From this instant on it is so.
    """

    event: EnrolmentEvent
    organisation: Organisation
    organisation_id: str
    keys: tuple[EnrolledKey, ...]
    effective: datetime

"""Key events: a key gets a successor, ends, or may be in the hands of others."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["KEY_EVENT_TYPE", "KeyEvent", "KeyEventKind", "SuccessorKey"]

KEY_EVENT_TYPE = "https://assay/key-event/v0.1"


class KeyEventKind(StrEnum):
    """What happened to a key."""

    ROTATION = "rotation"
    RETIRED = "retired"
    COMPROMISE = "compromise"


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessorKey:
    """The key that takes the place of another, with its dates.

    Attributes:
        key_id: Hex SHA-256 of the public key in DER.
        public_key: DER (SubjectPublicKeyInfo).
        valid_from: It signs nothing before this instant.
        valid_until: It signs nothing after this instant.
        proof: Its own signature, by which it consents to follow.
    """

    key_id: str
    public_key: bytes
    valid_from: datetime
    valid_until: datetime
    proof: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEvent:
    """What its holder or an office says about a key.

    Attributes:
        kind: What happened.
        key_id: Hex SHA-256 of the key.
        effective: The key signs nothing from this instant on; of a compromise: the
            instant from which on somebody else may have held it.
        last_good: Of a compromise: the last instant when the key was surely good,
            where that is earlier than `effective`; otherwise None.
        successor: Of a rotation: the key that follows; otherwise None.
    """

    kind: KeyEventKind
    key_id: str
    effective: datetime
    last_good: datetime | None = None
    successor: SuccessorKey | None = None

    @property
    def good_until(self) -> datetime:
        """The last instant at which what the key signed is surely its owner's word."""
        return self.effective if self.last_good is None else self.last_good

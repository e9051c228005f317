"""The key event predicate, `https://assay/key-event/v0.1`."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from assay.domain.key_event import KeyEvent, KeyEventKind, SuccessorKey
from assay.encoding import decode_base64, encode_base64
from assay.errors import DocumentError
from assay.wire.model import JsonModel
from assay.wire.v0.instant import format_instant, read_instant
from assay.wire.v0.parts import Hex256
from assay.wire.v0.registry_parts import (
    Instant,
    KeyText,
    check_order,
    check_subject,
    read_key,
)

__all__ = ["KeyEventPredicate", "check_last_good"]


def check_last_good(kind: KeyEventKind, effective: str, last_good: str | None) -> None:
    """Refuse a last good instant where there is none, or behind the compromise.

    Both are in the one spelling of instants, which sorts as time does.

    Raises:
        DocumentError: `document.key-event`.
    """
    if last_good is not None and (
        kind is not KeyEventKind.COMPROMISE or last_good > effective
    ):
        raise _contradiction(
            "a last good instant for a compromise only, and none after it",
            f"{kind.value} at {effective}, last good at {last_good}",
        )


class SuccessorPart(JsonModel):
    """The key that follows."""

    key_id: Hex256
    public_key: KeyText
    valid_from: Instant
    valid_until: Instant
    proof: Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]+={0,2}$", max_length=8_000)]

    @classmethod
    def of(cls, key: SuccessorKey) -> SuccessorPart:
        """Write a successor."""
        return cls(
            key_id=key.key_id,
            public_key=encode_base64(key.public_key),
            valid_from=format_instant(key.valid_from),
            valid_until=format_instant(key.valid_until),
            proof=encode_base64(key.proof),
        )

    def to_domain(self) -> SuccessorKey:
        """Read a successor.

        Raises:
            DocumentError: As `read_key`, or `document.dates-reversed` or
                `document.bad-instant`.
        """
        valid_from = read_instant(self.valid_from)
        valid_until = read_instant(self.valid_until)
        check_order(valid_from, valid_until, "The time of a successor key")
        return SuccessorKey(
            key_id=self.key_id,
            public_key=read_key(self.public_key, self.key_id),
            valid_from=valid_from,
            valid_until=valid_until,
            proof=decode_base64(self.proof, what="proof of a successor"),
        )


class KeyEventPredicate(JsonModel):
    """A key is rotated, retired or compromised."""

    described_in: ClassVar[str] = "docs/formats/key-events.md"

    event: Literal["rotation", "retired", "compromise"]
    key_id: Hex256
    effective: Instant
    last_good: Instant | None = None
    successor: SuccessorPart | None = None

    @classmethod
    def of(cls, event: KeyEvent) -> KeyEventPredicate:
        """Write a key event."""
        last, successor = event.last_good, event.successor
        return cls(
            event=event.kind.value,
            key_id=event.key_id,
            effective=format_instant(event.effective),
            last_good=None if last is None else format_instant(last),
            successor=None if successor is None else SuccessorPart.of(successor),
        )

    def to_domain(self, subject: str) -> KeyEvent:
        """Read a key event.

        Args:
            subject: The digest that the statement names as its subject.

        Raises:
            DocumentError: `document.other-subject`, `document.key-event`, or as its
                parts.
        """
        check_subject(self.key_id, subject, "the key")
        kind = KeyEventKind(self.event)
        if (self.successor is not None) is not (kind is KeyEventKind.ROTATION):
            raise _contradiction(
                "a successor for a rotation, and for nothing else",
                f"{kind.value} with{'out' if self.successor is None else ''} one",
            )
        check_last_good(kind, self.effective, self.last_good)
        successor = None if self.successor is None else self.successor.to_domain()
        if successor is not None and successor.key_id == self.key_id:
            raise _contradiction("another key as successor", "the key itself")
        return KeyEvent(
            kind=kind,
            key_id=self.key_id,
            effective=read_instant(self.effective),
            last_good=None if self.last_good is None else read_instant(self.last_good),
            successor=successor,
        )


def _contradiction(expected: str, found: str) -> DocumentError:
    return DocumentError(
        "key-event",
        "A key event contradicts itself.",
        expected=expected,
        found=found,
    )

"""Signed statements as JSON: DSSE envelopes, and what travels beside each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from assay.domain.statement import Envelope, LoggedStatement
from assay.encoding import decode_base64, encode_base64
from assay.wire.model import JsonModel
from assay.wire.v0.parts import Hex256

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "Base64",
    "EnvelopePart",
    "LoggedPart",
    "TimedPart",
    "spell_statement",
    "spell_texts",
    "write_envelope",
]

Base64 = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]*={0,2}$")]
# A token with its certificates has one to six kilobytes.
_Token = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9+/]+={0,2}$", min_length=4, max_length=88_000)
]
_Receipt = Annotated[str, Field(max_length=1_000_000)]


class SignaturePart(JsonModel):
    """A DSSE signature; `keyid` is checked against the key and never believed."""

    keyid: Hex256
    sig: Base64


class EnvelopePart(JsonModel):
    """A DSSE envelope (DSSE v1.0) with exactly one signature."""

    payload: Base64
    payload_type: Annotated[str, Field(max_length=256)]
    signatures: Annotated[tuple[SignaturePart, ...], Field(min_length=1, max_length=1)]

    @classmethod
    def of(cls, envelope: Envelope) -> EnvelopePart:
        """Write an envelope."""
        return cls(
            payload=encode_base64(envelope.payload),
            payload_type=envelope.payload_type,
            signatures=(
                SignaturePart(
                    keyid=envelope.key_id, sig=encode_base64(envelope.signature)
                ),
            ),
        )

    def to_domain(self) -> Envelope:
        """Read an envelope.

        Raises:
            DocumentError: `document.bad-base64`.
        """
        signature = self.signatures[0]
        return Envelope(
            payload=decode_base64(self.payload, what="payload"),
            payload_type=self.payload_type,
            key_id=signature.keyid,
            signature=decode_base64(signature.sig, what="signature"),
        )


class LoggedPart(JsonModel):
    """An envelope and its receipt."""

    envelope: EnvelopePart
    receipt: _Receipt | None = None

    @classmethod
    def of(cls, logged: LoggedStatement) -> LoggedPart:
        """Write a statement without a second envelope and timestamps."""
        return cls(envelope=EnvelopePart.of(logged.envelope), receipt=logged.receipt)

    def to_domain(self) -> LoggedStatement:
        """Read a statement.

        Raises:
            DocumentError: `document.bad-base64`.
        """
        return LoggedStatement(envelope=self.envelope.to_domain(), receipt=self.receipt)


class TimedPart(JsonModel):
    """An envelope and all that may stand beside it.

    `second` is the signature of a second envelope: its payload and payload type are
    those of the first, and are not written twice.
    """

    envelope: EnvelopePart
    receipt: _Receipt | None = None
    second: SignaturePart | None = None
    timestamps: Annotated[
        tuple[_Token, ...] | None, Field(min_length=1, max_length=8)
    ] = None

    @classmethod
    def of(cls, logged: LoggedStatement) -> TimedPart:
        """Write a statement."""
        second = logged.second
        return cls(
            envelope=EnvelopePart.of(logged.envelope),
            receipt=logged.receipt,
            second=None
            if second is None
            else SignaturePart(
                keyid=second.key_id, sig=encode_base64(second.signature)
            ),
            timestamps=tuple(map(encode_base64, logged.timestamps)) or None,
        )

    def to_domain(self) -> LoggedStatement:
        """Read a statement.

        Raises:
            DocumentError: `document.bad-base64`.
        """
        envelope = self.envelope.to_domain()
        second = None
        if self.second is not None:
            second = Envelope(
                payload=envelope.payload,
                payload_type=envelope.payload_type,
                key_id=self.second.keyid,
                signature=decode_base64(self.second.sig, what="second signature"),
            )
        return LoggedStatement(
            envelope=envelope,
            receipt=self.receipt,
            second=second,
            timestamps=tuple(
                decode_base64(token, what="timestamp")
                for token in self.timestamps or ()
            ),
        )


def write_envelope(envelope: Envelope) -> bytes:
    """Write an envelope alone as compact JSON (DSSE v1.0, envelope.md).

    Written out, and not by the model: a log writes one for every statement.
    """
    payload, signature = map(encode_base64, (envelope.payload, envelope.signature))
    return (
        f'{{"payload":"{payload}","payloadType":{json.dumps(envelope.payload_type)},'
        f'"signatures":[{{"keyid":{json.dumps(envelope.key_id)},"sig":"{signature}"}}]}}'
    ).encode("ascii")


def spell_statement(part: TimedPart) -> str:
    """Give the one spelling of a statement, as the model would be written.

    Every file that is read is spelled again to be compared, so it is written out.
    """
    envelope = part.envelope
    signatures = ",".join(map(_spell_signature, envelope.signatures))
    more = ""
    if part.receipt is not None:
        more += f',"receipt":{json.dumps(part.receipt)}'
    if part.second is not None:
        more += f',"second":{_spell_signature(part.second)}'
    if part.timestamps is not None:
        more += f',"timestamps":{spell_texts(part.timestamps)}'
    return (
        f'{{"envelope":{{"payload":"{envelope.payload}",'
        f'"payloadType":{json.dumps(envelope.payload_type)},'
        f'"signatures":[{signatures}]}}{more}}}'
    )


def spell_texts(texts: Iterable[str]) -> str:
    """Spell a list of texts that need no escapes: base64 and the like."""
    return '["' + '","'.join(texts) + '"]'


def _spell_signature(part: SignaturePart) -> str:
    return f'{{"keyid":"{part.keyid}","sig":"{part.sig}"}}'

"""The bundle: one file with everything that a verifier needs offline."""

from __future__ import annotations

import json
from typing import Annotated, Final, Literal

from pydantic import Field

from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.statement import Bundle, Envelope, LoggedStatement
from assay.encoding import decode_base64, encode_base64
from assay.errors import BundleError, DocumentError
from assay.wire.model import JsonModel
from assay.wire.strict_json import loads
from assay.wire.v0.parts import Hex256

__all__ = [
    "BUNDLE_MEDIA_TYPE",
    "BundleModel",
    "read_bundle",
    "write_bundle",
    "write_envelope",
]

BUNDLE_MEDIA_TYPE: Final = "application/vnd.assay.bundle.v0.1+json"

Base64 = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]*={0,2}$")]


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
    receipt: Annotated[str, Field(max_length=1_000_000)] | None = None


class BundleModel(JsonModel):
    """A bundle as it stands on disk."""

    media_type: Literal["application/vnd.assay.bundle.v0.1+json"]
    public_key: Base64
    programme: Base64
    statements: Annotated[tuple[LoggedPart, ...], Field(min_length=1, max_length=64)]


def write_envelope(envelope: Envelope) -> bytes:
    """Write an envelope alone as compact JSON (DSSE v1.0, envelope.md)."""
    document = EnvelopePart.of(envelope).model_dump(mode="json", by_alias=True)
    return json.dumps(document, separators=(",", ":")).encode("ascii")


def write_bundle(bundle: Bundle) -> bytes:
    """Write a bundle as compact JSON, ending in a newline."""
    model = BundleModel(
        media_type=BUNDLE_MEDIA_TYPE,
        public_key=encode_base64(bundle.public_key),
        programme=encode_base64(bundle.programme),
        statements=tuple(
            LoggedPart(
                envelope=EnvelopePart.of(logged.envelope), receipt=logged.receipt
            )
            for logged in bundle.statements
        ),
    )
    document = model.model_dump(mode="json", by_alias=True, exclude_none=True)
    return json.dumps(document, separators=(",", ":")).encode("ascii") + b"\n"


def read_bundle(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Bundle:
    """Read a bundle strictly; nothing in it is believed yet.

    Raises:
        BundleError: `bundle.malformed`: cut, of another format, or not a bundle;
            `bundle.not-canonical`: the same content in another spelling.
    """
    try:
        value = loads(data, limits=limits, max_bytes=limits.max_bundle_bytes)
        model = BundleModel.read(value, document="bundle")
        bundle = Bundle(
            public_key=decode_base64(model.public_key, what="public key"),
            programme=decode_base64(model.programme, what="programme"),
            statements=tuple(
                LoggedStatement(
                    envelope=part.envelope.to_domain(), receipt=part.receipt
                )
                for part in model.statements
            ),
        )
    except DocumentError as error:
        raise BundleError(
            "malformed",
            "This file is not a whole bundle that Assay can read.",
            expected=error.expected or f"a document of type {BUNDLE_MEDIA_TYPE}",
            found=f"{error.message} {error.found}".strip(),
            remedy="get the file again from its developer",
        ) from error
    if write_bundle(bundle) != data:
        # One content, one spelling: otherwise a byte could change unnoticed.
        raise BundleError(
            "not-canonical",
            "The bundle is not written byte for byte as Assay writes it.",
            expected="compact JSON with the fields in their order and a final newline",
            found="the same content, in other bytes",
            remedy="get the file as `assay seal` wrote it",
        )
    return bundle

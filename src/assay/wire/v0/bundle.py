"""The bundle: one file with everything that a verifier needs offline.

v0.1 holds one developer's statements and their receipts. v0.2 adds second envelopes,
timestamps, disclosures, and statements that others attached with keys of their own.
Both are read for ever.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.statement import Bundle, BundleVersion
from assay.encoding import decode_base64, encode_base64
from assay.errors import BundleError, DocumentError
from assay.wire.model import JsonModel
from assay.wire.strict_json import loads
from assay.wire.v0.envelope import Base64, LoggedPart, TimedPart

__all__ = [
    "BUNDLE_MEDIA_TYPES",
    "BundleV01Model",
    "BundleV02Model",
    "read_bundle",
    "write_bundle",
]

BUNDLE_MEDIA_TYPES: Final = {
    version: f"application/vnd.assay.bundle.{version}+json" for version in BundleVersion
}

# base64url without padding (RFC 4648 section 5), as SD-JWT writes disclosures.
_Disclosure = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_-]+$", min_length=1, max_length=16_000_000)
]


class BundleV01Model(JsonModel):
    """A bundle v0.1 as it stands on disk."""

    media_type: Literal["application/vnd.assay.bundle.v0.1+json"]
    public_key: Base64
    programme: Base64
    statements: Annotated[tuple[LoggedPart, ...], Field(min_length=1, max_length=64)]

    @classmethod
    def of(cls, bundle: Bundle) -> BundleV01Model:
        """Write a bundle without what came with v0.2."""
        return cls(
            media_type="application/vnd.assay.bundle.v0.1+json",
            public_key=encode_base64(bundle.public_key),
            programme=encode_base64(bundle.programme),
            statements=tuple(map(LoggedPart.of, bundle.statements)),
        )

    def to_domain(self) -> Bundle:
        """Read a bundle.

        Raises:
            DocumentError: `document.bad-base64`.
        """
        return Bundle(
            public_key=decode_base64(self.public_key, what="public key"),
            programme=decode_base64(self.programme, what="programme"),
            statements=tuple(part.to_domain() for part in self.statements),
            version=BundleVersion.V0_1,
        )


class BundleV02Model(JsonModel):
    """A bundle v0.2 as it stands on disk."""

    media_type: Literal["application/vnd.assay.bundle.v0.2+json"]
    public_key: Base64
    further_keys: Annotated[
        tuple[Base64, ...] | None, Field(min_length=1, max_length=128)
    ] = None
    programme: Base64
    statements: Annotated[tuple[TimedPart, ...], Field(min_length=1, max_length=16)]
    attached: Annotated[
        tuple[TimedPart, ...] | None, Field(min_length=1, max_length=128)
    ] = None
    disclosures: Annotated[
        tuple[_Disclosure, ...] | None, Field(min_length=1, max_length=4096)
    ] = None

    @classmethod
    def of(cls, bundle: Bundle) -> BundleV02Model:
        """Write a bundle."""
        return cls(
            media_type="application/vnd.assay.bundle.v0.2+json",
            public_key=encode_base64(bundle.public_key),
            further_keys=tuple(map(encode_base64, bundle.further_keys)) or None,
            programme=encode_base64(bundle.programme),
            statements=tuple(map(TimedPart.of, bundle.statements)),
            attached=tuple(map(TimedPart.of, bundle.attached)) or None,
            disclosures=bundle.disclosures or None,
        )

    def to_domain(self) -> Bundle:
        """Read a bundle.

        Raises:
            DocumentError: `document.bad-base64`.
        """
        return Bundle(
            public_key=decode_base64(self.public_key, what="public key"),
            further_keys=tuple(
                decode_base64(key, what="further key")
                for key in self.further_keys or ()
            ),
            programme=decode_base64(self.programme, what="programme"),
            statements=tuple(part.to_domain() for part in self.statements),
            attached=tuple(part.to_domain() for part in self.attached or ()),
            disclosures=self.disclosures or (),
            version=BundleVersion.V0_2,
        )


def write_bundle(bundle: Bundle) -> bytes:
    """Write a bundle in its version as compact JSON, ending in a newline."""
    model: BundleV01Model | BundleV02Model
    if bundle.version is BundleVersion.V0_1:
        model = BundleV01Model.of(bundle)
    else:
        model = BundleV02Model.of(bundle)
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
        bundle = _model(value).to_domain()
    except DocumentError as error:
        raise BundleError(
            "malformed",
            "This file is not a whole bundle that Assay can read.",
            expected=error.expected
            or "a document of type " + " or ".join(BUNDLE_MEDIA_TYPES.values()),
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


def _model(value: Any) -> BundleV01Model | BundleV02Model:  # noqa: ANN401 - untrusted JSON
    stated = value.get("mediaType") if isinstance(value, dict) else None
    if stated == BUNDLE_MEDIA_TYPES[BundleVersion.V0_2]:
        return BundleV02Model.read(value, document="bundle")
    return BundleV01Model.read(value, document="bundle")

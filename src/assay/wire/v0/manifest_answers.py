"""What `assay manifest --json` writes."""

from __future__ import annotations

from typing import Literal

from assay.wire.model import JsonModel
from assay.wire.v0.parts import Count, Hex256, Text

__all__ = [
    "CertificatePart",
    "DifferencePart",
    "KeylessSignerPart",
    "RefusalPart",
    "SerializationPart",
    "SignedModelDocument",
    "VerifiedModelDocument",
]


class SerializationPart(JsonModel):
    """How a manifest was made (OMS v1.0 section 5.2.2)."""

    method: Literal["files", "shards"]
    hash_type: Literal["sha256", "blake2b", "blake3"]
    shard_size: Count | None
    allow_symlinks: bool
    ignore_paths: tuple[Text, ...]


class DifferencePart(JsonModel):
    """A file or shard that is not as signed."""

    name: Text
    kind: Literal["changed", "missing", "unsigned"]


class CertificatePart(JsonModel):
    """Whom the certificate of a signing key is about, and who says so."""

    subject: Text
    issuer: Text
    alternative: tuple[Text, ...]


class KeylessSignerPart(JsonModel):
    """Who signed with a short-lived key, as the trust file names them."""

    name: Text
    identity: Text
    issuer: Text
    signed_by: Text
    logs: tuple[Text, ...]
    certificate_logged: bool


class RefusalPart(JsonModel):
    """Why a signature proves nothing: a `signature`, `keyless` or `timestamp` error."""

    code: Text
    message: Text
    expected: Text
    found: Text
    remedy: Text


class SignedModelDocument(JsonModel):
    """What `assay manifest sign --json` writes."""

    format: Literal["assay-manifest-sign/0"]
    model: Text
    signature: Text
    root: Hex256
    key_id: Hex256
    resources: Count
    serialization: SerializationPart


class VerifiedModelDocument(JsonModel):
    """What `assay manifest verify --json` writes.

    Where the signature does not hold, `refusal` says why, and what would have been
    signed is null: nothing is known of it.
    """

    format: Literal["assay-manifest-verify/0"]
    model: Text | None
    valid: bool
    refusal: RefusalPart | None
    root: Hex256 | None
    key_id: Hex256 | None
    resources: Count | None
    serialization: SerializationPart | None
    differences: tuple[DifferencePart, ...]
    differences_total: Count
    left_out: tuple[Text, ...]
    left_out_total: Count
    certificate: CertificatePart | None
    keyless: KeylessSignerPart | None

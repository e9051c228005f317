"""Entries of sigstore's logs: what each kind says was signed.

Rekor v1: `hashedrekord` 0.0.1, `dsse` 0.0.1 and `intoto` 0.0.2 (sigstore/rekor,
pkg/types). Rekor v2: `hashedrekord` 0.0.2 and, of before 2026, `dsse` 0.0.2
(sigstore/protobuf-specs, rekor/v2). Others are refused.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.sigstore import EntryBody
from assay.errors import DocumentError, KeylessError
from assay.wire.model import JsonModel
from assay.wire.strict_json import loads
from assay.wire.v0.parts import Hex256
from assay.wire.v0.sigstore_bundle import Base64, RawPart, Text, decoded

__all__ = ["read_entry_body"]

_ONE = Field(min_length=1, max_length=1)

_ENDS = "-----"


class _Hash(JsonModel):
    algorithm: Literal["sha256"]
    value: Hex256


class _Digest(JsonModel):
    algorithm: Literal["SHA2_256"]
    digest: Base64


class _Armoured(JsonModel):
    content: Base64


class _SignatureV1(JsonModel):
    content: Base64
    public_key: _Armoured


class _Data(JsonModel):
    hash: _Hash


class _HashedV1(JsonModel):
    data: _Data
    signature: _SignatureV1

    def body(self) -> dict[str, Any]:
        return {
            "signature": decoded(self.signature.content, "signature"),
            "signer": _unarmoured(self.signature.public_key.content),
            "digest": bytes.fromhex(self.data.hash.value),
        }


class _DsseSignatureV1(JsonModel):
    signature: Base64
    verifier: Base64


class _DsseV1(JsonModel):
    envelope_hash: _Hash
    payload_hash: _Hash
    signatures: Annotated[tuple[_DsseSignatureV1, ...], _ONE]

    def body(self) -> dict[str, Any]:
        return {
            "signature": decoded(self.signatures[0].signature, "signature"),
            "signer": _unarmoured(self.signatures[0].verifier),
            "payload_digest": bytes.fromhex(self.payload_hash.value),
        }


class _IntotoSignature(JsonModel):
    public_key: Base64
    sig: Base64
    keyid: Text = ""


class _IntotoEnvelope(JsonModel):
    payload_type: Text
    # Kept by few instances; its digest below says the same.
    payload: Base64 = ""
    signatures: Annotated[tuple[_IntotoSignature, ...], _ONE]


class _IntotoContent(JsonModel):
    envelope: _IntotoEnvelope
    hash: _Hash
    payload_hash: _Hash


class _Intoto(JsonModel):
    content: _IntotoContent

    def body(self) -> dict[str, Any]:
        signature = self.content.envelope.signatures[0]
        # The base64 of the envelope was itself taken for bytes.
        inner = decoded(signature.sig, "signature").decode("ascii", "replace")
        return {
            "signature": decoded(inner, "signature"),
            "signer": _unarmoured(signature.public_key),
            "payload_digest": bytes.fromhex(self.content.payload_hash.value),
        }


class _Verifier(JsonModel):
    key_details: Text
    public_key: RawPart | None = None
    x509_certificate: Annotated[RawPart | None, Field(alias="x509Certificate")] = None

    def der(self) -> bytes:
        part = self.x509_certificate or self.public_key
        if part is None or (self.x509_certificate and self.public_key):
            raise DocumentError("schema", "An entry names no signer, or two.")
        return decoded(part.raw_bytes, "signer")


class _SignatureV2(JsonModel):
    content: Base64
    verifier: _Verifier


class _HashedV2(JsonModel):
    data: _Digest
    signature: _SignatureV2

    def body(self) -> dict[str, Any]:
        return {
            "signature": decoded(self.signature.content, "signature"),
            "signer": self.signature.verifier.der(),
            "digest": decoded(self.data.digest, "digest"),
        }


class _DsseV2(JsonModel):
    payload_hash: _Digest
    signatures: Annotated[tuple[_SignatureV2, ...], _ONE]

    def body(self) -> dict[str, Any]:
        return {
            "signature": decoded(self.signatures[0].content, "signature"),
            "signer": self.signatures[0].verifier.der(),
            "payload_digest": decoded(self.payload_hash.digest, "digest"),
        }


class _HashedSpec(JsonModel):
    hashed_rekord_v002: Annotated[_HashedV2, Field(alias="hashedRekordV002")]

    def body(self) -> dict[str, Any]:
        return self.hashed_rekord_v002.body()


class _DsseSpec(JsonModel):
    dsse_v002: Annotated[_DsseV2, Field(alias="dsseV002")]

    def body(self) -> dict[str, Any]:
        return self.dsse_v002.body()


class _Entry(JsonModel):
    api_version: Text
    kind: Text
    spec: dict[str, Any]


_SPECS: dict[
    tuple[str, str],
    type[_HashedV1 | _DsseV1 | _Intoto | _HashedSpec | _DsseSpec],
] = {
    ("hashedrekord", "0.0.1"): _HashedV1,
    ("dsse", "0.0.1"): _DsseV1,
    ("intoto", "0.0.2"): _Intoto,
    ("hashedrekord", "0.0.2"): _HashedSpec,
    ("dsse", "0.0.2"): _DsseSpec,
}


def read_entry_body(body: bytes, limits: Limits = DEFAULT_LIMITS) -> EntryBody:
    """Read what an entry says; nothing of it is believed yet.

    Raises:
        KeylessError: `keyless.entry-form`: of an unknown kind, or malformed.
    """
    try:
        value = loads(body, limits=limits, max_bytes=limits.max_log_entry_bytes)
        entry = _Entry.read(value, document="log entry")
        spec = _SPECS.get((entry.kind, entry.api_version))
        if spec is None:
            raise _refused(f"{entry.kind[:40]} {entry.api_version[:40]}")
        said = spec.read(entry.spec, document="log entry").body()
    except DocumentError as error:
        raise _refused(f"{error.message} {error.found}".strip()) from error
    return EntryBody(kind=entry.kind, version=entry.api_version, **said)


def _unarmoured(text: str) -> bytes:
    """Take a certificate or key in PEM, in base64 once more, back to DER."""
    pem = decoded(text, "signer").decode("ascii", "replace").strip()
    lines = pem.splitlines()
    if len(lines) < 3 or not (lines[0].startswith(_ENDS) and lines[-1].endswith(_ENDS)):
        raise DocumentError("schema", "An entry names no signer in PEM.")
    return decoded("".join(lines[1:-1]), "signer")


def _refused(found: str) -> KeylessError:
    return KeylessError(
        "entry-form",
        "The log entry is of a kind or form that Assay does not read.",
        expected="hashedrekord 0.0.1 or 0.0.2, dsse 0.0.1 or 0.0.2, or intoto 0.0.2",
        found=found[: DEFAULT_LIMITS.max_shown_chars],
    )

"""A model's detached signature: a sigstore bundle around an OMS v1.0 statement.

Read as widely as OMS section 11 asks (older hints, absent key ids), written as its
current schemas ask.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.manifest import (
    HashType,
    Manifest,
    Method,
    Resource,
    Serialization,
    sharded_hash_name,
)
from assay.domain.statement import MANIFEST_TYPE, PAYLOAD_TYPE
from assay.encoding import decode_base64, encode_base64
from assay.errors import ManifestError
from assay.wire.model import JsonModel, WireModel
from assay.wire.strict_json import loads
from assay.wire.v0.parts import Text
from assay.wire.v0.statement import StatementModel

__all__ = [
    "ModelSignature",
    "ModelSignatureModel",
    "read_manifest",
    "read_model_signature",
    "write_model_signature",
]

_MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
# A document with none of these was meant for something else.
_ITS_OWN = ("mediaType", "dsseEnvelope", "verificationMaterial")
_PREFIX = "application/vnd.dev.sigstore.bundle"
_SHARD = re.compile(r"(?s:(.+)):(0|[1-9][0-9]{0,18}):([1-9][0-9]{0,18})")
_URL_SAFE = str.maketrans("-_", "+/")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSignature:
    """A detached signature as read, nothing of it proven yet.

    Attributes:
        payload: The signed bytes.
        payload_type: DSSE payload type.
        signatures: Raw signatures, one or more.
        hint: Name of the key, or empty.
        chain: Certificates in DER, the signing one first; empty for bare keys.
        keyless: Whether it was made by sigstore's keyless method.
    """

    payload: bytes
    payload_type: str
    signatures: tuple[bytes, ...]
    hint: str = ""
    chain: tuple[bytes, ...] = ()
    keyless: bool = False


class _Open(JsonModel):
    """A part of which OMS says that unknown fields are to be ignored."""

    model_config = ConfigDict(extra="ignore")


class _Bytes(_Open):
    raw_bytes: Annotated[str, Field(min_length=1)]


class _Chain(_Open):
    certificates: Annotated[tuple[_Bytes, ...], Field(min_length=1, max_length=64)]


class _Hint(_Open):
    hint: Text = ""
    raw_bytes: Text = ""


class _Material(_Open):
    public_key: _Hint | None = None
    x509_certificate_chain: Annotated[
        _Chain | None, Field(alias="x509CertificateChain")
    ] = None
    certificate: _Bytes | None = None
    tlog_entries: tuple[dict[str, Any], ...] = ()


class _Signature(JsonModel):
    sig: Annotated[str, Field(min_length=1)]
    keyid: Text | None = None


class _Envelope(JsonModel):
    payload: Annotated[str, Field(min_length=1)]
    payload_type: Text
    signatures: Annotated[tuple[_Signature, ...], Field(min_length=1, max_length=16)]


class ModelSignatureModel(JsonModel):
    """OMS bundle (section 4)."""

    described_in = "docs/formats/model-signature.md"

    media_type: Text
    verification_material: _Material
    dsse_envelope: _Envelope


class _Resource(WireModel):
    """OMS resource descriptor (section 5.2.1); further fields are ignored."""

    model_config = ConfigDict(extra="ignore")

    name: Annotated[str, Field(min_length=1, max_length=5000)]
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}([0-9a-f]{64})?$")]
    algorithm: Text


class _Serialization(WireModel):
    method: Literal["files", "shards"]
    hash_type: Literal["sha256", "blake2b", "blake3"]
    allow_symlinks: bool
    # The reference tool writes 100000.0: protobuf's Struct knows no whole numbers.
    shard_size: Annotated[int | float, Field(gt=0, lt=2**53)] | None = None
    ignore_paths: tuple[Text, ...] | None = None


class _Predicate(WireModel):
    resources: Annotated[
        tuple[_Resource, ...],
        Field(min_length=1, max_length=DEFAULT_LIMITS.max_manifest_resources),
    ]
    serialization: _Serialization


def _fields(value: dict[str, object]) -> str:
    names = [repr(name[:40]) for name in list(value)[:3]]
    return f"the fields {', '.join(names)}" if names else "no field"


def read_model_signature(
    data: bytes, limits: Limits = DEFAULT_LIMITS
) -> ModelSignature:
    """Read a detached signature.

    Raises:
        DocumentError: It is malformed JSON or has another form.
        ManifestError: `manifest.media-type` or `manifest.material`.
    """
    value = loads(data, limits=limits, max_bytes=limits.max_bundle_bytes)
    if isinstance(value, dict) and value.keys().isdisjoint(_ITS_OWN):
        raise ManifestError(
            "media-type",
            "This is no model signature, but another JSON document.",
            expected="a sigstore bundle, such as the file model.sig",
            found=f"a document with {_fields(value)}",
            remedy="name the signature, which `assay manifest sign` writes",
        )
    model = ModelSignatureModel.read(value, document="model signature")
    if not model.media_type.startswith(_PREFIX):
        raise ManifestError(
            "media-type",
            "This is no sigstore bundle.",
            expected=f"a media type that begins with {_PREFIX}",
            found=model.media_type[: limits.max_shown_chars],
        )
    material = model.verification_material
    if material.certificate is not None and not material.tlog_entries:
        raise _no_material("a single certificate without an entry of a log")
    key, chain = material.public_key, material.x509_certificate_chain
    ways = (key, chain, material.certificate)
    if sum(way is not None for way in ways) != 1 or key == _Hint():
        raise _no_material("none of them, or several")
    envelope = model.dsse_envelope
    certificates = chain.certificates if chain else ()
    return ModelSignature(
        payload=_decoded(envelope.payload, "payload"),
        payload_type=envelope.payload_type,
        signatures=tuple(
            _decoded(part.sig, "signature") for part in envelope.signatures
        ),
        hint=key.hint if key else "",
        chain=tuple(_decoded(part.raw_bytes, "certificate") for part in certificates),
        keyless=material.certificate is not None,
    )


def write_model_signature(
    payload: bytes, signature: bytes, *, hint: str, chain: tuple[bytes, ...] = ()
) -> bytes:
    """Write a detached signature, with the key's hint or a chain of certificates."""
    material: dict[str, object] = {"publicKey": {"hint": hint}}
    if chain:
        certificates = [{"rawBytes": encode_base64(der)} for der in chain]
        material = {"x509CertificateChain": {"certificates": certificates}}
    material["tlogEntries"] = []
    document = {
        "mediaType": _MEDIA_TYPE,
        "verificationMaterial": material,
        "dsseEnvelope": {
            "payload": encode_base64(payload),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"sig": encode_base64(signature), "keyid": ""}],
        },
    }
    return json.dumps(document, indent=2).encode("ascii") + b"\n"


def read_manifest(payload: bytes, limits: Limits = DEFAULT_LIMITS) -> Manifest:
    """Read a statement over a manifest, after its signature was checked.

    Whether its root follows from its resources is not looked at here.

    Raises:
        DocumentError: It is no in-toto statement of this form.
        ManifestError: `manifest.predicate-type`, `.algorithm`, `.names`,
            `.shard-size` or `.ignored`.
    """
    value = loads(payload, limits=limits, max_bytes=limits.max_payload_bytes)
    statement = StatementModel.read(value, document="in-toto statement")
    if statement.predicate_type != MANIFEST_TYPE:
        raise ManifestError(
            "predicate-type",
            "The statement is not about the files of a model.",
            expected=MANIFEST_TYPE,
            found=statement.predicate_type[: limits.max_shown_chars],
        )
    predicate = _Predicate.read(statement.predicate, document="OMS predicate")
    serialization = _serialization(predicate.serialization)
    return Manifest(
        model=statement.subject[0].name,
        serialization=serialization,
        resources=_resources(predicate, serialization),
        root=statement.subject[0].digest.sha256,
    )


def _serialization(part: _Serialization) -> Serialization:
    size = part.shard_size
    whole = size is None or size == int(size)
    if not whole or (part.method == "shards") != (size is not None):
        raise ManifestError(
            "shard-size",
            "The manifest does not say how it was made.",
            expected="a whole shard size with `shards`, and none with `files`",
            found=f"{part.method} with shard size {size}",
        )
    ignored = part.ignore_paths or ()
    for path in ignored:
        if not _is_plain(path) or any(char in path for char in "*?["):
            raise ManifestError(
                "ignored",
                "The manifest leaves out paths that nobody can name.",
                expected="plain relative paths (OMS section 6.2.1)",
                found=ascii(path)[: DEFAULT_LIMITS.max_shown_chars],
            )
    return Serialization(
        method=Method(part.method),
        hash_type=HashType(part.hash_type),
        shard_size=None if size is None else int(size),
        allow_symlinks=part.allow_symlinks,
        ignore_paths=tuple(sorted(set(ignored))),
    )


def _resources(
    predicate: _Predicate, serialization: Serialization
) -> tuple[Resource, ...]:
    wanted = serialization.hash_type
    named = {wanted.value}
    if serialization.shard_size is not None:
        named.add(sharded_hash_name(serialization))
    resources = []
    for part in predicate.resources:
        if part.algorithm not in named or len(part.digest) != wanted.hex_length:
            raise ManifestError(
                "algorithm",
                "A resource is hashed in another way than the manifest says.",
                expected=f"{wanted.value}, {wanted.hex_length} characters",
                found=f"{part.algorithm[:64]}, {len(part.digest)} characters",
            )
        resources.append(Resource(name=part.name, digest=part.digest))
    names = [_path_of(part.name, serialization) for part in predicate.resources]
    distinct = len({resource.name for resource in resources}) == len(resources)
    if not distinct or not all(name and _is_plain(name) for name in names):
        raise ManifestError(
            "names",
            "The manifest names its resources in a way that two readers may differ on.",
            expected="relative, normalised paths (OMS section 6.1.2), each once",
            found="a repeated, absolute, climbing or malformed name",
        )
    return tuple(resources)


def _path_of(name: str, how: Serialization) -> str:
    """Give the path of a resource; for shards without the range, which must fit."""
    if how.shard_size is None:
        return name
    match = _SHARD.fullmatch(name)
    if match is None:
        return ""
    start, end = int(match[2]), int(match[3])
    fits = start % how.shard_size == 0 and start < end <= start + how.shard_size
    return match[1] if fits else ""


def _is_plain(path: str) -> bool:
    """Tell a normalised relative path; `.` is a model that is one file."""
    parts = path.split("/")
    return path == "." or not any(part in {"", ".", ".."} for part in parts)


def _decoded(text: str, what: str) -> bytes:
    """Decode base64 in either alphabet, as DSSE asks of readers (envelope.md)."""
    return decode_base64(text.translate(_URL_SAFE), what=what)


def _no_material(found: str) -> ManifestError:
    return ManifestError(
        "material",
        "The signature does not say by what it can be verified.",
        expected="one of: a public key's hint, a chain of certificates, or a "
        "certificate with an entry of a log",
        found=found,
    )

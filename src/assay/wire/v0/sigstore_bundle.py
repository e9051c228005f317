"""Sigstore bundles: signatures that sigstore's own clients verify offline.

The JSON form of `dev.sigstore.bundle.v1.Bundle` (sigstore/protobuf-specs). Written as
version 0.3; read strictly in the versions 0.1 to 0.3. Whole numbers of 64 bits stand as
strings; both spellings of base64 are read, as protocol buffers ask of readers.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Final

from pydantic import Field

from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.sigstore import InclusionProof, SigstoreBundle, SigstoreEntry
from assay.encoding import decode_base64, encode_base64
from assay.errors import BundleError, DocumentError
from assay.wire.model import JsonModel
from assay.wire.strict_json import loads

__all__ = [
    "SIGSTORE_MEDIA_TYPE",
    "SigstoreBundleModel",
    "decoded",
    "read_sigstore_bundle",
    "without_nulls",
    "write_sigstore_bundle",
]

SIGSTORE_MEDIA_TYPE: Final = "application/vnd.dev.sigstore.bundle.v0.3+json"
_VERSIONS: Final = {
    SIGSTORE_MEDIA_TYPE: "0.3",
    "application/vnd.dev.sigstore.bundle+json;version=0.3": "0.3",
    "application/vnd.dev.sigstore.bundle+json;version=0.2": "0.2",
    "application/vnd.dev.sigstore.bundle+json;version=0.1": "0.1",
}
_URL_SAFE = str.maketrans("-_", "+/")
_SHA256 = ("SHA2_256", 1)

Text = Annotated[str, Field(max_length=1024)]
Base64 = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/_-]*={0,2}$")]
# Protocol buffers write whole numbers of 64 bits as strings, and read both forms.
Whole = (
    Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,18})$")]
    | Annotated[int, Field(ge=0, lt=2**63)]
)


class RawPart(JsonModel):
    """Bytes in a field of their own: a certificate."""

    raw_bytes: Base64


class LogIdPart(JsonModel):
    """By what clients find a log's key."""

    key_id: Base64


class KeyHintPart(JsonModel):
    """By what clients find the signer's key."""

    hint: Text = ""


class ChainPart(JsonModel):
    """Certificates, that of the signer first."""

    certificates: Annotated[tuple[RawPart, ...], Field(max_length=10)] = ()


class KindPart(JsonModel):
    """Kind and version of an entry."""

    kind: Text
    version: Text


class CheckpointPart(JsonModel):
    """A signed tree, as a C2SP note."""

    envelope: Annotated[str, Field(max_length=DEFAULT_LIMITS.max_note_bytes)]


class ProofPart(JsonModel):
    """The inclusion of an entry."""

    log_index: Whole = "0"
    root_hash: Base64
    tree_size: Whole
    hashes: Annotated[tuple[Base64, ...], Field(max_length=64)] = ()
    checkpoint: CheckpointPart


class PromisePart(JsonModel):
    """What Rekor v1 signed when it took an entry."""

    signed_entry_timestamp: Base64


class EntryPart(JsonModel):
    """An entry of a log."""

    log_index: Whole = "0"
    log_id: LogIdPart
    kind_version: KindPart
    integrated_time: Whole = "0"
    inclusion_promise: PromisePart | None = None
    inclusion_proof: ProofPart | None = None
    canonicalized_body: Base64 = ""

    @classmethod
    def of(cls, entry: SigstoreEntry) -> EntryPart:
        """Write an entry that has its proof."""
        proof = entry.proof
        promise = entry.promise
        return cls(
            log_index=str(entry.index),
            log_id=LogIdPart(key_id=encode_base64(entry.log_id)),
            kind_version=KindPart(kind=entry.kind, version=entry.version),
            integrated_time=str(entry.integrated_at),
            inclusion_promise=None
            if promise is None
            else PromisePart(signed_entry_timestamp=encode_base64(promise)),
            inclusion_proof=None
            if proof is None
            else ProofPart(
                log_index=str(proof.index),
                root_hash=encode_base64(proof.root),
                tree_size=str(proof.size),
                hashes=tuple(map(encode_base64, proof.hashes)),
                checkpoint=CheckpointPart(envelope=proof.checkpoint),
            ),
            canonicalized_body=encode_base64(entry.body),
        )

    def to_domain(self) -> SigstoreEntry:
        """Read an entry.

        Raises:
            DocumentError: `document.bad-base64`.
        """
        proof, promise = self.inclusion_proof, self.inclusion_promise
        return SigstoreEntry(
            index=int(self.log_index),
            log_id=decoded(self.log_id.key_id, "log id"),
            kind=self.kind_version.kind,
            version=self.kind_version.version,
            body=decoded(self.canonicalized_body, "entry"),
            integrated_at=int(self.integrated_time),
            promise=None
            if promise is None
            else decoded(promise.signed_entry_timestamp, "promise"),
            proof=None
            if proof is None
            else InclusionProof(
                index=int(proof.log_index),
                root=decoded(proof.root_hash, "root hash"),
                size=int(proof.tree_size),
                hashes=tuple(decoded(item, "hash") for item in proof.hashes),
                checkpoint=proof.checkpoint.envelope,
            ),
        )


class StampPart(JsonModel):
    """A TimeStampResp."""

    signed_timestamp: Base64


class StampsPart(JsonModel):
    """Timestamps over the signature."""

    rfc3161_timestamps: Annotated[
        tuple[StampPart, ...],
        Field(alias="rfc3161Timestamps", max_length=DEFAULT_LIMITS.max_timestamps),
    ] = ()


class MaterialPart(JsonModel):
    """By what the signature is verified: exactly one of the first three."""

    public_key: KeyHintPart | None = None
    x509_certificate_chain: Annotated[
        ChainPart | None, Field(alias="x509CertificateChain")
    ] = None
    certificate: RawPart | None = None
    tlog_entries: Annotated[tuple[EntryPart, ...], Field(max_length=8)] = ()
    timestamp_verification_data: StampsPart | None = None


class SignaturePart(JsonModel):
    """A DSSE signature."""

    sig: Base64
    keyid: Text = ""


class EnvelopePart(JsonModel):
    """A DSSE envelope with exactly one signature."""

    payload: Base64
    payload_type: Text
    signatures: Annotated[tuple[SignaturePart, ...], Field(min_length=1, max_length=1)]


class DigestPart(JsonModel):
    """The digest that a signature is over."""

    algorithm: Text | int
    digest: Base64


class MessagePart(JsonModel):
    """A signature over a digest."""

    message_digest: DigestPart | None = None
    signature: Base64


class SigstoreBundleModel(JsonModel):
    """A sigstore bundle, versions 0.1 to 0.3."""

    described_in = "docs/formats/sigstore.md"

    media_type: Text
    verification_material: MaterialPart
    dsse_envelope: EnvelopePart | None = None
    message_signature: MessagePart | None = None


def write_sigstore_bundle(bundle: SigstoreBundle) -> bytes:
    """Write a bundle of version 0.3 around a DSSE envelope, as JSON with a line end.

    The key's hint is also the envelope's `keyid`, as the specification asks.
    """
    stamps = tuple(
        StampPart(signed_timestamp=encode_base64(token)) for token in bundle.timestamps
    )
    hint = None if bundle.certificates else KeyHintPart(hint=bundle.hint)
    model = SigstoreBundleModel(
        media_type=SIGSTORE_MEDIA_TYPE,
        verification_material=MaterialPart(
            public_key=hint,
            certificate=None
            if hint
            else RawPart(raw_bytes=encode_base64(bundle.certificates[0])),
            tlog_entries=tuple(map(EntryPart.of, bundle.entries)),
            timestamp_verification_data=StampsPart(rfc3161_timestamps=stamps)
            if stamps
            else None,
        ),
        dsse_envelope=EnvelopePart(
            payload=encode_base64(bundle.payload or b""),
            payload_type=bundle.payload_type,
            signatures=(
                SignaturePart(sig=encode_base64(bundle.signature), keyid=bundle.key_id),
            ),
        ),
    )
    document = model.model_dump(mode="json", by_alias=True, exclude_none=True)
    return json.dumps(document, indent=2).encode("ascii") + b"\n"


def read_sigstore_bundle(
    data: bytes, limits: Limits = DEFAULT_LIMITS
) -> SigstoreBundle:
    """Read a sigstore bundle strictly; nothing in it is believed yet.

    Raises:
        BundleError: `bundle.sigstore`: no sigstore bundle of a known version, or one
            that contradicts itself.
    """
    try:
        value = loads(data, limits=limits, max_bytes=limits.max_bundle_bytes)
        model = SigstoreBundleModel.read(
            without_nulls(value), document="sigstore bundle"
        )
        version = _VERSIONS.get(model.media_type)
        if version is None:
            raise _refused(f"the media type {model.media_type[:100]!r}")
        return _to_domain(model, version)
    except DocumentError as error:
        raise _refused(f"{error.message} {error.found}".strip()) from error


def _to_domain(model: SigstoreBundleModel, version: str) -> SigstoreBundle:
    material = model.verification_material
    stamps = material.timestamp_verification_data or StampsPart()
    signed, envelope = model.message_signature, model.dsse_envelope
    certificates = _certificates(material, version)
    entries = tuple(part.to_domain() for part in material.tlog_entries)
    timestamps = tuple(
        decoded(part.signed_timestamp, "timestamp")
        for part in stamps.rfc3161_timestamps
    )
    hint = "" if material.public_key is None else material.public_key.hint
    if envelope is not None and signed is None:
        signature = envelope.signatures[0]
        if hint and signature.keyid and signature.keyid != hint:
            raise _refused("a key hint and a keyid that differ")
        return SigstoreBundle(
            version=version,
            signature=decoded(signature.sig, "signature"),
            payload_type=envelope.payload_type,
            payload=decoded(envelope.payload, "payload"),
            key_id=signature.keyid,
            hint=hint,
            certificates=certificates,
            entries=entries,
            timestamps=timestamps,
        )
    if signed is None or envelope is not None:
        raise _refused("neither an envelope nor a signature over a digest, or both")
    stated = signed.message_digest
    if stated is not None and stated.algorithm not in _SHA256:
        raise _refused(f"the digest algorithm {str(stated.algorithm)[:40]}")
    return SigstoreBundle(
        version=version,
        signature=decoded(signed.signature, "signature"),
        digest=None if stated is None else decoded(stated.digest, "digest"),
        hint=hint,
        certificates=certificates,
        entries=entries,
        timestamps=timestamps,
    )


def _certificates(material: MaterialPart, version: str) -> tuple[bytes, ...]:
    """Read the certificates; version 0.3 has one, the earlier ones have chains."""
    chain, single = material.x509_certificate_chain, material.certificate
    ways = (material.public_key, chain, single)
    if sum(way is not None for way in ways) != 1:
        raise _refused("no key and no certificate, or several ways to name one")
    if chain is not None and (version == "0.3" or not chain.certificates):
        raise _refused("a chain of certificates, empty or in version 0.3")
    parts = chain.certificates if chain else filter(None, (single,))
    return tuple(decoded(part.raw_bytes, "certificate") for part in parts)


def without_nulls(value: Any) -> Any:  # noqa: ANN401 - untrusted JSON
    """Leave out fields that are null: to protocol buffers they are not there."""
    if isinstance(value, dict):
        return {k: without_nulls(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value


def decoded(text: str, what: str) -> bytes:
    """Decode either alphabet, with its padding left out or there.

    Raises:
        DocumentError: `document.bad-base64`.
    """
    plain = text.translate(_URL_SAFE).rstrip("=")
    return decode_base64(plain + "=" * (-len(plain) % 4), what=what)


def _refused(found: str) -> BundleError:
    return BundleError(
        "sigstore",
        "This is no sigstore bundle that Assay can read.",
        expected=f"a document of type {SIGSTORE_MEDIA_TYPE}, or of versions 0.1 to 0.2",
        found=found,
        remedy="get the file again from whoever signed",
    )

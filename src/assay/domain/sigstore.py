"""What a sigstore bundle holds, and whom a sigstore client believes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.domain.trust import KeylessAuthority, KeylessLog, TimestampAuthority

__all__ = [
    "EntryBody",
    "InclusionProof",
    "SigstoreBundle",
    "SigstoreEntry",
    "SigstoreRoot",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class InclusionProof:
    """That an entry is in a log's tree.

    Attributes:
        index: Place of the entry in the tree.
        root: Root hash that the proof says it leads to.
        size: Size that the tree is said to have.
        hashes: Path from the leaf's sibling upwards.
        checkpoint: The signed tree, verbatim.
    """

    index: int
    root: bytes
    size: int
    hashes: tuple[bytes, ...]
    checkpoint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SigstoreEntry:
    """An entry of a log, as a bundle carries it; nothing of it proven.

    Attributes:
        index: Place in the log, which may be made of several trees.
        log_id: Hash by which clients find the log's key.
        kind: Such as `hashedrekord`.
        version: Such as `0.0.2`.
        body: The entry's bytes, as hashed into the leaf; empty when left out.
        proof: Its inclusion, or None.
        promise: What Rekor v1 signed when it took the entry, or None.
        integrated_at: Seconds since the Epoch at which Rekor v1 took it; 0 when not
            stated.
    """

    index: int
    log_id: bytes
    kind: str
    version: str
    body: bytes
    proof: InclusionProof | None = None
    promise: bytes | None = None
    integrated_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryBody:
    """What an entry says was signed, by whom and how.

    Attributes:
        kind: Such as `hashedrekord`.
        version: Such as `0.0.2`.
        signature: Raw signature.
        signer: Certificate or key in DER.
        digest: SHA-256 of what the signature is over; None where it says another.
        payload_digest: SHA-256 of the DSSE payload; None where it says another.
    """

    kind: str
    version: str
    signature: bytes
    signer: bytes
    digest: bytes | None = None
    payload_digest: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SigstoreBundle:
    """A signature with all that verifies it offline; nothing of it proven.

    Attributes:
        version: Of the format: `0.1`, `0.2` or `0.3`.
        signature: Raw signature.
        payload_type: DSSE payload type; empty for a signature over a digest.
        payload: DSSE payload; None for a signature over a digest.
        digest: SHA-256 that a signature over a digest states; None where it states
            none, and for DSSE.
        key_id: What the envelope calls the key; empty when it does not.
        hint: What the material calls the key; empty when it names none.
        certificates: DER, that of the signer first; none for a bare key.
        entries: Of logs.
        timestamps: TimeStampResp in DER, over the signature.
    """

    version: str = "0.3"
    signature: bytes
    payload_type: str = ""
    payload: bytes | None = None
    digest: bytes | None = None
    key_id: str = ""
    hint: str = ""
    certificates: tuple[bytes, ...] = ()
    entries: tuple[SigstoreEntry, ...] = ()
    timestamps: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SigstoreRoot:
    """Whom a sigstore client believes: a trusted root, read or to be written.

    Attributes:
        logs: For entries.
        authorities: For short-lived certificates.
        certificate_logs: For their signed timestamps.
        timestamp_authorities: For time; each a path from the signer to the root.
    """

    logs: tuple[KeylessLog, ...] = ()
    authorities: tuple[KeylessAuthority, ...] = ()
    certificate_logs: tuple[KeylessLog, ...] = ()
    timestamp_authorities: tuple[TimestampAuthority, ...] = ()

"""A whole sigstore on one table: an authority, a log of certificates, and our own log.

The authority certifies short-lived keys as Fulcio does, with a signed certificate
timestamp inside; the log is Assay's, and takes hashedrekord entries that carry the
certificate. Everything is real but the identity provider.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from assay.crypto.canonical import canonical_json
from assay.crypto.checkpoint import parse_checkpoint
from assay.crypto.dsse import pre_authentication_encoding
from assay.crypto.note import parse_note
from assay.crypto.sigstore_key import key_id, log_key_of_vkey
from assay.crypto.tlog_proof import parse_tlog_proof
from assay.domain.sigstore import InclusionProof, SigstoreBundle, SigstoreEntry
from assay.domain.trust import (
    KeylessAuthority,
    KeylessIdentity,
    KeylessLog,
    TimestampAuthority,
    TrustFile,
)
from assay.encoding import encode_base64
from assay.log import LogEntry
from tests.simulators.authorities import NOW, Holder, issue, root
from tests.simulators.timestamp_forger import Forger, der, stamp_holder

if TYPE_CHECKING:
    from assay.log import Log

IDENTITY = "release@labs.example.com"
ISSUER = "https://accounts.example.com"
ISSUER_V1 = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.1")
ISSUER_V2 = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.8")
_SCT_LIST = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
_KEY_USAGE = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


def spki(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@dataclass(kw_only=True)
class Fulcio:
    """An authority that certifies keys for ten minutes; each setting can be wrong."""

    at: datetime = NOW
    root: Holder = field(init=False)
    between: Holder = field(init=False)
    seen_by: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def __post_init__(self) -> None:
        self.root = root("sigstore", at=self.at)
        self.between = issue(
            "sigstore-intermediate",
            self.root,
            authority=True,
            path_length=0,
            uses=("key_cert_sign",),
            code_signing=True,
            at=self.at,
        )

    def certify(
        self,
        key: ec.EllipticCurvePrivateKey,
        *,
        names: tuple[x509.GeneralName, ...] = (x509.RFC822Name(IDENTITY),),
        issuers: dict[x509.ObjectIdentifier, bytes] | None = None,
        purpose: x509.ObjectIdentifier = ExtendedKeyUsageOID.CODE_SIGNING,
        usage: x509.KeyUsage = _KEY_USAGE,
        authority: bool = False,
        seen: bool = True,
        seen_extensions: bytes = b"",
        seen_at: int | None = None,
    ) -> bytes:
        """Issue a certificate, seen by the log of certificates before it is whole."""
        stated = (
            {ISSUER_V1: ISSUER.encode(), ISSUER_V2: der(0x0C, ISSUER.encode())}
            if issuers is None
            else issuers
        )
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([]))
            .issuer_name(self.between.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.at - timedelta(minutes=1))
            .not_valid_after(self.at + timedelta(minutes=9))
            .add_extension(usage, critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(
                    self.between.key.public_key()
                ),
                critical=False,
            )
        )
        if names:
            builder = builder.add_extension(
                x509.SubjectAlternativeName(names), critical=True
            )
        if authority:
            builder = builder.add_extension(
                x509.BasicConstraints(ca=True, path_length=None), critical=True
            )
        for oid, value in stated.items():
            builder = builder.add_extension(
                x509.UnrecognizedExtension(oid, value), critical=False
            )
        if seen:
            draft = builder.sign(self.between.key, hashes.SHA256())
            builder = builder.add_extension(
                x509.UnrecognizedExtension(
                    _SCT_LIST,
                    self._seen(draft.tbs_certificate_bytes, seen_extensions, seen_at),
                ),
                critical=False,
            )
        return builder.sign(self.between.key, hashes.SHA256()).public_bytes(
            Encoding.DER
        )

    def _seen(self, draft: bytes, extensions: bytes, at: int | None) -> bytes:
        """Write a list of one signed certificate timestamp (RFC 6962 section 3.3)."""
        stated = round(self.at.timestamp() * 1000) if at is None else at
        time = stated.to_bytes(8, "big")
        tail = len(extensions).to_bytes(2, "big") + extensions
        message = b"".join(
            (
                b"\0\0",
                time,
                b"\0\1",
                hashlib.sha256(spki(self.between.key.public_key())).digest(),
                len(draft).to_bytes(3, "big"),
                draft,
                tail,
            )
        )
        signature = self.seen_by.sign(message, ec.ECDSA(hashes.SHA256()))
        log = hashlib.sha256(spki(self.seen_by.public_key())).digest()
        sct = b"\0" + log + time + tail + b"\4\3"
        sct += len(signature).to_bytes(2, "big") + signature
        inside = len(sct).to_bytes(2, "big") + sct
        return der(0x04, len(inside).to_bytes(2, "big") + inside)

    @property
    def trusted(self) -> KeylessAuthority:
        return KeylessAuthority(certificates=(self.between.der, self.root.der))

    @property
    def certificate_log(self) -> KeylessLog:
        return KeylessLog(public_key=spki(self.seen_by.public_key()))


@dataclass(kw_only=True)
class Keyless:
    """Signs as a keyless client does, into a log of ours."""

    log: Log
    at: datetime = NOW
    fulcio: Fulcio = field(init=False)
    stamps: Forger = field(init=False)
    stamps_root: Holder = field(init=False)

    def __post_init__(self) -> None:
        self.fulcio = Fulcio(at=self.at)
        self.stamps_root = root("stamps root", at=self.at)
        self.stamps = Forger(
            signer=stamp_holder(self.stamps_root, at=self.at), time=self.at
        )

    @property
    def trusted_log(self) -> KeylessLog:
        key = log_key_of_vkey(tuple(str(v) for v in self.log.vkeys))
        return KeylessLog(public_key=key or b"", origin=self.log.origin)

    @property
    def identity(self) -> KeylessIdentity:
        return KeylessIdentity(
            name="Example Labs",
            issuer=ISSUER,
            identity=IDENTITY,
            authorities=(self.fulcio.trusted,),
            logs=(self.trusted_log,),
            certificate_logs=(self.fulcio.certificate_log,),
        )

    @property
    def trust(self) -> TrustFile:
        return TrustFile(
            developers=(),
            logs=(),
            programmes=(),
            timestamp_authorities=(
                TimestampAuthority(name="stamps", certificates=(self.stamps_root.der,)),
            ),
            keyless=(self.identity,),
        )

    def sign(
        self,
        payload: bytes,
        payload_type: str = "application/vnd.in-toto+json",
        **certificate: object,
    ) -> SigstoreBundle:
        """Sign a payload with a new key, enter it, and stamp it."""
        key = ec.generate_private_key(ec.SECP256R1())
        held = self.fulcio.certify(key, **certificate)
        message = pre_authentication_encoding(payload_type, payload)
        signature = key.sign(message, ec.ECDSA(hashes.SHA256()))
        return SigstoreBundle(
            signature=signature,
            payload=payload,
            payload_type=payload_type,
            certificates=(held,),
            entries=(self.enter(message, signature, held),),
            timestamps=(self.stamps.stamp(signature),),
        )

    def enter(self, message: bytes, signature: bytes, held: bytes) -> SigstoreEntry:
        """Enter a signature with its certificate in the log."""
        body = hashed_rekord(message, signature, held)
        receipt = self.log.append([LogEntry(leaf=body, body=message)])[0]
        proof = parse_tlog_proof(receipt.proof_text)
        tree = parse_checkpoint(parse_note(proof.checkpoint).text)
        return SigstoreEntry(
            index=proof.index,
            log_id=key_id(self.trusted_log),
            kind="hashedrekord",
            version="0.0.2",
            body=body,
            proof=InclusionProof(
                index=proof.index,
                root=tree.root,
                size=tree.size,
                hashes=proof.hashes,
                checkpoint=proof.checkpoint,
            ),
        )


def hashed_rekord(message: bytes, signature: bytes, held: bytes) -> bytes:
    """Write a Rekor v2 entry that carries a certificate."""
    verifier = {
        "keyDetails": "PKIX_ECDSA_P256_SHA_256",
        "x509Certificate": {"rawBytes": encode_base64(held)},
    }
    spec = {
        "data": {
            "algorithm": "SHA2_256",
            "digest": encode_base64(hashlib.sha256(message).digest()),
        },
        "signature": {"content": encode_base64(signature), "verifier": verifier},
    }
    return canonical_json(
        {
            "apiVersion": "0.0.2",
            "kind": "hashedrekord",
            "spec": {"hashedRekordV002": spec},
        }
    )


@dataclass(kw_only=True)
class RekorV1:
    """A log of one entry, as Rekor v1 kept it: ECDSA, and promises with a time."""

    at: datetime = NOW
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    origin: str = "rekor.example.com"

    @property
    def trusted(self) -> KeylessLog:
        return KeylessLog(public_key=spki(self.key.public_key()), origin=self.origin)

    def take(self, kind: str, spec: dict[str, object]) -> SigstoreEntry:
        """Take one entry; it is the whole tree."""
        version = "0.0.2" if kind == "intoto" else "0.0.1"
        body = json.dumps({"apiVersion": version, "kind": kind, "spec": spec}).encode()
        leaf = hashlib.sha256(b"\0" + body).digest()
        text = f"{self.origin} - 42\n1\n{encode_base64(leaf)}\nTimestamp: 1\n"
        hint = key_id(self.trusted)[:4]
        signed = self._sign(text.encode())
        line = f"\u2014 {self.origin} {encode_base64(hint + signed)}\n"
        entry = SigstoreEntry(
            index=7_000,
            log_id=key_id(self.trusted),
            kind=kind,
            version=version,
            body=body,
            integrated_at=round(self.at.timestamp()),
            proof=InclusionProof(
                index=0, root=leaf, size=1, hashes=(), checkpoint=f"{text}\n{line}"
            ),
        )
        return self.promise(entry)

    def promise(self, entry: SigstoreEntry) -> SigstoreEntry:
        """Sign the entry with its time, as a signed entry timestamp."""
        message = canonical_json(
            {
                "body": encode_base64(entry.body),
                "integratedTime": entry.integrated_at,
                "logID": entry.log_id.hex(),
                "logIndex": entry.index,
            }
        )
        return replace(entry, promise=self._sign(message))

    def _sign(self, message: bytes) -> bytes:
        return self.key.sign(message, ec.ECDSA(hashes.SHA256()))

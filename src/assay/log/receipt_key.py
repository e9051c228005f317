"""The log's third private key: it signs COSE receipts (RFC 9942), and nothing else.

It is made on request, in a file of its own beside the others, so a log that gives no
such receipts needs none. Its public half is published as a COSE key set,
`scitt-keys.cbor`, which is what SCITT serves as `/.well-known/scitt-keys`.

A receipt is derived from one that the log gave already: no root is signed here that
all other keys of the log have not signed before.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from assay.crypto.cose_key import key_thumbprint, write_key_set
from assay.crypto.cose_receipt import (
    InclusionProof,
    sign_consistency_receipt,
    sign_inclusion_receipt,
)
from assay.crypto.cose_sign1 import Header
from assay.crypto.public_key import public_key_of
from assay.crypto.scitt_statement import Claims, write_claims
from assay.crypto.tlog_proof import parse_tlog_proof, verify_tlog_proof
from assay.errors import LogError
from assay.log.keys import read_private_key
from assay.log.layout import RECEIPT_KEY, RECEIPT_KEY_SET
from assay.log.stores.files import DirectoryFiles, machine_error

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assay.crypto.cbor import CborMap
    from assay.crypto.public_key import PublicKey
    from assay.crypto.verifier_key import VerifierKey

__all__ = [
    "ReceiptKey",
    "ensure_receipt_key",
    "read_receipt_key",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptKey:
    """The private key that signs a log's COSE receipts.

    Attributes:
        origin: The log's name, which is the issuer of its receipts.
        public_key: The key that verifies them.
    """

    origin: str
    public_key: PublicKey
    _native: ec.EllipticCurvePrivateKey

    def sign(self, message: bytes) -> bytes:
        """Sign a message; the nonce follows from it and the key (RFC 6979)."""
        algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        return self._native.sign(message, algorithm)

    def issue_inclusion(
        self,
        entry: bytes,
        proof_text: str,
        vkeys: Sequence[VerifierKey],
        subject: str,
    ) -> bytes:
        """Give the COSE receipt of an entry.

        Args:
            entry: The bytes of the entry.
            proof_text: The receipt that the log gave for it, verified here first.
            vkeys: The log's keys, all of which must have signed.
            subject: What the statement behind the entry is about (RFC 9943 section 6).

        Raises:
            LogError, SignatureError: The given receipt does not hold.
        """
        proven = verify_tlog_proof(proof_text, entry, vkeys, origin=self.origin)
        path = parse_tlog_proof(proof_text).hashes
        proof = InclusionProof(size=proven.size, index=proven.index, hashes=path)
        protected = self._header(subject, proven.timestamp)
        return sign_inclusion_receipt(self, proof, proven.root, protected)

    def issue_consistency(
        self,
        sizes: tuple[int, int],
        path: Sequence[bytes],
        root: bytes,
        issued_at: int | None = None,
    ) -> bytes:
        """Give the COSE receipt that a tree begins with an older one.

        Args:
            sizes: Of the older and the newer tree.
            path: The proof between them.
            root: Of the newer tree, which the caller took from a checkpoint that the
                log's other keys have signed.
            issued_at: Time of that checkpoint, in seconds since the Epoch.
        """
        protected = self._header(self.origin, issued_at)
        return sign_consistency_receipt(self, sizes, path, root, protected)

    def _header(self, subject: str, issued_at: int | None) -> CborMap:
        claims = Claims(issuer=self.origin, subject=subject, issued_at=issued_at)
        return {
            Header.KID: key_thumbprint(self.public_key),
            Header.CWT_CLAIMS: write_claims(claims),
        }


def ensure_receipt_key(root: Path, origin: str) -> ReceiptKey:
    """Make the key where there is none, and publish its public half.

    Done again it changes nothing, so it also finishes what a crash left unfinished.

    Raises:
        LogError: As `read_receipt_key`, of a key that was there.
        MachineError: A file cannot be written.
    """
    if not os.path.lexists(root / RECEIPT_KEY):
        _create(root)
    key = read_receipt_key(root, origin)
    DirectoryFiles(root).replace(RECEIPT_KEY_SET, write_key_set((key.public_key,)))
    return key


def _create(root: Path) -> None:
    """Write a new key whole, and never over another."""
    native = ec.generate_private_key(ec.SECP256R1())
    pem = native.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = root / f".{RECEIPT_KEY}.{secrets.token_hex(6)}.part"
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(pem)
                file.flush()
                os.fsync(file.fileno())
            # Unlike a rename, a link never takes the place of what is there: when two
            # processes make a key, both go on with that of the first.
            with contextlib.suppress(FileExistsError):
                os.link(draft, root / RECEIPT_KEY)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise machine_error(error, f"writing the key {RECEIPT_KEY}") from error


def read_receipt_key(root: Path, origin: str) -> ReceiptKey:
    """Read the key.

    Raises:
        LogError: `log.receipt-key-missing`, `log.receipt-key-malformed`,
            `log.key-exposed` or `log.key-malformed`.
        MachineError: It cannot be read.
    """
    path = root / RECEIPT_KEY
    if not os.path.lexists(path):
        raise LogError(
            "receipt-key-missing",
            "The log has no key for COSE receipts.",
            expected=RECEIPT_KEY,
            found="no such file",
            remedy="make one with `assay scitt init`, or restore the one it had",
        )
    native = read_private_key(path)
    if not isinstance(native, ec.EllipticCurvePrivateKey) or not isinstance(
        native.curve, ec.SECP256R1
    ):
        raise LogError(
            "receipt-key-malformed",
            f"The file {RECEIPT_KEY} is not the log's key for COSE receipts.",
            expected="a key on P-256",
            found="a key of another kind",
            remedy="restore it from where it is kept",
        )
    return ReceiptKey(
        origin=origin, public_key=public_key_of(native.public_key()), _native=native
    )

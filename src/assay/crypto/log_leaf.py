"""The log entry of a signed statement: Rekor v2 `hashedrekord` 0.0.2.

The leaf holds digests and the signature, never the statement itself, so a body can
be withheld or erased while the tree stands. Rekor v2's own server refuses pure
Ed25519 here; Assay's log accepts it for Assay's own statement types.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from assay.crypto.canonical import canonical_json
from assay.crypto.dsse import pre_authentication_encoding
from assay.encoding import encode_base64

if TYPE_CHECKING:
    from assay.crypto.public_key import PublicKey
    from assay.domain.statement import Envelope

__all__ = ["log_leaf"]


def log_leaf(envelope: Envelope, key: PublicKey) -> bytes:
    """Give the entry that stands for an envelope in the log, in canonical JSON.

    The digest is SHA-256 over the DSSE pre-authentication encoding: what was signed.
    """
    signed = pre_authentication_encoding(envelope.payload_type, envelope.payload)
    return canonical_json(
        {
            "apiVersion": "0.0.2",
            "kind": "hashedrekord",
            "spec": {
                "hashedRekordV002": {
                    "data": {
                        "algorithm": "SHA2_256",
                        "digest": encode_base64(hashlib.sha256(signed).digest()),
                    },
                    "signature": {
                        "content": encode_base64(envelope.signature),
                        "verifier": {
                            "keyDetails": key.kind.value,
                            "publicKey": {"rawBytes": encode_base64(key.der)},
                        },
                    },
                }
            },
        }
    )

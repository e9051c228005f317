"""The log entry of a signed statement: Rekor v2 `hashedrekord` 0.0.2.

The leaf holds digests and the signature, never the statement itself, so a body can
be withheld or erased while the tree stands. Rekor v2's own server refuses pure
Ed25519 here; Assay's log accepts it for Assay's own statement types.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from assay.crypto.dsse import pre_authentication_encoding
from assay.crypto.public_key import FIRST_KINDS, KeyKind, require_place
from assay.encoding import encode_base64

if TYPE_CHECKING:
    from assay.crypto.public_key import PublicKey
    from assay.domain.statement import Envelope

__all__ = ["log_leaf"]


def log_leaf(envelope: Envelope, key: PublicKey) -> bytes:
    """Give the entry that stands for an envelope in the log, in canonical JSON.

    The digest is over the DSSE pre-authentication encoding: what was signed. Its
    algorithm is that of the signature, as Rekor v2 sets it from `keyDetails`
    (rekor-tiles `pkg/types/hashedrekord`): SHA-384 for P-384. Pure Ed25519 has none
    there, and SHA-256 here (ADR 0008).

    Raises:
        KeyFileError: `key.second-only`: a second envelope has no entry (ADR 0023).
    """
    require_place(key.kind, FIRST_KINDS)
    signed = pre_authentication_encoding(envelope.payload_type, envelope.payload)
    if key.kind is KeyKind.P384:
        algorithm, digest = "SHA2_384", hashlib.sha384(signed).digest()
    else:
        algorithm, digest = "SHA2_256", hashlib.sha256(signed).digest()
    # Written out: the values are base64 and fixed names, which JSON never escapes, and
    # the keys are in their order. A test compares it with `canonical_json`.
    return (
        '{"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":'
        f'{{"data":{{"algorithm":"{algorithm}","digest":"{encode_base64(digest)}"}},'
        f'"signature":{{"content":"{encode_base64(envelope.signature)}",'
        f'"verifier":{{"keyDetails":"{key.kind.value}",'
        f'"publicKey":{{"rawBytes":"{encode_base64(key.der)}"}}}}}}}}}}}}'
    ).encode("ascii")

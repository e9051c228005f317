"""Stage 3: an assessment becomes statements, and statements become signed envelopes.

payloads    the bytes that get signed: manifest, assessment, declarations, seal
sign        a payload and a signer give a DSSE envelope, a second signer a second one
signers/    who holds the key: a PEM file, a PKCS #11 token, a service for keys
"""

from assay.statement.payloads import (
    assessment_payload,
    declarations_payload,
    manifest_payload,
    seal_payload,
)
from assay.statement.sign import Signer, sign, sign_second

__all__ = [
    "Signer",
    "assessment_payload",
    "declarations_payload",
    "manifest_payload",
    "seal_payload",
    "sign",
    "sign_second",
]

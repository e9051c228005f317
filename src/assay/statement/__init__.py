"""Stage 3: an assessment becomes statements, and statements become signed envelopes.

items       results, reports and answers become salted digests and disclosures
payloads    the bytes that get signed: manifest, assessment, declarations, seal
sign        a payload and a signer give a DSSE envelope, a second signer a second one
signers/    who holds the key: a PEM file, a PKCS #11 token, a service for keys
"""

from assay.statement.items import ClaimItems, claim_items, claimed
from assay.statement.payloads import (
    assessment_payload,
    assessment_v02_payload,
    declarations_payload,
    declarations_v02_payload,
    manifest_payload,
    seal_payload,
    seal_v02_payload,
)
from assay.statement.sign import Signer, sign, sign_second

__all__ = [
    "ClaimItems",
    "Signer",
    "assessment_payload",
    "assessment_v02_payload",
    "claim_items",
    "claimed",
    "declarations_payload",
    "declarations_v02_payload",
    "manifest_payload",
    "seal_payload",
    "seal_v02_payload",
    "sign",
    "sign_second",
]

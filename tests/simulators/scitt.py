"""SCITT statements and logs in memory: honest ones, and those that somebody changed."""

from __future__ import annotations

from assay.crypto import merkle
from assay.crypto.cose_key import key_thumbprint
from assay.crypto.cose_receipt import InclusionProof, sign_inclusion_receipt
from assay.crypto.cose_sign1 import Header
from assay.crypto.scitt_statement import (
    Claims,
    release_subject,
    statement_entry,
    write_claims,
)
from assay.statement.scitt import make_transparent, sign_scitt_statement
from tests.simulators.claims import p256_signer

ORIGIN = "log.example/scitt"
ISSUER = p256_signer()
LOG = p256_signer(7007)
OTHER_LOG = p256_signer(7008)
RELEASE = "ab" * 32
SUBJECT = release_subject(RELEASE)
REGISTERED = 1_795_000_000
SEAL = (
    b'{"_type":"https://in-toto.io/Statement/v1","predicate":{},'
    b'"predicateType":"https://assay/seal/v0.1","subject":[{"digest":{"sha256":"'
    + RELEASE.encode()
    + b'"},"name":"release"}]}'
)


def tree(entry: bytes, size: int = 8, index: int = 2):
    """Give root and path of a tree that has the entry at its place."""
    leaves = [merkle.leaf_hash(b"filler %d" % i) for i in range(size)]
    leaves[index] = merkle.leaf_hash(entry)

    def read(level, at):
        return merkle.root_from_leaves(leaves[at << level : (at + 1) << level])

    path = merkle.inclusion_proof(index, size, read)
    root = merkle.root_from_leaves(leaves)
    return root, InclusionProof(size=size, index=index, hashes=path)


def statement(payload: bytes = SEAL, subject: str = SUBJECT, **options):
    return sign_scitt_statement(payload, subject, ISSUER, **options)


def receipt_header(origin=ORIGIN, subject=SUBJECT, signer=LOG, at=REGISTERED):
    claims = Claims(issuer=origin, subject=subject, issued_at=at)
    return {
        Header.KID: key_thumbprint(signer.public_key),
        Header.CWT_CLAIMS: write_claims(claims),
    }


def receipt(entry: bytes, *, size=8, index=2, signer=LOG, header=None, proof=None):
    root, honest = tree(entry, size, index)
    return sign_inclusion_receipt(
        signer,
        honest if proof is None else proof,
        root,
        receipt_header(signer=signer) if header is None else header,
    )


def transparent(message=None, receipts=None) -> bytes:
    message = statement() if message is None else message
    if receipts is None:
        receipts = (receipt(statement_entry(message)),)
    return make_transparent(message, receipts)

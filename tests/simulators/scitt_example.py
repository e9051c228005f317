"""The worked example of docs/formats/scitt.md, made anew each time."""

from __future__ import annotations

from assay.crypto import merkle
from assay.crypto.cose_key import write_key_set
from assay.crypto.cose_receipt import InclusionProof, sign_inclusion_receipt
from assay.crypto.scitt_statement import statement_entry
from assay.statement.scitt import make_transparent, sign_scitt_statement
from tests.simulators.scitt import ISSUER, LOG, SEAL, SUBJECT, receipt_header

ISSUER_NAME = "https://developer.example"


def example() -> dict[str, bytes]:
    """Give every block of the page by its name."""
    statement = sign_scitt_statement(SEAL, SUBJECT, ISSUER, issuer=ISSUER_NAME)
    entry = statement_entry(statement)
    before = merkle.leaf_hash(b"an entry before")
    leaf = merkle.leaf_hash(entry)
    proof = InclusionProof(size=2, index=1, hashes=(before,))
    root = merkle.node_hash(before, leaf)
    receipt = sign_inclusion_receipt(LOG, proof, root, receipt_header())
    return {
        "payload": SEAL,
        "issuer-keys": write_key_set([ISSUER.public_key]),
        "log-keys": write_key_set([LOG.public_key]),
        "statement": statement.encoded(),
        "entry": entry,
        "leaf": leaf,
        "root": root,
        "receipt": receipt,
        "transparent": make_transparent(statement, (receipt,)),
    }


def as_hex(data: bytes) -> str:
    """Write bytes in lines of 40."""
    text = data.hex()
    return "\n".join(text[at : at + 80] for at in range(0, len(text), 80))

"""What somebody could do to a transparent statement: no such file may be believed."""

from __future__ import annotations

from typing import Any

from assay.crypto.cbor import Tagged, encode
from assay.crypto.cose_receipt import TREE_SIZE
from assay.crypto.cose_sign1 import parse_sign1, sign_sign1
from assay.crypto.scitt_statement import release_subject, statement_entry
from tests.simulators.scitt import (
    ISSUER,
    LOG,
    OTHER_LOG,
    SEAL,
    receipt,
    receipt_header,
    statement,
    transparent,
    tree,
)

MESSAGE = statement()
ENTRY = statement_entry(MESSAGE)
GOOD = transparent()
ROOT, PROOF = tree(ENTRY)


def _signed(payload: bytes = SEAL, **header: Any) -> bytes:
    labels = {"alg": 1, "crit": 2, "kid": 4, "claims": 15, "other": 99, "inner": 394}
    changed = {labels[name]: value for name, value in header.items()}
    merged = {**statement(payload).protected, **changed}
    kept = {k: v for k, v in merged.items() if v is not None and k != 1}
    return transparent(sign_sign1(ISSUER, kept, payload))


def _bare(protected: bytes, signature: bytes | None = None) -> bytes:
    """Give a message with other bytes for its header, which nobody has signed."""
    good = parse_sign1(GOOD)
    parts = (protected, good.unprotected, SEAL, signature or good.signature)
    return encode(Tagged(value=parts))


def _receipts(*receipts: bytes) -> bytes:
    attached: bytes = MESSAGE.encoded({394: receipts})
    return attached


def _receipt(
    proof: object = None, *, drop: int | None = None, attached: bool = False, **labels
) -> bytes:
    """Give the statement with a receipt that the log itself has signed."""
    encoded = encode((8, 2, PROOF.hashes)) if proof is None else encode(proof)
    header = {**receipt_header(), 395: 1, TREE_SIZE: 8}
    header.update({int(label[1:]): value for label, value in labels.items()})
    header.pop(drop, None)
    return _receipts(
        sign_sign1(
            LOG,
            header,
            ROOT,
            unprotected={396: {-1: (encoded,)}},
            detached=not attached,
        ).encoded()
    )


def _flipped(part: bytes) -> bytes:
    at = GOOD.index(part)
    return GOOD[:at] + bytes((GOOD[at] ^ 1,)) + GOOD[at + 1 :]


def _header_in_long_form() -> bytes:
    # The algorithm as two bytes instead of one.
    return _bare(MESSAGE.protected_bytes.replace(b"\x01\x26", b"\x01\x38\x06", 1))


def _algorithm_twice() -> bytes:
    data = MESSAGE.protected_bytes
    return _bare(bytes((data[0] + 1,)) + b"\x01\x26" + data[1:])


def _without(label: int) -> bytes:
    header = {k: v for k, v in MESSAGE.protected.items() if k != label}
    return _bare(encode(header))


HASHES = PROOF.hashes

SCITT_ATTACKS: dict[str, bytes] = {
    "payload-changed": _flipped(b"predicate"),
    "issuer-changed": _flipped(b"urn:ietf"),
    "statement-signature-changed": _flipped(MESSAGE.signature),
    "path-changed": _flipped(HASHES[0]),
    "receipt-signature-changed": _flipped(parse_sign1(receipt(ENTRY)).signature),
    "cut": GOOD[:-1],
    "byte-more": GOOD + b"\x00",
    "untagged": GOOD[1:],
    "other-tag": b"\xd3" + GOOD[1:],
    "indefinite-length": b"\xd2\x9f" + GOOD[2:] + b"\xff",
    "header-in-long-form": _header_in_long_form(),
    "header-with-a-label-twice": _algorithm_twice(),
    "label-in-both-headers": MESSAGE.encoded({4: b"k", 394: (receipt(ENTRY),)}),
    "unsigned-label": MESSAGE.encoded({33: b"x", 394: (receipt(ENTRY),)}),
    "no-algorithm": _without(1),
    "another-algorithm": _bare(encode({**MESSAGE.protected, 1: -35})),
    "algorithm-none": _bare(encode({**MESSAGE.protected, 1: 0})),
    "critical-and-unknown": _signed(crit=(99,), other=1),
    "critical-and-absent": _bare(encode({**MESSAGE.protected, 2: (99,)})),
    "no-key-named": _signed(kid=None),
    "unknown-key-named": _signed(kid=b"unknown"),
    "no-claims": _signed(claims=None),
    "issued-at-no-time": _signed(claims={1: "i", 2: "s", 6: -1}),
    "about-another-release": transparent(
        statement(subject=release_subject("cd" * 32)),
    ),
    "payload-with-a-key-twice": _signed(
        SEAL.replace(b'"predicate":{}', b'"predicate":{},"predicate":{}')
    ),
    "no-receipts": MESSAGE.encoded(),
    "empty-receipts": _receipts(),
    "too-many-receipts": _receipts(*(bytes((n,)) for n in range(17))),
    "receipt-twice": _receipts(receipt(ENTRY), receipt(ENTRY)),
    "receipts-inside-the-signature": sign_sign1(
        ISSUER,
        {**{k: v for k, v in MESSAGE.protected.items() if k != 1}, 394: (b"x",)},
        SEAL,
    ).encoded(),
    "receipt-too-large": _receipts(b"\x00" * 20_000),
    "receipt-of-another-statement": _receipts(receipt(bytes(32))),
    "receipt-of-an-unknown-log": _receipts(
        receipt(
            ENTRY,
            signer=OTHER_LOG,
            header=receipt_header(origin="other.example", signer=OTHER_LOG),
        )
    ),
    "receipt-by-another-key": _receipts(receipt(ENTRY, signer=OTHER_LOG)),
    "receipt-by-another-key-in-the-logs-name": _receipts(
        receipt(ENTRY, signer=OTHER_LOG, header=receipt_header())
    ),
    "receipt-about-something-else": _receipts(
        receipt(ENTRY, header=receipt_header(subject="something else"))
    ),
    "receipt-of-another-structure": _receipt(_395=2),
    "receipt-of-no-structure": _receipt(drop=395),
    "receipt-critical-and-unknown": _receipt(_2=(99,), _99=1),
    "receipt-without-claims": _receipt(drop=15),
    "receipt-with-a-root": _receipt(attached=True),
    "index-beyond-the-tree": _receipt((8, 8, HASHES)),
    "index-of-another-entry": _receipt((8, 3, HASHES)),
    "path-too-short": _receipt((8, 2, HASHES[:2])),
    "path-too-long": _receipt((8, 2, (*HASHES, HASHES[0]))),
    "path-of-short-hashes": _receipt((8, 2, tuple(item[:31] for item in HASHES))),
    "path-reversed": _receipt((8, 2, HASHES[::-1])),
    "size-other-than-signed": _receipt((7, 2, HASHES)),
    "proof-of-another-form": _receipt((8, 2)),
    "proof-with-keys-out-of-order": _receipts(
        receipt(ENTRY).replace(
            encode({396: {-1: (encode((8, 2, HASHES)),)}}),
            b"\xa1\x19\x01\x8c\xa2\x21\x80\x20\x81" + encode(encode((8, 2, HASHES))),
        )
    ),
}

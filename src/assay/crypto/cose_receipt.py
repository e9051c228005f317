"""COSE receipts (RFC 9942): a signed root, and a proof that leads to it.

Of the verifiable data structures, RFC9162_SHA256 (1) is made and verified, with proofs
of inclusion and of consistency, and CCF_LEDGER_SHA256 (2) is verified on request.

A signature covers the root of the tree and not its size, so a proof could state a size
that the log never had. Assay's receipts say the size in the protected header too, under
a private label; where it is there, it has to be that of the proof.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.crypto import cbor, merkle
from assay.crypto.cose_ccf import root_from_ccf_proof
from assay.crypto.cose_sign1 import Header, parse_sign1, sign_sign1, verify_sign1
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import CoseError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from assay.crypto.cbor import CborMap, CborValue
    from assay.crypto.cose_sign1 import CoseSign1, MessageSigner
    from assay.crypto.public_key import PublicKey

__all__ = [
    "CCF_LEDGER_SHA256",
    "RFC9162_SHA256",
    "TREE_SIZE",
    "InclusionProof",
    "VerifiedReceipt",
    "parse_receipt",
    "sign_consistency_receipt",
    "sign_inclusion_receipt",
    "verify_consistency_receipt",
    "verify_inclusion_receipt",
]

# RFC 9942, registry *COSE Verifiable Data Structure Algorithms*; the second by the
# CCF profile.
RFC9162_SHA256 = 1
CCF_LEDGER_SHA256 = 2
# RFC 9052 section 11.1 leaves integers below -65536 to private use: the size of the
# tree whose root is signed.
TREE_SIZE = -69162

_INCLUSION, _CONSISTENCY = -1, -2
_UNDERSTOOD = frozenset({Header.KID, Header.CWT_CLAIMS, Header.VDS, TREE_SIZE})


@dataclass(frozen=True, slots=True, kw_only=True)
class InclusionProof:
    """Where an entry is in a tree, and the hashes from it to the root.

    Attributes:
        size: Entries in the tree.
        index: The entry's place.
        hashes: The path, from the leaf upwards.
    """

    size: int
    index: int
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedReceipt:
    """What a receipt proves under the key that it was verified with.

    Attributes:
        protected: The header that the log signed.
        root: The root of the tree.
        size: Entries in the tree, or None where the log did not sign it.
        index: The entry's place, or None where the log did not sign the size.
    """

    protected: CborMap
    root: bytes
    size: int | None
    index: int | None


def parse_receipt(data: bytes, limits: Limits = DEFAULT_LIMITS) -> CoseSign1:
    """Read a receipt, without believing anything.

    Raises:
        CoseError: As `parse_sign1`, and `cose.receipt-header`: the unprotected header
            holds anything but the proofs.
    """
    message = parse_sign1(data, max_bytes=limits.max_cose_receipt_bytes, limits=limits)
    # Whatever else were there could be changed by anybody.
    if set(message.unprotected) != {Header.VDP}:
        raise CoseError(
            "receipt-header",
            "The unprotected header of the receipt holds other things than proofs.",
            expected=f"label {Header.VDP.value} alone",
            found=", ".join(map(str, message.unprotected))[: limits.max_shown_chars],
        )
    return message


def sign_inclusion_receipt(
    signer: MessageSigner, proof: InclusionProof, root: bytes, protected: CborMap
) -> bytes:
    """Sign the root of a tree, and put an entry's path beside it.

    The caller has taken root and path from a tree that the log is bound to.

    Raises:
        CoseError: As `sign_sign1`.
    """
    encoded = cbor.encode((proof.size, proof.index, proof.hashes))
    return _sign(
        signer, _INCLUSION, encoded, root, {**protected, TREE_SIZE: proof.size}
    )


def sign_consistency_receipt(
    signer: MessageSigner,
    sizes: tuple[int, int],
    path: Sequence[bytes],
    root: bytes,
    protected: CborMap,
) -> bytes:
    """Sign the root of the newer of two trees, and put the path between them beside it.

    Raises:
        CoseError: As `sign_sign1`.
    """
    old, new = sizes
    encoded = cbor.encode((old, new, tuple(path)))
    return _sign(signer, _CONSISTENCY, encoded, root, {**protected, TREE_SIZE: new})


def _sign(
    signer: MessageSigner, kind: int, proof: bytes, root: bytes, protected: CborMap
) -> bytes:
    return sign_sign1(
        signer,
        {**protected, Header.VDS: RFC9162_SHA256},
        root,
        unprotected={Header.VDP: {kind: (proof,)}},
        # RFC 9942: of inclusion the verifier works the root out, of consistency the
        # newer root is attached.
        detached=kind == _INCLUSION,
    ).encoded()


def verify_inclusion_receipt(
    receipt: CoseSign1,
    entry: bytes,
    key: PublicKey,
    *,
    kids: AbstractSet[bytes] | None = None,
    structures: AbstractSet[int] = frozenset({RFC9162_SHA256}),
    limits: Limits = DEFAULT_LIMITS,
) -> VerifiedReceipt:
    """Verify that a log signed a tree with this entry in it.

    1. The protected header names a data structure that the caller accepts.
    2. There is one proof of inclusion, and no other proof.
    3. The proof has the form of the data structure, and leads from the entry to a root.
    4. The size in the protected header, where there is one, is that of the proof.
    5. No payload is attached: the signature has to be over the root worked out here.
    6. The signature holds over it (`verify_sign1`).

    What the caller still owes: that the key is one of the log, and which claims the
    protected header makes.

    Args:
        receipt: As `parse_receipt` gave it.
        entry: The bytes of the entry.
        key: A key of the log.
        kids: Identifiers of that key; None where they are of no interest.
        structures: Which verifiable data structures count.
        limits: Bounds on the proof.

    Raises:
        CoseError: `cose.vds`, `cose.proof-count`, `cose.proof-malformed`,
            `cose.ccf-proof`, `cose.ccf-entry`, `cose.tree-size`,
            `cose.payload-attached`, `cose.receipt-mismatch`, and as `verify_sign1`.
        LogError: `log.index-beyond-tree`, `log.tree-size`, `log.hash-length` or
            `log.inclusion-length`.
    """
    # 1.
    structure = _structure(receipt, structures)
    # 2.
    encoded = _only_proof(receipt, _INCLUSION)
    # 3.
    proof: InclusionProof | None = None
    if structure == CCF_LEDGER_SHA256:
        root = root_from_ccf_proof(encoded, entry, limits)
    else:
        proof = _inclusion_proof(encoded, limits)
        root = merkle.root_from_inclusion(
            merkle.leaf_hash(entry), proof.index, proof.size, proof.hashes
        )
    # 4.
    signed_size = _signed_size(receipt, None if proof is None else proof.size)
    # 5. and 6.
    _verify_root(receipt, root, key, kids, limits)
    return VerifiedReceipt(
        protected=receipt.protected,
        root=root,
        size=signed_size,
        index=None if proof is None or signed_size is None else proof.index,
    )


def verify_consistency_receipt(  # noqa: PLR0913 - as `verify_inclusion_receipt`
    receipt: CoseSign1,
    old_size: int,
    old_root: bytes,
    key: PublicKey,
    *,
    new_root: bytes | None = None,
    kids: AbstractSet[bytes] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> VerifiedReceipt:
    """Verify that a log signed a tree that begins with an older one.

    1. The protected header names RFC9162_SHA256.
    2. There is one proof of consistency, and no other proof.
    3. The proof has its form, and the sizes are those of the two trees.
    4. The signature holds over the newer root (RFC 9942: before the proof).
    5. The proof leads from the older root to the newer one.

    Args:
        receipt: As `parse_receipt` gave it.
        old_size: Entries in the older tree.
        old_root: Its root.
        key: A key of the log.
        new_root: Root of the newer tree, for a receipt that does not bring it: the
            text of RFC 9942 attaches it, and its examples do not.
        kids: Identifiers of the key; None where they are of no interest.
        limits: Bounds on the proof.

    Raises:
        CoseError: `cose.vds`, `cose.proof-count`, `cose.proof-malformed`,
            `cose.tree-size`, `cose.payload-missing`, and as `verify_sign1`.
        LogError: `log.consistency-sizes`, `log.consistency-length`,
            `log.consistency-mismatch`, `log.hash-length` or `log.tree-size`.
    """
    # 1.
    _structure(receipt, frozenset({RFC9162_SHA256}))
    # 2.
    encoded = _only_proof(receipt, _CONSISTENCY)
    # 3.
    old, new, path = _numbers_and_path(encoded, limits)
    if old != old_size:
        raise _other_size(old_size, old)
    signed_size = _signed_size(receipt, new)
    # 4.
    root = verify_sign1(
        receipt,
        key,
        payload=new_root if receipt.payload is None else None,
        understood=_UNDERSTOOD,
        kids=kids,
        limits=limits,
    )
    # 5.
    merkle.verify_consistency(
        old_size=old, new_size=new, old_root=old_root, new_root=root, proof=path
    )
    return VerifiedReceipt(
        protected=receipt.protected, root=root, size=signed_size, index=None
    )


def _structure(receipt: CoseSign1, accepted: AbstractSet[int]) -> int:
    found = receipt.protected.get(Header.VDS)
    if not isinstance(found, int) or isinstance(found, bool) or found not in accepted:
        raise CoseError(
            "vds",
            "The receipt is of a data structure that is not accepted here.",
            expected="protected label 395: " + " or ".join(map(str, sorted(accepted))),
            found="none" if found is None else str(found)[:20],
        )
    return found


def _only_proof(receipt: CoseSign1, kind: int) -> bytes:
    proofs = receipt.unprotected.get(Header.VDP)
    if isinstance(proofs, Mapping) and set(proofs) == {kind}:
        match proofs[kind]:
            case (bytes() as only,):
                return only
            case _:
                pass
    raise CoseError(
        "proof-count",
        "The receipt has not the one proof that is asked for.",
        expected=f"a map with label {kind} alone, and one proof in it",
        found="other proofs, or none",
    )


def _inclusion_proof(encoded: bytes, limits: Limits) -> InclusionProof:
    size, index, hashes = _numbers_and_path(encoded, limits)
    return InclusionProof(size=size, index=index, hashes=hashes)


def _numbers_and_path(
    encoded: bytes, limits: Limits
) -> tuple[int, int, tuple[bytes, ...]]:
    """Read two numbers and hashes; of a tree of one entry the path is empty."""
    value = cbor.decode(encoded, max_bytes=limits.max_cose_receipt_bytes, limits=limits)
    match value:
        case (int() as first, int() as second, tuple() as path):
            hashes = tuple(item for item in path if isinstance(item, bytes))
            if len(hashes) == len(path) and not _has_bool(first, second):
                return first, second, hashes
        case _:
            pass
    raise CoseError(
        "proof-malformed",
        "The proof is none of RFC9162_SHA256.",
        expected="two numbers and an array of hashes",
        found="something else",
    )


def _has_bool(*values: CborValue) -> bool:
    return any(isinstance(value, bool) for value in values)


def _signed_size(receipt: CoseSign1, size: int | None) -> int | None:
    stated = receipt.protected.get(TREE_SIZE)
    if stated is None:
        return None
    if stated != size or isinstance(stated, bool):
        raise _other_size(stated, size)
    return size


def _other_size(expected: object, found: object) -> CoseError:
    return CoseError(
        "tree-size",
        "The proof is of a tree of another size.",
        expected=str(expected)[:40],
        found=str(found)[:40],
    )


def _verify_root(
    receipt: CoseSign1,
    root: bytes,
    key: PublicKey,
    kids: AbstractSet[bytes] | None,
    limits: Limits,
) -> None:
    try:
        verify_sign1(
            receipt,
            key,
            payload=root,
            understood=_UNDERSTOOD,
            kids=kids,
            limits=limits,
        )
    except CoseError as error:
        if error.code != "cose.signature-mismatch":
            raise
        raise CoseError(
            "receipt-mismatch",
            "The log has not signed the root that the proof leads to.",
            expected=f"a signature by key {key.key_id} over root {root.hex()}",
            found="a receipt for another entry, of another log, or an altered one",
            remedy="ask the log for a new receipt; if that fails too, report the log",
        ) from error

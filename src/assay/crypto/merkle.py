"""Merkle trees of RFC 6962: hashes, roots, inclusion and consistency proofs.

Pure: leaves and nodes come in as hashes or through a `NodeReader`, so that the same
code serves proofs from memory and from tiles. Sizes count leaves; hashes are the 32
bytes of SHA-256. Section numbers are those of RFC 9162, which describes the same tree
as RFC 6962 and spells the verifiers out step by step.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.errors import LogError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    # (level, index) -> hash of the complete subtree over the leaves
    # [index * 2**level, (index + 1) * 2**level).
    NodeReader = Callable[[int, int], bytes]

__all__ = [
    "EMPTY_ROOT",
    "HASH_BYTES",
    "MAX_TREE_SIZE",
    "CompactRange",
    "compact_range",
    "consistency_proof",
    "inclusion_proof",
    "leaf_hash",
    "node_hash",
    "root_from_inclusion",
    "root_from_leaves",
    "root_from_nodes",
    "verify_consistency",
    "verify_inclusion",
]

HASH_BYTES = 32
# Sizes and timestamps of the C2SP formats stay in a signed 64-bit integer.
MAX_TREE_SIZE = 2**63 - 1
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Hash a log entry as a leaf (RFC 6962 section 2.1: prefix 0x00)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two nodes into their parent (RFC 6962 section 2.1: prefix 0x01)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompactRange:
    """The fewest hashes from which a tree can be extended and its root computed.

    Attributes:
        size: Leaves covered, all from the first.
        hashes: Complete subtrees from left to right: one for each set bit of `size`,
            the largest first.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def extend(self, leaves: Iterable[bytes]) -> CompactRange:
        """Append leaf hashes at the right end."""
        size, stack = self.size, list(self.hashes)
        for leaf in leaves:
            node, carry = leaf, size
            # As when counting in binary: every trailing one is a complete subtree
            # that the new one joins.
            while carry & 1:
                node = node_hash(stack.pop(), node)
                carry >>= 1
            stack.append(node)
            size += 1
        return CompactRange(size=size, hashes=tuple(stack))

    def root(self) -> bytes:
        """Compute the root of the tree of this size."""
        if not self.hashes:
            return EMPTY_ROOT
        node = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            node = node_hash(left, node)
        return node


def root_from_leaves(leaves: Iterable[bytes]) -> bytes:
    """Compute the root over leaf hashes."""
    return CompactRange().extend(leaves).root()


def _complete_subtrees(start: int, end: int, read: NodeReader) -> tuple[bytes, ...]:
    """Read the complete subtrees that cover [start, end), left to right.

    `start` is a multiple of the largest power of two that fits the range, as it
    always is for the ranges of RFC 6962.
    """
    hashes = []
    while start < end:
        level = (end - start).bit_length() - 1
        hashes.append(read(level, start >> level))
        start += 1 << level
    return tuple(hashes)


def _range_root(start: int, end: int, read: NodeReader) -> bytes:
    hashes = _complete_subtrees(start, end, read)
    return CompactRange(size=end - start, hashes=hashes).root()


def _check_size(size: int) -> None:
    if not 0 <= size <= MAX_TREE_SIZE:
        raise LogError(
            "tree-size",
            "A tree cannot have this size.",
            expected=f"0 to {MAX_TREE_SIZE}",
            found=str(size),
        )


def compact_range(size: int, read: NodeReader) -> CompactRange:
    """Read the compact range of the first `size` leaves.

    Raises:
        LogError: `log.tree-size` when the size is out of range; whatever `read`
            raises.
    """
    _check_size(size)
    return CompactRange(size=size, hashes=_complete_subtrees(0, size, read))


def root_from_nodes(size: int, read: NodeReader) -> bytes:
    """Compute the root of the first `size` leaves.

    Raises:
        LogError: `log.tree-size` when the size is out of range; whatever `read`
            raises.
    """
    return compact_range(size, read).root()


def inclusion_proof(index: int, size: int, read: NodeReader) -> tuple[bytes, ...]:
    """Build the path from a leaf to the root (RFC 9162 section 2.1.3.1).

    Raises:
        LogError: `log.index-beyond-tree` or `log.tree-size`; whatever `read` raises.
    """
    _check_size(size)
    _check_index(index, size)
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + (1 << ((end - start - 1).bit_length() - 1))
        if index < middle:
            path.append(_range_root(middle, end, read))
            end = middle
        else:
            path.append(_range_root(start, middle, read))
            start = middle
    return tuple(reversed(path))


def consistency_proof(old: int, new: int, read: NodeReader) -> tuple[bytes, ...]:
    """Prove that the tree of `new` leaves begins with that of `old` leaves.

    RFC 9162 section 2.1.4.1.

    Raises:
        LogError: `log.consistency-sizes` or `log.tree-size`; whatever `read` raises.
    """
    _check_size(new)
    _check_growth(old, new)
    start, end, path = 0, new, []
    while old != end:
        middle = start + (1 << ((end - start - 1).bit_length() - 1))
        if old <= middle:
            path.append(_range_root(middle, end, read))
            end = middle
        else:
            path.append(_range_root(start, middle, read))
            start = middle
    # The old tree itself is known to the verifier; a part of it is not.
    if start:
        path.append(_range_root(start, end, read))
    return tuple(reversed(path))


def _check_index(index: int, size: int) -> None:
    if not 0 <= index < size:
        raise LogError(
            "index-beyond-tree",
            "The entry cannot be in a tree of this size.",
            expected=f"an index below {size}",
            found=str(index),
        )


def _check_growth(old: int, new: int) -> None:
    # Everything is consistent with the empty tree, so a proof from size 0 says
    # nothing; the reference verifier refuses it and so do we.
    if not 0 < old <= new:
        raise LogError(
            "consistency-sizes",
            "No consistency proof exists between these sizes.",
            expected="an old size from 1 to the new size",
            found=f"{old} and {new}",
        )


def _check_hashes(hashes: Iterable[bytes]) -> None:
    for item in hashes:
        if len(item) != HASH_BYTES:
            raise LogError(
                "hash-length",
                "A hash of a proof has the wrong length.",
                expected=f"{HASH_BYTES} bytes",
                found=f"{len(item)} bytes",
            )


def root_from_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes]
) -> bytes:
    """Compute the root that an inclusion proof leads to (RFC 9162 section 2.1.3.2).

    Raises:
        LogError: `log.index-beyond-tree`, `log.tree-size`, `log.hash-length` or
            `log.inclusion-length`.
    """
    _check_size(size)
    _check_index(index, size)
    _check_hashes((leaf, *proof))
    # Below `inner` the leaf's path and the tree's right border are apart, so every
    # level has a sibling; above it only the levels where the border turns left do.
    inner = (index ^ (size - 1)).bit_length()
    border = (index >> inner).bit_count()
    if len(proof) != inner + border:
        raise LogError(
            "inclusion-length",
            "The inclusion proof has the wrong number of hashes.",
            expected=f"{inner + border} for entry {index} of {size}",
            found=str(len(proof)),
        )
    node, sha256 = leaf, hashlib.sha256
    # `node_hash` written out: this loop is most of what a proof costs in Python.
    for sibling in proof[:inner]:
        pair = sibling + node if index & 1 else node + sibling
        node = sha256(b"\x01" + pair).digest()
        index >>= 1
    for sibling in proof[inner:]:
        node = sha256(b"\x01" + sibling + node).digest()
    return node


def verify_inclusion(
    *, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that a leaf hash is at `index` of the tree with this size and root.

    Raises:
        LogError: `log.inclusion-mismatch` when the proof leads to another root;
            otherwise as `root_from_inclusion`.
    """
    found = root_from_inclusion(leaf, index, size, proof)
    if found != root:
        raise LogError(
            "inclusion-mismatch",
            f"The proof does not place the entry at index {index} of the tree.",
            expected=f"root {root.hex()}",
            found=f"root {found.hex()}",
            remedy="ask the log for a new receipt; if that fails too, report the log",
        )


def verify_consistency(
    *,
    old_size: int,
    new_size: int,
    old_root: bytes,
    new_root: bytes,
    proof: Sequence[bytes],
) -> None:
    """Check that the new tree begins with the old one (RFC 9162 section 2.1.4.2).

    Raises:
        LogError: `log.consistency-sizes`, `log.consistency-length`,
            `log.consistency-mismatch`, `log.hash-length` or `log.tree-size`.
    """
    _check_size(new_size)
    _check_growth(old_size, new_size)
    _check_hashes(proof)
    if old_size == new_size:
        _check_consistency_length(proof, 0)
        _check_roots("the two trees of one size", old_root, new_root)
        return
    # 1. The proof starts at the largest complete subtree that ends where the old
    #    tree ends; when that is the old tree itself, its hash is left out.
    shift = (old_size & -old_size).bit_length() - 1
    inner = ((old_size - 1) ^ (new_size - 1)).bit_length() - shift
    border = ((old_size - 1) >> (inner + shift)).bit_count()
    whole = old_size == 1 << shift
    _check_consistency_length(proof, inner + border + (0 if whole else 1))
    seed, rest = (old_root, proof) if whole else (proof[0], proof[1:])
    # 2. Walk up: a sibling to the left belongs to both trees, one to the right only
    #    to the new one.
    index = (old_size - 1) >> shift
    old_node = new_node = seed
    for level, sibling in enumerate(rest):
        if level < inner and not (index >> level) & 1:
            new_node = node_hash(new_node, sibling)
        else:
            old_node = node_hash(sibling, old_node)
            new_node = node_hash(sibling, new_node)
    # 3. Both roots must come out.
    _check_roots("the old tree", old_root, old_node)
    _check_roots("the new tree", new_root, new_node)


def _check_consistency_length(proof: Sequence[bytes], expected: int) -> None:
    if len(proof) != expected:
        raise LogError(
            "consistency-length",
            "The consistency proof has the wrong number of hashes.",
            expected=str(expected),
            found=str(len(proof)),
        )


def _check_roots(tree: str, expected: bytes, found: bytes) -> None:
    if expected != found:
        raise LogError(
            "consistency-mismatch",
            f"The consistency proof does not hold for {tree}.",
            expected=f"root {expected.hex()}",
            found=f"root {found.hex()}",
            remedy="keep both checkpoints: together they may prove a rewritten log",
        )

from __future__ import annotations

import hashlib

import pytest

from assay.crypto import merkle
from assay.errors import LogError


def leaves(count: int) -> list[bytes]:
    return [merkle.leaf_hash(str(i).encode()) for i in range(count)]


def reader(items: list[bytes]):
    def read(level: int, index: int) -> bytes:
        width = 1 << level
        part = items[index * width : (index + 1) * width]
        assert len(part) == width, "only complete subtrees may be asked for"
        return recursive_root(part)

    return read


def recursive_root(items: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, word for word: the oracle for everything faster."""
    if not items:
        return hashlib.sha256(b"").digest()
    if len(items) == 1:
        return items[0]
    k = 1
    while k * 2 < len(items):
        k *= 2
    return merkle.node_hash(recursive_root(items[:k]), recursive_root(items[k:]))


def code(caught: pytest.ExceptionInfo[LogError]) -> str:
    return caught.value.code


def test_the_hashes_are_domain_separated_as_in_rfc_6962():
    assert merkle.leaf_hash(b"x") == hashlib.sha256(b"\0x").digest()
    assert merkle.node_hash(b"l", b"r") == hashlib.sha256(b"\1lr").digest()
    assert hashlib.sha256(b"").digest() == merkle.EMPTY_ROOT


@pytest.mark.parametrize("size", [*range(18), 255, 256, 257, 511, 512, 513])
def test_roots_agree_with_the_recursive_definition(size):
    items = leaves(size)
    expected = recursive_root(items)
    assert merkle.root_from_leaves(items) == expected
    assert merkle.root_from_nodes(size, reader(items)) == expected
    middle = merkle.compact_range(size // 2, reader(items))
    assert middle.extend(items[size // 2 :]).root() == expected


def test_every_inclusion_proof_up_to_33_leaves_verifies_at_its_place_only():
    for size in range(1, 34):
        items = leaves(size)
        root = recursive_root(items)
        for index in range(size):
            proof = merkle.inclusion_proof(index, size, reader(items))
            merkle.verify_inclusion(
                leaf=items[index], index=index, size=size, proof=proof, root=root
            )
            for other in set(range(size)) - {index}:
                with pytest.raises(LogError):
                    merkle.verify_inclusion(
                        leaf=items[index],
                        index=other,
                        size=size,
                        proof=proof,
                        root=root,
                    )


def test_every_consistency_proof_up_to_33_leaves_verifies_for_its_sizes_only():
    items = leaves(33)
    roots = [recursive_root(items[:n]) for n in range(34)]
    for new in range(1, 34):
        for old in range(1, new + 1):
            proof = merkle.consistency_proof(old, new, reader(items))
            merkle.verify_consistency(
                old_size=old,
                new_size=new,
                old_root=roots[old],
                new_root=roots[new],
                proof=proof,
            )
            with pytest.raises(LogError):
                merkle.verify_consistency(
                    old_size=old,
                    new_size=new,
                    old_root=roots[old],
                    new_root=roots[old - 1],
                    proof=proof,
                )


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 4), (4, 4)])
def test_an_index_beyond_the_tree_is_refused(index, size):
    with pytest.raises(LogError) as caught:
        merkle.inclusion_proof(index, size, reader(leaves(4)))
    assert code(caught) == "log.index-beyond-tree"
    with pytest.raises(LogError) as caught:
        merkle.root_from_inclusion(leaves(1)[0], index, size, ())
    assert code(caught) == "log.index-beyond-tree"


@pytest.mark.parametrize("size", [-1, 2**63])
def test_an_impossible_tree_size_is_refused(size):
    with pytest.raises(LogError) as caught:
        merkle.root_from_nodes(size, reader([]))
    assert code(caught) == "log.tree-size"


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 1), (2, 1), (-1, 1)])
def test_consistency_from_nothing_or_backwards_is_refused(old, new):
    with pytest.raises(LogError) as caught:
        merkle.consistency_proof(old, new, reader(leaves(4)))
    assert code(caught) == "log.consistency-sizes"


def test_a_proof_of_the_wrong_length_is_refused():
    items = leaves(4)
    with pytest.raises(LogError) as caught:
        merkle.root_from_inclusion(items[0], 0, 4, (items[1],))
    assert code(caught) == "log.inclusion-length"
    with pytest.raises(LogError) as caught:
        merkle.verify_consistency(
            old_size=3, new_size=4, old_root=items[0], new_root=items[0], proof=()
        )
    assert code(caught) == "log.consistency-length"


def test_a_hash_of_the_wrong_length_is_refused():
    with pytest.raises(LogError) as caught:
        merkle.root_from_inclusion(leaves(1)[0], 0, 2, (b"short",))
    assert code(caught) == "log.hash-length"


def test_a_proof_to_another_root_is_refused():
    items = leaves(2)
    with pytest.raises(LogError) as caught:
        merkle.verify_inclusion(
            leaf=items[0], index=0, size=2, proof=(items[1],), root=items[0]
        )
    assert code(caught) == "log.inclusion-mismatch"
    with pytest.raises(LogError) as caught:
        merkle.verify_consistency(
            old_size=1, new_size=1, old_root=items[0], new_root=items[1], proof=()
        )
    assert code(caught) == "log.consistency-mismatch"

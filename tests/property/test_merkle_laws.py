from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.crypto import merkle
from assay.errors import LogError

SIZES = st.integers(min_value=1, max_value=400)
LEAVES = [merkle.leaf_hash(i.to_bytes(4, "big")) for i in range(401)]


def read(level: int, index: int) -> bytes:
    return merkle.root_from_leaves(LEAVES[index << level : (index + 1) << level])


def root(size: int) -> bytes:
    return merkle.root_from_leaves(LEAVES[:size])


@given(st.data(), SIZES)
def test_every_generated_inclusion_proof_verifies(data, size):
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    merkle.verify_inclusion(
        leaf=LEAVES[index],
        index=index,
        size=size,
        proof=merkle.inclusion_proof(index, size, read),
        root=root(size),
    )


@given(st.data(), SIZES)
def test_an_altered_inclusion_proof_never_verifies(data, size):
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    proof = list(merkle.inclusion_proof(index, size, read))
    change = data.draw(st.sampled_from(["flip", "drop", "add", "swap"]))
    if change == "add" or not proof:
        proof.append(bytes(32))
    elif change == "drop":
        proof.pop(data.draw(st.integers(0, len(proof) - 1)))
    elif change == "flip":
        at = data.draw(st.integers(0, len(proof) - 1))
        proof[at] = bytes((proof[at][0] ^ 1,)) + proof[at][1:]
    else:
        proof = [*reversed(proof)]
        if tuple(proof) == merkle.inclusion_proof(index, size, read):
            return
    with pytest.raises(LogError):
        merkle.verify_inclusion(
            leaf=LEAVES[index], index=index, size=size, proof=proof, root=root(size)
        )


@given(st.data(), SIZES)
def test_consistency_proofs_verify_and_not_for_another_old_root(data, new):
    old = data.draw(st.integers(min_value=1, max_value=new))
    proof = merkle.consistency_proof(old, new, read)
    merkle.verify_consistency(
        old_size=old,
        new_size=new,
        old_root=root(old),
        new_root=root(new),
        proof=proof,
    )
    with pytest.raises(LogError):
        merkle.verify_consistency(
            old_size=old,
            new_size=new,
            old_root=root(old - 1),
            new_root=root(new),
            proof=proof,
        )


@given(SIZES, SIZES)
def test_extending_a_compact_range_equals_building_it_at_once(first, second):
    low, high = sorted((first, second))
    grown = merkle.CompactRange().extend(LEAVES[:low]).extend(LEAVES[low:high])
    assert grown == merkle.compact_range(high, read)
    assert grown.root() == root(high)

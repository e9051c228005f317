"""The proof vectors of transparency-dev/merkle, good and bad.

Assay neither signs nor accepts cosigned subtrees. A subtree is a tree of its own all
the same, so those of its vectors that say nothing else are judged too: inclusion in a
subtree that is one, and consistency of one that begins where the tree does.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from assay.crypto import merkle
from assay.errors import LogError

VECTORS = Path(__file__).parents[3] / "shared" / "data" / "merkle"

pytestmark = pytest.mark.skipif(
    not VECTORS.is_dir(),
    reason="the transparency-dev/merkle vectors are not at ../shared/data/merkle",
)


def vectors(kind: str):
    paths = sorted((VECTORS / kind).rglob("*.json"))
    return [(path, json.loads(path.read_text())) for path in paths]


def unpack(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def proof(case) -> list[bytes]:
    return [unpack(item) for item in case["proof"] or ()]


def refuses(verify, **given) -> bool:
    try:
        verify(**given)
    except LogError:
        return True
    return False


def test_the_inclusion_vectors_are_judged_as_labelled():
    cases = vectors("inclusion")
    assert len(cases) == 98
    for path, case in cases:
        refused = refuses(
            merkle.verify_inclusion,
            leaf=unpack(case["leafHash"]),
            index=case["leafIdx"],
            size=case["treeSize"],
            proof=proof(case),
            root=unpack(case["root"]),
        )
        assert refused == case["wantErr"], path


def test_the_consistency_vectors_are_judged_as_labelled():
    cases = vectors("consistency")
    assert len(cases) == 98
    for path, case in cases:
        refused = refuses(
            merkle.verify_consistency,
            old_size=case["size1"],
            new_size=case["size2"],
            old_root=unpack(case["root1"]),
            new_root=unpack(case["root2"]),
            proof=proof(case),
        )
        assert refused == case["wantErr"], path


def is_subtree(start: int, end: int) -> bool:
    return 0 <= start < end and start % (1 << (end - start - 1).bit_length()) == 0


def test_the_inclusion_vectors_of_subtrees_are_judged_as_labelled():
    cases = vectors("subtreeinclusion")
    assert len(cases) == 204
    judged = 0
    for path, case in cases:
        start, end = case["start"], case["end"]
        if not is_subtree(start, end):
            assert case["wantErr"], path
            continue
        judged += 1
        refused = refuses(
            merkle.verify_inclusion,
            leaf=unpack(case["leafHash"]),
            index=case["leafIdx"] - start,
            size=end - start,
            proof=proof(case),
            root=unpack(case["root"]),
        )
        assert refused == case["wantErr"], path
    assert judged > 150


def test_the_consistency_vectors_of_subtrees_at_the_first_leaf_are_judged_as_labelled():
    cases = vectors("subtreeconsistency")
    assert len(cases) == 118
    # An empty subtree is consistent with everything; an empty tree proves nothing.
    whole = [item for item in cases if item[1]["start"] == 0 < item[1]["end"]]
    assert len(whole) > 50
    for path, case in whole:
        refused = refuses(
            merkle.verify_consistency,
            old_size=case["end"],
            new_size=case["size"],
            old_root=unpack(case["root1"]),
            new_root=unpack(case["root2"]),
            proof=proof(case),
        )
        assert refused == case["wantErr"], path

from __future__ import annotations

import hashlib

import pytest

from assay.crypto.cbor import encode
from assay.crypto.cose_ccf import root_from_ccf_proof
from assay.errors import CoseError

ENTRY = bytes(range(32))
TRANSACTION = b"\x11" * 32
LEAF = (TRANSACTION, "ce:1.2:abc", ENTRY)
LEFT, RIGHT = b"\x22" * 32, b"\x33" * 32
PATH = ((True, LEFT), (False, RIGHT))


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def refused(value, entry=ENTRY):
    with pytest.raises(CoseError) as caught:
        root_from_ccf_proof(value if isinstance(value, bytes) else encode(value), entry)
    return caught.value.code


def test_each_step_is_hashed_on_its_side():
    leaf = sha256(TRANSACTION, sha256(b"ce:1.2:abc"), ENTRY)
    expected = sha256(sha256(LEFT, leaf), RIGHT)
    assert root_from_ccf_proof(encode({1: LEAF, 2: PATH}), ENTRY) == expected


def test_the_leaf_of_another_statement_is_refused():
    assert refused({1: LEAF, 2: PATH}, bytes(32)) == "cose.ccf-entry"


@pytest.mark.parametrize(
    "value",
    [
        (8, 2, ()),
        {1: LEAF},
        {1: LEAF, 2: PATH, 3: 0},
        {1: LEAF, 2: ()},
        {1: LEAF, 2: {}},
        {1: LEAF, 2: PATH * 33},
        {1: LEAF[:2], 2: PATH},
        {1: (b"short", "ce", ENTRY), 2: PATH},
        {1: (TRANSACTION, "", ENTRY), 2: PATH},
        {1: (TRANSACTION, "x" * 1025, ENTRY), 2: PATH},
        {1: (TRANSACTION, b"ce", ENTRY), 2: PATH},
        {1: (TRANSACTION, "ce", b"short"), 2: PATH},
        {1: LEAF, 2: ((1, LEFT),)},
        {1: LEAF, 2: ((True, LEFT, 0),)},
        {1: LEAF, 2: ((True, b"short"),)},
        {1: LEAF, 2: (LEFT,)},
    ],
)
def test_a_proof_of_another_form_is_refused(value):
    assert refused(value) == "cose.ccf-proof"


def test_a_proof_that_is_no_cbor_is_refused():
    assert refused(b"\xff") == "cose.cbor-indefinite"
    assert refused(bytes(17_000)) == "cose.too-large"

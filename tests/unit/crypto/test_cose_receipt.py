from __future__ import annotations

import pytest

from assay.crypto import merkle
from assay.crypto.cbor import Tagged, encode
from assay.crypto.cose_key import key_thumbprint
from assay.crypto.cose_receipt import (
    CCF_LEDGER_SHA256,
    TREE_SIZE,
    parse_receipt,
    sign_consistency_receipt,
    verify_consistency_receipt,
    verify_inclusion_receipt,
)
from assay.crypto.cose_sign1 import parse_sign1, sign_sign1
from assay.errors import AssayError, CoseError, LogError
from tests.simulators.scitt import (
    LOG,
    OTHER_LOG,
    receipt,
    receipt_header,
    tree,
)

ENTRY = bytes(range(32))
KEY = LOG.public_key
KIDS = {key_thumbprint(KEY)}


def verify(data, entry=ENTRY, key=KEY, **options):
    return verify_inclusion_receipt(parse_receipt(data), entry, key, **options)


def refused(call, *args, **kwargs):
    with pytest.raises(AssayError) as caught:
        call(*args, **kwargs)
    return caught.value.code


def made(proof=None, *, root=None, protected=None, unprotected=None, **options):
    """Make a receipt with whatever somebody wants in it, signed by the log."""
    honest, honest_proof = tree(ENTRY)
    encoded = encode((honest_proof.size, honest_proof.index, honest_proof.hashes))
    header = {**receipt_header(), 395: 1, TREE_SIZE: 8}
    if protected is not None:
        header = {k: v for k, v in {**header, **protected}.items() if v is not None}
    proofs = {396: {-1: (encoded if proof is None else proof,)}}
    return sign_sign1(
        LOG,
        header,
        honest if root is None else root,
        unprotected=proofs if unprotected is None else unprotected,
        detached=options.get("detached", True),
    ).encoded()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 255, 256, 257])
def test_every_place_in_a_tree_is_proven(size):
    for index in {0, size // 2, size - 1}:
        proven = verify(receipt(ENTRY, size=size, index=index), kids=KIDS)
        assert (proven.size, proven.index) == (size, index)
        assert proven.root == tree(ENTRY, size, index)[0]


def test_every_flipped_bit_is_refused():
    good = receipt(ENTRY, size=5, index=0)
    for at in range(8 * len(good)):
        bad = bytearray(good)
        bad[at // 8] ^= 1 << (at % 8)
        with pytest.raises(AssayError):
            verify(bytes(bad), kids=KIDS)


def test_without_a_signed_size_neither_size_nor_place_is_told():
    honest, proof = tree(ENTRY, 5, 0)
    for size in (5, 7):
        # Both sizes lead along the same path to the same root.
        data = made(
            encode((size, 0, proof.hashes)), root=honest, protected={TREE_SIZE: None}
        )
        proven = verify(data)
        assert (proven.size, proven.index) == (None, None)
        assert proven.root == honest


def test_another_size_than_the_signed_one_is_refused():
    _, proof = tree(ENTRY, 5, 0)
    data = made(encode((7, 0, proof.hashes)), root=tree(ENTRY, 5, 0)[0])
    assert refused(verify, data) == "cose.tree-size"
    assert refused(verify, made(protected={TREE_SIZE: True})) == "cose.tree-size"
    assert refused(verify, made(protected={TREE_SIZE: "8"})) == "cose.tree-size"


def test_another_entry_is_refused():
    assert refused(verify, receipt(ENTRY), bytes(32)) == "cose.receipt-mismatch"


def test_another_logs_receipt_is_refused():
    assert refused(verify, receipt(ENTRY, signer=OTHER_LOG)) == "cose.receipt-mismatch"
    assert refused(verify, receipt(ENTRY, signer=OTHER_LOG), kids=KIDS) == "cose.kid"


@pytest.mark.parametrize("structure", [None, 0, 2, 3, "1", True])
def test_another_data_structure_is_refused(structure):
    assert refused(verify, made(protected={395: structure})) == "cose.vds"


def test_a_data_structure_outside_the_signature_is_none():
    root, proof = tree(ENTRY)
    data = made(
        protected={395: None},
        unprotected={
            395: 1,
            396: {-1: (encode((proof.size, proof.index, proof.hashes)),)},
        },
    )
    assert refused(parse_receipt, data) == "cose.receipt-header"
    assert root


def test_a_label_beside_the_proofs_is_refused():
    proof = encode((8, 2, tree(ENTRY)[1].hashes))
    beside = {396: {-1: (proof,)}}
    data = made(unprotected={**beside, "x": 1})
    assert refused(parse_receipt, data) == "cose.receipt-header"
    # What nobody would read is not even signed.
    assert refused(made, unprotected={**beside, 4: b"k"}) == "cose.label-twice"
    assert refused(parse_receipt, made(unprotected={})) == "cose.receipt-header"


PROOF = encode((8, 2, tree(ENTRY)[1].hashes))


@pytest.mark.parametrize(
    "proofs",
    [
        None,
        (),
        {},
        {-1: ()},
        {-1: PROOF},
        {-1: (PROOF, PROOF)},
        {-1: (1,)},
        {-2: (PROOF,)},
        {-1: (PROOF,), -2: (PROOF,)},
    ],
)
def test_anything_but_one_proof_is_refused(proofs):
    assert refused(verify, made(unprotected={396: proofs})) == "cose.proof-count"


HASHES = tree(ENTRY)[1].hashes


@pytest.mark.parametrize(
    ("proof", "code"),
    [
        (b"", "cose.cbor-truncated"),
        (encode((8, 2)), "cose.proof-malformed"),
        (encode((8, 2, HASHES, 0)), "cose.proof-malformed"),
        (encode({1: 8}), "cose.proof-malformed"),
        (encode(("8", 2, HASHES)), "cose.proof-malformed"),
        (encode((8, True, HASHES)), "cose.proof-malformed"),
        (encode((8, 2, {})), "cose.proof-malformed"),
        (encode((8, 2, (1, 2, 3))), "cose.proof-malformed"),
        (encode((8, 8, HASHES)), "log.index-beyond-tree"),
        (encode((8, 99, HASHES)), "log.index-beyond-tree"),
        (encode((8, -1, HASHES)), "log.index-beyond-tree"),
        (encode((0, 0, ())), "log.index-beyond-tree"),
        (encode((1 << 63, 0, HASHES)), "log.tree-size"),
        (encode((8, 2, HASHES[:2])), "log.inclusion-length"),
        (encode((8, 2, (*HASHES, HASHES[0]))), "log.inclusion-length"),
        (encode((8, 2, (*HASHES[:2], b"short"))), "log.hash-length"),
        (encode((8, 3, HASHES)), "cose.receipt-mismatch"),
        (encode((8, 2, HASHES[::-1])), "cose.receipt-mismatch"),
        (b"\x9f\x08\x02\x80\xff", "cose.cbor-indefinite"),
        (encode((8, 2, HASHES)) + b"\x00", "cose.cbor-trailing"),
    ],
)
def test_a_proof_of_another_form_or_place_is_refused(proof, code):
    assert refused(verify, made(proof)) == code


def test_an_attached_root_is_refused():
    assert refused(verify, made(detached=False)) == "cose.payload-attached"


def test_a_receipt_longer_than_any_is_refused():
    proof = encode((8, 2, (bytes(17_000),)))
    assert refused(parse_receipt, made(proof)) == "cose.too-large"


def test_a_critical_parameter_that_is_unknown_is_refused():
    data = made(protected={2: (99,), 99: 1})
    assert refused(verify, data) == "cose.crit-unknown"
    assert verify(made(protected={2: (395, TREE_SIZE, 15, 4)})).size == 8


def test_what_is_signed_by_nobody_is_refused():
    message = parse_receipt(receipt(ENTRY))
    for algorithm in (None, -8, 0):
        header = {k: v for k, v in message.protected.items() if k != 1}
        if algorithm is not None:
            header[1] = algorithm
        parts = (encode(header), message.unprotected, None, message.signature)
        data = encode(Tagged(value=parts))
        assert refused(verify, data) == "cose.algorithm"


# Consistency.

LEAVES = [merkle.leaf_hash(b"%d" % i) for i in range(20)]


def _read(level, at):
    return merkle.root_from_leaves(LEAVES[at << level : (at + 1) << level])


def _root(size):
    return merkle.root_from_leaves(LEAVES[:size])


def grown(old, new, *, path=None, root=None):
    return sign_consistency_receipt(
        LOG,
        (old, new),
        merkle.consistency_proof(old, new, _read) if path is None else path,
        _root(new) if root is None else root,
        receipt_header(),
    )


def check(data, old, root=None, key=KEY):
    return verify_consistency_receipt(
        parse_receipt(data), old, _root(old) if root is None else root, key
    )


@pytest.mark.parametrize(("old", "new"), [(1, 1), (1, 2), (3, 7), (8, 20), (19, 20)])
def test_growth_is_proven(old, new):
    proven = check(grown(old, new), old)
    assert (proven.size, proven.index, proven.root) == (new, None, _root(new))


def test_every_flipped_bit_of_a_proof_of_growth_is_refused():
    good = grown(3, 7)
    for at in range(8 * len(good)):
        bad = bytearray(good)
        bad[at // 8] ^= 1 << (at % 8)
        with pytest.raises(AssayError):
            check(bytes(bad), 3)


def test_growth_from_another_tree_is_refused():
    assert refused(check, grown(3, 7), 4) == "cose.tree-size"
    assert refused(check, grown(3, 7), 3, bytes(32)) == "log.consistency-mismatch"
    assert refused(check, grown(3, 7, path=()), 3) == "log.consistency-length"
    assert refused(check, grown(7, 3, path=()), 7) == "log.consistency-sizes"


def test_the_signature_over_the_newer_root_is_checked_before_the_proof():
    other = OTHER_LOG.public_key
    assert refused(check, grown(3, 7, path=()), 3, None, other) == (
        "cose.signature-mismatch"
    )


def test_a_newer_root_that_is_not_attached_comes_from_the_verifier():
    message = parse_receipt(grown(3, 7))
    detached = sign_sign1(
        LOG,
        {k: v for k, v in message.protected.items() if k != 1},
        _root(7),
        unprotected=message.unprotected,
        detached=True,
    )

    def verify_detached(new_root):
        return verify_consistency_receipt(detached, 3, _root(3), KEY, new_root=new_root)

    assert verify_detached(_root(7)).root == _root(7)
    assert refused(verify_detached, None) == "cose.payload-missing"
    assert refused(verify_detached, _root(6)) == "cose.signature-mismatch"


def test_a_proof_of_inclusion_proves_no_growth():
    assert refused(check, receipt(ENTRY), 3) == "cose.proof-count"


def test_growth_is_told_of_the_data_structure_that_is_known():
    message = parse_sign1(grown(3, 7))
    header = {k: v for k, v in message.protected.items() if k not in {1, 395}}
    data = sign_sign1(
        LOG, {**header, 395: 2}, _root(7), unprotected=message.unprotected
    ).encoded()
    assert refused(check, data, 3) == "cose.vds"


def test_a_ccf_receipt_counts_only_where_it_is_asked_for():
    accepted = frozenset({CCF_LEDGER_SHA256})
    data = made(protected={395: 2, TREE_SIZE: None})
    assert refused(verify, data) == "cose.vds"
    assert refused(verify, data, structures=accepted) == "cose.ccf-proof"


def test_the_errors_of_proofs_are_the_logs():
    with pytest.raises(LogError):
        verify(made(encode((8, 8, HASHES))))
    with pytest.raises(CoseError):
        verify(made(b""))

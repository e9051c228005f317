"""Whatever is signed, nothing but the truth is believed of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assay.crypto.cbor import encode
from assay.crypto.cose_receipt import TREE_SIZE, parse_receipt, verify_inclusion_receipt
from assay.crypto.cose_sign1 import sign_sign1
from assay.crypto.scitt_statement import statement_entry
from assay.domain.verdict import VerdictValue
from assay.errors import AssayError
from assay.verify.scitt import verify_transparent_statement
from tests.property.test_cbor_laws import LABELS, VALUES
from tests.simulators.scitt import (
    ISSUER,
    LOG,
    SEAL,
    receipt,
    receipt_header,
    statement,
    tree,
)
from tests.unit.verify.test_verify_scitt import AT, KEYS, TRUST

MESSAGE = statement()
ENTRY = statement_entry(MESSAGE)
KNOWN = st.sampled_from([1, 2, 3, 4, 15, 33, 258, 259, 394, 395, 396, TREE_SIZE])
HEADERS = st.dictionaries(KNOWN | LABELS, VALUES, max_size=4)
NUMBERS = st.integers(0, 40) | st.integers(0, (1 << 64) - 1)
HASHES = st.binary(min_size=32, max_size=32)


@given(HEADERS, st.sets(KNOWN, max_size=2))
def test_a_statement_with_any_signed_header_is_judged_and_never_crashes(more, less):
    header = {**MESSAGE.protected, **more}
    kept = {k: v for k, v in header.items() if k not in less and k != 1}
    try:
        message = sign_sign1(ISSUER, kept, SEAL)
        data = message.encoded({394: (receipt(statement_entry(message)),)})
        verdict = verify_transparent_statement(data, TRUST, KEYS, AT)
    except AssayError:
        return
    if verdict.value is VerdictValue.VALID:
        assert verdict.statement.payload == SEAL
        assert message.protected[4] == MESSAGE.protected[4]


@given(HEADERS, st.sets(KNOWN, max_size=2), VALUES)
def test_a_receipt_with_any_signed_header_and_proof_is_judged(more, less, proof):
    root, honest = tree(ENTRY)
    header = {**receipt_header(), 395: 1, TREE_SIZE: 8, **more}
    kept = {k: v for k, v in header.items() if k not in less and k != 1}
    for encoded in (encode(proof), encode((8, 2, honest.hashes))):
        try:
            made = sign_sign1(
                LOG, kept, root, unprotected={396: {-1: (encoded,)}}, detached=True
            )
            data = MESSAGE.encoded({394: (made.encoded(),)})
            verdict = verify_transparent_statement(data, TRUST, KEYS, AT)
        except AssayError:
            continue
        if verdict.value is VerdictValue.VALID:
            (registration,) = verdict.statement.registrations
            assert registration.root == root
            assert registration.size in {8, None}


@given(NUMBERS, NUMBERS, st.lists(HASHES, max_size=8))
def test_no_proof_but_the_honest_one_leads_to_a_signed_root(size, index, path):
    root, honest = tree(ENTRY)
    made = sign_sign1(
        LOG,
        {**receipt_header(), 395: 1},
        root,
        unprotected={396: {-1: (encode((size, index, tuple(path))),)}},
        detached=True,
    )
    try:
        verify_inclusion_receipt(parse_receipt(made.encoded()), ENTRY, LOG.public_key)
    except AssayError:
        return
    assert tuple(path) == honest.hashes


@given(st.integers(1, 300), st.data())
def test_every_honest_receipt_is_believed(size, data):
    index = data.draw(st.integers(0, size - 1))
    proven = verify_inclusion_receipt(
        parse_receipt(receipt(ENTRY, size=size, index=index)), ENTRY, LOG.public_key
    )
    assert (proven.size, proven.index) == (size, index)

from __future__ import annotations

import pytest

from assay.crypto import canonical_base64, merkle
from assay.crypto.checkpoint import Checkpoint, format_checkpoint
from assay.crypto.note import format_note
from assay.crypto.tlog_proof import (
    HEADER,
    TlogProof,
    format_tlog_proof,
    parse_tlog_proof,
    verify_tlog_proof,
)
from assay.domain.limits import Limits
from assay.errors import AssayError, LogError, SignatureError
from tests.simulators.note_signers import (
    LOG_ED,
    LOG_PQ,
    ORIGIN,
    WITNESS_ED,
    WITNESS_PQ,
    NoteSigner,
)

TIME = 1_790_000_000
LOG_KEYS = (LOG_ED.vkey, LOG_PQ.vkey)
WITNESSES = (WITNESS_ED.vkey, WITNESS_PQ.vkey)
ENTRIES = [f"entry {i}".encode() for i in range(11)]


def receipt(
    index: int = 6, signers=(LOG_ED, LOG_PQ), size: int = 11, origin: str = ORIGIN
) -> str:
    hashes = [merkle.leaf_hash(entry) for entry in ENTRIES[:size]]

    def read(level: int, at: int) -> bytes:
        return merkle.root_from_leaves(hashes[at << level : (at + 1) << level])

    root = merkle.root_from_leaves(hashes)
    text = format_checkpoint(Checkpoint(origin=origin, size=size, root=root))
    return format_tlog_proof(
        TlogProof(
            index=index,
            hashes=merkle.inclusion_proof(index, size, read),
            checkpoint=format_note(text, [item.sign(text, TIME) for item in signers]),
        )
    )


@pytest.mark.parametrize("size", [1, 2, 7, 11])
def test_the_receipt_of_every_entry_verifies(size):
    for index in range(size):
        found = verify_tlog_proof(
            receipt(index, size=size).encode(), ENTRIES[index], LOG_KEYS
        )
        assert (found.origin, found.index, found.size) == (ORIGIN, index, size)
        assert found.timestamp == TIME
        assert found.log_keys == LOG_KEYS
        assert found.witnesses == ()
        assert found.ignored == 0


def test_known_witnesses_are_reported_and_unknown_ones_counted():
    text = receipt(signers=(LOG_ED, LOG_PQ, WITNESS_ED, WITNESS_PQ))
    found = verify_tlog_proof(
        text, ENTRIES[6], LOG_KEYS, witness_keys=[WITNESS_PQ.vkey], origin=ORIGIN
    )
    assert [item.key for item in found.witnesses] == [WITNESS_PQ.vkey]
    assert found.ignored == 1


def test_a_log_with_an_ed25519_key_only_states_no_time():
    found = verify_tlog_proof(receipt(signers=[LOG_ED]), ENTRIES[6], [LOG_ED.vkey])
    assert found.timestamp is None


@pytest.mark.parametrize("missing", [LOG_ED, LOG_PQ])
def test_a_receipt_without_a_signature_by_each_log_key_is_refused(missing):
    signers = [item for item in (LOG_ED, LOG_PQ, WITNESS_ED) if item != missing]
    with pytest.raises(SignatureError) as caught:
        verify_tlog_proof(
            receipt(signers=signers), ENTRIES[6], LOG_KEYS, witness_keys=WITNESSES
        )
    assert caught.value.code == "signature.log-key-missing"
    assert missing.vkey.key_id.hex() in caught.value.found


def test_a_receipt_signed_by_witnesses_only_is_refused():
    with pytest.raises(SignatureError) as caught:
        verify_tlog_proof(
            receipt(signers=[WITNESS_ED]), ENTRIES[6], LOG_KEYS, witness_keys=WITNESSES
        )
    assert caught.value.code == "signature.log-key-missing"


def test_a_receipt_of_another_origin_is_refused():
    text = receipt(origin="other.example")
    with pytest.raises(LogError) as caught:
        verify_tlog_proof(text, ENTRIES[6], LOG_KEYS)
    assert caught.value.code == "log.origin-mismatch"
    verify_tlog_proof(text, ENTRIES[6], LOG_KEYS, origin="other.example")


def test_it_must_be_clear_which_log_is_trusted():
    other = NoteSigner("other.example", LOG_ED.type, 9)
    for keys in ([], [LOG_ED.vkey, other.vkey]):
        with pytest.raises(SignatureError) as caught:
            verify_tlog_proof(receipt(), ENTRIES[6], keys)
        assert caught.value.code == "signature.log-keys-unclear"


def test_another_entry_is_refused():
    with pytest.raises(LogError) as caught:
        verify_tlog_proof(receipt(), ENTRIES[5], LOG_KEYS)
    assert caught.value.code == "log.inclusion-mismatch"


def test_an_entry_longer_than_a_log_can_hold_is_refused():
    with pytest.raises(LogError) as caught:
        verify_tlog_proof(receipt(), bytes(65_536), LOG_KEYS)
    assert caught.value.code == "log.entry-too-long"


def test_an_index_beyond_the_tree_is_refused_in_a_receipt():
    text = receipt().replace("index 6\n", "index 11\n")
    with pytest.raises(LogError) as caught:
        verify_tlog_proof(text, ENTRIES[6], LOG_KEYS)
    assert caught.value.code == "log.index-beyond-tree"


def test_extra_data_is_parsed_and_written_but_never_verified():
    parsed = parse_tlog_proof(receipt())
    text = format_tlog_proof(
        TlogProof(
            index=parsed.index,
            hashes=parsed.hashes,
            checkpoint=parsed.checkpoint,
            extra=b"note",
        )
    )
    assert parse_tlog_proof(text).extra == b"note"
    with pytest.raises(LogError) as caught:
        verify_tlog_proof(text, ENTRIES[6], LOG_KEYS)
    assert caught.value.code == "log.proof-extra"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"\xff", "signature.note-encoding"),
        ("", "log.proof-header"),
        (HEADER, "log.proof-cut"),
        (HEADER + "\nindex 1\n", "log.proof-cut"),
        (HEADER + "\n\n", "log.proof-index"),
        (HEADER + "\nindex 01\n\nx", "log.proof-index"),
        (HEADER + "\nindex  1\n\nx", "log.proof-index"),
        (HEADER + "\n1\n\nx", "log.proof-index"),
        (HEADER + "\nindex -1\n\nx", "log.proof-index"),
        (HEADER + "\nextra AA\nindex 1\n\nx", "log.proof-extra"),
        (HEADER + "\nextra \nindex 1\n\nx", "log.proof-extra"),
        (HEADER + "\nindex 1\nAAAA\n\nx", "log.proof-hash"),
        (HEADER + "\nindex 1\nextra AAAA\n\nx", "log.proof-hash"),
        (
            HEADER + f"\nindex 1\n{canonical_base64.encode(bytes(32))} \n\nx",
            "log.proof-hash",
        ),
        (HEADER + "\r\nindex 1\n\nx", "signature.note-encoding"),
        (" " + HEADER + "\nindex 1\n\nx", "log.proof-header"),
    ],
)
def test_a_malformed_receipt_is_refused(text, code):
    with pytest.raises(AssayError) as caught:
        parse_tlog_proof(text)
    assert caught.value.code == code


def test_a_receipt_that_could_not_be_read_back_is_not_written():
    with pytest.raises(LogError) as caught:
        format_tlog_proof(TlogProof(index=-1, hashes=(), checkpoint="x"))
    assert caught.value.code == "log.proof-index"


@pytest.mark.parametrize(
    "signers",
    [
        pytest.param((LOG_ED,), id="ed25519"),
        pytest.param((LOG_ED, LOG_PQ), id="both", marks=pytest.mark.slow),
    ],
)
def test_no_flipped_bit_of_a_receipt_signed_by_known_keys_is_accepted(signers):
    # The attack: every bit of every byte, one after the other. Log keys must all
    # sign, so spoiling a key's name cannot make its line vanish unnoticed.
    keys = [item.vkey for item in signers]
    original = receipt(signers=signers).encode()
    verify_tlog_proof(original, ENTRIES[6], keys)
    for offset in range(len(original)):
        for bit in range(8):
            altered = bytearray(original)
            altered[offset] ^= 1 << bit
            with pytest.raises((LogError, SignatureError)):
                verify_tlog_proof(bytes(altered), ENTRIES[6], keys)


def test_no_removed_or_doubled_byte_of_a_receipt_is_accepted():
    original = receipt(signers=[LOG_ED]).encode()
    for offset in range(len(original)):
        shorter = original[:offset] + original[offset + 1 :]
        longer = original[: offset + 1] + original[offset:]
        for altered in (shorter, longer):
            with pytest.raises((LogError, SignatureError)):
                verify_tlog_proof(altered, ENTRIES[6], [LOG_ED.vkey])


def test_a_flipped_bit_in_a_witness_line_refuses_or_uncounts_that_witness():
    original = receipt(signers=(LOG_ED, WITNESS_ED)).encode()
    start = original.rindex("\u2014".encode())
    for offset in range(start, len(original)):
        altered = bytearray(original)
        altered[offset] ^= 1
        try:
            found = verify_tlog_proof(
                bytes(altered), ENTRIES[6], [LOG_ED.vkey], witness_keys=WITNESSES
            )
        except (LogError, SignatureError):
            continue
        assert found.witnesses == ()
        assert found.ignored == 1


def test_a_checkpoint_that_was_verified_before_vouches_for_its_own_keys_only():
    text = receipt()
    verify_tlog_proof(text, ENTRIES[6], LOG_KEYS)
    stranger = NoteSigner(ORIGIN, LOG_ED.type, 9).vkey
    with pytest.raises(SignatureError) as caught:
        verify_tlog_proof(text, ENTRIES[6], [stranger])
    assert caught.value.code == "signature.note-no-known-key"
    verify_tlog_proof(text, ENTRIES[6], LOG_KEYS)


def test_a_path_is_followed_also_under_a_checkpoint_that_was_verified_before():
    verify_tlog_proof(receipt(6), ENTRIES[6], LOG_KEYS)
    verify_tlog_proof(receipt(7), ENTRIES[7], LOG_KEYS)
    with pytest.raises(LogError) as caught:
        verify_tlog_proof(receipt(7), ENTRIES[6], LOG_KEYS)
    assert caught.value.code == "log.inclusion-mismatch"


def test_bounds_are_kept_also_for_a_checkpoint_that_was_verified_before():
    text = receipt()
    verify_tlog_proof(text, ENTRIES[6], LOG_KEYS)
    with pytest.raises(SignatureError) as caught:
        verify_tlog_proof(
            text, ENTRIES[6], LOG_KEYS, limits=Limits(max_note_signatures=1)
        )
    assert caught.value.code == "signature.note-too-many-signatures"

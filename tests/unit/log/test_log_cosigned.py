"""Witnesses between signing and publishing; they are real keys, in this process."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assay.crypto.checkpoint import ed25519_cosigned_message
from assay.crypto.merkle import verify_consistency
from assay.crypto.note import (
    NoteSignature,
    SignatureType,
    format_note,
    make_vkey,
    open_checkpoint,
    parse_note,
)
from assay.crypto.tlog_proof import verify_tlog_proof
from assay.errors import LogError
from assay.log import init_log, open_log
from tests.simulators.log_scenes import ORIGIN, START, Clock, batch, check_sound


class Witness:
    """Cosigns what follows from what it has cosigned last, and remembers it."""

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()
        self.vkey = make_vkey(
            "witness.example/w",
            SignatureType.ED25519_COSIGNATURE,
            self._key.public_key().public_bytes_raw(),
        )
        self.away = False
        self.size, self.root = 0, b""
        self.asked: list[int] = []

    def cosign(self, note, prove):
        parsed = parse_note(note)
        checkpoint = open_checkpoint(note, self.log_keys).checkpoint
        self.asked.append(checkpoint.size)
        if self.away:
            raise LogError("witness-quorum", "The test's witness is away.")
        proof = prove(self.size)
        if self.size:
            verify_consistency(
                old_size=self.size,
                new_size=checkpoint.size,
                old_root=self.root,
                new_root=checkpoint.root,
                proof=proof,
            )
        else:
            assert proof == ()
        self.size, self.root = checkpoint.size, checkpoint.root
        message = ed25519_cosigned_message(parsed.text, START)
        line = NoteSignature(
            name=self.vkey.name,
            key_id=self.vkey.key_id,
            signature=START.to_bytes(8, "big") + self._key.sign(message),
        )
        return format_note(parsed.text, (*parsed.signatures, line))


def opened(tmp_path, witness):
    path = tmp_path / "log"
    if not path.exists():
        witness.log_keys = init_log(path, ORIGIN, clock=Clock()).vkeys
    return open_log(path, clock=Clock(), witnesses=witness)


def test_a_receipt_carries_the_cosignatures_of_its_checkpoint(tmp_path):
    witness = Witness()
    log = opened(tmp_path, witness)
    for first, end in ((0, 1), (1, 255), (255, 700)):
        entries = batch(first, end)
        for entry, receipt in zip(entries, log.append(entries), strict=True):
            proof = verify_tlog_proof(
                receipt.proof_text, entry.leaf, log.vkeys, witness_keys=[witness.vkey]
            )
            assert [item.key for item in proof.witnesses] == [witness.vkey]
    assert witness.asked == [1, 255, 700]
    check_sound(tmp_path / "log", size=700)


def test_without_a_quorum_nothing_is_published_and_nothing_lost(tmp_path):
    witness = Witness()
    log = opened(tmp_path, witness)
    log.append(batch(0, 3))
    before = log.checkpoint()
    witness.away = True
    with pytest.raises(LogError) as caught:
        log.append(batch(3, 5))
    assert caught.value.code == "log.witness-quorum"
    assert log.checkpoint() == before
    assert log.pending() == 2
    check_sound(tmp_path / "log")
    # Opening asks again, and opens all the same.
    log = opened(tmp_path, witness)
    assert log.pending() == 2
    assert witness.asked == [3, 5, 5]
    witness.away = False
    # The same entries have kept their indices; another append takes them along.
    receipts = log.append([*batch(7, 8), *batch(3, 5)])
    assert [item.index for item in receipts] == [5, 3, 4]
    assert log.pending() == 0
    check_sound(tmp_path / "log", size=6)


def test_opening_publishes_what_the_witnesses_had_not_cosigned(tmp_path):
    witness = Witness()
    log = opened(tmp_path, witness)
    witness.away = True
    with pytest.raises(LogError):
        log.append(batch(0, 2))
    witness.away = False
    assert opened(tmp_path, witness).pending() == 0
    check_sound(tmp_path / "log", size=2)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda note: note[:0],
        lambda note: note.replace(ORIGIN, "log.example/other", 1),
        lambda note: note + "no signature line\n",
        lambda note: note[: note.rindex("\u2014")],
    ],
    ids=["empty", "other-text", "other-line", "fewer-lines"],
)
def test_a_note_that_was_changed_on_the_way_is_not_published(tmp_path, spoil):
    class Spoiler:
        def cosign(self, note, prove):
            prove(0)
            return spoil(note)

    log = init_log(tmp_path / "log", ORIGIN)
    before = log.checkpoint()
    log = open_log(tmp_path / "log", witnesses=Spoiler())
    with pytest.raises(LogError) as caught:
        log.append(batch(0, 1))
    assert caught.value.code == "log.witness-note"
    assert log.checkpoint() == before


def test_the_witnesses_get_proofs_from_any_older_size_and_from_no_larger_one(tmp_path):
    got: dict = {}

    class Curious:
        def cosign(self, note, prove):
            got.update({size: prove(size) for size in (0, 1, 4, 5, 6)})
            with pytest.raises(LogError) as caught:
                prove(7)
            got["refused"] = caught.value.code
            return note

    init_log(tmp_path / "log", ORIGIN)
    log = open_log(tmp_path / "log", witnesses=Curious())
    log.append(batch(0, 6))
    assert got["refused"] == "log.consistency-sizes"
    assert (got[0], got[6]) == ((), ())
    assert all(got[size] == log.consistency(size) for size in (1, 4, 5))

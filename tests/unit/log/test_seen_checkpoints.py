"""Checkpoints that were seen, by whom they have to be signed, and how they grow."""

from __future__ import annotations

import pytest

from assay.crypto.note import format_note
from assay.crypto.verifier_key import SignatureType
from assay.errors import LogError, SignatureError
from assay.flows.witness import init_witness, open_witness, witness_follows
from assay.log import asking, init_log
from assay.log.seen import open_by_all
from assay.log.witness_request import format_add_checkpoint
from assay.network.http_client import Answer, HttpClient
from tests.simulators.note_signers import LOG_ED, LOG_PQ, ORIGIN, NoteSigner


def test_all_keys_must_have_signed_and_the_origin_be_the_one_asked_for(tmp_path):
    log = init_log(tmp_path / "log", "log.example/a")
    note = log.checkpoint()
    assert open_by_all(note, log.vkeys, log.origin).tree.size == 0
    with pytest.raises(SignatureError) as caught:
        open_by_all(note, (*log.vkeys, LOG_ED.vkey), log.origin)
    assert caught.value.code == "signature.log-key-missing"
    with pytest.raises(LogError) as other:
        open_by_all(note, log.vkeys, "log.example/b")
    assert other.value.code == "log.origin-mismatch"


def test_the_client_of_http_is_what_the_log_asks_with():
    client = HttpClient(timeout_seconds=1, total_seconds=1, most_bytes=1)
    answer = Answer(url="", status=200, headers={}, body=b"")
    for protocol, what in ((asking.Asks, client), (asking.Answered, answer)):
        asked = {name for name in vars(protocol) if not name.startswith("_")}
        assert asked
        assert asked <= set(dir(what))


def test_extension_lines_that_a_key_does_not_cover_are_refused(tmp_path):
    """An ML-DSA-44 signature covers three lines only (C2SP tlog-cosignature)."""
    init_witness(tmp_path / "w", "w.example")
    keys = [str(LOG_ED.vkey), str(LOG_PQ.vkey)]
    witness_follows(tmp_path / "w", vkeys=keys)
    witness = open_witness(tmp_path / "w")
    plain = f"{ORIGIN}\n1\n{'A' * 43}=\n"
    extended = plain + "an extension\n"
    covered = NoteSigner(ORIGIN, SignatureType.ML_DSA_44_COSIGNATURE, LOG_PQ.seed)
    note = format_note(extended, [LOG_ED.sign(extended), covered.sign(plain, 5)])
    answer = witness.add_checkpoint(format_add_checkpoint(0, (), note))
    assert (answer.status, answer.reason) == (400, "log.checkpoint-extension")

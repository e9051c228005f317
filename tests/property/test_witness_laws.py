"""Laws of a witness: whatever it is sent, what it cosigns is one history."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.errors import LogError, SignatureError
from assay.flows.witness import init_witness, open_witness, witness_follows
from assay.log import init_log, open_log
from assay.log.witness_request import format_add_checkpoint, parse_add_checkpoint
from tests.simulators.forked_logs import entries, forked, tree_of

SIZES = (1, 2, 3, 5, 8)


@pytest.fixture(scope="module")
def histories(tmp_path_factory):
    """Checkpoints of two histories that part after three entries, with their proofs."""
    folder = tmp_path_factory.mktemp("histories")
    requests = []
    first = init_log(folder / "first", "log.example/forked")
    notes = {}
    for size in SIZES[:3]:
        at = tree_of(first.checkpoint()).size
        first.append(entries(at, size))
        notes["both", size] = (first.checkpoint(), {
            old: first.consistency(old) for old in SIZES if old < size
        })  # fmt: skip
    shutil.copytree(folder / "first", folder / "second")
    second = open_log(folder / "second")
    for word, log in (("one", first), ("other", second)):
        for size in SIZES[3:]:
            log.append(entries(tree_of(log.checkpoint()).size, size, word))
            notes[word, size] = (log.checkpoint(), {
                old: log.consistency(old) for old in SIZES if old < size
            })  # fmt: skip
    for (word, size), (note, proofs) in notes.items():
        for old in (0, *SIZES):
            body = format_add_checkpoint(old, proofs.get(old, ()), note)
            requests.append((word, size, body))
    return folder / "first" / "log.json", requests


@settings(max_examples=30)
@given(picks=st.lists(st.integers(0, 1_000), max_size=25))
def test_what_is_cosigned_is_one_history_that_only_grows(histories, picks):
    described, requests = histories
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "w"
        init_witness(place, "w.example")
        witness_follows(place, log=described)
        witness = open_witness(place)
        cosigned = []
        for pick in picks:
            word, size, body = requests[pick % len(requests)]
            if witness.add_checkpoint(body).status == 200:
                cosigned.append((word, size))
    sizes = [size for _, size in cosigned]
    assert sizes == sorted(sizes)
    assert len({word for word, _ in cosigned if word != "both"}) <= 1


@pytest.fixture(scope="module")
def honest(tmp_path_factory):
    logs = forked(tmp_path_factory.mktemp("honest"), 5)
    old = logs.honest.checkpoint()
    logs.honest.append(entries(5, 9))
    note = logs.honest.checkpoint()
    assert old != note
    return format_add_checkpoint(5, logs.honest.consistency(5), note)


@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_request_with_a_flipped_bit_is_read_as_another_or_refused(honest, at, bit):
    data = bytearray(honest)
    data[at % len(data)] ^= 1 << bit
    with contextlib.suppress(LogError, SignatureError):
        asked = parse_add_checkpoint(bytes(data))
        again = format_add_checkpoint(asked.old_size, asked.proof, asked.whole)
        assert again == bytes(data)


@given(st.binary(max_size=300))
def test_anything_is_a_request_or_refused(data):
    with contextlib.suppress(LogError, SignatureError):
        parse_add_checkpoint(b"old 0\n\n" + data)
    with contextlib.suppress(LogError, SignatureError):
        parse_add_checkpoint(data)

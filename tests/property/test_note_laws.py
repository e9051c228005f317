from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assay.crypto.checkpoint import Checkpoint, format_checkpoint, parse_checkpoint
from assay.crypto.note import (
    NoteSignature,
    format_note,
    parse_note,
    parse_vkey,
    verify_note,
)
from assay.crypto.tlog_proof import TlogProof, format_tlog_proof, parse_tlog_proof
from assay.crypto.verifier_key import is_key_name
from assay.errors import LogError, SignatureError
from tests.simulators.note_signers import LOG_ED

TEXT = st.text(
    st.characters(min_codepoint=32, exclude_categories=["Cs"]), min_size=1, max_size=40
)
NAMES = TEXT.filter(is_key_name)
SIGNATURES = st.builds(
    NoteSignature,
    name=NAMES,
    key_id=st.binary(min_size=4, max_size=4),
    signature=st.binary(min_size=1, max_size=80),
)
CHECKPOINTS = st.builds(
    Checkpoint,
    origin=TEXT,
    size=st.integers(0, 2**63 - 1),
    root=st.binary(min_size=32, max_size=32),
    extensions=st.lists(TEXT, max_size=3).map(tuple),
)


@given(
    st.lists(TEXT | st.just(""), max_size=5),
    st.lists(SIGNATURES, min_size=1, max_size=4),
)
def test_a_note_is_read_back_as_it_was_written(lines, signatures):
    text = "".join(f"{line}\n" for line in lines) or "\n"
    note = parse_note(format_note(text, signatures))
    assert note.text == text
    assert note.signatures == tuple(signatures)


@given(CHECKPOINTS)
def test_a_checkpoint_is_read_back_as_it_was_written(checkpoint):
    text = format_checkpoint(checkpoint)
    assert parse_checkpoint(text, allow_extensions=True) == checkpoint


@given(
    st.integers(0, 2**63 - 1),
    st.lists(st.binary(min_size=32, max_size=32), max_size=64).map(tuple),
    st.none() | st.binary(min_size=1, max_size=50),
    TEXT,
)
def test_a_receipt_is_read_back_as_it_was_written(index, hashes, extra, checkpoint):
    proof = TlogProof(index=index, hashes=hashes, checkpoint=checkpoint, extra=extra)
    assert parse_tlog_proof(format_tlog_proof(proof)) == proof


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_any_input_is_read_or_refused_with_an_error_of_assay(data):
    for read in (parse_note, parse_tlog_proof):
        try:
            read(data)
        except (LogError, SignatureError):
            continue
    if isinstance(data, str):
        for read_text in (parse_checkpoint, parse_vkey):
            try:
                read_text(data)
            except (LogError, SignatureError):
                continue


@given(st.text(max_size=100), st.binary(max_size=100))
def test_no_text_verifies_under_a_signature_made_of_noise(text, noise):
    line = NoteSignature(
        name=LOG_ED.name, key_id=LOG_ED.vkey.key_id, signature=noise or b"0"
    )
    try:
        verify_note(parse_note(format_note(text, [line])), [LOG_ED.vkey])
    except (LogError, SignatureError):
        return
    raise AssertionError

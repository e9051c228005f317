from __future__ import annotations

import dataclasses

import pytest

from assay.crypto import canonical_base64
from assay.crypto.note import (
    Note,
    NoteSignature,
    SignatureType,
    format_note,
    make_vkey,
    open_checkpoint,
    parse_note,
    parse_vkey,
    verify_note,
)
from assay.domain.limits import Limits
from assay.errors import AssayError, LogError, SignatureError
from tests.simulators.note_signers import LOG_ED, LOG_PQ, ORIGIN, WITNESS_ED, WITNESS_PQ

# The example of the signed-note specification.
EXAMPLE_VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE_NOTE = (
    "This is an example message.\n\n\u2014 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1"
    "Yu72IneyaQM=\n"
)
CHECKPOINT = f"{ORIGIN}\n5\n{canonical_base64.encode(bytes(32))}\n"
ALL = (LOG_ED, LOG_PQ, WITNESS_ED, WITNESS_PQ)


def signed(text: str = CHECKPOINT, signers=ALL, timestamp: int = 1_800_000_000) -> Note:
    return Note(
        text=text, signatures=tuple(item.sign(text, timestamp) for item in signers)
    )


def test_the_example_note_of_the_specification_verifies():
    key = parse_vkey(EXAMPLE_VKEY)
    assert str(key) == EXAMPLE_VKEY
    (found,) = verify_note(parse_note(EXAMPLE_NOTE), [key])
    assert found.key == key
    assert found.timestamp is None


def test_all_three_signature_types_verify_with_their_times():
    note = parse_note(format_note(CHECKPOINT, signed().signatures))
    found = verify_note(note, [item.vkey for item in ALL])
    assert [item.timestamp for item in found] == [None, *[1_800_000_000] * 3]
    assert [item.key for item in found] == [item.vkey for item in ALL]


def test_an_ml_dsa_cosigner_that_states_no_time_has_none():
    (found,) = verify_note(signed(signers=[LOG_PQ], timestamp=0), [LOG_PQ.vkey])
    assert found.timestamp is None
    (found,) = verify_note(signed(signers=[WITNESS_ED], timestamp=0), [WITNESS_ED.vkey])
    assert found.timestamp == 0


def test_signatures_by_unknown_keys_are_ignored_even_when_they_are_garbage():
    garbage = NoteSignature(name=ORIGIN, key_id=b"\0\0\0\0", signature=b"x")
    note = signed(signers=[LOG_ED])
    note = dataclasses.replace(note, signatures=(garbage, *note.signatures))
    assert len(verify_note(note, [LOG_ED.vkey])) == 1


def test_a_note_without_any_known_key_is_refused():
    for keys in ([], [WITNESS_ED.vkey]):
        with pytest.raises(SignatureError) as caught:
            verify_note(signed(signers=[LOG_ED]), keys)
        assert caught.value.code == "signature.note-no-known-key"


@pytest.mark.parametrize("signer", ALL)
def test_a_signature_by_a_known_key_over_another_text_refuses_the_note(signer):
    other = CHECKPOINT.replace("\n5\n", "\n6\n")
    note = dataclasses.replace(signed(signers=[signer]), text=other)
    with pytest.raises(SignatureError) as caught:
        verify_note(note, [signer.vkey])
    assert caught.value.code == "signature.note-invalid"


@pytest.mark.parametrize("signer", ALL)
@pytest.mark.parametrize("keep", [1, 8, 9, 71])
def test_a_cut_signature_by_a_known_key_refuses_the_note(signer, keep):
    full = signer.sign(CHECKPOINT, 7)
    if keep >= len(full.signature):
        keep = len(full.signature) - 1
    cut = dataclasses.replace(full, signature=full.signature[:keep])
    with pytest.raises(SignatureError) as caught:
        verify_note(Note(text=CHECKPOINT, signatures=(cut,)), [signer.vkey])
    assert caught.value.code == "signature.note-invalid"


@pytest.mark.parametrize("signer", [WITNESS_ED, WITNESS_PQ])
def test_a_cosignature_with_a_time_beyond_63_bits_is_refused(signer):
    note = signed(signers=[signer], timestamp=2**63)
    with pytest.raises(SignatureError) as caught:
        verify_note(note, [signer.vkey])
    assert caught.value.code == "signature.note-invalid"


def test_two_signatures_by_one_key_are_refused():
    note = signed(signers=[LOG_PQ, LOG_PQ])
    with pytest.raises(SignatureError) as caught:
        verify_note(note, [LOG_PQ.vkey])
    assert caught.value.code == "signature.note-repeated-key"


def test_two_different_keys_with_one_name_and_id_are_refused():
    twin = dataclasses.replace(WITNESS_ED.vkey, public=bytes(32))
    with pytest.raises(SignatureError) as caught:
        verify_note(signed(), [WITNESS_ED.vkey, twin])
    assert caught.value.code == "signature.keys-collide"
    verify_note(signed(), [WITNESS_ED.vkey, WITNESS_ED.vkey])


def test_an_ml_dsa_signature_never_covers_extension_lines():
    text = CHECKPOINT + "extension\n"
    bare = LOG_PQ.sign(CHECKPOINT, 5)
    with pytest.raises(LogError) as caught:
        verify_note(Note(text=text, signatures=(bare,)), [LOG_PQ.vkey])
    assert caught.value.code == "log.checkpoint-extension"


def test_a_signed_checkpoint_is_opened_with_a_count_of_ignored_lines():
    note = format_note(CHECKPOINT, signed().signatures)
    opened = open_checkpoint(note.encode(), [LOG_ED.vkey, WITNESS_PQ.vkey])
    assert opened.checkpoint.size == 5
    assert opened.ignored == 2
    assert len(opened.signatures) == 2


def test_extension_lines_of_other_logs_can_be_opened_with_keys_that_cover_them():
    text = CHECKPOINT + "extension\n"
    note = format_note(text, [LOG_ED.sign(text)])
    opened = open_checkpoint(note, [LOG_ED.vkey], allow_extensions=True)
    assert opened.checkpoint.extensions == ("extension",)


NAME = "\u2014 a "


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xff\n\n", "note-encoding"),
        ("a\ud800\n\n", "note-encoding"),
        ("a\tb\n\n" + NAME + "AAAAAAA=\n", "note-encoding"),
        ("a\r\n\n" + NAME + "AAAAAAA=\n", "note-encoding"),
        ("", "note-unsigned"),
        ("text only\n", "note-unsigned"),
        ("a\n\n" + NAME + "AAAAAAA=", "note-unsigned"),
        ("a\n\n" + NAME + "AAAAAAA=\n\n", "note-unsigned"),
        ("a\n\n- a AAAAAAA=\n", "note-line"),
        ("a\n\n\u2014  AAAAAAA=\n", "note-line"),
        ("a\n\n\u2014 a+b AAAAAAA=\n", "note-line"),
        ("a\n\n\u2014 a\u2003b AAAAAAA=\n", "note-line"),
        ("a\n\n\u2014 a\n", "note-line"),
        ("a\n\n" + NAME + "AAAAAA==\n", "note-line"),  # an id and no signature
        ("a\n\n" + NAME + "AAAAAAB=\n", "note-line"),
        ("a\n\n" + NAME + "AAAAAAA= \n", "note-line"),
        ("a\n\n" + NAME + "AAAAAAA= x\n", "note-line"),
    ],
)
def test_a_note_with_another_spelling_is_refused(data, code):
    with pytest.raises(SignatureError) as caught:
        parse_note(data)
    assert caught.value.code == f"signature.{code}"


def test_notes_are_bounded():
    line = NAME + "AAAAAAA=\n"
    limits = Limits(max_note_signatures=16, max_note_bytes=400)
    assert len(parse_note("a\n\n" + line * 16, limits).signatures) == 16
    with pytest.raises(SignatureError) as caught:
        parse_note("a\n\n" + line * 17, limits)
    assert caught.value.code == "signature.note-too-many-signatures"
    with pytest.raises(SignatureError) as caught:
        parse_note("a\n\n" + line * 40, limits)
    assert caught.value.code == "signature.note-oversized"


def test_the_text_of_a_note_may_contain_empty_lines():
    note = parse_note("\n\nb\n\n\n" + NAME + "AAAAAAA=\n")
    assert note.text == "\n\nb\n\n"


def test_a_note_that_would_be_read_differently_is_not_written():
    short_id = NoteSignature(name="a", key_id=b"123", signature=b"45")
    for text, line, code in (
        ("no newline", LOG_ED.sign("x"), "note-unsigned"),
        ("", LOG_ED.sign("x"), "note-unsigned"),
        ("a\n", short_id, "note-line"),
    ):
        with pytest.raises(SignatureError) as caught:
            format_note(text, [line])
        assert caught.value.code == f"signature.{code}"


PUBLIC = canonical_base64.encode(b"\x01" + bytes(32))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "vkey-malformed"),
        ("name", "vkey-malformed"),
        ("name+00000000", "vkey-malformed"),
        ("name+00000000+", "vkey-malformed"),
        (EXAMPLE_VKEY.upper(), "vkey-malformed"),
        (EXAMPLE_VKEY + "\n", "vkey-malformed"),
        (EXAMPLE_VKEY.replace("+530d", "+0530d"), "vkey-malformed"),
        (EXAMPLE_VKEY.replace("530d903a", "530d903b"), "vkey-id"),
        (EXAMPLE_VKEY.replace("foo", "fop"), "vkey-id"),
        (EXAMPLE_VKEY.replace("+Aek", "+Auk"), "vkey-type"),
        (f"+00000000+{PUBLIC}", "key-name"),
        (f"a b+00000000+{PUBLIC}", "key-name"),
        (f"a+00000000+{canonical_base64.encode(bytes((1, 2)))}", "vkey-malformed"),
    ],
)
def test_a_text_that_is_no_vkey_is_refused(text, code):
    if code == "vkey-type":
        raw = canonical_base64.encode(b"\x02" + bytes(32))
        text = f"example.com/foo+00000000+{raw}"
    with pytest.raises(SignatureError) as caught:
        parse_vkey(text)
    assert caught.value.code == f"signature.{code}"


@pytest.mark.parametrize("signer", ALL)
def test_vkeys_of_every_type_are_read_back(signer):
    assert parse_vkey(str(signer.vkey)) == signer.vkey


def test_one_key_has_another_id_for_another_type():
    public = bytes(32)
    ids = {
        make_vkey("a", kind, public).key_id
        for kind in (SignatureType.ED25519, SignatureType.ED25519_COSIGNATURE)
    }
    assert len(ids) == 2


def test_a_name_too_long_for_ml_dsa_is_refused_when_it_verifies():
    long = dataclasses.replace(LOG_PQ, name="n" * 256)
    fake = NoteSignature(name=long.name, key_id=long.vkey.key_id, signature=bytes(2428))
    with pytest.raises(AssayError) as caught:
        verify_note(Note(text=CHECKPOINT, signatures=(fake,)), [long.vkey])
    assert caught.value.code == "log.name-length"

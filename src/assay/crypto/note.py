"""Signed notes of C2SP signed-note v1.0.0: text and signature lines.

Three signature types are known: plain Ed25519 (0x01), and the timestamped cosignatures
of tlog-cosignature, Ed25519 (0x04) and ML-DSA-44 (0x06). The text of a note means
nothing before `verify_note` has returned.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from assay.crypto import canonical_base64
from assay.crypto.checkpoint import (
    MAX_TIMESTAMP,
    Checkpoint,
    ed25519_cosigned_message,
    ml_dsa_44_cosigned_message,
    parse_checkpoint,
)
from assay.crypto.verifier_key import (
    KEY_ID_BYTES,
    SignatureType,
    VerifierKey,
    is_key_name,
    make_vkey,
    parse_vkey,
)
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import SignatureError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "Note",
    "NoteSignature",
    "SignatureType",
    "SignedCheckpoint",
    "VerifiedSignature",
    "VerifierKey",
    "decode_text",
    "format_note",
    "make_vkey",
    "open_checkpoint",
    "parse_note",
    "parse_vkey",
    "split_note",
    "verify_checkpoint",
    "verify_note",
]

_SIGNATURE_PREFIX = "\u2014 "
_TIMESTAMP_BYTES = 8
# signed-note: no ASCII control characters (below U+0020) other than newline. In UTF-8
# their bytes stand for nothing else; taking all others away finds them soonest.
_PERMITTED = bytes({0x0A, *range(0x20, 0x100)})


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSignature:
    """One signature line, not verified.

    Attributes:
        name: Name of the key that is said to have signed.
        key_id: Its four-byte id.
        signature: What follows the id; its layout depends on the key's type.
    """

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note split into its parts, not verified.

    Attributes:
        text: What is signed, with its final newline.
        signatures: In the order of the lines.
    """

    text: str
    signatures: tuple[NoteSignature, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedSignature:
    """A key whose signature over the note holds.

    Attributes:
        key: The key.
        timestamp: When a cosigner signed, in seconds since the Epoch; None for type
            0x01 and for an ML-DSA cosigner that states no time.
    """

    key: VerifierKey
    timestamp: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCheckpoint:
    """A checkpoint with the signatures on it that hold.

    Attributes:
        checkpoint: The tree.
        signatures: At least one, in the order of the lines.
        ignored: Signature lines by keys that were not given.
    """

    checkpoint: Checkpoint
    signatures: tuple[VerifiedSignature, ...]
    ignored: int


def decode_text(data: bytes | str, limits: Limits = DEFAULT_LIMITS) -> str:
    r"""Read the characters of a note, bounded and without control characters.

    Raises:
        SignatureError: `signature.note-oversized` or `signature.note-encoding`.
    """
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    if len(raw) > limits.max_note_bytes:
        raise SignatureError(
            "note-oversized",
            "The note is larger than Assay reads.",
            expected=f"at most {limits.max_note_bytes} bytes",
            found=f"{len(raw)} bytes",
        )
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SignatureError(
            "note-encoding",
            "The note is not UTF-8 text.",
            expected="UTF-8",
            found=f"an invalid byte at offset {error.start}",
        ) from error
    control = raw.translate(None, _PERMITTED)
    if control:
        raise SignatureError(
            "note-encoding",
            "The note contains a control character.",
            expected="none but newlines",
            found=f"U+{control[0]:04X}",
        )
    return text


def parse_note(data: bytes | str, limits: Limits = DEFAULT_LIMITS) -> Note:
    """Split a note into text and signature lines, strictly.

    Raises:
        SignatureError: `signature.note-oversized`, `signature.note-encoding`,
            `signature.note-unsigned`, `signature.note-too-many-signatures` or
            `signature.note-line`.
    """
    return split_note(decode_text(data, limits), limits.max_note_signatures)


def split_note(whole: str, most: int) -> Note:
    """Split characters from `decode_text` into text and signature lines, strictly.

    Args:
        whole: The note, or the end of a text that holds one.
        most: Signatures that it may have.

    Raises:
        SignatureError: `signature.note-unsigned`,
            `signature.note-too-many-signatures` or `signature.note-line`.
    """
    text, separator, block = whole.rpartition("\n\n")
    if not separator or not block.endswith("\n"):
        raise SignatureError(
            "note-unsigned",
            "The note has no signature lines.",
            expected="a text, an empty line, and lines that end in a newline",
            found=f"{len(whole)} characters without them",
        )
    lines = block[:-1].split("\n")
    if len(lines) > most:
        raise SignatureError(
            "note-too-many-signatures",
            "The note has more signatures than Assay reads.",
            expected=f"at most {most}",
            found=str(len(lines)),
        )
    return Note(text=text + "\n", signatures=tuple(map(_parse_line, lines)))


def _parse_line(line: str) -> NoteSignature:
    name, _, encoded = line.removeprefix(_SIGNATURE_PREFIX).partition(" ")
    data = canonical_base64.decode(encoded)
    if (
        not line.startswith(_SIGNATURE_PREFIX)
        or not is_key_name(name)
        or data is None
        or len(data) <= KEY_ID_BYTES
    ):
        raise SignatureError(
            "note-line",
            "A signature line of the note is malformed.",
            expected="em dash, key name, base64 of key id and signature",
            found=repr(line[:80]),
        )
    return NoteSignature(
        name=name, key_id=data[:KEY_ID_BYTES], signature=data[KEY_ID_BYTES:]
    )


def format_note(text: str, signatures: Iterable[NoteSignature]) -> str:
    """Write a note.

    Raises:
        SignatureError: When the result would not be read back as the same note; as
            `parse_note`.
    """
    wanted = Note(text=text, signatures=tuple(signatures))
    lines = "".join(
        f"{_SIGNATURE_PREFIX}{item.name} "
        f"{canonical_base64.encode(item.key_id + item.signature)}\n"
        for item in wanted.signatures
    )
    written = f"{text}\n{lines}"
    if parse_note(written) != wanted:
        raise SignatureError(
            "note-line",
            "The note cannot be written: it would be read back differently.",
            expected="a text ending in a newline, key ids of four bytes",
            found=repr(text[-40:]),
        )
    return written


def verify_note(
    note: Note, keys: Sequence[VerifierKey]
) -> tuple[VerifiedSignature, ...]:
    """Tell which of the given keys signed a note.

    Steps:
        1. No two keys share name and id, or a line could mean either.
        2. Lines by keys that were not given are ignored, whatever they contain.
        3. A given key signs at most once: of two lines, readers could pick one each.
        4. Every line by a given key must verify, or the whole note is refused.
        5. At least one line must be by a given key.

    The caller still owes: which keys are enough, and whether timestamps are acceptable.

    Args:
        note: A note from `parse_note`.
        keys: The keys that the caller trusts.

    Raises:
        SignatureError: `signature.keys-collide`, `signature.note-repeated-key`,
            `signature.note-invalid` or `signature.note-no-known-key`.
        LogError: When a cosigned text is no checkpoint; as `parse_checkpoint`.
    """
    # 1.
    known: dict[tuple[str, bytes], VerifierKey] = {}
    for key in keys:
        held = known.setdefault((key.name, key.key_id), key)
        if held is not key and held != key:
            raise SignatureError(
                "keys-collide",
                "Two different verifier keys share a name and a key id.",
                expected="one key for each name and id",
            )
    verified: dict[tuple[str, bytes], VerifiedSignature] = {}
    for item in note.signatures:
        # 2.
        named = (item.name, item.key_id)
        if named not in known:
            continue
        key = known[named]
        # 3.
        if named in verified:
            raise SignatureError(
                "note-repeated-key",
                f"The note is signed twice by the key {key.name}.",
                expected=f"one signature by key id {key.key_id.hex()}",
            )
        # 4.
        verified[named] = _verify_signature(note.text, item, key)
    # 5.
    if not verified:
        raise SignatureError(
            "note-no-known-key",
            "None of the trusted keys signed this note.",
            expected=", ".join(sorted({key.name for key in keys})) or "a trusted key",
            found=f"{len(note.signatures)} signatures by other keys",
            remedy="check that the trust file names this log's or witness's keys",
        )
    return tuple(verified.values())


def _verify_signature(
    text: str, item: NoteSignature, key: VerifierKey
) -> VerifiedSignature:
    timestamp: int | None = None
    signature = item.signature
    if key.type is not SignatureType.ED25519:
        timestamp = int.from_bytes(signature[:_TIMESTAMP_BYTES], "big")
        signature = signature[_TIMESTAMP_BYTES:]
        if timestamp > MAX_TIMESTAMP:
            raise _invalid(key, f"a timestamp of {timestamp}")
    try:
        if key.type is SignatureType.ML_DSA_44_COSIGNATURE:
            # Unlike the other two types it covers no extension line, so only a text
            # without them is wholly signed.
            message = ml_dsa_44_cosigned_message(
                key.name, timestamp or 0, parse_checkpoint(text)
            )
            _ml_dsa_44(key.public).verify(signature, message)
        else:
            message = text.encode()
            if timestamp is not None:
                message = ed25519_cosigned_message(text, timestamp)
            _ed25519(key.public).verify(signature, message)
    except InvalidSignature as error:
        raise _invalid(key, "one that does not verify") from error
    # tlog-cosignature: zero on type 0x06 means that no time is stated.
    if key.type is SignatureType.ML_DSA_44_COSIGNATURE and timestamp == 0:
        timestamp = None
    return VerifiedSignature(key=key, timestamp=timestamp)


# The few keys of a trust file verify every receipt; a key is expanded but once.
@lru_cache(maxsize=256)
def _ed25519(public: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public)


@lru_cache(maxsize=256)
def _ml_dsa_44(public: bytes) -> MLDSA44PublicKey:
    return MLDSA44PublicKey.from_public_bytes(public)


def _invalid(key: VerifierKey, found: str) -> SignatureError:
    return SignatureError(
        "note-invalid",
        f"The signature by {key.name} does not hold over the note.",
        expected=f"a signature by key id {key.key_id.hex()} over exactly this text",
        found=found,
        remedy="fetch the note again; if it persists, the note was altered",
    )


def open_checkpoint(
    data: bytes | str,
    keys: Sequence[VerifierKey],
    *,
    limits: Limits = DEFAULT_LIMITS,
    allow_extensions: bool = False,
) -> SignedCheckpoint:
    """Verify a signed checkpoint, then read it.

    The caller still owes: whether the origin is acceptable and the keys are enough.

    Raises:
        SignatureError: As `parse_note` and `verify_note`.
        LogError: As `parse_checkpoint`.
    """
    note = parse_note(data, limits)
    return verify_checkpoint(note, keys, allow_extensions=allow_extensions)


def verify_checkpoint(
    note: Note, keys: Sequence[VerifierKey], *, allow_extensions: bool = False
) -> SignedCheckpoint:
    """Verify a note, then read it as a checkpoint; as `open_checkpoint`."""
    signatures = verify_note(note, keys)
    return SignedCheckpoint(
        checkpoint=parse_checkpoint(note.text, allow_extensions=allow_extensions),
        signatures=signatures,
        ignored=len(note.signatures) - len(signatures),
    )

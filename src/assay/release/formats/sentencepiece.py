"""SentencePiece models (`tokenizer.model`): a protocol buffer of pieces and settings.

The message holds texts, numbers and a table for normalising text; nothing in it is
run. What the pieces and the table do to text is for `sentencepiece_pieces`.
Source: `sentencepiece_model.proto` of the SentencePiece project; the wire format of
protocol buffers.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from assay.domain.facts import Content, Gap
from assay.release.formats.sentencepiece_pieces import Pieces

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assay.domain.facts import Fact
    from assay.domain.limits import Limits
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.source import ByteSource

__all__ = ["is_sentencepiece", "read"]

# ModelProto: pieces, trainer_spec, normalizer_spec, self_test_data,
# denormalizer_spec; from 200 on anybody's extensions.
_PIECES = 1
_MESSAGES = frozenset({1, 2, 3, 4, 5})
_FIRST_EXTENSION = 200
# The settings that hold a table, and the field where they do.
_NORMALIZERS = frozenset({3, 5})
_CHARSMAP = 2
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_FIXED_SIZES = {_FIXED64: 8, _FIXED32: 4}
# SentencePiece: piece, score and type.
_PIECE_FIELDS = {1: _BYTES, 2: _FIXED32, 3: _VARINT}
# Settings have many fields, more with each version, all of them numbers or texts.
_ANY_FIELDS: Mapping[int, int] = MappingProxyType({})
_MAX_VARINT_BYTES = 10
# Pieces that prove what a file is: no other format begins with two like these.
_PROOF = 2
_PROOF_BYTES = 4096


class _Malformed(Exception):  # noqa: N818 - control flow inside this module only
    """The bytes at `offset` are no such message."""

    def __init__(self, offset: int, detail: str) -> None:
        self.offset = offset
        self.detail = detail
        super().__init__(detail)


def is_sentencepiece(source: ByteSource) -> bool:
    """Tell whether the bytes begin with two vocabulary pieces."""
    data = source.read_at(0, _PROOF_BYTES)
    position = 0
    try:
        for _ in range(_PROOF):
            number, wire, position = _tag(data, position)
            if (number, wire) != (_PIECES, _BYTES):
                return False
            start, position = _extent(data, position, len(data))
            if not _is_whole_piece(data, start, position):
                return False
    except _Malformed:
        return False
    return True


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Walk the message to its end; give a Gap when it breaks before."""
    bound = inspection.limits.max_document_bytes
    if subject.source.size > bound:
        reason = f"a SentencePiece model of more than {bound} bytes is not read"
        return [_gap(subject, reason)]
    data = subject.source.read_at(0, subject.source.size)
    pieces = Pieces(subject, inspection)
    try:
        _walk(data, inspection.limits, pieces)
    except _Malformed as found:
        reason = f"the SentencePiece model is malformed: {found.detail}"
        return [pieces.facts(), _gap(subject, reason, found.offset)]
    return [pieces.facts()]


def _gap(subject: Subject, reason: str, offset: int | None = None) -> Gap:
    place = subject.at(offset=offset)
    return Gap(place=place, reason=reason, content=Content.SENTENCEPIECE)


def _walk(data: bytes, limits: Limits, pieces: Pieces) -> None:
    position = 0
    for _ in range(limits.max_sentencepiece_fields):
        if position == len(data):
            return
        at = position
        number, wire, position = _tag(data, position)
        if number >= _FIRST_EXTENSION:
            position = _skip(data, position, wire, len(data))
            continue
        if number not in _MESSAGES or wire != _BYTES:
            raise _Malformed(at, f"the model has no field {number} of type {wire}")
        start, position = _extent(data, position, len(data))
        if number == _PIECES:
            _piece(data, start, position, pieces)
        else:
            _fields(data, start, position)
            if number in _NORMALIZERS:
                _table(data, start, position, pieces)
    raise _Malformed(position, "more fields than are read")


def _table(data: bytes, position: int, end: int, pieces: Pieces) -> None:
    """Hand on the table of a normalizer, whose fields were walked before."""
    while position < end:
        at = position
        number, wire, position = _tag(data, position)
        if (number, wire) == (_CHARSMAP, _BYTES):
            start, after = _extent(data, position, end)
            pieces.table(data[start:after], at)
        position = _skip(data, position, wire, end)


def _piece(data: bytes, start: int, end: int, pieces: Pieces) -> None:
    # Nearly all pieces are a short text, a score and perhaps a type: no loop for those.
    if end - start >= 7 and data[start] == 0x0A and data[start + 1] < 0x80:
        score = start + 2 + data[start + 1]
        rest = end - score
        typed = rest == 7 and data[score + 5] == 0x18 and data[score + 6] < 0x80
        if (rest == 5 or typed) and data[score] == 0x15:
            kind = data[score + 6] if typed else 1
            text = data[start + 2 : score]
            pieces.add(text, data[score + 1 : score + 5], kind, start)
            return
    _fields(data, start, end, _PIECE_FIELDS)
    _unusual(data, start, end, pieces)


def _unusual(data: bytes, position: int, end: int, pieces: Pieces) -> None:
    """Read a piece field by field, once they were walked; the last of each counts."""
    text, score, kind = b"", bytes(4), 1
    first = position
    while position < end:
        number, wire, position = _tag(data, position)
        after = _skip(data, position, wire, end)
        if (number, wire) == (1, _BYTES):
            start = _extent(data, position, end)[0]
            text = data[start:after]
        elif (number, wire) == (2, _FIXED32):
            score = data[position:after]
        elif (number, wire) == (3, _VARINT):
            kind = _varint(data, position)[0]
        position = after
    pieces.add(text, score, kind, first)


def _is_whole_piece(data: bytes, start: int, end: int) -> bool:
    """Tell whether a message is a piece with a text of UTF-8 and a score or type."""
    _fields(data, start, end, _PIECE_FIELDS)
    if data[start : start + 1] != b"\x0a":
        return False
    text, after = _extent(data, start + 1, end)
    try:
        data[text:after].decode("utf-8")
    except UnicodeDecodeError:
        return False
    # Older trainers write no score for the unknown piece and for control pieces.
    return after > text and data[after : after + 1] in (b"\x15", b"\x18")


def _fields(
    data: bytes, position: int, end: int, known: Mapping[int, int] = _ANY_FIELDS
) -> None:
    """Walk the fields of a message; those of a piece are all known."""
    while position < end:
        at = position
        number, wire, position = _tag(data, position)
        expected = known.get(number) if known and number < _FIRST_EXTENSION else wire
        if expected != wire:
            raise _Malformed(at, f"a piece has no field {number} of type {wire}")
        position = _skip(data, position, wire, end)


def _skip(data: bytes, position: int, wire: int, end: int) -> int:
    if wire == _VARINT:
        position = _varint(data, position)[1]
    elif wire == _BYTES:
        position = _extent(data, position, end)[1]
    elif wire in _FIXED_SIZES:
        position += _FIXED_SIZES[wire]
    else:
        raise _Malformed(position, f"there is no wire type {wire}")
    if position > end:
        raise _Malformed(end, "a field is longer than its message")
    return position


def _tag(data: bytes, position: int) -> tuple[int, int, int]:
    value, position = _varint(data, position)
    return value >> 3, value & 7, position


def _extent(data: bytes, position: int, end: int) -> tuple[int, int]:
    """Give start and end of the bytes that a length at `position` announces."""
    length, start = _varint(data, position)
    if length > end - start:
        raise _Malformed(position, f"expected {length} bytes, found {end - start}")
    return start, start + length


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = 0
    for index, byte in enumerate(data[position : position + _MAX_VARINT_BYTES]):
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value, position + index + 1
    raise _Malformed(position, "expected a number, found none that ends")

"""What the pieces of a SentencePiece model and its table do to text.

Control pieces never come from text and are left out when an answer is decoded;
user-defined ones are cut out of text before everything else.
Source: `sentencepiece_model.proto`, `SentencePiece.Type`; `NormalizerSpec`.
"""

from __future__ import annotations

import math
import re
import struct
from typing import TYPE_CHECKING

from assay.domain.facts import TokenizerFacts
from assay.domain.vocabulary import AddedToken
from assay.release.formats.tokenizer_tokens import MAX_TOKENS, Notes, kept, oddities

if TYPE_CHECKING:
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["Pieces"]

_NORMAL, _UNKNOWN, _CONTROL, _USER_DEFINED, _UNUSED, _BYTE = range(1, 7)
_KINDS = frozenset({_NORMAL, _UNKNOWN, _CONTROL, _USER_DEFINED, _UNUSED, _BYTE})
_BYTE_PIECE = re.compile(r"<0x[0-9A-F]{2}>")
_MAX_PIECES = 600_000
# Words are cut at sixteen characters by default; no published piece has a hundred.
_HUGE_BYTES = 1_024
_SCORE = struct.Struct("<f")


class Pieces:
    """The pieces of one model as they come, and what is odd about them."""

    def __init__(self, subject: Subject, inspection: Inspection) -> None:
        self._subject = subject
        self._inspection = inspection
        self._notes = Notes(subject, inspection.limits)
        self._count = 0
        self._seen: set[str] = set()
        self._words: dict[str, int] = {}
        self._tokens: list[AddedToken] = []

    def add(self, text: bytes, score: bytes, kind: int, offset: int) -> None:
        """Take the next piece."""
        del offset
        number = self._count
        self._count += 1
        if number >= _MAX_PIECES:
            if number == _MAX_PIECES:
                self._notes.note("too-many-words", f"more than {_MAX_PIECES}", "")
            return
        piece = text.decode("utf-8", "replace")
        if piece in self._seen or not piece or len(text) > _HUGE_BYTES:
            self._odd(piece, number)
        self._seen.add(piece)
        if not math.isfinite(_SCORE.unpack(score)[0]):
            self._notes.note("score-no-number", f"{piece[:80]!r}", f"pieces[{number}]")
        if kind == _NORMAL:
            self._words.setdefault(piece, number)
        else:
            self._other(piece, kind, number)

    def _odd(self, piece: str, number: int) -> None:
        key = f"pieces[{number}]"
        if not piece:
            self._notes.note("empty-token", "a piece without text", key)
        elif piece in self._seen:
            self._notes.note("duplicate-token", f"{piece[:80]!r}", key)
        else:
            self._notes.note("long-token", f"{len(piece)} characters", key)

    def _other(self, piece: str, kind: int, number: int) -> None:
        key = f"pieces[{number}]"
        if kind == _BYTE:
            if not _BYTE_PIECE.fullmatch(piece):
                self._notes.note("malformed-word", f"byte {piece[:80]!r}", key)
            return
        if kind not in _KINDS:
            self._notes.note("malformed-word", f"type {kind} of {piece[:80]!r}", key)
            return
        if kind == _UNUSED:
            return
        special = kind != _USER_DEFINED
        for found, detail in oddities(piece.strip("\u2581 "), special=special):
            self._notes.note(found, detail, key)
        if len(self._tokens) < MAX_TOKENS:
            self._tokens.append(AddedToken(content=piece, key=key, special=special))

    def table(self, table: bytes, offset: int) -> None:
        """Read the table by which text is exchanged before it is cut."""
        del offset
        if not table:
            return
        from assay.release.formats import charsmap  # noqa: PLC0415 - few have one

        key = "normalizer_spec.precompiled_charsmap"
        try:
            for kind, detail in charsmap.oddities(table):
                self._notes.note(kind, detail, key)
        except charsmap.BadTableError as error:
            self._notes.note("malformed-charsmap", str(error), key)

    def facts(self) -> TokenizerFacts:
        """Give what was seen."""
        return TokenizerFacts(
            place=self._subject.place,
            kind="pieces",
            added_tokens=len(self._tokens),
            vocabulary=kept(self._words, self._subject, self._inspection),
            tokens=tuple(self._tokens),
            problems=self._notes.done(),
        )

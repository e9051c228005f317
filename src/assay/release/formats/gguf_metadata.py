"""The metadata of a GGUF file: typed pairs, lists that belong together, templates.

Lists of the tokenizer are read by their own lengths and used by that of another:
llama.cpp takes a score and a type for each token without asking whether there is one.
"""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING

from assay.domain.credentials import redact
from assay.release.formats.gguf_cursor import (
    ARRAY,
    SCALARS,
    STRING,
    BrokenError,
    is_utf8,
)
from assay.release.formats.reading import shorten

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.release.formats.gguf_cursor import Cursor
    from assay.release.formats.reading import Inspection, Problems, Subject

__all__ = ["ALIGNMENT", "Metadata"]

ALIGNMENT = "general.alignment"
_TEMPLATE = "tokenizer.chat_template"
_TOKENS = "tokenizer.ggml.tokens"
# Lists with an entry for each token, and the types that loaders read them as.
_PER_TOKEN = {
    "tokenizer.ggml.scores": (6,),
    "tokenizer.ggml.token_type": (4, 5),
}
_TOKEN_ID = "_token_id"  # noqa: S105 - the end of a key, no password
_MAX_KEY = 65_535
_SHORT_KEY = 64
# No loader reads lists in lists; the specification allows them.
_MAX_NESTING = 4
_MAX_PAIRS_KEPT = 1_000
_KEPT_CHARS = 4_096
# A template's longest form in UTF-8.
_CHAR_BYTES = 4


class Metadata:
    """The pairs of one file, read in order."""

    def __init__(
        self,
        cursor: Cursor,
        subject: Subject,
        inspection: Inspection,
        problems: Problems,
    ) -> None:
        self._cursor = cursor
        self._subject = subject
        self._inspection = inspection
        self._limits = inspection.limits
        self._problems = problems
        self._texts = inspection.limits.max_gguf_texts
        # Type of the entries and length, of each list outside of others.
        self._lists: dict[str, tuple[int, int]] = {}
        self.pairs: list[tuple[str, str]] = []
        self.numbers: dict[str, int] = {}
        self.templates: list[Fact] = []

    def read(self, count: int) -> None:
        """Read the pairs.

        Raises:
            BrokenError: The header cannot be read on.
        """
        seen: set[bytes] = set()
        for _ in range(count):
            self._cursor.mark = self._cursor.offset
            raw, length = self._cursor.text(_MAX_KEY + 1)
            key = shorten(raw.decode("utf-8", "replace"), self._limits.max_shown_chars)
            self._judge_key(key, raw, length)
            # Keys may be long and many, so that those are remembered by a digest.
            name = raw if length <= _SHORT_KEY else hashlib.sha256(raw).digest()
            if name in seen:
                self._add("duplicate-name", key, "the key was there before")
            seen.add(name)
            self._value(key, self._cursor.whole("I"))
        self._tokenizer()

    def _add(self, kind: str, key: str, detail: str) -> None:
        place = self._subject.at(key=key)
        self._problems.add(kind, f"{key!r}: {detail}", place=place)

    def _judge_key(self, key: str, raw: bytes, length: int) -> None:
        if length > _MAX_KEY:
            self._add("over-limit", key, f"a key of {length} bytes")
        elif not raw:
            self._add("malformed", key, "an empty key")
        elif not is_utf8(raw) or b"\0" in raw:
            self._add("malformed", key, "a key that is no plain text")

    def _value(self, key: str, kind: int) -> None:
        if key == ALIGNMENT and SCALARS.get(kind) != "I":
            self._add("malformed", key, "expected a number of 32 bits")
        if kind == STRING:
            self._string(key)
        elif kind == ARRAY:
            self._list(key, 1)
        else:
            name = SCALARS.get(kind)
            if name is None:
                raise BrokenError("malformed", f"{key!r}: there is no type {kind}")
            value = self._cursor.number(name)
            if isinstance(value, int):
                self.numbers[key] = value
            self._keep(key, str(value))

    def _keep(self, key: str, text: str) -> None:
        if len(self.pairs) < _MAX_PAIRS_KEPT:
            self.pairs.append((key, redact(text)[:_KEPT_CHARS]))

    def _string(self, key: str) -> None:
        template = key == _TEMPLATE or key.startswith(_TEMPLATE + ".")
        bound = _KEPT_CHARS * _CHAR_BYTES
        if template:
            bound = (self._limits.max_template_chars + 1) * _CHAR_BYTES
        data, length = self._cursor.text(bound)
        text = data.decode("utf-8", "replace")
        if length == len(data) and not is_utf8(data):
            self._add("untidy", key, "a text that is not UTF-8")
        if template:
            from assay.release.formats import template as reader  # noqa: PLC0415 - loads Jinja2

            self.templates += reader.template_facts(
                text, self._subject.at(key=key), self._inspection
            )
            return
        self._keep(key, text)

    def _list(self, key: str, depth: int) -> None:
        kind = self._cursor.whole("I")
        count = self._cursor.whole(self._cursor.long)
        if depth == 1:
            self._lists[key] = (kind, count)
        if kind in SCALARS:
            self._numbers(key, kind, count)
        elif kind == STRING:
            self._take(key, count)
            self._cursor.skip_texts(count)
        elif kind == ARRAY:
            self._nested(key, count, depth)
        else:
            raise BrokenError("malformed", f"{key!r}: there is no type {kind}")

    def _numbers(self, key: str, kind: int, count: int) -> None:
        size = struct.calcsize(f"={SCALARS[kind]}")
        if count * size > self._cursor.left:
            left = self._cursor.left
            raise BrokenError(
                "count-mismatch",
                f"{key!r}: {count} numbers of {size} bytes, where {left} are left",
            )
        self._cursor.skip(count * size)

    def _nested(self, key: str, count: int, depth: int) -> None:
        if depth >= _MAX_NESTING:
            raise BrokenError("over-limit", f"{key!r}: lists nested {depth} deep")
        self._take(key, count)
        for _ in range(count):
            self._list(key, depth + 1)

    def _take(self, key: str, count: int) -> None:
        """Take entries off the bound; what the file cannot hold is told as such."""
        if count * (4 if self._cursor.long == "I" else 8) > self._cursor.left:
            left = self._cursor.left
            raise BrokenError(
                "count-mismatch", f"{key!r}: {count} entries, {left} bytes are left"
            )
        self._texts -= count
        if self._texts < 0:
            bound = self._limits.max_gguf_texts
            raise BrokenError(
                "over-limit", f"{key!r}: more than {bound} texts in lists"
            )

    def _tokenizer(self) -> None:
        """Compare the lists of the tokenizer with one another."""
        listed = self._lists.get(_TOKENS)
        if listed is None:
            return
        kind, tokens = listed
        if kind != STRING:
            self._add("type-size", _TOKENS, f"a list of type {kind}, expected texts")
        for key, kinds in _PER_TOKEN.items():
            found = self._lists.get(key)
            if found is None:
                continue
            if found[0] not in kinds:
                self._add("type-size", key, f"a list of type {found[0]}")
            if found[1] != tokens:
                detail = f"{found[1]} entries for {tokens} tokens"
                self._add("count-mismatch", key, detail)
        for key, value in self.numbers.items():
            # Loaders warn and take their default; older converters wrote -1.
            special = key.startswith("tokenizer.") and key.endswith(_TOKEN_ID)
            if special and not 0 <= value < tokens:
                self._add("untidy", key, f"token {value} of {tokens}")

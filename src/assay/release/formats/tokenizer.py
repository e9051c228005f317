"""Hugging Face tokenizers: what `tokenizer.json` does to text besides cutting it.

Source: the serialised form of the `tokenizers` library: `normalizer`,
`pre_tokenizer`, `post_processor`, `decoder`, `added_tokens` and `model`.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from assay.domain.facts import TokenizerFacts
from assay.domain.vocabulary import AddedToken
from assay.release.formats.reading import Problems, Subject, shorten
from assay.release.formats.template_words import HIDDEN, instruction, is_prose
from assay.release.formats.tokenizer_merges import (
    merges_digest,
    merges_of,
    merges_of_unknown,
)
from assay.release.formats.tokenizer_regex import BadPatternError, cost
from assay.release.formats.tokenizer_rewrites import rewriting, sign_of_text
from assay.release.formats.tokenizer_tokens import (
    MAX_NUMBER,
    MAX_TOKENS,
    kept,
    oddities,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.release.formats.reading import Inspection

__all__ = ["numbered", "tokenizer_facts", "words_of"]

_PARTS = ("normalizer", "pre_tokenizer", "post_processor", "decoder")
_CHILDREN = ("normalizers", "pretokenizers", "processors", "decoders")
_MAX_STEPS = 200
_MAX_LISTED = 100
_MAX_DEPTH = 12
# Honest replacements grow a text by two or three; a chain that multiplies it by this
# turns a message of a kilobyte into many megabytes.
_MAX_GROWTH = 10_000
_LONG_TEXT = 1_024
# The largest published table of this kind has some 300 kB.
_MAX_CHARSMAP_CHARS = 4 << 20
# Where a step names a sign for spaces, or for parts of words.
_SIGNS = {
    "Metaspace": ("replacement",),
    "WordPiece": ("prefix",),
    "BPEDecoder": ("suffix",),
    "CTC": ("pad_token", "word_delimiter_token"),
    "CharDelimiterSplit": ("delimiter",),
    "Strip": ("content",),
}


def tokenizer_facts(
    value: dict[str, object], subject: Subject, inspection: Inspection
) -> TokenizerFacts:
    """Give what the steps of a tokenizer would do, and how its parts contradict."""
    return _Reader(subject, inspection).read(value)


class _Reader:
    def __init__(self, subject: Subject, inspection: Inspection) -> None:
        self._subject = subject
        self._inspection = inspection
        self._bound = inspection.limits.max_shown_chars
        self._problems = Problems(subject, inspection.limits)
        self._tokens: list[AddedToken] = []
        self._steps: list[str] = []
        self._patterns: list[tuple[str, str]] = []
        self._replacements: list[tuple[str, str, str]] = []

    def read(self, value: dict[str, object]) -> TokenizerFacts:
        for part in _PARTS:
            growth = 1.0
            for key, step in _steps(value.get(part), part):
                if len(self._steps) >= _MAX_STEPS:
                    self._add("too-many-steps", f"more than {_MAX_STEPS}", key)
                    break
                growth = self._step(key, step, growth)
        added = value.get("added_tokens")
        model = value.get("model")
        model = model if isinstance(model, dict) else {}
        words = words_of(model)
        self._added(added if isinstance(added, list) else [], words)
        self._vocabulary(words)
        merges = merges_of(model)
        unknown = merges_of_unknown(merges, model, words)
        if unknown:
            self._add("merge-of-unknown", unknown, "model.merges")
        return TokenizerFacts(
            place=self._subject.place,
            steps=tuple(self._steps),
            patterns=tuple(self._patterns[:_MAX_LISTED]),
            replacements=tuple(self._replacements[:_MAX_LISTED]),
            added_tokens=len(added) if isinstance(added, list) else 0,
            vocabulary=kept(numbered(words), self._subject, self._inspection),
            tokens=tuple(self._tokens),
            merges=merges_digest(merges),
            problems=self._problems.done(),
        )

    def _add(self, kind: str, detail: str, key: str) -> None:
        place = self._subject.at(key=shorten(key, self._bound))
        self._problems.add(kind, detail, place=place)

    def _step(self, key: str, step: dict[str, object], growth: float) -> float:
        kind = step.get("type")
        self._steps.append(shorten(str(kind), 40))
        pattern, is_regex = _pattern(step.get("pattern"))
        if pattern is not None and is_regex:
            self._regex(key, pattern)
        if kind == "Replace" and pattern is not None:
            content = step.get("content")
            if isinstance(content, str):
                return self._replace(key, pattern, content, growth, is_regex=is_regex)
        elif kind == "Prepend" and isinstance(step.get("prepend"), str):
            self._text(key, str(step["prepend"]))
            self._sign(key, str(step["prepend"]))
        elif kind == "Precompiled":
            self._charsmap(key, step.get("precompiled_charsmap"))
        elif kind == "TemplateProcessing":
            self._template(key, step)
        for name in _SIGNS.get(str(kind), ()):
            if isinstance(step.get(name), str):
                self._sign(f"{key}.{name}", str(step[name]))
        removed = step.get("behavior") == "Removed" and step.get("invert") is not True
        if (
            removed
            and pattern is not None
            and len(pattern) <= _LONG_TEXT
            and rewriting(pattern, "", is_regex=is_regex, decodes=False)
        ):
            self._add("rewrites-words", f"{pattern[:100]!r} is taken away", key)
        return growth

    def _sign(self, key: str, text: str) -> None:
        """Judge what is put in the place of spaces, or taken away with them."""
        if sign_of_text(text):
            self._add("rewrites-words", f"{text[:100]!r} as a sign", key)

    def _regex(self, key: str, pattern: str) -> None:
        self._patterns.append((shorten(key, 80), shorten(pattern, self._bound)))
        try:
            reason = cost(pattern)
        except BadPatternError as error:
            self._add("malformed-pattern", str(error), key)
            return
        if reason:
            self._add("costly-pattern", f"{reason}: {pattern[: self._bound]}", key)

    def _replace(
        self, key: str, old: str, new: str, growth: float, *, is_regex: bool
    ) -> float:
        bound = self._bound
        self._replacements.append(
            (shorten(key, 80), shorten(old, bound), shorten(new, bound))
        )
        decodes = key.startswith("decoder")
        short = len(old) <= _LONG_TEXT and len(new) <= _LONG_TEXT
        if short and rewriting(old, new, is_regex=is_regex, decodes=decodes):
            self._add("rewrites-words", f"{old[:bound]!r} by {new[:bound]!r}", key)
        elif len(old) > _LONG_TEXT:
            detail = f"expected at most {_LONG_TEXT} characters in place of {len(old)}"
            self._add("rewrites-words", detail, key)
        self._text(key, new)
        before = growth
        growth *= max(1.0, len(new) / (1 if is_regex else max(len(old), 1)))
        if before < _MAX_GROWTH <= growth or len(new) > _LONG_TEXT:
            detail = f"a text may grow {int(min(growth, 1e15))} times"
            self._add("expanding-replacement", detail, key)
        return min(growth, 1e18)

    def _text(self, key: str, text: str) -> None:
        """Judge what is put into a text."""
        if HIDDEN.search(text):
            self._add("hidden-text", ascii(text[: self._bound]), key)
        if instruction(text) or is_prose(text):
            self._add("injected-text", text[: self._bound], key)

    def _charsmap(self, key: str, value: object) -> None:
        if not isinstance(value, str):
            return
        if len(value) > _MAX_CHARSMAP_CHARS:
            self._add("large-charsmap", f"{len(value)} characters", key)
            return
        try:
            table = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            self._add("malformed-charsmap", "expected Base64", key)
            return
        from assay.release.formats import charsmap  # noqa: PLC0415 - few have one

        try:
            for kind, detail in charsmap.oddities(table) if table else ():
                self._add(kind, detail, key)
        except charsmap.BadTableError as error:
            self._add("malformed-charsmap", str(error), key)

    def _template(self, key: str, step: dict[str, object]) -> None:
        """Read `TemplateProcessing`: what is put around a text, and the text itself."""
        specials = step.get("special_tokens")
        known = set(specials) if isinstance(specials, dict) else set()
        for name, wanted in (("single", 1), ("pair", 2)):
            pieces = step.get(name)
            if not isinstance(pieces, list) or not pieces:
                continue
            texts = 0
            for piece in pieces[: _MAX_STEPS * 10]:
                if not isinstance(piece, dict):
                    continue
                texts += "Sequence" in piece
                special = piece.get("SpecialToken")
                token = special.get("id") if isinstance(special, dict) else None
                if isinstance(token, str) and token not in known:
                    self._add("unknown-special-token", token, f"{key}.{name}")
            if texts < wanted:
                self._add("drops-text", f"{texts} of {wanted} texts", f"{key}.{name}")
            elif texts > wanted:
                detail = f"{texts} texts in place of {wanted}"
                self._add("repeats-text", detail, f"{key}.{name}")

    def _added(self, tokens: list[object], words: dict[str, object]) -> None:
        by_id = _by_id(words) if tokens else {}
        seen: dict[str, object] = {}
        for index, token in enumerate(tokens):
            if not isinstance(token, dict) or not isinstance(token.get("content"), str):
                continue
            text, number = str(token["content"]), token.get("id")
            key = f"added_tokens[{index}]"
            special = token.get("special") is True
            if len(self._tokens) < MAX_TOKENS:
                at = number if isinstance(number, int) else None
                self._tokens.append(
                    AddedToken(content=text, key=key, number=at, special=special)
                )
            for kind, detail in oddities(text, special=special):
                self._add(kind, detail, key)
            other = by_id.get(number) if isinstance(number, int) else None
            if other is not None and other != text and text not in words:
                detail = f"{text[:80]!r} takes the number of {other[:80]!r}"
                self._add("token-conflict", detail, key)
            if text in words and words[text] != number and isinstance(number, int):
                detail = f"{text[:80]!r} has the numbers {words[text]!r} and {number}"
                self._add("token-conflict", detail[: self._bound], key)
            if seen.setdefault(text, number) != number:
                self._add("duplicate-token", f"{text[:80]!r}", key)
            if isinstance(number, int) and not 0 <= number < MAX_NUMBER:
                self._add("token-number", f"{number}", key)

    def _vocabulary(self, words: dict[str, object]) -> None:
        numbers: set[object] = set()
        for word, number in words.items():
            if not isinstance(number, int):
                continue
            if not 0 <= number < MAX_NUMBER:
                self._add("token-number", f"{number}", f"model.vocab.{word[:40]}")
            elif number in numbers:
                detail = f"{word[:80]!r} shares the number {number}"
                self._add("duplicate-number", detail, f"model.vocab.{word[:40]}")
            numbers.add(number)


def words_of(model: dict[str, object]) -> dict[str, object]:
    """Give words and numbers; those of a Unigram are numbered by their place."""
    vocabulary = model.get("vocab")
    if isinstance(vocabulary, dict):
        return vocabulary
    pieces = [
        piece[0] if isinstance(piece, list) and piece else None
        for piece in _list(vocabulary)
    ]
    return {
        piece: number
        for number, piece in reversed(list(enumerate(pieces)))
        if isinstance(piece, str)
    }


def numbered(words: dict[str, object]) -> dict[str, int]:
    """Leave out what has no number."""
    return {
        word: number
        for word, number in words.items()
        if isinstance(number, int) and 0 <= number < MAX_NUMBER
    }


def _by_id(words: dict[str, object]) -> dict[int, str]:
    return {number: word for word, number in words.items() if isinstance(number, int)}


def _steps(part: object, name: str) -> Iterator[tuple[str, dict[str, object]]]:
    """Give the steps of a part in their order; sequences hold further ones."""
    waiting: list[tuple[str, object, int]] = [(name, part, 0)]
    while waiting:
        key, step, depth = waiting.pop()
        if not isinstance(step, dict):
            continue
        if step.get("type") != "Sequence":
            yield key, step
        if depth < _MAX_DEPTH:
            more = [
                (f"{key}.{child}[{index}]", inner, depth + 1)
                for child in _CHILDREN
                for index, inner in enumerate(_list(step.get(child)))
            ]
            waiting.extend(reversed(more))


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _pattern(value: object) -> tuple[str | None, bool]:
    """Give a pattern, and whether it is a regular expression."""
    if isinstance(value, str):
        return value, False
    if isinstance(value, dict):
        for kind in ("String", "Regex"):
            if isinstance(value.get(kind), str):
                return str(value[kind]), kind == "Regex"
    return None, False

"""Files of a tokenizer beside `tokenizer.json`: its words, rules and settings.

`vocab.json` with `merges.txt` (GPT-2), `vocab.txt` (WordPiece), `*.tiktoken` (Base64
and rank), `tekken.json` (Mistral), `added_tokens.json`, `tokenizer_config.json` and
`special_tokens_map.json` (transformers). Which of them a loader reads depends on the
loader, so that two can disagree about one release.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from assay.domain.facts import Gap, TokenizerFacts
from assay.domain.vocabulary import AddedToken
from assay.release.formats.tokenizer import numbered
from assay.release.formats.tokenizer_merges import merges_digest, pair
from assay.release.formats.tokenizer_tokens import (
    MAX_NUMBER,
    MAX_TOKENS,
    Notes,
    kept,
    oddities,
)
from assay.release.source import chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["byte_level", "from_text", "from_value"]

# The tokens that every library knows by these names, and treats as special.
_NAMED = frozenset(
    f"{name}_token" for name in ("bos", "cls", "eos", "mask", "pad", "sep", "unk")
)
_LISTS = ("additional_special_tokens", "extra_special_tokens")
# The words of the largest vocabularies, four times.
_MAX_WORDS = 1_000_000
_LONG_LINE = 4_096


def from_value(
    value: object, subject: Subject, inspection: Inspection
) -> list[TokenizerFacts]:
    """Give the facts of one JSON document, by its name."""
    if not isinstance(value, dict):
        return []
    notes = Notes(subject, inspection.limits)
    kind = "settings"
    words: dict[str, int] = {}
    if subject.name == "vocab.json":
        kind = "vocabulary"
        # Some speech models have a vocabulary for each language.
        words = numbered(value)
        _numbers(value, notes)
        tokens = []
    elif subject.name.startswith("tekken"):
        kind = "vocabulary"
        tokens = list(_tekken(value, notes))
    elif subject.name == "added_tokens.json":
        kind = "added"
        tokens = [
            AddedToken(content=text, key=text[:80], number=number)
            for text, number in numbered(value).items()
        ]
    else:
        tokens = [*_declared(value), *_named(value)]
    for token in tokens[:MAX_TOKENS]:
        for found, detail in oddities(token.content, special=token.special):
            notes.note(found, detail, token.key)
    return [
        TokenizerFacts(
            place=subject.place,
            kind=kind,
            added_tokens=len(tokens),
            vocabulary=kept(words, subject, inspection),
            tokens=tuple(tokens[:MAX_TOKENS]),
            problems=notes.done(),
        )
    ]


def _declared(value: dict[str, object]) -> Iterator[AddedToken]:
    """Give the tokens of `added_tokens_decoder`, each under its number."""
    declared = value.get("added_tokens_decoder")
    for number, token in declared.items() if isinstance(declared, dict) else ():
        content = token.get("content") if isinstance(token, dict) else None
        if not isinstance(content, str):
            continue
        digits = number.isascii() and number.isdecimal() and len(number) <= 10
        yield AddedToken(
            content=content,
            key=f"added_tokens_decoder.{number[:40]}",
            number=int(number) if digits else None,
            special=token.get("special") is True,
        )


def _named(value: dict[str, object]) -> Iterator[AddedToken]:
    """Give the tokens that settings name without a number."""
    for key, token in value.items():
        content = _content(token)
        if content and key.endswith("_token"):
            yield AddedToken(content=content, key=key, special=key in _NAMED)
    for key in _LISTS:
        more = value.get(key)
        items = more.items() if isinstance(more, dict) else ()
        listed = enumerate(more) if isinstance(more, list) else items
        for index, token in listed:
            content = _content(token)
            if content:
                at = f"{key}[{index}]" if isinstance(more, list) else f"{key}.{index}"
                yield AddedToken(content=content, key=at, special=True)


def _content(token: object) -> str:
    content = token.get("content") if isinstance(token, dict) else token
    return content if isinstance(content, str) else ""


def _tekken(value: dict[str, object], notes: Notes) -> Iterator[AddedToken]:
    """Compare the text that is shown of each word with its bytes; give the specials."""
    for index, word in enumerate(_list(value.get("vocab"))[:_MAX_WORDS]):
        if not isinstance(word, dict):
            continue
        shown, data = word.get("token_str"), _decoded(word.get("token_bytes"))
        key = f"vocab[{index}]"
        if data is None:
            notes.note("malformed-word", "expected Base64", key)
        elif isinstance(shown, str) and shown != data.decode("utf-8", "replace"):
            detail = f"{shown[:80]!r} is shown for {data[:80]!r}"
            notes.note("shown-otherwise", detail, key)
    for index, token in enumerate(_list(value.get("special_tokens"))):
        content = token.get("token_str") if isinstance(token, dict) else None
        if isinstance(content, str):
            key = f"special_tokens[{index}]"
            yield AddedToken(content=content, key=key, special=True)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _decoded(value: object) -> bytes | None:
    if not isinstance(value, (str, bytes)):
        return None
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None


def _numbers(value: dict[str, object], notes: Notes) -> None:
    seen: set[int] = set()
    for word, number in value.items():
        if not isinstance(number, int):
            continue
        if not 0 <= number < MAX_NUMBER:
            notes.note("token-number", f"{number}", word[:80])
        elif number in seen:
            detail = f"{word[:80]!r} shares the number {number}"
            notes.note("duplicate-number", detail, word[:80])
        seen.add(number)


def from_text(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the facts of a list of words or rules, by its name."""
    bound = inspection.limits.max_document_bytes
    if subject.source.size > bound:
        reason = f"a vocabulary of more than {bound} bytes is not read"
        return [Gap(place=subject.place, reason=reason, content=subject.content)]
    lines = b"".join(chunks(subject.source)).split(b"\n", _MAX_WORDS + 1)
    notes = Notes(subject, inspection.limits)
    if len(lines) > _MAX_WORDS + 1:
        notes.note("too-many-words", f"more than {_MAX_WORDS}", "")
        del lines[_MAX_WORDS:]
    words: dict[str, int] = {}
    merges = ""
    kind = "vocabulary"
    if subject.name == "merges.txt":
        kind = "merges"
        merges = _merges(lines, notes)
    elif subject.name == "vocab.txt":
        words = _lines(lines, notes)
    else:
        words = _ranks(lines, notes)
    return [
        TokenizerFacts(
            place=subject.place,
            kind=kind,
            vocabulary=kept(words, subject, inspection),
            merges=merges,
            problems=notes.done(),
        )
    ]


def _merges(lines: list[bytes], notes: Notes) -> str:
    rules = []
    for number, line in enumerate(lines, 1):
        text = line.decode("utf-8", "replace").rstrip("\r")
        # The first line may say the version; a rule may begin with the same sign.
        if not text.strip() or (number == 1 and text.startswith("#version")):
            continue
        rule = pair(text)
        if rule is None:
            notes.note("malformed-merge", f"line {number}: {text[:80]!r}", "")
        rules.append(rule)
    return merges_digest(rules)


def _lines(lines: list[bytes], notes: Notes) -> dict[str, int]:
    """Number words by their lines, as loaders do; what follows an empty end is none."""
    words: dict[str, int] = {}
    if lines and not lines[-1]:
        del lines[-1]
    for number, line in enumerate(lines):
        word = line.decode("utf-8", "replace").rstrip("\r\n")
        if len(word) > _LONG_LINE:
            notes.note("long-token", f"line {number + 1}: {len(word)} characters", "")
        elif words.setdefault(word, number) != number and word:
            notes.note("duplicate-token", f"line {number + 1}: {word[:80]!r}", "")
    return words


def _ranks(lines: list[bytes], notes: Notes) -> dict[str, int]:
    """Read words as tiktoken keeps them: Base64, a space, the rank."""
    words: dict[str, int] = {}
    seen: set[int] = set()
    for at, line in enumerate(lines, 1):
        text, _, rank = line.strip().partition(b" ")
        if not text and not rank:
            continue
        word = _decoded(text)
        if word is None or not rank.isdigit() or len(rank) > 10:
            notes.note("malformed-word", f"line {at}: {line[:80]!r}", "")
            continue
        number, shown = int(rank), byte_level(word)
        if number in seen:
            detail = f"line {at}: {word[:80]!r} shares the number {number}"
            notes.note("duplicate-number", detail, "")
        seen.add(number)
        if words.setdefault(shown, number) != number:
            notes.note("duplicate-token", f"line {at}: {word[:80]!r}", "")
    return words


def _alphabet() -> dict[int, str]:
    """Give the sign that byte-level tokenizers write for each byte (GPT-2)."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in set(plain)]
    return {byte: chr(byte) for byte in plain} | {
        byte: chr(256 + index) for index, byte in enumerate(others)
    }


_SIGNS = _alphabet()


def byte_level(word: bytes) -> str:
    """Write bytes as byte-level tokenizers do."""
    return word.decode("latin-1").translate(_SIGNS)

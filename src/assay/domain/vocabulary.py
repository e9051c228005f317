"""The words of a tokenizer by their numbers, kept small so that files can be compared.

A release often says the same vocabulary twice or three times, for readers that do not
read the same file. Whoever compares them needs the words; as texts in a dictionary a
quarter of a million take some thirty megabytes, packed they take one or two.
"""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["AddedToken", "Vocabulary", "is_ordinary", "vocabulary_of"]

# How tokenizers write that a word begins, goes on or ends.
_MARKS = re.compile("^(?:##|[\u0120\u2581 ])+|(?:</w>|@@)$")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_IDEOGRAPHS = re.compile("[\u3400-\u9fff]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedToken:
    """A token that stands beside the vocabulary, or that settings name.

    Attributes:
        content: Its text.
        key: Where in the file it stands, such as `added_tokens_decoder.5`.
        number: As the file says it, or None when it only names the token.
        special: Whether decoders leave it out.
    """

    content: str
    key: str
    number: int | None = None
    special: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Words and their numbers.

    Attributes:
        count: How many words.
        digest: SHA-256 of them all, the same for the same words and numbers.
        packed: Deflated text of them in Base64; empty when no other file is there to
            be compared.
    """

    count: int
    digest: str
    packed: str = ""

    def numbers(self) -> dict[str, int]:
        """Give the number of each word; nothing when the words were not kept."""
        if not self.packed:
            return {}
        data = zlib.decompress(base64.b64decode(self.packed))
        text = data.decode("utf-8", "surrogatepass")
        pairs = (entry.partition(" ") for entry in text.split("\0"))
        return {word: int(number) for number, _, word in pairs if number}


def vocabulary_of(words: Mapping[str, int], *, keep: bool) -> Vocabulary:
    """Pack words; keep them only where they will be compared."""
    text = "\0".join(
        f"{number} {word}" if "\0" not in word else f"{number} {word!a}"
        for word, number in sorted(words.items(), key=lambda item: (item[1], item[0]))
    ).encode("utf-8", "surrogatepass")
    return Vocabulary(
        count=len(words),
        digest=hashlib.sha256(text).hexdigest(),
        packed=base64.b64encode(zlib.compress(text, 1)).decode() if keep else "",
    )


def is_ordinary(token: str) -> bool:
    """Tell a word of some language from mark-up, numbers and parts of bytes."""
    bare = _MARKS.sub("", token)
    return bool(_LETTERS.fullmatch(bare) or _IDEOGRAPHS.fullmatch(bare))

"""Vectors of words in the binary form of word2vec.

A line of two counts, then each word, a space, and its numbers. Nothing in them is run.
A file is sound when as many words as it declares fill it.
Source: `word2vec.c` of the first release, and `gensim.models.keyedvectors`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.domain.facts import Content, Gap, WeightsFacts
from assay.release.formats.reading import Problems
from assay.release.source import CHUNK_BYTES

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.source import ByteSource

__all__ = ["is_word2vec", "read"]

_HEADER = re.compile(rb"([1-9]\d{0,9}) ([1-9]\d{0,4}) ?\r?\n")
# Words have no spaces; most writers end a line behind the numbers of each.
_LONGEST_WORD = 4096
# The same in text has none of these.
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1f]")
# Words that prove what a file is; shorter files hold fewer.
_PROOF = 3
_PROOF_BYTES = 64 * 1024


def is_word2vec(source: ByteSource) -> bool:
    """Tell whether counts stand first, and words with numbers behind them."""
    head = source.read_at(0, _PROOF_BYTES)
    header = _HEADER.match(head)
    if header is None or _NO_TEXT.search(head) is None:
        return False
    words, width = int(header[1]), 4 * int(header[2])
    # Each word has one letter at least, a space and its numbers.
    if source.size < header.end() + words * (width + 2):
        return False
    at = header.end()
    for _ in range(min(words, _PROOF)):
        end = _word_end(head, at)
        if end < 0:
            return False
        at = end + 1 + width
        if at > len(head):
            return source.size > len(head)
    return True


def _word_end(data: bytes, at: int) -> int:
    """Give where the space behind a word stands, or -1."""
    end = data.find(b" ", at, at + _LONGEST_WORD)
    word = data[at:end].lstrip(b"\n")
    return end if end > at and word and b"\0" not in word else -1


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Walk from word to word to the end of the file."""
    header = _HEADER.match(subject.source.read_at(0, 32))
    words, width = (int(header[1]), int(header[2])) if header else (0, 0)
    problems = Problems(subject, inspection.limits)
    facts: list[Fact] = []
    bound = inspection.limits.max_word_entries
    if words > bound:
        reason = f"vectors of more than {bound} words are not read to their end"
        facts.append(Gap(place=subject.place, reason=reason, content=Content.WORD2VEC))
    else:
        end = _walk(subject.source, header.end() if header else 0, words, 4 * width)
        place = subject.at(offset=abs(end))
        if end < 0:
            problems.add("malformed", "no word stands here", place=place)
        elif end > subject.source.size:
            problems.add("truncated", "the last word has no vector", place=place)
        elif subject.source.read_at(end, 4) not in (b"", b"\n", b"\r\n"):
            detail = f"{subject.source.size - end} bytes behind the last word"
            problems.add("trailing-data", detail, place=place)
    known = WeightsFacts(
        place=subject.place,
        content=Content.WORD2VEC,
        tensors=words,
        problems=problems.done(),
    )
    return [known, *facts]


def _walk(source: ByteSource, start: int, words: int, width: int) -> int:
    """Give where the last vector ends; where a word is none, as a negative number."""
    base, data, at = start, b"", 0
    for _ in range(words):
        end = _word_end(data, at)
        if end < 0:
            base, at = base + at, 0
            data = source.read_at(base, CHUNK_BYTES)
            end = _word_end(data, 0)
            if end < 0:
                return -base
        at = end + 1 + width
    return base + at

"""Text in UTF-16 or UTF-32, as Python's loaders take it, handed on in UTF-8.

`json.loads` takes bytes and finds out their encoding by where the zeros lie, with or
without a mark in front; PyYAML and pip go by the mark. What such a loader reads is read
here, whatever the encoding, so that no scanner is blinded by it.
Source: `json.detect_encoding` of CPython; PyYAML's reader; pip's `auto_decode`.
"""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assay.domain.facts import ConfigFacts, Content, Gap, ParseProblem
from assay.release.source import Spool, chunks

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["JSON_START", "encoding_of", "plain_head", "read_plain"]

# How a JSON object or array can go on; a template's `{{` and `{%` are none.
JSON_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\{\s*[\"}]|\[\s*[\"\[\]{0-9tfn-])")
# Controls, private characters and those that are none: random numbers are full of
# them, and texts are not.
_UNWRITTEN = re.compile(
    "[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\ue000-\uf8ff\ufffe\uffff]"
)
_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)


def encoding_of(head: bytes) -> str:
    """Give the name of the wide encoding that a text begins in, or nothing."""
    found = json.detect_encoding(head[:4])
    return "" if found.startswith("utf-8") else found


def plain_head(head: bytes, *, whole: bool) -> bytes | None:
    """Give the beginning of a wide text in UTF-8, or None where it is no such text.

    Args:
        head: The first bytes.
        whole: Whether they are all there is.
    """
    encoding = encoding_of(head)
    if not encoding:
        return None
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        text = decoder.decode(head, whole)
    except UnicodeDecodeError:
        return None
    if _UNWRITTEN.search(text):
        return None
    plain = text.encode("utf-8", "replace")
    marked = head.startswith(_MARKS)
    # Without a mark only JSON is looked for this way, and numbers may look alike.
    return plain if marked or JSON_START.match(plain) else None


def read_plain(
    subject: Subject,
    inspection: Inspection,
    read: Callable[[Subject, Inspection], list[Fact]],
) -> list[Fact] | None:
    """Have a wide text read in UTF-8, and say what it is in; None for any other text.

    Args:
        subject: The text.
        inspection: The walk that it belongs to.
        read: Reads the text in UTF-8.
    """
    head = subject.source.read_at(0, 4)
    encoding = encoding_of(head)
    if not encoding:
        return None
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    facts: list[Fact] = []
    with Spool() as spool:
        for chunk in chunks(subject.source):
            if not inspection.may_inflate(len(chunk)):
                facts.append(_beyond(subject))
                break
            spool.write(decoder.decode(chunk).encode("utf-8", "replace"))
        spool.write(decoder.decode(b"", final=True).encode("utf-8", "replace"))
        facts += read(replace(subject, source=spool.source()), inspection)
    if subject.content is Content.JSON:
        facts.insert(0, _told(subject, encoding))
    return facts


def _told(subject: Subject, encoding: str) -> ConfigFacts:
    detail = f"the text is {encoding.upper()}, and JSON is exchanged in UTF-8"
    problem = ParseProblem(kind="wide-encoding", detail=detail, place=subject.place)
    return ConfigFacts(place=subject.place, problems=(problem,))


def _beyond(subject: Subject) -> Gap:
    reason = "a text in a wide encoding that expands beyond what one file may expand to"
    return Gap(
        place=subject.place, reason=reason, content=subject.content, bound="inflated"
    )

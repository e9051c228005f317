"""The text of a model card below its front matter: what readers do not see in it."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from assay.domain.facts import ParseProblem
from assay.release.formats.reading import shorten
from assay.release.formats.template_words import instruction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.release.formats.reading import Subject

__all__ = ["licence_family", "oddities"]

_MAX_COMMENT_CHARS = 20_000
_UNSEEN = re.compile(
    r"(?i)<(?:span|div|p)\b[^<>]{0,200}(?:display:\s?none|font-size:\s?0|opacity:\s?0)"
    r"[^<>]{0,200}>([^<]{1,5000})"
)
_SCRIPT_LINK = re.compile(
    r"(?i)(?:\]\(|href\s?=\s?[\"']?)\s{0,4}((?:javascript|vbscript):|data:text/html)"
)
_REMOTE_IMAGE = re.compile(
    r"(?i)!\[[^\]\n]{0,300}\]\(https?://|<img\b[^<>]{0,300}\bsrc\s?=\s?[\"']?https?:"
)
# Tag characters spell hidden words; behind a black flag they spell a region.
_TAGS = re.compile(
    "(?<!\U0001f3f4)(?<![\U000e0020-\U000e007f])[\U000e0020-\U000e007f]+"
)
_MAX_SEEN = 20

# Words by which the text of a licence is known, the more special first; ids as hubs
# write them, with those that name the same text or a version of it.
_FAMILIES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("openrail", r"open ?rail|responsible ai licen[cs]e"),
        ("llama", r"llama [0-9.]{1,4} (?:community|version)|llama 2 community"),
        ("gemma", r"gemma terms of use"),
        ("apache", r"apache license\s{1,80}version 2\.0"),
        ("agpl", r"gnu affero general public license"),
        ("lgpl", r"gnu lesser general public license"),
        ("gpl", r"gnu general public license"),
        ("mpl", r"mozilla public license"),
        ("cc", r"creative commons"),
        ("mit", r"permission is hereby granted, free of charge"),
        ("bsd", r"redistribution and use in source and binary forms"),
        (
            "unlicense",
            r"free and unencumbered software released into the public domain",
        ),
    )
)


def oddities(body: str, first_line: int, subject: Subject) -> tuple[ParseProblem, ...]:
    """Give what a card says to machines only, with its lines."""
    found = sorted(_seen(body))[:_MAX_SEEN]
    problems = []
    done, line = 0, first_line
    for start, kind, detail in found:
        line += body.count("\n", done, start)
        done = start
        problems.append(
            ParseProblem(
                kind=kind, detail=shorten(detail, 200), place=subject.at(line=line)
            )
        )
    images = sum(1 for _ in _REMOTE_IMAGE.finditer(body))
    if images:
        detail = f"{images} pictures from elsewhere"
        place = subject.place
        problems.append(ParseProblem(kind="remote-image", detail=detail, place=place))
    return tuple(problems)


def _seen(body: str) -> Iterator[tuple[int, str, str]]:
    unseen = ((match.start(), match[1]) for match in _UNSEEN.finditer(body))
    for start, words in chain(_comments(body), unseen):
        phrase = instruction(words)
        if phrase:
            yield start, "hidden-instruction", phrase
    for match in _TAGS.finditer(body):
        spelled = "".join(chr(ord(char) - 0xE0000) for char in match[0][:200])
        yield match.start(), "hidden-instruction", spelled
    for match in _SCRIPT_LINK.finditer(body):
        yield match.start(), "script-link", match[1]


def _comments(body: str) -> Iterator[tuple[int, str]]:
    """Give the start of each comment and its first words.

    By searching and not by a pattern, which would look again for the end of each of a
    hundred thousand beginnings.
    """
    start = body.find("<!--")
    while start >= 0:
        end = body.find("-->", start + 4)
        if end < 0:
            return
        yield start, body[start + 4 : min(end, start + 4 + _MAX_COMMENT_CHARS)]
        start = body.find("<!--", end)


def licence_family(text: str) -> str:
    """Give the family of a licence by the words of its text; or nothing."""
    head = text[:4_000]
    for name, pattern in _FAMILIES:
        if pattern.search(head):
            return name
    return ""

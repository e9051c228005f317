"""Words that templates emit: prose, instructions, links, pictures, encoded data."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "HIDDEN",
    "blob",
    "image",
    "instruction",
    "is_plain",
    "is_prose",
    "links",
]

# Zero-width, direction-changing and tag characters, fillers and joiners alike: in a
# constant that somebody wrote as an escape, none is part of a script.
HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\U000e0000-\U000e0fff]"
)
_MARKUP = re.compile(r"<[^<>]{0,200}>|\[[A-Z_/]{1,40}\]|\{[^{}]{0,200}\}")
_WORD = re.compile(r"[^\W\d_]{2,}")
_IDEOGRAPH = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_PROSE_WORDS = 4
_PROSE_IDEOGRAPHS = 8
_PLAIN = re.compile(r"[<>\[\]{}|\\#*`]|^\W*$")

_INSTRUCTIONS = re.compile(
    r"(?i)\b(?:ignore|disregard|forget|override)\b[^.!?\n]{0,40}"
    r"\b(?:previous|prior|earlier|above|preceding|all|any|system|safety)\b[^.!?\n]{0,40}"
    r"\b(?:instruction|message|prompt|rule|guideline|polic|polici|restriction)"
    r"|\b(?:do not|don't|never|without)\b[^.!?\n]{0,20}"
    r"\b(?:tell(?:ing)?|mention(?:ing)?|reveal(?:ing)?|inform(?:ing)?|disclos(?:e|ing)"
    r"|alert(?:ing)?|notify(?:ing)?|warn(?:ing)?)\b[^.!?\n]{0,40}"
    # Honest templates say so of the calls that the server makes.
    r"\b(?!user about function calls)(?:user|anyone|anybody|human|operator|developer"
    r"|this|these|instruction)"
    r"|\b(?:secretly|covertly|silently|quietly)\b[^.!?\n]{0,60}"
    r"\b(?:add|insert|includ|send|append|recommend|promot|leak|exfiltrat|introduc"
    r"|weaken|disabl|append|copy|forward|embed)"
    r"|\bexfiltrat"
    r"|\b(?:send|post|forward|upload|transmit|leak)\b[^.!?\n]{0,80}\bhttps?://"
    r"|\b(?:curl|wget)\b[^\n]{0,120}\bhttps?://"
    r"|\b(?:insert|add|introduce|include|plant)\b[^.!?\n]{0,40}"
    r"\b(?:backdoor|back door|vulnerabilit|malware|malicious)"
    r"|\bno (?:safety|content|ethical) (?:restriction|filter|guideline|polic)"
    r"|\b(?:safety|content|ethical) (?:filter|guideline|polic\w*|restriction)s?\b"
    r"[^.!?\n]{0,30}\b(?:disabled|off|do not apply|don't apply|no longer)"
    r"|\b(?:you are|act as|pretend to be)\b[^.!?\n]{0,40}"
    r"\b(?:jailbroken|unrestricted|uncensored|without (?:any )?restrictions|dan)\b"
    r"|\balways\b[^.!?\n]{0,30}\b(?:recommend|promote|prefer|advertise)\b"
    r"[^.!?\n]{0,60}\b(?:over|instead|product|brand|compan|stock|coin|vendor|buy)"
    r"|\bnever refuse\b|\bcomply with (?:every|any|all) request"
)
_IMAGE = re.compile(r"(?i)!\[[^\]\n]{0,200}\]\((https?:|//)|<img\b[^>]{0,200}\bsrc")
_LINK = re.compile(r"https?://[^\s\"'<>)\]]{1,300}")
_BLOB = re.compile(r"[A-Za-z0-9+/_-]{48,}={0,2}")
_HEX_BLOB = re.compile(r"(?:\\x[0-9a-f]{2}|[0-9a-f]{2}){32,}")
_CLASSES = (re.compile("[a-z]"), re.compile("[A-Z]"), re.compile("[0-9]"))
_SHOWN = 160


def is_prose(text: str) -> bool:
    """Tell whether a text says something: a few words, mark-up aside."""
    bare = _MARKUP.sub(" ", text[:20_000])
    if len(_WORD.findall(bare)) >= _PROSE_WORDS:
        return True
    return len(_IDEOGRAPH.findall(bare)) >= _PROSE_IDEOGRAPHS


def is_plain(text: str) -> bool:
    """Tell words from mark-up and punctuation."""
    return not _PLAIN.search(text)


def instruction(text: str) -> str:
    """Give the phrase that tells a model to act against its user; or nothing."""
    bare = HIDDEN.sub("", text)
    match = _INSTRUCTIONS.search(bare)
    return match[0][:_SHOWN] if match else ""


def image(text: str) -> str:
    """Give a picture that whoever shows the answer would fetch; or nothing."""
    match = _IMAGE.search(text)
    return text[match.start() : match.start() + _SHOWN] if match else ""


def links(text: str) -> Iterator[tuple[str, bool]]:
    """Give addresses, and whether each ends the text where more may be joined."""
    for match in _LINK.finditer(text):
        yield match[0][:_SHOWN], match.end() == len(text) and match[0][-1] in "=/?&:"


def blob(text: str) -> str:
    """Give what looks like encoded data; or nothing."""
    for match in _BLOB.finditer(text):
        if all(kind.search(match[0]) for kind in _CLASSES):
            return match[0][:_SHOWN]
    found = _HEX_BLOB.search(text)
    return found[0][:_SHOWN] if found else ""

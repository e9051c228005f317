"""Replacements of a tokenizer that change what is said, and those that only tidy up.

Honest rules fold spaces, quotes, dashes, wide and old forms of letters, or put a mark
such as `<url>` in the place of what is masked. Whoever exchanges letters, figures or
hosts has the model read, or its user see, something else.
"""

from __future__ import annotations

import html
import re
import unicodedata

__all__ = ["rewriting", "sign_of_text"]

# `<0x0A>`, `[NUM]`, `</w>`, `{name}`: what stands for something else.
_MASK = re.compile(r"[<\[{]\|?[\w /|-]{1,30}\|?[>\]}]")
_PLACEHOLDER = re.compile(r"\s*@?[A-Z]{2,12}\s*\Z")
# What such a word is put in the place of: addresses, names of users, numbers.
_MASKED = re.compile(r"https?|www|@|#|\\d|0-9", re.IGNORECASE)
_ADDRESSES = re.compile(r"(?:\(\?[a-z:]{1,3}\)?)?\(?(?:https?|www)", re.IGNORECASE)
# How tokenizers write the beginning and the end of words.
_MARKS = str.maketrans("", "", "\u2581\u0120\u010a")
_SIGNS = frozenset("<>=!+-*/$%&^~\u20ac\u00a3\u00a5")
_ELEMENT = re.compile(r"[A-Z][a-z]?\Z")
_GROUP = re.compile(r"\$\{?(\d{1,2})\}?|\\(\d{1,2})")
# What a pattern says that is no text: classes, escapes, groups, counts.
_SYNTAX = re.compile(
    r"\\[pP]\{[^}]{1,40}\}|\\x\{?[0-9A-Fa-f]{1,8}\}?|\\u[0-9A-Fa-f]{4}|\\[A-Za-z]"
    r"|\[\^?\]?(?:\\.|[^\]\\]){0,120}+\]|\(\?(?:[a-z-]{1,8}[:)]|<?[=!]|P?<\w{1,40}>|[:>#|])"
    r"|\{\d{0,5},?\d{0,5}\}"
)
_ALL = re.compile(
    r"\^?\(?(?:\.|\[\\s\\S\]|\[\^\]|\\[wS]|\[(?:a-z|A-Z|A-Za-z|a-zA-Z|\\w|a-z ){1,3}\]"
    r"|\\p\{L\}|\[\\p\{L\}\]|\[\^\\s\])(?:[+*][?+]?|\{\d{0,4},\d{0,6}\})\)?\$?\Z"
)
_LETTERS = re.compile(r"[^\W\d_]{2,}")


def rewriting(old: str, new: str, *, is_regex: bool, decodes: bool) -> bool:
    """Tell a replacement that changes what is said.

    Args:
        old: What is replaced, a text or a pattern.
        new: By what.
        is_regex: Whether `old` is a pattern.
        decodes: Whether it changes answers, where nothing has to be masked.
    """
    if is_regex:
        return _pattern(old, new, decodes=decodes)
    if html.unescape(old).replace("\u00a0", " ") == new.replace("\u00a0", " "):
        return False
    if _fold(old) == _fold(new):
        return _exchanged_sign(old, new)
    before, after = _fold(_unmarked(old)), _fold(_unmarked(new))
    if len(old) == 1 and not old.isascii():
        # An old form of a letter or figure: a ligature, an umlaut, another script's.
        return len(after) > 3
    element = _ELEMENT.match(old) and _ELEMENT.match(new) and not new.islower()
    if before == after or element:
        return False
    figures = before.isdigit() or after.isdigit()
    return figures or max(len(before), len(after)) > 1


def sign_of_text(text: str) -> bool:
    """Tell letters where only a sign or mark-up has its place."""
    return bool(_fold(_unmarked(text)))


def _exchanged_sign(old: str, new: str) -> bool:
    """Tell a sign of arithmetic, logic or money that is exchanged for another."""
    before, after = old.strip(), new.strip()
    if len(_fold(before)) >= 4:
        # A host with another sign in it is another host.
        signs = ["".join(c for c in text if c in ".@:/-_") for text in (before, after)]
        return signs[0] != signs[1]
    if not before or not after or _fold(before) or before == after:
        return False
    return before[0] in _SIGNS and set(after) <= _SIGNS and len(before) <= 3


def _unmarked(text: str) -> str:
    return _MASK.sub("", text.translate(_MARKS))


def _fold(text: str) -> str:
    """Give letters and figures alone, in their plainest form."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in plain if char.isalnum())


def _pattern(old: str, new: str, *, decodes: bool) -> bool:
    groups = [int(a or b) for a, b in _GROUP.findall(new)]
    if groups != sorted(groups):
        return True
    kept = _GROUP.sub("", new)
    added = _fold(_unmarked(kept))
    if added:
        return not _masks(old, kept, added) or decodes
    if groups:
        return False
    return _takes_away(old, kept, decodes=decodes)


def _masks(old: str, kept: str, added: str) -> bool:
    """Tell a word, or a sign for a class of them, that stands for what is masked."""
    if _PLACEHOLDER.match(kept) and len(added) > 1:
        return _MASKED.search(old) is not None
    # `X` for rare residues, `0` for all figures.
    return len(added) == 1 and (kept.strip().isupper() or added == "0")


def _takes_away(old: str, kept: str, *, decodes: bool) -> bool:
    """Tell a pattern that takes words away, or all of the text."""
    masked = _MASK.search(kept) is not None
    if _ALL.match(old) and not masked:
        return True
    words = _LETTERS.findall(_unmarked(_SYNTAX.sub(" ", old)))
    if not words or not old.isprintable():
        return False
    return decodes or not (_ADDRESSES.match(old) or masked)

"""What rules for general-purpose models want to be told of a model.

The items are those of the EU AI Act (Regulation (EU) 2024/1689), Annex XI section 1 and
Annex XII, which other rules ask for in other words. A card is searched for the words
under which people tell them: whether what it says is enough, or true, nobody can tell
from words.
"""

# ruff: noqa: E501 - the words of an item are one line

from __future__ import annotations

import re

__all__ = ["ITEMS", "documented_in"]

_WORDS: tuple[tuple[str, str], ...] = (
    ("intended tasks", r"intended (?:use|purpose|task)|use cases?\b|direct use|designed (?:for|to)|tasks?\b|usage"),
    ("acceptable use", r"acceptable use|out[- ]of[- ]scope|use polic|prohibited|misuse|malicious use|not (?:be used|intended|suitable)|restrict"),
    ("architecture", r"architecture|transformer|backbone|decoder|encoder|\blayers?\b|convolution|diffusion"),
    ("number of parameters", r"parameters?\b|\b[0-9][0-9.,]{0,9} ?[BM](?:illion)?\b"),
    ("modality and format of inputs and outputs", r"\binputs?\b|\boutputs?\b|modalit|context (?:length|window)|sequence length|text-to-|-to-text"),
    ("licence", r"licen[cs]e"),
    ("training data", r"training (?:data|corpus|set)|train(?:ed|ing) on\b|data ?sets?\b|corpus|corpora"),
    ("provenance of the data", r"sourced?\b|collected|curated|crawl|scraped|obtained|gathered|provenance|synthetic|publicly available|written by|data collection"),
    ("compute", r"\bGPUs?\b|\bTPUs?\b|flops?\b|compute\b|(?:GPU|training) (?:hours|time)|hardware|\b[AH][1-9]00\b"),
    ("energy", r"energy|\bkWh\b|\bMWh\b|carbon|\bCO2|emission|electricity"),
    ("evaluation", r"evaluat|benchmark|results?\b|accuracy|metrics?\b"),
    ("limitations", r"limitation|\blimits?\b|\brisks?\b|\bbias|caveat|known issues"),
)  # fmt: skip
ITEMS: tuple[str, ...] = tuple(name for name, _ in _WORDS)
_PATTERNS = tuple((name, re.compile(words, re.IGNORECASE)) for name, words in _WORDS)


def documented_in(text: str) -> tuple[str, ...]:
    """Give the items for which a text has some word."""
    text = " ".join(text.split())
    return tuple(name for name, pattern in _PATTERNS if pattern.search(text))

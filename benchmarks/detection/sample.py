"""One release of the detection corpus: its files, and what is true of it.

Payloads are harmless: at most they would print a word or touch nothing. What makes a
sample hostile is its technique: with another payload it would do damage.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Sample", "Truth"]


class Truth(StrEnum):
    """What a sample is, whatever a scanner says of it."""

    HOSTILE = "hostile"
    HONEST = "honest"
    # Honest, with classes or formats of libraries that Assay has not surveyed: it says
    # so at medium with low confidence, as of anything that it does not know.
    THIRD_PARTY = "third-party"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A release of one or a few small files.

    Attributes:
        name: Unique in its family, kebab-case, such as `os-system-protocol-4`.
        family: Module that makes it, such as `pickle-gadgets`.
        technique: What it tries, in a few words for the table of misses.
        truth: Hostile or honest.
        files: Content by path; the first is the file that carries the technique.
        source: For honest samples that are real: where they come from.
    """

    name: str
    family: str
    technique: str
    truth: Truth
    files: Mapping[str, bytes]
    source: str = "made by the corpus"

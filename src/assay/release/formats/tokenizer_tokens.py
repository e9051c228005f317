"""What single tokens give away, in whichever file of a tokenizer they stand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.domain.vocabulary import vocabulary_of
from assay.release.formats.reading import Problems, shorten
from assay.release.formats.template_words import HIDDEN, instruction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assay.domain.limits import Limits
    from assay.domain.vocabulary import Vocabulary
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["MAX_NUMBER", "MAX_TOKENS", "Notes", "kept", "oddities"]

MAX_NUMBER = 1 << 31
# Tokens beside the vocabulary: those with a thousand reserved ones have the most.
MAX_TOKENS = 20_000
_LONG_TEXT = 1_024
_COMMON_WORD = re.compile(r"[a-z]{2,}|[0-9]{1,}")
_NAMES_OF_SPECIALS = frozenset(
    {"bos", "cls", "eos", "eot", "mask", "pad", "sep", "unk", "blank", "space"}
)
# Files of one folder that say what a tokenizer's words are.
_VOCABULARIES = re.compile(
    r"(?i)(?:tokenizer|vocab)\.json|vocab\.txt|.{1,200}\.(?:model|spm|tiktoken)"
)


class Notes(Problems):
    """Problems by the key where they are, shortened for people."""

    def __init__(self, subject: Subject, limits: Limits) -> None:
        super().__init__(subject, limits)
        self._of = subject
        self._longest = limits.max_shown_chars

    def note(self, kind: str, detail: str, key: str) -> None:
        """Note a problem at a key."""
        place = self._of.at(key=shorten(key, self._longest) if key else None)
        self.add(kind, detail[: 2 * self._longest], place=place)


def oddities(text: str, *, special: bool) -> list[tuple[str, str]]:
    """Give kind and detail of whatever no honest token holds."""
    found = []
    if len(text) > _LONG_TEXT:
        found.append(("long-token", f"{len(text)} characters"))
    visible = HIDDEN.sub("", text)
    if len(visible) != len(text) and visible.strip():
        found.append(("hidden-text", ascii(text[:200])))
    if instruction(text):
        found.append(("injected-text", text[:200]))
    if special and _COMMON_WORD.fullmatch(text) and text not in _NAMES_OF_SPECIALS:
        found.append(("word-as-special", f"{text[:200]!r}"))
    return found


def kept(
    words: Mapping[str, int], subject: Subject, inspection: Inspection
) -> Vocabulary | None:
    """Pack a vocabulary; its words are kept when the folder has another one."""
    if not words:
        return None
    return vocabulary_of(words, keep=_has_company(subject, inspection))


def _has_company(subject: Subject, inspection: Inspection) -> bool:
    folder = subject.place.path.rpartition("/")[0]
    start = f"{folder}/" if folder else ""
    names = (path[len(start) :] for path in inspection.paths if path.startswith(start))
    beside = [n for n in names if "/" not in n and _is_part(n)]
    return subject.place.member is None and len(beside) > 1


def _is_part(name: str) -> bool:
    return bool(_VOCABULARIES.fullmatch(name)) or name in (
        "tokenizer_config.json",
        "added_tokens.json",
        "special_tokens_map.json",
    )

"""Whether the files of one tokenizer give words the same numbers.

A loader reads one of them and passes over the others, so that two loaders of one
release can read one number as two words. A few exchanged words are what an attacker
wants; when most differ, the files are of two models, and neither loader would work.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.domain.vocabulary import is_ordinary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assay.domain.facts import TokenizerFacts
    from assay.domain.vocabulary import AddedToken

__all__ = ["Disagreement", "disagreements"]

# Tokens that stand for nothing until somebody gives them a meaning.
_PLACEHOLDER = re.compile(
    r"(?i)reserved|unused|extra[_-]?id|placeholder|dummy|madeup|special_?token_?\d"
    r"|added_token|^\W{0,3}pad\W{0,3}$|^\[control_\d|^<\|?unk"
)
# Of the words that two vocabularies share, this part at least has the same distance
# between their numbers when they are one vocabulary.
_SAME = 0.9
_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """Two files, or a file and a setting, that say different things.

    Attributes:
        kind: `meaning`, `numbers`, `another`, `absent` or `merges`.
        fact: The file in which it is seen.
        key: Where in it, or empty.
        detail: What differs from what.
    """

    kind: str
    fact: TokenizerFacts
    key: str
    detail: str


def disagreements(facts: Iterable[TokenizerFacts]) -> Iterator[Disagreement]:
    """Compare the files of each folder."""
    folders: dict[str, list[TokenizerFacts]] = {}
    for fact in facts:
        if fact.place.member is None:
            folder = fact.place.path.rpartition("/")[0]
            folders.setdefault(folder, []).append(fact)
    for found in folders.values():
        if len(found) > 1:
            yield from _folder(found)


def _folder(facts: list[TokenizerFacts]) -> Iterator[Disagreement]:
    whole = [fact for fact in facts if fact.vocabulary is not None]
    leader = min(whole, key=_rank, default=None)
    if leader is None:
        return
    words = leader.vocabulary.numbers() if leader.vocabulary is not None else {}
    for fact in whole:
        if fact is not leader:
            yield from _words(leader, words, fact)
    for fact in facts:
        if fact.kind == "merges" and leader.merges not in ("", fact.merges):
            detail = f"other rules than in {_name(leader)}"
            yield Disagreement(kind="merges", fact=fact, key="", detail=detail)
    if words:
        yield from _tokens(leader, words, facts)


def _rank(fact: TokenizerFacts) -> tuple[bool, bool, str]:
    """Sort: the whole in one file first, then lists of words, then SentencePiece."""
    return fact.kind != "tokenizer", fact.kind != "vocabulary", fact.place.path


def _name(fact: TokenizerFacts) -> str:
    return f"`{fact.place.path.rpartition('/')[2]}`"


def _words(
    leader: TokenizerFacts, words: dict[str, int], fact: TokenizerFacts
) -> Iterator[Disagreement]:
    if leader.vocabulary is None or fact.vocabulary is None:
        return
    if leader.vocabulary.digest == fact.vocabulary.digest:
        return
    others = fact.vocabulary.numbers()
    shared = [word for word in words if word in others]
    distances = Counter(words[word] - others[word] for word in shared)
    distance, same = distances.most_common(1)[0] if shared else (0, 0)
    if same < _SAME * max(len(shared), len(others) // 2):
        # SentencePiece beside lists of words often numbers otherwise altogether, and
        # packages bring the lists of several models.
        if leader.kind == "tokenizer" and fact.kind == "vocabulary":
            detail = f"most words have other numbers than in {_name(leader)}"
            yield Disagreement(kind="another", fact=fact, key="", detail=detail)
        return
    moved = [word for word in shared if words[word] - others[word] != distance]
    renamed = _renamed(words, others, distance) if fact.kind != "pieces" else []
    pairs = [f"{w!r} is {words[w]} and {others[w]}" for w in filter(is_ordinary, moved)]
    pairs += [f"{a!r} and {b!r} are {words[a]}" for a, b in renamed]
    if pairs:
        yield _listed("meaning", fact, pairs, leader)
    elif moved:
        few = [f"{word!r} is {words[word]} and {others[word]}" for word in moved]
        yield _listed("numbers", fact, few, leader)


def _listed(
    kind: str, fact: TokenizerFacts, pairs: list[str], leader: TokenizerFacts
) -> Disagreement:
    shown = "; ".join(pairs[:_SHOWN])
    detail = f"{len(pairs)} unlike {_name(leader)}: {shown}"
    return Disagreement(kind=kind, fact=fact, key="", detail=detail)


def _renamed(
    words: dict[str, int], others: dict[str, int], distance: int
) -> list[tuple[str, str]]:
    """Give words of one file for which the other has another word, where both mean."""
    by_number = {number: word for word, number in others.items() if word not in words}
    found = []
    for word, number in words.items():
        other = by_number.get(number - distance)
        if other is None or word in others:
            continue
        if _means(word, other):
            found.append((word, other))
    return found


def _means(first: str, second: str) -> bool:
    """Tell whether it matters which of two texts a number stands for."""
    if _PLACEHOLDER.search(first) or _PLACEHOLDER.search(second):
        return False
    return is_ordinary(first) or is_ordinary(second)


def _tokens(
    leader: TokenizerFacts, words: dict[str, int], facts: list[TokenizerFacts]
) -> Iterator[Disagreement]:
    """Compare what settings name and number with what the leader says."""
    numbers = dict(words)
    specials = {token.content for token in leader.tokens if token.special}
    for token in leader.tokens:
        if token.number is not None:
            numbers[token.content] = token.number
    by_number = {number: word for word, number in numbers.items()}
    known = set(numbers) | {token.content for token in leader.tokens}
    known |= {
        token.content
        for fact in facts
        for token in fact.tokens
        if token.number is not None or fact.kind == "pieces"
    }
    for fact in facts:
        if fact is leader or fact.kind not in ("settings", "added"):
            continue
        for token in fact.tokens:
            if token.number is None:
                if _bare(token.content) not in known and token.content not in known:
                    detail = f"{token.content[:80]!r} is in no vocabulary"
                    yield Disagreement(
                        kind="absent", fact=fact, key=token.key, detail=detail
                    )
            elif leader.kind != "pieces":
                yield from _numbered(token, fact, numbers, by_number, specials)


def _numbered(
    token: AddedToken,
    fact: TokenizerFacts,
    numbers: dict[str, int],
    by_number: dict[int, str],
    specials: set[str],
) -> Iterator[Disagreement]:
    number, text = token.number, token.content
    if number is None:
        return
    other, own = by_number.get(number), numbers.get(text)
    if other is not None and _bare(other) != _bare(text):
        detail = f"{text[:80]!r} has the number {number} of {other[:80]!r}"
    elif own is not None and own != number:
        detail = f"{text[:80]!r} has the number {number}, and {own} elsewhere"
        other = text
    else:
        return
    serious = token.special or other in specials or _means(other, text)
    empty = _PLACEHOLDER.search(other) or _PLACEHOLDER.search(text)
    kind = "meaning" if serious and not empty else "numbers"
    yield Disagreement(kind=kind, fact=fact, key=token.key, detail=detail)


def _bare(text: str) -> str:
    return text.strip("\u2581\u0120 ")

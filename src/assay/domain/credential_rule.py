"""One shape of credential, and the ways to write it down."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["AFTER", "BEFORE", "Rule", "by_context", "by_prefix", "by_shape"]

BEFORE = rb"(?<![A-Za-z0-9_-])"
_BEFORE_OR_ESCAPE = rb"(?:(?<![A-Za-z0-9_-])|(?<=\\[nrt]))"
AFTER = rb"(?![A-Za-z0-9_-])"
# What the shapes ask of their surroundings.
_AROUND = re.compile(rb"\(\?(?:<!|!)\[[^\]]+\]\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One shape of credential.

    Attributes:
        id: Stable identifier.
        title: For people.
        literals: One of these must be there before the pattern is tried; those of
            contextual rules are in lower case, and are searched in any case.
        shape: Its pattern; group 1 is the secret part.
        loose_shape: The same, whatever stands before and after it: in names and
            between the bytes of other formats there need not be a break.
        confidence: `high` or `medium`.
        proof: Gives another confidence, or None when it is no credential after all.
        contextual: Known by what stands around it, so only looked for in texts.
        lead: Bytes before a literal at which a match may begin.
        reach: Bytes after a literal within which it ends; longer than any match.
        needs: One of these is in every match; empty where nothing so short tells.
    """

    id: str
    title: str
    literals: tuple[bytes, ...]
    shape: bytes
    loose_shape: bytes
    confidence: str = "high"
    proof: Callable[[bytes], str | None] | None = None
    contextual: bool = False
    lead: int = 24
    reach: int = 600
    needs: tuple[bytes, ...] = ()

    @property
    def pattern(self) -> re.Pattern[bytes]:
        """The shape, compiled when it is first wanted: most runs never want most."""
        return _compiled(self.shape)

    @property
    def loose(self) -> re.Pattern[bytes]:
        """The loose shape, compiled likewise."""
        return _compiled(self.loose_shape)


@cache
def _compiled(shape: bytes) -> re.Pattern[bytes]:
    return re.compile(shape)


def by_shape(
    name: str,
    title: str,
    literals: tuple[bytes, ...],
    pattern: bytes,
    confidence: str = "high",
    proof: Callable[[bytes], str | None] | None = None,
) -> Rule:
    """Give a rule for what is known by its own shape."""
    return Rule(
        id=name,
        title=title,
        literals=literals,
        shape=pattern,
        # Tried at every place inside a long run of letters, this one would take the
        # square of its length; it may still follow a line break in a repr.
        loose_shape=pattern.replace(BEFORE, _BEFORE_OR_ESCAPE)
        if name == "json-web-token"
        else _AROUND.sub(b"", pattern),
        confidence=confidence,
        proof=proof,
        reach=_reach(pattern),
    )


def by_context(  # noqa: PLR0913, PLR0917 - all that a rule may say
    name: str,
    title: str,
    literals: tuple[bytes, ...],
    pattern: bytes,
    confidence: str = "medium",
    proof: Callable[[bytes], str | None] | None = None,
    needs: tuple[bytes, ...] = (),
) -> Rule:
    """Give a rule for what is known by its surroundings."""
    return Rule(
        id=name,
        title=title,
        literals=literals,
        shape=pattern,
        loose_shape=pattern,
        confidence=confidence,
        proof=proof,
        contextual=True,
        lead=80,
        needs=needs,
        reach=_reach(pattern),
    )


def _reach(pattern: bytes) -> int:
    """Give what the counted repeats of a pattern add up to, and a little more."""
    repeats = re.findall(rb"\{(?:[0-9]{1,5},)?([0-9]{1,5})\}", pattern)
    return min(sum(map(int, repeats)) + 256, _MAX_REACH)


def by_prefix(
    name: str, title: str, literal: bytes, rest: bytes, confidence: str = "high"
) -> Rule:
    """Give a rule for a prefix that nothing else has, and what follows it."""
    pattern = BEFORE + b"(" + re.escape(literal) + rest + b")" + AFTER
    return by_shape(name, title, (literal,), pattern, confidence)


# The longest of them, a web token; what is longer is cut and still known.
_MAX_REACH = 8_000

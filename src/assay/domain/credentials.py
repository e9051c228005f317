"""The shapes by which credentials are known, and how to speak of one.

Whoever shows a text from outside calls `redact` first: findings are signed and
published, and must not repeat a secret. The shapes themselves are in
`credential_shapes`.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from assay.domain.credential_shapes import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.domain.credential_rule import Rule

__all__ = ["RULES", "matches", "redact", "redacted"]

_SHOWN_CHARS = 4
# Shown by their length only: the first characters of a password are half of it.
_SHOWN_FROM = 20

# All that a credential with a shape of its own is made of.
_WRITTEN = frozenset(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+/=.~:"
)
_MASK = bytes(97 if byte in _WRITTEN else 32 for byte in range(256))
# The shortest of those shapes, an AWS key id.
_SHORTEST = 20
_RUN = b"a" * _SHORTEST

# Of each literal one sign that neither letters, digits nor Base64 hold: where it is
# nowhere, the literal need not be searched. Asking for a byte costs next to nothing.
_SIGN = re.compile(rb"[^A-Za-z0-9+/=]")
_SIGNS = {
    literal: found[0] if (found := _SIGN.search(literal)) else b""
    for rule in RULES
    for literal in rule.literals
}
_EVERY_SIGN = sorted(set(_SIGNS.values()) - {b""})

_LITERALS = re.compile(
    b"|".join(re.escape(literal) for rule in RULES for literal in rule.literals),
    re.IGNORECASE,
)


def matches(
    data: bytes, *, loose: bool = False
) -> Iterator[tuple[Rule, re.Match[bytes]]]:
    """Give every match, in the order of the rules; not yet weighed by their proofs.

    Most shapes stand within one long run of letters and digits, and ordinary text
    has few of those: the runs are found first, and searched for the literals. Only
    what lies around a literal is then matched.

    Args:
        data: Text, or the bytes of another format.
        loose: Whether the shapes may stand between any bytes; then those that are
            known by their surroundings are left out, unless nothing else has them.
    """
    runs = b"\n".join(_long_runs(data))
    lowered = data.lower()
    in_runs, in_all = _signs(runs), _signs(data)
    known: dict[tuple[bytes, bool], bool] = {}
    for rule in RULES:
        if loose and rule.contextual and rule.confidence != "high":
            continue
        pattern = rule.loose if loose else rule.pattern
        where = lowered if rule.contextual else data
        present = lowered if rule.contextual else runs
        signs = in_all if rule.contextual else in_runs
        for literal in rule.literals:
            key = literal, rule.contextual
            if key not in known:
                known[key] = _SIGNS[literal] in signs and literal in present
        literals = [one for one in rule.literals if known[one, rule.contextual]]
        for start, end in _windows(where, literals, rule):
            if _has_needed(data, start, end, rule):
                for match in pattern.finditer(data, start, end):
                    yield rule, match


def _has_needed(data: bytes, start: int, end: int, rule: Rule) -> bool:
    if not rule.needs:
        return True
    return any(data.find(needed, start, end) >= 0 for needed in rule.needs)


def _signs(data: bytes) -> frozenset[bytes]:
    """Tell which of the signs are there; the empty one always is."""
    return frozenset((b"", *(sign for sign in _EVERY_SIGN if sign in data)))


def _windows(
    data: bytes, literals: list[bytes], rule: Rule
) -> Iterator[tuple[int, int]]:
    """Give what lies around the literals; no two windows of one literal overlap."""
    for literal in literals:
        done = 0
        at = data.find(literal)
        while at >= 0:
            end = at + rule.reach
            last = data.rfind(literal, at + 1, end)
            while last >= 0:
                end, before = last + rule.reach, end
                last = data.rfind(literal, max(before - len(literal), last + 1), end)
            yield max(at - rule.lead, done), end
            done = end
            at = data.find(literal, end)


def _long_runs(data: bytes) -> Iterator[bytes]:
    mask = data.translate(_MASK)
    start = mask.find(_RUN)
    while start >= 0:
        end = mask.find(b" ", start + _SHORTEST)
        if end < 0:
            yield data[start:]
            return
        yield data[start:end]
        start = mask.find(_RUN, end)


def redacted(rule: Rule, match: re.Match[bytes]) -> str:
    """Give the first characters of a match and its length, never the secret."""
    whole = match.group(0) if rule.id == "private-key" else match.group(1)
    start = whole[:_SHOWN_CHARS].decode("ascii", "replace")
    if rule.contextual and len(whole) < _SHOWN_FROM:
        start = ""
    return f"{start}… ({len(whole)} characters)"


def redact(text: str) -> str:
    """Replace whatever has the shape of a credential by what may be shown of it."""
    # Surrogates stand for bytes that are no text; they must survive the way back.
    data = text.encode("utf-8", "surrogatepass")
    if not _LITERALS.search(data):
        return text
    changed = data
    for rule in RULES:
        where = changed.lower() if rule.contextual else changed
        if any(literal in where for literal in rule.literals):
            changed = rule.loose.sub(partial(_without, rule), changed)
    return text if changed == data else changed.decode("utf-8", "surrogatepass")


def _without(rule: Rule, match: re.Match[bytes]) -> bytes:
    if rule.contextual and rule.proof is not None and not rule.proof(match.group(1)):
        return match.group()
    shown = redacted(rule, match).encode()
    if rule.id == "private-key":
        return shown
    start, end = match.start(1) - match.start(), match.end(1) - match.start()
    return match.group()[:start] + shown + match.group()[end:]

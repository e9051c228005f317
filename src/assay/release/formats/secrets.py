"""Texts that have the shape of a credential: few rules, precise ones.

Only shapes with a distinctive prefix are looked for; documentation examples and
placeholders are passed over. What is kept of a match is its first characters and its
length, never the secret.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from assay.domain.credentials import RULES, redacted
from assay.domain.facts import Gap, SecretMatch, SecretsFacts
from assay.release.source import BytesSource, chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.domain.credentials import Rule
    from assay.domain.facts import Fact, Place
    from assay.domain.limits import Limits
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.source import ByteSource

__all__ = ["in_bytes", "in_name", "read"]

# Longest match of any rule, so that none is lost between two chunks.
_OVERLAP_BYTES = 8192
_MAX_MATCHES = 1_000
# Random letters and digits have 4 bits or more; words and `xxxx` stay below 3.
_MIN_ENTROPY = 3.0
_PLACEHOLDERS = re.compile(
    rb"(?i)example|placeholder|your[_-]?|dummy|changeme|redacted|insert|fake|test_?key"
    rb"|x{6}|\*{4}|\.{4}|0{8}|12345678|abcdefgh|<[^>]*>"
)


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give what a scan of the text saw, and a Gap for what was too long to scan."""
    source = _as_utf8(subject.source, inspection.limits.max_text_scan_bytes)
    bound = inspection.limits.max_text_scan_bytes
    matches = tuple(islice(_scan(source, bound, subject), _MAX_MATCHES))
    facts: list[Fact] = [SecretsFacts(place=subject.place, matches=matches)]
    binary = _first_nul(source, bound)
    if binary is not None:
        facts.append(
            Gap(
                place=subject.at(offset=binary),
                reason="binary data inside a text is not inspected",
                content=subject.content,
            )
        )
    if source.size > bound:
        facts.append(
            Gap(
                place=subject.at(offset=bound),
                reason=f"text beyond {bound} bytes is not scanned for secrets",
                content=subject.content,
            )
        )
    return facts


def in_name(place: Place) -> list[Fact]:
    """Give the credentials in the name of a file or member, if there are any."""
    name = (place.path if place.member is None else place.member).encode(
        "utf-8", "surrogateescape"
    )
    found = [
        _shown(rule, match, place)
        for _, rule, match in _matches(name, len(name), loose=True)
    ]
    return [SecretsFacts(place=place, matches=tuple(found))] if found else []


def in_bytes(source: ByteSource, place: Place, limits: Limits) -> list[Fact]:
    """Give the credentials between the bytes of another format, if there are any."""
    found = []
    done = 0
    data = b""
    bound = min(source.size, limits.max_text_scan_bytes)
    for chunk in chunks(source, 0, bound):
        data += chunk
        final = done + len(data) >= bound
        keep = len(data) if final else max(len(data) - _OVERLAP_BYTES, 0)
        found += [
            _shown(rule, match, replace(place, offset=done + start))
            for start, rule, match in _matches(data, keep, loose=True)
        ]
        done += keep
        data = data[keep:]
        if len(found) >= _MAX_MATCHES:
            break
    matches = tuple(found[:_MAX_MATCHES])
    return [SecretsFacts(place=place, matches=matches)] if matches else []


def _first_nul(source: ByteSource, bound: int) -> int | None:
    """Find what no text holds: a payload behind a script or a page."""
    done = 0
    for chunk in chunks(source, 0, bound):
        at = chunk.find(b"\0")
        if at >= 0:
            return done + at
        done += len(chunk)
    return None


def _as_utf8(source: ByteSource, bound: int) -> ByteSource:
    """Turn UTF-16 with a byte order mark into UTF-8."""
    mark = source.read_at(0, 2)
    if mark not in (b"\xff\xfe", b"\xfe\xff"):
        return source
    data = source.read_at(0, bound)
    return BytesSource(data.decode("utf-16", "replace").encode("utf-8", "replace"))


def _scan(source: ByteSource, bound: int, subject: Subject) -> Iterator[SecretMatch]:
    """Give the matches of all rules, in order of their place."""
    line = 1
    done = 0
    data = b""
    for chunk in chunks(source, 0, bound):
        done += len(chunk)
        data += chunk
        # A match that begins in the overlap is left to the next round.
        final = done >= min(bound, source.size)
        keep = len(data) if final else max(len(data) - _OVERLAP_BYTES, 0)
        found = sorted(_matches(data, keep), key=lambda item: (item[0], item[1].id))
        for start, rule, match in found:
            place = subject.at(line=line + data.count(b"\n", 0, start))
            yield _shown(rule, match, place)
        line += data.count(b"\n", 0, keep)
        data = data[keep:]


def _matches(
    data: bytes, keep: int, *, loose: bool = False
) -> Iterator[tuple[int, Rule, re.Match[bytes]]]:
    for rule in RULES:
        if not any(literal in data for literal in rule.literals):
            continue
        pattern = rule.loose if loose else rule.pattern
        for match in pattern.finditer(data):
            if match.start() < keep and not _is_placeholder(match.group(1)):
                yield match.start(), rule, match


def _is_placeholder(secret: bytes) -> bool:
    if _PLACEHOLDERS.search(secret):
        return True
    counts = Counter(secret)
    total = len(secret)
    entropy = -sum(n / total * math.log2(n / total) for n in counts.values())
    return entropy < _MIN_ENTROPY


def _shown(rule: Rule, match: re.Match[bytes], place: Place) -> SecretMatch:
    return SecretMatch(
        rule=rule.id,
        title=rule.title,
        place=place,
        redacted=redacted(rule, match),
        confidence=rule.confidence,
    )

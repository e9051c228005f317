"""Texts that have the shape of a credential, and files that exist to hold some.

Documentation examples, placeholders and variables are passed over. What is kept of a
match is its first characters and its length, never the secret.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from assay.domain.credential_proofs import is_placeholder
from assay.domain.credentials import matches as shapes_in
from assay.domain.credentials import redacted
from assay.domain.facts import Gap, SecretMatch, SecretsFacts
from assay.release.source import BytesSource, chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.domain.credential_rule import Rule
    from assay.domain.facts import Fact, Place
    from assay.domain.limits import Limits
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.source import ByteSource

__all__ = ["in_bytes", "in_name", "read"]

# Longest match of any rule, so that none is lost between two chunks.
_OVERLAP_BYTES = 8192
_MAX_MATCHES = 1_000
# Files that exist to hold credentials, by the end of their path.
_KEPT = re.compile(
    r"(?i)(?:^|/)(?:[._]netrc|\.pgpass|\.git-credentials|\.htpasswd|\.pypirc|\.s3cfg"
    r"|\.boto|\.dockercfg|\.my\.cnf|\.aws/credentials|\.docker/config\.json"
    r"|\.kube/config|\.?kubeconfig|kaggle\.json|\.huggingface/token"
    r"|application_default_credentials\.json|id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?"
    r"|[^/]{1,200}\.(?:ppk|p12|pfx|jks|keystore|kdbx))\Z"
)
# Files that often hold some.
_OFTEN = re.compile(
    r"(?i)(?:^|/)(?:\.env(?:\.(?:local|prod|production|dev|development|staging))?"
    r"|\.npmrc|\.envrc|[^/]{1,200}\.tfstate|secrets?\.(?:ya?ml|json|toml))\Z"
)

_NAMES = (
    (_KEPT, "file that exists to hold credentials", "medium"),
    (_OFTEN, "file that often holds credentials", "low"),
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
    path = place.path if place.member is None else place.member
    name = path.encode("utf-8", "surrogateescape")
    found = [
        _shown(rule, match, place, confidence)
        for _, rule, match, confidence in _matches(name, len(name), loose=True)
    ]
    for pattern, title, confidence in _NAMES:
        if pattern.search(path):
            found.append(
                SecretMatch(
                    rule="credential-file",
                    title=title,
                    place=place,
                    redacted="by its name",
                    confidence=confidence,
                )
            )
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
            _shown(rule, match, replace(place, offset=done + start), confidence)
            for start, rule, match, confidence in _matches(data, keep, loose=True)
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
        counted = 0
        for start, rule, match, confidence in found:
            line += data.count(b"\n", counted, start)
            counted = start
            yield _shown(rule, match, subject.at(line=line), confidence)
        line += data.count(b"\n", counted, keep)
        data = data[keep:]


def _matches(
    data: bytes, keep: int, *, loose: bool = False
) -> Iterator[tuple[int, Rule, re.Match[bytes], str]]:
    seen: set[tuple[int, str]] = set()
    taken: list[tuple[int, int]] = []
    for rule, match in shapes_in(data, loose=loose):
        key = match.start(1), rule.id
        if match.start() >= keep or key in seen:
            continue
        seen.add(key)
        secret = match.group(1)
        confidence = rule.proof(secret) if rule.proof else rule.confidence
        if confidence is None or is_placeholder(secret):
            continue
        # What is known by its own shape is not told again by its surroundings.
        start, end = match.span(1)
        if rule.contextual and any(a < end and start < b for a, b in taken):
            continue
        if len(taken) >= _MAX_MATCHES:
            return
        taken.append(match.span(1))
        yield match.start(), rule, match, confidence


def _shown(
    rule: Rule, match: re.Match[bytes], place: Place, confidence: str
) -> SecretMatch:
    return SecretMatch(
        rule=rule.id,
        title=rule.title,
        place=place,
        redacted=redacted(rule, match),
        confidence=confidence,
    )

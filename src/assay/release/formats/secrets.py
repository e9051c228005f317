"""Texts that have the shape of a credential: few rules, precise ones.

Only shapes with a distinctive prefix are looked for; documentation examples and
placeholders are passed over. What is kept of a match is its first characters and its
length, never the secret.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from assay.domain.facts import Gap, SecretMatch, SecretsFacts
from assay.release.source import BytesSource, chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.domain.facts import Fact, Place
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.source import ByteSource

__all__ = ["RULES", "Rule", "read"]

# Longest match of any rule, so that none is lost between two chunks.
_OVERLAP_BYTES = 8192
_MAX_MATCHES = 1_000
_SHOWN_CHARS = 4
# Random letters and digits have 4 bits or more; words and `xxxx` stay below 3.
_MIN_ENTROPY = 3.0
_PLACEHOLDERS = re.compile(
    rb"(?i)example|placeholder|your[_-]?|dummy|changeme|redacted|insert|fake|test_?key"
    rb"|x{6}|\*{4}|\.{4}|0{8}|12345678|abcdefgh|<[^>]*>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One shape of credential.

    Attributes:
        id: Stable identifier.
        title: For people.
        literals: One of these must be there before the pattern is tried.
        pattern: The shape; group 1, when there is one, is the secret part.
        confidence: `high` or `medium`.
    """

    id: str
    title: str
    literals: tuple[bytes, ...]
    pattern: re.Pattern[bytes]
    confidence: str = "high"


def _rule(
    name: str,
    title: str,
    literals: tuple[bytes, ...],
    pattern: bytes,
    confidence: str = "high",
) -> Rule:
    return Rule(
        id=name,
        title=title,
        literals=literals,
        pattern=re.compile(pattern),
        confidence=confidence,
    )


_BEFORE = rb"(?<![A-Za-z0-9_-])"
_AFTER = rb"(?![A-Za-z0-9_-])"

RULES: tuple[Rule, ...] = (
    _rule(
        "private-key",
        "private key",
        (b"PRIVATE KEY",),
        rb"-----BEGIN (?:[A-Z0-9]{2,10} ){0,2}PRIVATE KEY(?: BLOCK)?-----"
        # Atomic and possessive: headers of PGP and old PEM must not be tried in
        # every possible split.
        rb"(?:\\r|\\n|\s|(?>[A-Za-z0-9-]{1,40}: ?[^\r\n]{0,80}[\r\n])){1,40}+"
        rb"([A-Za-z0-9+/=]{40,})",
    ),
    _rule(
        "aws-access-key-id",
        "AWS access key id",
        (b"AKIA", b"ASIA"),
        rb"(?<![A-Za-z0-9+/])((?:AKIA|ASIA)[A-Z2-7]{16})(?![A-Za-z0-9+/])",
    ),
    _rule(
        "github-token",
        "GitHub token",
        (b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_"),
        _BEFORE + rb"(gh[pousr]_[A-Za-z0-9]{36,251})" + _AFTER,
    ),
    _rule(
        "github-fine-grained-token",
        "GitHub fine-grained token",
        (b"github_pat_",),
        _BEFORE + rb"(github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59})" + _AFTER,
    ),
    _rule(
        "huggingface-token",
        "Hugging Face token",
        (b"hf_", b"api_org_"),
        _BEFORE + rb"((?:hf|api_org)_[A-Za-z]{34})" + _AFTER,
    ),
    _rule(
        "anthropic-key",
        "Anthropic API key",
        (b"sk-ant-",),
        _BEFORE + rb"(sk-ant-[a-z0-9]{3,8}-[A-Za-z0-9_-]{60,120})" + _AFTER,
    ),
    _rule(
        "openai-key",
        "OpenAI API key",
        (b"sk-",),
        _BEFORE
        + rb"(sk-(?:(?:proj|svcacct|admin)-[A-Za-z0-9_-]{40,200}"
        + rb"|[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}))"
        + _AFTER,
    ),
    _rule(
        "slack-token",
        "Slack token",
        (b"xoxb-", b"xoxp-", b"xoxa-", b"xoxr-", b"xoxs-", b"xapp-"),
        _BEFORE + rb"((?:xox[bpars]-[0-9]{8,14}|xapp-[0-9])-[A-Za-z0-9-]{16,200})",
    ),
    _rule(
        "google-api-key",
        "Google API key",
        (b"AIza",),
        _BEFORE + rb"(AIza[A-Za-z0-9_-]{35})" + _AFTER,
    ),
    _rule(
        "gitlab-token",
        "GitLab token",
        (b"glpat-",),
        _BEFORE + rb"(glpat-[A-Za-z0-9_-]{20,64})" + _AFTER,
    ),
    _rule(
        "stripe-key",
        "Stripe live key",
        (b"sk_live_", b"rk_live_"),
        _BEFORE + rb"([rs]k_live_[A-Za-z0-9]{20,247})" + _AFTER,
    ),
    _rule(
        "azure-storage-key",
        "Azure storage account key",
        (b"AccountKey=",),
        rb"AccountKey=([A-Za-z0-9+/]{86}==)",
    ),
    _rule(
        "npm-token",
        "npm token",
        (b"npm_",),
        _BEFORE + rb"(npm_[A-Za-z0-9]{36})" + _AFTER,
    ),
    _rule(
        "pypi-token",
        "PyPI token",
        (b"pypi-AgEI",),
        _BEFORE + rb"(pypi-AgEI[A-Za-z0-9_-]{50,400})" + _AFTER,
    ),
    _rule(
        "json-web-token",
        "JSON Web Token",
        (b"eyJ",),
        _BEFORE
        + rb"(eyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}"
        + rb"\.[A-Za-z0-9_-]{20,700})",
        "medium",
    ),
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


def _matches(data: bytes, keep: int) -> Iterator[tuple[int, Rule, re.Match[bytes]]]:
    for rule in RULES:
        if not any(literal in data for literal in rule.literals):
            continue
        for match in rule.pattern.finditer(data):
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
    whole = match.group(0) if rule.id == "private-key" else match.group(1)
    start = whole[:_SHOWN_CHARS].decode("ascii", "replace")
    return SecretMatch(
        rule=rule.id,
        title=rule.title,
        place=place,
        redacted=f"{start}… ({len(whole)} characters)",
        confidence=rule.confidence,
    )

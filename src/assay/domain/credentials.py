"""The shapes by which credentials are known, and how to speak of one.

Only shapes with a distinctive prefix are here. Whoever shows a text from outside calls
`redact` first: findings are signed and published, and must not repeat a secret.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

__all__ = ["RULES", "Rule", "redact", "redacted"]

_SHOWN_CHARS = 4


_BEFORE = rb"(?<![A-Za-z0-9_-])"
_BEFORE_OR_ESCAPE = rb"(?:(?<![A-Za-z0-9_-])|(?<=\\[nrt]))"
_AFTER = rb"(?![A-Za-z0-9_-])"
# What the shapes ask of their surroundings.
_AROUND = re.compile(rb"\(\?(?:<!|!)\[[^\]]+\]\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One shape of credential.

    Attributes:
        id: Stable identifier.
        title: For people.
        literals: One of these must be there before the pattern is tried.
        pattern: The shape; group 1 is the secret part.
        loose: The same, whatever stands before and after it: in names and between
            the bytes of other formats there need not be a break.
        confidence: `high` or `medium`.
    """

    id: str
    title: str
    literals: tuple[bytes, ...]
    pattern: re.Pattern[bytes]
    loose: re.Pattern[bytes]
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
        loose=re.compile(
            # Tried at every place inside a long run of letters, this one would take
            # the square of its length; it may still follow a line break in a repr.
            pattern.replace(_BEFORE, _BEFORE_OR_ESCAPE)
            if name == "json-web-token"
            else _AROUND.sub(b"", pattern)
        ),
        confidence=confidence,
    )


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


def redacted(rule: Rule, match: re.Match[bytes]) -> str:
    """Give the first characters of a match and its length, never the secret."""
    whole = match.group(0) if rule.id == "private-key" else match.group(1)
    start = whole[:_SHOWN_CHARS].decode("ascii", "replace")
    return f"{start}… ({len(whole)} characters)"


def redact(text: str) -> str:
    """Replace whatever has the shape of a credential by what may be shown of it."""
    # Surrogates stand for bytes that are no text; they must survive the way back.
    data = text.encode("utf-8", "surrogatepass")
    changed = data
    for rule in RULES:
        if any(literal in changed for literal in rule.literals):
            changed = rule.loose.sub(partial(_without, rule), changed)
    return text if changed == data else changed.decode("utf-8", "surrogatepass")


def _without(rule: Rule, match: re.Match[bytes]) -> bytes:
    shown = redacted(rule, match).encode()
    if rule.id == "private-key":
        return shown
    start, end = match.start(1) - match.start(), match.end(1) - match.start()
    return match.group()[:start] + shown + match.group()[end:]

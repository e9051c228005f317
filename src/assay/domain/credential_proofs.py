"""What a credential proves about itself: checksums, and headers that decode.

A proof is given the secret part of a match and gives the confidence that it deserves,
or nothing when it cannot be a credential.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import zlib
from collections import Counter
from functools import lru_cache

__all__ = [
    "entropy",
    "is_docker_login",
    "is_github_token",
    "is_password",
    "is_placeholder",
    "is_web_token",
]

# Random letters and digits have 4 bits or more; words and `xxxx` stay below 3.
_MIN_ENTROPY = 3.0
_PLACEHOLDERS = re.compile(
    rb"(?i)example|placeholder|your[_-]?|dummy|changeme|redacted|insert|fake|test_?key"
    rb"|x{6}|\*{4}|\.{4}|0{8}|12345678|abcdefgh|<[^>]*>|replace[_-]?me|goes[_-]?here"
)
# What stands where a password would: variables, words, and calls that fetch it.
_NO_PASSWORD = re.compile(
    rb"(?i)pass|secret|token|apikey|api[_-]key|test|demo|sample|foo|bar|mock|admin|user"
    rb"|default|none|null|empty|todo|1234|abc1|abcd|qwerty|dummy|local|http|env|config"
    rb"|sk-(?:no|xxx)|[$<>{}()\[\]%\\ ]|\.\.|__|^[A-Z_]+$|^[\w-]+(?:\.[a-z_]\w*)+$"
    rb"|^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$|^[a-z]+(?:[-_/][a-z0-9]+)*$"
)
_LETTER = re.compile(rb"[A-Za-z]")
_DIGIT = re.compile(rb"[0-9]")
_BASE62 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# `ghp_` and its kin: 30 random characters and 6 of the checksum.
_GITHUB_CHARS = 40
_SUM_CHARS = 6


def entropy(secret: bytes) -> float:
    """Give the bits that each byte carries by the frequencies of all of them."""
    counts = Counter(secret)
    total = len(secret)
    return -sum(n / total * math.log2(n / total) for n in counts.values())


@lru_cache(maxsize=1024)
def is_placeholder(secret: bytes) -> bool:
    """Tell what documentation writes in place of a credential."""
    return bool(_PLACEHOLDERS.search(secret)) or entropy(secret) < _MIN_ENTROPY


def is_github_token(secret: bytes) -> str | None:
    """Compare the checksum: CRC-32 of the random part, in base 62.

    Source: GitHub's description of its token formats of April 2021. Longer tokens
    carry none.
    """
    if len(secret) != _GITHUB_CHARS:
        return "medium"
    value = zlib.crc32(secret[4:-_SUM_CHARS])
    digits = bytearray()
    for _ in range(_SUM_CHARS):
        value, digit = divmod(value, 62)
        digits.append(_BASE62[digit])
    return "high" if bytes(reversed(digits)) == secret[-_SUM_CHARS:] else "medium"


def is_web_token(secret: bytes) -> str | None:
    """Tell whether the header names an algorithm, and the token is no known example.

    Source: RFC 7519, section 3; RFC 7515, section 4.1.1.
    """
    header, payload = secret.split(b".")[:2]
    decoded = _decode(header)
    if decoded is None or b'"alg"' not in decoded:
        return None
    claims = _decode(payload)
    if claims is None or b"1234567890" in claims or _PLACEHOLDERS.search(claims):
        return None
    return "medium"


def is_docker_login(secret: bytes) -> str | None:
    """Tell whether the text of an `auth` entry decodes to a name and a password."""
    decoded = _decode(secret)
    if decoded is None or not decoded.isascii():
        return None
    name, colon, password = decoded.partition(b":")
    return "medium" if name and colon and len(password) >= 4 else None


def is_password(secret: bytes) -> str | None:
    """Tell what somebody or some machine chose from words, names and variables."""
    if _NO_PASSWORD.search(secret):
        return None
    mixed = _LETTER.search(secret) and _DIGIT.search(secret)
    return "medium" if mixed else None


def _decode(text: bytes) -> bytes | None:
    padded = text.rstrip(b"=") + b"=" * (-len(text.rstrip(b"=")) % 4)
    try:
        return base64.b64decode(padded.translate(_FROM_URL), validate=True)
    except (binascii.Error, ValueError):
        return None


_FROM_URL = bytes.maketrans(b"-_", b"+/")

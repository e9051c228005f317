"""Lists of one bit for each entry, as W3C Bitstring Status List v1.0 encodes them.

1. The text is multibase: `u`, then base64url without padding (RFC 4648 section 5).
2. The bytes are one GZIP member (RFC 1952) and nothing behind it.
3. They expand to 16 KiB or more, and never to more than the bound.
4. The left-most bit of the first byte is index 0.

Source: W3C Recommendation of 15 May 2025, sections 2.2 and 3. Its purpose of a
minimum length is that nobody learns from a request which entry is asked about.
"""

from __future__ import annotations

import binascii
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING

from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "MIN_BITS",
    "bit_at",
    "bits_of",
    "count_bits",
    "decode_list",
    "encode_list",
    "list_bytes",
]

MIN_BITS = 131_072
_MULTIBASE_BASE64URL = "u"
# RFC 1952: magic, deflate, no flags, no time, no extra flags, unknown system. No time
# and no system, so that the same list is the same text wherever it is written.
_GZIP_HEADER = bytes.fromhex("1f8b08000000000000ff")
_RAW_DEFLATE = -15
_GZIP = 31
_BEST = 9


def bits_of(indexes: Iterable[int], size: int) -> bytes:
    """Set the bits of some indices in a list for at least `size` entries.

    Args:
        indexes: From 0 to below `size`.
        size: How many entries there are.
    """
    bits = bytearray(list_bytes(size))
    for index in indexes:
        bits[index // 8] |= 0x80 >> index % 8
    return bytes(bits)


def list_bytes(size: int) -> int:
    """Count the bytes of the list for `size` entries, whatever size anybody states."""
    return max(MIN_BITS, size + 7) // 8


def bit_at(bits: bytes, index: int) -> bool:
    """Read a bit; an entry beyond the list has none set."""
    return index // 8 < len(bits) and bool(bits[index // 8] & 0x80 >> index % 8)


def count_bits(bits: bytes) -> int:
    """Count the bits that are set."""
    return int.from_bytes(bits).bit_count()


def encode_list(bits: bytes) -> str:
    """Write a list as `encodedList`."""
    deflate = zlib.compressobj(_BEST, zlib.DEFLATED, _RAW_DEFLATE)
    body = deflate.compress(bits) + deflate.flush()
    trailer = zlib.crc32(bits).to_bytes(4, "little")
    trailer += (len(bits) % 2**32).to_bytes(4, "little")
    text = urlsafe_b64encode(_GZIP_HEADER + body + trailer).decode().rstrip("=")
    return _MULTIBASE_BASE64URL + text


def decode_list(text: str, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """Read an `encodedList`, whoever wrote it, within bounds.

    Raises:
        DocumentError: `document.status-list-encoding`, `document.status-list-gzip` or
            `document.status-list-length`.
    """
    # 1.
    compressed = _decoded(text)
    # 2.
    bound = limits.max_status_list_bytes
    inflate = zlib.decompressobj(_GZIP)
    try:
        bits = inflate.decompress(compressed, bound + 1)
    except zlib.error as error:
        raise _not_gzip("bytes that are no GZIP member") from error
    # 3.
    if not MIN_BITS // 8 <= len(bits) <= bound:
        raise DocumentError(
            "status-list-length",
            "A status list has too few or too many entries.",
            expected=f"{MIN_BITS} to {8 * bound} bits",
            found=f"more than {8 * bound}" if len(bits) > bound else f"{8 * len(bits)}",
        )
    if not inflate.eof:
        raise _not_gzip("a member that is cut")
    if inflate.unused_data:
        raise _not_gzip(f"{len(inflate.unused_data)} bytes behind the member")
    return bits


def _decoded(text: str) -> bytes:
    body = text.removeprefix(_MULTIBASE_BASE64URL)
    try:
        data = urlsafe_b64decode(body + "=" * (-len(body) % 4))
    except (binascii.Error, ValueError) as error:
        raise _not_base64url() from error
    # The decoder passes over what is no base64; the one spelling does not.
    if body == text or urlsafe_b64encode(data).decode().rstrip("=") != body:
        raise _not_base64url()
    return data


def _not_base64url() -> DocumentError:
    return DocumentError(
        "status-list-encoding",
        "A status list is not written as multibase base64url.",
        expected="the letter u and base64url without padding",
        found="another text",
    )


def _not_gzip(found: str) -> DocumentError:
    return DocumentError(
        "status-list-gzip",
        "A status list is not one whole GZIP member.",
        expected="one member (RFC 1952) that expands to the list",
        found=found,
    )

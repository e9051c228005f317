"""Files that are written out as texts: Base64 and its kin, hexadecimal, uuencode.

Loaders do not decode them; the few lines of code beside the release do, and so can
its configuration. A whole text is tried in every spelling; inside other texts and
pickles only what begins like a pickle or an archive is.

Sources: RFC 4648 (Base64, Base32, Base16), the references of Python's `base64` and
`binascii`.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

from assay.release.source import BytesSource, chunks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["inside", "whole"]

# Runs that are decoded in one text; honest ones that begin so are rare.
_TRIED = 64
# How much of a pickle is searched: what is written out is short, arrays are not.
_SEARCHED_BYTES = 4 << 20
# Beginnings of pickles (0x80 and a protocol from 2), gzip, zlib, zip, bzip2 and xz.
_INSIDE = re.compile(
    rb"(?<![A-Za-z0-9+/_-])"
    rb"(?P<base64>(?:gA[I-X]|H4sI|eJ[w-z]|eAE|eN[o-r]|UEsDB|Qlpo|/Td6WFo)"
    rb"(?:[A-Za-z0-9+/_-]|\\?\r?\\?\n){20,}={0,2})"
    rb"|(?<![0-9A-Fa-f])"
    rb"(?P<hex>(?:800[2-5]|1[fF]8[bB]08|504[bB]0304)(?:[0-9A-Fa-f]{2}){12,})"
    rb"|(?P<latin1>\xc2\x80[\x02-\x05](?:[\x00-\x7f]|[\xc2\xc3][\x80-\xbf]){12,})"
)
# How all of these begin.
_HEADS = (
    *(b"gA", b"H4sI", b"eJ", b"eAE", b"eN", b"UEsDB", b"Qlpo", b"/Td6WFo"),
    *(b"8002", b"8003", b"8004", b"8005", b"1f8b08", b"1f8B08", b"1F8b08", b"1F8B08"),
    *(b"504b0304", b"504B0304", b"\xc2\x80"),
)
_BASE64 = re.compile(rb"[A-Za-z0-9+/_=\r\n -]{24,}")
_BASE32 = re.compile(rb"[A-Z2-7=\r\n ]{24,}")
_HEX = re.compile(rb"(?:0x)?[0-9A-Fa-f\r\n :]{24,}")
_BASE85 = re.compile(rb"(?:<~)?[!-~\r\n]{24,}")
_UU = re.compile(rb"begin [0-7]{3,4} [^\r\n]{1,256}\r?\n")
# Deleted at once: a pattern would first list every piece, at a hundred bytes each.
_SPACE = b"\r\n :"
_HEAD_BYTES = 4096
# Base85 has nearly every character, and Python decodes it slowly.
_BASE85_BYTES = 256 * 1024


def whole(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Read what a text that is nothing but an encoded file stands for."""
    source = subject.source
    if source.size > inspection.limits.max_text_scan_bytes:
        return []
    head = source.read_at(0, _HEAD_BYTES).strip()
    for name, pattern, decode in _WHOLE:
        if name == "base85" and source.size > _BASE85_BYTES:
            continue
        # A last line that is cut still looks like the others.
        if pattern.match(head) if name == "uu" else pattern.fullmatch(head):
            data = decode(b"".join(chunks(source)).strip())
            facts = _read(subject, inspection, name, data)
            if facts:
                return facts
    return []


def inside(
    subject: Subject,
    inspection: Inspection,
    known: frozenset[bytes | int] = frozenset(),
) -> list[Fact]:
    """Read the encoded files inside a text, or inside the texts of a pickle.

    Args:
        subject: The text or the pickle.
        inspection: The walk that it belongs to.
        known: Contents, and offsets of contents, that were read already.
    """
    data = subject.source.read_at(0, _SEARCHED_BYTES)
    facts: list[Fact] = []
    for count, match in enumerate(_matches(data)):
        if count == _TRIED:
            break
        name = str(match.lastgroup)
        raw = _INNER[name](match.group())
        if match.start() in known or any(
            isinstance(item, bytes) and raw.startswith(item) for item in known
        ):
            continue
        facts += _read(subject, inspection, f"{name}@{match.start()}", raw)
    return facts


def _matches(data: bytes) -> Iterator[re.Match[bytes]]:
    """Give every match of `_INSIDE`; finding its literals first is ten times faster."""
    done = 0
    for place in sorted(place for head in _HEADS for place in _places(data, head)):
        match = _INSIDE.match(data, place) if place >= done else None
        if match is not None:
            yield match
            done = match.end()


def _places(data: bytes, head: bytes) -> Iterator[int]:
    place = data.find(head)
    while place >= 0:
        yield place
        place = data.find(head, place + 1)


def _read(
    subject: Subject, inspection: Inspection, name: str, data: bytes
) -> list[Fact]:
    if not data:
        return []
    return list(inspection.raw_data(subject, name, BytesSource(data)))


def _base64(text: bytes) -> bytes:
    plain = text.replace(b"\\n", b"").replace(b"\\r", b"").translate(None, _SPACE)
    plain = plain.replace(b"\\", b"").translate(_STANDARD).rstrip(b"=")
    # One character alone stands for nothing: it belongs to what follows.
    plain = plain[: len(plain) - (len(plain) % 4 == 1)]
    try:
        return base64.b64decode(plain + b"=" * (-len(plain) % 4))
    except (binascii.Error, ValueError):
        return b""


_STANDARD = bytes.maketrans(b"-_", b"+/")


def _hex(text: bytes) -> bytes:
    try:
        return binascii.unhexlify(text.removeprefix(b"0x").translate(None, _SPACE))
    except binascii.Error:
        return b""


def _base32(text: bytes) -> bytes:
    try:
        return base64.b32decode(text.translate(None, _SPACE))
    except (binascii.Error, ValueError):
        return b""


def _base85(text: bytes) -> bytes:
    plain = text.translate(None, _SPACE)
    for decode in (base64.b85decode, base64.a85decode):
        try:
            data = decode(plain.removeprefix(b"<~").removesuffix(b"~>"))
        except (ValueError, OverflowError):
            continue
        if data[:1] == b"\x80" or data[:2] in (b"\x1f\x8b", b"PK"):
            return data
    return b""


def _uu(text: bytes) -> bytes:
    found = bytearray()
    for line in text.splitlines()[1:]:
        if line.strip() == b"end":
            break
        try:
            found += binascii.a2b_uu(line)
        except binascii.Error:
            return bytes(found)
    return bytes(found)


def _latin1(text: bytes) -> bytes:
    return text.decode("utf-8", "ignore").encode("latin-1", "ignore")


# The strictest alphabets first: what is hexadecimal is also Base64.
_WHOLE: tuple[tuple[str, re.Pattern[bytes], Callable[[bytes], bytes]], ...] = (
    ("uu", _UU, _uu),
    ("hex", _HEX, _hex),
    ("base32", _BASE32, _base32),
    ("base64", _BASE64, _base64),
    ("base85", _BASE85, _base85),
)
_INNER: dict[str, Callable[[bytes], bytes]] = {
    "base64": _base64,
    "hex": _hex,
    "latin1": _latin1,
}

"""A strict reader of DER: tags, lengths and contents, and nothing of what they mean.

For the few structures of which `cryptography` and `rfc3161-client` show too little.
X.690 section 10: lengths are definite and as short as they can be. Tag numbers beyond
30 are refused: nothing that is read here has them. The reader does not recurse, so
depth is whatever its caller walks.
"""

from __future__ import annotations

from dataclasses import dataclass

from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import DocumentError

__all__ = [
    "BIT_STRING",
    "BOOLEAN",
    "GENERALIZED_TIME",
    "INTEGER",
    "OBJECT_IDENTIFIER",
    "OCTET_STRING",
    "SEQUENCE",
    "SET",
    "UTF8_STRING",
    "Element",
    "read_der",
]

BOOLEAN = 0x01
INTEGER = 0x02
BIT_STRING = 0x03
OCTET_STRING = 0x04
OBJECT_IDENTIFIER = 0x06
UTF8_STRING = 0x0C
GENERALIZED_TIME = 0x18
SEQUENCE = 0x30
SET = 0x31

_LONG_TAG = 0x1F
_LONG_LENGTH = 0x80
# Four bytes of length: far beyond any bound on a document.
_MAX_LENGTH_BYTES = 4


@dataclass(frozen=True, slots=True)
class Element:
    """One value with its tag, inside the bytes that it came in.

    Attributes:
        tag: Identifier octet: class, form and number.
        data: The bytes that it stands in.
        start: Where its tag stands.
        body: Where its contents begin.
        end: The first place behind it.
    """

    tag: int
    data: bytes
    start: int
    body: int
    end: int

    @property
    def content(self) -> bytes:
        """Its contents, without tag and length."""
        return self.data[self.body : self.end]

    @property
    def encoded(self) -> bytes:
        """All of it, as it stands."""
        return self.data[self.start : self.end]

    def parts(self, limits: Limits = DEFAULT_LIMITS) -> tuple[Element, ...]:
        """Split its contents into the values that they are made of.

        Raises:
            DocumentError: `document.der`.
        """
        found: list[Element] = []
        place = self.body
        while place < self.end:
            if len(found) == limits.max_der_parts:
                raise _malformed(f"more than {limits.max_der_parts} parts of one value")
            part = _element(self.data, place, self.end)
            found.append(part)
            place = part.end
        return tuple(found)

    def number(self) -> int:
        """Read an INTEGER in its shortest form (X.690 section 8.3).

        Raises:
            DocumentError: `document.der`.
        """
        content = self.content
        padded = len(content) > 1 and (
            (content[0] == 0 and content[1] < 0x80)
            or (content[0] == 0xFF and content[1] >= 0x80)
        )
        if self.tag != INTEGER or not content or padded:
            raise _malformed("what is no INTEGER in its shortest form")
        return int.from_bytes(content, "big", signed=True)


def read_der(data: bytes) -> Element:
    """Read one value that takes all the bytes.

    Raises:
        DocumentError: `document.der`.
    """
    element = _element(data, 0, len(data))
    if element.end != len(data):
        raise _malformed(f"{len(data) - element.end} bytes behind the value")
    return element


def _element(data: bytes, start: int, end: int) -> Element:
    """Read the value at `start`, which ends at `end` at the latest."""
    if start + 2 > end:
        raise _malformed("a value cut before its length")
    tag, length, body = data[start], data[start + 1], start + 2
    if tag & _LONG_TAG == _LONG_TAG:
        raise _malformed(f"the tag 0x{tag:02x}, whose number has more bytes")
    if length >= _LONG_LENGTH:
        count = length - _LONG_LENGTH
        body += count
        if not 1 <= count <= _MAX_LENGTH_BYTES or body > end:
            raise _malformed("a length that is indefinite, too long or cut")
        length = int.from_bytes(data[start + 2 : body], "big")
        if length < _LONG_LENGTH or length < 1 << 8 * (count - 1):
            raise _malformed("a length that is not in its shortest form")
    if body + length > end:
        raise _malformed("a value longer than what holds it")
    return Element(tag, data, start, body, body + length)


def _malformed(found: str) -> DocumentError:
    return DocumentError(
        "der",
        "The bytes are not DER.",
        expected="values in the one encoding of X.690 section 10, and nothing behind",
        found=found,
    )

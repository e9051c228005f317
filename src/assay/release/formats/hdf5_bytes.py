"""Bounded reading of an HDF5 file: addresses, little-endian numbers, one budget.

Source: HDF5 File Format Specification 3.0, sections II.A and III.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.domain.limits import Limits
    from assay.release.source import ByteSource

__all__ = [
    "BrokenError",
    "Cursor",
    "Medium",
    "UnreadError",
    "is_hdf5",
    "signature_offset",
]

SIGNATURE = b"\x89HDF\r\n\x1a\n"
_FIRST_USER_BLOCK = 512


class BrokenError(Exception):
    """The file breaks its format; the reader ends what it was reading."""


class UnreadError(Exception):
    """The file uses a form, or goes beyond a bound, that is not read."""


def signature_offset(source: ByteSource) -> int | None:
    """Give where the signature stands: at 0, or behind a user block.

    Libraries look at 0, 512, 1024, 2048 and so on up to the end of the file.
    """
    offset = 0
    while offset + len(SIGNATURE) <= source.size:
        if source.read_at(offset, len(SIGNATURE)) == SIGNATURE:
            return offset
        offset = offset * 2 or _FIRST_USER_BLOCK
    return None


def is_hdf5(source: ByteSource) -> bool:
    """Tell HDF5, behind a user block too.

    The first member of a tar lies where a user block would end; it is read as a member.
    """
    offset = signature_offset(source)
    if not offset:
        return offset == 0
    # Imported here: this is asked of every file, and few come so far.
    from assay.release.formats import tar  # noqa: PLC0415 - as said above

    return not tar.is_header(source.read_at(0, _FIRST_USER_BLOCK))


class Cursor:
    """A place in bytes from which numbers and strings are taken in order."""

    __slots__ = ("data", "position")

    def __init__(self, data: bytes, position: int = 0) -> None:
        self.data = data
        self.position = position

    @property
    def left(self) -> int:
        """Bytes that are still to come."""
        return len(self.data) - self.position

    def take(self, count: int) -> bytes:
        """Give the next bytes.

        Raises:
            BrokenError: There are fewer.
        """
        if count > self.left:
            message = f"expected {count} more bytes, found {max(0, self.left)}"
            raise BrokenError(message)
        start = self.position
        self.position += count
        return self.data[start : self.position]

    def number(self, count: int) -> int:
        """Give an unsigned number of `count` bytes."""
        return int.from_bytes(self.take(count), "little")

    def text(self) -> bytes:
        """Give a string that ends with NUL.

        Raises:
            BrokenError: It does not end.
        """
        end = self.data.find(b"\0", self.position)
        if end < 0:
            message = "expected a string that ends with NUL"
            raise BrokenError(message)
        start = self.position
        self.position = end + 1
        return self.data[start:end]

    def align(self, start: int, unit: int = 8) -> None:
        """Go on to the next multiple of `unit` bytes after `start`."""
        self.position += -(self.position - start) % unit


class Medium:
    """The bytes below HDF5 addresses, with a budget for all that is read.

    Attributes:
        source: The file.
        base: Offset of address 0.
        offsets: Bytes of an address.
        lengths: Bytes of a length.
    """

    def __init__(self, source: ByteSource, limits: Limits) -> None:
        self.source = source
        self.base = 0
        self.offsets = 8
        self.lengths = 8
        self._budget = limits.max_hdf5_bytes

    def read(self, address: int, count: int) -> bytes:
        """Give bytes at an address.

        Raises:
            BrokenError: They lie outside the file.
            UnreadError: The budget is used up.
        """
        start = self.base + address
        if start + count > self.source.size:
            message = f"{count} bytes at {address} lie outside the file"
            raise BrokenError(message)
        self._budget -= count + 64
        if self._budget < 0:
            message = "more metadata than is read in one HDF5 file"
            raise UnreadError(message)
        return self.source.read_at(start, count)

    def block(self, address: int, signature: bytes, count: int) -> Cursor:
        """Give a block that begins with a signature, behind it.

        Raises:
            BrokenError: It begins otherwise, or lies outside the file.
        """
        data = self.read(address, count)
        if not data.startswith(signature):
            message = f"expected {signature!r} at {address}, found {data[:4]!r}"
            raise BrokenError(message)
        return Cursor(data, len(signature))

    def address(self, cursor: Cursor) -> int | None:
        """Take an address; None when it is the undefined one."""
        value = cursor.number(self.offsets)
        return None if value == (1 << 8 * self.offsets) - 1 else value

    def length(self, cursor: Cursor) -> int:
        """Take a length."""
        return cursor.number(self.lengths)

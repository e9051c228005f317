"""Bounded random access to bytes: an open file, a slice of it, or inflated data.

Nothing here maps memory: a file cut while it is mapped kills the process (SIGBUS).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

from assay.errors import ReleaseError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import IO, Self

__all__ = [
    "CHUNK_BYTES",
    "ByteSource",
    "BytesSource",
    "FileSource",
    "SliceSource",
    "Spool",
    "chunks",
]

# Best between 64 KiB and 1 MiB by measurement; larger spills the cache.
CHUNK_BYTES = 1 << 20
# Inflated data above this size moves to an unnamed temporary file, so that memory
# stays bounded whatever a member expands to.
SPOOL_MEMORY_BYTES = 16 << 20


class ByteSource(Protocol):
    """Bytes of known length that can be read at any offset."""

    @property
    def size(self) -> int:
        """Length in bytes."""
        ...

    def read_at(self, offset: int, count: int) -> bytes:
        """Give `count` bytes from `offset`, fewer only at the end."""
        ...


class BytesSource:
    """A source over bytes in memory."""

    __slots__ = ("__weakref__", "_data")

    def __init__(self, data: bytes | bytearray) -> None:
        # A view, so that a slice of a bytearray costs one copy and not two.
        self._data = memoryview(data)

    @property
    def size(self) -> int:
        """Length in bytes."""
        return len(self._data)

    def read_at(self, offset: int, count: int) -> bytes:
        """Give `count` bytes from `offset`, fewer only at the end."""
        if offset < 0 or count <= 0:
            return b""
        return bytes(self._data[offset : offset + count])


class FileSource:
    """A source over a file descriptor that somebody else opened and will close."""

    __slots__ = ("__weakref__", "_descriptor", "_path", "_size")

    def __init__(self, descriptor: int, size: int, path: str) -> None:
        self._descriptor = descriptor
        self._size = size
        self._path = path

    @property
    def size(self) -> int:
        """Length in bytes when it was opened."""
        return self._size

    def read_at(self, offset: int, count: int) -> bytes:
        """Give `count` bytes from `offset`, fewer only at the end.

        Raises:
            ReleaseError: `release.changed-while-read` when the file became shorter,
                `release.unreadable` when the medium fails.
        """
        count = min(count, self._size - offset)
        if offset < 0 or count <= 0:
            return b""
        parts: list[bytes] = []
        while count > 0:
            try:
                part = os.pread(self._descriptor, count, offset)
            except OSError as error:
                raise unreadable(self._path, error) from error
            if not part:
                raise changed(self._path, "it became shorter")
            parts.append(part)
            offset += len(part)
            count -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)


class SliceSource:
    """A window on another source, clipped to what is there."""

    __slots__ = ("__weakref__", "_parent", "_size", "_start")

    def __init__(self, parent: ByteSource, start: int, size: int) -> None:
        start = min(max(start, 0), parent.size)
        self._size = min(max(size, 0), parent.size - start)
        self._parent = parent
        self._start = start

    @property
    def size(self) -> int:
        """Length in bytes."""
        return self._size

    def read_at(self, offset: int, count: int) -> bytes:
        """Give `count` bytes from `offset`, fewer only at the end."""
        count = min(count, self._size - offset)
        if offset < 0 or count <= 0:
            return b""
        return self._parent.read_at(self._start + offset, count)


class Spool:
    """Collects inflated bytes, in memory first and then in an unnamed file.

    Use it as a context: leaving it gives the memory or the disk space back, so the
    source is good only inside.
    """

    __slots__ = ("_file", "_parts", "_size")

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._file: IO[bytes] | None = None
        self._size = 0

    def __enter__(self) -> Self:
        """Begin to collect."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give back what was collected."""
        self._parts = []
        if self._file is not None:
            self._file.close()

    @property
    def size(self) -> int:
        """Bytes collected so far."""
        return self._size

    def write(self, data: bytes) -> None:
        """Add `data` at the end."""
        self._size += len(data)
        if self._file is not None:
            self._file.write(data)
            return
        self._parts.append(data)
        if self._size > SPOOL_MEMORY_BYTES:
            # Imported here: most releases inflate nothing, and start-up time counts.
            import tempfile  # noqa: PLC0415 - only large members need it

            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed on leaving
            self._file.writelines(self._parts)
            self._parts = []

    def source(self) -> ByteSource:
        """Give what was collected as a source."""
        if self._file is None:
            return BytesSource(b"".join(self._parts))
        self._file.flush()
        return FileSource(self._file.fileno(), self._size, "temporary file")


def chunks(
    source: ByteSource, start: int = 0, end: int | None = None
) -> Iterator[bytes]:
    """Give the bytes from `start` to `end` in pieces of at most `CHUNK_BYTES`."""
    stop = source.size if end is None else min(end, source.size)
    while start < stop:
        data = source.read_at(start, min(CHUNK_BYTES, stop - start))
        if not data:
            return
        yield data
        start += len(data)


def unreadable(path: str, error: OSError) -> ReleaseError:
    """Build the error for a file that the system would not let us read."""
    return ReleaseError(
        "unreadable",
        f"{path!r} cannot be read.",
        expected="every file of the release to be readable",
        found=error.strerror or type(error).__name__,
        remedy="mend its permissions or the medium, or take it out of the release",
    )


def changed(path: str, what: str) -> ReleaseError:
    """Build the error for a file that changed under our hands."""
    return ReleaseError(
        "changed-while-read",
        f"{path!r} changed while it was read.",
        expected="a release that nobody writes to",
        found=what,
        remedy="wait until downloads and copies have ended, then try again",
    )

"""What a release comes from: a list of files, each of which opens to its bytes."""

from __future__ import annotations

import hashlib
import os
import zlib
from typing import TYPE_CHECKING, Protocol, TypeVar

from assay.errors import ReleaseError
from assay.release.digest import hash_descriptor
from assay.release.source import FileSource, changed, chunks
from assay.release.walk import identity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assay.domain.facts import FileFacts
    from assay.domain.release import Irregular
    from assay.release.source import ByteSource

__all__ = ["OpenDescriptor", "OpenFile", "OpenSource", "Origin", "OriginEntry"]


class OriginEntry(Protocol):
    """One regular file of a release, as it was found."""

    @property
    def path(self) -> str:
        """POSIX path below the release root."""
        ...

    @property
    def size(self) -> int:
        """Bytes."""
        ...

    @property
    def executable(self) -> bool:
        """Whether its mode allows somebody to run it."""
        ...


class OpenFile(Protocol):
    """One file, open for two readings of the same content."""

    @property
    def descriptor(self) -> int | None:
        """A descriptor of the whole content, at offset 0, where there is one."""
        ...

    def hash(
        self,
        advance: Callable[[int], None],
        *,
        keep: bytearray | None,
    ) -> str:
        """Give the SHA-256 of the whole content, from one reading."""
        ...

    def compare(self, digest: str, content: ByteSource) -> None:
        """Compare with what the origin says that the content is, if it does."""
        ...

    def source(self) -> ByteSource:
        """Give the content for inspection."""
        ...

    def prove(self) -> None:
        """Prove that what was read is still what was found."""
        ...

    def close(self) -> None:
        """Give back what it holds."""
        ...


E_contra = TypeVar("E_contra", bound=OriginEntry, contravariant=True)


class Origin(Protocol[E_contra]):
    """A release, listed; its files open from any thread.

    Attributes:
        name: What people call the release; it proves nothing.
        irregular: Entries that are no regular files, sorted by path.
        about: Facts about what the files came in, such as data behind an archive.
        notes: What was assumed, one sentence each.
    """

    name: str
    irregular: tuple[Irregular, ...]
    about: tuple[FileFacts, ...]
    notes: tuple[str, ...]

    @property
    def entries(self) -> Sequence[OriginEntry]:
        """The files, sorted by path."""
        ...

    def open(self, entry: E_contra) -> OpenFile:
        """Open one of the entries."""
        ...

    def prove(self) -> None:
        """Prove at the end that the whole is still what was listed."""
        ...

    def close(self) -> None:
        """Give back what it holds; nothing may be open any more."""
        ...


class OpenDescriptor:
    """A file that is read through a descriptor of its own."""

    __slots__ = ("_identity", "_size", "descriptor", "path")

    def __init__(
        self,
        descriptor: int,
        status: os.stat_result,
        path: str,
    ) -> None:
        """Take over a descriptor at offset 0.

        Args:
            descriptor: It is closed with this.
            status: What the system said of it when it was found.
            path: Its path, for messages.
        """
        self.descriptor = descriptor
        self._size = status.st_size
        self.path = path
        self._identity = identity(status)

    def hash(
        self,
        advance: Callable[[int], None],
        *,
        keep: bytearray | None,
    ) -> str:
        """Give the SHA-256 of the whole content, from one reading."""
        return hash_descriptor(
            self.descriptor, self._size, self.path, advance, keep=keep
        )

    def compare(self, digest: str, content: ByteSource) -> None:
        """Compare with nothing: a directory says nothing of its files."""

    def source(self) -> ByteSource:
        """Give the content for inspection."""
        return FileSource(self.descriptor, self._size, self.path)

    def prove(self) -> None:
        """Prove that what was read is still what was found."""
        if identity(os.fstat(self.descriptor)) != self._identity:
            raise changed(self.path, "its size, times or inode are other now")

    def close(self) -> None:
        """Give back what it holds."""
        os.close(self.descriptor)


class OpenSource:
    """A file whose content is a source: a member, or an object of a store."""

    __slots__ = ("_crc", "_leave", "_path", "_prove", "_source")
    descriptor = None

    def __init__(
        self,
        source: ByteSource,
        path: str,
        *,
        prove: Callable[[], None],
        leave: Callable[[], None] | None = None,
        crc: int | None = None,
    ) -> None:
        """Wrap a source.

        Args:
            source: The content.
            path: Its path, for messages.
            prove: Raises when the content is no longer what was found.
            leave: Gives back what the source holds.
            crc: The CRC-32 that an archive states, when nothing has compared it yet.
        """
        self._crc = crc
        self._source = source
        self._path = path
        self._prove = prove
        self._leave = leave

    def hash(
        self,
        advance: Callable[[int], None],
        *,
        keep: bytearray | None,
    ) -> str:
        """Give the SHA-256 of the whole content, from one reading."""
        digest = hashlib.sha256(usedforsecurity=True)
        total = crc = 0
        for data in chunks(self._source):
            digest.update(data)
            if keep is not None:
                keep[total : total + len(data)] = data
            total += len(data)
            if self._crc is not None:
                crc = zlib.crc32(data, crc)
            advance(len(data))
        if total != self._source.size:
            raise changed(self._path, f"it became shorter, {total} bytes")
        if self._crc is not None and crc != self._crc:
            raise ReleaseError(
                "archive-damaged",
                f"The member {self._path!r} is not what the archive states.",
                expected=f"checksum {self._crc:08x}",
                found=f"checksum {crc:08x}",
                remedy="get the archive again, from where it was published",
            )
        return digest.hexdigest()

    def compare(self, digest: str, content: ByteSource) -> None:
        """Compare with nothing more: a checksum was compared while hashing."""

    def source(self) -> ByteSource:
        """Give the content for inspection."""
        return self._source

    def prove(self) -> None:
        """Prove that what was read is still what was found."""
        self._prove()

    def close(self) -> None:
        """Give back what it holds."""
        if self._leave is not None:
            self._leave()

"""A release in a store that fsspec knows: object stores, hubs, other machines, memory.

Assay itself opens no connection. The user names an address, and the packages that the
user installed for it (`assay[stores]` and a driver) fetch what is read. Nothing is kept
on disk; what a store says of an object is compared before and after it was read.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assay.errors import AssayError, ReleaseError, UsageError
from assay.release.origins.member_tree import MemberTree
from assay.release.origins.origin import OpenSource
from assay.release.source import changed

if TYPE_CHECKING:
    from assay.domain.facts import FileFacts
    from assay.domain.limits import Limits
    from assay.domain.release import Irregular
    from assay.release.origins.member_tree import MemberEntry

__all__ = ["Store"]

_BLOCK_BYTES = 4 << 20
_EXECUTABLE = 0o111
# What stores say of an object that changes when its content does.
_IDENTITY = (
    "size",
    "ETag",
    "etag",
    "md5Hash",
    "generation",
    "versionId",
    "LastModified",
    "last_modified",
    "mtime",
    "created",
    "CRC",
    "blob_id",
)


@dataclass(frozen=True, slots=True)
class _Object:
    """An object of a store, by its key."""

    key: str


class Store:
    """The objects below an address, or the one at it."""

    def __init__(self, address: str, limits: Limits) -> None:
        """List a store.

        Args:
            address: With its scheme, as the user gave it.
            limits: Bounds on what is read.

        Raises:
            UsageError: `usage.store`: fsspec or the driver is not installed.
            ReleaseError: `release.store`, `.not-found`, `.empty`, `.too-many-files` or
                `.archive-path`.
        """
        self._address = address
        files, key = _file_system(address)
        self._files = files
        tree: MemberTree[_Object] = MemberTree(address, limits)
        listed, root = self._list(key)
        for one, info in listed.items():
            name = one.removeprefix(root).lstrip("/")
            self._add(tree, name, one, info)
        found = tree.done(strip=False)
        self.name = key.rstrip("/").rpartition("/")[2] or "release"
        self.entries = found.files
        self.irregular: tuple[Irregular, ...] = found.irregular
        self.about: tuple[FileFacts, ...] = ()
        self.notes: tuple[str, ...] = ()

    def open(self, entry: MemberEntry[_Object]) -> OpenSource:
        """Open an object for reads of blocks.

        Raises:
            ReleaseError: `release.store`.
        """
        said = self._ask(entry)
        if said[0] != str(entry.size):
            raise changed(entry.path, f"{entry.size} bytes became {said[0]}")
        with _Told(entry.path):
            file = self._files.open(
                entry.where.key, "rb", block_size=_BLOCK_BYTES, cache_type="readahead"
            )
        source = _ObjectSource(file, entry.size, entry.path)
        return OpenSource(
            source,
            entry.path,
            prove=lambda: self._prove(entry, said),
            leave=source.close,
        )

    def prove(self) -> None:
        """Prove nothing more: each object was proven when it had been read."""

    def close(self) -> None:
        """Hold nothing."""

    def _list(self, key: str) -> tuple[dict[str, Any], str]:
        """Give every object with what the store says of it, and what to cut off."""
        with _Told(self._address):
            # What a store was asked before may be out of date.
            self._files.invalidate_cache()
            if self._files.isfile(key):
                folder = key.rpartition("/")[0]
                return {key: self._files.info(key)}, folder
            if not self._files.exists(key):
                raise _trouble(self._address, "something at the address", "nothing")
            return self._files.find(key, detail=True), key

    def _add(
        self, tree: MemberTree[_Object], name: str, key: str, info: dict[str, Any]
    ) -> None:
        path = tree.path(name.encode("utf-8", "surrogateescape"))
        if info.get("islink"):
            tree.add_link(path, str(info.get("destination", ""))[:4096])
            return
        if info.get("type") != "file":
            tree.add_special(path, str(info.get("type"))[:100])
            return
        size = info.get("size")
        if not isinstance(size, int) or size < 0:
            raise _trouble(self._address, f"the size of {path!r}", repr(size))
        mode = info.get("mode")
        runs = isinstance(mode, int) and bool(mode & _EXECUTABLE)
        tree.add_file(path, size, _Object(key), executable=runs)

    def _ask(self, entry: MemberEntry[_Object]) -> tuple[str, ...]:
        """Give what the store says of an object now."""
        with _Told(entry.path):
            self._files.invalidate_cache()
            info = self._files.info(entry.where.key)
        return tuple(str(info.get(key)) for key in _IDENTITY)

    def _prove(self, entry: MemberEntry[_Object], said: tuple[str, ...]) -> None:
        if said != self._ask(entry):
            raise changed(entry.path, "the store says other things of it now")


class _ObjectSource:
    """Bytes of one object; one read at a time, since a file has one position."""

    def __init__(self, file: Any, size: int, path: str) -> None:  # noqa: ANN401 - an optional package
        self._file = file
        self._size = size
        self._path = path
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """Length in bytes, as listed."""
        return self._size

    def read_at(self, offset: int, count: int) -> bytes:
        """Give `count` bytes from `offset`, fewer only at the end.

        Raises:
            ReleaseError: `release.store`, or `release.changed-while-read` when the
                object became shorter.
        """
        count = min(count, self._size - offset)
        if offset < 0 or count <= 0:
            return b""
        with self._lock, _Told(self._path):
            self._file.seek(offset)
            data: bytes = self._file.read(count)
        if len(data) != count:
            raise changed(self._path, f"{len(data)} bytes instead of {count}")
        return data

    def close(self) -> None:
        """Close the object."""
        with _Told(self._path):
            self._file.close()


class _Told:
    """Tells what a driver raises, whatever it is, as an error of the release.

    Drivers raise errors of their own libraries, which have no class in common.
    """

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        """Begin to ask the store."""

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        """Turn an error of the driver into one of ours."""
        if isinstance(error, Exception) and not isinstance(error, AssayError):
            found = f"{type(error).__name__}: {error}"[:400]
            raise _trouble(self._what, "a store that answers", found) from error


def _file_system(address: str) -> tuple[Any, str]:
    try:
        import fsspec.core  # noqa: PLC0415 - optional, and only addresses need it
    except ImportError as error:
        raise _not_installed(
            "the optional package `fsspec`", "it is not there"
        ) from error
    try:
        # No file of a store is kept on disk, and no listing outlives the call.
        found: tuple[Any, str] = fsspec.core.url_to_fs(address)
    except (ImportError, ValueError) as error:
        raise _not_installed(f"a driver for {address!r}", str(error)[:400]) from error
    except OSError as error:
        raise _trouble(address, "a store that answers", str(error)[:400]) from error
    return found


def _not_installed(expected: str, found: str) -> UsageError:
    return UsageError(
        "store",
        "The address cannot be read with what is installed.",
        expected=expected,
        found=found,
        remedy="install `fsspec` and the driver where Assay is installed",
    )


def _trouble(what: str, expected: str, found: str) -> ReleaseError:
    return ReleaseError(
        "store",
        f"The store did not give {what!r}.",
        expected=expected,
        found=found,
        remedy="check the address and what you may read there",
    )

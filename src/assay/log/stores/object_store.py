"""Tiles, bodies and the checkpoint in an object store that fsspec knows.

Not trusted, and nothing is asked of it but that an object which was written can be
read: no conditional write, no rename, no order between objects. What prevents forks is
the ledger; what is written here is read back and compared before the next step of the
sequencer begins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assay.errors import AssayError, LogError, MachineError, UsageError
from assay.log.stores.files import file_conflict, file_oversized

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["ObjectFiles"]

# Longest text of a driver's error that is shown.
_SHOWN = 400


class ObjectFiles:
    """A `FileStore` below an address."""

    def __init__(self, address: str) -> None:
        """Find the driver for an address; nothing is asked of the store yet.

        Raises:
            UsageError: `usage.store`.
        """
        self._store, root = _file_system(address)
        self._root = root.rstrip("/")

    def read(self, path: str, *, max_bytes: int) -> bytes | None:
        """Give an object's bytes, or None when it is absent.

        Raises:
            LogError: `log.file-oversized`.
            MachineError: The store does not give it.
        """
        with _Told(f"reading {path}"):
            try:
                with self._store.open(
                    self._key(path), "rb", cache_type="none"
                ) as source:
                    data: bytes = source.read(max_bytes + 1)
            except (FileNotFoundError, NotADirectoryError):
                return None
        if len(data) > max_bytes:
            raise file_oversized(path, max_bytes)
        return data

    def write_once(self, files: Mapping[str, bytes]) -> None:
        """Write objects that never change; the same content again is no error.

        Raises:
            LogError: `log.file-conflict` when an object exists with other content.
            MachineError: The store does not take it, or gives back something else.
        """
        for path, data in files.items():
            found = self._found(path, data)
            if found is None:
                self._write(path, data)
            elif found != data:
                raise file_conflict(path)

    def replace(self, path: str, data: bytes) -> None:
        """Replace an object as one step.

        Raises:
            MachineError: The store does not take it, or gives back something else.
        """
        self._write(path, data)

    def remove(self, paths: Sequence[str]) -> None:
        """Remove objects, where they exist.

        Raises:
            MachineError: The store does not remove one.
        """
        for path in paths:
            with _Told(f"removing {path}"):
                try:
                    self._store.rm_file(self._key(path))
                except FileNotFoundError:
                    continue

    def names(self, directory: str) -> tuple[str, ...]:
        """List all objects below a folder, sorted.

        Raises:
            MachineError: The store does not list them.
        """
        with _Told(f"listing {directory or 'the log'}"):
            # What the store was asked before may be out of date.
            self._store.invalidate_cache()
            found = self._store.find(self._key(directory).rstrip("/"))
        begin = f"{self._root}/"
        return tuple(sorted(str(key).removeprefix(begin) for key in found))

    def _key(self, path: str) -> str:
        return f"{self._root}/{path}"

    def _found(self, path: str, data: bytes) -> bytes | None:
        try:
            return self.read(path, max_bytes=len(data))
        except LogError as error:
            raise file_conflict(path) from error

    def _write(self, path: str, data: bytes) -> None:
        with _Told(f"writing {path}"):
            self._store.pipe_file(self._key(path), data)
        if self._found(path, data) != data:
            raise MachineError(
                "file-access",
                f"The store does not give back what was written as {path}.",
                expected=f"the {len(data)} bytes that it has just taken",
                found="other bytes, or none",
                remedy="use a store that can be read after it was written",
            )


class _Told:
    """Turns whatever a driver raises into an error of the machine."""

    def __init__(self, doing: str) -> None:
        self._doing = doing

    def __enter__(self) -> None:
        """Begin to ask the store."""

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        """Say what was being done."""
        if isinstance(error, Exception) and not isinstance(error, AssayError):
            raise MachineError(
                "file-access",
                f"The store failed while {self._doing}.",
                found=f"{type(error).__name__}: {error}"[:_SHOWN],
                remedy="check the address and what you may do there, then repeat; the "
                "log stays consistent",
            ) from error


def _file_system(address: str) -> tuple[Any, str]:
    try:
        import fsspec.core  # noqa: PLC0415 - optional, and only addresses need it
    except ImportError as error:
        raise _unusable(address, "the optional package `fsspec`") from error
    try:
        # Nothing is kept of a listing, and folders come with their files.
        options = {"auto_mkdir": True} if address.startswith(_LOCAL) else {}
        found: tuple[Any, str] = fsspec.core.url_to_fs(
            address, use_listings_cache=False, **options
        )
    except (ImportError, ValueError, OSError) as error:
        raise _unusable(address, "the driver for it") from error
    return found


_LOCAL = ("file:", "local:")


def _unusable(address: str, expected: str) -> UsageError:
    return UsageError(
        "store",
        "The log's files cannot be kept there with what is installed.",
        expected=expected,
        # Behind the scheme there may be a password.
        found=f"an address that begins {address.partition('://')[0][:40]}://",
        remedy="install `fsspec` and the driver where Assay is installed",
    )

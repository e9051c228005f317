"""Tiles, bodies and the checkpoint as plain files, each durable before it is named.

Files are written under temporary names, synced, renamed, and then the directories
above them are synced, each once for a batch. So a name always leads to whole content,
also after a power cut, as far as the disk keeps the promise of fsync.
"""

from __future__ import annotations

import errno
import os
import threading
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from assay.errors import LogError, MachineError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = [
    "TEMPORARY",
    "DirectoryFiles",
    "file_conflict",
    "file_oversized",
    "machine_error",
]

# Public: what the log publishes may be read by a web server of another user.
_PUBLIC_MODE = 0o644
# Beginning of temporary names; nothing of a log starts like this.
TEMPORARY = ".new-"
# Files that are open at a time while a batch is written; systems allow 256 and more.
_OPEN_FILES = 64
# Folders of which it is remembered that they are durable.
_FOLDERS_KNOWN = 4_096


def machine_error(error: OSError, doing: str) -> MachineError:
    """Say which part of the machine failed, for an error of the operating system."""
    found = error.strerror or str(error)
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return MachineError(
            "disk-full",
            f"The disk is full: failed while {doing}.",
            found=found,
            remedy="free some space and repeat; the log stays consistent",
        )
    return MachineError(
        "file-access",
        f"The machine failed while {doing}.",
        found=found,
        remedy="check the medium and the permissions, then repeat",
    )


def file_conflict(path: str) -> LogError:
    """Say that a file which never changes would have to."""
    return LogError(
        "file-conflict",
        f"The file {path} exists with other content.",
        expected="what the ledger says, or no file",
        found="other bytes",
        remedy="stop: the ledger or the tiles were restored from another time; audit "
        "the log before anything is appended",
    )


def file_oversized(path: str, max_bytes: int) -> LogError:
    """Say that a file is larger than it can be."""
    return LogError(
        "file-oversized",
        f"The file {path} is larger than it can be.",
        expected=f"at most {max_bytes} bytes",
        found="more",
        remedy="restore it from a mirror, then audit the log",
    )


class DirectoryFiles:
    """A `FileStore` in a directory."""

    def __init__(self, root: Path) -> None:
        self._root = root
        # Folders whose own names this store has made durable, so that only the folder
        # of a new file has to be synced again.
        self._durable: set[Path] = set()

    def read(self, path: str, *, max_bytes: int) -> bytes | None:
        """Give a file's bytes, or None when it is absent.

        Raises:
            LogError: `log.file-oversized`.
            MachineError: The file cannot be read.
        """
        data = self._read(path, max_bytes + 1)
        if data is not None and len(data) > max_bytes:
            raise file_oversized(path, max_bytes)
        return data

    def write_once(self, files: Mapping[str, bytes]) -> None:
        """Write files that never change; the same content again is no error.

        Raises:
            LogError: `log.file-conflict` when a file exists with other content.
            MachineError: A file cannot be written.
        """
        fresh = [path for path, data in files.items() if not self._holds(path, data)]
        for first in range(0, len(fresh), _OPEN_FILES):
            part = fresh[first : first + _OPEN_FILES]
            self._write({path: files[path] for path in part})
        # Also for files that were there: a crash may have come before this step.
        self._sync_directories(files)

    def replace(self, path: str, data: bytes) -> None:
        """Replace a file as one step.

        Raises:
            MachineError: The file cannot be written.
        """
        self._write({path: data})
        self._sync_directories([path])

    def remove(self, paths: Sequence[str]) -> None:
        """Remove files, where they exist, and folders that become empty.

        Raises:
            MachineError: A file exists and cannot be removed.
        """
        for path in paths:
            target = self._root / path
            try:
                target.unlink(missing_ok=True)
                if not any(target.parent.iterdir()):
                    self._durable.discard(Path(path).parent)
                    target.parent.rmdir()
            except OSError as error:
                raise machine_error(error, f"removing {path}") from error

    def names(self, directory: str) -> tuple[str, ...]:
        """List all files below a directory, sorted.

        Raises:
            MachineError: A directory cannot be read.
        """
        found: list[str] = []
        for folder, _, names in os.walk(self._root / directory, onerror=_raise_listing):
            base = Path(folder).relative_to(self._root)
            found.extend((base / name).as_posix() for name in names)
        return tuple(sorted(found))

    def _read(self, path: str, count: int) -> bytes | None:
        try:
            with (self._root / path).open("rb") as file:
                return file.read(count)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise machine_error(error, f"reading {path}") from error

    def _holds(self, path: str, data: bytes) -> bool:
        """Tell whether a file is there with this content, and refuse any other."""
        found = self._read(path, len(data) + 1)
        if found is not None and found != data:
            raise file_conflict(path)
        return found is not None

    def _write(self, files: Mapping[str, bytes]) -> None:
        """Write files: all of their content first, then every sync, then the names.

        So a journalling file system settles many files with one turn of its journal
        instead of one turn for each.
        """
        drafts = {path: self._draft(path) for path in files}
        doing = ""
        try:
            with ExitStack() as written:
                descriptors = {}
                for path, data in files.items():
                    doing = f"writing {path}"
                    descriptors[path] = self._create(path, drafts[path], data, written)
                for path, descriptor in descriptors.items():
                    doing = f"writing {path}"
                    os.fsync(descriptor)
            for path, draft in drafts.items():
                doing = f"writing {path}"
                draft.replace(self._root / path)
        except OSError as error:
            for draft in drafts.values():
                # Where even its folder could not be made there is nothing to remove.
                with suppress(OSError):
                    draft.unlink()
            raise machine_error(error, doing) from error

    def _create(self, path: str, draft: Path, data: bytes, written: ExitStack) -> int:
        try:
            return _create(draft, data, written)
        except FileNotFoundError:
            # Its folder may have gone since, and everything above it.
            self._durable.difference_update(Path(path).parents)
            draft.parent.mkdir(parents=True, exist_ok=True)
            return _create(draft, data, written)

    def _draft(self, path: str) -> Path:
        target = self._root / path
        # Two threads may write one name at a time: evidence, which is named by content.
        writer = f"{os.getpid()}-{threading.get_ident()}"
        return target.with_name(f"{TEMPORARY}{writer}-{target.name}")

    def _sync_directories(self, paths: Iterable[str]) -> None:
        """Make names durable: every directory between the files and the log."""
        folders: set[Path] = set()
        for path in paths:
            nearest, *above = Path(path).parents
            folders.add(nearest)
            if nearest not in self._durable:
                folders.update(above)
        self._sync(folders)
        if len(self._durable) > _FOLDERS_KNOWN:
            self._durable.clear()
        self._durable.update(folders)

    def _sync(self, folders: set[Path]) -> None:
        for folder in sorted(folders, key=lambda item: len(item.parts), reverse=True):
            try:
                descriptor = os.open(self._root / folder, os.O_RDONLY)
                try:
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)
            except OSError as error:
                raise machine_error(error, f"syncing the folder {folder}") from error


def _raise_listing(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise machine_error(error, f"listing {error.filename}") from error


def _create(path: Path, data: bytes, written: ExitStack) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    descriptor = os.open(path, flags, _PUBLIC_MODE)
    written.callback(os.close, descriptor)
    _write_all(descriptor, data)
    return descriptor


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]

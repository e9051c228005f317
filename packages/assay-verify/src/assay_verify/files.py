"""Reads the files of a verification: bounded, and without following any link."""

from __future__ import annotations

import hashlib
import os
import stat
from typing import TYPE_CHECKING

from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.release import FileRecord, Inventory, Irregular, IrregularKind
from assay.errors import InputError, MachineError, ReleaseError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["read_file", "take_inventory"]

_PIECE = 1 << 20
# O_NONBLOCK: opening a pipe must not wait for a writer that never comes.
_FILE = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


def read_file(path: str, *, most: int, what: str) -> bytes:
    """Read a regular file whole.

    Args:
        path: The file; a link to it is followed.
        most: Greatest size, in bytes.
        what: What people call it, such as `bundle`.

    Raises:
        InputError: `input.no-such-file`, `input.not-a-file` or `input.too-large`.
        MachineError: `machine.read`.
    """
    try:
        descriptor = os.open(path, _FILE)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise InputError("not-a-file", f"The {what} is not a file.", found=path)
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                data = file.read(most + 1)
        finally:
            os.close(descriptor)
    except FileNotFoundError as error:
        raise InputError(
            "no-such-file", f"There is no such {what}.", found=path
        ) from error
    except (OSError, ValueError) as error:
        raise MachineError(
            "read", f"The {what} cannot be read.", found=f"{error} ({path})"
        ) from error
    if len(data) > most:
        raise InputError(
            "too-large",
            f"The {what} is larger than any that Assay reads.",
            expected=f"at most {most} bytes",
            found=path,
        )
    return data


def take_inventory(root: str, limits: Limits = DEFAULT_LIMITS) -> Inventory:
    """Digest every file below a directory, one after the other.

    Steps:
        1. Walk by descriptors, so that no link is followed, in whatever order.
        2. Links, devices, pipes and sockets are listed, never opened; the folder
           `.git` at the top is listed as version control, whatever is in it.
        3. A file that changes while it is read is refused.

    Raises:
        ReleaseError: `release.not-found`, `release.not-a-directory`,
            `release.empty`, `release.unreadable`, `release.too-many-files`,
            `release.too-deep`, `release.path-too-long`, `release.path-not-utf8` or
            `release.changed-while-read`.
    """
    files: list[FileRecord] = []
    irregular: list[Irregular] = []
    try:
        descriptor = os.open(root, _DIRECTORY)
        try:
            for item in _walk(descriptor, "", 0, limits):
                if isinstance(item, FileRecord):
                    files.append(item)
                else:
                    irregular.append(item)
                if max(len(files), len(irregular)) > limits.max_files:
                    raise _refused("too-many-files", root)
        finally:
            os.close(descriptor)
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise _refused(
            "not-a-directory" if isinstance(error, NotADirectoryError) else "not-found",
            root,
        ) from error
    except OSError as error:
        raise _refused("unreadable", f"{error}") from error
    if not files:
        raise _refused("empty", root)
    return Inventory(
        files=tuple(sorted(files, key=lambda record: record.path)),
        irregular=tuple(sorted(irregular)),
    )


def _walk(
    directory: int, prefix: str, depth: int, limits: Limits
) -> Iterator[FileRecord | Irregular]:
    # 1.
    with os.scandir(directory) as entries:
        names = [entry.name for entry in entries]
    for name in names:
        path = prefix + name
        _check_path(path, limits)
        status = os.stat(name, dir_fd=directory, follow_symlinks=False)
        # 2.
        if stat.S_ISDIR(status.st_mode):
            if path == ".git":
                yield Irregular(path=path, kind=IrregularKind.VERSION_CONTROL)
                continue
            if depth >= limits.max_directory_depth:
                raise _refused("too-deep", path)
            child = os.open(name, _DIRECTORY | os.O_NOFOLLOW, dir_fd=directory)
            try:
                yield from _walk(child, path + "/", depth + 1, limits)
            finally:
                os.close(child)
        elif stat.S_ISREG(status.st_mode):
            yield _digest(directory, name, path, status)
        else:
            yield Irregular(path=path, kind=IrregularKind.SPECIAL_FILE)


def _digest(directory: int, name: str, path: str, status: os.stat_result) -> FileRecord:
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(name, _FILE | os.O_NOFOLLOW, dir_fd=directory)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        opened = os.fstat(descriptor)
        while piece := file.read(_PIECE):
            digest.update(piece)
            size += len(piece)
        # 3.
        if not (_state(status) == _state(opened) == _state(os.fstat(descriptor))):
            raise _refused("changed-while-read", path)
    return FileRecord(path=path, size=size, sha256=digest.hexdigest())


def _state(status: os.stat_result) -> tuple[int, ...]:
    return (
        stat.S_IFMT(status.st_mode),
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )


def _check_path(path: str, limits: Limits) -> None:
    try:
        length = len(path.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise _refused("path-not-utf8", ascii(path)) from error
    if length > limits.max_path_bytes:
        raise _refused("path-too-long", path[:64])


_MESSAGES = {
    "changed-while-read": "A file was written to or replaced while it was read.",
    "empty": "The release holds no file.",
    "not-a-directory": "The release is not a directory.",
    "not-found": "There is no such release, or a part of it is gone.",
    "path-not-utf8": "A name is not UTF-8.",
    "path-too-long": "A path is too long.",
    "too-deep": "A directory lies too deep below the release.",
    "too-many-files": "The directory holds too many files for a release.",
    "unreadable": "The release cannot be read.",
}


def _refused(code: str, found: str) -> ReleaseError:
    return ReleaseError(code, _MESSAGES[code], found=found)

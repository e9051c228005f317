"""Find every entry of a release directory without following or opening any of them."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.domain.release import Irregular, IrregularKind
from assay.errors import ReleaseError
from assay.release.source import changed, unreadable

if TYPE_CHECKING:
    from pathlib import Path

    from assay.domain.limits import Limits

__all__ = [
    "DIRECTORY_FLAGS",
    "FILE_FLAGS",
    "Entry",
    "Found",
    "Walk",
    "find_entries",
    "found_by",
    "identity",
    "not_found",
    "open_entry",
    "open_root",
    "vanished",
]

DIRECTORY_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
# O_NONBLOCK: opening a FIFO that took the place of a file must not wait for a writer.
FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

_SPECIAL = {
    stat.S_IFIFO: "FIFO",
    stat.S_IFSOCK: "socket",
    stat.S_IFBLK: "block device",
    stat.S_IFCHR: "character device",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A regular file as the walk saw it."""

    path: str
    status: os.stat_result

    @property
    def size(self) -> int:
        """Bytes."""
        return self.status.st_size

    @property
    def executable(self) -> bool:
        """Whether its mode allows somebody to run it."""
        return bool(self.status.st_mode & 0o111)


@dataclass(frozen=True, slots=True)
class Found:
    """What a directory holds, both parts sorted by path."""

    files: tuple[Entry, ...]
    irregular: tuple[Irregular, ...]


def open_root(root: Path) -> int:
    """Open the release directory and give its descriptor.

    Raises:
        ReleaseError: `release.not-found`, `release.not-a-directory` or
            `release.unreadable`.
    """
    try:
        return os.open(root, DIRECTORY_FLAGS)
    except (FileNotFoundError, ValueError) as error:
        raise not_found(root) from error
    except NotADirectoryError as error:
        raise ReleaseError(
            "not-a-directory",
            f"{str(root)!r} is not a directory.",
            expected="a directory with the files of a model",
            found="a file",
            remedy="give the directory that holds the file",
        ) from error
    except OSError as error:
        raise unreadable(str(root), error) from error


def find_entries(descriptor: int, root: Path, limits: Limits) -> Found:
    """List everything below an open directory, sorted by path.

    Symbolic links are never followed, special files never opened, and a directory
    `.git` at the top is version-control metadata and no part of the release. A file
    of that name is a file, and a link a link.

    Raises:
        ReleaseError: `release.too-many-files`, `release.too-deep`,
            `release.path-too-long`, `release.path-not-utf8`, `release.unreadable`,
            `release.vanished`, or `release.empty` when no regular file is there.
    """
    walk = Walk(descriptor, root, limits)
    walk.run()
    return found_by(walk)


def found_by(walk: Walk) -> Found:
    """Give what a walk has found, sorted by path.

    Raises:
        ReleaseError: `release.empty` when no regular file is there.
    """
    if not walk.files:
        raise ReleaseError(
            "empty",
            "The release holds no file.",
            expected="at least one regular file",
            found=f"{len(walk.irregular)} other entries",
            remedy="check the path; links and special files are no part of a release",
        )
    return Found(
        files=tuple(sorted(walk.files, key=lambda entry: entry.path)),
        irregular=tuple(sorted(walk.irregular)),
    )


def open_entry(root: int, entry: Entry) -> int:
    """Open a file for reading and prove that it is the one which the walk saw.

    Raises:
        ReleaseError: `release.vanished`, `release.unreadable` or
            `release.changed-while-read`.
    """
    try:
        descriptor = os.open(entry.path, FILE_FLAGS, dir_fd=root)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise vanished(entry.path) from error
    except OSError as error:
        raise unreadable(entry.path, error) from error
    status = os.fstat(descriptor)
    # The inode tells a swapped parent directory too: the path was opened by name.
    if identity(status) != identity(entry.status):
        os.close(descriptor)
        raise changed(entry.path, "it was written to or replaced after it was found")
    return descriptor


def identity(status: os.stat_result) -> tuple[int, ...]:
    """Give what must stay the same while a file is read."""
    return (
        stat.S_IFMT(status.st_mode),
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )


class Walk:
    """One pass over a directory tree, depth first, one open directory a level."""

    def __init__(self, descriptor: int, root: Path, limits: Limits) -> None:
        self._root = descriptor
        self._limits = limits
        self._real_root = os.path.realpath(root)
        self.files: list[Entry] = []
        self.irregular: list[Irregular] = []

    def run(self) -> None:
        """Walk."""
        self._directory(self._root, "", 0)

    def _directory(self, descriptor: int, prefix: str, depth: int) -> None:
        directories: list[str] = []
        try:
            with os.scandir(descriptor) as entries:
                for entry in entries:
                    path = self._checked_path(prefix, entry.name)
                    if self._entry(descriptor, entry, path):
                        directories.append(entry.name)
        except OSError as error:
            raise unreadable(prefix or ".", error) from error
        for name in directories:
            self._descend(descriptor, prefix + name, name, depth + 1)

    def _descend(self, parent: int, path: str, name: str, depth: int) -> None:
        if depth > self._limits.max_directory_depth:
            raise ReleaseError(
                "too-deep",
                f"{path!r} lies too deep below the release.",
                expected=f"at most {self._limits.max_directory_depth} directories",
                found=f"{depth}",
                remedy="give the directory of the model itself",
            )
        try:
            child = os.open(name, DIRECTORY_FLAGS | os.O_NOFOLLOW, dir_fd=parent)
        except FileNotFoundError as error:
            raise vanished(path) from error
        except OSError as error:
            raise unreadable(path, error) from error
        try:
            self._directory(child, path + "/", depth)
        finally:
            os.close(child)

    def _checked_path(self, prefix: str, name: str) -> str:
        path = prefix + name
        try:
            length = len(path.encode("utf-8"))
        except UnicodeEncodeError as error:
            raise ReleaseError(
                "path-not-utf8",
                f"The name {path!a} is not UTF-8.",
                expected="file names in UTF-8, which every reader spells the same",
                found="other bytes",
                remedy="rename the file",
            ) from error
        if length > self._limits.max_path_bytes:
            raise ReleaseError(
                "path-too-long",
                f"A path below {path[:64]!r} is too long.",
                expected=f"at most {self._limits.max_path_bytes} bytes",
                found=f"{length} bytes",
                remedy="give the directory of the model itself",
            )
        return path

    def _entry(self, parent: int, entry: os.DirEntry[str], path: str) -> bool:
        """Note one entry; tell whether it is a directory to go into."""
        try:
            status = entry.stat(follow_symlinks=False)
        except FileNotFoundError as error:
            raise vanished(path) from error
        kind = stat.S_IFMT(status.st_mode)
        if kind == stat.S_IFDIR:
            if path != ".git":
                return True
            self.odd(path, IrregularKind.VERSION_CONTROL, "version control metadata")
            return False
        if kind == stat.S_IFREG:
            self.files.append(Entry(path, status))
            self.refuse_crowds()
        elif kind == stat.S_IFLNK:
            self.link(parent, entry.name, path)
        else:
            self.odd(path, IrregularKind.SPECIAL_FILE, _SPECIAL.get(kind, "special"))
        return False

    def link(self, parent: int, name: str, path: str) -> None:
        """Note a link; it is never followed."""
        try:
            target = os.readlink(name, dir_fd=parent)
        except OSError as error:
            raise vanished(path) from error
        shown = target.encode("utf-8", "surrogateescape").decode(
            "utf-8", "backslashreplace"
        )
        self.odd(path, self._link_kind(path, target), f"-> {shown}")

    def _link_kind(self, path: str, target: str) -> IrregularKind:
        base = os.path.join(self._real_root, os.path.dirname(path))  # noqa: PTH118, PTH120 - plain strings, 100 000 times
        resolved = os.path.realpath(os.path.join(base, target))  # noqa: PTH118 - see above
        root = self._real_root.rstrip("/")
        if resolved != (root or "/") and not resolved.startswith(root + "/"):
            # Whether the target exists here says nothing of the buyer's machine.
            return IrregularKind.SYMLINK_OUTSIDE
        if not os.path.exists(resolved):  # noqa: PTH110 - see above
            return IrregularKind.SYMLINK_BROKEN
        return IrregularKind.SYMLINK_INSIDE

    def odd(self, path: str, kind: IrregularKind, detail: str) -> None:
        """Note an entry that is no regular file."""
        self.irregular.append(Irregular(path=path, kind=kind, detail=detail))
        self.refuse_crowds()

    def refuse_crowds(self) -> None:
        """Refuse what holds too many entries for a release."""
        bound = self._limits.max_files
        if len(self.files) > bound or len(self.irregular) > bound:
            raise ReleaseError(
                "too-many-files",
                "The directory holds too many files for a release.",
                expected=f"at most {bound} files",
                found="more",
                remedy="give the directory of the model itself, not one above it",
            )


def not_found(root: Path) -> ReleaseError:
    """Build the error for a path at which nothing lies."""
    return ReleaseError(
        "not-found",
        f"There is no release at {str(root)!r}.",
        expected="a directory with the files of a model, an archive or a file",
        found="nothing of that name",
        remedy="check the path",
    )


def vanished(path: str) -> ReleaseError:
    """Build the error for an entry that was there and is gone."""
    return ReleaseError(
        "vanished",
        f"{path!r} was there and is gone.",
        expected="a release that nobody writes to",
        found="a file that was removed while the release was read",
        remedy="wait until downloads and copies have ended, then try again",
    )

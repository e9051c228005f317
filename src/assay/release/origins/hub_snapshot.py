"""A snapshot in a cache as Hugging Face's libraries keep it: links to blobs.

Layout: `models--ORG--NAME/{blobs/ETAG, refs/REF, snapshots/REVISION/…}`, where each
file of a snapshot is a link to `../../blobs/ETAG`. The ETag of a large file is its
SHA-256, that of another the SHA-1 by which git names it; both are compared with the
content.

Source: huggingface_hub, "Understand caching", and its `file_download.py`.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
import re
import stat
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assay.errors import ReleaseError, UsageError
from assay.release.origins.origin import OpenDescriptor
from assay.release.source import changed, chunks, unreadable
from assay.release.walk import (
    DIRECTORY_FLAGS,
    FILE_FLAGS,
    Entry,
    Walk,
    found_by,
    open_entry,
    open_root,
    vanished,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.domain.facts import FileFacts
    from assay.domain.limits import Limits
    from assay.release.source import ByteSource

__all__ = ["HubSnapshot", "snapshot_of"]

_REPOSITORY = re.compile(r"(?:models|datasets|spaces)--[^/]+\Z")
_PARTS = frozenset({"blobs", "refs", "snapshots", ".no_exist", ".locks"})
_REVISION = re.compile(r"[0-9A-Za-z._-]{1,200}\Z")
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_SHA1 = re.compile(r"[0-9a-f]{40}\Z")
_MAX_REF_BYTES = 1024
_BRANCH = "main"


def snapshot_of(root: Path) -> tuple[Path, str] | None:
    """Give the repository's folder and the revision, when a directory is of a cache.

    The revision is '' for the folder of the repository itself. A directory that holds
    anything else than a cache does is a plain one: none of its files may be left out.
    """
    real = Path(os.path.realpath(root))
    if _REPOSITORY.match(real.name) and (real / "snapshots").is_dir():
        return (real, "") if _holds_only(real, _PARTS) else None
    folder = real.parent.parent
    if real.parent.name != "snapshots" or not _REVISION.match(real.name):
        return None
    return (folder, real.name) if (folder / "blobs").is_dir() else None


def _holds_only(folder: Path, names: frozenset[str]) -> bool:
    try:
        with os.scandir(folder) as entries:
            return all(entry.name in names for entry in entries)
    except OSError:
        return False


@dataclass(frozen=True, slots=True)
class _Linked:
    """What a file of a snapshot is: a link, and the blob that it leads to."""

    target: str
    blob: str


class _SnapshotWalk(Walk):
    """A walk that takes links to blobs of the same repository for files."""

    def __init__(
        self, descriptor: int, root: Path, limits: Limits, blobs: int, blob_root: str
    ) -> None:
        super().__init__(descriptor, root, limits)
        self._blobs = blobs
        self._blob_root = blob_root
        self._snapshot = posixpath.join(posixpath.dirname(blob_root), "snapshots", "x")
        self.linked: dict[str, _Linked] = {}

    def link(self, parent: int, name: str, path: str) -> None:
        """Follow a link to a blob, by its words and by hand; note any other."""
        try:
            target = os.readlink(name, dir_fd=parent)
        except OSError as error:
            raise vanished(path) from error
        blob = self._blob(path, target)
        status = None if blob is None else _status(self._blobs, blob)
        if blob is None or status is None:
            super().link(parent, name, path)
            return
        self.linked[path] = _Linked(target, blob)
        self.files.append(Entry(path, status))
        self.refuse_crowds()

    def _blob(self, path: str, target: str) -> str | None:
        """Give the name of the blob that a link of a snapshot leads to."""
        # The folders above were entered without following links, so words are enough;
        # but `..` behind a name leads elsewhere when that name is a link,
        # and what ends as a directory does opens no file.
        if _climbs_late(target) or target.endswith(("/", "/.")):
            return None
        folder = posixpath.join(self._snapshot, posixpath.dirname(path))
        led = posixpath.normpath(posixpath.join(folder, target))
        parent, _, name = led.rpartition("/")
        return name if parent == self._blob_root and name else None


class HubSnapshot:
    """The files of one revision of a repository in a cache."""

    def __init__(self, folder: Path, revision: str, limits: Limits) -> None:
        """List a snapshot.

        Args:
            folder: The repository's folder, with all links resolved.
            revision: Name of the snapshot; '' for that of `refs/main`.
            limits: Bounds on what is read.

        Raises:
            ReleaseError: As for a directory, or `release.hub-revision`.
            UsageError: `usage.hub-revision`: there are several and none was named.
        """
        self._held: list[int] = []
        with ExitStack() as failed:
            failed.callback(self.close)
            top = self._keep(open_root(folder))
            self._blobs = self._keep(_inside(top, "blobs", folder))
            snapshots = self._keep(_inside(top, "snapshots", folder))
            self.notes: tuple[str, ...] = ()
            if not revision:
                revision = _revision(top, snapshots, folder)
                self.notes = (f"Of the cache, the snapshot {revision} is taken.",)
            self._root = self._keep(_inside(snapshots, revision, folder))
            walk = _SnapshotWalk(
                self._root,
                folder / "snapshots" / revision,
                limits,
                self._blobs,
                str(folder / "blobs"),
            )
            walk.run()
            found = found_by(walk)
            failed.pop_all()
        self._linked = walk.linked
        self.name = f"{_repository(folder)}@{revision}"
        self.entries = found.files
        self.irregular = found.irregular
        self.about: tuple[FileFacts, ...] = ()

    def open(self, entry: Entry) -> OpenDescriptor:
        """Open the blob behind a file and prove that it is the one that was found."""
        linked = self._linked.get(entry.path)
        if linked is None:
            descriptor = open_entry(self._root, entry)
            return OpenDescriptor(descriptor, entry.status, entry.path)
        descriptor = open_entry(self._blobs, Entry(linked.blob, entry.status))
        return _OpenBlob(
            descriptor,
            entry.status,
            entry.path,
            blob=linked.blob,
            same_link=lambda: self._target(entry.path) == linked.target,
        )

    def prove(self) -> None:
        """Prove nothing more: each file was proven when it had been read."""

    def close(self) -> None:
        """Close all directories."""
        while self._held:
            os.close(self._held.pop())

    def _keep(self, descriptor: int) -> int:
        self._held.append(descriptor)
        return descriptor

    def _target(self, path: str) -> str:
        try:
            return os.readlink(path, dir_fd=self._root)
        except OSError:
            return ""


class _OpenBlob(OpenDescriptor):
    """A blob whose name says which content it must have."""

    __slots__ = ("_blob", "_same_link")

    def __init__(
        self,
        descriptor: int,
        status: os.stat_result,
        path: str,
        *,
        blob: str,
        same_link: Callable[[], bool],
    ) -> None:
        super().__init__(descriptor, status, path)
        self._blob = blob
        self._same_link = same_link

    def compare(self, digest: str, content: ByteSource) -> None:
        """Compare with what the blob's name says, by SHA-256 or as git names it."""
        if _SHA256.match(self._blob):
            self._compare(digest)
        elif _SHA1.match(self._blob):
            self._compare(_git_name(content))

    def prove(self) -> None:
        """Prove that neither the blob nor the link to it has changed."""
        super().prove()
        if not self._same_link():
            raise changed(self.path, "the link leads somewhere else now")

    def _compare(self, found: str) -> None:
        if found != self._blob:
            raise ReleaseError(
                "blob-digest",
                f"The cached content of {self.path!r} is not what its name says.",
                expected=self._blob,
                found=found,
                remedy="remove it from the cache and download it again",
            )


def _climbs_late(target: str) -> bool:
    """Say whether a target goes into something and then up again."""
    parts = target.split("/")
    up = len(parts) - 1 - parts[::-1].index("..") if ".." in parts else 0
    return any(part not in ("", ".", "..") for part in parts[:up])


def _inside(parent: int, name: str, folder: Path) -> int:
    """Open a directory of the cache without following links."""
    try:
        return os.open(name, DIRECTORY_FLAGS | os.O_NOFOLLOW, dir_fd=parent)
    except FileNotFoundError as error:
        raise _no_revision(folder, f"no directory {name}") from error
    except OSError as error:
        raise unreadable(str(folder / name), error) from error


def _status(blobs: int, name: str) -> os.stat_result | None:
    """Look at a blob; None when it is no regular file of this directory."""
    try:
        status = os.stat(name, dir_fd=blobs, follow_symlinks=False)
    except (OSError, ValueError):
        return None
    return status if stat.S_ISREG(status.st_mode) else None


def _revision(top: int, snapshots: int, folder: Path) -> str:
    """Give the snapshot that `refs/main` names, or the only one there is."""
    named = _ref(top)
    if named:
        if not _REVISION.match(named) or named in (".", ".."):
            raise _no_revision(folder, f"refs/{_BRANCH} says {named[:80]!r}")
        return named
    try:
        with os.scandir(snapshots) as entries:
            there = sorted(e.name for e in entries if e.is_dir(follow_symlinks=False))
    except OSError as error:
        raise unreadable(str(folder / "snapshots"), error) from error
    if len(there) > 1:
        raise UsageError(
            "hub-revision",
            "The cache holds several snapshots and says of none that it is the one.",
            expected=f"one of {', '.join(there[:8])}",
            found=str(folder),
            remedy=f"give {folder / 'snapshots' / there[0]}, or another",
        )
    if not there or not _REVISION.match(there[0]):
        raise _no_revision(folder, "no snapshot")
    return there[0]


def _ref(top: int) -> str:
    """Read `refs/main`; '' when it is not there."""
    try:
        refs = os.open("refs", DIRECTORY_FLAGS | os.O_NOFOLLOW, dir_fd=top)
    except OSError:
        return ""
    try:
        descriptor = os.open(_BRANCH, FILE_FLAGS, dir_fd=refs)
    except OSError:
        return ""
    finally:
        os.close(refs)
    try:
        data = os.read(descriptor, _MAX_REF_BYTES)
    except OSError:
        return ""
    finally:
        os.close(descriptor)
    return data.decode("utf-8", "backslashreplace").strip()


def _repository(folder: Path) -> str:
    """Give `org/name` for `models--org--name`."""
    return "/".join(folder.name.split("--")[1:]) or folder.name


def _no_revision(folder: Path, found: str) -> ReleaseError:
    return ReleaseError(
        "hub-revision",
        f"The cache {str(folder)!r} does not hold the snapshot.",
        expected="blobs, and a directory of the revision below snapshots",
        found=found,
        remedy="download the model again, or give a directory below snapshots",
    )


def _git_name(content: ByteSource) -> str:
    """Give the name that git gives to a content: SHA-1 with the size before it."""
    # Not for security: the name was given by git, and SHA-256 is what is bound.
    name = hashlib.sha1(b"blob %d\0" % content.size, usedforsecurity=False)
    for data in chunks(content):
        name.update(data)
    return name.hexdigest()

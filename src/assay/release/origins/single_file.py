"""A single file as a release: one weight file, or an archive that a loader reads."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from assay.errors import ReleaseError
from assay.release.origins.origin import OpenDescriptor
from assay.release.source import changed, unreadable
from assay.release.walk import FILE_FLAGS, Entry, identity

if TYPE_CHECKING:
    from pathlib import Path

    from assay.domain.facts import FileFacts
    from assay.domain.limits import Limits
    from assay.domain.release import Irregular

__all__ = ["SingleFile", "open_file"]


class SingleFile:
    """A release of one file, by its own name."""

    def __init__(self, path: Path, limits: Limits) -> None:
        """Look at a file, which may itself be reached through a link.

        Raises:
            ReleaseError: `release.unreadable`, `release.path-not-utf8` or
                `release.path-too-long`.
        """
        self._path = path
        descriptor, status = open_file(path)
        os.close(descriptor)
        self.name = _name(path, limits)
        self.entries = (Entry(self.name, status),)
        self.irregular: tuple[Irregular, ...] = ()
        self.about: tuple[FileFacts, ...] = ()
        self.notes: tuple[str, ...] = ()

    def open(self, entry: Entry) -> OpenDescriptor:
        """Open the file and prove that it is the one which was found."""
        descriptor, status = open_file(self._path)
        if identity(status) != identity(entry.status):
            os.close(descriptor)
            raise changed(entry.path, "it was written to or replaced")
        return OpenDescriptor(descriptor, entry.status, entry.path)

    def prove(self) -> None:
        """Prove nothing more: the file was proven when it had been read."""

    def close(self) -> None:
        """Hold nothing."""


def open_file(path: Path) -> tuple[int, os.stat_result]:
    """Open a file that the user named, with what the system says of it.

    Raises:
        ReleaseError: `release.unreadable`.
    """
    try:
        # A link that the user named is the user's word; inside a release none is.
        descriptor = os.open(path, FILE_FLAGS & ~os.O_NOFOLLOW)
        return descriptor, os.fstat(descriptor)
    except OSError as error:
        raise unreadable(str(path), error) from error


def _name(path: Path, limits: Limits) -> str:
    name = path.name
    try:
        length = len(name.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise ReleaseError(
            "path-not-utf8",
            f"The name {name!a} is not UTF-8.",
            expected="file names in UTF-8, which every reader spells the same",
            found="other bytes",
            remedy="rename the file",
        ) from error
    if length > limits.max_path_bytes:
        raise ReleaseError(
            "path-too-long",
            "The name of the file is too long.",
            expected=f"at most {limits.max_path_bytes} bytes",
            found=f"{length} bytes",
            remedy="rename the file",
        )
    return name

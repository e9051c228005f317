"""A directory of files, read through descriptors that follow no link."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from assay.release.origins.origin import OpenDescriptor
from assay.release.walk import find_entries, open_entry

if TYPE_CHECKING:
    from assay.domain.facts import FileFacts
    from assay.domain.limits import Limits
    from assay.release.walk import Entry

__all__ = ["Directory"]


class Directory:
    """The files below a directory; links and special files are listed."""

    def __init__(self, descriptor: int, root: Path, limits: Limits) -> None:
        """List an open directory, and take its descriptor over.

        Raises:
            ReleaseError: As `find_entries` does; the descriptor is closed then.
        """
        self._root = descriptor
        with ExitStack() as held:
            held.callback(os.close, descriptor)
            found = find_entries(descriptor, root, limits)
            held.pop_all()
        self.name = Path(os.path.realpath(root)).name or "release"
        self.entries = found.files
        self.irregular = found.irregular
        self.about: tuple[FileFacts, ...] = ()
        self.notes: tuple[str, ...] = ()

    def open(self, entry: Entry) -> OpenDescriptor:
        """Open a file and prove that it is the one which the walk saw."""
        return OpenDescriptor(open_entry(self._root, entry), entry.status, entry.path)

    def prove(self) -> None:
        """Prove nothing more: each file was proven when it had been read."""

    def close(self) -> None:
        """Close the directory."""
        os.close(self._root)

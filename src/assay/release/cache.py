"""Facts kept by content: a file that has not changed is hashed and not read again.

An entry is found by the SHA-256 of the content and by everything else that facts depend
on: the version and its limits, the path, the mode, and the names of all files of the
release. Whoever may write to the directory can hide what was seen, so it is opened for
its owner alone, nothing is kept unless somebody names a directory, and sealing never
reads one. What cannot be read, or is not as this version wrote it, counts as not there.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import tempfile
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import assay
from assay.crypto.canonical import canonical_json
from assay.errors import DocumentError, ReleaseError
from assay.wire.v0.kept_facts import read_kept_facts, write_kept_facts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assay.domain.facts import FileFacts
    from assay.domain.limits import Limits

__all__ = ["FactsCache"]

_MODE = 0o700
_OPEN = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
# Folders whose code makes facts, or takes part in it.
_SOURCES = ("release", "domain", "wire", "crypto")


class FactsCache:
    """A directory of kept facts; safe to share between runs at the same time."""

    def __init__(self, directory: Path, limits: Limits) -> None:
        """Open a cache, or make one.

        Raises:
            ReleaseError: `release.cache`: it cannot be made, or others may write to it.
        """
        self._directory = directory
        self._limits = limits
        self._version = _version(limits)
        self.hits = 0
        # All files of a release are looked up with the same names: digested once.
        self._names: tuple[Iterable[str], str] = ((), "")
        try:
            directory.mkdir(mode=_MODE, parents=True, exist_ok=True)
            status = directory.stat()
        except OSError as error:
            raise _unusable(directory, error.strerror or str(error)) from error
        others = stat.S_IWGRP | stat.S_IWOTH
        if not stat.S_ISDIR(status.st_mode) or status.st_mode & others:
            raise _unusable(directory, "a directory that others may write to")
        if status.st_uid != os.geteuid():
            raise _unusable(directory, "a directory of somebody else")

    def key(
        self, path: str, sha256: str, *, executable: bool, paths: Iterable[str]
    ) -> str:
        """Name the entry of a file: all that its facts depend on, digested."""
        about = {
            "version": self._version,
            "path": path,
            "sha256": sha256,
            "executable": executable,
            "paths": self._named(paths),
        }
        return hashlib.sha256(canonical_json(about)).hexdigest()

    def _named(self, paths: Iterable[str]) -> str:
        last, digest = self._names
        if last is not paths or not digest:
            names = canonical_json(sorted(paths))
            digest = hashlib.sha256(names).hexdigest()
            self._names = paths, digest
        return digest

    def get(self, key: str) -> FileFacts | None:
        """Give the facts that were kept, or None."""
        try:
            # A pipe in the place of an entry must not wait for a writer.
            with os.fdopen(os.open(self._place(key), _OPEN), "rb") as file:
                data = file.read(self._limits.max_document_bytes + 1)
            facts = read_kept_facts(data, self._limits)
        except (OSError, DocumentError):
            return None
        self.hits += 1
        return facts

    def put(self, key: str, facts: FileFacts) -> None:
        """Keep facts; a full disk is no reason to fail a check."""
        place = self._place(key)
        with suppress(OSError):
            place.parent.mkdir(mode=_MODE, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=place.parent)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(write_kept_facts(facts))
                Path(name).replace(place)
            except OSError:
                Path(name).unlink()

    def _place(self, key: str) -> Path:
        return self._directory / key[:2] / f"{key[2:]}.json"


def _version(limits: Limits) -> str:
    """Name this very version, its own source included: facts are its opinion."""
    digest = hashlib.sha256(assay.__version__.encode())
    digest.update(canonical_json(asdict(limits)))
    root = Path(assay.__file__).parent
    # Python's own parser and tables of Unicode make facts too.
    digest.update(sys.version.encode())
    for folder in _SOURCES:
        for source in sorted((root / folder).rglob("*.py")):
            status = source.stat()
            part = f"{source.relative_to(root)}:{status.st_size}:{status.st_mtime_ns}\n"
            digest.update(part.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _unusable(directory: Path, found: str) -> ReleaseError:
    return ReleaseError(
        "cache",
        f"The cache {str(directory)!r} cannot be used.",
        expected="a directory that only its owner may write to",
        found=found,
        remedy="name another directory, or change its owner and mode",
    )

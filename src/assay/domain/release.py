"""A release: the files of a model, each bound by its digest."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "DIGEST_ALGORITHM",
    "OMS_IGNORED",
    "FileRecord",
    "Inventory",
    "Irregular",
    "IrregularKind",
    "oms_counts",
]

# The only algorithm of release digests so far; it is part of what is digested.
DIGEST_ALGORITHM = "sha256"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class FileRecord:
    """One regular file of a release.

    Attributes:
        path: POSIX path below the release root, no leading `/`, no `.` or `..`.
        size: Bytes, 0 or more.
        sha256: Lowercase hex digest of the whole content, 64 characters.
    """

    path: str
    size: int
    sha256: str


class IrregularKind(StrEnum):
    """Why an entry of the directory is no part of the release digest."""

    SYMLINK_INSIDE = "symlink-inside"
    SYMLINK_OUTSIDE = "symlink-outside"
    SYMLINK_BROKEN = "symlink-broken"
    SPECIAL_FILE = "special-file"
    VERSION_CONTROL = "version-control"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Irregular:
    """An entry that exists in the directory but is not bound by the digest.

    Attributes:
        path: Where it lies below the release root.
        kind: Why it was left out.
        detail: What a person needs to find it: a link's target, a device's type.
    """

    path: str
    kind: IrregularKind
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """Every file of a release, sorted by path, and every entry left out.

    Attributes:
        files: Sorted by path in Unicode code point order, without repetition.
        irregular: Sorted by path.
    """

    files: tuple[FileRecord, ...]
    irregular: tuple[Irregular, ...] = ()

    @property
    def digests(self) -> dict[str, str]:
        """SHA-256 in hex by path."""
        return {record.path: record.sha256 for record in self.files}

    @property
    def total_size(self) -> int:
        """Sum of the sizes of all files, in bytes."""
        return sum(record.size for record in self.files)


# OMS v1.0 section 6.2: left out of every manifest, at the top of the model only.
OMS_IGNORED = (".git", ".gitattributes", ".github", ".gitignore")


def oms_counts(path: str) -> bool:
    """Say whether OMS v1.0 counts a file of a release in its manifest."""
    return path.split("/", 1)[0] not in OMS_IGNORED

"""The manifest of a model: what OpenSSF Model Signing (OMS) v1.0 signs.

The manifest inside a bundle is one of these in its plainest form; on its own it may
cut files into shards, use another hash, or leave out what its signer named.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "DEFAULT_SHARD_BYTES",
    "Difference",
    "DifferenceKind",
    "HashType",
    "Manifest",
    "Method",
    "Resource",
    "Serialization",
    "leaves_out",
    "shard_name",
    "sharded_hash_name",
]

# OMS v1.0 section 6.3.2 recommends it.
DEFAULT_SHARD_BYTES = 1_000_000_000


class Method(StrEnum):
    """How files become resources (OMS v1.0 section 6.3)."""

    FILES = "files"
    SHARDS = "shards"


class HashType(StrEnum):
    """Hash of the resources (OMS algorithm registry)."""

    SHA256 = "sha256"
    BLAKE2B = "blake2b"
    BLAKE3 = "blake3"

    @property
    def hex_length(self) -> int:
        """Characters of a digest in hex."""
        return 128 if self is HashType.BLAKE2B else 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Serialization:
    """How a manifest was made, so that a verifier can make it again (section 5.2.2).

    Attributes:
        method: Whole files, or byte ranges of them.
        hash_type: Hash of every resource.
        shard_size: Bytes of a shard; None for whole files.
        allow_symlinks: Whether links were followed.
        ignore_paths: Paths below the root that were left out, with all below them.
    """

    method: Method = Method.FILES
    hash_type: HashType = HashType.SHA256
    shard_size: int | None = None
    allow_symlinks: bool = False
    ignore_paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Resource:
    """One file or shard.

    Attributes:
        name: Path below the root; for a shard followed by `:start:end`.
        digest: Lowercase hex.
    """

    name: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Every resource of a model, sorted by name, and how they were made.

    Attributes:
        model: What the signer calls the model; it proves nothing.
        serialization: How it was made.
        resources: Sorted by name in code point order, without repetition.
        root: Hex SHA-256 over the digests in that order; names are no part of it.
    """

    model: str
    serialization: Serialization
    resources: tuple[Resource, ...]
    root: str


class DifferenceKind(StrEnum):
    """In which way a model is not what its manifest says."""

    CHANGED = "changed"
    MISSING = "missing"
    UNSIGNED = "unsigned"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Difference:
    """One resource that is not as signed."""

    name: str
    kind: DifferenceKind


def leaves_out(path: str, ignored: Iterable[str]) -> bool:
    """Say whether a path, or a directory above it, is one of those left out."""
    return any(path == entry or path.startswith(entry + "/") for entry in ignored)


def shard_name(path: str, start: int, end: int) -> str:
    """Name a shard (section 6.3.2): first byte inclusive, last exclusive."""
    return f"{path}:{start}:{end}"


def sharded_hash_name(how: Serialization) -> str:
    """Name the hash of shards as `model_signing` does up to its version 1.1."""
    return f"{how.hash_type.value}-sharded-{how.shard_size}"

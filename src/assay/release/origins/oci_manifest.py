"""The blobs of an OCI image layout, each proven, and the manifest among them.

Source: OCI Image Format 1.1, image-layout, image-index, manifest and descriptor.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assay.errors import DocumentError, ReleaseError, UsageError
from assay.release.source import FileSource, changed, chunks, unreadable
from assay.release.walk import DIRECTORY_FLAGS, FILE_FLAGS, identity
from assay.wire.strict_json import loads

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from assay.domain.limits import Limits

__all__ = ["Blobs", "Descriptor", "Manifest", "find_manifest"]

_DIGEST = re.compile(r"(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})\Z")
_NAME = "org.opencontainers.image.ref.name"
_INDEX_TYPES = frozenset(
    {
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
    }
)
# Indexes inside indexes: by platform, and that is all.
_MAX_DEPTH = 3
_MAX_LISTED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptor:
    """What a document says of a blob."""

    media_type: str
    digest: str
    size: int
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The layers of one artefact or image, in order."""

    layers: tuple[Descriptor, ...]


class Blobs:
    """The blobs of a layout, opened without following links, and kept open."""

    def __init__(
        self, root: int, limits: Limits, tell: Callable[[int, int], None] | None
    ) -> None:
        """Take the open directory of a layout; it stays the caller's.

        Args:
            root: Its descriptor.
            limits: Bounds on what is read.
            tell: Told how much of a blob is read, and its size.
        """
        self._root = root
        self._limits = limits
        self._tell = tell
        self._open: dict[str, tuple[int, os.stat_result]] = {}

    def index(self) -> dict[str, Any]:
        """Read `index.json`.

        Raises:
            ReleaseError: `release.oci-layout`.
        """
        descriptor, status = self._opened(("index.json",))
        self._open["index.json"] = descriptor, status
        source = FileSource(descriptor, status.st_size, "index.json")
        return self._document(source, "index.json")

    def document(self, blob: Descriptor) -> dict[str, Any]:
        """Read a blob that is a JSON document."""
        return self._document(self.proven(blob), blob.digest)

    def proven(self, blob: Descriptor) -> FileSource:
        """Open a blob and prove that it has its digest and size.

        Raises:
            ReleaseError: `release.blob-digest`, or `release.oci-layout` when it is not
                there.
        """
        if blob.digest not in self._open:
            if len(self._open) > self._limits.max_oci_layers:
                raise _no_layout(
                    f"at most {self._limits.max_oci_layers} layers", "more"
                )
            algorithm, _, name = blob.digest.partition(":")
            self._open[blob.digest] = self._opened(("blobs", algorithm, name))
            self._compare(blob)
        descriptor, status = self._open[blob.digest]
        if status.st_size != blob.size:
            raise _other(blob.digest, f"{blob.size} bytes", f"{status.st_size} bytes")
        return FileSource(descriptor, status.st_size, blob.digest)

    def prove(self) -> None:
        """Prove that no blob has changed since it was compared."""
        for name, (descriptor, status) in self._open.items():
            if identity(os.fstat(descriptor)) != identity(status):
                raise changed(name, "its size, times or inode are other now")

    def close(self) -> None:
        """Close all blobs."""
        while self._open:
            os.close(self._open.popitem()[1][0])

    def _compare(self, blob: Descriptor) -> None:
        descriptor, status = self._open[blob.digest]
        algorithm, _, expected = blob.digest.partition(":")
        digest = hashlib.new(algorithm, usedforsecurity=True)
        done = 0
        for data in chunks(FileSource(descriptor, status.st_size, blob.digest)):
            digest.update(data)
            done += len(data)
            if self._tell is not None:
                self._tell(done, status.st_size)
        if digest.hexdigest() != expected:
            raise _other(blob.digest, expected, digest.hexdigest())

    def _opened(self, parts: tuple[str, ...]) -> tuple[int, os.stat_result]:
        """Open a file below the layout, step by step; no step may be a link."""
        parent = os.dup(self._root)
        path = "/".join(parts)
        try:
            for part in parts[:-1]:
                flags = DIRECTORY_FLAGS | os.O_NOFOLLOW
                child = os.open(part, flags, dir_fd=parent)
                os.close(parent)
                parent = child
            descriptor = os.open(parts[-1], FILE_FLAGS, dir_fd=parent)
        except FileNotFoundError as error:
            raise _no_layout(f"a file {path}", "nothing of that name") from error
        except OSError as error:
            raise unreadable(path, error) from error
        finally:
            os.close(parent)
        return descriptor, os.fstat(descriptor)

    def _document(self, source: FileSource, name: str) -> dict[str, Any]:
        most = self._limits.max_oci_document_bytes
        if source.size > most:
            raise _no_layout(f"{name} of at most {most} bytes", f"{source.size} bytes")
        try:
            value = loads(source.read_at(0, source.size), limits=self._limits)
        except DocumentError as error:
            raise _no_layout(f"{name} as JSON", error.message) from error
        if not isinstance(value, dict):
            raise _no_layout(f"an object in {name}", type(value).__name__)
        return value


def find_manifest(blobs: Blobs, reference: str) -> tuple[str, Manifest]:
    """Give the manifest that a reference names, or the only one, with its tag.

    Args:
        blobs: Of the layout.
        reference: Tag or digest; '' for the only manifest.

    Raises:
        ReleaseError: `release.oci-layout` or `release.blob-digest`.
        UsageError: `usage.oci-reference`.
    """
    listed = _descriptors(blobs.index(), "manifests")
    chosen = _choose(listed, reference)
    for _ in range(_MAX_DEPTH):
        document = blobs.document(chosen)
        _check_kind(document, chosen)
        if chosen.media_type not in _INDEX_TYPES and "layers" in document:
            return chosen.annotations.get(_NAME, reference), _manifest(blobs, document)
        if "manifests" not in document:
            break
        inner = _choose(_descriptors(document, "manifests"), "")
        tagged = {**inner.annotations, **chosen.annotations}
        chosen = Descriptor(
            media_type=inner.media_type,
            digest=inner.digest,
            size=inner.size,
            annotations=tagged,
        )
    raise _no_layout("a manifest with layers", f"none at {chosen.digest}")


def _check_kind(document: dict[str, Any], chosen: Descriptor) -> None:
    """Refuse what is an index to one reader and a manifest to another.

    Source: CVE-2021-41190; OCI Image Format 1.1, manifest, `mediaType`.
    """
    if "layers" in document and "manifests" in document:
        raise _no_layout("a manifest or an index", f"both at {chosen.digest}")
    stated = document.get("mediaType", chosen.media_type)
    if stated != chosen.media_type:
        raise _no_layout(f"mediaType {chosen.media_type[:100]}", repr(stated)[:100])


def _manifest(blobs: Blobs, document: dict[str, Any]) -> Manifest:
    if "config" in document:
        # It is no file of the model, but what names it must not be a lie.
        blobs.proven(_descriptor(document["config"]))
    return Manifest(layers=_descriptors(document, "layers"))


def _choose(listed: tuple[Descriptor, ...], reference: str) -> Descriptor:
    # A tag may be spelled like the digest of something else.
    exact = _DIGEST.match(reference) is not None
    meant = [
        one
        for one in listed
        if not reference or reference == (one.digest if exact else _tag(one))
    ]
    if len({one.digest for one in meant}) == 1:
        return meant[0]
    names = [one.annotations.get(_NAME) or one.digest for one in listed]
    shown = ", ".join(names[:_MAX_LISTED])
    more = len(names) - _MAX_LISTED
    raise UsageError(
        "oci-reference",
        "The layout does not hold exactly one manifest that could be meant.",
        expected=(shown + (f" and {more} more" if more > 0 else "")) or "a manifest",
        found=repr(reference) if reference else f"{len(names)} manifests",
        remedy="name one as LAYOUT:TAG or LAYOUT@DIGEST",
    )


def _tag(one: Descriptor) -> str | None:
    return one.annotations.get(_NAME)


def _descriptors(document: dict[str, Any], key: str) -> tuple[Descriptor, ...]:
    values = document.get(key)
    if not isinstance(values, list):
        raise _no_layout(f"a list of {key}", type(values).__name__)
    return tuple(_descriptor(value) for value in values)


def _descriptor(value: object) -> Descriptor:
    if not isinstance(value, dict):
        raise _no_layout("a descriptor", type(value).__name__)
    digest, size = value.get("digest"), value.get("size")
    if not isinstance(digest, str) or not _DIGEST.match(digest):
        raise _no_layout("a SHA-256 or SHA-512 digest", repr(digest)[:100])
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise _no_layout("a size", repr(size)[:100])
    said = value.get("annotations") or {}
    if not isinstance(said, dict) or not all(isinstance(v, str) for v in said.values()):
        raise _no_layout("annotations that are texts", repr(said)[:100])
    return Descriptor(
        media_type=str(value.get("mediaType", "")),
        digest=digest,
        size=size,
        annotations=said,
    )


def _other(digest: str, expected: str, found: str) -> ReleaseError:
    return ReleaseError(
        "blob-digest",
        f"The blob {digest} is not what its name says.",
        expected=expected,
        found=found,
        remedy="get it again, from where it was published",
    )


def _no_layout(expected: str, found: str) -> ReleaseError:
    return ReleaseError(
        "oci-layout",
        "The directory is not a whole OCI image layout.",
        expected=expected,
        found=found,
        remedy="copy the artefact again, for example with `oras copy --to-oci-layout`",
    )

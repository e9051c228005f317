"""From a model to its manifest: enumerate, hash whole files or shards, on all cores.

Follows OMS v1.0 sections 6.1 to 6.4. Links are followed only when the caller says so,
and then only to regular files; special files are refused either way.
"""

from __future__ import annotations

import hashlib
import os
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from assay.crypto.digest import oms_root
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.manifest import (
    HashType,
    Manifest,
    Resource,
    Serialization,
    leaves_out,
    shard_name,
)
from assay.domain.release import OMS_IGNORED, Irregular, IrregularKind
from assay.errors import ManifestError
from assay.release.progress import Progress
from assay.release.source import CHUNK_BYTES, changed, unreadable
from assay.release.walk import find_entries, identity, open_root

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

__all__ = ["make_manifest", "present_paths"]

_LINKS = frozenset({IrregularKind.SYMLINK_INSIDE, IrregularKind.SYMLINK_OUTSIDE})
# Keys, quotes and the two numbers of a shard, as the statement writes them.
_LEAST_RESOURCE_BYTES = 40
_OPEN = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC


class _Hash(Protocol):
    def update(self, data: memoryview, /) -> object: ...

    def hexdigest(self) -> str: ...


@dataclass(frozen=True, slots=True)
class _Range:
    """Bytes of one file that make one resource."""

    path: str
    name: str
    start: int
    end: int
    status: os.stat_result


def make_manifest(
    model: Path,
    serialization: Serialization,
    *,
    besides: Iterable[str] = (),
    jobs: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Callable[[Progress], None] | None = None,
) -> Manifest:
    """Read a model and give its manifest.

    Args:
        model: A directory, or a file that is the whole model.
        serialization: How; its `ignore_paths` are left out, and what OMS always
            leaves out.
        besides: More paths to leave out, which the manifest does not record: the
            signature that is being verified, what the verifier said.
        jobs: Threads; as many as there are processors when None.
        limits: Bounds on what is read.
        progress: Called now and then, from any thread but never from two at once.

    Raises:
        ReleaseError: As the walk over a release raises; `release.changed-while-read`.
        ManifestError: `manifest.link`, `.linked-directory`, `.special-file`, `.empty`
            or `.hash-missing`.
    """
    ignored = (*OMS_IGNORED, *serialization.ignore_paths, *besides)
    start_hash = _hash_factory(serialization.hash_type)
    single = model.is_file()
    descriptor = open_root(model.parent if single else model)
    try:
        files = (
            {model.name: _single(descriptor, model.name, serialization)}
            if single
            else _directory(descriptor, model, serialization, ignored, limits)
        )
        _refuse_crowd(files, serialization, limits)
        ranges = _ranges(files, serialization.shard_size)
        if not ranges:
            raise _empty(len(files))
        crew = _Crew(descriptor, start_hash, ranges, progress)
        # The largest first: the last thread to finish then holds a small one.
        order = sorted(ranges, key=lambda r: (r.start - r.end, r.name))
        with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
            resources = tuple(sorted(pool.map(crew.resource, order)))
    finally:
        os.close(descriptor)
    name = model.resolve().name.encode("utf-8", "backslashreplace").decode("utf-8")
    return Manifest(
        model=name or "model",
        serialization=serialization,
        resources=resources,
        root=oms_root(resource.digest for resource in resources),
    )


def _single(descriptor: int, name: str, serialization: Serialization) -> os.stat_result:
    follow = serialization.allow_symlinks
    try:
        status = os.stat(name, dir_fd=descriptor, follow_symlinks=follow)
    except OSError as error:
        raise unreadable(name, error) from error
    if stat.S_ISLNK(status.st_mode):
        link = Irregular(path=name, kind=IrregularKind.SYMLINK_INSIDE, detail="a link")
        raise _odd(link, follow=False)
    return status


def _directory(
    descriptor: int,
    model: Path,
    serialization: Serialization,
    ignored: tuple[str, ...],
    limits: Limits,
) -> dict[str, os.stat_result]:
    found = find_entries(descriptor, model, limits)
    files = {
        entry.path: entry.status
        for entry in found.files
        if not leaves_out(entry.path, ignored)
    }
    for odd in found.irregular:
        if leaves_out(odd.path, ignored):
            continue
        if odd.kind not in _LINKS or not serialization.allow_symlinks:
            raise _odd(odd, follow=serialization.allow_symlinks)
        try:
            status = os.stat(odd.path, dir_fd=descriptor)
        except OSError as error:
            raise unreadable(odd.path, error) from error
        if not stat.S_ISREG(status.st_mode):
            raise ManifestError(
                "linked-directory",
                f"{odd.path!r} is a link to a directory or a special file.",
                expected="links to regular files only",
                found=odd.detail,
                remedy="copy what it links to into its place, or leave it out",
            )
        files[odd.path] = status
    return files


def _ranges(files: dict[str, os.stat_result], shard: int | None) -> list[_Range]:
    ranges = []
    for path, status in files.items():
        size = status.st_size
        if shard is None:
            ranges.append(_Range(path, path, 0, size, status))
            continue
        # Files without bytes have no shard (section 6.3.2).
        for start in range(0, size, shard):
            end = min(start + shard, size)
            name = shard_name(path, start, end)
            ranges.append(_Range(path, name, start, end, status))
    return ranges


def _refuse_crowd(
    files: dict[str, os.stat_result], how: Serialization, limits: Limits
) -> None:
    """Refuse, before anything is read, what no manifest could name.

    Raises:
        ManifestError: `manifest.too-many-shards`.
    """
    shard = how.shard_size
    if shard is None:
        # The walk over the files bounds how many there are.
        return
    counts = {path: -(-status.st_size // shard) for path, status in files.items()}
    count = sum(counts.values())
    # At the least: each is named, and has a digest.
    least = sum(
        number * (len(path) + how.hash_type.hex_length + _LEAST_RESOURCE_BYTES)
        for path, number in counts.items()
    )
    most = limits.max_manifest_resources
    if count > most or least > limits.max_payload_bytes:
        raise ManifestError(
            "too-many-shards",
            "The shards are too small for this model.",
            expected=f"at most {most} shards, named in at most "
            f"{limits.max_payload_bytes} bytes",
            found=f"{count} shards, named in at least {least} bytes",
            remedy="choose larger shards; OMS recommends 1,000,000,000 bytes",
        )


def present_paths(model: Path, limits: Limits = DEFAULT_LIMITS) -> tuple[str, ...]:
    """Give all files, links and special files of a directory, sorted; `.git` by name.

    Raises:
        ReleaseError: As the walk over a release raises.
    """
    descriptor = open_root(model)
    try:
        found = find_entries(descriptor, model, limits)
    finally:
        os.close(descriptor)
    paths = [entry.path for entry in found.files]
    paths += [entry.path for entry in found.irregular]
    return tuple(sorted(paths))


class _Crew:
    """Hashes ranges of files, one crew for all threads, and tells how far it is."""

    def __init__(
        self,
        root: int,
        start_hash: Callable[[], _Hash],
        ranges: list[_Range],
        listener: Callable[[Progress], None] | None,
    ) -> None:
        self._root = root
        self._start = start_hash
        self._listener = listener
        self._lock = threading.Lock()
        self._total = sum(part.end - part.start for part in ranges)
        self._count = len(ranges)
        self._bytes = self._done = 0

    def resource(self, part: _Range) -> Resource:
        """Hash one range and prove that its file did not change meanwhile."""
        try:
            descriptor = os.open(part.path, _OPEN, dir_fd=self._root)
        except OSError as error:
            raise unreadable(part.path, error) from error
        try:
            if identity(os.fstat(descriptor)) != identity(part.status):
                raise changed(
                    part.path, "it was written to or replaced after it was found"
                )
            digest = self._digest(descriptor, part)
            if identity(os.fstat(descriptor)) != identity(part.status):
                raise changed(part.path, "its size, times or inode are other now")
        finally:
            os.close(descriptor)
        return Resource(name=part.name, digest=digest)

    def _digest(self, descriptor: int, part: _Range) -> str:
        state = self._start()
        buffer = memoryview(bytearray(min(CHUNK_BYTES, max(1, part.end - part.start))))
        offset = part.start
        while offset < part.end:
            try:
                count = os.preadv(descriptor, [buffer[: part.end - offset]], offset)
            except OSError as error:
                raise unreadable(part.path, error) from error
            if not count:
                raise changed(part.path, "it became shorter")
            state.update(buffer[:count])
            offset += count
            self._advanced(part.path, count, 0)
        self._advanced(part.path, 0, 1)
        return state.hexdigest()

    def _advanced(self, path: str, count: int, done: int) -> None:
        if self._listener is None:
            return
        with self._lock:
            self._bytes += count
            self._done += done
            self._listener(
                Progress(
                    bytes_done=self._bytes,
                    bytes_total=self._total,
                    files_done=self._done,
                    files_total=self._count,
                    path=path,
                )
            )


def _hash_factory(kind: HashType) -> Callable[[], _Hash]:
    """Give what starts a hash.

    Raises:
        ManifestError: `manifest.hash-missing`.
    """
    if kind is HashType.SHA256:
        return hashlib.sha256
    if kind is HashType.BLAKE2B:
        return hashlib.blake2b
    try:
        # Optional, and only for manifests that use it.
        from blake3 import blake3  # noqa: PLC0415 - see above
    except ImportError as error:
        raise ManifestError(
            "hash-missing",
            "BLAKE3 is not installed.",
            expected="the optional package `blake3`",
            found="no module of that name",
            remedy="install `blake3` where Assay is installed",
        ) from error
    return blake3


def _odd(entry: Irregular, *, follow: bool) -> ManifestError:
    if entry.kind in _LINKS and not follow:
        return ManifestError(
            "link",
            f"{entry.path!r} is a link, and links are not followed.",
            expected="regular files only",
            found=entry.detail,
            remedy="copy what it links to into its place, leave it out with --ignore, "
            "or follow links with --follow-links",
        )
    return ManifestError(
        "special-file",
        f"{entry.path!r} is no regular file.",
        expected="regular files only",
        found=f"{entry.kind.value} {entry.detail}",
        remedy="take it out of the model, or leave it out with --ignore",
    )


def _empty(files: int) -> ManifestError:
    return ManifestError(
        "empty",
        "There is nothing to sign.",
        expected="at least one file that is not left out, and with shards one byte",
        found=f"{files} files without content" if files else "no file",
    )

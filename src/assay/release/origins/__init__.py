"""Where a release comes from: one module for each form in which models are handed on.

directory      a directory of files; links are listed and never followed
single_file    one file, archives that loaders read (`.pt`, `.keras`, `.nemo`) included
hub_snapshot   a snapshot in a cache of Hugging Face's libraries: links to blobs
tar_file       a tar file, plain or inside gzip, bzip2 or xz
zip_file       a zip file
oci_layout     an OCI image layout: layers of an artefact or an image
store          whatever fsspec reads, when the user installed it and gives an address

The release digest is over paths, sizes and digests of files, so it is the same whatever
form a model comes in.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assay.errors import ReleaseError
from assay.release.source import unreadable
from assay.release.walk import not_found, open_root

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.domain.facts import Content
    from assay.domain.limits import Limits
    from assay.release.origins.origin import Origin

__all__ = ["find_origin"]

# Names under which archives are handed on. An archive of any other name is a file that
# some loader reads whole: PyTorch, Keras, NumPy and NeMo all write zip or tar files.
_ARCHIVES = (
    ".zip",
    ".tar",
    ".tar.gz",
    ".tgz",
    ".tar.bz2",
    ".tbz",
    ".tbz2",
    ".tar.xz",
    ".txz",
)


def find_origin(
    text: str | Path,
    limits: Limits,
    tell: Callable[[int, int], None] | None = None,
) -> Origin[Any]:
    """Decide by what is there in which form a release comes, and list its files.

    Args:
        text: A path, or an address with `://`.
        limits: Bounds on what is read.
        tell: Told how much of what has to be inflated is, and how much there is.

    Raises:
        ReleaseError: Nothing is there, or it cannot be a release.
        UsageError: An address cannot be read with what is installed, or a cache or a
            layout holds several releases.
    """
    if isinstance(text, str) and "://" in text:
        from assay.release.origins.store import Store  # noqa: PLC0415 - seldom needed

        return Store(text, limits)
    root = Path(text)
    try:
        mode = os.stat(root).st_mode  # noqa: PTH116 - errors as they are
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        layout = _layout_with_reference(root)
        if layout is None:
            raise not_found(root) from error
        return _oci(*layout, limits, tell)
    except OSError as error:
        raise unreadable(str(root), error) from error
    if stat.S_ISDIR(mode):
        return _directory(root, limits, tell)
    if stat.S_ISREG(mode):
        return _file(root, limits, tell)
    raise ReleaseError(
        "not-a-directory",
        f"{str(root)!r} is neither a directory nor a file.",
        expected="a directory with the files of a model, an archive or a file",
        found="a device, a pipe or a socket",
        remedy="give the directory or the file",
    )


def _directory(
    root: Path, limits: Limits, tell: Callable[[int, int], None] | None
) -> Origin[Any]:
    if _is_layout(root):
        return _oci(root, "", limits, tell)
    real = os.path.realpath(root)
    if "--" in os.path.basename(real) or "/snapshots/" in real:  # noqa: PTH119 - plain strings
        from assay.release.origins.hub_snapshot import (  # noqa: PLC0415 - seldom needed
            HubSnapshot,
            snapshot_of,
        )

        snapshot = snapshot_of(root)
        if snapshot is not None:
            return HubSnapshot(*snapshot, limits)
    from assay.release.origins.directory import Directory  # noqa: PLC0415 - as above

    return Directory(open_root(root), root, limits)


def _file(
    path: Path, limits: Limits, tell: Callable[[int, int], None] | None
) -> Origin[Any]:
    from assay.domain.facts import Content  # noqa: PLC0415 - directories need none

    content = _archive(path, limits)
    name = _stem(path.name)
    if content is Content.ZIP:
        from assay.release.origins.zip_file import ZipFile  # noqa: PLC0415 - as above

        return ZipFile(path, name, limits)
    if content is not None:
        from assay.release.origins.tar_file import TarFile  # noqa: PLC0415 - as above

        return TarFile(path, name, limits, content=content, tell=tell)
    from assay.release.origins.single_file import (  # noqa: PLC0415 - as above
        SingleFile,
    )

    return SingleFile(path, limits)


def _archive(path: Path, limits: Limits) -> Content | None:
    """Give the type of an archive that is one by its content and by its name."""
    if not path.name.lower().endswith(_ARCHIVES):
        return None
    from assay.domain.facts import Content, Place  # noqa: PLC0415 - as above
    from assay.release.identify import identify  # noqa: PLC0415 - as above
    from assay.release.origins.inflated import (  # noqa: PLC0415 - as above
        COMPRESSED,
        holds_tar,
    )
    from assay.release.origins.single_file import open_file  # noqa: PLC0415 - as above
    from assay.release.source import FileSource  # noqa: PLC0415 - as above

    descriptor, status = open_file(path)
    try:
        source = FileSource(descriptor, status.st_size, str(path))
        found = identify(source, Place(path=path.name), limits)
        if path.name.lower().endswith(".zip"):
            # With other data before it, it is more than an archive: read it whole.
            begins = source.read_at(0, 2) == b"PK"
            return Content.ZIP if begins and found[0] is Content.ZIP else None
        if found[0] is Content.TAR:
            return Content.TAR
        compressed = found[0] in COMPRESSED and holds_tar(source, found[0])
        return found[0] if compressed else None
    finally:
        os.close(descriptor)


def _stem(name: str) -> str:
    """Take the ending of an archive off its name."""
    for ending in sorted(_ARCHIVES, key=len, reverse=True):
        if name.lower().endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)]
    return name


def _oci(
    root: Path,
    reference: str,
    limits: Limits,
    tell: Callable[[int, int], None] | None,
) -> Origin[Any]:
    from assay.release.origins.oci_layout import OciLayout  # noqa: PLC0415 - as above

    return OciLayout(root, reference, limits, tell)


def _is_layout(root: Path) -> bool:
    """Say whether a directory is an OCI layout and nothing besides.

    One that holds more is a plain directory: none of its files may be left out.
    """
    base = os.fspath(root)
    if not os.path.lexists(f"{base}/oci-layout"):
        return False
    from assay.release.origins.oci_layout import (  # noqa: PLC0415 - seldom needed
        LAYOUT_ENTRIES,
    )

    try:
        with os.scandir(base) as entries:
            names = {entry.name for entry in entries}
    except OSError:
        return False
    return {"oci-layout", "index.json"} <= names <= LAYOUT_ENTRIES


def _layout_with_reference(root: Path) -> tuple[Path, str] | None:
    """Part `LAYOUT:TAG` or `LAYOUT@DIGEST`, when the layout is there."""
    text = os.fspath(root)
    for mark in ("@", ":"):
        base, found, reference = text.partition(mark)
        while found:
            if reference and "/" not in reference and _is_layout(Path(base or ".")):
                return Path(base or "."), reference
            more, found, reference = reference.partition(mark)
            base = f"{base}{mark}{more}"
    return None

"""An OCI image layout: a directory of blobs that an index and a manifest name.

Every descriptor's size and digest is proven. Layers become files by their title, by the
path that the Model Format specification gives them, or by their Ollama type; tar layers
are laid over one another as images are. A layer of any other type is an entry that
nothing binds.

Source: OCI Image Format 1.1 (image-layout, descriptor, manifest, layer); ORAS's title
and unpack annotations; CNCF Model Format specification 0.0.7; Ollama's media types.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assay.domain.facts import Content
from assay.errors import ReleaseError
from assay.release.origins.inflated import inflated
from assay.release.origins.member_tree import MemberTree, refused
from assay.release.origins.oci_manifest import Blobs, Descriptor, find_manifest
from assay.release.origins.origin import OpenSource
from assay.release.origins.tar_file import add_tar
from assay.release.source import SliceSource
from assay.release.walk import open_root

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assay.domain.facts import FileFacts
    from assay.domain.limits import Limits
    from assay.domain.release import Irregular
    from assay.release.origins.member_tree import MemberEntry
    from assay.release.source import ByteSource

__all__ = ["LAYOUT_ENTRIES", "OciLayout"]

# What a layout may hold; `manifest.json` and `repositories` are Docker's, beside it.
LAYOUT_ENTRIES = frozenset(
    {"oci-layout", "index.json", "blobs", "ingest", "repositories"}
    | {f"{name}.json" for name in ("index", "manifest")}
)
_TITLE = "org.opencontainers.image.title"
_UNPACK = "io.deis.oras.content.unpack"
_MODEL_PATH = "org.cncf.model.filepath"
_OLLAMA = "application/vnd.ollama.image."
_TARS = {
    ".tar": Content.TAR,
    ".tar+gzip": Content.GZIP,
    ".tar.gzip": Content.GZIP,
}
_WHITEOUT = ".wh."
_OPAQUE = ".wh..wh..opq"


@dataclass(frozen=True, slots=True)
class _Where:
    """Where the content of a file lies: a window on a source.

    `digest` is that of the window, where a descriptor states it.
    """

    source: ByteSource
    start: int
    size: int


class OciLayout:
    """The files that the layers of one manifest make."""

    def __init__(
        self,
        root: Path,
        reference: str,
        limits: Limits,
        tell: Callable[[int, int], None] | None = None,
    ) -> None:
        """List the files of a manifest, and prove every blob that it names.

        Args:
            root: The directory of the layout.
            reference: Tag or digest of the manifest; '' for the only one.
            limits: Bounds on what is read.
            tell: Told how much of a layer is read, and its size.

        Raises:
            ReleaseError: `release.oci-layout`, `.blob-digest` or `.archive-…`.
            UsageError: `usage.oci-reference`: no manifest, or several, are meant.
        """
        self._limits = limits
        self._tell = tell
        self._tree: MemberTree[_Where] = MemberTree(root.name, limits)
        self._titled: dict[str, MemberEntry[_Where]] = {}
        self._untyped = 0
        with ExitStack() as held:
            descriptor = open_root(root)
            held.callback(os.close, descriptor)
            self._blobs = Blobs(descriptor, limits, tell)
            held.callback(self._blobs.close)
            self._held = held
            reference, manifest = find_manifest(self._blobs, reference)
            for number, layer in enumerate(manifest.layers):
                self._layer(layer, number)
            found = self._tree.done(strip=False)
            self._held = held.pop_all()
        name = os.path.basename(os.path.realpath(root))  # noqa: PTH119 - plain strings
        self.name = f"{name or 'release'}:{reference}" if reference else name
        self.entries = found.files
        self.irregular: tuple[Irregular, ...] = found.irregular
        self.about: tuple[FileFacts, ...] = ()
        self.notes: tuple[str, ...] = ()

    def open(self, entry: MemberEntry[_Where]) -> OpenSource:
        """Give a file's window on its blob, or on what a layer was inflated to."""
        where = entry.where
        return OpenSource(
            SliceSource(where.source, where.start, where.size),
            entry.path,
            prove=self.prove,
        )

    def prove(self) -> None:
        """Prove that every blob is as it was when it was compared."""
        self._blobs.prove()

    def close(self) -> None:
        """Close all blobs."""
        self._held.close()

    def _layer(self, layer: Descriptor, number: int) -> None:
        source = self._blobs.proven(layer)
        kind = _tar_kind(layer.media_type)
        title = layer.annotations.get(_TITLE) or layer.annotations.get(_MODEL_PATH)
        unpacks = layer.annotations.get(_UNPACK) == "true" or title is None
        if kind is not None and (unpacks or _MODEL_PATH in layer.annotations):
            self._unpack(source, kind, layer, titled=title is not None)
        elif title is not None:
            self._file(title, source)
        elif layer.media_type.startswith(_OLLAMA):
            self._file(self._ollama_name(layer.media_type), source)
        else:
            self._untyped += 1
            self._tree.add_special(
                f"layer-{number}", f"layer of type {layer.media_type[:100]}"
            )

    def _file(self, title: str, source: ByteSource) -> None:
        path = self._tree.path(title.encode("utf-8", "surrogatepass"))
        where = _Where(source, 0, source.size)
        self._tree.add_file(path, source.size, where, executable=False)
        self._titled[path] = self._tree.files[path]

    def _ollama_name(self, media_type: str) -> str:
        """Name a layer by its type; the first of several has no number."""
        word = media_type.removeprefix(_OLLAMA).partition(";")[0].partition("+")[0]
        if not word.isascii() or not word.replace("-", "").isalnum():
            raise ReleaseError(
                "oci-layout",
                "A layer has a type that names no file.",
                expected=f"{_OLLAMA} and a word",
                found=repr(media_type[:100]),
            )
        name, count = word, 1
        while name in self._tree.files:
            count += 1
            name = f"{word}-{count}"
        return name

    def _unpack(
        self, blob: ByteSource, kind: Content, layer: Descriptor, *, titled: bool
    ) -> None:
        """Lay a tar layer over what there is.

        Tools for artefacts write every layer that has a title, tools for images lay
        those without one over each other: where these differ, it is refused.
        """
        source = blob
        if kind is not Content.TAR:
            source, _ = self._held.enter_context(
                inflated(blob, kind, layer.digest[:19], self._limits, self._tell)
            )
        above: MemberTree[_Where] = MemberTree(layer.digest[:19], self._limits)
        add_tar(
            source,
            layer.digest[:19],
            above,
            lambda start, size: _Where(source, start, size),
        )
        gone, emptied = _whiteouts(above)
        if titled and (gone or emptied):
            raise _two_readings("a layer with a title that takes files away")
        self._tree.overlay(above, gone, emptied)
        if any(self._tree.files.get(path) != one for path, one in self._titled.items()):
            raise _two_readings("a layer that takes away or replaces a titled file")
        if titled:
            self._titled.update(above.files)


def _two_readings(found: str) -> ReleaseError:
    return refused(
        "archive-ambiguous",
        "The artefact says two things, so that its readers see different files.",
        expected="layers that are all files with titles, or all parts of an image",
        found=found,
    )


def _tar_kind(media_type: str) -> Content | None:
    plain = media_type.partition(";")[0].strip()
    for ending, content in _TARS.items():
        if plain.endswith(ending):
            return content
    return None


def _whiteouts(tree: MemberTree[Any]) -> tuple[set[str], set[str]]:
    """Take the whiteouts out of a layer: paths to remove, and folders to empty."""
    gone: set[str] = set()
    emptied: set[str] = set()
    for path in list(tree.files):
        folder, _, name = path.rpartition("/")
        if not name.startswith(_WHITEOUT):
            continue
        del tree.files[path]
        if name == _OPAQUE:
            emptied.add(folder)
        elif name not in (_WHITEOUT, _WHITEOUT + ".", _WHITEOUT + ".."):
            hidden = name.removeprefix(_WHITEOUT)
            gone.add(f"{folder}/{hidden}" if folder else hidden)
    return gone, emptied

"""The members of an archive become the tree of a release, or none at all.

A directory cannot hold two files of one name, a name that climbs, or a file below a
file; an archive can say all of that, and each unpacker makes something else of it. No
digest could bind such an archive, so it is refused as a whole.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from assay.domain.facts import ArchiveFacts, FileFacts, Gap, Place
from assay.domain.release import Irregular, IrregularKind
from assay.errors import ReleaseError
from assay.release.formats.member_paths import link_leaves, path_problem

if TYPE_CHECKING:
    from assay.domain.facts import Content, ParseProblem
    from assay.domain.limits import Limits

__all__ = [
    "MemberEntry",
    "MemberTree",
    "Tree",
    "about_archive",
    "refused",
    "stripped_note",
]

T = TypeVar("T")
_GIT = ".git"

_PACK_AGAIN = "pack the files again with a current tool, or give their directory"
_WRITES_OUTSIDE = (
    "do not unpack it with other tools, which might write outside of the folder; ask "
    "its publisher what it is"
)


@dataclass(frozen=True, slots=True)
class MemberEntry(Generic[T]):
    """A regular file inside an archive; `where` says how to get at its content."""

    path: str
    size: int
    executable: bool
    where: T


@dataclass(frozen=True, slots=True)
class Tree(Generic[T]):
    """What an archive holds, both parts sorted by path.

    Attributes:
        files: Regular files.
        irregular: Links and special files.
        stripped: The one directory around everything that was taken off, or ''.
    """

    files: tuple[MemberEntry[T], ...]
    irregular: tuple[Irregular, ...]
    stripped: str


class MemberTree(Generic[T]):
    """Takes members in any order and gives the tree that they make."""

    def __init__(self, archive: str, limits: Limits) -> None:
        """Begin with nothing.

        Args:
            archive: Name of the archive, for messages.
            limits: Bounds on counts, depth and length.
        """
        self._archive = archive
        self._limits = limits
        self.files: dict[str, MemberEntry[T]] = {}
        self._links: dict[str, str] = {}
        self._specials: dict[str, str] = {}
        self._folders: set[str] = set()

    def path(self, raw: bytes) -> str:
        """Give a member's path, plain; '' for the root itself.

        Raises:
            ReleaseError: `release.archive-path`: it is not UTF-8, absolute, climbs, or
                is spelled in a way that unpackers disagree about.
        """
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise self._bad_path(raw.decode("utf-8", "backslashreplace")) from error
        plain = name.removeprefix("./").removesuffix("/")
        if plain in ("", "."):
            if name.strip("./"):
                raise self._bad_path(name)
            return ""
        parts = plain.split("/")
        odd = any(part in ("", ".", "..") for part in parts)
        if odd or "\0" in plain or "\\" in plain or path_problem(plain):
            raise self._bad_path(name)
        deep = len(parts) - 1 > self._limits.max_directory_depth
        if deep or len(raw) > self._limits.max_path_bytes:
            raise self._bad_path(name)
        return plain

    def add_file(self, path: str, size: int, where: T, *, executable: bool) -> None:
        """Add a regular file."""
        self._claim(path)
        self.files[path] = MemberEntry(path, size, executable, where)

    def add_link(self, path: str, target: str) -> None:
        """Add a symbolic link."""
        self._claim(path)
        self._links[path] = target

    def add_special(self, path: str, detail: str) -> None:
        """Add what is neither file, link nor directory."""
        self._claim(path)
        self._specials[path] = detail

    def add_folder(self, path: str) -> None:
        """Add a directory; it may be told more than once."""
        if path:
            self._folders.add(path)
            self._bound(len(self._folders))

    def _remove(self, gone: set[str]) -> None:
        """Take entries out, and all below them: what the whiteouts of a layer say."""
        if not gone:
            return
        for table in (self.files, self._links, self._specials):
            for path in [one for one in table if _is_below(one, gone)]:
                del table[path]
        self._folders = {one for one in self._folders if not _is_below(one, gone)}

    def overlay(self, above: MemberTree[T], gone: set[str], emptied: set[str]) -> None:
        """Lay the tree of another layer over this one.

        Args:
            above: The layer, without its whiteouts.
            gone: Paths that it takes away.
            emptied: Directories of which it takes away all that is in them.
        """
        named = {*above.files, *above._links, *above._specials}
        gone |= {
            one
            for one in self._names()
            if "" in emptied or _is_below(one.rpartition("/")[0], emptied)
        }
        # A file takes the place of a directory and of all below it; a directory takes
        # the place of a file, and joins another directory.
        folders = above._folders | _above(named)
        self._remove(gone | named | (folders & self._names()))
        self.files.update(above.files)
        self._links.update(above._links)
        self._specials.update(above._specials)
        self._folders |= above._folders
        self._bound(len(self.files))

    def _names(self) -> set[str]:
        return {*self.files, *self._links, *self._specials}

    def done(self, *, strip: bool = True) -> Tree[T]:
        """Give the tree.

        Args:
            strip: Whether to take off one directory that holds everything.

        Raises:
            ReleaseError: `release.archive-path`: a file lies below another file or a
                link; `release.empty`.
        """
        names = self._names()
        parents = self._parents(names)
        top = _only_top(names | self._folders) if strip else ""
        cut = len(top) + 1 if top else 0
        known = names | parents | self._folders
        files = [
            MemberEntry(path[cut:], one.size, one.executable, one.where)
            for path, one in self.files.items()
            if not path[cut:].startswith(_GIT + "/")
        ]
        odd = [
            Irregular(
                path=path[cut:],
                kind=_link_kind(path, target, top, known),
                detail=f"-> {target}",
            )
            for path, target in self._links.items()
            if not path[cut:].startswith(_GIT + "/")
        ]
        odd += [
            Irregular(path=path[cut:], kind=IrregularKind.SPECIAL_FILE, detail=detail)
            for path, detail in self._specials.items()
            if not path[cut:].startswith(_GIT + "/")
        ]
        if (f"{top}/{_GIT}" if top else _GIT) in parents | self._folders:
            kind = IrregularKind.VERSION_CONTROL
            odd.append(
                Irregular(path=_GIT, kind=kind, detail="version control metadata")
            )
        if not files:
            raise ReleaseError(
                "empty",
                "The release holds no file.",
                expected="at least one regular file",
                found=f"{len(odd)} other entries",
                remedy="check the path; links and special files are no part of it",
            )
        return Tree(
            tuple(sorted(files, key=lambda one: one.path)), tuple(sorted(odd)), top
        )

    def _claim(self, path: str) -> None:
        if not path:
            raise self._bad_path(".")
        if path in self.files or path in self._links or path in self._specials:
            raise refused(
                "archive-duplicate",
                f"{self._archive!r} holds two members of one name.",
                expected="each path once",
                found=repr(path),
            )
        self._bound(len(self.files) + 1)
        self._bound(len(self._links) + len(self._specials) + 1)

    def _bound(self, count: int) -> None:
        if count > self._limits.max_files:
            raise ReleaseError(
                "too-many-files",
                "The archive holds too many files for a release.",
                expected=f"at most {self._limits.max_files} files",
                found="more",
                remedy="give an archive of the model itself",
            )

    def _parents(self, names: set[str]) -> set[str]:
        """Give every directory above something; none may be a file or a link."""
        parents = _above({*names, *self._folders})
        wrong = (parents | self._folders) & names
        if wrong:
            raise refused(
                "archive-path",
                f"{self._archive!r} holds members below what is no directory.",
                expected="only directories with something below them",
                found=repr(min(wrong)),
                # Through a link, what lies below it would be written elsewhere.
                remedy=_WRITES_OUTSIDE if wrong & self._links.keys() else _PACK_AGAIN,
            )
        return parents

    def _bad_path(self, name: str) -> ReleaseError:
        shown = repr(name[: self._limits.max_shown_chars])
        expected = "a plain relative path in UTF-8, neither too long nor too deep"
        if _leads_out(name):
            return refused(
                "archive-path",
                f"{self._archive!r} holds a member that unpacking could write outside "
                "of its folder.",
                expected=expected,
                found=shown,
                remedy=_WRITES_OUTSIDE,
            )
        return refused(
            "archive-path",
            f"{self._archive!r} holds a member whose path cannot be bound.",
            expected=expected,
            found=shown,
        )


def stripped_note(stripped: str) -> tuple[str, ...]:
    """Say that the one directory around everything was taken off."""
    if not stripped:
        return ()
    return (f"All files lie in {stripped!r}, which counts as the release itself.",)


def about_archive(
    name: str, size: int, content: Content, problems: tuple[ParseProblem, ...]
) -> tuple[FileFacts, ...]:
    """Give the facts about an archive itself; none when all is well with it."""
    if not problems:
        return ()
    place = Place(path=name)
    archive = ArchiveFacts(
        place=place, content=content, members=0, expanded_bytes=0, problems=problems
    )
    # No file of the release holds what lies beside the members.
    gaps = [
        Gap(place=place, reason=f"not looked into: {one.detail}", content=content)
        for one in problems
    ]
    return (
        FileFacts(
            path=name,
            size=size,
            content=content,
            contents=(content,),
            facts=(archive, *gaps),
        ),
    )


def refused(
    code: str,
    message: str,
    *,
    expected: str,
    found: str,
    remedy: str = _PACK_AGAIN,
) -> ReleaseError:
    """Build the error for an archive that is no release."""
    return ReleaseError(
        code,
        message,
        expected=expected,
        found=found,
        remedy=remedy,
    )


def _leads_out(name: str) -> bool:
    """Say whether some unpacker would leave the folder: a drive counts as a root."""
    plain = name.replace("\\", "/")
    return plain.startswith("/") or plain[1:2] == ":" or ".." in plain.split("/")


def _only_top(names: set[str]) -> str:
    """Give the one directory that everything lies below, or ''."""
    tops = {path.partition("/")[0] for path in names}
    if len(tops) != 1:
        return ""
    top = tops.pop()
    nested = any("/" in path for path in names)
    return top if nested and top != _GIT else ""


def _above(paths: set[str]) -> set[str]:
    """Give every directory above some paths."""
    parents: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in parents:
            parents.add(folder)
            folder = folder.rpartition("/")[0]
    return parents


def _is_below(path: str, gone: set[str]) -> bool:
    """Say whether a path, or a directory above it, is among those."""
    while path:
        if path in gone:
            return True
        path = path.rpartition("/")[0]
    return False


def _link_kind(path: str, target: str, top: str, known: set[str]) -> IrregularKind:
    """Say where a link leads, by its words alone: nothing is unpacked."""
    if link_leaves(path, target):
        return IrregularKind.SYMLINK_OUTSIDE
    led = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    if top and led != top and not led.startswith(top + "/"):
        return IrregularKind.SYMLINK_OUTSIDE
    inside = led in known or led == "."
    return IrregularKind.SYMLINK_INSIDE if inside else IrregularKind.SYMLINK_BROKEN

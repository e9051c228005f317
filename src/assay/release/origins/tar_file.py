"""A tar file as a release, plain or inside gzip, bzip2 or xz.

Nothing is unpacked by the names of members. What is compressed is inflated once into
an unnamed file (in `TMPDIR`), since its members cannot be reached otherwise.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, TypeVar

from assay.domain.facts import ArchiveFacts, Content, Place
from assay.release.formats import tar as tar_reader
from assay.release.formats.reading import Subject
from assay.release.origins.inflated import inflated, tail_problems
from assay.release.origins.member_tree import (
    MemberTree,
    about_archive,
    stripped_note,
)
from assay.release.origins.origin import OpenSource
from assay.release.origins.single_file import open_file
from assay.release.origins.tar_members import tar_members
from assay.release.source import FileSource, SliceSource, changed
from assay.release.walk import identity

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assay.domain.facts import Fact, ParseProblem
    from assay.domain.limits import Limits
    from assay.domain.release import Irregular
    from assay.release.origins.member_tree import MemberEntry, Tree
    from assay.release.origins.tar_members import TarMember
    from assay.release.source import ByteSource

__all__ = ["TarFile", "add_tar"]

T = TypeVar("T")
_SPECIAL = {b"3": "character device", b"4": "block device", b"6": "FIFO"}


class TarFile:
    """The regular members of a tar file."""

    def __init__(
        self,
        path: Path,
        name: str,
        limits: Limits,
        *,
        content: Content,
        tell: Callable[[int, int], None] | None = None,
    ) -> None:
        """List a tar file, inflated when it is compressed.

        Args:
            path: The file.
            name: What the release is called.
            limits: Bounds on what is read.
            content: `Content.TAR`, or the compression around it.
            tell: Told how much of a compressed file is inflated, and its size.

        Raises:
            ReleaseError: `release.archive-…`, `.unreadable`, `.empty` or
                `.too-many-files`.
        """
        self._path = path
        with ExitStack() as held:
            self._descriptor, self._status = open_file(path)
            held.callback(os.close, self._descriptor)
            file: ByteSource = FileSource(
                self._descriptor, self._status.st_size, str(path)
            )
            problems: tuple[ParseProblem, ...] = ()
            self._source = file
            if content is not Content.TAR:
                self._source, used = held.enter_context(
                    inflated(file, content, path.name, limits, tell)
                )
                problems = tail_problems(file, used, Place(path=path.name))
            tree = self._tree(path.name, limits)
            problems += _problems(self._source, path.name, limits)
            self.prove()
            self._held = held.pop_all()
        self.name = name
        self.entries = tree.files
        self.irregular: tuple[Irregular, ...] = tree.irregular
        self.about = about_archive(path.name, self._status.st_size, content, problems)
        self.notes = stripped_note(tree.stripped)

    def _tree(self, archive: str, limits: Limits) -> Tree[tuple[int, int]]:
        tree: MemberTree[tuple[int, int]] = MemberTree(archive, limits)
        add_tar(self._source, archive, tree, lambda start, size: (start, size))
        return tree.done()

    def open(self, entry: MemberEntry[tuple[int, int]]) -> OpenSource:
        """Give a member's window on the archive."""
        start, size = entry.where
        return OpenSource(
            SliceSource(self._source, start, size), entry.path, prove=self.prove
        )

    def prove(self) -> None:
        """Prove that the archive is as it was found."""
        if identity(os.fstat(self._descriptor)) != identity(self._status):
            raise changed(str(self._path), "its size, times or inode are other now")

    def close(self) -> None:
        """Close the archive, and give back what it was inflated to."""
        self._held.close()


def add_tar(
    source: ByteSource,
    archive: str,
    tree: MemberTree[T],
    where: Callable[[int, int], T],
) -> None:
    """Add the members of a tar archive to a tree.

    Args:
        source: The archive, inflated.
        archive: Its name, for messages.
        tree: Takes the members.
        where: Makes what the tree keeps of a member's offset and size.
    """
    for member in tar_members(source, archive):
        path = tree.path(member.name)
        if member.kind == b"5":
            tree.add_folder(path)
        elif member.kind == b"0":
            place = where(member.start, member.size)
            tree.add_file(path, member.size, place, executable=member.executable)
        elif member.kind == b"1":
            _add_hard_link(member, path, tree)
        elif member.kind == b"2":
            tree.add_link(path, member.link.decode("utf-8", "backslashreplace"))
        else:
            tree.add_special(path, _SPECIAL[member.kind])


def _add_hard_link(member: TarMember, path: str, tree: MemberTree[T]) -> None:
    """Take another name of an earlier file as a file, as in a directory it is one."""
    first = tree.files.get(tree.path(member.link))
    if first is None:
        tree.add_link(path, "/" + member.link.decode("utf-8", "backslashreplace"))
        return
    tree.add_file(path, first.size, first.where, executable=first.executable)


class _Shallow:
    """What the reader of tar files asks for, without going into any member."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.paths: frozenset[str] = frozenset()

    def descend(
        self, parent: Subject, member: str, source: ByteSource
    ) -> tuple[Fact, ...]:
        """Read no member: each is a file of the release and is read as such."""
        del parent, member, source
        return ()

    raw_data = descend

    def may_inflate(self, count: int) -> bool:
        """Inflate nothing."""
        del count
        return False

    def may_compose(self, count: int) -> bool | None:
        """Read no YAML."""
        del count
        return False

    def may_parse_template(self, chars: int) -> bool | None:
        """Read no template."""
        del chars
        return False


def _problems(
    source: ByteSource, archive: str, limits: Limits
) -> tuple[ParseProblem, ...]:
    """Give what is wrong with the archive as a whole, such as data behind its end.

    Links and special members are entries of the release and are told as such.
    """
    subject = Subject(source=source, place=Place(path=archive), content=Content.TAR)
    first = tar_reader.read(subject, _Shallow(limits))[0]
    problems = first.problems if isinstance(first, ArchiveFacts) else ()
    return tuple(one for one in problems if one.kind == "trailing-data")

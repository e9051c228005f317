"""From one file into everything inside it, to a named depth and size."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assay.domain.facts import (
    CONTAINERS,
    ArchiveFacts,
    Content,
    Fact,
    FileFacts,
    Gap,
    PickleFacts,
    Place,
)
from assay.release.formats import readers_of, secrets
from assay.release.formats.reading import Subject
from assay.release.identify import identify
from assay.release.source import SliceSource

if TYPE_CHECKING:
    from assay.domain.limits import Limits
    from assay.release.source import ByteSource

__all__ = ["FileInspection", "inspect_source"]

# Types that hold files or objects: what lies beyond a bound in them was never looked
# at, so that only the wrapper's own type is known.
_WRAPPERS = CONTAINERS | {Content.NUMPY}
# Types that are no text and yet may hold one: constants, comments, what is appended.
_PEEKED = frozenset({Content.PICKLE, Content.IMAGE})
# What may bring an archive along behind itself.
_CARRIERS = frozenset(
    {Content.ELF, Content.PE, Content.MACH_O, Content.SCRIPT, Content.IMAGE}
    | {Content.PDF, Content.UNKNOWN, Content.AUDIO, Content.VIDEO, Content.FONT}
)
# What raw numbers are never mistaken for: these types have long, checked signatures.
_UNMISTAKABLE = frozenset(
    {Content.ZIP, Content.PYTORCH_ZIP, Content.ELF, Content.PE, Content.SEVEN_ZIP}
)
# What numbers may begin like by chance: it counts when a pickle that acts is inside.
_COMPRESSED = frozenset(
    {Content.GZIP, Content.BZIP2, Content.XZ, Content.ZLIB, Content.ZSTD, Content.LZ4}
)


def inspect_source(
    source: ByteSource,
    *,
    path: str,
    executable_bit: bool,
    limits: Limits,
    paths: frozenset[str],
) -> FileFacts:
    """Decide what a file is and read it, members included.

    Args:
        source: The file's bytes.
        path: Its path in the release.
        executable_bit: Whether its mode allows running it.
        limits: Bounds on what is read.
        paths: Every path of the release, to tell what a configuration refers to.

    Raises:
        ReleaseError: `release.unreadable` or `release.changed-while-read`, from the
            medium; bytes alone never make it raise.
    """
    inspection = FileInspection(limits, paths)
    place = Place(path=path)
    contents = identify(source, place, limits)
    return FileFacts(
        path=path,
        size=source.size,
        content=contents[0],
        contents=contents,
        executable_bit=executable_bit,
        facts=tuple(inspection.read(source, place, contents, 0)),
    )


class FileInspection:
    """The walk through one file, with one budget for all that it expands to."""

    def __init__(self, limits: Limits, paths: frozenset[str]) -> None:
        self.limits = limits
        self.paths = paths
        self._budget = limits.max_inflated_bytes
        self._members = limits.max_archive_members
        self._overflowed = False
        self._yaml = limits.max_yaml_bytes
        self._templates = limits.max_templates
        self._template_chars = limits.max_templates_chars

    def read(
        self,
        source: ByteSource,
        place: Place,
        contents: tuple[Content, ...],
        depth: int,
    ) -> list[Fact]:
        """Run the reader of every type that the bytes satisfy."""
        facts: list[Fact] = []
        for content, reader in readers_of(contents):
            subject = Subject(source=source, place=place, content=content, depth=depth)
            facts.extend(reader(subject, self))
        if contents[0] in _CARRIERS:
            from assay.release.formats import appended  # noqa: PLC0415 - few files

            subject = Subject(
                source=source, place=place, content=contents[0], depth=depth
            )
            facts.extend(appended.read(subject, self))
        facts.extend(self._secrets(source, place, contents))
        return facts

    def _secrets(
        self, source: ByteSource, place: Place, contents: tuple[Content, ...]
    ) -> list[Fact]:
        """Look for credentials where no text is: in names, and between other bytes."""
        facts = secrets.in_name(place)
        if contents[0] is Content.SAFETENSORS:
            # Only the header: what follows are numbers, and many.
            length = int.from_bytes(source.read_at(0, 8), "little")
            source = SliceSource(source, 8, min(length, source.size))
        elif contents[0] not in _PEEKED:
            return facts
        return facts + secrets.in_bytes(source, place, self.limits)

    def descend(self, parent: Subject, member: str, source: ByteSource) -> list[Fact]:
        """Identify and read a member, or give the Gap that says why not."""
        place = self._member_place(parent, member)
        if parent.depth >= self.limits.max_archive_depth:
            reason = (
                "nested deeper than the "
                f"{self.limits.max_archive_depth} wrappers that are opened"
            )
            return [self._passed_over(parent, place, source, reason, "depth")]
        if self._members <= 0:
            # Said once: an archive of archives could repeat it without end.
            if self._overflowed:
                return []
            self._overflowed = True
            reason = (
                f"more members than the {self.limits.max_archive_members} that are "
                "read in one file; this one and all that follow were not"
            )
            return [self._passed_over(parent, place, source, reason, "members")]
        self._members -= 1
        contents = identify(source, place, self.limits)
        return self.read(source, place, contents, parent.depth + 1)

    def raw_data(self, parent: Subject, member: str, source: ByteSource) -> list[Fact]:
        """Read a member that should hold numbers, only if it is plainly something.

        Numbers may begin with any bytes. A pickle counts only when it fetches
        something or was not read to its end, other types only when their signature
        is long.
        """
        place = self._member_place(parent, member)
        contents = identify(source, place, self.limits)
        if contents[0] is Content.PICKLE:
            facts = self.descend(parent, member, source)
            return facts if any(map(_matters, facts)) else []
        if not _UNMISTAKABLE.isdisjoint(contents):
            facts = self.descend(parent, member, source)
            return [f for f in facts if not _is_hollow(f)]
        if contents[0] in _COMPRESSED:
            facts = self.descend(parent, member, source)
            return facts if any(map(_fetches, facts)) else []
        return []

    def _passed_over(
        self,
        parent: Subject,
        place: Place,
        source: ByteSource,
        reason: str,
        bound: str,
    ) -> Gap:
        """Give the Gap for a member, with the type of what may be hidden."""
        content = parent.content
        if content not in _WRAPPERS:
            # A pickle or a text holds one thing only, and its type is at hand.
            content = identify(source, place, self.limits)[0]
        return Gap(place=place, reason=reason, content=content, bound=bound)

    def may_inflate(self, count: int) -> bool:
        """Take `count` bytes off what this file may still expand to."""
        self._budget -= count
        return self._budget >= 0

    def may_compose(self, count: int) -> bool | None:
        """Take YAML off the bound; None when its end was told already."""
        if self._yaml < 0:
            return None
        self._yaml -= count
        return self._yaml >= 0

    def may_parse_template(self, chars: int) -> bool | None:
        """Take a template off the bound; None when its end was told already."""
        if self._templates < 0:
            return None
        self._templates -= 1
        self._template_chars -= chars
        if self._templates >= 0 and self._template_chars >= 0:
            return True
        self._templates = -1
        return False

    @staticmethod
    def _member_place(parent: Subject, member: str) -> Place:
        outer = parent.place.member
        name = member if outer is None else f"{outer}!/{member}"
        return replace(parent.place, member=name, offset=None, line=None, key=None)


def _matters(fact: Fact) -> bool:
    """Tell a pickle that fetches something, or may where it was not read."""
    return isinstance(fact, Gap) or (
        isinstance(fact, PickleFacts) and bool(fact.imports)
    )


def _fetches(fact: Fact) -> bool:
    return isinstance(fact, PickleFacts) and bool(fact.imports)


def _is_hollow(fact: Fact) -> bool:
    return isinstance(fact, ArchiveFacts) and not fact.members

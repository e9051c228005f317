"""What every reader of a computation graph in protocol buffers carries along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from assay.domain.facts import Gap
from assay.release.formats.graph_calls import Calls
from assay.release.formats.graph_files import DataFiles
from assay.release.formats.protobuf import BYTES, Field, Wire
from assay.release.formats.reading import Problems

if TYPE_CHECKING:
    from collections.abc import Container

    from assay.domain.limits import Limits
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["GraphWalk"]

# An unknown field below this size is what a later version may have added.
_HIDES_BYTES = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphWalk:
    """One file being walked.

    Attributes:
        subject: The file.
        inspection: The walk through everything in it.
        wire: Its messages.
        calls: Operators seen so far.
        files: References to files seen so far.
        problems: Problems seen so far.
    """

    subject: Subject
    inspection: Inspection
    wire: Wire
    calls: Calls
    files: DataFiles
    problems: Problems

    @classmethod
    def begin(cls, subject: Subject, inspection: Inspection) -> Self:
        """Begin to walk a file."""
        limits = inspection.limits
        return cls(
            subject=subject,
            inspection=inspection,
            wire=Wire(subject.source, limits.max_protobuf_fields),
            calls=Calls(subject, inspection),
            files=DataFiles(subject, inspection),
            problems=Problems(subject, limits),
        )

    @property
    def limits(self) -> Limits:
        """Bounds on what is read."""
        return self.inspection.limits

    def add(self, kind: str, detail: str, offset: int) -> None:
        """Note a problem at an offset."""
        self.problems.add(kind, detail, place=self.subject.at(offset=offset))

    def known(self, field: Field, known: Container[int], what: str) -> bool:
        """Tell whether a message has this field; a large strange one is a problem."""
        if field.number in known:
            return True
        size = field.end - field.start if field.wire == BYTES else 0
        if size >= _HIDES_BYTES:
            detail = f"{size} bytes in a field {field.number} of a {what}"
            self.add("unknown-field", detail, field.start)
        return False

    def gaps(self, *, trailing: bool) -> list[Gap]:
        """Give the Gap for what lies behind the first break, if there is one.

        Args:
            trailing: Whether the graph was complete before the break.
        """
        if self.calls.overflowed:
            detail = f"more than {self.limits.max_graph_entries} distinct operators"
            self.problems.add("over-limit", detail)
        found = self.wire.broken
        if found is None:
            return []
        if found.kind != "too-many-fields":
            kind = "trailing-bytes" if trailing else found.kind
            self.add(kind, found.detail, found.offset)
        reason = f"the graph was not read to its end: {found.detail}"
        place = self.subject.at(offset=found.offset)
        return [Gap(place=place, reason=reason, content=self.subject.content)]

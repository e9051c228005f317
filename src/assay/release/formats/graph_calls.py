"""The operators that a graph calls, counted, each with its first place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.facts import GraphOperator
from assay.release.formats.reading import shorten

if TYPE_CHECKING:
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["Calls"]


class Calls:
    """Operators by domain, name and telling detail.

    Attributes:
        overflowed: Whether there were more than are listed.
    """

    def __init__(self, subject: Subject, inspection: Inspection) -> None:
        self._subject = subject
        self._limits = inspection.limits
        self._counts: dict[tuple[str, str, str], int] = {}
        self._first: dict[tuple[str, str, str], tuple[int, str]] = {}
        self.overflowed = False

    def add(
        self, domain: str, name: str, offset: int, node: str = "", detail: str = ""
    ) -> None:
        """Count a call."""
        key = (domain, name, detail)
        count = self._counts.get(key)
        if count is None:
            if len(self._counts) >= self._limits.max_graph_entries:
                self.overflowed = True
                return
            count = 0
        self._counts[key] = count + 1
        if count == 0 or offset < self._first[key][0]:
            self._first[key] = (offset, node)

    def done(self) -> tuple[GraphOperator, ...]:
        """Give them sorted by domain, name and detail."""
        bound = self._limits.max_shown_chars
        return tuple(
            GraphOperator(
                domain=domain,
                name=name,
                count=self._counts[domain, name, detail],
                place=self._subject.at(
                    offset=self._first[domain, name, detail][0],
                    key=shorten(self._first[domain, name, detail][1], bound) or None,
                ),
                detail=detail,
            )
            for domain, name, detail in sorted(self._counts)
        )

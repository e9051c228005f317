"""Streams beyond the number that are listed one by one, taken as one.

Records that a program appended to a file are thousands of streams that all fetch the
same. What any of them fetches and calls is kept, each name and call once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assay.domain.facts import PickleFacts
from assay.domain.python_modules import comes_with_python
from assay.release.formats.kept import Kept

if TYPE_CHECKING:
    from assay.domain.facts import ParseProblem, PickleCall, PickleImport
    from assay.domain.limits import Limits

__all__ = ["Crowd"]

# Distinct calls of one callee that are listed.
_CALLS_PER_CALLEE = 64


class Crowd:
    """What many streams fetch and call, together."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._first: PickleFacts | None = None
        self._protocol = 0
        self._bounded = False
        self._imports: Kept[tuple[str, str], PickleImport] = Kept(
            limits.max_pickle_imports
        )
        self._calls: Kept[tuple[str, str], PickleCall] = Kept(limits.max_pickle_calls)
        self._per_callee: dict[str, int] = {}
        self._unlisted: set[str] = set()
        self._problems: dict[str, ParseProblem] = {}

    def add(self, facts: PickleFacts) -> None:
        """Take one stream in."""
        if self._first is None:
            self._first = facts
        self._protocol = max(self._protocol, facts.protocol)
        self._bounded = self._bounded or facts.bounded
        for entry in facts.imports:
            self._import(entry)
        for call in facts.calls:
            self._call(call)
        for name in facts.unlisted:
            self._leave_out(name)
        for problem in facts.problems:
            # Once for each kind: a crowd of records has a crowd of each.
            self._problems.setdefault(problem.kind, problem)

    def _import(self, entry: PickleImport) -> None:
        key = entry.module, entry.name
        known = self._imports.get(key)
        if known is None:
            telling = comes_with_python(entry.module) and "." not in entry.name
            self._imports.put(key, entry, telling=telling or not entry.module)
        elif entry.called and not known.called:
            self._imports.put(key, replace(known, called=True), telling=False)

    def _call(self, call: PickleCall) -> None:
        key = call.callee, call.arguments
        if key in self._calls:
            return
        count = self._per_callee.get(call.callee, 0)
        telling = "(" in call.callee or call.callee == "?"
        telling = telling or comes_with_python(call.callee)
        kept = count < _CALLS_PER_CALLEE and self._calls.put(key, call, telling=telling)
        if kept:
            self._per_callee[call.callee] = count + 1
        else:
            self._leave_out("?" if "(" in call.callee else call.callee)

    def _leave_out(self, name: str) -> None:
        full = len(self._unlisted) >= self._limits.max_pickle_imports
        self._unlisted.add("?" if full else name)

    @property
    def crowded(self) -> bool:
        """Whether names were left out."""
        return self._imports.crowded

    def done(self) -> PickleFacts | None:
        """Give all of it as one stream's facts, at the place of the first."""
        if self._first is None:
            return None
        bound = self._limits.max_problems_per_subject
        return PickleFacts(
            place=self._first.place,
            protocol=self._protocol,
            imports=tuple(self._imports),
            calls=tuple(self._calls),
            unlisted=tuple(sorted(self._unlisted)),
            problems=tuple(self._problems.values())[:bound],
            bounded=self._bounded or self.crowded,
        )

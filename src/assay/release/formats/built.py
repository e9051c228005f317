"""Descriptions by which loaders build objects: one walk, one recogniser a framework.

The walk is over plain values, wherever they come from: JSON, YAML, an attribute of an
HDF5 file, a member of an archive. It says what a loader would import or call, with the
key; whether that is bad is for a check to say.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.domain.facts import BuildFacts, BuiltObject, ParseProblem
from assay.domain.python_modules import comes_with_python
from assay.release.formats.kept import Kept
from assay.release.formats.reading import Problems, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from assay.domain.facts import Fact, Place
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["DOTTED", "Building", "split", "words"]

# What may be a dotted name of Python; those of one part are names of classes.
DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", re.ASCII)
_WORD = re.compile(rb"[A-Za-z_][A-Za-z0-9_]{2,60}(?:\.[A-Za-z_][A-Za-z0-9_]{1,60})*")
# Kinds of objects that bring code along, or open files.
_RUNNING = frozenset({"lambda", "bytecode", "loader"})
_MAX_WORDS = 400
_MAX_WORDS_CHARS = 4_000


class Building:
    """The objects found in one document so far, by framework."""

    def __init__(
        self,
        subject: Subject,
        inspection: Inspection,
        local_file: Callable[[str], str | None],
    ) -> None:
        self._local_file = local_file
        self.subject = subject
        self.inspection = inspection
        self.members: list[Fact] = []
        self._shown = inspection.limits.max_shown_chars
        self._problems = Problems(subject, inspection.limits)
        self._objects: Kept[tuple[str, ...], tuple[str, BuiltObject]] = Kept(
            inspection.limits.max_built_objects
        )
        self._framework = ""

    def note(  # noqa: PLR0913 - the fields of the noun
        self,
        framework: str,
        key: str,
        kind: str,
        name: str,
        *,
        module: str = "",
        registered: str = "",
        source: str = "",
    ) -> None:
        """Note one object; equal ones once."""
        self._framework = self._framework or framework
        identity = (framework, kind, module, name, registered, source)
        if identity in self._objects:
            return
        made = BuiltObject(
            place=self._at(key),
            module=shorten(module, self._shown),
            name=shorten(name, self._shown),
            kind=kind,
            registered=shorten(registered, self._shown),
            source=shorten(source, _MAX_WORDS_CHARS),
        )
        crowded = self._objects.crowded
        # What runs code by itself, and what any Python has, is listed apart.
        telling = kind in _RUNNING or comes_with_python(module)
        kept = self._objects.put(identity, (framework, made), telling=telling)
        if not (kept or crowded):
            bound = self.inspection.limits.max_built_objects
            self.problem("too-many", f"expected at most {bound} objects", key)

    def dotted(self, framework: str, key: str, target: str, kind: str = "") -> None:
        """Note an object by its dotted name; small letters name functions.

        One that leads to a file of the release is code of the release, and said so
        elsewhere.
        """
        if self._local_file(target) is not None:
            return
        module, name = split(target)
        if not kind:
            kind = "class" if name[:1].isupper() else "function"
        self.note(framework, key, kind, name, module=module)

    def problem(self, kind: str, detail: str, key: str) -> None:
        """Note a way in which a description breaks its format."""
        self._problems.add(kind, detail, place=self._at(key))

    def _at(self, key: str) -> Place:
        # The whole document has no key; what is below it begins with a dot.
        return self.subject.at(key=shorten(key.lstrip("."), self._shown) or None)

    def facts(self) -> Iterable[Fact]:
        """Give it all; the problems go to the framework that was seen first."""
        problems: tuple[ParseProblem, ...] = self._problems.done()
        by_framework: dict[str, list[BuiltObject]] = {}
        for framework, made in self._objects:
            by_framework.setdefault(framework, []).append(made)
        for framework, objects in by_framework.items():
            yield BuildFacts(
                place=self.subject.place,
                framework=framework,
                objects=tuple(objects),
                problems=problems if framework == self._framework else (),
            )
        if problems and not by_framework:
            yield BuildFacts(
                place=self.subject.place, framework="unknown", problems=problems
            )
        yield from self.members


def split(target: str) -> tuple[str, str]:
    """Split a dotted name into its module and its last part."""
    module, _, name = target.rpartition(".")
    return module, name


def words(data: bytes) -> str:
    """Give the words in compiled or other code, for people and for lists of names."""
    found: dict[str, None] = {}
    for match in _WORD.finditer(data):
        found[match.group().decode("ascii")] = None
        if len(found) >= _MAX_WORDS:
            break
    return " ".join(found)[:_MAX_WORDS_CHARS]

"""Python source as facts: parsed, never run.

Where it cannot be parsed, single words are searched for, and the problem is stated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.facts import CodeAction, CodeFacts, ParseProblem
from assay.release.formats import code_hidden, code_words
from assay.release.formats.code_act import Act, Seen
from assay.release.formats.code_actions import examine
from assay.release.formats.code_encoding import decode, encoding_of
from assay.release.formats.code_reach import CALL, IMPORT, LOAD, USE
from assay.release.formats.reading import shorten
from assay.release.source import chunks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from assay.domain.facts import Fact, Place
    from assay.domain.limits import Limits
    from assay.release.formats.code_source import Parsed
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["facts_of_acts", "look", "read"]

# Which actions are kept when there are too many: the most telling.
_RANKS = (
    "obfuscation",
    "process",
    "hook",
    "dynamic-code",
    "native",
    "install",
    "remote-code",
    "safeguard",
    "network",
    "deserialise",
    "file-delete",
    "environment",
    "file-write",
    "file-read",
)
_MOMENTS = (IMPORT, LOAD, USE, CALL)


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the facts of one Python file."""
    limits = inspection.limits
    bound = min(subject.source.size, 2 * limits.max_code_bytes)
    data = b"".join(chunks(subject.source, 0, bound))
    name = subject.place.member or subject.place.path
    seen = look(decode(data), name, limits)
    encoding = encoding_of(data)
    if encoding.odd:
        line = encoding.line
        seen.acts.append(
            Act("obfuscation", "source-encoding", line, IMPORT, encoding.odd)
        )
    folder = subject.place.path.rpartition("/")[0]
    seen.calls = {
        call for call in seen.calls if _is_local(call[0], folder, inspection.paths)
    }
    at = _lines_of(subject)
    return [facts_of_acts(seen, limits, subject.place, at)]


def _lines_of(subject: Subject) -> Callable[[int], Place]:
    return lambda line: subject.at(line=line or None)


def _is_local(name: str, folder: str, paths: frozenset[str]) -> bool:
    """Tell a call into another file of the release."""
    if name.startswith("."):
        return True
    path = "/".join(name.split(".")[:-1]) + ".py"
    return path in paths or (f"{folder}/{path}" in paths if folder else False)


def look(text: str, name: str, limits: Limits) -> Seen:
    """Give what a source does, by its tree or by its words, and what it hides."""
    seen = examine(text, name, limits)
    if seen.problem is not None and seen.problem.problem != "too-many":
        seen.acts.extend(code_words.search(text))
    for what, detail, line in code_hidden.hidden(text):
        seen.acts.append(Act("obfuscation", what, line, IMPORT, detail))
    for word, line in code_hidden.disguised(text):
        detail = f"a look-alike of {word}"
        seen.acts.append(Act("obfuscation", "look-alike", line, IMPORT, detail))
    return seen


def facts_of_acts(
    seen: Seen,
    limits: Limits,
    place: Place,
    at: Callable[[int], Place],
    language: str = "python",
) -> CodeFacts:
    """Make the noun of what was seen, bounded and in the order of the lines."""
    shown = limits.max_shown_chars
    kept = _kept(seen.acts, limits.max_code_actions)
    return CodeFacts(
        place=place,
        actions=tuple(
            CodeAction(
                kind=act.kind,
                name=shorten(act.name, shown),
                detail=shorten(act.detail, shown),
                when=act.when,
                place=at(act.line),
                scope=shorten(act.scope, shown),
                origin=act.origin,
            )
            for act in kept
        ),
        imports=tuple(shorten(name, shown) for name in sorted(seen.imports)[:1_000]),
        problems=_problems(seen.problem, at),
        calls=tuple(sorted((shorten(n, shown), w) for n, w in seen.calls)),
        language=language,
    )


def _kept(acts: Iterable[Act], bound: int) -> list[Act]:
    found = list(dict.fromkeys(acts))
    if len(found) > bound:
        found.sort(key=_rank)
        del found[bound:]
    return sorted(found, key=lambda act: act.line)


def _rank(act: Act) -> tuple[int, int, int]:
    return _MOMENTS.index(act.when), _RANKS.index(act.kind), act.line


def _problems(
    problem: Parsed | None, at: Callable[[int], Place]
) -> tuple[ParseProblem, ...]:
    if problem is None:
        return ()
    return (
        ParseProblem(
            kind=problem.problem,
            detail=shorten(problem.detail, 200),
            place=at(problem.line),
        ),
    )

"""Facts written by hand, for checks to judge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assay.assess.check import CheckSubject
from assay.assess.runner import run_check
from assay.domain.documentation import ITEMS
from assay.domain.facts import (
    CardFacts,
    ConfigFacts,
    Content,
    FileFacts,
    Gap,
    ParseProblem,
    PickleCall,
    PickleFacts,
    PickleImport,
    Place,
    ReleaseFacts,
)
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.release import FileRecord, Inventory, Irregular

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assay.assess.check import Check
    from assay.domain.facts import Fact
    from assay.domain.finding import CheckReport

__all__ = [
    "at",
    "card",
    "config",
    "file",
    "gap",
    "pickle",
    "problem",
    "rules",
    "run",
    "subject",
]

DIGEST = "0" * 64


def at(path: str = "model.bin", **more: Any) -> Place:
    return Place(path=path, **more)


def problem(
    kind: str, path: str = "model.bin", detail: str = "it is so"
) -> ParseProblem:
    return ParseProblem(kind=kind, detail=detail, place=at(path))


def gap(content: Content, path: str = "hidden.7z", reason: str = "no reader") -> Gap:
    return Gap(place=at(path), content=content, reason=reason)


def file(
    path: str,
    *facts: Fact,
    content: Content = Content.UNKNOWN,
    contents: Iterable[Content] = (),
    executable_bit: bool = False,
) -> FileFacts:
    return FileFacts(
        path=path,
        size=0 if content is Content.EMPTY else 8,
        content=content,
        contents=tuple(contents) or (content,),
        executable_bit=executable_bit,
        facts=facts,
    )


def subject(
    *files: FileFacts,
    irregular: Iterable[Irregular] = (),
    limits: Limits = DEFAULT_LIMITS,
) -> CheckSubject:
    records = tuple(
        FileRecord(path=entry.path, size=entry.size, sha256=DIGEST) for entry in files
    )
    return CheckSubject(
        inventory=Inventory(files=records, irregular=tuple(irregular)),
        facts=ReleaseFacts(files=files),
        limits=limits,
    )


def run(check: Check, *files: FileFacts, **more: Any) -> CheckReport:
    return run_check(check, subject(*files, **more))


def rules(report: CheckReport) -> list[str]:
    assert not report.failure, report.failure
    return [finding.rule for finding in report.findings]


def card(path: str = "README.md", **more: Any) -> FileFacts:
    given: dict[str, Any] = {
        "has_front_matter": True,
        "license": "apache-2.0",
        "base_models": ("example/base",),
        "datasets": ("example/corpus",),
        "text_chars": 1_000,
        "headings": ("intended use", "training data", "evaluation", "limitations"),
        "documented": ITEMS,
        **more,
    }
    return file(path, CardFacts(place=at(path), **given), content=Content.MARKDOWN)


def config(path: str = "config.json", **more: Any) -> FileFacts:
    return file(path, ConfigFacts(place=at(path), **more), content=Content.JSON)


def pickle(
    *names: str,
    called: bool = True,
    calls: Iterable[tuple[str, str]] = (),
    path: str = "model.bin",
    **more: Any,
) -> FileFacts:
    """Make a file with one pickle; each name is `module:name`."""
    stream = PickleFacts(
        place=at(path, offset=0),
        protocol=2,
        imports=tuple(
            PickleImport(
                module=name.split(":")[0],
                name=name.split(":")[1],
                place=at(path, offset=offset),
                called=called,
            )
            for offset, name in enumerate(names)
        ),
        calls=tuple(
            PickleCall(callee=callee, arguments=given, place=at(path, offset=offset))
            for offset, (callee, given) in enumerate(calls, len(names))
        ),
        **more,
    )
    return file(path, stream, content=Content.PICKLE)

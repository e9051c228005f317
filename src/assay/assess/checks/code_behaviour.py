"""Judge what the code of a release does while it is imported, loaded and used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.assess.check import (
    Examination,
    FactCheck,
    Sighting,
    facts_of,
    gaps_about,
    shown,
)
from assay.assess.code_beyond import BEYOND, beyond
from assay.assess.code_judgement import judge
from assay.assess.code_loaded import Loaded
from assay.assess.code_rules import RULES
from assay.assess.code_sites import gravest
from assay.domain.facts import CodeFacts, Content, Gap
from assay.domain.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assay.assess.check import CheckSubject
    from assay.domain.facts import CodeAction

__all__ = ["CHECK"]

_BY_ID = {rule.id: rule for rule in RULES}
_WHEN = {
    "import": "when it is imported",
    "load": "when it is loaded",
    "use": "when the model is used",
    "call": "when it is called",
}


def _examine(subject: CheckSubject) -> Examination:
    code = facts_of(subject, CodeFacts)
    loaded = Loaded(subject)
    sightings = [
        sighting for source in code for sighting in _source(source, loaded, subject)
    ]
    return Examination(
        examined=len(code),
        sightings=(*sightings, *beyond(code, loaded)),
        gaps=(*_unread(code), *gaps_about(subject, Content.PYTHON, Content.SCRIPT)),
    )


def _source(
    source: CodeFacts, loaded: Loaded, subject: CheckSubject
) -> Iterable[Sighting]:
    """Judge one source; what is mild is told once for each rule."""
    told: set[str] = set()
    for action, name in gravest(judge(source, loaded), _BY_ID):
        rule = _BY_ID[name]
        if rule.severity.rank <= Severity.LOW.rank:
            if name in told:
                continue
            told.add(name)
        yield Sighting(rule=rule, place=action.place, message=_message(action, subject))


def _message(action: CodeAction, subject: CheckSubject) -> str:
    given = shown(action.detail, subject.limits)
    name = shown(action.name, subject.limits)
    said = f"`{name}` ({given})" if given and given != name else f"`{name}`"
    scope = shown(action.scope, subject.limits)
    where = f" in `{scope}`" if scope else ""
    return f"The code does {said}{where}, {_WHEN[action.when]}."


def _unread(code: Iterable[CodeFacts]) -> Iterable[Gap]:
    for source in code:
        for problem in source.problems:
            yield Gap(
                place=problem.place,
                content=Content.PYTHON,
                reason=f"The code was not read whole ({problem.kind}): "
                f"{problem.detail}",
            )


CHECK = FactCheck(
    id="code-behaviour",
    version=4,
    title="The code of the release starts, fetches, hides and destroys nothing",
    rules=(*RULES, BEYOND),
    examine=_examine,
)

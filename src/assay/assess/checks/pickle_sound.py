"""Judge whether pickle streams end where and how they should."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.assess.check import (
    Examination,
    FactCheck,
    Rule,
    Sighting,
    facts_of,
    gaps_about,
    shown,
)
from assay.domain.facts import Content, PickleFacts
from assay.domain.finding import Confidence, Severity

if TYPE_CHECKING:
    from assay.assess.check import CheckSubject

__all__ = ["CHECK"]

_RESAVE = (
    "Save the object again with the library that made it, or better: publish the "
    "weights as safetensors."
)

BROKEN = Rule(
    id="broken-stream",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="The stream breaks before its end, in a way that saving never produces",
    remediation=_RESAVE,
    gain="The loader runs what comes before the break; scanners that give up see none.",
    references=("CWE-502", "AML.T0011.000"),
)
TRUNCATED = Rule(
    id="truncated-stream",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="The stream ends without its STOP",
    remediation=_RESAVE,
    gain="The loader runs what is there before it notices.",
    references=("CWE-502", "AML.T0011.000"),
)
TRAILING = Rule(
    id="trailing-data",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    summary="Data follows the stream and is no further pickle",
    remediation=_RESAVE,
    gain="Carries a payload that the loader of the pickle does not show.",
    references=("CWE-506", "AML.T0018.002"),
)
BOMB = Rule(
    id="bomb",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="A few opcodes expand to more memory than any machine has",
    remediation=_RESAVE,
    gain="Uses up the memory of whoever loads the file.",
    references=("CWE-409", "AML.T0029", "LLM06:2026"),
)
BOUNDED = Rule(
    id="over-limit",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="The stream is longer, deeper or fuller than any honest one known",
    remediation=_RESAVE,
    gain="Hides calls behind more than scanners read, and uses up memory and time.",
    references=("CWE-400", "AML.T0029", "LLM06:2026"),
)


_BY_KIND = {
    "bomb": BOMB,
    "too-large": BOUNDED,
    "too-many": BOUNDED,
    "trailing-data": TRAILING,
    "truncated": TRUNCATED,
}


def _examine(subject: CheckSubject) -> Examination:
    streams = facts_of(subject, PickleFacts)
    sightings = [
        Sighting(
            rule=_BY_KIND.get(problem.kind, BROKEN),
            place=problem.place,
            message=f"The pickle is not sound ({problem.kind}): "
            f"{shown(problem.detail, subject.limits)}",
        )
        for stream in streams
        for problem in stream.problems
    ]
    sightings += [
        Sighting(
            rule=BOUNDED,
            place=stream.place,
            message="The pickle goes beyond the limits of the reader.",
        )
        for stream in streams
        if stream.bounded
        and all(problem.kind != "too-large" for problem in stream.problems)
    ]
    return Examination(
        examined=len(streams),
        sightings=tuple(sightings),
        gaps=gaps_about(
            subject, Content.PICKLE, Content.NUMPY, Content.HDF5, Content.UNKNOWN
        ),
    )


CHECK = FactCheck(
    id="pickle-sound",
    version=3,
    title="Pickle streams are whole, and nothing is hidden behind them",
    rules=(BROKEN, TRUNCATED, TRAILING, BOMB, BOUNDED),
    examine=_examine,
)

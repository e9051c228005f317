"""Judge programs among the files of a model: machine code, bytecode and scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.assess.check import (
    NATIVE,
    Examination,
    FactCheck,
    Rule,
    Sighting,
    facts_of,
    gaps_about,
    shown,
)
from assay.domain.facts import Content, NativeCodeFacts
from assay.domain.finding import Confidence, Severity

if TYPE_CHECKING:
    from assay.assess.check import CheckSubject

__all__ = ["CHECK"]

NATIVE_CODE = Rule(
    id="native-code",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="An executable or a library for a machine lies in the release",
    remediation="Remove it; distribute software as a package with its own provenance.",
    gain="Runs as soon as a person or a loader starts it or loads it.",
    references=("CWE-506", "AML.T0018.002", "AML.T0010.003"),
)
BYTECODE = Rule(
    id="python-bytecode",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="Compiled Python, which runs without its source, lies in the release",
    remediation="Remove it; publish the source, so that it can be reviewed.",
    gain="Runs when imported, and nobody who reads the source sees what it does.",
    references=("CWE-506", "AML.T0018.002", "AML.T0010.003"),
)
SCRIPT = Rule(
    id="script",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="A script, by its first line or by its name, lies in the release",
    remediation="Remove it, or move it to the repository of the source code.",
    gain="Runs as soon as a person starts it, with that person's rights.",
    references=("CWE-506", "AML.T0050"),
)


def _native(fact: NativeCodeFacts, subject: CheckSubject) -> Sighting:
    detail = shown(fact.detail, subject.limits)
    about = f" ({detail})" if detail else ""
    if fact.content is Content.SCRIPT:
        message = f"The file is a script{about}."
        return Sighting(rule=SCRIPT, place=fact.place, message=message)
    if fact.content is Content.PYTHON_BYTECODE:
        message = f"The file is compiled Python{about}; it runs without source."
        return Sighting(rule=BYTECODE, place=fact.place, message=message)
    message = f"The file is native code of type {fact.content}{about}."
    return Sighting(rule=NATIVE_CODE, place=fact.place, message=message)


def _examine(subject: CheckSubject) -> Examination:
    native = (_native(fact, subject) for fact in facts_of(subject, NativeCodeFacts))
    return Examination(
        # The mode of a file counts for nothing: the digest does not bind it.
        examined=len(subject.facts.files),
        sightings=tuple(native),
        gaps=gaps_about(subject, *NATIVE),
    )


CHECK = FactCheck(
    id="native-code",
    version=2,
    title="No executables, libraries or scripts among the files of the model",
    rules=(NATIVE_CODE, BYTECODE, SCRIPT),
    examine=_examine,
)

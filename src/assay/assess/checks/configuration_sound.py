"""Judge whether configurations read the same to every reader."""

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
from assay.domain.facts import ConfigFacts, Content
from assay.domain.finding import Confidence, Severity

if TYPE_CHECKING:
    from assay.assess.check import CheckSubject

__all__ = ["CHECK"]

_REWRITE = "Write the file again with a JSON library, and load the model from it once."

DUPLICATE = Rule(
    id="duplicate-key",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A key stands twice, so that two readers may take two values",
    remediation="Keep one of the two entries.",
    gain="Shows a reviewer one value and gives the loader another.",
    references=("CWE-436", "AML.T0074"),
)
MALFORMED = Rule(
    id="malformed",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="The file is not the document that its name promises",
    remediation=_REWRITE,
    gain="A lenient loader still reads it, and a strict scanner does not.",
    references=("CWE-20",),
)
WIDE = Rule(
    id="wide-encoding",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="The file is JSON in UTF-16 or UTF-32, which no library writes",
    remediation="Write the file again in UTF-8.",
    gain="Python's loaders read it, and scanners that look for words see none.",
    references=("CWE-176", "CWE-436"),
)
BAD_NUMBER = Rule(
    id="bad-number",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="A number is not finite, or longer than every reader takes",
    remediation="Write null, or the number as text.",
    gain="Shows one reader a number and another one none, or stalls a reader.",
    references=("CWE-20",),
)
EXTRAVAGANT = Rule(
    id="over-limit",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="The file is deeper or larger than any honest one known",
    remediation=_REWRITE,
    gain="Uses up the memory or the stack of whoever loads or scans it.",
    references=("CWE-674", "AML.T0029"),
)
TOO_DEEP = Rule(
    id="too-deep",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="The file is nested deeper than is read, and than any honest one known",
    remediation=_REWRITE,
    gain="Hides code and templates from scanners, behind brackets that loaders read.",
    references=("CWE-674", "CWE-436"),
)
BEYOND = Rule(
    id="beyond-bounds",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="What may make a loader run code lies beyond what is read of a file",
    remediation="Keep settings in a file of their own, and tables in another.",
    gain="Hides an entry that runs code in a crowd that no scanner reads to its end.",
    references=("CWE-400", "CWE-436", "AML.T0011.000"),
)


_BY_KIND = {
    "bad-number": BAD_NUMBER,
    "beyond-bounds": BEYOND,
    "wide-encoding": WIDE,
    "too-deep": TOO_DEEP,
}


def _rule(kind: str) -> Rule:
    if "duplicate" in kind:
        return DUPLICATE
    if kind in _BY_KIND:
        return _BY_KIND[kind]
    return EXTRAVAGANT if kind.startswith("too-") else MALFORMED


def _sentence(text: str) -> str:
    """Begin with a capital and end with a full stop: readers' words do neither."""
    end = "" if text.endswith((".", "…")) else "."
    return f"{text[:1].upper()}{text[1:]}{end}"


def _examine(subject: CheckSubject) -> Examination:
    configs = facts_of(subject, ConfigFacts)
    return Examination(
        examined=len(configs),
        sightings=tuple(
            Sighting(
                rule=_rule(problem.kind),
                place=problem.place,
                message=f"The configuration is not sound ({problem.kind}). "
                f"{_sentence(shown(problem.detail, subject.limits))}",
            )
            for config in configs
            for problem in config.problems
        ),
        gaps=gaps_about(subject, Content.JSON),
    )


CHECK = FactCheck(
    id="configuration-sound",
    version=4,
    title="Configurations are well-formed and read the same to every reader",
    rules=(DUPLICATE, MALFORMED, WIDE, BAD_NUMBER, EXTRAVAGANT, TOO_DEEP, BEYOND),
    examine=_examine,
)

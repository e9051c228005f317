"""Report texts that have the shape of credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.assess.check import (
    TEXTUAL,
    Examination,
    FactCheck,
    Rule,
    Sighting,
    facts_of,
    gaps_about,
    shown,
)
from assay.domain.facts import Content, SecretsFacts
from assay.domain.finding import Confidence, Severity

if TYPE_CHECKING:
    from assay.assess.check import CheckSubject
    from assay.domain.facts import SecretMatch

__all__ = ["CHECK"]

_REVOKE = (
    "Revoke the credential where it was issued, then remove it from the file and from "
    "the history of the repository."
)
_GAIN = "Acts in the name of whoever the credential belongs to."

LIKELY = Rule(
    id="likely-credential",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A text has a checksum or a prefix that only a credential has",
    remediation=_REVOKE,
    gain=_GAIN,
    references=("CWE-798", "AML.T0055", "LLM02:2026"),
)
POSSIBLE = Rule(
    id="possible-credential",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="A text looks like a credential by its shape and its surroundings",
    remediation=_REVOKE,
    gain=_GAIN,
    references=("CWE-798", "AML.T0055", "LLM02:2026"),
)
FILE = Rule(
    id="credential-file",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    summary="A file by this name exists to hold credentials",
    remediation="Remove the file, and revoke what it held.",
    gain=_GAIN,
    references=("CWE-538", "AML.T0055", "LLM02:2026"),
)
SETTINGS = Rule(
    id="settings-file",
    severity=Severity.LOW,
    confidence=Confidence.LOW,
    summary="A file by this name often holds credentials",
    remediation="Leave the file out of the release; no loader reads it.",
    gain=_GAIN,
    references=("CWE-538", "AML.T0055", "LLM02:2026"),
)


def _rule(match: SecretMatch) -> Rule:
    if match.rule == "credential-file":
        return SETTINGS if match.confidence == Confidence.LOW else FILE
    return LIKELY if match.confidence == Confidence.HIGH else POSSIBLE


def _sighting(match: SecretMatch, subject: CheckSubject) -> Sighting:
    limits = subject.limits
    title, redacted = shown(match.title, limits), shown(match.redacted, limits)
    if match.rule == "credential-file":
        message = f"By its name, this is a {title}."
    else:
        message = f"This looks like a credential ({title}, rule {match.rule}): "
        message += f"{redacted}."
    return Sighting(rule=_rule(match), place=match.place, message=message)


def _examine(subject: CheckSubject) -> Examination:
    texts = facts_of(subject, SecretsFacts)
    return Examination(
        examined=len(texts),
        sightings=tuple(
            _sighting(match, subject) for text in texts for match in text.matches
        ),
        gaps=gaps_about(subject, *TEXTUAL, Content.SCRIPT, Content.UNKNOWN),
    )


CHECK = FactCheck(
    id="secrets",
    version=2,
    title="No credentials in the texts of the release",
    rules=(LIKELY, POSSIBLE, FILE, SETTINGS),
    examine=_examine,
)

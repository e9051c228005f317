"""Judge whether the release says under which licence it may be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.assess.check import Examination, FactCheck, Rule, Sighting, release_card
from assay.domain.facts import Place
from assay.domain.finding import Confidence, Severity

if TYPE_CHECKING:
    from assay.assess.check import CheckSubject

__all__ = ["CHECK"]

NONE = Rule(
    id="no-licence",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="Neither the card nor a file names a licence",
    remediation="Add a LICENSE file, and `license:` to the card's front matter.",
    references=("CWE-1059",),
)
NO_FIELD = Rule(
    id="no-licence-field",
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    summary="A licence file is there, but the card does not name the licence",
    remediation="Add `license:` with an SPDX identifier to the card's front matter.",
)
NO_FILE = Rule(
    id="no-licence-file",
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    summary="The card names a licence, but its text is not in the release",
    remediation="Add the text of the licence as LICENSE; many licences require it.",
)
VAGUE = Rule(
    id="vague-licence",
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    summary="The card's licence field names no licence",
    remediation="Name the licence by its SPDX identifier, or give `license_name`, "
    "`license_link` and the text.",
)

_FILE_STEMS = frozenset({"license", "licence", "copying", "unlicense", "notice"})
_VAGUE = frozenset({"other", "unknown", "none", "tbd", "n/a", "custom"})


def _has_file(subject: CheckSubject) -> bool:
    names = (record.path.lower() for record in subject.inventory.files)
    return any(
        "/" not in name
        and name.replace("-", ".").replace("_", ".").split(".")[0] in _FILE_STEMS
        for name in names
    )


def _judge(field: str, *, has_file: bool) -> tuple[Rule, str] | None:
    if not field and not has_file:
        return NONE, "Neither the model card nor a file names a licence."
    if not field:
        return NO_FIELD, "The model card does not name the licence."
    if field.lower() in _VAGUE and not has_file:
        return NONE, "The licence field names no licence, and there is no file."
    if field.lower() in _VAGUE:
        return VAGUE, "The licence field of the model card names no licence."
    if not has_file:
        return NO_FILE, "The text of the licence is not in the release."
    return None


def _examine(subject: CheckSubject) -> Examination:
    card = release_card(subject)
    field = (card.license or "").strip() if card else ""
    place = card.place if card else Place(path="README.md")
    found = _judge(field, has_file=_has_file(subject))
    if found is None:
        return Examination(examined=1)
    rule, message = found
    return Examination(
        examined=1, sightings=(Sighting(rule=rule, place=place, message=message),)
    )


CHECK = FactCheck(
    id="licence-declared",
    version=2,
    title="The release says under which licence it may be used",
    rules=(NONE, NO_FIELD, NO_FILE, VAGUE),
    examine=_examine,
)

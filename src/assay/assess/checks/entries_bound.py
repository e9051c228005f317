"""Judge the entries of the directory that the release digest does not bind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.assess.check import Examination, FactCheck, Rule, Sighting, shown
from assay.domain.facts import Place
from assay.domain.finding import Confidence, Severity
from assay.domain.release import IrregularKind

if TYPE_CHECKING:
    from assay.assess.check import CheckSubject

__all__ = ["CHECK"]

_COPY = "Replace the link by the file itself, so that the release digest binds it."

_RULES = {
    IrregularKind.SYMLINK_OUTSIDE: Rule(
        id="link-outside",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        summary="A symbolic link leads out of the release",
        remediation=_COPY,
        gain="Reads a file of whoever loads the model, or swaps what is loaded.",
        references=("CWE-59", "AML.T0010.003"),
    ),
    IrregularKind.SYMLINK_INSIDE: Rule(
        id="link-inside",
        severity=Severity.MEDIUM,
        confidence=Confidence.HIGH,
        summary="A symbolic link leads to another entry of the release",
        remediation=_COPY,
        gain="Swaps which of two bound files is loaded, without a change of digest.",
        references=("CWE-59",),
    ),
    IrregularKind.SYMLINK_BROKEN: Rule(
        id="link-broken",
        severity=Severity.MEDIUM,
        confidence=Confidence.HIGH,
        summary="A symbolic link leads nowhere",
        remediation="Remove the link, or add the file that it stands for.",
        gain="Whoever creates the target decides what is loaded.",
        references=("CWE-59",),
    ),
    IrregularKind.SPECIAL_FILE: Rule(
        id="special-file",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        summary="An entry is a device, a pipe or a socket",
        remediation="Remove it: a model consists of regular files.",
        gain="Blocks or feeds whoever opens it.",
        references=("CWE-66",),
    ),
    IrregularKind.VERSION_CONTROL: Rule(
        id="version-control",
        severity=Severity.INFO,
        confidence=Confidence.HIGH,
        summary="Metadata of version control was left out of the digest",
        remediation="Nothing, unless the directory is published with it: then remove "
        "it, since it may hold older files and settings that run programs.",
        gain="Goes along with copies of the directory, and nobody looked at it.",
        references=("CWE-527",),
    ),
}


def _examine(subject: CheckSubject) -> Examination:
    irregular = subject.inventory.irregular
    sightings = []
    for entry in irregular:
        rule = _RULES[entry.kind]
        detail = shown(entry.detail, subject.limits)
        about = f" ({detail})" if detail else ""
        message = f"{rule.summary}{about}, and the digest does not bind it."
        place = Place(path=entry.path)
        sightings.append(Sighting(rule=rule, place=place, message=message))
    return Examination(
        examined=len(subject.inventory.files) + len(irregular),
        sightings=tuple(sightings),
    )


CHECK = FactCheck(
    id="entries-bound",
    version=1,
    title="Every entry of the directory is a file that the digest binds",
    rules=tuple(_RULES.values()),
    examine=_examine,
)

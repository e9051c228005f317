"""Judge archives by what unpacking them would do."""

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
from assay.domain.facts import ArchiveFacts, Content
from assay.domain.finding import Confidence, Severity

if TYPE_CHECKING:
    from assay.assess.check import CheckSubject

__all__ = ["CHECK"]

_REPACK = (
    "Pack the members again with a current tool, from files of known origin, or "
    "publish them unpacked."
)
_OUTSIDE = "Writes files outside the directory that the archive is unpacked into."


def _rule(
    kind: str,
    severity: Severity,
    confidence: Confidence,
    summary: str,
    gain: str,
    *references: str,
) -> Rule:
    return Rule(
        id=kind,
        severity=severity,
        confidence=confidence,
        summary=summary,
        remediation=_REPACK,
        gain=gain,
        references=references,
    )


# Rule ids are the kinds of problem that the readers state.
_RULES = (
    _rule(
        "path-escape",
        Severity.HIGH,
        Confidence.HIGH,
        "A member's path climbs out of the archive",
        _OUTSIDE,
        "CWE-22",
        "AML.T0011.000",
    ),
    _rule(
        "absolute-path",
        Severity.HIGH,
        Confidence.HIGH,
        "A member's path is absolute",
        _OUTSIDE,
        "CWE-36",
        "AML.T0011.000",
    ),
    _rule(
        "link-escape",
        Severity.HIGH,
        Confidence.HIGH,
        "A link in the archive leads out of it",
        "Reads or writes files outside the directory, through the link.",
        "CWE-59",
        "AML.T0011.000",
    ),
    _rule(
        "special-member",
        Severity.HIGH,
        Confidence.HIGH,
        "A member is a device, a pipe or another special file",
        "Blocks or misleads whoever unpacks the archive.",
        "CWE-59",
    ),
    _rule(
        "bomb",
        Severity.HIGH,
        Confidence.HIGH,
        "The archive expands far beyond its size",
        "Fills the disk or the memory of whoever unpacks or loads it.",
        "CWE-409",
        "AML.T0029",
        "LLM06:2026",
    ),
    _rule(
        "duplicate-member",
        Severity.HIGH,
        Confidence.HIGH,
        "Two members have one name",
        "Shows a scanner one content and gives the loader the other.",
        "CWE-436",
        "AML.T0074",
    ),
    _rule(
        "header-mismatch",
        Severity.HIGH,
        Confidence.HIGH,
        "The directory of the archive and a member's own header differ",
        "Shows a scanner one content and gives the loader another (CVE-2025-1944).",
        "CWE-436",
        "AML.T0074",
        "CVE-2025-1944",
    ),
    _rule(
        "encrypted-member",
        Severity.MEDIUM,
        Confidence.HIGH,
        "A member is encrypted, or says so",
        "Keeps scanners out while a loader that ignores the mark gets in "
        "(CVE-2025-1945).",
        "CWE-693",
        "CVE-2025-1945",
    ),
    _rule(
        "bad-checksum",
        Severity.MEDIUM,
        Confidence.HIGH,
        "A member does not have the checksum that the archive states",
        "Stops scanners that check, while loaders that do not go on (CVE-2025-10156).",
        "CWE-354",
        "CVE-2025-10156",
    ),
    _rule(
        "prefix-data",
        Severity.MEDIUM,
        Confidence.MEDIUM,
        "Data stands before the archive",
        "The file is something else to a reader that begins at its start.",
        "CWE-646",
        "AML.T0074",
    ),
    _rule(
        "trailing-data",
        Severity.MEDIUM,
        Confidence.MEDIUM,
        "Data follows the archive",
        "Carries a payload that no list of members shows.",
        "CWE-506",
        "AML.T0018.002",
    ),
    _rule(
        "truncated",
        Severity.MEDIUM,
        Confidence.HIGH,
        "The archive ends early",
        "Lenient loaders still take what is there.",
        "CWE-20",
    ),
    _rule(
        "malformed",
        Severity.MEDIUM,
        Confidence.HIGH,
        "The archive breaks its format in another way",
        "Lenient loaders still take what they can read.",
        "CWE-20",
    ),
)
_BY_KIND = {rule.id: rule for rule in _RULES}
# PyTorch writes none of these, and its loader overlooks the first two: in a model they
# serve only to keep scanners out. With data before it, a model is no zip to the loader
# and is read as a pickle from its start.
_MODEL_RULES = {
    "encrypted-member": _rule(
        "model-encrypted",
        Severity.HIGH,
        Confidence.HIGH,
        "A member of a model is marked as encrypted, which its loader ignores",
        "Keeps scanners out while the loader gets in (CVE-2025-1945).",
        "CWE-693",
        "CVE-2025-1945",
        "AML.T0074",
    ),
    "bad-checksum": _rule(
        "model-checksum",
        Severity.HIGH,
        Confidence.MEDIUM,
        "A member of a model has a wrong checksum, which its loader ignores",
        "Stops scanners that check, while the loader goes on (CVE-2025-10156).",
        "CWE-354",
        "CVE-2025-10156",
        "AML.T0074",
    ),
    "prefix-data": _rule(
        "model-prefix",
        Severity.HIGH,
        Confidence.MEDIUM,
        "Data stands before a model's archive, so that loaders differ in what it is",
        "Shows a scanner one content and gives the loader another.",
        "CWE-436",
        "CWE-646",
        "AML.T0074",
    ),
}


def _rule_for(archive: ArchiveFacts, kind: str) -> Rule:
    model = archive.content is Content.PYTORCH_ZIP
    if model and kind in _MODEL_RULES:
        return _MODEL_RULES[kind]
    return _BY_KIND.get(kind, _BY_KIND["malformed"])


def _examine(subject: CheckSubject) -> Examination:
    archives = facts_of(subject, ArchiveFacts)
    return Examination(
        examined=len(archives),
        sightings=tuple(
            Sighting(
                rule=_rule_for(archive, problem.kind),
                place=problem.place,
                message=f"The {archive.content} archive is not safe "
                f"({problem.kind}): {shown(problem.detail, subject.limits)}",
            )
            for archive in archives
            for problem in archive.problems
        ),
        gaps=gaps_about(subject),
    )


CHECK = FactCheck(
    id="archives-safe",
    version=2,
    title="Archives unpack into their own directory and read the same to all",
    rules=(*_RULES, *_MODEL_RULES.values()),
    examine=_examine,
)

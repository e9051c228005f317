"""Judge whether references to other repositories name a fixed revision."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.assess.check import (
    Examination,
    FactCheck,
    Rule,
    Sighting,
    config_gaps,
    facts_of,
    shown,
)
from assay.domain.facts import ConfigFacts
from assay.domain.finding import Confidence, Severity

if TYPE_CHECKING:
    from assay.assess.check import CheckSubject
    from assay.domain.facts import HubReference
    from assay.domain.limits import Limits

__all__ = ["CHECK"]

_REFERENCES = ("CWE-829", "CWE-494", "AML.T0010.003", "AML.T0109", "LLM04:2026")

UNPINNED = Rule(
    id="unpinned",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="Loading takes files of another repository, at whatever revision",
    remediation="Name the full commit of the other repository beside the reference, "
    "or copy its files into the release.",
    gain="The owner of the other repository changes what is loaded, at any time.",
    references=_REFERENCES,
)
MOVABLE = Rule(
    id="movable-revision",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="The revision is a branch or a tag, which its owner can move",
    remediation="Name the full commit, 40 hexadecimal digits, instead.",
    gain="The owner of the other repository changes what is loaded, by moving it.",
    references=_REFERENCES,
)
ORIGIN = Rule(
    id="origin-without-revision",
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    summary="The origin of the weights is noted without a revision; nothing loads it",
    remediation="Note the full commit of the origin as well.",
    gain="Passes other weights off as those of the origin.",
    references=("AML.T0010.003",),
)

# SHA-1 or SHA-256 object names of git, in full.
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", re.ASCII)

# Keys that training tools leave behind: they say where weights came from, and no
# loader of a complete release follows them.
_ORIGIN_KEYS = frozenset({"_name_or_path", "name_or_path"})


def _sighting(reference: HubReference, limits: Limits) -> Sighting | None:
    repository = shown(reference.repository, limits)
    if reference.revision is None:
        key = (reference.place.key or "").rsplit(".", 1)[-1]
        return Sighting(
            rule=ORIGIN if key in _ORIGIN_KEYS else UNPINNED,
            place=reference.place,
            message=f"The reference to `{repository}` names no revision.",
        )
    if _COMMIT.fullmatch(reference.revision):
        return None
    revision = shown(reference.revision, limits)
    return Sighting(
        rule=MOVABLE,
        place=reference.place,
        message=f"The reference to `{repository}` names the revision `{revision}`, "
        "which is no full commit.",
    )


def _examine(subject: CheckSubject) -> Examination:
    references = tuple(
        reference
        for config in facts_of(subject, ConfigFacts)
        for reference in config.references
    )
    sightings = (_sighting(reference, subject.limits) for reference in references)
    return Examination(
        examined=len(references),
        sightings=tuple(found for found in sightings if found is not None),
        gaps=config_gaps(subject),
    )


CHECK = FactCheck(
    id="pinned-references",
    version=2,
    title="References to other repositories are pinned to a commit",
    rules=(UNPINNED, MOVABLE, ORIGIN),
    examine=_examine,
)

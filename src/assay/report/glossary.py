"""What the values of an assessment mean, in the words that reports use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.assessment import Outcome
from assay.domain.finding import CheckStatus, Confidence, Severity
from assay.domain.programme import EvidenceClass

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "CLASSES",
    "CONFIDENCES",
    "OUTCOMES",
    "SEVERITIES",
    "STATUSES",
]

# In the order in which bars show them: known to be good, known to be bad, unknown, and
# what does not matter.
OUTCOMES: Mapping[Outcome, str] = {
    Outcome.MET: "The requirement holds, as far as its class of evidence can show.",
    Outcome.NOT_MET: "The requirement does not hold, or the developer says so.",
    Outcome.ERROR: "The assessment itself failed. It never counts as met.",
    Outcome.NOT_ASSESSED: (
        "Nobody looked, or not at everything. It may hold or not: it never counts "
        "as met."
    ),
    Outcome.NOT_APPLICABLE: (
        "The requirement has nothing to bear on in this release, or the developer "
        "gives a reason why it does not apply."
    ),
}

CLASSES: Mapping[EvidenceClass, str] = {
    EvidenceClass.INDEPENDENT: "An assessor other than the developer says so.",
    EvidenceClass.REPRODUCIBLE: "Anyone with the files can repeat the check behind it.",
    EvidenceClass.OBSERVED: "A probe of the running system showed it at one time.",
    EvidenceClass.DECLARED: "A named role of the developer says so, and nothing else.",
}

STATUSES: Mapping[CheckStatus, str] = {
    CheckStatus.CLEAN: "It looked at all there was for it and found nothing.",
    CheckStatus.FINDINGS: "It found something.",
    CheckStatus.INCOMPLETE: "It found nothing, but did not look at everything.",
    CheckStatus.NOT_APPLICABLE: "The release holds nothing that it looks at.",
    CheckStatus.ERROR: "It failed, so it says nothing about the release.",
}

SEVERITIES: Mapping[Severity, str] = {
    Severity.CRITICAL: "Loading or using the release can hand over the machine.",
    Severity.HIGH: "An attacker gains much, under conditions that are easily met.",
    Severity.MEDIUM: "An attacker gains something, or under rarer conditions.",
    Severity.LOW: "A weakness that helps an attacker only beside another one.",
    Severity.INFO: "No weakness; something that a reader should know.",
}

CONFIDENCES: Mapping[Confidence, str] = {
    Confidence.HIGH: "The bytes leave no doubt that the finding is right.",
    Confidence.MEDIUM: "The finding is probably right; a person should look.",
    Confidence.LOW: "A hint, often wrong.",
}

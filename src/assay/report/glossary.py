"""What the values of an assessment mean, in the words that reports use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.assessment import Outcome
from assay.domain.finding import CheckStatus, Confidence, Severity
from assay.domain.programme import EvidenceClass
from assay.domain.repeat import RepeatValue

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "CLASSES",
    "CONFIDENCES",
    "OUTCOMES",
    "REPEATS",
    "SEVERITIES",
    "STATUSES",
    "TERMS",
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
    Outcome.WITHHELD: (
        "The developer shows only a salted digest of it. It may hold or not: it never "
        "counts as met."
    ),
    Outcome.NOT_APPLICABLE: (
        "The release holds nothing that the requirement is about, or the developer "
        "gives a reason why it does not apply."
    ),
}

REPEATS: Mapping[RepeatValue, str] = {
    RepeatValue.DIFFERENT: "The files give something else here than was signed.",
    RepeatValue.NOT_REPEATED: "It could not be run again here.",
    RepeatValue.WITHHELD: "The developer shows only a salted digest of it.",
    RepeatValue.SIGNED: "No check answers it: it rests on the signature.",
    RepeatValue.EQUAL: "The same checks give the same reports and the same outcome.",
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

TERMS: Mapping[str, str] = {
    "Release": "A directory of model files; its digest changes with any byte or name.",
    "Programme": "A list of requirements, and the rules by which they count.",
    "Control": "One requirement of a programme.",
    "Check": "A program that looks at the files and answers one or more controls.",
    "Finding": "What a check saw, where, how severe, how sure, and how to mend it.",
    "Nothing of weight": (
        "No finding as severe as the programme needs to call the control not met. "
        "Lesser findings are listed all the same."
    ),
    "Passed over": (
        "There was something that a check should have looked at and could not. What "
        "it answers is then not assessed, unless it found something all the same."
    ),
    "Tier": (
        "A named level, reached when each of its controls is met or not applicable. "
        "It counts answers of any age."
    ),
    "Benefit": "What a buyer or an office could give, and the rule that decides.",
    "Decision": "Whether a benefit is due at one instant; only fresh answers count.",
    "Evidence": "A file that backs an answer, kept by the developer, named by digest.",
}

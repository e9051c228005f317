"""Say which files of a release are, or hold, pickles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.assess.check import Examination, FactCheck, Rule, Sighting, gaps_about
from assay.domain.facts import Content, PickleFacts, Place, SafetensorsFacts
from assay.domain.finding import Confidence, Severity

if TYPE_CHECKING:
    from assay.assess.check import CheckSubject
    from assay.domain.facts import FileFacts

__all__ = ["CHECK"]

PRESENT = Rule(
    id="pickle-present",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="A file is a pickle, and the release offers no safetensors instead",
    remediation="Publish the weights as safetensors, which cannot run code.",
    gain="A pickle that is replaced on its way runs code on every machine it reaches.",
    references=("CWE-502", "AML.T0011.000"),
)
BESIDE = Rule(
    id="pickle-beside-safetensors",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="A file is a pickle, although the release also ships safetensors",
    remediation="Remove the pickle where the safetensors file holds the same weights.",
    gain="Old loaders and careless settings still take the pickle.",
    references=("CWE-502", "AML.T0011.000"),
)


def _holds(file: FileFacts, kind: type) -> bool:
    return any(isinstance(fact, kind) for fact in file.facts)


def _examine(subject: CheckSubject) -> Examination:
    files = subject.facts.files
    safe = any(_holds(file, SafetensorsFacts) for file in files)
    rule, besides = (BESIDE, ", although") if safe else (PRESENT, " and")
    more = "the release ships safetensors" if safe else "the release has no safetensors"
    return Examination(
        examined=len(files),
        sightings=tuple(
            Sighting(
                rule=rule,
                place=Place(path=file.path),
                message=f"The file holds pickled data{besides} {more}.",
            )
            for file in files
            if _holds(file, PickleFacts)
        ),
        gaps=gaps_about(
            subject, Content.PICKLE, Content.NUMPY, Content.HDF5, Content.UNKNOWN
        ),
    )


CHECK = FactCheck(
    id="pickle-free",
    version=1,
    title="The release needs no pickle to be loaded",
    rules=(PRESENT, BESIDE),
    examine=_examine,
)

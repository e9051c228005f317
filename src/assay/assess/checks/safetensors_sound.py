"""Judge whether safetensors files are exactly what their headers declare."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assay.assess.active_text import active_passage, hides_characters
from assay.assess.check import (
    Examination,
    FactCheck,
    Rule,
    Sighting,
    extension,
    facts_of,
    gaps_about,
    shown,
)
from assay.domain.facts import Content, Place, SafetensorsFacts
from assay.domain.finding import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assay.assess.check import CheckSubject
    from assay.domain.limits import Limits

__all__ = ["CHECK"]

_REBUILD = (
    "Save the tensors again with the current safetensors library, compare them with "
    "the training output, and publish the new file."
)

TENSOR_RANGE = Rule(
    id="tensor-range",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A tensor lies outside the file, overlaps another, or is not its size",
    remediation=_REBUILD,
    gain="Two loaders see different weights, or one reads memory it should not.",
    references=("CWE-125", "AML.T0018"),
)
HIDDEN_BYTES = Rule(
    id="hidden-bytes",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="Bytes of the file belong to no tensor: a gap, or data after the last one",
    remediation=_REBUILD,
    gain="Carries a payload, or a second file, that no loader of tensors shows.",
    references=("CWE-506", "AML.T0018.002"),
)
HEADER = Rule(
    id="malformed-header",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The header breaks the format: its length, its JSON or an entry",
    remediation=_REBUILD,
    gain="Loaders that are less strict than others read other weights, or crash.",
    references=("CWE-20", "AML.T0018"),
)
NOT_SAFETENSORS = Rule(
    id="not-safetensors",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A file is named .safetensors and is something else, or is cut",
    remediation="Publish the real file, or give this one the name of its type.",
    gain="The name that promises safe loading makes people skip other checks.",
    references=("CWE-646", "AML.T0074"),
)

METADATA = Rule(
    id="active-metadata",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="The metadata hold code, markup that acts, or characters that nobody sees",
    remediation="Remove the entry; metadata need plain words and numbers only.",
    gain="Runs where a tool renders or evaluates what it shows of a model.",
    references=("CWE-94", "CWE-451", "AML.T0074"),
)

# What is not listed concerns the header.
_BY_KIND = {
    "out-of-bounds": TENSOR_RANGE,
    "shape-mismatch": TENSOR_RANGE,
    "header-padding": HIDDEN_BYTES,
    "tensor-gap": HIDDEN_BYTES,
    "tensor-overlap": TENSOR_RANGE,
    "trailing-bytes": HIDDEN_BYTES,
}


def _misnamed(subject: CheckSubject) -> Iterable[Sighting]:
    for file in subject.facts.files:
        if extension(file.path) != ".safetensors" or any(
            isinstance(fact, SafetensorsFacts) and fact.place.member is None
            for fact in file.facts
        ):
            continue
        yield Sighting(
            rule=NOT_SAFETENSORS,
            place=Place(path=file.path),
            message=f"The file is named .safetensors and holds {file.content} data.",
        )


def _metadata(file: SafetensorsFacts, limits: Limits) -> Iterable[Sighting]:
    for key, text in file.metadata:
        passage = active_passage(text) or active_passage(key)
        unseen = hides_characters(text) or hides_characters(key)
        if passage:
            what = f"code or markup that acts: {shown(passage, limits)!r}"
        elif unseen:
            what = "characters that nobody sees"
        else:
            continue
        yield Sighting(
            rule=METADATA,
            place=replace(file.place, key=shown(f"__metadata__.{key}", limits)),
            message=f"The entry holds {what}.",
        )


def _examine(subject: CheckSubject) -> Examination:
    files = facts_of(subject, SafetensorsFacts)
    sightings = [
        Sighting(
            rule=_BY_KIND.get(problem.kind, HEADER),
            place=problem.place,
            message=f"The safetensors file breaks its format ({problem.kind}): "
            f"{shown(problem.detail, subject.limits)}",
        )
        for file in files
        for problem in file.problems
    ]
    misnamed = tuple(_misnamed(subject))
    return Examination(
        examined=len(files) + len(misnamed),
        sightings=(
            *sightings,
            *misnamed,
            *(
                sighting
                for file in files
                for sighting in _metadata(file, subject.limits)
            ),
        ),
        gaps=gaps_about(subject, Content.SAFETENSORS),
    )


CHECK = FactCheck(
    id="safetensors-sound",
    version=2,
    title="Safetensors files hold what their headers declare, and nothing else",
    rules=(TENSOR_RANGE, HIDDEN_BYTES, HEADER, NOT_SAFETENSORS, METADATA),
    examine=_examine,
)

"""Report everything that no reader looked into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.assess.check import (
    Examination,
    FactCheck,
    Rule,
    Sighting,
    shown,
    stated_gaps,
)
from assay.domain.facts import CONTAINERS, Content
from assay.domain.finding import Confidence, Severity

if TYPE_CHECKING:
    from assay.assess.check import CheckSubject
    from assay.domain.facts import Gap

__all__ = ["CHECK"]

BEYOND = Rule(
    id="beyond-bounds",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="Content lies deeper, or in a greater crowd, than in any honest release",
    remediation="Publish the files unpacked, or in one archive of few members.",
    gain="Puts a payload where no scanner gets to, and loaders do.",
    references=("CWE-693", "CWE-400"),
)
CONTAINER = Rule(
    id="container-not-inspected",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="An archive or a compressed file was not opened, or not to its end",
    remediation="Publish the members unpacked, or in an archive that Assay opens.",
    gain="Wraps a payload in what scanners do not open.",
    references=("CWE-693",),
)
MODEL = Rule(
    id="model-not-inspected",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A file of a model format was not looked into, or not to its end",
    remediation="Publish the weights as safetensors, or have the file reviewed.",
    gain="Hides code or malformed data in a format that scanners pass over.",
    references=("CWE-693",),
)
UNKNOWN = Rule(
    id="unknown-not-inspected",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    summary="The type of a file is not known, so that nothing could be said of it",
    remediation="Remove the file, or publish its content in a documented format.",
    gain="Hides a payload in bytes that nobody can name.",
    references=("CWE-693",),
)
DOCUMENT = Rule(
    id="document-not-inspected",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="A text, an image or another document was not looked into, or not whole",
    remediation="Shorten or split the document, or move it out of the release.",
    gain="Leaves text or code where nobody has looked, such as a link or a key.",
    references=("CWE-693",),
)

# Bounds that no honest release known comes near: wrappers inside one another, members
# of one file, what one pickle holds, objects of one description.
_NEVER_REACHED = frozenset({"depth", "members", "crowd"})
_MODEL_FORMATS = frozenset(
    {
        Content.SAFETENSORS,
        Content.PICKLE,
        Content.NUMPY,
        Content.GGUF,
        Content.MSGPACK,
        Content.HDF5,
        Content.ONNX,
        Content.SAVED_MODEL,
        Content.TF_CHECKPOINT,
        Content.CORE_ML,
        Content.SENTENCEPIECE,
        Content.FAISS,
        Content.ANNOY,
        Content.FASTTEXT,
        Content.WORD2VEC,
        Content.CRFSUITE,
        Content.CTRANSLATE2,
        Content.PARQUET,
        Content.ARROW,
        Content.SQLITE,
        Content.TFLITE,
        Content.EXECUTORCH,
        Content.TENSORRT,
        Content.XML,
        Content.XGBOOST,
        Content.LIGHTGBM,
        Content.CATBOOST,
    }
)


def _rule(gap: Gap) -> Rule:
    if gap.bound in _NEVER_REACHED:
        return BEYOND
    if gap.content in CONTAINERS:
        return CONTAINER
    if gap.content in _MODEL_FORMATS:
        return MODEL
    return UNKNOWN if gap.content is Content.UNKNOWN else DOCUMENT


def _examine(subject: CheckSubject) -> Examination:
    return Examination(
        examined=len(subject.facts.files),
        sightings=tuple(
            Sighting(
                rule=_rule(gap),
                place=gap.place,
                message=f"Content of type {gap.content} was not inspected: "
                f"{shown(gap.reason, subject.limits)}",
            )
            for gap in stated_gaps(subject)
        ),
    )


CHECK = FactCheck(
    id="content-inspected",
    version=2,
    title="Every file was looked into, to its end",
    rules=(BEYOND, CONTAINER, MODEL, UNKNOWN, DOCUMENT),
    examine=_examine,
)

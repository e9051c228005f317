"""Judge whether files of weights and trees are exactly what they declare.

Every reader of weights gives the same noun and the same words for what is wrong; this
check knows the words, not the formats. Safetensors have a check of their own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assay.assess.active_text import active_passage, hides_characters
from assay.assess.check import (
    Examination,
    FactCheck,
    Rule,
    Sighting,
    facts_of,
    gaps_about,
    shown,
)
from assay.assess.shard_index import index_problems
from assay.domain.facts import Content, WeightsFacts
from assay.domain.finding import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assay.assess.check import CheckSubject
    from assay.domain.facts import ParseProblem
    from assay.domain.limits import Limits

__all__ = ["CHECK"]

_REBUILD = (
    "Write the file again with the current library of its format, compare it with the "
    "training output, and publish the new file."
)

MEMORY = Rule(
    id="memory-range",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A size, count, index or offset leads a loader beyond what is there",
    remediation=_REBUILD,
    gain="Makes a loader read or write memory that it should not, up to running code.",
    references=("CWE-787", "CWE-125", "CWE-190", "AML.T0018"),
)
HIDDEN = Rule(
    id="hidden-data",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="Bytes of the file belong to nothing that it declares",
    remediation=_REBUILD,
    gain="Carries a payload, or a second file, that no loader of weights shows.",
    references=("CWE-506", "AML.T0018.002"),
)
MALFORMED = Rule(
    id="malformed-weights",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The file breaks its format, or is cut",
    remediation=_REBUILD,
    gain="Loaders that are less strict than others read other weights, or crash.",
    references=("CWE-20", "AML.T0018"),
)
AMBIGUOUS = Rule(
    id="ambiguous-name",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="Two entries of one file have the same name",
    remediation=_REBUILD,
    gain="Shows a reviewer one entry and gives the loader the other.",
    references=("CWE-436", "AML.T0018"),
)
CODE = Rule(
    id="object-in-weights",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="Weights hold an object that some loaders turn into code",
    remediation="Publish plain numbers only, best as safetensors.",
    gain="Runs code of the attacker's choice where a loader unpacks the object.",
    references=("CWE-502", "AML.T0011.000", "AML.T0018.002"),
)
ESCAPE = Rule(
    id="shard-outside",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="An index or a model takes its weights from outside of the release",
    remediation="Publish every shard beside its index and name it by its bare name.",
    gain="Loads files of the victim's machine, or weights that nobody signed.",
    references=("CWE-22", "AML.T0010.003"),
)
MISMATCH = Rule(
    id="index-mismatch",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="An index and a shard that it names do not list the same tensors",
    remediation="Write shards and index again, both in one go.",
    gain="Two loaders see different weights: one goes by the index, one by the shard.",
    references=("CWE-436", "AML.T0018"),
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
LIMIT = Rule(
    id="beyond-any-model",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="The file declares more, or nests deeper, than its format or any model",
    remediation=_REBUILD,
    gain="Exhausts memory, time or the stack of whoever loads it.",
    references=("CWE-770", "CWE-674", "AML.T0029"),
)
MISSING = Rule(
    id="missing-shard",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="An index names shards that are not in the release, beside some that are",
    remediation="Publish all shards, or the index of those that there are.",
    gain="Loaders fetch the rest from elsewhere, or begin with random numbers.",
    references=("CWE-353",),
)
VERSION = Rule(
    id="unknown-version",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    summary="The file is of a version of its format that nobody has published",
    remediation="Write the file in a version that current loaders read.",
    gain="Old loaders misread what a scanner cannot read.",
    references=("CWE-20",),
)
UNTIDY = Rule(
    id="untidy-weights",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="Something is not as the format asks, without harm to loaders",
    remediation="Write the file again with the current library of its format.",
    gain="Little: what differs from the format may hide a difference that matters.",
)
DANGLING = Rule(
    id="dangling-index",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="An index stands alone: none of its shards is in the release",
    remediation="Remove the index, or publish its shards.",
    gain="Whoever puts shards of these names beside it has them loaded.",
)

# What is not listed is a break of the format like any other.
_BY_KIND = {
    "out-of-bounds": MEMORY,
    "count-mismatch": MEMORY,
    "bad-index": MEMORY,
    "cycle": MEMORY,
    "overlap": MEMORY,
    "type-size": MEMORY,
    "trailing-data": HIDDEN,
    "hidden-data": HIDDEN,
    "duplicate-name": AMBIGUOUS,
    "code-object": CODE,
    "path-escape": ESCAPE,
    "index-mismatch": MISMATCH,
    "over-limit": LIMIT,
    "missing-shard": MISSING,
    "unknown-version": VERSION,
    "alignment": UNTIDY,
    "untidy": UNTIDY,
    "dangling-index": DANGLING,
}
# Formats whose files this check judges.
_FORMATS = (
    Content.GGUF,
    Content.HDF5,
    Content.MSGPACK,
    Content.XGBOOST,
    Content.LIGHTGBM,
    Content.CATBOOST,
    Content.TF_CHECKPOINT,
    Content.FAISS,
    Content.ANNOY,
    Content.FASTTEXT,
    Content.WORD2VEC,
    Content.CRFSUITE,
    Content.CTRANSLATE2,
    Content.PARQUET,
    Content.ARROW,
    Content.SQLITE,
)


def _sighting(problem: ParseProblem, content: Content, limits: Limits) -> Sighting:
    return Sighting(
        rule=_BY_KIND.get(problem.kind, MALFORMED),
        place=problem.place,
        message=f"The {content} file is not sound ({problem.kind}): "
        f"{shown(problem.detail, limits)}",
    )


def _metadata(weights: WeightsFacts, limits: Limits) -> Iterable[Sighting]:
    for key, text in weights.metadata:
        passage = active_passage(text) or active_passage(key)
        if passage:
            what = f"code or markup that acts: {shown(passage, limits)!r}"
        elif hides_characters(text) or hides_characters(key):
            what = "characters that nobody sees"
        else:
            continue
        yield Sighting(
            rule=METADATA,
            place=replace(weights.place, key=shown(key, limits)),
            message=f"The entry holds {what}.",
        )


def _examine(subject: CheckSubject) -> Examination:
    files = facts_of(subject, WeightsFacts)
    metadata = (entry for file in files for entry in _metadata(file, subject.limits))
    return Examination(
        examined=len(files),
        sightings=(
            *metadata,
            *(
                _sighting(problem, weights.content, subject.limits)
                for weights in files
                for problem in (
                    *weights.problems,
                    *index_problems(weights, subject.facts),
                )
            ),
        ),
        gaps=gaps_about(subject, *_FORMATS),
    )


CHECK = FactCheck(
    id="weights-sound",
    version=1,
    title="Files of weights hold what they declare, and nothing else",
    rules=(
        MEMORY,
        HIDDEN,
        MALFORMED,
        AMBIGUOUS,
        CODE,
        ESCAPE,
        MISMATCH,
        METADATA,
        LIMIT,
        MISSING,
        VERSION,
        UNTIDY,
        DANGLING,
    ),
    examine=_examine,
)

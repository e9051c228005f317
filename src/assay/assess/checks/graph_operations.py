"""Judge what running a computation graph would do besides computing.

For those who write readers that give `GraphFacts`:

- `GraphOperator.domain` is as the file writes it; empty for the format's own
  operators; `custom` where the format only says that an operator is none of its own.
  `saver` stands for operators of TensorFlow that only saving and restoring reaches,
  with a path that the caller gives. Domains with nothing but operators that ordinary
  loaders bring along stand in `graph_operators.OWN_DOMAINS`, by format.
- `GraphOperator.name` is the name in the format's registry. A TensorFlow operator in
  a TensorFlow Lite file keeps its prefix `Flex`.
- `GraphOperator.detail` is what makes the difference: a path, a token, an output.
- `GraphFacts.functions` holds `domain::name` where there is a domain, else `name`;
  calls of those functions are no custom operators.
- `DataFile.target` is the file of the release that `path` leads to from the folder of
  the model; `offset` and `length` are given where the format has them.
- Kinds of problems: those of `_BY_KIND`; any other is a broken format.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.assess.check import (
    NATIVE,
    Examination,
    FactCheck,
    Rule,
    Sighting,
    facts_of,
    gaps_about,
    shown,
)
from assay.assess.graph_data import troubles
from assay.assess.graph_names_onnx import ONNX
from assay.assess.graph_names_tensorflow import TENSORFLOW
from assay.assess.graph_operators import OWN_DOMAINS, VENDORS, Deed, listed
from assay.domain.facts import Content, GraphFacts, NativeCodeFacts
from assay.domain.finding import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assay.assess.check import CheckSubject
    from assay.domain.facts import GraphOperator
    from assay.domain.limits import Limits

__all__ = ["CHECK"]

_WITHOUT = (
    "Export the model again without this operator; a graph that only computes needs "
    "none of its kind."
)
_REBUILD = (
    "Export the model again with the current library of its format, compare it with "
    "the training output, and publish the new file."
)
_BESIDE = "Publish every file beside the model and name it by its bare name."

CODE = Rule(
    id="code-operator",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The graph calls code that lies outside of it",
    remediation=_WITHOUT,
    gain="Runs functions of the process that loads it, with arguments of its choice.",
    references=("CWE-829", "AML.T0011.000", "AML.T0018.002"),
)
FILES = Rule(
    id="file-operator",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The graph reads or writes files when it runs",
    remediation=_WITHOUT,
    gain="Reads or overwrites files as whoever runs it, and gives out what it read.",
    references=("CWE-73", "AML.T0011.000", "AML.T0018.002"),
)
NETWORK = Rule(
    id="network-operator",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The graph talks to another machine or a debugger when it runs",
    remediation=_WITHOUT,
    gain="Sends inputs and results to a server of the attacker's choice.",
    references=("CWE-829", "AML.T0025", "AML.T0018.002"),
)
PROCESS = Rule(
    id="process-operator",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The graph ends the process that runs it",
    remediation=_WITHOUT,
    gain="Stops the service that loaded it, at a moment of the attacker's choice.",
    references=("CWE-400", "AML.T0029"),
)
BROUGHT = Rule(
    id="custom-operator-with-code",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="The graph needs operators of its own, and the release brings native code",
    remediation="Build the operators from source that was reviewed, or do without.",
    gain="Runs the native code of the release as whoever loads the model.",
    references=("CWE-829", "AML.T0011.000", "AML.T0018.002"),
)
CUSTOM = Rule(
    id="custom-operator",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    summary="The graph needs an operator that no known library brings along",
    remediation="Export the model with operators of the standard only.",
    gain="Makes users install native code that nobody has looked at.",
    references=("CWE-829",),
)
ENGINE = Rule(
    id="opaque-engine",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="The model is machine code for one kind of processor",
    remediation="Publish the model in an open format, and let users build the engine.",
    gain="Runs kernels that nobody can review, with the rights of the driver.",
    references=("CWE-829",),
)
VENDOR = Rule(
    id="vendor-operator",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="The graph needs an operator of a known library besides the usual loader",
    remediation="Say in the card which library, and which version of it, is needed.",
    gain="Makes the reader load a library of machine code besides the runtime.",
)
SHADOWED = Rule(
    id="shadowed-operator",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="A function of the model has the name of a standard operator",
    remediation="Give the function a name and a domain of its own.",
    gain="Computes one thing in one runtime and another in the next.",
    references=("CWE-436", "AML.T0018"),
)
OUTSIDE = Rule(
    id="data-outside",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The graph takes data from outside of the release",
    remediation=_BESIDE,
    gain="Reads files of the victim's machine as numbers, or overwrites them.",
    references=("CWE-22", "CVE-2022-25882", "CVE-2024-27318", "CVE-2025-51480"),
)
LINK = Rule(
    id="data-through-link",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The graph takes data through a symbolic link",
    remediation="Put the file itself in the place of the link.",
    gain="Reads what lies behind the link, past a loader's look at the name.",
    references=("CWE-59", "CVE-2026-27489"),
)
MISSING = Rule(
    id="data-missing",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="The graph takes data from a file that is not in the release",
    remediation=_BESIDE,
    gain="Computes with whichever file of that name lies there later.",
    references=("CWE-353",),
)
RANGE = Rule(
    id="data-range",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The graph takes bytes from beyond the end of a file",
    remediation=_REBUILD,
    gain="Makes a loader read memory that it should not, or crash.",
    references=("CWE-125", "AML.T0018"),
)
HIDDEN = Rule(
    id="hidden-bytes",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="Bytes of a graph or of its data belong to nothing that it declares",
    remediation=_REBUILD,
    gain="Carries a payload, or a second file, that no loader of the model shows.",
    references=("CWE-506", "AML.T0018.002"),
)
EXHAUSTING = Rule(
    id="exhausting-graph",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="The graph nests deeper or declares more than any model",
    remediation=_REBUILD,
    gain="Uses up the memory, the time or the stack of whoever loads it.",
    references=("CWE-674", "CWE-770", "AML.T0029"),
)
METADATA = Rule(
    id="active-metadata",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="Texts about the model hold code, markup that acts, or hidden characters",
    remediation="Remove the text; metadata needs plain words and numbers only.",
    gain="Runs where a tool renders or evaluates what it shows of a model.",
    references=("CWE-94", "CWE-451", "AML.T0074"),
)
MALFORMED = Rule(
    id="malformed-graph",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="The file breaks its format, is cut, or declares other than it holds",
    remediation=_REBUILD,
    gain="Loaders that are less strict than others run another graph, or crash.",
    references=("CWE-20", "AML.T0018"),
)

_BY_DEED = {
    Deed.CODE: CODE,
    Deed.FILES: FILES,
    Deed.SAVING: FILES,
    Deed.NETWORK: NETWORK,
    Deed.PROCESS: PROCESS,
    Deed.ENGINE: ENGINE,
    Deed.VENDOR: VENDOR,
}
_BY_TROUBLE = {
    "outside": OUTSIDE,
    "link": LINK,
    "missing": MISSING,
    "range": RANGE,
    "hidden": HIDDEN,
}
# What is not listed is a break of the format like any other.
_BY_KIND = {
    "trailing-bytes": HIDDEN,
    "unknown-field": HIDDEN,
    "hidden-data": HIDDEN,
    "trailing-data": HIDDEN,
    "too-deep": EXHAUSTING,
    "entity-declaration": EXHAUSTING,
    "huge-tensor": EXHAUSTING,
    "over-limit": EXHAUSTING,
    "path-escape": OUTSIDE,
    "external-entity": OUTSIDE,
    "external-reference": OUTSIDE,
    "script": METADATA,
    "out-of-bounds": RANGE,
    "bad-index": RANGE,
    "remote-input": NETWORK,
    "code-object": CODE,
}
_CODE_TEXT = re.compile(
    r"__(?:import|class|globals|builtins|subclasses|mro|reduce)__"
    r"|\b(?:eval|exec|compile|getattr)\s*\(\s*[\w'\"]|\bos\.(?:system|popen|exec)"
    r"|\bsubprocess\.|<\s*(?:script|iframe|object|embed)\b|javascript:|\bon\w+\s*=\s*['\"]"
    r"|\$\{jndi:|\bimport\s+(?:os|sys|subprocess|socket)\b"
    r"|\b(?:curl|wget)\s+\S*(?:https?:|-)[^\n]*\|\s*(?:ba|z)?sh\b",
    re.IGNORECASE,
)
# Characters that turn the direction of a text or carry one that nobody sees.
_UNSEEN = re.compile("[\u202a-\u202e\u2066-\u2069\U000e0001-\U000e007f]")
_FORMATS = (
    Content.ONNX,
    Content.SAVED_MODEL,
    Content.TF_CHECKPOINT,
    Content.CORE_ML,
    Content.TFLITE,
    Content.EXECUTORCH,
    Content.TENSORRT,
    Content.XML,
)


def _operator(
    graph: GraphFacts, operator: GraphOperator, limits: Limits, *, brought: bool
) -> Sighting | None:
    called = _called(operator)
    content, name = graph.content, operator.name
    if content is Content.TFLITE and name.startswith(VENDORS):
        content, name = Content.SAVED_MODEL, name.removeprefix(VENDORS)
        entry = listed(content, "", name, operator.detail)
        ordinary = name in TENSORFLOW
    else:
        entry = listed(content, operator.domain, name, operator.detail)
        ordinary = called in graph.functions or _is_ordinary(content, operator)
    word = shown(called, limits)
    if entry is not None:
        about = f": {shown(operator.detail, limits)!r}" if operator.detail else ""
        message = f"The graph calls {word}, which {entry.reason}{about}."
        return Sighting(
            rule=_BY_DEED[entry.deed], place=operator.place, message=message
        )
    if ordinary:
        return None
    rule = BROUGHT if brought else CUSTOM
    message = f"The graph calls {word}, an operator that no known library brings."
    return Sighting(rule=rule, place=operator.place, message=message)


def _called(operator: GraphOperator) -> str:
    if not operator.domain:
        return operator.name
    return f"{operator.domain}::{operator.name}"


def _is_ordinary(content: Content, operator: GraphOperator) -> bool:
    """Tell an operator that the ordinary loaders of its format bring along."""
    if content is Content.ONNX and operator.domain in ONNX:
        return operator.name in ONNX[operator.domain]
    if content is Content.SAVED_MODEL and not operator.domain:
        return operator.name in TENSORFLOW or operator.name.startswith("_")
    own = OWN_DOMAINS.get(content, frozenset({""}))
    return operator.domain in own


def _shadows(graph: GraphFacts, limits: Limits) -> Iterable[Sighting]:
    for function in graph.functions:
        domain, _, name = function.rpartition("::")
        if graph.content is Content.ONNX:
            standard = name in ONNX.get(domain, ())
        else:
            standard = graph.content is Content.SAVED_MODEL and name in TENSORFLOW
        if standard:
            yield Sighting(
                rule=SHADOWED,
                place=graph.place,
                message=f"The model's own function {shown(function, limits)!r} stands "
                "in the place of a standard operator.",
            )


def _metadata(graph: GraphFacts, limits: Limits) -> Iterable[Sighting]:
    for key, value in graph.metadata:
        found = _CODE_TEXT.search(value) or _CODE_TEXT.search(key)
        unseen = _UNSEEN.search(value) or _UNSEEN.search(key)
        if found is None and unseen is None:
            continue
        what = "code" if found is not None else "characters that nobody sees"
        passage = shown(found[0], limits) if found is not None else ""
        yield Sighting(
            rule=METADATA,
            place=graph.place,
            message=f"The text {shown(key, limits)!r} holds {what}"
            + (f": {passage!r}." if passage else "."),
        )


def _problems(graph: GraphFacts, limits: Limits) -> Iterable[Sighting]:
    for problem in graph.problems:
        yield Sighting(
            rule=_BY_KIND.get(problem.kind, MALFORMED),
            place=problem.place,
            message=f"The {graph.content} graph is not sound ({problem.kind}): "
            f"{shown(problem.detail, limits)}",
        )


def _data(subject: CheckSubject) -> Iterable[Sighting]:
    for trouble in troubles(subject.facts, subject.inventory):
        name = shown(trouble.data.path, subject.limits)
        yield Sighting(
            rule=_BY_TROUBLE[trouble.kind],
            place=trouble.data.place,
            message=f"The data file {name!r}: {trouble.detail}.",
        )


def _brings_code(subject: CheckSubject) -> bool:
    return any(
        fact.content in NATIVE and fact.content is not Content.SCRIPT
        for fact in facts_of(subject, NativeCodeFacts)
    )


def _examine(subject: CheckSubject) -> Examination:
    graphs = facts_of(subject, GraphFacts)
    limits = subject.limits
    brought = _brings_code(subject)
    sightings = list(_data(subject))
    for graph in graphs:
        for operator in graph.operators:
            sighting = _operator(graph, operator, limits, brought=brought)
            if sighting is not None:
                sightings.append(sighting)
        sightings += _shadows(graph, limits)
        sightings += _metadata(graph, limits)
        sightings += _problems(graph, limits)
    return Examination(
        examined=len(graphs),
        sightings=tuple(sightings),
        gaps=gaps_about(subject, *_FORMATS),
    )


CHECK = FactCheck(
    id="graph-operations",
    version=1,
    title="Computation graphs compute, and do nothing else",
    rules=(
        CODE,
        FILES,
        NETWORK,
        PROCESS,
        BROUGHT,
        CUSTOM,
        ENGINE,
        VENDOR,
        SHADOWED,
        OUTSIDE,
        LINK,
        MISSING,
        RANGE,
        HIDDEN,
        EXHAUSTING,
        METADATA,
        MALFORMED,
    ),
    examine=_examine,
)

"""Judge what loaders build or call because a file of the release names it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.assess.built_names import Standing, Weighed, weigh, weigh_code
from assay.assess.check import (
    Examination,
    FactCheck,
    Rule,
    Sighting,
    config_gaps,
    facts_of,
    gaps_about,
    shown,
)
from assay.domain.facts import BuildFacts, Content, Gap
from assay.domain.finding import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assay.assess.check import CheckSubject
    from assay.domain.facts import BuiltObject
    from assay.domain.limits import Limits

__all__ = ["CHECK"]

_PLAIN = (
    "Publish weights and settings without the object, or build it in code that the "
    "reader sees; a description needs only classes of its framework."
)

RUNS = Rule(
    id="runs-code",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    summary="A description names, or holds, what runs commands or any other code",
    remediation="Do not load the file. Find out how the entry got into it.",
    gain="Runs commands of the attacker's choice as whoever loads the model.",
    references=("CWE-470", "CWE-94", "CVE-2025-1550", "AML.T0011.000"),
)
REACHES = Rule(
    id="reaches-out",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A description calls what opens files, fetches or loads something",
    remediation=_PLAIN,
    gain="Reads or writes files, connects to a server, or loads a second file that "
    "nobody has looked at.",
    references=("CWE-470", "CWE-502", "CVE-2025-8747", "AML.T0011.000"),
)
CODE = Rule(
    id="code-in-description",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A description holds code: a Keras Lambda, or a text that is evaluated",
    remediation="Replace it by a layer or a value of the library, and save again.",
    gain="Runs the code when the model is loaded (CVE-2024-3660, CVE-2025-9905).",
    references=("CWE-94", "CWE-502", "CVE-2024-3660", "CVE-2025-9905", "AML.T0011.000"),
)
FORGED = Rule(
    id="forged-node",
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    summary="A skops node shows one type and builds another",
    remediation="Do not load the file. Find out how the entry got into it.",
    gain="Runs any function past the list of trusted types (CVE-2025-54412).",
    references=("CWE-502", "CVE-2025-54412", "CVE-2025-54413", "AML.T0011.000"),
)
OUTSIDE = Rule(
    id="outside-file",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A description opens a file or an address outside of the release",
    remediation="Store the vocabulary or the model inside the release, by its name.",
    gain="Reads files of the victim into the model, or connects to a server.",
    references=("CWE-73", "CWE-918", "CVE-2025-12058", "AML.T0011.000"),
)
PLUGIN = Rule(
    id="filter-plugin",
    severity=Severity.HIGH,
    confidence=Confidence.LOW,
    summary="An HDF5 file needs a filter that is on no list of registered ones",
    remediation="Write the data with a filter of the library, such as deflate.",
    gain="Makes the library load native code from wherever plug-ins are searched.",
    references=("CWE-829", "AML.T0018.002"),
)
OWN = Rule(
    id="code-of-release",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A description makes the loader import code that lies beside it",
    remediation="Use a flavour or model of the library, or have the code reviewed and "
    "say in the card why it is needed.",
    gain="Whoever may change those files runs code where the model is loaded.",
    references=("CWE-94", "AML.T0011.000"),
)
UNKNOWN = Rule(
    id="unknown-object",
    severity=Severity.MEDIUM,
    confidence=Confidence.LOW,
    summary="A description names an object of a package that is on no list",
    remediation=_PLAIN,
    gain="Whoever can put a module of that name on the path decides what runs.",
    references=("CWE-470", "AML.T0011.000"),
)
CUSTOM = Rule(
    id="custom-object",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="A description needs code that the reader has to bring along",
    remediation="Say in the card where the code is, or use classes of the library.",
    gain="Whoever supplies the missing code decides what runs.",
    references=("CWE-829",),
)

OVER = Rule(
    id="over-limit",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="A description names more objects than any honest one known",
    remediation=_PLAIN,
    gain="Hides one object that runs code behind thousands that do nothing.",
    references=("CWE-400", "CWE-470", "AML.T0011.000"),
)

_BY_STANDING = {
    Standing.RUNS: RUNS,
    Standing.REACHES: REACHES,
    Standing.UNKNOWN: UNKNOWN,
    Standing.CUSTOM: CUSTOM,
}
# Frameworks whose honest descriptions hold texts to be evaluated.
_EVALUATING = frozenset({"monai", "omegaconf"})
_LAMBDA = "a Lambda layer or function with compiled code"
_CODE_KINDS = frozenset({"lambda", "bytecode"})
# What the reader says instead of a module when an object is a file.
_OPENED = frozenset({"vocabulary", "saved-model", "file"})


def _opened(item: BuiltObject) -> tuple[Rule | None, str]:
    """Judge a file that a layer opens; by its bare name it is one of the release."""
    path = item.name.replace("\\", "/")
    if (
        path.startswith(("/", "~"))
        or ":" in path
        or ".." in path.split("/")
        or item.module == "saved-model"
    ):
        return OUTSIDE, f"opens `{item.name}`"
    return CUSTOM, f"opens `{item.name}`"


def _own(item: BuiltObject) -> Rule:
    """Judge where code is taken from; MLflow keeps only the last part of a path.

    A whole path is what older versions noted of the machine that wrote it. One that
    climbs, or an address, is nobody's.
    """
    path = item.name.replace("\\", "/")
    return OUTSIDE if ".." in path.split("/") or "://" in path else OWN


def _code(item: BuiltObject, framework: str) -> tuple[Rule | None, str]:
    if item.name == "torch.load":
        return CODE, "holds a TorchModuleWrapper layer with a pickled Torch module"
    weighed = weigh_code(item.source)
    if weighed.standing is Standing.RUNS:
        what = _LAMBDA if framework == "keras" else "code"
        return RUNS, f"holds {what}, and {weighed.reason}"
    if framework in _EVALUATING:
        # MONAI's own bundles consist of such texts.
        return CUSTOM, "holds a text that is evaluated"
    if framework == "keras":
        return CODE, f"holds {_LAMBDA}"
    return CODE, "holds code"


def _named(item: BuiltObject, framework: str) -> tuple[Rule | None, str, Weighed]:
    weighed = weigh(item, framework)
    name = f"{item.module}.{item.name}" if item.module else item.name
    reason = f": {weighed.reason}" if weighed.reason else ""
    rule = _BY_STANDING.get(weighed.standing)
    if framework == "hdf5" and rule is not None:
        rule, name = PLUGIN, f"filter {item.name} ({item.registered or 'no name'})"
    return rule, f"names `{name}`{reason}", weighed


def _sightings(facts: BuildFacts, limits: Limits) -> Iterable[Sighting]:
    for item in facts.objects:
        gain = ""
        if item.kind in _CODE_KINDS:
            rule, what = _code(item, facts.framework)
        elif item.kind == "loader" and item.module in _OPENED:
            rule, what = _opened(item)
        elif item.kind == "loader" and item.source:
            rule, what = _own(item), f"takes code from `{item.name}`"
        else:
            rule, what, weighed = _named(item, facts.framework)
            gain = weighed.gain
        if rule is not None:
            yield Sighting(
                rule=rule,
                place=item.place,
                message=f"The {facts.framework} description {shown(what, limits)}.",
                gain=gain or None,
            )
    for problem in facts.problems:
        detail = shown(problem.detail, limits)
        if problem.kind == "too-many":
            message = f"The {facts.framework} description goes on: {detail}."
            yield Sighting(rule=OVER, place=problem.place, message=message)
        if problem.kind == "forged-node":
            yield Sighting(
                rule=FORGED,
                place=problem.place,
                message=f"A node of the skops file is forged: {detail}.",
            )


def _unread(facts: BuildFacts) -> Iterable[Gap]:
    for problem in facts.problems:
        if problem.kind != "forged-node":
            reason = f"The description was not read whole ({problem.kind}): "
            yield Gap(
                place=problem.place,
                content=Content.JSON,
                reason=f"{reason}{problem.detail}",
            )


def _examine(subject: CheckSubject) -> Examination:
    descriptions = facts_of(subject, BuildFacts)
    return Examination(
        examined=len(descriptions),
        sightings=tuple(
            sighting
            for facts in descriptions
            for sighting in _sightings(facts, subject.limits)
        ),
        gaps=(
            *(gap for facts in descriptions for gap in _unread(facts)),
            *config_gaps(subject),
            *gaps_about(subject, Content.HDF5),
        ),
    )


CHECK = FactCheck(
    id="built-objects",
    version=3,
    title="What loaders build by name is of known frameworks, and does nothing else",
    rules=(
        RUNS,
        REACHES,
        CODE,
        FORGED,
        OVER,
        OUTSIDE,
        PLUGIN,
        OWN,
        UNKNOWN,
        CUSTOM,
    ),
    examine=_examine,
)

"""Judge the code that a release makes its loader run."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from assay.domain.facts import CodeFacts, ConfigFacts, Content
from assay.domain.finding import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assay.assess.check import CheckSubject
    from assay.domain.facts import RemoteCode
    from assay.domain.limits import Limits

__all__ = ["CHECK"]

IN_RELEASE = Rule(
    id="code-in-release",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A configuration makes the loader run code that lies in the release",
    remediation="Use an architecture that the library ships, or have the code reviewed "
    "and say in the card why it is needed.",
    gain="Whoever may change that file runs code where the model is loaded.",
    references=("CWE-94", "AML.T0011.000", "LLM04:2026"),
)
ELSEWHERE = Rule(
    id="code-elsewhere",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A configuration makes the loader run code of another repository",
    remediation="Copy the reviewed code into the release, where the digest binds it, "
    "and remove the repository from the entry.",
    gain="The owner of the other repository changes what runs, at any time.",
    references=("CWE-829", "CWE-494", "AML.T0010.001", "LLM04:2026"),
)
MISSING = Rule(
    id="code-missing",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="A configuration names code that is not in the release",
    remediation="Add the file, or remove the entry.",
    gain="Whoever can put a module of that name on the path decides what runs.",
    references=("CWE-426", "AML.T0010.001", "LLM04:2026"),
)
INSTANTIATES = Rule(
    id="named-object",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    summary="A configuration names a Python object for the loader to import and call",
    remediation="Use a configuration that holds values only, or a loader with a closed "
    "list of the objects that it builds.",
    gain="Any importable function can be named, with arguments of one's choice.",
    references=("CWE-470", "AML.T0011.000"),
)
UNREFERENCED = Rule(
    id="code-unreferenced",
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    summary="Python source lies in the release and no configuration asks for it",
    remediation="Remove it when nobody needs it, or say in the card what it is for.",
    references=("CWE-1104",),
)

# Keys by which Hydra and its kin name the object to be built.
_TARGET_KEYS = frozenset({"_target_", "target", "class_path", "__target__"})


def _sighting(entry: RemoteCode, limits: Limits) -> Sighting:
    target = shown(entry.target, limits)
    key = (entry.place.key or "").rsplit(".", 1)[-1]
    if entry.repository is not None:
        rule = ELSEWHERE
        where = f"code of the repository `{shown(entry.repository, limits)}`"
    elif entry.file is not None:
        rule, where = IN_RELEASE, f"`{shown(entry.file, limits)}` of this release"
    elif key in _TARGET_KEYS:
        rule, where = INSTANTIATES, "whatever module of that name is installed"
    else:
        rule, where = MISSING, "code that is not in the release"
    message = f"The configuration makes a loader run `{target}` from {where}."
    return Sighting(rule=rule, place=entry.place, message=message)


def _unreferenced(
    code: tuple[CodeFacts, ...], entries: tuple[RemoteCode, ...]
) -> Iterable[Sighting]:
    referenced = {entry.file for entry in entries}
    for source in code:
        if source.place.member is None and source.place.path in referenced:
            continue
        yield Sighting(
            rule=UNREFERENCED,
            place=source.place,
            message="The Python source is not asked for by any configuration.",
        )


def _examine(subject: CheckSubject) -> Examination:
    configs = facts_of(subject, ConfigFacts)
    entries = tuple(entry for config in configs for entry in config.remote_code)
    code = facts_of(subject, CodeFacts)
    return Examination(
        examined=len(configs) + len(code),
        sightings=(
            *(_sighting(entry, subject.limits) for entry in entries),
            *_unreferenced(code, entries),
        ),
        # Keras keeps Lambda layers, which are code, in HDF5.
        gaps=config_gaps(subject) + gaps_about(subject, Content.PYTHON, Content.HDF5),
    )


CHECK = FactCheck(
    id="remote-code",
    version=1,
    title="Loading the release runs no code of its own or of another repository",
    rules=(IN_RELEASE, ELSEWHERE, MISSING, INSTANTIATES, UNREFERENCED),
    examine=_examine,
)

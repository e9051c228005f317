"""Judge the code that a release makes its loader run."""

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
    summary="A configuration makes the loader run code that could not be read whole",
    remediation="Use an architecture that the library ships, or have the code reviewed "
    "and say in the card why it is needed.",
    gain="Whoever may change that file runs code where the model is loaded.",
    references=("CWE-94", "AML.T0011.000", "LLM04:2026"),
)
READ = Rule(
    id="code-read",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="A configuration makes the loader run code of the release that was read",
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
PYTHON_TAG = Rule(
    id="python-object-tag",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A YAML tag makes the reader import, call or build a Python object",
    remediation="Write the value as plain YAML, and read it with a safe loader.",
    gain="Runs any function in programs that read YAML with an unsafe loader.",
    references=("CWE-502", "AML.T0011.000"),
)
TRUST = Rule(
    id="trusts-remote-code",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="The configuration switches the trust in remote code on",
    remediation="Remove the entry: whoever loads the model decides whom to trust.",
    gain="Takes the question whether code may run from the person who would run it.",
    references=("CWE-829", "AML.T0011.000"),
)
TRUST_OWN = Rule(
    id="trusts-own-code",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="Trust in remote code is on for code of the release, or in a recipe",
    remediation="Remove the entry: whoever loads the model decides whom to trust.",
    gain="Runs whatever the code becomes, without anybody being asked again.",
    references=("CWE-829",),
)
GENERATION = Rule(
    id="generation-code",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="Code of the release is run by the loader to generate text",
    remediation="Use a generation method that the library ships, or have the code "
    "reviewed and say in the card why it is needed.",
    gain="Whoever may change that file runs code where the model is used.",
    references=("CWE-94", "AML.T0011.000", "LLM04:2026"),
)
NOTEBOOK = Rule(
    id="notebook-code",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="A notebook with code cells lies in the release",
    remediation="Move it to the repository of the source code, or say in the card what "
    "it is for.",
    gain="Runs as soon as a person opens it and runs its cells.",
    references=("CWE-1164",),
)
UNREFERENCED = Rule(
    id="code-unreferenced",
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    summary="Python source lies in the release and no configuration asks for it",
    remediation="Remove it when nobody needs it, or say in the card what it is for.",
    gain="Waits for somebody to import it, or for a setting that names it.",
    references=("CWE-1164",),
)

# What people keep of a training beside the weights; nothing loads it.
_RECIPE = re.compile(r"\.ya?ml\Z|(?:^|/)(?:training|train|trainer)_\w+\.json\Z")
# Where transformers looks for a generation method of the release.
_GENERATION_CODE = re.compile(r"(?:^|/)custom_generate/[^/]+\.py\Z")
# What PyYAML calls its tags; the others, such as `tuple`, only make plain values.
_OBJECT_TAG = re.compile(r"(?:object(?:/apply|/new)?|name|module):", re.ASCII)
_VALUE_TAGS = frozenset(
    {
        "bool",
        "bytes",
        "complex",
        "dict",
        "float",
        "int",
        "list",
        "long",
        "none",
        "str",
        "tuple",
        "unicode",
    }
)


def _rule(entry: RemoteCode, read: frozenset[str], limits: Limits) -> tuple[Rule, str]:
    key = (entry.place.key or "").rsplit(".", 1)[-1]
    if entry.repository is not None:
        return ELSEWHERE, f"the repository `{shown(entry.repository, limits)}`"
    if entry.file is not None:
        rule = READ if entry.file in read else IN_RELEASE
        return rule, f"`{shown(entry.file, limits)}` of this release"
    return _by_key(key, entry.target)


def _by_key(key: str, target: str) -> tuple[Rule, str]:
    if _OBJECT_TAG.match(target):
        return PYTHON_TAG, "a tag of Python objects"
    if key == "trust_remote_code":
        return TRUST, ""
    return MISSING, "a file that is not in the release"


def _sightings(
    entries: tuple[RemoteCode, ...], read: frozenset[str], limits: Limits
) -> Iterable[Sighting]:
    own = {id(entry) for entry in _in_vain(entries, read)}
    for entry in entries:
        if entry.target in _VALUE_TAGS and entry.file is entry.repository is None:
            continue
        rule, source = _rule(entry, read, limits)
        target = shown(entry.target, limits)
        message = f"The configuration makes a loader run code (`{target}`) of {source}."
        if rule is TRUST:
            message = "The configuration switches the trust in remote code on."
            rule = TRUST_OWN if id(entry) in own else TRUST
        yield Sighting(rule=rule, place=entry.place, message=message)


def _in_vain(
    entries: tuple[RemoteCode, ...], read: frozenset[str]
) -> Iterable[RemoteCode]:
    """Give the entries of trust that let in nothing but what was read.

    That is so where all code that configurations name lies in the release and was
    read, and where no loader reads the file: recipes of a training say so, too.
    """
    named = [entry for entry in entries if not _is_trust(entry)]
    bound = bool(named) and all(entry.file in read for entry in named)
    for entry in entries:
        if _is_trust(entry) and (bound or _RECIPE.search(entry.place.path)):
            yield entry


def _is_trust(entry: RemoteCode) -> bool:
    key = (entry.place.key or "").rsplit(".", 1)[-1]
    return key == "trust_remote_code" and entry.repository is None


def _unreferenced(
    code: tuple[CodeFacts, ...], entries: tuple[RemoteCode, ...]
) -> Iterable[Sighting]:
    referenced = {entry.file for entry in entries}
    for source in code:
        place = source.place
        if source.language != "python":
            continue  # told by native-code, or no code that a loader runs
        if place.member is None and place.path in referenced:
            continue
        rule = UNREFERENCED
        message = "The Python source is not asked for by any configuration."
        if place.key is not None:
            rule, message = NOTEBOOK, "The notebook holds code cells."
        elif place.member is None and _GENERATION_CODE.search(place.path):
            rule = GENERATION
            message = "The file is code that transformers runs to generate text."
        yield Sighting(rule=rule, place=place, message=message)


def _examine(subject: CheckSubject) -> Examination:
    configs = facts_of(subject, ConfigFacts)
    entries = tuple(entry for config in configs for entry in config.remote_code)
    code = facts_of(subject, CodeFacts)
    # Read from beginning to end: what it does is judged by `code-behaviour`.
    read = frozenset(
        source.place.path
        for source in code
        if source.place.member is None and not source.problems
    )
    return Examination(
        examined=len(configs) + len(code),
        sightings=(
            *_sightings(entries, read, subject.limits),
            *_unreferenced(code, entries),
        ),
        gaps=config_gaps(subject) + gaps_about(subject, Content.PYTHON),
    )


CHECK = FactCheck(
    id="remote-code",
    version=4,
    title="Loading the release runs no code of its own or of another repository",
    rules=(
        IN_RELEASE,
        READ,
        ELSEWHERE,
        MISSING,
        PYTHON_TAG,
        TRUST,
        TRUST_OWN,
        GENERATION,
        NOTEBOOK,
        UNREFERENCED,
    ),
    examine=_examine,
)

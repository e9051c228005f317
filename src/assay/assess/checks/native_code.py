"""Judge programs among the files of a model: machine code, bytecode and scripts."""

from __future__ import annotations

import hashlib
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
from assay.domain.facts import Content, NativeCodeFacts
from assay.domain.finding import Confidence, Severity

if TYPE_CHECKING:
    from assay.assess.check import CheckSubject

__all__ = ["CHECK"]

NATIVE_CODE = Rule(
    id="native-code",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="An executable or a library for a machine lies in the release",
    remediation="Remove it; distribute software as a package with its own provenance.",
    gain="Runs as soon as a person or a loader starts it or loads it.",
    references=("CWE-506", "AML.T0018.002", "AML.T0010.003"),
)
BYTECODE = Rule(
    id="python-bytecode",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="Compiled Python, which runs in place of its source, lies in the release",
    remediation="Remove it; publish the source, so that it can be reviewed.",
    gain="Runs when imported, and nobody who reads the source sees what it does.",
    references=("CWE-506", "AML.T0018.002", "AML.T0010.003"),
)
SCRIPT = Rule(
    id="script",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="A script, by its first line or by its name, lies in the release",
    remediation="Remove it, or move it to the repository of the source code.",
    gain="Runs as soon as a person starts it, with that person's rights.",
    references=("CWE-506", "AML.T0050"),
)


# Where Python keeps what it compiled: `name.cpython-311.pyc`, or `….opt-1.pyc`.
_CACHED = re.compile(r"(.*/|)__pycache__/([^/]+?)\.[\w-]+(?:\.opt-\w+)?\.pyc\Z")
_DIGITS = 12


def _source_of(path: str) -> str | None:
    """Give the source that a file of a cache belongs to by its name (PEP 3147)."""
    found = _CACHED.fullmatch(path)
    return f"{found[1]}{found[2]}.py" if found else None


def _beside_sources(
    subject: CheckSubject, digests: dict[str, str]
) -> dict[str, list[NativeCodeFacts]]:
    """Give the compiled files of each cache whose sources lie beside it."""
    folders: dict[str, list[NativeCodeFacts]] = {}
    for fact in facts_of(subject, NativeCodeFacts):
        path = fact.place.path
        compiled = fact.content is Content.PYTHON_BYTECODE
        if compiled and fact.place.member is None and _source_of(path) in digests:
            folders.setdefault(path.rpartition("/")[0], []).append(fact)
    return {name: facts for name, facts in folders.items() if len(facts) > 1}


def _folded(
    folder: str, facts: list[NativeCodeFacts], digests: dict[str, str]
) -> Sighting:
    """Tell a whole cache in one finding, which other content makes another one.

    A header that matches its source proves nothing: Python runs what is behind it, and
    whoever made the release wrote both.
    """
    lines = "".join(
        f"{digests.get(fact.place.path, '')} {fact.place.path}\n" for fact in facts
    )
    together = hashlib.sha256(lines.encode("utf-8", "surrogatepass")).hexdigest()
    message = (
        f"{len(facts)} files of compiled Python lie in `{shown(folder)}`, beside their "
        "sources. Python may run them in place of the sources, and they were not "
        f"compared with these: delete the folder (digest over all: "
        f"{together[:_DIGITS]})."
    )
    return Sighting(rule=BYTECODE, place=facts[0].place, message=message)


def _native(
    fact: NativeCodeFacts, subject: CheckSubject, digests: dict[str, str]
) -> Sighting:
    detail = shown(fact.detail, subject.limits)
    about = f" ({detail})" if detail else ""
    if fact.content is Content.SCRIPT:
        message = f"The file is a script{about}."
        return Sighting(rule=SCRIPT, place=fact.place, message=message)
    if fact.content is Content.PYTHON_BYTECODE:
        message = f"The file is compiled Python{about}; it runs without source."
        if _source_of(fact.place.path) in digests:
            message = (
                f"The file is compiled Python{about}. Python may run it in place of "
                "its source, and it was not compared with that: delete it."
            )
        return Sighting(rule=BYTECODE, place=fact.place, message=message)
    message = f"The file is native code of type {fact.content}{about}."
    return Sighting(rule=NATIVE_CODE, place=fact.place, message=message)


def _examine(subject: CheckSubject) -> Examination:
    digests = subject.inventory.digests
    folders = _beside_sources(subject, digests)
    told = {fact.place for facts in folders.values() for fact in facts}
    native = [_folded(name, facts, digests) for name, facts in folders.items()]
    native += [
        _native(fact, subject, digests)
        for fact in facts_of(subject, NativeCodeFacts)
        if fact.place not in told
    ]
    return Examination(
        # The mode of a file counts for nothing: the digest does not bind it.
        examined=len(subject.facts.files),
        sightings=tuple(native),
        gaps=gaps_about(subject, *NATIVE),
    )


CHECK = FactCheck(
    id="native-code",
    version=3,
    title="No executables, libraries or scripts among the files of the model",
    rules=(NATIVE_CODE, BYTECODE, SCRIPT),
    examine=_examine,
)

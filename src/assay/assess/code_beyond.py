"""Judge code that a loader runs and that no parser here takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.assess.check import Rule, Sighting, shown
from assay.domain.finding import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assay.assess.code_loaded import Loaded
    from assay.domain.facts import CodeFacts

__all__ = ["BEYOND", "beyond"]

BEYOND = Rule(
    id="beyond-bounds",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="A loader or installer runs code that is longer or deeper than is read",
    remediation="Do not load it: nobody can read it. Publishers: publish the code in "
    "files of ordinary size, and tables as data.",
    gain="Hides what it does behind megabytes, or brackets, that scanners give up on.",
    references=("CWE-506", "CWE-400", "AML.T0011.000"),
)
# What has no honest reason in code; what another version of Python reads has one.
_KINDS = frozenset({"too-long", "too-deep", "too-many"})


def beyond(code: Iterable[CodeFacts], loaded: Loaded) -> Iterable[Sighting]:
    """Give the sources that are run and were not understood, by the bound they broke.

    What single words show is judged all the same; names in pieces are not among them.
    """
    for source in code:
        if source.language != "python" or source not in loaded:
            continue
        for problem in source.problems:
            if problem.kind in _KINDS:
                message = f"The code is run and was not read whole ({problem.kind}): "
                message += f"{shown(problem.detail)}."
                yield Sighting(rule=BEYOND, place=problem.place, message=message)

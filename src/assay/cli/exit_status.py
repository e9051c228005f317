"""The one place that turns results and errors into exit statuses."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from assay.domain.gate import gate_of
from assay.errors import AssayError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assay.domain.assessment import Assessment
    from assay.domain.baseline import Comparison
    from assay.domain.finding import Severity
    from assay.domain.repeat import RepeatedControl
    from assay.domain.verdict import DecisionValue, VerdictValue

__all__ = [
    "ExitStatus",
    "status_of_assessment",
    "status_of_decision",
    "status_of_error",
    "status_of_repeat",
    "status_of_verdict",
]


class ExitStatus(IntEnum):
    """What the command line's exit statuses mean, everywhere."""

    YES = 0
    """Clean, valid, eligible; or simply done."""
    NO = 1
    """Findings at or above `--fail-on`, invalid, not eligible."""
    USAGE = 2
    """The command makes no sense as given."""
    CANNOT_TELL = 3
    """Stale, undecided, or a check could not look at everything."""
    COULD_NOT = 4
    """Unreadable or malformed input, or a failing machine."""


def status_of_assessment(
    assessment: Assessment, fail_on: Severity, comparison: Comparison | None = None
) -> ExitStatus:
    """Say no for a finding of weight that no baseline accepts.

    Say cannot tell where a check failed, did not look at everything, or found more
    than it could list: what is not known might be of weight.
    """
    return {
        "passes": ExitStatus.YES,
        "fails": ExitStatus.NO,
        "cannot tell": ExitStatus.CANNOT_TELL,
    }[gate_of(assessment, fail_on, comparison).value.value]


def status_of_verdict(value: VerdictValue) -> ExitStatus:
    """Give the status of a verdict."""
    return {
        "valid": ExitStatus.YES,
        "invalid": ExitStatus.NO,
        "stale": ExitStatus.CANNOT_TELL,
    }[value.value]


def status_of_repeat(
    value: VerdictValue, repeated: Iterable[RepeatedControl]
) -> ExitStatus:
    """Give the status of a verdict on a claim that was repeated, or was not.

    Say no where the files give another result than was signed, and cannot tell where
    it could not be repeated.
    """
    status = status_of_verdict(value)
    came = {item.value.value for item in repeated}
    if "recomputed different" in came:
        return ExitStatus.NO
    if status is ExitStatus.YES and "not repeated" in came:
        return ExitStatus.CANNOT_TELL
    return status


def status_of_decision(value: DecisionValue) -> ExitStatus:
    """Give the status of a decision."""
    return {
        "eligible": ExitStatus.YES,
        "not eligible": ExitStatus.NO,
        "cannot tell": ExitStatus.CANNOT_TELL,
    }[value.value]


def status_of_error(error: AssayError) -> ExitStatus:
    """Give the status of an error: the caller's own mistakes apart from the rest."""
    if isinstance(error, UsageError):
        return ExitStatus.USAGE
    return ExitStatus.COULD_NOT

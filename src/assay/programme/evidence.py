"""What the result of a control rests on: the same for everybody.

`statement` writes it into the result that is signed, and `verify` works it out again
from what is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.disclosure import EvidenceItem, EvidenceKind, counts_until
from assay.domain.programme import AnswerMethod

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assay.domain.declaration import Declarations
    from assay.domain.programme import Control

__all__ = ["evidence_of"]


def evidence_of(
    control: Control,
    declarations: Declarations,
    reports: Mapping[str, str],
    answers: Mapping[str, str],
) -> tuple[EvidenceItem, ...]:
    """Give what a control's result rests on, sorted by kind and digest.

    Args:
        control: The control.
        declarations: What people answered.
        reports: Salted digest of each report there is, by check.
        answers: Salted digest of each answer there is, by control.
    """
    if control.method is AnswerMethod.CHECKS:
        digests = sorted(reports[check] for check in control.checks if check in reports)
        return tuple(EvidenceItem(kind=EvidenceKind.REPORT, sha256=d) for d in digests)
    answer = declarations.of(control.id)
    if control.method is AnswerMethod.REVIEW or answer is None:
        return ()
    until = counts_until(answer.date, control.freshness_days)
    parts = (
        (EvidenceKind.ANSWER, answers[control.id]),
        *sorted((EvidenceKind.FILE, file.sha256) for file in answer.evidence),
    )
    return tuple(
        EvidenceItem(kind=kind, sha256=digest, collected=answer.date, valid_until=until)
        for kind, digest in parts
    )

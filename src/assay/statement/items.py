"""Results, reports and answers become salted digests, and the disclosures beside them.

1. Each report that the programme asks for becomes an item; the others are no part of
   the claim.
2. Each answer becomes an item.
3. Each control's result becomes an item, which names the digests of those that it
   rests on: so whoever shows the result has to show them as well.
4. The digests of each statement are filled up with decoys to the number that follows
   from the programme, and sorted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from assay.crypto.salted_digest import (
    Salts,
    disclosure_digest,
    encode_disclosure,
)
from assay.domain.disclosure import (
    ItemKind,
    ItemRef,
    answer_slots,
    assessment_slots,
    checks_named,
)
from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import ProgrammeError
from assay.programme.evidence import evidence_of
from assay.wire.v0.disclosure import answer_value, control_value, report_value

if TYPE_CHECKING:
    from assay.domain.assessment import Assessment
    from assay.domain.declaration import Declarations
    from assay.domain.programme import Programme

__all__ = ["ClaimItems", "claim_items", "claimed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimItems:
    """The salted form of a claim.

    Attributes:
        assessment: Digests of the assessment, sorted, decoys among them.
        declarations: Digests of the declarations, likewise; empty where the programme
            asks people nothing.
        disclosures: What opens each digest that is no decoy, sorted.
    """

    assessment: tuple[str, ...]
    declarations: tuple[str, ...]
    disclosures: tuple[str, ...]


def claimed(assessment: Assessment, programme: Programme) -> Assessment:
    """Leave out the reports of checks on which no control of the programme rests.

    No outcome depends on them, and their number would tell which version ran. The
    others are sorted: that is the order in which a verifier has them.
    """
    by_check = {report.check: report for report in assessment.reports}
    there = (by_check.get(check) for check in checks_named(programme))
    return replace(assessment, reports=tuple(r for r in there if r is not None))


def claim_items(
    assessment: Assessment,
    declarations: Declarations,
    programme: Programme,
    salts: Salts,
) -> ClaimItems:
    """Give the salted form of a claim, the same for the same salts.

    Args:
        assessment: What was found, under this very programme.
        declarations: What people answered.
        programme: The programme.
        salts: Where salts and decoys come from.

    Raises:
        ProgrammeError: `programme.too-many-items`.
        DocumentError: `document.not-canonical`: a text has no canonical form.
    """
    _refuse_crowd(programme)
    made = _Items(salts)
    # 1.
    reports = {
        report.check: made.add(
            ItemRef(kind=ItemKind.REPORT, id=report.check), report_value(report)
        )
        for report in claimed(assessment, programme).reports
    }
    # 2.
    answers = {
        answer.control: made.add(
            ItemRef(kind=ItemKind.ANSWER, id=answer.control), answer_value(answer)
        )
        for answer in declarations.answers
    }
    # 3.
    results = [
        made.add(
            ItemRef(kind=ItemKind.CONTROL, id=result.control),
            control_value(
                result,
                evidence_of(
                    programme.control(result.control), declarations, reports, answers
                ),
            ),
        )
        for result in assessment.controls
    ]
    # 4.
    inside = [*results, *reports.values()]
    return ClaimItems(
        assessment=_filled(inside, "assessment", assessment_slots(programme), salts),
        declarations=_filled(
            list(answers.values()), "declarations", answer_slots(programme), salts
        ),
        disclosures=tuple(sorted(made.disclosures)),
    )


def _refuse_crowd(programme: Programme) -> None:
    most = DEFAULT_LIMITS.max_claim_items
    items = assessment_slots(programme) + answer_slots(programme)
    if items > most:
        raise ProgrammeError(
            "too-many-items",
            "The programme has more controls, checks and questions than a claim holds.",
            expected=f"at most {most} in all",
            found=str(items),
            remedy="divide the programme into several",
        )


class _Items:
    """Collects disclosures as they are made."""

    def __init__(self, salts: Salts) -> None:
        self.disclosures: list[str] = []
        self._salts = salts

    def add(self, item: ItemRef, value: Any) -> str:  # noqa: ANN401 - a JSON value
        """Write a disclosure and give its digest."""
        text = encode_disclosure(self._salts.salt(item, value), item, value)
        self.disclosures.append(text)
        return disclosure_digest(text)


def _filled(
    digests: list[str], statement: str, slots: int, salts: Salts
) -> tuple[str, ...]:
    decoys = salts.decoys(statement, slots - len(digests))
    return tuple(sorted([*digests, *decoys]))

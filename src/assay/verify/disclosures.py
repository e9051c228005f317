"""Step 8, first part: what is shown of a salted claim is what was signed.

a. A statement has as many digests as the programme asks for, sorted, each once.
b. There are no more disclosures than digests; they are sorted, each once.
c. The digest of each disclosure stands in a statement.
d. A disclosure is strict JSON of the form of its kind, in its one spelling.
e. It stands in the statement where its kind belongs, and its id is one of the
   programme's.
f. No two disclosures are about one thing.

After SD-JWT (RFC 9901 section 7.1, steps 3 to 5), and stricter: RFC 9901 takes
disclosures in any order and any spelling. A disclosure is parsed only after its digest
was found among those that were signed.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from assay.crypto.salted_digest import decode_disclosure, disclosure_digest
from assay.domain.disclosure import (
    ItemKind,
    ItemRef,
    answer_slots,
    assessment_slots,
    checks_named,
    questions_of,
)
from assay.errors import VerifyError
from assay.wire.v0.assessment_v2 import ControlItem, ReportItem
from assay.wire.v0.disclosure import read_disclosure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.domain.assessment import ControlResult
    from assay.domain.declaration import Answer
    from assay.domain.disclosure import EvidenceItem
    from assay.domain.finding import CheckReport
    from assay.domain.limits import Limits
    from assay.domain.programme import Programme
    from assay.verify.contents import SaltedClaim

__all__ = ["ShownClaim", "open_claim", "refuse_disclosures", "some_of"]

# More than any programme has for which somebody would want all of them listed.
_MOST_NAMED = 100
# How every disclosure begins: an array, and in it the salt.
_HEAD = b'["'
_WHAT = {
    ItemKind.CONTROL: "result",
    ItemKind.REPORT: "report",
    ItemKind.ANSWER: "answer",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownClaim:
    """What is shown of a salted claim.

    Attributes:
        results: The results shown, as signed, by control.
        evidence: What each of them rests on, as signed, by control.
        reports: The reports shown, by check.
        answers: The answers shown, by control.
        digests: Salted digest of everything shown.
        salts: Salt of everything shown.
    """

    results: dict[str, ControlResult]
    evidence: dict[str, tuple[EvidenceItem, ...]]
    reports: dict[str, CheckReport]
    answers: dict[str, Answer]
    digests: dict[ItemRef, str]
    salts: dict[ItemRef, str]


def some_of(names: Sequence[str]) -> str:
    """List names in a message that has to end: as many as a person reads."""
    left = len(names) - _MOST_NAMED
    more = f" and {left} more" if left > 0 else ""
    return ", ".join(names[:_MOST_NAMED]) + more


def refuse_disclosures(disclosures: Sequence[str]) -> None:
    """Refuse disclosures beside a claim in which everything stands open.

    Raises:
        VerifyError: `verify.disclosure-unreferenced`.
    """
    if disclosures:
        raise _unreferenced(disclosures[0])


def open_claim(
    programme: Programme,
    claim: SaltedClaim,
    disclosures: Sequence[str],
    limits: Limits,
) -> ShownClaim:
    """Read what the disclosures of a claim show.

    Raises:
        VerifyError: `verify.item-count`, `verify.items-unsorted`,
            `verify.item-repeated`, `verify.too-many-disclosures`,
            `verify.disclosures-unsorted`, `verify.disclosure-repeated`,
            `verify.disclosure-unreferenced`, `verify.not-a-disclosure`,
            `verify.disclosure-not-canonical`,
            `verify.disclosure-misplaced`, `verify.unknown-control`,
            `verify.unknown-check`, `verify.unasked-answer`, `verify.repeated-result`,
            `verify.repeated-report` or `verify.repeated-answer`.
        DocumentError: A disclosure is malformed.
    """
    _check_items(programme, claim)  # a.
    assessment, declarations = set(claim.assessment), set(claim.declarations or ())
    _check_list(disclosures, len(assessment) + len(declarations))  # b.
    shown = ShownClaim(
        results={}, evidence={}, reports={}, answers={}, digests={}, salts={}
    )
    known = {
        ItemKind.CONTROL: {control.id for control in programme.controls},
        ItemKind.REPORT: set(checks_named(programme)),
        ItemKind.ANSWER: set(questions_of(programme)),
    }
    for text in disclosures:
        # c.
        digest = disclosure_digest(text)
        if digest not in assessment and digest not in declarations:
            raise _unreferenced(text)
        # d.
        data = decode_disclosure(text)
        if not data.startswith(_HEAD):
            raise _none(data)
        opened = read_disclosure(data, limits)
        if not opened.is_canonical:
            raise VerifyError(
                "disclosure-not-canonical",
                "A disclosure is not spelt as Assay spells it.",
                expected="canonical JSON (RFC 8785), without fields that are null",
                found=_named(opened.item),
            )
        # e.
        there = declarations if opened.item.kind is ItemKind.ANSWER else assessment
        if digest not in there:
            raise VerifyError(
                "disclosure-misplaced",
                "A disclosure belongs to another statement than the one that holds "
                "its digest.",
                expected="answers in the declarations, all others in the assessment",
                found=_named(opened.item),
            )
        _check_known(opened.item, known[opened.item.kind])
        # f.
        if opened.item in shown.digests:
            raise _twice(opened.item)
        _add(shown, opened.item, opened.value)
        shown.digests[opened.item] = digest
        shown.salts[opened.item] = opened.salt
    return shown


def _check_items(programme: Programme, claim: SaltedClaim) -> None:
    """Take step a."""
    questions = answer_slots(programme)
    expected = (assessment_slots(programme), questions or None)
    declared = None if claim.declarations is None else len(claim.declarations)
    found = (len(claim.assessment), declared)
    if found != expected:
        # Another number would tell something of what is withheld.
        raise VerifyError(
            "item-count",
            "The claim has another number of salted digests than its programme asks "
            "for.",
            expected=_counted(*expected),
            found=_counted(*found),
        )
    items = (*claim.assessment, *(claim.declarations or ()))
    if len(set(items)) != len(items):
        raise VerifyError(
            "item-repeated",
            "One salted digest stands twice in the claim.",
            expected="each once",
            found=f"{len(items) - len(set(items))} repeated",
        )
    for group in (claim.assessment, claim.declarations or ()):
        if list(group) != sorted(group):
            raise VerifyError(
                "items-unsorted",
                "The salted digests of a statement are in another order than sorted.",
                expected="an order that tells nothing",
                found=f"{len(group)} digests, unsorted",
            )


def _check_list(disclosures: Sequence[str], most: int) -> None:
    """Take step b."""
    if len(disclosures) > most:
        raise VerifyError(
            "too-many-disclosures",
            "The bundle has more disclosures than there are digests.",
            expected=f"at most {most}",
            found=str(len(disclosures)),
        )
    if len(set(disclosures)) != len(disclosures):
        raise VerifyError(
            "disclosure-repeated",
            "One disclosure stands twice in the bundle.",
            expected="each once",
            found=f"{len(disclosures) - len(set(disclosures))} repeated",
        )
    if any(a > b for a, b in pairwise(disclosures)):
        raise VerifyError(
            "disclosures-unsorted",
            "The disclosures are in another order than sorted.",
            expected="an order that tells nothing",
            found=f"{len(disclosures)} disclosures, unsorted",
        )


def _check_known(item: ItemRef, known: set[str]) -> None:
    if item.id in known:
        return
    if item.kind is ItemKind.CONTROL:
        raise _stray("unknown-control", "a control", item, known)
    if item.kind is ItemKind.REPORT:
        words = "a check on which a control rests"
        raise _stray("unknown-check", words, item, known)
    raise _stray("unasked-answer", "a question", item, known)


def _stray(code: str, words: str, item: ItemRef, known: set[str]) -> VerifyError:
    return VerifyError(
        code,
        f"A disclosure is about what is not {words} of the programme.",
        expected=some_of(sorted(known)) or "none at all",
        found=_named(item),
    )


def _twice(item: ItemRef) -> VerifyError:
    if item.kind is ItemKind.CONTROL:
        return _repeated("repeated-result", item)
    if item.kind is ItemKind.REPORT:
        return _repeated("repeated-report", item)
    return _repeated("repeated-answer", item)


def _repeated(code: str, item: ItemRef) -> VerifyError:
    return VerifyError(
        code,
        "Two disclosures are about one thing.",
        expected="one each",
        found=f"two for the {_named(item)}",
    )


def _add(shown: ShownClaim, item: ItemRef, value: Any) -> None:  # noqa: ANN401 - by kind
    if isinstance(value, ControlItem):
        shown.results[item.id] = value.to_domain(item.id)
        shown.evidence[item.id] = tuple(part.to_domain() for part in value.evidence)
    elif isinstance(value, ReportItem):
        shown.reports[item.id] = value.to_domain(item.id)
    else:
        shown.answers[item.id] = value.to_domain(item.id)


def _none(data: bytes) -> VerifyError:
    return VerifyError(
        "not-a-disclosure",
        "What opens a digest is no disclosure: the digest stands for nothing.",
        expected="an array of salt, kind, id and value",
        found=f"{len(data)} other bytes, as behind a decoy",
        remedy="get the file again from its developer",
    )


def _unreferenced(text: str) -> VerifyError:
    return VerifyError(
        "disclosure-unreferenced",
        "A disclosure opens no digest of the claim: it was altered, or belongs to "
        "another claim.",
        expected="disclosures of the signed digests only",
        found=f"one that begins with {text[:24]}",
        remedy="get the file again from its developer",
    )


def _counted(assessment: int, declarations: int | None) -> str:
    answers = "no" if declarations is None else str(declarations)
    return f"{assessment} in the assessment, {answers} in declarations"


def _named(item: ItemRef) -> str:
    return f"{_WHAT[item.kind]} of {item.id[:100]}"

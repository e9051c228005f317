"""A bundle that shows less: some controls with all that they rest on, no others.

1. The bundle is opened and checked, as far as no trust file is needed.
2. The controls asked for have to be there, and shown.
3. What each rests on is shown with it: the reports of its checks, or its answer.
4. A control of which everything is shown by then is shown as well: whoever has all that
   it rests on can work its outcome out, so withholding it would only seem to.
5. Of all others nothing is left but their salted digests.
6. The result is checked as the bundle was, before it is written.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assay.crypto.digest import sha256_hex
from assay.crypto.salted_digest import disclosure_digest
from assay.domain.disclosure import ItemKind, ItemRef, fully_shown, sharing
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import AssayError, UsageError
from assay.flows.files import identity, read_file
from assay.flows.opened import open_bundle
from assay.verify.disclosures import some_of
from assay.wire.v0.bundle import read_bundle

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from assay.domain.programme import Control
    from assay.domain.statement import Bundle
    from assay.flows.opened import OpenedBundle

__all__ = [
    "DisclosurePlan",
    "SharedReport",
    "disclosed",
    "plan_all_but",
    "plan_controls",
    "read_claim",
    "refuse_loss",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedReport:
    """A report that is shown, and that bears on controls which stay withheld.

    Attributes:
        check: The check.
        controls: Ids of those controls.
    """

    check: str
    controls: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosurePlan:
    """What a bundle that shows less would show.

    Attributes:
        asked: Controls asked for, in the programme's order.
        implied: Controls that nobody asked for, and that are shown all the same: all
            that they rest on is shown for others.
        withheld: Controls of which only a salted digest is left.
        shared: Reports shown that bear on withheld controls as well.
        items: Everything that is shown.
    """

    asked: tuple[str, ...]
    implied: tuple[str, ...]
    withheld: tuple[str, ...]
    shared: tuple[SharedReport, ...]
    items: frozenset[ItemRef]


def read_claim(path: Path, limits: Limits = DEFAULT_LIMITS) -> OpenedBundle:
    """Read and open a bundle file (step 1).

    Raises:
        AssayError: The file is no whole bundle.
    """
    data = read_file(path, most=limits.max_bundle_bytes, what="bundle")
    return open_bundle(read_bundle(data, limits), limits)


def plan_controls(opened: OpenedBundle, controls: Iterable[str]) -> DisclosurePlan:
    """Plan to show some controls (steps 2 to 5).

    Raises:
        UsageError: `usage.no-such-control` or `usage.already-withheld`.
    """
    wanted = _known(opened, controls)
    withheld = wanted.intersection(opened.claim.assessment.withheld)
    if withheld:
        # Their salts are not in this bundle, so nobody can open them from it.
        raise UsageError(
            "already-withheld",
            "The bundle itself withholds what was to be shown.",
            expected="controls that this bundle shows",
            found=some_of(sorted(withheld)),
            remedy="take the bundle that `assay seal` wrote",
        )
    return _plan(opened, wanted)


def plan_all_but(opened: OpenedBundle, controls: Iterable[str]) -> DisclosurePlan:
    """Plan to withhold some controls, and to show all others that are shown.

    Raises:
        UsageError: `usage.no-such-control`, or `usage.cannot-withhold`: all that one
            of them rests on is shown for others.
    """
    kept = _known(opened, controls)
    there = {c.id for c in opened.programme.controls}
    plan = _plan(opened, there - kept - set(opened.claim.assessment.withheld))
    if plan.implied:
        named = {check for c in _controls(opened, plan.implied) for check in c.checks}
        others = [
            c.id for c in sharing(opened.programme, named) if c.id in set(plan.asked)
        ]
        raise UsageError(
            "cannot-withhold",
            f"Nothing would be withheld of {some_of(plan.implied)}: all that it "
            "rests on is shown for other controls.",
            expected="controls with evidence of their own, or all that share it",
            found=f"reports that {some_of(others)} rest on as well",
            remedy="withhold those controls too",
        )
    return plan


def disclosed(
    opened: OpenedBundle,
    plan: DisclosurePlan,
    *,
    keep_attached: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> Bundle:
    """Make the bundle of a plan, and check it (step 6).

    Args:
        opened: The bundle that shows more.
        plan: What to show of it.
        keep_attached: Whether to keep what others attached. A review names controls and
            says what came of them, so by default it is left out.
        limits: Bounds on what is read.

    Raises:
        AssayError: It would not verify, which no plan of a whole bundle comes to.
    """
    shown = {opened.shown.digests[item] for item in plan.items}
    bundle = opened.bundle if keep_attached else _claim_alone(opened)
    bundle = replace(
        bundle,
        disclosures=tuple(
            text
            for text in opened.bundle.disclosures
            if disclosure_digest(text) in shown
        ),
    )
    open_bundle(bundle, limits)
    return bundle


def refuse_loss(
    out: Path, source: Path, opened: OpenedBundle, limits: Limits = DEFAULT_LIMITS
) -> None:
    """Refuse to write over what this bundle does not hold as well.

    A disclosure that is written over is gone for ever: nobody keeps the salts.

    Raises:
        UsageError: `usage.exists`.
        InputError, MachineError: What is there cannot be read.
    """
    if identity(out) == identity(source):
        raise _exists(out, "the bundle itself, which shows more")
    if not out.is_file() or not out.stat().st_size:
        return
    data = read_file(
        out, most=limits.max_bundle_bytes, what="file in the result's place"
    )
    try:
        there = read_bundle(data, limits)
    except AssayError as error:
        raise _exists(out, "a file that is no bundle") from error
    source_bundle = opened.bundle
    mine = (*source_bundle.statements, *source_bundle.attached)
    same = {*there.statements, *there.attached} <= set(mine)
    if not same or not set(there.disclosures) <= set(source_bundle.disclosures):
        raise _exists(out, "a bundle that holds what this one does not")


def _claim_alone(opened: OpenedBundle) -> Bundle:
    """Leave out what others attached, and the keys that only they need."""
    bundle = opened.bundle
    seconds = {s.second.key_id for s in bundle.statements if s.second is not None}
    return replace(
        bundle,
        attached=(),
        further_keys=tuple(
            key for key in bundle.further_keys if sha256_hex(key) in seconds
        ),
    )


def _plan(opened: OpenedBundle, wanted: set[str]) -> DisclosurePlan:
    programme = opened.programme
    items: set[ItemRef] = set()
    # 3.
    for control in _controls(opened, wanted):
        items.update(_rests_on(opened, control))
    # 4.
    full = {
        control.id
        for control in programme.controls
        if control.id in opened.shown.results and fully_shown(control, items)
    }
    shown = wanted | full
    items.update(ItemRef(kind=ItemKind.CONTROL, id=name) for name in shown)
    # 5.
    withheld = tuple(c.id for c in programme.controls if c.id not in shown)
    return DisclosurePlan(
        asked=tuple(c.id for c in programme.controls if c.id in wanted),
        implied=tuple(c.id for c in programme.controls if c.id in full - wanted),
        withheld=withheld,
        shared=_shared(opened, items, set(withheld)),
        items=frozenset(items),
    )


def _rests_on(opened: OpenedBundle, control: Control) -> set[ItemRef]:
    """Give what a control rests on, as far as there is any of it."""
    could = {
        ItemRef(kind=ItemKind.ANSWER, id=control.id),
        *(ItemRef(kind=ItemKind.REPORT, id=check) for check in control.checks),
    }
    return could & set(opened.shown.digests)


def _shared(
    opened: OpenedBundle, items: set[ItemRef], withheld: set[str]
) -> tuple[SharedReport, ...]:
    reports = sorted(item.id for item in items if item.kind is ItemKind.REPORT)
    pairs = (
        (
            check,
            tuple(
                c.id for c in sharing(opened.programme, (check,)) if c.id in withheld
            ),
        )
        for check in reports
    )
    return tuple(SharedReport(check=c, controls=names) for c, names in pairs if names)


def _known(opened: OpenedBundle, controls: Iterable[str]) -> set[str]:
    wanted = set(controls)
    there = [control.id for control in opened.programme.controls]
    unknown = sorted(wanted.difference(there))
    if unknown:
        raise UsageError(
            "no-such-control",
            "The programme of the bundle has no such control.",
            expected=some_of(there),
            found=some_of([name[:100] for name in unknown]),
            remedy="name one of those; `--list` says what each is",
        )
    return wanted


def _controls(opened: OpenedBundle, names: Iterable[str]) -> Sequence[Control]:
    wanted = set(names)
    return [c for c in opened.programme.controls if c.id in wanted]


def _exists(path: Path, found: str) -> UsageError:
    return UsageError(
        "exists",
        "The file is already there, and replacing it could lose what it shows.",
        expected="a name that is not taken, or a bundle that shows less of this claim",
        found=f"{path}: {found}",
        remedy="choose another name, or move the file away",
    )

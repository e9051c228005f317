"""`assay disclose`: make a bundle that shows some controls only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.exit_status import ExitStatus
from assay.cli.options import PATH, QUIET_OPTION
from assay.cli.output import JSON_OPTION, say, told, write_json
from assay.cli.targets import probe_targets
from assay.errors import UsageError
from assay.flows.disclose import (
    disclosed,
    plan_all_but,
    plan_controls,
    read_claim,
    refuse_loss,
)
from assay.flows.files import write_file
from assay.wire.v0.bundle import write_bundle
from assay.wire.v0.disclose_answers import DiscloseDocument, SharedReportPart

if TYPE_CHECKING:
    from pathlib import Path

    from assay.flows.disclose import DisclosurePlan
    from assay.flows.opened import OpenedBundle

__all__ = ["command"]

_EPILOG = """\b
Examples:
  assay disclose my-model.assay --list
  assay disclose my-model.assay --controls con-1,rel-5 --list
  assay disclose my-model.assay --controls con-1,rel-5 --out for-one-buyer.assay
  assay disclose my-model.assay --all-but trn-3 --out public.assay
"""


@click.command("disclose", epilog=_EPILOG)
@click.argument("bundle", type=PATH)
@click.option("--controls", metavar="IDS", help="Controls to show, divided by commas.")
@click.option(
    "--all-but", metavar="IDS", help="Controls to withhold; all others are shown."
)
@click.option("--out", metavar="FILE", type=PATH, help="Bundle to write.")
@click.option(
    "--list",
    "listing",
    is_flag=True,
    help="Say what would be shown and withheld, and write no bundle.",
)
@click.option(
    "--keep-attached",
    is_flag=True,
    help="Keep what others attached, such as reviews, which name controls themselves.",
)
@JSON_OPTION
@QUIET_OPTION
@told
def command(
    *,
    bundle: Path,
    controls: str | None,
    all_but: str | None,
    out: Path | None,
    listing: bool,
    keep_attached: bool,
    json_to: str | None,
    quiet: bool,
) -> ExitStatus:
    """Make a bundle that shows some controls only.

    It shows the results of these controls and all that they rest on: the reports of
    their checks with every finding, or the answers of people. Of all others only salted
    digests are left, and everything still verifies. A report can bear on several
    controls: which others it tells something of is said before anything is written.
    """
    opened = read_claim(bundle)
    plan = _plan(opened, controls, all_but, listing=listing)
    if listing:
        _tell(opened, plan, None, json_to, quiet=quiet)
        return ExitStatus.YES
    if out is None:
        raise UsageError(
            "nowhere",
            "It is not said where to write the bundle.",
            expected="--out FILE, or --list to see what would be shown",
            found="neither",
        )
    probe_targets(out, json_to)
    refuse_loss(out, bundle, opened)
    made = disclosed(opened, plan, keep_attached=keep_attached)
    if not quiet:
        for line in _beforehand(plan):
            click.echo(line, err=True)
    write_file(out, write_bundle(made))
    _tell(opened, plan, out, json_to, quiet=quiet)
    return ExitStatus.YES


def _plan(
    opened: OpenedBundle, controls: str | None, all_but: str | None, *, listing: bool
) -> DisclosurePlan:
    if controls is not None and all_but is None:
        return plan_controls(opened, _ids(controls))
    if all_but is not None and controls is None:
        return plan_all_but(opened, _ids(all_but))
    if controls is None and listing:
        return plan_all_but(opened, ())
    raise UsageError(
        "which-controls",
        "It is not said which controls to show.",
        expected="one of --controls and --all-but",
        found="both" if controls is not None else "neither",
    )


def _ids(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _tell(
    opened: OpenedBundle,
    plan: DisclosurePlan,
    out: Path | None,
    json_to: str | None,
    *,
    quiet: bool,
) -> None:
    if not quiet:
        say(_text(opened, plan, out), json_to=json_to)
    write_json(
        DiscloseDocument(
            format="assay-disclose/0",
            bundle=None if out is None else str(out),
            release_digest=opened.contents.release_digest,
            shown=tuple(
                c.id for c in opened.programme.controls if c.id not in plan.withheld
            ),
            implied=plan.implied,
            withheld=plan.withheld,
            shared_reports=tuple(
                SharedReportPart(check=shared.check, controls=shared.controls)
                for shared in plan.shared
            ),
        ),
        json_to,
    )


def _beforehand(plan: DisclosurePlan) -> list[str]:
    """Say what is shown that nobody asked for."""
    lines = [
        f"note: the report of {shared.check} is shown, and bears on "
        f"{', '.join(shared.controls)} too, of which the rest stays withheld"
        for shared in plan.shared
    ]
    if plan.implied:
        lines.append(
            f"note: {', '.join(plan.implied)} can be worked out from what is shown, "
            "and is shown as well"
        )
    return lines


def _text(opened: OpenedBundle, plan: DisclosurePlan, out: Path | None) -> str:
    if out is not None:
        shown = len(plan.asked) + len(plan.implied)
        return (
            f"Wrote {out}, release {opened.contents.release_digest}\n"
            f"  shows {shown} of {len(opened.programme.controls)} controls and what "
            f"they rest on; {len(plan.withheld)} withheld\n"
            "  its receipts, signatures and digests are those of the whole bundle"
        )
    already = set(opened.claim.assessment.withheld)
    results = {r.control: r.outcome.value for r in opened.claim.assessment.controls}
    lines = []
    for control in opened.programme.controls:
        if control.id in already:
            what = "withheld in this bundle"
        elif control.id in plan.withheld:
            what = "to be withheld"
        elif control.id in plan.implied:
            what = f"shown as well ({results[control.id]})"
        else:
            what = f"shown ({results[control.id]})"
        rests = f"; rests on {', '.join(control.checks)}" if control.checks else ""
        lines.append(f"{control.id}: {what}{rests}")
    return "\n".join([*lines, *_beforehand(plan)])

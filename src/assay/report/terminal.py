"""What a person reads on a terminal about an assessment."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from assay.domain.assessment import Outcome
from assay.domain.finding import Severity
from assay.domain.gate import GateValue
from assay.domain.limits import DEFAULT_LIMITS
from assay.domain.programme import AnswerMethod
from assay.report.acceptance import accepted_lines
from assay.report.finding_lines import finding_lines
from assay.report.gate_words import gate_words
from assay.report.screen import MORE, MORE_STILL, Ink, Screen, programme_lines, select
from assay.report.sentences import answered_words, found_words, tier_words
from assay.report.tally import (
    ControlLine,
    areas_of,
    count_outcomes,
    lines_of,
    not_looked_at,
    require_one_subject,
    shown_outcomes,
)
from assay.report.text import (
    clean,
    file_size,
    number,
    plural,
    prose,
    shorten_end,
)

if TYPE_CHECKING:
    from assay.domain.assessment import Assessment, Burden
    from assay.domain.baseline import Comparison
    from assay.domain.programme import Programme
    from assay.report.tally import NotLookedAt

__all__ = ["burden_text", "summary"]

# Lines of the classic terminal: a summary that needs scrolling is not read.
_SCREEN_LINES = 24
# Findings of weight that are shown whole, whatever the screen: as many as a person
# reads in one sitting.
_MOST_GRAVE = 50
# Entries that the two lists should have room for before areas are joined.
_FEWEST = 4
# Below this width the table of areas turns into a list.
_TABLE_COLUMNS = 72
_MOST = DEFAULT_LIMITS.max_report_rows

_GATE_INK = {
    GateValue.PASSES: Ink.PLAIN,
    GateValue.FAILS: Ink.BAD,
    GateValue.CANNOT_TELL: Ink.WARN,
}


def summary(  # noqa: PLR0913 - keywords alone, each one choice of the caller
    assessment: Assessment,
    programme: Programme,
    *,
    width: int,
    colour: bool,
    fail_at: Severity | None,
    verbose: bool = False,
    cut: bool = True,
    comparison: Comparison | None = None,
) -> str:
    """Write an assessment for a terminal, on one screen where that is possible.

    Critical and high findings are shown whole and controls that are not met all by
    name, on more than one screen if need be: nobody should pass over them unread.

    Args:
        assessment: What was found.
        programme: The programme that it was assessed under.
        width: Columns of the terminal.
        colour: Whether to use colours; the words say the same without.
        fail_at: Severity from which findings fail the run, when the caller asked.
        verbose: Whether to show every list whole (up to the bound of reports).
        cut: Whether long entries may be cut to one line; a file has room for all.
        comparison: What a baseline accepts: shown, and not counted by the gate.

    Returns:
        Lines ended by line feeds. Apart from colours nothing in it is a control
        character. What the release itself names may go beyond ASCII: see
        `assay.report.text.ascii_safe`.

    Raises:
        UsageError: `usage.report-mismatch`: the assessment was made under another
            programme, or a control has no result.
    """
    require_one_subject(assessment, programme)
    screen = Screen(width=width, colour=colour)
    head = _heading(screen, assessment, programme, whole=verbose)
    rows = _area_rows(assessment, programme)
    whole = verbose or not cut
    table = _area_table(screen, rows, whole=whole)
    unseen = not_looked_at(assessment, programme)
    tail = [
        *screen.field("Tiers", tier_words(assessment, programme)),
        *screen.field("Unknown", _unknown_text(unseen), ink=_unknown_ink(unseen)),
        *screen.field("Burden", burden_text(assessment.burden)),
        *accepted_lines(screen, comparison),
        *_gate(screen, assessment, fail_at, comparison),
    ]
    not_met = _not_met(screen, assessment, programme, whole=whole)
    counts = screen.field("Findings", found_words(assessment))
    title = [screen.paint("Not met", Ink.STRONG)] if not_met else []
    grave, others = _findings(
        screen, assessment, comparison, whole=whole, verbose=verbose
    )
    must = [*grave[:_MOST_GRAVE], *not_met[:_MOST]]
    # One line more is kept for the count of what is cut.
    fixed = len(head) + len(counts) + len(title) + len(tail) + 1 + sum(map(len, must))
    if not verbose and fixed + len(table) + _FEWEST > _SCREEN_LINES:
        table = _area_table(screen, _folded(rows), whole=whole)
    room = _MOST if verbose else _SCREEN_LINES - fixed - len(table)
    findings = _chosen(grave, others, room, verbose=verbose)
    left = (len(assessment.findings) - len(findings), len(not_met) - _MOST)
    tail += _cut(screen, left, MORE_STILL if verbose else MORE)
    blocks = [
        head,
        [*counts, *chain.from_iterable(findings)],
        table,
        [*title, *chain.from_iterable(not_met[:_MOST])],
        _everything_unknown(screen, unseen) if verbose else [],
        tail,
    ]
    blocks = [block for block in blocks if block]
    lines = sum(map(len, blocks))
    # Blank lines where they fit, or where the screen is too small in any case.
    fits = lines <= _SCREEN_LINES < lines + len(blocks) - 1
    gap = "\n" if fits and not verbose else "\n\n"
    return gap.join("\n".join(block) for block in blocks) + "\n"


def burden_text(burden: Burden) -> str:
    """Write what an assessment asked of people, in one sentence."""
    return (
        f"checks cover {number(burden.by_machine)} of {number(burden.controls)}; "
        f"people are asked {number(burden.asked)}, "
        f"answered {answered_words(burden)}; {number(burden.for_reviewers)} "
        f"{'waits' if burden.for_reviewers == 1 else 'wait'} "
        "for an independent reviewer"
    )


def _heading(
    screen: Screen, assessment: Assessment, programme: Programme, *, whole: bool
) -> list[str]:
    size = f"{plural(assessment.files, 'file')}, {file_size(assessment.total_size)}"
    version = f"checked by Assay {assessment.tool_version}"
    return [
        *screen.field("Release", f"{size}, {version}"),
        *screen.field("SHA-256", assessment.release_digest),
        *programme_lines(screen, assessment.programme, programme, whole=whole),
    ]


def _findings(
    screen: Screen,
    assessment: Assessment,
    comparison: Comparison | None,
    *,
    whole: bool,
    verbose: bool,
) -> tuple[list[list[str]], list[list[str]]]:
    """Lay out what weighs most, whole, and apart from it all the others."""
    known = {} if comparison is None else comparison.accepted
    grave: list[list[str]] = []
    others: list[list[str]] = []
    for finding in assessment.findings:
        is_grave = finding.severity.rank >= Severity.HIGH.rank
        lines = finding_lines(
            screen,
            finding,
            accepted=known.get(finding.id),
            whole=whole or is_grave,
            verbose=verbose,
        )
        (grave if is_grave else others).append(lines)
    return grave, others


def _chosen(
    grave: list[list[str]], others: list[list[str]], room: int, *, verbose: bool
) -> list[list[str]]:
    """Keep what weighs most, and of the others as many as there is room for."""
    if verbose:
        return [*grave, *others][:_MOST]
    fewest = 0 if grave else 1
    return [*grave[:_MOST_GRAVE], *others[: max(room, fewest)]]


def _area_rows(
    assessment: Assessment, programme: Programme
) -> list[tuple[str, dict[Outcome, int]]]:
    rows = [
        (prose(area.title), count_outcomes(lines))
        for area, lines in areas_of(assessment, programme)
    ]
    return [*rows, ("All", count_outcomes(lines_of(assessment, programme)))]


def _folded(
    rows: list[tuple[str, dict[Outcome, int]]],
) -> list[tuple[str, dict[Outcome, int]]]:
    """Join the areas in which nothing at all was assessed into one row."""
    *areas, last = rows
    known: list[tuple[str, dict[Outcome, int]]] = []
    unknown: list[tuple[str, dict[Outcome, int]]] = []
    for row in areas:
        untouched = row[1][Outcome.NOT_ASSESSED] == sum(row[1].values())
        (unknown if untouched else known).append(row)
    if len(unknown) < 2:
        return rows
    together = {o: sum(counts[o] for _, counts in unknown) for o in Outcome}
    return [*known, (f"{len(unknown)} areas not assessed", together), last]


def _area_table(
    screen: Screen, rows: list[tuple[str, dict[Outcome, int]]], *, whole: bool
) -> list[str]:
    # The last row is the sum.
    outcomes = shown_outcomes(rows[-1][1])
    widths = {outcome: len(outcome) + 2 for outcome in outcomes}
    first = screen.columns - sum(widths.values())
    too_long = whole and any(len(title) >= first for title, _ in rows)
    if screen.columns < _TABLE_COLUMNS or too_long:
        return [
            line
            for title, counts in rows
            for line in screen.wrap(f"{title}: {_outcome_text(counts)}")
        ]
    heads = "".join(f"{outcome:>{widths[outcome]}}" for outcome in outcomes)
    lines = [screen.paint(f"{'Controls':<{first}}{heads}", Ink.STRONG)]
    for title, counts in rows:
        cells = "".join(f"{counts[o] or '-':>{widths[o]}}" for o in outcomes)
        lines.append(f"{shorten_end(title, first - 1):<{first}}{cells}")
    return lines


def _outcome_text(counts: dict[Outcome, int]) -> str:
    return ", ".join(f"{n} {outcome}" for outcome, n in counts.items() if n)


def _not_met(
    screen: Screen, assessment: Assessment, programme: Programme, *, whole: bool
) -> list[list[str]]:
    return [
        screen.item(_control(line), whole=whole)
        for line in lines_of(assessment, programme)
        if line.result.outcome is Outcome.NOT_MET
    ]


def _control(line: ControlLine) -> str:
    control = line.control
    return prose(f"{control.id} {control.title}: {line.result.reason}")


def _unknown_text(unseen: NotLookedAt) -> str:
    if not unseen.total:
        return "every control was assessed, and no check reports a gap"
    counts = (
        (len(unseen.controls), "control not assessed", "controls not assessed"),
        (len(unseen.failed_controls), "control in error", "controls in error"),
        (len(unseen.withheld), "control withheld", "controls withheld"),
        (len(unseen.failed_checks), "failed check", "failed checks"),
        (len(unseen.gaps), "thing unread", "things unread"),
    )
    return ", ".join(plural(n, one, many) for n, one, many in counts if n)


def _unknown_ink(unseen: NotLookedAt) -> Ink:
    return Ink.WARN if unseen.total else Ink.PLAIN


def _everything_unknown(screen: Screen, unseen: NotLookedAt) -> list[str]:
    unread = [
        *(
            prose(f"{report.check}: the check failed: {report.failure}")
            for report in unseen.failed_checks
        ),
        *(
            f"{clean(str(gap.place))}: {prose(gap.reason)} [{clean(check)}]"
            for check, gap in unseen.gaps
        ),
    ]
    lines = (*unseen.failed_controls, *unseen.controls)
    asked = [line for line in lines if line.control.method is not AnswerMethod.CHECKS]
    checked = [line for line in lines if line.control.method is AnswerMethod.CHECKS]
    groups = (
        ("Not looked at", unread),
        ("Controls that checks could not answer", [_control(x) for x in checked]),
        ("Controls that wait for people", [_control(x) for x in asked]),
    )
    shown: list[str] = []
    for title, entries in groups:
        if entries:
            items = [screen.item(entry, whole=True) for entry in entries]
            shown.append(screen.paint(title, Ink.STRONG))
            shown += select(screen, items, _MOST, MORE_STILL)
    return shown


def _gate(
    screen: Screen,
    assessment: Assessment,
    fail_at: Severity | None,
    comparison: Comparison | None,
) -> list[str]:
    if fail_at is None:
        return []
    value, text = gate_words(assessment, fail_at, comparison)
    return screen.field("Gate", text, ink=_GATE_INK[value])


def _cut(screen: Screen, left: tuple[int, int], more: str) -> list[str]:
    findings, controls = left
    parts = [
        *([plural(findings, "finding")] if findings > 0 else []),
        *([plural(controls, "control")] if controls > 0 else []),
    ]
    return screen.wrap(f"and {' and '.join(parts)} more: {more}") if parts else []

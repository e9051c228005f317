"""The summary on a terminal: on one screen, honest, and harmless."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from assay.domain.assessment import Outcome
from assay.domain.finding import Severity
from assay.domain.limits import DEFAULT_LIMITS
from assay.domain.programme import Area
from assay.domain.verdict import DecisionValue, Reason, VerdictValue
from assay.errors import UsageError
from assay.report import decision_text, summary, verdict_text
from assay.report.terminal import burden_text
from tests.unit.report import samples

HOSTILE = "evil\x1b]0;owned\x07\u202e\x9b2J.bin"


def show(assessment=None, **changes):
    options: dict[str, Any] = {"width": 80, "colour": False, "fail_at": None}
    options |= changes
    return summary(
        samples.assessment() if assessment is None else assessment,
        samples.programme(),
        **options,
    )


@pytest.mark.parametrize("fail_at", [None, Severity.HIGH])
@pytest.mark.parametrize("width", [80, 100, 120, 300])
def test_the_summary_fits_a_screen_when_nothing_weighs_much(width, fail_at):
    light = [samples.finding(severity=Severity.MEDIUM) for _ in range(30)]
    reports = samples.with_findings(*light).reports
    assessment = replace(samples.spotless(), reports=reports)
    lines = show(assessment, width=width, fail_at=fail_at).splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= min(width, 120)


@pytest.mark.parametrize("width", [0, 40, 60])
def test_a_narrow_terminal_gets_no_line_that_is_too_long(width):
    lines = show(width=width, verbose=True).splitlines()
    assert max(map(len, lines)) <= max(width, 40)
    assert "Weights and formats: 1 met" in show(width=width)


def test_areas_without_any_answer_are_joined_where_the_screen_is_too_small():
    base = samples.programme()
    areas = tuple(Area(id=f"a{i}", title=f"Area {i}") for i in range(10))
    controls = tuple(
        replace(base.controls[0], id=f"c{i}", area=f"a{i}") for i in range(10)
    )
    results = tuple(
        replace(
            samples.assessment().controls[0],
            control=f"c{i}",
            outcome=Outcome.NOT_ASSESSED if i > 2 else Outcome.NOT_MET,
        )
        for i in range(10)
    )
    assessment = replace(samples.with_findings(), controls=results)
    programme = replace(base, areas=areas, controls=controls)

    def lines(**changes):
        text = summary(
            assessment,
            programme,
            width=80,
            colour=False,
            fail_at=Severity.HIGH,
            **changes,
        )
        return text.splitlines()

    assert len(lines()) <= 24
    (row,) = [line for line in lines() if "7 areas not assessed" in line]
    assert row.split()[-5:] == ["-", "-", "-", "7", "-"]
    assert any(line.startswith("Area 2 ") for line in lines())
    assert any(line.startswith("Area 9 ") for line in lines(verbose=True))


def test_the_summary_tells_the_digest_the_files_and_the_notice():
    text = show()
    assert samples.DIGEST in text
    assert "9 files, 8.6 GiB" in text
    assert "Unofficial reference programme" in text
    assert "1 critical, 2 high, 1 medium, 1 low, 1 info" in text
    assert "Baseline (of 2 tiers)" in text


def test_every_outcome_has_its_column_and_the_last_row_is_the_sum():
    text = show()
    head = next(line for line in text.splitlines() if line.startswith("Controls"))
    shown = [outcome for outcome in Outcome if outcome is not Outcome.WITHHELD]
    assert all(outcome.value in head for outcome in shown)
    # Whoever makes an assessment withholds nothing from it.
    assert "withheld" not in head
    last = next(line for line in text.splitlines() if line.startswith("All"))
    assert last.split() == ["All", "8", "3", "2", "4", "1"]


def test_what_was_not_looked_at_is_counted():
    text = " ".join(show().split())
    assert "Unknown 4 controls not assessed, 1 control in error, 1 failed check" in text


def test_an_assessment_without_gaps_says_so_in_words():
    text = show(samples.spotless())
    assert "every control was assessed, and no check reports a gap" in text
    assert "none in what was looked at" in text
    assert "Not met\n" not in text


def test_no_tier_reached_is_said():
    assert "none reached (of 2 tiers)" in show(replace(samples.assessment(), tiers=()))


def test_a_long_list_is_cut_and_the_rest_is_counted():
    many = [samples.finding(rule=f"rule-{i:04}") for i in range(500)]
    text = show(samples.with_findings(*many))
    assert text.count("CRITICAL") == 50
    assert "and 450 findings" in text
    assert "use --verbose, --json or --html" in text


def test_what_weighs_most_is_shown_whole_beyond_one_screen():
    grave = [
        samples.finding(rule=f"rule-{i}", severity=severity, message="Words. " * 40)
        for severity in (Severity.CRITICAL, Severity.HIGH)
        for i in range(12)
    ]
    light = [samples.finding(severity=Severity.LOW) for _ in range(3)]
    text = show(samples.with_findings(*grave, *light))
    assert text.count("  CRITICAL ") == text.count("  HIGH ") == 12
    assert text.count("Words.") == 24 * 40
    assert "..." not in text.partition("Controls")[0]
    assert "and 3 findings more" in text


def test_every_control_that_is_not_met_is_named_beyond_one_screen():
    base = samples.programme()
    controls = tuple(replace(base.controls[0], id=f"c-{i:02}") for i in range(40))
    results = tuple(
        replace(
            samples.assessment().controls[0],
            control=f"c-{i:02}",
            outcome=Outcome.NOT_MET,
        )
        for i in range(40)
    )
    assessment = replace(samples.assessment(), controls=results)
    text = summary(
        assessment,
        replace(base, controls=controls),
        width=80,
        colour=False,
        fail_at=None,
    )
    assert [f"c-{i:02}" in text for i in range(40)] == [True] * 40
    assert "controls more" not in text


@pytest.mark.parametrize("width", [60, 72, 80])
def test_nothing_is_cut_where_no_screen_is_in_the_way(width):
    long = "It goes on and on. " * 10
    light = [samples.finding(severity=Severity.LOW, message=long + "Its end.")]
    base = samples.assessment()
    controls = tuple(replace(c, reason=long + "So it is.") for c in base.controls)
    assessment = replace(samples.with_findings(*light), controls=controls)
    programme = replace(
        samples.programme(),
        areas=tuple(replace(a, title=a.title * 4) for a in samples.programme().areas),
    )
    text = summary(
        assessment, programme, width=width, colour=False, fail_at=None, cut=False
    )
    assert "..." not in text
    assert "Its end." in " ".join(text.split())
    assert " ".join(text.split()).count("So it is.") == 3
    assert max(map(len, text.splitlines())) <= width


def test_a_verbose_summary_is_whole_up_to_the_bound_of_reports():
    many = [samples.finding(rule=f"rule-{i:04}") for i in range(500)]
    text = show(samples.with_findings(*many), verbose=True)
    most = DEFAULT_LIMITS.max_report_rows
    assert text.count("CRITICAL") == most
    assert f"and {500 - most} findings more" in text


def test_a_verbose_summary_names_every_reason_and_every_gap():
    text = " ".join(show(verbose=True).split())
    assert "wei-1 Weights load without running code: The check pickle-calls" in text
    assert "cod-8 Code of the release was reviewed: Nobody answered." in text
    assert "native-code: the check failed: The file libops.so changed" in text
    assert "weights/extra.7z: The format 7z is known but is not read." in text
    assert "[pickle-calls/calls-os-system]" in text


def test_a_verbose_summary_without_gaps_has_no_list_of_them():
    assert "Not looked at" not in show(samples.spotless(), verbose=True)


def test_a_short_summary_has_room_for_blank_lines():
    assert "\n\n" in show(samples.spotless())


def is_harmless(text):
    return all(c == "\n" or c.isprintable() for c in text) and "\u202e" not in text


@pytest.mark.parametrize("width", [40, 80])
@pytest.mark.parametrize("verbose", [False, True])
def test_no_text_of_any_noun_steers_the_terminal(verbose, width):
    text = summary(
        samples.poisoned(samples.assessment(), HOSTILE),
        samples.poisoned(samples.programme(), HOSTILE),
        width=width,
        colour=False,
        fail_at=Severity.HIGH,
        verbose=verbose,
    )
    assert is_harmless(text)
    assert "\\x1b]0;owned\\x07\\u202e" in "".join(text.split())


@pytest.mark.parametrize("value", VerdictValue)
def test_no_text_of_a_verdict_steers_the_terminal(value):
    verdict = samples.poisoned(samples.verdict(value), HOSTILE)
    text = verdict_text(verdict, width=80, colour=False, verbose=True)
    assert is_harmless(text)


@pytest.mark.parametrize("programme", [None, samples.programme()])
def test_no_text_of_a_decision_steers_the_terminal(programme):
    text = decision_text(
        samples.poisoned(samples.decision(), HOSTILE),
        width=80,
        colour=False,
        programme=samples.poisoned(programme, HOSTILE),
    )
    assert is_harmless(text)


def test_a_summary_of_ascii_names_is_ascii_alone():
    assert show(verbose=True).isascii()


def test_colours_come_only_when_asked_and_change_no_word():
    plain, coloured = show(), show(colour=True)
    assert "\x1b" not in plain
    assert "\x1b[1;31m" in coloured
    stripped = coloured
    for code in ("1", "32", "1;31", "33", "2", "0"):
        stripped = stripped.replace(f"\x1b[{code}m", "")
    assert stripped == plain


def test_the_gate_fails_on_findings_at_its_severity():
    text = show(fail_at=Severity.HIGH)
    assert "fails: 3 findings of severity high or above" in text


def test_the_gate_passes_when_nothing_is_as_severe():
    minor = samples.finding(severity=Severity.LOW)
    text = show(samples.with_findings(minor), fail_at=Severity.HIGH)
    assert "passes: no finding of severity high or above" in text


def test_the_gate_does_not_pass_findings_of_unknown_severity():
    minor = samples.finding(severity=Severity.LOW)
    text = show(samples.with_findings(minor, total=1_001), fail_at=Severity.HIGH)
    assert "cannot tell: 1,000 findings of unknown severity" in text
    assert "passes" not in text
    assert "1,000 more beyond the bound of their check" in text


def test_a_summary_under_another_programme_is_refused():
    other = replace(samples.REF, digest="00" * 32)
    with pytest.raises(UsageError) as caught:
        show(replace(samples.assessment(), programme=other))
    assert caught.value.code == "usage.report-mismatch"


def test_the_burden_is_one_sentence_of_numbers():
    burden = replace(
        samples.assessment().burden,
        controls=32,
        by_machine=13,
        asked=16,
        answered=0,
        for_reviewers=3,
    )
    assert burden_text(burden) == (
        "checks cover 13 of 32; people are asked 16, answered 0; "
        "3 wait for an independent reviewer"
    )
    assert "1 waits for" in burden_text(replace(burden, for_reviewers=1))


@pytest.mark.parametrize("value", VerdictValue)
def test_a_verdict_opens_with_its_word(value):
    text = verdict_text(samples.verdict(value), width=80, colour=False)
    assert text.startswith(value.value.upper() + ":")
    assert "2026-11-23 12:30:00 UTC" in text


def test_a_valid_verdict_tells_what_was_proven_and_for_whom():
    text = verdict_text(samples.verdict(), width=80, colour=False)
    assert "Acme Models, release key 2026" in text
    assert samples.DIGEST in text
    assert "counts until 2027-11-01 09:00:00 UTC" in text
    assert "Unofficial reference programme" in text
    assert "does not name this programme" not in text


def test_a_verdict_under_a_programme_that_nobody_trusts_says_so():
    text = verdict_text(samples.untrusted_verdict(), width=80, colour=False)
    assert "does not name this programme" in text


def test_reasons_against_come_before_reasons_for():
    text = verdict_text(samples.verdict(VerdictValue.INVALID), width=80, colour=False)
    assert text.index("Against") < text.index("For")
    assert "- The manifest is signed by a key" in text
    assert "(manifest) [signature.wrong-key]" in text


@pytest.mark.parametrize("value", DecisionValue)
def test_a_decision_opens_with_its_word(value):
    text = decision_text(samples.decision(value), width=80, colour=False)
    assert text.startswith(value.value.upper() + ":")
    assert "priority-review" in text
    assert samples.REF.digest in "".join(text.split())


def test_a_decision_names_benefit_and_notice_of_its_programme():
    text = decision_text(
        samples.decision(), width=80, colour=True, programme=samples.programme()
    )
    assert "Priority review (example) (priority-review)" in text
    assert "Unofficial reference programme" in text


def test_a_decision_about_an_unknown_benefit_without_a_programme_is_shown():
    decision = replace(samples.decision(), programme=None, benefit="other", reasons=())
    text = decision_text(decision, width=80, colour=False)
    assert "none that the trust file believes" in text
    assert "Against" not in text


def test_many_reasons_are_cut_and_counted():
    reasons = tuple(
        Reason(code="eligibility.not-met", message=f"Number {i}.", subject="")
        for i in range(300)
    )
    decision = replace(samples.decision(), reasons=reasons)
    text = decision_text(decision, width=80, colour=False)
    assert "and 289 more" in text
    whole = decision_text(decision, width=80, colour=False, verbose=True)
    assert "and 101 more" in whole

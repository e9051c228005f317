"""What can be withheld, and what belongs together, follow from the programme alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from assay.domain.assessment import Outcome
from assay.domain.disclosure import (
    ItemKind,
    ItemRef,
    answer_slots,
    assessment_slots,
    checks_named,
    counts_until,
    fully_shown,
    questions_of,
    sharing,
)
from assay.programme import read_programme
from tests.simulators.claims import HARBOUR, SKIFF, Claim

PROGRAMME = read_programme(HARBOUR)


def report(check):
    return ItemRef(kind=ItemKind.REPORT, id=check)


def test_the_number_of_digests_follows_from_the_programme():
    assert checks_named(PROGRAMME) == (
        "model-card",
        "pickle-imports",
        "safetensors-sound",
        "secrets",
    )
    assert questions_of(PROGRAMME) == ("crew-1", "crew-2")
    assert assessment_slots(PROGRAMME) == 6 + 4
    assert answer_slots(PROGRAMME) == 2
    assert answer_slots(read_programme(SKIFF)) == 0


@pytest.mark.parametrize(
    ("collected", "days", "until"),
    [
        (date(2026, 11, 20), 180, date(2027, 5, 19)),
        (date(2026, 11, 20), 1, date(2026, 11, 21)),
        (date(9999, 12, 30), 36_500, date.max),
        (date.max, 1, date.max),
    ],
)
def test_an_answer_counts_until_a_day_that_the_calendar_has(collected, days, until):
    assert counts_until(collected, days) == until


def test_a_control_is_fully_shown_when_all_that_it_rests_on_is():
    cargo = PROGRAMME.control("cargo-1")
    both = {report("pickle-imports"), report("safetensors-sound")}
    assert fully_shown(cargo, both)
    assert not fully_shown(cargo, {report("pickle-imports")})
    assert not fully_shown(cargo, ())
    crew = PROGRAMME.control("crew-1")
    assert fully_shown(crew, {ItemRef(kind=ItemKind.ANSWER, id="crew-1")})
    assert not fully_shown(crew, {ItemRef(kind=ItemKind.ANSWER, id="crew-2")})
    # A review answers it: nothing of the developer shows anything.
    assert not fully_shown(PROGRAMME.control("crew-3"), both)


def test_the_controls_that_share_a_check_are_found():
    assert [c.id for c in sharing(PROGRAMME, ("secrets", "model-card"))] == [
        "cargo-2",
        "cargo-3",
    ]
    assert sharing(PROGRAMME, ()) == ()


def test_an_assessment_names_what_is_withheld_from_it():
    assessment = Claim().assessment
    assert assessment.withheld == ()
    first, *others = assessment.controls
    hidden = replace(
        assessment, controls=(replace(first, outcome=Outcome.WITHHELD), *others)
    )
    assert hidden.withheld == ("cargo-1",)

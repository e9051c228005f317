from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from assay.flows.shipped import load_shipped
from assay.programme import read_programme
from assay.report.programme_text import programme_text

HARBOUR = Path(__file__).parents[2] / "vectors/programmes/harbour-1.0.toml"
PROGRAMME = read_programme(HARBOUR.read_bytes())


def flat(text):
    return " ".join(text.split())


def test_a_programme_is_shown_with_all_that_it_asks():
    programme = read_programme(load_shipped("eo14409"))
    text = flat(programme_text(programme, width=80, colour=False))
    assert flat(programme.notice) in text
    for control in programme.controls:
        for words in (
            control.id,
            control.title,
            control.requirement,
            control.purpose,
            control.how_to_meet,
            control.question,
            control.example,
            *control.checks,
            *(mapping.id for mapping in control.mappings),
        ):
            assert flat(words) in text
    for tier in programme.tiers:
        assert tier.title in text
        assert flat(tier.summary) in text
    for benefit in programme.benefits:
        assert flat(benefit.summary) in text
    assert "tier inspected is reached" in text.replace("`", "")
    assert "control `rel-5` is met, fresh, and known as declared or stronger" in text
    assert "A bundle counts for 365 days after sealing." in text


def test_in_brief_only_ids_and_titles_are_listed():
    text = programme_text(PROGRAMME, width=80, colour=False, brief=True)
    assert "crew-2" in text
    assert "(declaration, declared)" in text
    assert "fast-berth  Fast berth (fictional)" in text
    assert PROGRAMME.control("crew-2").example not in flat(text)
    assert "Rule:" not in text


def test_no_line_is_wider_than_the_terminal_and_nested_rules_are_indented():
    text = programme_text(PROGRAMME, width=72, colour=False)
    digest = PROGRAMME.ref.digest
    assert all(len(line) <= 72 for line in text.splitlines() if digest not in line)
    assert "\n      - all of:\n        - tier `moored`" in text
    assert "\n        - at least one of:\n          - control `crew-2`" in text
    assert "Adds: crew-2, crew-3." in text


def test_what_a_programme_says_cannot_steer_the_terminal():
    hostile = replace(PROGRAMME, title="good\x1b[31m\u202etext")
    text = programme_text(hostile, width=80, colour=False)
    assert "\x1b" not in text
    assert "\u202e" not in text

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from assay.domain.programme import AnyOf, TierReached
from assay.programme import read_programme
from docs import generate_programme_pages
from docs.generate_programme_pages import page, pages

HARBOUR = Path(__file__).parents[2] / "vectors/programmes/harbour-1.0.toml"
REMEDY = "run: python -m docs.generate_programme_pages"


def test_the_page_of_every_programme_shipped_is_up_to_date():
    expected = pages()
    assert expected
    for path, text in expected.items():
        assert path.read_text(encoding="utf-8") == text, REMEDY
    assert set(generate_programme_pages.FOLDER.glob("*.md")) == set(expected)


def test_a_page_shows_the_notice_and_every_control_tier_and_benefit():
    programme = read_programme(HARBOUR.read_bytes())
    text = page(programme)
    assert programme.notice in text
    assert programme.ref.digest in text
    for item in (*programme.controls, *programme.tiers, *programme.benefits):
        assert item.id in text
        assert item.title in text
    assert "Adds: `crew-2`, `crew-3`." in text
    assert "  - at least one of:\n    - control `crew-2` is met" in text


def test_a_page_says_where_nothing_was_compared_and_nothing_grows_old():
    programme = read_programme(HARBOUR.read_bytes())
    text = page(programme)
    assert "Same elsewhere: not compared." in text
    assert "Same elsewhere: MITRE ATLAS (5.6.0) AML.M0014." in text
    assert "A bundle of any age counts" in text


def test_a_control_outside_every_tier_says_so():
    programme = read_programme(HARBOUR.read_bytes())
    benefit = replace(
        programme.benefits[0], rule=AnyOf(rules=(TierReached(tier="moored"),))
    )
    low = replace(programme, tiers=programme.tiers[:1], benefits=(benefit,))
    assert "First tier that asks for it: none." in page(low)

"""Every pair of colours that the page puts on each other is readable (WCAG 2.2 AA)."""

from __future__ import annotations

import re

import pytest

from assay.report.html import _stylesheet

CSS = _stylesheet()

# Foreground, background, least contrast: 4.5 for text (1.4.3), 3 for signs, borders
# that carry meaning and the focus ring (1.4.11).
PAIRS = [
    *((name, ground, 4.5) for name in ("ink", "soft", "link")
      for ground in ("paper", "panel")),
    *((name, ground, 4.5) for name in ("met", "not-met", "error")
      for ground in ("paper", "panel")),
    *((name, "paper", 4.5) for name in ("medium", "low", "info")),
    ("on-met", "met", 4.5),
    ("on-not-met", "not-met", 4.5),
    ("on-error", "error", 4.5),
    ("on-unknown", "unknown", 4.5),
    ("on-not-applicable", "not-applicable", 4.5),
    ("on-critical", "critical", 4.5),
    ("on-high", "high", 4.5),
    ("focus", "paper", 3),
    ("edge", "paper", 3),
    ("hatch", "unknown", 3),
]  # fmt: skip


def palette(block):
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))


LIGHT, DARK = (
    palette(block) for block in re.findall(r":root \{(.*?)\n\s*\}", CSS, re.DOTALL)
)


def luminance(colour):
    # WCAG 2.2, definition of relative luminance.
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_of_contrast_gives_the_known_extremes():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "ground", "least"), PAIRS)
def test_every_pair_of_colours_is_readable(theme, front, ground, least):
    assert contrast(theme[front], theme[ground]) >= least


def test_the_dark_theme_names_every_colour_of_the_light_one():
    assert set(LIGHT) == set(DARK)


def test_no_colour_stands_outside_the_palette():
    rules = re.sub(r":root \{.*?\}", "", CSS, flags=re.DOTALL)
    assert not re.findall(r":[^;{]*#[0-9a-f]{3,8}\b(?!\")", rules)
    assert "gradient" not in rules

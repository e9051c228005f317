"""Write `docs/programmes/<id>.md` from each programme shipped, in its latest version.

Run it after a programme changed: `python -m docs.generate_programme_pages`. A test
compares the pages with what this would write.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assay.domain.programme import AnswerMethod
from assay.flows.shipped import load_shipped, shipped_programmes
from assay.programme import read_programme
from assay.programme.words import (
    age_words,
    answer_words,
    freshness_words,
    mapping_words,
    rule_lines,
    tier_steps,
)

if TYPE_CHECKING:
    from assay.domain.programme import Benefit, Control, Programme

FOLDER = Path(__file__).parent / "programmes"

_ANSWERED_BY = {
    AnswerMethod.CHECKS: "checks",
    AnswerMethod.DECLARATION: "a declaration",
    AnswerMethod.REVIEW: "an independent review",
}


def page(programme: Programme) -> str:
    """Give the page of a programme in Markdown."""
    ref = programme.ref
    parts = [
        f"# {programme.title}",
        "> " + programme.notice.strip().replace("\n", "\n> "),
        (
            f"`{ref.id}` version {ref.version}, published"
            f" {programme.published.isoformat()}. SHA-256 of the file: `{ref.digest}`."
            " This page is generated from it by `docs/generate_programme_pages.py`."
        ),
        _burden(programme),
        "## Tiers",
        "From the lowest to the highest; each includes the one above it in this list.",
        *_tiers(programme),
        "## Benefits",
        *(_benefit(benefit) for benefit in programme.benefits),
        "## Controls",
    ]
    for area in programme.areas:
        parts.append(f"### {area.title}")
        parts += [
            _control(control, programme)
            for control in programme.controls
            if control.area == area.id
        ]
    return "\n\n".join(parts) + "\n"


def _burden(programme: Programme) -> str:
    rows = ["| answered by | controls |", "|---|---|"]
    for method, name in _ANSWERED_BY.items():
        count = sum(control.method is method for control in programme.controls)
        rows.append(f"| {name} | {count} |")
    rows.append(f"| **all** | **{len(programme.controls)}** |")
    return "\n".join(rows)


def _tiers(programme: Programme) -> list[str]:
    parts = []
    for number, step in enumerate(tier_steps(programme)):
        listed = ", ".join(f"`{control}`" for control in step.adds)
        more = "Adds" if number else "Asks for"
        tier = step.tier
        parts.append(
            f"**{tier.title}** (`{tier.id}`, {len(tier.controls)} controls)."
            f" {tier.summary} {more}: {listed}."
        )
    return parts


def _benefit(benefit: Benefit) -> str:
    lines = [
        f"### {benefit.title}",
        "",
        (
            f"`{benefit.id}`. {benefit.summary} Could be adopted by {benefit.grantor}."
            f" {age_words(benefit)}"
        ),
        "",
        "Rule:",
        "",
        *("  " * line.depth + f"- {line.text}" for line in rule_lines(benefit.rule)),
    ]
    return "\n".join(lines)


def _control(control: Control, programme: Programme) -> str:
    tier = next((t.title for t in programme.tiers if control.id in t.controls), "none")
    lines = [
        f"#### {control.id}: {control.title}",
        "",
        f"{control.requirement}",
        "",
        f"- Why: {control.purpose}",
        f"- How to meet it: {control.how_to_meet}",
        f"- Answered by: {answer_words(control)}.",
    ]
    if control.question:
        lines += [
            f"- Question: {control.question}",
            f"- Example of a good answer: {control.example}",
        ]
    lines += [
        f"- First tier that asks for it: {tier}. {freshness_words(control)}",
        f"- Same elsewhere: {mapping_words(control)}.",
    ]
    return "\n".join(lines)


def pages() -> dict[Path, str]:
    """Give the text of every page, by where it belongs."""
    return {
        FOLDER / f"{name}.md": page(read_programme(load_shipped(name)))
        for name in sorted({ref.id for ref in shipped_programmes()})
    }


def main() -> None:
    """Write all pages."""
    FOLDER.mkdir(exist_ok=True)
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

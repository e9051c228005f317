"""Write `docs/programmes/<id>.md` from each programme shipped, in its latest version.

Run it after a programme changed: `python -m docs.generate_programme_pages`. A test
compares the pages with what this would write.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assay.domain.programme import AllOf, AnswerMethod, AnyOf, ControlMet
from assay.programme import load_shipped, read_programme, shipped_programmes

if TYPE_CHECKING:
    from assay.domain.programme import Benefit, Control, Programme, Rule

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
    lower: frozenset[str] = frozenset()
    for tier in programme.tiers:
        added = [control for control in tier.controls if control not in lower]
        listed = ", ".join(f"`{control}`" for control in added)
        more = "Adds" if lower else "Asks for"
        parts.append(
            f"**{tier.title}** (`{tier.id}`, {len(tier.controls)} controls)."
            f" {tier.summary} {more}: {listed}."
        )
        lower = frozenset(tier.controls)
    return parts


def _benefit(benefit: Benefit) -> str:
    age = (
        "A bundle of any age counts, as long as its answers are fresh."
        if benefit.max_age_days is None
        else f"A bundle counts for {benefit.max_age_days} days after it was sealed."
    )
    lines = [
        f"### {benefit.title}",
        "",
        (
            f"`{benefit.id}`. {benefit.summary} Could be adopted by {benefit.grantor}."
            f" {age}"
        ),
        "",
        "Rule:",
        "",
        *_rule(benefit.rule, 0),
    ]
    return "\n".join(lines)


def _rule(rule: Rule, depth: int) -> list[str]:
    indent = "  " * depth + "- "
    if isinstance(rule, AllOf | AnyOf):
        name = "all of" if isinstance(rule, AllOf) else "at least one of"
        inner = [line for part in rule.rules for line in _rule(part, depth + 1)]
        return [f"{indent}{name}", *inner]
    if isinstance(rule, ControlMet):
        classes = ", ".join(known.value for known in rule.classes)
        return [
            f"{indent}control `{rule.control}` is met, fresh, and known as: {classes}"
        ]
    return [
        (
            f"{indent}every control of tier `{rule.tier}` is met and fresh, or does not"
            " apply where that is allowed"
        )
    ]


def _control(control: Control, programme: Programme) -> str:
    tier = next((t.title for t in programme.tiers if control.id in t.controls), "none")
    void = "may" if control.not_applicable_allowed else "may not"
    lines = [
        f"#### {control.id}: {control.title}",
        "",
        f"{control.requirement}",
        "",
        f"- Why: {control.purpose}",
        f"- How to meet it: {control.how_to_meet}",
        f"- Answered by: {_answer(control)}",
    ]
    if control.question:
        lines += [
            f"- Question: {control.question}",
            f"- Example of a good answer: {control.example}",
        ]
    lines += [
        (
            f"- First tier that asks for it: {tier}. Good for {control.freshness_days}"
            f" days; {void} be answered as not applicable."
        ),
        f"- Same elsewhere: {_elsewhere(control)}",
    ]
    return "\n".join(lines)


def _answer(control: Control) -> str:
    known = f"known as {control.evidence_class.value}"
    if control.fail_at is not None:
        checks = ", ".join(f"`{check}`" for check in control.checks)
        return (
            f"checks {checks}; not met on findings of severity"
            f" {control.fail_at.value} or above; {known}"
        )
    file = "; met needs an evidence file" if control.evidence_required else ""
    return f"{_ANSWERED_BY[control.method]} of the {control.answered_by}; {known}{file}"


def _elsewhere(control: Control) -> str:
    if not control.mappings:
        return "not compared."
    ids: dict[str, list[str]] = {}
    for mapping in sorted(control.mappings):
        ids.setdefault(f"{mapping.framework} ({mapping.version})", []).append(
            mapping.id
        )
    return "; ".join(f"{name} {', '.join(found)}" for name, found in ids.items()) + "."


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

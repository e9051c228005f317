"""Write the file in which people answer what the machine could not.

Only questions that a declaration answers are asked. Each stands with what is asked,
why, who should answer and an example, all as comments, above an answer left open. The
file is what `assay.wire.v0.declarations` reads back: an open answer is no answer.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from assay.domain.programme import AnswerMethod
from assay.wire.v0.declarations import FORMAT

if TYPE_CHECKING:
    from assay.domain.declaration import Answer, Declarations
    from assay.domain.programme import Control, Programme

__all__ = ["write_template"]

_WIDTH = 88
_HEAD = """\
Answer what you can; an answer left at "" counts as not assessed, never as a failure.
answer: "met", "not met", or "not applicable" where that is allowed.
role: your role, not your name. date: the day on which you answer, as 2026-01-31.
statement: how the control is met, or why it is not or does not apply.
evidence: files beside this one, as [{ file = "list.pdf" }, { file = "plan.pdf" }];
their digests are sealed, the files stay with you."""

# What TOML 1.0.0 writes with a letter inside a basic string.
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def write_template(programme: Programme, answered: Declarations | None = None) -> str:
    """Write the questions of a programme as a declarations file in TOML.

    The same programme and answers always give the same text.

    Args:
        programme: Whose questions are asked.
        answered: Answers to keep, such as those of an earlier release; the others are
            left open. Answers to controls that the programme does not ask about are
            left out.
    """
    ref = programme.ref
    parts = [
        _comment(f"{programme.title}, version {ref.version}"),
        "#",
        _comment(programme.notice),
        "#",
        _comment(_HEAD),
        "",
        f"format = {_string(FORMAT)}",
        f"programme = {_string(ref.id)}",
        f"version = {_string(ref.version)}",
    ]
    titles = {area.id: area.title for area in programme.areas}
    for control in programme.controls:
        if control.method is AnswerMethod.DECLARATION:
            answer = None if answered is None else answered.of(control.id)
            parts.append(_question(control, titles[control.area]))
            parts.append(_entry(control, answer))
    return "\n".join(parts) + "\n"


def _question(control: Control, area: str) -> str:
    void = "may" if control.not_applicable_allowed else "may not"
    file = "needs" if control.evidence_required else "may have"
    lines = [
        "",
        "# " + "-" * (_WIDTH - 2),
        _comment(f"{control.id}  {control.title}  ({area})"),
        "#",
        _comment(control.requirement, "Asked:    "),
        _comment(control.question, "Question: "),
        _comment(control.purpose, "Why:      "),
        _comment(control.how_to_meet, "How:      "),
        _comment(control.answered_by, "Who:      "),
        _comment(control.example, "Example:  "),
        _comment(
            f"{void} be answered as not applicable; met {file} an evidence file; good"
            f" for {control.freshness_days} days",
            "Rules:    ",
        ),
        "",
    ]
    return "\n".join(lines)


def _entry(control: Control, answer: Answer | None) -> str:
    lines = ["[[answer]]", f"control = {_string(control.id)}"]
    if answer is None:
        lines += [
            'answer = ""',
            'role = ""',
            "# date = YYYY-MM-DD",
            'statement = ""',
            "evidence = []",
        ]
    else:
        files = [f"  {{ file = {_string(item.name)} }}," for item in answer.evidence]
        lines += [
            f"answer = {_string(answer.value.value)}",
            f"role = {_string(answer.role)}",
            f"date = {answer.date.isoformat()}",
            f"statement = {_string(answer.statement)}",
            *(["evidence = [", *files, "]"] if files else ["evidence = []"]),
        ]
    return "\n".join(lines)


def _comment(text: str, label: str = "") -> str:
    """Wrap text as comments; no character of it can end the comment."""
    lines: list[str] = []
    for index, paragraph in enumerate(text.splitlines()):
        lines += textwrap.wrap(
            "".join(char if char.isprintable() else " " for char in paragraph),
            width=_WIDTH,
            initial_indent="# " + (label if index == 0 else " " * len(label)),
            subsequent_indent="# " + " " * len(label),
            break_long_words=False,
            break_on_hyphens=False,
        )
    return "\n".join(lines)


def _string(text: str) -> str:
    """Write a TOML basic string."""
    return '"' + "".join(_escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char < " " or char == "\x7f":
        return f"\\u{ord(char):04x}"
    return char

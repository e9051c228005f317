"""Notebooks: the code of their cells, the commands in it, and what outputs hold.

Cells share their names, so that they are read as one source when each of them can be
parsed. Source: nbformat 4 (cells), nbformat 3 (worksheets), IPython's magics.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assay.release.formats import code_shell
from assay.release.formats.code import facts_of_acts, look
from assay.release.formats.code_act import Act, Seen
from assay.release.formats.code_reach import CALL
from assay.release.formats.code_source import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.domain.facts import CodeFacts, Place
    from assay.domain.limits import Limits
    from assay.release.formats.reading import Subject

__all__ = ["facts"]

_SHELL_CELL = re.compile(r"\s*%%(?:(?:bash|sh|script|system|cmd|sx|perl|ruby)\b|!)")
_OTHER_CELL = re.compile(r"\s*%%(?:html|javascript|js|svg|markdown|latex)\b")
# A file that a cell writes, and what it writes into it.
_FILE_CELL = re.compile(r"\s*%%(?:writefile|file)\s+(?:-a\s+)?(\S.{0,300})")
# A command that is all one name: what it stands for is what is run.
_NAMED = re.compile(r"(?:\{\s*([A-Za-z_]\w{0,80})\s*\}|\$([A-Za-z_]\w{0,80}))\s*\Z")
_READABLE = (".py", ".ipynb", ".ipy")
_COMMAND = re.compile(r"(\s*)(?:[\w, ]{1,80}=\s*)?!{1,2}\s*(.*)")
_MAGIC = re.compile(r"(\s*)(?:[\w, ]{1,80}=\s*)?%{1,2}\s*([A-Za-z_]\w{0,40})[ \t]*(.*)")
_RUNNING = frozenset({"system", "sx", "bash", "sh"})
_INSTALLING = frozenset({"pip", "conda", "mamba", "uv"})
_MAX_CELLS = 5_000
_MAX_OUTPUTS = 200


def facts(
    value: dict[str, object], subject: Subject, limits: Limits
) -> list[CodeFacts]:
    """Give the facts of a notebook's code cells, or none when it has none."""
    cells = list(_cells(value, "code"))
    pages = [cell for cell in _cells(value, "markdown") if any(_page(cell[1], 0))]
    if not cells and not pages:
        return []
    sources = [_Cell(key, text, limits) for key, text, _ in cells]
    seen = _together(sources, subject.name, limits)
    lines: list[tuple[str, int]] = []
    for cell in sources:
        seen.acts += [_moved(act, len(lines)) for act in cell.acts]
        lines += cell.places
    outputs: list[tuple[str, int]] = []
    for key, _, given in cells:
        outputs.append((f"{key}.outputs", 1))
        seen.acts += _outputs(given, len(lines) + len(outputs))
    for key, text, _ in pages:
        seen.acts += _page(text, len(lines) + len(outputs))
        outputs += [(key, number) for number in range(1, text.count("\n") + 2)]
    every = lines + outputs
    first = (cells or pages)[0][0]

    def at(line: int) -> Place:
        key, number = every[line - 1] if 0 < line <= len(every) else every[0]
        return subject.at(key=key, inner_line=number)

    return [facts_of_acts(_softened(seen), limits, subject.at(key=first), at)]


class _Cell:
    """One code cell: its Python, and what its other lines do."""

    def __init__(self, key: str, text: str, limits: Limits) -> None:
        self.key = key
        self.acts: list[Act] = []
        lines = text.split("\n")
        self.places = [(key, number) for number in range(1, len(lines) + 1)]
        if _SHELL_CELL.match(text):
            self.acts = list(code_shell.script("\n".join(lines[1:]), first=2))
            lines = [""] * len(lines)
        elif (written := _FILE_CELL.match(text)) is not None:
            self.acts = [Act("file-write", "%%writefile", 1, CALL, written[1])]
            body = "\n".join(lines[1:])
            if written[1].strip().endswith(".py"):
                self.acts += [_moved(act, 1) for act in look(body, "x.py", limits).acts]
            self.acts += code_shell.script(body, first=2)
            lines = [""] * len(lines)
        elif _OTHER_CELL.match(text):
            self.acts = list(code_shell.markup(text))
            lines = [""] * len(lines)
        self.python = [self._line(line, at) for at, line in enumerate(lines, 1)]

    def _line(self, line: str, number: int) -> str:
        """Take commands and magics out, and leave something that can be parsed."""
        found = _COMMAND.match(line)
        if found:
            named = _NAMED.match(found[2])
            if named:
                name = named[1] or named[2]
                return f"{found[1]}get_ipython().system({name})"
            self._command(found[2], number)
            return f"{found[1]}pass"
        found = _MAGIC.match(line)
        if not found:
            return line
        if found[2] in _RUNNING:
            self._command(found[3], number)
        elif found[2] in ("alias", "alias_magic"):
            self.acts += code_shell.commands(found[3], number, CALL, loud=True)
        elif found[2] == "run" and found[3]:
            if _runs_other(found[3]):
                act = Act("obfuscation", "%run", number, CALL, found[3][:400])
                self.acts.append(act)
        elif found[2] in _INSTALLING:
            self._command(f"{found[2]} {found[3]}", number)
        elif found[2] in ("time", "timeit", "prun", "capture"):
            return f"{found[1]}{found[3]}" if found[3][:1] not in ("", "-") else ""
        return f"{found[1]}pass"

    def _command(self, text: str, number: int) -> None:
        found = list(code_shell.commands(text, number, CALL))
        if not found:
            found = [Act("process", "!", number, CALL, text[:400])]
        self.acts += found


def _runs_other(given: str) -> bool:
    """Tell `%run` of what is no source by its name, or lies elsewhere."""
    words = [word for word in given.split() if not word.startswith("-")]
    name = words[0].strip("\"'") if words else ""
    return "://" in name or ("." in name and not name.endswith(_READABLE))


def _moved(act: Act, start: int) -> Act:
    return replace(act, line=act.line + start)


def _together(cells: list[_Cell], name: str, limits: Limits) -> Seen:
    """Read the cells as one source, each that cannot be parsed for itself."""
    lines: list[str] = []
    seen = Seen()
    for cell in cells:
        text = "\n".join(cell.python)
        if parse(text, limits).tree is None:
            alone = look(text, name, limits)
            seen.acts += [_moved(act, len(lines)) for act in alone.acts]
            seen.imports |= alone.imports
            lines += [""] * len(cell.python)
        else:
            lines += cell.python
    whole = look("\n".join(lines), name, limits)
    whole.acts += seen.acts
    whole.imports |= seen.imports
    return whole


def _softened(seen: Seen) -> Seen:
    """Nothing runs a notebook by itself: a person does."""
    seen.acts = [replace(act, when=CALL) for act in seen.acts]
    return seen


def _cells(value: dict[str, object], kind: str) -> Iterator[tuple[str, str, object]]:
    """Give cells of a kind: where they stand, what they hold, what came out of them."""
    sheets: list[tuple[str, object]] = [("cells", value.get("cells"))]
    older = value.get("worksheets")
    for index, sheet in enumerate(older if isinstance(older, list) else []):
        if isinstance(sheet, dict):
            sheets.append((f"worksheets[{index}].cells", sheet.get("cells")))
    count = 0
    for path, cells in sheets:
        for index, cell in enumerate(cells if isinstance(cells, list) else []):
            text = _source(cell, kind)
            if text and count < _MAX_CELLS:
                count += 1
                yield f"{path}[{index}]", text, cell.get("outputs")


def _source(cell: object, kind: str) -> str:
    if not isinstance(cell, dict) or cell.get("cell_type") != kind:
        return ""
    return _text(cell.get("source") or cell.get("input"))


def _text(value: object) -> str:
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""


def _page(text: str, start: int) -> Iterator[Act]:
    """Give what scripts in a text for people do, where they do more than show."""
    for act in code_shell.markup(text):
        if act.name != "script":
            yield _moved(replace(act, scope="outputs"), start)


def _outputs(given: object, line: int) -> Iterator[Act]:
    """Give scripts in outputs, which a browser runs when the notebook is trusted."""
    for output in (given if isinstance(given, list) else [])[:_MAX_OUTPUTS]:
        data = output.get("data") if isinstance(output, dict) else None
        for kind, body in (data if isinstance(data, dict) else {}).items():
            if kind in ("text/html", "image/svg+xml"):
                for act in code_shell.markup(_text(body)):
                    yield Act(act.kind, act.name, line, CALL, act.detail, "outputs")
            elif kind == "application/javascript":
                yield Act(
                    "dynamic-code", "script", line, CALL, _text(body)[:400], "outputs"
                )

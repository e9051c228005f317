"""What editors, agents and npm run because a JSON document of theirs says so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.errors import DocumentError
from assay.release.formats import code_shell, code_switches
from assay.release.formats.code_act import Act
from assay.release.formats.code_reach import CALL, IMPORT, LOAD
from assay.wire import strict_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.release.formats.reading import Inspection, Subject

__all__ = ["editor", "package", "without_comments"]

_MAX_ENTRIES = 2_000
_MAX_DEPTH = 12
# Texts and comments: of two alternatives, none matches what the other does.
_COMMENT = re.compile(r'("(?:[^"\\\n]|\\.)*+")|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/)?')
_LAST_COMMA = re.compile(r'("(?:[^"\\\n]|\\.)*+")|,(?=\s*[}\]])')
# Commands of dev containers, and when they run; the first runs on the host.
_CONTAINER = {
    "initializeCommand": IMPORT,
    "onCreateCommand": LOAD,
    "updateContentCommand": LOAD,
    "postCreateCommand": LOAD,
    "postStartCommand": LOAD,
    "postAttachCommand": LOAD,
}
_SYSTEMS = ("windows", "linux", "osx")
# Settings of editors and agents that name a program.
_PROGRAM = re.compile(
    r"(?i)(?:path|executable|interpreter\w*|command|helper|refresh|shell|\.linux|\.osx"
    r"|\.windows|pythonPath)\Z"
)
_INSTALLING = frozenset(
    {"preinstall", "install", "postinstall", "prepare", "prepublish", "preprepare"}
    | {"postprepare", "post-install-cmd", "post-autoload-dump", "pre-install-cmd"}
)


def without_comments(text: str) -> str:
    """Take comments and last commas out, and leave every line where it is."""

    def blank(found: re.Match[str]) -> str:
        return found[1] or "\n" * found[0].count("\n")

    return _LAST_COMMA.sub(blank, _COMMENT.sub(blank, text))


def editor(text: str, subject: Subject, inspection: Inspection) -> Iterator[Act]:
    """Give what an editor, a dev container or an agent runs."""
    value = _parsed(text, inspection)
    if value is None:
        yield from code_shell.script(text)
        return
    lines = _Lines(text)
    for path, item in _walk(value):
        yield from _item(path, item, lines, subject, inspection)


def _item(
    path: tuple[str, ...],
    item: dict[str, object],
    lines: _Lines,
    subject: Subject,
    inspection: Inspection,
) -> Iterator[Act]:
    """Look at one object: a task, a server, a hook, or settings."""
    options = item.get("runOptions")
    by_itself = isinstance(options, dict) and options.get("runOn") == "folderOpen"
    parent = path[0] if path else ""
    when = IMPORT if by_itself or parent in ("mcpServers", "servers", "hooks") else CALL
    systems = [item.get(name) for name in _SYSTEMS]
    for one in (item, *systems):
        command = _command(one) if isinstance(one, dict) else ""
        if command:
            name = "folderOpen" if by_itself else parent or "task"
            yield from _acts(f"editor.{name}", command, lines, when)
    for key, value in item.items():
        if key in _CONTAINER:
            for command in _texts(value):
                yield from _acts(f"container.{key}", command, lines, _CONTAINER[key])
        else:
            yield from _setting(key, value, lines, subject, inspection)


def _setting(
    key: str,
    value: object,
    lines: _Lines,
    subject: Subject,
    inspection: Inspection,
) -> Iterator[Act]:
    """Look at a setting that names a program of the release, or sets a switch."""
    if key.startswith("terminal.integrated.env") and isinstance(value, dict):
        for name, given in value.items():
            # Where to look for one's own modules is what honest settings say.
            switch = name != "PYTHONPATH" and isinstance(given, str)
            if switch and code_switches.is_switch(name, given):
                line = lines.of(name)
                yield Act("hook", f"editor.{key}", line, IMPORT, f"{name}={given}")
    if not isinstance(value, str) or not _PROGRAM.search(key) or key == "command":
        return
    inside = _inside(value, subject, inspection)
    loud = list(code_shell.commands(value, lines.of(value), IMPORT, loud=True))
    yield from loud
    if inside and not loud:
        line = lines.of(value)
        yield Act("hook", f"editor.{key}", line, IMPORT, value[:400], origin="release")


def _inside(value: str, subject: Subject, inspection: Inspection) -> bool:
    """Tell a program that lies in the release."""
    above = subject.place.path.rpartition("/")[0].rpartition("/")[0]
    plain = re.sub(r"\$\{workspace(?:Folder|Root)(?::[^}]*)?\}/?", "", value)
    plain = plain.removeprefix("./")
    full = f"{above}/{plain}" if above else plain
    return full in inspection.paths


def package(text: str, subject: Subject, inspection: Inspection) -> Iterator[Act]:
    """Give what npm runs of a package's scripts."""
    del subject
    value = _parsed(text, inspection)
    scripts = value.get("scripts") if isinstance(value, dict) else None
    lines = _Lines(text)
    for name, given in scripts.items() if isinstance(scripts, dict) else ():
        when = LOAD if name in _INSTALLING else CALL
        for command in _texts(given):
            yield from _acts(f"npm.{name}", command, lines, when)


def _acts(name: str, command: str, lines: _Lines, when: str) -> Iterator[Act]:
    line = lines.of(command)
    loud = list(code_shell.commands(command, line, when, loud=True))
    yield from loud or [Act("hook", name[:100], line, when, command[:400])]


def _command(item: dict[str, object]) -> str:
    """Give a command with its arguments, as one line."""
    words = [*_words(item.get("command")), *_words(item.get("args"))]
    if not words:
        words = [*_words(item.get("path")), *_words(item.get("args"))]
        words = words if item.get("args") else []
    return " ".join(words)[:2_000]


def _words(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return _words(value.get("value"))
    return [w for v in value[:64] for w in _words(v)] if isinstance(value, list) else []


def _texts(value: object) -> list[str]:
    """Give commands: one text, words of one, or several by name."""
    if isinstance(value, list):
        return [" ".join(_words(value))]
    if isinstance(value, dict):
        return [text for item in list(value.values())[:64] for text in _texts(item)]
    return [value] if isinstance(value, str) else []


def _parsed(text: str, inspection: Inspection) -> object:
    data = without_comments(text).encode("utf-8", "replace")
    try:
        return strict_json.loads(data, limits=inspection.limits, tolerant=True)
    except DocumentError:
        return None


def _walk(value: object) -> Iterator[tuple[tuple[str, ...], dict[str, object]]]:
    """Give every object with the keys that lead to it, the first one below the top."""
    waiting: list[tuple[tuple[str, ...], object]] = [((), value)]
    count = 0
    while waiting and count < _MAX_ENTRIES:
        path, item = waiting.pop()
        count += 1
        if isinstance(item, dict):
            yield path, item
        if len(path) >= _MAX_DEPTH:
            continue
        if isinstance(item, dict):
            waiting += [((*path, str(key)), child) for key, child in item.items()]
        elif isinstance(item, list):
            waiting += [(path, child) for child in item]


class _Lines:
    """Finds the line of a text in a document."""

    def __init__(self, text: str) -> None:
        self._text = text

    def of(self, text: str) -> int:
        """Give the line where a text begins, near enough, or 0."""
        first = re.split(r"[\s\"\\]", text.strip(), maxsplit=1)[0][:80]
        at = self._text.find(first) if first else -1
        return self._text.count("\n", 0, at) + 1 if at >= 0 else 0

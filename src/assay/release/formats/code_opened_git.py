"""Settings of git that name a program: git runs it as soon as somebody asks for status.

Source: git-config(1), gitmodules(5).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.release.formats import code_shell
from assay.release.formats.code_act import Act
from assay.release.formats.code_reach import IMPORT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.release.formats.reading import Inspection, Subject

__all__ = ["settings"]

_MAX_LINES = 20_000
_SECTION = re.compile(
    r"\s*\[\s*([\w.-]{1,60})(?:\s+\"((?:[^\"\\]|\\.){0,200})\")?\s*\]"
)
_ENTRY = re.compile(r"\s*([A-Za-z][\w-]{0,60})\s*=\s*(.{0,2000})")
# Settings whose value is run, whatever it is.
_RUN = re.compile(
    r"core\.(?:sshcommand|gitproxy|askpass|pager|editor|hookspath|fsmonitor|alternaterefscommand)"
    r"|diff\.(?:.*\.)?(?:external|textconv|command)|merge\..*\.driver"
    r"|filter\..*\.(?:clean|smudge|process)|gpg\.(?:.*\.)?program|sequence\.editor"
    r"|(?:merge|diff)tool\..*\.(?:cmd|path)|uploadpack\.packobjectshook|pager\..*"
    r"|credential\.(?:.*\.)?helper|browser\..*\.(?:cmd|path)|trailer\..*\.(?:command|cmd)"
    r"|include\.path|includeif\..*\.path|init\.templatedir|sendemail\..*cmd|alias\..*"
    r"|submodule\..*\.(?:update|url)|protocol\.(?:ext\.)?allow|remote\..*\.(?:vcs|url"
    r"|uploadpack|receivepack)|url\..*\.insteadof",
    re.IGNORECASE,
)
# What honest settings say: no program, a well-known one, or an address.
_PLAIN = re.compile(
    r"(?:true|false|yes|no|on|off|\d+|git-lfs (?:clean|smudge|filter-process)[^;&|`$]*"
    r"|less[\w -]*|more|cat|delta[\w -]*|diff-so-fancy|vim?|nvim|nano|emacs[\w -]*"
    r"|code(?: --wait)?|store|osxkeychain|manager(?:-core)?|wincred|libsecret"
    r"|cache(?: --timeout[ =]\d+)?|checkout|merge|rebase|none|\.githooks|\.husky(?:/_)?"
    r"|[\w-]{1,40})\Z",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"(?:https?|git|ssh)://[^\s;`$|-][^\s;`$|]*\Z|[\w.-]+@[\w.-]+:[\w./~-]+\Z"
    r"|\.{0,2}/[\w./ -]*\Z|[\w][\w./ -]*\Z"
)


def settings(text: str, subject: Subject, inspection: Inspection) -> Iterator[Act]:
    """Give the settings that run something."""
    del subject, inspection
    section = ""
    for number, line in enumerate(text.split("\n")[:_MAX_LINES], 1):
        found = _SECTION.match(line)
        if found:
            section = ".".join(filter(None, (found[1].lower(), found[2])))
        rest = line[found.end() :] if found else line
        entry = None if rest.lstrip().startswith(("#", ";")) else _ENTRY.match(rest)
        if entry is None:
            continue
        key = f"{section}.{entry[1].lower()}"
        value = entry[2].strip().strip('"')
        if _RUN.fullmatch(key) and _runs(key, value):
            loud = list(code_shell.commands(value, number, IMPORT, loud=True))
            yield from loud or [Act("hook", f"git.{key}", number, IMPORT, value[:400])]


def _runs(key: str, value: str) -> bool:
    if key.startswith(("remote.", "submodule.", "url.")) and not key.endswith("update"):
        return not _ADDRESS.match(value)
    if key.startswith("alias."):
        return value.startswith("!")
    if key.startswith("protocol."):
        return "ext" in key and value == "always"
    if key.startswith(("include.", "includeif.")):
        return True
    if key.endswith((".hookspath", ".templatedir")):
        return value not in (".githooks", ".husky", ".husky/_")
    return not _PLAIN.match(value)

"""Files that make a tool run something when a folder is opened, installed or used.

Editors, shells, package managers, agents and git look for them by name. A command is a
fact with its moment: `import` when opening the folder runs it, `load` when installing
does, `call` when a person starts it. Sources: VS Code (tasks, settings, dev
containers, MCP servers), direnv, npm, git-config(1), gitmodules(5), githooks(5),
Desktop Entry Specification, JetBrains run configurations, PEP 517, Hatch.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from assay.domain.facts import ConfigFacts, RemoteCode
from assay.release.formats import code_opened_git, code_opened_json, code_shell
from assay.release.formats.code import facts_of_acts
from assay.release.formats.code_act import Act, Seen
from assay.release.formats.code_encoding import decode
from assay.release.formats.code_reach import CALL, IMPORT
from assay.release.formats.code_source import Parsed
from assay.release.formats.reading import shorten
from assay.release.source import chunks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assay.domain.facts import Fact, Place
    from assay.release.formats.reading import Inspection, Subject

    Reader = Callable[[str, "Subject", "Inspection"], Iterator[Act]]

__all__ = ["is_jsonc", "read"]

# Documents with comments, which editors read and strict readers refuse.
_JSONC = re.compile(
    r"(?:^|/)(?:\.vscode/[^/]+\.json|[^/]+\.code-workspace|\.?devcontainer\.json"
    r"|\.cursor/[^/]+\.json|\.claude/settings[^/]*\.json|\.mcp\.json|\.zed/[^/]+\.json)\Z"
)
_JSON = re.compile(r"(?:^|/)(?:package\.json|composer\.json|\.replit\.json)\Z")
_LINES = re.compile(
    r"(?:^|/)(?:\.envrc|\.github/(?:workflows|actions)/.+\.ya?ml|action\.ya?ml"
    r"|\.gitlab-ci\.ya?ml|\.travis\.ya?ml|\.circleci/config\.yml|azure-pipelines\.yml"
    r"|\.pre-commit-config\.yaml|\.pre-commit-hooks\.yaml|docker-compose[^/]*\.ya?ml"
    r"|compose\.ya?ml|cog\.ya?ml|dvc\.ya?ml|mlproject|taskfile\.ya?ml|justfile"
    r"|jenkinsfile|vagrantfile|procfile|\.replit|\.gitpod\.yml|tox\.ini|gnumakefile"
    r"|cmakelists\.txt|[^/]+\.mk|\.husky/[^/.]+|\.githooks/[^/]+|\.lefthook\.yml"
    r"|\.bashrc|\.bash_profile|\.profile|\.zshrc|\.vimrc|\.exrc|\.gdbinit|\.lldbinit"
    r"|\.idea/.+\.xml|\.run/.+\.run\.xml|[^/]+\.run\.xml|environment\.ya?ml"
    r"|[^/]+\.(?:service|timer|plist|reg|inf|url))\Z",
    re.IGNORECASE,
)
_DESKTOP = re.compile(r"\.desktop\Z|(?:^|/)autorun\.inf\Z", re.IGNORECASE)
_GIT = re.compile(
    r"(?:^|/)(?:\.git/(?:.+/)?config(?:\.worktree)?|\.gitconfig|\.gitmodules)\Z"
)
_HOOK = re.compile(r"(?:^|/)(?:\.git|[^/]+\.git|\.git/modules/.+)/hooks/[a-z-]+\Z")
_NPMRC = re.compile(r"(?:^|/)\.(?:npmrc|yarnrc(?:\.yml)?|pnpmrc)\Z")
_PROJECT = re.compile(r"(?:^|/)pyproject\.toml\Z")
# What stands before a command in a list, a mapping or an element.
_BEFORE = re.compile(
    r"\s*(?:-\s+)?(?:[\w.-]{1,40}\s*[:=]\s*)?[|>]?[-+]?\s*[@\"'&-]*(?=\S)"
)
_EXEC = re.compile(
    r"\s*(?:Exec|TryExec|open|shellexecute|shell\\[^=]{1,60})\s*=\s*(.+)", re.IGNORECASE
)
_STARTUP = re.compile(r"(?:^|/)\.idea/startup\.xml\Z")
_NAMED = re.compile(r"\bname=\"([^\"]{1,200})\"")
_MAX_LINES = 20_000


def is_jsonc(path: str) -> bool:
    """Tell a document of an editor, in which comments may stand."""
    return _JSONC.search(path) is not None


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give what a tool would run because of this file, when there is such a tool."""
    path = subject.place.member or subject.place.path
    reader = _reader(path, inspection)
    if reader is None:
        return []
    limits = inspection.limits
    bound = limits.max_script_bytes
    text = decode(b"".join(chunks(subject.source, 0, bound)))
    seen = Seen(acts=list(reader(text, subject, inspection)))
    if subject.source.size > bound:
        detail = f"more than {bound} bytes"
        seen.problem = Parsed(None, "too-long", detail)
        if reader is not _lines:
            # Nobody's settings are as long: what comes behind would run all the same.
            seen.acts.append(Act("hook", "beyond-bounds", 0, IMPORT, detail))

    def at(line: int) -> Place:
        return subject.at(line=line or None)

    facts: list[Fact] = []
    if _PROJECT.search(path):
        facts.append(_backend(text, subject, inspection))
    if seen.acts or seen.problem:
        facts.append(facts_of_acts(seen, limits, subject.place, at, "settings"))
    return facts


def _reader(path: str, inspection: Inspection) -> Reader | None:
    folder = path.rpartition("/")[0]
    bare = path.endswith("config") and f"{folder}/HEAD".lstrip("/") in inspection.paths
    if _GIT.search(path) or bare:
        return code_opened_git.settings
    for form, reader in _READERS:
        if form.search(path):
            return reader
    return None


def _lines(text: str, subject: Subject, inspection: Inspection) -> Iterator[Act]:
    """Look for commands that say it all in every line, whatever stands before them."""
    del inspection
    path = subject.place.member or subject.place.path
    if path.endswith((".xml", ".plist")):
        text = html.unescape(text)
    if _STARTUP.search(path):
        for found in _NAMED.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            yield Act("hook", "jetbrains.startup", line, IMPORT, found[1])
    for act in code_shell.script(text):
        plain = act.detail[_BEFORE.match(act.detail).end() :]  # type: ignore[union-attr] # it matches everything
        if act.kind != "install" or act.name == "other-index":
            yield Act(act.kind, act.name, act.line, CALL, plain or act.detail)


def _hook(text: str, subject: Subject, inspection: Inspection) -> Iterator[Act]:
    """Read a hook of git: it runs by itself, but in a folder that git itself made."""
    yield from _lines(text, subject, inspection)
    body = [
        line
        for line in text.split("\n")
        if line.strip() and not line.startswith("#") and "git-lfs" not in line
    ]
    bare = [
        line for line in body if not re.match(r"\s*git lfs |\s*command -v git", line)
    ]
    if bare:
        yield Act("hook", f"git.hooks.{subject.name}", 1, IMPORT, bare[0][:400])


def _desktop(text: str, subject: Subject, inspection: Inspection) -> Iterator[Act]:
    del subject, inspection
    for number, line in enumerate(text.split("\n")[:_MAX_LINES], 1):
        found = _EXEC.match(line)
        if found:
            loud = list(code_shell.commands(found[1], number, CALL, loud=True))
            yield from loud or [
                Act("hook", "desktop.Exec", number, CALL, found[1][:400])
            ]


_OFFICIAL = re.compile(
    r"https://(?:registry\.npmjs\.org|registry\.yarnpkg\.com|registry\.npmmirror\.com"
    r"|npm\.pkg\.github\.com|registry\.npm\.taobao\.org|npm\.jsr\.io)(?:/|\Z)"
)
_SETTING = re.compile(
    r"\s*([\w@:./-]{1,120})\s*[=:]\s*[\"']?([^\"'\s].{0,400}?)[\"']?\s*\Z"
)


def _npmrc(text: str, subject: Subject, inspection: Inspection) -> Iterator[Act]:
    del subject, inspection
    for number, line in enumerate(text.split("\n")[:_MAX_LINES], 1):
        found = None if line.lstrip().startswith(("#", ";")) else _SETTING.match(line)
        if found is None:
            continue
        key, value = found[1].lower(), found[2]
        if key.endswith(("registry", "registryserver")) and not _OFFICIAL.match(value):
            if "://" in value:
                yield Act("install", "other-index", number, CALL, value)
        elif key in ("node-options", "script-shell", "git", "init-module", "shell"):
            yield Act("hook", f"npm.{key}", number, IMPORT, value)
        elif key == "strict-ssl" and value == "false":
            yield Act("install", "other-index", number, CALL, "strict-ssl=false")


def _project(text: str, subject: Subject, inspection: Inspection) -> Iterator[Act]:
    """Read what projects run when they are built, besides the files that they name."""
    del subject, inspection
    for number, line in enumerate(text.split("\n")[:_MAX_LINES], 1):
        yield from code_shell.commands(line, number, CALL, loud=True)


_BACKEND = re.compile(
    r"^\s*build-backend\s*=\s*[\"']([\w.]{1,100})(?::[\w.]+)?[\"']", re.MULTILINE
)
_FOLDERS = re.compile(
    r"^\s*backend-path\s*=\s*\[\s*[\"']([^\"'\n]{1,200})[\"']", re.MULTILINE
)
_SCRIPTS = re.compile(
    r"^\[tool\.(?:hatch\.build\.(?:targets\.\w+\.)?hooks\.custom|poetry\.build"
    r"|pdm\.build)\][^\[]{0,400}?^\s*(?:path|script|custom-hook)\s*=\s*[\"']([^\"'\n]{1,200})",
    re.MULTILINE,
)
_HATCH = re.compile(
    r"^\[tool\.hatch\.(?:build|metadata)\.(?:.{1,40}\.)?hooks\.custom\]", re.MULTILINE
)


def _backend(text: str, subject: Subject, inspection: Inspection) -> ConfigFacts:
    """Give the files of the release that building the project runs."""
    folder = subject.place.path.rpartition("/")[0]
    base = f"{folder}/" if folder else ""
    named = [found[1] for found in _SCRIPTS.finditer(text)]
    if _HATCH.search(text):
        named.append("hatch_build.py")
    inner = _FOLDERS.search(text)
    backend = _BACKEND.search(text)
    if inner and backend:
        module = backend[1].replace(".", "/")
        below = inner[1].strip("./")
        start = f"{below}/" if below else ""
        named += [f"{start}{module}.py", f"{start}{module}/__init__.py"]
    bound = inspection.limits.max_shown_chars
    return ConfigFacts(
        place=subject.place,
        remote_code=tuple(
            RemoteCode(
                place=subject.at(key="build-system"),
                target=shorten(name, bound),
                file=f"{base}{name}",
            )
            for name in dict.fromkeys(name.removeprefix("./") for name in named)
            if f"{base}{name}" in inspection.paths
        ),
    )


_READERS: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (_JSONC, code_opened_json.editor),
    (_JSON, code_opened_json.package),
    (_HOOK, _hook),
    (_DESKTOP, _desktop),
    (_NPMRC, _npmrc),
    (_PROJECT, _project),
    (_LINES, _lines),
)

"""What a release asks an installer for: requirements, environments, projects, locks.

Nothing is resolved or fetched. Files are read line by line, in the forms that pip,
conda, poetry, uv and setuptools document; what is not understood is left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.domain.facts import DependencyFacts
from assay.release.formats import requirement
from assay.release.formats.code_encoding import decode
from assay.release.formats.kept import Kept
from assay.release.formats.reading import Problems
from assay.release.source import chunks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assay.domain.facts import Fact, Requirement
    from assay.release.formats.reading import Inspection, Subject

    Lines = Iterator[tuple[int, str]]

__all__ = ["read"]

# Locks and lists on one line are long; lines that put something out of sight, by
# blanks without end, are longer than a screen is wide.
_MAX_LINE = 64 << 10
_SHOWN_LINE = 400
_BLANKS = re.compile(r"(?<=\S)[ \t]{16,}+|(?<=[ \t]{4})[ \t]{400,}+")
_COMMENT = re.compile(r"(?:^|\s+)#.*$")
# Where another option begins, on a line of options.
_OPTION = re.compile(r"[ \t]+(?=--?[A-Za-z])")
# Lines that a backslash joins.
_MAX_JOINED = 4_000
_TABLE = re.compile(r"\s*\[{1,2}\s*([^\]]{1,200}?)\s*\]{1,2}\s*(?:#.*)?")
_ENTRY = re.compile(r"\s*[\"']?([\w.@/:\\-]{1,100})[\"']?\s*[=:]\s*(.*)")
_TEXT = re.compile(r"\"([^\"\n]{1,1000})\"|'([^'\n]{1,1000})'")
_URL = re.compile(r"(?:https?|git|ssh|file|ftp)(?:\+\w+)?://[^\s\"',}\]]{1,1000}")
_LISTS = re.compile(
    r"(?:^|\.)(?:dependencies|requires|install_requires|setup_requires|requirements"
    r"|build_dependencies|dependency_links)$|^(?:optional-dependencies|extras_require"
    r"|dependency-groups)(?:\.|$)|optional-dependencies"
)
_PACKAGES = re.compile(
    r"^(?:tool\.poetry\.(?:dev-)?dependencies|tool\.poetry\.group\.[\w-]+\.dependencies"
    r"|(?:dev-)?packages)$",
    re.IGNORECASE,
)
_INDEX_KEYS = frozenset(
    {"url", "index-url", "extra-index-url", "find-links", "registry"}
)


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the requirements of one file."""
    limits = inspection.limits
    bound = limits.max_code_bytes
    text = decode(b"".join(chunks(subject.source, 0, bound)))
    problems = Problems(subject, limits)
    if subject.source.size > bound:
        problems.add("too-long", f"more than {bound} bytes")
    found: Kept[int, Requirement] = Kept(limits.max_requirements)
    lines = _numbered(text, subject, problems)
    for count, (number, written) in enumerate(_reader(subject.name)(lines)):
        made = requirement.parse(written, subject.at(line=number), limits)
        # Plain names of the usual index are the crowd; all else is listed apart.
        if made is not None:
            telling = bool(made.option or made.source)
            found.put(count, made, telling=telling)
        if found.full:
            break
    if found.crowded or found.full:
        problems.add("too-many", f"more than {limits.max_requirements} requirements")
    return [
        DependencyFacts(
            place=subject.place,
            requirements=tuple(found),
            problems=problems.done(),
        )
    ]


def _reader(name: str) -> Callable[[Lines], Lines]:
    if name.endswith((".yml", ".yaml", "condarc")):
        return _environment
    if name.endswith((".lock", "pylock.toml")):
        return _lock
    if name.endswith(".toml") or name == "pipfile":
        return _project
    if name.endswith((".cfg", ".conf", ".ini")):
        return _settings
    return _requirements


def _numbered(text: str, subject: Subject, problems: Problems) -> Lines:
    for number, written in enumerate(text.split("\n"), 1):
        line = written
        if len(line) > _SHOWN_LINE:
            line = _BLANKS.sub(" ", line)
        if len(line) > _MAX_LINE:
            detail = f"a line of {len(line)} characters"
            problems.add("too-long", detail, place=subject.at(line=number))
        yield number, line[:_MAX_LINE]


def _requirements(lines: Lines) -> Lines:
    """Read pip's format: lines that a backslash joins first, and comments then.

    Words that are cut in two by a backslash are whole again; a comment on a line of its
    own joins nothing. Source: `pip._internal.req.req_file.join_lines`.
    """
    joined, start = "", 0
    for number, line in lines:
        if not joined:
            start = number
        comment = _COMMENT.match(line) is not None
        goes_on = line.endswith("\\") and not comment and len(joined) < _MAX_JOINED
        joined += line.strip("\\") if goes_on else f" {line}" if comment else line
        if goes_on:
            continue
        yield from _each(start, _COMMENT.sub("", joined).strip())
        joined = ""
    yield from _each(start, _COMMENT.sub("", joined).strip())


def _each(number: int, text: str) -> Lines:
    """Give each of several options that one line names; pip takes them all."""
    if not text.startswith("-"):
        yield number, text
        return
    for part in _OPTION.split(text):
        yield number, part.strip()


def _environment(lines: Lines) -> Lines:
    """Read conda's environments: items below `dependencies`, `pip` and `channels`."""
    section, pip = "", False
    for number, line in lines:
        body = re.split(r"(?:^|\s)#", line, maxsplit=1)[0].rstrip()
        item = re.match(r"\s*-\s+(.*)", body)
        if item is None:
            head = re.match(r"([\w-]{1,40})\s*:", body)
            if head:
                section, pip = head[1], False
            continue
        text = item[1].strip().strip("\"'")
        if text == "pip:":
            pip = True
        elif section in ("dependencies", "build_dependencies"):
            yield number, text if pip else _from_conda(text)
        elif section == "channels" and "://" in text:
            yield number, f"--index-url {text}"


def _from_conda(text: str) -> str:
    """Write `name=1.2=build` and `channel::name` as pip would."""
    text = text.rpartition("::")[2]
    return re.sub(r"^([\w.-]+)\s*=\s*([^=\s][^=\s]*)(?:=\S*)?$", r"\1==\2", text)


def _settings(lines: Lines) -> Lines:
    """Read setup.cfg and pip.conf: lists below keys, and where packages come from."""
    section, key = "", ""
    for number, line in lines:
        head = _TABLE.fullmatch(line)
        if head:
            section, key = head[1], ""
            continue
        entry = None if line[:1] in (" ", "\t") else _ENTRY.fullmatch(line)
        value = line.strip()
        if entry:
            key, value = entry[1], entry[2].strip()
        if key != "url" and key in _INDEX_KEYS and "://" in value:
            yield number, f"--{key} {value}"
        elif key == "trusted-host" and value:
            yield number, f"--trusted-host {value}"
        elif value and (_LISTS.search(key) or _LISTS.search(section)):
            yield number, value


def _project(lines: Lines) -> Lines:
    """Read pyproject.toml and Pipfile: lists of requirements, and tables of them."""
    table, key, depth = "", "", 0
    for number, line in lines:
        head = _TABLE.fullmatch(line) if depth == 0 else None
        if head:
            table, key = head[1].strip("\"'"), ""
            continue
        entry = _ENTRY.fullmatch(line) if depth == 0 else None
        if entry:
            key = entry[1]
        yield from ((number, text) for text in _of_project(table, key, line, entry))
        bare = _TEXT.sub("", line.split("#")[0])
        depth = max(0, depth + bare.count("[") - bare.count("]"))


def _of_project(
    table: str, key: str, line: str, entry: re.Match[str] | None
) -> Iterator[str]:
    if _PACKAGES.search(table) and entry:
        yield from _table_entry(key, entry[2])
    elif key == "backend-path":
        yield "--backend-path ."
    elif _is_source(table, key):
        for url in _URL.findall(line):
            yield f"--extra-index-url {url}"
    elif table.startswith("tool.uv.sources") and entry:
        yield from _table_entry(key, entry[2])
    elif _LISTS.search(key) or _LISTS.search(table):
        body = line.split("=", 1)[1] if entry and "=" in line else line
        for found in _TEXT.finditer(body):
            yield (found[1] or found[2]).strip()


def _is_source(table: str, key: str) -> bool:
    listed = ("source", "tool.poetry.source", "tool.uv.index", "tool.pdm.source")
    return key in _INDEX_KEYS and (
        table in listed or table in ("tool.uv", "tool.uv.pip")
    )


def _table_entry(key: str, value: str) -> Iterator[str]:
    """Read `name = "1.2"` and `name = {git = "…", rev = "…"}`."""
    if key == "python":
        return
    url = _URL.search(value)
    if url:
        revision = re.search(
            r"\b(?:rev|ref|tag|branch)\s*=\s*[\"']([^\"']{1,100})", value
        )
        vcs = "git+" if re.search(r"\bgit\s*=", value) else ""
        at = f"@{revision[1]}" if revision else ""
        yield f"{key} @ {vcs}{url[0]}{at}"
        return
    path = re.search(r"\b(?:path|file)\s*=\s*[\"']([^\"']{1,300})", value)
    if path:
        local = path[1] if path[1].startswith((".", "/")) else f"./{path[1]}"
        yield local
        return
    text = _TEXT.search(value)
    version = (text[1] or text[2]) if text else ""
    pinned = re.fullmatch(r"=?=?\s*(\d[\w.+!-]*)", version)
    exact = pinned is not None and version.startswith("=")
    yield f"{key}=={pinned[1]}" if exact and pinned else key


def _lock(lines: Lines) -> Lines:
    """Read locks: all is pinned in them, so that only sources are looked at."""
    seen: set[str] = set()
    for number, line in lines:
        git = "git" in line and re.search(r"\bgit\b", line) is not None
        named = git and ("git =" in line or '"git"' in line)
        for url in _URL.findall(line):
            place = "/".join(url.split("/")[:3])
            if named or (git and url.startswith("git")):
                # Locks of every kind write the commit beside or behind the address.
                continue
            if place not in seen:
                seen.add(place)
                yield number, f"--lock-source {url}"

"""Reads Markdown as far as the gates need it: links, headings, and their anchors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_FENCE = re.compile(r"^(`{3,}|~{3,})")
_LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
_REFERENCE = re.compile(r"^\[[^\]]+\]:\s+(\S+)")
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:")


def prose_lines(text: str) -> Iterator[str]:
    """Lines outside fenced code, without their inline code."""
    fence = ""
    for line in text.splitlines():
        mark = _FENCE.match(line.strip())
        if mark and not fence:
            fence = mark.group(1)
        elif mark and line.strip().startswith(fence):
            fence = ""
        elif not fence:
            yield re.sub(r"`[^`]*`", "", line)


def relative_links(text: str) -> list[str]:
    """Targets of links that lie in the project."""
    targets = []
    for line in prose_lines(text):
        targets += _LINK.findall(line) + _REFERENCE.findall(line)
    return [target for target in targets if not _SCHEME.match(target)]


def anchors(text: str) -> set[str]:
    """Anchors of the headings, as GitHub makes them."""
    found: dict[str, int] = {}
    fence = ""
    for line in text.splitlines():
        mark = _FENCE.match(line.strip())
        if mark:
            fence = "" if fence else mark.group(1)
        heading = re.match(r"^#{1,6}\s+(.+?)\s*#*$", line)
        if heading and not fence:
            words = re.sub(r"[^\w\- ]", "", heading.group(1).lower())
            name = words.replace(" ", "-")
            found[name] = found.get(name, 0) + 1
    repeated = {f"{n}-{i}" for n, count in found.items() for i in range(1, count)}
    return set(found) | repeated

"""Names of archive members that would land outside the place they are unpacked in."""

from __future__ import annotations

import re

__all__ = ["link_leaves", "path_problem"]

_DRIVE = re.compile(r"[A-Za-z]:")


def path_problem(name: str) -> str:
    """Give `absolute-path`, `path-escape` or, for a name that stays inside, ''.

    Backslashes count as separators: some unpackers treat them so (CWE-22).
    """
    plain = name.replace("\\", "/")
    if plain.startswith("/") or _DRIVE.match(plain):
        return "absolute-path"
    return "path-escape" if _leaves(plain.split("/")) else ""


def link_leaves(name: str, target: str) -> bool:
    """Tell whether a link member called `name` points out of the archive."""
    plain = target.replace("\\", "/")
    if plain.startswith("/") or _DRIVE.match(plain):
        return True
    folder = name.replace("\\", "/").split("/")[:-1]
    return _leaves(folder + plain.split("/"))


def _leaves(parts: list[str]) -> bool:
    depth = 0
    for part in parts:
        if part == "..":
            depth -= 1
        elif part not in ("", "."):
            depth += 1
        if depth < 0:
            return True
    return False

"""Fails where a room of `src/assay` is covered less than it has to be.

    python .ci/coverage_gate.py coverage.json

Reads what `coverage json` wrote. Lines and branches count alike. What decides is
covered whole; every other room to 95 %.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

WHOLE = {
    "crypto",
    "domain",
    "eligibility",
    "encoding",
    "errors",
    "verify",
    "wire",
}
REST = 95.0


@dataclass
class Room:
    """What of a room was run.

    Attributes:
        there: Lines and branches that there are.
        run: Those that were run.
        gaps: What was not, by file.
    """

    there: int = 0
    run: int = 0
    gaps: dict[str, str] | None = None

    @property
    def percent(self) -> float:
        """Share that was run; an empty room is whole."""
        return 100.0 * self.run / self.there if self.there else 100.0


def room_of(path: str) -> str:
    """Name the room that a file lies in; `(root)` for the package's own."""
    parts = PurePosixPath(path.replace("\\", "/")).parts
    inside = parts[parts.index("assay") + 1 :]
    if len(inside) > 1:
        return inside[0]
    name = inside[0].removesuffix(".py")
    return "(root)" if name.startswith("__") else name


def rooms_of(report: dict[str, dict[str, dict[str, object]]]) -> dict[str, Room]:
    """Add up a report of `coverage json`, room by room."""
    rooms: dict[str, Room] = {}
    for path, file in sorted(report["files"].items()):
        summary = file["summary"]
        if not isinstance(summary, dict):
            continue
        room = rooms.setdefault(room_of(path), Room(gaps={}))
        room.there += summary["num_statements"] + summary.get("num_branches", 0)
        room.run += summary["covered_lines"] + summary.get("covered_branches", 0)
        gaps = [str(line) for line in _list(file.get("missing_lines"))]
        gaps += [f"{a}->{b}" for a, b in _list(file.get("missing_branches"))]
        if gaps and room.gaps is not None:
            room.gaps[path] = ", ".join(gaps)
    return rooms


def _list(value: object) -> list[list[int]]:
    return value if isinstance(value, list) else []


def run(arguments: list[str]) -> int:
    """Print a line for each room, and the gaps of those that fall short."""
    text = Path(arguments[0]).read_text(encoding="utf-8")
    rooms = rooms_of(json.loads(text))  # noqa: TID251 - a tool's own file, no input
    absent = WHOLE - rooms.keys()
    short = 0
    for name, room in sorted(rooms.items()):
        wanted = 100.0 if name in WHOLE else REST
        bad = room.percent < wanted
        short += bad
        mark = "SHORT" if bad else "ok"
        print(f"{name:12} {room.percent:6.2f} %  (at least {wanted:.0f} %)  {mark}")
        if bad:
            for path, gaps in (room.gaps or {}).items():
                print(f"    {path}: {gaps}")
    for name in sorted(absent):
        print(f"{name:12} was not measured at all")
    return 1 if short or absent else 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))

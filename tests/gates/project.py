"""What the gates look at: the project's files, and its source as syntax trees."""

from __future__ import annotations

import ast
import functools
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "assay"
# Folders that a working copy has and the project has not.
_OUTSIDE = {"build", "dist", "htmlcov", "run", "__pycache__", "node_modules"}


@functools.cache
def project_files() -> tuple[Path, ...]:
    """Every file of the project, tracked or about to be, as a relative path."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    # An unpacked archive has no history, and git refuses a folder of another user.
    names = listed.stdout.split("\0") if listed.returncode == 0 else _walked()
    return tuple(
        sorted(Path(name) for name in names if name and (ROOT / name).is_file())
    )


def _walked() -> list[str]:
    names = []
    for path in ROOT.rglob("*"):
        inside = path.relative_to(ROOT)
        folders = inside.parts[:-1]
        hidden = any(part.startswith(".") and part != ".ci" for part in folders)
        if not hidden and not _OUTSIDE.intersection(folders):
            names.append(inside.as_posix())
    return names


def read(path: Path | str) -> str:
    """Read a file of the project as text."""
    return (ROOT / path).read_text(encoding="utf-8")


@functools.cache
def source_trees() -> dict[Path, ast.Module]:
    """Every module of `src/assay`, parsed, by its path relative to the project."""
    return {
        path.relative_to(ROOT): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(SRC.rglob("*.py"))
    }


def room(path: Path) -> str:
    """The room that a module lies in: `verify` for `src/assay/verify/times.py`."""
    parts = path.parts[2:]
    return parts[0].removesuffix(".py")

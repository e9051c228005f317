"""No file grows beyond what one can read at a sitting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.gates.project import project_files, read

if TYPE_CHECKING:
    from pathlib import Path

MOST_LINES = 600
_READ_BY_PEOPLE = {".py", ".md", ".toml", ".html", ".css", ".js", ".sh"}
# A programme version is one whole file by decision; a generated page is read in parts.
_EXEMPT = ("src/assay/programmes/", "tests/vectors/", "docs/cli.md")


def _counted(path: Path) -> bool:
    if path.as_posix().startswith(_EXEMPT):
        return False
    return path.suffix in _READ_BY_PEOPLE or path.parts[0] == ".ci"


def test_no_file_is_longer_than_the_limit():
    lengths = {
        path.as_posix(): len(read(path).splitlines())
        for path in project_files()
        if _counted(path)
    }
    long = [f"{path}: {n} lines" for path, n in lengths.items() if n > MOST_LINES]
    assert not long, "\n".join(long)

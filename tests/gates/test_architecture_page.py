"""The page on the architecture, the import contracts and the rooms agree."""

from __future__ import annotations

import configparser
import re

from tests.gates.project import ROOT, SRC, read

# Data, and the command line's second door.
NO_ROOMS = {"programmes", "__main__"}


def _rooms():
    packages = {path.parent.name for path in SRC.glob("*/__init__.py")}
    modules = {path.stem for path in SRC.glob("[!_]*.py")}
    return (packages | modules) - NO_ROOMS


def _rows(text):
    """Rows of rooms; `(room)` is one that is still to come."""
    rows = []
    for line in text.strip().splitlines():
        names = {name.strip() for name in line.split("|")}
        rows.append({n for n in names if not n.startswith("(")} - NO_ROOMS)
    return [row for row in rows if row]


def _contracted():
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter", encoding="utf-8")
    return _rows(parser["importlinter:contract:layers"]["layers"])


def test_every_room_has_a_row_in_the_contract():
    assert set().union(*_contracted()) == _rooms()


def test_the_page_shows_the_rows_of_the_contract():
    block = re.search(
        r"```text rows\n(.+?)```", read("docs/architecture.md"), re.DOTALL
    )
    assert block
    assert _rows(block.group(1)) == _contracted()


def test_the_page_describes_every_room():
    described = re.findall(
        r"^\| `(\w+)` \|", read("docs/architecture.md"), re.MULTILINE
    )
    assert set(described) == _rooms() | {"programmes"}
    assert len(set(described)) == len(described)

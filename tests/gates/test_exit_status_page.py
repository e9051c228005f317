"""`docs/exit-status.md` is the one table of exit statuses."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from assay.cli.exit_status import ExitStatus
from assay.cli.main import EPILOG
from tests.gates.project import read, source_trees


def _said_in_source():
    """Status and the text beneath it, for each member of the enumeration."""
    tree = source_trees()[Path("src/assay/cli/exit_status.py")]
    enumeration = next(
        node
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name == "ExitStatus"
    )
    said, status = {}, None
    for line in enumeration.body:
        if isinstance(line, ast.Assign):
            status = ExitStatus[line.targets[0].id]
        elif status is not None and isinstance(line, ast.Expr):
            said[int(status)] = line.value.value
    return said


def test_the_table_is_what_the_source_says():
    rows = re.findall(
        r"^\| (\d+) \| (.+?) \|", read("docs/exit-status.md"), re.MULTILINE
    )
    assert {int(status): text for status, text in rows} == _said_in_source()


def test_every_status_has_its_meaning():
    assert set(_said_in_source()) == {int(status) for status in ExitStatus}


def test_the_help_lists_every_status():
    listed = re.findall(r"^  (\d)  ", EPILOG.partition("Exit status:")[2], re.MULTILINE)
    assert [int(status) for status in listed] == [int(status) for status in ExitStatus]

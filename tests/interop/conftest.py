"""Where the programs of others lie: one environment for each group.

`make interop` makes them in `.venv-interop/<group>/`; ASSAY_INTEROP names another
folder, and then a group that is missing fails its tests and never skips them.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_GIVEN = os.environ.get("ASSAY_INTEROP", "")
HOME = Path(_GIVEN).resolve() if _GIVEN else ROOT / ".venv-interop"


def _folder(group: str) -> Path:
    home = HOME / group
    if (home / ".done").is_file():
        return home
    why = f"the group {group!r} is not installed; `make interop` does it"
    if _GIVEN or not (ROOT / "requirements" / f"interop-{group}.txt").is_file():
        pytest.fail(f"{why} ({home})")
    pytest.skip(why)


@pytest.fixture(scope="session")
def interop_folder():
    """Give the folder of a group: `interop_folder("name")`."""
    return _folder


@pytest.fixture(scope="session")
def interop_python():
    """Give the interpreter that has a group's packages: `interop_python("name")`."""
    return lambda group: _folder(group) / "bin" / "python"


@pytest.fixture(scope="session")
def interop_node():
    """Give the Node of a group; run it with `cwd=interop_folder("name")`."""
    return lambda group: _folder(group) / "bin" / "node"

from __future__ import annotations

import shutil
from dataclasses import fields, replace
from typing import TYPE_CHECKING

import pytest

from tests.simulators.desk import Desk, set_up

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def sealed_desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """One sealed release for all tests; nobody changes it."""
    return set_up(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def desk(sealed_desk: Desk, tmp_path: Path) -> Desk:
    """A copy of the sealed release that a test may spoil."""
    shutil.copytree(sealed_desk.release.parent, tmp_path / "desk", symlinks=True)
    moved = {
        field.name: tmp_path / "desk" / getattr(sealed_desk, field.name).name
        for field in fields(Desk)
    }
    return replace(sealed_desk, **moved)

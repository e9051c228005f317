"""The path says public or private: docstrings and `__all__` of every package."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

from tests.gates.project import source_trees

PACKAGES = [path for path in source_trees() if path.name == "__init__.py"]


def _module_name(path: Path) -> str:
    parts = path.with_suffix("").parts[1:]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("path", PACKAGES, ids=str)
def test_every_package_has_a_docstring(path):
    assert ast.get_docstring(source_trees()[path])


@pytest.mark.parametrize(
    "name", [_module_name(path) for path in source_trees() if path.stem != "__main__"]
)
def test_every_public_name_exists_and_is_sorted(name):
    module = importlib.import_module(name)
    public = getattr(module, "__all__", [])
    assert [entry for entry in public if not hasattr(module, entry)] == []
    assert len(set(public)) == len(public)
    assert [entry for entry in public if entry.startswith("_")] == []


def test_the_map_of_the_house_names_every_room():
    docstring = ast.get_docstring(source_trees()[Path("src/assay/__init__.py")]) or ""
    rooms = {path.parts[2] for path in PACKAGES if len(path.parts) == 4}
    assert {room for room in rooms if f"assay.{room}" not in docstring} == set()
    assert 20 <= len(docstring.splitlines()) <= 60

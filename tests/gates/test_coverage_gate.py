"""The coverage gate counts by room and says which fall short."""

from __future__ import annotations

import importlib.util
import json
import sys

from tests.gates.project import ROOT, SRC


def _loaded():
    """Load the script: its folder is no package, and has a dot in its name."""
    spec = importlib.util.spec_from_file_location(
        "coverage_gate", ROOT / ".ci" / "coverage_gate.py"
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


gate = _loaded()


def _report(tmp_path, covered):
    """A report in which each room has one file of 100 lines."""
    rooms = {**dict.fromkeys(gate.WHOLE, 100), **covered}
    files = {
        f"src/assay/{room}/x.py": {
            "summary": {"num_statements": 100, "covered_lines": lines},
            "missing_lines": list(range(lines, 100)),
        }
        for room, lines in rooms.items()
    }
    path = tmp_path / "coverage.json"
    path.write_text(json.dumps({"files": files}), encoding="utf-8")
    return [str(path)]


def test_rooms_that_are_covered_enough_pass(tmp_path, capsys):
    assert gate.run(_report(tmp_path, {"release": 95})) == 0
    assert "SHORT" not in capsys.readouterr().out


def test_a_room_that_falls_short_is_named_with_its_gaps(tmp_path, capsys):
    assert gate.run(_report(tmp_path, {"release": 94})) == 1
    shown = capsys.readouterr().out
    assert "src/assay/release/x.py: 94, 95, 96" in shown


def test_what_decides_has_to_be_covered_whole(tmp_path):
    assert gate.run(_report(tmp_path, {"verify": 99})) == 1


def test_a_room_that_was_not_measured_is_no_success(tmp_path, capsys):
    path = tmp_path / "coverage.json"
    path.write_text('{"files": {}}', encoding="utf-8")
    assert gate.run([str(path)]) == 1
    assert "not measured" in capsys.readouterr().out


def test_branches_count():
    summary = {"num_statements": 1, "covered_lines": 1}
    branches = {"num_branches": 2, "covered_branches": 1}
    file = {"summary": summary | branches, "missing_branches": [[3, -1]]}
    rooms = gate.rooms_of({"files": {"src/assay/wire/model.py": file}})
    assert rooms["wire"].percent < 100
    assert rooms["wire"].gaps == {"src/assay/wire/model.py": "3->-1"}


def test_files_are_put_in_their_rooms():
    places = {
        "src/assay/verify/times.py": "verify",
        "venv/site-packages/assay/wire/v0/parts.py": "wire",
        "src/assay/errors.py": "errors",
        "src/assay/__init__.py": "(root)",
    }
    assert {path: gate.room_of(path) for path in places} == places


def test_every_room_that_has_to_be_whole_exists():
    there = {path.stem for path in SRC.iterdir()}
    assert there >= gate.WHOLE

"""A fleet over a Ray cluster of this machine gives what it gives without Ray.

Ray has its own virtual environment (`make ray`), because it is large.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.simulators.desk import assay, write_release

ROOT = Path(__file__).resolve().parents[2]
HOME = Path(os.environ.get("ASSAY_RAY_VENV") or ROOT / ".venv-ray").resolve()
PYTHON = HOME / "bin" / "python"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PYTHON.exists(), reason="`make ray` installs Ray"),
]


def over_ray(releases: Path, out: Path) -> subprocess.CompletedProcess[str]:
    # Coverage of other processes is not measured with another interpreter.
    environment = {
        name: value for name, value in os.environ.items() if "COV" not in name
    }
    return subprocess.run(
        [PYTHON, "-m", "assay", "fleet", "check", releases, "--out", out, "--ray"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**environment, "PYTHONPATH": str(ROOT / "src")},
        timeout=300,
    )


def comparable(out: Path):
    summary = json.loads((out / "fleet.json").read_text())
    for entry in summary["releases"]:
        del entry["seconds"]
        document = json.loads((out / entry["document"]).read_text())
        document.pop("run", None)
        entry["content"] = document
    return summary


def test_a_cluster_gives_what_one_process_gives(tmp_path):
    for name in ("one", "two", "three"):
        write_release(tmp_path / name)
    (tmp_path / "two" / "evil.pkl").write_bytes(b"cposix\nsystem\n(S'id'\ntR.")
    releases = tmp_path / "list.txt"
    releases.write_text("one\ntwo\nnone\nthree\n")
    alone, spread = tmp_path / "alone", tmp_path / "spread"
    assert assay("fleet", "check", releases, "--out", alone, "--quiet").exit_code == 1

    done = over_ray(releases, spread)

    assert done.returncode == 1, done.stderr
    assert "4 releases: 2 pass, 1 fail, 1 could not be checked" in done.stdout
    assert comparable(spread) == comparable(alone)
    # What is done is not done again, but for the one that could not be checked.
    again = over_ray(releases, spread)
    assert again.stdout.count("[") == 1
    assert comparable(spread) == comparable(alone)

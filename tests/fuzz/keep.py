"""Choose the inputs that are kept in the repository, few and small.

    python -m tests.fuzz.keep FAMILY FOLDER...

Takes the seeds, what is kept already and what fuzzing found in the folders; lets
libFuzzer say what each input reaches; keeps those that reach most for their size. Runs
in the environment with atheris.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from assay.domain.credentials import redact
from tests.fuzz.attempt import attempt
from tests.fuzz.families import Family, by_name
from tests.fuzz.seeds import keep, seeds
from tests.gates.machine_traces import traces

FOLDER = Path(__file__).parent
# A little less than the test allows, and few enough to be listed.
MOST_BYTES = 140_000
MOST_FILES = 150
# All that is kept is tried in each run of the tests.
MOST_SECONDS = 0.2
# What a file costs beside its bytes: both are scarce.
_FILE_BYTES = 1000
# New edges count for more than new counts of known ones.
_EDGE = 8


def main() -> None:
    """Choose, and replace what is kept."""
    family = by_name(sys.argv[1])
    kept = FOLDER / "corpus" / family.name
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        begin = Path(scratch, "seeds")
        for data in seeds(family):
            keep(begin, data)
        folders = [str(kept), str(begin), *sys.argv[2:]]
        reached = _reached(family, Path(scratch), folders)
        chosen = [path.read_bytes() for path in _chosen(family, reached)]
    for path in kept.iterdir():
        path.unlink()
    for data in chosen:
        keep(kept, data)
    print(f"{family.name}: {len(chosen)} of {len(reached)}, {sum(map(len, chosen))} B")


def _reached(family: Family, scratch: Path, folders: list[str]) -> dict[Path, set[int]]:
    """Let libFuzzer say what each input reaches; edges are below 0."""
    control = scratch / "control.txt"
    options = ["-merge=1", f"-merge_control_file={control}", str(scratch / "merged")]
    (scratch / "merged").mkdir()
    target = [sys.executable, "-m", "tests.fuzz.target", family.name]
    subprocess.run(
        [*target, "--artifacts", str(scratch), "--", *options, *folders],
        check=True,
        capture_output=True,
    )
    lines = control.read_text(encoding="utf-8").splitlines()
    count = int(lines[0])
    names = lines[2 : 2 + count]
    reached: dict[Path, set[int]] = {Path(name): set() for name in names}
    for line in lines[2 + count :]:
        kind, *numbers = line.split()
        if kind in ("FT", "COV"):
            index, *found = map(int, numbers)
            sign = 1 if kind == "FT" else -1
            reached[Path(names[index])].update(sign * (value + 1) for value in found)
    return reached


def _chosen(family: Family, reached: dict[Path, set[int]]) -> list[Path]:
    """Take what reaches most that is new for its size, one after the other."""
    left = dict(reached)
    chosen: list[Path] = []
    known: set[int] = set()
    room = MOST_BYTES
    while left and len(chosen) < MOST_FILES:
        gains = {path: _gain(path, found - known) for path, found in left.items()}
        left = {path: left[path] for path, gain in gains.items() if gain > 0}
        if not left:
            break
        best = max(left, key=lambda path: (gains[path], path.name))
        found = left.pop(best)
        size = best.stat().st_size
        if size > room or not _may_be_kept(family, best.read_bytes()):
            continue
        known |= found
        room -= size
        chosen.append(best)
    return chosen


def _gain(path: Path, new: set[int]) -> float:
    worth = sum(_EDGE if found < 0 else 1 for found in new)
    return worth / (path.stat().st_size + _FILE_BYTES)


def _may_be_kept(family: Family, data: bytes) -> bool:
    """Leave out what is slow, or looks like a credential or a trace of a machine."""
    text = data.decode("latin-1")
    if redact(text) != text or traces(text):
        return False
    began = time.process_time()
    attempt(family, data)
    return time.process_time() - began < MOST_SECONDS


if __name__ == "__main__":
    main()

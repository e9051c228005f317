"""A full disk and a kill at any moment: nothing is lost, and the next seal works."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assay.log import audit_log
from tests.simulators.desk import Desk, assay, set_up

PYTHON = sys.executable
# Moments of the kill, as parts of the time that an undisturbed seal takes.
MOMENTS = 16


def seal_command(desk: Desk) -> list[str]:
    return [
        *f"{PYTHON} -m assay seal {desk.release} --key {desk.key}".split(),
        *f"--log {desk.log} --out {desk.bundle} --quiet".split(),
    ]


@pytest.mark.slow
def test_a_kill_at_any_moment_of_seal_loses_nothing(tmp_path: Path) -> None:
    desk = set_up(tmp_path)
    started = time.monotonic()
    subprocess.run(seal_command(desk), check=True)
    whole = time.monotonic() - started
    for moment in range(MOMENTS):
        # Another file each time, so that each seal has something new to log.
        (desk.release / "round.txt").write_text(f"{moment}\n")
        before = desk.bundle.read_bytes()
        process = subprocess.Popen(seal_command(desk))
        time.sleep(whole * (0.25 + 0.8 * moment / MOMENTS))
        process.send_signal(signal.SIGKILL)
        process.wait()
        report = audit_log(desk.log)
        assert report.ok, report.problems
        now = desk.bundle.read_bytes()
        # The old bundle, or the new one whole; never a part.
        assert desk.verify().exit_code == 0
        if now == before:
            assert desk.verify("--release", desk.release).exit_code == 1
        assert desk.seal().exit_code == 0
        assert desk.verify("--release", desk.release).exit_code == 0
    assert audit_log(desk.log).ok


FULL_DISK = """
mount -t tmpfs -o size={size}k tmpfs {small} || exit 77
cp -a {log} {small}/log
head -c 10000000 /dev/zero > {small}/filler 2>/dev/null
{python} -m assay seal {release} --key {key} --log {small}/log --out {small}/out.assay
echo "status $?"
rm {small}/filler
{python} -m assay log check {small}/log && echo "log holds"
{python} -m assay seal {release} --key {key} --log {small}/log --out {small}/out.assay \
    && echo "sealed again"
{python} -m assay verify {small}/out.assay --trust {trust} --release {release} \
    && echo "verified"
ls -a {small}
"""


def test_a_full_disk_is_said_and_survived(tmp_path: Path) -> None:
    desk = set_up(tmp_path)
    (desk.release / "new.txt").write_text("something new to log\n")
    small = tmp_path / "small"
    small.mkdir()
    if shutil.which("unshare") is None:
        pytest.skip("a small disk of our own needs the program unshare")
    script = FULL_DISK.format(
        size=2048, small=small, python=PYTHON, release=desk.release, key=desk.key,
        trust=desk.trust, log=desk.log,
    )  # fmt: skip
    result = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", script],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path.cwd(),
    )
    if result.returncode == 77 or "unshare failed" in result.stderr:
        pytest.skip("this machine does not let a test mount a small disk")
    assert "status 4" in result.stdout, result.stdout + result.stderr
    assert "machine." in result.stderr
    assert "No space left" in result.stderr or "disk is full" in result.stderr
    for line in ("log holds", "sealed again", "verified"):
        assert line in result.stdout, result.stdout + result.stderr
    # No draft is left behind.
    assert ".part" not in result.stdout


def test_a_bundle_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    desk = set_up(tmp_path)
    result = assay(
        "seal", desk.release, "--key", desk.key, "--out", tmp_path / "no" / "b.assay"
    )
    assert result.exit_code == 4
    assert "machine.write" in result.stderr
    assert desk.verify().exit_code == 0

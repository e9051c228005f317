"""What is installed is pinned, hashed, and named without any address."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.gates.project import ROOT, read

LOCKS = sorted(path.name for path in (ROOT / "requirements").glob("*.txt"))
INPUTS = sorted(path.name for path in (ROOT / "requirements").glob("*.in"))
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def _requirements(text):
    """Each requirement as one line, its continuations joined, comments left out."""
    joined = text.replace("\\\n", " ")
    lines = (line.strip() for line in joined.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _faults(text):
    found = []
    for line in _requirements(text):
        name = line.split()[0]
        if not re.match(r"^[A-Za-z0-9._-]+==[^\s;]+$", name.rstrip(";")):
            found.append(f"{name}: not pinned")
        if not _HASH.search(line):
            found.append(f"{name}: no hash")
        if "://" in line or line.startswith("-"):
            found.append(f"{name}: an address or an option")
    return found


def _names(text):
    return {
        re.split(r"[\s;=<>\[~!]", line)[0].lower().replace("_", "-")
        for line in _requirements(text)
        if not line.startswith("-")
    }


def test_a_line_without_a_hash_or_with_an_address_is_found():
    assert _faults("a==1 \\\n    --hash=sha256:" + "0" * 64) == []
    assert _faults("a==1") == ["a==1: no hash"]
    assert _faults("a>=1 --hash=sha256:" + "0" * 64) == ["a>=1: not pinned"]
    assert "an address or an option" in _faults("--index-" + "url https://x")[-1]


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_pinned_and_hashed(name):
    assert _requirements(read(f"requirements/{name}"))
    assert _faults(read(f"requirements/{name}")) == []


@pytest.mark.parametrize("name", INPUTS)
def test_every_wish_is_in_its_lock(name):
    wished = _names(read(f"requirements/{name}"))
    locked = _names(read(f"requirements/{name.removesuffix('.in')}.txt"))
    assert wished - locked == set()


def test_the_project_and_the_run_list_wish_for_the_same():
    project = tomllib.loads(read("pyproject.toml"))["project"]["dependencies"]
    assert sorted(project) == sorted(_requirements(read("requirements/run.in")))


def test_no_package_is_pinned_to_two_versions():
    # Programs of others want what they want: each group has an environment of its own.
    versions: dict[str, set[str]] = {}
    for name in [name for name in LOCKS if not name.startswith("interop-")]:
        for line in _requirements(read(f"requirements/{name}")):
            package, _, version = line.split()[0].partition("==")
            versions.setdefault(package.lower(), set()).add(version.rstrip(";"))
    assert {
        package: found for package, found in versions.items() if len(found) > 1
    } == {}

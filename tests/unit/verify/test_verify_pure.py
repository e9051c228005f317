"""What decides knows no network, clock, process, database or file system.

Shown twice: by reading every module that `verify` and `eligibility` reach, and by
running both in a process that has no network at all.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import assay
from assay.wire.v0.trust_writing import write_trust
from tests.simulators.claims import Claim

SOURCE = Path(assay.__file__).parent
FORBIDDEN = {
    "asyncio",
    "dbm",
    "ftplib",
    "glob",
    "http",
    "io",
    "multiprocessing",
    "os",
    "pathlib",
    "random",
    "secrets",
    "select",
    "shutil",
    "smtplib",
    "socket",
    "sqlite3",
    "ssl",
    "subprocess",
    "sys",
    "tempfile",
    "threading",
    "time",
    "urllib",
    "urllib.request",
}
CLOCKS = {"now", "today", "utcnow", "time", "time_ns", "monotonic", "perf_counter"}
FILES = {"open", "read_text", "read_bytes", "write_text", "write_bytes"}


def path_of(module):
    parts = module.split(".")[1:]
    package = SOURCE.joinpath(*parts, "__init__.py")
    return package if package.exists() else SOURCE.joinpath(*parts).with_suffix(".py")


def imports(tree):
    """Every module that a module imports when it runs; not those for types only."""
    typed = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in typed:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                if name.startswith("assay.") and path_of(name).exists():
                    yield name


def reached(*roots):
    trees, pending = {}, list(roots)
    while pending:
        module = pending.pop()
        if module in trees:
            continue
        trees[module] = ast.parse(path_of(module).read_text(encoding="utf-8"))
        parents = module.split(".")[:-1]
        pending += [".".join(parents[: n + 1]) for n in range(1, len(parents))]
        pending += [n for n in imports(trees[module]) if n.startswith("assay.")]
    return trees


TREES = reached("assay.verify", "assay.eligibility")


def test_it_reaches_what_it_needs_and_nothing_that_acts():
    rooms = {module.split(".")[1] for module in TREES}
    assert {"verify", "eligibility", "programme", "wire", "crypto", "domain"} <= rooms
    assert rooms <= {
        "verify",
        "eligibility",
        "programme",
        "programmes",
        "wire",
        "crypto",
        "domain",
        "encoding",
        "errors",
    }


@pytest.mark.parametrize("module", sorted(TREES))
def test_a_module_that_decides_imports_nothing_that_acts(module):
    assert not FORBIDDEN & {name.split(".")[0] for name in imports(TREES[module])}


@pytest.mark.parametrize("module", sorted(TREES))
def test_a_module_that_decides_asks_no_clock_and_opens_no_file(module):
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else ""
            name = called.id if isinstance(called, ast.Name) else name
            assert name not in FILES
            # `datetime.time()` makes midnight; a clock is asked on a module or class.
            if isinstance(called, ast.Attribute):
                assert name not in CLOCKS


PROGRAM = """
import sys
from datetime import UTC, datetime
bundle, trust = (open(path, "rb").read() for path in sys.argv[1:3])
import builtins, socket

def refuse(*_, **__):
    raise SystemExit("something was opened")

from assay.eligibility import decide
from assay.verify import verify_bundle
from assay.wire.v0.trust import read_trust
trusted = read_trust(trust)
builtins.open = socket.socket = refuse

def watch(event, given):
    # Modules that are loaded late are code; whatever else is opened is data.
    if event == "open" and not str(given[0]).endswith((".py", ".pyc", ".so")):
        refuse()
    if event.startswith("socket."):
        refuse()

sys.addaudithook(watch)
at = datetime(2026, 11, 30, tzinfo=UTC)
verdict = verify_bundle(bundle, trusted, at)
decision = decide([verdict.release], [], "fast-berth", at)
print(verdict.value.value, "/", decision.value.value)
"""


def unshare():
    """Give the prefix that takes the network away, or why it cannot be had."""
    program = shutil.which("unshare")
    if program is None:
        return None, "this machine has no unshare"
    prefix = [program, "--map-root-user", "--net"]
    tried = subprocess.run([*prefix, "true"], capture_output=True, check=False)
    if tried.returncode:
        return None, f"unshare is not permitted: {tried.stderr.decode()[:100]}"
    return prefix, ""


def test_it_works_where_there_is_no_network(tmp_path):
    prefix, why = unshare()
    if prefix is None:
        pytest.skip(why)
    claim = Claim()
    bundle, trust = tmp_path / "model.assay", tmp_path / "trust.toml"
    bundle.write_bytes(claim.data())
    trust.write_text(write_trust(claim.trust()))
    done = subprocess.run(
        [*prefix, sys.executable, "-c", PROGRAM, bundle, trust],
        capture_output=True,
        check=False,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(SOURCE.parent)},
    )
    assert (done.stdout, done.stderr, done.returncode) == ("valid / eligible\n", "", 0)

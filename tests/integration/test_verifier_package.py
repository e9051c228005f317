"""The wheel that only verifies: what is in it, what it needs, and what it says.

It is built and installed as its page says, into an environment that has nothing but
its own locked requirements, and asked about every bundle that is kept; wherever the
machine permits it, in a network namespace that is empty.
"""

from __future__ import annotations

import json
import os
import runpy
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from assay.cli.exit_status import ExitStatus
from assay.domain.limits import DEFAULT_LIMITS
from assay.domain.release import IrregularKind
from assay.errors import ReleaseError
from assay.release import take_inventory
from assay_verify import files
from assay_verify.command import run
from tests.simulators.desk import HARBOUR, assay, document, set_up, write_release

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "packages" / "assay-verify"
CLOSURE = runpy.run_path(str(PACKAGE / "closure.py"))
VECTORS = ROOT / "tests" / "vectors"
# What no part of a verifier may import, below the package that opens files.
OUTSIDE = {
    *("asyncio", "ctypes", "glob", "http", "io", "multiprocessing", "os", "pathlib"),
    *("random", "secrets", "select", "shutil", "signal", "socket", "sqlite3", "ssl"),
    *("subprocess", "tempfile", "threading", "time", "urllib"),
}


def cases() -> list[tuple[Path, dict]]:
    """Every bundle that is kept, with its trust file, instant and expected verdict."""
    lists = [
        *sorted(VECTORS.glob("formats/v*/cases.json")),
        *sorted(VECTORS.glob("attacks/**/cases.json")),
    ]
    return [
        (path.parent, case) for path in lists for case in json.loads(path.read_text())
    ]


def given(folder: Path, case: dict) -> list[str]:
    """Give the words that ask about one of them."""
    words = [str(folder / case["bundle"]), "--trust", str(folder / case["trust"])]
    for name in case.get("with", ()):
        words += ["--with", str(folder / name)]
    return [*words, "--at", case["at"]]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    run_quietly(
        sys.executable, "-m", "pip", "wheel", "--no-build-isolation", "--no-deps",
        "--no-index", "-w", folder, PACKAGE,
    )  # fmt: skip
    (path,) = folder.glob("assay_verify-*.whl")
    return path


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """Install the wheel and its locked requirements into a fresh environment.

    ASSAY_VERIFIER names an interpreter that has them; nothing is installed then.
    """
    ready = os.environ.get("ASSAY_VERIFIER")
    if ready:
        return Path(ready)
    home = tmp_path_factory.mktemp("verifier")
    venv.create(home, with_pip=True, symlinks=True)
    path = home / "bin" / "python"
    pip = (path, "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    run_quietly(*pip, "--require-hashes", "-r", ROOT / "requirements" / "verify.txt")
    run_quietly(*pip, "--no-deps", "--no-index", wheel)
    return path


def run_quietly(*command: object, stdin: str = "") -> str:
    """Run a program that sees nothing of this environment."""
    done = subprocess.run(
        list(map(str, command)),
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTHON", "COV"))
        },
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def without_network() -> tuple[str, ...]:
    """Give the words before a command that take the network away, where that works."""
    if shutil.which("unshare"):
        for words in (("unshare", "--map-root-user", "--net"), ("unshare", "--net")):
            tried = subprocess.run([*words, "true"], capture_output=True, check=False)
            if tried.returncode == 0:
                return words
    return ()


MANY = """
import contextlib, io, json, sys
from assay_verify.command import run
answers = []
for words in json.load(sys.stdin):
    out = io.TextIOWrapper(io.BytesIO())
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        status = run(words)
    answers.append([status, json.loads(out.buffer.getvalue())])
json.dump(answers, sys.stdout)
"""


def ask(python: Path, calls: list[list[str]]):
    """Give status and document of each call, all from one process."""
    return json.loads(
        run_quietly(*without_network(), python, "-c", MANY, stdin=json.dumps(calls))
    )


def test_the_wheel_holds_what_the_imports_reach_and_nothing_else(wheel):
    needed = CLOSURE["needed_modules"]()
    with zipfile.ZipFile(wheel) as archive:
        held = {
            name: archive.read(name)
            for name in archive.namelist()
            if ".dist-info/" not in name
        }
    assert held.pop("assay_verify/LICENSE") == (ROOT / "LICENSE").read_bytes()
    source = {
        path.relative_to(path.parents[name.count(".") + (path.stem == "__init__")])
        .as_posix(): path.read_bytes()
        for name, path in needed.items()
    }  # fmt: skip
    # Byte for byte.
    assert held == source


def test_nothing_is_loaded_that_is_not_held_and_nothing_held_is_never_loaded(python):
    held = list(CLOSURE["needed_modules"]())
    loaded = json.loads(
        run_quietly(
            python, "-c",
            "import importlib, json, sys\n"
            "import assay_verify.command\n"
            "for name in json.load(sys.stdin): importlib.import_module(name)\n"
            "ours = ('assay', 'assay_verify')\n"
            "print(json.dumps([n for n in sys.modules if n.split('.')[0] in ours]))",
            stdin=json.dumps([name for name in held if "__main__" not in name]),
        )
    )  # fmt: skip
    assert {*loaded, "assay_verify.__main__"} == set(held)


def test_the_package_declares_what_it_imports_and_the_extra_names_the_same():
    own = tomllib.loads((PACKAGE / "pyproject.toml").read_text())["project"]
    main = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wishes = (ROOT / "requirements" / "verify.in").read_text().splitlines()
    declared = own["dependencies"]
    assert declared == main["optional-dependencies"]["verify"] == wishes[1:]
    assert set(declared) <= set(main["dependencies"])
    names = {item.split(">")[0].replace("-", "_") for item in declared}
    assert names == CLOSURE["needed_packages"]()


def test_what_decides_imports_nothing_of_the_world_outside():
    for name, path in CLOSURE["needed_modules"]().items():
        if not name.startswith("assay_verify"):
            found = {part.split(".")[0] for part in CLOSURE["imports"](path)}
            assert not found & OUTSIDE, name


PAGE_SCRIPT = ROOT / "docs" / "generate_verifier_page.py"


def test_the_page_lists_what_there_is():
    done = subprocess.run(
        [sys.executable, PAGE_SCRIPT, "--check"], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_a_page_that_lacks_a_file_or_miscounts_is_noticed():
    script = runpy.run_path(str(PAGE_SCRIPT))
    page, is_up_to_date = script["page"](), script["is_up_to_date"]
    assert is_up_to_date(page, page)
    lines = page.splitlines(keepends=True)
    rows = [at for at, line in enumerate(lines) if "verify/receipts.py](" in line]
    assert len(rows) == 1
    without = "".join([*lines[: rows[0]], *lines[rows[0] + 1 :]])
    assert not is_up_to_date(without, page)
    cells = lines[rows[0]].split(" | ")
    for count, accepted in ((int(cells[2]) + 9, True), (int(cells[2]) + 90_000, False)):
        cells[2] = str(count)
        changed = [*lines[: rows[0]], " | ".join(cells), *lines[rows[0] + 1 :]]
        assert is_up_to_date("".join(changed), page) is accepted


def test_every_kept_bundle_gets_the_verdict_that_it_always_had(python):
    calls = [[*given(folder, case), "--json"] for folder, case in cases()]
    assert len(calls) > 35
    for (_, case), (status, found) in zip(cases(), ask(python, calls), strict=True):
        assert found["verdict"] == case["verdict"], case
        told = [r["code"] for r in found["reasons"]]
        against = [r["code"] for r in found["reasons"] if not r["holds"]]
        if "with" in case:
            # What others say may be told without changing the verdict.
            assert case["code"] in told, case
        elif "code" in case:
            assert against == ([case["code"]] if case["code"] else []), case
        assert status == {"valid": 0, "invalid": 1, "stale": 3}[found["verdict"]]


def test_every_document_is_the_one_that_assay_writes(python):
    verify = [("verify", *given(folder, case)) for folder, case in cases()]
    with_files = [
        (*words, "--release", str(folder / "release"))
        for words, (folder, _) in zip(verify, cases(), strict=True)
        if (folder / "release").is_dir()
    ]
    decide = [
        ("decide", *words[1:], "--benefit", benefit)
        for words, (_, case) in zip(verify, cases(), strict=True)
        for benefit in case.get("decisions", {})
    ]
    assert len(with_files) >= 2
    assert len(decide) >= 4
    calls = [*verify, *with_files, *decide]
    answers = ask(
        python,
        [
            [*(words if words[0] == "decide" else words[1:]), "--json"]
            for words in calls
        ],
    )
    for words, (status, found) in zip(calls, answers, strict=True):
        assert (status, found) == document(*words)


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (["no-such.assay", "--trust", "{trust}"], 4, "input.no-such-file"),
        (["{folder}", "--trust", "{trust}"], 4, "input.not-a-file"),
        (["{trust}", "--trust", "{trust}"], 4, "bundle.malformed"),
        (["{bundle}", "--trust", "{bundle}"], 4, "trust.malformed"),
        (["{bundle}", "--trust", "no-such.toml"], 4, "input.no-such-file"),
        (["{bundle}", "--trust", "{trust}", "--at", "9999-01-01"], 2, "usage.instant"),
        (["{bundle}", "--trust", "{trust}", "--release", "no-such"], 4,
         "release.not-found"),
        (["{bundle}", "--trust", "{trust}", "--release", "{bundle}"], 4,
         "release.not-a-directory"),
        (["decide", "{bundle}", "--trust", "{trust}", "--benefit", "no-such"], 2,
         "usage.unknown-benefit"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_has_the_code_and_the_status_of_assay(
    words, status, code, capfd
):
    folder = VECTORS / "formats" / "v0.1"
    places = {
        "bundle": folder / "p256-logged.assay",
        "trust": folder / "p256-logged.toml",
        "folder": folder,
    }
    filled = [word.format(**places) for word in words]
    at = () if "--at" in words else ("--at", "2026-11-30")
    assert run([*filled, *at, "--json"]) == status
    out, err = capfd.readouterr()
    assert json.loads(out)["code"] == code
    assert code in err
    if code != "release.not-a-directory":  # Assay reads archives as well.
        verb = () if filled[0] == "decide" else ("verify",)
        assert assay(*verb, *filled, *at).exit_code == status


def test_statements_at_hand_count_as_they_do_for_assay(python, tmp_path):
    desk = set_up(tmp_path, programme=HARBOUR)
    gone = tmp_path / "gone.assay-statement"
    revoked = assay(
        "revoke", desk.bundle, "--reason", "error", "--key", desk.key,
        "--log", desk.log, "--out", gone,
    )  # fmt: skip
    assert revoked.exit_code == 0, revoked.output
    given = [str(desk.bundle), "--trust", str(desk.trust), "--at", "2036-01-01"]
    calls = [
        given,
        [*given, "--with", str(gone)],
        ["decide", *given, "--benefit", "free-passage", "--with", str(gone)],
        [*given, "--with", str(desk.bundle)],
    ]
    answers = ask(python, [[*words, "--json"] for words in calls])
    for words, answer in zip(calls, answers, strict=True):
        verb = words if words[0] == "decide" else ["verify", *words]
        assert tuple(answer) == document(*verb)
    assert answers[1][1]["reasons"][0]["code"] == "verify.revoked"
    assert answers[3][1]["code"] == "bundle.malformed-statement"


def test_an_instant_is_read_as_assay_reads_it(capfd):
    folder = VECTORS / "formats" / "v0.1"
    given = (folder / "p256-logged.assay", "--trust", folder / "p256-logged.toml")
    for at in (
        "2026-11-30",
        "2026-11-30T12:00:00+02:00",
        "2026-11-30T12:00",
        "20261130",
        "2026W481",
        "1999-01-01",
    ):
        run([*map(str, given), "--at", at, "--json"])
        found = json.loads(capfd.readouterr().out)
        assert found == document("verify", *given, "--at", at)[1]
    assert run([*map(str, given), "--at", "soon"]) == ExitStatus.USAGE


def test_a_policy_that_is_none_is_refused_as_assay_refuses_it(tmp_path, capfd):
    folder = VECTORS / "formats" / "v0.2"
    text = (folder / "p256-logged.toml").read_text()
    head = text.replace("quorum = 2", 'policy = "no such line\\n"').split("[[witness]]")
    trust = tmp_path / "trust.toml"
    trust.write_text(head[0] + "[[programme]]" + text.split("[[programme]]")[1])
    given = (folder / "p256-logged.assay", "--trust", trust)
    status = run([*map(str, given), "--json"])
    found = json.loads(capfd.readouterr().out)
    assert (status, found["code"]) == (4, "log.policy-line")
    assert (status, found) == document("verify", *given)


def test_people_are_told_each_reason_on_a_line_that_moves_no_cursor(capfd):
    folder = VECTORS / "formats" / "v0.1"
    given = (folder / "p256-logged.assay", "--trust", folder / "p256-logged.toml")
    files_at_hand = ("--release", folder / "release", "--at", "2026-11-30")
    status = run(list(map(str, (*given, *files_at_hand))))
    lines = capfd.readouterr().out.splitlines()
    assert status == 0
    assert lines[0].startswith("valid: ")
    assert any("[verify.release-files]" in line for line in lines[1:])
    assert run(["\x1b[2J", "--trust", "t"]) == ExitStatus.COULD_NOT
    assert "\x1b" not in capfd.readouterr().err


def test_a_command_that_makes_no_sense_ends_with_2(capfd):
    for words in (["--no-such"], ["a.assay"], ["decide", "a.assay", "--trust", "t"]):
        with pytest.raises(SystemExit) as ended:
            run(words)
        assert ended.value.code == ExitStatus.USAGE
    assert "--trust" in capfd.readouterr().err


def test_a_directory_is_digested_as_assay_digests_it(tmp_path):
    release = write_release(tmp_path / "model")
    (release / "deep" / "er").mkdir(parents=True)
    (release / "deep" / "er" / "ünïcode.txt").write_text("x")
    (release / "deep" / ".git").mkdir()
    (release / "deep" / ".git" / "HEAD").write_text("bound: not at the top")
    (release / "empty").touch()
    large = bytes(range(256)) * 5000
    (release / "large.bin").write_bytes(large)
    (release / "link").symlink_to("config.json")
    (release / "folder-link").symlink_to("deep")
    (release / "broken").symlink_to("nowhere")
    (release / ".git").mkdir()
    (release / ".git" / "config").write_text("left out")
    os.mkfifo(release / "pipe")
    ours, theirs = files.take_inventory(str(release)), take_inventory(release)
    assert ours.files == theirs.files
    # Which kind of link it is changes nothing: each is refused as what it is.
    assert [item.path for item in ours.irregular] == [i.path for i in theirs.irregular]
    left_out = [
        [i.path for i in inventory.irregular if i.kind is IrregularKind.VERSION_CONTROL]
        for inventory in (ours, theirs)
    ]
    assert left_out == [[".git"], [".git"]]


def deep(root: Path) -> None:
    root.joinpath(*["d"] * (DEFAULT_LIMITS.max_directory_depth + 1)).mkdir(parents=True)


def odd(root: Path) -> None:
    Path(os.fsdecode(os.fsencode(root) + b"/\xff")).touch()


def nothing(root: Path) -> None:
    (root / "folder").mkdir()


def many(root: Path) -> None:
    for number in range(4):
        (root / f"{number}").touch()


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (deep, "release.too-deep"),
        (odd, "release.path-not-utf8"),
        (nothing, "release.empty"),
        (many, "release.too-many-files"),
        (lambda root: (root / ("n" * 40)).touch(), "release.path-too-long"),
    ],
)
def test_a_directory_that_is_no_release_is_refused_as_assay_refuses_it(
    make, code, tmp_path
):
    make(tmp_path)
    limits = replace(DEFAULT_LIMITS, max_files=3)
    if code == "release.path-too-long":
        limits = replace(limits, max_path_bytes=39)
    for read in (files.take_inventory, take_inventory):
        with pytest.raises(ReleaseError) as caught:
            read(str(tmp_path), limits=limits)
        assert caught.value.code == code


def test_a_file_that_is_written_to_while_it_is_read_is_refused(tmp_path, monkeypatch):
    (tmp_path / "model.bin").write_bytes(b"before")
    digest = files.hashlib.sha256

    def meddled():
        (tmp_path / "model.bin").write_bytes(b"after it was found")
        return digest()

    monkeypatch.setattr(files.hashlib, "sha256", meddled)
    with pytest.raises(ReleaseError) as caught:
        files.take_inventory(str(tmp_path))
    assert caught.value.code == "release.changed-while-read"


def test_the_program_runs_by_its_name(python):
    folder = VECTORS / "formats" / "v0.1"
    said = run_quietly(
        *without_network(), python.with_name("assay-verify"),
        folder / "ed25519-unlogged.assay",
        "--trust", folder / "ed25519-unlogged.toml", "--at", "2026-11-30",
    )  # fmt: skip
    assert said.startswith("valid: ")
    assert run_quietly(python, "-m", "assay_verify", "--version").strip()

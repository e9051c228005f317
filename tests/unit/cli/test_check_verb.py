from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.simulators.desk import assay, document, safetensors, write_release

if TYPE_CHECKING:
    from pathlib import Path


class Boom:
    def __reduce__(self):
        return os.system, ("echo assay",)


def test_an_honest_release_is_clean(tmp_path: Path) -> None:
    release = write_release(tmp_path / "model")
    status, found = document("check", release)
    assert status == 0
    assert found["format"] == "assay-check/0"
    assert len(found["release"]["digest"]) == 64
    assert {c["id"] for c in found["controls"]} >= {"rel-5", "inc-2"}
    assert {c["outcome"] for c in found["controls"]} <= {
        "met", "not met", "not applicable", "not assessed", "error",
    }  # fmt: skip
    assert found["burden"]["controls"] == len(found["controls"])
    assert not [f for f in found["findings"] if f["severity"] in ("critical", "high")]


def test_a_hostile_pickle_is_found_and_the_answer_is_no(tmp_path: Path) -> None:
    release = write_release(tmp_path / "model")
    (release / "weights.bin").write_bytes(pickle.dumps(Boom()))
    status, found = document("check", release)
    assert status == 1
    worst = found["findings"][0]
    assert worst["severity"] in ("critical", "high")
    assert worst["path"] == "weights.bin"
    assert {"check", "confidence", "message", "remediation"} <= worst.keys()
    assert assay("check", release, "--fail-on", "critical").exit_code == 1


def test_fail_on_moves_the_bar(tmp_path: Path) -> None:
    release = write_release(tmp_path / "model")
    (release / "README.md").unlink()
    assert assay("check", release).exit_code == 0
    assert assay("check", release, "--fail-on", "low").exit_code == 1


def test_text_goes_to_standard_error_when_a_document_is_asked_for(
    tmp_path: Path,
) -> None:
    release = write_release(tmp_path / "model")
    result = assay("check", release, "--json", tmp_path / "out.json")
    assert result.stdout == ""
    assert "SHA-256" in result.stderr
    assert json.loads((tmp_path / "out.json").read_bytes())["format"]


def test_quiet_says_nothing(tmp_path: Path) -> None:
    result = assay("check", write_release(tmp_path / "model"), "--quiet")
    assert result.output == ""


def test_the_page_is_one_file_that_names_the_release(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    release = write_release(tmp_path / "a-model-of-mine")
    assert assay("check", release, "--html", page).exit_code == 0
    text = page.read_text()
    assert "a-model-of-mine" in text
    assert "nofficial" in text


@pytest.mark.parametrize(
    ("make", "code"),
    {
        "a directory that does not exist": (lambda _: None, "release.not-found"),
        "an empty directory": (lambda p: p.mkdir(), "release.empty"),
        "a pipe": (os.mkfifo, "release.not-a-directory"),
    }.values(),
)
def test_what_is_no_release_is_refused(tmp_path: Path, make, code: str) -> None:
    path = tmp_path / "model"
    make(path)
    status, found = document("check", path)
    assert status == 4
    assert found["format"] == "assay-error/0"
    assert found["code"] == code
    assert found["expected"]
    assert found["found"]


@pytest.mark.parametrize(
    "data",
    {
        "cut in its length": b"\x08\x00\x00",
        "cut in its header": safetensors()[:20],
        "cut in its data": safetensors()[:-1],
        "a header that lies about its length": b"\xff" * 8 + safetensors()[8:],
        "bytes after the last tensor": safetensors() + b"hidden",
    }.values(),
)
def test_a_lying_safetensors_file_is_never_clean(tmp_path: Path, data: bytes) -> None:
    release = write_release(tmp_path / "model")
    (release / "model.safetensors").write_bytes(data)
    _, found = document("check", release)
    controls = {c["id"]: c["outcome"] for c in found["controls"]}
    checks = {c["id"]: c["status"] for c in found["checks"]}
    assert checks["safetensors-sound"] != "clean"
    assert "not met" in controls.values()


def test_wrong_usage_is_two(tmp_path: Path) -> None:
    assert assay("check").exit_code == 2
    assert assay("check", tmp_path, "--fail-on", "nothing").exit_code == 2
    assert assay("no-such-verb").exit_code == 2


def test_an_unknown_programme_names_the_known_ones(tmp_path: Path) -> None:
    result = assay("check", write_release(tmp_path / "m"), "--programme", "nope")
    assert result.exit_code == 4
    assert "eo14409" in result.stderr


def test_a_programme_of_somebody_else_works_from_its_file(tmp_path: Path) -> None:
    release = write_release(tmp_path / "m")
    programme = "tests/vectors/programmes/harbour-1.0.toml"
    status, found = document("check", release, "--programme", programme)
    assert status == 0
    assert found["programme"]["id"] != "eo14409"


def test_the_form_holds_the_open_questions_and_can_be_answered(tmp_path: Path) -> None:
    release = write_release(tmp_path / "m")
    form = tmp_path / "answers.toml"
    assert assay("check", release, "--write-declarations", form).exit_code == 0
    text = form.read_text()
    assert 'control = "rel-5"' in text
    # An unanswered form answers nothing.
    _, before = document("check", release, "--declarations", form)
    assert before["burden"]["answered"] == 0
    head, _, tail = text.partition('control = "inc-2"')
    tail = tail.replace('answer = ""', 'answer = "met"', 1)
    tail = tail.replace('role = ""', 'role = "incident lead"', 1)
    tail = tail.replace('statement = ""', 'statement = "We drill it."', 1)
    lines = [
        "date = 2026-11-01" if line.lstrip("# ").startswith("date =") else line
        for line in tail.splitlines()
    ]
    form.write_text(head + 'control = "inc-2"' + "\n".join(lines) + "\n")
    status, after = document("check", release, "--declarations", form)
    if status == 4:
        # The answer needs an evidence file: name one, and it is digested.
        assert after["code"].startswith("evidence.")
        (tmp_path / "proof.txt").write_text("drill of October")
        body = form.read_text().replace(
            "evidence = []", 'evidence = [{ file = "proof.txt" }]'
        )
        form.write_text(body)
        status, after = document("check", release, "--declarations", form)
    assert status == 0, after
    assert after["burden"]["answered"] == 1
    result = next(c for c in after["controls"] if c["id"] == "inc-2")
    assert result["outcome"] == "met"
    assert result["class"] == "declared"
    assert result["collected"] == "2026-11-01"


def test_a_form_never_overwrites_answers(tmp_path: Path) -> None:
    release = write_release(tmp_path / "m")
    form = tmp_path / "answers.toml"
    form.write_text("precious")
    result = assay("check", release, "--write-declarations", form)
    assert result.exit_code == 2
    assert "usage.exists" in result.stderr
    assert form.read_text() == "precious"


def test_a_missing_evidence_file_is_refused(tmp_path: Path) -> None:
    release = write_release(tmp_path / "m")
    result = assay("check", release, "--declarations", tmp_path / "none.toml")
    assert result.exit_code == 4
    assert "input.no-such-file" in result.stderr


def test_the_same_release_gives_the_same_assessment_everywhere(tmp_path: Path) -> None:
    # Other directory, order of creation, time zone, locale, hash seed and jobs.
    release = write_release(tmp_path / "one" / "model")
    other = tmp_path / "two" / "deeper" / "another-name"
    other.mkdir(parents=True)
    for path in sorted(release.rglob("*"), reverse=True):
        target = other / path.relative_to(release)
        if path.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    digests = set()
    for where, zone, language, seed, jobs in (
        (release, "UTC", "C", "0", "1"),
        (other, "Pacific/Kiritimati", "tr_TR.UTF-8", "42", "4"),
    ):
        result = subprocess.run(
            f"{sys.executable} -m assay check {where} --jobs {jobs} --json -".split(),
            capture_output=True,
            check=True,
            env={
                "TZ": zone,
                "LC_ALL": language,
                "PYTHONHASHSEED": seed,
                "PATH": "/usr/bin:/bin",
                "PYTHONUTF8": "1",
            },
        )
        found = json.loads(result.stdout)
        digests.add((found["assessmentDigest"], found["release"]["digest"]))
    assert len(digests) == 1


def test_a_release_that_is_not_awaited_is_not_read_to_its_end(tmp_path: Path) -> None:
    release = write_release(tmp_path / "m")
    (release / "big.bin").write_bytes(bytes(64 * 1024 * 1024))
    result = assay("check", release, "--programme", "nope")
    assert result.exit_code == 4
    assert "programme." in result.stderr


def test_file_names_cannot_steer_the_terminal(tmp_path: Path) -> None:
    release = write_release(tmp_path / "m")
    (release / "a\x1b[31mb.bin").write_bytes(pickle.dumps(Boom()))
    result = assay("check", release)
    assert "\x1b" not in result.output
    assert assay("check", tmp_path / "no\x1b[2Jne").output.count("\x1b") == 0

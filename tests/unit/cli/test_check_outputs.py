from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import jsonschema
import pytest

from docs.generate_schemas import FOLDER
from tests.simulators.desk import assay, document, write_release

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = b"cposix\nsystem\n(Vecho assay\ntR."


@pytest.fixture
def release(tmp_path):
    root = write_release(tmp_path / "release")
    (root / "model.pkl").write_bytes(HOSTILE)
    return root


def accept(form: Path, *, only: str = "", expires: str = "2999-12-31") -> None:
    """Fill in a form, as a person would."""
    text = form.read_text()
    blocks = text.split("[[accepted]]")
    done = [
        block.replace('reason = ""', 'reason = "seen"')
        .replace('owner = ""', 'owner = "lead"')
        .replace("# expires = YYYY-MM-DD", f"expires = {expires}")
        if only in block
        else block
        for block in blocks[1:]
    ]
    form.write_text("[[accepted]]".join([blocks[0], *done]))


def test_what_tools_read_is_written_beside_the_document(release, tmp_path):
    sarif, bom = tmp_path / "found.sarif", tmp_path / "bom.json"
    status, found = document("check", release, "--sarif", sarif, "--cyclonedx", bom)
    assert status == 1
    schema = json.loads((FOLDER / "result-check.json").read_bytes())
    jsonschema.Draft202012Validator(schema).validate(found)
    run = json.loads(sarif.read_bytes())["runs"][0]
    ids = [r["partialFingerprints"]["assayFindingId/v1"] for r in run["results"]]
    assert ids == [finding["id"] for finding in found["findings"]]
    assert found["baseline"] is None
    files = [
        part["name"]
        for part in json.loads(bom.read_bytes())["components"]
        if part["type"] == "file"
    ]
    assert files == [file["path"] for file in found["release"]["files"]]


def test_one_of_them_may_go_to_standard_output(release):
    done = assay("check", release, "--sarif", "-")
    assert json.loads(done.stdout)["version"] == "2.1.0"
    assert "Findings" in done.stderr


def test_a_finding_that_is_accepted_stays_and_does_not_fail_the_run(release, tmp_path):
    form, page = tmp_path / "accepted.toml", tmp_path / "report.html"
    assert assay("check", release, "--write-baseline", form).exit_code == 1
    assert document("check", release, "--baseline", form)[0] == 1
    accept(form, only="pickle-imports")
    given = ("check", release, "--baseline", form, "--html", page)
    done = assay(*given)
    assert done.exit_code == 0
    assert "1 finding by the baseline" in done.stdout
    assert "CRITICAL" in done.stdout
    assert "Until 2999-12-31 by lead: seen" in page.read_text()
    _status, found = document(*given)
    (critical,) = [f for f in found["findings"] if f["severity"] == "critical"]
    assert critical["accepted"]["owner"] == "lead"
    assert found["baseline"]["accepted"] == [critical["id"]]
    before = document("check", release)[1]
    assert found["controls"] == before["controls"]
    assert found["assessmentDigest"] == before["assessmentDigest"]


def test_an_acceptance_ends_with_its_day_and_with_the_content(release, tmp_path):
    form = tmp_path / "accepted.toml"
    assay("check", release, "--write-baseline", form)
    accept(form, expires="2020-01-01")
    done = assay("check", release, "--baseline", form)
    assert done.exit_code == 1
    assert "have expired" in done.stdout
    form.write_text(form.read_text().replace("2020-01-01", "2999-12-31"))
    assert assay("check", release, "--baseline", form).exit_code == 0
    (release / "model.pkl").write_bytes(HOSTILE + b"N.")
    done = assay("check", release, "--baseline", form)
    assert done.exit_code == 1
    assert "of another content" in done.stdout


def test_a_form_is_told_with_the_number_of_its_entries(release, tmp_path):
    form = tmp_path / "accepted.toml"
    done = assay("check", release, "--write-baseline", form)
    entries = form.read_text().count("[[accepted]]")
    assert f"Wrote {form} with {entries} entries." in done.stdout
    quiet = assay("check", release, "-q", "--write-baseline", tmp_path / "second.toml")
    assert not quiet.output


def test_an_entry_without_a_digest_accepts_nothing_in_a_file(release, tmp_path):
    form = tmp_path / "accepted.toml"
    assay("check", release, "--write-baseline", form)
    accept(form)
    form.write_text(re.sub(r"(?m)^sha256 = .*\n", "", form.read_text()))
    done = assay("check", release, "--baseline", form)
    assert done.exit_code == 1
    assert "for want of" in done.stdout
    status, found = document("check", release, "--baseline", form)
    assert status == 1
    assert found["baseline"]["unbound"]
    assert not any(f["accepted"] for f in found["findings"] if f["path"] == "model.pkl")


def test_a_missing_card_is_accepted_without_a_digest(release, tmp_path):
    (release / "README.md").unlink()
    form = tmp_path / "accepted.toml"
    assay("check", release, "--write-baseline", form)
    accept(form, only="model-card/no-card")
    _, found = document("check", release, "--baseline", form)
    (card,) = [f for f in found["findings"] if f["rule"] == "no-card"]
    assert card["accepted"]["reason"] == "seen"


def test_a_form_is_never_written_over_another(release, tmp_path):
    form = tmp_path / "accepted.toml"
    assay("check", release, "--write-baseline", form)
    accept(form)
    status, error = document("check", release, "--write-baseline", form)
    assert (status, error["code"]) == (2, "usage.exists")
    assert 'reason = "seen"' in form.read_text()


def test_the_next_form_keeps_what_is_accepted(release, tmp_path):
    first, second = tmp_path / "first.toml", tmp_path / "second.toml"
    assay("check", release, "--write-baseline", first)
    accept(first)
    assay("check", release, "--baseline", first, "--write-baseline", second)
    assert second.read_text().count('reason = "seen"') == first.read_text().count(
        'reason = "seen"'
    )


@pytest.mark.parametrize("option", ["--sarif", "--cyclonedx", "--write-baseline"])
def test_no_result_is_written_over_another(release, tmp_path, option):
    there = tmp_path / "x"
    status, error = document("check", release, option, there, "--html", there)
    assert (status, error["code"]) == (2, "usage.same-file")


def test_a_baseline_that_is_no_baseline_is_refused(release, tmp_path):
    (tmp_path / "b.toml").write_text("x = 1\n")
    status, error = document("check", release, "--baseline", tmp_path / "b.toml")
    assert (status, error["code"]) == (4, "document.schema")

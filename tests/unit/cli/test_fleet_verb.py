from __future__ import annotations

import json
import tarfile

import jsonschema
import pytest

from docs.generate_schemas import FOLDER
from tests.simulators.desk import assay, document, write_release


@pytest.fixture
def fleet(tmp_path):
    """A list of a sound release and one that runs a command."""
    for name in ("sound", "evil"):
        write_release(tmp_path / name)
    (tmp_path / "evil" / "evil.pkl").write_bytes(b"cposix\nsystem\n(S'id'\ntR.")
    path = tmp_path / "list.txt"
    path.write_text("sound\nevil\n")
    return path


def test_a_fleet_is_told_line_by_line_and_summed_up(tmp_path, fleet):
    result = assay("fleet", "check", fleet, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "[1/2] passes" in result.stdout
    assert "[2/2] fails" in result.stdout
    assert "2 releases: 1 pass, 1 fail" in result.stdout
    assert (tmp_path / "out" / "fleet.json").is_file()


def test_the_document_keeps_its_schema(tmp_path, fleet):
    status, found = document("fleet", "check", fleet, "--out", tmp_path / "out")
    assert status == 1
    schema = json.loads((FOLDER / "result-fleet.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(found)
    assert found == json.loads((tmp_path / "out" / "fleet.json").read_text())


def test_sound_releases_give_yes(tmp_path, fleet):
    fleet.write_text("sound\n")
    result = assay("fleet", "check", fleet, "--out", tmp_path / "out", "--quiet")
    assert (result.exit_code, result.output) == (0, "")


def test_a_release_that_cannot_be_checked_gives_cannot_tell(tmp_path, fleet):
    fleet.write_text("sound\nnone\n")
    result = assay("fleet", "check", fleet, "--out", tmp_path / "out")
    assert result.exit_code == 3
    assert "1 could not be checked" in result.stdout
    assert "There is no release" in result.stdout


def test_the_severity_that_fails_can_be_chosen(tmp_path, fleet):
    out = ("--out", tmp_path / "out")
    assert assay("fleet", "check", fleet, *out).exit_code == 1
    again = assay("fleet", "check", fleet, *out)
    assert "[" not in again.stdout.partition("2 releases")[0]
    assert "[2/2]" in assay("fleet", "check", fleet, *out, "--again").stdout
    fleet.write_text("sound\n")
    low = assay("fleet", "check", fleet, *out, "--fail-on", "critical")
    assert low.exit_code == 0


def test_facts_are_kept_where_somebody_says(tmp_path, fleet):
    kept = tmp_path / "kept"
    assay("fleet", "check", fleet, "--out", tmp_path / "out", "--cache", kept)
    assert list(kept.rglob("*.json"))


def test_a_list_that_names_nothing_is_wrong_usage(tmp_path, fleet):
    fleet.write_text("")
    status, found = document("fleet", "check", fleet, "--out", tmp_path / "out")
    assert (status, found["code"]) == (2, "usage.fleet-list")


def test_facts_are_kept_for_one_release_too(tmp_path, fleet):
    kept = tmp_path / "kept"
    first = document("check", fleet.parent / "evil", "--cache", kept)
    second = document("check", fleet.parent / "evil", "--cache", kept)
    assert list(kept.rglob("*.json"))
    for status, found in (first, second):
        assert status == 1
        del found["run"]
    assert first == second


def test_a_note_says_what_was_assumed_of_an_archive(tmp_path, fleet):
    with tarfile.open(tmp_path / "m.tar", "w") as file:
        file.add(fleet.parent / "sound", "top")
    assert "note: All files lie in 'top'" in assay("check", tmp_path / "m.tar").stdout
    _, found = document("check", tmp_path / "m.tar")
    assert found["release"]["notes"]
    assert found["release"]["name"] == "m"


def test_a_release_that_could_not_be_read_has_no_count_of_findings(tmp_path, fleet):
    fleet.write_text("none\n")
    status, found = document("fleet", "check", fleet, "--out", tmp_path / "out")
    (entry,) = found["releases"]
    assert status == 3
    assert (entry["findings"], entry["tiers"], entry["notInspected"]) == (None,) * 3
    assert entry["error"]["expected"]
    assert entry["error"]["found"]
    assert entry["error"]["remedy"]


def test_a_release_named_twice_is_told_with_its_lines(tmp_path, fleet):
    fleet.write_text("# all\nsound\nevil\n\n sound \n" + "evil\n" * 9)
    status, found = document("fleet", "check", fleet, "--out", tmp_path / "out")
    assert (status, found["code"]) == (2, "usage.fleet-list")
    assert found["found"] == f"{tmp_path / 'sound'} in lines 2, 5"
    fleet.write_text("evil\n" * 9)
    _, found = document("fleet", "check", fleet, "--out", tmp_path / "out")
    assert found["found"].endswith("in lines 1, 2, 3, 4, 5, ...")


def test_failures_of_before_are_named_again(tmp_path, fleet):
    verb = ("fleet", "check", fleet, "--out", tmp_path / "out")
    assert "done before" not in assay(*verb).stdout
    again = assay(*verb)
    assert again.exit_code == 1
    assert "2 of 2 were done before and have not changed" in again.stdout
    assert f"done before: fails       {tmp_path / 'evil'}: 1 critical" in again.stdout
    assert f"done before: passes      {tmp_path / 'sound'}" not in again.stdout


def test_releases_where_a_list_belongs_are_told_apart(tmp_path, fleet):
    done = assay("fleet", "check", "a", "b", "c", "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "LIST is a file with one path" in done.output
    other = assay("fleet", "check", fleet)
    assert "Missing option" in other.output


def test_an_interrupted_fleet_says_that_the_same_command_goes_on(
    tmp_path, fleet, monkeypatch
):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("assay.flows.fleet.check_one", interrupted)
    done = assay("fleet", "check", fleet, "--out", tmp_path / "out")
    assert done.exit_code == 4
    assert "run the same command again to go on" in done.stderr
    assert (tmp_path / "out" / "fleet.json").is_file()


def test_one_baseline_accepts_findings_in_every_release(tmp_path, fleet):
    form = tmp_path / "accepted.toml"
    assay("check", fleet.parent / "evil", "--write-baseline", form, "-q")
    text = form.read_text().replace('reason = ""', 'reason = "seen"')
    text = text.replace('owner = ""', 'owner = "lead"')
    form.write_text(text.replace("# expires = YYYY-MM-DD", "expires = 2999-12-31"))
    verb = ("fleet", "check", fleet, "--out", tmp_path / "out")
    assert document(*verb)[0] == 1
    status, found = document(*verb, "--baseline", form)
    assert status == 0
    assert [entry["gate"] for entry in found["releases"]] == ["passes", "passes"]
    assert found["releases"][1]["findings"]["critical"] == 1
    assert found["baseline"]["digest"]
    assert "were done before" in assay(*verb, "--baseline", form).stdout
    assert document(*verb)[0] == 1
    form.write_text("x = 1")
    assert document(*verb, "--baseline", form)[1]["code"] == "document.schema"

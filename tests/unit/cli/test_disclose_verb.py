"""`assay disclose`, `assay seal --supersedes` and `assay verify --repeat`, as typed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from assay.flows import check
from docs.generate_schemas import FOLDER
from tests.simulators.desk import Desk, assay, document


def valid(name: str, found: object) -> None:
    schema = json.loads((FOLDER / f"{name}.json").read_bytes())
    jsonschema.Draft202012Validator(schema).validate(found)


def disclose(desk: Desk, out: Path, *more: object) -> tuple[int, dict]:
    return document("disclose", desk.bundle, "--out", out, *more)


def test_some_controls_are_shown_and_the_others_withheld(
    desk: Desk, tmp_path: Path
) -> None:
    out = tmp_path / "less.assay"
    status, found = disclose(desk, out, "--controls", "con-1, trn-1")
    assert status == 0
    valid("result-disclose", found)
    assert found["bundle"] == str(out)
    assert found["shown"] == ["con-1", "trn-1"]
    assert found["implied"] == []
    assert len(found["withheld"]) == 33
    status, verdict = document("verify", out, "--trust", desk.trust)
    assert status == 0
    valid("result-verify", verdict)
    assert verdict["withheld"] == found["withheld"]
    outcomes = {c["id"]: c["outcome"] for c in verdict["controls"]}
    assert outcomes["con-1"] == "met"
    assert outcomes["rel-1"] == "withheld"
    assert len(outcomes) == 35
    assert verdict["assessmentDigest"] is None
    assert verdict["burden"]["answered"] is None
    assert verdict["tiers"] == []
    assert verdict["tiersUndetermined"]


def test_what_a_report_tells_of_others_is_said_before_anything_is_written(
    desk: Desk, tmp_path: Path
) -> None:
    out = tmp_path / "less.assay"
    result = assay("disclose", desk.bundle, "--controls", "con-2", "--out", out)
    assert result.exit_code == 0
    assert "the report of built-objects is shown, and bears on con-3, con-7" in (
        result.stderr
    )
    assert "shows 1 of 35 controls" in result.stdout
    assert "34 withheld" in result.stdout
    quiet = assay(
        "disclose", desk.bundle, "--controls", "con-2", "--out", out, "--quiet"
    )
    assert quiet.output == ""


def test_what_is_shown_as_well_is_named(tmp_path: Path, desk: Desk) -> None:
    programme = tmp_path / "harbour.toml"
    text = Path("tests/vectors/programmes/harbour-1.0.toml").read_text()
    programme.write_text(text.replace('["model-card"]', '["secrets"]'))
    assert desk.seal("--programme", programme).exit_code == 0
    out = tmp_path / "less.assay"
    result = assay("disclose", desk.bundle, "--controls", "cargo-2", "--out", out)
    assert "cargo-3 can be worked out from what is shown" in result.stderr
    listed = assay("disclose", desk.bundle, "--controls", "cargo-2", "--list")
    assert "cargo-3: shown as well (met); rests on secrets" in listed.stdout
    status, found = document(
        "disclose", desk.bundle, "--all-but", "cargo-3", "--out", out
    )
    assert (status, found["code"]) == (2, "usage.cannot-withhold")


def test_what_would_be_shown_is_listed_and_nothing_written(
    desk: Desk, tmp_path: Path
) -> None:
    out = tmp_path / "less.assay"
    result = assay(
        "disclose", desk.bundle, "--controls", "con-2", "--list", "--out", out
    )
    assert result.exit_code == 0
    assert not out.exists()
    assert "con-2: shown (not applicable); rests on built-objects" in result.stdout
    assert "rel-1: to be withheld; rests on entries-bound" in result.stdout
    assert "bears on con-3, con-7" in result.stdout
    whole = assay("disclose", desk.bundle, "--list")
    assert whole.stdout.count(": shown (") == 35
    status, found = document("disclose", desk.bundle, "--list")
    assert (status, found["bundle"], found["withheld"]) == (0, None, [])
    disclose(desk, out, "--controls", "con-1")
    again = assay("disclose", out, "--list")
    assert again.stdout.count("withheld in this bundle") == 34
    assert again.stdout.count(": shown (") == 1


def test_all_but_some_are_shown(desk: Desk, tmp_path: Path) -> None:
    status, found = disclose(desk, tmp_path / "o.assay", "--all-but", "con-4,rel-5")
    assert status == 0
    assert found["withheld"] == ["rel-5", "con-4"]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), "usage.which-controls"),
        (("--controls", "con-1", "--all-but", "con-2"), "usage.which-controls"),
        (("--controls", "con-99"), "usage.no-such-control"),
    ],
)
def test_what_makes_no_sense_is_refused(
    desk: Desk, tmp_path: Path, options: tuple[str, ...], code: str
) -> None:
    out = tmp_path / "o.assay"
    status, found = disclose(desk, out, *options)
    assert (status, found["code"]) == (2, code)
    assert not out.exists()


def test_a_place_to_write_to_has_to_be_named(desk: Desk) -> None:
    status, found = document("disclose", desk.bundle, "--controls", "con-1")
    assert (status, found["code"]) == (2, "usage.nowhere")


def test_what_is_withheld_cannot_be_shown_from_a_reduced_bundle(
    desk: Desk, tmp_path: Path
) -> None:
    less = tmp_path / "less.assay"
    disclose(desk, less, "--controls", "con-1,con-4")
    out = tmp_path / "o.assay"
    status, found = document("disclose", less, "--controls", "con-6", "--out", out)
    assert (status, found["code"]) == (2, "usage.already-withheld")
    status, found = document("disclose", less, "--controls", "con-4", "--out", out)
    assert (status, found["shown"]) == (0, ["con-4"])


def test_a_whole_bundle_is_not_written_over(desk: Desk, tmp_path: Path) -> None:
    before = desk.bundle.read_bytes()
    status, found = disclose(desk, desk.bundle, "--controls", "con-1")
    assert desk.bundle.read_bytes() == before
    assert (status, found["code"]) == (2, "usage.same-file")
    other = tmp_path / "other.assay"
    other.write_bytes(before)
    assert desk.seal().exit_code == 0
    status, found = disclose(desk, other, "--controls", "con-1")
    assert (status, found["code"]) == (2, "usage.exists")
    assert other.read_bytes() == before


def test_a_decision_names_what_is_withheld(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "less.assay"
    disclose(desk, out, "--controls", "con-1")
    status, found = document(
        "decide", out, "--benefit", "prime-prequalification", "--trust", desk.trust
    )
    assert (status, found["decision"]) == (3, "cannot tell")
    assert "decide.withheld" in {reason["code"] for reason in found["reasons"]}
    result = assay(
        "decide", out, "--benefit", "prime-prequalification", "--trust", desk.trust
    )
    assert "withheld by the developer" in " ".join(result.stdout.split())


def test_an_earlier_bundle_can_be_superseded(desk: Desk, tmp_path: Path) -> None:
    earlier = tmp_path / "earlier.assay"
    earlier.write_bytes(desk.bundle.read_bytes())
    assert desk.seal("--supersedes", earlier).exit_code == 0
    status, found = document(
        "decide", earlier, desk.bundle, "--benefit", "prime-prequalification",
        "--trust", desk.trust,
    )  # fmt: skip
    assert status == 3
    assert "decide.superseded" in {reason["code"] for reason in found["reasons"]}


def test_what_is_no_bundle_is_not_superseded(desk: Desk, tmp_path: Path) -> None:
    earlier = tmp_path / "earlier.assay"
    earlier.write_text("no bundle")
    result = desk.seal("--supersedes", earlier)
    assert result.exit_code == 4


def test_an_honest_claim_is_repeated_from_its_files(desk: Desk, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    result = desk.verify("--release", desk.release, "--repeat", "--html", page)
    assert result.exit_code == 0
    assert "Repeated   20 signed, 15 recomputed equal" in result.stdout
    assert "Repeated from the files" in page.read_text()
    status, found = document(
        "verify", desk.bundle, "--trust", desk.trust, "--release", desk.release,
        "--repeat",
    )  # fmt: skip
    assert status == 0
    valid("result-verify", found)
    values = {item["control"]: item["value"] for item in found["repeated"]}
    assert values["con-1"] == "recomputed equal"
    assert values["gov-1"] == "signed"
    verbose = desk.verify("--release", desk.release, "--repeat", "--verbose")
    assert "con-1 recomputed equal (signed as met)" in verbose.stdout


def test_nothing_is_repeated_unless_it_is_asked_for(desk: Desk) -> None:
    status, found = document(
        "verify", desk.bundle, "--trust", desk.trust, "--release", desk.release
    )
    assert (status, found["repeated"]) == (0, [])


def test_there_have_to_be_files_to_repeat_it_on(desk: Desk) -> None:
    status, found = document("verify", desk.bundle, "--trust", desk.trust, "--repeat")
    assert (status, found["code"]) == (2, "usage.nothing-to-repeat")


def test_a_claim_of_another_version_is_not_repeated(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assay.__version__", "9.9.9")
    result = desk.verify("--release", desk.release, "--repeat")
    assert result.exit_code == 3
    words = " ".join(result.stdout.split())
    assert "15 not repeated" in words
    assert "and this is 9.9.9: install that version to repeat it" in words


def test_a_claim_that_the_files_do_not_give_ends_with_1(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = check.run_checks

    def altered(checks: object, subject: object) -> tuple[object, ...]:
        """Claim to have looked at more than was there, as an altered Assay would."""
        return tuple(
            replace(report, examined=report.examined + 1)
            if report.check == "secrets"
            else report
            for report in honest(checks, subject)
        )

    monkeypatch.setattr(check, "run_checks", altered)
    assert desk.seal().exit_code == 0
    page = tmp_path / "page.html"
    result = desk.verify("--release", desk.release, "--repeat", "--html", page)
    assert result.exit_code == 1
    assert result.stdout.startswith("VALID")
    words = " ".join(result.stdout.split())
    assert "Repeated 1 recomputed different, 20 signed, 14 recomputed equal" in words
    assert "con-6 recomputed different (signed as met): secrets: things examined" in (
        words
    )
    assert "Recomputed different" in page.read_text()
    status, found = document(
        "verify", desk.bundle, "--trust", desk.trust, "--release", desk.release,
        "--repeat",
    )  # fmt: skip
    assert status == 1
    (item,) = [r for r in found["repeated"] if r["value"] == "recomputed different"]
    assert item["control"] == "con-6"
    assert item["differences"]

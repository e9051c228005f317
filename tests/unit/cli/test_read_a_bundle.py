"""A buyer reads a bundle: pages, documents, days, releases and refusals."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.simulators.desk import assay, document, write_release

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulators.desk import Desk

BENEFIT = "prime-prequalification"


def decided(desk: Desk, *more: object):
    return document(
        "decide", desk.bundle, "--benefit", BENEFIT, "--trust", desk.trust, *more
    )


def test_verify_writes_the_report_with_its_verdict(desk: Desk, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    assert desk.verify("--html", page, "--quiet").exit_code == 0
    text = page.read_text()
    assert "Verdict on the bundle" in text
    assert "model.safetensors" in text
    assert "Outcome of every control" in text


def test_verify_writes_a_page_also_about_a_bundle_that_proves_nothing(
    desk: Desk, tmp_path: Path
) -> None:
    page = tmp_path / "report.html"
    (desk.release / "LICENSE").write_text("another\n")
    result = desk.verify("--release", desk.release, "--html", page)
    assert result.exit_code == 1
    assert "verify.release-differs" in page.read_text()


def test_decide_writes_the_report_with_its_decision(desk: Desk, tmp_path: Path) -> None:
    page = tmp_path / "decision.html"
    assert desk.decide(BENEFIT, "--html", page).exit_code == 3
    assert "Decision on the benefit" in page.read_text()


def test_verify_tells_programs_all_that_was_proven(desk: Desk) -> None:
    _, checked = document("check", desk.release)
    _, found = document("verify", desk.bundle, "--trust", desk.trust)
    assert found["assessmentDigest"] == checked["assessmentDigest"]
    assert found["release"]["digest"] == checked["release"]["digest"]
    assert found["controls"] == checked["controls"]
    # What only a check on files knows: the id, and what a baseline accepts.
    listed = [{**f, "id": None, "accepted": None} for f in checked["findings"]]
    assert [{**f, "id": None, "accepted": None} for f in found["findings"]] == listed
    assert found["log"]["origin"] == "log.example/test"


def test_verbose_lists_the_outcome_of_every_control(desk: Desk) -> None:
    assert "Outcomes" in desk.verify("--verbose").output
    assert "Outcomes" not in desk.verify().output


def test_verify_without_a_release_says_that_no_files_were_compared(
    desk: Desk,
) -> None:
    assert "verify.no-files-compared" in desk.verify().output
    compared = desk.verify("--release", desk.release).output
    assert "verify.no-files-compared" not in compared


def test_version_control_metadata_is_named(desk: Desk, tmp_path: Path) -> None:
    (desk.release / ".git").mkdir()
    (desk.release / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    page = tmp_path / "report.html"
    result = desk.verify("--release", desk.release, "--html", page)
    assert result.exit_code == 0
    assert "(.git) [verify.version-control-left-out]" in " ".join(result.output.split())
    assert "directory of a version control system" in page.read_text()


def test_decide_names_what_it_decided_about(desk: Desk) -> None:
    _, checked = document("check", desk.release)
    status, found = decided(desk)
    assert status == 3
    assert found["release"]["digest"] == checked["release"]["digest"]
    (bundle,) = found["bundles"]
    assert bundle["file"] == desk.bundle.name
    assert bundle["verdict"] == "valid"
    assert bundle["issuer"]["name"] == "Example"
    assert found["basis"]["controls"] > found["basis"]["declared"] == 0


def test_decide_refuses_a_bundle_about_other_files(desk: Desk) -> None:
    assert decided(desk, "--release", desk.release)[1]["bundles"][0]["verdict"] == (
        "valid"
    )
    (desk.release / "LICENSE").write_text("another\n")
    status, found = decided(desk, "--release", desk.release)
    assert status == 3
    assert found["bundles"][0]["verdict"] == "invalid"
    (reason,) = found["reasons"]
    assert reason["code"] == "verify.release-differs"
    assert reason["subject"] == desk.bundle.name
    # The programme is shipped, so what is known of it is kept.
    assert found["programme"] is None
    assert found["benefitTitle"]
    assert "Unofficial" in found["notice"]


def test_decide_says_in_its_first_line_that_nothing_counts(desk: Desk) -> None:
    (desk.release / "LICENSE").write_text("another\n")
    refused = desk.decide(BENEFIT, "--release", desk.release)
    assert refused.exit_code == 3
    assert refused.output.startswith("CANNOT TELL: the files at hand are not the")
    late = desk.decide(BENEFIT, "--at", "2030-01-01")
    assert late.exit_code == 3
    assert late.output.startswith("CANNOT TELL: the bundle is stale")
    assert "Unofficial" in late.output


def test_files_of_one_name_are_told_apart_by_their_directories(
    desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "second").mkdir()
    second = tmp_path / "second" / desk.bundle.name
    shutil.copy(desk.bundle, second)
    _, found = document(
        "decide", desk.bundle, second, "--benefit", BENEFIT, "--trust", desk.trust
    )
    assert [b["file"] for b in found["bundles"]] == [str(desk.bundle), str(second)]


def test_a_file_that_is_no_bundle_is_named(desk: Desk, tmp_path: Path) -> None:
    half = tmp_path / "half.assay"
    half.write_bytes(desk.bundle.read_bytes()[:100])
    result = assay(
        "decide", desk.bundle, half, "--benefit", BENEFIT, "--trust", desk.trust
    )
    assert result.exit_code == 4
    assert "[bundle.malformed]: half.assay: " in result.stderr


def test_a_benefit_that_nothing_knows_has_no_notice(desk: Desk, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    assay(
        "trust", "new", other, "--no-log-required", "--programme", "eo14409",
        "--developer", f"Example={desk.key}.pub",
    )  # fmt: skip
    status, found = document(
        "decide", desk.bundle, "--benefit", "a-medal", "--trust", other
    )
    assert status == 3
    assert found["notice"] == found["benefitTitle"] == ""


@pytest.mark.parametrize(
    ("at", "instant"),
    [
        ("2026-12-31", "2026-12-31T23:59:59Z"),
        ("20261231", "2026-12-31T23:59:59Z"),
        ("2026-12-31T00:00:00", "2026-12-31T00:00:00Z"),
        ("2026-12-31T00:00:00+01:00", "2026-12-30T23:00:00Z"),
    ],
)
def test_a_day_alone_means_its_end(desk: Desk, at: str, instant: str) -> None:
    _, found = document("verify", desk.bundle, "--trust", desk.trust, "--at", at)
    assert found["at"] == instant


def test_the_day_of_sealing_counts(desk: Desk) -> None:
    _, found = document("verify", desk.bundle, "--trust", desk.trust)
    assert desk.verify("--at", found["sealedAt"][:10]).exit_code == 0


def test_an_empty_evidence_file_is_refused(tmp_path: Path) -> None:
    release = write_release(tmp_path / "model")
    answers = tmp_path / "answers.toml"
    answers.write_text(
        'format = "assay-declarations/0"\nprogramme = "harbour"\nversion = "1.0"\n\n'
        '[[answer]]\ncontrol = "crew-2"\nanswer = "met"\nrole = "lead"\n'
        'date = 2026-11-20\nstatement = "It is done."\n'
        'evidence = [{ file = "nothing.txt" }]\n'
    )
    (tmp_path / "nothing.txt").touch()
    result = assay(
        "check", release, "--declarations", answers,
        "--programme", "tests/vectors/programmes/harbour-1.0.toml",
    )  # fmt: skip
    assert result.exit_code == 4
    assert "evidence.empty-file" in result.stderr


@pytest.mark.parametrize("verb", ["verify", "decide"])
def test_a_page_can_go_to_standard_output_alone(desk: Desk, verb: str) -> None:
    benefit = ("--benefit", BENEFIT) if verb == "decide" else ()
    result = assay(verb, desk.bundle, "--trust", desk.trust, *benefit, "--html", "-")
    assert result.stdout.startswith("<!DOCTYPE html>")
    assert result.stdout.endswith("</html>\n")
    assert "Programme  " in result.stderr


def test_a_page_is_never_written_over_what_is_read(desk: Desk) -> None:
    before = desk.bundle.read_bytes()
    result = desk.verify("--html", desk.bundle)
    assert result.exit_code == 2
    assert "usage.same-file" in result.stderr
    assert desk.bundle.read_bytes() == before

"""No result is written into the release that it is about, on any way there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.simulators.desk import Desk, assay, write_release

if TYPE_CHECKING:
    from pathlib import Path

CODE = "usage.result-inside-release"


def files(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def refused(root: Path, *arguments: object) -> None:
    """Run it, and see that it says why and that nothing there is otherwise."""
    before = files(root)
    result = assay(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert CODE in result.stderr
    assert files(root) == before


@pytest.fixture
def release(tmp_path: Path) -> Path:
    return write_release(tmp_path / "release")


@pytest.mark.parametrize(
    "option",
    [
        "--json",
        "--sarif",
        "--cyclonedx",
        "--html",
        "--write-baseline",
        "--write-declarations",
        "--cache",
    ],
)
@pytest.mark.parametrize("name", ["config.json", "new", "sub/new"])
def test_no_result_of_a_check_replaces_or_adds_a_file(release, option, name):
    refused(release, "check", release, option, release / name)


def test_a_result_is_refused_in_the_current_directory_that_is_checked(
    release, monkeypatch
):
    monkeypatch.chdir(release)
    refused(release, "check", ".", "--json", "new.json")


def test_a_link_does_not_lead_a_result_into_the_release(release, tmp_path):
    (tmp_path / "link").symlink_to(release)
    refused(release, "check", release, "--json", tmp_path / "link" / "new.json")
    refused(release, "check", tmp_path / "link", "--json", release / "new.json")


def test_an_address_of_this_machine_is_a_directory_of_it(release):
    refused(release, "check", f"file://{release}", "--json", release / "new.json")


def test_a_store_elsewhere_holds_nothing_of_this_machine(release):
    result = assay("check", "none-such://a/b", "--json", release / "new.json")
    assert CODE not in result.stderr


def test_no_blob_of_a_snapshot_is_replaced(tmp_path):
    folder = tmp_path / "models--org--name"
    blob = folder / "blobs" / "ab"
    blob.parent.mkdir(parents=True)
    blob.write_text("{}")
    snapshot = folder / "snapshots" / "0123"
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").symlink_to("../../blobs/ab")
    refused(folder, "check", snapshot, "--json", blob)
    refused(folder, "check", snapshot, "--json", snapshot / "config.json")


@pytest.mark.parametrize("reference", [":tag", "@sha256:" + "0" * 64])
def test_an_image_layout_is_a_release_also_with_a_reference(release, reference):
    refused(release, "check", f"{release}{reference}", "--json", release / "new")


def test_what_is_no_place_at_all_is_told_by_the_reading():
    result = assay("check", "nowhere", "--json", "-")
    assert CODE not in result.stderr
    assert result.exit_code == 4


@pytest.mark.parametrize("option", ["--json", "--html"])
def test_a_verdict_and_a_decision_stay_outside_too(desk: Desk, option):
    place = desk.release / "new"
    refused(
        desk.release, "verify", desk.bundle, "--trust", desk.trust,
        "--release", desk.release, option, place,
    )  # fmt: skip
    refused(
        desk.release, "decide", desk.bundle, "--trust", desk.trust,
        "--benefit", "x", "--release", desk.release, option, place,
    )  # fmt: skip


def test_the_answers_about_a_manifest_stay_outside_too(desk: Desk):
    model, place = desk.release, desk.release / "new.json"
    refused(model, "manifest", "sign", model, "--key", desk.key, "--json", place)
    refused(
        model, "manifest", "verify", model, "--signature", desk.bundle,
        "--public-key", f"{desk.key}.pub", "--json", place,
    )  # fmt: skip


@pytest.mark.parametrize("option", ["--out", "--cache", "--json"])
def test_nothing_of_a_fleet_is_written_into_one_of_its_releases(
    release, tmp_path, option
):
    names = tmp_path / "list.txt"
    names.write_text("release\n")
    given = {"--out": tmp_path / "results", option: release / "new"}
    options = [part for pair in given.items() for part in pair]
    refused(release, "fleet", "check", names, *options)


def test_a_mistyped_command_writes_no_error_into_the_release(release):
    before = files(release)
    result = assay("check", release, "--json", release / "new.json", "--bogus")
    assert result.exit_code == 2
    assert files(release) == before

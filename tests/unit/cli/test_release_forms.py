"""A release in another form is the same release to every verb."""

from __future__ import annotations

import tarfile
import zipfile
from dataclasses import replace

import pytest

from tests.simulators.desk import assay, set_up


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A sealed directory."""
    return set_up(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def archive(desk):
    """The same release as a tar file."""
    path = desk.release.with_name("packed.tar.gz")
    with tarfile.open(path, "w:gz") as file:
        file.add(desk.release, "small")
    return path


def test_an_archive_is_verified_against_the_bundle_of_a_directory(desk, archive):
    assert desk.verify("--release", archive).exit_code == 0
    assert desk.verify("--release", f"file://{desk.release}").exit_code == 0


def test_another_archive_is_not_what_was_sealed(desk, tmp_path):
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as file:
        file.writestr("config.json", "{}")
    result = desk.verify("--release", tmp_path / "other.zip")
    assert result.exit_code == 1


def test_a_decision_takes_an_archive(desk, archive):
    result = desk.decide("nobody", "--release", archive)
    assert "usage.unknown-benefit" in result.output


def test_an_archive_is_sealed_and_the_directory_verified(desk, archive, tmp_path):
    packed = replace(desk, release=archive, bundle=tmp_path / "packed.assay")
    assert packed.seal().exit_code == 0
    assert packed.verify("--release", desk.release).exit_code == 0


def test_the_address_of_a_store_is_not_sealed(desk, tmp_path):
    result = assay(
        "seal", f"file://{desk.release}", "--key", desk.key,
        "--out", tmp_path / "x.assay",
    )  # fmt: skip
    assert result.exit_code == 4
    assert "release.not-found" in result.output


def test_an_archive_with_links_is_not_sealed(desk, tmp_path):
    path = tmp_path / "links.tar"
    with tarfile.open(path, "w") as file:
        file.add(desk.release, "small")
        info = tarfile.TarInfo("small/link")
        info.type, info.linkname = tarfile.SYMTYPE, "config.json"
        file.addfile(info)
    packed = replace(desk, release=path, bundle=tmp_path / "x.assay")
    result = packed.seal()
    assert result.exit_code == 4
    assert "release.unbound-entry" in result.output

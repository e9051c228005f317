from __future__ import annotations

import zipfile

import pytest

from assay.domain.facts import DistributionFacts
from assay.release import inspect_release

MIT = "License :: OSI Approved :: MIT License"
HEAD = "Metadata-Version: 2.4\nName: A_b.C\nVersion: 1.0\n"


def packages(root) -> list[DistributionFacts]:
    inspected = inspect_release(root)
    return [
        fact
        for file in inspected.facts.files
        for fact in file.facts
        if isinstance(fact, DistributionFacts)
    ]


@pytest.fixture
def metadata(tmp_path):
    folder = tmp_path / "lib" / "A_b.C-1.0.dist-info"
    folder.mkdir(parents=True)
    return folder / "METADATA"


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("", ""),
        ("License-Expression: MIT AND Apache-2.0\nLicense: x\n", "MIT AND Apache-2.0"),
        ("License: BSD\n", "BSD"),
        ("License: BSD", "BSD"),
        (f"License: UNKNOWN\nClassifier: {MIT}\nClassifier: {MIT}\n", "MIT License"),
        ("License:\n        The whole text: of it\n\nLicense: late\n", ""),
        ("License: BSD\r\n\r\nLicense-Expression: late\r\n", "BSD"),
    ],
)
def test_a_package_says_its_name_version_and_licence(tmp_path, metadata, text, licence):
    metadata.write_text(HEAD + text, newline="")
    (found,) = packages(tmp_path)
    assert (found.name, found.version, found.licence) == ("a-b-c", "1.0", licence)
    assert found.place.path.endswith(".dist-info/METADATA")


@pytest.mark.parametrize(
    "text", ["Version: 1\n", "Name: ../x\n", "Name:\n", "\nName: a"]
)
def test_what_names_no_package_says_nothing(tmp_path, metadata, text):
    metadata.write_text(text)
    assert packages(tmp_path) == []


def test_a_wheel_is_looked_into(tmp_path):
    with zipfile.ZipFile(tmp_path / "a-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("a-1.0.dist-info/METADATA", HEAD)
    (found,) = packages(tmp_path)
    assert found.place.member == "a-1.0.dist-info/METADATA"


@pytest.mark.parametrize(
    ("name", "count"), [("PKG-INFO", 1), ("a.egg-info/PKG-INFO", 1), ("METADATA", 0)]
)
def test_only_where_packages_keep_it_is_it_metadata(tmp_path, name, count):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(HEAD)
    assert len(packages(tmp_path)) == count


def test_a_name_that_looks_like_a_credential_is_not_repeated(tmp_path, metadata):
    token = "hf_" + "abcdefghijklmnopqrstuvwxyzABCDEFGH"
    metadata.write_text(f"Name: a\nVersion: {token}\nLicense: {token}\n")
    (found,) = packages(tmp_path)
    assert token not in repr(found)
    metadata.write_text(f"Name: {token}\nVersion: 1\n")
    assert packages(tmp_path) == []

"""The changelog is kept in the form of Keep a Changelog 1.1.0."""

from __future__ import annotations

import re

import assay
from tests.gates.project import read

KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_it_has_this_version_or_what_is_unreleased():
    sections = re.findall(r"^## \[(.+?)\]", read("CHANGELOG.md"), re.MULTILINE)
    assert sections
    assert "Unreleased" in sections or assay.__version__ in sections


def test_released_versions_carry_their_day():
    for line in re.findall(r"^## (.+)$", read("CHANGELOG.md"), re.MULTILINE):
        if not line.startswith("[Unreleased]"):
            assert re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}", line)


def test_changes_stand_under_the_kinds_there_are():
    kinds = set(re.findall(r"^### (.+)$", read("CHANGELOG.md"), re.MULTILINE))
    assert kinds
    assert kinds <= KINDS


def test_each_change_is_one_sentence():
    entries = re.findall(r"^- (.+(?:\n  .+)*)", read("CHANGELOG.md"), re.MULTILINE)
    assert entries
    assert [entry for entry in entries if not entry.rstrip().endswith((".", ")"))] == []

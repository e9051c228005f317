"""Decisions are numbered, whole, listed, and say what they cost."""

from __future__ import annotations

import re

import pytest

from tests.gates.project import ROOT, read

FOLDER = ROOT / "docs" / "adr"
RECORDS = sorted(path.name for path in FOLDER.glob("[0-9]*.md"))
PARTS = ["Context", "Options", "Decision", "Good consequences", "Bad consequences"]


def _parts(name):
    text = read(f"docs/adr/{name}")
    pieces = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def test_records_are_numbered_without_a_gap():
    numbers = [int(name[:4]) for name in RECORDS]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("name", [*RECORDS, "template.md"])
def test_a_record_has_its_parts_in_order(name):
    assert list(_parts(name)) == PARTS


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_says_its_state_and_what_is_bad_about_it(name):
    head = read(f"docs/adr/{name}")
    assert re.match(rf"# {name[:4]} [A-Z].+\n", head)
    assert re.search(
        r"^(Accepted|Superseded by \[\d{4}\].*), \d{4}-\d{2}-\d{2}\.",
        head,
        re.MULTILINE,
    )
    assert all(text.strip() for text in _parts(name).values())
    assert re.search(r"^- ", _parts(name)["Bad consequences"], re.MULTILINE)


def test_the_index_lists_every_record():
    listed = re.findall(r"\((\d{4}-[a-z0-9-]+\.md)\)", read("docs/adr/README.md"))
    assert listed == RECORDS

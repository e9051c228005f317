"""Every relative link of every page leads somewhere."""

from __future__ import annotations

import os.path
from pathlib import Path

import pytest

from tests.gates.project import ROOT, project_files, read
from tests.gates.prose import anchors, relative_links

PAGES = [
    path
    for path in project_files()
    if path.suffix == ".md" and not path.as_posix().startswith("tests/vectors/")
]


def _dead(page, target):
    name, _, anchor = target.partition("#")
    there = Path(os.path.normpath(page.parent / name)) if name else page
    if there.is_absolute() or ".." in there.parts or not (ROOT / there).exists():
        return True
    if not anchor or there.suffix != ".md":
        return False
    return anchor not in anchors(read(there))


def test_links_are_found_and_code_is_left_alone():
    text = '[a](b.md#c) ![i](p.png "t") <x> `[n](o)`\n```\n[n](o)\n```\n[r]: d.md\n'
    assert relative_links(text) == ["b.md#c", "p.png", "d.md"]
    assert relative_links("[a](https://example.com) [b](mailto:c)") == []


def test_anchors_are_made_from_headings():
    text = "# A `b` c!\n## log.busy\n## Twice\n## Twice\n```\n# no\n```\n"
    assert anchors(text) == {"a-b-c", "logbusy", "twice", "twice-1"}


def test_a_link_to_nowhere_is_found():
    page = Path("docs/architecture.md")
    assert _dead(page, "no-such-page.md")
    assert _dead(page, "../../outside.md")
    assert not _dead(page, "../LICENSE")


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_link_of_the_page_leads_somewhere(page):
    assert [link for link in relative_links(read(page)) if _dead(page, link)] == []

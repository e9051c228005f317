"""The pages for people hold: the worked programme, and the list of result documents."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from assay.assess.registry import CHECKS
from assay.programme import prove, read_programme

ROOT = Path(__file__).parents[3]
HOW_TO = ROOT / "docs/how-to/write-a-programme.md"
RESULTS = ROOT / "docs/formats/results.md"
SCHEMAS = sorted((ROOT / "src/assay/wire/schemas").glob("result-*.json"))


def test_the_worked_programme_can_be_proven():
    found = re.search(r"```toml\n(.*?)```", HOW_TO.read_text("utf-8"), re.DOTALL)
    assert found is not None
    programme = read_programme(found.group(1).encode())
    assert prove(programme, frozenset(check.id for check in CHECKS)) == ()
    assert programme.ref.id == "orchard"


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.stem)
def test_every_result_document_is_described_with_all_its_fields(path):
    schema = json.loads(path.read_text("utf-8"))
    name = schema["properties"]["format"]["const"]
    page = RESULTS.read_text("utf-8")
    section = re.search(
        rf"^## {name}\n(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE
    )
    assert section is not None
    assert path.name in section.group(1)
    for field in set(schema["properties"]) - {"format"}:
        assert f"`{field}`" in section.group(1), field

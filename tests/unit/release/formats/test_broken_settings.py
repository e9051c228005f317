"""Where and how settings are broken, as far as their parsers say."""

from __future__ import annotations

import pytest

from assay.domain.facts import ConfigFacts
from assay.release import inspect_release


@pytest.mark.parametrize(
    ("name", "text", "line", "detail"),
    [
        (
            "config.json",
            '{\n "a": 1,\n}',
            3,
            "The document is not JSON: what is no name in double quotes",
        ),
        (
            "config.json",
            '{"a": NaN}',
            None,
            "A number of the document cannot be read the same way everywhere: NaN",
        ),
        ("a.yaml", "b: 1\na: [1,\n", 3, "expected the node content, but found"),
    ],
)
def test_a_break_is_told_with_its_line_where_that_is_known(
    tmp_path, name, text, line, detail
):
    (tmp_path / name).write_text(text)
    inspected = inspect_release(tmp_path)
    (problem,) = (
        problem
        for file in inspected.facts.files
        for fact in file.facts
        if isinstance(fact, ConfigFacts)
        for problem in fact.problems
    )
    assert problem.place.line == line
    assert detail in problem.detail

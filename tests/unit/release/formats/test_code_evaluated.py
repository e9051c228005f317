"""Texts that libraries evaluate: annotations, references to types, questions."""

# sources stand as people write them
from __future__ import annotations

import ast

import pytest

from assay.release.formats.code_evaluated import evaluated_texts
from tests.unit.release.formats.test_code_actions import SYSTEM, read, seen

_TEXT = '\'__import__("os").system("x")\''
QUERY = ("dynamic-code", "pandas.DataFrame.query", "import")


@pytest.mark.parametrize(
    "text",
    [
        f"class A:\n    x: {_TEXT}",
        f"x: {_TEXT} = 1",
        f"def f(x: {_TEXT}): ...",
        f"def f() -> list[{_TEXT}]: ...",
        f"from typing import Annotated\nx: Annotated[{_TEXT}, 'note']",
        "from __future__ import annotations\nimport os\nx: os.system('x')",
        f"class A: ...\nA.__annotations__ = {{'x': {_TEXT}}}",
        f"class A: ...\nA.__annotations__['x'] = {_TEXT}",
        f"__annotations__['x'] = {_TEXT}",
        f"import typing\ntyping.ForwardRef({_TEXT})._evaluate(None, None, set())",
    ],
)
def test_what_an_annotation_does_is_done_by_who_asks_for_types(text):
    assert SYSTEM in seen(text)


@pytest.mark.parametrize(
    "text",
    [
        f"from typing import Literal\nx: Literal[{_TEXT}]",
        f"from typing import Annotated\nx: Annotated[int, {_TEXT}]",
        "x: 'list[int]'",
        "from jaxtyping import Float\nx: Float[Tensor, '(b h) w']",
        "from __future__ import annotations\nx: Annotated[int, Field(gt=0)]",
    ],
)
def test_texts_that_nobody_evaluates_do_nothing(text):
    assert seen(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "import jinja2\nT = '{{ x.__init__ }}'\njinja2.Template(T).render()",
        "from jinja2.environment import Template\nTemplate('{{ x.__init__ }}')",
        "import jinja2\ne = jinja2.Environment()\ne.from_string('{{ _' '_x }}')",
    ],
)
def test_a_template_that_walks_the_insides_of_python_runs_something(text):
    assert {kind for kind, _, _ in seen(text)} == {"dynamic-code"}


def test_a_template_that_shows_something_runs_nothing():
    assert seen("import jinja2\njinja2.Template('{{ x.name }}')") == set()


def test_parts_of_one_annotation_are_bounded():
    deep = ast.parse("[" * 80 + "'f()'" + "]" * 80, mode="eval").body
    assert list(evaluated_texts(deep)) == []


def test_annotations_that_call_things_without_end_are_a_problem():
    source = read("x: 'f()'\n" * 513)
    assert [p.kind for p in source.problems] == ["too-many"]
    assert not read("x: 'f()'\n" * 500).problems


@pytest.mark.parametrize(
    "text",
    [
        "t.query('@pd.io.common.os.system(1)')",
        "t.query(expr='@x.__class__ == 1')",
        "t.eval('a = @getattr(x, 1)')",
    ],
)
def test_a_question_that_reaches_for_more_than_values_is_told(text):
    assert QUERY in seen(text)


@pytest.mark.parametrize(
    "text",
    [
        "t.query('age > @limit')",
        "t.query('os == 1 and name in @names')",
        "t.query(text)",
        "model.eval()",
        "query('@x.os.y')",
    ],
)
def test_other_questions_are_not(text):
    assert QUERY not in seen(text)

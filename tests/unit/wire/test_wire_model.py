from __future__ import annotations

from typing import Annotated, ClassVar

import pytest
from pydantic import Field, ValidationError

from assay.errors import DocumentError
from assay.wire.model import JsonModel, WireModel


class Inner(JsonModel):
    long_name: int


class Outer(JsonModel):
    inner_parts: tuple[Inner, ...]
    flag: bool = False


class Plain(WireModel):
    long_name: int


GOOD = {"innerParts": [{"longName": 1}]}


def code(model, value):
    with pytest.raises(DocumentError) as caught:
        model.read(value, document="thing")
    assert caught.value.message == "The thing does not have the form that Assay reads."
    return caught.value


def test_a_document_is_read_by_its_json_names_only():
    assert Outer.read(GOOD, document="thing").inner_parts[0].long_name == 1
    assert code(Outer, {"inner_parts": [{"longName": 1}]}).code == "document.schema"


def test_code_builds_by_python_names():
    assert Outer(inner_parts=(Inner(long_name=1),)).model_dump(by_alias=True) == {
        "innerParts": ({"longName": 1},),
        "flag": False,
    }


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {**GOOD, "more": 1},
        {"innerParts": [{"longName": "1"}]},
        {"innerParts": [{"longName": True}]},
        {"innerParts": [{"longName": 1.0}]},
        {"innerParts": {"longName": 1}},
        {**GOOD, "flag": 0},
        {**GOOD, "flag": None},
    ],
)
def test_nothing_is_coerced_or_ignored(value):
    assert code(Outer, value).code == "document.schema"


def test_a_model_outside_json_keeps_its_names():
    assert Plain.read({"long_name": 1}, document="thing").long_name == 1
    assert "longName" in code(Plain, {"longName": 1}).found


def test_only_some_complaints_are_told_and_the_rest_are_counted():
    found = code(Outer, {"innerParts": [{}] * 9}).found
    assert found.count("is missing") == 5
    assert found.endswith("; and 4 more")
    assert "innerParts 1: longName: is missing" in found


def test_a_key_of_any_length_is_told_in_short():
    assert len(code(Outer, {**GOOD, "x" * 100_000: 1}).found) < 500
    assert code(Outer, {**GOOD, "": 1}).found.startswith("document: ")


class Named(WireModel):
    id: str
    word: Annotated[str, Field(pattern="^a$")]
    other: Annotated[str, Field(pattern="^b$")] = "b"


class Listed(WireModel):
    described_in: ClassVar[str] = "docs/formats/list.md"
    pattern_words: ClassVar[dict[str, str]] = {"^a$": "the letter a"}

    named: Annotated[tuple[Named, ...], Field(min_length=1)]


def test_an_entry_of_a_list_is_told_by_its_own_name():
    entries = [{"id": "rel-1", "word": "x"}, {"id": "y" * 65, "word": "a", "z": 1}]
    error = code(Listed, {"named": entries})
    assert error.found == (
        'named "rel-1": word: should be the letter a; '
        "named 2: z: there is no such field"
    )
    assert error.expected == "a thing as docs/formats/list.md describes it"
    assert code(Listed, {"named": [3]}).found.startswith("named 1: should be a table")


def test_a_pattern_without_words_is_not_shown():
    found = code(Listed, {"named": [{"id": "i", "word": "a", "other": "x"}]}).found
    assert found == 'named "i": other: has not the form that it should have'


def test_that_a_list_is_too_short_is_told_only_where_nothing_else_is_wrong():
    assert "at least 1" in code(Listed, {"named": []}).found
    found = code(Listed, {"named": [{"id": "i"}]}).found
    assert found == 'named "i": word: is missing'


def test_a_model_is_frozen():
    model = Outer.read(GOOD, document="thing")
    with pytest.raises(ValidationError):
        setattr(model, "flag", True)  # noqa: B010 - not seen by the type checker

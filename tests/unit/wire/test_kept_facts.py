from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.domain import facts as nouns
from assay.domain.facts import Content, FileFacts, Gap, PickleImport, Place
from assay.errors import AssayError, DocumentError
from assay.release import inspect_release
from assay.wire.v0.kept_facts import read_kept_facts, write_kept_facts

VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "checks"
PLACE = Place(path="a", member="b!/c", offset=1, line=2, key="k", opcode=3)


def refused(value: object) -> str:
    with pytest.raises(DocumentError) as caught:
        read_kept_facts(json.dumps(value).encode())
    return caught.value.code


def test_the_facts_of_every_vector_are_read_as_they_were_written():
    count = 0
    for case in sorted(VECTORS.glob("*/*/")):
        try:
            inspected = inspect_release(case)
        except AssayError:
            continue
        for facts in inspected.facts.files:
            assert read_kept_facts(write_kept_facts(facts)) == facts
            count += 1
    assert count > 50


@given(st.text(), st.sampled_from(Content), st.booleans())
def test_any_text_survives(text, content, executable):
    facts = FileFacts(
        path=text,
        size=2**60,
        content=content,
        contents=(content,),
        executable_bit=executable,
        facts=(Gap(place=PLACE, reason=text, content=content),),
    )
    assert read_kept_facts(write_kept_facts(facts)) == facts


def test_every_class_of_facts_can_be_kept():
    names = {name for name in nouns.__all__ if isinstance(getattr(nouns, name), type)}
    names -= {"Content"}
    kept = json.loads(
        write_kept_facts(FileFacts(path="a", size=1, content=Content.ELF))
    )
    for name in names:
        # Known by name, and refused for what it lacks, not for being unheard of.
        code = refused({**kept, "facts": [{"!": name, "unheard": 1}]})
        assert code == "document.kept-facts"


@pytest.mark.parametrize(
    "change",
    [
        {"!": "Unheard"},
        {"!": 1},
        {"unheard": 1},
        {"size": "1"},
        {"size": True},
        {"content": "unheard"},
        {"content": 1},
        {"contents": "elf"},
        {"contents": ["unheard"]},
        {"executable_bit": 1},
        {"facts": [{"!": "Place", "path": "a"}]},
        {"facts": [1]},
        {"facts": {}},
        {"path": None},
    ],
)
def test_what_no_version_writes_is_refused(change):
    kept = json.loads(
        write_kept_facts(FileFacts(path="a", size=1, content=Content.ELF))
    )
    assert refused(kept | change) == "document.kept-facts"


def test_a_field_that_is_missing_or_of_another_noun_is_refused():
    assert refused({"!": "FileFacts", "path": "a"}) == "document.kept-facts"
    assert refused({"!": "Place", "path": "a"}) == "document.kept-facts"
    assert refused([1]) == "document.kept-facts"
    gap = {"!": "Gap", "place": {"!": "PickleImport"}, "reason": "r"}
    kept = {"!": "FileFacts", "path": "a", "size": 1, "content": "elf", "facts": [gap]}
    assert refused(kept) == "document.kept-facts"
    gap["place"] = {
        "!": "PickleImport",
        "module": "a",
        "name": "b",
        "place": {"!": "Place", "path": "a"},
        "called": True,
    }
    assert refused(kept) == "document.kept-facts"
    assert PickleImport(module="a", name="b", place=PLACE, called=True)


def test_pairs_keep_their_length():
    template = {
        "!": "TemplateFacts",
        "place": {"!": "Place", "path": "a"},
        "inclusions": [["x", 1, 2]],
    }
    kept = {"!": "FileFacts", "path": "a", "size": 1, "content": "text"}
    assert refused(kept | {"facts": [template]}) == "document.kept-facts"
    template["inclusions"] = [["x", 1]]
    facts = read_kept_facts(json.dumps(kept | {"facts": [template]}).encode())
    assert facts.facts[0].inclusions == (("x", 1),)


def test_what_holds_by_default_may_be_written_out():
    place = {"!": "Place", "path": "a", "member": None}
    gap = {"!": "Gap", "place": place, "reason": "r"}
    kept = {"!": "FileFacts", "path": "a", "size": 1, "content": "elf", "facts": [gap]}
    (found,) = read_kept_facts(json.dumps(kept).encode()).facts
    assert found.place == Place(path="a")


def test_what_is_no_json_is_refused():
    with pytest.raises(DocumentError):
        read_kept_facts(b"\x80\x04.")

from __future__ import annotations

import datetime as dt
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from assay.assess.declarations import write_template
from assay.domain.declaration import Answer, AnswerValue, Declarations, EvidenceFile
from assay.domain.programme import AnswerMethod
from assay.flows.shipped import load_shipped
from assay.programme import read_programme
from assay.wire.v0.declarations import read_declarations

HARBOUR = Path(__file__).parents[2] / "vectors/programmes/harbour-1.0.toml"


@pytest.fixture(scope="module")
def harbour():
    return read_programme(HARBOUR.read_bytes())


def file_of(name):
    return EvidenceFile(name=name, sha256="ab" * 32, size=7)


def answer(**changes):
    plain = Answer(
        control="crew-2",
        value=AnswerValue.MET,
        role="release engineering lead",
        date=dt.date(2026, 11, 20),
        statement="Four people.",
        evidence=(file_of("a/list.pdf"), file_of("b.txt")),
    )
    return replace(plain, **changes)


@pytest.mark.parametrize("source", ["harbour", "eo14409"])
def test_a_template_reads_back_as_no_answer_at_all(source, harbour):
    programme = (
        harbour if source == "harbour" else read_programme(load_shipped("eo14409"))
    )
    text = write_template(programme)
    assert read_declarations(text.encode(), programme, file_of) == Declarations()
    asked = [entry["control"] for entry in tomllib.loads(text)["answer"]]
    assert asked == [
        control.id
        for control in programme.controls
        if control.method is AnswerMethod.DECLARATION
    ]


def test_a_template_tells_all_that_one_needs_to_answer(harbour):
    flat = re.sub(r"\s*\n#\s*", " ", write_template(harbour))
    control = harbour.control("crew-2")
    for text in (
        harbour.notice,
        control.title,
        control.requirement,
        control.question,
        control.purpose,
        control.how_to_meet,
        control.answered_by,
        control.example,
        "may be answered as not applicable; met needs an evidence file; good for 180",
    ):
        assert text in flat
    assert "may not be answered as not applicable; met may have" in flat


def test_lines_of_a_template_fit_the_page_and_end_clean(harbour):
    text = write_template(harbour)
    assert max(map(len, text.splitlines())) <= 88
    assert all(line == line.rstrip() for line in text.splitlines())
    assert text.endswith("]\n")


def test_a_template_is_the_same_each_time(harbour):
    given = Declarations(answers=(answer(),))
    assert write_template(harbour, given) == write_template(harbour, given)


def test_answers_given_before_are_kept(harbour):
    given = Declarations(answers=(answer(),))
    text = write_template(harbour, given)
    assert read_declarations(text.encode(), harbour, file_of) == given
    assert 'control = "crew-1"\nanswer = ""' in text


def test_an_answer_without_files_is_kept(harbour):
    given = Declarations(answers=(answer(value=AnswerValue.NOT_MET, evidence=()),))
    text = write_template(harbour, given)
    assert read_declarations(text.encode(), harbour, file_of) == given


@pytest.mark.parametrize(
    "statement",
    [
        'Quotes " and \\ backslashes',
        "two\nlines and a\ttab",
        '"""',
        "# no comment [not a table]",
        "é 漢字 🜂",
        "\\u0041",
    ],
)
def test_every_character_of_an_answer_survives(harbour, statement):
    given = Declarations(answers=(answer(statement=statement),))
    text = write_template(harbour, given)
    assert read_declarations(text.encode(), harbour, file_of) == given


def test_control_characters_are_written_so_that_toml_stays_toml(harbour):
    given = Declarations(answers=(answer(statement="a\x00b\x7fc\rd"),))
    value = tomllib.loads(write_template(harbour, given))
    assert value["answer"][1]["statement"] == "a\x00b\x7fc\rd"


def test_an_answer_to_another_programme_is_left_out(harbour):
    given = Declarations(answers=(answer(control="rel-5"),))
    assert write_template(harbour, given) == write_template(harbour)


def test_no_text_of_a_programme_escapes_its_comment(harbour):
    crafty = 'x\n[[answer]]\r\u2028answer = "met"\x0b\x85format = 1'
    control = replace(harbour.control("crew-1"), question=crafty, title=crafty)
    programme = replace(harbour, controls=(control,), title=crafty, notice=crafty)
    text = write_template(programme)
    assert len(tomllib.loads(text)["answer"]) == 1
    assert read_declarations(text.encode(), programme, file_of) == Declarations()

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from assay.domain.declaration import Answer, AnswerValue, Declarations, EvidenceFile
from assay.errors import DocumentError, EvidenceError
from assay.programme import read_programme
from assay.wire.v0.declarations import read_declarations

HARBOUR = Path(__file__).parents[2] / "vectors/programmes/harbour-1.0.toml"
TODAY = dt.date(2026, 11, 23)
HEAD = 'format = "assay-declarations/0"\nprogramme = "harbour"\nversion = "1.0"\n'
CREW_1 = """
[[answer]]
control = "crew-1"
answer = "met"
role = "head of security response"
date = 2026-11-20
statement = "Acknowledged within a day."
"""
CREW_2 = """
[[answer]]
control = "crew-2"
answer = "met"
role = " release engineering lead "
date = 2026-11-23
statement = " Four people. "
evidence = [{ file = "papers/list.pdf" }, { file = "papers/..review.txt" }]
"""


@pytest.fixture(scope="module")
def programme():
    return read_programme(HARBOUR.read_bytes())


def file_of(name):
    return EvidenceFile(name=name, sha256="ab" * 32, size=len(name))


def no_file(name):
    raise AssertionError(name)


def refused(text, programme, error=EvidenceError, **keywords):
    with pytest.raises(error) as caught:
        read_declarations(text.encode(), programme, file_of, **keywords)
    return caught.value


def test_answers_are_read_with_their_evidence_and_sorted(programme):
    text = HEAD + CREW_2 + CREW_1
    assert read_declarations(
        text.encode(), programme, file_of, today=TODAY
    ) == Declarations(
        answers=(
            Answer(
                control="crew-1",
                value=AnswerValue.MET,
                role="head of security response",
                date=dt.date(2026, 11, 20),
                statement="Acknowledged within a day.",
            ),
            Answer(
                control="crew-2",
                value=AnswerValue.MET,
                role="release engineering lead",
                date=TODAY,
                statement="Four people.",
                evidence=(file_of("papers/..review.txt"), file_of("papers/list.pdf")),
            ),
        )
    )


def test_an_open_answer_is_no_answer_and_asks_for_no_file(programme):
    text = HEAD + CREW_2.replace('"met"', '""')
    assert read_declarations(text.encode(), programme, no_file) == Declarations()


def test_a_file_without_answers_is_read(programme):
    assert read_declarations(HEAD.encode(), programme, no_file) == Declarations()


@pytest.mark.parametrize("answer", ["not met", "not applicable"])
def test_only_met_needs_evidence(programme, answer):
    text = HEAD + CREW_2.replace('"met"', f'"{answer}"').split("evidence")[0]
    (given,) = read_declarations(text.encode(), programme, no_file).answers
    assert given.value == answer


def test_any_date_will_do_when_no_day_is_given(programme):
    text = HEAD + CREW_1.replace("2026-11-20", "2099-01-01")
    (given,) = read_declarations(text.encode(), programme, no_file).answers
    assert given.date.year == 2099


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"harbour"', '"eo14409"', "evidence.other-programme"),
        ('"1.0"', '"1.1"', "evidence.other-programme"),
        ('"crew-1"', '"crew-9"', "evidence.unknown-control"),
        ('"crew-1"', '"cargo-1"', "evidence.not-declared"),
        ('"crew-1"', '"crew-3"', "evidence.not-declared"),
        ('"crew-1"', '"crew-2"', "evidence.file-missing"),
        ('"met"', '"not applicable"', "evidence.must-apply"),
        ("2026-11-20", "2026-11-24", "evidence.future-date"),
        ("date = 2026-11-20", "", "evidence.incomplete-answer"),
        ('"head of security response"', '" "', "evidence.incomplete-answer"),
        ('"Acknowledged within a day."', '""', "evidence.incomplete-answer"),
    ],
)
def test_an_answer_that_cannot_be_used_is_refused(programme, old, new, code):
    text = HEAD + CREW_1
    assert old in text
    error = refused(text.replace(old, new), programme, today=TODAY)
    assert error.code == code
    assert error.remedy


def test_a_control_answered_twice_is_refused(programme):
    error = refused(HEAD + CREW_1 + CREW_1, programme)
    assert error.code == "evidence.answered-twice"


def test_a_control_answered_and_left_open_is_refused(programme):
    text = HEAD + CREW_1 + CREW_1.replace('"met"', '""')
    assert refused(text, programme).code == "evidence.answered-twice"


def test_an_evidence_file_named_twice_is_refused(programme):
    text = HEAD + CREW_2.replace("papers/..review.txt", "papers/list.pdf")
    assert refused(text, programme).code == "evidence.file-twice"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/etc/passwd",
        "../key.pem",
        "papers/../../key.pem",
        "papers/..",
        ".",
        "./list.pdf",
        "papers//list.pdf",
        "papers/",
        "papers\\\\list.pdf",
        "C:list.pdf",
        "a\\u0000b",
        "a\\nb",
        "x" * 1001,
    ],
)
def test_an_evidence_path_that_leads_elsewhere_is_refused(programme, name):
    text = HEAD + CREW_2.replace("papers/list.pdf", name)
    error = refused(text, programme, DocumentError)
    assert error.code == "document.schema"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("assay-declarations/0", "assay-declarations/1"),
        ('"met"', '"yes"'),
        ("2026-11-20", '"2026-11-20"'),
        ("2026-11-20", "2026-11-20T10:00:00Z"),
        ("statement", "comment"),
        ("Acknowledged", "\\u001b[2J"),
    ],
)
def test_a_field_that_is_off_is_refused(programme, old, new):
    text = HEAD + CREW_1
    assert old in text
    error = refused(text.replace(old, new), programme, DocumentError)
    assert error.code == "document.schema"


def test_what_is_not_toml_is_refused(programme):
    error = refused("format = ", programme, DocumentError)
    assert error.code == "document.malformed-toml"
    assert "declarations file" in error.message


def test_the_error_of_a_missing_evidence_file_reaches_the_caller(programme):
    def absent(name):
        raise EvidenceError("not-found", f"There is no {name}.")

    with pytest.raises(EvidenceError) as caught:
        read_declarations((HEAD + CREW_2).encode(), programme, absent)
    assert caught.value.code == "evidence.not-found"


def test_a_field_that_is_off_is_told_with_the_control_that_it_answers(programme):
    wrong = CREW_1.replace('"met"', '"yes"')
    error = refused(HEAD + wrong, programme, DocumentError)
    assert error.found.startswith('answer "crew-1": answer: Input should be ')
    assert "docs/formats/declarations.md" in error.expected
    away = CREW_2.replace("papers/list.pdf", "../list.pdf")
    error = refused(HEAD + away, programme, DocumentError)
    assert error.found == (
        'answer "crew-2": evidence 1: file: should be a path below the folder of the'
        " declarations file, parts joined by /"
    )

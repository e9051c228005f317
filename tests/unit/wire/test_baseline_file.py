from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.domain.baseline import Accepted, Baseline
from assay.domain.facts import Place
from assay.domain.finding import Confidence, Finding, Severity
from assay.errors import DocumentError, EvidenceError
from assay.wire import strict_toml
from assay.wire.v0.baseline import baseline_form, read_baseline

FINDING = Finding(
    check="c",
    rule="r",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    place=Place(path="a.pkl"),
    message="It runs.",
    remediation="Remove it.",
)
ENTRY = Accepted(
    id=FINDING.id,
    reason='looked "at" it',
    owner="release engineer",
    expires=date(2027, 1, 31),
    sha256="a" * 64,
)
HEAD = 'format = "assay-baseline/0"\n'


def refused(text, error=EvidenceError):
    with pytest.raises(error) as caught:
        read_baseline((HEAD + text).encode())
    return caught.value.code


def filled(**changes: str) -> str:
    lines = {"id": f'"{FINDING.id}"', "reason": '"r"', "owner": '"o"'}
    lines |= {"expires": "2027-01-31"} | changes
    return "[[accepted]]\n" + "".join(f"{k} = {v}\n" for k, v in lines.items() if v)


def test_a_form_accepts_nothing_until_somebody_fills_it_in():
    form = baseline_form([FINDING, FINDING], Baseline(), {"a.pkl": "a" * 64})
    assert form.count(b"[[accepted]]") == 1
    assert b"a" * 64 in form
    assert read_baseline(form) == Baseline(unfilled=1)


def test_what_is_accepted_already_is_kept_in_the_next_form():
    gone = replace(ENTRY, id="f-" + "0" * 20, sha256=None, place="old.pkl")
    known = Baseline(accepted=(ENTRY, gone))
    assert read_baseline(baseline_form([FINDING], known, {})) == known
    kept = read_baseline(baseline_form([], known, {}))
    assert kept == known
    assert [entry.place for entry in kept.accepted] == ["", "old.pkl"]


@given(st.text(max_size=200))
def test_whatever_a_finding_says_the_form_can_be_read(text):
    form = baseline_form([replace(FINDING, message=text)], Baseline(), {})
    value = strict_toml.loads(form, max_bytes=10_000, document="form")
    shown = text.encode("utf-8", "backslashreplace").decode()
    assert value["accepted"][0]["finding"] == f"c/r: {shown}"


@pytest.mark.parametrize("field", ["reason", "owner", "expires"])
def test_an_entry_that_does_not_say_all_is_refused(field):
    assert refused(filled(**{field: ""})) == "evidence.baseline-incomplete"


def test_entries_that_do_not_say_all_are_counted():
    text = filled(reason="") + filled(owner="") + filled() + filled(expires="")
    with pytest.raises(EvidenceError) as caught:
        read_baseline((HEAD + text).encode())
    assert caught.value.found == "reason missing; 2 other entries are not complete"
    assert caught.value.remedy
    with pytest.raises(EvidenceError) as caught:
        read_baseline((HEAD + filled(reason="") + filled(owner="")).encode())
    assert caught.value.found == "reason missing; 1 other entry is not complete"


def test_a_reason_of_blanks_is_none():
    assert refused(filled(reason='"  "')) == "evidence.baseline-incomplete"


def test_a_finding_that_is_accepted_twice_is_refused():
    assert refused(filled() + filled()) == "evidence.baseline-twice"


@pytest.mark.parametrize(
    "text", ['[[accepted]]\nid = "x"\n', "unheard = 1\n", filled(sha256='"x"')]
)
def test_a_file_of_another_form_is_refused(text):
    assert refused(text, DocumentError) == "document.schema"

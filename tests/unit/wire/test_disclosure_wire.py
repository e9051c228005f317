"""The JSON inside a disclosure has one form, and one spelling."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.crypto.canonical import canonical_json
from assay.crypto.salted_digest import decode_disclosure, encode_disclosure
from assay.domain.assessment import ControlResult, Outcome
from assay.domain.disclosure import ItemKind, ItemRef
from assay.domain.limits import Limits
from assay.domain.programme import EvidenceClass
from assay.errors import DocumentError
from assay.wire.v0.disclosure import (
    answer_value,
    control_value,
    read_disclosure,
    report_value,
)
from tests.simulators.claims import ANSWERS
from tests.simulators.tampering import LEAKY

ITEM = ItemRef(kind=ItemKind.CONTROL, id="cargo-1")
SALT = "A" * 22
RESULT = ControlResult(
    control="cargo-1",
    outcome=Outcome.MET,
    evidence_class=EvidenceClass.REPRODUCIBLE,
    reason="It is.",
)
VALUE = control_value(RESULT, ())


def document(value=VALUE, salt=SALT, kind="control", name="cargo-1"):
    return canonical_json([salt, kind, name, value])


@given(reason=st.text())
def test_whatever_is_written_is_read_as_canonical(reason):
    value = {**VALUE, "reason": reason}
    try:
        text = encode_disclosure(SALT, ITEM, value)
    except DocumentError:
        return  # a lone surrogate has no canonical form
    opened = read_disclosure(decode_disclosure(text))
    assert opened.is_canonical
    assert opened.item == ITEM
    assert opened.value.to_domain("cargo-1").reason == reason


def test_the_word_null_in_a_text_is_no_null():
    assert read_disclosure(document({**VALUE, "reason": "null"})).is_canonical


@pytest.mark.parametrize(
    "spelt",
    [
        lambda data: data.replace(b",", b", ", 1),
        lambda data: data + b"\n",
        lambda data: data.replace(b"It is.", b"It \\u0069s."),
        lambda data: data.replace(b"It is.", b"It\\/is."),
        lambda data: json.dumps(json.loads(data)).encode(),
        lambda _: json.dumps(
            [SALT, "control", "cargo-1", dict(reversed(VALUE.items()))],
            separators=(",", ":"),
        ).encode(),
    ],
)
def test_another_spelling_is_not_canonical(spelt):
    opened = read_disclosure(spelt(document()))
    assert not opened.is_canonical


def test_a_field_that_is_null_is_not_canonical():
    value = report_value(LEAKY)
    value["findings"][0]["member"] = None
    data = document(value, kind="report", name="secrets")
    assert not read_disclosure(data).is_canonical


def test_each_kind_is_read_as_what_was_written():
    report = read_disclosure(
        document(report_value(LEAKY), kind="report", name="secrets")
    )
    assert report.value.to_domain("secrets") == LEAKY
    answer = read_disclosure(
        document(answer_value(ANSWERS[1]), kind="answer", name="crew-2")
    )
    assert answer.value.to_domain("crew-2") == ANSWERS[1]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"{}", "document.schema"),
        (b"[]", "document.schema"),
        (canonical_json([SALT, "control", "cargo-1"]), "document.schema"),
        (canonical_json([SALT, "control", "cargo-1", VALUE, 1]), "document.schema"),
        (document(salt="A" * 21), "document.schema"),
        (document(salt="A" * 23), "document.schema"),
        (document(salt="A" * 21 + "B"), "document.schema"),
        (document(salt="A" * 21 + "+"), "document.schema"),
        (document(name=""), "document.schema"),
        (document(name="x" * 101), "document.schema"),
        (document(kind="tier"), "document.schema"),
        (document(kind="answer"), "document.schema"),
        (document([]), "document.schema"),
        (document({**VALUE, "id": "cargo-1"}), "document.schema"),
        (
            document().replace(b'"reason"', b'"reason":"a","reason"'),
            "document.repeated-key",
        ),
        (b"[" * 200, "document.too-deep"),
        (b'["\xff', "document.not-utf8"),
        (b'["a', "document.malformed-json"),
    ],
)
def test_what_is_no_disclosure_is_refused(data, code):
    with pytest.raises(DocumentError) as caught:
        read_disclosure(data)
    assert caught.value.code == code


def test_a_disclosure_beyond_the_bound_of_payloads_is_refused():
    with pytest.raises(DocumentError) as caught:
        read_disclosure(document(), Limits(max_payload_bytes=20))
    assert caught.value.code == "document.too-large"

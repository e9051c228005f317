"""Whatever bytes come in, readers answer with a document or with an AssayError."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.crypto.canonical import canonical_json
from assay.crypto.public_key import public_key_from_der, public_key_from_pem
from assay.domain.declaration import Answer, AnswerValue, Declarations, EvidenceFile
from assay.domain.facts import Content, Gap, Place
from assay.domain.finding import CheckReport, Confidence, Finding, Severity
from assay.domain.programme import ProgrammeRef
from assay.domain.statement import Seal, SealedStatement
from assay.domain.trust import TrustedDeveloper, TrustFile
from assay.encoding import decode_base64, encode_base64
from assay.errors import AssayError, DocumentError
from assay.wire.strict_json import loads
from assay.wire.v0.instant import format_instant, read_date, read_instant
from assay.wire.v0.parts import CheckPart, GapPart, ProgrammePart
from assay.wire.v0.statement import (
    DeclarationsPredicate,
    SealPredicate,
    read_statement,
)
from assay.wire.v0.trust import parse_trust, read_trust
from assay.wire.v0.trust_writing import write_trust

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
LINES = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters='"\\\x7f').filter(
        lambda char: char >= " "
    ),
    min_size=1,
    max_size=30,
)
HEX = st.binary(min_size=32, max_size=32).map(bytes.hex)
COUNTS = st.integers(0, 2**53 - 1)
# Greater floats are written as whole numbers, which RFC 8785 then refuses.
NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(-(2**53) + 1, 2**53 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4)
    ),
    max_leaves=20,
)
INSTANTS = st.datetimes(timezones=st.just(UTC)).map(lambda d: d.replace(microsecond=0))
PLACES = st.builds(
    Place,
    path=TEXT,
    member=st.none() | TEXT,
    offset=st.none() | COUNTS,
    line=st.none() | COUNTS,
    key=st.none() | TEXT,
)
GAPS = st.builds(Gap, place=PLACES, reason=TEXT, content=st.sampled_from(Content))
FINDINGS = st.builds(
    Finding,
    check=st.just("x"),
    rule=TEXT,
    severity=st.sampled_from(Severity),
    confidence=st.sampled_from(Confidence),
    place=PLACES,
    message=TEXT,
    remediation=TEXT,
    gain=TEXT,
    references=st.lists(TEXT, max_size=2).map(tuple),
)
REPORTS = st.builds(
    CheckReport,
    check=st.just("x"),
    version=st.integers(1, 1_000_000),
    examined=COUNTS,
    findings=st.lists(FINDINGS, max_size=3).map(tuple),
    findings_total=st.integers(3, 2**53 - 1),
    gaps=st.lists(GAPS, max_size=2).map(tuple),
    failure=TEXT,
)
ANSWERS = st.builds(
    Answer,
    control=TEXT,
    value=st.sampled_from(AnswerValue),
    role=TEXT,
    date=st.dates(),
    statement=TEXT,
    evidence=st.lists(
        st.builds(EvidenceFile, name=TEXT, sha256=HEX, size=COUNTS), max_size=2
    ).map(tuple),
)


def only_our_errors(read, data):
    try:
        return read(data)
    except AssayError as error:
        told = str(error)
    # A message is for people: it does not grow with what was sent.
    assert len(told) < 3_000
    return None


@given(st.binary(max_size=200))
def test_no_bytes_make_a_reader_fall_over(data):
    for read in (
        loads,
        read_statement,
        read_trust,
        parse_trust,
        public_key_from_der,
        public_key_from_pem,
    ):
        only_our_errors(read, data)


@given(VALUES)
def test_no_json_makes_a_reader_fall_over(value):
    data = json.dumps(value).encode()
    only_our_errors(loads, data)
    only_our_errors(read_statement, data)


@given(st.text(max_size=40))
def test_no_text_makes_a_reader_fall_over(text):
    only_our_errors(read_instant, text)
    only_our_errors(read_date, text)
    only_our_errors(lambda t: decode_base64(t, what="value"), text)


@given(VALUES)
def test_what_is_written_canonically_is_read_back(value):
    data = canonical_json(value)
    assert canonical_json(loads(data)) == data


@given(st.text(max_size=60))
def test_a_text_that_is_no_strict_json_is_never_read_as_something_else(text):
    value = only_our_errors(loads, text.encode("utf-8", "surrogatepass"))
    if value is not None:
        assert value == json.loads(text)


@given(st.dictionaries(TEXT, st.none(), min_size=1, max_size=5), st.data())
def test_a_repeated_key_is_always_found(keys, data):
    repeated = data.draw(st.sampled_from(sorted(keys)))
    place = data.draw(st.integers(0, len(keys)))
    names = [*keys]
    names.insert(place, repeated)
    text = "{" + ",".join(f"{json.dumps(name)}:0" for name in names) + "}"
    with pytest.raises(DocumentError) as caught:
        loads(text.encode())
    assert caught.value.code == "document.repeated-key"


@given(st.binary(max_size=50))
def test_base64_is_read_back_as_it_was_written(data):
    assert decode_base64(encode_base64(data), what="value") == data


@given(st.text(alphabet="ABab01+/=", max_size=12))
def test_base64_has_one_spelling(text):
    data = only_our_errors(lambda t: decode_base64(t, what="value"), text)
    assert data is None or encode_base64(data) == text


@given(INSTANTS)
def test_an_instant_is_read_back_as_it_was_written(instant):
    assert read_instant(format_instant(instant)) == instant


@given(st.dates())
def test_a_date_is_read_back_as_it_was_written(day: date):
    assert read_date(day.isoformat()) == day


def reread(model):
    value = model.model_dump(mode="json", by_alias=True, exclude_none=True)
    return type(model).read(loads(canonical_json(value)), document="part")


@given(REPORTS)
def test_a_report_is_read_back_as_it_was_written(report):
    assert reread(CheckPart.of(report)).to_domain() == report


@given(GAPS)
def test_a_gap_is_read_back_as_it_was_written(gap):
    assert reread(GapPart.of(gap)).to_domain() == gap


@given(st.lists(ANSWERS, max_size=3).map(tuple), HEX)
def test_declarations_are_read_back_as_they_were_written(answers, digest):
    part = ProgrammePart.of(ProgrammeRef(id="x", version="1", digest=digest))
    declarations = Declarations(answers=answers)
    model = DeclarationsPredicate.of(declarations, part)
    assert reread(model).to_domain() == declarations


@given(
    INSTANTS,
    INSTANTS,
    st.lists(st.builds(SealedStatement, predicate_type=TEXT, sha256=HEX), min_size=1),
    HEX,
)
def test_a_seal_is_read_back_as_it_was_written(start, end, statements, digest):
    seal = Seal(
        release_digest=digest,
        sealed_at=start,
        valid_until=end,
        statements=tuple(statements),
    )
    assert reread(SealPredicate.of(seal)).to_domain(digest) == seal


@given(
    st.lists(st.builds(TrustedDeveloper, name=LINES, public_key=st.binary(min_size=1))),
    st.lists(st.builds(ProgrammeRef, id=LINES, version=LINES, digest=HEX), max_size=3),
    st.none() | INSTANTS,
    st.integers(0, 100),
    st.booleans(),
)
def test_a_trust_file_is_read_back_as_it_was_written(
    developers, programmes, until, quorum, required
):
    trust = TrustFile(
        developers=tuple(developers),
        logs=(),
        quorum=quorum,
        log_required=required,
        programmes=tuple(programmes),
        valid_until=until,
    )
    assert parse_trust(write_trust(trust).encode()) == trust


@given(st.text(max_size=30))
def test_a_name_is_written_faithfully_or_not_at_all(name):
    trust = TrustFile(
        developers=(TrustedDeveloper(name=name, public_key=b"key"),),
        logs=(),
        programmes=(),
    )
    text = only_our_errors(write_trust, trust)
    assert text is None or parse_trust(text.encode()) == trust


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=1)))
def test_fractions_of_a_second_are_dropped_and_never_rounded_up(extra):
    start = datetime(2026, 11, 23, tzinfo=UTC)
    assert start + extra - read_instant(format_instant(start + extra)) < timedelta(
        seconds=1
    )

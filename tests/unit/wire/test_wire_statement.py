from __future__ import annotations

from dataclasses import replace

import pytest

from assay.domain.declaration import Declarations
from assay.domain.limits import Limits
from assay.domain.release import OMS_IGNORED
from assay.domain.statement import (
    ASSESSMENT_TYPE,
    DECLARATIONS_TYPE,
    MANIFEST_TYPE,
    SEAL_TYPE,
    STATEMENT_TYPE,
)
from assay.errors import DocumentError
from assay.wire.v0.statement import (
    AssessmentPredicate,
    DeclarationsPredicate,
    ManifestPredicate,
    SealPredicate,
    read_statement,
)
from tests.simulators.claims import (
    ANSWERS,
    FILES,
    SEALED_AT,
    VALID_UNTIL,
    Claim,
    edited,
    report,
)
from tests.unit.domain.samples import finding

CLAIM = Claim(
    reports=(*Claim().reports, report("x", findings=(finding(),), findings_total=2))
)
PAYLOADS = CLAIM.payloads()


@pytest.mark.parametrize("kind", PAYLOADS)
def test_every_payload_is_an_intoto_statement_with_one_subject(kind):
    statement = read_statement(PAYLOADS[kind])
    assert statement.type_ == STATEMENT_TYPE
    assert statement.predicate_type == kind
    assert len(statement.subject) == 1


def test_an_assessment_is_read_back_as_it_was_written():
    predicate = AssessmentPredicate.read(
        read_statement(PAYLOADS[ASSESSMENT_TYPE]).predicate, document="assessment"
    )
    assert predicate.to_domain() == CLAIM.assessment
    assert predicate.files() == FILES


def test_declarations_are_read_back_as_they_were_written():
    predicate = DeclarationsPredicate.read(
        read_statement(PAYLOADS[DECLARATIONS_TYPE]).predicate, document="declarations"
    )
    assert predicate.to_domain() == Declarations(answers=ANSWERS)
    assert predicate.programme.to_domain() == CLAIM.assessment.programme


def test_a_seal_is_read_back_as_it_was_written():
    predicate = SealPredicate.read(
        read_statement(PAYLOADS[SEAL_TYPE]).predicate, document="seal"
    )
    seal = predicate.to_domain("0" * 64)
    assert (seal.sealed_at, seal.valid_until) == (SEALED_AT, VALID_UNTIL)
    assert seal.release_digest == "0" * 64
    assert SealPredicate.of(seal) == predicate


def test_a_manifest_lists_what_model_signing_counts():
    predicate = ManifestPredicate.read(
        read_statement(PAYLOADS[MANIFEST_TYPE]).predicate, document="manifest"
    )
    assert [r.name for r in predicate.resources] == [f.path for f in FILES[1:]]
    assert predicate == ManifestPredicate.of(FILES[1:], OMS_IGNORED)


@pytest.mark.parametrize(
    "edit",
    [
        lambda doc: doc.update(_type="https://in-toto.io/Statement/v0.1"),
        lambda doc: doc.update(subject=[]),
        lambda doc: doc["subject"].append(doc["subject"][0]),
        lambda doc: doc["subject"][0].update(name=""),
        lambda doc: doc["subject"][0]["digest"].update(sha512="0"),
        lambda doc: doc["subject"][0]["digest"].update(sha256="A" * 64),
        lambda doc: doc.pop("predicateType"),
        lambda doc: doc.update(predicate=[]),
        lambda doc: doc.update(extra=1),
    ],
)
def test_any_other_statement_is_refused(edit):
    with pytest.raises(DocumentError) as caught:
        read_statement(edited(PAYLOADS[SEAL_TYPE], edit))
    assert caught.value.code == "document.schema"


def test_a_payload_over_its_bound_is_refused():
    with pytest.raises(DocumentError) as caught:
        read_statement(PAYLOADS[SEAL_TYPE], Limits(max_payload_bytes=10))
    assert caught.value.code == "document.too-large"


@pytest.mark.parametrize(
    ("change", "model"),
    [
        ({"method": "shards"}, ManifestPredicate),
        ({"hash_type": "blake2"}, ManifestPredicate),
        ({"allow_symlinks": 0}, ManifestPredicate),
        ({"shard_size": 1}, ManifestPredicate),
    ],
)
def test_a_manifest_in_another_form_is_refused(change, model):
    value = ManifestPredicate.of(FILES, ()).model_dump(mode="json")
    value["serialization"].update(change)
    with pytest.raises(DocumentError):
        model.read(value, document="manifest")


def test_a_manifest_without_files_is_refused():
    value = ManifestPredicate.of(FILES, ()).model_dump(mode="json")
    with pytest.raises(DocumentError):
        ManifestPredicate.read({**value, "resources": []}, document="manifest")


def test_a_changed_assessment_is_another_payload():
    other = replace(CLAIM, reports=CLAIM.reports[:-1])
    assert other.payloads()[ASSESSMENT_TYPE] != PAYLOADS[ASSESSMENT_TYPE]
    assert CLAIM.payloads() == PAYLOADS

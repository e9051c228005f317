"""The published JSON Schemas are those of the models, and real documents keep them."""

from __future__ import annotations

import json
import runpy
import tomllib
from dataclasses import replace

import jsonschema
import pytest

from assay.domain.assessment import Outcome
from assay.domain.baseline import Baseline
from assay.domain.facts import Place
from assay.domain.finding import Confidence, Finding, Severity
from assay.domain.repeat import RepeatedControl, RepeatValue
from assay.domain.statement import (
    ASSESSMENT_TYPE,
    ASSESSMENT_V02_TYPE,
    DECLARATIONS_TYPE,
    DECLARATIONS_V02_TYPE,
    MANIFEST_TYPE,
    SEAL_TYPE,
    SEAL_V02_TYPE,
    BundleVersion,
    StatementFile,
)
from assay.eligibility import decide
from assay.flows.verify_scitt import scitt_document
from assay.programme import read_programme
from assay.verify import verify_bundle
from assay.verify.statement_file import verify_statement
from assay.wire.v0.answers import DecideDocument, VerifyDocument
from assay.wire.v0.baseline import baseline_form
from assay.wire.v0.bundle import write_bundle
from assay.wire.v0.disclose_answers import DiscloseDocument, SharedReportPart
from assay.wire.v0.export_answers import (
    SigstoreExportDocument,
    SigstoreFilePart,
    TimestampDocument,
)
from assay.wire.v0.log_api import ReceiptsDocument, write_submission
from assay.wire.v0.results import (
    ErrorDocument,
    KeyDocument,
    LogDocument,
    LogProblemPart,
    ProgrammeDocument,
    SealDocument,
    ShownProgrammePart,
    TrustDocument,
)
from assay.wire.v0.scitt_answers import (
    ExportedPart,
    ScittExportDocument,
    ScittKeyDocument,
)
from assay.wire.v0.statement_answers import StatementDocument
from assay.wire.v0.statement_file import write_statement_file
from assay.wire.v0.trust_writing import write_trust
from docs import generate_schemas as module
from docs.generate_schemas import FOLDER, PUBLISHED, publish, schemas
from tests.simulators.claims import HARBOUR, NOW, SKIFF, Claim, witness
from tests.simulators.note_signers import WITNESS_ED
from tests.simulators.registry_documents import REVIEW_FILE, registry_documents
from tests.simulators.salted_claims import SaltedClaim, opened_text, shows
from tests.simulators.scitt import SUBJECT, transparent
from tests.unit.verify.test_verify_scitt import verify as verify_transparent

CLAIM = Claim()
PAYLOADS = {kind: json.loads(data) for kind, data in CLAIM.payloads().items()}
TRUST = CLAIM.trust(
    witnesses=(witness(WITNESS_ED),), quorum=1, valid_until=CLAIM.valid_until
)
ANSWERED = """
format = "assay-declarations/0"
programme = "harbour"
version = "1.0"

[[answer]]
control = "crew-1"
answer = "met"
role = "head of security response"
date = 2026-11-20
statement = "security@example.org answers within a day."
evidence = [{ file = "evidence/answers.txt" }]
"""


NEWER = replace(
    CLAIM.bundle(),
    version=BundleVersion.V0_2,
    further_keys=(b"key",),
    disclosures=("WyJzYWx0Il0",),
)
ALONE = StatementFile(
    public_key=b"key",
    statement=replace(
        NEWER.statements[0],
        second=replace(NEWER.statements[0].envelope, signature=b"second"),
        timestamps=(b"token",),
    ),
)


SALTED = SaltedClaim(log=None)
SALTED_PAYLOADS = {kind: json.loads(data) for kind, data in SALTED.payloads().items()}
ITEMS = [
    (kind, value) for _, kind, _, value in map(opened_text, SALTED.items().disclosures)
]
SHOWN_VERDICT = verify_bundle(
    write_bundle(shows("crew-1")(SALTED)), SALTED.trust(), NOW
)
REPEATED = (
    RepeatedControl(
        control="cargo-1",
        value=RepeatValue.DIFFERENT,
        signed=Outcome.MET,
        recomputed=Outcome.NOT_MET,
        differences=("It differs.",),
    ),
)


SUBMITTED = (CLAIM.bundle().statements[0].envelope, CLAIM.signer.public_key.der)
PROVEN = verify_statement(
    write_statement_file(
        StatementFile(
            public_key=CLAIM.signer.public_key.der,
            statement=CLAIM.bundle().statements[0],
        )
    ),
    CLAIM.trust(),
    NOW,
)


def written(model):
    return model.model_dump(mode="json", by_alias=True)


def toml(text):
    """Read TOML as the JSON value that a schema describes, dates as text."""
    return json.loads(json.dumps(tomllib.loads(text), default=lambda d: d.isoformat()))


FINDING = Finding(
    check="c",
    rule="r",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    place=Place(path="a.pkl"),
    message="It runs.",
    remediation="Remove it.",
)

REAL = [
    ("baseline-file", toml(baseline_form([FINDING], Baseline(), {}).decode())),
    ("bundle-v0.1", json.loads(CLAIM.data())),
    ("bundle-v0.1", json.loads(Claim(log=None).data())),
    ("bundle-v0.2", json.loads(write_bundle(NEWER))),
    ("statement-file", json.loads(write_statement_file(ALONE))),
    ("declarations-file", toml(ANSWERED)),
    ("predicate-assessment", PAYLOADS[ASSESSMENT_TYPE]["predicate"]),
    ("predicate-declarations", PAYLOADS[DECLARATIONS_TYPE]["predicate"]),
    ("predicate-manifest", PAYLOADS[MANIFEST_TYPE]["predicate"]),
    ("predicate-seal", PAYLOADS[SEAL_TYPE]["predicate"]),
    (
        "predicate-assessment-v0.2",
        SALTED_PAYLOADS[ASSESSMENT_V02_TYPE]["predicate"],
    ),
    (
        "predicate-declarations-v0.2",
        SALTED_PAYLOADS[DECLARATIONS_V02_TYPE]["predicate"],
    ),
    ("predicate-seal-v0.2", SALTED_PAYLOADS[SEAL_V02_TYPE]["predicate"]),
    ("bundle-v0.2", json.loads(SALTED.data())),
    *((f"item-{kind}", value) for kind, value in ITEMS),
    (
        "result-disclose",
        written(
            DiscloseDocument(
                format="assay-disclose/0",
                bundle=None,
                release_digest="0" * 64,
                shown=("a",),
                implied=("b",),
                withheld=("c",),
                shared_reports=(SharedReportPart(check="x", controls=("c",)),),
            )
        ),
    ),
    ("result-verify", written(VerifyDocument.of(SALTED.verdict(), repeated=REPEATED))),
    ("result-verify", written(VerifyDocument.of(SHOWN_VERDICT))),
    *registry_documents(),
    ("review-file", toml(REVIEW_FILE)),
    ("programme-file", toml(HARBOUR.decode())),
    ("programme-file", toml(SKIFF.decode())),
    (
        "result-decide",
        written(
            DecideDocument.of(decide([CLAIM.verdict().release], [], "fast-berth", NOW))
        ),
    ),
    ("result-decide", written(DecideDocument.of(decide([], [], "fast-berth", NOW)))),
    (
        "result-error",
        written(
            ErrorDocument(
                format="assay-error/0",
                code="bundle.malformed",
                message="m",
                expected="",
                found="",
                remedy="",
            )
        ),
    ),
    (
        "result-key",
        written(
            KeyDocument(
                format="assay-key/0", type="x", key_id="0" * 64, public_key="pem"
            )
        ),
    ),
    (
        "result-log",
        written(
            LogDocument(
                format="assay-log/0",
                origin="log.example/2026",
                vkeys=CLAIM.trust().logs[0].vkeys,
                size=6,
                root="AA==",
                audited="public",
                keys_from="trust",
                pending=None,
                withheld_bodies=None,
                foreign_entries=0,
                problems=(
                    LogProblemPart(
                        code="log.tile-altered", message="m", expected="e", found="f"
                    ),
                ),
            )
        ),
    ),
    (
        "result-programmes",
        written(
            ProgrammeDocument(
                format="assay-programmes/0",
                programmes=(ShownProgrammePart.shown(read_programme(HARBOUR), ()),),
            )
        ),
    ),
    (
        "result-sigstore-export",
        written(
            SigstoreExportDocument(
                hint="0" * 64,
                statements=(SigstoreFilePart(kind="seal", file="s.sigstore.json"),),
                trusted_root="trusted_root.json",
                public_key="public-key.pem",
                timestamped=True,
            )
        ),
    ),
    (
        "result-timestamp",
        written(
            TimestampDocument(
                bundle="m.assay", authority="https://stamps.example/", statements=4
            )
        ),
    ),
    (
        "result-scitt-export",
        written(
            ScittExportDocument(
                format="assay-scitt-export/0",
                issuer="https://developer.example",
                subject=SUBJECT,
                statements=(
                    ExportedPart(
                        kind="seal",
                        file="seal.cose",
                        size=709,
                        log_index=1,
                        entry="0" * 64,
                    ),
                ),
            )
        ),
    ),
    (
        "result-scitt-key",
        written(
            ScittKeyDocument(
                format="assay-scitt-key/0",
                origin="log.example/2026",
                thumbprint="0" * 64,
                key_set="scitt-keys.cbor",
            )
        ),
    ),
    (
        "result-scitt-verify",
        written(scitt_document(verify_transparent(transparent()))),
    ),
    (
        "result-scitt-verify",
        written(scitt_document(verify_transparent(transparent(), keys=()))),
    ),
    (
        "result-seal",
        written(SealDocument.of(CLAIM.bundle(), "x", CLAIM.assessment, (0, 1, 2, 3))),
    ),
    ("result-trust", written(TrustDocument.of(TRUST))),
    ("result-verify", written(VerifyDocument.of(CLAIM.verdict()))),
    (
        "result-verify",
        written(VerifyDocument.of(CLAIM.verdict(CLAIM.trust(developers=())))),
    ),
    ("log-submission", json.loads(write_submission([SUBMITTED]))),
    (
        "log-receipts",
        written(
            ReceiptsDocument.model_validate(
                {
                    "format": "assay-receipts/0",
                    "receipts": (
                        {
                            "index": 2,
                            "leafHash": "0" * 64,
                            "known": False,
                            "receipt": CLAIM.bundle().statements[0].receipt,
                        },
                    ),
                }
            )
        ),
    ),
    ("log-found", {"format": "assay-log-found/0", "index": 2, "published": True}),
    (
        "log-consistency",
        {
            "format": "assay-log-consistency/0",
            "oldSize": 2,
            "size": 6,
            "proof": ["A" * 43 + "="],
        },
    ),
    (
        "log-health",
        {
            "format": "assay-log-health/0",
            "origin": "log.example/2026",
            "size": 6,
            "accepts": True,
        },
    ),
    (
        "result-log-rebuild",
        {
            "format": "assay-log-rebuild/0",
            "size": 6,
            "root": "A" * 43 + "=",
            "unknownBodies": 0,
            "compared": 6,
            "different": 0,
        },
    ),
    (
        "result-log-monitor",
        {
            "format": "assay-log-monitor/0",
            "origin": "log.example/2026",
            "oldSize": 2,
            "size": 6,
            "root": "0" * 64,
            "matches": [],
            "unread": None,
            "foreign": 0,
            "contradiction": None,
        },
    ),
    (
        "result-witness",
        {
            "format": "assay-witness-shown/0",
            "name": "witness.example/a",
            "vkeys": list(CLAIM.trust().logs[0].vkeys),
            "logs": [],
            "evidence": [],
        },
    ),
    ("result-log-withhold", {"format": "assay-log-withheld/0", "erased": 1}),
    ("result-verify-statement", written(StatementDocument.of(PROVEN))),
    *(("statement", payload) for payload in PAYLOADS.values()),
    ("trust-file-v0", {"format": "assay-trust/0"}),
    ("trust-file-v1", toml(write_trust(TRUST))),
]


def schema(name):
    return json.loads((FOLDER / f"{name}.json").read_bytes())


def test_the_files_are_those_of_the_models():
    there = {path.name: path.read_bytes() for path in FOLDER.iterdir()}
    assert there == schemas(), "run `python -m docs.generate_schemas`"


def test_publishing_removes_what_is_long_gone(tmp_path):
    (tmp_path / "old.json").write_text("{}")
    (tmp_path / "bundle-v0.2.json").write_text("{}")
    (tmp_path / "README.md").write_text("kept")
    publish(tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {*schemas(), "README.md"}
    assert (tmp_path / "bundle-v0.2.json").read_bytes() == schemas()["bundle-v0.2.json"]


def test_running_it_again_changes_nothing():
    before = {path: path.read_bytes() for path in FOLDER.iterdir()}
    runpy.run_path(module.__file__, run_name="__main__")
    assert {path: path.read_bytes() for path in FOLDER.iterdir()} == before


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_schema_is_one_and_names_itself(name):
    jsonschema.Draft202012Validator.check_schema(schema(name))
    assert schema(name)["$id"] == f"https://assay/schemas/v0/{name}.json"
    assert schema(name)["description"]


@pytest.mark.parametrize(("name", "document"), REAL)
def test_real_documents_keep_their_schema(name, document):
    jsonschema.Draft202012Validator(schema(name)).validate(document)


@pytest.mark.parametrize(("name", "document"), REAL)
def test_documents_with_a_field_more_do_not(name, document):
    assert not jsonschema.Draft202012Validator(schema(name)).is_valid(
        {**document, "unheardOf": 1}
    )


def test_every_schema_of_what_needs_no_release_is_held_to_a_document_here():
    # Those need a release on disk: the command line's tests validate them.
    elsewhere = {
        "model-signature",
        "result-check",
        "result-fleet",
        "result-manifest-sign",
        "result-manifest-verify",
    }
    assert {name for name, _ in REAL} == set(PUBLISHED) - elsewhere

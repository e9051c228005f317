"""Offices, assessors and developers at their desks: real files, keys and logs."""

from __future__ import annotations

import json
import shutil
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest

from assay.crypto.digest import sha256_hex
from assay.domain.limits import DEFAULT_LIMITS
from assay.domain.statement import LoggedStatement, StatementFile
from assay.domain.status import StatusSnapshot
from assay.flows.issue import load_statement
from assay.flows.keys import open_key
from assay.flows.status import make_status
from assay.log.statements import read_statements
from assay.statement import sign
from assay.statement.registry_payloads import status_payload
from assay.verify.attached_nouns import read_noun
from assay.wire.v0.envelope import write_envelope
from assay.wire.v0.statement import read_statement
from assay.wire.v0.statement_file import write_statement_file
from docs.generate_schemas import schemas
from tests.simulators.desk import HARBOUR, assay, document, set_up

REVIEW = """
format = "assay-review/0"
assessor = "Fathom"
independence = "No shares, no shared staff."
reviewed_at = 2026-11-24T04:00:00+00:00
valid_until = 2036-11-24T04:00:00Z

[[result]]
control = "crew-3"
result = "answers"
outcome = "met"
reason = "Seen."

[[result.evidence]]
file = "survey.txt"
collected_at = 2026-11-24T03:00:00Z
valid_until = 2036-01-01T00:00:00Z
"""
EVALUATION = {
    "evaluator": {"id": "https://fathom.example/evaluations"},
    "evaluatedAt": "2026-11-24T00:00:00Z",
    "suite": {"name": "refusals", "version": "1"},
    "claims": [
        {
            "metric": "refusal_rate",
            "comparator": ">=",
            "threshold": "0.98",
            "passed": True,
        }
    ],
    "sampleSize": 500,
    "commitments": {
        "model": {"alg": "sha256-salted-v1", "value": "ab" * 32, "salted": True},
        "dataset": {"alg": "sha256-salted-v1", "value": "cd" * 32, "salted": True},
    },
    "assuranceLevel": "self_attested",
    "subjectProfile": "release-gate",
}
AT = datetime(2026, 11, 24, tzinfo=UTC)
VALIDATORS = {
    name.removesuffix(".json"): jsonschema.Draft202012Validator(json.loads(data))
    for name, data in schemas().items()
}


@pytest.fixture(scope="module")
def master(tmp_path_factory):
    """Seal a release once, beside keys of an office, an assessor and a newcomer."""
    folder = tmp_path_factory.mktemp("registry")
    set_up(folder, programme=HARBOUR)
    for name in ("office", "assessor", "new"):
        assay("keys", "new", folder / f"{name}.pem", "--no-passphrase")
    assay(
        "trust", "add", folder / "trust.toml", "--office",
        f"Office={folder}/office.pem.pub", "--assessor",
        f"Fathom={folder}/assessor.pem.pub",
    )  # fmt: skip
    (folder / "review.toml").write_text(REVIEW)
    (folder / "survey.txt").write_text("It holds.\n")
    (folder / "result.json").write_text(json.dumps(EVALUATION))
    return folder


@pytest.fixture
def desk(master, tmp_path, monkeypatch):
    folder = tmp_path / "desk"
    shutil.copytree(master, folder)
    monkeypatch.chdir(folder)
    return folder


def issued(*arguments):
    status, told = document(*arguments)
    assert status == 0, told
    VALIDATORS["result-issue"].validate(told)
    return told


def by(key, out, log="log"):
    return ("--key", f"{key}.pem", "--log", log, "--out", out)


def codes(*arguments):
    status, told = document(
        "verify", "small.assay", "--trust", "trust.toml", *arguments
    )
    return status, [reason["code"] for reason in told["reasons"]]


@pytest.mark.usefixtures("desk")
def test_a_revoked_claim_is_invalid_for_who_has_the_revocation():
    told = issued(
        "revoke", "small.assay", "--reason", "error", *by("developer", "gone.st")
    )
    assert (told["logOrigin"], told["logIndex"]) == ("log.example/test", 4)
    assert codes()[0] == 0
    status, why = codes("--with", "gone.st")
    assert (status, why[0]) == (1, "verify.revoked")


@pytest.mark.usefixtures("desk")
def test_an_office_takes_what_the_log_says_into_its_snapshot():
    issued("revoke", "small.assay", "--reason", "unsafe", *by("developer", "gone.st"))
    told = issued("status", "publish", "log", "--key", "office.pem", "--out", "s.st")
    assert told["logIndex"] == 5
    status, why = codes("--with", "s.st")
    assert (status, why[0]) == (1, "verify.revoked")
    status, checked = document("status", "check", "s.st", "--log", "log")
    VALIDATORS["result-status-check"].validate(checked)
    assert (status, checked["problems"], checked["revocations"]) == (0, [], 1)


def test_a_snapshot_that_withholds_a_revocation_is_found_out(desk):
    issued("revoke", "small.assay", "--reason", "error", *by("developer", "gone.st"))
    issued("enrol", "withdraw", "Example", "--anyway", *by("office", "left.st"))
    issued("key-event", "retire", *by("developer", "ended.st"))
    log = read_statements("log")
    signer = open_key(desk / "office.pem", lambda: None)
    honest = make_status(log, {signer.public_key.key_id}, AT)
    lies = status_payload(
        replace(
            make_status(replace(log, statements=()), {signer.public_key.key_id}, AT),
            considered=honest.considered,
        )
    )
    file = StatementFile(
        public_key=signer.public_key.der,
        statement=LoggedStatement(envelope=sign(lies, signer)),
    )
    (desk / "lies.st").write_bytes(write_statement_file(file))
    status, told = document("status", "check", "lies.st", "--log", "log")
    assert status == 1
    kinds = [problem.split(":")[0] for problem in told["problems"]]
    assert kinds == [
        "withholds a revocation",
        "withholds a end of a key",
        "withholds a withdrawal",
    ]
    assert "IT withholds" in assay("status", "check", "lies.st", "--log", "log").output


def test_a_body_that_the_log_does_not_show_is_warned_of(desk):
    issued("revoke", "small.assay", "--reason", "error", *by("developer", "gone.st"))
    envelope = load_statement(desk / "gone.st").statement.envelope
    digest = sha256_hex(write_envelope(envelope))
    assert assay("log", "withhold", "log", digest).exit_code == 0
    result = assay("status", "publish", "log", "--key", "office.pem", "--out", "s.st")
    assert result.exit_code == 0
    assert (
        "does not show 1 of them; what they say nobody can tell: 4\n" in result.output
    )
    assert codes("--with", "s.st")[0] == 0


@pytest.mark.usefixtures("desk")
def test_an_office_says_who_the_developer_is():
    assay(
        "trust", "new", "strict.toml", "--developer", "Nobody=new.pem.pub", "--log",
        "log", "--office", "Office=office.pem.pub",
    )  # fmt: skip
    told = issued(
        "enrol", "add", "Example Labs", "--signs", "release=developer.pem.pub",
        "--other-name", "EL", "--uei", "yndUZMUZF8H8", "--until", "2036-01-01",
        "--effective", "2026-01-01", *by("office", "enrolled.st"),
    )  # fmt: skip
    assert told["predicateType"] == "https://assay/enrolment/v0.1"
    without = assay("verify", "small.assay", "--trust", "strict.toml")
    with_it = assay(
        "verify", "small.assay", "--trust", "strict.toml", "--with", "enrolled.st"
    )
    assert (without.exit_code, with_it.exit_code) == (1, 0), with_it.output


@pytest.mark.usefixtures("desk")
def test_a_review_attached_to_the_bundle_decides():
    told = issued(
        "review", "small.assay", "--results", "review.toml", *by("assessor", "r.st")
    )
    assert told["predicateType"] == "https://assay/review/v0.1"
    status, added = document("bundle", "add", "small.assay", "r.st", "--out", "r.assay")
    VALIDATORS["result-attach"].validate(added)
    assert (status, added["attached"]) == (0, [told["sha256"]])
    result = assay("verify", "r.assay", "--trust", "trust.toml", "--verbose")
    assert "verify.review" in result.output
    again = assay("bundle", "add", "r.assay", "r.st", "--out", "again.assay")
    assert "1 statements attached" in again.output
    decided = assay(
        "decide", "small.assay", "--trust", "trust.toml", "--benefit", "free-passage",
        "--with", "r.st",
    )  # fmt: skip
    assert "crew-3" not in decided.output.split("Not covered")[0].split("Against")[1]


@pytest.mark.usefixtures("desk")
def test_an_evaluation_is_kept_beside_the_claim():
    told = issued(
        "evaluate", "small.assay", "--result", "result.json", *by("assessor", "e.st")
    )
    assert told["predicateType"] == "https://assay/evaluation/v0.1"
    assert codes("--with", "e.st")[0] == 0


@pytest.mark.usefixtures("desk")
def test_a_key_is_rotated_with_the_consent_of_its_successor():
    issued(
        "key-event", "rotate", "--new-key", "new.pem", "--until", "2036-01-01",
        *by("developer", "rotated.st"),
    )  # fmt: skip
    assert codes("--with", "rotated.st")[0] == 0
    assay("seal", "small-model", "--key", "new.pem", "--log", "log", "--out", "n.assay")
    plain = assay("verify", "n.assay", "--trust", "trust.toml")
    with_it = assay(
        "verify", "n.assay", "--trust", "trust.toml", "--with", "rotated.st"
    )
    assert (plain.exit_code, with_it.exit_code) == (1, 0), with_it.output


@pytest.mark.usefixtures("desk")
def test_an_office_says_that_a_key_was_stolen():
    issued(
        "key-event", "compromise", "--of", "developer.pem.pub", "--effective",
        "2026-11-02", "--last-good", "2026-11-01", *by("office", "stolen.st"),
    )  # fmt: skip
    model = read_statement(load_statement(Path("stolen.st")).statement.envelope.payload)
    # A day means its first second: all of it is in doubt.
    assert model.predicate["effective"] == "2026-11-02T00:00:00Z"
    assert model.predicate["lastGood"] == "2026-11-01T00:00:00Z"
    status, why = codes("--with", "stolen.st")
    assert (status, why[0]) == (1, "verify.key-compromised")
    issued("status", "publish", "log", "--key", "office.pem", "--out", "s.st")
    assert codes("--with", "s.st")[1][0] == "verify.key-compromised"


def test_a_withdrawal_is_taken_into_the_snapshot_with_its_keys(desk):
    issued(
        "enrol", "add", "Example", "--signs", "release=developer.pem.pub", "--until",
        "2036-01-01", "--effective", "2025-01-01", *by("office", "in.st"),
    )  # fmt: skip
    issued(
        "enrol", "withdraw", "Example", "--effective", "2025-06-01T00:00:00Z",
        *by("office", "out.st"),
    )  # fmt: skip
    issued("status", "publish", "log", "--key", "office.pem", "--out", "s.st")
    model = read_statement(load_statement(desk / "s.st").statement.envelope.payload)
    snapshot = read_noun(model, DEFAULT_LIMITS)
    assert isinstance(snapshot, StatusSnapshot)
    assert len(snapshot.withdrawn[0].key_ids) == 1
    status, why = codes("--with", "s.st")
    assert (status, why[0]) == (3, "verify.withdrawn")
    issued(
        "enrol", "add", "Example", "--signs", "release=developer.pem.pub", "--until",
        "2036-01-01", "--effective", "2026-01-01", *by("office", "again.st"),
    )  # fmt: skip
    issued("status", "publish", "log", "--key", "office.pem", "--out", "s2.st")
    assert codes("--with", "s2.st")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("enrol", "add", "X", "--signs", "new.pem.pub"), "usage.key-roles"),
        (("enrol", "add", "X", "--signs", "rule=new.pem.pub"), "usage.key-roles"),
        (("enrol", "add", "X"), "document.no-keys"),
        (
            ("enrol", "add", "X", "--signs", "release=new.pem.pub", "--uei", "A"),
            "document.uei",
        ),
    ],
)
def test_an_enrolment_that_says_too_little_is_refused(desk, arguments, code):
    status, told = document(*arguments, "--until", "2036-01-01", *by("office", "x.st"))
    assert (status in (2, 4), told["code"]) == (True, code), told
    assert not (desk / "x.st").exists()


@pytest.mark.usefixtures("desk")
def test_an_instant_that_is_none_is_refused():
    arguments = ("key-event", "retire", "--effective", "soon", *by("office", "x.st"))
    assert assay(*arguments).exit_code == 2


def test_a_review_without_time_zones_is_refused(desk):
    (desk / "review.toml").write_text(REVIEW.replace("+00:00", ""))
    arguments = ("review", "small.assay", "--results", "review.toml")
    status, told = document(*arguments, *by("assessor", "r.st"))
    assert (status, told["code"]) == (4, "document.bad-instant")


@pytest.mark.usefixtures("desk")
def test_only_claims_and_statements_can_be_revoked():
    issued("review", "small.assay", "--results", "review.toml", *by("assessor", "r.st"))
    issued("revoke", "r.st", "--reason", "superseded", *by("assessor", "gone.st"))
    assert "verify.attached-revoked" in codes("--with", "r.st", "--with", "gone.st")[1]
    arguments = ("revoke", "review.toml", "--reason", "error")
    status, told = document(*arguments, *by("assessor", "x.st"))
    assert (status, told["code"]) == (4, "bundle.malformed")


@pytest.mark.usefixtures("desk")
def test_a_statement_can_be_issued_without_a_log():
    told = issued(
        "revoke", "small.assay", "--reason", "error", "--key", "developer.pem",
        "--out", "bare.st", "--text", "A file was left out.",
    )  # fmt: skip
    assert (told["logOrigin"], told["logIndex"]) == (None, None)
    status, why = codes("--with", "bare.st")
    assert (status, why[0]) == (3, "verify.revocation-unproven")
    issued("revoke", "bare.st", "--reason", "error", *by("developer", "x.st"))


@pytest.mark.usefixtures("desk")
def test_only_a_snapshot_is_checked_against_its_log():
    issued("revoke", "small.assay", "--reason", "error", *by("developer", "gone.st"))
    status, told = document("status", "check", "gone.st", "--log", "log")
    assert (status, told["code"]) == (2, "usage.no-snapshot")


@pytest.mark.usefixtures("desk")
def test_a_snapshot_of_more_than_the_log_has_is_not_checked():
    assay("log", "init", "other", "--origin", "log.example/other")
    issued("status", "publish", "log", "--key", "office.pem", "--out", "s.st")
    status, told = document("status", "check", "s.st", "--log", "other")
    assert (status, told["code"]) == (4, "log.size-unknown")


@pytest.mark.usefixtures("desk")
def test_a_snapshot_names_what_keys_of_p384_have_revoked():
    assay("keys", "new", "wide.pem", "--kind", "p384", "--no-passphrase")
    assay("keys", "new", "chief.pem", "--kind", "p384", "--no-passphrase")
    assay(
        "trust", "add", "trust.toml", "--developer", "Wide=wide.pem.pub",
        "--office", "Chief=chief.pem.pub",
    )  # fmt: skip
    sealed = assay(
        "seal", "small-model", "--key", "wide.pem", "--log", "log", "--out",
        "wide.assay", "--programme", Path(__file__).parents[3] / HARBOUR,
    )  # fmt: skip
    assert sealed.exit_code == 0, sealed.output
    issued("revoke", "wide.assay", "--reason", "error", *by("wide", "gone.st"))
    issued(
        "enrol", "add", "Else", "--signs", "release=new.pem.pub", "--until",
        "2036-01-01", *by("chief", "else.st"),
    )  # fmt: skip
    result = assay("status", "publish", "log", "--key", "chief.pem", "--out", "s.st")
    assert "warning" not in result.output
    status, checked = document("status", "check", "s.st", "--log", "log")
    assert (status, checked["withheld"]) == (0, 0)
    assert (checked["revocations"], checked["enrolments"]) == (1, 1)
    status, told = document(
        "verify", "wide.assay", "--trust", "trust.toml", "--with", "s.st"
    )
    assert (status, told["reasons"][0]["code"]) == (1, "verify.revoked")


def test_a_body_that_cannot_be_read_is_no_body_that_is_not_shown(desk):
    issued("revoke", "small.assay", "--reason", "error", *by("developer", "gone.st"))
    envelope = load_statement(desk / "gone.st").statement.envelope
    digest = sha256_hex(write_envelope(envelope))
    with sqlite3.connect(desk / "log" / "bodies.sqlite") as database:
        database.execute(
            "UPDATE body SET data = ? WHERE sha256 = ?",
            (b"damaged", bytes.fromhex(digest)),
        )
    result = assay("status", "publish", "log", "--key", "office.pem", "--out", "s.st")
    assert "does not show" not in result.output
    assert "1 of them are there and cannot be read" in result.output
    assert "may be revocations: 4\n" in result.output
    result = assay("status", "check", "s.st", "--log", "log")
    assert result.exit_code == 3
    assert "cannot be compared with all of log" in result.output

"""What is wrong with a statement is said before it is signed: a log forgets nothing."""

from __future__ import annotations

import shutil

import pytest

from tests.simulators.desk import HARBOUR, assay, document, set_up

REVIEW = """
format = "assay-review/0"
assessor = "Fathom"
independence = "No shares, no shared staff."
reviewed_at = 2026-11-24T04:00:00Z
valid_until = 2036-11-24T04:00:00Z

[[result]]
control = "{control}"
result = "answers"
outcome = "met"
reason = "Seen."
"""


@pytest.fixture(scope="module")
def master(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mistakes")
    set_up(folder, programme=HARBOUR)
    for name in ("office", "stranger"):
        assay("keys", "new", folder / f"{name}.pem", "--no-passphrase")
    for control in ("crew-3", "con-99"):
        (folder / f"{control}.toml").write_text(REVIEW.format(control=control))
    return folder


@pytest.fixture
def desk(master, tmp_path, monkeypatch):
    folder = tmp_path / "desk"
    shutil.copytree(master, folder)
    monkeypatch.chdir(folder)
    return folder


def by(key):
    return ("--key", f"{key}.pem", "--log", "log", "--out", "made.st")


def refused(desk, *arguments):
    """Give the code, once it is sure that nothing was logged or written."""
    before = (desk / "log" / "checkpoint").read_bytes()
    status, told = document(*arguments)
    assert status == 2
    assert (desk / "log" / "checkpoint").read_bytes() == before
    assert not (desk / "made.st").exists()
    assert told["remedy"]
    return told["code"]


def test_a_review_of_a_control_that_is_not_there(desk):
    given = ("review", "small.assay", "--results", "con-99.toml", *by("office"))
    assert refused(desk, *given) == "usage.review-unknown-control"


def test_a_review_by_the_key_that_made_the_claim(desk):
    given = ("review", "small.assay", "--results", "crew-3.toml", *by("developer"))
    assert refused(desk, *given) == "usage.review-own-claim"


def test_a_revocation_by_a_stranger(desk):
    given = ("revoke", "small.assay", "--reason", "error", *by("stranger"))
    assert refused(desk, *given) == "usage.revoke-by-another"


def test_a_revocation_by_the_signer_who_calls_itself_an_office(desk):
    given = ("revoke", "small.assay", "--reason", "error", "--as", "office")
    assert refused(desk, *given, *by("developer")) == "usage.revoke-as"


@pytest.mark.usefixtures("desk")
def test_a_revocation_by_an_office_says_with_whom_it_counts():
    given = ("revoke", "small.assay", "--reason", "unsafe", "--as", "office")
    done = assay(*given, *by("office"))
    assert (done.exit_code, "believe this key as an office's" in done.output) == (
        0,
        True,
    )


def test_a_withdrawal_of_nobody(desk):
    given = ("enrol", "withdraw", "Nobody", *by("office"))
    assert refused(desk, *given) == "usage.not-enrolled"


def test_a_withdrawal_by_another_office_than_enrolled_it(desk):
    assay(
        "enrol", "add", "Example", "--signs", "release=developer.pem.pub", "--until",
        "2036-01-01", "--key", "office.pem", "--log", "log", "--out", "in.st",
    )  # fmt: skip
    given = ("enrol", "withdraw", "Example")
    assert refused(desk, *given, *by("stranger")) == "usage.not-enrolled"
    assert document(*given, *by("office"))[0] == 0


@pytest.mark.usefixtures("desk")
def test_a_withdrawal_of_whom_another_key_enrolled_where_that_is_meant():
    assert document("enrol", "withdraw", "Example", "--anyway", *by("office"))[0] == 0


def test_a_bundle_that_is_sealed_as_if_it_were_a_release(desk):
    given = ("seal", "small.assay", "--programme", HARBOUR, *by("developer"))
    assert refused(desk, *given) == "usage.sealed-already"

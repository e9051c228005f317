"""`assay verify` on one statement file by itself."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.simulators.desk import Desk, assay, document

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def revoked(desk: Desk, tmp_path: Path) -> Path:
    path = tmp_path / "revoked.assay-statement"
    made = assay(
        "revoke", desk.bundle, "--reason", "withdrawn", "--key", desk.key,
        "--log", desk.log, "--out", path,
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    return path


def test_a_statement_is_told_with_its_signer_and_place(
    desk: Desk, revoked: Path
) -> None:
    result = assay("verify", revoked, "--trust", desk.trust)
    assert result.exit_code == 0
    assert result.output.startswith("VALID: revoked.assay-statement\n")
    assert "https://assay/revocation/v0.1" in result.output
    assert "--with" in result.output
    status, found = document("verify", revoked, "--trust", desk.trust)
    assert (status, found["verdict"]) == (0, "valid")
    assert found["format"] == "assay-verify-statement/0"
    assert found["statement"]["role"] == "developer"
    assert found["statement"]["logIndex"] > 0
    assert found["statement"]["existedBy"] == found["statement"]["loggedAt"]


def test_a_statement_by_a_stranger_is_invalid(desk: Desk, revoked: Path) -> None:
    other = desk.trust.with_name("other.toml")
    key = desk.trust.with_name("other.pem")
    assay("keys", "new", key, "--no-passphrase")
    assay("trust", "new", other, "--developer", f"Other={key}.pub", "--log", desk.log)
    status, found = document("verify", revoked, "--trust", other)
    assert (status, found["verdict"]) == (1, "invalid")
    assert found["reasons"][0]["code"] == "trust.unknown-signer"
    assert found["statement"] is None
    shown = assay("verify", revoked, "--trust", other)
    assert "get the signer's key" in shown.output


@pytest.mark.parametrize("option", ["--release", "--with", "--html"])
def test_options_about_something_else_are_refused(
    desk: Desk, revoked: Path, option: str
) -> None:
    result = assay("verify", revoked, "--trust", desk.trust, option, desk.release)
    assert result.exit_code == 2
    assert "usage.statement-alone" in result.stderr


def test_a_cut_statement_file_gets_no_verdict(desk: Desk, revoked: Path) -> None:
    revoked.write_bytes(revoked.read_bytes()[:-10])
    result = assay("verify", revoked, "--trust", desk.trust)
    assert result.exit_code == 4
    assert "bundle.malformed-statement" in result.stderr


def test_a_pipe_is_not_waited_for(desk: Desk, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    result = assay("verify", pipe, "--trust", desk.trust)
    assert result.exit_code == 4

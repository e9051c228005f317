from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from assay.crypto.verifier_key import SignatureType, make_vkey
from tests.simulators.desk import Desk, assay, document

if TYPE_CHECKING:
    from pathlib import Path

ORIGIN = "log.example/test"


@pytest.fixture
def public(desk: Desk, tmp_path: Path) -> Path:
    target = tmp_path / "public"
    shutil.copytree(desk.log / "tile", target / "tile")
    for name in ("log.json", "checkpoint"):
        shutil.copy(desk.log / name, target)
    return target


def vkeys(desk: Desk) -> list[str]:
    return list(json.loads((desk.log / "log.json").read_text())["vkeys"])


def other_vkey(name: str = ORIGIN) -> str:
    return str(make_vkey(name, SignatureType.ED25519, bytes(range(32))))


def test_anybody_audits_the_public_part(public: Path) -> None:
    result = assay("log", "check", public)
    assert result.exit_code == 0
    assert "public part audited; the operator's ledger was not looked at" in (
        result.output
    )
    assert "as the directory states them" in result.output
    status, found = document("log", "check", public)
    assert (status, found["audited"], found["keysFrom"]) == (0, "public", "directory")
    assert found["foreignEntries"] == 0
    assert found["withheldBodies"] is None


def test_a_whole_log_says_so(desk: Desk) -> None:
    status, found = document("log", "check", desk.log)
    assert (status, found["audited"], found["pending"]) == (0, "whole", 0)
    assert "public part" not in assay("log", "check", desk.log).output


def test_the_auditors_own_trust_is_asked_for(desk: Desk, public: Path) -> None:
    result = assay("log", "check", public, "--trust", desk.trust)
    assert result.exit_code == 0
    assert "as the trust file names them" in result.output
    empty = desk.trust.with_name("empty.toml")
    assert assay("trust", "new", empty).exit_code == 0
    status, found = document("log", "check", public, "--trust", empty)
    assert status == 1
    assert found["problems"][0]["code"] == "trust.unknown-log"
    assert found["problems"][0]["found"] == ORIGIN
    assert found["keysFrom"] == "directory"


def test_an_unknown_tree_is_not_told_as_an_empty_one(desk: Desk) -> None:
    (desk.log / "checkpoint").write_text("no checkpoint")
    result = assay("log", "check", desk.log)
    assert result.exit_code == 1
    assert "the published tree could not be established" in result.output
    assert "0 entries" not in result.output
    assert "not yet published" not in result.output
    status, found = document("log", "check", desk.log)
    assert (status, found["size"], found["pending"]) == (1, None, None)
    assert set(found["problems"][0]) == {"code", "message", "expected", "found"}


def test_a_new_log_tells_what_to_hand_out(tmp_path: Path) -> None:
    made = assay("log", "init", tmp_path / "log", "--origin", ORIGIN)
    assert f"Hand {tmp_path / 'log' / 'log.json'} to those" in made.output
    assert max(map(len, made.output.splitlines())) < 400
    _, shown = document("log", "show", tmp_path / "log")
    assert max(map(len, shown["vkeys"])) > 1000
    assert shown["audited"] is None


def test_a_scheme_is_no_part_of_an_origin(tmp_path: Path) -> None:
    made = assay("log", "init", tmp_path / "log", "--origin", "https://log.example/x")
    assert made.exit_code == 2
    assert "usage.log-origin" in made.stderr
    assert "--origin log.example/x" in made.stderr


def test_the_description_of_a_log_is_enough_to_believe_it(desk: Desk) -> None:
    received = desk.trust.with_name("log.json")
    shutil.copy(desk.log / "log.json", received)
    fresh = desk.trust.with_name("fresh.toml")
    made = assay(
        "trust", "new", fresh, "--developer", f"Example={desk.key}.pub",
        "--log", received,
    )  # fmt: skip
    assert made.exit_code == 0
    assert assay("verify", desk.bundle, "--trust", fresh).exit_code == 0
    assert "`assay trust add` rewrites" in fresh.read_text()
    nothing = assay("trust", "add", fresh, "--log", desk.trust.with_name("none"))
    assert "input.no-such-file" in nothing.stderr


def test_a_log_that_cannot_be_looked_at_is_the_machines_fault(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.is_dir", refuse)
    result = assay("trust", "add", desk.trust, "--log", desk.log)
    assert "machine.read" in result.stderr


def test_keys_given_one_by_one_come_together(desk: Desk) -> None:
    plain, timed = vkeys(desk)
    fresh = desk.trust.with_name("fresh.toml")
    first = assay("trust", "new", fresh, "--log-key", ORIGIN, plain)
    assert first.exit_code == 0
    assert "carry no time of the log" in first.output
    _, shown = document("trust", "show", desk.trust)
    assert shown["logs"][0]["statesTime"] is True
    second = assay("trust", "add", fresh, "--log-key", ORIGIN, timed)
    assert second.exit_code == 0
    assert "carry no time" not in second.output
    before = fresh.read_bytes()
    assay("trust", "add", fresh, "--log-key", ORIGIN, timed, "--log", desk.log)
    assert fresh.read_bytes() == before


def test_a_log_completes_the_keys_that_are_there(desk: Desk) -> None:
    plain, _ = vkeys(desk)
    fresh = desk.trust.with_name("fresh.toml")
    assay("trust", "new", fresh, "--log-key", ORIGIN, plain)
    grown = assay("trust", "add", fresh, "--log", desk.log)
    assert grown.exit_code == 0
    assert "carry no time" not in grown.output


def test_another_log_under_the_same_name_is_refused(desk: Desk) -> None:
    other = desk.log.with_name("other")
    assay("log", "init", other, "--origin", ORIGIN)
    before = desk.trust.read_bytes()
    result = assay("trust", "add", desk.trust, "--log", other)
    assert "trust.log-keys" in result.stderr
    assert vkeys(desk)[0].split("+")[1] in result.stderr
    assert desk.trust.read_bytes() == before


def test_a_key_that_bears_another_name_is_refused(desk: Desk) -> None:
    result = assay(
        "trust", "add", desk.trust, "--log-key", ORIGIN, other_vkey("witness.example")
    )
    assert "trust.log-key-name" in result.stderr


def test_a_second_log_is_added_beside_the_first(desk: Desk) -> None:
    result = assay(
        "trust", "add", desk.trust, "--log-key", "b.example", other_vkey("b.example")
    )
    assert result.exit_code == 0
    _, shown = document("trust", "show", desk.trust)
    assert [log["origin"] for log in shown["logs"]] == [ORIGIN, "b.example"]
    again = assay("trust", "add", desk.trust, "--log", desk.log)
    assert again.exit_code == 0
    other = desk.log.with_name("other")
    assay("log", "init", other, "--origin", "d.example")
    assert assay("trust", "add", desk.trust, "--log", other).exit_code == 0
    third = other_vkey("b.example").replace("b.example", "c.example")
    assert assay("trust", "add", desk.trust, "--log-key", "c.example", third).exit_code


def test_one_key_under_two_names_is_told_by_its_id(desk: Desk) -> None:
    added = assay("trust", "add", desk.trust, "--developer", f"Other={desk.key}.pub")
    assert "trust.repeated" in added.stderr
    _, shown = document("trust", "show", desk.trust)
    key_id = shown["developers"][0]["keyId"]
    assert f"key {key_id} of the developer Example" in added.stderr
    assert f"key {key_id} of the developer Other" in added.stderr
    assert "try:" in added.stderr
    fresh = desk.trust.with_name("fresh.toml")
    made = assay(
        "trust", "new", fresh, "--developer", f"A={desk.key}.pub",
        "--developer", f"B={desk.key}.pub",
    )  # fmt: skip
    assert "trust.repeated" in made.stderr
    assert not fresh.exists()


def test_two_keys_of_a_developer_and_two_texts_of_a_programme_are_shown(
    desk: Desk, tmp_path: Path
) -> None:
    second = tmp_path / "second.pem"
    assay("keys", "new", second, "--no-passphrase")
    text = desk.trust.read_text()
    block = text[text.index("[[programme]]") :]
    digest = block.split('digest = "')[1][:64]
    desk.trust.write_text(text + "\n" + block.replace(digest, "0" * 64))
    result = assay("trust", "add", desk.trust, "--developer", f"Example={second}.pub")
    assert result.exit_code == 0
    assert "2 keys speak for the developer Example." in result.output
    assert "2 texts of the programme eo14409" in result.output
    assert "0" * 64 in result.output

"""Seal, verify and decide, with the bad input that each must refuse."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from assay.cli.passphrase import ENVIRONMENT_NAME
from assay.log import open_log
from tests.simulators.desk import assay, document, write_release

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulators.desk import Desk

BENEFIT = "prime-prequalification"


def test_a_sealed_release_is_valid(desk: Desk) -> None:
    status, found = document("verify", desk.bundle, "--trust", desk.trust)
    assert status == 0
    assert found["verdict"] == "valid"
    assert all(reason["holds"] for reason in found["reasons"])
    assert desk.verify("--release", desk.release).exit_code == 0


def test_sealing_says_where_it_is_logged(desk: Desk) -> None:
    status, found = document(
        "seal", desk.release, "--key", desk.key, "--log", desk.log,
        "--out", desk.bundle,
    )  # fmt: skip
    assert status == 0
    # The manifest is the same statement and keeps its place; the others have new salts.
    assert found["logIndexes"] == [0, 4, 5, 6]
    assert len(found["statements"]) == 4


def test_sealing_with_one_seed_makes_the_same_statements(
    desk: Desk, tmp_path: Path
) -> None:
    seed = tmp_path / "seed"
    seed.write_bytes(bytes(range(32)))
    seal = (
        "seal", desk.release, "--key", desk.key, "--log", desk.log,
        "--out", desk.bundle, "--salt-seed", seed,
    )  # fmt: skip
    _, first = document(*seal)
    _, again = document(*seal)
    assert again["statements"][:3] == first["statements"][:3]
    # Deterministic signatures: they keep their places in the log.
    assert again["logIndexes"][:3] == first["logIndexes"][:3]


def test_a_seed_of_another_length_is_refused_before_anything_is_logged(
    desk: Desk, tmp_path: Path
) -> None:
    seed = tmp_path / "seed"
    for length, code in ((31, "usage.salt-seed"), (33, "usage.salt-seed")):
        seed.write_bytes(bytes(length))
        status, found = document(
            "seal", desk.release, "--key", desk.key, "--log", desk.log,
            "--out", desk.bundle, "--salt-seed", seed,
        )  # fmt: skip
        assert (status, found["code"]) == (2, code)
    assert document("log", "show", desk.log)[1]["size"] == 4


def test_without_answers_the_decision_is_open(desk: Desk) -> None:
    status, found = document(
        "decide", desk.bundle, "--benefit", BENEFIT, "--trust", desk.trust
    )
    assert status == 3
    assert found["decision"] == "cannot tell"
    assert found["reasons"]


def test_the_same_decision_can_be_made_again(desk: Desk) -> None:
    at = ("--at", "2027-01-01T00:00:00Z")
    arguments = ("decide", desk.bundle, "--benefit", BENEFIT, "--trust", desk.trust)
    assert document(*arguments, *at) == document(*arguments, *at)


def test_an_unknown_benefit_names_the_known_ones(desk: Desk) -> None:
    result = desk.decide("a-medal")
    assert result.exit_code == 2
    assert BENEFIT in result.stderr


def test_a_claim_goes_stale(desk: Desk) -> None:
    status, found = document(
        "verify", desk.bundle, "--trust", desk.trust, "--at", "2030-01-01"
    )
    assert status == 3
    assert found["verdict"] == "stale"
    assert found["reasons"][0]["code"] == "verify.expired"
    assert desk.decide(BENEFIT, "--at", "2030-01-01").exit_code == 3


def test_a_claim_is_not_known_before_it_was_made(desk: Desk) -> None:
    result = desk.verify("--at", "2020-01-01")
    assert result.exit_code == 3
    assert "verify.not-yet-sealed" in result.output


@pytest.mark.parametrize("instant", ["yesterday", "2026-13-01", ""])
def test_what_is_no_instant_is_wrong_usage(desk: Desk, instant: str) -> None:
    assert desk.verify("--at", instant).exit_code == 2


def test_an_instant_beyond_the_calendar_is_wrong_usage(desk: Desk) -> None:
    assert desk.verify("--at", "9999-12-31T23:59:59Z").exit_code == 2


def change(release: Path) -> None:
    path = release / "model.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("spoil", "word"),
    {
        "one byte changed": (change, "changed: model.safetensors"),
        "a file added": (lambda r: (r / "new.txt").write_text("x"), "added: new.txt"),
        "a file removed": (lambda r: (r / "LICENSE").unlink(), "removed: LICENSE"),
        "a file renamed": (
            lambda r: (r / "LICENSE").rename(r / "LICENCE"),
            "renamed: LICENSE to LICENCE",
        ),
    }.values(),
)
def test_another_release_is_refused(desk: Desk, spoil, word: str) -> None:
    spoil(desk.release)
    status, found = document(
        "verify", desk.bundle, "--trust", desk.trust, "--release", desk.release
    )
    assert status == 1
    assert found["verdict"] == "invalid"
    assert found["reasons"][0]["code"] == "verify.release-differs"
    assert word in found["reasons"][0]["message"]


def test_a_link_in_the_release_is_refused(desk: Desk) -> None:
    (desk.release / "link").symlink_to("/etc/hostname")
    result = desk.verify("--release", desk.release)
    assert result.exit_code == 1
    assert "verify.release-unbound" in result.output


def test_a_release_with_links_cannot_be_sealed(desk: Desk) -> None:
    (desk.release / "link").symlink_to("README.md")
    before = desk.bundle.read_bytes()
    result = desk.seal()
    assert result.exit_code == 4
    assert "release.unbound-entry" in result.stderr
    assert desk.bundle.read_bytes() == before


def test_a_bundle_that_is_cut_is_no_bundle(desk: Desk) -> None:
    data = desk.bundle.read_bytes()
    for size in (0, 1, len(data) // 2, len(data) - 1):
        desk.bundle.write_bytes(data[:size])
        result = desk.verify()
        assert result.exit_code == 4
        assert "bundle.malformed" in result.stderr or "not-canonical" in result.stderr


def test_one_changed_bit_is_never_valid(desk: Desk) -> None:
    data = bytearray(desk.bundle.read_bytes())
    for position in range(0, len(data), len(data) // 40):
        data[position] ^= 1
        desk.bundle.write_bytes(data)
        assert desk.verify().exit_code in (1, 4)
        data[position] ^= 1


@pytest.mark.parametrize(
    ("text", "code"),
    {
        "not a key": ("nonsense", "key.not-a-key"),
        "a public key": (None, "key.not-a-key"),
    }.values(),
)
def test_a_key_that_is_no_key_is_refused(
    desk: Desk, text: str | None, code: str
) -> None:
    public = desk.key.with_name(desk.key.name + ".pub").read_text()
    desk.key.write_text(public if text is None else text)
    result = desk.seal()
    assert result.exit_code == 4
    assert code in result.stderr


def test_a_trust_file_that_trusts_nobody_is_refused(desk: Desk, tmp_path: Path) -> None:
    nobody = tmp_path / "nobody.toml"
    assert assay("trust", "new", nobody).exit_code == 0
    result = assay("verify", desk.bundle, "--trust", nobody)
    assert result.exit_code == 4
    assert "trust.trusts-nobody" in result.stderr


def test_a_developer_whom_nobody_trusts_is_refused(desk: Desk, tmp_path: Path) -> None:
    assay("keys", "new", tmp_path / "other.pem", "--no-passphrase")
    trust = tmp_path / "other.toml"
    assay(
        "trust", "new", trust, "--log", desk.log,
        "--developer", f"Other={tmp_path}/other.pem.pub",
    )  # fmt: skip
    result = assay("verify", desk.bundle, "--trust", trust)
    assert result.exit_code == 1
    assert "trust.unknown-developer" in result.output


def test_a_log_that_nobody_trusts_is_refused(desk: Desk, tmp_path: Path) -> None:
    assay("log", "init", tmp_path / "other-log", "--origin", "log.example/other")
    trust = tmp_path / "other.toml"
    assay(
        "trust", "new", trust, "--log", tmp_path / "other-log",
        "--developer", f"Example={desk.key}.pub",
    )  # fmt: skip
    result = assay("verify", desk.bundle, "--trust", trust)
    assert result.exit_code == 1
    assert "trust.unknown-log" in result.output


def test_an_unlogged_claim_needs_a_verifier_who_asks_for_no_log(
    desk: Desk, tmp_path: Path
) -> None:
    result = assay("seal", desk.release, "--key", desk.key, "--out", desk.bundle)
    assert result.exit_code == 0
    assert "not logged" in result.output
    refused = desk.verify()
    assert refused.exit_code == 1
    assert "verify.no-receipt" in refused.output
    trust = tmp_path / "easy.toml"
    assay(
        "trust", "new", trust, "--no-log-required",
        "--developer", f"Example={desk.key}.pub", "--programme", "eo14409",
    )  # fmt: skip
    assert assay("verify", desk.bundle, "--trust", trust).exit_code == 0


def test_a_programme_that_nobody_trusts_decides_nothing(
    desk: Desk, tmp_path: Path
) -> None:
    trust = tmp_path / "no-programme.toml"
    assay(
        "trust", "new", trust, "--log", desk.log,
        "--developer", f"Example={desk.key}.pub",
    )  # fmt: skip
    assert assay("verify", desk.bundle, "--trust", trust).exit_code == 0
    result = assay("decide", desk.bundle, "--benefit", BENEFIT, "--trust", trust)
    assert result.exit_code == 3
    assert "trust.unknown-programme" in result.output


def test_bundles_about_two_releases_are_not_decided_together(
    desk: Desk, tmp_path: Path
) -> None:
    other = write_release(tmp_path / "other-model")
    (other / "extra.txt").write_text("another release\n")
    second = tmp_path / "second.assay"
    assay("seal", other, "--key", desk.key, "--log", desk.log, "--out", second)
    result = assay(
        "decide", desk.bundle, second, "--benefit", BENEFIT, "--trust", desk.trust
    )
    assert result.exit_code == 2
    assert "usage.different-releases" in result.stderr


def test_a_passphrase_protects_the_key(desk: Desk, tmp_path: Path) -> None:
    key = tmp_path / "locked.pem"
    secret = tmp_path / "secret.txt"
    secret.write_text("correct horse\n")
    assert assay("keys", "new", key, "--passphrase-file", secret).exit_code == 0
    assert b"ENCRYPTED" in key.read_bytes()
    assert key.stat().st_mode & 0o077 == 0
    out = tmp_path / "locked.assay"
    base = ("seal", desk.release, "--key", key, "--out", out)
    assert assay(*base, "--passphrase-file", secret).exit_code == 0
    assert assay(*base, **{ENVIRONMENT_NAME: "correct horse"}).exit_code == 0
    missing = assay(*base)
    assert missing.exit_code == 4
    assert "key.passphrase-missing" in missing.stderr
    wrong = assay(*base, **{ENVIRONMENT_NAME: "battery staple"})
    assert wrong.exit_code == 4
    assert "key.passphrase-wrong" in wrong.stderr


def test_an_ed25519_key_works_and_says_what_it_costs(
    desk: Desk, tmp_path: Path
) -> None:
    key = tmp_path / "ed.pem"
    assay("keys", "new", key, "--type", "ed25519", "--no-passphrase")
    desk.bundle.unlink()
    result = assay(
        "seal", desk.release, "--key", key, "--log", desk.log, "--out", desk.bundle
    )
    assert result.exit_code == 0
    assert "P-256" in result.stderr
    assay("trust", "add", desk.trust, "--developer", f"Ed={key}.pub")
    assert desk.verify().exit_code == 0


def test_no_key_is_ever_overwritten(desk: Desk) -> None:
    before = desk.key.read_bytes()
    result = assay("keys", "new", desk.key, "--no-passphrase")
    assert result.exit_code == 2
    assert "usage.exists" in result.stderr
    assert desk.key.read_bytes() == before


def test_a_new_key_needs_a_passphrase_or_a_word(tmp_path: Path) -> None:
    result = assay("keys", "new", tmp_path / "k.pem")
    assert result.exit_code == 4
    assert "key.passphrase-missing" in result.stderr
    both = assay(
        "keys", "new", tmp_path / "k.pem", "--no-passphrase",
        "--passphrase-file", tmp_path / "x",
    )  # fmt: skip
    assert both.exit_code == 2


def test_keys_show_gives_the_id_that_statements_use(desk: Desk) -> None:
    status, found = document("keys", "show", desk.key)
    assert status == 0
    sealed = json.loads(desk.bundle.read_bytes())
    used = sealed["statements"][0]["envelope"]["signatures"][0]["keyid"]
    assert found["keyId"] == used
    assert assay("keys", "show", desk.bundle).exit_code == 4


def test_trust_can_be_shown_and_grown(desk: Desk, tmp_path: Path) -> None:
    status, found = document("trust", "show", desk.trust)
    assert status == 0
    assert [d["name"] for d in found["developers"]] == ["Example"]
    assert found["logs"][0]["origin"] == "log.example/test"
    vkeys = found["logs"][0]["vkeys"]
    fresh = tmp_path / "fresh.toml"
    arguments = [
        word for vkey in vkeys for word in ("--log-key", "log.example/test", vkey)
    ]
    made = assay(
        "trust", "new", fresh, "--developer", f"Example={desk.key}.pub",
        "--valid-days", "30", *arguments,
    )  # fmt: skip
    assert made.exit_code == 0
    assert assay("verify", desk.bundle, "--trust", fresh).exit_code == 0
    late = assay("verify", desk.bundle, "--trust", fresh, "--at", "2027-06-01")
    assert late.exit_code == 3
    assert "trust.expired" in late.output
    # Adding the same again changes nothing.
    before = desk.trust.read_bytes()
    assay("trust", "add", desk.trust, "--developer", f"Example={desk.key}.pub")
    assert desk.trust.read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [(), ("--developer", "nobody"), ("--developer", "=x"), ("--developer", "x=")],
)
def test_adding_nothing_or_nonsense_is_wrong_usage(
    desk: Desk, arguments: tuple[str, ...]
) -> None:
    assert assay("trust", "add", desk.trust, *arguments).exit_code == 2


def test_an_altered_tile_is_named(desk: Desk) -> None:
    status, found = document("log", "check", desk.log)
    assert status == 0
    assert found["problems"] == []
    tile = next(
        path for path in sorted((desk.log / "tile" / "0").rglob("*")) if path.is_file()
    )
    data = bytearray(tile.read_bytes())
    data[0] ^= 1
    tile.chmod(0o644)
    tile.write_bytes(data)
    status, found = document("log", "check", desk.log)
    assert status == 1
    assert found["problems"]
    assert "NOT CONSISTENT" in assay("log", "check", desk.log).output


def test_a_log_can_be_shown_and_is_not_made_twice(desk: Desk) -> None:
    status, found = document("log", "show", desk.log)
    assert status == 0
    assert found["size"] == 4
    assert len(found["vkeys"]) == 2
    again = assay("log", "init", desk.log)
    assert again.exit_code == 4
    assert "log.directory-not-empty" in again.stderr
    assert assay("log", "check", desk.release).exit_code == 4


def test_a_withheld_statement_leaves_the_log_consistent(desk: Desk) -> None:
    with closing(sqlite3.connect(desk.log / "bodies.sqlite")) as bodies:
        (digest,) = bodies.execute("SELECT sha256 FROM body LIMIT 1").fetchone()
    open_log(desk.log).withhold([digest.hex()])
    status, found = document("log", "check", desk.log)
    assert status == 0
    assert found["withheldBodies"] == 1


@pytest.mark.parametrize("what", ["bundle", "trust", "release"])
def test_what_is_not_there_is_said(desk: Desk, what: str) -> None:
    arguments = {
        "bundle": ("verify", "none.assay", "--trust", desk.trust),
        "trust": ("verify", desk.bundle, "--trust", "none.toml"),
        "release": ("verify", desk.bundle, "--trust", desk.trust, "--release", "none"),
    }[what]
    assert assay(*arguments).exit_code == 4


def test_a_pipe_is_not_waited_for(desk: Desk, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    result = assay("verify", pipe, "--trust", desk.trust)
    assert result.exit_code == 4
    assert "input.not-a-file" in result.stderr

"""`assay trust` with everybody whom a verifier may believe, and what it may ask for."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from assay.flows.verify import load_trust
from assay.wire.v0.trust import parse_trust
from tests.simulators.authorities import root
from tests.simulators.desk import assay, document
from tests.simulators.note_signers import LOG_ED, WITNESS_ED, WITNESS_PQ

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def keys(tmp_path: Path) -> dict[str, Path]:
    made = {}
    for role in ("labs", "office", "auditors"):
        path = tmp_path / f"{role}.pem"
        result = assay("keys", "new", path, "--no-passphrase")
        assert result.exit_code == 0, result.output
        made[role] = path.with_name(f"{role}.pem.pub")
    made["roots"] = tmp_path / "roots.pem"
    made["roots"].write_bytes(root().pem)
    return made


def test_every_role_is_written_shown_and_read_back(
    keys: dict[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / "trust.toml"
    made = assay(
        "trust", "new", path, "--no-log-required",
        "--developer", f"Labs={keys['labs']}", "--office", f"Office={keys['office']}",
        "--assessor", f"Auditors={keys['auditors']}",
        "--witness", f"W={WITNESS_ED.vkey}", "--quorum", "1",
        "--timestamp-authority", f"Clock={keys['roots']}",
        "--timestamp-required", "--second-required", "--status-max-age", "36",
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    for words in (
        "office     Office",
        "assessor   Auditors",
        "timestamps Clock  1 roots",
        "A timestamp is required.",
        "post-quantum",
        "of the last 36 hours",
    ):
        assert words in made.output
    trust = load_trust(path)
    assert trust.status_max_age == timedelta(hours=36)
    assert [item.name for item in trust.offices] == ["Office"]
    status, shown = document("trust", "show", path)
    assert status == 0
    assert shown["assessors"][0]["name"] == "Auditors"
    assert shown["timestampAuthorities"] == ["Clock"]
    assert (shown["quorum"], shown["statusMaxAgeHours"]) == (1, 36)


def test_what_is_asked_for_can_be_changed_later(
    keys: dict[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / "trust.toml"
    assay("trust", "new", path, "--no-log-required", "--developer", f"L={keys['labs']}")
    refused = assay("trust", "add", path, "--status-max-age", "1")
    assert "trust.asks-in-vain" in refused.stderr
    added = assay(
        "trust", "add", path, "--office", f"O={keys['office']}", "--status-max-age", "1"
    )
    assert added.exit_code == 0
    assert load_trust(path).status_required
    nothing = assay("trust", "add", path)
    assert "usage.nothing-to-add" in nothing.stderr


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [
        ("--office", "office.pub", "usage.named-key"),
        ("--assessor", "=auditors.pub", "usage.named-key"),
        ("--witness", "name", "usage.named-key"),
        ("--witness", "name=not-a-key", "signature.vkey-malformed"),
        ("--timestamp-authority", "Clock=", "usage.named-key"),
    ],
)
def test_what_names_nobody_is_refused(
    tmp_path: Path, option: str, value: str, code: str
) -> None:
    result = assay("trust", "new", tmp_path / "trust.toml", option, value)
    assert code in result.stderr
    assert not (tmp_path / "trust.toml").exists()


def test_a_file_without_certificates_makes_no_authority(
    keys: dict[str, Path], tmp_path: Path
) -> None:
    given = f"Clock={keys['labs']}"
    result = assay("trust", "new", tmp_path / "t.toml", "--timestamp-authority", given)
    assert "key.not-a-certificate" in result.stderr


def test_a_policy_file_brings_logs_witnesses_and_what_is_enough(tmp_path: Path) -> None:
    policy = tmp_path / "policy"
    policy.write_text(
        f"# ours\nlog {LOG_ED.vkey} https://log.example/\n"
        f"witness one\t{WITNESS_ED.vkey}\nwitness two {WITNESS_PQ.vkey}\n"
        "group both all one two\nquorum both\n"
    )
    path = tmp_path / "trust.toml"
    made = assay("trust", "new", path, "--policy", policy)
    assert made.exit_code == 0, made.output
    assert "which witnesses are enough: both" in made.output
    _, shown = document("trust", "show", path)
    assert "no developer" in str(shown)
    trust = parse_trust(path.read_bytes())
    assert [log.vkeys for log in trust.logs] == [(str(LOG_ED.vkey),)]
    assert trust.policy.splitlines()[-1] == "quorum both"
    assert "#" not in trust.policy


def test_a_policy_that_is_none_is_refused_when_it_is_read(
    keys: dict[str, Path], tmp_path: Path
) -> None:
    policy = tmp_path / "policy"
    policy.write_text("quorum nobody\n")
    path = tmp_path / "trust.toml"
    refused = assay("trust", "new", path, "--policy", policy)
    assert "log.policy-undefined" in refused.stderr
    policy.write_text("quorum none\n")
    given = ("--no-log-required", "--developer", f"L={keys['labs']}")
    assert assay("trust", "new", path, "--policy", policy, *given).exit_code == 0
    path.write_text(path.read_text().replace("quorum none", "quorum nobody"))
    assert "log.policy-undefined" in assay("trust", "show", path).stderr


def test_keys_of_receipts_are_believed_for_one_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assay("log", "init", log, "--origin", "log.example/receipts")
    assert assay("scitt", "init", log).exit_code == 0
    keys, path = log / "scitt-keys.cbor", tmp_path / "trust.toml"
    made = assay("trust", "new", path, "--log", log, "--receipt-keys", keys)
    assert "and COSE receipts" in made.output
    (believed,) = parse_trust(path.read_bytes()).logs
    assert len(believed.receipt_keys) == 1
    again = assay(
        "trust", "add", path, "--receipt-keys", f"log.example/receipts={keys}"
    )
    assert again.exit_code == 0
    assert parse_trust(path.read_bytes()).logs == (believed,)
    wrong = assay("trust", "add", path, "--receipt-keys", f"log.example/other={keys}")
    assert "usage.receipt-keys" in wrong.stderr

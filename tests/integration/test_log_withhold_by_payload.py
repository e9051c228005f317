"""A statement is withheld by the digest that its issuer was shown."""

from __future__ import annotations

import json

from assay.crypto.digest import sha256_hex
from assay.log import audit_log, init_log
from assay.log.statements import read_statements
from tests.simulators.desk import assay, safetensors


def test_a_statement_is_withheld_by_the_digest_of_its_payload(tmp_path):
    init_log(tmp_path / "log", "log.example/withhold")
    release = tmp_path / "model"
    release.mkdir()
    (release / "model.safetensors").write_bytes(safetensors())
    assert not assay("keys", "new", tmp_path / "k.pem", "--no-passphrase").exit_code
    sealed = assay(
        "seal", release, "--key", tmp_path / "k.pem", "--log", tmp_path / "log",
        "--out", tmp_path / "b.assay",
    )  # fmt: skip
    assert sealed.exit_code == 0, sealed.output
    before = read_statements(tmp_path / "log").statements
    digest = sha256_hex(before[0].envelope.payload)
    withhold = ("log", "withhold", tmp_path / "log")
    done = assay(*withhold, digest, "--json", "-")
    assert json.loads(done.stdout)["erased"] == 1
    left = read_statements(tmp_path / "log").statements
    assert [item.index for item in left] == [item.index for item in before[1:]]
    unknown = assay(*withhold, "0" * 64)
    assert "log.body-unknown" in unknown.output
    assert audit_log(tmp_path / "log").ok

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from assay.cli import scitt as module
from assay.crypto.cose_sign1 import parse_sign1
from assay.log import audit_log
from assay.wire.v0.bundle import read_bundle
from assay.wire.v0.scitt_answers import RegistrationPart
from tests.simulators.desk import Desk, assay, document

if TYPE_CHECKING:
    from pathlib import Path

ORIGIN = "log.example/test"


@pytest.fixture
def out(desk: Desk, tmp_path: Path) -> Path:
    assert assay("scitt", "init", desk.log).exit_code == 0
    assert export(desk, tmp_path / "out").exit_code == 0
    return tmp_path / "out"


def export(desk: Desk, where: Path, *more: object):
    return assay(
        "scitt", "export", desk.bundle, "--log", desk.log, "--key", desk.key,
        "--out", where, *more,
    )  # fmt: skip


def verify(desk: Desk, file: Path, *more: object):
    return assay(
        "scitt", "verify", file, "--trust", desk.trust,
        "--receipt-keys", desk.log / "scitt-keys.cbor", *more,
    )  # fmt: skip


def payload_of(desk: Desk, kind: str) -> bytes:
    statements = read_bundle(desk.bundle.read_bytes()).statements
    return next(
        item.envelope.payload
        for item in statements
        if f"/{kind}/".encode() in item.envelope.payload
    )


def test_a_log_gets_its_key_once(desk: Desk) -> None:
    status, first = document("scitt", "init", desk.log)
    assert (status, first["format"]) == (0, "assay-scitt-key/0")
    assert first["origin"] == ORIGIN
    assert document("scitt", "init", desk.log) == (0, first)


def test_every_statement_of_a_bundle_is_exported_and_verifies(
    desk: Desk, out: Path
) -> None:
    count = len(read_bundle(desk.bundle.read_bytes()).statements)
    files = sorted(out.iterdir())
    assert len(files) == count
    assert {"manifest.cose", "assessment.cose", "seal.cose"} <= {f.name for f in files}
    for file in files:
        result = verify(desk, file)
        assert result.exit_code == 0, result.output
        assert f": valid at {result.output.split(' valid at ')[1][:20]}" in (
            result.output
        )
        assert ORIGIN in result.output
    report = audit_log(desk.log)
    assert report.ok
    assert report.size == 2 * count


def test_the_document_says_what_was_proven(desk: Desk, out: Path) -> None:
    result = verify(desk, out / "seal.cose", "--json", "-")
    found = json.loads(result.stdout)
    assert (found["format"], found["verdict"], found["reasons"]) == (
        "assay-scitt-verify/0",
        "valid",
        [],
    )
    statement = found["statement"]
    sealed = json.loads(payload_of(desk, "seal"))
    assert statement["release"] == sealed["subject"][0]["digest"]["sha256"]
    assert statement["predicateType"] == sealed["predicateType"]
    (registration,) = statement["registrations"]
    assert registration["origin"] == ORIGIN
    assert registration["index"] < registration["size"]


def test_exported_again_with_the_same_key_it_is_the_same_entry(
    desk: Desk, out: Path, tmp_path: Path
) -> None:
    before = audit_log(desk.log).size
    assert export(desk, tmp_path / "again").exit_code == 0
    assert audit_log(desk.log).size == before
    first, second = (
        parse_sign1((folder / "seal.cose").read_bytes())
        for folder in (out, tmp_path / "again")
    )
    assert first.encoded({}) == second.encoded({})


def test_digests_can_be_exported_instead(desk: Desk, out: Path, tmp_path: Path) -> None:
    where = tmp_path / "hashed"
    status, found = document(
        "scitt", "export", desk.bundle, "--log", desk.log, "--key", desk.key,
        "--out", where, "--hashed", "--issuer", "https://harbour.example",
    )  # fmt: skip
    assert (status, found["issuer"]) == (0, "https://harbour.example")
    assert (where / "seal.cose").stat().st_size < 1000
    beside = tmp_path / "seal.json"
    beside.write_bytes(payload_of(desk, "seal"))
    assert verify(desk, where / "seal.cose", "--payload", beside).exit_code == 0
    other = verify(desk, where / "assessment.cose", "--payload", beside)
    assert other.exit_code == 1
    assert "scitt.payload-differs" in other.output
    assert out.is_dir()


def test_an_altered_statement_is_a_no(desk: Desk, out: Path) -> None:
    file = out / "seal.cose"
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    result = verify(desk, file)
    assert result.exit_code == 1
    assert "cose.signature-mismatch" in result.output


def test_what_is_no_statement_is_malformed(desk: Desk, out: Path) -> None:
    (out / "seal.cose").write_text("no CBOR")
    result = verify(desk, out / "seal.cose")
    assert result.exit_code == 4
    assert "error [cose." in result.output


def test_before_its_time_a_statement_is_stale(desk: Desk, out: Path) -> None:
    result = verify(desk, out / "seal.cose", "--at", "2020-01-01")
    assert result.exit_code == 3
    assert "scitt.not-yet-registered" in result.output


def test_the_log_of_the_keys_is_named_where_it_has_to_be(desk: Desk, out: Path) -> None:
    keys = desk.log / "scitt-keys.cbor"
    named = assay(
        "scitt", "verify", out / "seal.cose", "--trust", desk.trust,
        "--receipt-keys", f"{ORIGIN}={keys}",
    )  # fmt: skip
    assert named.exit_code == 0
    other = assay(
        "scitt", "verify", out / "seal.cose", "--trust", desk.trust,
        "--receipt-keys", f"other.example={keys}",
    )  # fmt: skip
    assert other.exit_code == 2
    assert "usage.receipt-keys" in other.output
    empty = assay(
        "scitt", "verify", out / "seal.cose", "--trust", desk.trust,
        "--receipt-keys", f"{ORIGIN}=",
    )  # fmt: skip
    assert empty.exit_code == 2


def test_keys_that_are_none_are_malformed(desk: Desk, out: Path) -> None:
    (desk.log / "scitt-keys.cbor").write_bytes(b"\x80")
    result = verify(desk, out / "seal.cose")
    assert result.exit_code == 4
    assert "cose.key-set" in result.output


def test_a_log_without_a_key_for_receipts_takes_nothing(
    desk: Desk, tmp_path: Path
) -> None:
    before = audit_log(desk.log).size
    result = export(desk, tmp_path / "out")
    assert result.exit_code == 4
    assert "log.receipt-key-missing" in result.output
    assert audit_log(desk.log).size == before


def test_another_key_than_the_bundles_exports_nothing(
    desk: Desk, out: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    assert assay("keys", "new", other, "--no-passphrase").exit_code == 0
    before = audit_log(desk.log).size
    result = assay(
        "scitt", "export", desk.bundle, "--log", desk.log, "--key", other,
        "--out", tmp_path / "theirs",
    )  # fmt: skip
    assert result.exit_code == 2
    assert "usage.other-key" in result.output
    assert audit_log(desk.log).size == before
    assert out.is_dir()


def test_nothing_is_registered_where_a_file_is_in_the_way(
    desk: Desk, out: Path, tmp_path: Path
) -> None:
    before = audit_log(desk.log).size
    taken = export(desk, out, "--issuer", "https://harbour.example")
    assert taken.exit_code == 2
    assert "usage.exists" in taken.output
    (tmp_path / "file").write_text("x")
    blocked = export(desk, tmp_path / "file", "--issuer", "https://harbour.example")
    assert blocked.exit_code == 4
    assert "machine.write" in blocked.output
    assert audit_log(desk.log).size == before


def test_a_name_that_is_none_is_refused_before_anything_is_registered(
    desk: Desk, out: Path, tmp_path: Path
) -> None:
    result = export(desk, tmp_path / "named", "--issuer", "")
    assert result.exit_code == 4
    assert "scitt.claims" in result.output
    assert out.is_dir()


def test_receipts_of_logs_that_nobody_believes_are_counted(
    desk: Desk, out: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other-log"
    assert assay("log", "init", other, "--origin", "other.example").exit_code == 0
    assert assay("scitt", "init", other).exit_code == 0
    there = assay(
        "scitt", "export", desk.bundle, "--log", other, "--key", desk.key,
        "--out", tmp_path / "there",
    )  # fmt: skip
    assert there.exit_code == 0
    ours: Any = parse_sign1((out / "seal.cose").read_bytes())
    theirs: Any = parse_sign1((tmp_path / "there" / "seal.cose").read_bytes())
    both = ours.encoded({394: (*ours.unprotected[394], *theirs.unprotected[394])})
    (out / "seal.cose").write_bytes(both)
    result = verify(desk, out / "seal.cose")
    assert result.exit_code == 0
    assert "1 receipts are of other logs" in result.output
    shutil.rmtree(tmp_path / "there")


def test_what_a_log_did_not_sign_is_not_told() -> None:
    registration = RegistrationPart(
        origin=ORIGIN, root="0" * 64, size=None, index=None, at=None
    )
    assert module._placed(registration) == f"  log:       {ORIGIN}, an entry"


def test_a_key_set_that_was_read_already_stays_as_it_is(tmp_path: Path) -> None:
    read = (ORIGIN, tmp_path)
    assert module._KeySet().convert(read, None, None) is read

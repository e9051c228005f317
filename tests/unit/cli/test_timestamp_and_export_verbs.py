"""Stamping, exporting and keyless signers, from the command line to the files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from assay.crypto.sigstore_key import identify
from assay.domain.manifest import Serialization
from assay.domain.release import OMS_IGNORED
from assay.domain.sigstore import SigstoreRoot
from assay.domain.trust import TimestampAuthority
from assay.errors import UsageError
from assay.flows.export_sigstore import kind_of
from assay.log import init_log
from assay.release.manifest import make_manifest
from assay.statement.model_manifest import manifest_statement
from assay.wire.v0.bundle import read_bundle
from assay.wire.v0.sigstore_bundle import read_sigstore_bundle, write_sigstore_bundle
from assay.wire.v0.sigstore_root import read_sigstore_root, write_sigstore_root
from tests.simulators.authorities import NOW
from tests.simulators.desk import assay, document, write_release
from tests.simulators.keyless import IDENTITY, ISSUER, Keyless
from tests.simulators.timestamp_authority import TimestampService

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulators.desk import Desk

AT = NOW.isoformat().replace("+00:00", "Z")


@pytest.fixture
def stamps(tmp_path: Path) -> TimestampService:
    return TimestampService(folder=tmp_path / "stamps")


def believe_stamps(desk: Desk, stamps: TimestampService) -> None:
    pem = stamps.folder / "root.pem"
    added = assay("trust", "add", desk.trust, "--timestamp-authority", f"stamps={pem}")
    assert added.exit_code == 0


def seal_stamped(desk: Desk, stamps: TimestampService, url: str):
    return desk.seal(
        *("--timestamp", url, "--timestamp-authority", stamps.folder / "root.pem")
    )


@pytest.mark.enable_socket
def test_sealing_with_timestamps_gives_every_statement_one(desk, stamps):
    with stamps.serving() as url:
        assert seal_stamped(desk, stamps, url).exit_code == 0
    bundle = read_bundle(desk.bundle.read_bytes())
    assert {len(item.timestamps) for item in bundle.statements} == {1}
    believe_stamps(desk, stamps)
    _, found = document("verify", desk.bundle, "--trust", desk.trust)
    assert found["verdict"] == "valid"
    assert "verify.timestamped" in {reason["code"] for reason in found["reasons"]}


@pytest.mark.enable_socket
def test_nothing_is_logged_where_the_authority_gives_no_timestamp(desk, stamps):
    size = (desk.log / "checkpoint").read_bytes()
    with stamps.serving(lambda answer: answer[:-1]) as url:
        refused = seal_stamped(desk, stamps, url)
    assert refused.exit_code == 4
    assert "timestamp.malformed" in refused.stderr
    assert (desk.log / "checkpoint").read_bytes() == size


@pytest.mark.parametrize("option", ["--timestamp", "--timestamp-authority"])
def test_an_authority_without_certificates_is_wrong_usage(desk, stamps, option):
    value = {"--timestamp": "https://stamps.invalid/"}.get(
        option, stamps.folder / "root.pem"
    )
    refused = desk.seal(option, value)
    assert refused.exit_code == 2
    assert "usage.timestamp" in refused.stderr


@pytest.mark.enable_socket
def test_a_server_that_is_no_authority_is_told(desk, stamps):
    with stamps.serving(media_type="text/html") as url:
        refused = seal_stamped(desk, stamps, url)
    assert refused.exit_code == 4
    assert "network.malformed" in refused.stderr


@pytest.mark.enable_socket
def test_a_bundle_can_be_stamped_later_and_by_several(desk, tmp_path):
    for count in (1, 2):
        stamps = TimestampService(folder=tmp_path / str(count))
        with stamps.serving() as url:
            status, told = document(
                *("timestamp", desk.bundle, "--url", url),
                *("--authority", stamps.folder / "root.pem"),
            )
        assert (status, told["statements"]) == (0, 4)
        bundle = read_bundle(desk.bundle.read_bytes())
        assert {len(item.timestamps) for item in bundle.statements} == {count}
        if count == 1:
            believe_stamps(desk, stamps)
    assert desk.verify().exit_code == 0


@pytest.mark.enable_socket
def test_a_bundle_takes_no_more_timestamps_than_are_read(desk, tmp_path):
    stamps = TimestampService(folder=tmp_path / "stamps")
    with stamps.serving() as url:
        stamp = (
            *("timestamp", desk.bundle, "--url", url),
            *("--authority", stamps.folder / "root.pem"),
        )
        for _ in range(8):
            assert assay(*stamp).exit_code == 0
        whole = desk.bundle.read_bytes()
        refused = assay(*stamp)
    assert refused.exit_code == 2
    assert "usage.timestamps" in refused.stderr
    assert desk.bundle.read_bytes() == whole


def test_exported_statements_are_sigstore_bundles(desk, tmp_path):
    out = tmp_path / "sigstore"
    status, told = document(
        "export", "sigstore", desk.bundle, "--trust", desk.trust, "--out", out
    )
    assert (status, told["timestamped"]) == (0, False)
    for part in told["statements"]:
        held = read_sigstore_bundle(
            (out / f"{part['kind']}.sigstore.json").read_bytes()
        )
        assert held.hint == held.key_id == told["hint"]
        assert len(held.entries) == 1
    root = read_sigstore_root((out / "trusted_root.json").read_bytes())
    assert [log.origin for log in root.logs]
    assert (out / "public-key.pem").read_text() == (
        desk.key.with_name(desk.key.name + ".pub").read_text()
    )


def test_one_statement_can_be_exported_and_is_never_replaced(desk, tmp_path):
    out = tmp_path / "sigstore"
    export = ("export", "sigstore", desk.bundle, "--trust", desk.trust, "--out", out)
    done = assay(*export, "--statement", "seal")
    assert done.exit_code == 0
    assert "no timestamp" in done.stdout
    assert [path.name for path in sorted(out.iterdir())] == [
        "public-key.pem",
        "seal.sigstore.json",
        "trusted_root.json",
    ]
    again = assay(*export)
    assert "usage.exists" in again.stderr
    assert not (out / "manifest.sigstore.json").exists()
    unknown = assay(*export, "--statement", "nonsense")
    assert "usage.no-such-statement" in unknown.stderr


def test_what_does_not_verify_is_not_exported(desk, tmp_path):
    out = tmp_path / "sigstore"
    other = tmp_path / "other.toml"
    assert assay("keys", "new", tmp_path / "k", "--no-passphrase").exit_code == 0
    developer = f"x={tmp_path / 'k'}.pub"
    assay("trust", "new", other, "--developer", developer, "--log", desk.log)
    refused = assay("export", "sigstore", desk.bundle, "--trust", other, "--out", out)
    assert refused.exit_code == 4
    assert "verify.not-valid" in refused.stderr
    assert not out.exists()


def test_what_is_in_no_log_is_not_exported(desk, tmp_path):
    bare = tmp_path / "bare.assay"
    sealed = assay("seal", desk.release, "--key", desk.key, "--out", bare)
    assert sealed.exit_code == 0
    trust = tmp_path / "bare.toml"
    assay(
        *("trust", "new", trust, "--developer", f"x={desk.key}.pub"),
        *("--no-log-required", "--log", desk.log),
    )
    refused = assay(
        "export", "sigstore", bare, "--trust", trust, "--out", tmp_path / "out"
    )
    assert "usage.not-logged" in refused.stderr


def test_a_log_without_a_classical_key_cannot_be_exported(desk, tmp_path):
    described = json.loads((desk.log / "log.json").read_text())
    trust = tmp_path / "pq.toml"
    keys = [key for key in described["vkeys"] if len(key) > 1000]
    assay(
        *("trust", "new", trust, "--developer", f"x={desk.key}.pub"),
        *("--log-key", described["origin"], keys[0]),
    )
    refused = assay(
        "export", "sigstore", desk.bundle, "--trust", trust, "--out", tmp_path / "out"
    )
    assert "usage.sigstore-log" in refused.stderr


def test_only_kinds_that_have_a_name_are_exported():
    assert kind_of("https://model_signing/signature/v1.0") == "manifest"
    assert kind_of("https://assay/seal/v0.2") == "seal"
    with pytest.raises(UsageError) as error:
        kind_of("https://example.com/other/v1")
    assert error.value.code == "usage.statement-kind"


def test_a_place_where_nothing_can_be_made_is_told(desk, tmp_path):
    (tmp_path / "file").write_text("")
    out = tmp_path / "file" / "out"
    refused = assay(
        "export", "sigstore", desk.bundle, "--trust", desk.trust, "--out", out
    )
    assert "machine.write" in refused.stderr


# Keyless signatures of models.


@pytest.fixture
def keyless(tmp_path: Path) -> Keyless:
    return Keyless(log=init_log(tmp_path / "rekor", "log.example/keyless"))


def write_keyless(keyless: Keyless, folder: Path, **certificate) -> tuple[Path, Path]:
    """Write a model's keyless signature, and the root of the instance."""
    model, root = folder / "model", folder / "trusted_root.json"
    write_release(model)
    manifest = make_manifest(
        model, Serialization(ignore_paths=tuple(sorted((*OMS_IGNORED, "model.sig"))))
    )
    signed = keyless.sign(manifest_statement(manifest), **certificate)
    (model / "model.sig").write_bytes(write_sigstore_bundle(signed))
    chain = (keyless.stamps.signer.der, keyless.stamps_root.der)
    root.write_bytes(
        write_sigstore_root(
            SigstoreRoot(
                logs=(keyless.trusted_log,),
                authorities=(keyless.fulcio.trusted,),
                certificate_logs=(keyless.fulcio.certificate_log,),
                timestamp_authorities=(
                    TimestampAuthority(name="stamps", certificates=chain),
                ),
            ),
            identify,
        )
    )
    return model, root


def believe(trust: Path, root: Path, identity: str = IDENTITY):
    return assay(
        *("trust", "new", trust, "--keyless", f"Labs={identity}"),
        *("--keyless-issuer", ISSUER, "--sigstore-root", root),
    )


def verify_model(model: Path, *more: object):
    return document(
        *("manifest", "verify", model, "--signature", model / "model.sig"),
        *("--at", AT, *more),
    )


def test_a_keyless_signature_is_accepted_where_the_trust_file_says_so(
    keyless, tmp_path
):
    model, root = write_keyless(keyless, tmp_path)
    trust = tmp_path / "keyless.toml"
    told = believe(trust, root)
    assert told.exit_code == 0
    assert f"Labs  {IDENTITY} by {ISSUER}" in told.stdout
    status, found = verify_model(model, "--trust", trust)
    assert (status, found["valid"]) == (0, True)
    assert found["keyless"]["name"] == "Labs"
    assert found["keyless"]["logs"] == ["log.example/keyless"]
    assert found["keyless"]["certificateLogged"]
    text = assay(
        *("manifest", "verify", model, "--signature", model / "model.sig"),
        *("--at", AT, "--trust", trust),
    ).stdout
    assert IDENTITY in text
    assert "was seen by a log of certificates" in text
    # A model that is not as signed is refused all the same.
    (model / "config.json").write_text("{}")
    status, found = verify_model(model, "--trust", trust)
    assert (status, found["valid"]) == (1, False)


def test_somebody_else_is_refused_with_the_reason(keyless, tmp_path):
    model, root = write_keyless(keyless, tmp_path)
    trust = tmp_path / "other.toml"
    believe(trust, root, "other@example.com")
    status, found = verify_model(model, "--trust", trust)
    assert (status, found["valid"]) == (1, False)
    assert found["refusal"]["code"] == "keyless.unknown-identity"


def test_a_keyless_signature_is_refused_without_a_trust_file(keyless, tmp_path):
    model, _ = write_keyless(keyless, tmp_path)
    assay("keys", "new", tmp_path / "k", "--no-passphrase")
    _, found = verify_model(model, "--public-key", tmp_path / "k.pub")
    assert found["code"] == "manifest.keyless"


def test_a_trust_file_without_keyless_signers_is_refused(keyless, tmp_path, desk):
    model, _ = write_keyless(keyless, tmp_path)
    _, found = verify_model(model, "--trust", desk.trust)
    assert found["code"] == "trust.no-keyless"


def test_what_is_not_looked_for_in_a_log_of_certificates_is_said(keyless, tmp_path):
    model, root = write_keyless(keyless, tmp_path, seen=False)
    value = json.loads(root.read_text())
    value["ctlogs"] = []
    root.write_text(json.dumps(value))
    trust = tmp_path / "keyless.toml"
    believe(trust, root)
    done = assay(
        *("manifest", "verify", model, "--signature", model / "model.sig"),
        *("--at", AT, "--trust", trust),
    )
    assert done.exit_code == 0
    assert "was not looked for in a log of certificates" in done.stdout


def test_a_signer_is_named_anew_and_not_twice(keyless, tmp_path):
    _, root = write_keyless(keyless, tmp_path)
    value = json.loads(root.read_text())
    value["tlogs"][0]["publicKey"]["validFor"] = {
        "start": "2026-01-01T00:00:00.25Z",
        "end": "2030-01-01T00:00:00.75Z",
    }
    trust = tmp_path / "keyless.toml"
    believe(trust, root)
    root.write_text(json.dumps(value))
    added = assay(
        *("trust", "add", trust, "--keyless", f"New={IDENTITY}"),
        *("--keyless-issuer", ISSUER, "--sigstore-root", root),
    )
    assert added.exit_code == 0
    text = trust.read_text()
    assert text.count("[[keyless]]") == text.count("[[timestamp_authority]]") == 1
    # Fractions of a second are left out so that nothing counts for longer.
    assert "valid_from = 2026-01-01T00:00:01Z" in text
    assert "valid_until = 2030-01-01T00:00:00Z" in text


def test_a_root_by_which_nothing_could_verify_is_refused(keyless, tmp_path):
    _, root = write_keyless(keyless, tmp_path)
    for part in ("tlogs", "certificateAuthorities"):
        value = json.loads(root.read_text())
        value[part] = []
        other = tmp_path / "other.json"
        other.write_text(json.dumps(value))
        refused = believe(tmp_path / "t.toml", other)
        assert "trust.sigstore-root" in refused.stderr


def test_all_of_a_keyless_signer_has_to_be_said(tmp_path):
    refused = assay("trust", "new", tmp_path / "t.toml", "--keyless", "a=b")
    assert refused.exit_code == 2
    assert "usage.keyless" in refused.stderr

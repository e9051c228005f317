"""What Assay exports, read by sigstore's own verifiers in JavaScript, offline.

A release is sealed into a real log, stamped by OpenSSL's authority over HTTP, and
exported; `@sigstore/verify` gets the exported files and nothing else. Then each part is
altered, and it has to refuse.
"""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from assay.cli.main import main
from assay.crypto.sigstore_key import identify
from assay.domain.sigstore import SigstoreRoot
from assay.domain.trust import TimestampAuthority
from assay.log import init_log
from assay.wire.v0.sigstore_bundle import write_sigstore_bundle
from assay.wire.v0.sigstore_root import write_sigstore_root
from tests.simulators.keyless import Keyless
from tests.simulators.timestamp_authority import TimestampService

pytestmark = pytest.mark.enable_socket

SCRIPT = Path(__file__).with_name("verify_sigstore.mjs")
STAMPED = {"timestampThreshold": 1}
NEWEST, OLDER = "@sigstore/verify", "sigstore-verify-3"


def assay(*words: object) -> None:
    done = CliRunner().invoke(main, list(map(str, words)))
    assert done.exit_code == 0, done.output


def seal(folder: Path, kind: str, *, stamped: bool = True) -> Path:
    """Seal a small release with a new key of a kind, and export it for sigstore."""
    model, key, log = folder / "model", folder / "key.pem", folder / "log"
    model.mkdir(parents=True)
    (model / "config.json").write_text('{"hidden_size": 4}\n')
    bundle, trust, out = folder / "m.assay", folder / "trust.toml", folder / "sigstore"
    service = TimestampService(folder=folder / "stamps")
    assay("keys", "new", key, "--kind", kind, "--no-passphrase")
    assay("log", "init", log, "--origin", "log.example.com/2026")
    assay("seal", model, "--key", key, "--log", log, "--out", bundle)
    if stamped:
        root = folder / "stamps" / "root.pem"
        with service.serving() as url:
            assay("timestamp", bundle, "--url", url, "--authority", root)
    assay(
        *("trust", "new", trust, "--developer", f"Labs={key}.pub", "--log", log),
        *("--timestamp-authority", f"stamps={folder / 'stamps' / 'root.pem'}"),
    )
    assay("export", "sigstore", bundle, "--trust", trust, "--out", out)
    return out


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    return seal(tmp_path_factory.mktemp("p256"), "p256")


@pytest.fixture
def verify(interop_node, interop_folder):
    """Give what a verifier says of bundles: `ok`, or the code of the refusal."""

    def run(out, *bundles, verifier=NEWEST, options=STAMPED, keys=None, root=None):
        pem = (out / "public-key.pem").read_bytes()
        der = load_pem_public_key(pem).public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )
        hint = json.loads((out / "seal.sigstore.json").read_text())[
            "verificationMaterial"
        ]["publicKey"]["hint"]
        named = {hint: base64.b64encode(der).decode()} if keys is None else keys
        return said(
            interop_node("node"),
            *(SCRIPT, interop_folder("node"), verifier),
            *(root or out / "trusted_root.json", json.dumps(named)),
            *(json.dumps(options), *bundles),
        )

    return run


def said(*command: object) -> list[str]:
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout.split("\n")[:-1]


def bundles_of(out: Path) -> list[Path]:
    return sorted(out.glob("*.sigstore.json"))


def altered(tmp_path: Path, out: Path, change) -> Path:
    value = json.loads((out / "seal.sigstore.json").read_text())
    change(value)
    path = tmp_path / "altered.sigstore.json"
    path.write_text(json.dumps(value))
    return path


def flipped(text: str, place: int = 0) -> str:
    data = bytearray(base64.b64decode(text))
    data[place] ^= 1
    return base64.b64encode(data).decode()


def test_every_exported_statement_verifies(exported, verify):
    bundles = bundles_of(exported)
    assert len(bundles) >= 3
    assert verify(exported, *bundles) == ["ok"] * len(bundles)


def test_statements_of_an_ed25519_key_verify_as_well(tmp_path, verify):
    out = seal(tmp_path, "ed25519")
    assert set(verify(out, *bundles_of(out))) == {"ok"}


def test_statements_of_a_p384_key_wait_for_a_client_that_hashes_as_rekor_does(
    tmp_path, verify
):
    """Rekor v2 takes SHA-384 with P-384; this client SHA-256 for every envelope."""
    out = seal(tmp_path, "p384")
    assert set(verify(out, *bundles_of(out))) == {"TLOG_BODY_ERROR"}


def test_without_timestamps_the_client_has_to_be_told_to_do_without(tmp_path, verify):
    out = seal(tmp_path, "p256", stamped=False)
    seal_file = out / "seal.sigstore.json"
    assert verify(out, seal_file) == ["TIMESTAMP_ERROR"]
    assert verify(out, seal_file, options={"timestampThreshold": 0}) == ["ok"]


def test_the_version_of_before_knows_no_such_entry_and_refuses(exported, verify):
    # Of Rekor v2's kinds it reads dsse 0.0.2 alone, which Rekor v2 no longer writes.
    assert verify(exported, *bundles_of(exported), verifier=OLDER) == [
        "TLOG_BODY_ERROR"
    ] * len(bundles_of(exported))


CHANGES = {
    "payload": lambda v: v["dsseEnvelope"].update(
        payload=flipped(v["dsseEnvelope"]["payload"])
    ),
    "signature": lambda v: v["dsseEnvelope"]["signatures"][0].update(
        sig=flipped(v["dsseEnvelope"]["signatures"][0]["sig"], -1)
    ),
    "path": lambda v: v["verificationMaterial"]["tlogEntries"][0][
        "inclusionProof"
    ].update(
        hashes=[
            flipped(item)
            for item in v["verificationMaterial"]["tlogEntries"][0]["inclusionProof"][
                "hashes"
            ]
        ]
    ),
    "checkpoint": lambda v: v["verificationMaterial"]["tlogEntries"][0][
        "inclusionProof"
    ]["checkpoint"].update(
        envelope=v["verificationMaterial"]["tlogEntries"][0]["inclusionProof"][
            "checkpoint"
        ]["envelope"].replace("log.example.com", "log.example.org", 1)
    ),
    "entry": lambda v: v["verificationMaterial"]["tlogEntries"][0].update(
        canonicalizedBody=flipped(
            v["verificationMaterial"]["tlogEntries"][0]["canonicalizedBody"], -60
        )
    ),
    "no log": lambda v: v["verificationMaterial"].update(tlogEntries=[]),
    "timestamp": lambda v: v["verificationMaterial"]["timestampVerificationData"][
        "rfc3161Timestamps"
    ][0].update(
        signedTimestamp=flipped(
            v["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"][
                0
            ]["signedTimestamp"],
            -1,
        )
    ),
    "no timestamp": lambda v: v["verificationMaterial"].pop(
        "timestampVerificationData"
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_whatever_is_altered_is_refused(exported, verify, tmp_path, change):
    (answer,) = verify(exported, altered(tmp_path, exported, change))
    assert answer in {
        "TLOG_INCLUSION_PROOF_ERROR",
        "TLOG_BODY_ERROR",
        "TLOG_ERROR",
        "TIMESTAMP_ERROR",
        "SIGNATURE_ERROR",
    }


def test_another_key_under_the_same_hint_is_refused(exported, verify):
    hint = json.loads((exported / "seal.sigstore.json").read_text())[
        "verificationMaterial"
    ]["publicKey"]["hint"]
    other = (
        ec.generate_private_key(ec.SECP256R1())
        .public_key()
        .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )
    keys = {hint: base64.b64encode(other).decode()}
    seal_file = exported / "seal.sigstore.json"
    assert verify(exported, seal_file, keys=keys) == ["SIGNATURE_ERROR"]
    assert verify(exported, seal_file, keys={}) == ["PUBLIC_KEY_ERROR"]


def test_another_log_or_authority_in_the_root_is_refused(exported, verify, tmp_path):
    seal_file = exported / "seal.sigstore.json"
    for part, code in (
        ("tlogs", "TLOG_INCLUSION_PROOF_ERROR"),
        ("timestampAuthorities", "TIMESTAMP_ERROR"),
    ):
        value = json.loads((exported / "trusted_root.json").read_text())
        value[part] = []
        path = tmp_path / "root.json"
        path.write_text(json.dumps(value))
        assert verify(exported, seal_file, root=path) == [code]


def test_keyless_signatures_in_our_log_verify_too(exported, verify, tmp_path):
    keyless = Keyless(log=init_log(tmp_path / "log", "log.example/keyless"))
    bundle = keyless.sign(b'{"_type": "https://in-toto.io/Statement/v1"}')
    path, root = tmp_path / "k.sigstore.json", tmp_path / "root.json"
    path.write_bytes(write_sigstore_bundle(bundle))
    root.write_bytes(
        write_sigstore_root(
            SigstoreRoot(
                logs=(keyless.trusted_log,),
                authorities=(keyless.fulcio.trusted,),
                certificate_logs=(keyless.fulcio.certificate_log,),
                timestamp_authorities=(
                    TimestampAuthority(
                        name="stamps",
                        certificates=(
                            keyless.stamps.signer.der,
                            keyless.stamps_root.der,
                        ),
                    ),
                ),
            ),
            identify,
        )
    )
    options = {"timestampThreshold": 1, "ctlogThreshold": 1}
    assert verify(exported, path, root=root, options=options) == ["ok"]

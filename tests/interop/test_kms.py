"""Keys in a service: Assay signs over HTTP with an emulation of AWS KMS, run here."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from assay.crypto.public_key import public_key_from_pem
from tests.simulators.desk import HARBOUR, assay

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"
# Nothing listens on the port for discarding.
NOWHERE = f"http://{'127.0.0.1'}:9"
GCP = "gcpkms:projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1"
KINDS = {
    "ECC_NIST_P256": "PKIX_ECDSA_P256_SHA_256",
    "ECC_NIST_P384": "PKIX_ECDSA_P384_SHA_384",
}
# What the emulation takes; nobody looks at it.
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


class Desk:
    """A developer whose keys are in the service."""

    def __init__(self, python, found):
        self.python = python
        self.keys = found["keys"]
        self.environment = {
            **{
                name: os.environ[name]
                for name in ("PATH", "HOME")
                if name in os.environ
            },
            **CREDENTIALS,
            "AWS_ENDPOINT_URL_KMS": found["endpoint"],
            "PYTHONPATH": str(SOURCE),
        }

    def run(self, *words, **environment):
        """Run one command of Assay in the group's environment."""
        return subprocess.run(
            [str(self.python), "-m", "assay", *map(str, words)],
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=120,
            cwd=ROOT,
            check=False,
        )


def served(python, *words):
    process = subprocess.Popen(
        [str(python), str(Path(__file__).with_name("serve_kms.py")), *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **CREDENTIALS},
        text=True,
    )
    try:
        yield Desk(python, json.loads(process.stdout.readline()))
    finally:
        process.stdin.close()
        process.wait(timeout=30)
        process.stdout.close()


@pytest.fixture(scope="module")
def desk(interop_python):
    yield from served(interop_python("kms"), "digests")


@pytest.fixture(scope="module")
def wrong(interop_python):
    yield from served(interop_python("kms"))


@pytest.fixture
def model(tmp_path):
    directory = tmp_path / "model"
    directory.mkdir()
    (directory / "config.json").write_text('{"model_type": "bert"}')
    return directory


def code_of(result):
    assert result.returncode == 4, result.stderr
    assert "Traceback" not in result.stderr
    return result.stderr.split("[")[1].split("]")[0]


@pytest.mark.parametrize("spec", sorted(KINDS))
def test_a_key_in_the_service_is_shown(desk, spec):
    result = desk.run("keys", "show", f"awskms:{desk.keys[spec]}", "--json", "-")
    found = json.loads(result.stdout)
    assert (result.returncode, found["type"]) == (0, KINDS[spec])
    key = public_key_from_pem(found["publicKey"].encode())
    assert key.key_id == found["keyId"]


@pytest.mark.parametrize("given", [False, True])
@pytest.mark.parametrize("place", ["ECC_NIST_P256", "ECC_NIST_P384", "alias/releases"])
def test_a_claim_signed_in_the_service_is_valid(desk, model, tmp_path, place, given):
    address = f"awskms:{desk.keys.get(place, place)}"
    shown = desk.run("keys", "show", address, "--json", "-")
    public = tmp_path / "key.pub"
    public.write_text(json.loads(shown.stdout)["publicKey"])
    bundle, trust = tmp_path / "model.assay", tmp_path / "trust.toml"
    more = ("--public-key", public) if given else ()
    sealed = desk.run(
        *("seal", model, "--key", address, "--out", bundle, "--programme", HARBOUR),
        *more,
    )
    assert sealed.returncode == 0, sealed.stderr
    made = assay(
        *("trust", "new", trust, "--developer", f"Example={public}"),
        "--no-log-required",
    )
    assert made.exit_code == 0, made.output
    result = assay("verify", bundle, "--trust", trust, "--release", model)
    assert result.exit_code == 0, result.output


def test_a_service_that_signs_something_else_is_found_at_once(wrong, model, tmp_path):
    """moto, as it comes, signs the digest of the digest."""
    address = f"awskms:{wrong.keys['ECC_NIST_P256']}"
    out = tmp_path / "model.assay"
    result = wrong.run(
        "seal", model, "--key", address, "--out", out, "--programme", HARBOUR
    )
    assert code_of(result) == "signature.mismatch"
    assert not out.exists()


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("awskms:{RSA_2048}", "key.unsupported"),
        ("awskms:{ECC_NIST_P521}", "key.service-failed"),
        ("awskms:alias/nobody", "key.service-failed"),
        ("awskms:00000000-0000-0000-0000-000000000000", "key.service-failed"),
        ("awskms:", "key.service-address"),
    ],
)
def test_a_key_that_cannot_be_used_is_told(desk, place, code):
    assert code_of(desk.run("keys", "show", place.format(**desk.keys))) == code


def test_a_service_that_is_not_there_is_told(desk):
    result = desk.run(
        "keys", "show", "awskms:alias/releases",
        AWS_ENDPOINT_URL_KMS=NOWHERE, AWS_MAX_ATTEMPTS="1",
    )  # fmt: skip
    assert code_of(result) == "key.service-failed"
    assert "EndpointConnectionError" in result.stderr


def test_a_missing_region_is_told(desk):
    words = ("keys", "show", "awskms:alias/releases")
    result = desk.run(*words, AWS_DEFAULT_REGION="", AWS_CONFIG_FILE="/dev/null")
    assert code_of(result) == "key.service-failed"


def test_a_vault_that_is_not_there_is_told(desk):
    nowhere = {"VAULT_ADDR": NOWHERE, "VAULT_TOKEN": "testing"}
    result = desk.run("keys", "show", "hv:releases/1", **nowhere)
    assert code_of(result) == "key.service-failed"
    assert "testing" not in result.stderr


@pytest.mark.parametrize(
    ("address", "extra"),
    [
        ("azurekms://vault.vault.azure.net/keys/releases/1", "assay[kms-azure]"),
        (GCP, "assay[kms-gcp]"),
    ],
)
def test_a_library_that_is_not_installed_is_named(desk, address, extra):
    result = desk.run("keys", "show", address)
    assert code_of(result) == "key.extra-missing"
    assert f"pip install '{extra}'" in result.stderr

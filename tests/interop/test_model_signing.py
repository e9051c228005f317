"""Signatures of models, to and from `model_signing`, the reference tool.

It has its own virtual environment (`make interop`), because it pins what it likes.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from tests.simulators.authorities import issue, root
from tests.simulators.desk import assay, write_release

ROOT = Path(__file__).resolve().parents[2]
DRIVER = Path(__file__).with_name("drive_model_signing.py")


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("interop")
    assert assay("keys", "new", folder / "k.pem", "--no-passphrase").exit_code == 0
    return folder


@pytest.fixture
def model(tmp_path):
    return write_release(tmp_path / "model")


@pytest.fixture
def reference(interop_python):
    python = interop_python("model-signing")

    def run(*arguments: object) -> bool:
        done = subprocess.run(
            [python, DRIVER, *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
        )
        assert "ok" in done.stdout or "ValueError" in done.stderr, done.stderr
        return done.returncode == 0

    return run


def ours(model: Path, key: Path, *more: object) -> int:
    return assay(
        "manifest", "verify", model, "--signature", model / "model.sig",
        "--public-key", key, *more,
    ).exit_code  # fmt: skip


WAYS = {
    "sha256": (),
    "blake3": ("--hash", "blake3"),
    "shards": ("--method", "shards", "--shard-size", 64, "--for-model-signing-1"),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_reference_tool_verifies_what_we_sign(desk, reference, model, way):
    signature = model / "model.sig"
    signed = assay("manifest", "sign", model, "--key", desk / "k.pem", *WAYS[way])
    assert signed.exit_code == 0
    given = ("verify", model, signature, desk / "k.pem.pub")
    assert reference(*given)
    (model / "config.json").write_text("{}")
    assert not reference(*given)


@pytest.mark.parametrize("way", ["sha256", "blake2", "blake3", "shards"])
def test_we_verify_what_the_reference_tool_signs(desk, reference, model, way):
    assert reference("sign", model, model / "model.sig", desk / "k.pem", way)
    assert ours(model, desk / "k.pem.pub") == 0
    (model / "more").write_text("x")
    assert ours(model, desk / "k.pem.pub") == 1
    assert ours(model, desk / "k.pem.pub", "--ignore-unsigned-files") == 0


def test_a_model_of_one_file_that_the_reference_tool_signed_is_verified(
    desk, reference, model
):
    weights, signature = model / "model.safetensors", model / "model.sig"
    assert reference("sign", weights, signature, desk / "k.pem", "sha256")
    look = ("manifest", "verify", weights, "--signature", signature)
    key = ("--public-key", desk / "k.pem.pub")
    assert assay(*look, *key).exit_code == 0
    weights.write_bytes(b"other")
    assert assay(*look, *key).exit_code == 1


def test_links_are_followed_alike(desk, reference, model):
    (model / "link").symlink_to("config.json")
    signature = model / "model.sig"
    assert reference("sign", model, signature, desk / "k.pem", "links")
    assert ours(model, desk / "k.pem.pub") == 4
    assert ours(model, desk / "k.pem.pub", "--follow-links") == 0
    key = ("--key", desk / "k.pem")
    assert assay("manifest", "sign", model, *key, "--follow-links").exit_code == 0
    assert reference("verify-links", model, signature, desk / "k.pem.pub")


def test_certificates_work_both_ways(desk, reference, model):
    top = root()
    leaf = issue("leaf", top, uses=("digital_signature",))
    key, chain, roots = desk / "leaf.pem", desk / "chain.pem", desk / "root.pem"
    key.write_bytes(_private(leaf.key))
    key.chmod(0o600)
    chain.write_bytes(leaf.pem + top.pem)
    roots.write_bytes(top.pem)
    signature = model / "model.sig"
    sign = ("manifest", "sign", model, "--key", key, "--certificates", chain)
    assert assay(*sign).exit_code == 0
    assert reference("verify-certificate", model, signature, roots)
    assert reference("sign-certificate", model, signature, key, chain, roots)
    look = ("manifest", "verify", model, "--signature", signature, "--root", roots)
    assert assay(*look, "--at", "2026-11-23").exit_code == 0


def _private(key):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from assay.crypto.public_key import KeyKind
from tests.simulators.desk import HARBOUR, assay, document

if TYPE_CHECKING:
    from pathlib import Path

KINDS = {
    "p256": KeyKind.P256,
    "p384": KeyKind.P384,
    "ed25519": KeyKind.ED25519,
    "ml-dsa-65": KeyKind.ML_DSA_65,
}


def code_of(result) -> str:
    assert result.exit_code == 4
    return str(result.stderr.split("[")[1].split("]")[0])


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_of_every_kind_is_made_and_shown(tmp_path: Path, kind: str) -> None:
    key = tmp_path / "k.pem"
    status, made = document("keys", "new", key, "--kind", kind, "--no-passphrase")
    assert (status, made["type"]) == (0, KINDS[kind])
    for place in (key, f"{key}.pub"):
        assert document("keys", "show", place) == (0, made)
    (tmp_path / "k.pem.pub").unlink()
    assert document("keys", "show", key) == (0, made)
    assert f"key id: {made['keyId']}" in assay("keys", "show", key).stdout


def test_a_protected_key_without_its_public_half_is_opened(tmp_path: Path) -> None:
    key = tmp_path / "k.pem"
    words = {"ASSAY_KEY_PASSPHRASE": "correct horse"}
    assert assay("keys", "new", key, **words).exit_code == 0
    (tmp_path / "k.pem.pub").unlink()
    assert assay("keys", "show", key, **words).exit_code == 0
    assert code_of(assay("keys", "show", key)) == "key.passphrase-missing"
    result = assay("keys", "show", key, **dict.fromkeys(words, "wrong"))
    assert code_of(result) == "key.passphrase-wrong"
    assert "wrong\n" not in result.output


def test_other_tools_open_what_is_protected(tmp_path: Path) -> None:
    key, secret = tmp_path / "k.pem", tmp_path / "secret"
    secret.write_text("correct horse\n")
    made = assay("keys", "new", key, "--kind", "p384", "--passphrase-file", secret)
    assert made.exit_code == 0
    words = ("openssl", "pkey", "-in", str(key), "-passin", f"file:{secret}", "-pubout")
    found = subprocess.run(words, capture_output=True, check=True, timeout=60)
    assert found.stdout == (tmp_path / "k.pem.pub").read_bytes()
    plain = ("openssl", "asn1parse", "-in", str(key))
    found = subprocess.run(plain, capture_output=True, check=True, timeout=60)
    text = found.stdout.decode()
    # 600,000 rounds of PBKDF2 with HMAC-SHA-256, then AES-256-CBC.
    for part in (":0927C0", ":PBES2", ":PBKDF2", ":hmacWithSHA256", ":aes-256-cbc"):
        assert part in text


def test_no_other_kind_of_key_is_made(tmp_path: Path) -> None:
    result = assay("keys", "new", tmp_path / "k.pem", "--kind", "rsa")
    assert result.exit_code == 2
    assert "ml-dsa-65" in result.stderr


def test_a_place_may_be_an_address(tmp_path: Path) -> None:
    error = assay("keys", "show", "pkcs11:token=a?pin-value=1234")
    assert code_of(error) == "key.uri"
    assert "1234" not in error.output
    assert code_of(assay("keys", "show", "hv:")) == "key.service-address"
    # A file of such a name is given as a path.
    result = assay("keys", "show", f"{tmp_path}/hv:a")
    assert code_of(result) == "input.no-such-file"


def test_no_key_is_made_at_an_address(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    for place in ("pkcs11:token=a", "hv:a"):
        result = assay("keys", "new", place, "--no-passphrase")
        assert result.exit_code == 2
        assert "usage.key-address" in result.stderr
    assert list(tmp_path.iterdir()) == []
    assert assay("keys", "new", tmp_path / "hv:a", "--no-passphrase").exit_code == 0


@pytest.fixture
def model(tmp_path: Path) -> Path:
    directory = tmp_path / "model"
    directory.mkdir()
    (directory / "config.json").write_text('{"model_type": "bert"}')
    return directory


@pytest.fixture
def pair(tmp_path: Path) -> dict[str, Path]:
    made = {}
    for kind in KINDS:
        made[kind] = tmp_path / f"{kind}.pem"
        assay("keys", "new", made[kind], "--kind", kind, "--no-passphrase")
    return made


def sealed(model: Path, out: Path, key: Path, *more: object):
    words = ("seal", model, "--key", key, "--out", out, "--programme", HARBOUR)
    return assay(*words, *more)


def trusted(out: Path, *keys: Path, more: tuple[str, ...] = ()) -> Path:
    """A buyer who believes these keys of one developer, and asks for no log."""
    path = out.with_suffix(".toml")
    named = [word for key in keys for word in ("--developer", f"Example={key}.pub")]
    result = assay("trust", "new", path, *named, "--no-log-required", *more)
    assert result.exit_code == 0, result.output
    return path


@pytest.mark.parametrize("kind", ["p256", "p384", "ed25519"])
def test_a_claim_has_a_second_signature(
    model: Path, tmp_path: Path, pair: dict[str, Path], kind: str
) -> None:
    out = tmp_path / "model.assay"
    second = ("--second-key", pair["ml-dsa-65"])
    result = sealed(model, out, pair[kind], *second)
    assert result.exit_code == 0, result.output
    both = trusted(out, pair[kind], pair["ml-dsa-65"], more=("--second-required",))
    result = assay("verify", out, "--trust", both, "--release", model)
    assert result.exit_code == 0, result.output


def test_a_second_signature_that_is_asked_for_has_to_be_there(
    model: Path, tmp_path: Path, pair: dict[str, Path]
) -> None:
    out = tmp_path / "model.assay"
    assert sealed(model, out, pair["p384"]).exit_code == 0
    both = trusted(out, pair["p384"], pair["ml-dsa-65"], more=("--second-required",))
    result = assay("verify", out, "--trust", both)
    assert result.exit_code == 1
    assert "verify.no-second" in result.output


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ("ml-dsa-65", None, "key.second-only"),
        ("ml-dsa-65", "p256", "key.second-only"),
        ("p256", "p384", "key.not-second"),
        ("ed25519", "ed25519", "key.not-second"),
    ],
)
def test_keys_in_each_others_place_seal_nothing(
    model: Path,
    tmp_path: Path,
    pair: dict[str, Path],
    first: str,
    second: str | None,
    code: str,
) -> None:
    out = tmp_path / "model.assay"
    more = () if second is None else ("--second-key", pair[second])
    assert code_of(sealed(model, out, pair[first], *more)) == code
    assert not out.exists()


def test_each_of_two_keys_has_its_own_passphrase(
    model: Path, tmp_path: Path, pair: dict[str, Path]
) -> None:
    second, secret = tmp_path / "second.pem", tmp_path / "secret"
    secret.write_text("another horse\n")
    words = ("--kind", "ml-dsa-65", "--passphrase-file", secret)
    assert assay("keys", "new", second, *words).exit_code == 0
    out = tmp_path / "model.assay"
    more = ("--second-key", second)
    assert code_of(sealed(model, out, pair["p256"], *more)) == "key.passphrase-missing"
    result = sealed(model, out, pair["p256"], *more, "--second-passphrase-file", secret)
    assert result.exit_code == 0, result.output


def test_a_key_that_others_can_read_seals_nothing(
    model: Path, tmp_path: Path, pair: dict[str, Path]
) -> None:
    pair["p256"].chmod(0o644)
    result = sealed(model, tmp_path / "model.assay", pair["p256"])
    assert code_of(result) == "key.readable-by-others"
    assert "chmod 600" in result.stderr


def test_no_second_key_lies_inside_the_release(
    model: Path, tmp_path: Path, pair: dict[str, Path]
) -> None:
    inside = model / "second.pem"
    pair["ml-dsa-65"].rename(inside)
    words = ("--second-key", inside)
    result = sealed(model, tmp_path / "model.assay", pair["p256"], *words)
    assert result.exit_code == 2
    assert "usage.inside-release" in result.stderr

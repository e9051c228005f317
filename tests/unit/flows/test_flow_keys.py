from __future__ import annotations

import builtins
import stat
from typing import TYPE_CHECKING

import pytest

from assay.crypto.public_key import KeyKind
from assay.errors import InputError, KeyFileError, MachineError, UsageError
from assay.flows import keys
from assay.statement import sign, sign_second
from assay.statement.signers.pem import new_private_key
from tests.simulators.claims import p256_signer

if TYPE_CHECKING:
    from pathlib import Path


def names(directory: Path) -> list[str]:
    return sorted(entry.name for entry in directory.iterdir())


@pytest.mark.parametrize("taken", ["k.pem", "k.pem.pub"])
def test_nothing_is_left_where_either_half_is_taken(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).write_text("mine")
    with pytest.raises(UsageError) as caught:
        keys.new_key_pair(tmp_path / "k.pem", KeyKind.P256, None)
    assert caught.value.code == "usage.exists"
    assert taken in caught.value.found
    assert names(tmp_path) == [taken]
    assert (tmp_path / taken).read_text() == "mine"


def test_a_link_that_leads_nowhere_is_not_filled_with_a_key(tmp_path: Path) -> None:
    (tmp_path / "k.pem.pub").symlink_to("elsewhere")
    with pytest.raises(UsageError):
        keys.new_key_pair(tmp_path / "k.pem", KeyKind.P256, None)
    assert names(tmp_path) == ["k.pem.pub"]


def test_when_the_second_half_fails_the_first_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = keys.write_file

    def failing(path: Path, data: bytes, **options: object) -> None:
        if path.suffix == ".pub":
            raise MachineError("write", "The disk is full.")
        written(path, data, **options)

    monkeypatch.setattr(keys, "write_file", failing)
    with pytest.raises(MachineError):
        keys.new_key_pair(tmp_path / "k.pem", KeyKind.P256, None)
    assert names(tmp_path) == []


def test_a_directory_has_no_key_of_its_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        keys.refuse_taken(tmp_path / ".")
    assert caught.value.code == "usage.exists"


def never() -> bytes:
    pytest.fail("nobody is to be asked here")


def secret() -> bytes:
    return b"correct horse"


@pytest.mark.parametrize("kind", KeyKind)
@pytest.mark.parametrize("passphrase", [None, b"correct horse"])
def test_a_key_of_every_kind_is_made_opened_and_shown(
    tmp_path: Path, kind: KeyKind, passphrase: bytes | None
) -> None:
    path = tmp_path / "k.pem"
    public = keys.new_key_pair(path, kind, passphrase)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    ask = never if passphrase is None else secret
    signer = keys.open_key(path, ask)
    assert (signer.public_key.kind, signer.public_key.der) == (kind, public.der)
    (sign_second if kind is KeyKind.ML_DSA_65 else sign)(b"{}", signer)
    for place in (path, keys.public_key_path(path)):
        assert keys.show_key(place, never).key_id == public.key_id
    keys.public_key_path(path).unlink()
    # Without its public half the private key is opened.
    assert keys.show_key(path, ask).key_id == public.key_id
    assert keys.to_pem(public).startswith(b"-----BEGIN PUBLIC KEY-----")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601, 0o610, 0o644])
def test_an_open_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "k.pem"
    keys.new_key_pair(path, KeyKind.P256, None)
    path.chmod(mode)
    with pytest.raises(KeyFileError) as caught:
        keys.open_key(path, never)
    assert caught.value.code == "key.readable-by-others"
    assert caught.value.found == f"mode {mode:04o}"
    path.chmod(0o400)
    assert keys.open_key(path, never)


def test_a_protected_key_may_be_read_by_others(tmp_path: Path) -> None:
    path = tmp_path / "k.pem"
    keys.new_key_pair(path, KeyKind.P256, secret())
    path.chmod(0o644)
    assert keys.open_key(path, secret)


def test_a_file_that_is_no_key_is_told_as_such_whoever_can_read_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "k.pem"
    path.write_text("hello")
    path.chmod(0o644)
    with pytest.raises(KeyFileError) as caught:
        keys.open_key(path, never)
    assert caught.value.code == "key.not-a-key"


def test_where_modes_mean_nothing_none_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "k.pem"
    path.write_bytes(new_private_key(KeyKind.P256, None))
    path.chmod(0o644)
    monkeypatch.setattr(keys.os, "name", "nt")
    assert keys.open_key(path, never)


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("pkcs11:object=a", "key.module-missing"),
        ("PKCS11:object=a?module-path=", "key.uri"),
        ("pkcs11:?pin-value=1", "key.uri"),
        ("hv:", "key.service-address"),
        ("awskms:", "key.service-address"),
    ],
)
def test_an_address_that_leads_nowhere_is_told(
    monkeypatch: pytest.MonkeyPatch, place: str, code: str
) -> None:
    monkeypatch.delenv(keys.MODULE_NAME, raising=False)
    with pytest.raises(KeyFileError) as caught:
        keys.open_key(place, never)
    assert caught.value.code == code


def test_the_extra_for_tokens_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def absent(name: str, *rest: object, **more: object) -> object:
        if name.endswith("pkcs11_token"):
            raise ModuleNotFoundError("No module named 'pkcs11'", name="pkcs11")
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(KeyFileError) as caught:
        keys.open_key("pkcs11:object=a?module-path=/p11.so", never)
    assert (caught.value.code, caught.value.found) == (
        "key.extra-missing",
        "no module pkcs11",
    )


def test_a_public_key_that_is_given_is_read_first(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        keys.open_key("hv:a/1", never, public=tmp_path / "none")
    other = tmp_path / "second.pub"
    keys.new_key_pair(tmp_path / "second", KeyKind.ML_DSA_65, None)
    with pytest.raises(KeyFileError) as caught:
        keys.open_key("hv:a/1", never, public=other)
    assert caught.value.code == "key.second-only"


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (new_private_key(KeyKind.P256, None), "a private key"),
        (b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----", "a certif"),
        (b"ssh-ed25519 AAAA", "something else"),
    ],
)
def test_what_was_given_for_a_public_key_is_named(
    tmp_path: Path, data: bytes, found: str
) -> None:
    path = tmp_path / "k.pub"
    path.write_bytes(data)
    with pytest.raises(KeyFileError) as caught:
        keys.open_key("hv:a/1", never, public=path)
    assert caught.value.code == "key.not-a-key"
    assert caught.value.found.startswith(found)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (keys.to_pem(p256_signer().public_key), "a public key"),
        (b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----", "a certif"),
        (b"hello", "something else"),
    ],
)
def test_what_was_given_for_a_private_key_is_named(
    tmp_path: Path, data: bytes, found: str
) -> None:
    path = tmp_path / "k.pem"
    path.write_bytes(data)
    with pytest.raises(KeyFileError) as caught:
        keys.open_key(path, never)
    assert caught.value.code == "key.not-a-key"
    assert caught.value.found.startswith(found)

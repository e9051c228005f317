"""The adapter to securesystemslib, with its own signer for files."""

from __future__ import annotations

import builtins
from pathlib import Path

import pytest
from securesystemslib.signer import CryptoSigner, Signer, SSlibKey

from assay.crypto.public_key import KeyKind
from assay.domain.limits import Limits
from assay.errors import KeyFileError, SignatureError
from assay.statement import sign
from assay.statement.signers import service, services
from assay.statement.signers.foreign_words import words_of
from assay.statement.signers.pem import new_private_key, read_private_key
from assay.statement.signers.service import adapted, open_service
from assay.statement.signers.services import Service
from tests.simulators.claims import ed25519_signer, p256_signer
from tests.simulators.keys import ml_dsa_signer, p384_signer

RING = "locations/global/keyRings/r"
MADE = {
    KeyKind.P256: CryptoSigner.generate_ecdsa,
    KeyKind.P384: lambda: CryptoSigner.generate_ecdsa(scheme="ecdsa-sha2-nistp384"),
    KeyKind.ED25519: CryptoSigner.generate_ed25519,
}


class _Refused(Exception):  # noqa: N818 - as services name theirs
    """What only one service raises."""


class FileService(CryptoSigner):
    """A service whose keys lie in files: securesystemslib's own signer under `hv:`."""

    folder = ""
    answers: str | None = None

    @classmethod
    def from_priv_key_uri(cls, priv_key_uri, public_key, secrets_handler=None):
        name = priv_key_uri.partition(":")[2].split("/")[0]
        uri = f"file2:{cls.folder}/{name}"
        return CryptoSigner.from_priv_key_uri(uri, public_key, secrets_handler)

    @classmethod
    def import_(cls, name):
        native = read_private_key(Path(cls.folder, name).read_bytes(), None)._native
        key = SSlibKey.from_crypto(native.public_key())
        return cls.answers or f"hv:{name}/1", key


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.setattr(FileService, "folder", str(tmp_path))
    found = Service(
        name="Files",
        signer=FileService,
        errors=(_Refused,),
        named=lambda rest: (rest.split("/")[0],),
    )
    monkeypatch.setattr(service, "find_service", {"hv": found}.__getitem__)
    for kind in KeyKind:
        (tmp_path / kind.name).write_bytes(new_private_key(kind, None))
    return tmp_path


@pytest.mark.parametrize("kind", MADE)
def test_a_foreign_signer_signs_in_our_form(kind):
    signer = adapted(MADE[kind]())
    assert signer.public_key.kind is kind
    assert sign(b"{}", signer).key_id == signer.public_key.key_id


@pytest.mark.parametrize("kind", [KeyKind.P256, KeyKind.P384, KeyKind.ED25519])
def test_an_address_opens_a_signer(files, kind):
    """Through securesystemslib's own dispatch by address, and through ours."""
    pem = (files / kind.name).read_bytes()
    own = read_private_key(pem, None)
    foreign = SSlibKey.from_crypto(own._native.public_key())
    plain = Signer.from_priv_key_uri(f"file2:{files}/{kind.name}", foreign)
    for signer in (
        adapted(plain),
        open_service(f"hv:{kind.name}/1", None),
        open_service(f"hv:{kind.name}/1", own.public_key),
    ):
        assert signer.public_key.der == own.public_key.der
        sign(b"{}", signer)


@pytest.mark.usefixtures("files")
def test_another_public_key_is_found_out_before_anything_is_signed():
    with pytest.raises(KeyFileError) as caught:
        open_service("hv:P256/1", p256_signer().public_key)
    assert caught.value.code == "key.service-failed"
    assert "does not match" in caught.value.found


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (CryptoSigner.generate_rsa, "key.unsupported"),
        (CryptoSigner.generate_mldsa, "key.second-only"),
        (
            lambda: CryptoSigner.generate_ecdsa(scheme="ecdsa-sha2-nistp521"),
            "key.unsupported",
        ),
    ],
)
def test_other_kinds_of_keys_are_refused(made, code):
    with pytest.raises(KeyFileError) as caught:
        adapted(made())
    assert caught.value.code == code


@pytest.mark.usefixtures("files")
def test_no_service_signs_second():
    for public in (None, ml_dsa_signer().public_key):
        with pytest.raises(KeyFileError) as caught:
            open_service("hv:ML_DSA_65/1", public)
        assert caught.value.code == "key.second-only"


def test_the_prefix_of_this_library_makes_its_ml_dsa_another_signature():
    """Why ML-DSA does not come from services: it is not what FIPS 204 signs alone."""
    own = ml_dsa_signer()
    foreign = CryptoSigner(own._native)
    blob = bytes.fromhex(foreign.sign(b"m").signature)
    with pytest.raises(SignatureError):
        own.public_key.verify(b"m", blob)


@pytest.mark.usefixtures("files")
def test_another_version_of_a_key_is_told(monkeypatch):
    monkeypatch.setattr(FileService, "answers", "hv:P256/2")
    with pytest.raises(KeyFileError) as caught:
        open_service("hv:P256/1", None)
    assert (caught.value.code, caught.value.found) == (
        "key.public-missing",
        "hv:P256/2",
    )


@pytest.mark.parametrize(
    "raised",
    [
        _Refused("no"),
        OSError("broken pipe"),
        KeyError("data"),
        ValueError("hex"),
        RuntimeError(),
    ],
)
def test_what_a_service_raises_is_one_error_of_ours(files, monkeypatch, raised):
    del files

    def fails(*_, **__):
        raise raised

    signer = open_service("hv:P256/1", None)
    monkeypatch.setattr(CryptoSigner, "sign", fails)
    with pytest.raises(KeyFileError) as caught:
        sign(b"{}", signer)
    assert caught.value.code == "key.service-failed"
    assert type(raised).__name__ in caught.value.found
    monkeypatch.setattr(FileService, "import_", fails)
    with pytest.raises(KeyFileError) as caught:
        open_service("hv:P256/1", None)
    assert caught.value.code == "key.service-failed"


@pytest.mark.usefixtures("files")
def test_a_key_that_is_not_there_is_told():
    with pytest.raises(KeyFileError) as caught:
        open_service("hv:nobody/1", p256_signer().public_key)
    assert caught.value.code == "key.service-failed"


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    "address",
    [
        *("", "other:key/1", "file2:/k.pem", "hsm:2", "hv", "hv:", "hv:a", "hv:a/b"),
        *("hv:a/1/2", "hv:../1", "HV:a/1", "hv:a/-1", "hv:a/1\n", "hv:a b/1"),
        *("awskms:", "awskms:a b", "awskms:a?b", "awskms:" + "a" * 5000),
        *("azurekms:a/keys/b/c", "azurekms://h/keys/b", "azurekms://h/secrets/b/c"),
        *("azurekms://h@g/keys/b/c", "azurekms://h:1/keys/b/c", "azurekms:"),
        *("gcpkms:projects/p", "gcpkms:", "gcpkms:projects/p/locations/l/keyRings/r"),
        "gcpkms:projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/x",
    ],
)
def test_what_is_no_address_is_told(address):
    with pytest.raises(KeyFileError) as caught:
        open_service(address, None)
    assert caught.value.code == "key.service-address"


@pytest.mark.usefixtures("files")
def test_an_address_over_its_bound_is_told():
    with pytest.raises(KeyFileError) as caught:
        open_service("hv:P256/1", None, Limits(max_key_uri_chars=8))
    assert caught.value.code == "key.service-address"


@pytest.mark.parametrize(
    ("scheme", "extra"),
    [
        ("awskms", "kms-aws"),
        ("azurekms", "kms-azure"),
        ("gcpkms", "kms-gcp"),
        ("hv", "kms-vault"),
    ],
)
def test_an_extra_that_is_not_installed_is_named(monkeypatch, scheme, extra):
    real = builtins.__import__

    def absent(name, *rest, **more):
        if name.split(".")[0] in {"botocore", "azure", "google", "hvac"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(KeyFileError) as caught:
        services.find_service(scheme)
    assert caught.value.code == "key.extra-missing"
    assert caught.value.remedy == f"pip install 'assay[{extra}]'"


@pytest.mark.parametrize(
    "address",
    [
        "awskms:1234abcd-12ab-34cd-56ef-1234567890ab",
        "awskms:alias/releases",
        "awskms:arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/1234abcd",
        "azurekms://office.vault.azure.net/keys/releases/0123456789abcdef",
        "azurekms://office.vault.usgovcloudapi.net/keys/releases/01",
        f"gcpkms:projects/example.com:p/{RING}/cryptoKeys/k/cryptoKeyVersions/1",
        "hv:releases/2",
    ],
)
def test_every_service_names_its_keys_in_its_own_form(address):
    scheme, _, rest = address.partition(":")
    assert services.is_service_address(scheme, rest)


@pytest.mark.parametrize("signer", [p256_signer(), p384_signer(), ed25519_signer()])
def test_our_keys_are_told_to_the_library_as_it_knows_them(signer):
    key = service._foreign(signer.public_key)
    assert service._own(key).der == signer.public_key.der


def test_words_of_others_are_short_and_printable():
    assert words_of(ValueError("a\x1b[31m\nb")) == "ValueError: a?[31m b"
    assert words_of(ValueError()) == "ValueError"
    assert len(words_of(ValueError("x" * 1000))) == len("ValueError: …") + 300

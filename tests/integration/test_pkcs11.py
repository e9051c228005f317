"""Keys on tokens: SoftHSM 2, and before it a library that fails as hardware does."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pkcs11
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from pkcs11.constants import Attribute, ObjectClass

from assay.crypto.public_key import KeyKind
from assay.errors import KeyFileError
from assay.flows.keys import MODULE_NAME, new_key_pair, open_key, show_key, to_pem
from assay.statement import sign
from tests.simulators.claims import p256_signer
from tests.simulators.desk import assay, document
from tests.simulators.keys import p384_signer
from tests.simulators.soft_token import (
    PIN,
    build_shim,
    forget,
    make_token,
    module_path,
    use_directory,
)

# Return values of PKCS #11 2.40.
DEVICE_ERROR, DEVICE_REMOVED = 0x30, 0x32
GENERAL_ERROR, MECHANISM_INVALID = 0x05, 0x70
PIN_EXPIRED, PIN_LOCKED, PIN_INCORRECT = 0xA3, 0xA4, 0xA0
SESSION_CLOSED, USER_PIN_NOT_INITIALIZED = 0xB0, 0x102
TOKEN_NOT_PRESENT = 0xE0
# Flags of a token.
LOGIN_REQUIRED, PAD, COUNT_LOW, FINAL_TRY, LOCKED = (
    0x4,
    0x100,
    0x10000,
    0x20000,
    0x40000,
)


@pytest.fixture(scope="module")
def token(tmp_path_factory):
    module = module_path()
    kept = os.environ.get("SOFTHSM2_CONF")
    use_directory(tmp_path_factory.mktemp("tokens"))
    made = make_token("Office of keys", module)
    other = make_token("Other", module)
    made.make_key("secp256r1", "signing", b"\x01")
    made.make_key("secp384r1", "wide", b"\x02")
    made.make_key("secp256r1", "twin", b"\x03")
    made.make_key("secp256r1", "twin", b"\x04")
    made.make_key("secp256r1", "agree", b"\x05", sign=False)
    made.make_key("secp521r1", "longest", b"\x06")
    made.make_key("secp256r1", "careful", b"\x07", always_authenticate=True)
    other.make_key("secp256r1", "signing", b"\x01")
    forget(module)
    yield made
    if kept is None:
        del os.environ["SOFTHSM2_CONF"]
    else:
        os.environ["SOFTHSM2_CONF"] = kept


@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    return build_shim(tmp_path_factory.mktemp("shim"))


@pytest.fixture(autouse=True)
def anew(token):
    yield
    forget(token.module)


@pytest.fixture
def failing(token, shim, monkeypatch):
    """The same token behind the shim; each word of a call sets one of its variables."""

    def behind(**words):
        monkeypatch.setenv("SHIM_MODULE", token.module)
        for name, value in words.items():
            monkeypatch.setenv(f"SHIM_{name.upper()}", value)
        return type(token)(label=token.label, module=shim)

    yield behind
    if os.environ.get("SHIM_MODULE"):
        for name in ("RETURN", "SET", "CLEAR", "RAW", "HIDE", "PAD", "GONE"):
            monkeypatch.delenv(f"SHIM_{name}", raising=False)
        forget(shim)


def give(pin):
    return lambda: None if pin is None else pin.encode()


def opened(address, pin=PIN, **changes):
    return open_key(address, give(pin), **changes)


def refused(address, pin=PIN, **changes):
    with pytest.raises(KeyFileError) as caught:
        opened(address, pin, **changes)
    assert PIN not in str(caught.value)
    return caught.value


def never():
    pytest.fail("nobody is to be asked for a PIN here")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (";object=signing", KeyKind.P256),
        (";id=%01", KeyKind.P256),
        (";object=wide", KeyKind.P384),
        (";object=twin;id=%04", KeyKind.P256),
        (";object=wide;type=private;id=%02;model=SoftHSM%20v2", KeyKind.P384),
    ],
)
def test_a_key_on_a_token_signs(token, name, kind):
    signer = opened(token.address(name))
    assert signer.public_key.kind is kind
    envelope = sign(b"{}", signer)
    assert envelope.key_id == signer.public_key.key_id
    size = 48 if kind is KeyKind.P384 else 32
    assert max(decode_dss_signature(envelope.signature)) < 1 << 8 * size
    # By chance: another signature each time.
    assert sign(b"{}", signer).signature != envelope.signature


def test_the_two_twins_are_two_keys(token):
    keys = {
        opened(token.address(f";id={name}")).public_key.key_id
        for name in ("%01", "%03", "%04", "%02")
    }
    assert len(keys) == 4


def test_many_short_numbers_are_written_as_der(token):
    """About one signature in 128 has a number with a byte less."""
    signer = opened(token.address(";object=signing"))
    for message in range(400):
        text = str(message).encode()
        signer.public_key.verify(text, signer.sign(text))


def test_the_library_may_come_from_the_environment(token, monkeypatch):
    monkeypatch.setenv(MODULE_NAME, token.module)
    address = "pkcs11:token=Office%20of%20keys;object=signing"
    assert opened(address).public_key.kind is KeyKind.P256
    monkeypatch.delenv(MODULE_NAME)
    assert refused(address).code == "key.module-missing"


def test_the_pin_may_come_from_a_file(token, tmp_path):
    pin = tmp_path / "a pin"
    pin.write_text(f"{PIN}\nnothing of this\n")
    for source in (f"{tmp_path}/a%20pin", f"file:{tmp_path}/a%20pin"):
        address = token.address(";object=signing", f"pin-source={source}")
        signer = open_key(address, never)
        sign(b"{}", signer)
        signer.close()


def test_a_second_session_of_this_process_needs_no_second_login(token):
    first = opened(token.address(";object=signing"))
    second = opened(token.address(";object=wide"))
    sign(b"{}", first)
    sign(b"{}", second)


def test_a_key_that_wants_its_pin_each_time_gets_it(token):
    signer = opened(token.address(";object=careful"))
    sign(b"{}", signer)
    sign(b"[]", signer)
    assert PIN not in repr(signer)


def test_every_attribute_that_is_given_must_match(token):
    library = pkcs11.lib(token.module)
    found = library.get_token(token_label=token.label)
    right = {
        "manufacturer": found.manufacturer_id,
        "serial": found.serial.decode(),
        "model": found.model,
        "slot-id": str(found.slot.slot_id),
        "slot-manufacturer": found.slot.manufacturer_id,
        "slot-description": found.slot.slot_description,
        "library-manufacturer": library.manufacturer_id,
        "library-description": library.library_description,
        "library-version": ".".join(map(str, library.library_version)),
    }

    def marked(text):
        return "".join(f"%{byte:02x}" for byte in text.encode())

    for name, value in right.items():
        plain = value if name in {"slot-id", "library-version"} else marked(value)
        opened(token.address(f";{name}={plain};object=signing")).close()
        wrong = "9" if name in {"slot-id", "library-version"} else "another"
        address = token.address(f";{name}={wrong};object=signing")
        assert refused(address).code == "key.token-missing"


def test_a_token_that_is_not_there_is_told(token):
    address = token.address(";object=signing").replace("Office", "Nobody")
    assert refused(address).code == "key.token-missing"


def test_two_tokens_are_told(token):
    error = refused(f"pkcs11:object=signing?module-path={token.module}")
    assert (error.code, error.found) == ("key.token-ambiguous", "2 tokens")


@pytest.mark.parametrize("name", [";object=nobody", ";id=%09", ";object=wide;id=%01"])
def test_a_key_that_is_not_there_is_told(token, name):
    assert refused(token.address(name)).code == "key.object-missing"


@pytest.mark.parametrize("name", [";object=twin", ""])
def test_two_keys_are_told(token, name):
    assert refused(token.address(name)).code == "key.object-ambiguous"


def test_a_key_that_may_not_sign_is_told(token):
    assert refused(token.address(";object=agree")).code == "key.object-unusable"


def test_a_key_on_another_curve_is_told(token):
    error = refused(token.address(";object=longest"))
    assert (error.code, error.expected) == (
        "key.unsupported",
        "ECDSA on P-256 or P-384",
    )


def test_a_key_of_another_type_is_told(token):
    session = (
        pkcs11.lib(token.module)
        .get_token(token_label=token.label)
        .open(rw=True, user_pin=PIN)
    )
    session.generate_keypair(pkcs11.KeyType.RSA, 2048, store=True, label="rsa")
    session.close()
    error = refused(token.address(";object=rsa"))
    assert (error.code, "RSA" in error.found) == ("key.unsupported", True)


@pytest.mark.parametrize("pin", ["1111", "", "x" * 300, "24680"])
def test_a_wrong_pin_is_tried_once_and_never_repeated(token, pin):
    asked = []

    def ask():
        asked.append(pin)
        return pin.encode()

    with pytest.raises(KeyFileError) as caught:
        open_key(token.address(";object=signing"), ask)
    assert caught.value.code == ("key.pin-wrong" if pin else "key.pin-missing")
    assert not pin or pin not in str(caught.value)
    assert len(asked) == 1


def test_after_a_wrong_pin_few_tries_are_told(token):
    """SoftHSM says that the count is low after any wrong one."""
    error = refused(token.address(";object=signing"), "1111")
    assert error.found == "another one; few tries are left"
    opened(token.address(";object=signing"))


@pytest.mark.parametrize("given", [None, b"", b"\xff\xfe"])
def test_no_pin_is_told(token, given):
    with pytest.raises(KeyFileError) as caught:
        open_key(token.address(";object=signing"), lambda: given)
    assert caught.value.code == "key.pin-missing"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (PIN_LOCKED, "key.pin-locked"),
        (PIN_EXPIRED, "key.pin-expired"),
        (PIN_INCORRECT, "key.pin-wrong"),
        (USER_PIN_NOT_INITIALIZED, "key.pin-unset"),
        (DEVICE_REMOVED, "key.session-lost"),
        (GENERAL_ERROR, "key.token-failed"),
    ],
)
def test_each_refusal_at_the_door_has_its_code(failing, value, code):
    behind = failing(**{"return": f"C_Login={value}"})
    assert refused(behind.address(";object=signing")).code == code


def test_no_tries_left_are_told_only_where_the_token_tells(failing):
    behind = failing(**{"return": f"C_Login={PIN_INCORRECT}"})
    assert refused(behind.address(";object=signing")).found == "another one"


def test_a_token_that_goes_with_the_wrong_pin_is_told(failing):
    behind = failing(**{"return": f"C_Login={PIN_INCORRECT}", "gone": "1"})
    error = refused(behind.address(";object=signing"))
    assert (error.code, error.found) == ("key.pin-wrong", "another one")


def test_a_locked_token_is_not_even_tried(failing):
    behind = failing(set=str(LOCKED))
    with pytest.raises(KeyFileError) as caught:
        open_key(behind.address(";object=signing"), never)
    assert caught.value.code == "key.pin-locked"


def test_a_token_with_a_pad_asks_by_itself(failing):
    behind = failing(set=str(PAD), pad=PIN)
    signer = open_key(behind.address(";object=signing"), never)
    sign(b"{}", signer)


def test_a_token_without_login_asks_nobody(failing):
    behind = failing(clear=str(LOGIN_REQUIRED))
    with pytest.raises(KeyFileError) as caught:
        open_key(behind.address(";object=signing"), never)
    # SoftHSM hides private keys from whoever has not logged in.
    assert caught.value.code == "key.object-missing"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (f"C_Sign={DEVICE_REMOVED}", "key.session-lost"),
        (f"C_Sign={SESSION_CLOSED}", "key.session-lost"),
        (f"C_Sign={TOKEN_NOT_PRESENT}", "key.session-lost"),
        (f"C_SignInit={MECHANISM_INVALID}", "key.token-cannot"),
        (f"C_SignInit={GENERAL_ERROR}", "key.token-failed"),
    ],
)
def test_each_refusal_to_sign_has_its_code(failing, monkeypatch, value, code):
    signer = opened(failing().address(";object=signing"))
    sign(b"{}", signer)
    monkeypatch.setenv("SHIM_RETURN", value)
    with pytest.raises(KeyFileError) as caught:
        sign(b"{}", signer)
    assert caught.value.code == code


def test_a_token_that_goes_before_it_is_asked_is_told(failing):
    behind = failing(**{"return": f"C_GetTokenInfo={TOKEN_NOT_PRESENT}"})
    assert refused(behind.address(";object=signing")).code == "key.token-missing"


def test_a_device_that_fails_before_it_is_asked_is_told(failing):
    behind = failing(**{"return": f"C_GetTokenInfo={DEVICE_ERROR}"})
    assert refused(behind.address(";object=signing")).code == "key.session-lost"


def test_a_token_that_opens_no_session_is_told(failing):
    behind = failing(**{"return": f"C_OpenSession={DEVICE_REMOVED}"})
    assert refused(behind.address(";object=signing")).code == "key.session-lost"


def test_a_session_that_was_lost_is_told(token):
    signer = opened(token.address(";object=signing"))
    pkcs11.lib(token.module).reinitialize()
    with pytest.raises(KeyFileError) as caught:
        sign(b"{}", signer)
    assert caught.value.code == "key.session-lost"
    signer.close()


def test_points_without_their_wrapping_are_read(token, failing):
    plain = opened(token.address(";object=wide")).public_key
    forget(token.module)
    behind = failing(raw="1")
    assert opened(behind.address(";object=wide")).public_key.der == plain.der


def test_a_private_key_that_hides_its_curve_is_believed_by_its_public_half(failing):
    behind = failing(hide=str(0x202))
    assert opened(behind.address(";object=signing")).public_key.kind is KeyKind.P256


def imported(token, file, label):
    """Put a private key on the token, without its public half."""
    words = (
        *("softhsm2-util", "--import", str(file), "--token", token.label),
        *("--label", label, "--id", "20", "--pin", PIN, "--no-public-key", "--force"),
    )
    subprocess.run(words, check=True, capture_output=True, timeout=60)
    forget(token.module)
    return token.address(f";object={label}")


@pytest.fixture
def alone(token, tmp_path):
    """A key whose public half is not on the token, and that half in a file."""
    file = tmp_path / "alone.pem"
    public = new_key_pair(file, KeyKind.P256, None)
    return imported(token, file, tmp_path.name), public, Path(f"{file}.pub")


def test_a_longer_curve_is_told_whatever_is_given_as_its_public_half(token, tmp_path):
    file, other = tmp_path / "long.pem", tmp_path / "other.pub"
    native = ec.generate_private_key(ec.SECP521R1())
    words = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(native.private_bytes(*words))
    other.write_bytes(to_pem(p256_signer().public_key))
    address = imported(token, file, tmp_path.name)
    assert refused(address, public=other).code == "key.unsupported"


def test_a_key_without_an_id_has_no_public_half_that_can_be_told(token):
    token.make_key("secp256r1", "nameless", None)
    forget(token.module)
    assert refused(token.address(";object=nameless")).code == "key.public-missing"


def test_a_public_half_that_is_no_point_is_told(token):
    token.make_key("secp256r1", "damaged", b"\x30")
    library = pkcs11.lib(token.module)
    found = library.get_token(token_label=token.label)
    with found.open(rw=True, user_pin=PIN) as session:
        (public,) = session.get_objects(
            {Attribute.CLASS: ObjectClass.PUBLIC_KEY, Attribute.LABEL: "damaged"}
        )
        template = {
            Attribute.CLASS: ObjectClass.PUBLIC_KEY,
            Attribute.KEY_TYPE: pkcs11.KeyType.EC,
            Attribute.TOKEN: True,
            Attribute.ID: b"\x30",
            Attribute.EC_PARAMS: public[Attribute.EC_PARAMS],
            Attribute.EC_POINT: b"\x04\x41\x04" + bytes(64),
        }
        public.destroy()
        session.create_object(template)
    error = refused(token.address(";object=damaged"))
    assert (error.code, "no point" in error.found) == ("key.unsupported", True)


def test_a_token_without_the_public_half_takes_it_from_a_file(alone):
    address, public, file = alone
    assert refused(address).code == "key.public-missing"
    signer = opened(address, public=file)
    assert sign(b"{}", signer).key_id == public.key_id
    assert show_key(address, give(PIN), public=file).key_id == public.key_id


def test_a_public_half_on_another_curve_is_told(alone, tmp_path):
    address, _, _ = alone
    other = tmp_path / "other.pub"
    other.write_bytes(to_pem(p384_signer().public_key))
    assert refused(address, public=other).code == "key.unsupported"


def test_the_public_half_of_another_key_is_told(token, tmp_path):
    other = tmp_path / "other.pub"
    other.write_bytes(to_pem(p256_signer().public_key))
    error = refused(token.address(";object=signing"), public=other)
    assert error.code == "key.other-public"
    assert error.found == f"key {p256_signer().public_key.key_id}"


@pytest.mark.parametrize("what", ["/nowhere/p11.so", "{text}", "{libm}"])
def test_what_is_no_module_is_told(tmp_path, what):
    text = tmp_path / "text.so"
    text.write_text("hello")
    libm = next(Path("/").glob("lib*/*/libm.so.6"), text)
    path = what.format(text=text, libm=libm)
    error = refused(f"pkcs11:object=signing?module-path={path}")
    assert error.code == "key.module"
    assert path in error.remedy


def test_the_command_line_shows_a_key_on_a_token(token, tmp_path):
    pin = tmp_path / "pin"
    pin.write_text(PIN)
    address = token.address(";object=wide")
    status, found = document("keys", "show", address, "--passphrase-file", pin)
    assert (status, found["type"]) == (0, "PKIX_ECDSA_P384_SHA_384")
    # What was shown is closed again, so this PIN is asked for and tried.
    wrong = {"ASSAY_KEY_PASSPHRASE": "wrong-pin"}
    result = assay("keys", "show", address, **wrong)
    assert (result.exit_code, "wrong-pin" in result.output) == (4, False)
    assert "key.pin-wrong" in result.stderr


@pytest.mark.parametrize("name", ["signing", "wide"])
def test_a_model_is_signed_with_a_key_on_a_token(token, tmp_path, name):
    model, public = tmp_path / "model", tmp_path / "key.pub"
    model.mkdir()
    (model / "config.json").write_text("{}")
    address = token.address(f";object={name}")
    pin = {"ASSAY_KEY_PASSPHRASE": PIN}
    public.write_bytes(to_pem(show_key(address, give(PIN))))
    for _ in range(2):
        # What the same key made before is replaced.
        result = assay("manifest", "sign", model, "--key", address, **pin)
        assert result.exit_code == 0, result.output
    signed = ("--signature", model / "model.sig", "--public-key", public)
    result = assay("manifest", "verify", model, *signed)
    assert result.exit_code == 0, result.output

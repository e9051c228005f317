from __future__ import annotations

import pytest

from assay.domain.limits import Limits
from assay.errors import KeyFileError
from assay.statement.signers.pkcs11_uri import parse_pkcs11_uri


def refused(text, **changes):
    with pytest.raises(KeyFileError) as caught:
        parse_pkcs11_uri(text, **changes)
    assert caught.value.code == "key.uri"
    return caught.value


def test_everything_that_names_a_key_is_read():
    uri = parse_pkcs11_uri(
        "pkcs11:token=The%20Office%e2%9c%93;manufacturer=Snake%20Oil,%20Inc.;"
        "serial=12&34;model=1.0;slot-id=0042;slot-manufacturer=A;slot-description=B;"
        "library-manufacturer=C;library-description=D;library-version=3;"
        "object=my-key;type=private;id=%69%95%3E%00"
        "?module-path=/usr/lib/p11.so&pin-source=file:/etc/pin"
    )
    assert dict(uri.wanted) == {
        "token": "The Office✓",
        "manufacturer": "Snake Oil, Inc.",
        "serial": "12&34",
        "model": "1.0",
        "slot-id": "42",
        "slot-manufacturer": "A",
        "slot-description": "B",
        "library-manufacturer": "C",
        "library-description": "D",
        "library-version": "3.0",
    }
    assert (uri.label, uri.id) == ("my-key", b"i\x95>\x00")
    assert (uri.module_path, uri.pin_source) == ("/usr/lib/p11.so", "/etc/pin")


@pytest.mark.parametrize("text", ["pkcs11:", "PKCS11:?", "pkcs11:type=private"])
def test_an_address_may_leave_everything_open(text):
    uri = parse_pkcs11_uri(text)
    assert dict(uri.wanted) == {}
    assert (uri.label, uri.id, uri.module_path, uri.pin_source) == (None,) * 4


def test_names_have_no_case_and_values_do():
    uri = parse_pkcs11_uri("pkcs11:TOKEN=Dev;Object=A;TYPE=Private")
    assert (dict(uri.wanted), uri.label) == ({"token": "Dev"}, "A")


def test_a_minor_version_is_kept():
    uri = parse_pkcs11_uri("pkcs11:library-version=02.06")
    assert uri.wanted["library-version"] == "2.6"


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("/run/pin", "/run/pin"),
        ("file:/run/pin", "/run/pin"),
        ("file:" + "///run/pin", "/run/pin"),
        ("file:" + "//localhost/run/pin", "/run/pin"),
        ("FILE:/run/a%20pin", "/run/a pin"),
    ],
)
def test_a_pin_file_is_a_path_or_a_file_address(source, path):
    assert parse_pkcs11_uri(f"pkcs11:?pin-source={source}").pin_source == path


@pytest.mark.parametrize(
    "text",
    [
        *("", "pkcs1:token=a", "file:/k.pem", " pkcs11:", "hsm:2"),
        *("pkcs11:tokn=a", "pkcs11:token", "pkcs11:token=", "pkcs11:=a"),
        *("pkcs11:token=a;token=a", "pkcs11:token=a;TOKEN=b", "pkcs11:token=a;"),
        *("pkcs11:;token=a", "pkcs11:token=a;;object=b", "pkcs11:x-vendor=a"),
        *("pkcs11:token=a b", "pkcs11:token=%4", "pkcs11:token=%zz", "pkcs11:token=é"),
        *("pkcs11:token=a/b", "pkcs11:token=%ff", "pkcs11:object=%c3"),
        *("pkcs11:type=public", "pkcs11:type=cert", "pkcs11:type=x"),
        *("pkcs11:slot-id=x", "pkcs11:slot-id=-1", "pkcs11:slot-id=12345678901"),
        *("pkcs11:library-version=2.6.1", "pkcs11:library-version=v2"),
        *("pkcs11:?module-path=p11.so", "pkcs11:?module-path=", "pkcs11:?module-path"),
        *("pkcs11:?module-path=../p11.so", "pkcs11:?module-path=/a%00b"),
        *("pkcs11:?module-name=p11", "pkcs11:?module-path=/a&module-path=/a"),
        *("pkcs11:?pin-source=pin", "pkcs11:?pin-source=|/bin/cat"),
        *("pkcs11:?pin-source=file:pin", "pkcs11:?pin-source=file:" + "//host/pin"),
        *("pkcs11:?pin-source=file:" + "////pin", "pkcs11:?pin-source=file:"),
        *("pkcs11:?pin-source=https://host/pin", "pkcs11:?token=a", "pkcs11:?&"),
        *("pkcs11:module-path=/a", "pkcs11:token=a#b", "pkcs11:token=a\n"),
    ],
)
def test_what_rfc_7512_does_not_allow_or_nobody_knows_is_refused(text):
    refused(text)


def test_a_pin_in_the_address_is_refused_and_never_repeated():
    error = refused("pkcs11:token=a?pin-value=13579")
    assert "13579" not in str(error)
    assert error.found == "pin-value"
    refused("pkcs11:token=a?pin-source=/a&PIN-VALUE=13579")
    refused("pkcs11:pin-value=13579")


@pytest.mark.parametrize(
    "text", ["pkcs11:13579=a", "pkcs11:?pin=13579", "pkcs11:?pin-sourze=13579"]
)
def test_no_value_is_repeated(text):
    assert "=13579" not in str(refused(text))


def test_a_name_with_odd_characters_is_not_repeated():
    assert refused("pkcs11:\x1b[31mtoken=a").found == "another"


def test_an_address_over_its_bound_is_refused():
    text = "pkcs11:token=" + "a" * 100
    assert parse_pkcs11_uri(text)
    refused(text, limits=Limits(max_key_uri_chars=100))
    refused("pkcs11:token=" + "a" * 5000)

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from assay.crypto.certificate_chain import (
    MAX_CERTIFICATES,
    CertificateNames,
    certificates_from_pem,
    names_of,
    signing_key_of_chain,
)
from assay.errors import KeyFileError, SignatureError
from tests.simulators.authorities import NOW, issue, root

SIGNS = ("digital_signature",)


def refused(chain, roots, at=NOW):
    with pytest.raises(SignatureError) as error:
        signing_key_of_chain(tuple(h.der for h in chain), tuple(roots), at)
    assert error.value.code == "signature.certificate"
    return error.value.found


def test_a_chain_over_an_authority_in_between_gives_the_key():
    top = root()
    middle = issue(
        "middle", top, authority=True, path_length=0, uses=("key_cert_sign",)
    )
    leaf = issue("leaf", middle, uses=SIGNS)
    key = signing_key_of_chain((leaf.der, middle.der), (top.certificate,), NOW)
    assert key.curve == "secp256r1"
    # With the root itself at its end, it is the same chain.
    whole = (leaf.der, middle.der, top.der)
    assert signing_key_of_chain(whole, (top.certificate,), NOW).hint == key.hint


def test_a_code_signing_certificate_may_sign_without_key_usage():
    top = root()
    leaf = issue("leaf", top, code_signing=True)
    assert signing_key_of_chain((leaf.der,), (top.certificate,), NOW)


def test_a_certificate_that_the_verifier_chose_itself_is_enough():
    own = issue("own", uses=SIGNS)
    assert signing_key_of_chain((own.der,), (own.certificate,), NOW)


def test_a_certificate_that_is_not_for_signing_is_refused():
    top = root()
    assert "not meant for signing" in refused([issue("l", top)], [top.certificate])
    other = issue("l", top, uses=("key_agreement",))
    assert "not meant for signing" in refused([other], [top.certificate])


@pytest.mark.parametrize("days", [(-10, -1), (1, 10)])
def test_a_certificate_outside_of_its_validity_is_refused(days):
    top = root()
    leaf = issue("leaf", top, uses=SIGNS, days=days)
    assert "is valid from" in refused([leaf], [top.certificate])


def test_a_root_outside_of_its_validity_is_refused():
    top = root()
    leaf = issue("leaf", top, uses=SIGNS, days=(-1, 4000))
    assert "is valid from" in refused([leaf], [top.certificate], NOW + timedelta(400))


def test_a_chain_to_another_root_is_refused():
    leaf = issue("leaf", root(), uses=SIGNS)
    assert "no root that was given" in refused([leaf], [root().certificate])
    assert "no root that was given" in refused([leaf], [])


def test_a_certificate_that_the_next_did_not_sign_is_refused():
    top = root()
    stranger = issue("middle", top, authority=True, uses=("key_cert_sign",))
    namesake = issue("middle", top, authority=True, uses=("key_cert_sign",))
    leaf = issue("leaf", stranger, uses=SIGNS)
    assert "not signed by the next" in refused([leaf, namesake], [top.certificate])


def test_an_issuer_that_is_no_authority_is_refused():
    top = root()
    middle = issue("middle", top, uses=SIGNS)
    leaf = issue("leaf", middle, uses=SIGNS)
    assert "no certificate authority" in refused([leaf, middle], [top.certificate])


def test_an_issuer_that_may_not_sign_certificates_is_refused():
    top = root()
    middle = issue("middle", top, authority=True, uses=SIGNS)
    leaf = issue("leaf", middle, uses=SIGNS)
    assert "may not sign" in refused([leaf, middle], [top.certificate])


def test_more_authorities_than_allowed_are_refused():
    top = issue("root", authority=True, path_length=0, uses=("key_cert_sign",))
    middle = issue("middle", top, authority=True, uses=("key_cert_sign",))
    leaf = issue("leaf", middle, uses=SIGNS)
    assert "of this depth" in refused([leaf, middle], [top.certificate])


def test_a_critical_extension_that_is_not_understood_is_refused():
    top = root()
    leaf = issue("leaf", top, uses=SIGNS, unknown_critical=True)
    assert "not understood" in refused([leaf], [top.certificate])


def test_a_chain_of_no_or_too_many_certificates_is_refused():
    top = root()
    assert "0 certificates" in refused([], [top.certificate])
    many = [top] * (MAX_CERTIFICATES + 1)
    assert f"{len(many)} certificates" in refused(many, [top.certificate])


def test_bytes_that_are_no_certificate_are_refused():
    with pytest.raises(KeyFileError) as error:
        signing_key_of_chain((b"junk",), (), NOW)
    assert error.value.code == "key.not-a-certificate"
    with pytest.raises(KeyFileError) as error:
        certificates_from_pem(b"junk")
    assert error.value.code == "key.not-a-certificate"


def test_a_certificate_for_other_purposes_alone_is_refused():
    top = root()
    served = issue("l", top, uses=SIGNS, purposes=(ExtendedKeyUsageOID.SERVER_AUTH,))
    assert "not meant for signing" in refused([served], [top.certificate])
    purposes = (ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,)
    for_all = issue("l", top, uses=SIGNS, purposes=purposes)
    assert signing_key_of_chain((for_all.der,), (top.certificate,), NOW)


def test_a_root_whose_limits_are_not_understood_is_refused():
    top = issue("root", authority=True, uses=("key_cert_sign",), unknown_critical=True)
    leaf = issue("leaf", top, uses=SIGNS)
    assert "not understood" in refused([leaf], [top.certificate])


def test_any_certificate_of_a_root_that_is_valid_will_do():
    key = ec.generate_private_key(ec.SECP256R1())
    uses = ("key_cert_sign",)
    old = issue("root", authority=True, uses=uses, days=(-10, -1), key=key)
    top = issue("root", authority=True, uses=uses, key=key)
    leaf = issue("leaf", top, uses=SIGNS)
    assert signing_key_of_chain((leaf.der,), (old.certificate, top.certificate), NOW)
    assert "is valid from" in refused([leaf], [old.certificate])


@pytest.mark.parametrize("what", ["version", "twice", "names"])
def test_a_certificate_that_breaks_the_format_is_refused(what):
    top = root()
    plain = b"\x05\x00"
    first, second = (x509.ObjectIdentifier(f"1.2.3.4.5.{n}") for n in (6, 7))
    # A GeneralName of a kind that the library does not read (x400Address).
    names = bytes.fromhex("3004a3023000")
    more = {
        "version": (),
        "twice": ((first, plain), (second, plain)),
        "names": ((ExtensionOID.SUBJECT_ALTERNATIVE_NAME, names),),
    }[what]
    der = issue("leaf", top, uses=SIGNS, more=more).der
    der = der.replace(bytes.fromhex("2a03040507"), bytes.fromhex("2a03040506"))
    if what == "version":
        der = der.replace(bytes.fromhex("a003020102"), bytes.fromhex("a003020109"), 1)
    with pytest.raises(KeyFileError) as error:
        signing_key_of_chain((der,), (top.certificate,), NOW)
    assert error.value.code == "key.not-a-certificate"


def test_the_names_in_a_certificate_are_given_as_they_stand():
    top = root()
    assert names_of(issue("leaf", top).der) == CertificateNames(
        subject="CN=leaf", issuer=top.certificate.subject.rfc4514_string()
    )
    names = x509.SubjectAlternativeName(
        [
            x509.DNSName("example.org"),
            x509.IPAddress(ip_address("127.0.0.1")),
            x509.UniformResourceIdentifier("https://example.org/a"),
        ]
    )
    leaf = issue("leaf", top, more=((names.oid, names.public_bytes()),))
    assert names_of(leaf.der).alternative == ("example.org", "https://example.org/a")


def test_what_is_no_certificate_has_no_names():
    with pytest.raises(KeyFileError) as caught:
        names_of(b"junk")
    assert caught.value.code == "key.not-a-certificate"

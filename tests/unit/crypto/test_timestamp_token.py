from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from rfc3161_client import VerifierBuilder, decode_timestamp_response

from assay.crypto.timestamp_token import canonical_token, verify_timestamp
from assay.domain.limits import Limits
from assay.domain.trust import TimestampAuthority
from assay.errors import TimestampError, TrustError
from tests.simulators.authorities import NOW, issue, root
from tests.simulators.timestamp_forger import (
    CERTIFICATE_V1,
    CERTIFICATE_V2,
    CONTENT_TYPE,
    ECDSA_SHA384,
    MESSAGE_DIGEST,
    SHA1,
    SHA256,
    SHA512,
    TST_INFO,
    Forger,
    attribute,
    critical_extension,
    der,
    number,
    oid,
    stamp_holder,
)

MESSAGE = b"a signature"
ROOT = root("stamps root")
SIGNER = stamp_holder(ROOT)
AUTHORITY = TimestampAuthority(name="stamps", certificates=(ROOT.der,))
HONEST = Forger(signer=SIGNER)


def refused(token: bytes, authority=AUTHORITY, message=MESSAGE, **given) -> str:
    authorities = authority if isinstance(authority, tuple) else (authority,)
    with pytest.raises(TimestampError) as error:
        verify_timestamp(token, message, authorities, **given)
    assert error.value.remedy
    return error.value.code


def forged(**wrong: object) -> bytes:
    return replace(HONEST, **wrong).stamp(MESSAGE)


def test_a_token_of_a_named_authority_gives_its_time():
    token = forged(nonce=99, accuracy=der(0x30, number(1), b"\x80\x02\x01\xf4"))
    held = verify_timestamp(token, MESSAGE, (AUTHORITY,), nonce=99, not_after=NOW)
    assert (held.authority, held.time, held.serial) == ("stamps", NOW, 7)
    assert held.policy == "1.2.3"
    assert held.accuracy == timedelta(seconds=1, milliseconds=500)
    assert held.chain == (SIGNER.der, ROOT.der)


def test_the_library_alone_accepts_the_same_token():
    response = decode_timestamp_response(forged())
    verifier = VerifierBuilder(roots=[ROOT.certificate]).build()
    assert verifier.verify_message(response, MESSAGE)


def test_an_accuracy_may_be_unstated_or_in_parts():
    assert verify_timestamp(forged(), MESSAGE, (AUTHORITY,)).accuracy is None
    micros = forged(accuracy=der(0x30, b"\x81\x01\x05"))
    held = verify_timestamp(micros, MESSAGE, (AUTHORITY,))
    assert held.accuracy == timedelta(microseconds=5)
    endless = forged(accuracy=der(0x30, number(2**64)))
    held = verify_timestamp(endless, MESSAGE, (AUTHORITY,))
    assert held.accuracy == timedelta(seconds=timedelta.max.days)


def test_longer_hashes_and_a_named_one_for_the_certificate_are_taken():
    named = der(
        0x30,
        der(0x30, oid(SHA512)),
        der(0x04, hashlib.sha512(SIGNER.der).digest()),
    )
    token = forged(imprint=SHA512, certificate_id=named)
    assert verify_timestamp(token, MESSAGE, (AUTHORITY,)).time == NOW


def test_the_certificate_may_come_from_the_trust_file_alone():
    bare = forged(certificates=())
    assert refused(bare) == "timestamp.no-certificate"
    pinned = replace(AUTHORITY, certificates=(ROOT.der, SIGNER.der))
    assert verify_timestamp(bare, MESSAGE, (pinned,)).time == NOW


def test_where_a_certificate_for_timestamps_is_named_others_do_not_count():
    other = stamp_holder(ROOT)
    pinned = replace(AUTHORITY, certificates=(ROOT.der, other.der))
    assert refused(forged(), pinned) == "timestamp.unknown-authority"


def test_an_authority_in_between_may_be_in_the_token_or_in_the_trust_file():
    middle = issue(
        "middle", ROOT, authority=True, path_length=0, uses=("key_cert_sign",)
    )
    signer = stamp_holder(middle)
    forger = Forger(signer=signer, certificates=(signer.der, middle.der))
    held = verify_timestamp(forger.stamp(MESSAGE), MESSAGE, (AUTHORITY,))
    assert held.chain == (signer.der, middle.der, ROOT.der)
    alone = Forger(signer=signer).stamp(MESSAGE)
    assert refused(alone) == "timestamp.unknown-authority"
    knows = replace(AUTHORITY, certificates=(middle.der, ROOT.der))
    assert verify_timestamp(alone, MESSAGE, (knows,)).chain == held.chain


def test_certificates_in_any_order_are_the_same_token():
    middle = issue("middle", ROOT, authority=True, uses=("key_cert_sign",))
    signer = stamp_holder(middle)
    sorted_token = Forger(signer=signer, certificates=(signer.der, middle.der)).stamp(
        MESSAGE
    )
    pair = sorted((signer.der, middle.der))
    swapped = sorted_token.replace(pair[0] + pair[1], pair[1] + pair[0])
    assert swapped != sorted_token
    assert canonical_token(swapped) == sorted_token == canonical_token(sorted_token)
    assert verify_timestamp(swapped, MESSAGE, (AUTHORITY,)).chain[0] == signer.der


def test_of_several_authorities_the_one_that_certified_it_is_told():
    other = TimestampAuthority(name="other", certificates=(root("other").der,))
    held = verify_timestamp(forged(), MESSAGE, (other, AUTHORITY))
    assert held.authority == "stamps"


# Step 1.


def test_a_token_beyond_its_bound_is_refused():
    assert refused(forged(), limits=Limits(max_timestamp_bytes=100)) == (
        "timestamp.oversized"
    )


@pytest.mark.parametrize(
    "status", [number(1), number(2), number(3), number(77), number(-1)]
)
def test_whatever_is_not_granted_is_refused(status):
    token = der(0x30, der(0x30, status))
    assert refused(token) == "timestamp.rejected"
    assert refused(forged(status=1)) == "timestamp.rejected"


def test_bytes_behind_a_token_are_refused():
    assert refused(forged() + b"\0") == "timestamp.malformed"


MALFORMED = {
    "nothing": b"",
    "no response": b"\x04\x00",
    "no status": der(0x30),
    "an empty status": der(0x30, der(0x30)),
    "a bare grant": der(0x30, der(0x30, number(0))),
    "a token that is none": der(0x30, der(0x30, number(0)), der(0x30)),
    "another content": forged(content_type="1.2.840.113549.1.7.1"),
    "another version of the data": forged(data_version=1),
    "another version of the signer": forged(signer_version=3),
    "another version of the stamp": forged(info_version=2),
    "two signers": forged(signers=2),
    "no signer": forged(signers=0),
    "unsigned attributes": forged(unsigned=der(0xA1, attribute("1.2.3", number(1)))),
    "revocation lists": forged(revocations=der(0xA1)),
    "two digest algorithms": forged(digests=(SHA256, SHA512)),
    "another digest algorithm": forged(digests=(SHA512,)),
    "a critical extension": forged(extensions=critical_extension(critical=True)),
    "a signer named by its key": forged(sid=der(0x30, number(1))),
    "an imprint of another form": forged(whole_imprint=der(0x30, number(1))),
    "no certificate id": forged(attributes={CERTIFICATE_V2: None}),
    "an empty signing certificate": forged(
        attributes={CERTIFICATE_V2: attribute(CERTIFICATE_V2, der(0x30))}
    ),
    "a signing certificate without ids": forged(
        attributes={CERTIFICATE_V2: attribute(CERTIFICATE_V2, der(0x30, der(0x30)))}
    ),
    "an empty certificate id": forged(
        attributes={
            CERTIFICATE_V2: attribute(CERTIFICATE_V2, der(0x30, der(0x30, der(0x30))))
        }
    ),
    "a certificate id without a hash": forged(
        attributes={
            CERTIFICATE_V2: attribute(
                CERTIFICATE_V2, der(0x30, der(0x30, der(0x30, der(0x30, oid(SHA256)))))
            )
        }
    ),
    "no content type": forged(attributes={CONTENT_TYPE: None}),
    "a content type of other content": forged(
        attributes={CONTENT_TYPE: attribute(CONTENT_TYPE, oid("1.2.3"))}
    ),
    "a content type twice": forged(
        attributes={"again": attribute(CONTENT_TYPE, oid(TST_INFO))}
    ),
    "two content types": forged(
        attributes={CONTENT_TYPE: attribute(CONTENT_TYPE, oid(TST_INFO), oid(TST_INFO))}
    ),
    "no message digest": forged(attributes={MESSAGE_DIGEST: None}),
    "an attribute that is none": forged(attributes={"odd": der(0x30, number(1))}),
    "a certificate that is none": forged(certificates=(der(0x30),)),
    "certificates without number": forged(certificates=(der(0x30, number(1)),)),
    "more certificates than any chain": forged(
        certificates=tuple(root(f"r{n}").der for n in range(11))
    ),
}


@pytest.mark.parametrize("token", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_response_of_another_form_is_refused(token):
    assert refused(token) == "timestamp.malformed"


class Stated:
    """A time that no calendar has, as it stands in a token."""

    def __init__(self, text):
        self.text = text

    def astimezone(self, _):
        return self

    def strftime(self, _):
        return self.text


@pytest.mark.parametrize(
    "time", ["00000101000000Z", "20261123120060Z", "202611231200Z", "20261123120000Q"]
)
def test_a_time_of_no_calendar_is_refused(time):
    assert refused(forged(time=Stated(time))) == "timestamp.malformed"


def test_a_certificate_in_the_trust_file_that_is_none_is_its_fault():
    broken = TimestampAuthority(name="stamps", certificates=(b"junk",))
    with pytest.raises(TrustError) as error:
        verify_timestamp(forged(), MESSAGE, (broken,))
    assert error.value.code == "trust.malformed"


def test_an_extension_that_is_not_critical_does_no_harm():
    token = forged(extensions=critical_extension(critical=False))
    assert verify_timestamp(token, MESSAGE, (AUTHORITY,)).time == NOW


@pytest.mark.parametrize(
    "wrong",
    [
        {"imprint": SHA1},
        {"digest": SHA1},
        {"certificate_id": der(0x30, der(0x30, oid(SHA1)), der(0x04, b"x" * 20))},
        {
            "attributes": {
                CERTIFICATE_V2: None,
                CERTIFICATE_V1: attribute(CERTIFICATE_V1, der(0x30)),
            }
        },
        {"signature_algorithm": "1.2.840.10045.4.1"},
        {"signature_algorithm": ECDSA_SHA384},
    ],
)
def test_weak_and_contradicting_hashes_are_refused(wrong):
    assert refused(forged(**wrong)) == "timestamp.weak-hash"


# Steps 2 to 4.


def test_a_token_over_other_bytes_is_refused():
    assert refused(forged(), message=b"another") == "timestamp.other-message"


@pytest.mark.parametrize("nonce", [None, 98])
def test_an_answer_to_another_request_is_refused(nonce):
    assert refused(forged(nonce=nonce), nonce=99) == "timestamp.nonce"


def test_a_token_from_the_future_is_refused():
    earlier = NOW - timedelta(seconds=1)
    assert refused(forged(), not_after=earlier) == "timestamp.future"


# Steps 5 and 6.


def test_another_certificate_of_the_same_name_and_number_is_refused():
    wrong = der(0x30, der(0x04, b"x" * 32))
    assert refused(forged(certificate_id=wrong)) == "timestamp.certificate-id"


@pytest.mark.parametrize(
    "wrong",
    [
        {"purposes": ()},
        {"purposes": (ExtendedKeyUsageOID.CODE_SIGNING,)},
        {
            "purposes": (
                ExtendedKeyUsageOID.TIME_STAMPING,
                ExtendedKeyUsageOID.SERVER_AUTH,
            )
        },
        {"critical_purposes": False},
    ],
)
def test_a_certificate_for_other_purposes_is_refused(wrong):
    token = Forger(signer=stamp_holder(ROOT, **wrong)).stamp(MESSAGE)
    assert refused(token) == "timestamp.purpose"


# Steps 7 to 9.


def test_an_authority_that_nobody_named_is_refused():
    other = TimestampAuthority(name="other", certificates=(root("other").der,))
    assert refused(forged(), other) == "timestamp.unknown-authority"
    assert refused(forged(), ()) == "timestamp.unknown-authority"
    # An authority of the same name, with another key.
    twin = TimestampAuthority(name="twin", certificates=(root("stamps root").der,))
    assert refused(forged(), twin) == "timestamp.unknown-authority"


def test_a_certificate_that_only_the_signer_believes_is_no_root():
    own = issue("own", ROOT, authority=True, uses=("key_cert_sign",))
    not_a_root = TimestampAuthority(name="own", certificates=(own.der,))
    token = Forger(signer=stamp_holder(own)).stamp(MESSAGE)
    assert refused(token, not_a_root) == "timestamp.unknown-authority"


def test_a_path_longer_than_any_chain_is_refused():
    holder = ROOT
    held = []
    for depth in range(11):
        holder = issue(f"a{depth}", holder, authority=True, uses=("key_cert_sign",))
        held.append(holder.der)
    signer = stamp_holder(holder)
    knows = replace(AUTHORITY, certificates=(ROOT.der, *held))
    assert refused(Forger(signer=signer).stamp(MESSAGE), knows) == (
        "timestamp.unknown-authority"
    )


def test_an_expired_certificate_is_refused_at_the_time_of_the_token_only():
    signer = stamp_holder(ROOT, days=(-1, 1))
    late = Forger(signer=signer, time=NOW + timedelta(days=2)).stamp(MESSAGE)
    assert refused(late) == "timestamp.expired"
    early = Forger(signer=signer, time=NOW - timedelta(days=2)).stamp(MESSAGE)
    assert refused(early) == "timestamp.expired"
    # While it was valid it was valid, whenever that is asked.
    held = Forger(signer=signer).stamp(MESSAGE)
    far = NOW + timedelta(days=9000)
    assert verify_timestamp(held, MESSAGE, (AUTHORITY,), not_after=far).time == NOW


@pytest.mark.parametrize("end", ["valid_from", "valid_until"])
def test_an_authority_counts_only_for_its_time_both_ends_included(end):
    shift = timedelta(seconds=1 if end == "valid_from" else -1)
    outside = replace(AUTHORITY, **{end: NOW + shift})
    assert refused(forged(), outside) == "timestamp.not-counted"
    inside = replace(AUTHORITY, **{end: NOW})
    assert verify_timestamp(forged(), MESSAGE, (inside,)).time == NOW


def test_an_issuer_that_may_not_issue_is_refused():
    top = issue("top", authority=True, uses=("key_cert_sign",))
    middle = issue("middle", top, uses=("digital_signature",))
    signer = stamp_holder(middle)
    token = Forger(signer=signer, certificates=(signer.der, middle.der)).stamp(MESSAGE)
    named = TimestampAuthority(name="top", certificates=(top.der,))
    assert refused(token, named) == "timestamp.chain"


def test_another_policy_is_refused_where_one_is_asked_for():
    assert refused(forged(), replace(AUTHORITY, policy="1.2.4")) == "timestamp.policy"
    asked = replace(AUTHORITY, policy="1.2.3")
    assert verify_timestamp(forged(), MESSAGE, (asked,)).policy == "1.2.3"


# Step 10.


def test_a_signature_by_another_key_is_refused():
    impostor = replace(SIGNER, key=root().key)
    assert refused(Forger(signer=impostor).stamp(MESSAGE)) == "timestamp.signature"


def test_what_openssl_alone_refuses_is_refused():
    # For OpenSSL a key that may encipher is for more than timestamps.
    signer = stamp_holder(ROOT, uses=("digital_signature", "key_encipherment"))
    assert refused(Forger(signer=signer).stamp(MESSAGE)) == "timestamp.signature"


def test_no_flipped_bit_is_ever_accepted():
    token = forged(nonce=99, accuracy=der(0x30, number(1)))
    codes = set()
    for place in range(len(token)):
        for bit in (0, 7):
            altered = bytearray(token)
            altered[place] ^= 1 << bit
            codes.add(refused(bytes(altered)))
    assert {"timestamp.malformed", "timestamp.signature"} <= codes

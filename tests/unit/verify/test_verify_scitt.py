from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from assay.crypto.cbor import Tagged, encode
from assay.crypto.cose_key import key_thumbprint, thumbprint_uri
from assay.crypto.cose_sign1 import parse_sign1, sign_sign1
from assay.crypto.scitt_statement import statement_entry
from assay.domain.statement import Issuer
from assay.domain.trust import TrustedDeveloper, TrustedLog, TrustFile
from assay.domain.verdict import VerdictValue
from assay.errors import CoseError
from assay.verify.scitt import verify_transparent_statement
from assay.verify.scitt_receipts import LogReceiptKey
from tests.simulators.claims import p256_signer
from tests.simulators.keys import signer_of
from tests.simulators.scitt import (
    ISSUER,
    LOG,
    ORIGIN,
    OTHER_LOG,
    REGISTERED,
    RELEASE,
    SEAL,
    SUBJECT,
    receipt,
    receipt_header,
    statement,
    transparent,
    tree,
)

AT = datetime.fromtimestamp(REGISTERED, tz=UTC) + timedelta(days=1)
DEVELOPER = TrustedDeveloper(name="Harbour", public_key=ISSUER.public_key.der)
TRUST = TrustFile(
    developers=(DEVELOPER,),
    logs=(TrustedLog(origin=ORIGIN, vkeys=()),),
    programmes=(),
)
KEYS = (LogReceiptKey(origin=ORIGIN, public_key=LOG.public_key),)
MANIFEST = SEAL.replace(
    b"https://assay/seal/v0.1", b"https://model_signing/signature/v1.0"
)


def verify(data, trust=TRUST, keys=KEYS, at=AT, **options):
    return verify_transparent_statement(data, trust, keys, at, **options)


def refused(data, **options):
    try:
        verdict = verify(data, **options)
    except CoseError as error:
        # There is nothing to verify.
        return error.code
    assert verdict.value is VerdictValue.INVALID
    assert verdict.statement is None
    (reason,) = verdict.reasons
    assert not reason.holds
    return reason.code


def signed(header, payload=SEAL, signer=ISSUER):
    """Sign with whatever header somebody wants."""
    base = {**statement(payload).protected}
    merged = {k: v for k, v in {**base, **header}.items() if v is not None and k != 1}
    return sign_sign1(signer, merged, payload)


def test_an_honest_statement_is_valid_and_says_who_what_and_where():
    verdict = verify(transparent())
    assert (verdict.value, verdict.reasons) == (VerdictValue.VALID, ())
    proven = verdict.statement
    assert proven.issuer == Issuer(name="Harbour", key_id=ISSUER.public_key.key_id)
    assert proven.claimed_issuer == thumbprint_uri(ISSUER.public_key)
    assert (proven.subject, proven.payload) == (SUBJECT, SEAL)
    assert proven.payload_sha256 == hashlib.sha256(SEAL).hexdigest()
    assert proven.predicate_type == "https://assay/seal/v0.1"
    (registration,) = proven.registrations
    assert (registration.origin, registration.size, registration.index) == (
        ORIGIN,
        8,
        2,
    )
    assert registration.root == tree(statement_entry(statement()))[0]
    assert registration.at == AT - timedelta(days=1)
    assert proven.ignored == 0


def test_every_flipped_bit_is_refused():
    good = transparent()
    for at in range(8 * len(good)):
        bad = bytearray(good)
        bad[at // 8] ^= 1 << (at % 8)
        assert refused(bytes(bad))


def test_every_cut_and_every_byte_more_is_refused():
    good = transparent()
    for end in range(len(good)):
        assert refused(good[:end])
    assert refused(good + b"\x00") == "cose.cbor-trailing"


@pytest.mark.parametrize("kind", ["PKIX_ECDSA_P384_SHA_384", "PKIX_ED25519"])
def test_issuers_may_have_other_kinds_of_keys(kind):
    signer = signer_of(next(k for k in type(ISSUER.public_key.kind) if k == kind))
    header = {4: key_thumbprint(signer.public_key)}
    message = signed(header, signer=signer)
    trust = replace(
        TRUST,
        developers=(
            DEVELOPER,
            TrustedDeveloper(name="Skiff", public_key=signer.public_key.der),
        ),
    )
    verdict = verify(transparent(message), trust=trust)
    assert verdict.statement.issuer.name == "Skiff"


def test_headers_may_have_their_keys_in_any_order():
    message = statement()
    pairs = [encode({key: value})[1:] for key, value in message.protected.items()]
    header = bytes((0xA0 + len(pairs),)) + b"".join(sorted(pairs, reverse=True))
    covered = encode(("Signature1", header, b"", SEAL))
    r_and_s = _raw(ISSUER.sign(covered))
    other = parse_sign1(encode(Tagged(value=(header, {}, SEAL, r_and_s))))
    assert verify(transparent(other)).value is VerdictValue.VALID


def _raw(der):
    return b"".join(half.to_bytes(32, "big") for half in decode_dss_signature(der))


# Steps 1 to 4: the statement.


def test_something_beside_the_receipts_is_refused():
    message = statement()
    data = message.encoded({394: (receipt(statement_entry(message)),), 33: b"x"})
    assert refused(data) == "scitt.unprotected"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({15: None}, "scitt.claims"),
        ({15: {1: "i"}}, "scitt.claims"),
        ({15: {1: "i", 2: SUBJECT, 6: -1}}, "scitt.issued-at"),
        ({3: None}, "scitt.content-type"),
        ({3: 50}, "scitt.content-type"),
        ({258: -16, 259: "a/b"}, "scitt.content-type"),
        ({4: None}, "scitt.kid-missing"),
        ({4: b"another"}, "scitt.issuer-unknown"),
        ({4: ISSUER.public_key.key_id.encode()}, "scitt.issuer-unknown"),
        ({2: (99,), 99: 1}, "cose.crit-unknown"),
    ],
)
def test_a_header_that_does_not_say_all_is_refused(header, code):
    assert refused(transparent(signed(header))) == code


def test_a_critical_parameter_that_is_understood_is_none_to_refuse():
    message = signed({2: (15, 3, 4, 1)})
    assert verify(transparent(message)).value is VerdictValue.VALID


def test_a_signer_whom_nobody_believes_is_refused():
    other = p256_signer(31)
    message = signed({4: key_thumbprint(other.public_key)}, signer=other)
    assert refused(transparent(message)) == "scitt.issuer-unknown"


def test_a_signature_by_another_than_the_named_key_is_refused():
    message = signed({}, signer=p256_signer(31))
    assert refused(transparent(message)) == "cose.signature-mismatch"


def test_another_algorithm_than_the_keys_is_refused():
    signer = signer_of(next(k for k in type(ISSUER.public_key.kind) if "ED25519" in k))
    assert refused(transparent(signed({}, signer=signer))) == "cose.algorithm"


def test_no_algorithm_is_refused():
    message = statement()
    header = encode({k: v for k, v in message.protected.items() if k != 1})
    data = encode(Tagged(value=(header, {394: (b"x",)}, SEAL, message.signature)))
    assert refused(data) == "cose.algorithm"


# Steps 5 and 6: what is signed.


def test_a_digest_stands_for_a_statement_that_comes_beside_it():
    data = transparent(statement(hashed=True))
    alone = verify(data).statement
    assert (alone.payload, alone.predicate_type) == (None, None)
    assert alone.payload_sha256 == hashlib.sha256(SEAL).hexdigest()
    together = verify(data, payload=SEAL).statement
    assert (together.payload, together.predicate_type) == (
        SEAL,
        "https://assay/seal/v0.1",
    )
    assert refused(data, payload=MANIFEST) == "scitt.payload-differs"


def test_a_digest_of_another_length_is_none():
    message = signed({3: None, 258: -16, 259: "a/b"}, payload=b"short")
    assert refused(transparent(message)) == "scitt.payload-differs"
    assert refused(transparent(message), payload=SEAL) == "scitt.payload-differs"


def test_a_statement_beside_must_be_the_one_inside():
    assert verify(transparent(), payload=SEAL).value is VerdictValue.VALID
    assert refused(transparent(), payload=MANIFEST) == "scitt.payload-differs"


@pytest.mark.parametrize("hashed", [False, True])
def test_a_detached_statement_is_verified_with_what_comes_beside_it(hashed):
    message = statement(hashed=hashed)
    receipts = (receipt(statement_entry(replace(message, payload=None))),)
    detached = replace(message, payload=None).encoded({394: receipts})
    assert verify(detached, payload=SEAL).value is VerdictValue.VALID
    assert refused(detached) == "cose.payload-missing"
    assert refused(detached, payload=MANIFEST) == "cose.signature-mismatch"


@pytest.mark.parametrize(
    "payload",
    [
        SEAL.replace(RELEASE.encode(), b"cd" * 32),
        SEAL.replace(b'"sha256"', b'"sha512"'),
        SEAL.replace(b"seal/v0.1", b"assessment/v0.2").replace(b"abab", b"cdcd"),
    ],
)
def test_a_statement_about_another_release_is_refused(payload):
    assert refused(transparent(statement(payload))) == "scitt.subject"


def test_a_manifest_names_the_root_of_its_files_and_not_the_release():
    message = statement(MANIFEST.replace(RELEASE.encode(), b"cd" * 32))
    assert verify(transparent(message)).value is VerdictValue.VALID


def test_a_payload_with_two_readings_is_refused():
    payload = SEAL.replace(b'"predicate":{}', b'"predicate":{},"predicate":{}')
    assert refused(transparent(statement(payload))).startswith("document.")


@pytest.mark.parametrize("payload", [b"{}", b"[]", b'{"predicateType":"x"}'])
def test_other_statements_are_verified_without_being_understood(payload):
    proven = verify(transparent(statement(payload))).statement
    assert proven.payload == payload


def test_payloads_of_other_types_are_not_read():
    message = signed({3: "text/plain"}, payload=b"not JSON")
    assert verify(transparent(message)).statement.media_type == "text/plain"


# Steps 7 to 9: the receipts.


@pytest.mark.parametrize(
    "header",
    [
        {},
        {394: ()},
        {394: b"x"},
        {394: (1,)},
        {394: tuple(b"%d" % i for i in range(17))},
    ],
)
def test_no_receipts_or_too_many_are_refused(header):
    assert refused(statement().encoded(header)) == "scitt.receipts"


def test_receipts_inside_the_signature_count_for_nothing():
    message = signed({394: (receipt(bytes(32)),)})
    assert refused(message.encoded()) == "scitt.receipts"


def test_a_receipt_twice_is_refused():
    only = receipt(statement_entry(statement()))
    assert refused(transparent(receipts=(only, only))) == "scitt.receipt-repeated"


def test_the_receipt_of_another_statement_is_refused():
    data = transparent(receipts=(receipt(bytes(32)),))
    assert refused(data) == "cose.receipt-mismatch"


def test_the_receipt_of_a_statement_with_receipts_in_it_is_refused():
    message = parse_sign1(transparent())
    whole = hashlib.sha256(message.encoded()).digest()
    assert refused(transparent(receipts=(receipt(whole),))) == "cose.receipt-mismatch"


def test_another_logs_receipt_counts_for_nothing():
    entry = statement_entry(statement())
    header = receipt_header(origin="other.example", signer=OTHER_LOG)
    other = receipt(entry, signer=OTHER_LOG, header=header)
    assert refused(transparent(receipts=(other,))) == "scitt.log-unknown"
    both = transparent(receipts=(other, receipt(entry)))
    assert verify(both).statement.ignored == 1


def test_another_log_in_the_name_of_a_believed_one_is_refused():
    entry = statement_entry(statement())
    other = receipt(entry, signer=OTHER_LOG)
    assert refused(transparent(receipts=(other,))) == "scitt.receipt-key"
    # Naming the right key does not help: it has not signed.
    other = receipt(entry, signer=OTHER_LOG, header=receipt_header())
    assert refused(transparent(receipts=(other,))) == "cose.receipt-mismatch"
    assert refused(transparent(receipts=(receipt(entry), other))) == (
        "cose.receipt-mismatch"
    )


def test_a_receipt_that_names_no_key_is_refused():
    entry = statement_entry(statement())
    header = {k: v for k, v in receipt_header().items() if k != 4}
    data = transparent(receipts=(receipt(entry, header=header),))
    assert refused(data) == "scitt.receipt-key"


def test_a_receipt_about_something_else_is_refused():
    entry = statement_entry(statement())
    header = receipt_header(subject="something else")
    data = transparent(receipts=(receipt(entry, header=header),))
    assert refused(data) == "scitt.receipt-subject"


def test_a_receipt_that_says_nothing_of_itself_is_refused():
    entry = statement_entry(statement())
    data = transparent(receipts=(receipt(entry, header={4: b"k"}),))
    assert refused(data) == "scitt.claims"


def test_keys_of_logs_that_the_trust_file_does_not_name_count_for_nothing():
    trust = replace(TRUST, logs=(TrustedLog(origin="other.example", vkeys=()),))
    assert refused(transparent(), trust=trust) == "scitt.log-unknown"
    assert refused(transparent(), keys=()) == "scitt.log-unknown"


def test_a_log_may_have_several_keys_and_a_statement_several_logs():
    entry = statement_entry(statement())
    keys = (
        LogReceiptKey(origin=ORIGIN, public_key=p256_signer(55).public_key),
        *KEYS,
        LogReceiptKey(origin="b.example", public_key=OTHER_LOG.public_key),
    )
    logs = (*TRUST.logs, TrustedLog(origin="b.example", vkeys=()))
    header = receipt_header(origin="b.example", signer=OTHER_LOG, at=None)
    data = transparent(
        receipts=(receipt(entry), receipt(entry, signer=OTHER_LOG, header=header))
    )
    proven = verify(data, trust=replace(TRUST, logs=logs), keys=keys).statement
    assert [item.origin for item in proven.registrations] == [ORIGIN, "b.example"]
    assert proven.registrations[1].at is None


# Steps 10 and 11: times.


def dated(starts, ends):
    developer = replace(
        DEVELOPER,
        valid_from=None if starts is None else AT + timedelta(days=starts),
        valid_until=None if ends is None else AT + timedelta(days=ends),
    )
    return replace(TRUST, developers=(developer,))


@pytest.mark.parametrize(("starts", "ends"), [(-2, None), (None, 0), (-2, 0), (-1, -1)])
def test_a_key_within_its_dates_is_believed(starts, ends):
    verdict = verify(transparent(), trust=dated(starts, ends))
    assert verdict.value is VerdictValue.VALID


@pytest.mark.parametrize(("starts", "ends"), [(0, None), (None, -2), (-5, -3)])
def test_a_key_used_before_or_after_its_dates_is_refused(starts, ends):
    assert refused(transparent(), trust=dated(starts, ends)) == "scitt.key-dates"


def test_a_key_with_dates_needs_a_time_that_a_log_states():
    entry = statement_entry(statement())
    data = transparent(receipts=(receipt(entry, header=receipt_header(at=None)),))
    assert verify(data).value is VerdictValue.VALID
    assert refused(data, trust=dated(-2, None)) == "scitt.key-dates"


def test_before_its_registration_a_statement_is_stale():
    verdict = verify(transparent(), at=AT - timedelta(days=2))
    assert verdict.value is VerdictValue.STALE
    assert [item.code for item in verdict.reasons] == ["scitt.not-yet-registered"]
    assert verdict.statement is not None


def test_after_the_trust_files_end_a_statement_is_stale():
    trust = replace(TRUST, valid_until=AT - timedelta(seconds=1))
    verdict = verify(transparent(), trust=trust)
    assert [item.code for item in verdict.reasons] == ["trust.expired"]
    late = verify(transparent(), trust=replace(TRUST, valid_until=AT))
    assert late.value is VerdictValue.VALID

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID

from assay.crypto.dsse import pre_authentication_encoding
from assay.domain.sigstore import SigstoreBundle
from assay.domain.trust import KeylessLog
from assay.errors import AssayError
from assay.log import init_log
from assay.verify.keyless import verify_keyless
from tests.simulators.authorities import NOW, root
from tests.simulators.keyless import (
    IDENTITY,
    ISSUER,
    ISSUER_V1,
    ISSUER_V2,
    Keyless,
    RekorV1,
    hashed_rekord,
)
from tests.simulators.timestamp_forger import Forger, der, stamp_holder

PAYLOAD = b'{"_type": "statement"}'
TYPE = "application/vnd.in-toto+json"


@pytest.fixture(scope="module")
def keyless(tmp_path_factory):
    made = Keyless(log=init_log(tmp_path_factory.mktemp("log") / "log", "log.example"))
    for number in range(3):
        made.sign(b"before %d" % number)
    return made


@pytest.fixture(scope="module")
def bundle(keyless):
    return keyless.sign(PAYLOAD)


def refused(bundle, trust, at=NOW, **given) -> str:
    with pytest.raises(AssayError) as error:
        verify_keyless(bundle, trust, at, **given)
    return error.value.code


def with_identity(keyless, **changes):
    identity = replace(keyless.identity, **changes)
    return replace(keyless.trust, keyless=(identity,))


def with_entry(bundle, **changes):
    return replace(bundle, entries=(replace(bundle.entries[0], **changes),))


def with_proof(bundle, **changes):
    entry = bundle.entries[0]
    return with_entry(bundle, proof=replace(entry.proof, **changes))


def test_a_keyless_signature_says_who_and_by_when(keyless, bundle):
    signer = verify_keyless(bundle, keyless.trust, NOW)
    assert (signer.name, signer.identity) == ("Example Labs", IDENTITY)
    assert (signer.issuer, signer.signed_by) == (ISSUER, NOW)
    assert signer.logs == ("log.example",)
    assert signer.certificate_logged
    # Years later, when the certificate is long gone, it is the same.
    later = NOW + timedelta(days=9000)
    assert verify_keyless(bundle, keyless.trust, later) == signer


def test_without_logs_of_certificates_that_is_not_assessed(keyless):
    trust = with_identity(keyless, certificate_logs=())
    signer = verify_keyless(keyless.sign(PAYLOAD, seen=False), trust, NOW)
    assert not signer.certificate_logged


@pytest.mark.parametrize(
    "issuers",
    [
        {ISSUER_V1: ISSUER.encode()},
        {ISSUER_V2: der(0x0C, ISSUER.encode())},
    ],
    ids=["first form", "second form"],
)
def test_one_form_of_the_issuer_is_enough(keyless, issuers):
    assert verify_keyless(keyless.sign(PAYLOAD, issuers=issuers), keyless.trust, NOW)


def test_a_uri_may_be_the_identity(keyless):
    uri = "https://ci.example.com/labs/release.yml@refs/heads/main"
    signed = keyless.sign(PAYLOAD, names=(x509.UniformResourceIdentifier(uri),))
    trust = with_identity(keyless, identity=uri)
    assert verify_keyless(signed, trust, NOW).identity == uri


def test_bytes_at_hand_may_be_what_was_signed(keyless):
    artifact = b"the file"
    key = ec.generate_private_key(ec.SECP256R1())
    held = keyless.fulcio.certify(key)
    signature = key.sign(artifact, ec.ECDSA(SHA256()))
    signed = SigstoreBundle(
        signature=signature,
        digest=hashlib.sha256(artifact).digest(),
        certificates=(held,),
        entries=(keyless.enter(artifact, signature, held),),
        timestamps=(keyless.stamps.stamp(signature),),
    )
    assert verify_keyless(signed, keyless.trust, NOW, artifact=artifact)
    unstated = replace(signed, digest=None)
    assert verify_keyless(unstated, keyless.trust, NOW, artifact=artifact)
    assert refused(signed, keyless.trust) == "keyless.no-content"
    assert refused(signed, keyless.trust, artifact=b"x") == "keyless.entry-mismatch"
    assert refused(unstated, keyless.trust, artifact=b"x") == "signature.mismatch"


def test_authorities_that_old_bundles_bring_along_are_ignored(keyless, bundle):
    more = (*bundle.certificates, keyless.fulcio.between.der)
    assert verify_keyless(replace(bundle, certificates=more), keyless.trust, NOW)


def test_several_authorities_and_identities_may_be_named(keyless, bundle):
    other = replace(keyless.identity, name="Other", identity="other@example.com")
    authorities = (
        replace(keyless.fulcio.trusted, valid_until=NOW - timedelta(days=9)),
        replace(keyless.fulcio.trusted, valid_from=NOW + timedelta(days=9)),
        replace(keyless.fulcio.trusted, certificates=(root("other").der,)),
        replace(keyless.fulcio.trusted, valid_from=NOW, valid_until=NOW),
    )
    both = replace(keyless.identity, authorities=authorities)
    trust = replace(keyless.trust, keyless=(other, both))
    assert verify_keyless(bundle, trust, NOW).name == "Example Labs"


# Steps 1 and 2.


def test_a_signature_by_a_bare_key_is_refused(keyless, bundle):
    bare = replace(bundle, certificates=(), hint="key")
    assert refused(bare, keyless.trust) == "keyless.no-certificate"


def test_a_bundle_that_brings_its_own_root_is_refused(keyless, bundle):
    more = (*bundle.certificates, keyless.fulcio.root.der)
    assert refused(replace(bundle, certificates=more), keyless.trust) == (
        "keyless.root-in-bundle"
    )


@pytest.mark.parametrize("field", ["identity", "issuer"])
@pytest.mark.parametrize("change", [str.upper, lambda text: text + " ", lambda _: "x"])
def test_anybody_else_is_refused(keyless, bundle, field, change):
    named = getattr(keyless.identity, field)
    trust = with_identity(keyless, **{field: change(named)})
    assert refused(bundle, trust) == "keyless.unknown-identity"


def test_where_nobody_is_named_nobody_is_believed(keyless, bundle):
    assert refused(bundle, replace(keyless.trust, keyless=())) == (
        "keyless.unknown-identity"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"names": ()},
        {"names": (x509.RFC822Name(IDENTITY), x509.RFC822Name("b@example.com"))},
        {"names": (x509.DNSName("labs.example.com"),)},
        {"names": (x509.RFC822Name(IDENTITY), x509.DNSName("labs.example.com"))},
        {"issuers": {}},
        {
            "issuers": {
                ISSUER_V1: b"https://other.example.com",
                ISSUER_V2: der(0x0C, ISSUER.encode()),
            }
        },
        {"issuers": {ISSUER_V2: der(0x04, ISSUER.encode())}},
        {"issuers": {ISSUER_V2: ISSUER.encode()}},
        {"issuers": {ISSUER_V1: b"\xff"}},
    ],
)
def test_a_certificate_that_does_not_say_who_is_refused(keyless, wrong):
    assert refused(keyless.sign(PAYLOAD, **wrong), keyless.trust) == "keyless.names"


def test_bytes_that_are_no_certificate_are_refused(keyless, bundle):
    junk = replace(bundle, certificates=(b"junk",))
    assert refused(junk, keyless.trust) == "keyless.names"


# Step 3.


def test_a_signature_in_no_log_is_refused(keyless, bundle):
    assert refused(replace(bundle, entries=()), keyless.trust) == "keyless.no-entry"


def test_a_log_that_nobody_named_is_refused(keyless, bundle):
    trust = with_identity(keyless, logs=(RekorV1().trusted,))
    assert refused(bundle, trust) == "keyless.unknown-log"
    assert refused(bundle, with_identity(keyless, logs=())) == "keyless.unknown-log"
    other = with_entry(bundle, log_id=bytes(32))
    assert refused(other, keyless.trust) == "keyless.unknown-log"


def test_an_entry_without_a_proof_is_refused(keyless, bundle):
    assert refused(with_entry(bundle, proof=None), keyless.trust) == "keyless.no-proof"


def test_a_checkpoint_of_another_log_or_tree_is_refused(keyless, bundle, tmp_path):
    trust, proof = keyless.trust, bundle.entries[0].proof
    other = Keyless(log=init_log(tmp_path / "other", "log.example")).sign(PAYLOAD)
    foreign = other.entries[0].proof
    assert refused(with_entry(bundle, proof=foreign), trust) == "keyless.checkpoint"
    for wrong in ({"size": proof.size + 1}, {"root": bytes(32)}):
        assert refused(with_proof(bundle, **wrong), trust) == "keyless.checkpoint"
    renamed = proof.checkpoint.replace("log.example", "log.examplf")
    assert refused(with_proof(bundle, checkpoint=renamed), trust) == (
        "keyless.checkpoint"
    )


@pytest.mark.parametrize("wrong", ["index", "hashes", "checkpoint", "body", "long"])
def test_a_proof_that_leads_elsewhere_is_refused(keyless, bundle, wrong):
    proof = bundle.entries[0].proof
    flipped = bytes((proof.hashes[0][0] ^ 1,)) + proof.hashes[0][1:]
    altered = {
        "index": lambda: with_proof(bundle, index=proof.index - 1),
        "hashes": lambda: with_proof(bundle, hashes=(flipped, *proof.hashes[1:])),
        "checkpoint": lambda: with_proof(bundle, checkpoint="junk"),
        "body": lambda: with_entry(bundle, body=bundle.entries[0].body + b" "),
        "long": lambda: with_proof(bundle, hashes=(*proof.hashes, flipped)),
    }[wrong]()
    assert refused(altered, keyless.trust) == "keyless.inclusion"


def test_every_entry_has_to_hold(keyless, bundle):
    second = replace(bundle.entries[0], proof=None)
    both = replace(bundle, entries=(*bundle.entries, second))
    assert refused(both, keyless.trust) == "keyless.no-proof"


# Steps 4 and 5.


def test_without_a_time_of_somebody_else_it_is_refused(keyless, bundle):
    assert refused(replace(bundle, timestamps=()), keyless.trust) == "keyless.no-time"
    other = Forger(signer=stamp_holder(root("others")), time=NOW)
    foreign = replace(bundle, timestamps=(other.stamp(bundle.signature),))
    assert refused(foreign, keyless.trust) == "keyless.no-time"
    # A time that an entry states without a promise is nobody's word.
    stated = with_entry(bundle, integrated_at=round(NOW.timestamp()))
    assert refused(replace(stated, timestamps=()), keyless.trust) == "keyless.no-time"


def test_a_timestamp_over_something_else_is_refused(keyless, bundle):
    other = replace(bundle, timestamps=(keyless.stamps.stamp(b"other"),))
    assert refused(other, keyless.trust) == "timestamp.other-message"


def test_a_signature_from_after_the_instant_is_refused(keyless, bundle):
    assert refused(bundle, keyless.trust, NOW - timedelta(hours=1)) == "keyless.future"


@pytest.mark.parametrize("end", ["valid_from", "valid_until"])
def test_a_log_counts_only_for_its_time(keyless, bundle, end):
    shift = timedelta(seconds=1 if end == "valid_from" else -1)
    outside = replace(keyless.trusted_log, **{end: NOW + shift})
    assert refused(bundle, with_identity(keyless, logs=(outside,))) == (
        "keyless.log-not-counted"
    )
    inside = replace(keyless.trusted_log, **{end: NOW})
    assert verify_keyless(bundle, with_identity(keyless, logs=(inside,)), NOW)


# Step 6.


def test_a_certificate_of_another_authority_is_refused(keyless, bundle):
    other = replace(keyless.fulcio.trusted, certificates=(root("sigstore").der,))
    trust = with_identity(keyless, authorities=(other,))
    assert refused(bundle, trust) == "keyless.certificate"


@pytest.mark.parametrize("minutes", [-5, 20])
def test_a_certificate_outside_of_its_minutes_is_refused(keyless, bundle, minutes):
    time = NOW + timedelta(minutes=minutes)
    late = replace(keyless.stamps, time=time).stamp(bundle.signature)
    at = NOW + timedelta(days=1)
    assert refused(replace(bundle, timestamps=(late,)), keyless.trust, at) == (
        "keyless.certificate"
    )
    # All times must lie within it, not only one.
    both = replace(bundle, timestamps=(*bundle.timestamps, late))
    assert refused(both, keyless.trust, at) == "keyless.certificate"


def test_an_authority_counts_only_for_its_time(keyless, bundle):
    ended = replace(keyless.fulcio.trusted, valid_until=NOW - timedelta(seconds=1))
    trust = with_identity(keyless, authorities=(ended,))
    assert refused(bundle, trust) == "keyless.certificate"


@pytest.mark.parametrize(
    "wrong",
    [
        {"purpose": ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE},
        {"authority": True},
        {
            "usage": x509.KeyUsage(
                digital_signature=False,
                content_commitment=True,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=False,
                crl_sign=False,
                encipher_only=False,
                decipher_only=False,
            )
        },
    ],
)
def test_a_certificate_for_other_uses_is_refused(keyless, wrong):
    assert refused(keyless.sign(PAYLOAD, **wrong), keyless.trust) == "keyless.purpose"


def test_a_certificate_that_no_named_log_has_seen_is_refused(keyless, bundle):
    unseen = keyless.sign(PAYLOAD, seen=False)
    assert refused(unseen, keyless.trust) == "keyless.certificate-log"
    other = KeylessLog(public_key=RekorV1().trusted.public_key)
    trust = with_identity(keyless, certificate_logs=(other,))
    assert refused(bundle, trust) == "keyless.certificate-log"
    ended = replace(keyless.fulcio.certificate_log, valid_until=NOW - timedelta(days=1))
    trust = with_identity(keyless, certificate_logs=(ended,))
    assert refused(bundle, trust) == "keyless.certificate-log"


def test_a_signed_certificate_timestamp_of_no_calendar_is_refused(keyless):
    odd = keyless.sign(PAYLOAD, seen_at=2**64 - 1)
    assert refused(odd, keyless.trust) == "keyless.certificate-log"


def test_a_signed_certificate_timestamp_over_another_certificate_is_refused(keyless):
    impostor = ec.generate_private_key(ec.SECP256R1())
    real, keyless.fulcio.seen_by = keyless.fulcio.seen_by, impostor
    try:
        forged = keyless.sign(PAYLOAD)
    finally:
        keyless.fulcio.seen_by = real
    # The log's own id, with a signature by another key.
    spoken_for = KeylessLog(
        public_key=impostor.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )
    )
    assert refused(forged, keyless.trust) == "keyless.certificate-log"
    assert verify_keyless(
        forged, with_identity(keyless, certificate_logs=(spoken_for,)), NOW
    )


def test_extensions_of_a_signed_certificate_timestamp_are_covered(keyless):
    assert verify_keyless(
        keyless.sign(PAYLOAD, seen_extensions=b"\0\1x"), keyless.trust, NOW
    )


# Steps 7 and 8.


@pytest.mark.parametrize("field", ["payload", "payload_type"])
def test_altered_content_is_refused(keyless, bundle, field):
    altered = replace(bundle, **{field: type(getattr(bundle, field))()})
    assert refused(altered, keyless.trust) == "signature.mismatch"


def test_an_entry_for_something_else_is_refused(keyless, bundle):
    message = pre_authentication_encoding(TYPE, PAYLOAD)
    other = keyless.sign(b"other")
    certificate, signature = bundle.certificates[0], bundle.signature
    for body in (
        (message, other.signature, certificate),
        (message, signature, other.certificates[0]),
        (b"other", signature, certificate),
    ):
        entry = keyless.enter(*body)
        assert refused(replace(bundle, entries=(entry,)), keyless.trust) == (
            "keyless.entry-mismatch"
        )
    renamed = with_entry(bundle, version="0.0.1")
    assert refused(renamed, keyless.trust) == "keyless.entry-mismatch"


# Rekor v1: promises, and entries of its kinds.


def armoured(certificate: bytes) -> str:
    pem = x509.load_der_x509_certificate(certificate).public_bytes(Encoding.PEM)
    return base64.b64encode(pem).decode()


def digest_of(data: bytes) -> dict[str, str]:
    return {"algorithm": "sha256", "value": hashlib.sha256(data).hexdigest()}


def v1_specs(bundle):
    signature = base64.b64encode(bundle.signature).decode()
    signer = armoured(bundle.certificates[0])
    message = pre_authentication_encoding(TYPE, PAYLOAD)
    return {
        "hashedrekord": {
            "data": {"hash": digest_of(message)},
            "signature": {"content": signature, "publicKey": {"content": signer}},
        },
        "dsse": {
            "envelopeHash": digest_of(b"{}"),
            "payloadHash": digest_of(PAYLOAD),
            "signatures": [{"signature": signature, "verifier": signer}],
        },
        "intoto": {
            "content": {
                "envelope": {
                    "payloadType": TYPE,
                    "signatures": [
                        {
                            "publicKey": signer,
                            "sig": base64.b64encode(signature.encode()).decode(),
                        }
                    ],
                },
                "hash": digest_of(b"{}"),
                "payloadHash": digest_of(PAYLOAD),
            }
        },
    }


@pytest.mark.parametrize("kind", ["hashedrekord", "dsse", "intoto"])
def test_a_promise_of_rekor_v1_gives_a_time(keyless, bundle, kind):
    rekor = RekorV1()
    entry = rekor.take(kind, v1_specs(bundle)[kind])
    signed = replace(bundle, entries=(entry,), timestamps=(), version="0.2")
    trust = with_identity(keyless, logs=(rekor.trusted,))
    assert verify_keyless(signed, trust, NOW).signed_by == NOW
    # Without its promise the entry is in the log, and says nothing of the time.
    bare = with_entry(signed, promise=None)
    assert refused(bare, trust) == "keyless.no-time"
    # And the promise alone is not enough.
    assert refused(with_entry(signed, proof=None), trust) == "keyless.no-proof"


@pytest.mark.parametrize("kind", ["dsse", "intoto"])
def test_an_entry_over_another_payload_is_refused(keyless, bundle, kind):
    rekor = RekorV1()
    text = json.dumps(v1_specs(bundle)[kind])
    spec = json.loads(text.replace(digest_of(PAYLOAD)["value"], "0" * 64))
    signed = replace(bundle, entries=(rekor.take(kind, spec),))
    trust = with_identity(keyless, logs=(rekor.trusted,))
    assert refused(signed, trust) == "keyless.entry-mismatch"


def test_a_promise_that_does_not_hold_is_refused(keyless, bundle):
    rekor = RekorV1()
    entry = rekor.take("hashedrekord", v1_specs(bundle)["hashedrekord"])
    trust = with_identity(keyless, logs=(rekor.trusted,))
    for wrong in (
        replace(entry, promise=b"junk"),
        replace(entry, integrated_at=entry.integrated_at + 1),
        replace(entry, index=entry.index + 1),
    ):
        assert refused(replace(bundle, entries=(wrong,)), trust) == "keyless.promise"
    for beyond in (
        replace(entry, integrated_at=2**62),
        replace(entry, index=2**62),
        rekor.promise(replace(entry, integrated_at=2**52)),
    ):
        assert refused(replace(bundle, entries=(beyond,)), trust) == "keyless.promise"


def test_a_promise_from_when_the_log_does_not_count_is_refused(keyless, bundle):
    rekor = RekorV1()
    entry = rekor.take("hashedrekord", v1_specs(bundle)["hashedrekord"])
    ended = replace(rekor.trusted, valid_until=NOW - timedelta(seconds=1))
    trust = with_identity(keyless, logs=(ended,))
    assert refused(replace(bundle, entries=(entry,)), trust) == (
        "keyless.log-not-counted"
    )


# Keys that the verifier named.


def test_a_named_key_that_is_none_is_the_trust_files_fault(keyless, bundle):
    junk = KeylessLog(public_key=b"junk", origin="log.example")
    trust = with_identity(keyless, logs=(junk,))
    entry = with_entry(bundle, log_id=hashlib.sha256(b"junk").digest())
    hint = base64.b64encode(hashlib.sha256(b"junk").digest()[:4] + b"signature")
    proof = bundle.entries[0].proof
    line = f"\u2014 log.example {hint.decode()}\n"
    entry = with_entry(entry, proof=replace(proof, checkpoint=proof.checkpoint + line))
    assert refused(entry, trust) == "trust.malformed"


def test_entries_are_read_no_further_than_a_log_entry_may_be():
    # What a log entry is has its own tests; here only that ours is one.
    key = ed25519.Ed25519PrivateKey.generate().public_key()
    raw = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert b"hashedRekordV002" in hashed_rekord(b"m", b"s", raw)

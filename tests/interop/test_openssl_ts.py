"""Timestamps by `openssl ts`, both ways: it makes them, and verifies what is kept."""

from __future__ import annotations

import secrets
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from assay.crypto.timestamp_token import canonical_token, verify_timestamp
from assay.errors import NetworkError, TimestampError
from assay.flows.timestamp import open_timestamps
from assay.statement.timestamp_request import request_timestamp, timestamp_query
from tests.simulators.timestamp_authority import POLICY, TimestampService

pytestmark = pytest.mark.enable_socket

SIGNATURE = b"the signature of an envelope"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return TimestampService(folder=tmp_path_factory.mktemp("stamps"))


def ours(token: bytes, service: TimestampService, message: bytes = SIGNATURE):
    return verify_timestamp(token, message, (service.trusted,))


def refused(token: bytes, service: TimestampService) -> str:
    with pytest.raises(TimestampError) as error:
        ours(token, service)
    return error.value.code


def test_openssl_reads_our_request(service):
    query = service.folder / "ours.tsq"
    nonce = secrets.randbits(64)
    query.write_bytes(timestamp_query(SIGNATURE, nonce))
    text = subprocess.run(
        ["openssl", "ts", "-query", "-in", str(query), "-text"],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout
    assert "Hash Algorithm: sha256" in text
    assert "Certificate required: yes" in text
    stated = next(line for line in text.splitlines() if line.startswith("Nonce"))
    assert int(stated.split()[-1], 16) == nonce


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
def test_we_verify_what_openssl_makes(service, digest):
    held = ours(service.stamp(SIGNATURE, digest=digest), service)
    assert (held.authority, held.policy) == ("stamps", POLICY)
    assert held.accuracy is not None
    assert len(held.chain) == 3


def test_openssl_verifies_what_our_flow_keeps(service):
    with service.serving() as url:
        source = open_timestamps(url, service.folder / "root.pem")
        token = request_timestamp(
            SIGNATURE,
            source.post,
            nonce=secrets.randbits(64),
            authorities=(source.authority,),
        )
    assert canonical_token(token) == token
    assert service.accepts(token, SIGNATURE)
    assert not service.accepts(token, SIGNATURE + b"x")
    assert ours(token, service).time is not None


def test_an_answer_altered_on_its_way_is_not_kept(service):
    def flip(answer: bytes) -> bytes:
        return answer[:-1] + bytes((answer[-1] ^ 1,))

    with service.serving(flip) as url:
        source = open_timestamps(url, service.folder / "root.pem")
        with pytest.raises(TimestampError) as error:
            request_timestamp(
                SIGNATURE, source.post, nonce=5, authorities=(source.authority,)
            )
    assert error.value.code == "timestamp.signature"


def test_an_answer_larger_than_any_is_not_read(service):
    with service.serving(lambda answer: answer * 200) as url:
        source = open_timestamps(url, service.folder / "root.pem")
        with pytest.raises(NetworkError) as error:
            source.post(timestamp_query(SIGNATURE, 5))
    assert error.value.code == "network.too-long"


def test_a_server_that_is_no_authority_is_refused(service):
    with service.serving(media_type="text/html") as url:
        source = open_timestamps(url, service.folder / "root.pem")
        with pytest.raises(NetworkError) as error:
            source.post(timestamp_query(SIGNATURE, 5))
    assert error.value.code == "network.malformed"


def test_what_openssl_makes_with_sha1_is_refused(tmp_path):
    weak = TimestampService(folder=tmp_path / "a", settings={"digest": "sha1"})
    assert refused(weak.stamp(SIGNATURE), weak) == "timestamp.weak-hash"
    assert refused(weak.stamp(SIGNATURE, digest="sha1"), weak) == "timestamp.weak-hash"
    old = TimestampService(folder=tmp_path / "b", settings={"certificate_hash": "sha1"})
    assert refused(old.stamp(SIGNATURE), old) == "timestamp.weak-hash"


def test_a_request_that_openssl_rejects_gives_no_timestamp(tmp_path):
    strict = TimestampService(folder=tmp_path, settings={"digests": "sha512"})
    token = strict.stamp(SIGNATURE)
    assert refused(token, strict) == "timestamp.rejected"


def test_what_an_expired_authority_of_openssl_says_is_refused(tmp_path):
    expired = TimestampService(folder=tmp_path, days=(-10, -1))
    assert refused(expired.stamp(SIGNATURE), expired) == "timestamp.expired"


def test_fractions_of_a_second_and_missing_certificates(tmp_path):
    exact = TimestampService(folder=tmp_path, settings={"digits": "3"})
    assert ours(exact.stamp(SIGNATURE), exact).time.tzinfo is not None
    bare = exact.stamp(SIGNATURE, "-no_nonce")
    assert refused(bare, exact) == "timestamp.no-certificate"


def test_no_flipped_bit_of_an_openssl_token_is_accepted(service):
    token = service.stamp(SIGNATURE)
    for place in range(len(token)):
        altered = bytearray(token)
        altered[place] ^= 1 << (place % 8)
        refused(bytes(altered), service)


def test_the_certificates_of_an_authority_are_what_its_file_holds(service):
    source = open_timestamps("https://stamps.example/", service.folder / "root.pem")
    assert source.authority.certificates == (
        service.root.certificate.public_bytes(Encoding.DER),
    )
    assert isinstance(service.root.key, ec.EllipticCurvePrivateKey)

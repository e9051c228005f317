from __future__ import annotations

import hashlib

import pytest
from rfc3161_client._rust import parse_timestamp_request

from assay.domain.trust import TimestampAuthority
from assay.errors import TimestampError
from assay.statement.timestamp_request import request_timestamp, timestamp_query
from tests.simulators.authorities import issue, root
from tests.simulators.timestamp_authority import TimestampService
from tests.simulators.timestamp_forger import Forger, stamp_holder

SIGNATURE = b"the bytes of a signature"


@pytest.mark.parametrize("nonce", [1, 127, 128, 2**63 - 1, 2**63, 2**64 - 1])
def test_the_request_says_what_to_stamp_to_another_reader(nonce):
    request = parse_timestamp_request(timestamp_query(SIGNATURE, nonce))
    assert (request.version, request.nonce, request.cert_req) == (1, nonce, True)
    assert request.policy is None
    other = hashlib.sha256(SIGNATURE).digest()
    assert request.message_imprint.message == other


def test_the_answer_of_openssl_is_kept(tmp_path):
    service = TimestampService(folder=tmp_path)
    token = request_timestamp(
        SIGNATURE, service.reply, nonce=2**64 - 1, authorities=(service.trusted,)
    )
    assert service.accepts(token, SIGNATURE)


def test_a_replayed_answer_is_not_kept(tmp_path):
    service = TimestampService(folder=tmp_path)
    old = service.reply(timestamp_query(SIGNATURE, 5))
    with pytest.raises(TimestampError) as error:
        request_timestamp(
            SIGNATURE, lambda _: old, nonce=6, authorities=(service.trusted,)
        )
    assert error.value.code == "timestamp.nonce"


def test_an_answer_by_another_authority_is_not_kept():
    top = root()
    forger = Forger(signer=stamp_holder(top), nonce=6)
    named = TimestampAuthority(name="x", certificates=(issue("x", top).der,))
    with pytest.raises(TimestampError) as error:
        request_timestamp(
            SIGNATURE,
            lambda _: forger.stamp(SIGNATURE),
            nonce=6,
            authorities=(named,),
        )
    assert error.value.code == "timestamp.unknown-authority"

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime

import pytest

from assay.crypto.sigstore_key import ed25519_in_der, identify
from assay.domain.sigstore import SigstoreRoot
from assay.domain.trust import KeylessAuthority, KeylessLog, TimestampAuthority
from assay.errors import TrustError
from assay.wire.v0.sigstore_root import read_sigstore_root, write_sigstore_root

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
END = datetime(2027, 1, 1, 12, 0, 0, 500_000, tzinfo=UTC)
KEY = ed25519_in_der(b"k" * 32)
LOG = KeylessLog(public_key=KEY, origin="log.example/a", valid_from=BEGIN)
ROOT = SigstoreRoot(
    logs=(LOG,),
    authorities=(
        KeylessAuthority(certificates=(b"a", b"b"), valid_from=BEGIN, valid_until=END),
    ),
    certificate_logs=(LOG,),
    timestamp_authorities=(
        TimestampAuthority(name="stamps", certificates=(b"c",), valid_from=BEGIN),
    ),
)


def document():
    return json.loads(write_sigstore_root(ROOT, identify))


def refused(value) -> str:
    with pytest.raises(TrustError) as error:
        read_sigstore_root(json.dumps(value).encode())
    assert error.value.code == "trust.sigstore-root"
    return error.value.found


def test_what_is_written_is_read_back_the_same():
    assert read_sigstore_root(write_sigstore_root(ROOT, identify)) == ROOT


def test_the_log_is_found_by_the_hash_of_its_name_and_key():
    log = document()["tlogs"][0]
    wanted = hashlib.sha256(b"log.example/a\n\x01" + b"k" * 32).digest()
    assert log["logId"]["keyId"].encode() == base64.b64encode(wanted)
    assert log["publicKey"]["keyDetails"] == "PKIX_ED25519"
    assert log["baseUrl"] == "https://log.example/a"
    assert "operator" not in log


def test_without_a_beginning_it_counts_from_the_epoch():
    root = SigstoreRoot(logs=(KeylessLog(public_key=KEY, origin="l"),))
    written = json.loads(write_sigstore_root(root, identify))
    assert written["tlogs"][0]["publicKey"]["validFor"] == {
        "start": "1970-01-01T00:00:00Z"
    }


def test_an_authority_is_named_by_its_address_or_name_or_not_at_all():
    value = document()
    authority = value["timestampAuthorities"][0]
    authority["uri"] = "https://stamps.example"
    data = json.dumps(value).encode()
    assert read_sigstore_root(data).timestamp_authorities[0].name == authority["uri"]
    del authority["uri"], authority["subject"]
    nameless = read_sigstore_root(json.dumps(value).encode()).timestamp_authorities[0]
    assert nameless.name == "timestamp authority"


def test_a_log_may_be_named_without_a_scheme():
    value = document()
    value["tlogs"][0]["baseUrl"] = "log.example/b"
    assert read_sigstore_root(json.dumps(value).encode()).logs[0].origin == (
        "log.example/b"
    )


def test_other_documents_are_refused():
    assert "media type" in refused(document() | {"mediaType": "other"})
    assert "not JSON" in refused_bytes(b"{")


def refused_bytes(data: bytes) -> str:
    with pytest.raises(TrustError) as error:
        read_sigstore_root(data)
    return error.value.found


@pytest.mark.parametrize(
    "instant", ["2026-13-01T00:00:00Z", "0001-01-01T00:00:00+23:59"]
)
def test_instants_of_no_calendar_are_refused(instant):
    value = document()
    value["tlogs"][0]["publicKey"]["validFor"]["start"] = instant
    assert "instant" in refused(value)


def test_a_log_whose_time_has_no_beginning_is_refused():
    value = document()
    del value["tlogs"][0]["publicKey"]["validFor"]["start"]
    assert "start" in refused(value)

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from assay.domain.limits import Limits
from assay.domain.statement import PAYLOAD_TYPE, BundleVersion
from assay.errors import BundleError
from assay.wire.strict_json import loads
from assay.wire.v0.bundle import BUNDLE_MEDIA_TYPES, read_bundle, write_bundle
from assay.wire.v0.envelope import write_envelope
from tests.simulators.claims import Claim, small_claim

BUNDLE = small_claim().bundle()
DATA = write_bundle(BUNDLE)


def written(edit):
    """Change the JSON value of a bundle and write it as Assay would."""
    document = json.loads(DATA)
    edit(document)
    return json.dumps(document, separators=(",", ":")).encode() + b"\n"


def refused(data, limits=None):
    with pytest.raises(BundleError) as caught:
        read_bundle(data, limits or Limits())
    return caught.value.code


def test_a_bundle_is_read_back_as_it_was_written():
    assert read_bundle(DATA) == BUNDLE
    assert write_bundle(read_bundle(DATA)) == DATA
    unlogged = Claim(log=None).bundle()
    assert read_bundle(write_bundle(unlogged)) == unlogged


def test_a_bundle_has_its_fields_in_a_definite_order():
    document = json.loads(DATA)
    assert list(document) == ["mediaType", "publicKey", "programme", "statements"]
    assert document["mediaType"] == BUNDLE_MEDIA_TYPES[BundleVersion.V0_1]
    assert list(document["statements"][0]) == ["envelope", "receipt"]
    envelope = document["statements"][0]["envelope"]
    assert list(envelope) == ["payload", "payloadType", "signatures"]
    assert list(envelope["signatures"][0]) == ["keyid", "sig"]
    assert DATA.endswith(b"]}\n")
    assert DATA.isascii()


def test_an_envelope_alone_is_the_one_in_the_bundle():
    envelope = BUNDLE.statements[0].envelope
    data = write_envelope(envelope)
    assert data in DATA
    assert loads(data)["payloadType"] == PAYLOAD_TYPE


@pytest.mark.parametrize(
    "data",
    [
        DATA[:-1],
        DATA + b"\n",
        DATA[:-1] + b" ",
        b" " + DATA,
        DATA.replace(b'","', b'", "', 1),
        DATA.replace(b"\\u2014", "\u2014".encode(), 1),
        DATA.replace(b"application", b"\\u0061pplication", 1),
        DATA.replace(b'"payload":', b'"p\\u0061yload":', 1),
        written(lambda doc: doc.update(programme=doc.pop("programme"))),
    ],
)
def test_the_same_content_in_another_spelling_is_refused(data):
    assert data != DATA
    assert refused(data) == "bundle.not-canonical"


def test_a_receipt_that_is_null_is_another_spelling_of_none():
    data = write_bundle(small_claim(log=None).bundle())
    other = data.replace(b"]}}", b']},"receipt":null}', 1)
    assert other != data
    assert refused(other) == "bundle.not-canonical"


@pytest.mark.parametrize(
    "edit",
    [
        lambda doc: doc.update(mediaType="application/vnd.assay.bundle.v0.3+json"),
        lambda doc: doc.update(extra=1),
        lambda doc: doc.pop("programme"),
        lambda doc: doc.update(statements=[]),
        lambda doc: doc.update(statements=doc["statements"] * 30),
        lambda doc: doc.update(publicKey="Zh=="),
        lambda doc: doc.update(publicKey="****"),
        lambda doc: doc.update(programme="Zg"),
        lambda doc: doc["statements"][0].update(receipt=1),
        lambda doc: doc["statements"][0].update(receipt="x" * 1_000_001),
        lambda doc: doc["statements"][0].pop("envelope"),
        lambda doc: doc["statements"][0]["envelope"].update(signatures=[]),
        lambda doc: doc["statements"][0]["envelope"]["signatures"].append(
            doc["statements"][0]["envelope"]["signatures"][0]
        ),
        lambda doc: doc["statements"][0]["envelope"].update(payloadType="x" * 257),
        lambda doc: doc["statements"][0]["envelope"].update(payload="e30"),
        lambda doc: doc["statements"][0]["envelope"]["signatures"][0].update(
            keyid="AB" * 32
        ),
        lambda doc: doc["statements"][0]["envelope"]["signatures"][0].update(
            sig="Zh=="
        ),
    ],
)
def test_anything_else_is_no_bundle(edit):
    assert refused(written(edit)) == "bundle.malformed"


def test_a_repeated_key_is_refused_and_not_chosen_from():
    data = DATA.replace(b'{"mediaType"', b'{"programme":"","mediaType"', 1)
    assert refused(data) == "bundle.malformed"


def test_a_bundle_over_its_bound_is_refused():
    limits = Limits(max_bundle_bytes=len(DATA) - 1)
    assert refused(DATA, limits) == "bundle.malformed"
    assert read_bundle(DATA, Limits(max_bundle_bytes=len(DATA))) == BUNDLE


def test_a_bundle_of_sixty_four_statements_is_the_largest():
    many = replace(BUNDLE, statements=BUNDLE.statements[:1] * 64)
    assert read_bundle(write_bundle(many)) == many

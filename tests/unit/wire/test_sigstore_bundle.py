from __future__ import annotations

import json

import pytest

from assay.domain.sigstore import InclusionProof, SigstoreBundle, SigstoreEntry
from assay.errors import BundleError
from assay.wire.v0.sigstore_bundle import (
    SIGSTORE_MEDIA_TYPE,
    read_sigstore_bundle,
    write_sigstore_bundle,
)

ENTRY = SigstoreEntry(
    index=7,
    log_id=b"i" * 32,
    kind="hashedrekord",
    version="0.0.2",
    body=b"{}",
    proof=InclusionProof(
        index=7, root=b"r" * 32, size=9, hashes=(b"h" * 32,), checkpoint="text"
    ),
)
BUNDLE = SigstoreBundle(
    signature=b"\xff\xfesig",
    payload_type="application/vnd.in-toto+json",
    payload=b"{}",
    key_id="key",
    hint="key",
    entries=(ENTRY,),
    timestamps=(b"stamp",),
)


def document(**changes):
    value = json.loads(write_sigstore_bundle(BUNDLE))
    return value | changes


def read(value):
    return read_sigstore_bundle(json.dumps(value).encode())


def refused(value) -> str:
    with pytest.raises(BundleError) as error:
        read(value)
    assert error.value.code == "bundle.sigstore"
    return error.value.found


def with_material(**changes):
    value = document()
    material = value["verificationMaterial"] | changes
    return value | {
        "verificationMaterial": {k: v for k, v in material.items() if v is not ...}
    }


def test_what_is_written_is_read_back_the_same():
    assert read_sigstore_bundle(write_sigstore_bundle(BUNDLE)) == BUNDLE


def test_a_certificate_stands_in_the_place_of_a_key():
    signed = SigstoreBundle(
        signature=b"s",
        payload_type="t",
        payload=b"p",
        certificates=(b"certificate",),
        entries=(ENTRY,),
    )
    written = json.loads(write_sigstore_bundle(signed))
    assert "publicKey" not in written["verificationMaterial"]
    assert read(written) == signed


def test_a_promise_and_its_time_are_kept():
    entry = SigstoreEntry(
        index=1,
        log_id=b"i",
        kind="dsse",
        version="0.0.1",
        body=b"{}",
        promise=b"promise",
        integrated_at=123,
    )
    signed = SigstoreBundle(signature=b"s", payload=b"p", hint="k", entries=(entry,))
    assert read_sigstore_bundle(write_sigstore_bundle(signed)).entries == (entry,)


@pytest.mark.parametrize(
    ("media_type", "version"),
    [
        (SIGSTORE_MEDIA_TYPE, "0.3"),
        ("application/vnd.dev.sigstore.bundle+json;version=0.3", "0.3"),
        ("application/vnd.dev.sigstore.bundle+json;version=0.2", "0.2"),
        ("application/vnd.dev.sigstore.bundle+json;version=0.1", "0.1"),
    ],
)
def test_all_versions_are_read(media_type, version):
    assert read(document(mediaType=media_type)).version == version


def test_chains_of_the_first_versions_are_read():
    chain = {"certificates": [{"rawBytes": "YQ=="}, {"rawBytes": "Yg=="}]}
    value = with_material(publicKey=..., x509CertificateChain=chain)
    value["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.2"
    assert read(value).certificates == (b"a", b"b")
    value["mediaType"] = SIGSTORE_MEDIA_TYPE
    assert "chain" in refused(value)
    value["verificationMaterial"]["x509CertificateChain"] = {"certificates": []}
    value["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.2"
    assert "empty" in refused(value)


def test_protocol_buffers_leave_out_zeroes_padding_and_nulls():
    value = document()
    entry = value["verificationMaterial"]["tlogEntries"][0]
    del entry["logIndex"], entry["integratedTime"]
    entry["inclusionPromise"] = None
    entry["inclusionProof"]["logIndex"] = 7
    value["dsseEnvelope"]["signatures"][0]["sig"] = "__5zaWc"
    found = read(value)
    assert found.signature == BUNDLE.signature
    assert found.entries[0].index == 0
    assert found.entries[0].proof == ENTRY.proof


def test_a_signature_over_a_digest_is_read():
    value = document()
    del value["dsseEnvelope"]
    for algorithm in ("SHA2_256", 1):
        value["messageSignature"] = {
            "messageDigest": {"algorithm": algorithm, "digest": "YQ=="},
            "signature": "cw==",
        }
        found = read(value)
        assert (found.digest, found.payload, found.signature) == (b"a", None, b"s")
    del value["messageSignature"]["messageDigest"]
    assert read(value).digest is None
    value["messageSignature"]["messageDigest"] = {"algorithm": "MD5", "digest": ""}
    assert "MD5" in refused(value)


def test_other_media_types_are_refused():
    assert "99" in refused(document(mediaType="application/sigstore;version=99"))


def test_neither_and_both_kinds_of_content_are_refused():
    value = document()
    both = value | {"messageSignature": {"signature": "cw=="}}
    assert "both" in refused(both)
    del value["dsseEnvelope"]
    assert "neither" in refused(value)


@pytest.mark.parametrize(
    "ways",
    [
        {"publicKey": ...},
        {"certificate": {"rawBytes": "YQ=="}},
    ],
)
def test_no_way_and_two_ways_to_name_the_signer_are_refused(ways):
    assert "several ways" in refused(with_material(**ways))


def test_a_hint_that_is_not_the_envelopes_is_refused():
    assert "differ" in refused(with_material(publicKey={"hint": "other"}))
    unnamed = document()
    unnamed["dsseEnvelope"]["signatures"][0]["keyid"] = ""
    assert read(unnamed).hint == "key"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d["dsseEnvelope"]["signatures"].append(
            d["dsseEnvelope"]["signatures"][0]
        ),
        lambda d: d["dsseEnvelope"].update(signatures=[]),
        lambda d: d["dsseEnvelope"].update(payload="*"),
        lambda d: d["dsseEnvelope"].update(payload="YQ=" + "="),
        lambda d: d.update(extra=1),
        lambda d: d["verificationMaterial"]["tlogEntries"][0].update(logIndex="-1"),
        lambda d: d["verificationMaterial"]["tlogEntries"][0].update(logIndex=-1),
        lambda d: d["verificationMaterial"]["tlogEntries"][0].update(logIndex=1.5),
        lambda d: d["verificationMaterial"]["tlogEntries"][0].pop("kindVersion"),
        lambda d: d["verificationMaterial"].update(
            tlogEntries=d["verificationMaterial"]["tlogEntries"] * 9
        ),
        lambda d: d["verificationMaterial"]["timestampVerificationData"].update(
            rfc3161Timestamps=[{"signedTimestamp": "YQ=="}] * 9
        ),
    ],
    ids=range(11),
)
def test_other_forms_are_refused(spoil):
    value = document()
    spoil(value)
    if value["dsseEnvelope"]["payload"] == "YQ==":
        # The same content in its one spelling is none of them.
        assert read(value).payload == b"a"
    else:
        refused(value)


def test_stray_bits_of_base64_are_refused():
    value = document()
    value["dsseEnvelope"]["payload"] = "YR=="
    refused(value)


def test_repeated_keys_are_refused():
    data = write_sigstore_bundle(BUNDLE).replace(
        b'"mediaType"', b'"mediaType": "x", "mediaType"', 1
    )
    with pytest.raises(BundleError):
        read_sigstore_bundle(data)

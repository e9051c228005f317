from __future__ import annotations

import json
from copy import deepcopy

import pytest

from assay.crypto.digest import oms_root
from assay.domain.manifest import (
    HashType,
    Manifest,
    Method,
    Resource,
    Serialization,
)
from assay.encoding import encode_base64
from assay.errors import DocumentError, ManifestError
from assay.statement.model_manifest import manifest_statement
from assay.wire.v0.model_signature import (
    read_manifest,
    read_model_signature,
    write_model_signature,
)

A = "a" * 64


def manifest(*names: str, **how) -> Manifest:
    resources = tuple(Resource(name=name, digest=A) for name in names or ("w.bin",))
    return Manifest(
        model="m",
        serialization=Serialization(**how),
        resources=resources,
        root=oms_root(resource.digest for resource in resources),
    )


def bundle():
    return json.loads(write_model_signature(b"payload", b"signature", hint="k"))


def statement(change=None, made: Manifest | None = None) -> bytes:
    value = json.loads(manifest_statement(made or manifest()))
    if change:
        change(value)
        digests = [entry["digest"] for entry in value["predicate"]["resources"]]
        value["subject"][0]["digest"]["sha256"] = oms_root(digests)
    return json.dumps(value).encode()


def refused(data: bytes) -> str:
    with pytest.raises((ManifestError, DocumentError)) as error:
        read_manifest(data)
    return error.value.code


def refused_bundle(change) -> str:
    value = bundle()
    change(value)
    with pytest.raises((ManifestError, DocumentError)) as error:
        read_model_signature(json.dumps(value).encode())
    return error.value.code


def test_what_is_written_is_read_again():
    data = write_model_signature(b"payload", b"signature", hint="k")
    read = read_model_signature(data)
    assert (read.payload, read.signatures, read.hint) == (
        b"payload",
        (b"signature",),
        "k",
    )
    chained = write_model_signature(b"p", b"s", hint="", chain=(b"leaf", b"root"))
    assert read_model_signature(chained).chain == (b"leaf", b"root")


@pytest.mark.parametrize(
    "made",
    [
        manifest("a", "b/c"),
        manifest("a", hash_type=HashType.BLAKE3, allow_symlinks=True),
        manifest("a:0:5", "a:5:7", method=Method.SHARDS, shard_size=5),
        manifest("x", ignore_paths=("cache", "model.sig")),
    ],
)
def test_a_manifest_is_read_as_it_was_written(made):
    assert read_manifest(manifest_statement(made)) == made


def test_the_dialect_of_the_reference_tool_is_read():
    made = manifest("a:0:5", method=Method.SHARDS, shard_size=5)
    written = json.loads(manifest_statement(made, dialect=True))
    resource = written["predicate"]["resources"][0]
    assert resource["algorithm"] == "sha256-sharded-5"
    # protobuf writes whole numbers of a Struct like this.
    written["predicate"]["serialization"]["shard_size"] = 5.0
    assert read_manifest(json.dumps(written).encode()) == made


def test_base64_of_either_alphabet_is_read():
    value = bundle()
    value["dsseEnvelope"]["payload"] = encode_base64(b"\xfb\xff").translate(
        str.maketrans("+/", "-_")
    )
    assert read_model_signature(json.dumps(value).encode()).payload == b"\xfb\xff"


@pytest.mark.parametrize("keyid", [None, "", "anything", "absent"])
def test_a_key_id_is_neither_asked_for_nor_believed(keyid):
    value = bundle()
    signature = value["dsseEnvelope"]["signatures"][0]
    signature["keyid"] = keyid
    if keyid == "absent":
        del signature["keyid"]
    assert read_model_signature(json.dumps(value).encode()).hint == "k"


def test_older_bundles_with_the_key_itself_are_read():
    value = bundle()
    value["verificationMaterial"] = {"publicKey": {"rawBytes": "AAAA", "x": 1}}
    assert read_model_signature(json.dumps(value).encode()).hint == ""


def test_a_keyless_signature_is_told():
    value = bundle()
    value["verificationMaterial"] = {
        "certificate": {"rawBytes": "AAAA"},
        "tlogEntries": [{"logIndex": "1"}],
    }
    assert read_model_signature(json.dumps(value).encode()).keyless


@pytest.mark.parametrize(
    ("material", "code"),
    [
        ({}, "manifest.material"),
        ({"publicKey": {}}, "manifest.material"),
        ({"certificate": {"rawBytes": "AAAA"}}, "manifest.material"),
        (
            {
                "publicKey": {"hint": "k"},
                "x509CertificateChain": {"certificates": [{"rawBytes": "AAAA"}]},
            },
            "manifest.material",
        ),
        ({"x509CertificateChain": {"certificates": []}}, "document.schema"),
        (
            {"x509CertificateChain": {"certificates": [{"rawBytes": "A"}]}},
            "document.bad-base64",
        ),
    ],
)
def test_material_that_names_no_one_way_is_refused(material, code):
    def change(value):
        value["verificationMaterial"] = material

    assert refused_bundle(change) == code


def test_another_media_type_is_refused():
    assert (
        refused_bundle(lambda v: v.update(mediaType="application/json"))
        == "manifest.media-type"
    )


def test_a_bundle_without_signatures_is_refused():
    assert (
        refused_bundle(lambda v: v["dsseEnvelope"].update(signatures=[]))
        == "document.schema"
    )


def test_another_predicate_is_refused():
    change = lambda v: v.update(predicateType="https://example.com/x")  # noqa: E731 - one use
    assert refused(statement(change)) == "manifest.predicate-type"


@pytest.mark.parametrize(
    "name", ["/a", "../a", "a/../b", "a//b", "a/", "./a", "a/./b", "..", "a/.."]
)
def test_a_name_that_two_readers_may_differ_on_is_refused(name):
    def change(value):
        value["predicate"]["resources"][0]["name"] = name

    assert refused(statement(change)) == "manifest.names"


def test_a_repeated_name_is_refused():
    def change(value):
        resources = value["predicate"]["resources"]
        resources.append(deepcopy(resources[0]))

    assert refused(statement(change)) == "manifest.names"


@pytest.mark.parametrize(
    "name",
    ["a", "a:0", "a:1:5", "a:0:6", "a:5:5", "a:00:5", "a:-5:0", "/a:0:5", ":0:5"],
)
def test_a_shard_that_does_not_fit_is_refused(name):
    made = manifest("a:0:5", method=Method.SHARDS, shard_size=5)

    def change(value):
        value["predicate"]["resources"][0]["name"] = name

    assert refused(statement(change, made)) == "manifest.names"


@pytest.mark.parametrize(
    "how",
    [
        {"method": "shards", "hash_type": "sha256", "allow_symlinks": False},
        {
            "method": "files",
            "hash_type": "sha256",
            "allow_symlinks": False,
            "shard_size": 5,
        },
        {
            "method": "shards",
            "hash_type": "sha256",
            "allow_symlinks": False,
            "shard_size": 5.5,
        },
    ],
)
def test_a_shard_size_that_contradicts_the_method_is_refused(how):
    def change(value):
        value["predicate"]["serialization"] = how

    assert refused(statement(change)) == "manifest.shard-size"


@pytest.mark.parametrize("path", ["*.bin", "a?", "[a]", "/a", "../a", ""])
def test_a_path_left_out_that_is_no_plain_path_is_refused(path):
    def change(value):
        value["predicate"]["serialization"]["ignore_paths"] = [path]

    assert refused(statement(change)) == "manifest.ignored"


def test_resources_hashed_in_another_way_than_stated_are_refused():
    def other(value):
        value["predicate"]["resources"][0]["algorithm"] = "blake3"

    def short(value):
        value["predicate"]["serialization"]["hash_type"] = "blake2b"
        value["predicate"]["resources"][0]["algorithm"] = "blake2b"

    def dialect(value):
        value["predicate"]["resources"][0]["algorithm"] = "sha256-sharded-5"

    for change in (other, short, dialect):
        assert refused(statement(change)) == "manifest.algorithm"


def test_a_manifest_of_nothing_is_refused():
    value = json.loads(statement())
    value["predicate"]["resources"] = []
    assert refused(json.dumps(value).encode()) == "document.schema"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"weight_map": {}, "metadata": {}}, "'weight_map', 'metadata'"),
        ({}, "no field"),
    ],
)
def test_another_document_is_told_as_no_signature(value, words):
    with pytest.raises(ManifestError) as caught:
        read_model_signature(json.dumps(value).encode())
    assert caught.value.code == "manifest.media-type"
    assert "another JSON document" in caught.value.message
    assert words in caught.value.found
    assert caught.value.remedy

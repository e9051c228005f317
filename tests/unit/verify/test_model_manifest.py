from __future__ import annotations

import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from assay.crypto.digest import oms_root
from assay.crypto.dsse import pre_authentication_encoding
from assay.crypto.model_key import model_key_of
from assay.domain.manifest import (
    DifferenceKind,
    Manifest,
    Resource,
    Serialization,
)
from assay.domain.statement import PAYLOAD_TYPE
from assay.errors import AssayError
from assay.statement.model_manifest import manifest_statement
from assay.verify.model_manifest import compare_manifests, verify_manifest
from assay.wire.v0.model_signature import write_model_signature
from tests.simulators.authorities import NOW, issue, root

PRIVATE = ec.generate_private_key(ec.SECP256R1())
KEY = model_key_of(PRIVATE.public_key())
A, B = "a" * 64, "b" * 64


PLAIN = Serialization()


def manifest(how=PLAIN, **resources: str) -> Manifest:
    listed = tuple(
        Resource(name=name, digest=digest)
        for name, digest in sorted((resources or {"w": A}).items())
    )
    return Manifest(
        model="m",
        serialization=how,
        resources=listed,
        root=oms_root(resource.digest for resource in listed),
    )


def signed(made=None, *, key=PRIVATE, hint=KEY.hint, chain=(), payload=None) -> bytes:
    payload = payload or manifest_statement(made or manifest())
    message = pre_authentication_encoding(PAYLOAD_TYPE, payload)
    signature = key.sign(message, ec.ECDSA(SHA256()))
    return write_model_signature(payload, signature, hint=hint, chain=chain)


def refused(data: bytes, **given) -> str:
    with pytest.raises(AssayError) as error:
        verify_manifest(data, at=NOW, **({"key": KEY} | given))
    return error.value.code


def test_a_signature_by_the_key_gives_the_manifest():
    read = verify_manifest(signed(), key=KEY, at=NOW)
    assert read.manifest == manifest()
    assert read.key_id == KEY.key_id
    assert read.left_out == ()


@pytest.mark.parametrize("hint", ["", KEY.hint, KEY.key_id], ids=["", "pem", "der"])
def test_the_key_may_be_named_in_each_way_or_not_at_all(hint):
    data = signed(hint=hint or "x")
    if not hint:
        value = json.loads(data)
        value["verificationMaterial"]["publicKey"] = {"rawBytes": "AAAA"}
        data = json.dumps(value).encode()
    assert verify_manifest(data, key=KEY, at=NOW).key_id == KEY.key_id


def test_what_the_signer_left_out_is_told():
    how = Serialization(ignore_paths=(".git", "cache"))
    assert verify_manifest(signed(manifest(how)), key=KEY, at=NOW).left_out == (
        "cache",
    )


def test_a_signature_by_a_certificate_gives_the_manifest():
    top = root()
    leaf = issue("leaf", top, uses=("digital_signature",))
    data = signed(key=leaf.key, chain=(leaf.der,))
    read = verify_manifest(data, roots=(top.certificate,), at=NOW)
    assert read.manifest == manifest()


def test_another_key_is_refused():
    other = ec.generate_private_key(ec.SECP256R1())
    assert refused(signed(key=other)) == "signature.mismatch"
    named = model_key_of(other.public_key()).hint
    assert refused(signed(key=other, hint=named)) == "signature.other-key"


def test_a_changed_payload_is_refused_before_it_is_read():
    value = json.loads(signed())
    value["dsseEnvelope"]["payload"] = "bm90IGpzb24="
    assert refused(json.dumps(value).encode()) == "signature.mismatch"


def test_a_signature_over_another_payload_type_is_refused():
    value = json.loads(signed())
    value["dsseEnvelope"]["payloadType"] = "text/plain"
    assert refused(json.dumps(value).encode()) == "manifest.payload-type"


def test_what_was_made_in_another_way_than_asked_about_is_refused():
    top = root()
    leaf = issue("leaf", top, uses=("digital_signature",))
    chained = signed(key=leaf.key, chain=(leaf.der,))
    assert refused(chained) == "manifest.other-method"
    roots = (top.certificate,)
    assert refused(signed(), key=None, roots=roots) == "manifest.other-method"


def test_a_keyless_signature_is_left_to_sigstore():
    value = json.loads(signed())
    value["verificationMaterial"] = {
        "certificate": {"rawBytes": "AAAA"},
        "tlogEntries": [{}],
    }
    assert refused(json.dumps(value).encode()) == "manifest.keyless"


def test_a_manifest_that_followed_links_needs_the_verifiers_word():
    data = signed(manifest(Serialization(allow_symlinks=True)))
    assert refused(data) == "manifest.links-followed"
    assert verify_manifest(data, key=KEY, at=NOW, follow_links=True)


def test_a_signed_payload_that_is_no_manifest_is_refused():
    assert refused(signed(payload=b"{}")) == "document.schema"


def test_a_root_that_does_not_follow_from_the_resources_is_refused():
    assert refused(signed(replace(manifest(), root=B))) == "manifest.root"


def test_differences_are_told_by_their_kind():
    there = manifest(same=A, changed=B, extra=A)
    wanted = manifest(same=A, changed=A, gone=A)
    assert [(d.name, d.kind) for d in compare_manifests(wanted, there)] == [
        ("changed", DifferenceKind.CHANGED),
        ("extra", DifferenceKind.UNSIGNED),
        ("gone", DifferenceKind.MISSING),
    ]
    lenient = compare_manifests(wanted, there, ignore_unsigned=True)
    assert [d.name for d in lenient] == ["changed", "gone"]
    assert compare_manifests(wanted, wanted) == ()


def test_a_model_of_one_file_may_be_named_as_the_reference_tool_does():
    assert compare_manifests(manifest(**{".": A}), manifest(w=A)) == ()
    assert compare_manifests(manifest(**{".": B}), manifest(w=A))
    assert compare_manifests(manifest(**{".": A}), manifest(w=A, x=A))

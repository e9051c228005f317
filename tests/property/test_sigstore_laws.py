"""Whatever comes in as a sigstore bundle: refused with a code, or read as it was."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.crypto.fulcio import fulcio_names
from assay.domain.sigstore import InclusionProof, SigstoreBundle, SigstoreEntry
from assay.errors import (
    AssayError,
    BundleError,
    KeylessError,
    SignatureError,
    TimestampError,
    TrustError,
    VerifyError,
)
from assay.verify.keyless import verify_keyless
from assay.wire.v0.sigstore_bundle import read_sigstore_bundle, write_sigstore_bundle
from assay.wire.v0.sigstore_entry import read_entry_body
from assay.wire.v0.sigstore_root import read_sigstore_root
from tests.property.keyless_case import BUNDLE, CERTIFICATE, TRUST
from tests.simulators.authorities import NOW
from tests.simulators.keyless import IDENTITY, ISSUER

BYTES = st.binary(max_size=40)
COUNTS = st.integers(0, 2**63 - 1)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
PROOFS = st.builds(
    InclusionProof,
    index=COUNTS,
    root=BYTES,
    size=COUNTS,
    hashes=st.lists(BYTES, max_size=4).map(tuple),
    checkpoint=WORDS,
)
ENTRIES = st.builds(
    SigstoreEntry,
    index=COUNTS,
    log_id=BYTES,
    kind=WORDS,
    version=WORDS,
    body=BYTES,
    proof=st.none() | PROOFS,
    promise=st.none() | BYTES,
    integrated_at=COUNTS,
)
BUNDLES = st.builds(
    SigstoreBundle,
    signature=BYTES,
    payload=BYTES,
    payload_type=WORDS,
    certificates=st.tuples(BYTES),
    key_id=WORDS,
    entries=st.lists(ENTRIES, max_size=3).map(tuple),
    timestamps=st.lists(BYTES, max_size=3).map(tuple),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner),
    max_leaves=10,
)
DOCUMENT = json.loads(write_sigstore_bundle(BUNDLE))


def paths(value, path=()):
    yield path
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in items:
        yield from paths(inner, (*path, key))


PATHS = [path for path in paths(DOCUMENT) if path]


def with_value(path, value):
    document = json.loads(json.dumps(DOCUMENT))
    inner = document
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return document


@given(BUNDLES)
def test_a_bundle_is_read_back_as_it_was_written(bundle):
    assert read_sigstore_bundle(write_sigstore_bundle(bundle)) == bundle


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_arbitrary_documents_are_refused(data):
    with pytest.raises(BundleError):
        read_sigstore_bundle(data)
    with pytest.raises(TrustError):
        read_sigstore_root(data)
    with pytest.raises(KeylessError):
        read_entry_body(data)


@given(st.sampled_from(PATHS), JSON | st.just("AAAA"))
def test_a_bundle_with_another_value_proves_nothing_else(path, value):
    data = json.dumps(with_value(path, value)).encode()
    try:
        signer = verify_keyless(read_sigstore_bundle(data), TRUST, NOW)
    except (BundleError, KeylessError, SignatureError, TimestampError, VerifyError):
        return
    assert (signer.identity, signer.issuer) == (IDENTITY, ISSUER)


@given(BUNDLES)
def test_no_made_up_bundle_proves_anything(bundle):
    with pytest.raises(AssayError):
        verify_keyless(replace(bundle, certificates=(CERTIFICATE,)), TRUST, NOW)


@given(st.integers(0, len(CERTIFICATE) - 1), st.integers(1, 255))
def test_an_altered_certificate_proves_nothing(place, change):
    altered = bytearray(CERTIFICATE)
    altered[place] ^= change
    with pytest.raises(AssayError) as error:
        verify_keyless(replace(BUNDLE, certificates=(bytes(altered),)), TRUST, NOW)
    assert error.value.family in {"keyless", "key"}


@given(st.binary(max_size=300))
def test_arbitrary_bytes_name_nobody(data):
    with pytest.raises(KeylessError):
        fulcio_names(data)


def test_the_case_proves_what_it_is_said_to():
    assert verify_keyless(BUNDLE, TRUST, NOW).identity == IDENTITY

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from assay.domain.statement import BundleVersion, StatementFile
from assay.errors import BundleError
from assay.wire.v0.bundle import read_bundle, write_bundle
from assay.wire.v0.statement_file import read_statement_file, write_statement_file
from tests.simulators.claims import small_claim

BUNDLE = small_claim().bundle()
FIRST = BUNDLE.statements[0]
WHOLE = replace(
    FIRST,
    second=replace(FIRST.envelope, key_id="1" * 64, signature=b"second"),
    timestamps=(b"token one", b"token two"),
)
FILE = StatementFile(public_key=b"key", statement=WHOLE, further_keys=(b"second key",))
DATA = write_statement_file(FILE)


def written(edit):
    document = json.loads(DATA)
    edit(document)
    return json.dumps(document, separators=(",", ":")).encode() + b"\n"


def refused(data):
    with pytest.raises(BundleError) as caught:
        read_statement_file(data)
    return caught.value.code


@pytest.mark.parametrize(
    "file",
    [FILE, StatementFile(public_key=b"key", statement=FIRST)],
)
def test_a_statement_file_is_read_back_as_it_was_written(file):
    assert read_statement_file(write_statement_file(file)) == file


def test_a_bundle_of_the_second_format_is_read_back_as_it_was_written():
    bundle = replace(
        BUNDLE,
        version=BundleVersion.V0_2,
        statements=(WHOLE, *BUNDLE.statements[1:]),
        further_keys=(b"other",),
        disclosures=("abc", "def"),
    )
    assert read_bundle(write_bundle(bundle)) == bundle
    bare = replace(BUNDLE, version=BundleVersion.V0_2)
    assert read_bundle(write_bundle(bare)) == bare


def test_a_bundle_of_the_first_format_has_no_place_for_what_came_later():
    document = json.loads(write_bundle(BUNDLE))
    document["statements"][0]["timestamps"] = ["AAAA"]
    data = json.dumps(document, separators=(",", ":")).encode() + b"\n"
    with pytest.raises(BundleError) as caught:
        read_bundle(data)
    assert caught.value.code == "bundle.malformed"


@pytest.mark.parametrize(
    "data",
    [
        DATA[:-1],
        DATA + b" ",
        DATA.replace(b'","', b'", "', 1),
        written(lambda doc: doc.update(publicKey=doc.pop("publicKey"))),
        written(lambda doc: doc["statement"].update(timestamps=None)),
    ],
)
def test_the_same_content_in_another_spelling_is_refused(data):
    assert refused(data) == "bundle.not-canonical"


@pytest.mark.parametrize(
    "edit",
    [
        lambda doc: doc.update(mediaType="application/vnd.assay.statement.v0.9+json"),
        lambda doc: doc.update(more=1),
        lambda doc: doc.pop("statement"),
        lambda doc: doc["statement"].update(timestamps=[]),
        lambda doc: doc["statement"].update(timestamps=["AAAA"] * 9),
        lambda doc: doc["statement"].update(timestamps=["AA=A"]),
        lambda doc: doc["statement"]["second"].update(keyid="x"),
        lambda doc: doc["statement"]["second"].update(sig="A"),
        lambda doc: doc.update(furtherKeys=[]),
        lambda doc: doc.update(furtherKeys=["AA=="] * 9),
    ],
)
def test_anything_else_is_no_statement_file(edit):
    assert refused(written(edit)) == "bundle.malformed-statement"


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", DATA[: len(DATA) // 2]])
def test_what_is_cut_is_no_statement_file(data):
    assert refused(data) == "bundle.malformed-statement"


@pytest.mark.parametrize(
    "file", [FILE, StatementFile(public_key=b"key", statement=FIRST)]
)
def test_the_spelling_is_that_of_the_model(file):
    data = write_statement_file(file)
    assert data == json.dumps(json.loads(data), separators=(",", ":")).encode() + b"\n"
    whole = json.loads(data)["statement"]
    assert list(whole) == [
        name
        for name in ("envelope", "receipt", "second", "timestamps")
        if name in whole
    ]

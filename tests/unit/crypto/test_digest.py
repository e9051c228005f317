from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from assay.crypto.digest import oms_root, release_digest, sha256_hex
from assay.domain.release import FileRecord
from assay.encoding import decode_base64
from assay.wire.strict_json import loads
from tests.simulators.claims import FILES

OMS = Path(__file__).parents[4] / "shared" / "data" / "oms"


def test_a_release_digest_is_written_out_by_hand():
    files = (
        FileRecord(path="b", size=2, sha256="22" * 32),
        FileRecord(path="a", size=1, sha256="11" * 32),
    )
    listing = (
        b'[{"algorithm":"sha256","digest":"' + b"11" * 32 + b'","path":"a","size":1},'
        b'{"algorithm":"sha256","digest":"' + b"22" * 32 + b'","path":"b","size":2}]'
    )
    assert release_digest(files) == hashlib.sha256(listing).hexdigest()
    assert release_digest(files) == sha256_hex(listing)


@pytest.mark.parametrize(
    "change",
    [
        {"path": "z"},
        {"size": 0},
        {"sha256": "0" * 64},
    ],
)
def test_a_release_digest_depends_on_name_size_and_content(change):
    changed = (*FILES[:-1], replace(FILES[-1], **change))
    assert release_digest(changed) != release_digest(FILES)
    assert release_digest(FILES[::-1]) == release_digest(FILES)
    assert release_digest(FILES[1:]) != release_digest(FILES)


def test_files_are_sorted_by_code_points_and_not_by_utf16():
    # U+FB33 sorts before U+1F600 by code point and after it by UTF-16.
    files = [
        FileRecord(path=path, size=0, sha256="0" * 64)
        for path in ("\U0001f600", "\ufb33")
    ]
    listing = "".join(
        f'{{"algorithm":"sha256","digest":"{"0" * 64}","path":"{path}","size":0}},'
        for path in ("\ufb33", "\U0001f600")
    )
    assert release_digest(files) == sha256_hex(f"[{listing[:-1]}]".encode())


@pytest.mark.skipif(not OMS.is_dir(), reason="the OMS test vectors are not at hand")
def test_the_root_of_the_oms_vector_recomputes():
    bundle = loads((OMS / "test-vectors/v1.0/valid/key.bundle.json").read_bytes())
    envelope = bundle.get("dsseEnvelope") or bundle["dsse_envelope"]
    statement = loads(decode_base64(envelope["payload"], what="payload"))
    resources = statement["predicate"]["resources"]
    assert resources
    assert [r["name"] for r in resources] == sorted(r["name"] for r in resources)
    root = oms_root(r["digest"] for r in resources)
    assert statement["subject"][0]["digest"]["sha256"] == root

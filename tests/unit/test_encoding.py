from __future__ import annotations

import pytest

from assay.encoding import decode_base64, encode_base64
from assay.errors import DocumentError


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"f", "Zg=="),
        (b"fo", "Zm8="),
        (b"foo", "Zm9v"),
        (b"\xff\xfe", "//4="),
    ],
)
def test_the_vectors_of_rfc_4648_hold(data, text):
    assert encode_base64(data) == text
    assert decode_base64(text, what="x") == data


@pytest.mark.parametrize(
    "text",
    [
        "Zg",
        "Zg=",
        "Zg===",
        "Zh==",
        "Zm9=",
        "Z",
        "Zm9v\n",
        " Zm9v",
        "Zm9v Zm9v",
        "__4=",
        "Zg==Zg==",
        "é",
        "Zm9v\ud800",
        "=",
        "====",
        "Zm9vZm9vZm9vZm9vZm9vZm9vZm9v!",
    ],
)
def test_every_other_spelling_is_refused(text):
    with pytest.raises(DocumentError) as caught:
        decode_base64(text, what="signature")
    assert caught.value.code == "document.bad-base64"
    assert "signature" in caught.value.message
    assert len(caught.value.found) < 60

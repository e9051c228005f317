from __future__ import annotations

import pytest

from assay.crypto.canonical import canonical_json
from assay.errors import DocumentError


@pytest.mark.parametrize(
    ("value", "data"),
    [
        ({"b": 1, "a": [True, None, "x"]}, b'{"a":[true,null,"x"],"b":1}'),
        # RFC 8785 section 3.2.3: keys are sorted by UTF-16 code units, so the
        # surrogate pair of the emoji comes before U+FB33.
        (
            {"\ufb33": 1, "\U0001f600": 2, "\r": 3},
            b'{"\\r":3,"\xf0\x9f\x98\x80":2,"\xef\xac\xb3":1}',
        ),
        (1e21, b"1e+21"),
        (0.000001, b"0.000001"),
        (-0.0, b"0"),
        ("\u20ac$\u000f\nA'B\"\\", b'"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\"'),
        (2**53 - 1, b"9007199254740991"),
    ],
)
def test_it_prints_as_rfc_8785_does(value, data):
    assert canonical_json(value) == data


@pytest.mark.parametrize(
    "value", [2**53, -(2**53), float("nan"), float("inf"), "\ud800", {1: 2}, {"a": b""}]
)
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises(DocumentError) as caught:
        canonical_json(value)
    assert caught.value.code == "document.not-canonical"

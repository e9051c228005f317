from __future__ import annotations

import pytest

from assay.crypto import canonical_base64


def test_what_was_encoded_is_decoded():
    for size in range(40):
        assert canonical_base64.decode(canonical_base64.encode(bytes(size))) == bytes(
            size
        )


@pytest.mark.parametrize(
    "text", ["A", "AB==", "AA=", "AA", "A A=", "AA==\n", "-_==", "\u00e9===", "AAB="]
)
def test_any_other_spelling_is_nothing(text):
    assert canonical_base64.decode(text) is None

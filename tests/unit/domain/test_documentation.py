from __future__ import annotations

import pytest

from assay.domain.documentation import ITEMS, documented_in


def test_a_text_that_says_nothing_documents_nothing():
    assert documented_in("# Model\n\nHello.") == ()


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("Out-of-scope use: none", "acceptable use"),
        ("It has 7B weights.", "number of parameters"),
        ("Trained on 8 GPUs", "compute"),
        ("40 kWh were used", "energy"),
        ("Pages were scraped from the web", "provenance of the data"),
        ("The context length is 8192", "modality and format of inputs and outputs"),
    ],
)
def test_items_are_known_by_their_words(text, item):
    assert item in ITEMS
    assert item in documented_in(text)

"""Reasons are told in sentences that also hold for one."""

from __future__ import annotations

import pytest

from assay.domain.release import Inventory
from tests.simulators.claims import Claim, small_claim


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        (small_claim(), "The one file at hand is the file signed for."),
        (Claim(), "files at hand are the files signed for."),
    ],
    ids=["one", "some"],
)
def test_the_files_that_were_compared_are_counted_in_words(claim, text):
    verdict = claim.verdict(inventory=Inventory(files=claim.files))
    assert any(text in reason.message for reason in verdict.reasons)

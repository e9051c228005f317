"""Whatever others say of a claim and must not count: each with its own code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.simulators.attacks_on_attached import ATTACHED_ATTACKS
from tests.simulators.attacks_on_standing import STANDING_ATTACKS
from tests.simulators.registry import codes
from tests.simulators.standing_cases import verdict_of

SOURCE = Path(__file__).parents[3] / "src" / "assay" / "verify"
MODULES = (
    "attached",
    "attached_nouns",
    "key_register",
    "reviews",
    "snapshots",
    "standing",
)
CASES = {**STANDING_ATTACKS, **ATTACHED_ATTACKS}


@pytest.mark.parametrize("name", CASES)
def test_what_must_not_count_is_told_by_its_own_code(name):
    case = CASES[name]
    verdict = verdict_of(case)
    assert (verdict.value, case.code in codes(verdict)) == (case.value, True), codes(
        verdict
    )
    if verdict.release is not None and name.startswith(("a review", "an evaluation")):
        kept = [r.review.results for r in verdict.release.reviews]
        assert not any(kept)
        assert verdict.release.evaluations == ()


def test_every_code_of_these_modules_is_provoked_here():
    raised = set()
    for stem in MODULES:
        text = (SOURCE / f"{stem}.py").read_text()
        raised |= {
            f"{family.lower()}.{code}"
            for family, code in re.findall(r'(Verify|Trust)Error\(\s*"([^"]+)"', text)
        }
        raised |= set(re.findall(r'code="(verify\.[^"]+)"', text))
    # Told of what holds, and of keys that are not beside what they signed.
    raised -= {"verify.review", "verify.status", "verify.attached-key"}
    assert raised <= {case.code for case in CASES.values()}

"""A C2SP tlog-policy in the trust file says which witnesses are enough."""

from __future__ import annotations

import pytest

from assay.domain.verdict import VerdictValue
from tests.simulators.claims import Claim, MemoryLog
from tests.simulators.note_signers import LOG_PQ, WITNESS_ED, WITNESS_PQ

TWO = f"witness one {WITNESS_ED.vkey}\nwitness two {WITNESS_PQ.vkey}\n"
ALL = f"{TWO}group both all one two\nquorum both\n"
ANY = f"{TWO}group either any one two\nquorum either\n"


def verdict(policy, *witnesses):
    claim = Claim(log=MemoryLog(witnesses=witnesses))
    return claim.verdict(claim.trust(policy=policy))


@pytest.mark.parametrize(
    ("policy", "witnesses"),
    [
        (ALL, (WITNESS_ED, WITNESS_PQ)),
        (ANY, (WITNESS_PQ,)),
        ("quorum none\n", ()),
    ],
)
def test_what_the_policy_asks_for_is_enough(policy, witnesses):
    assert verdict(policy, *witnesses).value is VerdictValue.VALID


@pytest.mark.parametrize(
    ("policy", "witnesses", "code"),
    [
        (ALL, (WITNESS_ED,), "verify.witness-quorum"),
        (ANY, (), "verify.witness-quorum"),
        # The log's own key under the name of a witness.
        (
            f"witness self {LOG_PQ.vkey}\nquorum self\n",
            (),
            "verify.witness-quorum",
        ),
        ("quorum\n", (), "log.policy-line"),
    ],
)
def test_less_is_refused(policy, witnesses, code):
    found = verdict(policy, *witnesses)
    assert found.value is VerdictValue.INVALID
    assert found.reasons[0].code == code

"""Attacks on the timestamps of a whole claim (steps 5, 9 and 11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from assay.domain.statement import BundleVersion
from assay.domain.trust import TimestampAuthority
from tests.simulators.authorities import root
from tests.simulators.claims import LOGGED_AT
from tests.simulators.tampering import Case
from tests.simulators.timestamp_forger import Forger, stamp_holder

DAY = timedelta(days=1)
ROOT = root("clock", LOGGED_AT)
STRANGER = root("stranger", LOGGED_AT)
CLOCK = TimestampAuthority(name="Clock", certificates=(ROOT.der,))
STAMPED = {"timestamp_authorities": (CLOCK,), "timestamp_required": True}


def stamped(time=LOGGED_AT, authority=ROOT, over=None):
    """Stamp every statement of a claim, or all but what `over` gives otherwise."""
    forger = Forger(signer=stamp_holder(authority, at=time), time=time)

    def edit(logged):
        signatures = [item.envelope.signature for item in logged]
        chosen = signatures if over is None else over(signatures)
        return [
            item
            if signature is None
            else replace(item, timestamps=(forger.stamp(signature),))
            for item, signature in zip(logged, chosen, strict=True)
        ]

    return {"version": BundleVersion.V0_2, "logged": edit}


TIME_ATTACKS = {
    "no timestamp where one is required": Case(
        "verify.no-timestamp",
        claim={"version": BundleVersion.V0_2},
        trust=STAMPED,
    ),
    "one statement of four without a timestamp": Case(
        "verify.no-timestamp",
        claim=stamped(over=lambda signatures: [None, *signatures[1:]]),
        trust=STAMPED,
    ),
    "timestamps by an authority that nobody named": Case(
        "verify.no-timestamp", claim=stamped(authority=STRANGER), trust=STAMPED
    ),
    "timestamps over the signatures of other statements": Case(
        "timestamp.other-message",
        claim=stamped(over=lambda signatures: signatures[::-1]),
        trust=STAMPED,
    ),
    "a seal that is dated later than it was stamped": Case(
        "verify.sealed-after-stamped",
        claim=stamped(LOGGED_AT - DAY),
        trust=STAMPED,
    ),
    "a timestamp after the authority counted": Case(
        "timestamp.not-counted",
        claim=stamped(),
        trust={
            **STAMPED,
            "timestamp_authorities": (replace(CLOCK, valid_until=LOGGED_AT - DAY),),
        },
    ),
}

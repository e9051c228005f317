"""Attacks on second signatures and on the dates of keys (steps 5 and 9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from assay.domain.statement import BundleVersion
from assay.domain.trust import TrustedDeveloper
from tests.simulators.claims import (
    DEVELOPER,
    SEALED_AT,
    Claim,
    ml_dsa_65_signer,
    p256_signer,
)
from tests.simulators.tampering import Case

SECOND = ml_dsa_65_signer()
OTHER_SECOND = ml_dsa_65_signer(22)
FIRST = Claim().trust().developers[0]
DAY = timedelta(days=1)

TWICE_SIGNED = {
    "version": BundleVersion.V0_2,
    "second": SECOND,
    "further_keys": (SECOND.public_key.der,),
}
BELIEVED_TWICE = {
    "developers": (
        FIRST,
        TrustedDeveloper(name=DEVELOPER, public_key=SECOND.public_key.der),
    ),
    "second_required": True,
}


def _second(change):
    """Change the second envelope of the first statement."""

    def edit(logged):
        first, *others = logged
        return [replace(first, second=change(first.second)), *others]

    return edit


def _flipped(envelope):
    signature = bytes((envelope.signature[0] ^ 1, *envelope.signature[1:]))
    return replace(envelope, signature=signature)


def _dated(**dates):
    return {"developers": (replace(FIRST, **dates),)}


KEY_ATTACKS = {
    "a second signature that does not hold": Case(
        "signature.mismatch",
        claim={**TWICE_SIGNED, "logged": _second(_flipped)},
        trust=BELIEVED_TWICE,
    ),
    "a second signature over another statement": Case(
        "signature.mismatch",
        claim={
            **TWICE_SIGNED,
            "logged": lambda logged: [
                replace(logged[0], second=logged[1].second),
                *logged[1:],
            ],
        },
        trust=BELIEVED_TWICE,
    ),
    "a second signature that does not hold, by a key that nobody asked for": Case(
        "signature.mismatch",
        claim={**TWICE_SIGNED, "logged": _second(_flipped)},
    ),
    "a second signature whose key is not there": Case(
        "verify.second-key",
        claim={**TWICE_SIGNED, "further_keys": (OTHER_SECOND.public_key.der,)},
        trust=BELIEVED_TWICE,
    ),
    "a second signature by a key of the first kind": Case(
        "key.not-second",
        claim={
            **TWICE_SIGNED,
            "further_keys": (p256_signer(7).public_key.der,),
            "logged": _second(
                lambda second: replace(second, key_id=p256_signer(7).public_key.key_id)
            ),
        },
        trust=BELIEVED_TWICE,
    ),
    "no second signature where one is required": Case(
        "verify.no-second",
        claim={"version": BundleVersion.V0_2},
        trust=BELIEVED_TWICE,
    ),
    "one statement of four without the second signature": Case(
        "verify.no-second",
        claim={**TWICE_SIGNED, "logged": _second(lambda _: None)},
        trust=BELIEVED_TWICE,
    ),
    "a second signature by a stranger's key": Case(
        "verify.no-second",
        claim={
            **TWICE_SIGNED,
            "second": OTHER_SECOND,
            "further_keys": (OTHER_SECOND.public_key.der,),
        },
        trust=BELIEVED_TWICE,
    ),
    "a second signature by the key of another developer": Case(
        "verify.no-second",
        claim=TWICE_SIGNED,
        trust={
            "developers": (
                FIRST,
                TrustedDeveloper(name="Other", public_key=SECOND.public_key.der),
            ),
            "second_required": True,
        },
    ),
    "further keys that are none": Case(
        "key.not-a-key",
        claim={"version": BundleVersion.V0_2, "further_keys": (b"key",)},
    ),
    "a first signature by a key for second ones": Case(
        "key.second-only",
        claim={"shown_key": SECOND.public_key.der},
        trust=BELIEVED_TWICE,
    ),
    "logged after the key had ended": Case(
        "verify.key-ended", trust=_dated(valid_until=SEALED_AT - DAY)
    ),
    "in no log, and the key has ended by now": Case(
        "verify.key-ended",
        claim={"log": None},
        trust=_dated(valid_until=SEALED_AT + DAY),
    ),
    "sealed before the key began": Case(
        "verify.key-not-begun", trust=_dated(valid_from=SEALED_AT + DAY)
    ),
}

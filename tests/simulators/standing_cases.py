"""One thing said of a claim, and what has to come of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.crypto.bitstring import bits_of, encode_list
from assay.crypto.digest import sha256_hex
from assay.domain.review import ReviewKind
from assay.domain.verdict import VerdictValue
from assay.verify import verify_bundle
from tests.simulators.claims import edited
from tests.simulators.registry import (
    ASSESSOR_KEY,
    DAY,
    DEV_KEY,
    HOUR,
    NOON,
    OFFICE_KEY,
    Scene,
    answered,
    enrolled_key,
    enrolment,
    result,
    revocation,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

VALID, INVALID, STALE = VerdictValue.VALID, VerdictValue.INVALID, VerdictValue.STALE
NOW = NOON + 2 * DAY


@dataclass
class Case:
    """What is said, what comes of it, and by which code it is told."""

    value: VerdictValue
    code: str
    said: Callable[[Scene], object]
    trust: dict | None = None
    at: datetime = NOW
    attached: bool = False


def nothing(_):
    """Say nothing."""


def forged(payload, signer=OFFICE_KEY, at=NOON + HOUR, **edits):
    """Issue something whose predicate was edited to say what no writer writes."""

    def say(scene):
        made = payload(scene) if callable(payload) else payload
        changed = edited(made, lambda doc: doc["predicate"].update(edits))
        scene.issue(changed, signer, at)

    return say


def two(*changes, sizes=(None, None)):
    """Issue two snapshots that differ."""

    def say(scene):
        for day, (change, size) in enumerate(zip(changes, sizes, strict=True)):
            more = {} if size is None else {"size": size}
            issued = change.pop("issued_at", NOON + HOUR + day * HOUR)
            scene.status(issued, **more, **change)

    return say


def not_an_answer(kind=ReviewKind.CONFIRMS, control="crew-3", **changes):
    def say(scene):
        scene.issue(scene.review(result(control, kind, **changes)), ASSESSOR_KEY)

    return say


def reviewed(signer=ASSESSOR_KEY, at=NOON + HOUR, *results, **changes):
    def say(scene):
        made = scene.review(*(results or (answered(),)), **changes)
        scene.issue(made, signer, at)

    return say


def revoked_review(scene):
    file = scene.issue(scene.review(answered()), ASSESSOR_KEY)
    digest = sha256_hex(file.statement.envelope.payload)
    scene.issue(revocation(digest, NOON + HOUR), ASSESSOR_KEY)


WRONG_BITS = {"encoded_list": encode_list(bits_of((1,), 10))}
ENROLLED = enrolment(enrolled_key(DEV_KEY))


def verdict_of(case):
    scene = Scene()
    case.said(scene)
    if case.attached:
        return verify_bundle(
            scene.attached(*scene.files), scene.trust(**case.trust or {}), case.at
        )
    return scene.verdict(at=case.at, **case.trust or {})

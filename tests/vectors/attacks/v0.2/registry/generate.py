"""Made the vectors beside it: what others say of a claim, and what has to come of it.

    PYTHONPATH=src:. python tests/vectors/attacks/v0.2/registry/generate.py

Each case is a bundle, statement files at hand, a trust file and an instant. Another
verifier must come to the same verdict; ours tells the code in `cases.json`, and for
verdicts that are not `invalid` among others. The claim is the same in all of them.
"""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import suppress
from copy import copy
from dataclasses import replace
from pathlib import Path

from assay.errors import TrustError
from assay.wire.v0.bundle import write_bundle
from assay.wire.v0.instant import format_instant
from assay.wire.v0.statement_file import write_statement_file
from assay.wire.v0.trust import read_trust
from assay.wire.v0.trust_writing import write_trust
from tests.simulators.attacks_on_attached import ATTACHED_ATTACKS
from tests.simulators.attacks_on_standing import STANDING_ATTACKS
from tests.simulators.registry import (
    ASSESSOR_KEY,
    DAY,
    DEV_KEY,
    HOUR,
    NOBODY,
    NOON,
    OFFICE_KEY,
    Scene,
    answered,
    enrolled_key,
    enrolment,
    withdrawal,
)
from tests.simulators.standing_cases import NOW, VALID, Case

HERE = Path(__file__).parent


def honest(scene):
    scene.issue(enrolment(enrolled_key(DEV_KEY)), OFFICE_KEY, NOON - DAY)
    scene.issue(scene.review(answered()), ASSESSOR_KEY)
    scene.status()


def left_later(scene):
    scene.issue(enrolment(enrolled_key(DEV_KEY)), OFFICE_KEY, NOON - DAY)
    scene.issue(withdrawal(NOON + HOUR), OFFICE_KEY)


SOUND = {
    "an enrolment, a review and a snapshot, at hand": Case(
        VALID, "verify.review", honest, {"developers": NOBODY, "status_required": True}
    ),
    "an enrolment, a review and a snapshot, in the bundle": Case(
        VALID,
        "verify.review",
        honest,
        {"developers": NOBODY, "status_required": True},
        attached=True,
    ),
    "a claim of before its organisation withdrew": Case(
        VALID, "verify.developer", left_later, {"developers": NOBODY}
    ),
}


def main() -> None:
    for path in HERE.glob("*.*"):
        if path.suffix != ".py":
            path.unlink()
    base = Scene()
    cases = []
    for name, case in {**SOUND, **STANDING_ATTACKS, **ATTACHED_ATTACKS}.items():
        # A trust file that contradicts itself is refused before any claim is looked at.
        with suppress(TrustError):
            cases.append(written(base, name, case))
    text = json.dumps(cases, indent=2) + "\n"
    (HERE / "cases.json").write_text(text, encoding="utf-8")


def written(base: Scene, name: str, case: Case) -> dict[str, object]:
    stem = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    trust = write_trust(base.trust(**case.trust or {}))
    read_trust(trust.encode())
    scene = copy(base)
    scene.files = []
    scene.log = replace(base.log, leaves=list(base.log.leaves))
    case.said(scene)
    at_hand = []
    if case.attached:
        bundle = f"{stem}.assay"
        (HERE / bundle).write_bytes(scene.attached(*scene.files))
    else:
        bundle = "claim.assay"
        (HERE / bundle).write_bytes(write_bundle(base.bundle))
        for number, file in enumerate(scene.files, start=1):
            at_hand.append(f"{stem}-{number}.assay-statement")
            (HERE / at_hand[-1]).write_bytes(write_statement_file(file))
    named = f"trust-{hashlib.sha256(trust.encode()).hexdigest()[:8]}.toml"
    (HERE / named).write_text(trust, encoding="utf-8")
    return {
        "what": name,
        "bundle": bundle,
        "with": at_hand,
        "trust": named,
        "at": format_instant(case.at or NOW),
        "verdict": case.value.value,
        "code": case.code,
    }


if __name__ == "__main__":
    main()

"""Made the attack vectors beside it: one bundle for each code of a refusal.

    PYTHONPATH=src:. python tests/vectors/attacks/v0.1/generate.py

They are for whoever writes another verifier: each bundle, with its trust file, must be
refused at the instant given, and ours tells the code in `cases.json`. Left out are
attacks on the files of a release, which need a directory, and those whose trust file
is itself refused.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

from assay.errors import AssayError
from assay.wire.v0.instant import format_instant
from assay.wire.v0.trust import read_trust
from assay.wire.v0.trust_writing import write_trust
from tests.simulators.attacks_on_claims import CLAIM_ATTACKS
from tests.simulators.attacks_on_envelopes import ENVELOPE_ATTACKS
from tests.simulators.claims import NOW, Claim, MemoryLog

HERE = Path(__file__).parent


def main() -> None:
    for path in HERE.glob("*.*"):
        if path.suffix in {".assay", ".toml"}:
            path.unlink()
    cases = [written("nothing changed", Claim(), {}, "")]
    seen = set()
    for name, case in {**ENVELOPE_ATTACKS, **CLAIM_ATTACKS}.items():
        if case.inventory is not None or case.code in seen:
            continue
        about_logs = case.code.split(".")[0] in {"log", "verify"} and re.search(
            r"log|receipt|quorum", case.code
        )
        claim = dict(case.claim)
        if not (about_logs or {"log", "logged"} & claim.keys() or case.trust):
            claim["log"] = None
        made = Claim(**claim)
        if made.log is not None:
            made = replace(made, log=fresh(made.log))
        try:
            cases.append(written(name, made, case.trust, case.code))
        except AssayError:
            continue
        seen.add(case.code)
    text = json.dumps(cases, indent=2) + "\n"
    (HERE / "cases.json").write_text(text, encoding="utf-8")


def fresh(log: MemoryLog) -> MemoryLog:
    return replace(log, leaves=list(log.leaves))


def written(name: str, claim: Claim, trust: dict, code: str) -> dict[str, str]:
    stem = code or "valid"
    text = write_trust(claim.trust(**trust))
    read_trust(text.encode())
    (HERE / f"{stem}.toml").write_text(text, encoding="utf-8")
    (HERE / f"{stem}.assay").write_bytes(claim.data())
    return {
        "what": name,
        "bundle": f"{stem}.assay",
        "trust": f"{stem}.toml",
        "at": format_instant(NOW),
        "verdict": "invalid" if code else "valid",
        "code": code,
    }


if __name__ == "__main__":
    main()

"""Made the attack vectors beside it: one bundle for each thing that must be refused.

    PYTHONPATH=src:. python tests/vectors/attacks/v0.2/disclosure/generate.py

They are for whoever writes another verifier: each bundle, with the trust file, must be
refused at the instant given, and ours tells the code in `cases.json`. No log plays a
part in them.
"""

from __future__ import annotations

import json
from pathlib import Path

from assay.wire.v0.instant import format_instant
from assay.wire.v0.trust_writing import write_trust
from tests.simulators.attacks_on_disclosures import DISCLOSURE_ATTACKS
from tests.simulators.claims import NOW
from tests.simulators.salted_claims import SaltedClaim

HERE = Path(__file__).parent
TRUST = "developer.toml"


def main() -> None:
    for path in HERE.glob("*.assay"):
        path.unlink()
    honest = SaltedClaim(log=None)
    text = write_trust(honest.trust())
    (HERE / TRUST).write_text(text, encoding="utf-8")
    cases = [written("nothing changed", honest.data(), "")]
    cases += [
        written(name, case.made().data(), case.code)
        for name, case in DISCLOSURE_ATTACKS.items()
    ]
    (HERE / "cases.json").write_text(json.dumps(cases, indent=2) + "\n", "utf-8")


def written(name: str, data: bytes, code: str) -> dict[str, str]:
    stem = name.replace(" ", "-")
    (HERE / f"{stem}.assay").write_bytes(data)
    return {
        "what": name,
        "bundle": f"{stem}.assay",
        "trust": TRUST,
        "at": format_instant(NOW),
        "verdict": "invalid" if code else "valid",
        "code": code,
    }


if __name__ == "__main__":
    main()

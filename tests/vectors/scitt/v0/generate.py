"""Makes the vectors beside it: transparent statements, honest and attacked.

    PYTHONPATH=src:. python tests/vectors/scitt/v0/generate.py

They are for whoever writes another verifier. `manifest.json` says who is believed, and
of each file what it must be: `valid`, `invalid` with a code, or `unreadable` with one.
Honest files are never made again: what was issued verifies for ever.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from assay.crypto.cose_key import write_key_set
from assay.domain.verdict import VerdictValue
from assay.errors import CoseError
from tests.simulators.attacks_on_scitt import SCITT_ATTACKS
from tests.simulators.scitt import (
    ISSUER,
    LOG,
    ORIGIN,
    REGISTERED,
    SEAL,
    statement,
    transparent,
)
from tests.unit.verify.test_verify_scitt import verify

HERE = Path(__file__).parent
HONEST = {
    "honest": transparent(),
    "honest-named": transparent(statement(issuer="https://developer.example")),
    "honest-hashed": transparent(statement(hashed=True)),
}


def main() -> None:
    for name, data in HONEST.items():
        if not (HERE / f"{name}.cose").exists():
            (HERE / f"{name}.cose").write_bytes(data)
    for name, data in SCITT_ATTACKS.items():
        (HERE / f"{name}.cose").write_bytes(data)
    (HERE / "seal.json").write_bytes(SEAL)
    (HERE / "issuer-keys.cbor").write_bytes(write_key_set([ISSUER.public_key]))
    (HERE / "log-keys.cbor").write_bytes(write_key_set([LOG.public_key]))
    manifest = {
        "origin": ORIGIN,
        "registeredAt": datetime.fromtimestamp(REGISTERED, tz=UTC).isoformat(),
        "issuerKeys": "issuer-keys.cbor",
        "logKeys": "log-keys.cbor",
        "payload": "seal.json",
        "files": {
            f"{name}.cose": judged(data)
            for name, data in {**HONEST, **SCITT_ATTACKS}.items()
        },
    }
    text = json.dumps(manifest, indent=2) + "\n"
    (HERE / "manifest.json").write_text(text, encoding="utf-8")


def judged(data: bytes) -> dict[str, str]:
    try:
        verdict = verify(data)
    except CoseError as error:
        return {"result": "unreadable", "code": error.code}
    if verdict.value is VerdictValue.VALID:
        return {"result": "valid"}
    return {"result": verdict.value.value, "code": verdict.reasons[0].code}


if __name__ == "__main__":
    main()

"""Made the files beside it, once.

    PYTHONPATH=src:. python tests/vectors/formats/v0.1/generate.py

The files of a released format are never made again: what was sealed under v0.1 must
verify for ever. This program is kept to show how they came about. It refuses to run
where they are. All keys are for tests and worthless: their secrets are written in
`tests/simulators/`.
"""

from __future__ import annotations

import json
from pathlib import Path

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from assay.wire.v0.instant import format_instant
from assay.wire.v0.trust_writing import write_trust
from tests.simulators.claims import (
    NOW,
    Claim,
    MemoryLog,
    ed25519_signer,
    files_of,
    p256_signer,
    witness,
)
from tests.simulators.note_signers import WITNESS_ED, WITNESS_PQ

HERE = Path(__file__).parent
HEADER = b'{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
RELEASE = {
    ".gitattributes": b"*.safetensors -text\n",
    "README.md": b"# Example\n\nA model of two numbers, for tests.\n",
    "config.json": b'{"model_type": "example"}\n',
    "model.safetensors": len(HEADER).to_bytes(8, "little") + HEADER + bytes(8),
}
WITNESSES = (WITNESS_ED, WITNESS_PQ)


def claims() -> dict[str, Claim]:
    """Give the claims by the name of their bundle."""
    files = files_of(RELEASE)
    return {
        "p256-logged": Claim(files=files, log=MemoryLog(witnesses=WITNESSES)),
        "ed25519-unlogged": Claim(files=files, signer=ed25519_signer(), log=None),
    }


def main() -> None:
    for path, data in RELEASE.items():
        with (HERE / "release" / path).open("xb") as file:
            file.write(data)
    cases = []
    for name, claim in claims().items():
        witnesses = tuple(map(witness, WITNESSES)) if claim.log else ()
        trust = claim.trust(witnesses=witnesses, quorum=len(witnesses))
        (HERE / f"{name}.assay").write_bytes(claim.data())
        (HERE / f"{name}.toml").write_text(write_trust(trust), encoding="utf-8")
        cases.append(
            {
                "bundle": f"{name}.assay",
                "trust": f"{name}.toml",
                "at": format_instant(NOW),
                "verdict": "valid",
                "releaseDigest": claim.assessment.release_digest,
                "decisions": {"fast-berth": "eligible", "free-passage": "cannot tell"},
            }
        )
    for name, signer in (("p256", p256_signer()), ("ed25519", ed25519_signer())):
        pem = signer._native.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
        label = b"This key is for tests. It is public, so it proves nothing.\n"
        (HERE / f"test-key-{name}.pem").write_bytes(label + pem)
    text = json.dumps(cases, indent=2) + "\n"
    (HERE / "cases.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

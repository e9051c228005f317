"""Made the files beside it, once.

    PYTHONPATH=src:. python tests/vectors/formats/v0.2/generate.py

The files of a released format are never made again: what was sealed under v0.2 must
verify for ever. This program is kept to show how they came about. It refuses to run
where they are. All keys and the seed of the salts are for tests and worthless: their
secrets are written in `tests/simulators/`.
"""

from __future__ import annotations

import json
from pathlib import Path

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from assay.flows.disclose import disclosed, plan_all_but, plan_controls
from assay.flows.opened import open_bundle
from assay.wire.v0.bundle import write_bundle
from assay.wire.v0.instant import format_instant
from assay.wire.v0.trust_writing import write_trust
from tests.simulators.claims import (
    NOW,
    MemoryLog,
    ed25519_signer,
    files_of,
    p256_signer,
    witness,
)
from tests.simulators.note_signers import WITNESS_ED, WITNESS_PQ
from tests.simulators.salted_claims import SaltedClaim
from tests.simulators.tampering import WITH_LEAK

HERE = Path(__file__).parent
HEADER = b'{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
RELEASE = {
    ".gitattributes": b"*.safetensors -text\n",
    "README.md": b"# Example\n\nA model of two numbers, for tests.\n",
    "config.json": b'{"model_type": "example"}\n',
    "model.safetensors": len(HEADER).to_bytes(8, "little") + HEADER + bytes(8),
}
WITNESSES = (WITNESS_ED, WITNESS_PQ)
# What each benefit comes to: of the whole bundle, and of the one that shows less.
DECISIONS = {
    "p256-logged": ("eligible", "cannot tell"),
    "ed25519-logged": ("not eligible", "cannot tell"),
}


def claims() -> dict[str, SaltedClaim]:
    """Give the claims by the name of their bundle."""
    files = files_of(RELEASE)
    return {
        "p256-logged": SaltedClaim(files=files, log=MemoryLog(witnesses=WITNESSES)),
        # Says that a control is not met; the bundle that shows less withholds it.
        "ed25519-logged": SaltedClaim(
            files=files,
            reports=WITH_LEAK,
            signer=ed25519_signer(),
            seed=bytes(reversed(range(32))),
            log=MemoryLog(witnesses=WITNESSES),
        ),
    }


def main() -> None:
    for path, data in RELEASE.items():
        with (HERE / "release" / path).open("xb") as file:
            file.write(data)
    cases = []
    for name, claim in claims().items():
        trust = claim.trust(
            witnesses=tuple(map(witness, WITNESSES)), quorum=len(WITNESSES)
        )
        (HERE / f"{name}.toml").write_text(write_trust(trust), encoding="utf-8")
        whole = open_bundle(claim.bundle())
        plan = (
            plan_controls(whole, ("cargo-1", "crew-1"))
            if name == "p256-logged"
            else plan_all_but(whole, ("cargo-2",))
        )
        bundles = {name: whole.bundle, f"{name}-disclosed": disclosed(whole, plan)}
        for (stem, bundle), decided in zip(
            bundles.items(), DECISIONS[name], strict=True
        ):
            (HERE / f"{stem}.assay").write_bytes(write_bundle(bundle))
            shown = open_bundle(bundle).claim.assessment
            cases.append(
                {
                    "bundle": f"{stem}.assay",
                    "trust": f"{name}.toml",
                    "at": format_instant(NOW),
                    "verdict": "valid",
                    "releaseDigest": claim.assessment.release_digest,
                    "withheld": list(shown.withheld),
                    "decisions": {"fast-berth": decided, "free-passage": "cannot tell"}
                    if name == "p256-logged" or stem != name
                    else {"fast-berth": decided, "free-passage": "not eligible"},
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

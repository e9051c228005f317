"""Our verifier of keyless signatures against sigstore's own cases.

    python benchmarks/sigstore_conformance.py CASES ROOT

CASES is `test/assets/bundle-verify` of a checkout of sigstore/sigstore-conformance, and
ROOT the trusted root of sigstore's public instance, such as the PyPI package `sigstore`
carries it. Neither lies here: the cases have no licence, so they are run and not kept.
What is kept is how many of them agree: a case whose name ends in `_fail` has to be
refused, every other has to verify.

Cases with a key of somebody's own are left out: Assay verifies those as signatures of
models, not by this path.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from assay.domain.trust import KeylessIdentity, TrustFile
from assay.errors import AssayError
from assay.verify.keyless import verify_keyless
from assay.wire.v0.sigstore_bundle import read_sigstore_bundle
from assay.wire.v0.sigstore_root import read_sigstore_root

IDENTITY = (
    "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/"
    ".github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main"
)
ISSUER = "https://token.actions.githubusercontent.com"
FIGURES = Path(__file__).with_name("sigstore_conformance.json")


def verdict(case: Path, public_root: Path) -> str:
    """Give `ok`, or the code of the refusal."""
    own = case / "trusted_root.json"
    try:
        root = read_sigstore_root((own if own.exists() else public_root).read_bytes())
        identity = KeylessIdentity(
            name="signer",
            issuer=_text(case / "issuer", ISSUER),
            identity=_text(case / "identity", IDENTITY),
            authorities=root.authorities,
            logs=root.logs,
            certificate_logs=root.certificate_logs,
        )
        trust = TrustFile(
            developers=(),
            logs=(),
            programmes=(),
            timestamp_authorities=root.timestamp_authorities,
            keyless=(identity,),
        )
        bundle = read_sigstore_bundle((case / "bundle.sigstore.json").read_bytes())
        artifact = case / "artifact"
        if not artifact.exists():
            artifact = case.parent / "a.txt"
        content = artifact.read_bytes()
        verify_keyless(bundle, trust, datetime.now(tz=UTC), artifact=content)
        if bundle.payload is not None:
            refuse_other_subject(bundle.payload, content)
    except AssayError as error:
        return error.code
    return "ok"


def refuse_other_subject(payload: bytes, artifact: bytes) -> None:
    """For a statement, the artifact is its subject: the caller's to compare."""
    import hashlib  # noqa: PLC0415 - for this alone

    from assay.errors import VerifyError  # noqa: PLC0415 - for this alone
    from assay.wire.strict_json import loads  # noqa: PLC0415 - for this alone

    digest = hashlib.sha256(artifact).hexdigest()
    subjects = loads(payload)["subject"]
    if digest not in {item["digest"].get("sha256") for item in subjects}:
        raise VerifyError("subject-mismatch", "The statement is about another file.")


def _text(path: Path, default: str) -> str:
    return path.read_text(encoding="utf-8").strip() if path.exists() else default


def main(cases: Path, root: Path) -> None:
    """Run every case, and keep the figures."""
    folders = sorted(path for path in cases.iterdir() if path.is_dir())
    managed = [path for path in folders if path.name.startswith("managed-key")]
    run = [path for path in folders if path not in managed]
    differ = []
    for case in run:
        found = verdict(case, root)
        agrees = (found == "ok") != case.name.endswith("_fail")
        if not agrees:
            differ.append(case.name)
        print(f"{'agrees ' if agrees else 'DIFFERS'} {case.name}: {found}")
    figures = {
        "cases": len(folders),
        "left_out_with_own_keys": len(managed),
        "run": len(run),
        "agree": len(run) - len(differ),
        "differ": differ,
    }
    FIGURES.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

"""Run by the interpreter that has `sigstore`: verify a keyless bundle offline.

Its command line verifies by the public instance alone, and has no keys of one's own;
its library takes any trusted root.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sigstore.errors import Error
from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier
from sigstore.verify.policy import Identity


def main(root: Path, identity: str, issuer: str, *bundles: str) -> None:
    verifier = Verifier(trusted_root=TrustedRoot.from_file(str(root)))
    policy = Identity(identity=identity, issuer=issuer)
    for path in bundles:
        try:
            bundle = Bundle.from_json(Path(path).read_bytes())
            verifier.verify_dsse(bundle, policy)
        except (Error, ValueError) as error:
            said = f"refused: {type(error).__name__}: {error}".replace("\n", " ")
            sys.stdout.write(said + "\n")
        else:
            sys.stdout.write("ok\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])

"""Run by the interpreter that has `rfc3161_client`: verify a token over a message."""

from __future__ import annotations

import sys
from pathlib import Path

from cryptography.x509 import load_pem_x509_certificate
from rfc3161_client import VerifierBuilder, decode_timestamp_response
from rfc3161_client.errors import VerificationError


def main(token: Path, message: Path, root: Path, between: Path) -> None:
    response = decode_timestamp_response(token.read_bytes())
    verifier = (
        VerifierBuilder()
        .add_root_certificate(load_pem_x509_certificate(root.read_bytes()))
        .add_intermediate_certificate(load_pem_x509_certificate(between.read_bytes()))
        .build()
    )
    try:
        verifier.verify_message(response, message.read_bytes())
    except VerificationError as error:
        sys.stdout.write(f"refused: {error}\n")
    else:
        sys.stdout.write("ok\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))

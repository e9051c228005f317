"""Run by the interpreter that has `model_signing`: sign or verify one model."""

from __future__ import annotations

import sys
from pathlib import Path

import model_signing


def hashing(way: str, signature: Path):
    config = model_signing.hashing.Config()
    config.set_ignored_paths(paths=[signature], ignore_git_paths=True)
    if way == "shards":
        return config.use_shard_serialization(hashing_algorithm="sha256", shard_size=64)
    if way == "links":
        return config.use_file_serialization().set_allow_symlinks(allow_symlinks=True)
    return config.use_file_serialization(hashing_algorithm=way)


def main(verb: str, model: Path, signature: Path, *rest: str) -> None:
    signing = model_signing.signing.Config
    verifying = model_signing.verifying.Config
    paths = [Path(word) for word in rest]
    if verb == "sign":
        config = signing().use_elliptic_key_signer(private_key=paths[0])
        config.set_hashing_config(hashing(rest[1], signature)).sign(model, signature)
    elif verb == "sign-certificate":
        config = signing().use_certificate_signer(
            private_key=paths[0],
            signing_certificate=paths[1],
            certificate_chain=[paths[2]],
        )
        hashes = hashing("sha256", signature)
        config.set_hashing_config(hashes).sign(model, signature)
    elif verb == "verify-certificate":
        config = verifying().use_certificate_verifier(certificate_chain=[paths[0]])
        config.verify(model, signature)
    elif verb == "verify-links":
        # Left to guess, it does not take the links from the manifest.
        config = verifying().use_elliptic_key_verifier(public_key=paths[0])
        config.set_hashing_config(hashing("links", signature)).verify(model, signature)
    else:
        config = verifying().use_elliptic_key_verifier(public_key=paths[0])
        config.verify(model, signature)
    sys.stdout.write("ok\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]).resolve(), *sys.argv[4:])

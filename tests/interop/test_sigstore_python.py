"""Keyless signatures in our log, verified or refused by sigstore's Python client.

It offers no way to verify by a key of one's own, so the exported bundles of a
developer's key are for other clients; what its library does verify is a certificate of
an authority that is named, an entry of a log that is named, and a timestamp.
"""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.crypto.sigstore_key import identify
from assay.domain.sigstore import SigstoreRoot
from assay.domain.trust import TimestampAuthority
from assay.log import init_log
from assay.verify.keyless import verify_keyless
from assay.wire.v0.sigstore_bundle import read_sigstore_bundle, write_sigstore_bundle
from assay.wire.v0.sigstore_root import write_sigstore_root
from tests.simulators.keyless import IDENTITY, ISSUER, Keyless

SCRIPT = Path(__file__).with_name("drive_sigstore_python.py")
PAYLOAD = (
    b'{"_type":"https://in-toto.io/Statement/v1","predicate":{},"predicateType":'
    b'"https://example.com/p","subject":[{"name":"a","digest":{"sha256":"'
    + b"0" * 64
    + b'"}}]}'
)


@pytest.fixture(scope="module")
def keyless(tmp_path_factory):
    now = datetime.now(tz=UTC).replace(microsecond=0)
    log = init_log(tmp_path_factory.mktemp("log") / "log", "log.example/keyless")
    return Keyless(log=log, at=now)


@pytest.fixture
def said(interop_python, keyless, tmp_path):
    """Give what the client says of bundles."""
    stamps = (keyless.stamps.signer.der, keyless.stamps_root.der)
    root = tmp_path / "trusted_root.json"
    root.write_bytes(
        write_sigstore_root(
            SigstoreRoot(
                logs=(keyless.trusted_log,),
                authorities=(keyless.fulcio.trusted,),
                certificate_logs=(keyless.fulcio.certificate_log,),
                timestamp_authorities=(
                    TimestampAuthority(name="stamps", certificates=stamps),
                ),
            ),
            identify,
        )
    )

    def run(*bundles) -> list[str]:
        paths = []
        for number, bundle in enumerate(bundles):
            paths.append(tmp_path / f"{number}.sigstore.json")
            paths[-1].write_bytes(write_sigstore_bundle(bundle))
        python = interop_python("sigstore")
        command = (python, SCRIPT, root, IDENTITY, ISSUER, *paths)
        done = subprocess.run(
            list(map(str, command)),
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
        )
        return done.stdout.splitlines()

    return run


def test_the_client_and_we_agree_that_it_holds(keyless, said):
    bundle = keyless.sign(PAYLOAD)
    assert said(bundle) == ["ok"]
    read = read_sigstore_bundle(write_sigstore_bundle(bundle))
    assert verify_keyless(read, keyless.trust, keyless.at).identity == IDENTITY


def test_the_client_refuses_what_is_altered(keyless, said):
    bundle, other = keyless.sign(PAYLOAD), keyless.sign(PAYLOAD.replace(b"p", b"q"))
    entry = bundle.entries[0]
    altered = (
        replace(bundle, payload=other.payload),
        replace(bundle, signature=other.signature),
        replace(bundle, entries=other.entries),
        replace(bundle, timestamps=other.timestamps),
        replace(bundle, timestamps=()),
        replace(
            bundle,
            entries=(replace(entry, proof=replace(entry.proof, root=bytes(32))),),
        ),
    )
    answers = said(*altered)
    assert len(answers) == len(altered)
    assert all(answer.startswith("refused") for answer in answers), answers

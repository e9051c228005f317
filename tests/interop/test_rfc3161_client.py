"""Tokens that our flow keeps, verified by `rfc3161-client` in its own environment."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from assay.flows.timestamp import open_timestamps
from assay.statement.timestamp_request import request_timestamp
from tests.simulators.timestamp_authority import TimestampService

pytestmark = pytest.mark.enable_socket

SIGNATURE = b"the signature of an envelope"
SCRIPT = Path(__file__).with_name("drive_rfc3161.py")


@pytest.fixture
def said(interop_python, tmp_path):
    """Give what the library says of a token over a message."""

    def run(service: TimestampService, token: bytes, message: bytes) -> str:
        kept, file = tmp_path / "kept.tsr", tmp_path / "message"
        kept.write_bytes(token)
        file.write_bytes(message)
        authority = (service.folder / "root.pem", service.folder / "chain.pem")
        return subprocess.run(
            list(
                map(str, (interop_python("sigstore"), SCRIPT, kept, file, *authority))
            ),
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        ).stdout.strip()

    return run


def test_the_library_verifies_what_our_flow_keeps(said, tmp_path):
    # Several authorities: in what order OpenSSL writes certificates depends on them.
    for number in range(4):
        service = TimestampService(folder=tmp_path / str(number))
        with service.serving() as url:
            source = open_timestamps(url, service.folder / "root.pem")
            token = request_timestamp(
                SIGNATURE,
                source.post,
                nonce=number + 1,
                authorities=(source.authority,),
            )
        assert said(service, token, SIGNATURE) == "ok"
        assert said(service, token, b"other").startswith("refused")

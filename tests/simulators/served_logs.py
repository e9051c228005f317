"""A log that is served without sockets, and statements that it takes."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from assay.crypto.dsse import pre_authentication_encoding
from assay.crypto.log_leaf import log_leaf
from assay.crypto.public_key import public_key_from_der
from assay.domain.statement import Envelope
from assay.errors import AssayError
from assay.flows.log_serve import LogService, Role, add_token, log_service
from assay.log import LogEntry
from assay.log.web import Request, error_answer
from assay.wire.v0.envelope import write_envelope
from assay.wire.v0.log_api import write_submission
from tests.simulators.witness_wires import Said

if TYPE_CHECKING:
    from pathlib import Path

_KEY = ec.derive_private_key(7, ec.SECP256R1())
DER = _KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
PUBLIC = public_key_from_der(DER)
_SIGNED: dict[bytes, Envelope] = {}


def envelope(number: int | str) -> Envelope:
    """A signed statement; of one number always the same bytes."""
    payload = json.dumps({"statement": number}).encode()
    if payload not in _SIGNED:
        kind = "application/vnd.in-toto+json"
        signature = _KEY.sign(
            pre_authentication_encoding(kind, payload), ec.ECDSA(hashes.SHA256())
        )
        _SIGNED[payload] = Envelope(
            payload=payload,
            payload_type=kind,
            key_id=PUBLIC.key_id,
            signature=signature,
        )
    return _SIGNED[payload]


def entry(number: int | str) -> LogEntry:
    signed = envelope(number)
    return LogEntry(leaf=log_leaf(signed, PUBLIC), body=write_envelope(signed))


def submission(*numbers: int | str) -> bytes:
    return write_submission((envelope(number), DER) for number in numbers)


def forged(number: int | str) -> Envelope:
    return replace(envelope(number), payload=b"{}")


class Served:
    """Asks a server as a client would, with headers."""

    def __init__(self, server, token: str, path: Path) -> None:
        self.server = server
        self.token = token
        self.path = path

    def ask(self, method, path, *, body=b"", query="", address="192.0.2.1", **headers):
        request = Request(
            method=method,
            path=path,
            query=query,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
            address=address,
            read=lambda most: body[:most],
        )
        try:
            return self.server(request)
        except AssayError as error:
            return error_answer(error)

    def get(self, path, *, query="", **headers):
        return self.ask("GET", path, query=query, **headers)

    def post(self, body, *, token=None, kind="application/json", **given):
        token = self.token if token is None else token
        headers = {"content_type": kind, "authorization": f"Bearer {token}"}
        return self.ask("POST", "/api/v0/statements", body=body, **headers, **given)

    def place(self, method, path, body):
        """Serve a prefix of `Wires`."""
        path, _, query = path.partition("?")
        headers = {
            "content_type": "application/json",
            "authorization": f"Bearer {self.token}",
        }
        answer = self.ask(method, path, body=body, query=query, **headers)
        return Said(
            status=answer.status,
            body=answer.body,
            content_type=answer.content_type.partition(";")[0],
            headers={name.lower(): value for name, value in answer.headers},
        )


@contextmanager
def served(folder: Path, *, role: Role = Role.SUBMIT, **changes):
    """Serve the log in `folder/log`, with one token in `folder/tokens.json`."""
    tokens = folder / "tokens.json"
    text, _ = add_token(tokens, "a test", role)
    given = {"path": folder / "log", "tokens": tokens, "wait": 0.0, **changes}
    with log_service(LogService(**given)) as server:
        yield Served(server, text, folder / "log")

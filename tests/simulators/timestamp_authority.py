"""A real timestamp authority: `openssl ts -reply` behind a server on this machine.

Its certificates are made on the spot. Nothing of it is a stand-in: tokens are made by
OpenSSL, over requests that came through HTTP.
"""

from __future__ import annotations

import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID

from assay.domain.trust import TimestampAuthority
from tests.simulators.authorities import Holder, issue, root

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

POLICY = "1.3.6.1.4.1.99999.1"
_CONFIG = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
crypto_device = builtin
signer_digest = {digest}
default_policy = {policy}
other_policies = 1.3.6.1.4.1.99999.2
digests = {digests}
accuracy = secs:1, millisecs:500
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = {certificate_hash}
clock_precision_digits = {digits}
"""


@dataclass(kw_only=True)
class TimestampService:
    """An authority with a root, an authority in between, and a certificate for stamps.

    Attributes:
        folder: Where its files lie.
        days: Validity of the certificate for stamps, from now.
        settings: Fields of the configuration that differ.
    """

    folder: Path
    days: tuple[int, int] = (-1, 365)
    settings: dict[str, str] = field(default_factory=dict)
    now: datetime = field(default_factory=lambda: datetime.now(tz=UTC))
    root: Holder = field(init=False)
    between: Holder = field(init=False)
    signer: Holder = field(init=False)

    def __post_init__(self) -> None:
        self.root = root("stamps root", at=self.now)
        self.between = issue(
            "stamps",
            self.root,
            authority=True,
            path_length=0,
            uses=("key_cert_sign",),
            at=self.now,
        )
        self.signer = issue(
            "stamps 1",
            self.between,
            uses=("digital_signature",),
            purposes=(ExtendedKeyUsageOID.TIME_STAMPING,),
            critical_purposes=True,
            days=self.days,
            at=self.now,
        )
        chosen = {
            "folder": str(self.folder),
            "digest": "sha256",
            "policy": POLICY,
            "digests": "sha1, sha256, sha384, sha512",
            "certificate_hash": "sha256",
            "digits": "0",
        } | self.settings
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "ts.cnf").write_text(_CONFIG.format(**chosen))
        (self.folder / "serial").write_text("01\n")
        (self.folder / "tsa.pem").write_bytes(self.signer.pem)
        (self.folder / "chain.pem").write_bytes(self.between.pem)
        (self.folder / "root.pem").write_bytes(self.root.pem)
        (self.folder / "key.pem").write_bytes(
            self.signer.key.private_bytes(
                Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
            )
        )

    @property
    def trusted(self) -> TimestampAuthority:
        """How a trust file names it: by its root alone."""
        return TimestampAuthority(name="stamps", certificates=(self.root.der,))

    def reply(self, request: bytes, *options: str) -> bytes:
        """Answer one request, as OpenSSL does."""
        query = self.folder / f"{threading.get_ident()}.tsq"
        answer = query.with_suffix(".tsr")
        query.write_bytes(request)
        self.openssl(
            *("-reply", "-config", str(self.folder / "ts.cnf")),
            *("-queryfile", str(query), "-out", str(answer)),
            *("-signer", str(self.folder / "tsa.pem")),
            *("-inkey", str(self.folder / "key.pem")),
            *("-chain", str(self.folder / "chain.pem")),
            *options,
        )
        return answer.read_bytes()

    def stamp(self, message: bytes, *options: str, digest: str = "sha256") -> bytes:
        """Make a token over a message by OpenSSL's own request."""
        file = self.folder / "message"
        file.write_bytes(message)
        query = self.folder / "own.tsq"
        self.openssl(
            *("-query", "-data", str(file), f"-{digest}"),
            *(options or ("-cert",)),
            *("-out", str(query)),
        )
        return self.reply(query.read_bytes())

    def accepts(self, token: bytes, message: bytes) -> bool:
        """Tell whether `openssl ts -verify` accepts a token over a message."""
        kept, file = self.folder / "kept.tsr", self.folder / "kept.message"
        kept.write_bytes(token)
        file.write_bytes(message)
        command = ["openssl", "ts", "-verify", "-data", str(file), "-in", str(kept)]
        command += ["-CAfile", str(self.folder / "root.pem")]
        command += ["-untrusted", str(self.folder / "chain.pem")]
        done = subprocess.run(command, check=False, capture_output=True, timeout=60)
        return done.returncode == 0 and b"Verification: OK" in done.stdout

    @staticmethod
    def openssl(*arguments: str) -> None:
        command = ["openssl", "ts", *arguments]
        subprocess.run(command, check=True, capture_output=True, timeout=60)

    @contextmanager
    def serving(
        self, alter=lambda answer: answer, media_type="application/timestamp-reply"
    ) -> Iterator[str]:
        """Answer over HTTP on this machine; the address is given.

        Args:
            alter: Changes an answer on its way, to show what happens to it.
            media_type: What the answer says that it is.
        """
        service, lock = self, threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(min(int(self.headers["content-length"]), 65_536))
                with lock:
                    answer = alter(service.reply(body))
                self.send_response(200)
                self.send_header("content-type", media_type)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

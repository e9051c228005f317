"""A developer who seals and exports, for programs of others to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assay.crypto.cose_key import read_key_set, write_key_set
from assay.crypto.cose_sign1 import parse_sign1
from assay.crypto.public_key import public_key_from_pem
from assay.flows.keys import to_pem
from tests.simulators.desk import Desk, assay, set_up

if TYPE_CHECKING:
    from pathlib import Path

    from assay.crypto.public_key import PublicKey


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What was exported, and the keys that verify it.

    Attributes:
        desk: Where it was made.
        files: Transparent statements by their kind.
        issuer: The developer's key.
        log: The log's key for COSE receipts.
    """

    desk: Desk
    files: dict[str, bytes]
    issuer: PublicKey
    log: PublicKey

    @property
    def issuer_set(self) -> bytes:
        return write_key_set([self.issuer])

    @property
    def log_set(self) -> bytes:
        return (self.desk.log / "scitt-keys.cbor").read_bytes()

    @property
    def log_pem(self) -> str:
        return to_pem(self.log).decode()

    @property
    def issuer_pem(self) -> str:
        return to_pem(self.issuer).decode()

    def verify(self, file: Path) -> int:
        return assay(
            "scitt", "verify", file, "--trust", self.desk.trust,
            "--receipt-keys", self.desk.log / "scitt-keys.cbor",
        ).exit_code  # fmt: skip


def export(folder: Path, *more: object) -> Exported:
    """Seal a release, log it, and export it."""
    desk = set_up(folder / "desk")
    assert assay("scitt", "init", desk.log).exit_code == 0
    out = folder / "out"
    done = assay(
        "scitt", "export", desk.bundle, "--log", desk.log, "--key", desk.key,
        "--out", out, *more,
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    (log,) = read_key_set((desk.log / "scitt-keys.cbor").read_bytes())
    public = desk.key.with_name(f"{desk.key.name}.pub")
    return Exported(
        desk=desk,
        files={file.stem: file.read_bytes() for file in sorted(out.iterdir())},
        issuer=public_key_from_pem(public.read_bytes()),
        log=log,
    )


def tampered(data: bytes) -> dict[str, bytes]:
    """Change one byte in every part of a statement and of its receipt."""
    message: Any = parse_sign1(data)
    (receipt,) = message.unprotected[394]
    inner: Any = parse_sign1(receipt)
    (proof,) = inner.unprotected[396][-1]
    parts = {
        "payload": message.payload[len(message.payload) // 2 :][:8],
        "issuer": message.protected[15][1].encode()[-8:],
        "statement-signature": message.signature[:8],
        "statement-kid": message.protected[4][:8],
        "path": proof[-8:],
        "receipt-signature": inner.signature[-8:],
        "receipt-claims": inner.protected[15][2].encode()[-8:],
        "receipt-kid": inner.protected[4][:8],
    }
    changed = {}
    for name, part in parts.items():
        # Kids and claims of statement and receipt share bytes: take the right one.
        at = data.rindex(part) if name.startswith("receipt") else data.index(part)
        changed[name] = data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]
    assert len(set(changed.values())) == len(parts)
    return changed

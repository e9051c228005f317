"""A log of a million entries, as an appender would have written it.

Entries have the form of real ones, with digests and signatures drawn at random: nothing
that is measured with them checks a signature. They go through `Log.append`, so tiles,
ledger, lists and checkpoint are what the log itself writes.
"""

from __future__ import annotations

import argparse
import base64
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from assay.log import LogEntry, init_log

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["make_entries", "make_log"]

ORIGIN = "log.example/million"
_BATCH = 32_768
# Bytes of a DER signature and of a public key on P-256.
_SIGNATURE, _KEY, _DIGEST = 71, 91, 32
_LEAF = (
    '{"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{"data":'
    '{"algorithm":"SHA2_256","digest":"%s"},"signature":{"content":"%s","verifier":'
    '{"keyDetails":"PKIX_ECDSA_P256_SHA_256","publicKey":{"rawBytes":"%s"}}}}}}'
)


def make_entries(count: int) -> Iterator[LogEntry]:
    """Give entries that differ."""
    key = _base64(os.urandom(_KEY))
    for _ in range(count):
        digest, signature = os.urandom(_DIGEST), os.urandom(_SIGNATURE)
        leaf = _LEAF % (_base64(digest), _base64(signature), key)
        yield LogEntry(leaf=leaf.encode("ascii"), body=digest)


def make_log(path: Path, count: int) -> None:
    """Make a log of so many entries."""
    log = init_log(path, ORIGIN)
    with log.kept_open():
        for first in range(0, count, _BATCH):
            log.append(list(make_entries(min(_BATCH, count - first))))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def main() -> int:
    """Make a log and say how long it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", type=Path)
    parser.add_argument("--entries", type=int, default=1_000_000)
    arguments = parser.parse_args()
    began = time.perf_counter()
    make_log(arguments.path, arguments.entries)
    seconds = time.perf_counter() - began
    sys.stdout.write(f"{arguments.entries} entries in {seconds:.1f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

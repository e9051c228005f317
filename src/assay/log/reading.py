"""What anybody may read of a log: the static files, and proofs made from them.

Only what is named here leaves the log. Each path is compared as a whole with the form
that it must have, so no spelling of a path leads to a key, the ledger or elsewhere:

    /checkpoint                    C2SP tlog-tiles; changes with every batch
    /log.json                      origin and keys
    /scitt-keys.cbor               keys of COSE receipts, where it has some; also as
                                   /.well-known/scitt-keys (SCRAPI)
    /tile/<L>/<N>[.p/<W>]          C2SP tlog-tiles; never change
    /tile/entries/<N>[.p/<W>]
    /tile/bodies/<N>[.p/<W>]       which body each entry stands for, and the bodies,
    /bodies/<2 hex>/<SHA-256>      as far as the operator publishes them
    /api/v0/...                    proofs, for those who do not read tiles

A web server or a CDN may answer all but the last from the same files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from assay.crypto import merkle
from assay.crypto.checkpoint import parse_decimal
from assay.crypto.merkle import HASH_BYTES
from assay.domain.limits import DEFAULT_LIMITS
from assay.encoding import encode_base64
from assay.errors import LogError
from assay.log.kept_policy import check_cosigned
from assay.log.layout import (
    CHECKPOINT,
    RECEIPT_KEY_SET,
    SETTINGS,
    TILE_WIDTH,
    body_path,
    parse_body_list_path,
    parse_tile_path,
)
from assay.log.published import read_published
from assay.log.receipts import make_receipts
from assay.log.tiles import TileTree, read_tile_file
from assay.log.web import Answer, Request, json_answer, unchanging

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.crypto.witness_policy import Policy
    from assay.log.settings import LogSettings
    from assay.log.stores.interface import FileStore

__all__ = ["LogReader", "not_served"]

_TEXT = "text/plain; charset=utf-8"
_OCTETS = "application/octet-stream"
_JSON = "application/json"
_CBOR = "application/cbor"
# tlog-tiles: the checkpoint is not cached "beyond a few seconds"; tiles are for ever.
_SECONDS = "max-age=2"
_FOR_EVER = "public, max-age=31536000, immutable"
# A body may be withheld later, so it is not kept for long.
_MINUTES = "public, max-age=300"
_PROOF = re.compile(r"/api/v0/entries/([0-9]{1,19})/proof", re.ASCII)
_BODY = re.compile(r"/bodies/[0-9a-f]{2}/([0-9a-f]{64})", re.ASCII)
_LEAF = re.compile(r"[0-9a-f]{64}", re.ASCII)
_QUERY_CHARS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class LogReader:
    """Answers what may be read.

    Attributes:
        files: Tiles and checkpoint.
        settings: The log's origin and keys.
        find: Gives the index of a leaf hash, or None.
        body: Gives a body by its digest; None where none is published.
        accepts: Whether statements are taken, as the health document says.
        policy: Gives the witness policy that the log keeps, as it is now, or None.
    """

    files: FileStore
    settings: LogSettings
    find: Callable[[bytes], int | None]
    body: Callable[[str], bytes] | None
    accepts: bool
    policy: Callable[[], Policy | None] = field(default=lambda: None)

    def __call__(self, request: Request) -> Answer:
        """Answer a GET or HEAD.

        Raises:
            LogError: There is no such place or entry, or a part is missing or altered.
            MachineError: A file cannot be read.
        """
        if request.path.startswith("/api/"):
            return self._made(request)
        return self._static(request)

    def _static(self, request: Request) -> Answer:
        path = request.path.removeprefix("/")
        if path == request.path:
            raise not_served()
        if path == CHECKPOINT:
            data = self.files.read(path, max_bytes=DEFAULT_LIMITS.max_note_bytes)
            return unchanging(request, _there(data, path), _TEXT, _SECONDS)
        if path == SETTINGS:
            data = self.files.read(path, max_bytes=DEFAULT_LIMITS.max_note_bytes)
            return unchanging(request, _there(data, path), _JSON, _MINUTES)
        if path in (RECEIPT_KEY_SET, ".well-known/scitt-keys"):
            data = self.files.read(
                RECEIPT_KEY_SET, max_bytes=DEFAULT_LIMITS.max_key_file_bytes
            )
            return unchanging(request, _there(data, path), _CBOR, _MINUTES)
        if parse_tile_path(path) is not None:
            tile = _there(read_tile_file(self.files, path), path)
            return unchanging(request, tile, _OCTETS, _FOR_EVER)
        if self.body is not None and parse_body_list_path(path) is not None:
            data = self.files.read(path, max_bytes=TILE_WIDTH * HASH_BYTES)
            return unchanging(request, _there(data, path), _OCTETS, _FOR_EVER)
        body = _BODY.fullmatch(request.path)
        if self.body is not None and body and path == body_path(body[1]):
            return unchanging(request, self.body(body[1]), _OCTETS, _MINUTES)
        raise not_served()

    def _made(self, request: Request) -> Answer:
        proof = _PROOF.fullmatch(request.path)
        if proof is not None:
            return self._proof(proof[1])
        if request.path == "/api/v0/find":
            return self._found(request)
        if request.path == "/api/v0/consistency":
            return self._consistency(request)
        if request.path == "/api/v0/health":
            published = read_published(self.files, self.settings)
            return json_answer(
                {
                    "format": "assay-log-health/0",
                    "origin": self.settings.origin,
                    "size": published.checkpoint.size,
                    "accepts": self.accepts,
                }
            )
        raise not_served()

    def _proof(self, text: str) -> Answer:
        index = parse_decimal(text)
        if index is None:
            raise not_served()
        published = read_published(self.files, self.settings)
        check_cosigned(published.note, self.policy())
        tree = TileTree(self.files, published.checkpoint.size)
        tree.check_root(published.checkpoint.root)
        (receipt,) = make_receipts(published, tree, (index,))
        return Answer(
            status=200,
            body=receipt.proof_text.encode(),
            content_type=_TEXT,
            headers=(("Cache-Control", _SECONDS),),
        )

    def _found(self, request: Request) -> Answer:
        leaf = _asked(request, "leaf")["leaf"]
        if _LEAF.fullmatch(leaf) is None:
            raise _query("leaf: 64 lowercase hex digits, the hash of the leaf", leaf)
        index = self.find(bytes.fromhex(leaf))
        if index is None:
            raise LogError(
                "entry-unknown",
                "The log has no such entry.",
                expected="the hash of a leaf of this log",
                found=leaf,
            )
        size = read_published(self.files, self.settings).checkpoint.size
        return json_answer(
            {
                "format": "assay-log-found/0",
                "index": index,
                "published": index < size,
            }
        )

    def _consistency(self, request: Request) -> Answer:
        asked = _asked(request, "from", "to")
        sizes = [parse_decimal(text) for text in asked.values()]
        if None in sizes:
            raise _query("from, and to: sizes without leading zeroes", request.query)
        published = read_published(self.files, self.settings)
        tree = TileTree(self.files, published.checkpoint.size)
        tree.check_root(published.checkpoint.root)
        old_size, size = (*sizes, tree.size)[:2]
        if old_size is None or size is None or size > tree.size:
            raise LogError(
                "consistency-sizes",
                "No consistency proof exists between these sizes.",
                expected=f"sizes from 1 to {tree.size}",
                found=request.query,
            )
        proof = merkle.consistency_proof(old_size, size, tree.node)
        return json_answer(
            {
                "format": "assay-log-consistency/0",
                "oldSize": old_size,
                "size": size,
                "proof": [encode_base64(node) for node in proof],
            }
        )


def _there(data: bytes | None, path: str) -> bytes:
    if data is None:
        raise LogError(
            "not-served",
            "The log has no such file.",
            expected="what C2SP tlog-tiles names, of the published tree",
            found=path[:_QUERY_CHARS],
        )
    return data


def not_served() -> LogError:
    """Say that there is no such place."""
    return LogError(
        "not-served",
        "There is no such place here.",
        expected="a path of C2SP tlog-tiles or of /api/v0/",
    )


def _asked(request: Request, name: str, *optional: str) -> dict[str, str]:
    """Read the parameters of a question, which stand in this order and once."""
    wanted = " and ".join((name, *optional))
    if len(request.query) > _QUERY_CHARS:
        raise _query(wanted, f"{len(request.query)} characters")
    pairs = parse_qsl(request.query, keep_blank_values=True)
    names = [key for key, _ in pairs]
    if names not in ([name], [name, *optional]):
        raise _query(wanted, request.query)
    return dict(pairs)


def _query(expected: str, found: str) -> LogError:
    return LogError(
        "query",
        "The question has not the form that it should have.",
        expected=expected,
        found=found[:_QUERY_CHARS],
    )

"""The statements that a log holds, read from what it publishes and keeps of bodies.

1. The checkpoint is signed by all of the log's keys, and the tiles of its right edge
   give its root.
2. Every entry comes from a bundle that was checked against its tile.
3. A body counts for the entries whose digest and signature are those of its envelope;
   what any other body is called proves nothing.

An entry without such a body is counted as withheld: nobody can say of what kind it is.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assay.crypto import merkle
from assay.crypto.dsse import pre_authentication_encoding
from assay.domain.limits import DEFAULT_LIMITS
from assay.encoding import decode_base64, encode_base64
from assay.errors import DocumentError, LogError
from assay.log.layout import TILE_WIDTH
from assay.log.published import read_published
from assay.log.settings import read_settings
from assay.log.storage import open_stores, read_choice
from assay.log.tiles import TileTree
from assay.wire.strict_json import loads
from assay.wire.v0.envelope import EnvelopePart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.domain.statement import Envelope
    from assay.log.stores.interface import BodyStore

__all__ = ["LogStatements", "LoggedEnvelope", "read_statements"]

_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedEnvelope:
    """A statement and its place; its signature is not checked yet.

    Attributes:
        index: Its place.
        public_key: Key that the entry names, in DER.
        envelope: The statement.
    """

    index: int
    public_key: bytes
    envelope: Envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class LogStatements:
    """What a log holds up to a size.

    Attributes:
        origin: The log's name.
        size: Entries looked at.
        root: Hex root of that tree.
        statements: Those whose bodies are there, by index.
        withheld: Entries whose bodies are not.
    """

    origin: str
    size: int
    root: str
    statements: tuple[LoggedEnvelope, ...]
    withheld: int


def read_statements(
    path: Path | str, *, size: int | None = None, tls: object | None = None
) -> LogStatements:
    """Read the statements of a log, up to its published size or a smaller one.

    Args:
        path: The log's directory, or a copy of its public part with bodies.
        size: How many entries to look at; None for all that are published.
        tls: The TLS context for a database elsewhere, when the caller has one.

    Raises:
        LogError: `log.size-unknown`, or a part of the log is missing or altered.
        MachineError: A part cannot be read.
    """
    root = Path(path)
    choice = read_choice(root)
    stores = open_stores(
        root, choice, "", lock_seconds=_SECONDS, read_only=True, tls=tls
    )
    settings = read_settings(stores.files)
    # 1.
    published = read_published(stores.files, settings).checkpoint
    tree = TileTree(stores.files, published.size)
    tree.check_root(published.root)
    wanted = published.size if size is None else size
    if wanted > published.size:
        raise LogError(
            "size-unknown",
            "The log has published fewer entries than are asked for.",
            expected=f"at most {published.size}",
            found=str(wanted),
            remedy="get a newer copy of the log",
        )
    # 2.
    places: dict[tuple[str, str], list[tuple[int, bytes]]] = defaultdict(list)
    for index, leaf in _entries(tree, wanted):
        digest, signature, key = _parts(leaf)
        places[digest, signature].append((index, key))
    # 3.
    found = {
        index: LoggedEnvelope(index=index, public_key=key, envelope=envelope)
        for envelope in _envelopes(stores.bodies)
        for index, key in places.get(_names(envelope), ())
    }
    return LogStatements(
        origin=settings.origin,
        size=wanted,
        root=merkle.root_from_nodes(wanted, tree.node).hex(),
        statements=tuple(found[index] for index in sorted(found)),
        withheld=wanted - len(found),
    )


def _entries(tree: TileTree, size: int) -> Iterator[tuple[int, bytes]]:
    for bundle in range(-(-size // TILE_WIDTH)):
        first = bundle * TILE_WIDTH
        for place, leaf in enumerate(tree.entries(bundle)[: size - first]):
            yield first + place, leaf


def _parts(leaf: bytes) -> tuple[str, str, bytes]:
    """Give digest, signature and key of an entry; empty of one that is no other's."""
    try:
        spec = loads(leaf)["spec"]["hashedRekordV002"]
        signature = spec["signature"]
        key = signature["verifier"]["publicKey"]["rawBytes"]
        return (
            str(spec["data"]["digest"]),
            str(signature["content"]),
            decode_base64(str(key), what="public key"),
        )
    except (DocumentError, KeyError, TypeError):
        return "", "", b""


def _names(envelope: Envelope) -> tuple[str, str]:
    signed = pre_authentication_encoding(envelope.payload_type, envelope.payload)
    digest = hashlib.sha256(signed).digest()
    return encode_base64(digest), encode_base64(envelope.signature)


def _envelopes(bodies: BodyStore) -> Iterator[Envelope]:
    with bodies.session():
        for sha256 in bodies.digests():
            try:
                value = loads(
                    bodies.get(sha256) or b"",
                    max_bytes=DEFAULT_LIMITS.max_bundle_bytes,
                )
                envelope = EnvelopePart.read(value, document="envelope")
                yield envelope.to_domain()
            except DocumentError:
                continue

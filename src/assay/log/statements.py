"""The statements that a log holds, read from what it publishes and keeps of bodies.

1. The checkpoint is signed by all of the log's keys, and the tiles of its right edge
   give its root.
2. Every entry comes from a bundle that was checked against its tile.
3. A body counts for the entries whose digest and signature are those of its envelope;
   what any other body is called proves nothing.

An entry without such a body is counted as withheld: nobody can say of what kind it is.
Whether its body is missing or lies there and cannot be read is told apart, by the lists
of bodies, because only the former is what a log may do.
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
from assay.log.layout import TILE_WIDTH, body_list_path, tile_width
from assay.log.published import read_published
from assay.log.settings import read_settings
from assay.log.storage import open_stores, read_choice
from assay.log.tiles import TileTree
from assay.wire.strict_json import loads
from assay.wire.v0.envelope import EnvelopePart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.domain.statement import Envelope
    from assay.log.storage import Stores
    from assay.log.stores.interface import BodyStore

__all__ = ["LogStatements", "LoggedEnvelope", "read_statements"]

_SECONDS = 10.0
_DIGEST_BYTES = 32
# What a leaf's digest may be made with, as `log_leaf` chooses by the kind of key.
_DIGESTS = {"SHA2_256": hashlib.sha256, "SHA2_384": hashlib.sha384}


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
        withheld: How many entries are not among them, for whatever reason.
        missing: Those of them that stand for a statement whose body is not there.
        unread: Those whose body lies there and is not what the entry stands for, or
            nothing that can be read. Entries of other forms are in neither.
    """

    origin: str
    size: int
    root: str
    statements: tuple[LoggedEnvelope, ...]
    withheld: int
    missing: tuple[int, ...] = ()
    unread: tuple[int, ...] = ()


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
    places: dict[tuple[str, str, str], list[tuple[int, bytes]]] = defaultdict(list)
    for index, leaf in _entries(tree, wanted):
        parts = _parts(leaf)
        if parts is not None:
            name, key = parts
            places[name].append((index, key))
    # 3.
    found = {
        index: LoggedEnvelope(index=index, public_key=key, envelope=envelope)
        for envelope in _envelopes(stores.bodies)
        for name in _names(envelope)
        for index, key in places.get(name, ())
    }
    left = {i for held in places.values() for i, _ in held if i not in found}
    there = _with_body(stores, published.size, left)
    return LogStatements(
        origin=settings.origin,
        size=wanted,
        root=merkle.root_from_nodes(wanted, tree.node).hex(),
        statements=tuple(found[index] for index in sorted(found)),
        withheld=wanted - len(found),
        missing=tuple(sorted(left - there)),
        unread=tuple(sorted(there)),
    )


def _entries(tree: TileTree, size: int) -> Iterator[tuple[int, bytes]]:
    for bundle in range(-(-size // TILE_WIDTH)):
        first = bundle * TILE_WIDTH
        for place, leaf in enumerate(tree.entries(bundle)[: size - first]):
            yield first + place, leaf


def _parts(leaf: bytes) -> tuple[tuple[str, str, str], bytes] | None:
    """Give algorithm, digest and signature of an entry, and its key."""
    try:
        spec = loads(leaf)["spec"]["hashedRekordV002"]
        data, signature = spec["data"], spec["signature"]
        key = signature["verifier"]["publicKey"]["rawBytes"]
        return (
            (str(data["algorithm"]), str(data["digest"]), str(signature["content"])),
            decode_base64(str(key), what="public key"),
        )
    except (DocumentError, KeyError, TypeError):
        # Of another form: no statement of ours.
        return None


def _names(envelope: Envelope) -> Iterator[tuple[str, str, str]]:
    """Give what the entry of an envelope holds, by each algorithm."""
    signed = pre_authentication_encoding(envelope.payload_type, envelope.payload)
    signature = encode_base64(envelope.signature)
    for algorithm, digest in _DIGESTS.items():
        yield algorithm, encode_base64(digest(signed).digest()), signature


def _with_body(stores: Stores, size: int, indexes: set[int]) -> set[int]:
    """Tell which entries have a body, by the lists beside the bundles."""
    there = set()
    with stores.bodies.session():
        for bundle in sorted({index // TILE_WIDTH for index in indexes}):
            listed = b""
            for width in dict.fromkeys((tile_width(0, bundle, size), TILE_WIDTH)):
                listed = listed or (
                    stores.files.read(
                        body_list_path(bundle, width),
                        max_bytes=TILE_WIDTH * _DIGEST_BYTES,
                    )
                    or b""
                )
            for at in range(len(listed) // _DIGEST_BYTES):
                name = listed[at * _DIGEST_BYTES : (at + 1) * _DIGEST_BYTES].hex()
                index = bundle * TILE_WIDTH + at
                if index in indexes and stores.bodies.get(name) is not None:
                    there.add(index)
    return there


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

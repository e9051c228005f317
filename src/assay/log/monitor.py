"""Following a log: has it only grown, and is there anything new that concerns me?

Steps of each look:
    1. The log's present checkpoint is signed by all keys that the reader chose.
    2. The tiles that are served give its root.
    3. It continues the newest one that was seen before, by a proof made from those
       tiles. If not, both are kept as evidence and nothing else is believed.
    4. So it does, where the reader has one, the checkpoint that somebody else has seen.
    5. Every entry since the last look is read and checked against the tree. Who signed
       is in the entry; what was said, in its body, where that is published. A body is
       believed only if it is what the entry's signature is over.
    6. When the caller has reported what was found, it says so, and the checkpoint is
       kept as seen. A crash before that means that it is reported again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from assay.crypto import merkle
from assay.crypto.dsse import pre_authentication_encoding
from assay.domain.limits import DEFAULT_LIMITS
from assay.encoding import decode_base64
from assay.errors import AssayError, DocumentError, LogError
from assay.log.layout import CHECKPOINT, TILE_WIDTH, body_list_path, tile_width
from assay.log.published import checkpoint_missing
from assay.log.seen import check_growth, open_by_all
from assay.log.tiles import TileTree
from assay.wire import strict_json
from assay.wire.v0.envelope import EnvelopePart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from assay.crypto.verifier_key import VerifierKey
    from assay.log.seen import Seen, SeenFile
    from assay.log.stores.interface import FileReader

__all__ = ["Contradiction", "Look", "Match", "Monitor", "Subject", "Wanted"]

_DIGEST_BYTES = 32


class Subject(StrEnum):
    """What an entry can be watched for."""

    KEY = "key"
    """The id of the key that signed it."""
    RELEASE = "release"
    """The digest of a release, in what was said."""
    ORGANISATION = "organisation"
    """A name, in what was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is watched for.

    Attributes:
        keys: Ids of keys: hex SHA-256 of their DER form.
        releases: Digests of releases, in hex.
        organisations: Names; letters count the same in either case.
    """

    keys: frozenset[str] = frozenset()
    releases: frozenset[str] = frozenset()
    organisations: frozenset[str] = frozenset()

    @property
    def needs_bodies(self) -> bool:
        """Whether it has to be known what was said."""
        return bool(self.releases or self.organisations)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """An entry that concerns the reader.

    Attributes:
        index: Its place in the log.
        subject: As what it was found.
        value: What was found: the id, digest or name.
        key_id: Who signed it.
        predicate_type: What kind of statement it is; empty where that is not known.
    """

    index: int
    subject: Subject
    value: str
    key_id: str
    predicate_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Two checkpoints of one log that cannot both be true.

    Attributes:
        error: Which rule is broken.
        folder: Where both are kept, below the state's folder.
    """

    error: LogError
    folder: str


@dataclass(slots=True, kw_only=True)
class Look:
    """One look at a log.

    Attributes:
        old_size: Entries that were seen before.
        new: What is shown now.
        contradiction: Why it is not believed, or None.
        unread: New entries of which it is not known what they say.
        foreign: New entries that are no `hashedrekord`.
    """

    old_size: int
    new: Seen
    contradiction: Contradiction | None = None
    unread: int = 0
    foreign: int = 0


@dataclass(slots=True, kw_only=True)
class Monitor:
    """Follows one log.

    Attributes:
        files: Where the log's files are read; nothing of them is believed.
        body: Gives a body by its digest, or None; nothing of it is believed.
        origin: The log's name, as the reader knows it.
        vkeys: Its keys, as the reader knows them.
        seen: Keeps what was seen.
        wanted: What is watched for.
    """

    files: FileReader
    body: Callable[[str], bytes | None]
    origin: str
    vkeys: Sequence[VerifierKey]
    seen: SeenFile
    wanted: Wanted
    _tree: TileTree | None = field(default=None, init=False)

    def look(self, others: Sequence[tuple[str, bytes]] = ()) -> Look:
        """Fetch and check the present checkpoint; steps 1 to 4.

        Args:
            others: Checkpoints that others have seen, each with what to call it.

        Raises:
            SignatureError: `signature.*`: it is not signed by the keys of the log.
            LogError: `log.checkpoint-missing`, `log.root-mismatch`, `log.tile-*`,
                `log.seen-altered`: a part is missing or is not what is signed.
            NetworkError, MachineError: It cannot be fetched or read.
        """
        # 1.
        data = self.files.read(CHECKPOINT, max_bytes=DEFAULT_LIMITS.max_note_bytes)
        if data is None:
            raise checkpoint_missing()
        new = open_by_all(data, self.vkeys, self.origin)
        before = self.seen.read(self.vkeys, self.origin)
        earlier = [] if before is None else [before]
        # 4., with 3.
        earlier += [open_by_all(note, self.vkeys, self.origin) for _, note in others]
        look = Look(old_size=before.tree.size if before else 0, new=new)
        # 2.
        self._tree = tree = TileTree(self.files, new.tree.size)
        tree.check_root(new.tree.root)

        def prove(old_size: int, size: int) -> tuple[bytes, ...]:
            return merkle.consistency_proof(old_size, size, tree.node)

        # 3.
        for old in earlier:
            try:
                check_growth(old, new, prove)
            except LogError as error:
                if error.code not in ("log.split-view", "log.rollback"):
                    raise
                kind = error.code.partition(".")[2]
                folder = self.seen.keep_evidence(kind, old, new, str(error))
                look.contradiction = Contradiction(error=error, folder=folder)
                return look
        return look

    def matches(self, look: Look) -> Iterator[Match]:
        """Read the entries since the last look, and give those that matter; step 5.

        Raises:
            LogError: A tile or a bundle is missing or is not what is signed.
            NetworkError, MachineError: It cannot be fetched or read.
        """
        tree = self._tree
        if tree is None or look.contradiction is not None:
            return
        size = look.new.tree.size
        for bundle in range(look.old_size // TILE_WIDTH, -(-size // TILE_WIDTH)):
            first = bundle * TILE_WIDTH
            bodies = self._bodies(bundle, size)
            for at, entry in enumerate(tree.entries(bundle)):
                if first + at >= look.old_size:
                    yield from self._match(look, first + at, entry, bodies, at)

    def remember(self, look: Look) -> None:
        """Keep the checkpoint as seen: all that it brought was reported; step 6.

        Raises:
            MachineError: It cannot be written.
        """
        self.seen.write(look.new)

    def _bodies(self, bundle: int, size: int) -> bytes:
        """Give the digests of the bodies of a bundle's entries, if listed."""
        if not self.wanted.needs_bodies:
            return b""
        most = TILE_WIDTH * _DIGEST_BYTES
        for width in dict.fromkeys((tile_width(0, bundle, size), TILE_WIDTH)):
            data = self.files.read(body_list_path(bundle, width), max_bytes=most)
            if data is not None:
                return data
        return b""

    def _match(
        self, look: Look, index: int, entry: bytes, bodies: bytes, at: int
    ) -> Iterator[Match]:
        signer = _signer(entry)
        if signer is None:
            look.foreign += 1
            return
        key_id, digest = signer
        if key_id in self.wanted.keys:
            yield Match(index=index, subject=Subject.KEY, value=key_id, key_id=key_id)
        if not self.wanted.needs_bodies:
            return
        listed = bodies[at * _DIGEST_BYTES : (at + 1) * _DIGEST_BYTES]
        statement = self._statement(listed, digest)
        if statement is None:
            look.unread += 1
            return
        kind = statement.get("predicateType")
        for subject, value in _mentioned(statement, self.wanted):
            yield Match(
                index=index,
                subject=subject,
                value=value,
                key_id=key_id,
                predicate_type=kind[:200] if isinstance(kind, str) else "",
            )

    def _statement(self, listed: bytes, digest: bytes) -> dict[str, Any] | None:
        """Read what an entry stands for; None where it is withheld or not that."""
        if len(listed) != _DIGEST_BYTES:
            return None
        data = self.body(listed.hex())
        if data is None or hashlib.sha256(data).digest() != listed:
            return None
        limits = DEFAULT_LIMITS
        try:
            value = strict_json.loads(data, max_bytes=limits.max_bundle_bytes)
            envelope = EnvelopePart.read(value, document="envelope").to_domain()
            signed = pre_authentication_encoding(
                envelope.payload_type, envelope.payload
            )
            if digest not in (
                hashlib.sha256(signed).digest(),
                hashlib.sha384(signed).digest(),
            ):
                return None
            statement = strict_json.loads(
                envelope.payload, max_bytes=limits.max_payload_bytes
            )
        except DocumentError:
            return None
        return statement if isinstance(statement, dict) else None


def _signer(entry: bytes) -> tuple[str, bytes] | None:
    """Read the key id and the signed digest of a `hashedrekord`; None for others."""
    try:
        value = strict_json.loads(entry, max_bytes=DEFAULT_LIMITS.max_log_entry_bytes)
        spec = value["spec"]["hashedRekordV002"]
        verifier = spec["signature"]["verifier"]
        holder = verifier.get("publicKey") or verifier["x509Certificate"]
        der = decode_base64(holder["rawBytes"], what="public key")
        digest = decode_base64(spec["data"]["digest"], what="digest")
    except (AssayError, KeyError, TypeError, AttributeError):
        return None
    return hashlib.sha256(der).hexdigest(), digest


def _mentioned(
    statement: dict[str, Any], wanted: Wanted
) -> Iterator[tuple[Subject, str]]:
    """Give each digest and name that is watched for and stands in a statement."""
    names = {name.casefold(): name for name in wanted.organisations}
    found: dict[tuple[Subject, str], None] = {}
    waiting: list[Any] = [statement]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, str):
            if value in wanted.releases:
                found[Subject.RELEASE, value] = None
            name = names.get(value.casefold())
            if name is not None:
                found[Subject.ORGANISATION, name] = None
    yield from sorted(found)

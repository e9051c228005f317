"""Audit a log: recompute every hash from the entries and name what was altered.

Trusts nothing in the directory but `log.json`; an outside auditor compares the origin
and the verifier keys in it with those they know. Needs no private key and no lock:
files are listed first, then the ledger is read, so that a log which grows meanwhile is
not accused.

    1. the published checkpoint carries valid signatures by all of the log's keys, and
       the ledger is not behind it
    2. every tile is what the entries give, and the ledger has the same entries in the
       same order (see `tile_audit`)
    3. the roots so computed are the published one and the bound one
    4. every body has the digest that is its name; one that was logged and is not
       there counts as withheld, which is no fault
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import LogError
from assay.log.layout import DATABASE, LOCK, TILE_WIDTH
from assay.log.published import checkpoint_missing, find_published
from assay.log.settings import read_settings
from assay.log.stores.files import TEMPORARY, DirectoryFiles
from assay.log.stores.interface import SignedTree
from assay.log.stores.sqlite import SqliteLedger
from assay.log.tile_audit import TileAudit

if TYPE_CHECKING:
    from assay.log.published import Published
    from assay.log.settings import LogSettings
    from assay.log.stores.interface import FileStore, Ledger

__all__ = ["AuditProblem", "AuditReport", "audit_log"]

# An audit reads; it never waits long for a writer.
_LEDGER_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditProblem:
    """Something that is not as the log has signed it.

    Attributes:
        code: Stable code, such as `log.tile-altered`.
        message: What it is, with the file's name.
        expected: What should have been there.
        found: What was there.
    """

    code: str
    message: str
    expected: str = ""
    found: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """What an audit has looked at and what it has found.

    Attributes:
        origin: The log's name, as `log.json` has it.
        size: Entries in the published tree.
        root: Root of the published tree, recomputed from the entries; None when some
            entry could not be read.
        pending: Entries that are sequenced and not yet published.
        tiles: Files of tiles and bundles that were compared.
        bodies: Bodies whose digest holds.
        withheld: Bodies that were logged and are not there.
        orphans: Bodies that no entry of the ledger stands for; a crash leaves them.
        leftovers: Temporary files of crashes; they can be removed.
        problems: What is wrong; bounded by `Limits.max_findings_per_check`.
    """

    origin: str
    size: int
    root: bytes | None
    pending: int
    tiles: int
    bodies: int
    withheld: int
    orphans: int
    leftovers: int
    problems: tuple[AuditProblem, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


@dataclass(slots=True, kw_only=True)
class _Heads:
    """What the log says of itself, and what is wrong so far."""

    published: Published | None = None
    bound: SignedTree | None = None
    sequenced: int = 0
    problems: list[AuditProblem] = field(default_factory=list)

    def blame(self, error: LogError) -> None:
        """Note a problem, up to the bound."""
        if len(self.problems) < DEFAULT_LIMITS.max_findings_per_check:
            self.problems.append(
                AuditProblem(
                    code=error.code,
                    message=error.message,
                    expected=error.expected,
                    found=error.found,
                )
            )

    @property
    def published_size(self) -> int:
        """Entries in the published tree; 0 when nothing valid is published."""
        return self.published.checkpoint.size if self.published else 0

    @property
    def signed(self) -> SignedTree:
        """The newest tree that the log is bound to."""
        if self.published and (
            self.bound is None or self.published_size > self.bound.size
        ):
            checkpoint = self.published.checkpoint
            return SignedTree(
                size=checkpoint.size,
                root=checkpoint.root,
                timestamp=self.published.timestamp,
            )
        return self.bound or SignedTree(size=0, root=b"", timestamp=0)


def audit_log(path: Path | str) -> AuditReport:
    """Recompute a whole log and report everything that does not agree.

    Raises:
        LogError: `log.not-a-log` or `log.settings-malformed`: there is nothing to
            compare with. Everything else is in the report.
        MachineError: A file cannot be read.
    """
    root = Path(path)
    files = DirectoryFiles(root)
    settings = read_settings(files)
    tiles, tile_leftovers = _listed(files, "tile")
    bodies, body_leftovers = _listed(files, "bodies")
    ledger = SqliteLedger(
        root / DATABASE, root / LOCK, lock_seconds=_LEDGER_SECONDS, read_only=True
    )
    heads = _read_heads(files, settings, ledger)
    readable = ledger if heads.bound is not None else None
    sizes = {heads.published_size, heads.signed.size}
    audit = TileAudit(
        files=files,
        ledger=readable,
        signed=heads.signed,
        sequenced=heads.sequenced,
        roots_at=tuple(sorted(sizes)),
        blame=heads.blame,
    )
    logged: set[str] = set()
    try:
        audit.run(tiles)
        logged = _logged_bodies(readable, heads.sequenced)
    except LogError as error:
        # The ledger broke while it was read.
        heads.blame(error)
        audit.complete, readable = False, None
    recomputed = _compare_roots(heads, audit) if audit.complete else None
    good = _good_bodies(files, heads, bodies)
    present = {name.rpartition("/")[2] for name in bodies}
    return AuditReport(
        origin=settings.origin,
        size=heads.published_size,
        root=recomputed,
        pending=max(0, heads.sequenced - heads.published_size),
        tiles=audit.tiles,
        bodies=good,
        withheld=len(logged - present),
        orphans=len(present - logged) if readable else 0,
        leftovers=tile_leftovers + body_leftovers,
        problems=tuple(heads.problems),
    )


def _listed(files: FileStore, directory: str) -> tuple[list[str], int]:
    """List the files below a directory; count the temporary ones instead."""
    names = files.names(directory)
    kept = [name for name in names if not name.rpartition("/")[2].startswith(TEMPORARY)]
    return kept, len(names) - len(kept)


def _read_heads(files: FileStore, settings: LogSettings, ledger: Ledger) -> _Heads:
    """Step 1."""
    heads = _Heads()
    try:
        heads.published = find_published(files, settings)
        if heads.published is None:
            heads.blame(checkpoint_missing())
    except LogError as error:
        heads.blame(error)
    try:
        # The tree before the size, so that the size is never the smaller one.
        heads.bound = ledger.signed()
        heads.sequenced = ledger.size()
    except LogError as error:
        heads.blame(error)
        heads.bound = None
    if heads.bound is not None and heads.published_size > heads.bound.size:
        heads.blame(
            LogError(
                "database-behind",
                "The log has published more than its ledger knows.",
                expected=f"at least {heads.published_size} entries",
                found=str(heads.bound.size),
            )
        )
    return heads


def _compare_roots(heads: _Heads, audit: TileAudit) -> bytes | None:
    """Step 3."""
    if heads.bound is not None and heads.bound.size == audit.signed.size:
        found = audit.root(heads.bound.size)
        if found != heads.bound.root:
            heads.blame(
                LogError(
                    "root-mismatch",
                    "The ledger has bound another root than the entries give.",
                    expected=f"{found.hex()} at size {heads.bound.size}",
                    found=heads.bound.root.hex(),
                )
            )
    if heads.published is None:
        return None
    checkpoint = heads.published.checkpoint
    found = audit.root(checkpoint.size)
    if found != checkpoint.root:
        heads.blame(
            LogError(
                "checkpoint-mismatch",
                "The published checkpoint is not of these entries.",
                expected=f"root {found.hex()} at size {checkpoint.size}",
                found=f"root {checkpoint.root.hex()}",
            )
        )
    return found


def _good_bodies(files: FileStore, heads: _Heads, names: list[str]) -> int:
    """Step 4: count the bodies whose content has the digest that is their name."""
    good = 0
    for name in names:
        try:
            data = files.read(name, max_bytes=DEFAULT_LIMITS.max_bundle_bytes)
        except LogError as error:
            heads.blame(error)
            continue
        digest = hashlib.sha256(data or b"").hexdigest()
        # None: withheld since it was listed, which is no fault.
        if data is None or name == f"bodies/{digest[:2]}/{digest}":
            good += data is not None
            continue
        heads.blame(
            LogError(
                "body-altered",
                f"The file {name} was altered.",
                expected="content with the digest that is its name",
                found=f"content with the digest {digest}",
            )
        )
    return good


def _logged_bodies(ledger: Ledger | None, sequenced: int) -> set[str]:
    logged: set[str] = set()
    if ledger is not None:
        for first in range(0, sequenced, TILE_WIDTH):
            rows = ledger.entries(first, first + TILE_WIDTH)
            logged.update(row.body_sha256 for row in rows)
    return logged

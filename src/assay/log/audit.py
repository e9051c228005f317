"""Audit a log: recompute every hash from the entries and name what was altered.

Trusts nothing in the directory but `log.json`, and not even that where the caller says
which logs they believe. Needs no lock: files are listed first, then the ledger is read,
so that a log which grows meanwhile is not accused. The private keys of a whole log are
read only to see that they are its own.

A copy of what the log has published has neither ledger nor private keys. Then the
public part is audited by itself, and the report says that no more was looked at.

    0. the log is one that the caller believes, with those keys (see `settings`)
    1. the published checkpoint carries valid signatures by all of the log's keys, the
       ledger is not behind it, and neither states a time that is still to come; the
       private keys and the ledger are this log's (see `ledger_audit`)
    2. every tile is what the entries give, and the ledger has the same entries in the
       same order (see `tile_audit`)
    3. the roots so computed are the published one and the bound one
    4. every body has the digest that is its name; one that was logged and is not
       there counts as withheld, which is no fault; the ledger's rows are as they were
       written (see `ledger_audit`)
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import AssayError, LogError
from assay.log.directory import system_clock
from assay.log.layout import DATABASE, ED25519_KEY, LOCK, ML_DSA_KEY
from assay.log.ledger_audit import RowAudit, audit_identity, audit_keys
from assay.log.published import checkpoint_missing, find_published
from assay.log.settings import believed_settings, read_settings
from assay.log.standing import check_time
from assay.log.stores.files import TEMPORARY, DirectoryFiles
from assay.log.stores.interface import SignedTree
from assay.log.stores.sqlite import SqliteLedger
from assay.log.tile_audit import TileAudit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assay.crypto.verifier_key import VerifierKey
    from assay.domain.trust import TrustedLog
    from assay.log.published import Published
    from assay.log.settings import LogSettings
    from assay.log.stores.interface import FileStore, Ledger

__all__ = ["AuditProblem", "AuditReport", "AuditScope", "audit_log"]

# An audit reads; it never waits long for a writer.
_LEDGER_SECONDS = 10.0


class AuditScope(StrEnum):
    """How much of a log was looked at."""

    WHOLE = "whole"
    PUBLIC = "public"


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
        scope: Whether the operator's ledger was looked at too.
        origin: The log's name, as `log.json` has it.
        keys: The keys by which the checkpoint was checked.
        vouched: Whether the caller believes these keys; otherwise they are what the
            directory says of itself.
        size: Entries in the published tree; None when no valid checkpoint says so.
        root: Root of the published tree, recomputed from the entries; None when some
            entry could not be read.
        pending: Entries that are sequenced and not yet published; None when the
            published tree or the ledger is not known.
        tiles: Files of tiles and bundles that were compared.
        beyond: Files of a tree later than the published one, in a copy of the public
            part; they were not compared.
        foreign: Entries that are no `hashedrekord` 0.0.2 in canonical JSON; allowed.
        bodies: Bodies whose digest holds.
        withheld: Bodies that were logged and are not there; None without a ledger.
        orphans: Bodies that no entry of the ledger stands for; a crash leaves them.
        leftovers: Temporary files of crashes; they can be removed.
        problems: What is wrong; bounded by `Limits.max_findings_per_check`.
    """

    scope: AuditScope
    origin: str
    keys: tuple[VerifierKey, ...]
    vouched: bool
    size: int | None
    root: bytes | None
    pending: int | None
    tiles: int
    beyond: int
    foreign: int
    bodies: int
    withheld: int | None
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

    def blame(self, error: AssayError) -> None:
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
    def pending(self) -> int | None:
        """Entries that wait for publication; None when that cannot be known."""
        if self.published is None or self.bound is None:
            return None
        return max(0, self.sequenced - self.published_size)

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


def audit_log(
    path: Path | str,
    *,
    trusted: Sequence[TrustedLog] | None = None,
    clock: Callable[[], int] = system_clock,
) -> AuditReport:
    """Recompute a whole log and report everything that does not agree.

    Args:
        path: The log's directory, or a copy of what the log has published.
        trusted: The logs that the auditor believes; the log must be one of them, with
            all of its keys. None: the log's own word for its keys is taken.
        clock: Gives the time in seconds since the Epoch.

    Raises:
        LogError: `log.not-a-log` or `log.settings-malformed`: there is nothing to
            compare with. Everything else is in the report.
        SignatureError: A believed verifier key is none.
        MachineError: A file cannot be read.
    """
    root = Path(path)
    files = DirectoryFiles(root)
    heads = _Heads()
    stated = read_settings(files)
    settings, vouched = believed_settings(stated, trusted, heads.blame)
    scope = _scope(root)
    tiles, tile_leftovers = _listed(files, "tile")
    bodies, body_leftovers = _listed(files, "bodies")
    ledger = SqliteLedger(
        root / DATABASE, root / LOCK, lock_seconds=_LEDGER_SECONDS, read_only=True
    )
    _read_heads(heads, files, settings, ledger if scope is AuditScope.WHOLE else None)
    _judge_time(heads, clock)
    if scope is AuditScope.WHOLE:
        audit_keys(root, stated, heads.blame)
    readable = ledger if heads.bound is not None else None
    if readable:
        audit_identity(readable, stated, heads.blame)
    sizes = {heads.published_size, heads.signed.size}
    audit = TileAudit(
        files=files,
        ledger=readable,
        signed=heads.signed,
        sequenced=heads.sequenced,
        roots_at=tuple(sorted(sizes)),
        blame=heads.blame,
        growing=scope is AuditScope.PUBLIC,
    )
    present = {name.rpartition("/")[2] for name in bodies}
    logged: set[str] = set()
    try:
        audit.run(tiles)
        logged = _audited_rows(readable, files, heads, present)
    except LogError as error:
        # The ledger broke while it was read.
        heads.blame(error)
        audit.complete, readable = False, None
    recomputed = _compare_roots(heads, audit) if audit.complete else None
    good = _good_bodies(files, heads, bodies)
    return AuditReport(
        scope=scope,
        origin=settings.origin,
        keys=settings.vkeys,
        vouched=vouched,
        size=heads.published_size if heads.published else None,
        root=recomputed,
        pending=heads.pending,
        tiles=audit.tiles,
        beyond=audit.beyond,
        foreign=audit.foreign,
        bodies=good,
        withheld=len(logged - present) if readable else None,
        orphans=len(present - logged) if readable else 0,
        leftovers=tile_leftovers + body_leftovers,
        problems=tuple(heads.problems),
    )


def _scope(root: Path) -> AuditScope:
    """Look for anything of the operator's own.

    One part of it without the others is a log that has lost something, and no copy of
    the public part.
    """
    own = (DATABASE, ED25519_KEY, ML_DSA_KEY)
    if any((root / name).exists() for name in own):
        return AuditScope.WHOLE
    return AuditScope.PUBLIC


def _listed(files: FileStore, directory: str) -> tuple[list[str], int]:
    """List the files below a directory; count the temporary ones instead."""
    names = files.names(directory)
    kept = [name for name in names if not name.rpartition("/")[2].startswith(TEMPORARY)]
    return kept, len(names) - len(kept)


def _read_heads(
    heads: _Heads, files: FileStore, settings: LogSettings, ledger: Ledger | None
) -> None:
    """Step 1."""
    try:
        heads.published = find_published(files, settings)
        if heads.published is None:
            heads.blame(checkpoint_missing())
    except LogError as error:
        heads.blame(error)
    if ledger is None:
        return
    try:
        # The tree before the size, so that the size is never the smaller one.
        heads.bound = ledger.signed()
        heads.sequenced = ledger.size()
    except LogError as error:
        heads.blame(error)
        heads.bound = None
        return
    if heads.sequenced < heads.bound.size:
        heads.blame(
            LogError(
                "database-altered",
                "The ledger has bound more entries than it has.",
                expected=f"at least {heads.bound.size} entries",
                found=str(heads.sequenced),
            )
        )
    if heads.published_size > heads.bound.size:
        heads.blame(
            LogError(
                "database-behind",
                "The log has published more than its ledger knows.",
                expected=f"at least {heads.published_size} entries",
                found=str(heads.bound.size),
            )
        )


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


def _audited_rows(
    ledger: Ledger | None, files: FileStore, heads: _Heads, present: set[str]
) -> set[str]:
    """Audit the ledger's rows and give the digests of the bodies that they name."""
    if ledger is None or heads.bound is None:
        return set()
    rows = RowAudit(
        files=files,
        ledger=ledger,
        bound=heads.bound.size,
        signed=heads.signed.size,
        sequenced=heads.sequenced,
        blame=heads.blame,
    )
    rows.run(present)
    return rows.logged


def _judge_time(heads: _Heads, clock: Callable[[], int]) -> None:
    stated = [
        tree.timestamp for tree in (heads.published, heads.bound) if tree is not None
    ]
    try:
        check_time(max(stated, default=0), clock())
    except LogError as error:
        heads.blame(error)

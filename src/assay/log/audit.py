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
    4. the ledger's rows are as they were written (see `ledger_audit`), the lists of
       bodies are the ledger's, and every body has the digest that is its name; one
       that was logged and is not there counts as withheld, which is no fault (see
       `body_audit`)
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from assay.errors import LogError
from assay.log.audit_heads import AuditProblem, Heads, read_heads
from assay.log.body_audit import BodyAudit, BodyLists
from assay.log.directory import system_clock
from assay.log.layout import (
    BODY_LISTS,
    DATABASE,
    ED25519_KEY,
    ML_DSA_KEY,
    RECEIPT_KEY,
    STORES,
)
from assay.log.ledger_audit import RowAudit, audit_identity, audit_keys
from assay.log.settings import believed_settings, read_settings
from assay.log.storage import FIRST_CHOICE, open_stores, read_choice
from assay.log.stores.files import TEMPORARY, DirectoryFiles
from assay.log.tile_audit import TileAudit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assay.crypto.verifier_key import VerifierKey
    from assay.domain.trust import TrustedLog
    from assay.errors import AssayError
    from assay.log.storage import Stores
    from assay.log.stores.interface import FileStore, Ledger

__all__ = ["AuditProblem", "AuditReport", "AuditScope", "audit_log"]

# An audit reads; it never waits long for a writer.
_LEDGER_SECONDS = 10.0


class AuditScope(StrEnum):
    """How much of a log was looked at."""

    WHOLE = "whole"
    PUBLIC = "public"


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


def audit_log(
    path: Path | str,
    *,
    trusted: Sequence[TrustedLog] | None = None,
    clock: Callable[[], int] = system_clock,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    tls: object | None = None,
) -> AuditReport:
    """Recompute a whole log and report everything that does not agree.

    Args:
        path: The log's directory, or a copy of what the log has published.
        trusted: The logs that the auditor believes; the log must be one of them, with
            all of its keys. None: the log's own word for its keys is taken.
        clock: Gives the time in seconds since the Epoch.
        progress: Told how many entries were looked at, of how many.
        tls: The TLS context for a database elsewhere, when the caller has one.

    Raises:
        LogError: `log.not-a-log`, `log.settings-malformed` or `log.stores-malformed`:
            there is nothing to compare with. Everything else is in the report.
        SignatureError: A believed verifier key is none.
        UsageError: A store cannot be reached with what is installed and set.
        MachineError: A file cannot be read.
    """
    root = Path(path)
    stated = read_settings(DirectoryFiles(root))
    wrong: list[AssayError] = []
    settings, vouched = believed_settings(stated, trusted, wrong.append)
    scope = _scope(root)
    stores = _stores(root, scope, stated.origin, tls)
    # Files are listed before the ledger is read: a growing log is not accused.
    tiles, tile_leftovers = _listed(stores.files, "tile")
    body_leftovers = _listed(stores.files, "bodies")[1]
    ledger = stores.ledger if scope is AuditScope.WHOLE else None
    with stores.ledger.session():
        heads = read_heads(stores.files, settings, ledger, clock)
        for error in reversed(wrong):
            heads.blame_first(error)
        if scope is AuditScope.WHOLE:
            audit_keys(root, stated, heads.blame)
        readable = ledger if heads.bound is not None else None
        if readable:
            audit_identity(readable, stated, heads.blame)
        lists = BodyLists(
            files=stores.files,
            size=max(heads.signed.size, heads.sequenced),
            growing=scope is AuditScope.PUBLIC,
            blame=heads.blame,
        )
        audit = TileAudit(
            files=stores.files,
            ledger=readable,
            signed=heads.signed,
            sequenced=heads.sequenced,
            roots_at=tuple(sorted({heads.published_size, heads.signed.size})),
            blame=heads.blame,
            progress=progress,
            growing=scope is AuditScope.PUBLIC,
        )
        logged: set[bytes] | None = None
        try:
            audit.run(name for name in tiles if not _is_list(name))
            lists.take(name for name in tiles if _is_list(name))
            logged = _audited_rows(readable, stores, heads, lists)
        except LogError as error:
            # The ledger broke while it was read.
            heads.blame(error)
            audit.complete = False
    lists.look_at_rest()
    recomputed = _compare_roots(heads, audit) if audit.complete else None
    bodies = BodyAudit(bodies=stores.bodies, blame=heads.blame)
    bodies.run(logged)
    return AuditReport(
        scope=scope,
        origin=settings.origin,
        keys=settings.vkeys,
        vouched=vouched,
        size=heads.published_size if heads.published else None,
        root=recomputed,
        pending=heads.pending,
        tiles=audit.tiles,
        beyond=audit.beyond + lists.beyond,
        foreign=audit.foreign,
        bodies=bodies.good,
        withheld=bodies.withheld if logged is not None else None,
        orphans=bodies.orphans,
        leftovers=tile_leftovers + body_leftovers,
        problems=tuple(heads.problems),
    )


def _stores(root: Path, scope: AuditScope, origin: str, tls: object | None) -> Stores:
    choice = read_choice(root) if scope is AuditScope.WHOLE else FIRST_CHOICE
    return open_stores(
        root, choice, origin, lock_seconds=_LEDGER_SECONDS, read_only=True, tls=tls
    )


def _is_list(name: str) -> bool:
    return name.startswith(f"{BODY_LISTS}/")


def _scope(root: Path) -> AuditScope:
    """Look for anything of the operator's own.

    One part of it without the others is a log that has lost something, and no copy of
    the public part.
    """
    own = (DATABASE, STORES, ED25519_KEY, ML_DSA_KEY, RECEIPT_KEY)
    if any((root / name).exists() for name in own):
        return AuditScope.WHOLE
    return AuditScope.PUBLIC


def _listed(files: FileStore, directory: str) -> tuple[list[str], int]:
    """List the files below a directory; count the temporary ones instead."""
    names = files.names(directory)
    kept = [name for name in names if not name.rpartition("/")[2].startswith(TEMPORARY)]
    return kept, len(names) - len(kept)


def _compare_roots(heads: Heads, audit: TileAudit) -> bytes | None:
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


def _audited_rows(
    ledger: Ledger | None, stores: Stores, heads: Heads, lists: BodyLists
) -> set[bytes] | None:
    """Audit the ledger's rows and give the digests of the bodies that they name."""
    if ledger is None or heads.bound is None:
        return None
    rows = RowAudit(
        bodies=stores.bodies,
        lists=lists,
        ledger=ledger,
        bound=heads.bound.size,
        signed=heads.signed.size,
        sequenced=heads.sequenced,
        blame=heads.blame,
    )
    rows.run()
    return rows.logged

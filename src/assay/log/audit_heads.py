"""What a log says of itself when an audit begins, and what is wrong so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import AssayError, LogError
from assay.log.published import checkpoint_missing, find_published
from assay.log.standing import check_time
from assay.log.stores.interface import SignedTree

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.log.published import Published
    from assay.log.settings import LogSettings
    from assay.log.stores.interface import FileStore, Ledger

__all__ = ["AuditProblem", "Heads", "read_heads"]


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


@dataclass(slots=True, kw_only=True)
class Heads:
    """What the log says of itself, and what is wrong so far.

    Attributes:
        published: Its checkpoint, when a valid one is there.
        bound: The tree that the ledger has bound last, when it can be read.
        sequenced: Entries of the ledger.
        problems: What is wrong so far.
    """

    published: Published | None = None
    bound: SignedTree | None = None
    sequenced: int = 0
    problems: list[AuditProblem] = field(default_factory=list)

    def blame_first(self, error: AssayError) -> None:
        """Note what was wrong before there was anything to read."""
        self.blame(error)
        self.problems.insert(0, self.problems.pop())

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


def read_heads(
    files: FileStore,
    settings: LogSettings,
    ledger: Ledger | None,
    clock: Callable[[], int],
) -> Heads:
    """Read what a log says of itself, and judge it by itself.

    Args:
        files: Where the checkpoint is.
        settings: By which keys to check it.
        ledger: Who came when, where the operator's part is audited too.
        clock: Gives the time in seconds since the Epoch.

    Raises:
        MachineError: A part cannot be read.
    """
    heads = Heads()
    try:
        heads.published = find_published(files, settings)
        if heads.published is None:
            heads.blame(checkpoint_missing())
    except LogError as error:
        heads.blame(error)
    if ledger is not None:
        _read_ledger(heads, ledger)
    stated = [
        tree.timestamp for tree in (heads.published, heads.bound) if tree is not None
    ]
    try:
        check_time(max(stated, default=0), clock())
    except LogError as error:
        heads.blame(error)
    return heads


def _read_ledger(heads: Heads, ledger: Ledger) -> None:
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

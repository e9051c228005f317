"""What a log is made of, and what it takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import LogError

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.crypto.witness_policy import Policy
    from assay.log.keys import LogKeys
    from assay.log.settings import LogSettings
    from assay.log.stores.interface import BodyStore, FileStore, Ledger

__all__ = ["LogEntry", "LogParts", "Witnesses", "check_entry"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """Something to log.

    Attributes:
        leaf: The entry that is hashed into the tree and published.
        body: What the entry stands for; it may be withheld or erased later.
    """

    leaf: bytes
    body: bytes


def check_entry(entry: LogEntry) -> None:
    """Refuse an entry that no log takes.

    Raises:
        LogError: `log.entry-too-long` or `log.body-too-long`.
    """
    limits = DEFAULT_LIMITS
    if len(entry.leaf) > limits.max_log_entry_bytes:
        raise LogError(
            "entry-too-long",
            "The entry is longer than the log takes.",
            expected=f"at most {limits.max_log_entry_bytes} bytes",
            found=f"{len(entry.leaf)} bytes",
        )
    # A body that no bundle could carry would be of no use to anybody.
    if len(entry.body) > limits.max_bundle_bytes:
        raise LogError(
            "body-too-long",
            "The body is longer than the log takes.",
            expected=f"at most {limits.max_bundle_bytes} bytes",
            found=f"{len(entry.body)} bytes",
        )


class Witnesses(Protocol):
    """Others who confirm that the log only grows, before it publishes."""

    def cosign(self, note: str, prove: Callable[[int], tuple[bytes, ...]]) -> str:
        """Give the note with cosignature lines added behind those it has.

        Args:
            note: The signed checkpoint of the tree to publish.
            prove: Gives the consistency proof (RFC 6962) from an older size to that
                tree; empty for size 0 and for the tree's own size. Raises
                `log.consistency-sizes` for a larger one.

        Raises:
            LogError: `log.witness-quorum` when too few have cosigned.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class LogParts:
    """What a log is made of.

    Attributes:
        settings: Its origin and public keys.
        keys: Its private keys.
        files: Tiles, checkpoint.
        bodies: What the entries stand for.
        ledger: Sequence and last bound tree.
        clock: Gives the time in seconds since the Epoch.
        witnesses: Who cosigns before a checkpoint is published, if anybody.
        policy: Gives the policy that the log keeps, as it is now; None where it asks
            for no witnesses.
    """

    settings: LogSettings
    keys: LogKeys
    files: FileStore
    bodies: BodyStore
    ledger: Ledger
    clock: Callable[[], int]
    witnesses: Witnesses | None = None
    policy: Callable[[], Policy | None] = field(default=lambda: None)

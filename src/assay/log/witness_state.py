"""What a witness has to remember: whom it follows, and what it cosigned last.

One SQLite file. A checkpoint is compared with the last one and takes its place within
one transaction that keeps every other writer out and is on the disk before the witness
answers. A trigger refuses a smaller tree, and another root for one size, whatever the
code around it does. An older copy of this file must never take its place: the witness
would not know what it has cosigned since.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.crypto.verifier_key import VerifierKey, parse_vkey
from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import LogError, SignatureError
from assay.log.stores.sqlite_file import FileKind, SqliteFile, create_file, faults

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

__all__ = [
    "WITNESS_DATABASE",
    "FollowedLog",
    "WitnessState",
    "Witnessed",
    "create_witness_state",
]

WITNESS_DATABASE = "witness.sqlite"
# "AsWi" as a 32-bit number, so that another SQLite file is not taken for this one.
_APPLICATION_ID = 0x41735769
_SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE followed (
    origin TEXT PRIMARY KEY,
    origin_hash TEXT NOT NULL UNIQUE,
    vkeys TEXT NOT NULL
);
CREATE TABLE latest (
    origin TEXT PRIMARY KEY REFERENCES followed (origin),
    size INTEGER NOT NULL CHECK (size >= 0),
    root BLOB NOT NULL,
    timestamp INTEGER NOT NULL CHECK (timestamp > 0),
    note TEXT NOT NULL
);
CREATE TRIGGER append_only BEFORE UPDATE ON latest
WHEN NEW.origin <> OLD.origin OR NEW.size < OLD.size
    OR (NEW.size = OLD.size AND NEW.root <> OLD.root)
    OR NEW.timestamp < OLD.timestamp
BEGIN SELECT RAISE(ABORT, 'a witness never goes back'); END;
CREATE TRIGGER never_forget BEFORE DELETE ON latest
BEGIN SELECT RAISE(ABORT, 'a witness never forgets'); END;
"""


def _missing(name: str) -> LogError:
    return LogError(
        "witness-state-missing",
        "The witness has lost what it cosigned.",
        expected=name,
        found="no such file",
        remedy="restore the newest copy, if it is certainly the newest; otherwise make "
        "a new witness with new keys",
    )


def _damaged(doing: str, expected: str, found: str) -> LogError:
    return LogError(
        "witness-state-damaged",
        "The witness's memory is damaged, or of a version that this Assay does not "
        f"know: failed while {doing}.",
        expected=expected,
        found=found,
        remedy="restore the newest copy, if it is certainly the newest; otherwise make "
        "a new witness with new keys",
    )


_KIND = FileKind(
    application_id=_APPLICATION_ID,
    version=_SCHEMA_VERSION,
    schema=_SCHEMA,
    missing=_missing,
    damaged=_damaged,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedLog:
    """A log whose checkpoints a witness cosigns.

    Attributes:
        origin: Its name.
        vkeys: Its keys, all of which must have signed.
    """

    origin: str
    vkeys: tuple[VerifierKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnessed:
    """What a witness cosigned last of a log.

    Attributes:
        size: Entries.
        root: 32-byte root.
        timestamp: When, in seconds since the Epoch.
        note: The checkpoint with the log's and the witness's signatures.
    """

    size: int
    root: bytes
    timestamp: int
    note: str


def create_witness_state(path: Path) -> None:
    """Make the memory of a new witness.

    Raises:
        MachineError: The file cannot be written.
    """
    with closing(create_file(path, _KIND, "making the witness's memory")):
        pass


class WitnessState:
    """The memory of a witness; safe to use from threads and processes."""

    def __init__(self, path: Path, *, lock_seconds: float) -> None:
        self._file = SqliteFile(path, _KIND, timeout=lock_seconds)

    def follow(
        self, origin: str, origin_hash: str, keys: Sequence[VerifierKey]
    ) -> bool:
        """Follow a log from now on; False when it is followed already.

        Raises:
            LogError: `log.witness-other-keys`: it is followed with other keys, which
                never changes; `log.witness-crowded`.
            MachineError: The memory cannot be written.
        """
        doing = "following a log"
        texts = "\n".join(map(str, keys))
        with self._file.transaction(doing) as connection, faults(_KIND, doing):
            row = connection.execute(
                "SELECT vkeys FROM followed WHERE origin = ?", (origin,)
            ).fetchone()
            if row is not None:
                if row[0] != texts:
                    raise LogError(
                        "witness-other-keys",
                        "The witness follows a log of this name with other keys.",
                        expected=row[0],
                        found=texts,
                        remedy="a log never changes its keys: find out whose this is",
                    )
                return False
            (count,) = connection.execute("SELECT count(*) FROM followed").fetchone()
            if count >= DEFAULT_LIMITS.max_witnessed_logs:
                raise LogError(
                    "witness-crowded",
                    "The witness follows as many logs as it may.",
                    expected=f"at most {DEFAULT_LIMITS.max_witnessed_logs}",
                    found=str(count),
                )
            connection.execute(
                "INSERT INTO followed VALUES (?, ?, ?)", (origin, origin_hash, texts)
            )
        return True

    def logs(self) -> tuple[FollowedLog, ...]:
        """Give all logs that are followed, by name.

        Raises:
            LogError: The memory is missing or damaged.
        """
        with self._file.connection("reading whom the witness follows") as connection:
            rows = connection.execute(
                "SELECT origin, vkeys FROM followed ORDER BY origin"
            ).fetchall()
        return tuple(_followed(*row) for row in rows)

    def log(self, origin: str) -> FollowedLog | None:
        """Give a log that is followed, or None.

        Raises:
            LogError: The memory is missing or damaged.
        """
        with self._file.connection("reading whom the witness follows") as connection:
            row = connection.execute(
                "SELECT origin, vkeys FROM followed WHERE origin = ?", (origin,)
            ).fetchone()
        return None if row is None else _followed(*row)

    def latest(self, *, origin: str = "", origin_hash: str = "") -> Witnessed | None:
        """Give what was cosigned last, by a log's name or its SHA-256.

        Raises:
            LogError: The memory is missing or damaged.
        """
        with self._file.connection("reading what was cosigned last") as connection:
            row = connection.execute(
                "SELECT size, root, timestamp, note FROM latest "
                "JOIN followed USING (origin) WHERE origin = ? OR origin_hash = ?",
                (origin, origin_hash),
            ).fetchone()
        return None if row is None else _witnessed(*row)

    def advance(
        self, origin: str, decide: Callable[[Witnessed | None], Witnessed]
    ) -> Witnessed:
        """Let `decide` choose what takes the place of the last, with all others out.

        What it gives is on the disk when this returns; where it raises, nothing has
        changed.

        Raises:
            LogError: The memory is missing or damaged, or `log.busy`.
            MachineError: The memory cannot be written.
        """
        with self._file.transaction("binding the witness") as connection:
            row = connection.execute(
                "SELECT size, root, timestamp, note FROM latest WHERE origin = ?",
                (origin,),
            ).fetchone()
            new = decide(None if row is None else _witnessed(*row))
            connection.execute(
                "INSERT INTO latest VALUES (?, ?, ?, ?, ?) ON CONFLICT (origin) DO "
                "UPDATE SET size = excluded.size, root = excluded.root, "
                "timestamp = excluded.timestamp, note = excluded.note",
                (origin, new.size, new.root, new.timestamp, new.note),
            )
        return new


def _followed(origin: str, vkeys: str) -> FollowedLog:
    try:
        return FollowedLog(
            origin=origin, vkeys=tuple(map(parse_vkey, vkeys.split("\n")))
        )
    except (SignatureError, AttributeError) as error:
        raise _damaged(
            "reading whom it follows", "verifier keys", str(error)
        ) from error


def _witnessed(
    size: object, root: object, timestamp: object, note: object
) -> Witnessed:
    if not (
        isinstance(size, int)
        and isinstance(root, bytes)
        and isinstance(timestamp, int)
        and isinstance(note, str)
    ):
        raise _damaged("reading what it cosigned", "numbers, bytes and text", "others")
    return Witnessed(size=size, root=root, timestamp=timestamp, note=note)

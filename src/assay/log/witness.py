"""A witness: cosigns a log's checkpoint when it continues the last one it cosigned.

C2SP tlog-witness, `add-checkpoint`; each refusal has the status that the text gives.

    1. 400  the request has not the form that it should have
    2. 404  the log is not one that is followed
    3. 403  a key of the log has not signed, or its signature does not hold. All keys
            that the witness knows of the log must have signed (ADR 0018)
    4. 400  the old size is larger than the new one
    5. 409  the old size is not the one cosigned last: the answer says which is
    6. 422  the empty tree has its one root; from it no proof leads anywhere; two trees
            of one size have one root; otherwise the consistency proof holds
    7. 200  cosigned with both keys. The new tree is on the disk before the answer
            leaves, in the transaction that compared it with the last one

The time never goes back, as a log's does not. Whatever contradicts what was cosigned
is kept with it, as two notes signed by the same log (`witness_evidence`).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.crypto import merkle
from assay.crypto.note import format_note, verify_note
from assay.errors import AssayError, LogError, SignatureError
from assay.log.standing import check_time
from assay.log.witness_keys import signature_lines
from assay.log.witness_request import parse_add_checkpoint
from assay.log.witness_state import Witnessed

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.crypto.note import NoteSignature
    from assay.log.witness_evidence import WitnessEvidence
    from assay.log.witness_keys import WitnessKeys
    from assay.log.witness_request import AddCheckpoint
    from assay.log.witness_state import FollowedLog, WitnessState

__all__ = ["PLAIN", "TLOG_SIZE", "Witness", "WitnessAnswer", "hash_of_origin"]

PLAIN = "text/plain; charset=utf-8"
TLOG_SIZE = "text/x.tlog.size"
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessAnswer:
    """What a witness says.

    Attributes:
        status: HTTP status.
        body: Text.
        content_type: Its type.
        reason: Code of the refusal; empty when there is none.
    """

    status: int
    body: str
    content_type: str = PLAIN
    reason: str = ""


class _RefusedError(LogError):
    """A refusal with its status; leaves no trace in the state."""

    def __init__(self, answer: WitnessAnswer) -> None:
        super().__init__(answer.reason.partition(".")[2], answer.body)
        self.answer = answer


def hash_of_origin(origin: str) -> str:
    """Name a log as the monitoring prefix does: hex SHA-256 of its origin."""
    return hashlib.sha256(origin.encode()).hexdigest()


class Witness:
    """Cosigns; safe to use from several threads, and processes, at a time."""

    def __init__(
        self,
        keys: WitnessKeys,
        state: WitnessState,
        evidence: WitnessEvidence,
        clock: Callable[[], int],
    ) -> None:
        self._keys = keys
        self._state = state
        self._evidence = evidence
        self._clock = clock

    def add_checkpoint(self, body: bytes) -> WitnessAnswer:
        """Answer an `add-checkpoint` request; the steps of the module.

        Raises:
            LogError: The witness's own memory is missing or damaged.
            MachineError: The disk is full or failed; nothing was cosigned.
        """
        try:
            asked, log, signed = self._checked(body)
        except _RefusedError as refused:
            return refused.answer
        given: list[NoteSignature] = []

        def decide(last: Witnessed | None) -> Witnessed:
            # 5., 6.
            _compare(last, asked)
            # 7.
            now = self._clock()
            stated = last.timestamp if last else 1
            check_time(stated, now)
            timestamp = max(now, stated)
            text = asked.note.text
            given[:] = self._keys.cosign(text, asked.checkpoint, timestamp)
            return Witnessed(
                size=asked.checkpoint.size,
                root=asked.checkpoint.root,
                timestamp=timestamp,
                note=format_note(text, (*signed, *given)),
            )

        try:
            self._state.advance(log.origin, decide)
        except _RefusedError as refused:
            self._keep(log.origin, asked, signed)
            return refused.answer
        return WitnessAnswer(
            status=200, body=signature_lines(asked.note.text, tuple(given))
        )

    def _checked(
        self, body: bytes
    ) -> tuple[AddCheckpoint, FollowedLog, tuple[NoteSignature, ...]]:
        """Check what does not depend on what was cosigned last; steps 1 to 4."""
        # 1.
        try:
            asked = parse_add_checkpoint(body)
        except (LogError, SignatureError) as error:
            raise _refusal(400, error) from error
        # 2.
        log = self._state.log(asked.checkpoint.origin)
        if log is None:
            raise _RefusedError(
                WitnessAnswer(
                    status=404,
                    body="this witness does not follow this log\n",
                    reason="log.witness-unknown-log",
                )
            )
        # 3.
        try:
            signed = _signatures_of(log, asked)
        except SignatureError as error:
            raise _refusal(403, error) from error
        except LogError as error:
            # An ML-DSA-44 signature covers no extension line.
            raise _refusal(400, error) from error
        # 4.
        if asked.old_size > asked.checkpoint.size:
            raise _RefusedError(
                WitnessAnswer(
                    status=400,
                    body="the old size is larger than the new one\n",
                    reason="log.witness-sizes",
                )
            )
        return asked, log, signed

    def checkpoint(self, origin_hash: str) -> WitnessAnswer:
        """Answer a request for what was cosigned last of a log.

        Raises:
            LogError: The witness's own memory is missing or damaged.
        """
        found = None
        if _HASH.fullmatch(origin_hash) is not None:
            found = self._state.latest(origin_hash=origin_hash)
        if found is None:
            return WitnessAnswer(
                status=404,
                body="this witness has cosigned nothing of such a log\n",
                reason="log.witness-unknown-log",
            )
        return WitnessAnswer(status=200, body=found.note)

    def _keep(
        self, origin: str, asked: AddCheckpoint, signed: tuple[NoteSignature, ...]
    ) -> None:
        last = self._state.latest(origin=origin)
        if last is not None:
            self._evidence.keep(origin, last, asked, signed)


def _signatures_of(log: FollowedLog, asked: AddCheckpoint) -> tuple[NoteSignature, ...]:
    """Give the lines by the log's keys, all of which must be there and hold."""
    verified = {item.key for item in verify_note(asked.note, log.vkeys)}
    missing = set(log.vkeys) - verified
    if missing:
        raise SignatureError(
            "log-key-missing",
            "The checkpoint lacks a signature by a key of the log.",
            expected="signatures by all of the log's keys",
            found="none by " + ", ".join(sorted(key.key_id.hex() for key in missing)),
        )
    wanted = {(key.name, key.key_id) for key in log.vkeys}
    return tuple(
        item for item in asked.note.signatures if (item.name, item.key_id) in wanted
    )


def _compare(last: Witnessed | None, asked: AddCheckpoint) -> None:
    """Refuse what does not continue the tree cosigned last; steps 5 and 6."""
    new = asked.checkpoint
    # 5.
    size = last.size if last else 0
    if asked.old_size != size:
        raise _RefusedError(
            WitnessAnswer(
                status=409,
                body=f"{size}\n",
                content_type=TLOG_SIZE,
                reason="log.witness-stale",
            )
        )
    # 6.
    if new.size == 0 and new.root != merkle.EMPTY_ROOT:
        raise _inconsistent("the root of the empty tree is another one")
    if asked.old_size in (0, new.size) and asked.proof:
        raise _inconsistent("no proof leads from the empty tree, or to the same one")
    if last is not None and last.size == new.size:
        if last.root != new.root:
            raise _inconsistent("another root was cosigned for this size")
        return
    if asked.old_size == 0 or last is None:
        return
    try:
        merkle.verify_consistency(
            old_size=last.size,
            new_size=new.size,
            old_root=last.root,
            new_root=new.root,
            proof=asked.proof,
        )
    except LogError as error:
        raise _inconsistent(error.message) from error


def _inconsistent(why: str) -> _RefusedError:
    return _RefusedError(
        WitnessAnswer(status=422, body=f"{why}\n", reason="log.witness-inconsistent")
    )


def _refusal(status: int, error: AssayError) -> _RefusedError:
    return _RefusedError(
        WitnessAnswer(status=status, body=f"{error}\n", reason=error.code)
    )

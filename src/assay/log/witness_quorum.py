"""The log's side of C2SP tlog-witness: enough cosignatures before it publishes.

    1. Witnesses that share an address are one request; all are asked at the same time.
    2. Each is asked from the size that it cosigned last, as far as that is remembered;
       it says 409 and its size where that is wrong, and is asked once more.
    3. Of its answer, lines by the keys that the policy names for it are taken and
       verified; a time has to be stated, and not one that is far ahead. One line that
       does not hold discards the whole answer.
    4. Cosignatures are enough when the policy says so. Those that come a moment later
       are taken too; who is still busy with an older request is not asked again.
    5. Otherwise nothing is published, and the error says of each witness why.

A witness that has cosigned more than the log has is named in that error: then the log
runs twice, or from an old copy.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assay.crypto.checkpoint import parse_checkpoint, parse_decimal
from assay.crypto.note import Note, format_note, parse_note, verify_note
from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import AssayError, LogError, UsageError
from assay.log.witness import TLOG_SIZE
from assay.log.witness_request import format_add_checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.crypto.note import NoteSignature
    from assay.crypto.verifier_key import VerifierKey
    from assay.crypto.witness_policy import Policy
    from assay.log.asking import Answered, Asks

    # As `Witnesses.cosign` has it.
    Prove = Callable[[int], tuple[bytes, ...]]

__all__ = ["WitnessQuorum"]

# Signatures by the log itself, with room for two more.
_OWN_SIGNATURES = 4
_ADD = "add-checkpoint"
_TEXT = "text/plain; charset=utf-8"
# How long to wait for further cosignatures once there are enough.
_LINGER_SECONDS = 0.1


@dataclass(slots=True, kw_only=True)
class _Asked:
    """One witness as it is asked: an address, and the keys that answer there."""

    url: str
    names: tuple[str, ...]
    keys: tuple[VerifierKey, ...]
    # Origin to the size cosigned last, as far as known.
    sizes: dict[str, int] = field(default_factory=dict)
    busy: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checkpoint:
    """What is to be cosigned."""

    whole: str
    note: Note
    origin: str
    size: int
    prove: Prove


class WitnessQuorum:
    """Asks the witnesses of a policy; satisfies `assay.log.sequencer.Witnesses`."""

    def __init__(
        self,
        policy: Policy,
        asks: Asks,
        *,
        clock: Callable[[], int],
        wait_seconds: float = 10.0,
    ) -> None:
        """Prepare to ask.

        Args:
            policy: Who counts, and how many are enough.
            asks: Asks servers, within bounds.
            clock: Gives the time in seconds since the Epoch.
            wait_seconds: How long one checkpoint waits for cosignatures.

        Raises:
            UsageError: `usage.witness-policy`: even with the cosignatures of all
                witnesses that have an address it could not be satisfied.
        """
        by_url: dict[str, list[int]] = {}
        for at, witness in enumerate(policy.witnesses):
            if witness.url is not None:
                by_url.setdefault(witness.url.rstrip("/"), []).append(at)
        self._policy = policy
        self._asked = tuple(
            _Asked(
                url=f"{url}/{_ADD}",
                names=tuple(policy.witnesses[at].name for at in places),
                keys=tuple(policy.witnesses[at].key for at in places),
            )
            for url, places in by_url.items()
        )
        reachable = {key for asked in self._asked for key in asked.keys}
        # A note has room for the log's own signatures as well.
        most = DEFAULT_LIMITS.max_note_signatures - _OWN_SIGNATURES
        if len(reachable) > most:
            raise UsageError(
                "witness-policy",
                "The policy names more witnesses than a checkpoint has room for.",
                expected=f"at most {most} with an address",
                found=str(len(reachable)),
            )
        if not policy.satisfied(reachable):
            raise UsageError(
                "witness-policy",
                "The policy can never be satisfied: too few of its witnesses have an "
                "address.",
                expected=f"addresses of enough witnesses for {policy.quorum}",
                found=", ".join(
                    item.name for item in policy.witnesses if item.url is None
                ),
                remedy="add to each witness line the address of its submission prefix",
            )
        self._asks = asks
        self._clock = clock
        self._wait = wait_seconds
        self._pool = ThreadPoolExecutor(
            max_workers=max(1, len(self._asked)), thread_name_prefix="assay-witness"
        )

    def cosign(self, note: str, prove: Prove) -> str:
        """Give the note with cosignature lines added behind those it has.

        Raises:
            LogError: `log.witness-quorum` when too few have cosigned in time.
        """
        parsed = parse_note(note)
        tree = parse_checkpoint(parsed.text)
        guard = threading.Lock()

        def prove_alone(old_size: int) -> tuple[bytes, ...]:
            with guard:
                return prove(old_size)

        wanted = _Checkpoint(
            whole=note,
            note=parsed,
            origin=tree.origin,
            size=tree.size,
            prove=prove_alone,
        )
        # 1.
        failed: dict[str, str] = {}
        waiting: dict[Future[tuple[NoteSignature, ...]], _Asked] = {}
        for asked in self._asked:
            # 4.
            if asked.busy.acquire(blocking=False):
                waiting[self._pool.submit(self._ask, asked, wanted)] = asked
            else:
                failed[asked.url] = "still busy with an earlier checkpoint"
        given = self._gather(waiting, failed)
        if not self._is_enough(given):
            raise self._too_few(given, failed, waiting)
        known = {(item.name, item.key_id) for item in parsed.signatures}
        ordered = [
            line
            for asked in self._asked
            for line in given.get(asked.url, ())
            if (line.name, line.key_id) not in known
        ]
        return format_note(parsed.text, (*parsed.signatures, *ordered))

    def _gather(
        self,
        waiting: dict[Future[tuple[NoteSignature, ...]], _Asked],
        failed: dict[str, str],
    ) -> dict[str, tuple[NoteSignature, ...]]:
        """Wait until there are enough, all have answered, or the time is over."""
        given: dict[str, tuple[NoteSignature, ...]] = {}
        ends = time.monotonic() + self._wait
        open_ones = set(waiting)
        lingering = False
        while open_ones and time.monotonic() < ends:
            done, open_ones = wait(
                open_ones,
                timeout=max(0.0, ends - time.monotonic()),
                return_when=FIRST_COMPLETED,
            )
            for future in done:
                error = future.exception()
                if isinstance(error, AssayError):
                    failed[waiting[future].url] = str(error)
                else:
                    given[waiting[future].url] = future.result()
            if not lingering and self._is_enough(given):
                lingering = True
                ends = min(ends, time.monotonic() + _LINGER_SECONDS)
        return given

    def _is_enough(self, given: dict[str, tuple[NoteSignature, ...]]) -> bool:
        lines = {(line.name, line.key_id) for lines in given.values() for line in lines}
        return self._policy.satisfied(
            [
                witness.key
                for witness in self._policy.witnesses
                if (witness.key.name, witness.key.key_id) in lines
            ]
        )

    def _too_few(
        self,
        given: dict[str, tuple[NoteSignature, ...]],
        failed: dict[str, str],
        waiting: dict[Future[tuple[NoteSignature, ...]], _Asked],
    ) -> LogError:
        late = {asked.url for asked in waiting.values()} - given.keys() - failed.keys()
        why = {**failed, **dict.fromkeys(late, f"no answer within {self._wait:g} s")}
        return LogError(
            "witness-quorum",
            "Too few witnesses have cosigned the checkpoint; nothing is published.",
            expected=f"the quorum {self._policy.quorum}",
            found="; ".join(
                f"{', '.join(asked.names)}: {why[asked.url]}"
                for asked in self._asked
                if asked.url in why
            )[:2000]
            or f"cosignatures at {len(given)} addresses",
            remedy="nothing is lost: what was submitted keeps its place and is "
            "published once enough witnesses answer",
        )

    def _ask(self, asked: _Asked, wanted: _Checkpoint) -> tuple[NoteSignature, ...]:
        try:
            # 2.
            old = asked.sizes.get(wanted.origin, 0)
            answer = self._send(asked, wanted, min(old, wanted.size))
            if answer.status == 409:
                old = _size_of(answer)
                _check_size(asked.sizes.get(wanted.origin, 0), old, wanted.size)
                answer = self._send(asked, wanted, old)
            if answer.status != 200:
                said = answer.body[:200].decode("utf-8", "replace")
                raise _misbehaved("status 200", f"status {answer.status}: {said!r}")
            lines = self._verified(asked, wanted, answer)
            asked.sizes[wanted.origin] = wanted.size
            return lines
        finally:
            asked.busy.release()

    def _send(self, asked: _Asked, wanted: _Checkpoint, old: int) -> Answered:
        proof = () if old in (0, wanted.size) else wanted.prove(old)
        body = format_add_checkpoint(old, proof, wanted.whole)
        return self._asks.post(asked.url, body, _TEXT)

    def _verified(
        self, asked: _Asked, wanted: _Checkpoint, answer: Answered
    ) -> tuple[NoteSignature, ...]:
        # 3.
        text = wanted.note.text
        if len(answer.body) > DEFAULT_LIMITS.max_witness_answer_bytes:
            raise _misbehaved("signature lines", f"{len(answer.body)} bytes")
        answered = parse_note(f"{text}\n".encode() + answer.body)
        known = {(key.name, key.key_id) for key in asked.keys}
        lines = tuple(
            item for item in answered.signatures if (item.name, item.key_id) in known
        )
        now = self._clock()
        latest = now + DEFAULT_LIMITS.max_log_seconds_ahead
        if answered.text != text:
            raise _misbehaved("signature lines", "further text")
        for item in verify_note(Note(text=text, signatures=lines), asked.keys):
            if not item.timestamp or item.timestamp > latest:
                raise _misbehaved("a time that is not far ahead", f"{item.timestamp}")
        return lines


def _check_size(known: int, said: int, size: int) -> None:
    """Refuse a size that no honest pair of log and witness can come to."""
    if said > size:
        raise _misbehaved(
            "nothing beyond this log's own checkpoint",
            f"it has cosigned {said} entries, the log has {size}: the log runs twice, "
            "or from an old copy",
        )
    if said < known:
        raise _misbehaved(
            f"the {known} entries that it cosigned",
            f"{said}: it has forgotten what it signed",
        )


def _size_of(answer: Answered) -> int:
    """Read the size in an answer with status 409."""
    text = answer.body[:32].decode("ascii", "replace")
    size = parse_decimal(text.removesuffix("\n"))
    if answer.content_type != TLOG_SIZE or size is None or not text.endswith("\n"):
        raise _misbehaved(
            f"a size and a newline, as {TLOG_SIZE}", f"{answer.content_type}: {text!r}"
        )
    return size


def _misbehaved(expected: str, found: str) -> LogError:
    return LogError(
        "witness-answer",
        "A witness has not answered as it should have.",
        expected=expected,
        found=found,
    )

"""A log that somebody else serves: the same `append`, with nothing believed.

Before the first submission, the checkpoint that the server shows is opened by the keys
that the caller chose: where these are of another log, nothing is submitted.

Steps of each submission:
    1. Every entry is one that the server can check: an envelope, and the entry that
       stands for it.
    2. They are sent in as many requests as the bounds ask for. What did not arrive, or
       has to wait, is sent again a few times: the same statement gets the same index.
    3. The answer is JSON with one receipt for each, in their order.
    4. Each receipt proves, by the keys that the caller chose, that this entry stands at
       the index that the server names; and enough witnesses have cosigned it, where the
       caller has a policy.
    5. All checkpoints in the answer belong to one history with the newest that this
       caller has seen: from each there is a consistency proof to the next. Where one
       does not hold, both are kept as evidence.
    6. The newest is kept as seen, and the receipts are given.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from assay.crypto import merkle
from assay.crypto.log_leaf import log_leaf
from assay.crypto.public_key import public_key_from_der
from assay.crypto.tlog_proof import parse_tlog_proof, verify_tlog_proof
from assay.domain.limits import DEFAULT_LIMITS
from assay.encoding import decode_base64
from assay.errors import AssayError, DocumentError, LogError, NetworkError
from assay.log.layout import CHECKPOINT
from assay.log.receipts import Receipt
from assay.log.seen import Seen, check_growth, open_by_all
from assay.log.sequencer import check_entry
from assay.log.server import STATEMENTS
from assay.log.web import JSON
from assay.wire import strict_json
from assay.wire.v0.envelope import EnvelopePart
from assay.wire.v0.log_api import read_consistency, read_receipts, write_submission

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from assay.crypto.verifier_key import VerifierKey
    from assay.crypto.witness_policy import Policy
    from assay.domain.statement import Envelope
    from assay.log.asking import Answered, Asks
    from assay.log.seen import SeenFile
    from assay.log.sequencer import LogEntry
    from assay.wire.v0.log_api import SubmittedReceipt

__all__ = ["RemoteLog"]

# Answers after which the same submission may be sent again.
_AGAIN = frozenset({429, 502, 503, 504})
_ATTEMPTS = 5
_PAUSES = (0.5, 1.0, 2.0, 4.0)
# No server keeps a client waiting for longer.
_LONGEST_PAUSE = 30.0
_SHOWN = 200
_REMEDIES = {
    "log.unauthorised": "give a token of this log in a file, with --log-token-file "
    "(--token-file of `log submit`), or in the variable ASSAY_LOG_TOKEN; where one was "
    "given, the log does not know it: ask its operator for another",
    "log.forbidden": "ask the log's operator for a token that allows it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """An entry as the server checks it."""

    entry: LogEntry
    envelope: Envelope
    public_key: bytes


class RemoteLog:
    """A log at an address; has what `flows.seal` uses of a `Log`."""

    def __init__(  # noqa: PLR0913 - each is one thing that the caller chose
        self,
        url: str,
        *,
        origin: str,
        vkeys: Sequence[VerifierKey],
        asks: Asks,
        seen: SeenFile,
        sleep: Callable[[float], None],
        policy: Policy | None = None,
    ) -> None:
        """Choose a log, and whom to believe about it.

        Args:
            url: Its prefix.
            origin: Its name, as the caller knows it.
            vkeys: Its keys, as the caller knows them; all must sign.
            asks: Asks servers, within bounds; sends the caller's token.
            seen: Keeps what this caller has seen of the log.
            sleep: Waits for a number of seconds.
            policy: Which witnesses must have cosigned a receipt, or None.
        """
        self._url = url.rstrip("/")
        self._origin = origin
        self._vkeys = tuple(vkeys)
        self._asks = asks
        self._seen = seen
        self._sleep = sleep
        self._policy = policy
        self._opened = False

    @property
    def origin(self) -> str:
        """The log's name."""
        return self._origin

    @property
    def vkeys(self) -> tuple[VerifierKey, ...]:
        """The keys that verify its checkpoints."""
        return self._vkeys

    def append(self, entries: Sequence[LogEntry]) -> tuple[Receipt, ...]:
        """Submit entries and give their receipts, verified, in the same order.

        Raises:
            LogError: `log.entry-*`, `log.body-too-long`, `log.remote-entry`,
                `log.remote-refused`, `log.remote-answer`, `log.rollback`,
                `log.split-view`, `log.seen-altered`, `log.policy-unmet`, or a receipt
                does not prove what it should.
            SignatureError: A checkpoint is not signed by the log's keys.
            NetworkError: The server cannot be reached, or misbehaves.
        """
        if not entries:
            return ()
        # 1.
        sent = [_sendable(entry) for entry in entries]
        self._refuse_others()
        receipts: list[Receipt] = []
        shown: list[Seen] = []
        for part in _parts(sent):
            # 2.
            answer = self._submit(part)
            # 3., 4.
            for item, given in zip(
                part, self._receipts(answer, len(part)), strict=True
            ):
                shown.append(self._proven(item.entry, given))
                receipts.append(Receipt(index=given.index, proof_text=given.receipt))
        # 5., 6.
        self._remember(shown)
        return tuple(receipts)

    def _refuse_others(self) -> None:
        """Refuse a log of other keys before it is given anything.

        Where no checkpoint is to be had, the submission itself says why.
        """
        if self._opened:
            return
        try:
            answer = self._asks.get(f"{self._url}/{CHECKPOINT}")
        except NetworkError:
            return
        if answer.status != 200:
            return
        try:
            open_by_all(answer.body, self._vkeys, self._origin)
        except AssayError as error:
            error.remedy = (
                "nothing was submitted; compare the log.json or trust file that you "
                "gave with what the log's operator hands out, and the address"
            )
            raise
        self._opened = True

    def _submit(self, part: Sequence[_Sent]) -> Answered:
        body = write_submission((item.envelope, item.public_key) for item in part)
        url = f"{self._url}{STATEMENTS}"
        for attempt in range(_ATTEMPTS):
            pause = _PAUSES[min(attempt, len(_PAUSES) - 1)]
            last = attempt == _ATTEMPTS - 1
            try:
                answer = self._asks.post(url, body, JSON)
            except NetworkError as error:
                # A certificate does not become another one by asking again.
                if last or error.code in ("network.tls", "network.too-long"):
                    raise
            else:
                if last or answer.status not in _AGAIN:
                    break
                pause = max(pause, _retry_after(answer))
            self._sleep(pause)
        if answer.status != 200:
            raise _refused(answer)
        return answer

    def _receipts(self, answer: Answered, count: int) -> tuple[SubmittedReceipt, ...]:
        if answer.content_type != JSON:
            raise _no_answer(f"{JSON}, status 200", answer.content_type or "no type")
        try:
            receipts = read_receipts(answer.body)
        except DocumentError as error:
            raise _no_answer("receipts", str(error)[:_SHOWN]) from error
        if len(receipts) != count:
            raise _no_answer(f"{count} receipts", str(len(receipts)))
        return receipts

    def _proven(self, entry: LogEntry, given: SubmittedReceipt) -> Seen:
        witnesses = (
            [item.key for item in self._policy.witnesses] if self._policy else []
        )
        proof = verify_tlog_proof(
            given.receipt,
            entry.leaf,
            self._vkeys,
            origin=self._origin,
            witness_keys=witnesses,
        )
        if (given.index, given.leaf_hash) != (
            proof.index,
            merkle.leaf_hash(entry.leaf),
        ):
            raise _no_answer(
                f"index {proof.index}, as the receipt proves", f"index {given.index}"
            )
        cosigned = [item.key for item in proof.witnesses]
        if self._policy is not None and not self._policy.satisfied(cosigned):
            raise LogError(
                "policy-unmet",
                "Too few of the witnesses that you ask for have cosigned a receipt.",
                expected=f"the quorum {self._policy.quorum}",
                found=", ".join(sorted({key.name for key in cosigned})) or "none",
                remedy="ask the operator of the log to have it witnessed",
            )
        return open_by_all(
            parse_tlog_proof(given.receipt).checkpoint, self._vkeys, self._origin
        )

    def _remember(self, shown: Sequence[Seen]) -> None:
        before = self._seen.read(self._vkeys, self._origin)
        trees = {(item.tree.size, item.tree.root): item for item in shown}
        ordered = [trees[key] for key in sorted(trees)]
        if before is not None:
            # First, whatever its size: less than it is a rollback.
            ordered.insert(0, before)
        for old, new in pairwise(ordered):
            try:
                check_growth(old, new, self._proof)
            except LogError as error:
                if error.code in ("log.rollback", "log.split-view"):
                    kind = error.code.partition(".")[2]
                    folder = self._seen.keep_evidence(kind, old, new, str(error))
                    error.remedy += f"; the evidence is in {folder}"
                raise
        self._seen.write(ordered[-1])

    def _proof(self, old_size: int, size: int) -> tuple[bytes, ...]:
        answer = self._asks.get(
            f"{self._url}/api/v0/consistency?from={old_size}&to={size}"
        )
        if answer.status != 200:
            raise _refused(answer)
        if answer.content_type != JSON:
            raise _no_answer(JSON, answer.content_type or "no type")
        try:
            said_old, said, proof = read_consistency(answer.body)
        except DocumentError as error:
            raise _no_answer("a consistency proof", str(error)[:_SHOWN]) from error
        if (said_old, said) != (old_size, size):
            raise _no_answer(
                f"a proof from {old_size} to {size}", f"one from {said_old} to {said}"
            )
        return proof


def _sendable(entry: LogEntry) -> _Sent:
    """Take an entry apart into what the server is sent."""
    check_entry(entry)
    try:
        part = EnvelopePart.read(
            strict_json.loads(entry.body, max_bytes=DEFAULT_LIMITS.max_bundle_bytes),
            document="envelope",
        )
        leaf = strict_json.loads(
            entry.leaf, max_bytes=DEFAULT_LIMITS.max_log_entry_bytes
        )
        verifier = leaf["spec"]["hashedRekordV002"]["signature"]["verifier"]
        der = decode_base64(verifier["publicKey"]["rawBytes"], what="public key")
        envelope = part.to_domain()
        if log_leaf(envelope, public_key_from_der(der)) == entry.leaf:
            return _Sent(entry=entry, envelope=envelope, public_key=der)
        found = "the entry of another statement"
    except (AssayError, KeyError, TypeError, AttributeError) as error:
        found = str(error)[:_SHOWN]
    raise LogError(
        "remote-entry",
        "A log that is served elsewhere takes signed statements only.",
        expected="an envelope, and the hashedrekord entry that stands for it",
        found=found,
    )


def _parts(sent: Sequence[_Sent]) -> Iterator[list[_Sent]]:
    """Divide a submission by the bounds of one request."""
    limits = DEFAULT_LIMITS
    part: list[_Sent] = []
    held = 0
    for item in sent:
        # The body of the entry, the key in base64, and the JSON around both.
        size = len(item.entry.body) + 2 * len(item.public_key) + 100
        full = held + size > limits.max_submission_bytes - 100
        if part and (full or len(part) == limits.max_submission_statements):
            yield part
            part, held = [], 0
        part.append(item)
        held += size
    yield part


def _retry_after(answer: Answered) -> float:
    text = answer.headers.get("retry-after", "").strip()
    seconds = float(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    return min(seconds, _LONGEST_PAUSE)


def _refused(answer: Answered) -> LogError:
    said = answer.body[:_SHOWN].decode("utf-8", "replace")
    code = ""
    if answer.content_type == JSON:
        try:
            document = strict_json.loads(answer.body, max_bytes=64 * 1024)
            code = str(document["code"])[:80]
            said = f"{document['message']} {document['remedy']}"[: 2 * _SHOWN]
        except (DocumentError, KeyError, TypeError):
            # Not an error of ours: its beginning is shown as it is.
            code = ""
    return LogError(
        "remote-refused",
        "The log's server refused the request.",
        expected="status 200",
        found=f"status {answer.status} {code}: {said!r}",
        remedy="submit again later where the server is overloaded or has no quorum of "
        "witnesses: a statement keeps its index"
        if answer.status in _AGAIN
        else _REMEDIES.get(code, "correct what it names, or ask the log's operator"),
    )


def _no_answer(expected: str, found: str) -> LogError:
    return LogError(
        "remote-answer",
        "The log's server has not answered as a log does.",
        expected=expected,
        found=found,
        remedy="check the address; if it is right, do not believe this server",
    )

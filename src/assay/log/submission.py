"""The write path of a log's server: who may submit what, and how much of it.

    1. 415  the body is JSON and says so
    2. 429  this address does not ask too often; before the token, so that guessing
            tokens is bounded
    3. 401, 403  the token is one of the log's, and allows it
    4. 413  the body is within its bound
    5. 400  strict JSON, in the form of a submission
    6. 429  this token does not submit too much: each statement counts
    7. 400  each signature holds over its envelope, by the key that came with it: the
            log takes only what verifies. Whose key that is, is for verifiers to say
    8. 503  not too many submissions wait at a time
    9. 200  every statement is in a published tree: a receipt for each, in their order,
            and whether it stood in the log before

Whatever is refused before step 8 has changed nothing. What fails later may have its
index already; the same submission gets the same index.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from assay.crypto import merkle
from assay.crypto.dsse import pre_authentication_encoding
from assay.crypto.log_leaf import log_leaf
from assay.crypto.public_key import public_key_from_der
from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import AssayError, LogError, SignatureError
from assay.log.rate_limit import RateLimiter, caller_of
from assay.log.sequencer import LogEntry
from assay.log.tokens import Role
from assay.log.web import JSON, Answer, Request, error_answer, json_answer
from assay.wire.v0.envelope import write_envelope
from assay.wire.v0.log_api import read_submission

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assay.domain.statement import Envelope
    from assay.log.batching import Batcher
    from assay.log.tokens import Token, Tokens

__all__ = [
    "ROOM",
    "Rates",
    "SignatureCheck",
    "Submission",
    "check_signatures",
    "later",
    "rate_limiters",
    "submitted_entries",
]

# A key in DER, the message, and its signature.
SignatureCheck = tuple[bytes, bytes, bytes]

_BEARER = "bearer "
# Submissions that wait for their batch at a time: each holds a thread, and readers
# need some as well.
ROOM = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How often callers may write.

    Attributes:
        address_per_second: Requests of one address.
        address_burst: Of them at once.
        token_per_second: Statements of one token.
        token_burst: Of them at once.
    """

    address_per_second: float = 50.0
    address_burst: float = 200.0
    token_per_second: float = 200.0
    token_burst: float = 2_000.0


def rate_limiters(
    rates: Rates, clock: Callable[[], float] = time.monotonic
) -> tuple[RateLimiter, RateLimiter]:
    """Make the limiters of addresses and of tokens."""
    most = DEFAULT_LIMITS.max_rated_callers
    return (
        RateLimiter(
            per_second=rates.address_per_second,
            burst=rates.address_burst,
            most_callers=most,
            clock=clock,
        ),
        RateLimiter(
            per_second=rates.token_per_second,
            burst=rates.token_burst,
            most_callers=most,
            clock=clock,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """Takes statements; safe to use from threads.

    Attributes:
        batcher: Logs them.
        find: Gives the index of a leaf hash, or None.
        tokens: Who may submit.
        by_address: Limits requests.
        by_token: Limits statements.
        room: How many submissions may wait at a time.
        check: Checks signatures, here or elsewhere; raises where one does not hold.
    """

    batcher: Batcher
    find: Callable[[bytes], int | None]
    tokens: Tokens
    by_address: RateLimiter
    by_token: RateLimiter
    room: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(ROOM))
    check: Callable[[Sequence[SignatureCheck]], None] | None = None

    def __call__(self, request: Request) -> Answer:
        """Answer a POST of statements; the steps of the module.

        Raises:
            LogError, DocumentError, KeyFileError, SignatureError: It is refused.
            MachineError: The disk is full or failed.
        """
        # 1.
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != JSON:
            raise LogError(
                "submission-type",
                "Statements are submitted as JSON.",
                expected=f"Content-Type: {JSON}",
                found=kind[:80] or "none",
            )
        # 2.
        late = self.by_address.wait(caller_of(request.address))
        if late:
            return later(late)
        # 3.
        token = self.authorised(request, Role.SUBMIT)
        try:
            answer = self._taken(request, token)
        except AssayError as error:
            answer = error_answer(error)
        return replace(answer, who=token.name)

    def authorised(self, request: Request, role: Role) -> Token:
        """Give the token of a request, which must allow what it asks for.

        Raises:
            LogError: `log.unauthorised` or `log.forbidden`, or the file of tokens
                cannot be used.
        """
        stated = request.headers.get("authorization", "")
        scheme, text = stated[: len(_BEARER)], stated[len(_BEARER) :]
        token = self.tokens.current().find(text.strip())
        if token is None or scheme.lower() != _BEARER:
            raise LogError(
                "unauthorised",
                "This needs a token of the log.",
                expected="Authorization: Bearer and a token",
                found="none, or one that the log does not know",
                remedy="ask the operator of the log for one",
            )
        if role is Role.OPERATE and token.role is not Role.OPERATE:
            raise LogError(
                "forbidden",
                "This token does not allow it.",
                expected=f"a token of the role {role.value}",
                found=token.role.value,
            )
        return token

    def _taken(self, request: Request, token: Token) -> Answer:
        # 4.
        most = DEFAULT_LIMITS.max_submission_bytes
        data = request.read(most + 1)
        if len(data) > most:
            raise LogError(
                "submission-too-long",
                "The submission is longer than the log takes at a time.",
                expected=f"at most {most} bytes",
                found="more",
                remedy="submit fewer statements at a time",
            )
        # 5.
        statements = read_submission(data)
        # 6.
        late = self.by_token.wait(token.id, len(statements))
        if late:
            return later(late)
        # 7.
        entries = submitted_entries(statements, self.check or check_signatures)
        # 8.
        if not self.room.acquire(blocking=False):
            raise LogError(
                "overloaded",
                "More submissions wait for the log than it holds.",
                expected="fewer at a time",
                remedy="submit again later; nothing of this was taken",
            )
        try:
            return self._logged(entries)
        finally:
            self.room.release()

    def _logged(self, entries: Sequence[LogEntry]) -> Answer:
        hashes = [merkle.leaf_hash(entry.leaf) for entry in entries]
        known = [self.find(leaf_hash) is not None for leaf_hash in hashes]
        # 9.
        receipts = self.batcher.submit_many(entries)
        return json_answer(
            {
                "format": "assay-receipts/0",
                "receipts": [
                    {
                        "index": receipt.index,
                        "leafHash": leaf_hash.hex(),
                        "known": before,
                        "receipt": receipt.proof_text,
                    }
                    for receipt, leaf_hash, before in zip(
                        receipts, hashes, known, strict=True
                    )
                ],
            }
        )


def check_signatures(checks: Sequence[SignatureCheck]) -> None:
    """Check signatures in this process.

    Raises:
        SignatureError: `signature.mismatch`.
    """
    for der, message, signature in checks:
        public_key_from_der(der).verify(message, signature)


def submitted_entries(
    statements: Sequence[tuple[Envelope, bytes]],
    check: Callable[[Sequence[SignatureCheck]], None],
) -> list[LogEntry]:
    """Make the entries of statements whose signatures hold.

    Args:
        statements: Envelopes, each with the key in DER that came with it.
        check: Checks their signatures.

    Raises:
        KeyFileError: A key is none.
        SignatureError: `signature.key-id` or `signature.mismatch`.
    """
    keys, checks = [], []
    for envelope, der in statements:
        key = public_key_from_der(der)
        if envelope.key_id != key.key_id:
            raise SignatureError(
                "key-id",
                "The envelope names another key than the one that came with it.",
                expected=envelope.key_id,
                found=key.key_id,
            )
        signed = pre_authentication_encoding(envelope.payload_type, envelope.payload)
        keys.append(key)
        checks.append((der, signed, envelope.signature))
    check(checks)
    return [
        LogEntry(leaf=log_leaf(envelope, key), body=write_envelope(envelope))
        for (envelope, _), key in zip(statements, keys, strict=True)
    ]


def later(seconds: int) -> Answer:
    """Say that a caller asks too often, and when to ask again."""
    answer = error_answer(
        LogError(
            "rate",
            "This is more than the log takes from one caller.",
            expected="fewer requests or statements",
            remedy=f"try again in {seconds} s",
        )
    )
    return replace(answer, headers=(*answer.headers, ("Retry-After", str(seconds))))

"""A log in a directory becomes a server: files for readers, batches for writers."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import InputError, UsageError
from assay.flows.files import write_file
from assay.flows.network import http_server
from assay.flows.own_log import change_policy, open_own_log
from assay.flows.signature_crew import SignatureCrew
from assay.log import Batcher
from assay.log.kept_policy import kept_policy
from assay.log.reading import LogReader
from assay.log.server import LogServer
from assay.log.settings import read_settings
from assay.log.storage import open_stores, read_choice
from assay.log.stores.files import DirectoryFiles
from assay.log.submission import ROOM, Rates, Submission, rate_limiters
from assay.log.tokens import Role, TokenFile, Tokens, format_tokens, new_token
from assay.log.web import application

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from assay.log.tokens import Token
    from assay.log.web import Access
    from assay.network.http_server import HttpServer

__all__ = [
    "LogService",
    "Rates",
    "Role",
    "add_token",
    "log_server",
    "log_service",
    "read_tokens",
    "revoke_token",
]

_LOCK_SECONDS = 60.0
# Some for readers, beside those that wait for their batch.
_THREADS = ROOM + 16


@dataclass(frozen=True, slots=True, kw_only=True)
class LogService:
    """How a log is served.

    Attributes:
        path: The log's directory.
        tokens: The file of tokens; without it nothing is taken.
        policy: A witness policy (C2SP tlog-policy), which the log keeps from then on;
            without it the one that it keeps, if any.
        ca_file: Certificates by which witnesses are believed; the system's by default.
        bodies: Whether bodies are published.
        most: Entries of a batch at most.
        wait: Seconds that the first entry of a batch waits for others.
        rates: How often callers may write.
        crew: Processes beside this one that check signatures.
    """

    path: Path
    tokens: Path | None = None
    policy: Path | None = None
    ca_file: Path | None = None
    bodies: bool = True
    most: int = 256
    wait: float = 0.25
    rates: Rates = field(default_factory=Rates)
    crew: int = 0


@contextmanager
def log_service(service: LogService) -> Iterator[LogServer]:
    """Open a log for serving; what waits when the context ends is logged first.

    Raises:
        LogError, UsageError, InputError, MachineError: A part cannot be opened.
    """
    if service.policy is not None:
        change_policy(service.path, service.policy)
    log = open_own_log(service.path, ca_file=service.ca_file)
    settings = read_settings(DirectoryFiles(service.path))
    stores = open_stores(
        service.path,
        read_choice(service.path),
        settings.origin,
        lock_seconds=_LOCK_SECONDS,
    )

    def find(leaf_hash: bytes) -> int | None:
        return stores.ledger.find([leaf_hash]).get(leaf_hash)

    # Nobody submits where there are no tokens, so nothing has to be checked.
    crew = SignatureCrew(0 if service.tokens is None else service.crew)
    with crew, Batcher(log, most=service.most, wait=service.wait) as batcher:
        submission = None
        by_address, by_token = rate_limiters(service.rates)
        if service.tokens is not None:
            if not service.tokens.exists():
                raise InputError(
                    "no-such-file",
                    "The file of tokens is not there.",
                    expected="a file made by `assay log token new`",
                    found=str(service.tokens),
                    remedy="make a token with `assay log token new`",
                )
            tokens = Tokens(service.tokens)
            # A file that cannot be used is found now, and not by the first who asks.
            tokens.current()
            submission = Submission(
                batcher=batcher,
                find=find,
                tokens=tokens,
                by_address=by_address,
                by_token=by_token,
                check=crew.check,
            )
        yield LogServer(
            reader=LogReader(
                files=stores.files,
                settings=settings,
                find=find,
                body=log.body if service.bodies else None,
                accepts=submission is not None,
                policy=partial(kept_policy, service.path),
            ),
            submission=submission,
            pending=log.pending,
            by_address=by_address,
        )


@contextmanager
def log_server(
    service: LogService,
    *,
    listen: str,
    note: Callable[[Access], None],
    proxy: str | None = None,
) -> Iterator[HttpServer]:
    """Listen as a log; the caller runs the server within the context.

    Raises:
        LogError, UsageError, InputError, MachineError: As `log_service`, and
            `usage.listen` or `machine.listen`.
    """
    with log_service(service) as server:
        yield http_server(
            application(server, note),
            listen=listen,
            most_body_bytes=DEFAULT_LIMITS.max_submission_bytes,
            threads=_THREADS,
            proxy=proxy,
        )


def read_tokens(path: Path) -> TokenFile:
    """Read the tokens of a log; a file that is not there yet holds none.

    Raises:
        LogError: `log.tokens-malformed` or `log.tokens-exposed`.
        MachineError: The file cannot be read.
    """
    return Tokens(path).current() if path.exists() else TokenFile()


def add_token(path: Path, name: str, role: Role) -> tuple[str, Token]:
    """Make a token, and keep what the log needs to know it by.

    Raises:
        UsageError: `usage.token-name` or `usage.token-crowd`.
        LogError: As `read_tokens`.
        MachineError: The file cannot be read or written.
    """
    text, token = new_token(name, role)
    held = read_tokens(path)
    if len(held.tokens) >= DEFAULT_LIMITS.max_tokens:
        raise UsageError(
            "token-crowd",
            "The log has as many tokens as it may.",
            expected=f"at most {DEFAULT_LIMITS.max_tokens}",
            found=str(len(held.tokens)),
            remedy="revoke those that nobody uses",
        )
    _write(path, TokenFile(tokens=(*held.tokens, token)))
    return text, token


def revoke_token(path: Path, token_id: str) -> Token:
    """Forget a token: from its next request on it is refused.

    Raises:
        UsageError: `usage.token-unknown`.
        LogError: As `read_tokens`.
        MachineError: The file cannot be read or written.
    """
    held = read_tokens(path)
    for token in held.tokens:
        if token.id == token_id:
            kept = tuple(item for item in held.tokens if item is not token)
            _write(path, TokenFile(tokens=kept))
            return token
    raise UsageError(
        "token-unknown",
        "The log has no such token.",
        expected="the id of a token, as `assay log token list` shows it",
        found=token_id[:80],
    )


def _write(path: Path, file: TokenFile) -> None:
    write_file(path, format_tokens(file), mode=0o600)

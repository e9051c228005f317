"""Who may submit: bearer tokens, of which the log keeps salted hashes only.

A token is `assay_<id>_<secret>`: the id finds its line in the file, the secret has 256
random bits. The file belongs to its owner alone and is read again when it changes, so a
token that is withdrawn is worth nothing from the next request on.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
import stat
import threading
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from assay.domain.limits import DEFAULT_LIMITS
from assay.errors import DocumentError, LogError, UsageError
from assay.log.stores.files import machine_error
from assay.wire import strict_json

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "Role",
    "Token",
    "TokenFile",
    "Tokens",
    "format_tokens",
    "new_token",
    "parse_tokens",
]

FORMAT = "assay-log-tokens/v0"
_TOKEN = re.compile(r"assay_([0-9a-f]{16})_([A-Za-z0-9_-]{43})", re.ASCII)
_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)
_ID = re.compile(r"[0-9a-f]{16}", re.ASCII)
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,100}")
_FIELDS = {"id", "name", "role", "salt", "sha256"}


class Role(StrEnum):
    """What the holder of a token may do."""

    SUBMIT = "submit"
    """Submit statements."""
    OPERATE = "operate"
    """See what waits; submit as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What the log keeps of a token.

    Attributes:
        id: Finds it; no secret.
        name: Whose it is.
        role: What it allows.
        salt: 32 random bytes, in hex.
        sha256: Of the salt and the secret, in hex.
    """

    id: str
    name: str
    role: Role
    salt: str
    sha256: str


def _hashed(salt: str, secret: str) -> str:
    return hashlib.sha256(bytes.fromhex(salt) + secret.encode("ascii")).hexdigest()


# What an unknown id is compared with, so that it takes as long as a known one.
_NOBODY = Token(
    id="0" * 16, name="", role=Role.SUBMIT, salt="00" * 32, sha256="00" * 32
)


def new_token(name: str, role: Role) -> tuple[str, Token]:
    """Make a token; its text is given once and kept nowhere.

    Raises:
        UsageError: `usage.token-name`.
    """
    if _NAME.fullmatch(name) is None:
        raise UsageError(
            "token-name",
            "A token cannot have this name.",
            expected="1 to 100 characters on one line",
            found=repr(name[:80]),
        )
    token_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    salt = secrets.token_hex(32)
    return f"assay_{token_id}_{secret}", Token(
        id=token_id, name=name, role=role, salt=salt, sha256=_hashed(salt, secret)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFile:
    """The tokens of one log.

    Attributes:
        tokens: In the order in which they were made.
    """

    tokens: tuple[Token, ...] = ()

    def find(self, text: str) -> Token | None:
        """Give the token that a text is, or None; takes the same time either way."""
        match = _TOKEN.fullmatch(text)
        token_id, secret = match.groups() if match else ("", "0" * 43)
        # Ids are no secrets; a dictionary would not be faster for a few thousand.
        found = next((item for item in self.tokens if item.id == token_id), _NOBODY)
        same = hmac.compare_digest(_hashed(found.salt, secret), found.sha256)
        return found if same and found is not _NOBODY else None


def format_tokens(file: TokenFile) -> bytes:
    """Write the tokens of a log."""
    document = {
        "format": FORMAT,
        "tokens": [
            {
                "id": item.id,
                "name": item.name,
                "role": item.role.value,
                "salt": item.salt,
                "sha256": item.sha256,
            }
            for item in file.tokens
        ],
    }
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def parse_tokens(data: bytes) -> TokenFile:
    """Read the tokens of a log.

    Raises:
        LogError: `log.tokens-malformed`.
    """
    try:
        document = strict_json.loads(
            data, max_bytes=DEFAULT_LIMITS.max_token_file_bytes
        )
    except DocumentError as error:
        raise _malformed(error.message) from error
    if not isinstance(document, dict) or set(document) != {"format", "tokens"}:
        raise _malformed("other members than format and tokens")
    items = document["tokens"]
    if document["format"] != FORMAT or not isinstance(items, list):
        raise _malformed("another format")
    if len(items) > DEFAULT_LIMITS.max_tokens:
        raise _malformed(f"{len(items)} tokens")
    tokens = tuple(map(_parsed, items))
    if len({item.id for item in tokens}) != len(tokens):
        raise _malformed("an id that stands twice")
    return TokenFile(tokens=tokens)


def _parsed(item: object) -> Token:
    if not isinstance(item, dict) or set(item) != _FIELDS:
        raise _malformed("a token with other members")
    values = {name: value for name, value in item.items() if isinstance(value, str)}
    forms = {"id": _ID, "name": _NAME, "salt": _HEX, "sha256": _HEX}
    if values.keys() != _FIELDS or not all(
        form.fullmatch(values[name]) for name, form in forms.items()
    ):
        raise _malformed("a token with values of another form")
    if values["role"] not in set(Role):
        raise _malformed("a role that does not exist")
    return Token(
        id=values["id"],
        name=values["name"],
        role=Role(values["role"]),
        salt=values["salt"],
        sha256=values["sha256"],
    )


def _malformed(found: str) -> LogError:
    return LogError(
        "tokens-malformed",
        "The file of tokens cannot be used; nobody may submit.",
        expected=f"format {FORMAT}, as `assay log token` writes it",
        found=found,
        remedy="restore it from a backup, or make new tokens",
    )


class Tokens:
    """The tokens in a file, as they stand at present; safe to use from threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._seen: tuple[int, int, int] | None = None
        self._file = TokenFile()

    def current(self) -> TokenFile:
        """Give the tokens, read again where the file has changed.

        Raises:
            LogError: `log.tokens-malformed` or `log.tokens-exposed`.
            MachineError: The file cannot be read.
        """
        with self._lock:
            try:
                status = self._path.stat()
                seen = (status.st_ino, status.st_mtime_ns, status.st_size)
                if seen == self._seen:
                    return self._file
                with self._path.open("rb") as file:
                    mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                    data = file.read(DEFAULT_LIMITS.max_token_file_bytes + 1)
            except OSError as error:
                raise machine_error(error, "reading the file of tokens") from error
            if mode & 0o077:
                raise LogError(
                    "tokens-exposed",
                    "Others than its owner may read the file of tokens.",
                    expected="mode 0600",
                    found=f"mode {mode:04o}",
                    remedy=f"chmod 600 {self._path.name}",
                )
            self._file, self._seen = parse_tokens(data), seen
            return self._file

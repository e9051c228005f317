"""`log.json`: what makes a directory a log, written last when a log is made."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.crypto.verifier_key import VerifierKey, is_key_name, parse_vkey
from assay.errors import (
    AssayError,
    DocumentError,
    LogError,
    SignatureError,
    TrustError,
    UsageError,
)
from assay.log.layout import SETTINGS
from assay.wire import strict_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assay.domain.trust import TrustedLog
    from assay.log.stores.interface import FileStore

__all__ = [
    "LogSettings",
    "believed_settings",
    "check_origin",
    "parse_settings",
    "read_settings",
    "write_settings",
]

FORMAT = "assay-log/v0"
_MAX_BYTES = 64 * 1024
# What a trust file can hold as a name on one line.
_MAX_ORIGIN_BYTES = 200
_UNQUOTABLE = frozenset('"\\\x7f')


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """What never changes in the life of a log.

    Attributes:
        origin: The log's name.
        vkeys: Its verifier keys: Ed25519 and ML-DSA-44.
    """

    origin: str
    vkeys: tuple[VerifierKey, ...]


def check_origin(origin: str) -> None:
    """Refuse an origin that could not be a key name, or that no trust file can hold.

    Raises:
        UsageError: `usage.log-origin`.
    """
    wrong = _wrong_with(origin)
    if wrong:
        raise UsageError(
            "log-origin",
            f"A log cannot have this origin: {wrong}.",
            expected="a name of yours without a scheme, such as log.example.com/2026, "
            f"at most {_MAX_ORIGIN_BYTES} bytes",
            found=repr(origin[:80]),
            remedy=_without_scheme(origin),
        )


def _wrong_with(origin: str) -> str:
    if "://" in origin:
        return "it begins with a scheme, and a log is not the place where it is served"
    if "+" in origin:
        return "it holds a '+', which ends the name in a verifier key"
    if any(char.isspace() for char in origin):
        return "it holds a space or a line break"
    if not is_key_name(origin) or not origin.isprintable() or _UNQUOTABLE & {*origin}:
        return "it is empty or holds a control character, a quote or a backslash"
    if len(origin.encode()) > _MAX_ORIGIN_BYTES:
        return "it is too long"
    return ""


def _without_scheme(origin: str) -> str:
    bare = origin.rpartition("://")[2].rstrip("/")
    if "://" in origin and bare and not _wrong_with(bare):
        return f"--origin {bare}"
    return "choose another name; a log keeps it for ever"


def write_settings(files: FileStore, settings: LogSettings) -> None:
    """Write the settings of a new log.

    Raises:
        MachineError: The file cannot be written.
    """
    document = {
        "format": FORMAT,
        "origin": settings.origin,
        "vkeys": [str(key) for key in settings.vkeys],
    }
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    files.write_once({SETTINGS: text.encode()})


def read_settings(files: FileStore) -> LogSettings:
    """Read the settings.

    Raises:
        LogError: `log.not-a-log` or `log.settings-malformed`.
        MachineError: The file cannot be read.
    """
    data = files.read(SETTINGS, max_bytes=_MAX_BYTES)
    if data is None:
        raise LogError(
            "not-a-log",
            "The directory is not a log.",
            expected=f"a file {SETTINGS}",
            found="none",
            remedy="check the path, or make a log with `assay log init`",
        )
    return parse_settings(data)


def parse_settings(data: bytes) -> LogSettings:
    """Read the public description of a log: what its operator hands to verifiers.

    Raises:
        LogError: `log.settings-malformed`.
    """
    try:
        document = strict_json.loads(data, max_bytes=_MAX_BYTES)
    except DocumentError as error:
        raise _malformed(error.message) from error
    return _settings(document)


def believed_settings(
    stated: LogSettings,
    trusted: Sequence[TrustedLog] | None,
    blame: Callable[[AssayError], None],
) -> tuple[LogSettings, bool]:
    """Choose the keys to check a log by, and say whether its reader believes them.

    Args:
        stated: What the log says of itself.
        trusted: The logs that the reader believes, or None to take its word.
        blame: Takes what is wrong with it.

    Raises:
        SignatureError: A believed verifier key is none.
    """
    if trusted is None:
        return stated, False
    believed = [log for log in trusted if log.origin == stated.origin]
    if not believed:
        blame(
            TrustError(
                "unknown-log",
                "The trust file does not name this log.",
                expected=" or ".join(sorted(log.origin for log in trusted)) or "a log",
                found=stated.origin,
            )
        )
        return stated, False
    keys = tuple(parse_vkey(vkey) for log in believed for vkey in log.vkeys)
    if not set(keys) <= set(stated.vkeys):
        blame(
            TrustError(
                "log-keys",
                "The log states other keys than the trust file has for it.",
                expected=", ".join(key.key_id.hex() for key in keys),
                found=", ".join(key.key_id.hex() for key in stated.vkeys),
            )
        )
        return LogSettings(origin=stated.origin, vkeys=keys), True
    # A key that the reader does not know adds nothing, but must have signed too.
    return stated, True


def _settings(document: object) -> LogSettings:
    if not isinstance(document, dict) or set(document) != {"format", "origin", "vkeys"}:
        raise _malformed("other members than format, origin and vkeys")
    origin, vkeys = document["origin"], document["vkeys"]
    if document["format"] != FORMAT or not isinstance(origin, str):
        raise _malformed("another format")
    if not isinstance(vkeys, list) or not all(isinstance(key, str) for key in vkeys):
        raise _malformed("vkeys that are not a list of texts")
    try:
        keys = tuple(parse_vkey(key) for key in vkeys)
    except SignatureError as error:
        raise _malformed(error.message) from error
    if not keys or any(key.name != origin for key in keys):
        raise _malformed("verifier keys that are not named for the origin")
    return LogSettings(origin=origin, vkeys=keys)


def _malformed(found: str) -> LogError:
    return LogError(
        "settings-malformed",
        f"The file {SETTINGS} cannot be used.",
        expected=f"format {FORMAT}, an origin and verifier keys",
        found=found,
        remedy="restore it from a backup, or ask the log's operator for it again",
    )

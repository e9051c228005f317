"""`log.json`: what makes a directory a log, written last when a log is made."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.crypto.checkpoint import MAX_NAME_BYTES
from assay.crypto.verifier_key import VerifierKey, is_key_name, parse_vkey
from assay.errors import DocumentError, LogError, SignatureError, UsageError
from assay.log.layout import SETTINGS
from assay.wire import strict_json

if TYPE_CHECKING:
    from assay.log.stores.interface import FileStore

__all__ = ["LogSettings", "check_origin", "read_settings", "write_settings"]

FORMAT = "assay-log/v0"
_MAX_BYTES = 64 * 1024


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
    """Refuse an origin that could not be a key name.

    Raises:
        UsageError: `usage.log-origin`.
    """
    if not is_key_name(origin) or len(origin.encode()) > MAX_NAME_BYTES:
        raise UsageError(
            "log-origin",
            "A log cannot have this origin.",
            expected="a URL without scheme, such as log.example.com/2026, no spaces or "
            f"'+', at most {MAX_NAME_BYTES} bytes",
            found=repr(origin[:80]),
        )


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
    try:
        document = strict_json.loads(data, max_bytes=_MAX_BYTES)
    except DocumentError as error:
        raise _malformed(error.message) from error
    return _settings(document)


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
        remedy="restore it from a backup",
    )

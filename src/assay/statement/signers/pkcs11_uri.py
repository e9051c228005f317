"""Where a key lies on a PKCS #11 token, as RFC 7512 writes it.

    pkcs11:token=Office;object=signing;id=%01?module-path=/usr/lib/p11.so

Attributes before `?` name library, slot, token and object, and all that are given must
match; those after it say how to get there. Stricter than the RFC where it leaves a
choice: an attribute that is not known is refused in both parts, because a misspelt one
would match another key, and so is `pin-value`: a PIN on a command line can be read by
everybody on the machine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from assay.domain.key_address import PKCS11_SCHEME
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import KeyFileError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Pkcs11Uri", "parse_pkcs11_uri"]

_LIBRARY = ("library-manufacturer", "library-description", "library-version")
_SLOT = ("slot-manufacturer", "slot-description", "slot-id")
_TOKEN = ("token", "manufacturer", "serial", "model")
_PATH = frozenset((*_LIBRARY, *_SLOT, *_TOKEN, "object", "type", "id"))
_QUERY = frozenset({"module-path", "pin-source"})

# RFC 7512 section 2.3: `unreserved`, `pk11-res-avail`, and what each part adds.
_PLAIN = r"A-Za-z0-9\-._~:\[\]@!$'()*+,="
_IN_PATH = re.compile(rf"(?:[{_PLAIN}&]|%[0-9A-Fa-f]{{2}})*")
_IN_QUERY = re.compile(rf"(?:[{_PLAIN}/?|]|%[0-9A-Fa-f]{{2}})*")
# RFC 8089 section 2: with no authority, an empty one, or this machine.
_FILE = re.compile(r"file:(?://(?:localhost)?)?(?=/(?!/))", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]{1,10}")
_VERSION = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,3}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pkcs11Uri:
    """A key on a token.

    Attributes:
        wanted: Attributes of library, slot and token that must match, by their names
            in RFC 7512.
        label: `object`: CKA_LABEL of the key, or None.
        id: CKA_ID of the key, or None.
        module_path: Absolute path of the library to load, or None.
        pin_source: Absolute path of the file with the PIN, or None.
    """

    wanted: Mapping[str, str]
    label: str | None = None
    id: bytes | None = None
    module_path: str | None = None
    pin_source: str | None = None


def parse_pkcs11_uri(text: str, limits: Limits = DEFAULT_LIMITS) -> Pkcs11Uri:
    """Read the URI of a private key.

    1. It is short, and begins with `pkcs11:`.
    2. Every attribute is known, is there once and has a value of allowed characters.
    3. Texts are UTF-8, numbers are digits, the type is `private`.
    4. Module and PIN file are absolute paths; no PIN stands in it.

    Raises:
        KeyFileError: `key.uri`. It repeats names of attributes and never a value.
    """
    # 1. Length and scheme.
    if len(text) > limits.max_key_uri_chars:
        raise _malformed(
            f"at most {limits.max_key_uri_chars} characters", f"{len(text)}"
        )
    if not text.lower().startswith(PKCS11_SCHEME):
        raise _malformed("an address that begins with pkcs11:", "another one")
    path, _, query = text[len(PKCS11_SCHEME) :].partition("?")
    # 2. Attributes, each once.
    names = _attributes(path, ";", _PATH, _IN_PATH)
    ways = _attributes(query, "&", _QUERY, _IN_QUERY)
    # 3. Texts and numbers.
    _refuse_other_types(names.pop("type", b"private"))
    identifier = names.pop("id", None)
    texts = {name: _text(name, value) for name, value in names.items()}
    label = texts.pop("object", None)
    if "slot-id" in texts:
        texts["slot-id"] = _number(texts["slot-id"])
    if "library-version" in texts:
        texts["library-version"] = _version(texts["library-version"])
    # 4. Ways to get there.
    module = ways.get("module-path")
    pin = ways.get("pin-source")
    return Pkcs11Uri(
        wanted=texts,
        label=label,
        id=identifier,
        module_path=None if module is None else _absolute("module-path", module),
        pin_source=None if pin is None else _pin_file(pin),
    )


def _attributes(
    part: str, between: str, known: frozenset[str], allowed: re.Pattern[str]
) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for attribute in part.split(between) if part else ():
        name, separator, value = attribute.partition("=")
        # Names are literals of ABNF, which have no case (RFC 5234 section 2.3).
        name = name.lower()
        if name == "pin-value":
            raise KeyFileError(
                "uri",
                "A PIN has no place in an address: whoever lists the processes of "
                "this machine reads it.",
                expected="pin-source=FILE, ASSAY_KEY_PASSPHRASE or the prompt",
                found="pin-value",
                remedy="change the PIN, for this one may be known by now",
            )
        if name not in known:
            raise _malformed(
                "the attributes " + ", ".join(sorted(known)),
                f"{name!r}" if re.fullmatch("[a-z0-9_-]{1,40}", name) else "another",
            )
        if name in found:
            raise _malformed("each attribute once", f"{name} twice")
        if not separator or not value or allowed.fullmatch(value) is None:
            raise _malformed(
                "name=value, with other characters as %XX", f"the value of {name}"
            )
        found[name] = unquote_to_bytes(value)
    return found


def _text(name: str, value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _malformed("text in UTF-8", f"the value of {name}") from error


def _refuse_other_types(value: bytes) -> None:
    if value.lower() != b"private":
        raise _malformed("type=private: a private key signs", "another type")


def _number(text: str) -> str:
    if _NUMBER.fullmatch(text) is None:
        raise _malformed("a number", "the value of slot-id")
    return str(int(text))


def _version(text: str) -> str:
    match = _VERSION.fullmatch(text)
    if match is None:
        raise _malformed("a version such as 2.6", "the value of library-version")
    # Section 2.3: the minor number is 0 where it is left out.
    return f"{int(match[1])}.{int(match[2] or 0)}"


def _absolute(name: str, value: bytes) -> str:
    text = _text(name, value)
    if not text.startswith("/") or "\0" in text:
        raise _malformed("an absolute path", f"the value of {name}")
    return text


def _pin_file(value: bytes) -> str:
    """Give the path of a PIN file, which may be written as a `file:` address."""
    text = _text("pin-source", value)
    if match := _FILE.match(text):
        text = text[match.end() :]
    return _absolute("pin-source", text.encode("utf-8"))


def _malformed(expected: str, found: str) -> KeyFileError:
    return KeyFileError(
        "uri",
        "This is no address of a key on a token.",
        expected=expected,
        found=found,
        remedy="write it as RFC 7512 does, such as "
        "pkcs11:token=Office;object=signing?module-path=/usr/lib/p11.so",
    )

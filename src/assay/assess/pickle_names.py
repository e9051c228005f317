"""Judge the names that a pickle fetches: allowed, denied, risky or unknown.

A deny-list is never finished, so it is not what decides: a name that no honest model
file needs is `unknown` and weighed. The lists themselves are data with reasons, in
`pickle_allowed` and `pickle_denied`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from assay.assess.pickle_allowed import ALLOWED, FAMILIES
from assay.assess.pickle_denied import DENIED, EXECUTORS, FILE_METHODS, RISKY, Gain

if TYPE_CHECKING:
    import re

__all__ = ["Judgement", "Verdict", "judge", "public_module"]


class Verdict(StrEnum):
    """What a name means for whoever loads the pickle."""

    ALLOWED = "allowed"
    RISKY = "risky"
    DENIED = "denied"
    UNKNOWN = "unknown"
    UNRESOLVED = "unresolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A verdict with its reason.

    Attributes:
        verdict: The verdict.
        reason: Why, as a clause that fits after a colon; empty when unknown.
        gain: What an attacker gains by the name; empty unless denied or risky.
        uncalled: Whether it is allowed only as long as loading does not call it.
        unheld: Whether honest files do not keep it for a later call either.
        given: What it may be called with, as the reader prints it; None for anything.
    """

    verdict: Verdict
    reason: str = ""
    gain: str = ""
    uncalled: bool = False
    unheld: bool = False
    given: re.Pattern[str] | None = None


# Names of Python 2 modules that loaders still translate (`fix_imports`), and C
# modules behind the public ones; the public name is the one on the lists.
_SYNONYMS = {
    "__builtin__": "builtins",
    "__builtins__": "builtins",
    "exceptions": "builtins",
    "copy_reg": "copyreg",
    "cPickle": "pickle",
    "_pickle": "pickle",
    "commands": "subprocess",
    "urllib2": "urllib",
    "httplib": "http",
    "_operator": "operator",
    "_functools": "functools",
    "_collections": "collections",
    "_datetime": "datetime",
    "_pydatetime": "datetime",
    "_decimal": "decimal",
    "_pydecimal": "decimal",
    "_io": "io",
    "_pyio": "io",
    "_thread": "thread",
    "dummy_thread": "thread",
    "_socket": "socket",
    "_ctypes": "ctypes",
    "_posixsubprocess": "subprocess",
    "_winapi": "subprocess",
    "_imp": "imp",
    "_signal": "signal",
    "_frozen_importlib": "importlib",
    "_frozen_importlib_external": "importlib",
    "_codecs": "codecs",
    "whichdb": "dbm",
    "anydbm": "dbm",
    "SocketServer": "socketserver",
    "BaseHTTPServer": "http",
    "SimpleHTTPServer": "http",
    "CGIHTTPServer": "http",
    "xmlrpclib": "xmlrpc",
}

_DENIED_ALL = {
    module: entry for entry in DENIED for module in entry.modules if not entry.names
}
_DENIED_NAMES = {
    (module, name): entry
    for entry in DENIED
    for module in entry.modules
    for name in entry.names
}
_RISKY = {
    (module, name): entry
    for entry in RISKY
    for module in entry.modules
    for name in entry.names
}
_ALLOWED = {
    (module, name): entry
    for entry in ALLOWED
    for module in entry.modules
    for name in entry.names
}


def judge(module: str, name: str) -> Judgement:
    """Judge one name, most certain lists first."""
    if not module or not name:
        return Judgement(verdict=Verdict.UNRESOLVED)
    # Steps 1 and 2: names known one by one.
    module = public_module(module)
    allowed = _ALLOWED.get((module, name))
    if allowed is not None:
        return Judgement(
            verdict=Verdict.ALLOWED,
            reason=allowed.reason,
            uncalled=allowed.uncalled,
            unheld=allowed.unheld,
            given=allowed.given,
        )
    risky = _RISKY.get((module, name))
    if risky is not None:
        return Judgement(
            verdict=Verdict.RISKY, reason=risky.reason, gain=risky.gain.value
        )
    # Step 3: denied by name, by module, or by a walk through attributes.
    denied = _denied(module, name)
    if denied is not None:
        return denied
    # Step 4: families of classes that only hold data.
    for family in FAMILIES:
        if family.holds(module, name):
            return Judgement(
                verdict=Verdict.ALLOWED, reason=family.reason, given=family.given
            )
    return Judgement(verdict=Verdict.UNKNOWN)


def public_module(module: str) -> str:
    """Give the name of today for a module of Python 2 or one written in C."""
    head, dot, rest = module.partition(".")
    return _SYNONYMS.get(head, head) + dot + rest


def _prefixes(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[:end]) for end in range(len(parts), 0, -1)]


def _denied(module: str, name: str) -> Judgement | None:
    segments = name.split(".")
    for prefix in _prefixes(module):
        entry = _DENIED_NAMES.get((prefix, segments[0])) or _DENIED_ALL.get(prefix)
        if entry is not None:
            return Judgement(
                verdict=Verdict.DENIED, reason=entry.reason, gain=entry.gain.value
            )
    return _walk(segments) or _executor(segments[-1])


def _walk(segments: list[str]) -> Judgement | None:
    """Judge a dotted name, which reaches through attributes of what was imported."""
    if len(segments) == 1:
        return None
    for segment in segments:
        if segment.startswith("__") or public_module(segment) in _DENIED_ALL:
            reason = f"the walk through attributes reaches `{segment}`"
            return Judgement(
                verdict=Verdict.DENIED, reason=reason, gain=Gain.INDIRECT.value
            )
    if segments[-1] in FILE_METHODS:
        reason = f"`{segments[-1]}` is a method that touches files"
        return Judgement(verdict=Verdict.DENIED, reason=reason, gain=Gain.FILES.value)
    return None


def _executor(last: str) -> Judgement | None:
    if last not in EXECUTORS:
        return None
    reason = f"`{last}` is the name of a way to run code, wherever it is imported from"
    return Judgement(verdict=Verdict.DENIED, reason=reason, gain=Gain.RUN.value)

"""The shape of the entries on the list of names that no honest model file needs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Denied", "Gain", "every", "some", "words"]


class Gain(StrEnum):
    """What an attacker gains when a victim loads the pickle."""

    RUN = "Runs commands or code of the attacker's choice as whoever loads the file."
    NATIVE = "Loads native code or writes memory of the loading process."
    LOAD = "Loads further code, or a second pickle that no scanner has seen."
    FILES = "Reads, writes or deletes files as whoever loads the file."
    NETWORK = "Connects to a server of the attacker's choice and sends or fetches data."
    INDIRECT = "Reaches any other function, past every list of names."
    PROCESS = "Changes or inspects the running process: threads, signals, modules."
    EXHAUST = "Uses up the memory or the time of whoever loads the file."


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """Modules, or names in them, that are denied.

    Attributes:
        modules: Dotted modules; everything below them is meant too.
        names: Top-level names in those modules; empty for all of them.
        gain: What an attacker gains.
        reason: Why, as a clause.
    """

    modules: tuple[str, ...]
    gain: Gain
    reason: str
    names: tuple[str, ...] = ()


def every(gain: Gain, reason: str, modules: str) -> Denied:
    """Deny everything in modules that are given as words."""
    return Denied(modules=tuple(modules.split()), gain=gain, reason=reason)


def some(gain: Gain, reason: str, modules: str, names: str) -> Denied:
    """Deny names in modules, both given as words."""
    return Denied(
        modules=tuple(modules.split()),
        names=tuple(names.split()),
        gain=gain,
        reason=reason,
    )


def words(text: str) -> frozenset[str]:
    """Split a list that is written as one text."""
    return frozenset(text.split())

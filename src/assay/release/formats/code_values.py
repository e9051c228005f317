"""What an expression of a source may stand for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.release.formats.code_constants import Plain
    from assay.release.formats.code_scopes import Scope

__all__ = ["Const", "Named", "Own", "Value", "join"]


@dataclass(frozen=True, slots=True)
class Named:
    """A name of another module; `()` in it stands for what a call gives.

    `loose` says that some of it was worked out and not written.
    """

    name: str
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Const:
    """A plain value; `decoded` says that it was kept in another form."""

    value: Plain
    decoded: bool = False


@dataclass(frozen=True, slots=True)
class Own:
    """A function or class of the source; `made` is what the class makes."""

    scope: Scope
    made: bool = False


Value = Named | Const | Own


def join(base: str, name: str) -> str:
    """Give the dotted name of an attribute, whatever Python calls its builtins."""
    if base in ("builtins.__builtins__", "__builtins__", "builtins"):
        return f"builtins.{name}"
    return f"{base}.{name}"[:200]

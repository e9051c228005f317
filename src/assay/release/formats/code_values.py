"""What an expression of a source may stand for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.release.formats.code_constants import Plain
    from assay.release.formats.code_scopes import Scope

__all__ = ["UNKNOWN", "Const", "Named", "Own", "Value", "canonical", "join"]


@dataclass(frozen=True, slots=True)
class Named:
    """A name of another module; `()` in it stands for what a call gives.

    `loose` says that some of it was worked out and not written; `text` is the path
    that a thing of `pathlib` stands for, as far as it is known.
    """

    name: str
    loose: bool = False
    text: str = ""


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
# Stands among what is known for what is not.
UNKNOWN = Const("…")


# Modules of Python that others import, so that they can be reached through them.
_REACHED = frozenset(
    {"builtins", "ctypes", "importlib", "marshal", "os", "pickle", "posix", "pty"}
    | {"shutil", "socket", "subprocess", "sys"}
)
# Modules that packages have of their own by those names.
_NAMESAKES = frozenset(
    {"asyncio.subprocess", "curio.socket", "curio.subprocess", "gevent.builtins"}
    | {"gevent.os", "gevent.socket", "gevent.subprocess", "six.moves.builtins"}
    | {"eventlet.green.builtins", "eventlet.green.os", "eventlet.green.socket"}
    | {"eventlet.green.subprocess", "trio.socket", "cloudpickle.pickle"}
)


def canonical(dotted: str) -> str:
    """Give the dotted name of what is imported, by the shortest way to it."""
    base, _, name = dotted.rpartition(".")
    return join(base, name) if base and not dotted.startswith(".") else dotted


def join(base: str, name: str) -> str:
    """Give the dotted name of an attribute, whatever Python calls its builtins."""
    plain = name.lstrip("_")
    reached = plain in _REACHED and "()" not in base and base not in ("", ".", plain)
    if reached and f"{base}.{name}" not in _NAMESAKES:
        # `logging.os` is `os`, and so is what other modules keep under its name.
        return plain
    if base in ("builtins.__builtins__", "__builtins__", "builtins"):
        return f"builtins.{name}"
    if name == "__call__":
        return base
    if name == "__self__" and base.startswith("builtins."):
        return "builtins"
    return f"{base}.{name}"[:200]

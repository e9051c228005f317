"""Opcodes that only build data, as regular expressions that run over many at once.

Everything matched here pushes a constant, moves the memo or closes a container: it
fetches, calls and hides nothing, and a plain machine could not break inside it.
Whatever is missing here merely ends a run.

Source: the Python library reference of `pickle` and `pickletools`.
"""

from __future__ import annotations

import re
from functools import cache

__all__ = [
    "CONSTANTS",
    "FRAME",
    "GETS",
    "MEMOIZE",
    "PUTS",
    "index_of",
    "memo_uses",
    "opcode_names",
    "run",
    "spelled",
]

# Opcodes by the shape of what follows them.
_BARE = rb"[N\x88\x89()\]}\x8feu\x90tld\x91\x85\x86\x87as\x94]"
_FIXED = rb"[Khq].|M..|[Jrj].{4}|G.{8}"
_LINES = (
    rb"I-?[0-9]{1,18}\n|L-?[0-9]{1,18}L?\n|V[^\n]{0,512}\n|[pg](?:0|[1-9][0-9]{0,8})\n"
    rb"|F-?[0-9]{1,32}(?:\.[0-9]{1,32})?(?:e[+-]?[0-9]{1,3})?\n"
    # Texts of Python 2, without what has to be looked at: escapes, or a file's head.
    rb"|S'(?!BZh)[A-Za-z0-9 _.,:/-]{0,255}'\n"
)
# Byte strings that cannot be a file of their own, in whatever way it is told.
_INNOCENT = rb"[A-Za-z0-9 _.,:/-]"

# Opcodes that push a constant.
CONSTANTS = b"NKMJGX\x8cILFVSUC\x88\x89"
# Opcodes that store in the memo under an index of their own, and that fetch from it.
PUTS = b"qrp"
GETS = b"hjg"
MEMOIZE = b"\x94"
FRAME = b"\x95"


def _counted(after: bytes, content: bytes, longest: int = 255) -> bytes:
    """Match a length byte, then `after`, and as many of `content` as the byte says."""

    def exactly(first: int, beyond: int) -> bytes:
        return b"|".join(
            re.escape(bytes((count,))) + after + content + b"{%d}" % count
            for count in range(first, beyond)
        )

    # The alternatives are tried in their order: a bundle of longer ones is passed over
    # by its first byte.
    bundles = [exactly(0, 32)]
    for first in range(32, longest, 32):
        span = re.escape(bytes((first,))) + b"-" + re.escape(bytes((first + 31,)))
        bundles.append(b"(?=[" + span + b"])(?:" + exactly(first, first + 32) + b")")
    return b"(?:" + b"|".join(bundles) + b")"


def _pattern() -> bytes:
    return b"|".join(
        (
            _BARE,
            _FIXED,
            rb"\x8c" + _counted(b"", b"."),
            b"X" + _counted(rb"\0\0\0", b"."),
            _LINES,
            b"[UC](?!.BZh)" + _counted(b"", _INNOCENT, 63),
        )
    )


# Compiling takes some milliseconds: only long streams are worth it.


@cache
def run() -> re.Pattern[bytes]:
    """Match as many opcodes as there are, one after another."""
    return re.compile(b"(?:" + _pattern() + b")*+", re.DOTALL)


@cache
def opcode_names() -> re.Pattern[bytes]:
    """Match one opcode; the group is its first byte."""
    return re.compile(b"(?=(.))(?:" + _pattern() + b")", re.DOTALL)


@cache
def memo_uses() -> re.Pattern[bytes]:
    """Match up to the next PUT or GET with its index; the group is both.

    It matches up to the end as well, with an empty group: it must never search on
    from inside an opcode.
    """
    used = rb"[qh].|[rj].{4}|[pg][0-9]+\n"
    others = b"(?:(?![qrphjg])(?:" + _pattern() + b"))*+"
    return re.compile(others + b"(?:(" + used + rb")|\Z)", re.DOTALL)


def index_of(use: bytes) -> int:
    """Read the index of a PUT or GET."""
    return int(use[1:]) if use[:1] in b"pg" else int.from_bytes(use[1:], "little")


def spelled(name: bytes, indexes: range) -> list[bytes]:
    """Spell PUTs of this name and these indexes."""
    if name == b"p":
        return [b"p%d\n" % index for index in indexes]
    width = 1 if name == b"q" else 4
    if indexes and indexes[-1] >> 8 * width:
        return []
    return [name + index.to_bytes(width, "little") for index in indexes]

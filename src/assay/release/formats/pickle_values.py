"""What a pickle's stack holds when nothing of it is ever built.

Constants are kept as Python values when they are short; everything else is one of
the small classes below. None of them runs or imports anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.credentials import redact

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "ARRAY",
    "KEPT_ITEMS",
    "KEPT_TEXT",
    "OPAQUE",
    "Call",
    "Import",
    "LongText",
    "Node",
    "Opaque",
    "calls_later",
    "show",
    "show_arguments",
]

# Items of a container that are kept to be shown; the others are only counted.
KEPT_ITEMS = 32
# Longest text or byte string that is kept whole: no module or attribute is longer.
KEPT_TEXT = 512
# Nesting shown of an argument.
_SHOWN_DEPTH = 4
_SHOWN_ITEMS = 6
# Attributes of an instance that loaders and copiers look up to be called.
_HOOKS = frozenset(
    {"__setstate__", "__reduce__", "__reduce_ex__", "__class__", "__setitem__"}
    | {"__getstate__", "__new__", "__deepcopy__", "__copy__", "__array__"}
)
# What gives something to be called later.
_BINDS = frozenset(
    {"partial", "partialmethod", "methodcaller", "getattr", "MethodType", "method"}
)


class Opaque:
    """A value that cannot be worked out without running the pickle."""

    __slots__ = ()


OPAQUE = Opaque()
# An array that was read between the opcodes (joblib): unknown, but surely an array.
ARRAY = Opaque()


class Import:
    """A name that the stream fetches; one object for each distinct name."""

    __slots__ = (
        "called",
        "calls",
        "listed",
        "module",
        "name",
        "near_joblib",
        "offset",
        "opcode",
        "plain_calls",
        "plain_listed",
        "unlisted",
    )

    def __init__(self, module: str, name: str, offset: int, opcode: int) -> None:
        self.module = module
        self.name = name
        self.offset = offset
        self.opcode = opcode
        self.called = False
        self.calls = 0
        self.plain_calls = 0
        self.plain_listed = 0
        self.unlisted = False
        # False for what stands for all names beyond the bound.
        self.listed = True
        # Whether it is, or leads to, joblib's description of an array.
        # Its cache of results, which estimators hold, is neither.
        self.near_joblib = (module, name) != ("joblib.memory", "Memory") and (
            "joblib" in module or "joblib" in name or "ArrayWrapper" in name
        )


class Call:
    """The result of a call that the stream makes."""

    __slots__ = (
        "arguments",
        "builds",
        "callee",
        "carries",
        "epoch",
        "filled",
        "items",
        "state",
    )

    def __init__(self, callee: object, arguments: object) -> None:
        self.callee = callee
        self.arguments = arguments
        self.epoch = 0
        # The state that BUILD gave it last, how often it did, and whether items
        # were put into it.
        self.state: object = None
        self.builds = 0
        self.filled = False
        # Whether a state gave it something to call, and whether items were set.
        self.carries = False
        self.items = False


class LongText:
    """The beginning of a long text or byte string, and where all of it lies."""

    __slots__ = ("codec", "length", "offset", "prefix")

    def __init__(
        self, prefix: str | bytes, offset: int, length: int, codec: str = "utf-8"
    ) -> None:
        self.prefix = prefix
        self.codec = codec
        self.offset = offset
        self.length = length


class Node:
    """A tuple, list, dictionary or set: its first items, and what it expands to."""

    __slots__ = ("code", "epoch", "hooked", "items", "kind", "length", "weight")

    def __init__(self, kind: str, items: list[object]) -> None:
        self.kind = kind
        # A tuple: it takes less memory than a list, and most stay as they are.
        self.items: tuple[object, ...] = ()
        self.length = 0
        self.weight = 1
        self.epoch = 0
        # Whether a value of a dictionary can be called; whether a key, here or
        # further in, is the name of a hook for something that was made.
        self.code = False
        self.hooked = False
        if items:
            self.extend(items)

    def extend(self, items: list[object]) -> None:
        """Add items; only the first of all are kept."""
        self.length += len(items)
        if len(self.items) < KEPT_ITEMS:
            self.items += tuple(items[: KEPT_ITEMS - len(self.items)])
        weight = len(items)
        kinds = set(map(type, items))
        if Node in kinds:
            for item in items:
                if type(item) is Node:
                    weight += item.weight
                    self.hooked = self.hooked or item.hooked
        self.weight += weight
        if Import in kinds or Call in kinds:
            self._note_code(items)

    def _note_code(self, items: list[object]) -> None:
        """Keep in mind what may be called, also of items that are not kept."""
        if self.kind == "dict":
            self.code = self.code or any(map(calls_later, items[1::2]))
        elif self.kind != "tuple" or len(items) != 2:
            return
        if not _HOOKS.isdisjoint(items[::2]):
            self.hooked = self.hooked or any(
                items[index] in _HOOKS and type(items[index + 1]) in (Import, Call)
                for index in range(0, len(items) - 1, 2)
            )

    def get(self, key: str) -> object:
        """Give the last value of a constant key of a dictionary, or OPAQUE.

        Python 2 wrote keys as byte strings. Whether such a key is the same as a text
        depends on how the stream is loaded, so that with both the value is unknown.
        """
        keys = [
            self.items[index]
            for index in range(0, len(self.items) - 1, 2)
            if self.items[index] in (key, key.encode())
        ]
        if self.length > len(self.items) or len({*map(type, keys)}) != 1:
            return OPAQUE
        last = len(self.items) - 2
        while self.items[last] != keys[-1]:
            last -= 2
        return self.items[last + 1]


def calls_later(value: object) -> bool:
    """Tell what may be called: a name, what binds one, an instance that has one."""
    if isinstance(value, Call):
        callee = value.callee
        return value.carries or not isinstance(callee, Import) or callee.name in _BINDS
    return isinstance(value, Import)


_BRACKETS = {
    "tuple": ("(", ")"),
    "list": ("[", "]"),
    "set": ("{", "}"),
    "frozenset": ("frozenset({", "})"),
}


def show(value: object, bound: int, depth: int = _SHOWN_DEPTH) -> str:
    """Print a value for people, at most about `bound` characters long."""
    text = _show(value, bound, depth)
    return text if len(text) <= bound else text[: bound - 1] + "…"


def show_arguments(arguments: object, bound: int) -> str:
    """Print the arguments of a call, without the outer brackets."""
    if isinstance(arguments, Node) and arguments.kind == "tuple":
        text = _join(arguments, bound, _SHOWN_DEPTH)
        return text if len(text) <= bound else text[: bound - 1] + "…"
    return show(arguments, bound)


def _show(value: object, bound: int, depth: int) -> str:
    if isinstance(value, (str, bytes)):
        value = _redacted(value)
        return repr(value) if len(value) <= bound else _cut(value, bound)
    if isinstance(value, LongText):
        return _cut(_redacted(value.prefix), bound)
    if value is None or isinstance(value, (bool, int, float)):
        return repr(value)
    if isinstance(value, Import):
        known = value.module or value.name
        return f"{value.module or '?'}.{value.name or '?'}" if known else "?"
    return _show_nested(value, bound, depth) if depth > 0 else "…"


def _show_nested(value: object, bound: int, depth: int) -> str:
    if isinstance(value, Call):
        callee = _show(value.callee, bound, depth - 1)
        inner = value.arguments
        return f"{callee}({_join(inner, bound, depth - 1)})"
    if isinstance(value, Node):
        if value.kind == "dict":
            return _show_dict(value, bound, depth - 1)
        left, right = _BRACKETS[value.kind]
        return left + _join(value, bound, depth - 1) + right
    return "…"


def _redacted(value: str | bytes) -> str | bytes:
    if isinstance(value, str):
        return redact(value)
    return redact(value.decode("latin-1")).encode("latin-1", "replace")


def _cut(value: str | bytes, bound: int) -> str:
    return repr(value[:bound]) + "…"


def _join(value: object, bound: int, depth: int) -> str:
    if not isinstance(value, Node):
        return _show(value, bound, depth)
    return _listed(
        (_show(item, bound, depth) for item in value.items[:_SHOWN_ITEMS]),
        bound,
        cut=value.length > _SHOWN_ITEMS,
    )


def _listed(texts: Iterable[str], bound: int, *, cut: bool) -> str:
    """Join texts until there is more than is shown anyway.

    Without this, nested containers would take time beyond all measure to print.
    """
    shown: list[str] = []
    length = 0
    for text in texts:
        shown.append(text)
        length += len(text) + 2
        if length > bound:
            cut = True
            break
    if cut:
        shown.append("…")
    return ", ".join(shown)


def _show_dict(value: Node, bound: int, depth: int) -> str:
    pairs = (
        f"{_show(value.items[index], bound, depth)}: "
        f"{_show(value.items[index + 1], bound, depth)}"
        for index in range(0, min(len(value.items), 2 * _SHOWN_ITEMS) - 1, 2)
    )
    inner = _listed(pairs, bound, cut=value.length > 2 * _SHOWN_ITEMS)
    return "{" + inner + "}"

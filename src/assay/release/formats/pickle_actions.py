"""What each opcode does to the static pickle machine, except the commonest few.

Names and meanings follow the Python library reference of `pickle` and `pickletools`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.release.formats import joblib_array, pickle_instances
from assay.release.formats.pickle_memory import NODE_BYTES
from assay.release.formats.pickle_opcodes import HIGHEST_PROTOCOL, STARTERS
from assay.release.formats.pickle_state import Broken, Embedded, Stopped
from assay.release.formats.pickle_values import (
    KEPT_ITEMS,
    KEPT_TEXT,
    OPAQUE,
    Call,
    Import,
    LongText,
    Node,
    Opaque,
    calls_later,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.release.formats.pickle_state import MachineState

    Action = Callable[[MachineState], None]

__all__ = ["ACTIONS"]

# Longest number that is worth keeping: arguments are shown, not computed with.
_KEPT_NUMBER_BYTES = 32
# Digits in a text that no loader of today takes, and older ones take seconds for.
_SLOW_DIGITS = 100_000
# Byte strings that begin like these are read as files of their own.
_ARCHIVES = (
    *(b"PK\x03\x04", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00", b"\x7fELF"),
    *(b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda", b"\x5d\0\0"),
    *(b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"7z\xbc\xaf\x27\x1c"),
)
# What a pickle needs to fetch a name: a line, a code, or two texts.
_FETCH = re.compile(rb"[\n\x82-\x84\x93]")
_ESCAPE = re.compile(rb"\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|.)", re.DOTALL)
_CODEC_MODULES = frozenset({"_codecs", "codecs"})
_COMPRESSORS = frozenset({"bz2", "bz2_codec", "zip", "zlib", "zlib_codec"})
_ENCODERS = frozenset(
    {
        ("_codecs", "encode"),
        ("codecs", "encode"),
        *(
            (module, name)
            for module in ("builtins", "__builtin__")
            for name in ("bytes", "bytearray")
        ),
    }
)
_ESCAPED = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"\\": b"\\", b"'": b"'", b'"': b'"'}


def looks_embedded(head: bytes) -> bool:
    """Tell whether a byte string may be a pickle or an archive of its own.

    Old pickles begin with almost anything: whether it is one is found out by reading
    it. Here only those are passed over that are whole and fetch nothing.
    """
    if head[:1] == b"\x80":
        return len(head) > 2 and head[1] <= HIGHEST_PROTOCOL
    if head[:1] and head[0] in STARTERS:
        return len(head) >= KEPT_TEXT or _FETCH.search(head) is not None
    return head.startswith(_ARCHIVES)


# Constants.


def _text(width: int, *, binary: bool) -> Action:
    """Make the action of a string with a length of `width` bytes before it."""

    def act(machine: MachineState) -> None:
        length = machine.number(width)
        machine.require(length)
        offset = machine.base + machine.position
        kept = machine.take(min(length, KEPT_TEXT))
        machine.position += length - len(kept)
        value: str | bytes = kept if binary else kept.decode("utf-8", "replace")
        if length > len(kept):
            machine.stack.append(LongText(value, offset, length))
        else:
            machine.stack.append(value)
        if binary and looks_embedded(kept):
            machine.embed(Embedded(offset, length))

    return act


def _string(machine: MachineState) -> None:
    line, length = machine.line()
    line = line.rstrip(b" \t\r")
    whole = length <= KEPT_TEXT
    if line[:1] not in (b"'", b'"') or (whole and line[-1:] != line[:1]):
        raise Broken("malformed", "expected a quoted string after STRING")
    raw = _ESCAPE.sub(_unescape, line[1:-1] if whole else line[1:])
    machine.stack.append(raw.decode("utf-8", "replace"))
    if looks_embedded(raw):
        machine.embed(Embedded(machine.opcode_at, length, data=raw))


def _unescape(match: re.Match[bytes]) -> bytes:
    code = match.group(1)
    if code in _ESCAPED:
        return _ESCAPED[code]
    if code[:1] == b"x" and len(code) == 3:
        return bytes((int(code[1:], 16),))
    if code.isdigit() and code < b"8":
        return bytes((int(code, 8) & 0xFF,))
    return match.group(0)


def _unicode(machine: MachineState) -> None:
    offset = machine.base + machine.position
    line, length = machine.line()
    text = line.decode("raw-unicode-escape", "replace")
    if length > KEPT_TEXT:
        machine.stack.append(LongText(text, offset, length, "raw-unicode-escape"))
    else:
        machine.stack.append(text)


def _int(machine: MachineState) -> None:
    line, length = machine.line()
    if line.strip() in (b"00", b"01"):
        machine.stack.append(line.strip() == b"01")
    else:
        _judge_digits(machine, length)
        machine.stack.append(_number(line, length))


def _long(machine: MachineState) -> None:
    line, length = machine.line()
    _judge_digits(machine, length)
    machine.stack.append(_number(line.rstrip(b"\r").removesuffix(b"L"), length))


def _judge_digits(machine: MachineState, length: int) -> None:
    """Note a number that takes a loader time by the square of its digits."""
    if length > _SLOW_DIGITS:
        machine.problem("bomb", f"a number of {length} digits in a text")


def _number(line: bytes, length: int) -> object:
    if length >= KEPT_TEXT:
        return OPAQUE
    try:
        return int(line, 0)
    except ValueError:
        pass
    try:
        return int(line)
    except ValueError:
        raise Broken("malformed", f"expected a number, found {line[:32]!r}") from None


def _float(machine: MachineState) -> None:
    line, _ = machine.line()
    try:
        machine.stack.append(float(line))
    except ValueError:
        raise Broken("malformed", f"expected a number, found {line[:32]!r}") from None


def _binary_long(width: int) -> Action:
    def act(machine: MachineState) -> None:
        length = machine.number(width, signed=width == 4)
        if length < 0:
            raise Broken("malformed", "expected a length, found a negative number")
        if length <= _KEPT_NUMBER_BYTES:
            machine.stack.append(machine.number(length, signed=True))
        else:
            machine.require(length)
            machine.position += length
            machine.stack.append(OPAQUE)

    return act


def _push_opaque(machine: MachineState) -> None:
    machine.stack.append(OPAQUE)


# Stack and memo.


def _pop(machine: MachineState) -> None:
    if machine.stack:
        machine.stack.pop()
    else:
        machine.pop_mark()


def _pop_mark(machine: MachineState) -> None:
    machine.pop_mark()


def _dup(machine: MachineState) -> None:
    machine.stack.append(machine.stack[-1])


def _index(machine: MachineState) -> int:
    line, _ = machine.line()
    try:
        return int(line)
    except ValueError:
        raise Broken(
            "malformed", f"expected a memo index, found {line[:32]!r}"
        ) from None


def _get(machine: MachineState) -> None:
    machine.stack.append(machine.memo[_index(machine)])


def _put(machine: MachineState) -> None:
    index = _index(machine)
    if index < 0:
        # Python 3 ends here; what follows is read for those that take any index.
        machine.problem("malformed", f"stores at the memo index {index}")
        machine.memo[index] = machine.stack[-1]
        return
    machine.put(index)


def _persid(machine: MachineState) -> None:
    machine.line()
    machine.stack.append(OPAQUE)


def _binpersid(machine: MachineState) -> None:
    machine.stack[-1] = _persistent(machine.stack[-1])


def _persistent(key: object) -> object:
    """Follow PyTorch's old loader, for which `('module', X, …)` stands for `X`.

    With any other loader the name is fetched all the same, and counts.
    """
    if isinstance(key, Node) and key.kind == "tuple" and len(key.items) > 1:
        tag, value = key.items[:2]
        if tag == "module" and isinstance(value, Import):
            return value
    return OPAQUE


# Containers.


def _empty(kind: str) -> Action:
    def act(machine: MachineState) -> None:
        machine.made += NODE_BYTES
        machine.stack.append(Node(kind, []))

    return act


def _from_mark(kind: str) -> Action:
    def act(machine: MachineState) -> None:
        items = machine.pop_mark()
        machine.container(kind, items)

    return act


def _short_tuple(count: int) -> Action:
    def act(machine: MachineState) -> None:
        stack = machine.stack
        if len(stack) < count:
            raise IndexError(count)
        items = stack[-count:]
        del stack[-count:]
        machine.container("tuple", items)

    return act


def _fill(machine: MachineState, items: list[object], method: str) -> None:
    target = machine.stack[-1]
    if isinstance(target, Node):
        target.extend(items)
        machine.charge(len(items))
        if len(target.items) == KEPT_ITEMS:
            machine.full = target
        if target.weight > machine.limits.max_pickle_expansion:
            machine.explosion(target)
    elif isinstance(target, Call):
        # Only told where it matters: whether it may hold joblib's wrapper.
        if machine.near_joblib and any(map(joblib_array.may_be_wrapper, items)):
            target.filled = True
        pickle_instances.fill(machine, target, items, method)
    elif isinstance(target, Import):
        # Not data any more: this calls a method of what was fetched, as in
        # `sys.modules['x'] = …`.
        machine.change(target, method, items)


def _append(machine: MachineState) -> None:
    value = machine.stack.pop()
    _fill(machine, [value], "append")


def _appends(machine: MachineState) -> None:
    _fill(machine, machine.pop_mark(), "extend")


def _setitem(machine: MachineState) -> None:
    value = machine.stack.pop()
    key = machine.stack.pop()
    _fill(machine, [key, value], "__setitem__")


def _setitems(machine: MachineState) -> None:
    _fill(machine, machine.pop_mark(), "__setitem__")


def _additems(machine: MachineState) -> None:
    _fill(machine, machine.pop_mark(), "add")


# Imports and calls.


def _global(machine: MachineState) -> None:
    module, name = machine.line()[0], machine.line()[0]
    machine.stack.append(
        machine.fetch(
            module.decode("utf-8", "replace"), name.decode("utf-8", "replace")
        )
    )


def _stack_global(machine: MachineState) -> None:
    name = _name(machine.stack.pop())
    module = _name(machine.stack.pop())
    machine.stack.append(machine.fetch(module, name))


def _name(value: object) -> str:
    """Give a name for STACK_GLOBAL, empty when it is computed by the stream."""
    if isinstance(value, LongText):
        value = value.prefix
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        # Byte strings of Python 2 become texts in a loader of Python 3.
        return value.decode("utf-8", "replace")
    if isinstance(value, (Call, Import, Opaque)):
        return ""
    raise Broken("malformed", "expected two texts before STACK_GLOBAL")


def _extension(width: int) -> Action:
    """Make the action of EXT1, EXT2, EXT4: a name from the loader's own registry."""

    def act(machine: MachineState) -> None:
        code = machine.number(width)
        if not code:
            raise Broken("malformed", "expected an extension code above 0")
        machine.stack.append(machine.fetch("", ""))

    return act


def _reduce(machine: MachineState) -> None:
    arguments = machine.stack.pop()
    callee = machine.stack[-1]
    machine.stack[-1] = machine.call(callee, arguments)
    _decode_constant(machine, callee, arguments)


def _decode_constant(machine: MachineState, callee: object, arguments: object) -> None:
    """Follow `_codecs.encode(text, 'latin1')`, protocol 2's way to write bytes.

    It writes those that can be changed as `bytearray(text, 'latin-1')`.
    """
    if not isinstance(callee, Import) or not isinstance(arguments, Node):
        return
    if callee.module in _CODEC_MODULES and not _COMPRESSORS.isdisjoint(arguments.items):
        machine.problem("bomb", "a codec that expands compressed data")
    if (callee.module, callee.name) not in _ENCODERS:
        return
    text = arguments.items[0] if arguments.items else None
    if isinstance(text, LongText) and isinstance(text.prefix, str):
        if looks_embedded(text.prefix.encode("latin-1", "replace")):
            machine.embed(Embedded(text.offset, text.length, codec=text.codec))
    elif isinstance(text, str):
        raw = text.encode("latin-1", "replace")
        if looks_embedded(raw):
            machine.embed(Embedded(machine.opcode_at, len(raw), data=raw))


def _inst(machine: MachineState) -> None:
    module, name = machine.line()[0], machine.line()[0]
    arguments = machine.pop_mark()
    callee = machine.fetch(
        module.decode("utf-8", "replace"), name.decode("utf-8", "replace")
    )
    machine.stack.append(machine.call(callee, Node("tuple", arguments)))


def _obj(machine: MachineState) -> None:
    items = machine.pop_mark()
    machine.stack.append(machine.call(items[0], Node("tuple", items[1:])))


def _newobj(machine: MachineState) -> None:
    arguments = machine.stack.pop()
    machine.stack[-1] = machine.call(machine.stack[-1], arguments)


def _newobj_ex(machine: MachineState) -> None:
    keywords = machine.stack.pop()
    arguments = machine.stack.pop()
    empty = isinstance(keywords, Node) and not keywords.length
    if isinstance(arguments, Node) and not empty:
        arguments = Node("tuple", [*arguments.items, keywords])
    machine.stack[-1] = machine.call(machine.stack[-1], arguments)


def _build(machine: MachineState) -> None:
    state = machine.stack.pop()
    target = machine.stack[-1]
    if isinstance(target, Import):
        # Honest streams build instances; this changes a class or module itself.
        machine.change(target, "__setstate__", [state])
        return
    near = machine.near_joblib and machine.reads_arrays
    if near and isinstance(target, (Call, Opaque)):
        joblib_array.build(machine, target, state)
    if isinstance(target, Call):
        bound = _partial(machine, target, state)
        if bound is None:
            pickle_instances.give_state(machine, target, state)
        else:
            # Its state names the function anew: the same as another call of it.
            machine.calls.note(bound, state, machine.here)
        target.state = state
        target.builds += 1


def _partial(machine: MachineState, target: Call, state: object) -> Import | None:
    """Give `partial` when an object is one, or takes what is the state of one."""
    callee = target.callee
    if isinstance(callee, Import) and callee.name == "partial":
        return callee
    if isinstance(state, Node) and state.kind == "tuple" and state.length == 4:
        bound, given, keywords, _ = state.items
        kinds = (getattr(given, "kind", ""), getattr(keywords, "kind", "dict"))
        if calls_later(bound) and kinds == ("tuple", "dict"):
            for known in machine.imports:
                if known.name == "partial":
                    return known
    return None


# The stream itself.


def _proto(machine: MachineState) -> None:
    version = machine.number(1)
    if version > HIGHEST_PROTOCOL:
        raise Broken(
            "malformed", f"expected protocol 0 to {HIGHEST_PROTOCOL}, found {version}"
        )


def _frame(machine: MachineState) -> None:
    length = machine.number(8)
    left = machine.source.size - machine.base - machine.position
    if length > left:
        kind = "bomb" if machine.is_absurd(length) else "truncated"
        machine.problem(kind, f"a frame of {length} bytes, {left} are left")


def _stop(machine: MachineState) -> None:
    result = machine.stack.pop()
    if not machine.waiting:
        machine.result = result
        raise Stopped
    outer = machine.waiting.pop()
    machine.stack, machine.marks, machine.memo = outer.stack, outer.marks, outer.memo


def _nothing(machine: MachineState) -> None:
    del machine


def _unknown(machine: MachineState) -> None:
    opcode = machine.buffer[machine.position - 1]
    machine.position -= 1
    raise Broken("malformed", f"0x{opcode:02x} is no pickle opcode")


_ACTIONS: dict[bytes, Action] = {
    b".": _stop,
    b"0": _pop,
    b"1": _pop_mark,
    b"2": _dup,
    b"F": _float,
    b"I": _int,
    b"L": _long,
    b"P": _persid,
    b"Q": _binpersid,
    b"R": _reduce,
    b"S": _string,
    b"T": _text(4, binary=True),
    b"U": _text(1, binary=True),
    b"V": _unicode,
    b"X": _text(4, binary=False),
    b"a": _append,
    b"b": _build,
    b"c": _global,
    b"d": _from_mark("dict"),
    b"}": _empty("dict"),
    b"e": _appends,
    b"g": _get,
    b"i": _inst,
    b"l": _from_mark("list"),
    b"]": _empty("list"),
    b"o": _obj,
    b"p": _put,
    b"s": _setitem,
    b"t": _from_mark("tuple"),
    b")": _empty("tuple"),
    b"u": _setitems,
    b"B": _text(4, binary=True),
    b"C": _text(1, binary=True),
    b"\x80": _proto,
    b"\x81": _newobj,
    b"\x82": _extension(1),
    b"\x83": _extension(2),
    b"\x84": _extension(4),
    b"\x85": _short_tuple(1),
    b"\x86": _short_tuple(2),
    b"\x87": _short_tuple(3),
    b"\x8a": _binary_long(1),
    b"\x8b": _binary_long(4),
    b"\x8d": _text(8, binary=False),
    b"\x8e": _text(8, binary=True),
    b"\x8f": _empty("set"),
    b"\x90": _additems,
    b"\x91": _from_mark("frozenset"),
    b"\x92": _newobj_ex,
    b"\x93": _stack_global,
    b"\x95": _frame,
    b"\x96": _text(8, binary=True),
    b"\x97": _push_opaque,
    b"\x98": _nothing,
}

# By opcode; what the machine's own loop handles never gets here.
ACTIONS: tuple[Action, ...] = tuple(
    _ACTIONS.get(bytes((opcode,)), _unknown) for opcode in range(256)
)

"""Arrays that joblib writes between the opcodes of a pickle.

joblib's own unpickler, after the BUILD of a `NumpyArrayWrapper`, reads the array that
the wrapper describes from the file itself: since version 1.2 a byte that counts the
padding and the padding, then the raw elements; for object arrays one more pickle.

Whoever makes a scanner lose its place there hides all that follows. So only wrappers
made and described as joblib does are followed; where an object may be one, or its
array cannot be measured, the stream is read both ways and said to be unsure.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.release.formats.pickle_memo import Memo
from assay.release.formats.pickle_state import Broken, Frame
from assay.release.formats.pickle_values import ARRAY, OPAQUE, Call, Import, Node

if TYPE_CHECKING:
    from assay.release.formats.pickle_state import MachineState

__all__ = ["build", "may_be_wrapper"]

_WRAPPER = "NumpyArrayWrapper"
_DTYPE = re.compile(r"[<>|=]?([?biufcmMSUVO])([0-9]{0,9})", re.ASCII)
# What makes the type of texts of any length, which are written as objects.
_TEXT_TYPES = frozenset({"_convert_to_stringdtype_kwargs", "StringDType"})
# Object arrays inside each other: loaders recurse for each.
_MAX_NESTED = 100
# A text element of NumPy takes four bytes (UCS-4).
_UNIT = {"U": 4}
# Types that may have parts, and a size that their state tells.
_FLEXIBLE = frozenset("SUV")
# The bit of a type's flags that says that it holds Python objects.
_HAS_OBJECTS = 1
# Values looked at to tell whether an object may be a wrapper.
_MAX_VISITED = 512
_UNSURE = (
    "expected a joblib array of constant shape and type, found one that "
    "cannot be measured; what follows it was not read for certain"
)


def build(machine: MachineState, target: object, state: object) -> None:
    """Follow a BUILD: move behind the array when it announces one."""
    plain = isinstance(target, Call) and _is_wrapper(target)
    if not plain and not may_be_wrapper(target):
        return
    size = _array_bytes(state) if isinstance(state, Node) else None
    if plain and size is not None and isinstance(state, Node):
        _pass_over(machine, state, size)
        return
    machine.problem("malformed", _UNSURE)
    machine.unsure = True
    if not machine.skips_unsure:
        return
    if size is None or not isinstance(state, Node):
        raise Broken("malformed", _UNSURE)
    _pass_over(machine, state, size)


def _is_wrapper(value: Call) -> bool:
    """Tell an object of joblib's wrapper, made as picklers do and not yet changed.

    Protocols 0 and 1 make it by `copyreg._reconstructor`, which is given its class.
    """
    if value.builds or value.filled or not isinstance(value.arguments, Node):
        return False
    if _is_class(value.callee):
        return not value.arguments.length
    callee, given = value.callee, value.arguments.items
    if not isinstance(callee, Import) or callee.module not in ("copyreg", "copy_reg"):
        return False
    if callee.name == "_reconstructor" and len(given) == 3:
        base = given[1]
        plain = isinstance(base, Import) and base.name == "object"
        return _is_class(given[0]) and plain and given[2] is None
    return callee.name == "__newobj__" and len(given) == 1 and _is_class(given[0])


def _is_class(value: object) -> bool:
    return (
        isinstance(value, Import)
        and value.name == _WRAPPER
        and value.module.endswith("joblib.numpy_pickle")
    )


def may_be_wrapper(value: object) -> bool:
    """Tell a value that may be a wrapper: made from its class, or from the unknown."""
    waiting = [value]
    for _ in range(_MAX_VISITED):
        if not waiting:
            return False
        item = waiting.pop()
        if item is OPAQUE:
            return True
        if isinstance(item, Import) and (item.near_joblib or not item.name):
            return True
        if isinstance(item, (str, bytes)) and _names_wrapper(item):
            return True
        if isinstance(item, Call):
            if item.filled:
                return True
            waiting += (item.callee, item.arguments, item.state)
        elif isinstance(item, Node):
            waiting += item.items
    return True


def _names_wrapper(text: str | bytes) -> bool:
    return _WRAPPER in text if isinstance(text, str) else _WRAPPER.encode() in text


def _pass_over(machine: MachineState, state: Node, size: tuple[str, int]) -> None:
    """Move the machine behind the array that a wrapper with this state announces."""
    machine.arrays += 1
    kind, length = size
    machine.stack[-1] = ARRAY
    if kind == "O":
        if len(machine.waiting) >= _MAX_NESTED:
            machine.bounded = True
            raise Broken("too-large", "object arrays nested deeper than is interpreted")
        machine.waiting.append(Frame(machine.stack, machine.marks, machine.memo))
        machine.stack, machine.marks, machine.memo = [], [], Memo()
        return
    if isinstance(state.get("numpy_array_alignment_bytes"), int):
        padding = machine.number(1)
        machine.require(padding)
        machine.position += padding
    machine.require(length)
    machine.position += length


def _array_bytes(state: Node) -> tuple[str, int] | None:
    """Give kind and size in bytes of the array, None when they are not constant."""
    if state.kind != "dict" or not _is_alignment(state):
        return None
    element = _element(state.get("dtype"))
    count = _count(state.get("shape"))
    if element is None or count is None:
        return None
    kind, width = element
    return kind, count * width


def _is_alignment(state: Node) -> bool:
    """Tell whether the state surely has an alignment, or surely has none."""
    keys = state.items[::2]
    if state.length > len(state.items):
        return False
    if not any(key == "numpy_array_alignment_bytes" for key in keys):
        # A key that is computed may be this one.
        return all(isinstance(key, (str, bytes)) for key in keys)
    value = state.get("numpy_array_alignment_bytes")
    return value is None or (isinstance(value, int) and not isinstance(value, bool))


def _element(dtype: object) -> tuple[str, int] | None:
    """Give kind and bytes of one element, None when the type is not constant."""
    if not (isinstance(dtype, Call) and isinstance(dtype.arguments, Node)):
        return None
    if not isinstance(dtype.callee, Import) or dtype.filled or dtype.builds > 1:
        return None
    if dtype.callee.name in _TEXT_TYPES:
        return "O", 0
    if dtype.callee.name != "dtype" or not dtype.callee.module.startswith("numpy"):
        return None
    code = dtype.arguments.items[0] if dtype.arguments.items else None
    if isinstance(code, bytes):
        code = code.decode("ascii", "replace")
    match = _DTYPE.fullmatch(code) if isinstance(code, str) else None
    if match is None:
        return None
    kind = match.group(1)
    width = int(match.group(2) or 1) * _UNIT.get(kind, 1)
    return (kind, width) if not dtype.builds else _confirmed(kind, width, dtype.state)


def _confirmed(kind: str, width: int, state: object) -> tuple[str, int] | None:
    """Compare a type with its state, which can give it parts and hide objects in it.

    Source: the NumPy manual, `dtype.__reduce__`; versions 3 and 4 of the state.
    """
    if (
        not isinstance(state, Node)
        or state.length != len(state.items)
        or (state.length not in (8, 9) or state.items[0] not in (3, 4))
    ):
        return None
    _, _, subtype, names, fields, size, _, flags = state.items[:8]
    if not isinstance(flags, int) or not isinstance(size, int) or subtype is not None:
        return None
    if size != (width if kind in _FLEXIBLE else -1):
        return None
    if (names is not None or fields is not None) and kind != "V":
        return None
    objects = bool(flags & _HAS_OBJECTS)
    if objects != (kind == "O") and fields is None:
        return None
    return ("O", 0) if objects else (kind, width)


def _count(shape: object) -> int | None:
    if not isinstance(shape, Node) or shape.length != len(shape.items):
        return shape if isinstance(shape, int) and shape >= 0 else None
    count = 1
    for item in shape.items:
        if not isinstance(item, int) or item < 0:
            return None
        count *= item
    return count

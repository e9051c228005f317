"""Arrays that joblib writes between the opcodes of a pickle.

joblib's own unpickler, after the BUILD of a `NumpyArrayWrapper`, reads the array that
the wrapper describes from the file itself: since version 1.2 a byte that counts the
padding and the padding, then the raw elements; for object arrays one more pickle.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.release.formats.pickle_state import Broken, Frame
from assay.release.formats.pickle_values import Call, Import, Node

if TYPE_CHECKING:
    from assay.release.formats.pickle_state import MachineState

__all__ = ["is_wrapper", "pass_over"]

_DTYPE = re.compile(r"[<>|=]?([?biufcmMSUVO])(\d{0,9})")
# What makes the type of texts of any length, which are written as objects.
_TEXT_TYPES = frozenset({"_convert_to_stringdtype_kwargs", "StringDType"})
# Object arrays inside each other: loaders recurse for each.
_MAX_NESTED = 100
# A text element of NumPy takes four bytes (UCS-4).
_UNIT = {"U": 4}


def is_wrapper(value: object) -> bool:
    """Tell whether a value is an object of joblib's array wrapper.

    Protocols 0 and 1 make it by `copyreg._reconstructor`, which is given its class.
    """
    if not isinstance(value, Call):
        return False
    callee = value.callee
    if isinstance(callee, Import) and callee.name == "_reconstructor":
        given = value.arguments
        callee = given.items[0] if isinstance(given, Node) and given.items else None
    return (
        isinstance(callee, Import)
        and callee.name == "NumpyArrayWrapper"
        and callee.module.endswith("joblib.numpy_pickle")
    )


def pass_over(machine: MachineState, state: object) -> None:
    """Move the machine behind the array that a wrapper with this state announces."""
    size = _array_bytes(state) if isinstance(state, Node) else None
    if size is None:
        raise Broken(
            "malformed",
            "expected a joblib array of constant shape and type, found one that "
            "cannot be measured; what follows it was not read",
        )
    machine.arrays += 1
    kind, length = size
    if kind == "O":
        if len(machine.waiting) >= _MAX_NESTED:
            machine.bounded = True
            raise Broken("too-large", "object arrays nested deeper than is interpreted")
        machine.waiting.append(Frame(machine.stack, machine.marks, machine.memo))
        machine.stack, machine.marks, machine.memo = [], [], {}
        return
    if isinstance(state, Node) and isinstance(
        state.get("numpy_array_alignment_bytes"), int
    ):
        padding = machine.number(1)
        machine.require(padding)
        machine.position += padding
    machine.require(length)
    machine.position += length


def _array_bytes(state: Node) -> tuple[str, int] | None:
    """Give kind and size in bytes of the array, None when they are not constant."""
    dtype = state.get("dtype")
    if not (isinstance(dtype, Call) and isinstance(dtype.arguments, Node)):
        return None
    if isinstance(dtype.callee, Import) and dtype.callee.name in _TEXT_TYPES:
        return "O", 0
    code = dtype.arguments.items[0] if dtype.arguments.items else None
    if isinstance(code, bytes):
        code = code.decode("ascii", "replace")
    match = _DTYPE.fullmatch(code) if isinstance(code, str) else None
    count = _count(state.get("shape"))
    if match is None or count is None:
        return None
    kind = match.group(1)
    width = int(match.group(2) or 1) * _UNIT.get(kind, 1)
    return kind, count * width


def _count(shape: object) -> int | None:
    if not isinstance(shape, Node) or shape.length != len(shape.items):
        return shape if isinstance(shape, int) and shape >= 0 else None
    count = 1
    for item in shape.items:
        if not isinstance(item, int) or item < 0:
            return None
        count *= item
    return count

"""Methods that a stream puts on its own objects, and that the loader then calls.

APPEND, APPENDS, ADDITEMS and BUILD look a method up on the object that they change, and
an instance may have an attribute of that name, from an earlier BUILD or from its
items. A pickler gives an object its items first and its state last, once: a stream that
does it in another order was made to have such an attribute called.

Source: `load_append`, `load_appends`, `load_additems` and `load_build` of Python's
`pickle`, in C and in Python; `object.__reduce__` of its library reference for the
order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.release.formats.pickle_values import Call, Import, Node, calls_later

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.release.formats.pickle_state import MachineState

__all__ = ["call_with", "fill", "give_state"]

# Look-ups of attributes that are no methods of classes: by `pickle` in Python, by
# `dict` and by classes that take a state.
_OWN = frozenset(
    {"append", "extend", "add", "items", "keys", "pop", "get", "update", "copy"}
    | {"read", "readline", "readinto", "write", "seek", "tell", "close"}
)
# What keeps its arguments and calls none of their methods.
_KEEPERS = frozenset({"partial", "defaultdict", "getattr"})
_LOOKED_INTO = 256


def give_state(machine: MachineState, target: Call, state: object) -> None:
    """Note what BUILD would call, of the object's own or of the state's."""
    if target.builds or _has_hook(state):
        machine.calls.method(target, "__setstate__", state, machine.here)
    elif isinstance(state, Call) and _carries(state):
        machine.calls.method(state, "items", None, machine.here)
    else:
        own = next((key for part in _dicts(state) for key in _methods(part)), None)
        if own is not None:
            machine.calls.method(target, own, state, machine.here)
    target.carries = target.carries or any(part.code for part in _dicts(state))


def fill(machine: MachineState, target: Call, items: list[object], method: str) -> None:
    """Note what APPEND, ADDITEMS or SETITEM would call of the object's own."""
    sets = method == "__setitem__"
    if target.builds or (not sets and (target.items or _is_given_more(target))):
        machine.calls.method(target, method, Node("tuple", items), machine.here)
    elif sets:
        node = Node("dict", items)
        if node.hooked:
            machine.calls.method(target, method, node, machine.here)
        target.items = True


def call_with(machine: MachineState, callee: object, arguments: object) -> None:
    """Note an argument whose own attributes may be called as its methods."""
    if not isinstance(arguments, Node):
        return
    if isinstance(callee, Import) and callee.name in _KEEPERS:
        return
    for item in arguments.items:
        if type(item) is Call and _carries(item):
            machine.calls.method(item, "__getattribute__", arguments, machine.here)
            return
        if type(item) is Node and _has_hook(item):
            machine.calls.method(callee, "__setstate__", arguments, machine.here)
            return


def _carries(value: Call) -> bool:
    """Tell an instance that has what can be called as an attribute of its own."""
    return value.carries or any(
        # Also what was given something to call after it was put there.
        part.code or any(type(item) is Call and item.carries for item in part.items)
        for part in _dicts(value.state)
    )


def _dicts(state: object) -> Iterator[Node]:
    """Give the attributes in a state: a dictionary, or two of them."""
    if isinstance(state, Node):
        if state.kind == "dict":
            yield state
        elif state.kind == "tuple" and state.length == 2:
            for part in state.items:
                if isinstance(part, Node) and part.kind == "dict":
                    yield part


def _methods(state: Node) -> Iterator[str]:
    """Give names of methods under which a dictionary has something to call."""
    if not state.code:
        return
    for index in range(0, len(state.items) - 1, 2):
        key = state.items[index]
        if isinstance(key, str) and key in _OWN and calls_later(state.items[index + 1]):
            yield key


def _has_hook(value: object) -> bool:
    """Look for the name of a hook as a key of a dictionary, or first of a pair."""
    waiting = [value]
    for _ in range(_LOOKED_INTO):
        if not waiting:
            break
        item = waiting.pop()
        if isinstance(item, Node):
            if item.hooked:
                return True
            waiting += (inner for inner in item.items if type(inner) is Node)
    return False


def _is_given_more(target: Call) -> bool:
    """Tell an object that was made of more than constants, before it is filled.

    Only classes stand first among what honest ones are made of.
    """
    given = target.arguments
    if not isinstance(given, Node):
        return True
    return any(
        isinstance(item, Call)
        or (isinstance(item, Node) and (item.code or item.hooked))
        for item in given.items
    )

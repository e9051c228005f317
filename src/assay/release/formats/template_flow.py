"""Where the values of a template come from: constants, the loader, or building.

Flat and forgetful on purpose: one origin for each name wherever it is set, because a
name that once holds a built text may hold it anywhere.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from jinja2 import nodes

from assay.release.formats.template_spaces import Spaces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Flow", "Origin", "fold", "in_post_order"]

# Passes over the tree until no name changes; templates settle in three or four, and
# what has not settled then counts as built.
_MAX_PASSES = 8


class Origin(IntEnum):
    """What a value is made of; of several, the greatest counts."""

    NUMBER = 0
    DATA = 1
    CONSTANT = 2
    BUILT = 3


_NUMBER_FILTERS = frozenset(
    {"abs", "count", "float", "int", "length", "round", "wordcount"}
)
# Filters that hand on values, or parts of them that are whole.
_PASSING_FILTERS = frozenset(
    {
        "batch", "d", "default", "dictsort", "first", "groupby", "items", "last",
        "list", "map", "max", "min", "random", "reject", "rejectattr", "select",
        "selectattr", "slice", "sort", "sum", "unique",
    }
)  # fmt: skip
# Filters and methods that make one text of another; what came from the loader stays
# the loader's.
_SHAPING = frozenset(
    {
        "capitalize", "lower", "lstrip", "rstrip", "safe", "string", "strip", "title",
        "trim", "upper", "tojson", "split", "rsplit", "splitlines", "partition",
        "rpartition", "removeprefix", "removesuffix",
    }
)  # fmt: skip
_PASSING_METHODS = frozenset({"get", "items", "keys", "values", "copy", "pop", "cycle"})
_MUTATORS = frozenset({"append", "extend", "insert", "setdefault", "update", "add"})
# Functions whose arguments reach no macro of the template.
_KNOWN_CALLS = frozenset(
    {"dict", "namespace", "raise_exception", "range", "strftime_now"}
)
# Values of Jinja2 itself, whose texts and parts nobody should build with.
_OBJECTS = frozenset(
    {"caller", "cycler", "dict", "joiner", "kwargs", "lipsum", "namespace", "range"}
    | {"self", "varargs"}
)
_LOOP_NUMBERS = frozenset(
    {"depth", "depth0", "first", "index", "index0", "last", "length", "revindex"}
    | {"revindex0"}
)
# Arithmetic that texts do not take part in, and what is true or false.
_NUMBERS = (
    nodes.Sub, nodes.Div, nodes.FloorDiv, nodes.Pow, nodes.Neg, nodes.Pos,
    nodes.Compare, nodes.Not, nodes.NSRef, nodes.Slice, nodes.Test,
)  # fmt: skip
_JOINING = (nodes.And, nodes.Or, nodes.CondExpr, nodes.Pair)
_HOLDING = (nodes.Dict, nodes.List, nodes.Tuple)
_EVERY_MACRO = "*"
# The place of arguments that are handed over as a list.
_ALL = "*"
# Under this name stands what any list or dictionary takes in, since others may hold
# the same one.
_EVERY_LIST = "[]"


def in_post_order(tree: nodes.Node) -> list[nodes.Node]:
    """Give every node, children before parents, without recursion."""
    ordered: list[nodes.Node] = []
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        ordered.append(node)
        waiting.extend(node.iter_child_nodes())
    ordered.reverse()
    return ordered


def fold(node: nodes.Node) -> str | None:
    """Give the text of constants joined by `~` or `+`, None when it is computed."""
    parts: list[str] = []
    waiting = [node]
    while waiting:
        item = waiting.pop()
        if isinstance(item, nodes.Const):
            if not isinstance(item.value, str):
                return None
            parts.append(item.value)
        elif isinstance(item, nodes.TemplateData):
            parts.append(item.data)
        elif isinstance(item, nodes.Concat):
            waiting.extend(reversed(item.nodes))
        elif isinstance(item, nodes.Add):
            waiting.extend((item.right, item.left))
        else:
            return None
    return "".join(parts)


class Flow:
    """The origin of every expression of one template."""

    def __init__(self, ordered: list[nodes.Node]) -> None:
        self._origins: dict[int, Origin] = {}
        self._names: dict[str, Origin] = {
            node.name: Origin.NUMBER
            for node in ordered
            if isinstance(node, nodes.Name) and node.ctx != "load"
        }
        self._attributes: dict[str, Origin] = {}
        # Attributes that the template gives to namespaces of its own.
        self._owned: dict[str, Origin] = {}
        self._spaces = Spaces(ordered)
        self._arguments: dict[str, Origin] = {}
        self._macros = {node.name for node in ordered if isinstance(node, nodes.Macro)}
        self._readers = self._readers_by_kind()
        self._changed = False
        for _ in range(_MAX_PASSES):
            self._changed = False
            for node in ordered:
                self._visit(node)
            if not self._changed:
                return
        self._origins = dict.fromkeys(self._origins, Origin.BUILT)

    def of(self, node: nodes.Node) -> Origin:
        """Give the origin of an expression of the tree."""
        return self._origins.get(id(node), Origin.NUMBER)

    def _visit(self, node: nodes.Node) -> None:
        if isinstance(node, (nodes.Expr, nodes.Pair)):
            self._origins[id(node)] = self._expression(node)
            if isinstance(node, nodes.Call):
                self._pass_arguments(node)
        elif isinstance(node, nodes.Stmt):
            self._statement(node)

    def _statement(self, node: nodes.Stmt) -> None:
        if isinstance(node, nodes.Assign):
            self._assign(node.target, self.of(node.node))
        elif isinstance(node, nodes.AssignBlock):
            self._assign(node.target, Origin.BUILT)
        elif isinstance(node, nodes.For):
            origin = self.of(node.iter)
            if node.recursive:
                origin = max(origin, self._given("loop", _ALL, "0"))
            self._assign(node.target, origin)
            self._raise(self._names, "loop", origin)
        elif isinstance(node, nodes.With):
            for target, value in zip(node.targets, node.values, strict=False):
                self._assign(target, self.of(value))
        elif isinstance(node, (nodes.Macro, nodes.CallBlock)):
            name = node.name if isinstance(node, nodes.Macro) else "caller"
            defaults = max(Origin.DATA, self._most(node.defaults))
            for position, argument in enumerate(node.args):
                given = self._given(name, _ALL, str(position), argument.name)
                self._assign(argument, max(defaults, given))

    def _given(self, name: str, *slots: str) -> Origin:
        """Give what calls hand to a macro, or to one whose name nobody knows."""
        places = (_EVERY_MACRO, *(f"{name}.{slot}" for slot in slots))
        return max(self._arguments.get(place, Origin.NUMBER) for place in places)

    def _assign(self, target: nodes.Node, origin: Origin) -> None:
        waiting = [target]
        while waiting:
            item = waiting.pop()
            if isinstance(item, nodes.NSRef):
                self._raise(self._owned, item.attr, origin)
            elif isinstance(item, nodes.Name):
                self._raise(self._names, item.name, origin)
            elif isinstance(item, (nodes.Tuple, nodes.List)):
                waiting.extend(item.items)

    def _raise(self, table: dict[str, Origin], name: str, origin: Origin) -> None:
        known = table.get(name)
        if known is None or origin > known:
            table[name] = origin
            self._changed = True

    def _most(self, values: Iterable[nodes.Node]) -> Origin:
        return max((self.of(value) for value in values), default=Origin.NUMBER)

    def _readers_by_kind(self) -> dict[type[nodes.Node], Callable[[Any], Origin]]:
        readers: dict[type[nodes.Node], Callable[[Any], Origin]] = {
            nodes.Add: self._sum,
            nodes.Call: self._call,
            nodes.Const: self._constant,
            nodes.Filter: self._filter,
            nodes.Getattr: self._attribute,
            nodes.Getitem: self._item,
            nodes.Mod: self._remainder,
            nodes.Mul: self._product,
            nodes.Name: self._name,
            nodes.TemplateData: self._constant,
        }
        readers |= dict.fromkeys(_NUMBERS, self._number)
        readers |= dict.fromkeys(_JOINING, self._joined)
        readers |= dict.fromkeys(_HOLDING, self._holder)
        return readers

    def _expression(self, node: nodes.Expr | nodes.Pair) -> Origin:
        reader = self._readers.get(type(node))
        return Origin.BUILT if reader is None else reader(node)

    @staticmethod
    def _number(node: nodes.Node) -> Origin:
        del node
        return Origin.NUMBER

    @staticmethod
    def _constant(node: nodes.Const | nodes.TemplateData) -> Origin:
        text = isinstance(node, nodes.TemplateData) or isinstance(node.value, str)
        return Origin.CONSTANT if text else Origin.NUMBER

    def _joined(self, node: nodes.Node) -> Origin:
        return self._most(node.iter_child_nodes())

    def _holder(self, node: nodes.Node) -> Origin:
        taken_in = self._arguments.get(_EVERY_LIST, Origin.DATA)
        return max(taken_in, Origin.DATA, self._joined(node))

    def _remainder(self, node: nodes.Mod) -> Origin:
        # `%` formats when its left side is a text.
        number = self.of(node.left) is Origin.NUMBER
        return Origin.NUMBER if number else Origin.BUILT

    def _product(self, node: nodes.Mul) -> Origin:
        numbers = self.of(node.left) is self.of(node.right) is Origin.NUMBER
        return Origin.NUMBER if numbers else Origin.BUILT

    def _sum(self, node: nodes.Add) -> Origin:
        sides = (self.of(node.left), self.of(node.right))
        if isinstance(node.left, nodes.List) or isinstance(node.right, nodes.List):
            # Two lists one after the other; a text and a list do not add up.
            return max(sides)
        if Origin.NUMBER in sides:
            # A text and a number do not add up.
            return Origin.BUILT if Origin.BUILT in sides else Origin.NUMBER
        return Origin.BUILT

    def _name(self, node: nodes.Name) -> Origin:
        name = node.name
        if name in _OBJECTS or name.endswith(("_token", "_tokens")):
            # Special tokens are texts of the release, free to be anything.
            return Origin.BUILT
        return self._names.get(name, Origin.DATA)

    def _attribute(self, node: nodes.Getattr) -> Origin:
        if (
            isinstance(node.node, nodes.Name)
            and node.node.name == "loop"
            and node.attr in _LOOP_NUMBERS
        ):
            return Origin.NUMBER
        return max(self.of(node.node), self._held(node, node.attr))

    def _item(self, node: nodes.Getitem) -> Origin:
        base = self.of(node.node)
        if isinstance(node.arg, nodes.Slice):
            return Origin.BUILT if base is Origin.CONSTANT else base
        return max(base, self._held(node, fold(node.arg) or ""))

    def _held(self, node: nodes.Getattr | nodes.Getitem, name: str) -> Origin:
        """Give what the template itself put under a name of some object."""
        held = self._attributes.get(name, Origin.NUMBER)
        if self._spaces.may_own(node.node):
            return max(held, self._owned.get(name, Origin.NUMBER))
        return held

    def _filter(self, node: nodes.Filter) -> Origin:
        if node.name in _NUMBER_FILTERS:
            return Origin.NUMBER
        base = self.of(node.node) if node.node is not None else Origin.BUILT
        if node.name in _PASSING_FILTERS:
            return self._passed(node, base)
        return self._shaped(node.name, base)

    def _passed(self, node: nodes.Filter, base: Origin) -> Origin:
        values = [*node.args, *(pair.value for pair in node.kwargs)]
        if node.name == "map" and node.args:
            inner = fold(node.args[0]) or ""
            if inner in _NUMBER_FILTERS:
                return Origin.NUMBER
            if inner not in _PASSING_FILTERS:
                return self._shaped(inner, base)
        if node.name in ("d", "default", "map"):
            return max(base, self._most(values))
        return base

    @staticmethod
    def _shaped(name: str, base: Origin) -> Origin:
        loaders = base <= Origin.DATA and name in _SHAPING
        return Origin.DATA if loaders else Origin.BUILT

    def _call(self, node: nodes.Call) -> Origin:
        callee = node.node
        given = self._most((*node.args, *(pair.value for pair in node.kwargs)))
        if isinstance(callee, nodes.Name):
            if callee.name in ("range", "namespace"):
                return Origin.NUMBER
            return given if callee.name == "dict" else Origin.BUILT
        if not isinstance(callee, nodes.Getattr):
            return Origin.BUILT
        base = self.of(callee.node)
        if callee.attr in _PASSING_METHODS:
            return max(base, given)
        if callee.attr in ("index", "find", "count"):
            return Origin.NUMBER
        return self._shaped(callee.attr, base)

    def _pass_arguments(self, node: nodes.Call) -> None:
        values = [*node.args, *(pair.value for pair in node.kwargs)]
        values += [more for more in (node.dyn_args, node.dyn_kwargs) if more]
        given = self._most(values)
        callee = node.node
        if isinstance(callee, nodes.Getattr) and callee.attr in _MUTATORS:
            self._mutate(callee.node, given)
        if isinstance(callee, nodes.Name):
            if callee.name == "namespace":
                self._fill(node)
            if callee.name in _KNOWN_CALLS:
                return
            if callee.name in self._macros or callee.name in ("loop", "caller"):
                self._hand_over(callee.name, node)
            else:
                self._raise(self._arguments, _EVERY_MACRO, given)
        elif not isinstance(callee, nodes.Getattr) or (
            callee.attr in self._attributes or callee.attr in self._owned
        ):
            self._raise(self._arguments, _EVERY_MACRO, given)

    def _hand_over(self, name: str, node: nodes.Call) -> None:
        """Put each argument of a call into its place of a macro that is known."""
        for position, value in enumerate(node.args):
            self._raise(self._arguments, f"{name}.{position}", self.of(value))
        for pair in node.kwargs:
            self._raise(self._arguments, f"{name}.{pair.key}", self.of(pair.value))
        for more in (node.dyn_args, node.dyn_kwargs):
            if more is not None:
                self._raise(self._arguments, f"{name}.{_ALL}", self.of(more))

    def _fill(self, node: nodes.Call) -> None:
        for pair in node.kwargs:
            self._raise(self._owned, pair.key, self.of(pair.value))
        for value in (*node.args, node.dyn_kwargs):
            if isinstance(value, nodes.Dict):
                for entry in value.items:
                    key = fold(entry.key) or ""
                    self._raise(self._owned, key, self.of(entry.value))

    def _mutate(self, receiver: nodes.Node, origin: Origin) -> None:
        """Put what a list or dictionary takes in into everything on the way to it."""
        self._raise(self._arguments, _EVERY_LIST, origin)
        while isinstance(receiver, (nodes.Getattr, nodes.Getitem)):
            if isinstance(receiver, nodes.Getattr):
                self._raise(self._attributes, receiver.attr, origin)
            else:
                self._raise(self._attributes, fold(receiver.arg) or "", origin)
            receiver = receiver.node
        if isinstance(receiver, nodes.Name):
            self._raise(self._names, receiver.name, origin)

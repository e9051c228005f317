"""Names that a parsed template reaches for, plain or computed.

A key that is put together while the template is rendered hides which attribute is
reached, so every expression is given an origin, and a subscript by a built text is
told. The tree is walked in a flat list: depth costs no recursion.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jinja2 import nodes

from assay.release.formats.template_flow import Flow, Origin, fold, in_post_order

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["inclusions", "names"]

# Attributes that lead from a value to the interpreter without an underscore in front
# (Jinja2's sandbox refuses the same ones).
_INTERNALS = frozenset(
    {
        "ag_code", "ag_frame", "cr_code", "cr_frame", "f_back", "f_builtins",
        "f_globals", "f_locals", "func_closure", "func_code", "func_defaults",
        "func_globals", "gi_code", "gi_frame", "im_class", "im_func", "im_self",
        "mro", "tb_frame", "tb_next",
    }
)  # fmt: skip
# Names that lead on when they stand as plain constants: the attributes of functions,
# classes, modules and objects in CPython 3.8 to 3.14. A list of our own, so that the
# outcome does not depend on the Python that runs.
_SPECIAL = frozenset(
    f"__{name}__"
    for name in (  # noqa: SIM905 - one name a line would take seventy
        "annotate annotations base bases basicsize builtins call cached class closure "
        "code context defaults delattr dict dictoffset dir doc eq file flags format "
        "func ge get getattr getattribute getitem getstate globals gt hash import init "
        "init_subclass instancecheck kwdefaults le loader lt module mro name ne new "
        "objclass or package path prepare qualname reduce reduce_ex repr ror self "
        "setattr setitem sizeof slots spec static_attributes str subclasscheck "
        "subclasses subclasshook text_signature traceback type_params weakref "
        "weakrefoffset wrapped"
    ).split()
)
# `str.format` walks attributes by itself.
_FORMAT_WALK = re.compile(r"\{[^{}]{0,99}[.\[](_[^{}\[\].!:]{1,99})")
# Filters whose argument names an attribute, and the position of that argument.
_ATTRIBUTE_FILTERS = {
    "attr": 0,
    "groupby": 0,
    "map": 0,
    "max": 1,
    "min": 1,
    "rejectattr": 0,
    "selectattr": 0,
    "sort": 2,
    "sum": 0,
    "unique": 1,
}
_COMPUTED_ATTRIBUTE = "attr(…)"
_COMPUTED_KEY = "[computed]"
# Jinja2's own functions: honest templates call some of them, and look into none.
_GLOBALS = frozenset({"cycler", "dict", "joiner", "lipsum", "namespace", "range"})

_SUMS = (nodes.Add, nodes.Concat)
_CONSTANTS = (nodes.Const, nodes.TemplateData, *_SUMS)


def names(tree: nodes.Template) -> Iterator[tuple[str, int]]:
    """Give every suspicious name with its line, from the whole tree."""
    ordered = in_post_order(tree)
    flow = Flow(ordered)
    # Only the whole of a sum is put together: each part on its own would cost squares.
    within = {
        id(part)
        for node in ordered
        if isinstance(node, _SUMS)
        for part in node.iter_child_nodes()
        if isinstance(part, _SUMS)
    }
    called = {id(node.node) for node in ordered if isinstance(node, nodes.Call)}
    for node in ordered:
        if isinstance(node, nodes.Getattr) and _is_internal(node.attr):
            yield node.attr, node.lineno
        elif isinstance(node, nodes.Name):
            yield from _name(node, is_called=id(node) in called)
        elif isinstance(node, nodes.Filter):
            yield from _filter(node, flow)
        elif isinstance(node, nodes.Getitem):
            yield from _key(node, flow)
        elif isinstance(node, _CONSTANTS) and id(node) not in within:
            yield from _constant(node)


def inclusions(tree: nodes.Template) -> Iterator[tuple[str, int]]:
    """Give the other templates that are taken in, with their lines."""
    kinds = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)
    for node in in_post_order(tree):
        if isinstance(node, kinds):
            target = fold(node.template)
            yield target if target is not None else "…", node.lineno


def _name(node: nodes.Name, *, is_called: bool) -> Iterator[tuple[str, int]]:
    # `_` alone is the habitual name of a loop variable nobody reads.
    if node.name.startswith("_") and node.name.strip("_"):
        yield node.name, node.lineno
    looked_into = node.name in _GLOBALS and not is_called and node.ctx == "load"
    if looked_into or node.name == "lipsum":
        yield f"{node.name}()", node.lineno


def _key(node: nodes.Getitem, flow: Flow) -> Iterator[tuple[str, int]]:
    key = fold(node.arg)
    if key is not None:
        if _is_internal(key):
            yield key, node.lineno
    elif flow.of(node.arg) is Origin.BUILT and not isinstance(node.arg, nodes.Slice):
        yield _COMPUTED_KEY, node.lineno


def _constant(node: nodes.Node) -> Iterator[tuple[str, int]]:
    text = fold(node)
    if text is None or "_" not in text:
        return
    if text in _SPECIAL or text in _INTERNALS - {"mro"}:
        yield text, node.lineno
    if not isinstance(node, nodes.TemplateData):
        for match in _FORMAT_WALK.finditer(text):
            yield match[1], node.lineno


def _filter(node: nodes.Filter, flow: Flow) -> Iterator[tuple[str, int]]:
    position = _ATTRIBUTE_FILTERS.get(node.name)
    if position is None:
        return
    pairs = [(pair.key == "attribute", pair.value) for pair in node.kwargs]
    values = [*((at == position, arg) for at, arg in enumerate(node.args)), *pairs]
    through_map = node.name == "map" and bool(node.args) and _names_attr(node.args[0])
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        yield _COMPUTED_ATTRIBUTE, node.lineno
    for names_it, value in values:
        text = fold(value)
        for part in (text or "").split("."):
            if _is_internal(part):
                yield part, node.lineno
        if text is not None:
            continue
        origin = flow.of(value)
        if node.name == "attr" or through_map:
            # An attribute that only rendering would tell.
            yield _COMPUTED_ATTRIBUTE, node.lineno
        elif origin is Origin.BUILT or (names_it and origin is Origin.DATA):
            yield _COMPUTED_KEY, node.lineno


def _names_attr(node: nodes.Expr) -> bool:
    text = fold(node)
    return text is None or text == "attr"


def _is_internal(name: str) -> bool:
    return (name.startswith("_") and bool(name.strip("_"))) or name in _INTERNALS

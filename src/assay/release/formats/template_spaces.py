"""Which names of a template may hold a `namespace`, whose attributes it sets itself.

Values of the loader have attributes by the same names, and those stay the loader's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Spaces"]

_PARTS = (nodes.Getattr, nodes.Getitem)


class Spaces:
    """Names that hold a namespace, or all names when one is handed about."""

    def __init__(self, ordered: list[nodes.Node]) -> None:
        self._names = {
            name
            for node in ordered
            if isinstance(node, nodes.Assign) and _is_made(node.node)
            for name in _targets(node.target)
        } | {node.name for node in ordered if isinstance(node, nodes.NSRef)}
        made = sum(1 for node in ordered if _is_made(node))
        kept = sum(
            1
            for node in ordered
            if isinstance(node, nodes.Assign) and _is_made(node.node)
        )
        owners = {id(node.node) for node in ordered if isinstance(node, _PARTS)}
        self._anywhere = made != kept or any(
            isinstance(node, nodes.Name)
            and node.ctx == "load"
            and node.name in self._names
            and id(node) not in owners
            for node in ordered
        )

    def may_own(self, node: nodes.Node) -> bool:
        """Tell whether a value, or what it is a part of, may be a namespace."""
        while isinstance(node, _PARTS):
            node = node.node
        if self._anywhere or not isinstance(node, nodes.Name):
            return True
        return node.name in self._names


def _is_made(node: nodes.Node) -> bool:
    return (
        isinstance(node, nodes.Call)
        and isinstance(node.node, nodes.Name)
        and node.node.name == "namespace"
    )


def _targets(target: nodes.Node) -> Iterator[str]:
    if isinstance(target, nodes.Name):
        yield target.name

"""skops: a tree of nodes in `schema.json`, each with the loader that builds it.

Earlier versions trusted the type that a node shows and built what its content says
(CVE-2025-54412, CVE-2025-54413): that the two agree is therefore looked at.
Source: `skops.io` 0.15.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.release.formats.built import Building

__all__ = ["skops_node"]

_FRAMEWORK = "skops"
_FUNCTIONS = frozenset({"FunctionNode", "TypeNode", "PartialNode"})
_METHOD, _OPERATOR, _FUNCTION = "MethodNode", "OperatorFuncNode", "FunctionNode"
_VALUE = frozenset({"JsonNode"})


def skops_node(node: dict[str, object], key: str, building: Building) -> None:
    """Note what one node builds, if it is one."""
    loader, name = node.get("__loader__"), node.get("__class__")
    if not (isinstance(loader, str) and isinstance(name, str)):
        return
    module = node.get("__module__")
    module = module if isinstance(module, str) else ""
    content = node.get("content")
    content = content if isinstance(content, dict) else {}
    if loader in _VALUE:
        return
    if loader == _OPERATOR and module != "operator":
        detail = f"an operator that says it is {module}.{name}"
        building.problem("forged-node", detail, key)
        module = "operator"
    kind = "function" if loader in _FUNCTIONS or loader == _OPERATOR else "class"
    building.note(_FRAMEWORK, key, kind, name, module=module, registered=loader)
    if loader == _METHOD:
        _method(content, f"{module}.{name}", key, building)
    elif loader == _FUNCTION and "module_path" in content:
        _old_function(content, f"{module}.{name}", key, building)


def _method(
    content: dict[str, object], shown: str, key: str, building: Building
) -> None:
    """Compare the object that a method is taken of with what the node shows."""
    owner, function = content.get("obj"), content.get("func")
    if isinstance(owner, dict):
        real = f"{owner.get('__module__')}.{owner.get('__class__')}"
        if real != shown:
            detail = f"a method of {real} that says it is of {shown}"
            building.problem("forged-node", detail, key)
    if isinstance(function, str):
        building.note(
            _FRAMEWORK, f"{key}.content.func", "function", function, module=shown
        )
        if function.startswith("_") or "." in function:
            building.problem("forged-node", f"the method {function!r}", key)


def _old_function(
    content: dict[str, object], shown: str, key: str, building: Building
) -> None:
    module, name = content.get("module_path"), content.get("function")
    if isinstance(module, str) and isinstance(name, str):
        building.note(_FRAMEWORK, f"{key}.content", "function", name, module=module)
        if f"{module}.{name}".rpartition(".")[2] != shown.rpartition(".")[2]:
            detail = f"the function {module}.{name} that says it is {shown}"
            building.problem("forged-node", detail, key)

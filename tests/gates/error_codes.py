"""Collects every stable code that the source can give, by reading it.

A code is made in one of four ways, and each is followed:

1. `LogError("busy", …)`: the family of the class and the literal.
2. A function that hands a parameter of its own on as the code, or as the end of it
   (`f"repeated-{what}"`): the literals of its callers, in any module.
3. A text such as `"verify.signatures"`: the text itself.
4. `RuleFault(code="rule-empty")`, a code still without its family: by the table here.

Anything else that ends up as a code has to be a code made elsewhere (`error.code`);
what cannot be followed is reported, so that no code escapes the list.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.gates.project import source_trees

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Codes of decisions: reasons, not errors, so no class has this family.
REASON_FAMILIES = {"decide"}
# Classes that carry a code without its family, and the family it gets.
BARE_CODES = {"RuleFault": "programme."}
# Names of files that look like codes of the log.
NOT_CODES = {"log.json", "log.sqlite"}

_END = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True)
class Sink:
    """Something that turns an argument into the end of a code.

    Attributes:
        prefix: What stands before it; empty where the text has the family itself.
        position: Place of the argument, or None for a keyword-only one.
        keyword: Its name.
    """

    prefix: str
    position: int | None
    keyword: str


@dataclass
class Collected:
    """The codes found, with the modules that give them, and what stayed unclear."""

    codes: dict[str, set[str]] = field(default_factory=dict)
    unresolved: set[str] = field(default_factory=set)


def families_of(errors: ast.Module) -> dict[str, str]:
    """Class of error to family, as `errors.py` says."""
    found = {}
    for node in (n for n in errors.body if isinstance(n, ast.ClassDef)):
        for line in node.body:
            if isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant):
                found[node.name] = str(line.value.value)
    return found


def collected_from_source() -> Collected:
    """Collect the codes of `src/assay`."""
    trees = {
        ".".join(path.with_suffix("").parts[1:]): tree
        for path, tree in source_trees().items()
    }
    return collect(trees, families_of(trees["assay.errors"]))


def collect(trees: Mapping[str, ast.Module], families: Mapping[str, str]) -> Collected:
    """Collect the codes of modules, given by name, under these error classes."""
    errors = {name: Sink(f"{f}.", 0, "code") for name, f in families.items()}
    own: dict[str, dict[str, Sink]] = {module: {} for module in trees}
    # A wrapper of a wrapper is found in the round after the inner one.
    grown = True
    while grown:
        grown = False
        for module, tree in trees.items():
            sinks = {**errors, **_imported(tree, own), **own[module]}
            for name, sink in _wrappers(tree, sinks):
                grown |= name not in own[module]
                own[module].setdefault(name, sink)
    result = Collected()
    known = {*families.values(), *REASON_FAMILIES}
    for module, tree in trees.items():
        sinks = {**errors, **_imported(tree, own), **own[module]}
        _collect_module(module, tree, sinks, result)
        for text in _texts(tree):
            family, _, end = text.partition(".")
            if family in known and _END.fullmatch(end) and text not in NOT_CODES:
                result.codes.setdefault(text, set()).add(module)
    return result


def _imported(
    tree: ast.Module, own: Mapping[str, Mapping[str, Sink]]
) -> dict[str, Sink]:
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            theirs = own.get(node.module or "", {})
            for alias in node.names:
                if alias.name in theirs:
                    found[alias.asname or alias.name] = theirs[alias.name]
    return found


def _wrappers(
    tree: ast.Module, sinks: Mapping[str, Sink]
) -> Iterator[tuple[str, Sink]]:
    """Functions that hand one of their parameters on as the end of a code."""
    for function in _functions(tree):
        positional = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
        if positional[:1] in (["self"], ["cls"]):
            positional = positional[1:]
        parameters = {*positional, *(a.arg for a in function.args.kwonlyargs)}
        for call in _calls(function):
            for prefix, value in _given(call, sinks):
                if isinstance(value, ast.Name) and value.id in parameters:
                    place = None
                    if value.id in positional:
                        place = positional.index(value.id)
                    yield function.name, Sink(prefix, place, value.id)


def _collect_module(
    module: str, tree: ast.Module, sinks: Mapping[str, Sink], result: Collected
) -> None:
    parameters = _parameters_by_call(tree)
    looped = _looped(tree)
    for call in _calls(tree):
        for prefix, given in _given(call, sinks):
            for value in _alternatives(given):
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    ends = {value.value}
                elif isinstance(value, ast.Name) and value.id in looped:
                    ends = looped[value.id]
                elif _made_elsewhere(value) or _is_in(value, parameters[id(call)]):
                    continue
                else:
                    where = f"{module}:{call.lineno}: {ast.unparse(value)}"
                    result.unresolved.add(where)
                    continue
                # Without a prefix it is a whole code, and found among the texts.
                for end in ends if prefix else ():
                    result.codes.setdefault(f"{prefix}{end}", set()).add(module)


def _given(call: ast.Call, sinks: Mapping[str, Sink]) -> Iterator[tuple[str, ast.expr]]:
    """What a call gives as a code, with what stands before it."""
    name = _called(call)
    sink = sinks.get(name)
    if sink is None:
        prefix = BARE_CODES.get(name, "")
        values = [k.value for k in call.keywords if k.arg == "code"]
    else:
        prefix = sink.prefix
        values = [k.value for k in call.keywords if k.arg == sink.keyword]
        if not values and sink.position is not None:
            values = call.args[sink.position : sink.position + 1]
    for value in values:
        yield _split(value, prefix)


def _split(value: ast.expr, prefix: str) -> tuple[str, ast.expr]:
    """Part `f"decide.{code}"` into what is fixed and what stands behind it."""
    if isinstance(value, ast.JoinedStr) and len(value.values) == 2:
        head, tail = value.values
        if isinstance(head, ast.Constant) and isinstance(tail, ast.FormattedValue):
            return prefix + str(head.value), tail.value
    return prefix, value


def _alternatives(value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(value, ast.IfExp):
        yield from _alternatives(value.body)
        yield from _alternatives(value.orelse)
    else:
        yield value


def _looped(tree: ast.Module) -> dict[str, set[str]]:
    """Names that a `for` takes from a table of literals: `for code, … in ((…), …)`."""
    found: dict[str, set[str]] = {}
    for loop in ast.walk(tree):
        if not isinstance(loop, ast.For) or not isinstance(loop.target, ast.Tuple):
            continue
        rows = loop.iter.elts if isinstance(loop.iter, ast.Tuple | ast.List) else []
        for place, name in enumerate(loop.target.elts):
            cells = [r.elts[place] for r in rows if isinstance(r, ast.Tuple)]
            texts = {c.value for c in cells if isinstance(c, ast.Constant)}
            if cells and len(cells) == len(rows) and isinstance(name, ast.Name):
                found.setdefault(name.id, set()).update(map(str, texts))
    return found


def _made_elsewhere(value: ast.expr) -> bool:
    """`error.code`, or the same without its family."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        value = value.func.value if value.func.attr == "removeprefix" else value
    return isinstance(value, ast.Attribute) and value.attr == "code"


def _is_in(value: ast.expr, names: set[str]) -> bool:
    return isinstance(value, ast.Name) and value.id in names


def _parameters_by_call(tree: ast.Module) -> dict[int, set[str]]:
    """For each call, the parameters of the functions around it."""
    found = {id(call): set[str]() for call in _calls(tree)}
    for function in _functions(tree):
        every = (
            *function.args.posonlyargs,
            *function.args.args,
            *function.args.kwonlyargs,
        )
        for call in _calls(function):
            found[id(call)].update(argument.arg for argument in every)
    return found


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _texts(tree: ast.Module) -> Iterator[str]:
    """Every text of a module that is no docstring."""
    docstrings = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return (
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
    )

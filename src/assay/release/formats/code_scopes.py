"""Which names a Python source binds where: one walk over its tree, without recursion.

Nothing is run and nothing is decided: the walk collects the scopes, what each name may
stand for, and the places where something happens, in the order of the source.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["Binding", "Kind", "Outline", "Scope", "outline"]

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
# Bindings of one name, and calls of one function, that are followed.
_MAX_BINDINGS = 8
_MAX_CALLS = 4
_SITES = (ast.Call, ast.Attribute, ast.Name, ast.Subscript)


# What is written: `x.y`, `x[y]`, and names that more is put into.
Place = ast.Attribute | ast.Subscript | ast.Name


class Kind(StrEnum):
    """What a scope is; `MAIN` is what only a person who starts the file runs."""

    MODULE = "module"
    CLASS = "class"
    FUNCTION = "function"
    MAIN = "main"


@dataclass(slots=True, eq=False)
class Binding:
    """One thing that a name may stand for.

    Attributes:
        dotted: Name of what is imported, or empty.
        value: Expression that is assigned, or None.
        scope: Scope in which `value` is worked out, or which the name stands for.
        defines: Whether the name stands for `scope` itself.
        item: Whether the name stands for one item of `value`.
        parameter: Place among a function's parameters, from 0, or -1.
        grows: Whether the name stands for itself and more, such as in a loop.
    """

    dotted: str = ""
    value: ast.expr | None = None
    scope: Scope | None = None
    defines: bool = False
    item: bool = False
    parameter: int = -1
    grows: bool = False


@dataclass(slots=True, eq=False)
class Scope:
    """A module, class or function, and the names that it binds."""

    name: str
    kind: Kind
    parent: Scope | None = None
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    # Expressions that are called or built when the scope is made: its decorators.
    decorators: list[ast.expr] = field(default_factory=list)
    bases: list[ast.expr] = field(default_factory=list)
    metaclasses: list[ast.expr] = field(default_factory=list)
    returns: list[ast.expr] = field(default_factory=list)

    @property
    def owner(self) -> Scope | None:
        """The class whose method this is, or None."""
        scope: Scope | None = self
        while scope is not None and scope.kind is not Kind.CLASS:
            scope = scope.parent
        return scope

    def itself(self, name: str) -> Scope | None:
        """The class whose object a name stands for, in a method of it, or None."""
        scope: Scope | None = self
        while scope is not None and name not in scope.bindings:
            scope = scope.parent
        if scope is None or scope.kind is not Kind.FUNCTION or scope.parent is None:
            return None
        first = scope.bindings[name][0].parameter == 0
        method = scope.parent.kind is Kind.CLASS and not scope.is_static
        return scope.parent if first and method else None

    @property
    def is_static(self) -> bool:
        """Whether a decorator says that this is no method of an object."""
        return any(
            isinstance(node, ast.Name) and node.id == "staticmethod"
            for node in self.decorators
        )

    def bind(self, name: str, binding: Binding) -> None:
        """Note what a name may stand for; a few are enough."""
        found = self.bindings.setdefault(name, [])
        if len(found) < _MAX_BINDINGS:
            found.append(binding)
        elif len(found) == _MAX_BINDINGS:
            # There are more, of which nothing is known.
            found.append(Binding())


@dataclass(slots=True, eq=False)
class Outline:
    """What the walk collected."""

    module: Scope
    scopes: list[Scope] = field(default_factory=list)
    sites: list[tuple[ast.expr, Scope]] = field(default_factory=list)
    imports: set[str] = field(default_factory=set)
    stars: list[str] = field(default_factory=list)
    # Nodes that stand where a name is called, or is read on the way to an attribute.
    inner: set[int] = field(default_factory=set)
    # Calls by the last word of what is called: what parameters may stand for.
    calls: dict[str, list[tuple[ast.Call, Scope]]] = field(default_factory=dict)
    # Annotations: whoever asks for the types of a class has their texts evaluated,
    # and those of a source whose annotations wait as well (PEP 563).
    notes: list[tuple[ast.expr, Scope]] = field(default_factory=list)
    # Attributes and entries that are written: what, by what, and where.
    patched: list[tuple[Place, ast.expr, Scope]] = field(default_factory=list)


def outline(tree: ast.Module) -> Outline:
    """Walk over a tree in the order of the source."""
    module = Scope("", Kind.MODULE)
    found = Outline(module, [module])
    waiting: list[tuple[ast.AST, Scope]] = [(tree, module)]
    while waiting:
        node, scope = waiting.pop()
        if isinstance(node, _SITES):
            found.sites.append((node, scope))
        children = _enter(node, scope, found)
        waiting.extend(reversed(children))
    return found


def _enter(node: ast.AST, scope: Scope, found: Outline) -> list[tuple[ast.AST, Scope]]:
    """Bind what a node binds, and give its children with the scope they run in."""
    if isinstance(node, (*_FUNCTIONS, ast.Lambda)):
        return _function(node, scope, found)
    if isinstance(node, ast.ClassDef):
        return _class(node, scope, found)
    if isinstance(node, ast.If) and _is_main(node.test):
        main = Scope("", Kind.MAIN, scope, scope.bindings)
        found.scopes.append(main)
        below = [(child, main) for child in node.body]
        return [*below, *((child, scope) for child in node.orelse)]
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        _import(node, scope, found)
        return []
    if isinstance(node, ast.AnnAssign):
        found.notes.append((node.annotation, scope))
    _bind(node, scope)
    if isinstance(node, ast.Assign):
        found.patched += [
            (target, node.value, scope)
            for target in node.targets
            if isinstance(target, (ast.Attribute, ast.Subscript))
        ]
    elif isinstance(node, ast.AugAssign) and not isinstance(node.target, ast.Subscript):
        found.patched.append((node.target, node.value, scope))
    if isinstance(node, ast.Call):
        found.inner.add(id(node.func))
        _called(node, scope, found)
    elif isinstance(node, (ast.Attribute, ast.Subscript)):
        found.inner.add(id(node.value))
    return [(child, scope) for child in ast.iter_child_nodes(node)]


def _called(node: ast.Call, scope: Scope, found: Outline) -> None:
    func = node.func
    name = func.id if isinstance(func, ast.Name) else getattr(func, "attr", "")
    known = found.calls.setdefault(name, [])
    if len(known) < _MAX_CALLS:
        known.append((node, scope))


def _is_main(test: ast.expr) -> bool:
    return (
        isinstance(test, ast.Compare)
        and len(test.ops) == 1
        and isinstance(test.ops[0], ast.Eq)
        and {"__name__", "__main__"}
        == {
            part.id if isinstance(part, ast.Name) else getattr(part, "value", None)
            for part in (test.left, test.comparators[0])
            if isinstance(part, (ast.Name, ast.Constant))
        }
    )


def _function(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
    scope: Scope,
    found: Outline,
) -> list[tuple[ast.AST, Scope]]:
    name = "<lambda>" if isinstance(node, ast.Lambda) else node.name
    inside = Scope(_join(scope.name, name), Kind.FUNCTION, scope)
    found.scopes.append(inside)
    outside: list[ast.AST] = [*node.args.defaults]
    outside += [value for value in node.args.kw_defaults if value is not None]
    _parameters(node.args, inside, scope)
    if isinstance(node, ast.Lambda):
        inside.returns.append(node.body)
        # A lambda is looked up by where it stands.
        scope.bind(f"<lambda {id(node)}>", Binding(scope=inside, defines=True))
        return [*((part, scope) for part in outside), (node.body, inside)]
    scope.bind(node.name, Binding(scope=inside, defines=True))
    inside.decorators = node.decorator_list
    outside = [*node.decorator_list, *outside]
    notes = _annotations(node)
    found.notes += [(note, scope) for note in notes]
    outside += notes
    below = [(child, inside) for child in node.body]
    return [*((part, scope) for part in outside), *below]


def _annotations(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    given += [arg for arg in (node.args.vararg, node.args.kwarg) if arg is not None]
    notes = [arg.annotation for arg in given if arg.annotation]
    return [*notes, node.returns] if node.returns else notes


def _parameters(args: ast.arguments, inside: Scope, outside: Scope) -> None:
    plain = [*args.posonlyargs, *args.args]
    given: list[tuple[ast.arg, ast.expr | None]] = [(arg, None) for arg in plain]
    first = len(plain) - len(args.defaults)
    for index, value in enumerate(args.defaults):
        given[first + index] = (plain[first + index], value)
    given += zip(args.kwonlyargs, args.kw_defaults, strict=True)
    given += [(arg, None) for arg in (args.vararg, args.kwarg) if arg is not None]
    for place, (arg, default) in enumerate(given):
        one = Binding(value=default, scope=outside, parameter=place)
        inside.bind(arg.arg, one)


def _class(
    node: ast.ClassDef, scope: Scope, found: Outline
) -> list[tuple[ast.AST, Scope]]:
    inside = Scope(_join(scope.name, node.name), Kind.CLASS, scope)
    found.scopes.append(inside)
    scope.bind(node.name, Binding(scope=inside, defines=True))
    inside.decorators = node.decorator_list
    inside.bases = node.bases
    inside.metaclasses = [k.value for k in node.keywords if k.arg == "metaclass"]
    outside = [*node.decorator_list, *node.bases, *(k.value for k in node.keywords)]
    below = [(child, inside) for child in node.body]
    return [*((part, scope) for part in outside), *below]


def _join(outer: str, name: str) -> str:
    return f"{outer}.{name}" if outer else name


def _import(node: ast.Import | ast.ImportFrom, scope: Scope, found: Outline) -> None:
    if isinstance(node, ast.Import):
        for alias in node.names:
            found.imports.add(alias.name)
            top = alias.name.split(".")[0]
            name, dotted = alias.asname or top, alias.name if alias.asname else top
            scope.bind(name, Binding(dotted=dotted))
        return
    module = "." * node.level + (node.module or "")
    found.imports.add(module)
    for alias in node.names:
        if alias.name == "*":
            found.stars.append(module)
            continue
        dotted = f"{(module.rstrip('.') and module + '.') or module}{alias.name}"
        scope.bind(alias.asname or alias.name, Binding(dotted=dotted))


def _bind(node: ast.AST, scope: Scope) -> None:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            _target(target, node.value, scope)
    elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
        _target(node.target, node.value, scope)
    elif isinstance(node, ast.AugAssign):
        _grown(node, scope)
    elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
        _target(node.target, node.iter, scope, item=True)
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        _target(node.optional_vars, node.context_expr, scope)
    elif isinstance(node, ast.Return) and node.value is not None:
        scope.returns.append(node.value)
    elif isinstance(node, ast.Match):
        _captured(node, scope)


def _grown(node: ast.AugAssign, scope: Scope) -> None:
    if isinstance(node.target, ast.Name):
        left = ast.copy_location(ast.Name(node.target.id, ast.Load()), node.target)
        value = ast.copy_location(ast.BinOp(left, node.op, node.value), node)
        grows = not isinstance(node.value, ast.Constant)
        scope.bind(node.target.id, Binding(value=value, scope=scope, grows=grows))


def _captured(node: ast.Match, scope: Scope) -> None:
    """Bind what cases capture: all of the subject, or a part that they name."""
    waiting: list[tuple[ast.AST, ast.expr]] = [
        (case.pattern, node.subject) for case in node.cases
    ]
    while waiting:
        pattern, held = waiting.pop()
        name = getattr(pattern, "rest", None) or getattr(pattern, "name", None)
        if isinstance(name, str):
            rest = isinstance(pattern, (ast.MatchStar, ast.MatchMapping))
            scope.bind(name, Binding(value=held, scope=scope, item=rest))
        waiting += _within(pattern, held)


def _within(pattern: ast.AST, held: ast.expr) -> list[tuple[ast.AST, ast.expr]]:
    """Give the patterns below one, each with the expression that it is held against."""
    if isinstance(pattern, ast.MatchMapping):
        return [
            (part, _part(ast.Subscript(held, key, ast.Load()), held))
            for key, part in zip(pattern.keys, pattern.patterns, strict=True)
        ]
    if isinstance(pattern, ast.MatchClass):
        named = zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True)
        below: list[tuple[ast.AST, ast.expr]] = [
            (part, _part(ast.Attribute(held, name, ast.Load()), held))
            for name, part in named
        ]
        return [*below, *((part, held) for part in pattern.patterns)]
    if isinstance(pattern, ast.MatchSequence):
        # Behind a star, any of them.
        starred = any(isinstance(part, ast.MatchStar) for part in pattern.patterns)
        return [
            (part, _part(ast.Subscript(held, at, ast.Load()), held))
            for number, part in enumerate(pattern.patterns)
            for at in (ast.Slice() if starred else ast.Constant(number),)
        ]
    return [(part, held) for part in ast.iter_child_nodes(pattern)]


def _part(node: ast.expr, held: ast.expr) -> ast.expr:
    return ast.copy_location(node, held)


def _target(
    target: ast.expr, value: ast.expr, scope: Scope, *, item: bool = False
) -> None:
    if isinstance(target, ast.Name):
        scope.bind(target.id, Binding(value=value, scope=scope, item=item))
    elif isinstance(target, ast.Attribute):
        _attribute(target, value, scope)
    elif isinstance(target, (ast.Tuple, ast.List)):
        same = isinstance(value, (ast.Tuple, ast.List)) and not item
        parts = value.elts if same and isinstance(value, (ast.Tuple, ast.List)) else []
        for index, part in enumerate(target.elts):
            if isinstance(part, ast.Name):
                given = parts[index] if index < len(parts) else None
                scope.bind(part.id, Binding(value=given, scope=scope))


def _attribute(target: ast.Attribute, value: ast.expr, scope: Scope) -> None:
    """Bind `self.x` to the class, and `Class.x` to a name of both."""
    if not isinstance(target.value, ast.Name):
        return
    owner = scope.itself(target.value.id)
    if owner is not None:
        owner.bind(target.attr, Binding(value=value, scope=scope))
        return
    place = f"{target.value.id}.{target.attr}"
    module = scope
    while module.parent is not None:
        module = module.parent
    module.bind(place, Binding(value=value, scope=scope))

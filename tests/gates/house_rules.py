"""Rules of the house that ruff and import-linter cannot say, one function each.

A rule takes a module's path and its syntax tree, and yields `line: what is wrong`.
`test_house_rules.py` has a valid and an invalid example for each, and runs all of
them over `src/assay`.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tests.gates.project import room

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Rule = Callable[[Path, ast.Module], Iterator[str]]

# Rooms that decide: bytes and instants come in as arguments.
PURE = {
    "assess",
    "crypto",
    "domain",
    "eligibility",
    "encoding",
    "errors",
    "programme",
    "verify",
    "wire",
}
_BROAD = {"Exception", "BaseException"}
_PROVEN = {
    "VerifiedEvaluation",
    "VerifiedRelease",
    "VerifiedReview",
    "VerifiedStatement",
}
_RUNNING_MODULES = {
    "cloudpickle",
    "code",
    "codeop",
    "dill",
    "joblib",
    "marshal",
    "pickle",
    "runpy",
    "shelve",
}
_RUNNING_CALLS = {"__import__", "compile", "eval", "exec"}
_NAIVE = {"today", "utcnow", "utcfromtimestamp"}
_VAGUE = {"common", "helper", "helpers", "manager", "misc", "util", "utils"}
_OUTSIDE_WORLD = {"input", "open"}


def _name(node: ast.expr) -> str:
    """The last name of `a`, `a.b` or `a.b.c`; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def broad_except(path: Path, tree: ast.Module) -> Iterator[str]:
    """`except Exception` only where a failure becomes an exit status or a report."""
    if room(path) == "cli" or path.parts[-2:] == ("assess", "runner.py"):
        return
    for node in ast.walk(tree):
        if not isinstance(node, ast.ExceptHandler):
            continue
        caught = node.type
        kinds = caught.elts if isinstance(caught, ast.Tuple) else [caught]
        broad = any(kind is None or _name(kind) in _BROAD for kind in kinds)
        if broad and not _handed_over(node):
            yield f"{node.lineno}: catches everything"


def _handed_over(handler: ast.ExceptHandler) -> bool:
    """Whether all a thread does with what it caught is to pass it to who waits."""
    if handler.name is None or len(handler.body) != 1:
        return False
    statement = handler.body[0]
    if isinstance(statement, ast.Assign):
        kept = isinstance(statement.targets[0], ast.Attribute)
        return kept and _name(statement.value) == handler.name
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call):
        return False
    return any(_name(argument) == handler.name for argument in call.args)


def only_verify_proves(path: Path, tree: ast.Module) -> Iterator[str]:
    """Only `verify` builds what counts as proven."""
    if room(path) == "verify":
        return
    for call in _calls(tree):
        if _name(call.func) in _PROVEN:
            yield f"{call.lineno}: builds a {_name(call.func)}"


def no_assert(_: Path, tree: ast.Module) -> Iterator[str]:
    """`python -O` removes assertions; library code raises instead."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            yield f"{node.lineno}: asserts"


def aware_instants(_: Path, tree: ast.Module) -> Iterator[str]:
    """Every instant has a time zone, and the machine's own zone is never asked."""
    for call in _calls(tree):
        name = _name(call.func)
        if name in _NAIVE and isinstance(call.func, ast.Attribute):
            yield f"{call.lineno}: {name}() has no time zone"
        if name in {"now", "fromtimestamp"} and isinstance(call.func, ast.Attribute):
            zoned = any(keyword.arg == "tz" for keyword in call.keywords)
            if not zoned and len(call.args) < (1 if name == "now" else 2):
                yield f"{call.lineno}: {name}() without a time zone"


def no_clock(path: Path, tree: ast.Module) -> Iterator[str]:
    """What decides is told the instant; it never asks for it."""
    if room(path) not in PURE:
        return
    for call in _calls(tree):
        asked = _name(call.func) in {"now", *_NAIVE, "monotonic", "perf_counter"}
        if asked and isinstance(call.func, ast.Attribute):
            yield f"{call.lineno}: asks the clock"


def no_outside_world(path: Path, tree: ast.Module) -> Iterator[str]:
    """What decides opens no file and asks nobody."""
    if room(path) not in PURE:
        return
    for call in _calls(tree):
        if isinstance(call.func, ast.Name) and call.func.id in _OUTSIDE_WORLD:
            yield f"{call.lineno}: calls {call.func.id}()"


def no_print(_: Path, tree: ast.Module) -> Iterator[str]:
    """Only `cli/output.py` talks, and it uses click."""
    for call in _calls(tree):
        if isinstance(call.func, ast.Name) and call.func.id == "print":
            yield f"{call.lineno}: prints"


def nothing_is_run(_: Path, tree: ast.Module) -> Iterator[str]:
    """Nothing that came from outside is ever unpickled, imported or executed."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            continue
        for name in names:
            if name.split(".")[0] in _RUNNING_MODULES:
                yield f"{node.lineno}: imports {name}"
    for call in _calls(tree):
        if isinstance(call.func, ast.Name) and call.func.id in _RUNNING_CALLS:
            yield f"{call.lineno}: calls {call.func.id}()"


def imports_by_a_table(_: Path, tree: ast.Module) -> Iterator[str]:
    """A module is imported by name only from the tables of `assay` itself."""
    for call in _calls(tree):
        if _name(call.func) != "import_module":
            continue
        first = call.args[0] if call.args else None
        start = first.values[0] if isinstance(first, ast.JoinedStr) else first
        fixed = isinstance(start, ast.Constant) and str(start.value)
        if not fixed or not fixed.startswith("assay."):
            yield f"{call.lineno}: imports a module that is not one of assay's"


def frozen_nouns(path: Path, tree: ast.Module) -> Iterator[str]:
    """The nouns are frozen, slotted, keyword-only dataclasses that hold tuples."""
    if room(path) != "domain":
        return
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef):
            continue
        for decorator in node.decorator_list:
            yield from _decorated(node, decorator)


def _decorated(node: ast.ClassDef, decorator: ast.expr) -> Iterator[str]:
    called = decorator if isinstance(decorator, ast.Call) else None
    if _name(called.func if called else decorator) != "dataclass":
        return
    given = {
        keyword.arg
        for keyword in (called.keywords if called else [])
        if isinstance(keyword.value, ast.Constant) and keyword.value.value is True
    }
    lacking = {"frozen", "slots", "kw_only"} - given
    if lacking:
        yield f"{node.lineno}: {node.name} is not {', '.join(sorted(lacking))}"
    for field in node.body:
        if not isinstance(field, ast.AnnAssign):
            continue
        words = {
            _name(n) for n in ast.walk(field.annotation) if isinstance(n, ast.expr)
        }
        if words & {"list", "dict", "set", "List", "Dict", "Set", "bytearray"}:
            yield f"{field.lineno}: a field of {node.name} can be changed"


def plain_names(path: Path, _: ast.Module) -> Iterator[str]:
    """A file is named for its noun or its check, never for being useful."""
    words = set(path.stem.split("_"))
    if words & _VAGUE:
        yield f"1: {path.name} says nothing of what it holds"


def own_errors(path: Path, tree: ast.Module) -> Iterator[str]:
    """What is raised on purpose is one of the classes of `errors.py`."""
    if room(path) == "cli":
        return
    builtin = {"Exception", "RuntimeError", "ValueError", "TypeError", "OSError"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and node.exc is not None:
            raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            if _name(raised) in builtin:
                yield f"{node.lineno}: raises {_name(raised)}"


RULES: tuple[Rule, ...] = (
    broad_except,
    only_verify_proves,
    no_assert,
    aware_instants,
    no_clock,
    no_outside_world,
    no_print,
    nothing_is_run,
    imports_by_a_table,
    frozen_nouns,
    plain_names,
    own_errors,
)

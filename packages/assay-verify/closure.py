"""Which modules verification needs: the imports of `assay_verify`, followed to the end.

Imports are read from the source, without running it. Those under `TYPE_CHECKING` are
for type checkers and not followed; those within functions are. A package's `__init__`
comes along with any of its modules, as it does when Python imports one.

    python packages/assay-verify/closure.py      lists them, what is needed first first
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HERE = Path(__file__).parent.resolve()
OWN_SOURCE = HERE / "src"
MAIN_SOURCE = HERE.parents[1] / "src"


def needed_modules(roots: Iterable[str] = ()) -> dict[str, Path]:
    """Give every module of ours by its name, each after those that it imports.

    Args:
        roots: Where to begin; with none, at every module of `assay_verify`. With some,
            packages around modules are left out, as their imports are for convenience.

    Raises:
        KeyError: A root is no module of ours.
    """
    ordered: dict[str, Path] = {}
    entered: set[str] = set()
    begin = [*roots]

    def enter(name: str) -> None:
        path = file_of(name)
        if path is None or name in entered or (begin and path.stem == "__init__"):
            return
        entered.add(name)
        for imported in imports(path):
            enter(imported)
        ordered[name] = path

    own = sorted((OWN_SOURCE / "assay_verify").glob("*.py"))
    for root in begin or map(_name, own):
        if file_of(root) is None:
            raise KeyError(root)
        for package in _around(root):
            enter(package)
    return ordered


def needed_packages() -> set[str]:
    """Give the names of everybody else's packages that are imported."""
    names = {
        imported.partition(".")[0]
        for path in needed_modules().values()
        for imported in imports(path)
    }
    return names - {"assay", "assay_verify"} - set(sys.stdlib_module_names)


def imports(path: Path) -> Iterator[str]:
    """Name what a module imports when it runs, with the packages around it."""
    for node in _running(ast.parse(path.read_text(encoding="utf-8")).body):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            names = [module, *(f"{module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            yield from _around(name)


def file_of(name: str) -> Path | None:
    """Find the source of one of our modules; None for everything else."""
    for source in (OWN_SOURCE, MAIN_SOURCE):
        place = source.joinpath(*name.split("."))
        for path in (place / "__init__.py", place.with_name(f"{place.name}.py")):
            if path.is_file():
                return path
    return None


def _around(name: str) -> Iterator[str]:
    """Name a module and before it the packages that it lies in."""
    parts = name.split(".")
    return (".".join(parts[:end]) for end in range(1, len(parts) + 1))


def _name(path: Path) -> str:
    inside = path.relative_to(OWN_SOURCE).with_suffix("").parts
    return ".".join(inside[:-1] if inside[-1] == "__init__" else inside)


def _running(body: list[ast.stmt]) -> Iterator[ast.AST]:
    todo: list[ast.AST] = list(reversed(body))
    while todo:
        node = todo.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            todo.extend(reversed(node.orelse))
            continue
        yield node
        todo.extend(reversed(list(ast.iter_child_nodes(node))))


if __name__ == "__main__":
    sys.stdout.write("\n".join(needed_modules()) + "\n")

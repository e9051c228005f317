"""Paths that a source puts together: pathlib, os.path, and the home of a user.

Nothing is looked up on this machine: a home is `~`, and what is not known is `…`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.release.formats.code_shown import text_of
from assay.release.formats.code_values import Const, Named

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

    from assay.release.formats.code_resolve import Resolver
    from assay.release.formats.code_scopes import Scope
    from assay.release.formats.code_values import Value

__all__ = ["PATH", "entry", "is_home", "member", "named_path", "slash"]

PATH = "pathlib.Path()"
_HOMES = frozenset({"HOME", "USERPROFILE", "HOMEPATH"})
_MAX_CHARS = 1_000
_MAX_PARTS = 32
_CLASSES = frozenset(
    f"pathlib.{name}"
    for name in (
        "Path", "PosixPath", "WindowsPath", "PurePath", "PurePosixPath",
        "PureWindowsPath",
    )
)  # fmt: skip
_HOME_CALLS = frozenset(
    {"pathlib.Path.home", "pathlib.PosixPath.home", "pathlib.Path().home"}
)
# Methods that give the same path in another form, or one below it.
_SAME = frozenset(
    {"expanduser", "resolve", "absolute", "as_posix", "rename", "iterdir"}
)
_BELOW = frozenset({"joinpath", "glob", "rglob", "__truediv__"})
_JOINERS = frozenset({"os.path.join", "posixpath.join", "ntpath.join"})
_TEXTS = frozenset(
    {"os.path.expanduser", "os.path.expandvars", "os.path.abspath", "os.fspath"}
    | {"os.path.realpath", "os.path.normpath", "builtins.str", "os.fsencode"}
)
_ENVIRONMENT = frozenset({"os.getenv", "os.environ.get", "os.environ.__getitem__"})
_LISTS = ("glob.glob()", "glob.iglob()", "os.listdir()", "os.scandir()")


def is_home(name: str, key: object) -> bool:
    """Tell the entry of the environment that names the home of a user."""
    return name == "os.environ" and key in _HOMES


def named_path(
    resolver: Resolver, callee: Named, node: ast.Call, scope: Scope, depth: int
) -> Iterator[Value]:
    """Give the path that a call of a known function stands for, when it is one."""
    name = callee.name
    if name in _HOME_CALLS:
        yield Named(PATH, text="~")
    elif name in _CLASSES:
        text = _joined(resolver, node, scope, depth)
        yield Named(PATH, text=text or ("." if not node.args else ""))
    elif name.startswith(f"{PATH}."):
        yield from _method(resolver, callee, node, scope, depth)
    elif name in _JOINERS:
        text = _joined(resolver, node, scope, depth)
        if text.strip("…/"):
            yield Const(text)
    elif f"{name}()" in _LISTS:
        yield Named(f"{name}()", text=_joined(resolver, node, scope, depth))
    elif name in _TEXTS or name in _ENVIRONMENT:
        for given in node.args[:1]:
            yield from _same(name, resolver.values(given, scope, depth))


def _same(name: str, values: tuple[Value, ...]) -> Iterator[Value]:
    """Give the text of a path, or the home that a variable names."""
    for value in values:
        if name in _ENVIRONMENT:
            if isinstance(value, Const) and value.value in _HOMES:
                yield Const("~")
        elif isinstance(value, Named) and value.text:
            yield Const(value.text)
        elif isinstance(value, Const) and name != "builtins.str":
            yield value


def _method(
    resolver: Resolver, callee: Named, node: ast.Call, scope: Scope, depth: int
) -> Iterator[Value]:
    last = callee.name.rpartition(".")[2]
    if last in ("as_posix", "__str__"):
        if callee.text:
            yield Const(callee.text)
    elif last in _SAME:
        yield Named(PATH, callee.loose, callee.text)
    elif last in _BELOW:
        below = _joined(resolver, node, scope, depth)
        yield Named(PATH, callee.loose, _below(callee.text, below))
    elif last in ("with_name", "with_stem", "relative_to"):
        above = _above(callee.text)
        name = _joined(resolver, node, scope, depth)
        yield Named(PATH, callee.loose, _below(above, name))


def member(base: Named, name: str) -> Named | None:
    """Give `.parent` of a path."""
    if name == "parent" and base.name == PATH:
        return Named(PATH, base.loose, _above(base.text))
    return None


def slash(
    resolver: Resolver, left: Named, part: ast.expr, scope: Scope, depth: int
) -> Named:
    """Give a path below another."""
    below = _part(resolver, part, scope, depth)
    return Named(PATH, left.loose, _below(left.text, below))


def entry(value: Named) -> Value | None:
    """Give one of the paths that a folder or a pattern stands for."""
    if not value.text:
        return None
    if value.name == PATH:
        return Named(PATH, text=_below(value.text, "…"))
    if value.name in _LISTS:
        return Const(_below(value.text, "…"))
    return None


def _joined(resolver: Resolver, node: ast.Call, scope: Scope, depth: int) -> str:
    text = ""
    for arg in node.args[:_MAX_PARTS]:
        text = _below(text, _part(resolver, arg, scope, depth))
    return text


def _part(resolver: Resolver, node: ast.expr, scope: Scope, depth: int) -> str:
    for value in resolver.values(node, scope, depth):
        if isinstance(value, Const):
            plain = value.value
            if isinstance(plain, bytes):
                plain = plain.decode("utf-8", "replace")
            if isinstance(plain, str):
                return plain[:_MAX_CHARS]
        elif isinstance(value, Named) and value.text:
            return value.text
    return text_of(node, scope, resolver)[:_MAX_CHARS]


def _below(above: str, below: str) -> str:
    """Join two parts of a path; what begins at the root begins anew."""
    if below.startswith(("/", "~")) or not above or above == ".":
        return below[:_MAX_CHARS]
    return f"{above.rstrip('/')}/{below}"[:_MAX_CHARS]


def _above(text: str) -> str:
    return text.rpartition("/")[0] if "/" in text else "…"

"""What a call does where its arguments have a say in it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from assay.release.formats.code_names import kind_of
from assay.release.formats.code_origins import is_foreign_folder
from assay.release.formats.code_shown import arguments, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.release.formats.code_resolve import Resolver
    from assay.release.formats.code_scopes import Scope

    Rule = Callable[["_Given", str], str]

__all__ = ["kind_of_call"]


class _Given:
    """What one call is given."""

    def __init__(
        self, name: str, node: ast.Call, scope: Scope, resolver: Resolver
    ) -> None:
        self.name = name
        self.node = node
        self._scope = scope
        self._resolver = resolver

    def text(self, name: str, place: int = -1) -> str:
        """Give an argument's text by its name, or by its place."""
        for keyword in self.node.keywords:
            if keyword.arg == name:
                return text_of(keyword.value, self._scope, self._resolver)
        if 0 <= place < len(self.node.args):
            return text_of(self.node.args[place], self._scope, self._resolver)
        return ""

    def all(self) -> str:
        """Give every argument's text."""
        return arguments(self.node, self._scope, self._resolver)


def kind_of_call(name: str, node: ast.Call, scope: Scope, resolver: Resolver) -> str:
    """Give the kind of a call, or nothing."""
    kind = kind_of(name)
    rule = _RULES.get(name)
    if rule is None and kind == "file-read" and name.endswith((".open", ".FileIO")):
        rule = _opened
    return kind if rule is None else rule(_Given(name, node, scope, resolver), kind)


def _opened(given: _Given, kind: str) -> str:
    mode = given.text("mode", 0 if given.name.startswith("pathlib.") else 1)
    modes = [part for part in mode.split(" | ") if len(part) < 5]
    writes = any(set(part) & set("wax+") for part in modes)
    return "file-write" if writes else kind


def _array(given: _Given, kind: str) -> str:
    return kind if given.text("allow_pickle", 2).startswith("True") else ""


def _checkpoint(given: _Given, kind: str) -> str:
    return "" if given.text("weights_only") == "True" else kind


def _document(given: _Given, kind: str) -> str:
    """Tell a safe loader by its name alone, whatever else is given."""
    nodes = [k.value for k in given.node.keywords if k.arg == "Loader"]
    for loader in (nodes or given.node.args[1:2])[:1]:
        last = getattr(loader, "attr", "") or getattr(loader, "id", "")
        if last in _SAFE_LOADERS:
            return ""
    return kind


_SAFE_LOADERS = frozenset({"SafeLoader", "CSafeLoader", "BaseLoader", "CBaseLoader"})


def _state(given: _Given, kind: str) -> str:
    return "deserialise" if given.text("weights_only") == "False" else kind


def _path(given: _Given, kind: str) -> str:
    del kind
    return "dynamic-code" if is_foreign_folder(given.all()) else ""


def _template(given: _Given, kind: str) -> str:
    """Tell a template that walks Python's insides."""
    del kind
    walks = "__" in ast.dump(given.node)[:4000] or "__" in given.all()
    return "dynamic-code" if walks else ""


# Magics of IPython that hand their text to another program, and that run Python.
_PROGRAMS = frozenset(
    {"!", "bash", "cmd", "perl", "pypy", "python", "python2", "python3", "ruby"}
    | {"script", "sh", "sx", "system"}
)
_RUNS = frozenset({"capture", "exec", "load", "prun", "run", "time", "timeit"})


def _magic(given: _Given, kind: str) -> str:
    """Tell magics that start programs or run text from those that set something."""
    word = given.text("magic_name", 0).lstrip("%").split(" ")[0]
    if word in _PROGRAMS:
        return "process"
    if word in ("pip", "conda", "mamba", "uv"):
        return "install"
    return kind if word in _RUNS or not word.isidentifier() else ""


def _nothing(given: _Given, kind: str) -> str:
    del given, kind
    return ""


_RULES: dict[str, Rule] = {
    "IPython.get_ipython().magic": _magic,
    "IPython.get_ipython().run_cell_magic": _magic,
    "IPython.get_ipython().run_line_magic": _magic,
    "jinja2.Environment().from_string": _template,
    "jinja2.Template": _template,
    "jinja2.environment.Environment().from_string": _template,
    "jinja2.environment.Template": _template,
    "numpy.load": _array,
    "sys.path.append": _path,
    "sys.path.extend": _path,
    "sys.path.insert": _path,
    "torch.hub.load_state_dict_from_url": _state,
    "torch.jit.load": _nothing,
    "torch.load": _checkpoint,
    "yaml.full_load": _nothing,
    "yaml.load": _document,
    "yaml.load_all": _document,
}

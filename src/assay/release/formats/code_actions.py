"""What a parsed source does, and when: the facts that `code` gives on."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from assay.release.formats import (
    code_constants,
    code_encoding,
    code_shell,
    code_source,
    code_switches,
)
from assay.release.formats.code_act import Act, Seen
from assay.release.formats.code_environment import (
    ENVIRONMENT,
    switched_by_call,
    switched_by_writing,
)
from assay.release.formats.code_evaluated import (
    annotates,
    asks_for_more,
    evaluated_texts,
)
from assay.release.formats.code_insides import rewrites_code, walks
from assay.release.formats.code_kinds import kind_of_call
from assay.release.formats.code_lookup import FETCHERS
from assay.release.formats.code_names import CONSEQUENTIAL, is_handed_over, kind_of
from assay.release.formats.code_origins import Origins, is_foreign_folder
from assay.release.formats.code_reach import CALL, IMPORT, Reach
from assay.release.formats.code_resolve import Resolver
from assay.release.formats.code_scopes import outline
from assay.release.formats.code_shown import arguments, text_of
from assay.release.formats.code_values import UNKNOWN, Const, Named

if TYPE_CHECKING:
    from assay.domain.limits import Limits
    from assay.release.formats.code_scopes import Place, Scope

__all__ = ["examine"]

# Modules whose members nobody honest fetches by a name that is worked out.
_GUARDED = frozenset(
    {"os", "posix", "nt", "subprocess", "builtins", "shutil", "socket", "ctypes"}
    | {"pty", "importlib", "marshal", "sys.modules"}
)
_WALKS = frozenset({"__builtins__", "f_builtins"})
_TABLES = frozenset({"__globals__", "f_globals", "f_locals", "__dict__"})
_DECODERS = frozenset(
    {*code_constants.DECODERS, "codecs.decode", "marshal.loads", "base64.b64decode"}
)
_RUNS_TEXT = frozenset(
    {"builtins.exec", "builtins.eval", "builtins.compile", "builtins.execfile"}
    | {"timeit.timeit", "timeit.repeat", "cProfile.run", "profile.run", "pdb.run"}
)
# What makes types of texts, by evaluating them.
_REFERENCES = frozenset({"typing.ForwardRef", "typing_extensions.ForwardRef"})
_LOADS_TEXT = frozenset(
    {"marshal.loads", "pickle.loads", "_pickle.loads", "dill.loads"}
)
_IMPORTERS = frozenset(
    {"builtins.__import__", "importlib.import_module", "importlib.__import__"}
)
# Annotations with calls in them that are looked into; honest ones have few.
_MAX_NOTES = 512
# How many names an expression is followed through.
_MAX_NAMES = 3


def examine(text: str, name: str, limits: Limits, layer: int = 0) -> Seen:
    """Give what a source does.

    Args:
        text: The source.
        name: Path of its file, which says what some functions are for.
        limits: Bounds on what is worked out.
        layer: How many sources it was kept in, as text.
    """
    parsed = code_source.parse(text, limits)
    if parsed.tree is None:
        return Seen(problem=parsed)
    return _Examination(parsed.tree, name, limits, layer).run()


class _Examination:
    def __init__(self, tree: ast.Module, name: str, limits: Limits, layer: int) -> None:
        self._limits = limits
        self._name = name
        self._layer = layer
        self._found = outline(tree)
        self._resolver = Resolver(self._found, limits)
        self._reach = Reach(self._found, self._resolver, name)
        self._seen = Seen(imports=self._found.imports)
        self._origins = Origins(self._resolver)
        self._texts = 64
        self._searches = 20_000

    def run(self) -> Seen:
        for node, scope in self._found.sites:
            if isinstance(node, ast.Call):
                self._call(node, scope)
            elif isinstance(node, ast.Subscript):
                self._subscript(node, scope)
            else:
                self._mention(node, scope)
        self._texts = _MAX_NOTES
        written = [(v, s) for t, v, s in self._found.patched if annotates(t)]
        for note, scope in (*self._found.notes, *written):
            for text in evaluated_texts(note):
                self._run(text, note, scope)
        for target, value, place in self._found.patched:
            self._written(target, value, place)
        if self._resolver.exhausted or self._texts <= 0:
            self._seen.problem = code_source.Parsed(
                None, "too-many", "it has more expressions than are worked out"
            )
        return self._seen

    def _act(
        self,
        kind: str,
        name: str,
        node: ast.expr,
        scope: Scope,
        detail: str = "",
        origin: str = "",
    ) -> None:
        when = self._reach.when(scope)
        name = name.replace("()", "")
        self._seen.acts.append(
            Act(kind, name, node.lineno, when, detail, scope.name, origin)
        )

    def _call(self, node: ast.Call, scope: Scope) -> None:
        walked = walks(node.func)
        if walked:
            self._act("dynamic-code", walked, node, scope)
        if asks_for_more(node):
            self._act("dynamic-code", "pandas.DataFrame.query", node, scope)
        if rewrites_code(node):
            self._act("obfuscation", "types.CodeType.replace", node, scope, "byte code")
        for callee in self._resolver.values(node.func, scope):
            if isinstance(callee, Named):
                self._named(callee, node, scope)
                if callee.name in FETCHERS:
                    self._fetched(node, scope)

    def _fetched(self, node: ast.Call, scope: Scope) -> None:
        """Note a function that is fetched by its name, whoever calls it then."""
        if id(node) in self._found.inner:
            return
        for value in self._resolver.values(node, scope):
            if not isinstance(value, Named):
                continue
            base, _, last = value.name.rpartition(".")
            if last == "?" and base in _GUARDED - {"builtins", "importlib"}:
                what = "a name that is worked out"
                self._act("obfuscation", value.name, node, scope, what)
            elif is_handed_over(value.name):
                kind = kind_of(value.name)
                self._act(kind, value.name, node, scope, "fetched by its name")

    def _named(self, callee: Named, node: ast.Call, scope: Scope) -> None:
        name = callee.name
        if name.startswith("operator.methodcaller:"):
            self._method_call(name.partition(":")[2], node, scope)
            return
        if name.endswith("()"):
            return
        if name.endswith(".?") and name[:-2].replace("()", "") in _GUARDED:
            self._act("obfuscation", name, node, scope, "a name that is worked out")
            return
        if name in _IMPORTERS:
            self._imported(name, node, scope)
            return
        if name.startswith(ENVIRONMENT) or name in ("os.getenv", "os.putenv"):
            self._environment(name, node, scope)
            return
        self._known(callee, node, scope)

    def _known(self, callee: Named, node: ast.Call, scope: Scope) -> None:
        """Note what a name of a known library does."""
        name = callee.name
        self._trusted(name, node, scope)
        kind = kind_of_call(name, node, scope, self._resolver)
        if kind == "deserialise":
            self._loaded(callee, node, scope)
        elif kind:
            detail = arguments(node, scope, self._resolver)
            if callee.text:
                detail = f"{callee.text}, {detail}" if detail else callee.text
            self._act(kind, name, node, scope, detail)
            if kind == "process":
                when = self._reach.when(scope)
                self._seen.acts += code_shell.commands(
                    detail, node.lineno, when, loud=True
                )
            if callee.loose and kind in CONSEQUENTIAL:
                self._act("obfuscation", name, node, scope, "a name in pieces")
            if name in _RUNS_TEXT:
                self._text(name, node, scope)
        elif name in _REFERENCES:
            self._text(name, node, scope)
        elif self._reach.when(scope) != CALL:
            self._elsewhere(name, scope)

    def _trusted(self, name: str, node: ast.Call, scope: Scope) -> None:
        """Note code of another repository that a call runs."""
        if not (node.keywords or name.startswith(("torch.hub.", "kernels.", "transf"))):
            return
        found = self._origins.trusted(name, node, scope)
        if found is not None:
            self._act("remote-code", name, node, scope, *found)

    def _loaded(self, callee: Named, node: ast.Call, scope: Scope) -> None:
        """Note objects that are read: where they come from, and whether they hide."""
        name = callee.name
        detail = arguments(node, scope, self._resolver)
        origin = self._origins.of(node, scope)
        self._act("deserialise", name, node, scope, detail, origin)
        given = node.args[0] if node.args else None
        known = self._resolver.constants(given, scope) if given else []
        for const in known:
            tagged = isinstance(const.value, str) and "!!python/" in const.value
            if tagged or (isinstance(const.value, bytes) and len(const.value) > 1):
                what = "an object that the source holds"
                self._act("obfuscation", name, node, scope, what)
                return
        if name in _LOADS_TEXT and given is not None and self._decodes(given, scope):
            self._act("obfuscation", name, node, scope, "runs what it decodes")

    def _written(self, target: Place, value: ast.expr, scope: Scope) -> None:
        """Note safeguards of loaders that are switched off for the whole program."""
        resolver = self._resolver
        for switch in switched_by_writing(target, value, scope, resolver):
            self._act("safeguard", "os.environ", target, scope, switch)
        if isinstance(target, ast.Subscript):
            return
        shown = text_of(value, scope, self._resolver)
        for known in self._resolver.values(target, scope):
            if not isinstance(known, Named):
                continue
            if known.name in code_switches.LOADERS:
                self._act("safeguard", known.name, target, scope, "exchanged")
            elif known.name == "sys.path" and is_foreign_folder(shown):
                self._act("dynamic-code", "sys.path", target, scope, shown)

    def _method_call(self, method: str, node: ast.Call, scope: Scope) -> None:
        """Follow `operator.methodcaller("system", …)(os)`."""
        for given in node.args[:1]:
            for base in self._resolver.values(given, scope):
                for value in self._resolver.member(base, method, 0, loose=True):
                    if isinstance(value, Named):
                        self._named(value, node, scope)

    def _elsewhere(self, name: str, scope: Scope) -> None:
        """Note a call into another module, which may be one of the release."""
        if len(self._seen.calls) < self._limits.max_code_actions:
            self._seen.calls.add((name.replace("()", ""), self._reach.when(scope)))

    def _imported(self, name: str, node: ast.Call, scope: Scope) -> None:
        named = [k.value for k in node.keywords if k.arg == "name"]
        first = node.args[:1] or named
        if not first:
            return
        known = self._resolver.constants(first[0], scope)
        for module in known:
            if isinstance(module.value, str) and module != UNKNOWN:
                self._seen.imports.add(module.value[:200])
                self._pieces(module, first[0], node, scope)
        if not known or UNKNOWN in known:
            self._act("dynamic-code", name, node, scope, "…")

    def _pieces(
        self, module: Const, given: ast.expr, node: ast.Call, scope: Scope
    ) -> None:
        """Tell a module's name that was put together or decoded."""
        plain = isinstance(given, (ast.Constant, ast.Name))
        top = str(module.value).split(".")[0]
        if top in _GUARDED and (module.decoded or not plain):
            detail = f"the name of {top} in pieces"
            self._act("obfuscation", "importlib.import_module", node, scope, detail)

    def _environment(self, name: str, node: ast.Call, scope: Scope) -> None:
        last = name.rsplit(".", 1)[-1]
        detail = ""
        for switch in switched_by_call(name, node, scope, self._resolver):
            self._act("safeguard", "os.environ", node, scope, switch)
        if last in ("getenv", "get", "setdefault", "pop", "__getitem__"):
            given = node.args[0] if node.args else None
            detail = text_of(given, scope, self._resolver) if given else ""
        elif last not in ("items", "copy", "values"):
            return
        self._act("environment", "os.environ", node, scope, detail)

    def _subscript(self, node: ast.Subscript, scope: Scope) -> None:
        inside = isinstance(node.value, ast.Attribute) and node.value.attr in _TABLES
        if inside and text_of(node.slice, scope, self._resolver) == "__builtins__":
            self._act("dynamic-code", "object.__builtins__", node, scope)
        for value in self._resolver.values(node.value, scope):
            if (
                isinstance(value, Named)
                and value.name in ENVIRONMENT
                and isinstance(node.ctx, ast.Load)
            ):
                detail = text_of(node.slice, scope, self._resolver)
                self._act("environment", "os.environ", node, scope, detail)

    def _mention(self, node: ast.expr, scope: Scope) -> None:
        """Look at a name that is handed over, or on the way to Python's insides."""
        if not isinstance(getattr(node, "ctx", None), ast.Load):
            return
        if isinstance(node, ast.Attribute) and node.attr in _WALKS:
            self._act("dynamic-code", f"object.{node.attr}", node, scope)
            return
        if id(node) in self._found.inner:
            return
        for value in self._resolver.values(node, scope):
            if not isinstance(value, Named):
                continue
            if value.name in ENVIRONMENT:
                self._act("environment", "os.environ", node, scope)
            elif is_handed_over(value.name):
                kind = kind_of(value.name)
                self._act(kind, value.name, node, scope, "handed over")

    def _text(self, name: str, node: ast.Call, scope: Scope) -> None:
        """Look into a text that is run: where it comes from, and what it does."""
        if not node.args:
            return
        source = node.args[0]
        known = self._resolver.constants(source, scope)
        if any(const.decoded for const in known) or self._decodes(source, scope):
            self._act("obfuscation", name, node, scope, "runs what it decodes")
        for const in known[:2]:
            text = const.value
            if isinstance(text, bytes):
                odd = code_encoding.encoding_of(text).odd
                if odd:
                    self._act("obfuscation", name, node, scope, odd)
                text = code_encoding.decode(text)
            if isinstance(text, str):
                self._run(text, node, scope)

    def _run(self, text: str, node: ast.expr, scope: Scope) -> None:
        """Look into one of the texts that are run, as long as there are not many."""
        if self._texts <= 0:
            return
        self._texts -= 1
        if self._layer >= self._limits.max_code_layers:
            self._act("obfuscation", "builtins.exec", node, scope, "many layers")
            return
        inner = examine(text, self._name, self._limits, self._layer + 1)
        when = self._reach.when(scope)
        self._seen.imports |= inner.imports
        for act in inner.acts:
            runs = when if act.when == IMPORT else act.when
            self._seen.acts.append(
                replace(act, line=node.lineno, when=runs, scope=scope.name)
            )

    def _decodes(self, node: ast.expr, scope: Scope) -> bool:
        """Tell whether an expression decodes something, through a few names."""
        waiting: list[tuple[ast.AST, Scope, int]] = [(node, scope, 0)]
        while waiting and self._searches > 0:
            self._searches -= 1
            part, place, depth = waiting.pop()
            if isinstance(part, ast.Call):
                for value in self._resolver.values(part.func, place):
                    if isinstance(value, Named) and value.name in _DECODERS:
                        return True
            written = None
            if isinstance(part, ast.Name) and depth < _MAX_NAMES:
                written = self._resolver.written(part.id, place)
            if written is not None:
                waiting.append((*written, depth + 1))
            waiting += [(c, place, depth) for c in ast.iter_child_nodes(part)]
        return False

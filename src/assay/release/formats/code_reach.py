"""When each function of a source runs: on import, on load, in use, or when called.

What is called from a line that runs on import runs on import, too, and so on. What is
handed to another library by then is taken to be called as the model is loaded. Where
it cannot be told, a function waits for its caller.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from assay.release.formats.code_scopes import Kind
from assay.release.formats.code_values import Named, Own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.release.formats.code_resolve import Resolver
    from assay.release.formats.code_scopes import Outline, Place, Scope
    from assay.release.formats.code_values import Value

__all__ = ["CALL", "IMPORT", "LOAD", "USE", "Reach", "runs_in"]

IMPORT, LOAD, USE, CALL = "import", "load", "use", "call"
# Methods that Python calls when it builds, restores or asks an object.
_OBJECTS = frozenset(
    {
        "__init__", "__new__", "__post_init__", "__del__", "__setstate__",
        "__getstate__", "__reduce__", "__reduce_ex__", "__getnewargs__",
        "__getnewargs_ex__", "__init_subclass__", "__class_getitem__", "__set_name__",
        "__prepare__", "__getattr__", "__getattribute__", "__dir__", "__enter__",
        "__setattr__", "__instancecheck__", "__subclasscheck__", "__missing__",
        "__get__", "__mro_entries__", "_missing_", "_generate_next_value_",
    }
)  # fmt: skip
# Methods that libraries call by themselves when they load a model, a tokenizer or a
# pipeline: transformers, diffusers, sentence-transformers, Keras, Lightning, MLflow,
# Triton, TorchServe, Cog. Which files they load, a check knows.
_METHODS = frozenset(
    {
        "from_pretrained", "_from_pretrained", "from_config", "_from_config",
        "from_dict", "from_file", "from_json_file", "from_input_shape", "load",
        "load_model", "load_state_dict", "_load_from_state_dict", "load_weights",
        "_load_state_dict_into_model", "_load_pretrained_model", "load_checkpoint",
        "get_config_dict", "post_init", "init_weights", "_init_weights",
        "initialize_weights", "_initialize_weights", "reset_parameters",
        "tie_weights", "_tie_weights", "setup", "build", "from_args_and_dict",
        "load_context", "initialize", "configure_model",
        "register_for_auto_class", "on_load",
        "_build", "load_vocab", "_load_vocab", "get_class_from_dynamic_module",
        "load_custom_model", "_post_init", "setup_model", "load_pipeline",
        "build_model", "convert_tokens", "get_init_context", "_from_args",
    }
)  # fmt: skip
# Functions outside of any class: modules that are asked for names (PEP 562), SageMaker,
# Azure, and loaders of whole pipelines.
_ENTRIES = frozenset(
    {"build_wheel", "build_sdist", "build_editable", "get_requires_for_build_wheel"}
    | {"get_requires_for_build_sdist", "prepare_metadata_for_build_wheel"}
    | {"pdm_build_initialize", "pdm_build_hook_enabled", "pytest_configure"}
    | {"pytest_sessionstart", "pytest_load_initial_conftests", "get_build_hook"}
    | {"__getattr__", "__dir__", "model_fn", "init", "load_model", "create_model"}
    | {"get_model", "load_pipeline", "load_custom_model", "_load_pyfunc"}
)
# What a person or a pipeline calls to use a model.
_USED = frozenset(
    {"forward", "__call__", "generate", "encode", "predict", "preprocess"}
    | {"postprocess", "_forward", "tokenize", "_tokenize", "decode", "chat", "call"}
    | {"stream_chat", "predict_fn", "input_fn", "output_fn", "execute", "transform"}
    | {"encode_plus", "batch_encode_plus", "apply_chat_template", "inference", "handle"}
    | {"save_pretrained", "prepare_inputs_for_generation", "_call", "__getitem__"}
    | {"_encode", "_decode", "get_image_features", "embed", "infer", "compute_loss"}
)
# Methods by which libraries call back objects that they are handed: finders and
# loaders of modules, threads, handlers of logs, hooks of training.
_CALLBACKS = frozenset(
    {"find_spec", "find_module", "load_module", "exec_module", "create_module", "run"}
    | {"emit", "handle", "write", "flush", "__call__", "on_train_begin", "on_init_end"}
    | {"invalidate_caches", "path_hook"}
)
_THREADS = frozenset(
    {"threading.Thread", "threading.Timer", "multiprocessing.Process"}
    | {"torch.multiprocessing.Process", "multiprocessing.context.Process"}
)
# What takes functions and does not call them.
_QUIET = frozenset(
    f"builtins.{name}"
    for name in (
        "callable", "getattr", "hasattr", "hash", "id", "isinstance", "issubclass",
        "print", "repr", "str", "super",
    )
)  # fmt: skip
_LAZY = frozenset(
    {"builtins.property", "functools.cached_property", "builtins.property.getter"}
    | {"cached_property.cached_property", "torch.utils._python_dispatch.cached"}
)
_INSTALLED = frozenset({"run", "finalize_options", "initialize_options"})
# What calls the functions that it is given.
_RUNNERS = frozenset(
    {
        "atexit.register", "asyncio.run", "builtins.all", "builtins.any",
        "builtins.filter", "builtins.list", "builtins.map", "builtins.max",
        "builtins.min", "builtins.sorted", "builtins.tuple", "builtins.set",
        "builtins.sum", "builtins.next", "functools.reduce", "itertools.starmap",
        "multiprocessing.Process", "signal.signal", "sys.setprofile",
        "sys.settrace", "threading.Thread", "threading.Timer", "weakref.finalize",
        "_thread.start_new_thread", "concurrent.futures.ThreadPoolExecutor().submit",
        "sys.meta_path.insert", "sys.meta_path.append", "sys.path_hooks.append",
        "asyncio.get_event_loop().run_until_complete", "asyncio.create_task",
        "asyncio.ensure_future", "os.register_at_fork", "threading.settrace",
        "torch.multiprocessing.Process", "multiprocessing.Pool().map", "re.sub",
        "sys.addaudithook", "json.loads", "torch.multiprocessing.spawn",
    }
)  # fmt: skip


def runs_in(scope: Scope) -> Scope:
    """Give the function, module or main block whose lines a scope's lines are."""
    while scope.kind is Kind.CLASS and scope.parent is not None:
        scope = scope.parent
    return scope


class Reach:
    """Works out when each scope of one source runs."""

    def __init__(self, found: Outline, resolver: Resolver, name: str) -> None:
        self._found = found
        self._resolver = resolver
        self._edges: dict[Scope, set[Scope]] = {}
        # What is handed over, to be called by others later.
        self._handed: dict[Scope, set[Scope]] = {}
        self._plain_calls = {
            (scope, node.func.id)
            for node, scope in found.sites
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        self._built: set[tuple[Scope, Scope]] = set()
        for node, scope in found.sites:
            self._site(node, scope)
        for scope in found.scopes:
            self._definition(scope)
        for target, value, scope in found.patched:
            self._patched(target, value, scope)
        self._when: dict[Scope, str] = {}
        self._spread([found.module], IMPORT)
        entered = [s for s in found.scopes if _is_loaded(s, name)]
        self._spread(entered, LOAD)
        waiting = [t for s in list(self._when) for t in self._handed.get(s, ())]
        while waiting:
            before = set(self._when)
            self._spread(waiting, LOAD)
            more = set(self._when) - before
            waiting = [t for s in more for t in self._handed.get(s, ())]
        self._spread([s for s in found.scopes if _is_used(s)], USE)
        self._spread([s for c in found.scopes for s in self._stand_ins(c)], USE)

    def when(self, scope: Scope) -> str:
        """Give `import`, `load`, `use` or `call` for what stands in a scope."""
        return self._when.get(runs_in(scope), CALL)

    def _stand_ins(self, scope: Scope) -> Iterator[Scope]:
        """Give the functions that a class has under the names of those in use."""
        if scope.kind is not Kind.CLASS:
            return
        for name in _USED & scope.bindings.keys():
            for value in self._resolver.member(Own(scope), name, 0):
                if isinstance(value, Own) and value.scope.kind is Kind.FUNCTION:
                    yield value.scope

    def _spread(self, waiting: list[Scope], when: str) -> None:
        while waiting:
            scope = waiting.pop()
            if scope in self._when:
                continue
            self._when[scope] = when
            waiting.extend(self._edges.get(scope, ()))

    def _edge(self, scope: Scope, target: Scope) -> None:
        self._edges.setdefault(runs_in(scope), set()).add(target)

    def _site(self, node: ast.expr, scope: Scope) -> None:
        if isinstance(node, ast.Subscript):
            for value in self._resolver.values(node.value, scope):
                if isinstance(value, Own) and value.scope.kind is Kind.CLASS:
                    self._methods(value.scope, scope, ("__class_getitem__",))
        elif isinstance(node, ast.Attribute):
            self._read(node, scope)
        if not isinstance(node, ast.Call):
            return
        callees = self._resolver.values(node.func, scope)
        if not callees:
            self._handed_over(node, scope, now=False)
            self._inherited(node, scope)
        for callee in callees:
            if isinstance(callee, Own):
                self._called(callee, scope)
            elif isinstance(callee, Named) and callee.name not in _QUIET:
                now = callee.name in _RUNNERS
                self._handed_over(node, scope, now=now)

    def _read(self, node: ast.Attribute, scope: Scope) -> None:
        """Count a property that is read."""
        for base in self._resolver.values(node.value, scope):
            if not isinstance(base, Own):
                continue
            for value in self._resolver.member(base, node.attr, 0):
                if isinstance(value, Own) and self._is_lazy(value.scope):
                    self._edge(scope, value.scope)

    def _is_lazy(self, scope: Scope) -> bool:
        return scope.parent is not None and any(
            isinstance(value, Named) and value.name in _LAZY
            for node in scope.decorators
            for value in self._resolver.values(node, scope.parent)
        )

    def _handed_over(self, node: ast.Call, scope: Scope, *, now: bool) -> None:
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        for part in [inner for one in given for inner in _inside(one)]:
            for value in self._resolver.values(part, scope):
                if not isinstance(value, Own):
                    continue
                if now:
                    self._called(value, scope)
                self._later(value, scope)

    def _inherited(self, node: ast.Call, scope: Scope) -> None:
        """Count a class whose base has its methods called, as visitors and parsers do.

        Only lines of the module count: a model calls what it inherits all the time.
        """
        if scope.kind is not Kind.MODULE or not isinstance(node.func, ast.Attribute):
            return
        handed = self._handed.setdefault(scope, set())
        for value in self._resolver.values(node.func.value, scope):
            if isinstance(value, Own) and value.made and value.scope.bases:
                for bindings in value.scope.bindings.values():
                    handed.update(
                        one.scope
                        for one in bindings
                        if one.defines and one.scope is not None
                    )

    def _later(self, value: Own, scope: Scope) -> None:
        """Count what another library has by now, and may call."""
        handed = self._handed.setdefault(runs_in(scope), set())
        if value.scope.kind is Kind.FUNCTION:
            handed.add(value.scope)
        elif value.made:
            for name in _CALLBACKS:
                for method in self._resolver.member(value, name, 0):
                    if isinstance(method, Own) and method.scope.kind is Kind.FUNCTION:
                        handed.add(method.scope)

    def _patched(self, target: Place, value: ast.expr, scope: Scope) -> None:
        """Count what is put in the place of another library's function."""
        if not any(isinstance(b, Named) for b in self._resolver.values(target, scope)):
            return
        for part in _inside(value):
            for new in self._resolver.values(part, scope):
                if isinstance(new, Own):
                    self._later(new, scope)

    def _called(self, callee: Own, scope: Scope) -> None:
        if callee.scope.kind is Kind.FUNCTION:
            self._edge(scope, callee.scope)
        elif callee.made:
            self._methods(callee.scope, scope, ("__call__",))
        else:
            self._made(callee.scope, scope)

    def _made(self, made: Scope, scope: Scope) -> None:
        """Count every method that Python calls by itself, once there is an object."""
        if (made, runs_in(scope)) in self._built:
            return
        self._built.add((made, runs_in(scope)))
        for name in self._dunders(made):
            if name != "__call__":
                self._methods(made, scope, (name,))
        for meta in self._own(made.metaclasses, made):
            self._methods(meta, scope, ("__call__",))
        bases = [v for b in made.bases for v in self._resolver.values(b, made)]
        if any(isinstance(base, Named) and base.name in _THREADS for base in bases):
            self._methods(made, scope, ("run",))

    def _dunders(self, made: Scope, seen: int = 0) -> Iterator[str]:
        for name in made.bindings:
            if name.startswith("__") and name.endswith("__"):
                yield name
        if seen < 4:
            for base in self._own(made.bases, made):
                yield from self._dunders(base, seen + 1)

    def _methods(self, of: Scope, scope: Scope, names: tuple[str, ...]) -> None:
        for name in names:
            for value in self._resolver.member(Own(of), name, 0):
                if isinstance(value, Own) and value.scope.kind is Kind.FUNCTION:
                    self._edge(scope, value.scope)

    def _own(self, nodes: list[ast.expr], scope: Scope) -> Iterator[Scope]:
        outer = scope.parent or scope
        for node in nodes:
            for value in self._resolver.values(node, outer):
                if isinstance(value, Own) and value.scope.kind is Kind.CLASS:
                    yield value.scope

    def _definition(self, scope: Scope) -> None:
        """Count what runs because a class or a decorated function is defined."""
        outer = scope.parent
        if outer is None:
            return
        for base in self._own(scope.bases, scope):
            if base is not scope:
                self._methods(base, outer, ("__init_subclass__",))
            for meta in self._own(base.metaclasses, base):
                self._methods(meta, outer, ("__new__", "__init__", "__prepare__"))
        for node in scope.metaclasses:
            for value in self._resolver.values(node, outer):
                self._metaclass(value, outer)
        for node in scope.decorators:
            for value in self._resolver.values(node, outer):
                self._decorated(value, scope, outer)

    def _metaclass(self, value: Value, outer: Scope) -> None:
        if not isinstance(value, Own):
            return
        if value.scope.kind is Kind.FUNCTION:
            self._edge(outer, value.scope)
        else:
            self._methods(value.scope, outer, ("__new__", "__init__", "__prepare__"))

    def _decorated(self, value: Value, scope: Scope, outer: Scope) -> None:
        if isinstance(value, Named) and value.name in _RUNNERS:
            self._edge(outer, scope)
        if not isinstance(value, Own):
            return
        self._called(value, outer)
        takers = [value.scope]
        if value.scope.kind is Kind.CLASS:
            made = [*self._resolver.member(value, "__init__", 0)]
            made += self._resolver.member(value, "__new__", 0)
            takers = [one.scope for one in made if isinstance(one, Own)]
        # A decorator that calls what it is given, and does not only wrap it.
        for taker in takers:
            for taken in list(taker.bindings)[:2]:
                if (taker, taken) in self._plain_calls:
                    self._edge(outer, scope)


def _inside(node: ast.expr) -> list[ast.expr]:
    """Give an expression, or what a table that is written out holds."""
    if isinstance(node, ast.Dict):
        return node.values[:32]
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return node.elts[:32]
    return [node.value] if isinstance(node, ast.Starred) else [node]


def _is_used(scope: Scope) -> bool:
    return scope.kind is Kind.FUNCTION and scope.name.rpartition(".")[2] in _USED


def _is_loaded(scope: Scope, name: str) -> bool:
    if scope.kind is not Kind.FUNCTION or scope.parent is None:
        return False
    last = scope.name.rpartition(".")[2]
    if scope.parent.kind is Kind.CLASS:
        installs = name.endswith("setup.py") and last in _INSTALLED
        return installs or last in _OBJECTS or last in _METHODS
    if scope.parent.kind is not Kind.MODULE:
        return False
    if name.rpartition("/")[2] == "hubconf.py":
        # `torch.hub.load` calls the one that it is asked for.
        return True
    return last in _ENTRIES or ("custom_generate/" in name and last == "generate")

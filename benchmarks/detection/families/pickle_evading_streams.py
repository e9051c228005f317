"""Pickles that hide one call among honest data, or reach it by memo, stack and change.

They belong to the family `pickle_evading`.
"""

from __future__ import annotations

import io
import zipfile

from benchmarks.detection.opcodes import (
    Code,
    call,
    dtype,
    fetch,
    fetch_stack,
    instance,
    long_text,
    short_text,
    stream,
    value,
)

__all__ = ["chains", "changes", "endless", "injected", "stacks"]

_SHELL = "echo hello"
_SYSTEM = fetch("os:system")
_ACT = call("os:system", _SHELL)
_TRUE = True


def _honest() -> list[Code]:
    """Parts of an honest model."""
    made = call(
        "numpy._core.multiarray:_reconstruct", fetch("numpy:ndarray"), (0,), b"b"
    )
    array = Code(
        made + value((1, (2,)))[:-1] + dtype("f8") + b"\x89" + value(bytes(16)) + b"tb"
    )
    return [
        instance(
            "sklearn.linear_model._logistic:LogisticRegression",
            {"C": 1.0, "coef_": array, "classes_": array},
        ),
        value({f"layer.{number}.weight": array for number in range(40)}),
        value({f"token{number}": number for number in range(300)}),
        call("collections:OrderedDict", [(f"k{n}", n) for n in range(30)]),
    ]


def injected() -> dict[str, bytes]:
    """One call by every form, before, between and behind honest parts."""
    echo = value((_SHELL,))
    forms = {
        "reduce": _SYSTEM + echo + b"R",
        "stack-global": fetch_stack("os:system") + echo + b"R",
        "instance": b"(" + long_text(_SHELL) + b"ios\nsystem\n",
        "object": b"(" + _SYSTEM + long_text(_SHELL) + b"o",
        "new": fetch("subprocess:Popen") + echo + b"\x81",
        "new-keywords": fetch("subprocess:Popen")
        + b")"
        + value({"args": _SHELL})
        + b"\x92",
        "memoised-names": short_text("system")
        + b"\x94"
        + short_text("posix")
        + b"\x94h\x01h\x00\x93"
        + echo
        + b"R",
    }
    files: dict[str, bytes] = {}
    parts = _honest()
    for name, act in forms.items():
        for place in range(len(parts) + 1):
            rows = [*parts[:place], Code(act), *parts[place:]]
            if name == "memoised-names" and place:
                continue
            files[f"{name}-at-{place}"] = stream(Code(b"(" + b"".join(rows) + b"l"))
    inner = stream(Code(b"(" + b"".join([*parts, _ACT]) + b"l"))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("model/data.pkl", inner)
        archive.writestr("model/version", "3\n")
    files["in-archive"] = buffer.getvalue()
    files["behind-stop"] = stream(parts[0]) + inner
    files["in-bytes"] = stream(value({"cache": inner}))
    return files


def stacks() -> dict[str, bytes]:
    """The call put together by memo and stack games."""
    text = long_text
    made = {
        "swapped-by-memo": text("os")
        + b"q\x05"
        + text("x")
        + b"q\x05"
        + text("posix")
        + b"q\x05"
        + b"000h\x05"
        + text("system")
        + b"\x93"
        + value((_SHELL,))
        + b"R",
        "index-that-is-long": _SYSTEM
        + b"r\xff\xff\x00\x00"
        + b"0j\xff\xff\x00\x00"
        + value((_SHELL,))
        + b"R",
        "index-in-text": _SYSTEM + b"p007\n0g7\n" + value((_SHELL,)) + b"R",
        "duplicate-of-top": _SYSTEM + b"20" + value((_SHELL,)) + b"R",
        "popped-to-mark": _SYSTEM + b"(K\x01K\x021" + value((_SHELL,)) + b"R",
        "tuple-of-name": b"(" + text("os") + text("system") + b"t0" + _ACT,
        "name-of-dotted-path": call("builtins:str.__class__.__base__.__subclasses__"),
        "attribute-through-type": fetch("collections:OrderedDict.__init__.__globals__")
        + b".",
        "list-that-is-called": b"]"
        + _SYSTEM
        + b"a0"
        + _SYSTEM
        + value((_SHELL,))
        + b"R",
        "extension": b"\x82\x01" + value((_SHELL,)) + b"R",
        "extension-wide": b"\x84\x01\x00\x00\x00" + value((_SHELL,)) + b"R",
        "persistent-that-is-called": value("x") + b"Q" + value((_SHELL,)) + b"R",
        "persistent-in-text": b"Pos.system\n" + value((_SHELL,)) + b"R",
        "dictionary-of-calls": b"}(" + text("a") + _ACT + b"u",
        "set-of-calls": b"\x8f(" + _ACT + b"\x90",
        "name-in-two-lines": b"cos\nsystem \n" + value((_SHELL,)) + b"R" + _ACT,
        "module-of-package": fetch("os.path:os.system") + value((_SHELL,)) + b"R",
        "buffer-that-is-called": b"\x97" + value((_SHELL,)) + b"R",
    }
    return {name: stream(Code(code), protocol=4) for name, code in made.items()}


def changes() -> dict[str, bytes]:
    """Classes, modules and tables that loading changes for everybody."""
    made = {
        "method-of-class": Code(
            fetch("sklearn.svm._classes:SVC")
            + b"N"
            + value({"fit": _SYSTEM})
            + b"\x86b"
        ),
        "table-of-metrics": Code(
            fetch("sklearn.metrics.pairwise:PAIRWISE_DISTANCE_FUNCTIONS")
            + long_text("euclidean")
            + _SYSTEM
            + b"s"
        ),
        "table-of-links": Code(
            fetch("sklearn._loss.link:_LINKS")
            + b"("
            + long_text("logit")
            + _SYSTEM
            + b"u"
        ),
        "list-of-names": Code(
            fetch("sklearn.svm._base:LIBSVM_IMPL") + long_text("x") + b"a"
        ),
        "class-of-torch": Code(
            fetch("torch.nn.modules.linear:Linear")
            + b"N"
            + value({"forward": 1})
            + b"\x86b"
        ),
        "table-of-generators": Code(
            fetch("numpy.random._pickle:BitGenerators")
            + long_text("MT19937")
            + _SYSTEM
            + b"s"
        ),
        "modules": Code(fetch("sys:modules") + long_text("json") + b"Ns"),
        "environment": Code(
            fetch("os:environ") + long_text("PATH") + long_text("x") + b"s"
        ),
        "registry-of-copies": call("copyreg:pickle", fetch("builtins:int"), _SYSTEM),
        "attribute-by-name": call(
            "builtins:setattr", fetch("torch.nn:Linear"), "forward", _SYSTEM
        ),
        "update-of-dictionary": call(
            "builtins:dict.update", fetch("sklearn._loss.link:_LINKS"), {"a": 1}
        ),
    }
    return {name: stream(code) for name, code in made.items()}


def chains() -> dict[str, bytes]:
    """Functions that are harmless alone, given each other."""
    getter = call("operator:attrgetter", "system")
    made = {
        "iterator-of-partial": call(
            "builtins:list",
            call("builtins:iter", call("functools:partial", _SYSTEM, _SHELL), 0),
        ),
        "sorted-by-function": Code(
            fetch("builtins:sorted")
            + value(([_SHELL],))
            + value({"key": _SYSTEM})
            + b"\x92"
        ),
        "largest-by-function": Code(
            fetch("builtins:max")
            + value(([_SHELL],))
            + value({"key": _SYSTEM})
            + b"\x92"
        ),
        "class-of-three": call(
            "builtins:type", "X", (fetch("builtins:dict"),), {"__missing__": _SYSTEM}
        ),
        "class-with-key": call(
            call("builtins:type", "X", (fetch("builtins:dict"),), {"get": 1})
        ),
        "partial-of-getattr": call(
            "functools:partial",
            call("functools:partial", fetch("builtins:getattr")),
            "a",
        ),
        "attribute-then-call": call(
            call("builtins:getattr", fetch("builtins:str"), "__class__"), "X"
        ),
        "getter-of-module": call(getter, fetch("os:path")),
        "union-that-reduces": call("functools:reduce", _SYSTEM, [_SHELL, 1]),
        "cached": call("functools:cached_property", _SYSTEM),
        "wraps": call("functools:wraps", _SYSTEM),
        "vectorised": call(call("numpy:vectorize", _SYSTEM), [_SHELL]),
        "applied": call("numpy:apply_along_axis", _SYSTEM, 0, [[1]]),
        "from-function": call("numpy:fromfunction", _SYSTEM, (1,)),
        "query-of-frame": call(
            "pandas:DataFrame.query", call("pandas:DataFrame"), "a==1"
        ),
        "eval-of-frame": call("pandas.core.frame:DataFrame.eval", 1, "@pd.io"),
        "pipe-of-frame": call(
            "pandas:DataFrame.pipe", call("pandas:DataFrame"), _SYSTEM
        ),
        "apply-of-series": call("pandas.core.series:SeriesApply", 1, _SYSTEM),
        "map-of-module": call("torch.nn:Module.apply", 1, _SYSTEM),
        "template": call("string:Template.substitute", "${a}", {"a": _ACT}),
        "format-walk": call("builtins:str.format", "{0.__class__.__init__}", 1),
        "sum-of-lists": call("builtins:sum", [[_ACT]], []),
        "counter-of-calls": call("collections:Counter", [_ACT]),
        "chain-of-iterators": call(
            "builtins:list", call("itertools:starmap", _SYSTEM, [(_SHELL,)])
        ),
        "default-then-item": Code(
            call("collections:defaultdict", _SYSTEM) + long_text("a") + b"Ns"
        ),
    }
    return {name: stream(code) for name, code in made.items()}


def endless() -> dict[str, bytes]:
    """Harmless names, given what takes all memory or all time."""
    most, wide = 2**31 - 1, 2**30
    numbers, endless = call("builtins:range", most), call("itertools:count")
    made = {
        "product": call("itertools:product", numbers),
        "combinations": call("itertools:combinations", numbers, 2),
        "permutations": call("itertools:permutations", numbers),
        "copies-of-iterator": call("itertools:tee", endless, most),
        "dictionary-of-pairs": call("builtins:dict", call("builtins:zip", endless)),
        "dictionary-of-numbers": call(
            "builtins:dict", call("builtins:enumerate", endless)
        ),
        "list-of-user": call("collections:UserList", endless),
        "set-of-reversed": call(
            "builtins:frozenset", call("builtins:reversed", numbers)
        ),
        "fraction-with-exponent": call("fractions:Fraction", "1e999999999"),
        "storage": call("torch:FloatStorage", most),
        "storage-without-type": call("torch.storage:UntypedStorage", most),
        "tensor": call("torch:FloatTensor", wide, wide),
        "layer": call("torch.nn.modules.linear:Linear", 10**6, 10**6),
        "records": call("numpy:recarray", (most,), dtype("f8")),
        "texts": call("numpy:chararray", (most,)),
        "sparse": call("scipy.sparse._csr:csr_matrix", (most, most)),
        "series": call("pandas:Series", numbers),
        "index": call("pandas.core.indexes.base:Index", numbers),
        "array": call("array:array", "b", numbers),
    }
    return {f"endless-{name}": stream(code) for name, code in made.items()}

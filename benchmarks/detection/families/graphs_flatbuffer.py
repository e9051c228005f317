"""TensorFlow Lite, ExecuTorch and TensorRT: what a compiled graph brings along."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import TYPE_CHECKING

from benchmarks.detection.flatbuffer_bytes import (
    Number,
    Numbers,
    Raw,
    Table,
    Tables,
    Text,
    flatbuffer,
)
from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["executorch", "samples", "tensorrt", "tflite"]

_FAMILY = "graphs-flatbuffer"
_CUSTOM = 32
_README = b"# A model\n\nClassifies flowers.\n"
_DATA = struct.pack("<8f", *range(8))
# In two parts: no file of the project holds the address of a file.
_FILE = "file:" + "//"


# A pickle that would print a word.
_PICKLE = b"\x80\x02cbuiltins\nprint\nX\x05\x00\x00\x00hello\x85R."


def _code(operator: str | int) -> Table:
    if isinstance(operator, int):
        old = min(operator, 127)
        return Table({0: Number("b", old), 2: Number("i", 1), 3: Number("i", operator)})
    return Table({0: Number("b", _CUSTOM), 1: Text(operator), 3: Number("i", _CUSTOM)})


def _string_buffer(text: str) -> bytes:
    """Give a tensor of one text: count, two offsets, the text."""
    encoded = text.encode()
    return struct.pack("<3i", 1, 12, 12 + len(encoded)) + encoded


def tflite(  # noqa: PLR0913 - each is one thing that a sample varies
    operators: Sequence[str | int] = (9, 25),
    *,
    constant: str = "",
    buffer: Mapping[int, object] | None = None,
    called: int | None = None,
    named_buffer: int = 1,
    inputs: Sequence[int] = (0, 1),
    version: int = 3,
    metadata: int | None = None,
    tail: bytes = b"",
) -> bytes:
    """Give a small model: a tensor of data, an input, one call of each operator."""
    data = Raw(_string_buffer(constant)) if constant else Raw(_DATA)
    kind = 5 if constant else 0
    fields: dict[int, object] = {0: data} if buffer is None else dict(buffer)
    calls = [
        Table(
            {
                0: Number("I", index if called is None else called),
                1: Numbers("i", inputs),
                2: Numbers("i", (2,)),
            }
        )
        for index in range(len(operators))
    ]
    names = ("weights", "input", "output")
    tensors = [
        Table(
            {
                0: Numbers("i", (2, 4)),
                1: Number("b", kind if name == "weights" else 0),
                2: Number("I", named_buffer if name == "weights" else 0),
                3: Text(name),
            }
        )
        for name in names
    ]
    graph = Table(
        {
            0: Tables(tensors),
            1: Numbers("i", (1,)),
            2: Numbers("i", (2,)),
            3: Tables(calls),
            4: Text("main"),
        }
    )
    root: dict[int, object] = {
        0: Number("I", version),
        1: Tables([_code(operator) for operator in operators]),
        2: Tables([graph]),
        3: Text("MLIR Converted."),
        4: Tables([Table({}), Table(fields), Table({0: Raw(b"1.14.0\0\0")})]),
    }
    if metadata is not None:
        note = {0: Text("min_runtime_version"), 1: Number("I", metadata)}
        root[6] = Tables([Table(note)])
    return flatbuffer(Table(root), b"TFL3") + tail


def _zipped(data: bytes, files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO(data)
    with zipfile.ZipFile(stream, "a") as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            archive.writestr(info, content)
    return stream.getvalue()


def executorch(  # noqa: PLR0913 - each is one thing that a sample varies
    operators: Sequence[str] = ("aten::add", "aten::mul"),
    *,
    delegate: str = "",
    segments: Sequence[bytes] = (_DATA,),
    segment_size: int | None = None,
    called: int = 0,
    segment_named: int = 0,
    offsets: Sequence[int] = (0, 0),
    header: bool = True,
    value: int = 0,
    tail: bytes = b"",
) -> bytes:
    """Give a small program of one method."""
    delegates = [
        Table(
            {
                0: Text(delegate),
                1: Table({0: Number("b", 1), 1: Number("I", 0)}),
            }
        )
    ]
    call = Table({0: Number("i", called), 1: Numbers("i", (value,))})
    instruction = Table({0: Number("B", 2 if delegate else 1), 1: call})
    plan = Table(
        {
            0: Text("forward"),
            2: Tables([Table({0: Number("B", 1)})]),
            3: Numbers("i", (0,)),
            4: Numbers("i", (0,)),
            5: Tables([Table({2: Tables([instruction])})]),
            6: Tables([Table({0: Text(name), 1: Text("out")}) for name in operators]),
            7: Tables(delegates if delegate else []),
        }
    )
    listed = []
    at = 0
    for segment in segments:
        size = len(segment) if segment_size is None else segment_size
        listed.append(Table({0: Number("Q", at), 1: Number("Q", size)}))
        at += len(segment)
    constants = {0: Number("I", segment_named), 1: Numbers("Q", offsets)}
    root = Table(
        {
            0: Number("I", 0),
            1: Tables([plan]),
            4: Tables(listed),
            5: Table(constants),
        }
    )
    extended = b"eh00" + struct.pack("<IQQ", 24, 0, 0) if header else b""
    data = bytearray(flatbuffer(root, b"ET12", extended))
    data += bytes(-len(data) % 16)
    if header:
        struct.pack_into("<QQ", data, 16, len(data), len(data))
    return bytes(data) + b"".join(segments) + tail


def tensorrt(body: bytes = b"", *, version: tuple[int, ...] = (10, 3, 0, 26)) -> bytes:
    """Give what begins like an engine of a version."""
    return b"ftrt" + bytes(20) + bytes(version) + bytes(64) + body + bytes(64)


def _library(machine: int = 62) -> bytes:
    """Give the header of a shared library for a machine, and nothing to run."""
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    rest = struct.pack("<HHIQQQIHHHHHH", 3, machine, 1, 0, 0, 0, 0, 64, 0, 0, 0, 0, 0)
    return ident + rest + b"\0.dynsym\0.text\0"


def samples() -> Iterator[Sample]:
    """Give every sample of the family."""
    for name, technique, path, data in _hostile():
        files = {path: data, "README.md": _README}
        yield _sample(name, technique, files, Truth.HOSTILE)
    library = {"libcustom_ops.so": _library()}
    files = {"model.tflite": tflite(["MyDecoder"]), **library}
    yield _sample("lite-custom-with-library", "custom operator", files, Truth.HOSTILE)
    files = {"model.pte": executorch(["evil::run"]), **library}
    yield _sample("pte-custom-with-library", "custom operator", files, Truth.HOSTILE)
    for name, technique, path, data in _honest():
        files = {path: data, "README.md": _README}
        yield _sample(name, technique, files, Truth.HONEST)


def _sample(name: str, technique: str, files: dict[str, bytes], truth: Truth) -> Sample:
    return Sample(
        name=name, family=_FAMILY, technique=technique, truth=truth, files=files
    )


def _hostile() -> Iterator[tuple[str, str, str, bytes]]:
    lite = "model.tflite"
    for operator, constant in (
        ("ReadFile", "/etc/passwd"),
        ("WriteFile", "/tmp/x"),  # noqa: S108 - a text in a sample, never written
        ("PyFunc", ""),
        ("EagerPyFunc", ""),
        ("MatchingFiles", "/home/*"),
        ("SqlDataset", ""),
        ("DebugIdentityV2", f"{_FILE}/x"),
    ):
        data = tflite([f"Flex{operator}"], constant=constant)
        yield f"lite-flex-{operator.lower()}", "flex operator", lite, data
    yield (
        "lite-flex-among-others",
        "flex operator",
        lite,
        tflite([9, 25, "FlexReadFile"]),
    )
    long = tflite(buffer={0: Raw(_DATA, more=1 << 20)})
    yield "lite-buffer-too-long", "bounds", lite, long
    far: dict[int, object] = {1: Number("Q", 1 << 40), 2: Number("Q", 64)}
    yield "lite-buffer-far", "bounds", lite, tflite(buffer=far)
    wrap: dict[int, object] = {1: Number("Q", 2**64 - 8), 2: Number("Q", 64)}
    yield "lite-buffer-wraps", "bounds", lite, tflite(buffer=wrap)
    yield "lite-operator-code-outside", "bounds", lite, tflite(called=99)
    yield "lite-buffer-index-outside", "bounds", lite, tflite(named_buffer=1000)
    yield "lite-tensor-index-outside", "bounds", lite, tflite(inputs=(0, 4096))
    yield "lite-tensor-index-negative", "bounds", lite, tflite(inputs=(0, -5))
    yield "lite-metadata-outside", "bounds", lite, tflite(metadata=77)
    root = b"\xff\xff\xff\x7fTFL3" + bytes(256)
    yield "lite-root-outside", "bounds", lite, root
    cut = tflite()
    yield "lite-cut", "cut", lite, cut[: len(cut) // 2]
    tail = _library() + b"\x90" * 8192
    yield "lite-library-behind", "hidden data", lite, tflite(tail=tail)
    evil = {"labels.pkl": _PICKLE}
    yield "lite-pickle-among-files", "associated file", lite, _zipped(tflite(), evil)
    slip = {"../../.bashrc": b"echo hello\n"}
    yield "lite-slip-among-files", "associated file", lite, _zipped(tflite(), slip)
    yield "lite-pickle-disguised", "disguise", lite, _PICKLE
    yield from _hostile_others()


def _hostile_others() -> Iterator[tuple[str, str, str, bytes]]:
    yield (
        "pte-segment-too-long",
        "bounds",
        "model.pte",
        executorch(segment_size=1 << 33),
    )
    yield "pte-operator-outside", "bounds", "model.pte", executorch(called=500)
    yield "pte-operator-negative", "bounds", "model.pte", executorch(called=-2)
    yield "pte-value-outside", "bounds", "model.pte", executorch(value=7)
    named = executorch(segment_named=9)
    yield "pte-segment-index-outside", "bounds", "model.pte", named
    beyond = executorch(offsets=(0, 1 << 40))
    yield "pte-constant-outside", "bounds", "model.pte", beyond
    yield "pte-cut", "cut", "model.pte", executorch()[:150]
    blob = executorch([], delegate="CudaBackend", segments=(_library(),))
    yield "pte-library-in-delegate", "native code", "model.pte", blob
    yield (
        "pte-hidden-tail",
        "hidden data",
        "model.pte",
        executorch(tail=_library() * 40),
    )
    yield "pte-pickle-disguised", "disguise", "model.pte", _PICKLE
    host = tensorrt(_library())
    yield "trt-library-inside", "native code", "model.engine", host
    arm = tensorrt(_library(183))
    yield "trt-library-for-arm", "native code", "model.plan", arm
    yield "trt-pickle-disguised", "disguise", "model.plan", _PICKLE
    meta = b'{"stride": 32, "task": "detect"}'
    wrapped = struct.pack("<I", len(meta)) + meta + tensorrt(_library())
    yield "trt-wrapped-library", "native code", "yolo.engine", wrapped


def _honest() -> Iterator[tuple[str, str, str, bytes]]:
    lite = "model.tflite"
    yield "lite-plain", "plain", lite, tflite()
    yield "lite-many-operators", "plain", lite, tflite(range(0, 32, 3))
    yield "lite-newer-operators", "plain", lite, tflite([142, 150, 206])
    yield "lite-metadata", "metadata", lite, tflite(metadata=2)
    files = {"labels.txt": b"cat\ndog\n"}
    yield "lite-labels", "associated file", lite, _zipped(tflite(metadata=2), files)
    yield "lite-flex-strings", "flex operator", lite, tflite(["FlexStringLower"])
    yield "lite-flex-math", "flex operator", lite, tflite([9, "FlexErf", "FlexSign"])
    detect = tflite([9, "TFLite_Detection_PostProcess"])
    yield "lite-detection", "known custom operator", lite, detect
    optional = tflite(inputs=(1, 0, -1))
    yield "lite-optional-input", "plain", lite, optional
    far: dict[int, object] = {1: Number("Q", 64), 2: Number("Q", 32)}
    yield (
        "lite-buffer-by-offset",
        "buffer outside the flatbuffer",
        lite,
        tflite(buffer=far),
    )
    yield "lite-other-name", "plain", "mobilenet_v2.lite", tflite([3, 4, 22, 25])
    yield "pte-plain", "plain", "model.pte", executorch()
    yield (
        "pte-without-header",
        "plain",
        "old.pte",
        executorch(segments=(), offsets=(), header=False),
    )
    xnn = executorch([], delegate="XnnpackBackend", segments=(b"XH00" + bytes(60),))
    yield "pte-xnnpack", "delegate", "mobile.pte", xnn
    two = executorch(segments=(_DATA, bytes(128)), offsets=(0, 0, 16))
    yield "pte-two-segments", "plain", "model.pte", two
    llama = executorch(["llama::sdpa_with_kv_cache", "aten::bmm"])
    yield "pte-llama", "known library", "llama.pte", llama

"""Flax checkpoints and other MessagePack: arrays that lie, objects, hidden data."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["array", "ext", "mapping", "pack", "samples"]


def _sized(data: bytes, small: int, codes: tuple[int, int, int]) -> bytes:
    size = len(data)
    if small and size < small:
        return b""
    if size < 1 << 8:
        return struct.pack(">BB", codes[0], size)
    if size < 1 << 16:
        return struct.pack(">BH", codes[1], size)
    return struct.pack(">BI", codes[2], size)


def pack(value: object) -> bytes:
    """Pack plain values, and what is packed already."""
    if isinstance(value, list):
        body = b"".join(map(pack, value))
        return struct.pack(">BH", 0xDC, len(value)) + body
    if isinstance(value, str):
        raw = value.encode()
        head = _sized(raw, 32, (0xD9, 0xDA, 0xDB)) or bytes((0xA0 | len(raw),))
        return head + raw
    if isinstance(value, bytes):
        return _sized(value, 0, (0xC4, 0xC5, 0xC6)) + value
    if isinstance(value, _Packed):
        return value.data
    return _number(value)


def _number(value: object) -> bytes:
    if value is None or isinstance(value, bool):
        return {None: b"\xc0", False: b"\xc2", True: b"\xc3"}[value]
    if isinstance(value, int):
        return struct.pack(">Bq", 0xD3, value)
    return struct.pack(">Bd", 0xCB, value)


class _Packed:
    """Bytes that are packed already."""

    def __init__(self, data: bytes) -> None:
        self.data = data


def ext(code: int, data: bytes) -> _Packed:
    """Give an extension."""
    return _Packed(struct.pack(">BIB", 0xC9, len(data), code & 0xFF) + data)


def array(shape: list[int], dtype: str, data: bytes, code: int = 1) -> _Packed:
    """Give an array as Flax packs it."""
    inner = b"\x93" + pack(list(shape)) + pack(dtype) + pack(data)
    return ext(code, inner)


def mapping(*pairs: tuple[object, object]) -> _Packed:
    """Give a dictionary, repeated keys and all."""
    body = b"".join(pack(key) + pack(value) for key, value in pairs)
    return _Packed(struct.pack(">BH", 0xDE, len(pairs)) + body)


_PAYLOAD = b"\x80\x02cposix\nsystem\nX\x0a\x00\x00\x00echo assay\x85R."
_KERNEL = array([3, 4], "float32", bytes(48))
_SCRIPT = b"#!/bin/sh\necho assay\n"


def _model(*more: tuple[object, object]) -> bytes:
    return mapping(("params", mapping(("kernel", _KERNEL), *more))).data


def _hostile() -> Iterator[tuple[str, str, bytes]]:
    yield (
        "shape-larger",
        "a shape that needs more bytes than there are",
        _model(("bias", array([1 << 20], "float32", bytes(16)))),
    )
    yield (
        "shape-overflow",
        "a shape whose product overflows",
        _model(("bias", array([1 << 32, 1 << 32], "float32", b""))),
    )
    yield (
        "shape-smaller",
        "bytes that the shape does not account for",
        _model(("bias", array([1], "float32", bytes(4) + _SCRIPT))),
    )
    yield (
        "shape-negative",
        "a negative dimension",
        _model(("bias", array([-1, 4], "float32", bytes(16)))),
    )
    yield (
        "array-tail",
        "bytes behind the buffer of an array",
        _model(
            (
                "bias",
                ext(1, b"\x93" + pack([1]) + pack("int8") + pack(b"\0") + _SCRIPT),
            )
        ),
    )
    yield (
        "array-buffer",
        "a buffer that is longer than its array",
        _model(("bias", ext(1, b"\x93" + pack([1]) + pack("int8") + b"\xc6\0\1\0\0"))),
    )
    yield (
        "array-text",
        "an array that is something else",
        _model(("bias", ext(1, pack("no list at all, but a text")))),
    )
    yield "complex", "a complex number that is none", _model(("c", ext(2, _SCRIPT)))
    for name in ("object", "O", "|O"):
        yield (
            f"object-type-{name.strip('|')}" + ("-native" if "|" in name else ""),
            "an array of objects",
            _model(("bias", array([1], name, bytes(8)))),
        )
    yield (
        "unknown-type",
        "an array of no known type",
        _model(("bias", array([1], "float13", bytes(8)))),
    )
    yield (
        "pickle-extension",
        "a pickle in an extension",
        _model(("hook", ext(42, _PAYLOAD))),
    )
    yield "pickle-bytes", "a pickle in a byte string", _model(("hook", _PAYLOAD))
    yield (
        "pickle-protocol-4",
        "such a pickle of protocol 4",
        _model(("hook", _PAYLOAD.replace(b"\x80\x02", b"\x80\x04", 1))),
    )
    yield (
        "msgpack-numpy",
        "an array that msgpack-numpy unpickles",
        _model(
            (
                "bias",
                mapping(
                    (b"nd", True), (b"type", "O"), (b"kind", b"O"), (b"data", _PAYLOAD)
                ),
            )
        ),
    )
    yield (
        "reduce-key",
        "a key by which jsonpickle builds objects",
        _model(("hook", mapping(("py/reduce", ["os.system", "echo assay"])))),
    )
    yield (
        "duplicate-key",
        "two arrays of one name",
        _model(("kernel", array([1], "float32", bytes(4)))),
    )
    yield "trailing", "a script behind the document", _model() + _SCRIPT
    yield "trailing-pickle", "a pickle behind the document", _model() + _PAYLOAD
    yield "cut", "a document that ends early", _model()[:-10]
    yield "deep", "nested beyond what readers recurse", (b"\x81\xa1a" * 5000 + b"\xc0")
    yield (
        "entry-count",
        "more entries than there are bytes",
        (b"\x82\xa1a\xc0\xa1b\xdf\xff\xff\xff\xff"),
    )


def _honest() -> Iterator[tuple[str, str, bytes]]:
    yield "plain", "two layers", _model(("bias", array([4], "bfloat16", bytes(8))))
    types = [("float16", 2), ("float64", 8), ("int8", 1), ("uint32", 4), ("bool", 1)]
    types += [("complex64", 8), ("float8_e4m3fn", 1), ("int4", 1), ("uint64", 8)]
    yield (
        "types",
        "every type of number",
        _model(*((name, array([3], name, bytes(3 * size))) for name, size in types)),
    )
    yield (
        "state",
        "an optimiser's state with scalars and texts",
        mapping(
            ("step", array([], "int32", bytes(4), code=3)),
            ("rate", 0.5),
            ("name", "adam"),
            ("phase", ext(2, b"\x92" + pack(1.0) + pack(2.0))),
            ("none", None),
            ("flags", [True, False, 3]),
            ("empty", array([0, 4], "float32", b"")),
        ).data,
    )
    yield (
        "chunked",
        "a large array in chunks",
        mapping(
            (
                "kernel",
                mapping(
                    ("__msgpack_chunked_array__", True),
                    ("shape", mapping(("0", 8))),
                    (
                        "chunks",
                        mapping(
                            ("0", array([4], "float32", bytes(16))),
                            ("1", array([4], "float32", bytes(16))),
                        ),
                    ),
                ),
            )
        ).data,
    )
    yield (
        "nested",
        "a dozen levels",
        _model(
            ("a", mapping(("b", mapping(("c", mapping(("d", mapping(("e", 1)))))))))
        ),
    )
    yield (
        "numpy-marks",
        "plain arrays of msgpack-numpy",
        _model(
            (
                "bias",
                mapping(
                    (b"nd", True),
                    (b"type", "<f4"),
                    (b"kind", b""),
                    (b"shape", [2]),
                    (b"data", bytes(8)),
                ),
            )
        ),
    )
    yield (
        "many",
        "a thousand small arrays",
        _model(
            *((f"layer_{at}", array([2], "float32", bytes(8))) for at in range(1000))
        ),
    )


def samples() -> Iterator[Sample]:
    """Give the samples of the family."""
    for truth, made in ((Truth.HOSTILE, _hostile()), (Truth.HONEST, _honest())):
        for name, technique, data in made:
            yield Sample(
                name=name,
                family="weights-msgpack",
                technique=technique,
                truth=truth,
                files={"flax_model.msgpack": data},
            )

"""GGUF files: counts, lengths and offsets that lie, data that hide, templates."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from benchmarks.detection.gguf_bytes import Gguf, array, text
from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["samples"]

_FAMILY = "weights-gguf"
_TEMPLATE = "{% for message in messages %}{{ message['content'] }}{% endfor %}"
_WALK = "{{ messages.__class__.__mro__[1].__subclasses__() }}"


def _model(order: str = "<", version: int = 3, alignment: int = 32) -> Gguf:
    return _with_tokens(Gguf(order, version, alignment)).tensor(
        "token_embd.weight", (4, 8), 128
    )


def _with_tokens(made: Gguf, count: int = 8) -> Gguf:
    made.put("tokenizer.ggml.model", "str", "llama")
    made.put_list("tokenizer.ggml.tokens", "str", [f"t{at}" for at in range(count)])
    made.put_list("tokenizer.ggml.scores", "f32", [0.0] * count)
    made.put_list("tokenizer.ggml.token_type", "i32", [1] * count)
    return made.put("tokenizer.ggml.bos_token_id", "u32", 1)


def _counted(tensors: int | None, pairs: int | None) -> Gguf:
    made = _model()
    made.counts = (tensors, pairs)
    return made


def _swapped(made: Gguf, key: str, raw: bytes) -> Gguf:
    made.pairs = [(k, raw if k == key.encode() else v) for k, v in made.pairs]
    return made


def _padded() -> bytes:
    made = _model(alignment=65_536)
    made.put("general.alignment", "u32", 65_536)
    made.pad = b"\xcc"
    return made.build()


def _between() -> Gguf:
    made = _model()
    made.data += b"#!/bin/sh\necho assay\n" * 32
    return made.tensor("output.weight", (8,), 32)


_BIG = 1 << 62


def _counts() -> Iterator[tuple[str, str, bytes]]:
    yield (
        "tensor-count",
        "more tensors than the file holds",
        _counted(_BIG, None).build(),
    )
    yield (
        "pair-count",
        "more metadata than the file holds",
        _counted(None, _BIG).build(),
    )
    yield (
        "negative-count",
        "a count that is negative when signed",
        _counted((1 << 64) - 1, None).build(),
    )
    long_key = struct.pack("<Q", (1 << 64) - 1) + b"general.name"
    made = _model().build()
    at = made.index(text("general.architecture"))
    yield (
        "key-length",
        "a key's length that overflows when one is added",
        made[:at] + long_key + made[at + 28 :],
    )
    yield (
        "text-length",
        "a text longer than the file",
        _model().put_raw("a.b", struct.pack("<IQ", 8, 1 << 40) + b"x").build(),
    )
    yield (
        "list-length",
        "a list whose bytes overflow",
        _model().put_raw("a.b", struct.pack("<IIQ", 9, 4, _BIG)).build(),
    )
    yield (
        "text-list-length",
        "a list of texts longer than the file",
        _model().put_raw("a.b", struct.pack("<IIQ", 9, 8, _BIG)).build(),
    )
    deep = struct.pack("<I", 9) + struct.pack("<IQ", 9, 1) * 2000
    yield (
        "nested-lists",
        "lists in lists, two thousand deep",
        _model().put_raw("a.b", deep + struct.pack("<IQ", 0, 0)).build(),
    )
    yield (
        "value-type",
        "a value of no known type",
        _model().put_raw("a.b", struct.pack("<II", 77, 1)).build(),
    )


def _extents() -> Iterator[tuple[str, str, bytes]]:
    yield (
        "dimension-count",
        "more dimensions than a loader's array has",
        _model().entry("x", (1,) * 4096, 0, 128).build(),
    )
    yield (
        "five-dimensions",
        "one dimension more than a loader's array has",
        _model().tensor("x", (2, 2, 2, 2, 1), 64).build(),
    )
    yield (
        "product-overflow",
        "dimensions whose product overflows to nothing",
        _model().entry("x", (1 << 32, 1 << 32), 0, 128).build(),
    )
    yield (
        "size-overflow",
        "elements that fit and bytes that overflow",
        _model().entry("x", ((1 << 62) + 32,), 0, 128).build(),
    )
    yield (
        "negative-dimension",
        "a dimension that is negative when signed",
        _model().entry("x", ((1 << 64) - 4,), 0, 128).build(),
    )
    yield (
        "tensor-type",
        "a type beyond the loader's table",
        _model().entry("x", (4,), 4_000_000_000, 128).build(),
    )
    yield (
        "block-size",
        "a row that is no whole number of blocks",
        _model().tensor("x", (33,), 34, kind=8).build(),
    )
    yield (
        "beyond-end",
        "a tensor larger than the file",
        _model().entry("x", (1 << 20,), 0, 128).build(),
    )
    yield (
        "offset-beyond-end",
        "a tensor that begins behind the file",
        _model().entry("x", (4,), 0, 1 << 50).build(),
    )
    yield (
        "offset-overflow",
        "an offset that overflows with the size",
        _model().entry("x", (4,), 0, (1 << 64) - 32).build(),
    )
    yield (
        "overlap",
        "two tensors in one place",
        _model().entry("x", (4,), 0, 32).build(),
    )
    yield (
        "offset-unaligned",
        "an offset off its alignment",
        _model().entry("x", (4,), 0, 33).build(),
    )


def _contents() -> Iterator[tuple[str, str, bytes]]:
    yield (
        "alignment-zero",
        "an alignment by which loaders divide",
        _model().put("general.alignment", "u32", 0).build(),
    )
    yield (
        "alignment-odd",
        "an alignment that is no power of two",
        _model().put("general.alignment", "u32", 48).build(),
    )
    yield (
        "alignment-type",
        "an alignment that is a text",
        _model().put("general.alignment", "str", "32").build(),
    )
    yield (
        "alignment-huge",
        "an alignment that makes room for a payload",
        _model().put("general.alignment", "u32", 1 << 31).build(),
    )
    yield (
        "duplicate-key",
        "two values for one key",
        _model().put("general.architecture", "str", "other").build(),
    )
    yield (
        "duplicate-tensor",
        "two tensors of one name",
        _model().tensor("token_embd.weight", (4,), 16).build(),
    )
    yield "hidden-between", "a script between two tensors", _between().build()
    yield (
        "hidden-tail",
        "a script behind the last tensor",
        (_model().build() + b"#!/bin/sh\necho assay\n" * 8),
    )
    yield "hidden-padding", "a payload in the padding", _padded()
    yield (
        "scores-short",
        "fewer scores than tokens, which loaders read beyond",
        _swapped(_model(), "tokenizer.ggml.scores", array("f32", [0.0])).build(),
    )
    yield (
        "types-short",
        "fewer token types than tokens",
        _swapped(_model(), "tokenizer.ggml.token_type", array("i32", [1])).build(),
    )
    yield (
        "scores-type",
        "scores of one byte that loaders read as four",
        _swapped(_model(), "tokenizer.ggml.scores", array("i8", [0] * 8)).build(),
    )
    yield (
        "tokens-type",
        "tokens that are numbers and are read as texts",
        _swapped(_model(), "tokenizer.ggml.tokens", array("u8", [0] * 8)).build(),
    )
    yield "cut", "a header that ends early", _model().header()[:-20]
    yield (
        "zero-in-name",
        "a tensor's name that loaders cut",
        _model().tensor(b"a\0b", (4,), 16).build(),
    )
    yield (
        "name-bytes",
        "a tensor's name that is no text",
        _model().tensor(b"\xff\xfe", (4,), 16).build(),
    )
    yield (
        "key-bytes",
        "a key that is no text",
        _model().put(b"a\xff", "u8", 1).build(),
    )
    yield "empty-key", "a key without a name", _model().put(b"", "u8", 1).build()
    yield (
        "metadata-code",
        "a description that holds code",
        _model()
        .put("general.description", "str", "__import__('os').system('echo assay')")
        .build(),
    )
    yield (
        "metadata-markup",
        "a description that runs in a viewer",
        _model().put("general.description", "str", "<script>alert(1)</script>").build(),
    )
    yield (
        "template",
        "a chat template that reaches for Python internals",
        _model().put("tokenizer.chat_template", "str", _WALK).build(),
    )
    yield (
        "named-template",
        "a second chat template that does",
        _model()
        .put("tokenizer.chat_template", "str", _TEMPLATE)
        .put("tokenizer.chat_template.tool_use", "str", _WALK)
        .build(),
    )
    yield (
        "template-big-endian",
        "such a template in the other byte order",
        _model(order=">").put("tokenizer.chat_template", "str", _WALK).build(),
    )
    yield (
        "template-version-1",
        "such a template in the first version",
        _model(version=1).put("tokenizer.chat_template", "str", _WALK).build(),
    )
    yield (
        "template-before-break",
        "such a template before the header breaks",
        _model()
        .put("tokenizer.chat_template", "str", _WALK)
        .put_raw("a.b", struct.pack("<II", 77, 1))
        .build(),
    )


def _honest() -> Iterator[tuple[str, str, bytes]]:
    plain = _model().put("tokenizer.chat_template", "str", _TEMPLATE)
    yield "plain", "a small model", plain.build()
    yield "big-endian", "the other byte order", _model(order=">").build()
    yield "version-1", "the first version", _model(version=1).build()
    yield "version-2", "the second version", _model(version=2).build()
    yield (
        "unpadded-end",
        "no padding behind the last tensor",
        (_model().tensor("norm", (5,), 20).build()[:-12]),
    )
    many = _model()
    for at, (kind, row, size) in enumerate(
        [(1, 8, 16), (2, 32, 18), (8, 32, 34), (12, 256, 144), (14, 256, 210),
         (20, 32, 18), (30, 8, 16), (39, 32, 17), (40, 64, 36), (41, 128, 18)]
    ):  # fmt: skip
        many.tensor(f"blk.{at}.weight", (row,), size, kind)
    yield "quantised", "tensors of many types", many.build()
    kinds = Gguf()
    for scalar in ("u8", "i8", "u16", "i16", "u32", "i32", "bool", "u64", "i64"):
        kinds.put(f"a.{scalar}", scalar, 1).put_list(f"l.{scalar}", scalar, [1, 0, 1])
    kinds.put("a.f32", "f32", 1.5).put("a.f64", "f64", 1.5).put_list("l.x", "f64", [])
    yield "all-types", "metadata of every type and no tensor", kinds.build()
    yield (
        "vocabulary",
        "a vocabulary alone, with merges",
        _with_tokens(Gguf(), 2000)
        .put_list("tokenizer.ggml.merges", "str", [f"a b{n}" for n in range(1500)])
        .build(),
    )
    yield (
        "templates",
        "several named templates",
        _model()
        .put("tokenizer.chat_template", "str", _TEMPLATE)
        .put("tokenizer.chat_template.tool_use", "str", "{{ tools | tojson }}")
        .put_list("tokenizer.chat_templates", "str", ["tool_use"])
        .build(),
    )
    aligned = Gguf(alignment=64).put("general.alignment", "u32", 64)
    yield (
        "aligned",
        "another alignment",
        aligned.tensor("x", (4,), 16).tensor("y", (4,), 16).build(),
    )
    yield (
        "multilingual",
        "metadata in several scripts",
        _model().put("general.description", "str", "模型 — модель — モデル 🙂").build(),
    )
    yield (
        "no-pad-token",
        "a padding token of -1, as older converters wrote",
        _model().put("tokenizer.ggml.padding_token_id", "u32", 0xFFFFFFFF).build(),
    )
    yield (
        "split",
        "the first of several parts",
        (Gguf().put("split.no", "u16", 0).put("split.count", "u16", 2).build()),
    )
    yield (
        "addresses",
        "addresses and authors in the metadata",
        _model()
        .put("general.source.url", "str", "https://example.org/model")
        .put("general.license", "str", "apache-2.0")
        .build(),
    )


def samples() -> Iterator[Sample]:
    """Give the samples of the family."""
    for truth, made in (
        (Truth.HOSTILE, _counts()),
        (Truth.HOSTILE, _extents()),
        (Truth.HOSTILE, _contents()),
        (Truth.HONEST, _honest()),
    ):
        for name, technique, data in made:
            yield Sample(
                name=name,
                family=_FAMILY,
                technique=technique,
                truth=truth,
                files={"model.gguf": data},
            )

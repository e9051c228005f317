"""What lies beside models: indexes of vectors, tables, models of words, sound, film.

The honest ones are as their libraries write them, small; the hostile ones hide files in
and behind them, or lead a loader beyond what is there.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from benchmarks.detection import media_bytes as media
from benchmarks.detection import table_bytes as tables
from benchmarks.detection import vector_bytes as vectors
from benchmarks.detection.opcodes import call, stream, value
from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["samples"]

_FAMILY = "beside-models"
_ACTS = stream(call("os:system", "echo word"))
_TEXT_ACTS = b"cos\nsystem\n(S'echo word'\ntR."
_ELF = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00\x3e\x00" + bytes(200)
_ROWS = bytes(64)


def _own_type(
    data: bytes, name: bytes = b"arrow.py_extension_type"
) -> dict[str, bytes]:
    return {"ARROW:extension:name": name, "ARROW:extension:metadata": data}


def _types() -> Iterator[tuple[str, str, bytes]]:
    """Give schemas whose types are rebuilt by unpickling (CVE-2023-47248)."""
    forms = {"protocol-0": _TEXT_ACTS, "protocol-2": _ACTS}
    for what, data in forms.items():
        of = tables.schema(tables.column("x", _own_type(data)))
        plain = tables.schema(tables.column("x"))
        yield f"arrow-stream-{what}", "data.arrow", tables.stream(of, _ROWS)
        yield f"arrow-file-{what}", "data.arrow", tables.arrow_file(of, _ROWS)
        footer = tables.arrow_file(plain, _ROWS, footer=of)
        yield f"arrow-footer-{what}", "data.feather", footer
        yield f"parquet-{what}", "data.parquet", tables.parquet(of=of)
        named = tables.schema(tables.column("x", _own_type(data, b"own.type")))
        yield f"arrow-other-type-{what}", "data.arrow", tables.stream(named, _ROWS)


def _tables() -> Iterator[tuple[str, str, bytes]]:
    of = tables.schema(tables.column("x"))
    whole = tables.parquet()
    yield "parquet-behind", "data.parquet", whole + b"more" * 16
    yield "parquet-between", "data.parquet", tables.parquet(behind=_ELF)
    yield "parquet-in-footer", "data.parquet", tables.parquet(inside=_ELF)
    yield "parquet-cut", "data.parquet", whole[:-30]
    yield "parquet-offset", "data.parquet", tables.parquet(offset=1 << 40)
    yield "parquet-path", "data.parquet", tables.parquet(path=b"/etc/passwd")
    yield "parquet-climbs", "data.parquet", tables.parquet(path=b"../../x.parquet")
    yield "arrow-behind", "data.arrow", tables.stream(of, _ROWS) + _ELF
    yield "arrow-between", "data.arrow", tables.arrow_file(of, _ROWS, between=_ELF)
    yield "arrow-cut", "data.arrow", tables.arrow_file(of, _ROWS)[:-9]
    yield "arrow-body", "data.arrow", tables.stream(of, _ROWS)[:-40]


def _databases() -> Iterator[tuple[str, str, bytes]]:
    long = stream(call("os:system", "echo " + "x" * 3000))
    for name, packed in (("pickle", _ACTS), ("text", _TEXT_ACTS), ("long", long)):
        for kind, bare in (("rows", False), ("keys", True)):
            data = tables.sqlite(b"plain", packed, without_rows=bare)
            yield f"sqlite-{name}-in-{kind}", "cache.db", data
    crowd = [bytes([number]) * 90 for number in range(200)]
    yield "sqlite-crowd", "store.sqlite3", tables.sqlite(*crowd, _ACTS, page=1024)
    yield "sqlite-program", "store.sqlite3", tables.sqlite(_ELF)
    yield "sqlite-behind", "store.sqlite3", tables.sqlite(b"plain") + _ELF * 4
    yield "sqlite-cut", "store.sqlite3", tables.sqlite(b"plain" * 900)[:-512]


def _vectors() -> Iterator[tuple[str, str, bytes]]:
    flat = vectors.faiss_flat()
    yield "faiss-behind", "index.faiss", flat + _ELF
    yield "faiss-pickle-behind", "index.faiss", flat + _ACTS
    yield "faiss-count", "index.faiss", vectors.faiss_flat(said=1 << 40)
    yield "faiss-cut", "index.faiss", flat[:-5]
    yield "faiss-neighbour", "index.faiss", vectors.faiss_graph(0, 9, 1, 0)
    yield "faiss-negative", "index.faiss", vectors.faiss_graph(0, -7, 1, 0)
    yield "faiss-entry", "index.faiss", vectors.faiss_graph(0, 1, 1, 0, entry=5)
    yield "faiss-offsets", "index.faiss", vectors.faiss_graph(0, 1, 1, 0, offsets=9)
    for name, path in (
        ("absolute", b"/etc/passwd"),
        ("climbs", b"../../secrets"),
    ):
        lists = vectors.faiss_lists(vectors.on_disk(path))
        yield f"faiss-on-disk-{name}", "index.faiss", lists
    yield "annoy-child", "index.ann", vectors.annoy(child=1 << 30, items=40)
    yield "annoy-listed", "index.ann", vectors.annoy(child=-5)


def _words() -> Iterator[tuple[str, str, bytes]]:
    yield "fasttext-behind", "model.bin", vectors.fasttext() + _ELF
    yield "fasttext-words", "model.bin", vectors.fasttext(said=100_000)
    yield "fasttext-rows", "model.ftz", vectors.fasttext(rows=1 << 40)
    yield "word2vec-behind", "vectors.bin", vectors.word2vec() + _ELF
    yield "word2vec-pickle", "vectors.bin", vectors.word2vec() + _ACTS
    yield "crfsuite-label", "model.crfsuite", vectors.crfsuite(label=7)
    yield "crfsuite-feature", "model.crfsuite", vectors.crfsuite(feature=9)
    yield "crfsuite-hidden", "model.crfsuite", vectors.crfsuite(extra=_ELF)
    yield "crfsuite-behind", "model.crfsuite", vectors.crfsuite() + _ELF


def _speech() -> Iterator[tuple[str, str, bytes]]:
    whole, speech = vectors.ctranslate2(), vectors.whisper()
    yield "ctranslate2-behind", "model.bin", whole + _ELF
    yield "ctranslate2-size", "model.bin", vectors.ctranslate2(size=1 << 30)
    yield "ctranslate2-twice", "model.bin", vectors.ctranslate2(b"a", b"a")
    yield "ctranslate2-count", "model.bin", vectors.ctranslate2(count=1 << 20)
    yield "ctranslate2-cut", "model.bin", whole[:-30]
    yield "ggml-behind", "ggml-tiny.bin", speech + _ELF
    yield "ggml-words", "ggml-tiny.bin", vectors.whisper(words=1 << 30)
    yield "ggml-twice", "ggml-tiny.bin", vectors.whisper(b"a", b"a")
    yield "ggml-cut", "ggml-tiny.bin", speech[:-3]
    yield "ggml-elements", "ggml-silero.bin", vectors.detector(elements=1 << 30)
    yield "ggml-type", "ggml-silero.bin", vectors.detector(kind=99)


def _media() -> Iterator[tuple[str, str, bytes]]:
    files = {
        "wav": media.wav(),
        "aiff": media.aiff(),
        "mp4": media.mp4(),
        "mp3": media.mp3(),
        "mp3-tag": media.mp3(tag=b"TIT2" + bytes(20)),
        "ogg": media.ogg(),
        "webm": media.webm(),
        "flac": media.flac(),
        "ttf": media.font(),
    }
    for name, data in files.items():
        path = f"sample.{name.partition('-')[0]}"
        yield f"{name}-program-behind", path, data + _ELF
        yield f"{name}-pickle-behind", path, data + _ACTS
    yield "wav-chunk", "sample.wav", media.wav(media.chunk(b"pkl ", _ACTS))
    yield "wav-program", "sample.wav", media.wav(media.chunk(b"prog", _ELF))
    yield "wav-short", "sample.wav", media.wav(size=120) + _ACTS
    for kind in (b"free", b"skip", b"uuid"):
        text = kind.decode()
        yield f"mp4-{text}", "sample.mp4", media.mp4(media.box(kind, _ELF))
        yield f"mp4-{text}-pickle", "sample.mp4", media.mp4(media.box(kind, _ACTS))


def _honest() -> Iterator[tuple[str, str, bytes]]:
    of = tables.schema(
        tables.column(
            "x", _own_type(b'{"shape": [2, 2]}', b"arrow.fixed_shape_tensor")
        ),
        tables.column("y"),
        metadata={"pandas": b'{"columns": []}', "huggingface": b'{"info": {}}'},
    )
    yield "arrow-stream", "data.arrow", tables.stream(of, _ROWS, _ROWS)
    yield "arrow-no-end", "data.arrow", tables.stream(of, _ROWS, end=b"")
    yield "arrow-file", "data.feather", tables.arrow_file(of, _ROWS)
    yield "parquet", "data.parquet", tables.parquet()
    yield "parquet-schema", "train.parquet", tables.parquet(of=of)
    yield "parquet-pairs", "t.parquet", tables.parquet(pairs={"huggingface": b"{}"})
    yield "parquet-sidecar", "_metadata", tables.parquet(path=b"_metadata")
    values = [struct.pack("<8f", *range(n, n + 8)) for n in range(300)]
    yield "sqlite", "chroma.sqlite3", tables.sqlite(*values)
    yield "sqlite-long", "mlflow.db", tables.sqlite(b"{}" * 4000, without_rows=True)
    yield "sqlite-plain-pickle", "cache.db", tables.sqlite(stream(value([1, "a"])))
    yield "faiss", "index.faiss", vectors.faiss_flat()
    yield "faiss-other-name", "knowledge.index", vectors.faiss_flat(9, name=b"IxFI")
    yield "faiss-graph", "index.faiss", vectors.faiss_graph(0, 1, -1, 0)
    yield "faiss-clusters", "ivf.faiss", vectors.faiss_lists(b"il00")
    yield "annoy", "index.ann", vectors.annoy(items=40)
    yield "annoy-small", "index.ann", vectors.annoy()
    yield "fasttext", "lid.bin", vectors.fasttext()
    yield "fasttext-name", "lid.ftz", vectors.fasttext((b"a", b"b", b"</s>"))
    yield "word2vec", "vectors.bin", vectors.word2vec()
    yield "word2vec-words", "v.bin", vectors.word2vec(("höhe".encode(), b"\nb", b"c"))
    yield "word2vec-text", "vectors.vec", b"2 2\none 0.5 1.0\ntwo 0.25 0.125\n"
    yield "crfsuite", "model.crfsuite", vectors.crfsuite()
    yield "ctranslate2", "model.bin", vectors.ctranslate2()
    yield "ctranslate2-old", "model.bin", vectors.ctranslate2(version=2, kind=4)
    yield "ggml", "ggml-tiny.en.bin", vectors.whisper()
    yield "ggml-detector", "ggml-silero.bin", vectors.detector()
    exceptions = b"\xaaexceptions\x81\xa1a\x91\x81\x41\xa1a"
    rules = b"\x82\xadprefix_search\xa2^a" + exceptions
    yield "spacy-tokenizer", "tokenizer", rules


def _honest_media() -> Iterator[tuple[str, str, bytes]]:
    yield "wav", "sample.wav", media.wav()
    yield "wav-piped", "sample.wav", media.wav(size=0xFFFFFFFF)
    yield "wav-list", "a.wav", media.wav(media.chunk(b"LIST", b"INFOISFT\4\0\0\0Lavf"))
    yield "wav-odd", "a.wav", media.wav(media.chunk(b"LIST", b"INFOx"))
    yield "wav-filled", "a.wav", media.wav(media.chunk(b"FLLR", bytes(4000)))
    yield "aiff", "sample.aiff", media.aiff()
    yield "mp4", "demo.mp4", media.mp4(media.box(b"free", bytes(8)))
    yield "mp3", "sample.mp3", media.mp3()
    yield "mp3-tags", "a.mp3", media.mp3(tag=bytes(30), behind=b"TAG" + bytes(125))
    yield "ogg", "sample.ogg", media.ogg()
    yield "webm", "demo.webm", media.webm()
    yield "flac", "sample.flac", media.flac()
    yield "font", "simfang.ttf", media.font()
    yield "bitmap", "logo.bmp", media.bitmap()
    yield "icon", "favicon.ico", media.icon(3)
    yield "tiff", "figure.tif", media.tiff("<")
    yield "desktop", ".DS_Store", media.desktop()
    yield "spacy-empty", "vocab/lookups.bin", b"\x80"
    yield "spacy-rows", "vocab/key2row", b"\x81\xcf" + b"\x12" * 8 + b"\x01"


def samples() -> Iterator[Sample]:
    """Give every sample."""
    for truth, technique, made in (
        (Truth.HOSTILE, "a type that is rebuilt by unpickling", _types()),
        (Truth.HOSTILE, "a table that hides data or leads outside", _tables()),
        (
            Truth.HOSTILE,
            "a pickle in a database, or a database that lies",
            _databases(),
        ),
        (Truth.HOSTILE, "an index that leads beyond what is there", _vectors()),
        (Truth.HOSTILE, "a model of words that lies or hides data", _words()),
        (Truth.HOSTILE, "a model of speech that lies or hides data", _speech()),
        (Truth.HOSTILE, "a file behind or inside sound or film", _media()),
        (Truth.HONEST, "honest", _honest()),
        (Truth.HONEST, "honest", _honest_media()),
    ):
        for name, path, data in made:
            yield Sample(
                name=name if truth is Truth.HOSTILE else f"honest-{name}",
                family=_FAMILY,
                technique=technique,
                truth=truth,
                files={path: data},
            )

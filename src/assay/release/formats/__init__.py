"""One reader for each format: bytes in, facts out.

`READERS` says which module reads which type; a module is imported when the first
file of its type turns up, so that hashing a release costs none of them. A reader's
companions begin with its name: `hdf5_heaps` belongs to `hdf5`. Some read what another
reader finds inside a file of its type: `text` hands on to those of code, settings,
templates and cards, `xml` to `openvino` and `pmml`, `zip` to `torchscript`. `appended`
and `encoded` look for what hides behind or inside other files, `reading` is shared.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, cast

from assay.domain.facts import Content

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject

    Reader = Callable[[Subject, Inspection], Iterable[Fact]]

__all__ = ["READERS", "readers_of"]

# Types that are not listed are known and harmless to load (EMPTY, IMAGE).
READERS: dict[Content, str] = {
    Content.SAFETENSORS: "safetensors",
    Content.PICKLE: "pickle",
    Content.ZIP: "zip",
    Content.PYTORCH_ZIP: "zip",
    Content.TAR: "tar",
    Content.GZIP: "compressed",
    Content.BZIP2: "compressed",
    Content.XZ: "compressed",
    Content.ZLIB: "compressed",
    Content.NUMPY: "npy",
    Content.ZSTD: "compressed",
    Content.LZ4: "compressed",
    Content.SEVEN_ZIP: "seven_zip",
    Content.GGUF: "gguf",
    Content.MSGPACK: "flax",
    Content.HDF5: "hdf5",
    Content.ONNX: "onnx",
    Content.CORE_ML: "coreml",
    Content.SAVED_MODEL: "tensorflow",
    Content.TF_CHECKPOINT: "tensorflow_bundle",
    Content.PDF: "opaque",
    Content.DESKTOP: "opaque",
    Content.SENTENCEPIECE: "sentencepiece",
    Content.FAISS: "faiss",
    Content.ANNOY: "annoy",
    Content.AUDIO: "media",
    Content.VIDEO: "media",
    Content.FONT: "media",
    Content.PARQUET: "parquet",
    Content.ARROW: "arrow",
    Content.SQLITE: "sqlite",
    Content.FASTTEXT: "fasttext",
    Content.WORD2VEC: "word2vec",
    Content.CRFSUITE: "crfsuite",
    Content.CTRANSLATE2: "ctranslate2",
    Content.TFLITE: "tflite",
    Content.EXECUTORCH: "executorch",
    Content.TENSORRT: "tensorrt",
    Content.XML: "xml",
    Content.XGBOOST: "xgboost",
    Content.LIGHTGBM: "lightgbm",
    Content.CATBOOST: "catboost",
    Content.UNKNOWN: "opaque",
    Content.ELF: "native",
    Content.PE: "native",
    Content.MACH_O: "native",
    Content.JAVA_CLASS: "native",
    Content.WASM: "native",
    Content.PYTHON_BYTECODE: "native",
    Content.SCRIPT: "text",
    Content.JSON: "text",
    Content.PYTHON: "text",
    Content.MARKDOWN: "text",
    Content.TEXT: "text",
}


def readers_of(contents: tuple[Content, ...]) -> list[tuple[Content, Reader]]:
    """Give the readers for the types that a file satisfies, in their order."""
    readers: list[tuple[Content, Reader]] = []
    for content in contents:
        name = READERS.get(content)
        if name is not None:
            module = importlib.import_module(f"assay.release.formats.{name}")
            readers.append((content, cast("Reader", module.read)))
    return readers

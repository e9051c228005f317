"""Where something is, what type it has, and how its format is broken.

Every fact is made of these; `facts` gives them on to those who read facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "CONTAINERS",
    "WHOLE_RELEASE",
    "Content",
    "Gap",
    "ParseProblem",
    "Place",
]

# Path of what is about the release as a whole, such as a card that is missing: every
# report says it in these words, and no file is found under them.
WHOLE_RELEASE = "no-file-of-the-release"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in a release something was seen.

    Attributes:
        path: File below the release root, or `WHOLE_RELEASE`.
        member: Path inside an archive, nested archives joined by `!/`; or None.
        offset: Byte offset in the file or member, or None.
        line: Line of the file or member, from 1, or None.
        key: Key of a structured document, such as `auto_map.AutoModel`, or None.
        opcode: Index of a pickle's opcode in its stream, from 0, or None.
        inner_line: Line, from 1, of the text that `key` names, where that is a text of
            its own: a notebook's cell, a template in a settings file; or None.
    """

    path: str
    member: str | None = None
    offset: int | None = None
    line: int | None = None
    key: str | None = None
    opcode: int | None = None
    inner_line: int | None = None

    def __str__(self) -> str:
        """Give the place as people write it: `file!/member:line (key:line)`."""
        text = self.path if self.member is None else f"{self.path}!/{self.member}"
        if self.line is not None:
            text += f":{self.line}"
        if self.offset is not None:
            text += f"@{self.offset}"
        if self.key is None:
            return text
        within = "" if self.inner_line is None else f":{self.inner_line}"
        return f"{text} ({self.key}{within})"


class Content(StrEnum):
    """The type of a file or member, decided by its bytes alone."""

    EMPTY = "empty"
    SAFETENSORS = "safetensors"
    PICKLE = "pickle"
    ZIP = "zip"
    PYTORCH_ZIP = "pytorch-zip"
    TAR = "tar"
    GZIP = "gzip"
    BZIP2 = "bzip2"
    XZ = "xz"
    ZLIB = "zlib"
    ZSTD = "zstd"
    LZ4 = "lz4"
    SEVEN_ZIP = "7z"
    NUMPY = "npy"
    GGUF = "gguf"
    HDF5 = "hdf5"
    ONNX = "onnx"
    SAVED_MODEL = "saved-model"
    TFLITE = "tflite"
    TF_CHECKPOINT = "tf-checkpoint"
    CORE_ML = "core-ml"
    EXECUTORCH = "executorch"
    TENSORRT = "tensorrt"
    XML = "xml"
    XGBOOST = "xgboost"
    LIGHTGBM = "lightgbm"
    CATBOOST = "catboost"
    SENTENCEPIECE = "sentencepiece"
    FAISS = "faiss"
    ANNOY = "annoy"
    FASTTEXT = "fasttext"
    WORD2VEC = "word2vec"
    CRFSUITE = "crfsuite"
    CTRANSLATE2 = "ctranslate2"
    PARQUET = "parquet"
    ARROW = "arrow"
    SQLITE = "sqlite"
    AUDIO = "audio"
    VIDEO = "video"
    FONT = "font"
    DESKTOP = "desktop-notes"
    MSGPACK = "msgpack"
    ELF = "elf"
    PE = "pe"
    MACH_O = "mach-o"
    JAVA_CLASS = "java-class"
    PYTHON_BYTECODE = "python-bytecode"
    WASM = "wasm"
    SCRIPT = "script"
    JSON = "json"
    PYTHON = "python"
    MARKDOWN = "markdown"
    TEXT = "text"
    IMAGE = "image"
    PDF = "pdf"
    UNKNOWN = "unknown"


# Types that hold other files. When one was passed over, anything may be inside it,
# so it is a gap for every check that looks for a type of content.
CONTAINERS = frozenset(
    {
        Content.ZIP,
        Content.PYTORCH_ZIP,
        Content.TAR,
        Content.GZIP,
        Content.BZIP2,
        Content.XZ,
        Content.ZLIB,
        Content.ZSTD,
        Content.LZ4,
        Content.SEVEN_ZIP,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something that was there and was not looked at, and why.

    Attributes:
        place: What was passed over.
        reason: One sentence for people: which limit, which unknown format.
        content: The type, when that much is known.
        bound: Stable word for the bound of Assay that it lies beyond, such as `depth`
            or `members`; empty where another reason is given.
    """

    place: Place
    reason: str
    content: Content = Content.UNKNOWN
    bound: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseProblem:
    """A way in which a file breaks its own format.

    Attributes:
        kind: Stable word for the problem, kebab-case, such as `tensor-overlap`.
        detail: What was expected and what was found.
        place: Where.
    """

    kind: str
    detail: str
    place: Place

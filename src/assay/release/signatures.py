"""By which bytes a type is known: magic numbers, and where proofs are worth trying.

A new format has one line here, in `MAGIC` when its first bytes are long enough to be
sure of, in `PROOFS` when its reader has to look further, in `TEXTS` when it is a kind
of text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assay.domain.facts import Content

__all__ = ["MAGIC", "PROOFS", "TEXTS", "Proof"]

MAGIC: tuple[tuple[bytes, Content], ...] = (
    (b"\x7fELF", Content.ELF),
    # Programs for several systems at once (Actually Portable Executables).
    (b"MZqFpD='", Content.PE),
    (b"jartsr='", Content.ELF),
    (b"APEDBG='", Content.ELF),
    (b"\x1f\x8b\x08", Content.GZIP),
    (b"\xfd7zXZ\x00", Content.XZ),
    (b"\x28\xb5\x2f\xfd", Content.ZSTD),
    (b"\x04\x22\x4d\x18", Content.LZ4),
    (b"\x02\x21\x4c\x18", Content.LZ4),
    (b"7z\xbc\xaf\x27\x1c", Content.SEVEN_ZIP),
    (b"\x93NUMPY", Content.NUMPY),
    (b"GGUF", Content.GGUF),
    (b"FUGG", Content.GGUF),
    (b"\x89HDF\r\n\x1a\n", Content.HDF5),
    (b"%PDF-", Content.PDF),
    (b"\x89PNG\r\n\x1a\n", Content.IMAGE),
    (b"\xff\xd8\xff", Content.IMAGE),
    (b"GIF87a", Content.IMAGE),
    (b"GIF89a", Content.IMAGE),
    (b"ftrt", Content.TENSORRT),
    (b"ptrt", Content.TENSORRT),
    (b"CBM1", Content.CATBOOST),
    (b"ARROW1\0\0", Content.ARROW),
    (b"FEA1", Content.ARROW),
    (b"SQLite format 3\0", Content.SQLITE),
    (b"\xba\x16\x4f\x2f", Content.FASTTEXT),
    # XML in UTF-16 without its mark; with it, it is found among texts. In UTF-32, and
    # in EBCDIC.
    (b"<\0\0\0?\0\0\0", Content.XML),
    (b"\0\0\0<\0\0\0?", Content.XML),
    (b"\x4c\x6f\xa7\x94", Content.XML),
    (b"<\0?\0x\0m\0l\0", Content.XML),
    (b"\0<\0?\0x\0m\0l", Content.XML),
)


@dataclass(frozen=True, slots=True)
class Proof:
    """A type with a short signature or none, proven by its reader's own test.

    Attributes:
        content: The type.
        begins: Pattern that the first bytes must match before anything is tried.
        module: Reader below `formats/`, imported only then.
        test: Its function: takes the source, and the limits when `bounded`.
        bounded: Whether the test takes the limits.
    """

    content: Content
    begins: re.Pattern[bytes]
    module: str
    test: str
    bounded: bool = True


def _begins(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern, re.DOTALL)


# Settings, a window that is a power of two or one and a half of it, a size that is not
# known or below 256 GiB, and the zero that every such stream begins with.
_POWER = rb"[\x01-\x04\x06\x08\x0c\x10\x18\x20\x30\x40\x60\x80\xc0]"
_LZMA_ALONE = _begins(
    rb"[\x00-\xe0](?:\0{3}" + _POWER + rb"|\0\0" + _POWER + rb"\0|\0\x80\x01\0"
    rb"|\0" + _POWER + rb"\0\0|\x00\x00\x80\x01)(?:\xff{8}|.{5}\0{3})\0"
)
# Sound, film and fonts: how they begin, some of it only two or four bytes.
_SOUND = _begins(
    rb"(?:RIFF|RIFX|RF64|BW64)....WAVE|FORM....AIF[FC]|fLaC[\x00\x80]|OggS\x00"
    rb"|ID3[\x02-\x04]|\xff[\xe2-\xe7\xf2-\xff]"
)
_FILM = _begins(rb"....ftyp|\x1a\x45\xdf\xa3|RIFF....AVI ")
_FONT = _begins(
    rb"(?:\x00\x01\x00\x00|OTTO|true)\x00[\x01-\xff]|ttcf\x00[\x01\x02]"
    rb"|wOF[F2]"
)
# Tried in this order; the first that holds counts.
PROOFS: tuple[Proof, ...] = (
    # Frames behind such as decoders pass over.
    Proof(
        Content.ZSTD,
        _begins(rb"[\x50-\x5f]\x2a\x4d\x18"),
        "compressed",
        "is_zstd_behind",
        bounded=False,
    ),
    Proof(
        Content.LZ4,
        _begins(rb"[\x50-\x5f]\x2a\x4d\x18"),
        "compressed",
        "is_lz4_behind",
        bounded=False,
    ),
    # Any window up to 32 KiB.
    Proof(
        Content.ZLIB,
        _begins(rb"[\x08\x18\x28\x38\x48\x58\x68\x78]."),
        "compressed",
        "is_zlib",
        bounded=False,
    ),
    Proof(Content.ZLIB, _begins(rb"ZF0x"), "compressed", "is_zfile", bounded=False),
    Proof(
        Content.XZ,
        _LZMA_ALONE,
        "compressed",
        "is_lzma_alone",
        bounded=False,
    ),
    Proof(
        Content.SENTENCEPIECE,
        _begins(rb"\x0a"),
        "sentencepiece",
        "is_sentencepiece",
        bounded=False,
    ),
    # GGML's forms before GGUF, and a small number behind the magic.
    Proof(
        Content.GGUF,
        _begins(rb"(?:[lf]mgg|tjgg|algg|nsgg)...\x00"),
        "gguf",
        "is_older",
        bounded=False,
    ),
    # FlatBuffers: an identifier behind the offset of the outermost table.
    Proof(
        Content.TFLITE,
        _begins(rb"....TFL3"),
        "tflite",
        "is_tflite",
        bounded=False,
    ),
    Proof(
        Content.EXECUTORCH,
        _begins(rb"....(?:ET12|FT01)"),
        "executorch",
        "is_executorch",
        bounded=False,
    ),
    # A part of four letters, with its header.
    Proof(
        Content.FAISS, _begins(rb"I[A-Za-z0-9]{3}"), "faiss", "is_faiss", bounded=False
    ),
    # A magic that stands at the end once more.
    Proof(Content.PARQUET, _begins(rb"PAR1"), "parquet", "is_parquet", bounded=False),
    Proof(
        Content.IMAGE,
        _begins(rb"BM.{4}\x00{4}"),
        "pictures",
        "is_bitmap",
        bounded=False,
    ),
    Proof(
        Content.IMAGE,
        _begins(rb"\x00\x00[\x01\x02]\x00[\x01-\xff]\x00"),
        "pictures",
        "is_icon",
        bounded=False,
    ),
    Proof(
        Content.IMAGE,
        _begins(rb"II\x2a\x00|MM\x00\x2a"),
        "pictures",
        "is_tiff",
        bounded=False,
    ),
    Proof(
        Content.DESKTOP,
        _begins(rb"\x00\x00\x00\x01Bud1"),
        "pictures",
        "is_desktop",
        bounded=False,
    ),
    Proof(Content.AUDIO, _SOUND, "media", "is_media", bounded=False),
    Proof(Content.VIDEO, _FILM, "media", "is_media", bounded=False),
    Proof(Content.FONT, _FONT, "media", "is_media", bounded=False),
    # A message of Arrow, and its size.
    Proof(
        Content.ARROW,
        _begins(rb"\xff{4}..[\x00-\x3f]\x00"),
        "arrow",
        "is_stream",
        bounded=False,
    ),
    Proof(
        Content.CRFSUITE,
        _begins(rb"lCRF....FOMC"),
        "crfsuite",
        "is_crfsuite",
        bounded=False,
    ),
    # A version, and the name of what the model is.
    Proof(
        Content.CTRANSLATE2,
        _begins(rb"[\x02-\x07]\x00{3}[\x03-\x3e]\x00[A-Z]"),
        "ctranslate2",
        "is_ctranslate2",
        bounded=False,
    ),
    # Counts of words and of numbers for each.
    Proof(
        Content.WORD2VEC,
        _begins(rb"[1-9][0-9]{0,9} [1-9][0-9]{0,4} ?\r?\n"),
        "word2vec",
        "is_word2vec",
        bounded=False,
    ),
    # A node with one descendant.
    Proof(Content.ANNOY, _begins(rb"\x01\x00{3}"), "annoy", "is_annoy", bounded=False),
    # An engine behind a JSON document and its length.
    Proof(
        Content.TENSORRT,
        _begins(rb"..[\x00-\x10]\x00\{"),
        "tensorrt",
        "is_wrapped",
        bounded=False,
    ),
    Proof(
        Content.XGBOOST,
        _begins(rb"\{(?:[iU].|I..|l....|L........)(?:learner|version|Config|Model)"),
        "xgboost",
        "is_ubjson",
        bounded=False,
    ),
    Proof(
        Content.XGBOOST,
        _begins(rb"(?:binf)?.{136}[\x01-\x64]\x00{7}[a-z]"),
        "xgboost_binary",
        "is_binary",
        bounded=False,
    ),
    # The empty key of a table of LevelDB, and the header of a checkpoint.
    Proof(
        Content.TF_CHECKPOINT,
        _begins(rb"\x00\x00."),
        "tensorflow_bundle",
        "is_bundle",
        bounded=False,
    ),
    # Messages of protocol buffers: their fields may come in any order.
    Proof(
        Content.ONNX,
        _begins(rb"[\x08\x12\x1a\x22\x28\x32\x3a\x42\x72]|[\xa2\xca\xd2]\x01"),
        "onnx",
        "is_onnx",
        bounded=False,
    ),
    Proof(
        Content.CORE_ML,
        _begins(rb"[\x08\x12\x50\xc2-\xfa]"),
        "coreml",
        "is_core_ml",
        bounded=False,
    ),
    Proof(
        Content.SAVED_MODEL,
        _begins(rb"[\x08\x0a\x10\x12\x1a\x22\x2a\x32\x3a]"),
        "tensorflow",
        "is_tensorflow",
        bounded=False,
    ),
    # The same as text, behind comments: fields of a model, a meta graph or a graph.
    Proof(
        Content.SAVED_MODEL,
        _begins(
            rb"(?:\s|#[^\n]*+\n)*+(?:saved_model_schema_version|meta_graphs|meta_info_def"
            rb"|graph_def|saver_def|collection_def|signature_def|asset_file_def"
            rb"|object_graph_def|node|library|versions?)(?:\s|#[^\n]*+\n)*+[:{<]"
        ),
        "tensorflow_text",
        "is_text_graph",
        bounded=False,
    ),
    # Dictionaries in MessagePack; an empty one only where nothing follows.
    Proof(
        Content.MSGPACK,
        _begins(rb"[\x81-\x8f\xde\xdf]|\x80\Z"),
        "msgpack",
        "is_msgpack",
    ),
    # HDF5 behind a user block of any bytes; the last, because it asks for every file.
    Proof(Content.HDF5, _begins(rb"."), "hdf5_bytes", "is_hdf5", bounded=False),
)

# Kinds of text that have a reader of their own, by how they begin.
_MARK = rb"(?:\xef\xbb\xbf)?\s*"
TEXTS: tuple[tuple[re.Pattern[bytes], Content], ...] = (
    # Comments may stand first, each up to the first end there is, or a row of them
    # could be cut in endless ways. HTML is no XML; what refers to nothing is prose.
    (
        _begins(
            _MARK + rb"(?:<!--(?:(?!-->).){0,4096}+-->\s*+)*+"
            rb"(?:<\?xml[\s?]|<!DOCTYPE\s+(?!(?i:html))|<(?:PMML|net)[\s>/])"
        ),
        Content.XML,
    ),
    (_begins(rb"\xff\xfe(?:\s\0)*<\0|\xfe\xff(?:\0\s)*\0<"), Content.XML),
    (_begins(rb"tree\r?\nversion=v\d"), Content.LIGHTGBM),
    (
        _begins(
            _MARK + rb"\{(?:.{0,4096}?[,{])?\s*\"learner\"\s*:\s*\{\s*"
            rb"\"(?:attributes|feature_|gradient_booster|learner_|objective)"
        ),
        Content.XGBOOST,
    ),
)

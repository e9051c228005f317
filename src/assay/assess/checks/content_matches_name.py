"""Judge whether files are what their names promise."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from assay.assess.check import (
    NATIVE,
    TEXTUAL,
    Examination,
    FactCheck,
    Rule,
    Sighting,
    extension,
    shown,
)
from assay.domain.facts import CONTAINERS, Content, Place
from assay.domain.finding import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assay.assess.check import CheckSubject
    from assay.domain.facts import FileFacts
    from assay.domain.limits import Limits

__all__ = ["CHECK"]

_RENAME = "Give the file the name of its type, or publish what the name promises."
_MASQUERADE = "The name makes people and scanners treat the file as harmless."

EXECUTABLE = Rule(
    id="executable-disguised",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A program lies under the name of data",
    remediation="Remove the file and find out how it got into the release.",
    gain=_MASQUERADE,
    references=("CWE-646", "CWE-506", "AML.T0074", "AML.T0018.002"),
)
PICKLE = Rule(
    id="pickle-disguised",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="A pickle lies under a name that promises a format without code",
    remediation=_RENAME,
    gain="Loaders that go by content run it; scanners that go by name skip it.",
    references=("CWE-646", "CWE-502", "AML.T0074", "AML.T0011.000"),
)
CONTAINER = Rule(
    id="archive-disguised",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="An archive or a compressed file lies under another format's name",
    remediation=_RENAME,
    gain=_MASQUERADE,
    references=("CWE-646", "AML.T0074"),
)
DIFFERS = Rule(
    id="type-differs",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    summary="The content is of another type than the name says",
    remediation=_RENAME,
    gain=_MASQUERADE,
    references=("CWE-646", "AML.T0074"),
)
POLYGLOT = Rule(
    id="polyglot",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="The bytes satisfy two formats that exclude each other",
    remediation="Publish a file that is of one format only.",
    gain="Shows a scanner one file and gives the loader another.",
    references=("CWE-646", "CWE-436", "AML.T0074"),
)
DOUBLE = Rule(
    id="double-extension",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    summary="A name ends like a program and looks like data before that",
    remediation="Remove the file, or drop the extension that misleads.",
    gain="Desktops that hide the last extension show a harmless name.",
    references=("CWE-451", "AML.T0074"),
)
HIDDEN = Rule(
    id="hidden-character",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A path holds characters that nobody sees or that turn its direction",
    remediation="Rename the file, in visible characters only.",
    gain="Shows a reviewer another name than the one that is loaded.",
    references=("CWE-451", "AML.T0074"),
)
EMPTY = Rule(
    id="empty-file",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="A file that should hold weights or settings is empty",
    remediation="Publish the real file, or remove this one.",
    gain="Makes a loader fall back on another file, or fetch the missing one.",
)

_PROSE = TEXTUAL | {Content.SCRIPT}

# What may honestly lie under a name. A name that is not here promises nothing: `.bin`,
# `.pt`, `.ckpt` and the like are pickles, archives or raw numbers, all of them honest.
_PROMISES: dict[str, frozenset[Content]] = {
    ".safetensors": frozenset({Content.SAFETENSORS}),
    ".gguf": frozenset({Content.GGUF}),
    ".onnx": frozenset({Content.ONNX, Content.UNKNOWN}),
    ".mlmodel": frozenset({Content.CORE_ML, Content.UNKNOWN}),
    ".h5": frozenset({Content.HDF5}),
    ".hdf5": frozenset({Content.HDF5}),
    ".keras": frozenset({Content.ZIP, Content.HDF5}),
    ".skops": frozenset({Content.ZIP}),
    ".npy": frozenset({Content.NUMPY}),
    ".npz": frozenset({Content.ZIP}),
    ".msgpack": frozenset({Content.MSGPACK, Content.UNKNOWN}),
    ".spm": frozenset({Content.SENTENCEPIECE}),
    ".tflite": frozenset({Content.TFLITE}),
    ".lite": frozenset({Content.TFLITE}),
    ".pte": frozenset({Content.EXECUTORCH}),
    ".ptd": frozenset({Content.EXECUTORCH}),
    ".engine": frozenset({Content.TENSORRT, Content.UNKNOWN}),
    ".plan": frozenset({Content.TENSORRT, Content.UNKNOWN}),
    ".trt": frozenset({Content.TENSORRT, Content.UNKNOWN}),
    ".xml": TEXTUAL,
    ".pmml": TEXTUAL,
    ".ubj": frozenset({Content.XGBOOST, Content.UNKNOWN}),
    ".xgb": TEXTUAL | {Content.XGBOOST},
    ".bst": TEXTUAL | {Content.XGBOOST},
    ".lgb": TEXTUAL,
    ".lgbm": TEXTUAL,
    ".cbm": frozenset({Content.CATBOOST}),
    ".json": TEXTUAL | {Content.XGBOOST},
    ".jsonl": TEXTUAL,
    ".yaml": TEXTUAL,
    ".yml": TEXTUAL,
    ".toml": TEXTUAL,
    ".txt": TEXTUAL,
    ".md": TEXTUAL,
    ".csv": TEXTUAL,
    ".tsv": TEXTUAL,
    ".jinja": TEXTUAL,
    ".jinja2": TEXTUAL,
    ".py": _PROSE,
    ".sh": _PROSE,
    ".faiss": frozenset({Content.FAISS, Content.UNKNOWN}),
    ".ann": frozenset({Content.ANNOY, Content.UNKNOWN}),
    ".annoy": frozenset({Content.ANNOY, Content.UNKNOWN}),
    ".ftz": frozenset({Content.FASTTEXT}),
    ".crfsuite": frozenset({Content.CRFSUITE}),
    ".parquet": frozenset({Content.PARQUET}),
    ".arrow": frozenset({Content.ARROW}),
    ".feather": frozenset({Content.ARROW}),
    ".sqlite": frozenset({Content.SQLITE}),
    ".sqlite3": frozenset({Content.SQLITE}),
    ".wav": frozenset({Content.AUDIO}),
    ".flac": frozenset({Content.AUDIO}),
    ".mp3": frozenset({Content.AUDIO}),
    ".ogg": frozenset({Content.AUDIO}),
    ".opus": frozenset({Content.AUDIO}),
    ".m4a": frozenset({Content.AUDIO, Content.VIDEO}),
    ".mp4": frozenset({Content.VIDEO}),
    ".mov": frozenset({Content.VIDEO}),
    ".webm": frozenset({Content.VIDEO}),
    ".mkv": frozenset({Content.VIDEO}),
    ".avi": frozenset({Content.VIDEO}),
    ".ttf": frozenset({Content.FONT}),
    ".otf": frozenset({Content.FONT}),
    ".woff": frozenset({Content.FONT}),
    ".woff2": frozenset({Content.FONT}),
    ".png": frozenset({Content.IMAGE}),
    ".jpg": frozenset({Content.IMAGE}),
    ".jpeg": frozenset({Content.IMAGE}),
    ".gif": frozenset({Content.IMAGE}),
    ".webp": frozenset({Content.IMAGE}),
    ".svg": TEXTUAL | {Content.IMAGE},
    ".pdf": frozenset({Content.PDF}),
    ".zip": frozenset({Content.ZIP, Content.PYTORCH_ZIP}),
    ".tar": frozenset({Content.TAR}),
    ".gz": frozenset({Content.GZIP}),
    ".tgz": frozenset({Content.GZIP}),
    ".bz2": frozenset({Content.BZIP2}),
    ".xz": frozenset({Content.XZ}),
    ".zst": frozenset({Content.ZSTD}),
    ".zstd": frozenset({Content.ZSTD}),
    ".lz4": frozenset({Content.LZ4}),
    ".7z": frozenset({Content.SEVEN_ZIP}),
}
_PROSE_STEMS = frozenset({"license", "licence", "readme", "notice", "copying"})

# Names under which programs are at home.
_PROGRAM_NAMES = frozenset(
    {
        "",
        ".bat",
        ".bash",
        ".class",
        ".cmd",
        ".com",
        ".dll",
        ".dylib",
        ".elf",
        ".exe",
        ".jar",
        ".js",
        ".node",
        ".pl",
        ".ps1",
        ".py",
        ".pyc",
        ".pyd",
        ".pyo",
        ".rb",
        ".scr",
        ".sh",
        ".so",
        ".wasm",
    }
)
# Names that promise data; followed by one of the above they mislead.
_DATA_NAMES = frozenset(
    {
        ".safetensors",
        ".gguf",
        ".onnx",
        ".json",
        ".txt",
        ".md",
        ".pdf",
        ".png",
        ".jpg",
        ".bin",
        ".pt",
        ".npy",
        ".csv",
    }
)

_PICKLES = frozenset({Content.PICKLE, Content.PYTORCH_ZIP})
# Types of which a file may honestly satisfy several at once.
_FAMILIES = (
    _PROSE,
    frozenset({Content.ZIP, Content.PYTORCH_ZIP}),
    # Files that go with a TensorFlow Lite model are a zip behind it.
    frozenset({Content.TFLITE, Content.ZIP}),
    # Protocol 0 of pickle is written in printable characters.
    TEXTUAL | {Content.PICKLE},
    frozenset({Content.GZIP, Content.TAR}),
    # SVG images are texts.
    TEXTUAL | {Content.IMAGE},
)


def _promise(path: str) -> frozenset[Content] | None:
    name = path.rsplit("/", 1)[-1].lower()
    if name in _PROSE_STEMS:
        return TEXTUAL
    return _PROMISES.get(extension(path))


def _content(file: FileFacts) -> tuple[Rule, str] | None:
    """Judge the content of one file against its name."""
    content, suffix = file.content, extension(file.path)
    if content is Content.EMPTY:
        return _empty(file)
    promise = _promise(file.path)
    if content in NATIVE:
        at_home = promise is None and suffix in _PROGRAM_NAMES
        if at_home or (promise and content in promise):
            return None
        return EXECUTABLE, f"The file is a program of type {content} by its content."
    if promise is None or content in promise:
        return None
    if content in _PICKLES:
        return PICKLE, f"The file is a {content} by its content, not what it is named."
    rule = CONTAINER if content in CONTAINERS else DIFFERS
    return rule, f"The file holds {content} data, not what its name says."


def _empty(file: FileFacts) -> tuple[Rule, str] | None:
    if _promise(file.path) is None or extension(file.path) in {".py", ".txt", ".md"}:
        return None
    return EMPTY, "The file is empty."


def _polyglot(file: FileFacts) -> tuple[Rule, str] | None:
    types = frozenset(file.contents) - {Content.UNKNOWN, Content.EMPTY}
    if len(types) < 2 or any(types <= family for family in _FAMILIES):
        return None
    listed = ", ".join(sorted(types))
    return POLYGLOT, f"The bytes satisfy several formats at once: {listed}."


def _name(file: FileFacts) -> Iterable[tuple[Rule, str]]:
    parts = file.path.rsplit("/", 1)[-1].lower().split(".")
    inner = {f".{part}" for part in parts[1:-1]}
    last = f".{parts[-1]}"
    if len(parts) > 2 and last in _PROGRAM_NAMES and inner & _DATA_NAMES:
        yield DOUBLE, f"The name ends in `{last}` after the extension of a data file."
    hidden = sorted(
        {f"U+{ord(c):04X}" for c in file.path if unicodedata.category(c) in _UNSEEN}
    )
    if hidden:
        yield HIDDEN, f"The path holds hidden characters: {', '.join(hidden)}."


# Unicode categories: format and control characters, line and paragraph separators.
_UNSEEN = frozenset({"Cf", "Cc", "Zl", "Zp"})


def _sightings(file: FileFacts, limits: Limits) -> Iterable[Sighting]:
    found = (_content(file), _polyglot(file), *_name(file))
    for entry in found:
        if entry is not None:
            rule, message = entry
            place = Place(path=file.path)
            yield Sighting(rule=rule, place=place, message=shown(message, limits))


def _examine(subject: CheckSubject) -> Examination:
    files = subject.facts.files
    return Examination(
        examined=len(files),
        sightings=tuple(
            sighting for file in files for sighting in _sightings(file, subject.limits)
        ),
    )


CHECK = FactCheck(
    id="content-matches-name",
    version=1,
    title="Files are what their names promise",
    rules=(
        EXECUTABLE,
        PICKLE,
        CONTAINER,
        DIFFERS,
        POLYGLOT,
        DOUBLE,
        HIDDEN,
        EMPTY,
    ),
    examine=_examine,
)

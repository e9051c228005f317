"""Decide what a file is by its bytes alone; its name only sorts kinds of text."""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING

from assay.domain.facts import Content
from assay.release.formats.wide_text import JSON_START, encoding_of, plain_head
from assay.release.signatures import MAGIC, PROOFS, TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.domain.facts import Place
    from assay.domain.limits import Limits
    from assay.release.source import ByteSource

__all__ = ["identify"]

_HEAD_BYTES = 64 * 1024
_PYTHON_NAMES = (".py", ".pyi", ".pyw")
# A zip's end record, its longest comment, and a ZIP64 locator before it.
_TAIL_BYTES = 22 + 65_535 + 20

_MACH_O = frozenset(
    bytes.fromhex(magic)
    for magic in ("feedface", "feedfacf", "cefaedfe", "cffaedfe", "cafebabf")
)
# Fat Mach-O files and Java classes share a magic number; the next field counts
# architectures in one and is a version of 45 or more in the other.
_FIRST_JAVA_VERSION = 45
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
# What may be a number in a tar header: base-256, or what `int` reads as octal.
_TAR_CHECKSUM = re.compile(rb"[\x80\xff]|[0-7oO_+\-\s\x1c-\x1f]{0,8}(?:\0|\Z)")


def identify(source: ByteSource, place: Place, limits: Limits) -> tuple[Content, ...]:
    """Give every type that the bytes satisfy, the one at the front first.

    Args:
        source: The bytes.
        place: Where they lie; the name decides between Python, Markdown and text.
        limits: Bounds for the trial reading of pickles and safetensors.

    Raises:
        ReleaseError: From the medium under `source` only.
    """
    if source.size == 0:
        return (Content.EMPTY,)
    head = source.read_at(0, _HEAD_BYTES)
    found = [
        content
        for test in _TESTS
        if (content := test(source, head, limits)) is not None
    ]
    # A header of 128 bytes, or 640, begins like a pickle whose first opcode is zero:
    # there is no such opcode, so that no loader gets anywhere.
    length = Content.SAFETENSORS in found and head[2:3] == b"\0"
    if not length and _is("pickle", "is_pickle", source, limits):
        found.append(Content.PICKLE)
    zipped = _zip(source, head, limits)
    if zipped is not None:
        found.insert(0 if head[:4] == b"PK\x03\x04" else len(found), zipped)
    name = (place.member or place.path).lower()
    if not found:
        found.append(_text_kind(source, head, name))
    elif name.endswith(_PYTHON_NAMES) and _is_text(source, head):
        # Python runs `GGUF = …` whatever else it looks like.
        found.append(Content.PYTHON)
    elif encoding_of(head) and _is_text(source, head):
        # Zeros between its letters may look like the beginning of something else.
        found.append(_text_kind(source, head, name))
    return tuple(dict.fromkeys(found))


def _by_magic(source: ByteSource, head: bytes, limits: Limits) -> Content | None:
    del source, limits
    for magic, content in MAGIC:
        if head.startswith(magic):
            return content
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return Content.IMAGE
    if re.match(rb"BZh[1-9](?:1AY&SY|\x17\x72\x45\x38\x50\x90)", head):
        return Content.BZIP2
    return None


def _executable(source: ByteSource, head: bytes, limits: Limits) -> Content | None:
    del limits
    if head[:2] == b"MZ":
        offset = int.from_bytes(head[60:64], "little")
        return Content.PE if source.read_at(offset, 4) == b"PE\0\0" else None
    if head[:4] == b"\0asm" and head[5:8] == b"\0\0\0":
        return Content.WASM
    if head[:4] in _MACH_O and len(head) >= 28:
        return Content.MACH_O
    if head[:4] == b"\xca\xfe\xba\xbe" and len(head) >= 8:
        count = int.from_bytes(head[4:8], "big")
        return Content.JAVA_CLASS if count >= _FIRST_JAVA_VERSION else Content.MACH_O
    return None


def _bytecode(source: ByteSource, head: bytes, limits: Limits) -> Content | None:
    del source, limits
    if head[2:4] != b"\r\n":
        return None
    native = importlib.import_module("assay.release.formats.native")
    return Content.PYTHON_BYTECODE if native.is_bytecode(head[:64]) else None


def _safetensors(source: ByteSource, head: bytes, limits: Limits) -> Content | None:
    """A length below a terabyte and then `{`; text has no three NULs there."""
    del source, limits
    if head[8:9] == b"{" and head[5:8] == b"\0\0\0":
        return Content.SAFETENSORS
    return None


def _tar(source: ByteSource, head: bytes, limits: Limits) -> Content | None:
    del source, limits
    # A cheap look at the checksum first: most files never load the reader.
    if len(head) < 512 or not _TAR_CHECKSUM.match(head, 148, 156):
        return None
    tar = importlib.import_module("assay.release.formats.tar")
    return Content.TAR if tar.is_header(head[:512]) else None


def _proven(source: ByteSource, head: bytes, limits: Limits) -> Content | None:
    """Types with short signatures or none, proven by reading the first part or all."""
    for proof in PROOFS:
        if proof.begins.match(head):
            given = (limits,) if proof.bounded else ()
            if _is(proof.module, proof.test, source, *given):
                return proof.content
    return None


def _is(module: str, test: str, source: ByteSource, *limits: Limits) -> bool:
    """Ask a reader's own test; the module is imported only when it is needed."""
    if module == "pickle" and not _may_be_pickle(source.read_at(0, 1)):
        return False
    loaded = importlib.import_module(f"assay.release.formats.{module}")
    return bool(getattr(loaded, test)(source, *limits))


def _may_be_pickle(first: bytes) -> bool:
    return first in _PICKLE_STARTS


# The commonest first bytes; kept here so that most files never load the machine.
_PICKLE_STARTS = frozenset(
    bytes((byte,))
    for byte in b"(FILNSVcJKMTUX]})GBC\x80\x82\x83\x84\x88\x89\x8a\x8b"
    b"\x8c\x8d\x8e\x8f\x95\x96\x97"
)


def _zip(source: ByteSource, head: bytes, limits: Limits) -> Content | None:
    tail = source.read_at(max(0, source.size - _TAIL_BYTES), _TAIL_BYTES)
    if head[:4] != b"PK\x03\x04" and b"PK\x05\x06" not in tail:
        return None
    directory = importlib.import_module("assay.release.formats.zip_directory")
    names = directory.member_names(source, limits)
    if names is None:
        return None
    if any(name == "data.pkl" or name.endswith("/data.pkl") for name in names):
        return Content.PYTORCH_ZIP
    return Content.ZIP


def _text_kind(source: ByteSource, head: bytes, name: str) -> Content:
    if head[:2] == b"#!":
        return Content.PYTHON if name.endswith(".py") else Content.SCRIPT
    if not _is_text(source, head):
        return Content.UNKNOWN
    for begins, content in TEXTS:
        if begins.match(head):
            return content
    plain = plain_head(head, whole=source.size <= len(head))
    if plain is not None and JSON_START.match(plain):
        return Content.JSON
    return _named_text(source, head, name)


def _named_text(source: ByteSource, head: bytes, name: str) -> Content:
    if name.endswith(_PYTHON_NAMES):
        return Content.PYTHON
    if name.endswith((".md", ".markdown")):
        return Content.MARKDOWN
    if name.endswith((".json", ".ipynb", ".webmanifest")) or _is_json(source, head):
        return Content.JSON
    return Content.TEXT


def _is_text(source: ByteSource, head: bytes) -> bool:
    """Tell text from other bytes: UTF-8, UTF-16 or UTF-32, or nearly ASCII."""
    if encoding_of(head):
        return plain_head(head, whole=source.size <= len(head)) is not None
    if _CONTROLS.search(head):
        return False
    # A head that is not all of the file may end inside a character of four bytes.
    for cut in range(4 if source.size > len(head) else 1):
        try:
            head[: len(head) - cut].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return True
    high = sum(1 for byte in head if byte >= 0x80)
    return len(head) >= 16 and high * 4 < len(head)


def _is_json(source: ByteSource, head: bytes) -> bool:
    if not JSON_START.match(head):
        return False
    last = source.read_at(max(0, source.size - 256), 256).rstrip()[-1:]
    return last in (b"}", b"]")


_TESTS: tuple[Callable[[ByteSource, bytes, Limits], Content | None], ...] = (
    _by_magic,
    _executable,
    _bytecode,
    _safetensors,
    _proven,
    _tar,
)

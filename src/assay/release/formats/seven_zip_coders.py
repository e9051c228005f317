"""How the streams of a 7z archive are unpacked: coder after coder.

The standard library has LZMA, LZMA2, BZip2, Deflate and the filters for machine code;
Zstandard and LZ4 are our own. Sources: Methods.txt of the LZMA SDK, and the list of
methods that 7-Zip-zstd adds.
"""

from __future__ import annotations

import lzma
from typing import TYPE_CHECKING

from assay.domain.facts import Content
from assay.release.formats.compressed import framed_maker
from assay.release.formats.framed import Journal
from assay.release.formats.inflate import MAKERS, lzma_decompressor, zip_lzma

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.release.formats.inflate import Decompressor
    from assay.release.formats.reading import Inspection
    from assay.release.formats.seven_zip_header import Coder, Folder

__all__ = ["ENCRYPTION", "chain", "maker"]

_COPY, _LZMA, _LZMA2 = b"\x00", b"\x03\x01\x01", b"\x21"
_DELTA = b"\x03"
# All methods of this group encrypt.
ENCRYPTION = b"\x06\xf1"
_PLAIN = {b"\x04\x01\x08": "deflate", b"\x04\x02\x02": "bzip2"}
_FRAMED = {b"\x04\xf7\x11\x01": Content.ZSTD, b"\x04\xf7\x11\x04": Content.LZ4}
_FILTERS = {
    b"\x03\x03\x01\x03": lzma.FILTER_X86,
    b"\x03\x03\x02\x05": lzma.FILTER_POWERPC,
    b"\x03\x03\x04\x01": lzma.FILTER_IA64,
    b"\x03\x03\x05\x01": lzma.FILTER_ARM,
    b"\x03\x03\x07\x01": lzma.FILTER_ARMTHUMB,
    b"\x03\x03\x08\x05": lzma.FILTER_SPARC,
    b"\x04": lzma.FILTER_X86,
    b"\x05": lzma.FILTER_POWERPC,
    b"\x06": lzma.FILTER_IA64,
    b"\x07": lzma.FILTER_ARM,
    b"\x08": lzma.FILTER_ARMTHUMB,
    b"\x09": lzma.FILTER_SPARC,
}
_NAMES = {
    b"\x03\x03\x01\x1b": "BCJ2",
    b"\x03\x04\x01": "PPMd",
    b"\x04\x01\x09": "Deflate64",
    b"\x04\xf7\x11\x02": "Brotli",
    b"\x0a": "ARM64",
}
_CHUNK_BYTES = 65_536


def chain(folder: Folder) -> list[tuple[Coder, int]] | None:
    """Give the coders from the packed stream to the end, each with its output's size.

    None when they are no plain chain, or do not reach the end.
    """
    if any(coder.inputs != 1 or coder.outputs != 1 for coder in folder.coders):
        return None
    after = {output: target for target, output in folder.pairs}
    at: int | None = folder.packed[0] if folder.packed else None
    found: list[tuple[Coder, int]] = []
    while at is not None and len(found) < len(folder.coders):
        if at >= len(folder.coders):
            return None
        found.append((folder.coders[at], folder.sizes[at]))
        at = after.get(at)
    return found if at is None and len(found) == len(folder.coders) else None


def method_name(coder: Coder) -> str:
    """Name a method for people."""
    return _NAMES.get(coder.method, coder.method.hex())


def maker(
    coder: Coder, size: int, inspection: Inspection
) -> Callable[[], Decompressor] | None:
    """Give what makes the decompressor of a step; None when there is none here."""
    inner = _inner(coder, size, inspection)
    return None if inner is None else lambda: _Sized(inner(), size)


def _inner(
    coder: Coder, size: int, inspection: Inspection
) -> Callable[[], Decompressor] | None:
    method, settings = coder.method, coder.properties
    if method == _LZMA:
        return lambda: zip_lzma(bytes(4) + settings, size)
    if method == _LZMA2:
        return lambda: _lzma2(settings, size)
    if method in _PLAIN:
        return MAKERS[_PLAIN[method]]
    if method in _FRAMED:
        return framed_maker(_FRAMED[method], Journal(inspection.may_inflate))
    return _Copy if method in (_COPY, b"") else _filter(method, settings)


def _filter(method: bytes, settings: bytes) -> Callable[[], Decompressor] | None:
    if method == _DELTA:
        distance = (settings[0] if settings else 0) + 1
        return lambda: _Filter({"id": lzma.FILTER_DELTA, "dist": distance})
    if method in _FILTERS:
        return lambda: _Filter({"id": _FILTERS[method]})
    return None


def _lzma2(settings: bytes, size: int) -> Decompressor:
    code = settings[0] if settings else 40
    if code > 40:
        raise lzma.LZMAError("bad properties")
    window = (1 << 32) - 1 if code == 40 else (2 | code & 1) << code // 2 + 11
    return lzma_decompressor([{"id": lzma.FILTER_LZMA2}], window, size)


class _Sized:
    """A stream that ends where the list says, because it may not say so itself."""

    def __init__(self, inner: Decompressor, size: int) -> None:
        self._inner = inner
        self._left = size

    @property
    def eof(self) -> bool:
        return self._left <= 0 or self._inner.eof

    @property
    def unused(self) -> bytes:
        return b""

    @property
    def hungry(self) -> bool:
        return self._inner.hungry

    def feed(self, data: bytes) -> bytes:
        output = self._inner.feed(data)[: self._left]
        self._left -= len(output)
        return output


class _Copy:
    """No packing at all."""

    eof = False
    unused = b""
    hungry = True

    def feed(self, data: bytes) -> bytes:
        return data


class _Filter:
    """A filter of the standard library, which has none that stands alone.

    So its input is written as LZMA2 that is not compressed, with an end, at which the
    filter gives what it still holds.
    """

    def __init__(self, spec: dict[str, int]) -> None:
        filters = [spec, {"id": lzma.FILTER_LZMA2, "dict_size": _CHUNK_BYTES}]
        self._inner = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)
        self._control = b"\x01"

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused(self) -> bytes:
        return b""

    @property
    def hungry(self) -> bool:
        return self._inner.needs_input

    def feed(self, data: bytes) -> bytes:
        if self._inner.needs_input:
            data = self._chunks(data) if data else b"\0"
        return self._inner.decompress(data, 1 << 20)

    def _chunks(self, data: bytes) -> bytes:
        parts: list[bytes] = []
        for at in range(0, len(data), _CHUNK_BYTES):
            piece = data[at : at + _CHUNK_BYTES]
            parts += (self._control, (len(piece) - 1).to_bytes(2, "big"), piece)
            self._control = b"\x02"
        return b"".join(parts)

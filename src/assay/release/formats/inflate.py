"""Inflate compressed data up to named bounds, and say why it stopped."""

from __future__ import annotations

import bz2
import lzma
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from assay.release.formats.framed import Stopped

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.release.formats.reading import Inspection
    from assay.release.source import ByteSource, Spool

__all__ = [
    "MAKERS",
    "Decompressor",
    "Inflated",
    "inflate",
    "inflates",
    "lzma_decompressor",
    "zip_lzma",
]

_INPUT_BYTES = 64 * 1024
_OUTPUT_BYTES = 1 << 20
_BROKEN = (zlib.error, lzma.LZMAError, OSError, ValueError, EOFError)
# How far the next of several streams may begin behind the one before it.
_PADDED_BYTES = 4096
# A dictionary of XZ may ask for gigabytes of memory before any output.
_LZMA_MEMORY = 256 << 20
# What the standard library says of one that asks for more, and how much output one may
# give then: its window holds all of it.
_NO_ROOM = "Memory usage limit"
_ROOMY_BYTES = 192 << 20


class Decompressor(Protocol):
    """One compressed stream."""

    @property
    def eof(self) -> bool:
        """Whether the stream has ended."""
        ...

    @property
    def unused(self) -> bytes:
        """Input behind the end of the stream."""
        ...

    def feed(self, data: bytes) -> bytes:
        """Give some output for more input; `b""` asks for what is still held."""
        ...

    @property
    def hungry(self) -> bool:
        """Whether it needs input to go on."""
        ...


class _Zlib:
    def __init__(self, window_bits: int) -> None:
        self._inner = zlib.decompressobj(window_bits)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused(self) -> bytes:
        return self._inner.unused_data

    @property
    def hungry(self) -> bool:
        return not self._inner.unconsumed_tail

    def feed(self, data: bytes) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, _OUTPUT_BYTES)


class _Block:
    def __init__(self, inner: bz2.BZ2Decompressor | lzma.LZMADecompressor) -> None:
        self._inner = inner

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused(self) -> bytes:
        return self._inner.unused_data

    @property
    def hungry(self) -> bool:
        return self._inner.needs_input

    def feed(self, data: bytes) -> bytes:
        return self._inner.decompress(data, _OUTPUT_BYTES)


class _Roomy:
    """xz or LZMA alone without a bound on the window, but with one on the output.

    A window is only touched as far as there is output, so that little data may ask
    for as much as it likes; loaders do not mind either.
    """

    def __init__(self, given: int) -> None:
        self._inner = lzma.LZMADecompressor()
        self._skip = given
        self._left = _ROOMY_BYTES

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused(self) -> bytes:
        return self._inner.unused_data

    @property
    def hungry(self) -> bool:
        return self._inner.needs_input

    def feed(self, data: bytes) -> bytes:
        """Give output, but what was given before."""
        while True:
            output = self._inner.decompress(data, _OUTPUT_BYTES)
            data = b""
            self._left -= len(output)
            if self._left < 0:
                reason = f"asks for a window of more than {_LZMA_MEMORY} bytes"
                raise Stopped("too-large", reason)
            skipped = min(self._skip, len(output))
            self._skip -= skipped
            output = output[skipped:]
            if output or self._inner.needs_input or self._inner.eof:
                return output


def zip_lzma(header: bytes, most: int = _LZMA_MEMORY) -> Decompressor:
    """Make the decompressor for a zip member of method 14 from its nine-byte header.

    Source: PKWARE APPNOTE 6.3.10, section 5.8.8.
    """
    properties = header[4:9]
    if len(properties) < 5 or properties[0] >= 225:
        raise lzma.LZMAError("bad properties")
    code = properties[0]
    spec = {
        "id": lzma.FILTER_LZMA1,
        "lc": code % 9,
        "lp": code // 9 % 5,
        "pb": code // 45,
    }
    window = int.from_bytes(properties[1:5], "little")
    return lzma_decompressor([spec], window, most)


def lzma_decompressor(
    filters: list[dict[str, int]], window: int, most: int
) -> Decompressor:
    """Make a raw LZMA decompressor, the last filter with a window that is needed.

    Args:
        filters: As the standard library takes them.
        window: Bytes that the data asks for.
        most: Bytes that it expands to; a window need not be larger.
    """
    size = min(max(min(window, most), 4096), _LZMA_MEMORY)
    last = {**filters[-1], "dict_size": size}
    filters = [*filters[:-1], last]
    return _Block(lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters))


MAKERS: dict[str, Callable[[], Decompressor]] = {
    "gzip": lambda: _Zlib(31),
    "zlib": lambda: _Zlib(15),
    "deflate": lambda: _Zlib(-15),
    "bzip2": lambda: _Block(bz2.BZ2Decompressor()),
    "alone": lambda: _Roomy(0),
    "xz": lambda: _Block(lzma.LZMADecompressor(memlimit=_LZMA_MEMORY)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inflated:
    """How inflating ended.

    Attributes:
        consumed: Bytes of input that belong to the compressed stream.
        kind: Problem kind, empty when all went well.
        detail: What was expected and found.
        crc: CRC-32 of the output.
        whole: Whether the output is all there is.
    """

    consumed: int
    kind: str = ""
    detail: str = ""
    crc: int = 0
    whole: bool = True


@dataclass(slots=True)
class _Meter:
    """Counts output against every bound."""

    inspection: Inspection
    spool: Spool
    crc: int = 0
    kind: str = ""
    detail: str = ""

    def accept(self, data: bytes, taken: int) -> bool:
        """Keep some output; tell whether to go on."""
        limits = self.inspection.limits
        self.spool.write(data)
        self.crc = zlib.crc32(data, self.crc)
        size = self.spool.size
        if size > limits.bomb_floor_bytes and size > limits.max_compression_ratio * max(
            taken, 1
        ):
            self.kind = "bomb"
            self.detail = f"{taken} bytes expand to more than {size}"
        elif size > limits.max_member_bytes:
            self.kind = "too-large"
            self.detail = f"expands to more than {limits.max_member_bytes} bytes"
        elif not self.inspection.may_inflate(len(data)):
            self.kind = "too-large"
            self.detail = (
                f"this file expands to more than {limits.max_inflated_bytes} bytes"
            )
        return not self.kind


def inflate(
    source: ByteSource,
    make: Callable[[], Decompressor],
    spool: Spool,
    inspection: Inspection,
    *,
    magic: bytes = b"",
    padded: bool = False,
) -> Inflated:
    """Inflate a source into a spool until it ends, breaks or reaches a bound.

    Args:
        source: The compressed bytes.
        make: Makes a decompressor for one stream.
        spool: Takes the output; what came before a break is kept.
        inspection: Its limits and budget.
        magic: When given, another stream that begins with it goes on the output.
        padded: Whether zeros, in fours, may stand before that.
    """
    meter = _Meter(inspection, spool)
    start = 0
    while True:
        before = spool.size
        stream = _Stream(source, start, meter)
        try:
            ended = _run(stream, make, before)
        except Stopped as stop:
            return Inflated(
                consumed=stream.position,
                kind=stop.kind,
                detail=str(stop),
                crc=meter.crc,
                whole=stop.kind != "too-large",
            )
        except _BROKEN as error:
            _salvage(stream, make, spool.size - before)
            return Inflated(
                consumed=stream.position,
                kind="malformed",
                detail=f"expected compressed data, found: {error}",
                crc=meter.crc,
            )
        except MemoryError:
            return Inflated(
                consumed=stream.position,
                kind="bomb",
                detail="asks for too much memory to be inflated",
                whole=False,
            )
        if not ended:
            return _unfinished(stream.position, meter)
        start = stream.position
        again = _next(source, start, padded=padded)
        if not magic or source.read_at(again, len(magic)) != magic:
            return Inflated(consumed=start, crc=meter.crc)
        start = again


def _run(stream: _Stream, make: Callable[[], Decompressor], before: int) -> bool:
    """Inflate a stream, once more from its start when it asks for a large window."""
    try:
        return stream.run(make())
    except lzma.LZMAError as error:
        if _NO_ROOM not in str(error):
            raise
        return stream.run(_Roomy(stream.meter.spool.size - before))


def _next(source: ByteSource, start: int, *, padded: bool) -> int:
    """Give where another stream may begin."""
    if not padded:
        return start
    head = source.read_at(start, _PADDED_BYTES)
    return start + (len(head) - len(head.lstrip(b"\0"))) // 4 * 4


def _unfinished(position: int, meter: _Meter) -> Inflated:
    if meter.kind:
        return Inflated(
            consumed=position, kind=meter.kind, detail=meter.detail, whole=False
        )
    return Inflated(
        consumed=position,
        kind="truncated",
        detail="expected more compressed data, found the end",
        crc=meter.crc,
    )


@dataclass(slots=True)
class _Stream:
    """One compressed stream on its way through a decompressor."""

    source: ByteSource
    start: int
    meter: _Meter
    position: int = 0
    # Where the input began that was fed last.
    block: int = 0

    def run(self, inner: Decompressor) -> bool:
        """Inflate to the end; tell whether the stream is complete."""
        self.position = self.block = self.start
        while not inner.eof:
            data = b""
            if inner.hungry:
                self.block = self.position
                data = self.source.read_at(self.position, _INPUT_BYTES)
                self.position += len(data)
            output = inner.feed(data)
            if output and not self.meter.accept(output, self.position):
                return False
            if not data and not output:
                return inner.eof
        self.position -= len(inner.unused)
        return True


def _salvage(stream: _Stream, make: Callable[[], Decompressor], accepted: int) -> None:
    """Get what a loader that reads in small steps sees before the data breaks.

    A decompressor that meets an error gives nothing of the block that it was fed; so
    the stream is inflated again, with the last block fed byte by byte.
    """
    position = stream.start
    produced = 0
    try:
        inner = make()
        while position < stream.position and not inner.eof:
            step = _INPUT_BYTES if position < stream.block else 1
            data = stream.source.read_at(position, step) if inner.hungry else b""
            position += len(data)
            output = inner.feed(data)
            new = output[max(accepted - produced, 0) :]
            produced += len(output)
            if new and not stream.meter.accept(new, position):
                return
    except (*_BROKEN, MemoryError):
        return


def inflates(
    source: ByteSource, make: Callable[[], Decompressor], *, strict: bool = False
) -> bool:
    """Tell whether the first part of a source inflates to anything.

    Args:
        source: The bytes.
        make: Makes a decompressor for one stream.
        strict: Whether what is short has to come to its end.
    """
    try:
        inner = make()
        data = source.read_at(0, _INPUT_BYTES)
        output = inner.feed(data)
    except (*_BROKEN, MemoryError):
        return False
    if strict and len(data) < _INPUT_BYTES and len(output) < _OUTPUT_BYTES:
        return inner.eof
    return bool(output) or inner.eof

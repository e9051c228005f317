"""Writes small HDF5 files, hostile ones too, without any library.

Superblock 0, one root group with compact links, attributes and datasets in version 1
object headers. Source: HDF5 File Format Specification 3.0.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

__all__ = ["Dataset", "Hdf5", "hdf5_file"]

_UNDEFINED = b"\xff" * 8
_HARD, _EXTERNAL = 0, 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A dataset of floats, or of opaque bytes; its numbers may lie elsewhere."""

    data: bytes = struct.pack("<4f", 1, 2, 3, 4)
    opaque: bool = False
    external: str = ""
    filters: tuple[tuple[int, str], ...] = ()
    attributes: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hdf5:
    """What is to be in a file.

    Attributes:
        attributes: Of the root group, as strings of fixed length.
        long_attributes: Of the root group, as variable strings in the global heap.
        opaque_attributes: Of the root group, as opaque bytes.
        datasets: By name.
        external_links: Name, file and path in it.
        user_block: Bytes before the superblock; padded to a power of two.
        trailing: Bytes behind the end.
        continued: Whether attributes stand in a continuation of the header.
    """

    attributes: dict[str, bytes] = field(default_factory=dict)
    long_attributes: dict[str, bytes] = field(default_factory=dict)
    opaque_attributes: dict[str, bytes] = field(default_factory=dict)
    datasets: dict[str, Dataset] = field(default_factory=dict)
    external_links: tuple[tuple[str, str, str], ...] = ()
    user_block: bytes = b""
    trailing: bytes = b""
    continued: bool = False


class _Body:
    """Blocks one after the other, each at a multiple of eight."""

    def __init__(self) -> None:
        # Room for the superblock.
        self.data = bytearray(96)

    def add(self, block: bytes) -> int:
        address = len(self.data)
        self.data += block + bytes(-len(block) % 8)
        return address


def _pad(data: bytes) -> bytes:
    return data + bytes(-len(data) % 8)


def _message(kind: int, data: bytes) -> bytes:
    data = _pad(data)
    return struct.pack("<HHB3x", kind, len(data), 0) + data


def _header(messages: list[bytes]) -> bytes:
    body = b"".join(messages)
    return struct.pack("<BxHII4x", 1, len(messages), 1, len(body)) + body


def _string(size: int) -> bytes:
    return struct.pack("<B3sI", 0x13, b"\0\0\0", size)


def _opaque(size: int) -> bytes:
    return struct.pack("<B3sI", 0x15, b"\0\0\0", size)


def _float() -> bytes:
    return struct.pack("<B3sIHHBBBBI", 0x11, b"\x20\x1f\0", 4, 0, 32, 23, 8, 0, 23, 127)


def _space(*sizes: int) -> bytes:
    head = struct.pack("<BBB5x", 1, len(sizes), 0)
    return head + b"".join(struct.pack("<Q", size) for size in sizes)


def _attribute(name: str, kind: bytes, value: bytes) -> bytes:
    key = name.encode() + b"\0"
    space = _space()
    head = struct.pack("<BxHHH", 1, len(key), len(kind), len(space))
    return _message(0x0C, head + _pad(key) + _pad(kind) + space + value)


def _variable(name: str, address: int, index: int, length: int) -> bytes:
    kind = struct.pack("<B3sI", 0x19, b"\x01\x01\0", 16) + _string(1)
    return _attribute(name, kind, struct.pack("<IQI", length, address, index))


def _heap(values: list[bytes]) -> bytes:
    objects = b"".join(
        struct.pack("<HH4xQ", index, 1, len(value)) + _pad(value)
        for index, value in enumerate(values, 1)
    )
    size = max(4096, 16 + len(objects) + 16)
    free = size - 16 - len(objects)
    objects += struct.pack("<HH4xQ", 0, 0, free)
    return (b"GCOL\x01\0\0\0" + struct.pack("<Q", size) + objects).ljust(size, b"\0")


def _link(name: str, kind: int, value: bytes) -> bytes:
    text = name.encode()
    head = struct.pack("<BB", 1, 8 if kind else 0) + bytes((kind,) if kind else ())
    return _message(0x06, head + bytes((len(text),)) + text + value)


def _external_list(name: str, size: int, body: _Body) -> bytes:
    names = _pad(b"\0" * 8 + name.encode() + b"\0")
    data = body.add(names)
    heap = body.add(b"HEAP\0\0\0\0" + struct.pack("<QQQ", len(names), 1, data))
    slot = struct.pack("<QQQ", 8, 0, size)
    return _message(0x07, struct.pack("<B3xHHQ", 1, 1, 1, heap) + slot)


def _filters(filters: tuple[tuple[int, str], ...]) -> bytes:
    data = struct.pack("<BB6x", 1, len(filters))
    for number, name in filters:
        text = _pad(name.encode() + b"\0")
        data += struct.pack("<HHHH", number, len(text), 1, 0) + text
    return _message(0x0B, data)


def _dataset(given: Dataset, body: _Body) -> int:
    size = len(given.data)
    kind = _opaque(size) if given.opaque else _float()
    space = _space() if given.opaque else _space(size // 4)
    parts = [
        _message(0x01, space),
        _message(0x03, kind),
        _message(0x05, b"\x02\x02\x02\x00"),
    ]
    if given.filters:
        # Filters belong to chunks; without any, nothing is stored yet.
        parts.append(_filters(given.filters))
        layout = struct.pack("<BBBQII", 3, 2, 2, (1 << 64) - 1, 2, 4)
    elif given.external:
        parts.append(_external_list(given.external, size, body))
        layout = struct.pack("<BB", 3, 1) + _UNDEFINED + struct.pack("<Q", size)
    else:
        layout = struct.pack("<BBQQ", 3, 1, body.add(given.data), size)
    parts.append(_message(0x08, layout))
    parts += [
        _attribute(name, _string(len(value)), value)
        for name, value in given.attributes.items()
    ]
    return body.add(_header(parts))


def hdf5_file(given: Hdf5) -> bytes:
    """Give the bytes of one file."""
    body = _Body()
    parts = [
        _message(0x02, b"\0\0" + 2 * _UNDEFINED),
        _message(0x0A, b"\0\0"),
    ]
    for name, dataset in given.datasets.items():
        address = _dataset(dataset, body)
        parts.append(_link(name, _HARD, struct.pack("<Q", address)))
    for name, file, path in given.external_links:
        value = b"\0" + file.encode() + b"\0" + path.encode() + b"\0"
        parts.append(_link(name, _EXTERNAL, struct.pack("<H", len(value)) + value))
    parts += _attributes(given, body)
    root = body.add(_header(_continued(parts, body) if given.continued else parts))
    size = _user_block(given.user_block)
    end = size + len(body.data)
    body.data[:96] = (
        b"\x89HDF\r\n\x1a\n\0\0\0\0\0\x08\x08\0"
        + struct.pack("<HHI", 4, 16, 0)
        + struct.pack("<Q", size)
        + _UNDEFINED
        + struct.pack("<Q", end)
        + _UNDEFINED
        + struct.pack("<QQII16x", 0, root, 0, 0)
    )
    return given.user_block.ljust(size, b"\0") + bytes(body.data) + given.trailing


def _attributes(given: Hdf5, body: _Body) -> list[bytes]:
    parts = [
        _attribute(name, _string(len(value)), value)
        for name, value in given.attributes.items()
    ]
    parts += [
        _attribute(name, _opaque(len(value)), value)
        for name, value in given.opaque_attributes.items()
    ]
    if given.long_attributes:
        heap = body.add(_heap(list(given.long_attributes.values())))
        parts += [
            _variable(name, heap, index, len(value))
            for index, (name, value) in enumerate(given.long_attributes.items(), 1)
        ]
    return parts


def _continued(parts: list[bytes], body: _Body) -> list[bytes]:
    """Move all but the first two messages into a block of their own."""
    rest = b"".join(parts[2:])
    address = body.add(rest)
    pointer = _message(0x10, struct.pack("<QQ", address, len(rest)))
    # The header counts the messages of its continuations too.
    return [*parts[:2], pointer] + [b""] * len(parts[2:])


def _user_block(data: bytes) -> int:
    size = 512 if data else 0
    while size < len(data):
        size *= 2
    return size

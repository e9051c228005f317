"""Arrow and Parquet for samples, written without a library."""

from __future__ import annotations

import base64
import sqlite3
import struct

from benchmarks.detection.flatbuffer_bytes import (
    Number,
    Raw,
    Table,
    Tables,
    Text,
    flatbuffer,
)

__all__ = [
    "arrow_file",
    "column",
    "message",
    "parquet",
    "schema",
    "sqlite",
    "stream",
]

_CONTINUES = b"\xff\xff\xff\xff"
_END = _CONTINUES + bytes(4)


def column(name: str, metadata: dict[str, bytes] | None = None) -> Table:
    """Give a column of whole numbers, with metadata of its own."""
    kind = Table({0: Number("i", 32), 1: Number("B", 1)})
    fields: dict[int, object] = {0: Text(name), 2: Number("B", 2), 3: kind}
    if metadata:
        fields[6] = _pairs(metadata)
    return Table(fields)


def _pairs(metadata: dict[str, bytes]) -> Tables:
    return Tables(
        [Table({0: Text(key), 1: Raw(value)}) for key, value in metadata.items()]
    )


def schema(*columns: Table, metadata: dict[str, bytes] | None = None) -> Table:
    """Give a schema."""
    fields: dict[int, object] = {1: Tables(columns)}
    if metadata:
        fields[2] = _pairs(metadata)
    return Table(fields)


def message(kind: int, header: Table, body: bytes = b"") -> bytes:
    """Give a message with its body."""
    root = Table(
        {
            0: Number("h", 4),
            1: Number("B", kind),
            2: header,
            3: Number("q", len(body)),
        }
    )
    data = flatbuffer(root)
    data += bytes(-len(data) % 8)
    return _CONTINUES + struct.pack("<I", len(data)) + data + body


def stream(of: Table, *bodies: bytes, end: bytes = _END) -> bytes:
    """Give a stream: the schema, and a batch for each body."""
    batches = [message(3, Table({0: Number("q", 1)}), body) for body in bodies]
    return message(1, of) + b"".join(batches) + end


def arrow_file(
    of: Table, *bodies: bytes, footer: Table | None = None, between: bytes = b""
) -> bytes:
    """Give a file: a stream between two magics, and a footer with a schema."""
    tail = flatbuffer(Table({0: Number("h", 4), 1: of if footer is None else footer}))
    return (
        b"ARROW1\0\0"
        + stream(of, *bodies)
        + between
        + tail
        + struct.pack("<I", len(tail))
        + b"ARROW1"
    )


def _number(value: int) -> bytes:
    value = value << 1 ^ value >> 63
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _text(data: bytes) -> bytes:
    size = bytearray()
    length = len(data)
    while length > 127:
        size.append(length & 127 | 128)
        length >>= 7
    return bytes([*size, length]) + data


def _list(items: list[bytes], kind: int = 12) -> bytes:
    return bytes([len(items) << 4 | kind]) + b"".join(items)


def _structure(*fields: tuple[int, int, bytes]) -> bytes:
    out, last = b"", 0
    for number, kind, data in fields:
        out += bytes([number - last << 4 | kind]) + data
        last = number
    return out + b"\0"


def parquet(
    *,
    pairs: dict[str, bytes] | None = None,
    of: Table | None = None,
    path: bytes = b"",
    offset: int = 4,
    behind: bytes = b"",
    inside: bytes = b"",
) -> bytes:
    """Give a file of one column.

    Args:
        pairs: Metadata of the footer.
        of: An Arrow schema, kept as PyArrow keeps it.
        path: File that the column is said to lie in.
        offset: Where its pages are said to begin.
        behind: Bytes between pages and footer.
        inside: Bytes behind the footer's last field.
    """
    pages = b"\x15" + bytes(63)
    metadata = dict(pairs or {})
    if of is not None:
        metadata["ARROW:schema"] = base64.b64encode(message(1, of))
    inner = _structure(
        (1, 5, _number(1)),
        (2, 9, _list([_number(0)], 5)),
        (3, 9, _list([_text(b"x")], 8)),
        (4, 5, _number(0)),
        (5, 6, _number(8)),
        (6, 6, _number(len(pages))),
        (7, 6, _number(len(pages))),
        (9, 6, _number(offset)),
    )
    chunk = _structure(
        *([(1, 8, _text(path))] if path else []),
        (2, 6, _number(0)),
        (3, 12, inner),
    )
    group = _structure((1, 9, _list([chunk])), (2, 6, _number(64)), (3, 6, _number(8)))
    element = _structure((1, 5, _number(1)), (4, 8, _text(b"x")))
    kept = [
        _structure((1, 8, _text(key.encode())), (2, 8, _text(value)))
        for key, value in metadata.items()
    ]
    footer = _structure(
        (1, 5, _number(2)),
        (2, 9, _list([element])),
        (3, 6, _number(8)),
        (4, 9, _list([group])),
        *([(5, 9, _list(kept))] if kept else []),
    )
    footer += inside
    return b"PAR1" + pages + behind + footer + struct.pack("<I", len(footer)) + b"PAR1"


def sqlite(*values: bytes, page: int = 512, without_rows: bool = False) -> bytes:
    """Give a database with one table that keeps these values by a key."""
    connection = sqlite3.connect(":memory:")
    with connection:
        connection.execute(f"PRAGMA page_size={page}")
        kind = " WITHOUT ROWID" if without_rows else ""
        connection.execute(f"CREATE TABLE kept (key TEXT PRIMARY KEY, value){kind}")
        for number, value in enumerate(values):
            row = (f"key {number:06d}", value)
            connection.execute("INSERT INTO kept VALUES (?, ?)", row)
    data = connection.serialize()
    connection.close()
    return data

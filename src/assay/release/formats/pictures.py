"""Pictures with short signatures, and what desktops leave behind, proven by structure.

Source: the BITMAPFILEHEADER of Windows, the icon directory, TIFF 6.0; the description
of `.DS_Store` in the documentation of the Python package `ds_store`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.release.source import ByteSource

__all__ = ["is_bitmap", "is_desktop", "is_icon", "is_tiff"]

# Sizes of the second header of a bitmap, by its version.
_BITMAP_HEADERS = frozenset({12, 40, 52, 56, 64, 108, 124})
_ICON_ENTRY = 16
_TIFF_ENTRY = 12
# Types of a TIFF field, from bytes to doubles.
_TIFF_TYPES = range(1, 14)
_LARGEST_DESKTOP = 4 << 20


def is_bitmap(source: ByteSource) -> bool:
    """Tell a bitmap, whose header says how long the file is."""
    head = source.read_at(0, 18)
    size = int.from_bytes(head[2:6], "little")
    pixels = int.from_bytes(head[10:14], "little")
    header = int.from_bytes(head[14:18], "little")
    return size == source.size and header in _BITMAP_HEADERS and pixels < size


def is_icon(source: ByteSource) -> bool:
    """Tell icons: as many pictures as there are entries, up to the end of the file."""
    count = int.from_bytes(source.read_at(4, 2), "little")
    entries = source.read_at(6, _ICON_ENTRY * count)
    if not 0 < count <= 256 or len(entries) < _ICON_ENTRY * count:
        return False
    end = 6 + len(entries)
    for at in range(0, len(entries), _ICON_ENTRY):
        size = int.from_bytes(entries[at + 8 : at + 12], "little")
        start = int.from_bytes(entries[at + 12 : at + 16], "little")
        # One picture behind the other, as every writer puts them.
        if start != end or not size:
            return False
        end += size
    return end == source.size


def is_tiff(source: ByteSource) -> bool:
    """Tell a TIFF by its first directory, whose fields stand in order."""
    order = "little" if source.read_at(0, 1) == b"I" else "big"
    at = int.from_bytes(source.read_at(4, 4), order)  # type: ignore[arg-type]  # one of two
    count = int.from_bytes(source.read_at(at, 2), order)  # type: ignore[arg-type]  # one of two
    fields = source.read_at(at + 2, _TIFF_ENTRY * count)
    if at < 8 or not 0 < count <= 512 or len(fields) < _TIFF_ENTRY * count:
        return False
    tags = []
    for start in range(0, len(fields), _TIFF_ENTRY):
        kind = int.from_bytes(fields[start + 2 : start + 4], order)  # type: ignore[arg-type]  # one of two
        if kind not in _TIFF_TYPES:
            return False
        tags.append(int.from_bytes(fields[start : start + 2], order))  # type: ignore[arg-type]  # one of two
    # Width and height are there, and nothing is there twice.
    return {256, 257} <= set(tags) and tags == sorted(set(tags))


def is_desktop(source: ByteSource) -> bool:
    """Tell what macOS notes of a folder: blocks, their root named twice."""
    head = source.read_at(0, 20)
    root = int.from_bytes(head[8:12], "big")
    size = int.from_bytes(head[12:16], "big")
    return (
        head[16:20] == head[8:12] and root + size + 4 <= source.size < _LARGEST_DESKTOP
    )

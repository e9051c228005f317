"""xxHash, the checksum of LZ4 and Zstandard frames, with seed 0.

Source: the xxHash specification, XXH32 and XXH64.
"""

from __future__ import annotations

import struct

__all__ = ["xxh32", "xxh64"]

_M32 = 0xFFFFFFFF
_A32, _B32, _C32, _D32, _E32 = (
    0x9E3779B1,
    0x85EBCA77,
    0xC2B2AE3D,
    0x27D4EB2F,
    0x165667B1,
)
_M64 = 0xFFFFFFFFFFFFFFFF
_A64, _B64, _C64, _D64, _E64 = (
    0x9E3779B185EBCA87,
    0xC2B2AE3D27D4EB4F,
    0x165667B19E3779F9,
    0x85EBCA77C2B2AE63,
    0x27D4EB2F165667C5,
)


def _turn32(value: int, bits: int) -> int:
    value &= _M32
    return (value << bits | value >> (32 - bits)) & _M32


def _turn64(value: int, bits: int) -> int:
    value &= _M64
    return (value << bits | value >> (64 - bits)) & _M64


def xxh32(data: bytes) -> int:
    """Give the 32-bit hash of some bytes."""
    whole = len(data) // 16 * 16
    if whole:
        one, two, three, four = (_A32 + _B32) & _M32, _B32, 0, -_A32 & _M32
        for a, b, c, d in struct.iter_unpack("<4I", data[:whole]):
            one = _turn32(one + a * _B32, 13) * _A32
            two = _turn32(two + b * _B32, 13) * _A32
            three = _turn32(three + c * _B32, 13) * _A32
            four = _turn32(four + d * _B32, 13) * _A32
        total = _turn32(one, 1) + _turn32(two, 7) + _turn32(three, 12)
        total += _turn32(four, 18)
    else:
        total = _E32
    total += len(data)
    rest = data[whole:]
    words = len(rest) // 4 * 4
    for (word,) in struct.iter_unpack("<I", rest[:words]):
        total = _turn32(total + word * _C32, 17) * _D32
    for byte in rest[words:]:
        total = _turn32(total + byte * _E32, 11) * _A32
    total &= _M32
    total = (total ^ total >> 15) * _B32 & _M32
    total = (total ^ total >> 13) * _C32 & _M32
    return total ^ total >> 16


def _round64(value: int, lane: int) -> int:
    return _turn64(value + lane * _B64, 31) * _A64


def xxh64(data: bytes) -> int:
    """Give the 64-bit hash of some bytes."""
    whole = len(data) // 32 * 32
    if whole:
        one, two, three, four = _A64 + _B64, _B64, 0, -_A64
        for a, b, c, d in struct.iter_unpack("<4Q", data[:whole]):
            one, two = _round64(one, a), _round64(two, b)
            three, four = _round64(three, c), _round64(four, d)
        total = _turn64(one, 1) + _turn64(two, 7) + _turn64(three, 12)
        total += _turn64(four, 18)
        for lane in (one, two, three, four):
            total = (total ^ _round64(0, lane & _M64) & _M64) & _M64
            total = total * _A64 + _D64
    else:
        total = _E64
    return _finish64((total + len(data)) & _M64, data[whole:])


def _finish64(total: int, rest: bytes) -> int:
    longs = len(rest) // 8 * 8
    for (lane,) in struct.iter_unpack("<Q", rest[:longs]):
        total = _turn64(total ^ _round64(0, lane) & _M64, 27) * _A64 + _D64 & _M64
    rest = rest[longs:]
    if len(rest) >= 4:
        total ^= int.from_bytes(rest[:4], "little") * _A64 & _M64
        total = _turn64(total, 23) * _B64 + _C64 & _M64
        rest = rest[4:]
    for byte in rest:
        total = _turn64(total ^ byte * _E64 & _M64, 11) * _A64 & _M64
    total = (total ^ total >> 33) * _B64 & _M64
    total = (total ^ total >> 29) * _C64 & _M64
    return total ^ total >> 32

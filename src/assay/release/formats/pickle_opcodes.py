"""The opcodes of the pickle machine, protocols 0 to 5, and what each needs.

Source: the Python library reference (module `pickle`) and PEP 307, 3154 and 574.
"""

from __future__ import annotations

__all__ = ["HIGHEST_PROTOCOL", "PROTOCOL_OF", "STARTERS"]

HIGHEST_PROTOCOL = 5

_BY_PROTOCOL: dict[int, bytes] = {
    0: b"(.0FILNPRSVabcdgilpst2",
    1: b"JKMQTUX]}ehjoqru)G1",
    2: bytes(range(0x80, 0x8C)),
    3: b"BC",
    4: bytes(range(0x8C, 0x96)),
    5: bytes(range(0x96, 0x99)),
}

# Protocol that each opcode came with; an opcode that is not here does not exist.
PROTOCOL_OF: dict[int, int] = {
    opcode: protocol for protocol, opcodes in _BY_PROTOCOL.items() for opcode in opcodes
}

# Opcodes that can open a stream: those that need nothing on the stack or in the memo,
# nor, as PERSID does, a loader made for the file.
STARTERS = frozenset(
    b"(FILNSVcJKMTUX]})GBC" + bytes(range(0x80, 0x81)) + b"\x82\x83\x84"
    b"\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x95\x96\x97"
)

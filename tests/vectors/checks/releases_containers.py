"""Archives that the cases of several checks hold.

`benchmarks/detection/archives.py` writes such ones: `seven_zip` with the method `ppmd`,
which nobody here can unpack, and with a member that leaves the archive.
"""

from __future__ import annotations

from tests.vectors.checks.entries import File

__all__ = ["ESCAPING_7Z", "UNREADABLE_7Z"]

_PPMD = bytes.fromhex(
    "377abcaf271c000461d6a21610000000000000003e0000000000000062c27fa980024e2e"
    "80024e2e80024e2e80024e2e0104060001091000070b010001030304010c1000080d010a"
    "019c2967fa0000050111190077006500690067006800740073002e0070006b006c000000"
    "0000"
)
_ESCAPE = bytes.fromhex(
    "377abcaf271c0004d17add3906000000000000003e000000000000007843156661737361"
    "790a0104060001090600070b01000101000c0600080d010a018762afe200000501111b00"
    "2e002e002f0076006f006300610062002e0074007800740000000000"
)
UNREADABLE_7Z = File("weights.7z", _PPMD)
ESCAPING_7Z = File("tokenizer.7z", _ESCAPE)

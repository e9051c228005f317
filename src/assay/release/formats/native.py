"""Files that a processor or a virtual machine runs as they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.facts import Content, NativeCodeFacts

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["is_bytecode", "read"]

_ELF_KINDS = {
    1: "object file",
    2: "executable",
    3: "shared library or executable",
    4: "core dump",
}
_MACH_O_KINDS = {1: "object file", 2: "executable", 6: "shared library", 8: "bundle"}
# Where the code object starts: before Python 3.3, before 3.7, since then.
_CODE_STARTS = (8, 12, 16)
# TYPE_CODE of marshal, alone and with FLAG_REF.
_CODE_TYPES = (b"\x63", b"\xe3")
# Magic numbers of CPython, as `importlib.util` of each version gives them.
_PYTHON_VERSIONS = (
    (62011, 62211, "2"),
    (3000, 3379, "3.0 to 3.6"),
    (3390, 3399, "3.7"),
    (3400, 3419, "3.8"),
    (3420, 3429, "3.9"),
    (3430, 3449, "3.10"),
    (3450, 3499, "3.11"),
    (3500, 3549, "3.12"),
    (3550, 3599, "3.13"),
    (3600, 3649, "3.14"),
)
# IMAGE_FILE_DLL of the PE characteristics.
_PE_DLL = 0x2000


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give what kind of machine code it is."""
    del inspection
    head = subject.source.read_at(0, 64)
    if subject.content is Content.ELF:
        order = "big" if head[5:6] == b"\x02" else "little"
        kind = int.from_bytes(head[16:18], "big" if order == "big" else "little")
        detail = f"ELF {_ELF_KINDS.get(kind, 'file')}"
    elif subject.content is Content.PE:
        detail = _pe(subject, head)
    elif subject.content is Content.MACH_O:
        detail = _mach_o(head)
    elif subject.content is Content.WASM:
        detail = "WebAssembly module"
    elif subject.content is Content.PYTHON_BYTECODE:
        detail = _python(head)
    else:
        detail = "Java class"
    return [
        NativeCodeFacts(place=subject.place, content=subject.content, detail=detail)
    ]


def is_bytecode(head: bytes) -> bool:
    """Tell whether bytes are compiled Python: a magic number, then a code object.

    The number ends in a carriage return and a line feed. The code object is marshalled
    and takes no arguments, since it is that of a module; its place moved with time.
    Source: PEP 3147, PEP 552.
    """
    if head[2:4] != b"\r\n":
        return False
    return any(
        head[start : start + 1] in _CODE_TYPES
        and head[start + 1 : start + 5] == bytes(4)
        for start in _CODE_STARTS
    )


def _python(head: bytes) -> str:
    number = int.from_bytes(head[:2], "little")
    for first, last, version in _PYTHON_VERSIONS:
        if first <= number <= last:
            return f"compiled by Python {version}"
    return f"compiled Python, magic number {number}"


def _pe(subject: Subject, head: bytes) -> str:
    offset = int.from_bytes(head[60:64], "little")
    flags = subject.source.read_at(offset + 22, 2)
    library = int.from_bytes(flags, "little") & _PE_DLL
    return "Windows library" if library else "Windows executable"


def _mach_o(head: bytes) -> str:
    if head[:3] == b"\xca\xfe\xba":
        return "Mach-O for several architectures"
    little = head[:1] in (b"\xce", b"\xcf")
    kind = int.from_bytes(head[12:16], "little" if little else "big")
    return f"Mach-O {_MACH_O_KINDS.get(kind, 'file')}"

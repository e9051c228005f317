"""Files that a processor or a virtual machine runs as they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.facts import Content, NativeCodeFacts

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["read"]

_ELF_KINDS = {
    1: "object file",
    2: "executable",
    3: "shared library or executable",
    4: "core dump",
}
_MACH_O_KINDS = {1: "object file", 2: "executable", 6: "shared library", 8: "bundle"}
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
    else:
        detail = "Java class"
    return [
        NativeCodeFacts(place=subject.place, content=subject.content, detail=detail)
    ]


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

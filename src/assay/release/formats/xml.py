"""XML, from its first byte to its last, resolving nothing.

A document type that declares entities is where harm begins: entities that expand a
billionfold, and entities from files or addresses, which readers that resolve them send
out or show. Parsing stops at the first; no model needs one.
Source: XML 1.0, section 4; OpenVINO and PMML have readers of their own for what their
elements say.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol
from xml.parsers import expat  # only events: nothing is resolved, entities end it

from assay.domain.facts import Content, Gap, GraphFacts
from assay.release.formats import text
from assay.release.formats.reading import Problems, shorten
from assay.release.source import chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.domain.facts import DataFile, Fact, GraphOperator
    from assay.domain.limits import Limits
    from assay.release.formats.reading import Inspection, Subject
    from assay.release.source import ByteSource

__all__ = ["Dialect", "Document", "read"]

_XINCLUDE = "http://www.w3.org/2001/XInclude"
# Between the name space and the local name in what the parser gives.
_BETWEEN = " "


class Dialect(Protocol):
    """What a kind of XML says by its elements."""

    def begin(self, name: str, attributes: dict[str, str], line: int) -> None:
        """Take the start of an element; `name` is without its name space."""
        ...

    def finish(self) -> GraphFacts:
        """Give what was seen."""
        ...


class _Stop(Exception):  # noqa: N818 - control flow inside this module only
    """Nothing that follows is to be read."""

    def __init__(self, unread: str = "") -> None:
        # Why the rest was passed over, when a bound of ours says so.
        self.unread = unread
        super().__init__(unread)


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the facts of one XML document, and those of any text."""
    return [
        *Document(subject, inspection).read(),
        *text.read(subject, inspection),
    ]


class Document:
    """One document being parsed.

    Attributes:
        subject: What is read.
        inspection: The walk that it belongs to.
        problems: Ways in which it breaks its format, so far.
    """

    def __init__(self, subject: Subject, inspection: Inspection) -> None:
        self.subject = subject
        self.inspection = inspection
        self.problems = Problems(subject, inspection.limits)
        self._limits: Limits = inspection.limits
        self._left = inspection.limits.max_xml_elements
        self._depth = 0
        self._dialect: Dialect | None = None
        self._declared = _encoding(subject.source)
        self._parser = expat.ParserCreate(
            "utf-8" if self._declared in _DECODED else self._declared, _BETWEEN
        )
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.EntityDeclHandler = self._entity
        self._parser.StartDoctypeDeclHandler = self._document_type
        self._parser.ProcessingInstructionHandler = self._instruction
        # Without this, what an external document type declares would pass in silence.
        self._parser.SkippedEntityHandler = self._skipped
        self._parser.buffer_text = True

    def add(self, kind: str, detail: str, line: int) -> None:
        """Note a problem on a line."""
        self.problems.add(kind, detail, place=self.subject.at(line=line))

    def shown(self, value: str) -> str:
        """Shorten a value for people."""
        return shorten(value, self._limits.max_shown_chars)

    def read(self) -> list[Fact]:
        """Parse all of it, and give what its dialect says."""
        unread = self._parse()
        facts: list[Fact] = []
        if self._dialect is not None:
            facts.append(self._dialect.finish())
        elif problems := self.problems.done():
            graph = GraphFacts(
                place=self.subject.place, content=Content.XML, problems=problems
            )
            facts.append(graph)
        if unread:
            place = self.subject.at(line=self._parser.CurrentLineNumber)
            facts.append(Gap(place=place, reason=unread, content=Content.XML))
        return facts

    def facts(
        self,
        producer: str,
        operators: tuple[GraphOperator, ...],
        functions: tuple[str, ...] = (),
        data_files: tuple[DataFile, ...] = (),
        metadata: tuple[tuple[str, str], ...] = (),
    ) -> GraphFacts:
        """Give the noun, with the problems seen."""
        return GraphFacts(
            place=self.subject.place,
            content=Content.XML,
            producer=producer,
            operators=operators,
            functions=functions,
            data_files=data_files,
            metadata=metadata,
            problems=self.problems.done(),
        )

    def _parse(self) -> str:
        """Feed the parser; give why the rest was not read, when a bound says so."""
        source, bound = self.subject.source, self._limits.max_xml_bytes
        if source.size > bound:
            return f"an XML document of more than {bound} bytes is not parsed"
        if self._declared in _DECODED and source.size > self._limits.max_held_bytes:
            return (
                f"its encoding is {self._declared}, which is read in small files only"
            )
        try:
            self._feed()
        except _Stop as stop:
            return stop.unread
        except expat.ExpatError as error:
            return self._broken(error)
        except (LookupError, ValueError) as error:
            # Encodings that Python does not know, or that the parser cannot take in.
            return f"its encoding is not read: {self.shown(str(error))}"
        return ""

    def _feed(self) -> None:
        fed = 0
        bound = self._limits.max_xml_token_bytes
        for chunk in self._pieces():
            self._parser.Parse(chunk, False)  # noqa: FBT003 - its own signature
            fed += len(chunk)
            if fed - self._parser.CurrentByteIndex > bound:
                raise _Stop(f"it holds a tag of more than {bound} bytes")
        self._parser.Parse(b"", True)  # noqa: FBT003 - its own signature

    def _pieces(self) -> Iterator[bytes]:
        """Give the bytes; in UTF-8 where the parser does not know their encoding."""
        if self._declared not in _DECODED:
            yield from chunks(self.subject.source)
            return
        data = self.subject.source.read_at(0, self.subject.source.size)
        yield data.decode(self._declared, "replace").encode("utf-8", "replace")

    def _broken(self, error: expat.ExpatError) -> str:
        why = expat.ErrorString(error.code) or "malformed"
        if self._dialect is None:
            # Prose that begins like XML: nobody loads it as a model.
            return "" if self.subject.name.endswith(_PROSE) else f"not XML: {why}"
        self.add("malformed", why, error.lineno)
        return ""

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._left -= 1
        self._depth += 1
        if self._left < 0:
            bound = self._limits.max_xml_elements
            raise _Stop(f"it holds more than {bound} elements")
        if self._depth > self._limits.max_xml_depth:
            bound = self._limits.max_xml_depth
            raise _Stop(f"it is nested deeper than {bound} elements")
        space, _, local = name.rpartition(_BETWEEN)
        line = self._parser.CurrentLineNumber
        if self._depth == 1:
            self._dialect = _dialect(local, attributes, self)
        if space == _XINCLUDE and local == "include":
            self.add(
                "external-reference",
                f"includes {self.shown(attributes.get('href', ''))!r}",
                line,
            )
        if self._dialect is not None:
            self._dialect.begin(local, attributes, line)

    def _end(self, _name: str) -> None:
        self._depth -= 1

    def _document_type(
        self, name: str, system: str | None, public: str | None, _internal: int
    ) -> None:
        if system is not None and name.lower() not in _WELL_KNOWN:
            detail = f"document type from {self.shown(system or public or '')!r}"
            self.add("external-entity", detail, self._parser.CurrentLineNumber)

    def _entity(
        self,
        name: str,
        parameter: int,
        value: str | None,
        _base: str | None,
        system: str | None,
        _public: str | None,
        _notation: str | None,
    ) -> None:
        line = self._parser.CurrentLineNumber
        shown = self.shown(name)
        if system is not None:
            detail = f"entity {shown} is taken from {self.shown(system)!r}"
            self.add("external-entity", detail, line)
        elif parameter:
            self.add("entity-declaration", f"parameter entity {shown}", line)
        else:
            size = len(value or "")
            self.add("entity-declaration", f"entity {shown} of {size} characters", line)
        raise _Stop

    def _skipped(self, name: str, _parameter: int) -> None:
        detail = f"entity {self.shown(name)} is used and not declared"
        self.add("entity-declaration", detail, self._parser.CurrentLineNumber)
        raise _Stop

    def _instruction(self, target: str, data: str) -> None:
        if target == "xml-stylesheet":
            detail = f"style sheet {self.shown(data)}"
            self.add("external-reference", detail, self._parser.CurrentLineNumber)


_DECLARED = re.compile(rb"encoding\s*=\s*[\"']([A-Za-z][\w.-]{0,40})[\"']")
# Encodings that the parser cannot take in, and that other readers of XML can.
_DECODED = frozenset(
    {"big5", "cp932", "cp936", "cp949", "cp950", "euc-jp", "euc-kr", "gb18030"}
    | {"gb2312", "gbk", "hz", "iso-2022-jp", "iso-2022-kr", "shift-jis", "sjis"}
    | {"cp037", "utf-32", "utf-32le", "utf-32be", "utf-7", "utf7"}
)
# Document types that name their own definition: browsers know it and fetch nothing.
_WELL_KNOWN = frozenset({"html", "svg", "plist"})
_PROSE = (".html", ".htm", ".xhtml", ".md", ".txt")


def _encoding(source: ByteSource) -> str | None:
    """Give the encoding where the parser must be told, else None.

    Its first bytes tell UTF-16 whatever it declares; encodings of several bytes are
    decoded beforehand, as readers that know them would.
    """
    head = source.read_at(0, 256)
    if head.startswith((b"<\0\0\0", b"\0\0\0<")):
        return "utf-32le" if head.startswith(b"<") else "utf-32be"
    if head.startswith((b"\xff\xfe", b"<\0")):
        return "utf-16le" if head.startswith(b"<") else "utf-16"
    if head.startswith((b"\xfe\xff", b"\0<")):
        return "utf-16be" if head.startswith(b"\0") else "utf-16"
    if head.startswith(b"\x4c\x6f\xa7\x94"):
        # EBCDIC: what a declaration begins with is the same in all its pages.
        return "cp037"
    declared = _DECLARED.search(head)
    name = declared[1].decode("ascii").lower().replace("_", "-") if declared else ""
    return name if name in _DECODED else None


def _dialect(
    name: str, attributes: dict[str, str], document: Document
) -> Dialect | None:
    """Give the reader of a kind of XML by its outermost element."""
    if name == "net":
        from assay.release.formats import openvino  # noqa: PLC0415 - only IR needs it

        return openvino.Network(attributes, document)
    if name == "PMML":
        from assay.release.formats import pmml  # noqa: PLC0415 - only PMML needs it

        return pmml.Model(attributes, document)
    return None

"""safetensors: what the header declares against what the file holds.

Layout: a little-endian u64 length, that many bytes of JSON, then the tensors without
gap or overlap up to the end of the file.
Source: the format description of huggingface/safetensors, and its reference reader.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assay.domain.facts import Content, Gap, SafetensorsFacts
from assay.errors import DocumentError
from assay.release.formats.reading import Problems, shorten
from assay.release.formats.shard_index import names_digest
from assay.release.source import BytesSource
from assay.wire import strict_json

if TYPE_CHECKING:
    from assay.domain.facts import Fact
    from assay.release.formats.reading import Inspection, Subject

__all__ = ["read"]

# Bits of one element; sub-byte types are packed.
_BITS = {
    "BOOL": 8,
    "F4": 4,
    "F6_E2M3": 6,
    "F6_E3M2": 6,
    "U8": 8,
    "I8": 8,
    "F8_E5M2": 8,
    "F8_E4M3": 8,
    "F8_E8M0": 8,
    "F8_E4M3FNUZ": 8,
    "F8_E5M2FNUZ": 8,
    "I16": 16,
    "U16": 16,
    "F16": 16,
    "BF16": 16,
    "I32": 32,
    "U32": 32,
    "F32": 32,
    "C64": 64,
    "F64": 64,
    "I64": 64,
    "U64": 64,
}
_LENGTH_BYTES = 8
_MAX_METADATA_ENTRIES = 10_000
_MAX_DIMENSIONS = 64
# Metadata in which encoded files are looked for; some trainers write a megabyte.
_MAX_SEARCHED = 16 << 20
_LEAST_ENCODED = 24
_TEMPLATE = re.compile(r"(?:^|[._])(?:chat_|prompt_)?template(?:$|[._])")
# Writers fill up with spaces; other blanks can spell what nobody sees.
_MAX_BLANKS = 64
_TAIL = 1 << 16


def read(subject: Subject, inspection: Inspection) -> list[Fact]:
    """Give the facts of one safetensors file."""
    header = _Header(subject, inspection)
    found = header.read()
    facts: list[Fact] = [found, *_inside(found.metadata, subject, inspection)]
    if header.of_bytes:
        from assay.release.formats import pickle_hidden  # noqa: PLC0415 - few have any

        facts += pickle_hidden.in_tensors(subject, inspection, header.of_bytes)
    if header.unread:
        reason = f"the header was not read: {header.unread}"
        facts.append(Gap(place=subject.place, reason=reason, content=subject.content))
    return facts


def _inside(
    metadata: tuple[tuple[str, str], ...], subject: Subject, inspection: Inspection
) -> list[Fact]:
    """Read the templates in the metadata, and the files that are written out there."""
    facts: list[Fact] = []
    left = _MAX_SEARCHED
    for key, text in metadata:
        shown = shorten(f"__metadata__.{key}", inspection.limits.max_shown_chars)
        if _TEMPLATE.search(key):
            from assay.release.formats import template  # noqa: PLC0415 - loads Jinja2

            place = subject.at(key=shown)
            facts += template.template_facts(text, place, inspection)
        left -= len(text)
        if len(text) < _LEAST_ENCODED or left < 0:
            continue
        from assay.release.formats import encoded  # noqa: PLC0415 - few need it

        outer = subject.place.member
        inner = replace(
            subject,
            source=BytesSource(text.encode("utf-8", "replace")),
            place=replace(
                subject.place, member=shown if outer is None else f"{outer}!/{shown}"
            ),
            content=Content.TEXT,
        )
        facts += encoded.whole(inner, inspection) or encoded.inside(inner, inspection)
    return facts


class _Header:
    """One header being compared with its file."""

    def __init__(self, subject: Subject, inspection: Inspection) -> None:
        self._subject = subject
        self._limits = inspection.limits
        self._problems = Problems(subject, inspection.limits)
        self._length = 0
        # Why the header was passed over, when a bound of ours and no fault says so.
        self.unread = ""
        # Tensors of bytes, and those of further state: start, end and name.
        self.of_bytes: list[tuple[int, int, str]] = []

    def read(self) -> SafetensorsFacts:
        size = self._subject.source.size
        if size < _LENGTH_BYTES:
            self._add("header-too-short", f"expected 8 bytes or more, found {size}")
            return self._facts(0, ())
        prefix = self._subject.source.read_at(0, _LENGTH_BYTES)
        self._length = int.from_bytes(prefix, "little")
        bound = min(self._limits.max_safetensors_header_bytes, size - _LENGTH_BYTES)
        if self._length > bound:
            self._add(
                "header-length",
                f"expected a header of at most {bound} bytes, found {self._length}",
            )
            return self._facts(0, ())
        document = self._parse()
        if document is None:
            return self._facts(0, ())
        metadata = self._metadata(document.pop("__metadata__", {}))
        self._layout(self._extents(document))
        return self._facts(len(document), metadata, names_digest(document))

    def _add(self, kind: str, detail: str, key: str | None = None) -> None:
        place = self._subject.at(key=key) if key is not None else None
        self._problems.add(kind, detail, place=place)

    def _facts(
        self,
        tensors: int,
        metadata: tuple[tuple[str, str], ...],
        names: str = "",
    ) -> SafetensorsFacts:
        return SafetensorsFacts(
            place=self._subject.place,
            tensors=tensors,
            header_bytes=self._length,
            metadata=metadata,
            names=names,
            problems=self._problems.done(),
        )

    def _parse(self) -> dict[str, object] | None:
        data = self._subject.source.read_at(_LENGTH_BYTES, self._length)
        tail = data[-_TAIL:]
        blanks = tail[len(tail.rstrip(b" \t\r\n")) :]
        if len(blanks) > _MAX_BLANKS and blanks.strip(b" "):
            self._add("header-padding", f"{len(blanks)} blanks that are not all spaces")
        if not data.startswith(b"{"):
            self._add("header-json", f"expected '{{' first, found {data[:1]!r}")
            return None
        try:
            document = strict_json.loads(
                data,
                limits=self._limits,
                max_bytes=self._limits.max_safetensors_header_bytes,
            )
        except DocumentError as error:
            if error.code == "document.too-many-values":
                self.unread = f"more values than the {self._limits.max_json_values}"
            repeated = error.code == "document.repeated-key"
            kind = "duplicate-key" if repeated else "header-json"
            self._add(kind, f"{error.message} Found {error.found}")
            return None
        return document if isinstance(document, dict) else None

    def _metadata(self, value: object) -> tuple[tuple[str, str], ...]:
        if not isinstance(value, dict):
            self._add("bad-metadata", "expected an object", "__metadata__")
            return ()
        pairs: list[tuple[str, str]] = []
        for key, text in value.items():
            if isinstance(text, str):
                pairs.append((str(key), text))
            else:
                shown = shorten(str(key), self._limits.max_shown_chars)
                self._add(
                    "bad-metadata",
                    f"expected a text, found {type(text).__name__}",
                    f"__metadata__.{shown}",
                )
        return tuple(pairs[:_MAX_METADATA_ENTRIES])

    def _extents(self, document: dict[str, object]) -> list[tuple[int, int, str]]:
        extents: list[tuple[int, int, str]] = []
        for name, entry in document.items():
            key = shorten(name, self._limits.max_shown_chars)
            extent = _offsets(entry)
            if extent is None or not isinstance(entry, dict):
                self._add(
                    "bad-entry",
                    "expected dtype, shape and two data_offsets in order",
                    key,
                )
                continue
            self._shape(key, entry, extent)
            extents.append((*extent, key))
            if _BITS.get(str(entry["dtype"])) == 8 or "extra_state" in name:
                first = _LENGTH_BYTES + self._length
                self.of_bytes.append((first + extent[0], first + extent[1], key))
        return sorted(extents)

    def _shape(
        self, key: str, entry: dict[str, object], extent: tuple[int, int]
    ) -> None:
        dtype = entry.get("dtype")
        bits = _BITS.get(dtype) if isinstance(dtype, str) else None
        if bits is None:
            self._add("unknown-dtype", f"found {str(dtype)[:40]!r}", key)
            return
        for dimension in _dimensions(entry):
            bits *= dimension
        held = extent[1] - extent[0]
        if bits % 8 or bits // 8 != held:
            self._add(
                "shape-mismatch",
                f"shape and dtype need {_printed(bits)} bits, the offsets hold "
                f"{held * 8}",
                key,
            )

    def _layout(self, extents: list[tuple[int, int, str]]) -> None:
        held = self._subject.source.size - _LENGTH_BYTES - self._length
        position = 0
        for start, end, key in extents:
            if start < position:
                self._add(
                    "tensor-overlap", f"starts at {start}, before {position}", key
                )
            elif start > position:
                self._add("tensor-gap", f"{start - position} bytes before it", key)
            if end > held:
                self._add(
                    "out-of-bounds", f"ends at {end}, the data ends at {held}", key
                )
            position = max(position, end)
        if position < held:
            self._add(
                "trailing-bytes", f"{held - position} bytes after the last tensor"
            )


def _offsets(entry: object) -> tuple[int, int] | None:
    """Give begin and end of a well-formed entry."""
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        return None
    offsets = entry["data_offsets"]
    if not isinstance(offsets, list) or len(offsets) != 2:
        return None
    if not isinstance(entry["shape"], list) or len(entry["shape"]) > _MAX_DIMENSIONS:
        return None
    for number in (*offsets, *entry["shape"]):
        if type(number) is not int or not 0 <= number < 1 << 64:
            return None
    return (offsets[0], offsets[1]) if offsets[0] <= offsets[1] else None


def _dimensions(entry: dict[str, object]) -> list[int]:
    shape = entry["shape"]
    return [item for item in shape if type(item) is int] if type(shape) is list else []


def _printed(number: int) -> str:
    return str(number) if number < 1 << 64 else "more than 2^64"

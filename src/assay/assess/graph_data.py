"""Where graphs take their numbers from: outside, through links, past the end of files.

Loaders join a name with the folder of the model. ONNX alone had this wrong four times
(CVE-2022-25882, CVE-2024-27318, CVE-2025-51480, CVE-2026-27489).
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.domain.facts import Content, GraphFacts, WeightsFacts
from assay.domain.release import IrregularKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assay.domain.facts import DataFile, FileFacts, ReleaseFacts
    from assay.domain.release import Inventory

__all__ = ["Trouble", "accounted", "graph_data_files", "troubles"]

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_LINKS = frozenset(
    {
        IrregularKind.SYMLINK_INSIDE,
        IrregularKind.SYMLINK_OUTSIDE,
        IrregularKind.SYMLINK_BROKEN,
    }
)
# Writers begin tensors at multiples of a page or of the largest granularity of memory
# mapping, and fill up with zeros: between two extents no more than this is padding.
_PADDING = 65_536
# After the last one, writers fill up a page at most.
_LAST_PADDING = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What is wrong with a file that a graph takes numbers from.

    Attributes:
        kind: `outside`, `link`, `missing`, `range` or `hidden`.
        data: The reference; the first of them for `hidden`.
        detail: What was found, for people.
    """

    kind: str
    data: DataFile
    detail: str


def graph_data_files(facts: ReleaseFacts) -> tuple[DataFile, ...]:
    """Give every reference of a graph or a TensorFlow checkpoint to a file."""
    return tuple(
        data
        for file in facts.files
        for fact in file.facts
        if isinstance(fact, GraphFacts)
        or (isinstance(fact, WeightsFacts) and fact.content is Content.TF_CHECKPOINT)
        for data in fact.data_files
    )


def troubles(facts: ReleaseFacts, inventory: Inventory) -> Iterable[Trouble]:
    """Give what is wrong with the files that graphs take numbers from."""
    sizes = {file.path: file.size for file in facts.files}
    links = {entry.path for entry in inventory.irregular if entry.kind in _LINKS}
    used: dict[str, list[DataFile]] = defaultdict(list)
    for data in graph_data_files(facts):
        kind, detail = _judged(data, sizes, links)
        if kind:
            yield Trouble(kind=kind, data=data, detail=detail)
        elif data.target is not None:
            used[data.target].append(data)
    contents = {file.path: file for file in facts.files}
    for target, extents in used.items():
        hidden = _hidden(extents, contents[target])
        if hidden:
            yield Trouble(kind="hidden", data=extents[0], detail=hidden)


def accounted(facts: ReleaseFacts) -> frozenset[str]:
    """Give the files without a known type that a model uses from end to end."""
    used: dict[str, list[DataFile]] = defaultdict(list)
    for file in facts.files:
        for fact in file.facts:
            if isinstance(fact, GraphFacts | WeightsFacts):
                for data in fact.data_files:
                    if data.target is not None:
                        used[data.target].append(data)
    return frozenset(
        file.path
        for file in facts.files
        if file.content is Content.UNKNOWN
        and file.path in used
        and not _hidden(used[file.path], file)
    )


def _judged(
    data: DataFile, sizes: Mapping[str, int], links: set[str]
) -> tuple[str, str]:
    full = _full(data)
    if full is None:
        return "outside", "it is absolute, an address, or leads out of the release"
    if data.place.member is not None:
        # Beside a member lie other members, and which ones nobody asked.
        return "", ""
    parts = full.split("/")
    if any("/".join(parts[:count]) in links for count in range(1, len(parts) + 1)):
        return "link", "it is reached through a symbolic link"
    size = sizes.get(data.target or "")
    if size is None and _climbs(data.path):
        return "outside", "it leads out of the folder of the model"
    if size is None:
        return "missing", "no such file is in the release"
    end = (data.offset or 0) + (data.length or 0)
    past = f"bytes up to {_number(end)} of {size} are asked for"
    return ("range", past) if end > size else ("", "")


def _full(data: DataFile) -> str | None:
    """Give the path below the release's root, or None when there is none.

    Backslashes count as separators: on Windows they are.
    """
    path = data.path.replace("\\", "/")
    if path.startswith(("/", "~")) or _SCHEME.match(path) or "\0" in path:
        return None
    parts = data.place.path.split("/")[:-1]
    if data.place.member is not None:
        parts = data.place.member.rpartition("!/")[2].split("/")[:-1]
    for part in path.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _climbs(path: str) -> bool:
    depth = 0
    for part in path.replace("\\", "/").split("/"):
        if part == "..":
            depth -= 1
        elif part not in ("", "."):
            depth += 1
        if depth < 0:
            return True
    return False


def _hidden(extents: list[DataFile], file: FileFacts) -> str:
    """Say which bytes of a file none of the references covers, or nothing.

    A reference without a length goes to the end.
    """
    if any(data.length is None for data in extents):
        return ""
    reached = 0
    for start, end in sorted(
        (data.offset or 0, (data.offset or 0) + (data.length or 0)) for data in extents
    ):
        if start - reached > _PADDING:
            return f"bytes {reached} to {start} belong to no tensor"
        reached = max(reached, end)
    if file.size - reached > _LAST_PADDING:
        return f"{file.size - reached} bytes after {reached} belong to no tensor"
    return ""


def _number(number: int) -> str:
    return str(number) if number < 1 << 64 else "more than 2^64"

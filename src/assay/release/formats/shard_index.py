"""Indexes of sharded weights: which tensor lies in which file.

The files are those that transformers and diffusers write beside shards; loaders join
the folder of the index with the name that it gives.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from assay.domain.facts import Content, DataFile, WeightsFacts
from assay.release.formats.reading import Problems, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assay.release.formats.reading import Inspection, Subject

__all__ = ["is_index", "names_digest", "read"]

_NAME = re.compile(r"\.(?:safetensors|bin|h5|msgpack)\.index(?:\.[\w-]+)?\.json$")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
# The largest published models have some two hundred.
_MAX_SHARDS = 10_000


def is_index(name: str) -> bool:
    """Tell by its name whether a JSON document is an index of shards."""
    return _NAME.search(name.lower()) is not None


def names_digest(names: Iterable[str]) -> str:
    """Give one digest for a set of names, whatever their order."""
    digest = hashlib.sha256()
    for name in sorted(names):
        # A name that no text can hold still counts.
        data = name.encode("utf-8", "surrogatepass")
        digest.update(b"%d:%b" % (len(data), data))
    return digest.hexdigest()


def read(value: object, subject: Subject, inspection: Inspection) -> WeightsFacts:
    """Give the shards of an index, each with the tensors that it is to hold."""
    problems = Problems(subject, inspection.limits)
    bound = inspection.limits.max_shown_chars
    weight_map = value.get("weight_map") if isinstance(value, dict) else None
    if not isinstance(weight_map, dict):
        problems.add("malformed", "expected an object `weight_map`")
        weight_map = {}
    shards: dict[str, list[str]] = {}
    for name, shard in weight_map.items():
        if isinstance(shard, str) and shard:
            shards.setdefault(shard, []).append(str(name))
        else:
            key = shorten(f"weight_map.{name}", bound)
            detail = f"expected the name of a file, found {type(shard).__name__}"
            problems.add("malformed", detail, place=subject.at(key=key))
    if len(shards) > _MAX_SHARDS:
        problems.add("over-limit", f"{len(shards)} shards, {_MAX_SHARDS} are read")
    files = [
        _shard(path, names, subject, inspection, problems)
        for path, names in list(shards.items())[:_MAX_SHARDS]
    ]
    return WeightsFacts(
        place=subject.place,
        content=Content.JSON,
        tensors=len(weight_map),
        metadata=_metadata(value, bound),
        data_files=tuple(files),
        problems=problems.done(),
    )


def _shard(
    path: str,
    names: list[str],
    subject: Subject,
    inspection: Inspection,
    problems: Problems,
) -> DataFile:
    bound = inspection.limits.max_shown_chars
    place = subject.at(key=shorten(f"weight_map.{names[0]}", bound))
    shown = shorten(path, bound)
    target: str | None = None
    if _leaves(path):
        problems.add("path-escape", f"the shard {shown!r}", place=place)
    else:
        folder = subject.place.path.rpartition("/")[0]
        full = "/".join(part for part in (folder, *path.split("/")) if part != ".")
        target = full.lstrip("/") if full.lstrip("/") in inspection.paths else None
    return DataFile(
        place=place,
        path=shown,
        target=target,
        tensors=len(names),
        names=names_digest(names),
    )


def _leaves(path: str) -> bool:
    """Tell a path that some system looks up outside of the index's folder."""
    parts = re.split(r"[/\\]", path)
    return (
        path.startswith(("/", "\\", "~"))
        or ".." in parts
        or "\0" in path
        or _SCHEME.match(path) is not None
    )


def _metadata(value: object, bound: int) -> tuple[tuple[str, str], ...]:
    metadata = value.get("metadata") if isinstance(value, dict) else None
    total = metadata.get("total_size") if isinstance(metadata, dict) else None
    if isinstance(total, bool) or not isinstance(total, (int, float)):
        return ()
    # Early writers gave it as a floating-point number.
    text = str(total) if isinstance(total, int) else f"{total:.0f}"
    return (("total_size", shorten(text, bound)),)

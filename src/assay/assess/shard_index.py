"""Compare an index of shards with the shards that are in the release.

An index is one file and its shards are others, so no reader sees both. Loaders differ
in which of the two they go by: some take from a shard what the index lists, others
all that is in it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.domain.facts import ParseProblem, SafetensorsFacts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assay.domain.facts import (
        DataFile,
        FileFacts,
        Place,
        ReleaseFacts,
        WeightsFacts,
    )

__all__ = ["index_problems"]

_NUMBERED = re.compile(r"(.+)-\d{5}-of-(\d{5})(\.[a-z]+)")
_SHOWN_SHARDS = 20


def index_problems(weights: WeightsFacts, release: ReleaseFacts) -> list[ParseProblem]:
    """Give what is wrong between an index and its shards.

    Kinds: `missing-shard`, `dangling-index`, `index-mismatch`, `untidy`.
    """
    shards = [shard for shard in weights.data_files if shard.tensors is not None]
    if not shards or weights.place.member is not None:
        return []
    files = {file.path: file for file in release.files}
    problems = list(_missing(weights, shards))
    for shard in shards:
        problems += _names(shard, files)
    problems += _unlisted(weights.place, shards, files)
    problems += _total(weights, shards, files)
    return problems


def _missing(weights: WeightsFacts, shards: list[DataFile]) -> Iterable[ParseProblem]:
    """Give shards that are not here; paths that lead outside were told before."""
    told = {problem.place for problem in weights.problems}
    missing = [s for s in shards if s.target is None and s.place not in told]
    if missing and len(missing) == len(shards):
        detail = f"none of the {len(shards)} shards that it names is here"
        yield ParseProblem(kind="dangling-index", detail=detail, place=weights.place)
        return
    for shard in missing[:_SHOWN_SHARDS]:
        detail = f"expected the shard {shard.path!r}, which is not here"
        yield ParseProblem(kind="missing-shard", detail=detail, place=shard.place)


def _names(shard: DataFile, files: Mapping[str, FileFacts]) -> Iterable[ParseProblem]:
    header = _header(shard, files)
    if header is None or not header.names or header.names == shard.names:
        return
    detail = (
        f"{shard.target!r} holds {header.tensors} tensors, the index lists "
        f"{shard.tensors} of other names"
        if header.tensors == shard.tensors
        else f"{shard.target!r} holds {header.tensors} tensors, the index lists "
        f"{shard.tensors}"
    )
    yield ParseProblem(kind="index-mismatch", detail=detail, place=shard.place)


def _unlisted(
    place: Place, shards: list[DataFile], files: Mapping[str, FileFacts]
) -> Iterable[ParseProblem]:
    """Give files that are numbered like the shards and are none of them."""
    listed = {shard.target for shard in shards if shard.target is not None}
    series = {_series(path) for path in listed} - {None}
    for path in sorted(files):
        if path not in listed and _series(path) in series:
            detail = f"{path!r} is numbered as a shard, and the index does not name it"
            yield ParseProblem(kind="index-mismatch", detail=detail, place=place)


def _series(path: str) -> tuple[str, ...] | None:
    match = _NUMBERED.fullmatch(path)
    return None if match is None else match.groups()


def _total(
    weights: WeightsFacts, shards: list[DataFile], files: Mapping[str, FileFacts]
) -> Iterable[ParseProblem]:
    """Compare the total with that of the shards, when all of them were read.

    Writers count shared tensors differently, so it is untidy and no more.
    """
    declared = dict(weights.metadata).get("total_size", "")
    headers = [(shard, _header(shard, files)) for shard in shards]
    if not declared or any(header is None for _, header in headers):
        return
    total = sum(
        files[shard.target].size - header.header_bytes - 8
        for shard, header in headers
        if header is not None and shard.target is not None
    )
    if declared != str(total):
        detail = f"total_size says {declared} bytes, the shards hold {total}"
        yield ParseProblem(kind="untidy", detail=detail, place=weights.place)


def _header(shard: DataFile, files: Mapping[str, FileFacts]) -> SafetensorsFacts | None:
    file = files.get(shard.target or "")
    for fact in () if file is None else file.facts:
        if isinstance(fact, SafetensorsFacts) and fact.place.member is None:
            return fact
    return None

"""From an origin to its inventory and facts, with every core at work."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.release import Inventory
from assay.release.crew import Crew
from assay.release.origins import find_origin
from assay.release.progress import tell_unpacking

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assay.domain.facts import ReleaseFacts
    from assay.release.cache import FactsCache
    from assay.release.progress import Progress

__all__ = ["InspectedRelease", "inspect_release", "take_inventory"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectedRelease:
    """A release that was read whole.

    Attributes:
        inventory: Every file with its digest, every entry left out.
        facts: What was seen in each file; no files when facts were not asked for.
        name: What people call it, by where it came from; it proves nothing.
        notes: What was assumed about where it came from, one sentence each.
    """

    inventory: Inventory
    facts: ReleaseFacts
    name: str = "release"
    notes: tuple[str, ...] = ()


def inspect_release(
    root: Path | str,
    *,
    jobs: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Callable[[Progress], None] | None = None,
    with_facts: bool = True,
    cache: FactsCache | None = None,
) -> InspectedRelease:
    """Read a release: digests of all files, and facts about each.

    The result does not depend on the order of the directory, the locale or `jobs`.

    Args:
        root: A directory, an archive, a file, a cache or a layout, which may itself be
            reached through a link, or the address of a store: see `origins`.
        jobs: Threads; as many as there are processors when None.
        limits: Bounds on what is read.
        progress: Called now and then, from any thread but never from two at once.
        with_facts: Whether to inspect content, or only to hash it.
        cache: Facts kept from before, by content; never to be used for sealing.

    Raises:
        ReleaseError: `release.not-found`, `.not-a-directory`, `.empty`,
            `.too-many-files`, `.too-deep`, `.path-too-long`, `.path-not-utf8`,
            `.unreadable`, `.vanished` or `.changed-while-read`; `.archive-…` and
            others of the origins.
        UsageError: As `find_origin` does.
    """
    origin = find_origin(root, limits, tell_unpacking(progress))
    try:
        crew = Crew(origin, limits, progress, with_facts=with_facts, cache=cache)
        crew.run(max(1, jobs if jobs is not None else os.cpu_count() or 1))
        origin.prove()
    finally:
        origin.close()
    # Late, once the reading is done: start-up counts, and hashing needs no facts.
    from assay.domain.facts import ReleaseFacts  # noqa: PLC0415 - see above

    return InspectedRelease(
        inventory=Inventory(
            files=tuple(crew.records[entry.path] for entry in origin.entries),
            irregular=origin.irregular,
        ),
        facts=ReleaseFacts(
            files=(
                *(
                    crew.facts[entry.path]
                    for entry in origin.entries
                    if entry.path in crew.facts
                ),
                *(origin.about if with_facts else ()),
            )
        ),
        # What people call it need not be Unicode, and what is written down must be.
        name=origin.name.encode("utf-8", "backslashreplace").decode("utf-8"),
        notes=origin.notes,
    )


def take_inventory(
    root: Path | str,
    *,
    jobs: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Callable[[Progress], None] | None = None,
) -> Inventory:
    """Hash every file of a release, without looking into any.

    Args:
        root: As for `inspect_release`.
        jobs: Threads; as many as there are processors when None.
        limits: Bounds on what is read.
        progress: Called now and then, from any thread but never from two at once.

    Raises:
        ReleaseError: As `inspect_release` does.
    """
    return inspect_release(
        root, jobs=jobs, limits=limits, progress=progress, with_facts=False
    ).inventory

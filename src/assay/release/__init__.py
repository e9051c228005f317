"""Stage 1: a release becomes an inventory of digests, and facts about every file.

origins/     where it comes from: directory, archive, file, cache, OCI layout, store
walk         finds every entry; links and special files are listed, never followed
digest       one read and one SHA-256 for each file; `_lanes` takes two at once
crew         runs both over all cores, proves that no file changed meanwhile
inspect      from an origin to its inventory and facts
cache        facts kept by content, where somebody names a directory for them
source       bounded random access to bytes
identify     decides the type of a file by its bytes alone
inspection   goes from a file into the members inside it, to a named depth and size
formats/     one reader for each format: bytes in, facts out, never a judgement

Nothing from a release is ever imported, unpickled, rendered or run.
"""

from __future__ import annotations

from assay.release.inspect import (
    InspectedRelease,
    inspect_release,
    take_inventory,
)
from assay.release.progress import Progress

__all__ = ["InspectedRelease", "Progress", "inspect_release", "take_inventory"]

"""One input through the readers and all checks, and what has to hold of it.

Whoever calls sees an exception when something is wrong: one of a reader, one of a
check, or one of those below.
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

from assay.assess.check import CheckSubject
from assay.assess.registry import CHECKS
from assay.assess.runner import run_checks
from assay.domain.facts import ReleaseFacts
from assay.domain.limits import DEFAULT_LIMITS, MIB
from assay.domain.release import FileRecord, Inventory
from assay.release.inspection import inspect_source
from assay.release.source import BytesSource
from assay.wire.v0.kept_facts import read_kept_facts, write_kept_facts

if TYPE_CHECKING:
    from assay.domain.facts import FileFacts
    from tests.fuzz.families import Family

__all__ = ["MAX_INPUT_BYTES", "NotTheSameError", "attempt", "named", "with_name"]

# The first byte names the file.
MAX_INPUT_BYTES = 64 * 1024
# Half a gigabyte that 64 KiB of zeros inflate to costs its seconds whoever reads it;
# what is looked for here is work that nobody bounded.
LIMITS = replace(DEFAULT_LIMITS, max_inflated_bytes=64 * MIB, max_member_bytes=32 * MIB)


class NotTheSameError(Exception):
    """The same bytes gave other facts, or facts did not survive being written."""


def named(family: Family, data: bytes) -> tuple[str, bytes]:
    """Split an input into the name and the content of a file."""
    return family.names[data[0] % len(family.names)], data[1:]


def with_name(family: Family, path: str, content: bytes) -> bytes:
    """Make an input of a file: the name that is likest, then its content."""
    name = path.rsplit("/", 1)[-1].lower()
    known = [candidate.lower() for candidate in family.names]
    if name in known:
        return bytes((known.index(name),)) + content
    ending = name.rsplit(".", 1)[-1]
    for index, candidate in enumerate(known):
        if "." in name and candidate.endswith("." + ending):
            return bytes((index,)) + content
    # Those that are told by their bytes alone spread over all names.
    return bytes((zlib.crc32(content) % len(known),)) + content


def attempt(family: Family, data: bytes, *, thorough: bool = False) -> FileFacts | None:
    """Read and judge one input; `thorough` leaves no sampling to chance.

    Raises:
        NotTheSameError: Facts differ, or cannot be kept.
        Exception: Whatever a reader or a check raises.
    """
    if not data:
        return None
    path, content = named(family, data)
    facts = _inspect(path, content)
    _judge(path, content, facts)
    luck = zlib.crc32(content)
    if (thorough or luck % 64 == 0) and _inspect(path, content) != facts:
        raise NotTheSameError("the same bytes gave other facts")
    if thorough or luck % 8 == 0:
        kept = read_kept_facts(write_kept_facts(facts), LIMITS)
        if kept != facts:
            raise NotTheSameError("facts are others after they were kept")
    return facts


def _inspect(path: str, content: bytes) -> FileFacts:
    return inspect_source(
        BytesSource(content),
        path=path,
        executable_bit=False,
        limits=LIMITS,
        paths=frozenset({path, "weights.bin", "variables.data-00000-of-00001"}),
    )


def _judge(path: str, content: bytes, facts: FileFacts) -> None:
    record = FileRecord(
        path=path, size=len(content), sha256=hashlib.sha256(content).hexdigest()
    )
    subject = CheckSubject(
        inventory=Inventory(files=(record,)),
        facts=ReleaseFacts(files=(facts,)),
        limits=LIMITS,
    )
    for check, report in zip(CHECKS, run_checks(CHECKS, subject), strict=True):
        if report.failure:
            check.run(subject)  # once more, for its traceback
            raise AssertionError(report.failure)

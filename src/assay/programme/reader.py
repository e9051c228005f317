"""From the bytes of a programme file to a proven programme."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from assay.crypto.digest import sha256_hex
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import ProgrammeError
from assay.programme.plain import build
from assay.programme.proof import prove
from assay.wire import strict_toml

if TYPE_CHECKING:
    from assay.domain.programme import Programme

__all__ = ["read_programme", "read_unproven"]


def read_programme(data: bytes, *, limits: Limits = DEFAULT_LIMITS) -> Programme:
    """Read a programme and prove that it does not contradict itself.

    Checks that this version does not know are no reason to refuse it: a programme
    may be newer than the tool that reads it. Whoever runs checks asks `prove`.

    Args:
        data: The file's exact bytes; their digest becomes the programme's.
        limits: Bounds on what is read.

    Raises:
        DocumentError: The file is no strict TOML, or not of the published form.
        ProgrammeError: `programme.*`, the first problem that `prove` finds.
    """
    return _proven(data, limits)


# Many claims are made under one programme: the same bytes give the same noun.
@lru_cache(maxsize=4)
def _proven(data: bytes, limits: Limits) -> Programme:
    programme = read_unproven(data, limits=limits)
    problems = prove(programme, limits=limits)
    if problems:
        first = problems[0]
        more = len(problems) - 1
        raise ProgrammeError(
            first.code.removeprefix("programme."),
            first.message,
            found=f"this, and {more} more" if more else "",
            remedy=first.remedy,
        )
    return programme


def read_unproven(data: bytes, *, limits: Limits = DEFAULT_LIMITS) -> Programme:
    """Read a programme's form only, so that `prove` can list all its problems.

    Args:
        data: The file's exact bytes.
        limits: Bounds on what is read.

    Raises:
        DocumentError: The file is no strict TOML, or not of the published form.
    """
    value = strict_toml.loads(
        data,
        max_bytes=limits.max_programme_bytes,
        document="programme",
        limits=limits,
    )
    # Late: its models take longer to build than a small release takes to check.
    from assay.wire.v0.programme import ProgrammeModel  # noqa: PLC0415 - see above

    return ProgrammeModel.read(value, document="programme").to_domain(
        digest=sha256_hex(data)
    )


def read_known(data: bytes, *, limits: Limits = DEFAULT_LIMITS) -> Programme:
    """Read a programme that the caller knows to be one that comes with Assay.

    Its form and its rules were proven when it was written, so the models that prove
    those of others, which take long to build, are left alone. The result is the same.

    Args:
        data: The exact bytes of a programme shipped.
        limits: Bounds on what is read.

    Raises:
        DocumentError: The file is no strict TOML.
    """
    value = strict_toml.loads(
        data,
        max_bytes=limits.max_programme_bytes,
        document="programme",
        limits=limits,
    )
    return build(value, digest=sha256_hex(data))

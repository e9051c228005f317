"""Finding a programme: one that comes with Assay, or one in a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.flows.files import read_file
from assay.flows.shipped import is_shipped, load_shipped
from assay.programme import read_known, read_programme

if TYPE_CHECKING:
    from assay.domain.programme import Programme

__all__ = ["DEFAULT_PROGRAMME", "find_programme", "read_found"]

DEFAULT_PROGRAMME = "eo14409"


def find_programme(name: str, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """Give the bytes of a programme.

    Args:
        name: `id`, `id@version`, or the path of a TOML file: anything that ends in
            `.toml` or has a directory in it is a path.
        limits: Bounds on the file's size.

    Raises:
        ProgrammeError: No programme of this id or version comes with Assay.
        InputError: There is no such file.
    """
    if name.endswith(".toml") or "/" in name:
        path = Path(name)
        return read_file(path, most=limits.max_programme_bytes, what="programme")
    programme_id, _, version = name.partition("@")
    return load_shipped(programme_id, version or None)


def read_found(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Programme:
    """Read what `find_programme` gave: quickly where it comes with Assay.

    Raises:
        DocumentError, ProgrammeError: As `read_programme` does, for all others.
    """
    read = read_known if is_shipped(data) else read_programme
    return read(data, limits=limits)

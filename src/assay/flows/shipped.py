"""The programmes that come with Assay, as package data."""

from __future__ import annotations

from pathlib import Path

from assay import programmes
from assay.crypto.digest import sha256_hex
from assay.domain.programme import ProgrammeRef
from assay.errors import ProgrammeError

__all__ = ["is_shipped", "load_shipped", "shipped_programmes"]

# Assay is installed as plain files; `importlib.resources`, which could read an archive
# as well, takes a tenth of the time in which a small release is checked to be loaded.
_FOLDER = Path(programmes.__path__[0])
_SUFFIX = ".toml"


def shipped_programmes() -> tuple[ProgrammeRef, ...]:
    """List every programme shipped, by id and then from the oldest version."""
    refs = (
        ProgrammeRef(
            id=folder.name,
            version=file.name.removesuffix(_SUFFIX),
            digest=sha256_hex(file.read_bytes()),
        )
        for folder in _FOLDER.iterdir()
        if folder.is_dir()
        for file in folder.iterdir()
        if file.name.endswith(_SUFFIX)
    )
    return tuple(sorted(refs, key=lambda ref: (ref.id, _order(ref.version))))


def load_shipped(programme_id: str, version: str | None = None) -> bytes:
    """Give the exact bytes of a programme shipped.

    Args:
        programme_id: Such as `eo14409`.
        version: Such as `0.1.0`; the latest when None.

    Raises:
        ProgrammeError: `programme.not-shipped`.
    """
    known = [ref for ref in shipped_programmes() if ref.id == programme_id]
    wanted = [ref for ref in known if version in {None, ref.version}]
    if not wanted:
        names = [f"{ref.id} {ref.version}" for ref in shipped_programmes()]
        raise ProgrammeError(
            "not-shipped",
            "That programme does not come with Assay.",
            expected=f"one of: {', '.join(names)}",
            found=f"{programme_id} {version or ''}".strip(),
            remedy="give the path of a programme file instead",
        )
    return _file(wanted[-1]).read_bytes()


def is_shipped(data: bytes) -> bool:
    """Tell whether these are the exact bytes of a programme that comes with Assay."""
    digest = sha256_hex(data)
    return any(ref.digest == digest for ref in shipped_programmes())


def _file(ref: ProgrammeRef) -> Path:
    return _FOLDER / ref.id / (ref.version + _SUFFIX)


def _order(version: str) -> tuple[int, ...]:
    """Order versions by their numbers, so that 0.10.0 follows 0.9.0."""
    return tuple(int(part) for part in version.split("."))

"""Where everything of a log lies below its directory (C2SP tlog-tiles v0.1.0).

Paths are POSIX and relative to the log. What a reader may fetch as it stands is
`checkpoint`, `tile/` and, as far as the operator publishes them, `bodies/`. Beside the
tiles of the specification lie lists of bodies, `tile/bodies/`: which body each entry
of a bundle stands for, 32 bytes of SHA-256 each. Nothing signs them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assay.errors import UsageError

__all__ = [
    "BODIES",
    "BODY_LISTS",
    "CHECKPOINT",
    "DATABASE",
    "ED25519_KEY",
    "LOCK",
    "ML_DSA_KEY",
    "POLICY",
    "RECEIPT_KEY",
    "RECEIPT_KEY_SET",
    "SETTINGS",
    "STORES",
    "TILE_WIDTH",
    "TilePath",
    "body_list_path",
    "body_path",
    "bundle_path",
    "is_digest",
    "parse_body_list_path",
    "parse_tile_path",
    "tile_path",
    "tile_width",
]

CHECKPOINT = "checkpoint"
SETTINGS = "log.json"
STORES = "stores.json"
POLICY = "witness-policy.txt"
DATABASE = "log.sqlite"
BODIES = "bodies.sqlite"
BODY_LISTS = "tile/bodies"
LOCK = "append.lock"
ED25519_KEY = "key-ed25519.pem"
ML_DSA_KEY = "key-ml-dsa-44.pem"
RECEIPT_KEY = "key-receipt-es256.pem"
RECEIPT_KEY_SET = "scitt-keys.cbor"

# tlog-tiles: a full tile is 256 hashes wide, a subtree of height 8.
TILE_WIDTH = 256

_TILE = re.compile(
    r"tile/(?P<level>entries|[0-9]|[1-5][0-9]|6[0-3])/"
    r"(?P<index>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?",
    re.ASCII,
)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class TilePath:
    """What the path of a tile or an entry bundle says.

    Attributes:
        level: Level of the tile, or None for a bundle of entries.
        index: Index within the level.
        width: Hashes or entries, 1 to 256.
    """

    level: int | None
    index: int
    width: int


def tile_width(level: int, index: int, size: int) -> int:
    """Count the hashes of a tile in a tree of `size` entries; 0 when it has none."""
    return max(0, min(TILE_WIDTH, (size >> (8 * level)) - index * TILE_WIDTH))


def tile_path(level: int, index: int, width: int) -> str:
    """Give the path of a tile of hashes."""
    return f"tile/{level}/{_index_path(index)}{_partial(width)}"


def bundle_path(index: int, width: int) -> str:
    """Give the path of a bundle of entries."""
    return f"tile/entries/{_index_path(index)}{_partial(width)}"


def body_list_path(index: int, width: int) -> str:
    """Give the path of the list of bodies beside a bundle of entries."""
    return f"{BODY_LISTS}/{_index_path(index)}{_partial(width)}"


def _index_path(index: int) -> str:
    # 1234067 -> x001/x234/067: three digits a step, all but the last marked.
    parts = [f"{index % 1000:03d}"]
    while index := index // 1000:
        parts.append(f"x{index % 1000:03d}")
    return "/".join(reversed(parts))


def _partial(width: int) -> str:
    return "" if width == TILE_WIDTH else f".p/{width}"


def parse_tile_path(path: str) -> TilePath | None:
    """Read a path below `tile/`; None when no tile may have it."""
    match = _TILE.fullmatch(path)
    if match is None:
        return None
    digits = match["index"].replace("/", "").replace("x", "")
    parsed = TilePath(
        level=None if match["level"] == "entries" else int(match["level"]),
        index=int(digits),
        width=int(match["width"] or TILE_WIDTH),
    )
    # Leading x000 and .p/256 are second spellings of other paths.
    again = (
        bundle_path(parsed.index, parsed.width)
        if parsed.level is None
        else tile_path(parsed.level, parsed.index, parsed.width)
    )
    return parsed if again == path else None


def parse_body_list_path(path: str) -> TilePath | None:
    """Read a path below `tile/bodies/`; None when no list may have it."""
    if not path.startswith(f"{BODY_LISTS}/"):
        return None
    return parse_tile_path(f"tile/entries{path.removeprefix(BODY_LISTS)}")


def is_digest(text: str) -> bool:
    """Tell whether a text is a SHA-256 in lowercase hex."""
    return _SHA256.fullmatch(text) is not None


def body_path(sha256: str) -> str:
    """Give the path of a body.

    Raises:
        UsageError: `usage.not-a-digest`; a path must never come from free text.
    """
    if not is_digest(sha256):
        raise UsageError(
            "not-a-digest",
            "A body is asked for by its SHA-256.",
            expected="64 lowercase hex digits",
            found=repr(sha256[:80]),
        )
    return f"bodies/{sha256[:2]}/{sha256}"

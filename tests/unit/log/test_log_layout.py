from __future__ import annotations

import pytest

from assay.errors import UsageError
from assay.log.layout import (
    TilePath,
    body_path,
    bundle_path,
    parse_tile_path,
    tile_path,
    tile_width,
)


@pytest.mark.parametrize(
    ("index", "width", "path"),
    [
        (0, 256, "000"),
        (7, 5, "007.p/5"),
        (999, 256, "999"),
        (1000, 255, "x001/000.p/255"),
        (1234, 256, "x001/234"),
        (1234067, 1, "x001/x234/067.p/1"),
    ],
)
def test_tile_paths_are_those_of_the_specification(index, width, path):
    assert tile_path(3, index, width) == f"tile/3/{path}"
    assert bundle_path(index, width) == f"tile/entries/{path}"
    assert parse_tile_path(f"tile/3/{path}") == TilePath(
        level=3, index=index, width=width
    )
    assert parse_tile_path(f"tile/entries/{path}") == TilePath(
        level=None, index=index, width=width
    )


@pytest.mark.parametrize(
    "path",
    [
        "tile/64/000",
        "tile/00/000",
        "tile/0/0",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/007",
        "tile/0/000.p/5/6",
        "tile/0/000\n",
        "tile/0/\u0660\u0660\u0660",
        "tile/entry/000",
        "../tile/0/000",
    ],
)
def test_any_other_path_is_no_tile(path):
    assert parse_tile_path(path) is None


def test_the_widths_of_the_specifications_example_of_70000_entries():
    def widths(level: int) -> list[int]:
        found = [tile_width(level, index, 70_000) for index in range(300)]
        return [width for width in found if width]

    assert widths(0) == [256] * 273 + [112]
    assert widths(1) == [256, 17]
    assert widths(2) == [1]
    assert widths(3) == []


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "A" * 64, "a" * 63])
def test_a_body_is_named_by_a_digest_only(digest):
    with pytest.raises(UsageError) as caught:
        body_path(digest)
    assert caught.value.code == "usage.not-a-digest"

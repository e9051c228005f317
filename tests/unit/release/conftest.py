"""Ways to look at bytes as the release stage does."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.domain.limits import DEFAULT_LIMITS
from assay.release.inspection import inspect_source
from assay.release.source import BytesSource

VECTORS = Path(__file__).parents[2] / "vectors" / "formats"


@pytest.fixture
def look():
    """Inspect bytes as a file of the given path."""

    def look_at(data, path="file", *, limits=DEFAULT_LIMITS, paths=None):
        known = frozenset({path} if paths is None else paths)
        return inspect_source(
            BytesSource(data),
            path=path,
            executable_bit=False,
            limits=limits,
            paths=known,
        )

    return look_at


@pytest.fixture
def sample(look):
    """Inspect one sample of the vectors."""

    def look_at(name, **options):
        data = (VECTORS / name).read_bytes()
        return look(data, name.rsplit("/", 1)[-1], **options)

    return look_at


@pytest.fixture
def only():
    """Give the facts of one kind, from a file's facts."""

    def select(file, kind):
        return [fact for fact in file.facts if isinstance(fact, kind)]

    return select

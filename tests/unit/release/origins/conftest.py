"""One small release, and ways to write and read it in every form."""

from __future__ import annotations

import pytest

from assay.crypto.digest import release_digest
from assay.errors import AssayError
from assay.release import inspect_release
from tests.simulators.desk import write_release


@pytest.fixture
def release(tmp_path):
    """A release as a directory; one of its files may be run."""
    root = write_release(tmp_path / "my-model")
    (root / "LICENSE").chmod(0o755)
    return root


@pytest.fixture
def same(release):
    """Prove that another form of the release has its digest and its facts."""
    expected = inspect_release(release)

    def compare(origin, *, modes=True):
        found = inspect_release(origin)
        assert found.inventory == expected.inventory
        assert release_digest(found.inventory.files) == release_digest(
            expected.inventory.files
        )
        if modes:
            assert found.facts == expected.facts
        return found

    return compare


@pytest.fixture
def refused():
    """Give the error with which something is refused, by its code."""

    def refuse(origin, code, **options):
        with pytest.raises(AssayError) as caught:
            inspect_release(origin, **options)
        assert caught.value.code == code
        assert caught.value.expected
        return caught.value

    return refuse

from __future__ import annotations

import pytest

from assay import errors
from assay.errors import AssayError, ReleaseError

FAMILIES = [
    getattr(errors, name) for name in errors.__all__ if name != AssayError.__name__
]


def test_a_code_begins_with_its_family():
    error = ReleaseError("not-found", "There is no such directory.")
    assert error.code == "release.not-found"
    assert str(error) == "[release.not-found] There is no such directory."


def test_the_whole_diagnosis_stands_on_one_line():
    error = ReleaseError("x", "Message.", expected="a", found="b", remedy="c")
    assert str(error) == "[release.x] Message.; expected: a; found: b; try: c"


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_has_its_own_name(family):
    assert issubclass(family, AssayError)
    assert [other.family for other in FAMILIES].count(family.family) == 1

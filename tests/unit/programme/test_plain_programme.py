"""What is built without the models is what the models give."""

from __future__ import annotations

import pytest

from assay.crypto.digest import sha256_hex
from assay.domain.limits import DEFAULT_LIMITS
from assay.flows.shipped import is_shipped, load_shipped, shipped_programmes
from assay.programme import read_programme
from assay.programme.plain import build
from assay.wire import strict_toml
from assay.wire.v0.programme import ProgrammeModel


@pytest.mark.parametrize("ref", shipped_programmes(), ids=lambda ref: ref.id)
def test_a_programme_shipped_has_the_published_form_and_is_built_the_same(ref):
    data = load_shipped(ref.id, ref.version)
    value = strict_toml.loads(
        data, max_bytes=1 << 23, document="programme", limits=DEFAULT_LIMITS
    )
    digest = sha256_hex(data)
    model = ProgrammeModel.read(value, document="programme")
    assert build(value, digest=digest) == model.to_domain(digest=digest)
    assert read_programme(data) == model.to_domain(digest=digest)


def test_bytes_that_differ_from_a_programme_shipped_are_proven():
    data = load_shipped("eo14409")
    assert is_shipped(data)
    assert not is_shipped(data + b"\n")
    assert read_programme(data + b"\n").controls == read_programme(data).controls

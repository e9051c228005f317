from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from assay.domain.limits import Limits
from assay.errors import DocumentError, ProgrammeError
from assay.flows.shipped import _order, load_shipped, shipped_programmes
from assay.programme import (
    read_programme,
    read_unproven,
)

HARBOUR = Path(__file__).parents[2] / "vectors/programmes/harbour-1.0.toml"
TEXT = HARBOUR.read_text(encoding="utf-8")


def refused(text, error, **keywords):
    with pytest.raises(error) as caught:
        read_programme(text.encode(), **keywords)
    return caught.value


def test_another_organisation_writes_a_programme_as_data():
    programme = read_programme(HARBOUR.read_bytes())
    assert programme.title == "Harbour Consortium model assurance"
    assert [tier.id for tier in programme.tiers] == ["moored", "surveyed"]


def test_the_digest_is_that_of_the_exact_bytes():
    data = HARBOUR.read_bytes()
    assert read_programme(data).ref.digest == hashlib.sha256(data).hexdigest()
    changed = data + b"# one more line\n"
    assert read_programme(changed).ref.digest == hashlib.sha256(changed).hexdigest()


def test_a_programme_that_contradicts_itself_is_refused_with_the_first_problem():
    error = refused(TEXT.replace('"secrets"', '"secrets", "secrets"'), ProgrammeError)
    assert error.code == "programme.repeated-item"
    assert error.found == ""
    assert error.remedy


def test_more_problems_are_counted():
    text = TEXT.replace("freshness_days = 365", "freshness_days = 0")
    error = refused(text, ProgrammeError)
    assert error.code == "programme.bad-days"
    assert error.found == "this, and 2 more"


def test_a_programme_with_checks_of_a_newer_tool_is_read():
    programme = read_programme(TEXT.replace('"secrets"', '"not-yet-known"').encode())
    assert programme.control("cargo-2").checks == ("not-yet-known",)


def test_a_programme_can_be_read_without_proof():
    text = TEXT.replace("freshness_days = 365", "freshness_days = 0")
    assert read_unproven(text.encode()).control("cargo-1").freshness_days == 0


def test_a_programme_larger_than_its_bound_is_refused():
    error = refused(TEXT, DocumentError, limits=Limits(max_programme_bytes=100))
    assert error.code == "document.too-large"


def test_a_programme_that_is_no_toml_is_refused():
    assert refused("{}", DocumentError).code == "document.malformed-toml"


def test_a_programme_nested_too_deep_is_refused():
    bottomless = "x = " + "[" * 1000
    assert refused(bottomless, DocumentError).code == "document.too-deep"


def test_a_rule_nested_too_deep_is_refused():
    rule = '{ tier = "surveyed" }'
    for _ in range(9):
        rule = f"{{ all = [{rule}] }}"
    text = TEXT.replace('[benefit.rule]\ntier = "surveyed"', f"rule = {rule}")
    assert refused(text, ProgrammeError).code == "programme.rule-too-deep"


def test_a_field_that_is_unknown_is_refused():
    assert refused("colour = 1\n" + TEXT, DocumentError).code == "document.schema"


def test_every_programme_shipped_is_proven_and_named_as_its_file():
    refs = shipped_programmes()
    assert refs
    for ref in refs:
        programme = read_programme(load_shipped(ref.id, ref.version))
        assert programme.ref == ref


def test_the_latest_version_is_given_when_none_is_asked_for():
    latest = [ref for ref in shipped_programmes() if ref.id == "eo14409"][-1]
    data = load_shipped("eo14409")
    assert hashlib.sha256(data).hexdigest() == latest.digest


def test_versions_are_ordered_by_their_numbers():
    assert sorted(["0.10.0", "0.9.0", "1.0"], key=_order) == ["0.9.0", "0.10.0", "1.0"]


@pytest.mark.parametrize(
    ("name", "version"),
    [("harbour", None), ("eo14409", "9.9.9"), ("../programmes/eo14409", "0.1.0")],
)
def test_a_programme_that_is_not_shipped_is_refused(name, version):
    with pytest.raises(ProgrammeError) as caught:
        load_shipped(name, version)
    assert caught.value.code == "programme.not-shipped"
    assert "eo14409 0.1.0" in caught.value.expected
    assert caught.value.found == f"{name} {version or ''}".strip()

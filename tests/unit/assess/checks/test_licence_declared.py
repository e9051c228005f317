from __future__ import annotations

import pytest

from assay.assess.checks.licence_declared import CHECK
from assay.domain.facts import Content, LicenceFacts
from assay.domain.finding import CheckStatus, Severity
from tests.unit.assess.subjects import at, card, file, rules, run

TEXT = file("LICENSE", content=Content.TEXT)


@pytest.mark.parametrize(
    "name", ["LICENSE", "license.txt", "LICENCE.md", "COPYING", "LICENSE-APACHE"]
)
def test_a_named_licence_with_its_text_is_clean(name):
    report = run(CHECK, card(), file(name, content=Content.TEXT))
    assert report.status is CheckStatus.CLEAN


def test_neither_field_nor_file_is_low():
    (finding,) = run(CHECK, file("a.bin")).findings
    assert (finding.rule, finding.severity) == ("no-licence", Severity.LOW)


@pytest.mark.parametrize("field", [None, "", "  "])
def test_a_file_without_a_field_is_information(field):
    report = run(CHECK, card(license=field), TEXT)
    assert rules(report) == ["no-licence-field"]
    assert report.findings[0].severity is Severity.INFO


def test_a_field_without_a_file_is_information():
    assert rules(run(CHECK, card())) == ["no-licence-file"]


def test_a_field_that_names_none_is_information_with_a_file_and_low_without():
    assert rules(run(CHECK, card(license="Other"), TEXT)) == ["vague-licence"]
    assert rules(run(CHECK, card(license="unknown"))) == ["no-licence"]


def test_a_licence_below_the_root_is_not_that_of_the_release():
    deep = file("vendor/LICENSE", content=Content.TEXT)
    assert rules(run(CHECK, card(), deep)) == ["no-licence-file"]


def text_of(family, name="LICENSE"):
    return file(name, LicenceFacts(place=at(name), family=family), content=Content.TEXT)


def test_a_text_of_another_family_contradicts_the_card():
    (finding,) = run(CHECK, card(), text_of("mit")).findings
    assert (finding.rule, finding.severity) == ("licence-contradiction", Severity.LOW)


@pytest.mark.parametrize("family", ["apache", ""])
def test_a_text_of_the_same_or_an_unknown_family_does_not(family):
    assert rules(run(CHECK, card(), text_of(family))) == []
    other = card(license="of-our-own-1.0")
    assert rules(run(CHECK, other, text_of("mit"))) == ["unknown-licence-id"]


def test_one_of_several_texts_is_enough():
    two = (text_of("mit", "LICENSE-MIT"), text_of("apache", "LICENSE-APACHE"))
    assert rules(run(CHECK, card(), *two)) == []


def test_a_base_under_a_licence_of_its_own_is_told():
    base = card(base_models=("meta-llama/Llama-3.1-8B",))
    (finding,) = run(CHECK, base, TEXT).findings
    assert (finding.rule, finding.severity) == ("base-licence-differs", Severity.INFO)
    same = card(base_models=("meta-llama/Llama-3.1-8B",), license="llama3.1")
    assert rules(run(CHECK, same, TEXT)) == []


@pytest.mark.parametrize(
    "field", ["GPL-3.0-only", "gemma", "apache-2.0, mit", "llama3.1"]
)
def test_identifiers_that_some_list_has_are_known(field):
    assert rules(run(CHECK, card(license=field), TEXT)) == []


@pytest.mark.parametrize(
    ("name", "link", "lacks"),
    [
        ("other", "", "license_name and license_link"),
        ("my-licence", "", "license_link"),
        ("other", "LICENSE", "license_name"),
    ],
)
def test_a_licence_of_ones_own_has_a_name_and_a_link(name, link, lacks):
    given = card(license=name, license_link=link, is_own_license=True)
    found = [f for f in run(CHECK, given, TEXT).findings if "other" in f.message]
    assert [finding.rule for finding in found] == ["own-licence-not-named"]
    assert lacks in found[0].message
    assert found[0].severity is Severity.INFO
    whole = card(license="my-licence", license_link="LICENSE", is_own_license=True)
    assert rules(run(CHECK, whole, TEXT)) == []

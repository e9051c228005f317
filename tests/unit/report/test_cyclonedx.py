"""The bill of materials: valid by the official library, and made of what was seen."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from assay.domain.facts import (
    CardFacts,
    ConfigFacts,
    Content,
    DependencyFacts,
    DistributionFacts,
    FileFacts,
    HubReference,
    Place,
    ReleaseFacts,
    Requirement,
)
from assay.domain.finding import CheckReport, Confidence, Finding, Severity
from assay.domain.licences import is_known_licence, spdx_id
from assay.domain.release import FileRecord, Inventory
from assay.report.cyclonedx import render
from tests.simulators.claims import small_claim

CLAIM = small_claim()
INVENTORY = Inventory(
    files=(
        FileRecord(path="README.md", size=3, sha256="a" * 64),
        FileRecord(path="w é.bin", size=3, sha256="b" * 64),
    )
)


def card(**changes) -> CardFacts:
    given = {
        "place": Place(path="README.md"),
        "has_front_matter": True,
        "license": "apache-2.0",
        "base_models": ("org/base",),
        "datasets": ("org/corpus", "org/corpus", "org/other"),
        "headings": ("intended use", "limitations and bias", "out-of-scope use"),
    }
    return CardFacts(**(given | changes))


def bom(*facts, assessment=CLAIM.assessment):
    seen = ReleaseFacts(
        files=(
            FileFacts(path="README.md", size=3, content=Content.MARKDOWN, facts=facts),
            FileFacts(path="w é.bin", size=3, content=Content.PICKLE),
        )
    )
    text = render(assessment, INVENTORY, seen, name="my model").decode()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    return json.loads(text)


def parts(document: dict, kind: str) -> list[dict]:
    return [part for part in document["components"] if part["type"] == kind]


def properties(component: dict, name: str) -> list[str]:
    return [p["value"] for p in component["properties"] if p["name"] == name]


def test_a_release_is_a_model_and_its_files_have_digests():
    document = bom()
    root = document["metadata"]["component"]
    assert (root["type"], root["name"]) == ("machine-learning-model", "my model")
    assert "modelCard" not in root
    digest = CLAIM.assessment.release_digest
    assert properties(root, "assay:release-digest") == [digest]
    readme, weights = parts(document, "file")
    assert weights["hashes"] == [{"alg": "SHA-256", "content": "b" * 64}]
    assert properties(weights, "assay:content") == ["pickle"]
    assert readme["bom-ref"] == "file:README.md"
    depends = document["dependencies"][0]["dependsOn"]
    assert depends == sorted(part["bom-ref"] for part in document["components"])


def test_the_card_gives_licence_data_sets_and_base_models():
    document = bom(card())
    root = document["metadata"]["component"]
    assert root["licenses"] == [{"license": {"id": "Apache-2.0"}}]
    considerations = root["modelCard"]["considerations"]
    assert considerations["useCases"] == ["See “intended use” in README.md"]
    assert len(considerations["technicalLimitations"]) == 2
    refs = [entry["ref"] for entry in root["modelCard"]["modelParameters"]["datasets"]]
    assert refs == ["data:org/corpus", "data:org/other"]
    assert [part["bom-ref"] for part in parts(document, "data")] == refs
    models = parts(document, "machine-learning-model")
    assert [part["name"] for part in models] == ["org/base"]


def test_a_card_that_says_nothing_leaves_the_fields_away():
    empty = card(license=None, base_models=(), datasets=(), headings=())
    root = bom(empty)["metadata"]["component"]
    assert "licenses" not in root
    assert set(root["modelCard"]) == {"bom-ref", "properties"}


def test_a_licence_without_an_identifier_keeps_its_name():
    root = bom(card(license="llama3"))["metadata"]["component"]
    assert root["licenses"] == [{"license": {"name": "llama3"}}]


def test_a_card_inside_an_archive_or_a_folder_is_not_the_releases():
    inner = card(place=Place(path="x/README.md"))
    packed = card(place=Place(path="README.md", member="in/README.md"))
    for other in (inner, packed):
        assert "modelCard" not in bom(other)["metadata"]["component"]


def test_referenced_models_carry_the_revision_that_they_are_pinned_to():
    place = Place(path="adapter_config.json", key="base")
    facts = ConfigFacts(
        place=place,
        references=(
            HubReference(place=place, repository="org/base", revision="abc"),
            HubReference(place=place, repository="org/tool"),
        ),
    )
    models = parts(bom(card(), facts), "machine-learning-model")
    assert [(m["name"], m.get("version")) for m in models] == [
        ("org/base", "abc"),
        ("org/tool", None),
    ]


def test_packages_are_listed_once_with_what_was_asked_for():
    place = Place(path="requirements.txt", line=1)
    facts = DependencyFacts(
        place=place,
        requirements=(
            Requirement(place=place, text="numpy>=1", name="numpy"),
            Requirement(place=place, text="numpy==2.0", name="numpy", pinned=True),
            Requirement(place=place, text="--index-url x", option="--index-url"),
        ),
    )
    (package,) = parts(bom(facts), "library")
    assert package["purl"] == "pkg:pypi/numpy"
    assert properties(package, "assay:requirement") == ["numpy==2.0", "numpy>=1"]


def test_a_package_from_an_address_of_its_own_is_not_taken_for_that_of_the_index():
    place = Place(path="requirements.txt", line=1)
    wanted = Requirement(
        place=place, text="lib @ git+https://x", name="lib", source="git+https://x"
    )
    document = bom(DependencyFacts(place=place, requirements=(wanted,)))
    assert "purl" not in parts(document, "library")[0]


def test_findings_stand_at_the_file_that_they_are_about():
    finding = Finding(
        check="c",
        rule="r",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        place=Place(path="w é.bin"),
        message="It \x1b[31mruns.",
        remediation="",
    )
    report = CheckReport(check="c", version=1, examined=1, findings=(finding,))
    document = bom(assessment=replace(CLAIM.assessment, reports=(report,)))
    (said,) = properties(parts(document, "file")[1], "assay:finding")
    assert said.startswith(f"high c/r [{finding.id}] It ")
    assert "\x1b" not in said


def test_the_same_release_gives_the_same_bytes():
    assert bom(card()) == bom(card())
    assert bom()["serialNumber"].startswith("urn:uuid:")


@pytest.mark.parametrize(
    ("name", "known"),
    [("MIT", "MIT"), (" apache-2.0 ", "Apache-2.0"), ("odbl", "ODbL-1.0"), ("x", None)],
)
def test_licences_are_known_by_their_spdx_names(name, known):
    assert spdx_id(name) == known


def test_what_the_card_says_in_the_words_of_the_hub_is_carried():
    given = card(
        pipeline_tag="text-generation",
        library_name="transformers",
        base_model_relation="finetune",
        languages=("en", "de"),
        tags=("chat", "en"),
    )
    root = bom(given)["metadata"]["component"]
    assert root["modelCard"]["modelParameters"]["task"] == "text-generation"
    assert root["tags"] == ["chat", "de", "en"]
    assert properties(root, "assay:library") == ["transformers"]
    assert properties(root, "assay:base-model-relation") == ["finetune"]


@pytest.mark.parametrize(
    "name", ["mit", "GPL-2.0-or-later", "etalab-2.0", "OpenRAIL++"]
)
def test_names_on_some_list_are_known(name):
    assert is_known_licence(name)
    assert not is_known_licence(f"my-{name}")


def test_a_package_that_lies_in_the_release_has_its_own_version_and_licence():
    here = Place(path="a-1.0.whl", member="a_b-1.0.dist-info/METADATA")
    there = Place(path="lib/a_b-1.0.dist-info/METADATA")
    given = {"name": "a-b", "version": "1.0", "licence": "MIT"}
    document = bom(
        DistributionFacts(place=here, **given),
        DistributionFacts(place=there, **given),
        DistributionFacts(place=there, name="c"),
        DistributionFacts(place=there, name="d", licence="A special one"),
    )
    first, bare, own = parts(document, "library")
    assert (first["version"], first["purl"]) == ("1.0", "pkg:pypi/a-b@1.0")
    assert first["licenses"] == [{"license": {"id": "MIT"}}]
    assert properties(first, "assay:carried-at") == [str(here), str(there)]
    assert "version" not in bare
    assert "licenses" not in bare
    assert own["licenses"] == [{"license": {"name": "A special one"}}]


def test_a_finding_about_no_file_stands_with_the_release():
    finding = Finding(
        check="model-card",
        rule="no-card",
        severity=Severity.LOW,
        confidence=Confidence.HIGH,
        place=Place(path="MISSING.md"),
        message="There is no card.",
        remediation="Write one.",
    )
    report = CheckReport(
        check="model-card", version=1, examined=1, findings=(finding,), findings_total=1
    )
    assessment = replace(CLAIM.assessment, reports=(report,))
    root = bom(assessment=assessment)["metadata"]["component"]
    (told,) = properties(root, "assay:finding")
    assert "There is no card." in told

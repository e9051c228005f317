from __future__ import annotations

import dataclasses
import importlib
import pkgutil

import pytest

import assay.domain
from assay.domain.assessment import Outcome
from assay.domain.declaration import Declarations
from assay.domain.facts import Gap, Place
from assay.domain.finding import CheckStatus, Severity
from assay.domain.release import Inventory, oms_counts
from assay.programme import read_programme
from tests.simulators.claims import FILES, HARBOUR, REPORTS, Claim, answer, report
from tests.unit.domain.samples import finding

MODULES = [
    importlib.import_module(f"assay.domain.{module.name}")
    for module in pkgutil.iter_modules(assay.domain.__path__)
]
NOUNS = [
    thing
    for module in MODULES
    for thing in vars(module).values()
    if isinstance(thing, type)
    and dataclasses.is_dataclass(thing)
    and thing.__module__ == module.__name__
]


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.__name__)
def test_a_noun_is_frozen_and_slotted_and_built_by_keyword(noun):
    assert noun.__dataclass_params__.frozen
    assert "__slots__" in vars(noun)
    assert all(field.kw_only for field in dataclasses.fields(noun))


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_a_module_lists_what_it_offers_in_order(module):
    classes = [
        n
        for n in vars(module).values()
        if isinstance(n, type) and n.__module__ == module.__name__
    ]
    public = {c.__name__ for c in classes if not c.__name__.startswith("_")}
    assert public <= set(module.__all__)


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (Place(path="a.bin"), "a.bin"),
        (Place(path="a.zip", member="b/c.pkl"), "a.zip!/b/c.pkl"),
        (Place(path="a.txt", line=3), "a.txt:3"),
        (Place(path="a.bin", offset=0), "a.bin@0"),
        (
            Place(path="a.zip", member="c.json", line=2, offset=9, key="auto_map"),
            "a.zip!/c.json:2@9 (auto_map)",
        ),
    ],
)
def test_a_place_is_written_as_people_write_it(place, text):
    assert str(place) == text


def test_severities_are_ordered_from_info_to_critical():
    assert [s.rank for s in Severity] == [4, 3, 2, 1, 0]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, CheckStatus.CLEAN),
        ({"examined": 0}, CheckStatus.NOT_APPLICABLE),
        (
            {"examined": 0, "gaps": (Gap(place=Place(path="x"), reason="r"),)},
            CheckStatus.INCOMPLETE,
        ),
        ({"findings": (finding(),)}, CheckStatus.FINDINGS),
        ({"findings": (finding(),), "failure": "It fell over."}, CheckStatus.ERROR),
    ],
)
def test_the_status_of_a_report_names_the_worst_first(changes, status):
    assert report("x", **changes).status is status


def test_findings_of_an_assessment_come_worst_first_then_by_check_and_place():
    low = finding(severity=Severity.LOW)
    high = finding(severity=Severity.HIGH, path="z")
    other = finding(severity=Severity.HIGH, path="a")
    reports = (
        report("x", findings=(low, high), findings_total=2),
        report("x2", findings=(other,), findings_total=1),
    )
    assessment = dataclasses.replace(Claim().assessment, reports=reports)
    assert assessment.findings == (other, high, low)
    assert dataclasses.replace(assessment, reports=REPORTS).findings == ()


def test_an_answer_is_found_by_its_control():
    declarations = Declarations(answers=(answer("a"), answer("b")))
    assert declarations.of("b") == answer("b")
    assert declarations.of("c") is None


def test_an_inventory_adds_up_its_files():
    assert Inventory(files=FILES).total_size == sum(f.size for f in FILES)
    assert Inventory(files=()).total_size == 0


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        ("model.safetensors", True),
        (".gitattributes", False),
        (".git/config", False),
        (".github/x.yml", False),
        (".gitignore", False),
        ("sub/.gitignore", True),
        (".gitkeep", True),
    ],
)
def test_model_signing_leaves_out_version_control_at_the_top_only(path, counts):
    assert oms_counts(path) is counts


def test_a_programme_finds_its_controls_by_id():
    programme = read_programme(HARBOUR)
    assert programme.control("crew-1").title == "Someone answers reports"
    with pytest.raises(KeyError):
        programme.control("crew-9")


def test_there_is_a_word_for_not_having_looked():
    assert {o.value for o in Outcome} >= {"not assessed", "error", "not applicable"}

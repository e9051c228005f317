from __future__ import annotations

from assay.assess.checks.provenance_declared import CHECK
from assay.domain.finding import CheckStatus, Confidence, Severity
from tests.unit.assess.subjects import card, file, run


def test_a_card_with_base_and_data_is_clean():
    assert run(CHECK, card()).status is CheckStatus.CLEAN


def test_a_release_without_a_card_declares_nothing():
    (finding,) = run(CHECK, file("a.bin")).findings
    assert (finding.rule, finding.severity) == ("nothing-declared", Severity.LOW)


def test_a_card_with_neither_declares_nothing():
    (finding,) = run(CHECK, card(base_models=(), datasets=())).findings
    assert finding.rule == "nothing-declared"


def test_missing_data_sets_are_information():
    (finding,) = run(CHECK, card(datasets=())).findings
    assert (finding.rule, finding.severity) == ("no-datasets", Severity.INFO)


def test_a_missing_base_is_information_and_unsure_since_there_may_be_none():
    (finding,) = run(CHECK, card(base_models=())).findings
    assert (finding.rule, finding.confidence) == ("no-base-model", Confidence.LOW)

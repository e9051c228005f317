"""Judge whether the release says what it was made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.assess.check import Examination, FactCheck, Rule, Sighting, release_card
from assay.domain.facts import WHOLE_RELEASE, Place
from assay.domain.finding import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assay.assess.check import CheckSubject
    from assay.domain.facts import CardFacts

__all__ = ["CHECK"]

_REFERENCES = ("AML.T0010.002", "AML.T0010.003", "LLM04:2026")

NOTHING = Rule(
    id="nothing-declared",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="Neither data sets nor a base model are declared",
    remediation="Add `base_model:` and `datasets:` to the card's front matter.",
    gain="A poisoned base or data set cannot be traced to the models made from it.",
    references=_REFERENCES,
)
NO_DATASETS = Rule(
    id="no-datasets",
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    summary="The data sets of training are not declared",
    remediation="Add `datasets:` to the card's front matter.",
    gain="A poisoned data set cannot be traced to the models made from it.",
    references=_REFERENCES,
)
NO_BASE = Rule(
    id="no-base-model",
    severity=Severity.INFO,
    confidence=Confidence.LOW,
    summary="No base model is declared; the model may have been trained from nothing",
    remediation="Add `base_model:` to the card's front matter, or say in the card that "
    "there is none.",
    gain="A poisoned base cannot be traced to the models made from it.",
    references=_REFERENCES,
)


def _judge(card: CardFacts | None) -> Iterable[tuple[Rule, str]]:
    if card is None or not (card.base_models or card.datasets):
        yield NOTHING, "The release declares neither data sets nor a base model."
    elif not card.datasets:
        yield NO_DATASETS, "The model card declares no data sets."
    elif not card.base_models:
        yield NO_BASE, "The model card declares no base model."


def _examine(subject: CheckSubject) -> Examination:
    card = release_card(subject)
    place = card.place if card else Place(path=WHOLE_RELEASE)
    return Examination(
        examined=1,
        sightings=tuple(
            Sighting(rule=rule, place=place, message=message)
            for rule, message in _judge(card)
        ),
    )


CHECK = FactCheck(
    id="provenance-declared",
    version=3,
    title="The release says which data and which base model it was made of",
    rules=(NOTHING, NO_DATASETS, NO_BASE),
    examine=_examine,
)

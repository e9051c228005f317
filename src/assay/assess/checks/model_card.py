"""Judge whether a model card is there and says what a user must know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.assess.check import (
    Examination,
    FactCheck,
    Rule,
    Sighting,
    gaps_about,
    release_card,
    shown,
)
from assay.domain.documentation import ITEMS
from assay.domain.facts import WHOLE_RELEASE, Content, Place
from assay.domain.finding import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assay.assess.check import CheckSubject
    from assay.domain.facts import CardFacts

__all__ = ["CHECK"]

NO_CARD = Rule(
    id="no-card",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="The release has no model card at its root",
    remediation="Add a README.md with front matter: purpose, training data, "
    "evaluation, limits, licence.",
    gain="Passes a model off as something that nobody can hold against its card.",
    references=("CWE-1059",),
)
FRONT_MATTER = Rule(
    id="malformed-front-matter",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="The YAML block that opens the card cannot be read",
    remediation="Repair the YAML between the two lines of three dashes.",
    gain="Hides from machines what the card says to people.",
)
NO_FRONT_MATTER = Rule(
    id="no-front-matter",
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    summary="The card has no YAML block for machines to read",
    remediation="Open the card with a YAML block: license, datasets, base_model.",
    gain="Keeps origin and licence out of what machines compare.",
)
THIN = Rule(
    id="thin-card",
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    summary="The card holds too little text to say anything",
    remediation="Say what the model is for, what it was made of and where it fails.",
    gain="Passes a model off as something that nobody can hold against its card.",
)
SECTION = Rule(
    id="missing-section",
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    summary="The card has no heading for something that a user must know",
    remediation="Add the section under a heading of its own.",
    gain="Has the model used for what it was never meant or tested for.",
)
ITEMS_MISSING = Rule(
    id="documentation-items",
    severity=Severity.INFO,
    confidence=Confidence.LOW,
    summary="The card has no words for items that rules for general-purpose models ask",
    remediation="Tell each item in the card, or say why it does not apply: Annexes XI "
    "and XII of the EU AI Act name them for general-purpose models.",
    gain="Has the model used for what it was never meant or tested for.",
    references=("CWE-1059",),
)
INSTRUCTION = Rule(
    id="hidden-instruction",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="The card tells machines something that its readers do not see",
    remediation="Remove the comment, the unseen element or the tag characters.",
    gain="Turns an assistant that reads the card against whoever asked it to.",
    references=("CWE-451", "AML.T0051", "AML.T0068", "LLM01:2026"),
)
SCRIPT = Rule(
    id="script-link",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    summary="A link of the card runs a script",
    remediation="Link to a page, or remove the link.",
    gain="Runs code in the browser of whoever follows the link.",
    references=("CWE-79",),
)
PICTURE = Rule(
    id="remote-image",
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    summary="The card shows pictures from elsewhere, whose hosts learn who reads it",
    remediation="Put the pictures into the release.",
    gain="Tells the host of the picture who reads the card, and shows what it likes.",
    references=("CWE-200",),
)

_ODDITIES = {
    "hidden-instruction": (INSTRUCTION, "says to machines only"),
    "script-link": (SCRIPT, "has a link that runs a script"),
    "remote-image": (PICTURE, "shows"),
}

# What a user must know, and words of headings under which it is told.
_SECTIONS = (
    ("intended use", ("use", "usage", "purpose", "application", "how to", "quick")),
    ("training data", ("training", "data", "corpus", "pre-training", "pretraining")),
    ("evaluation", ("evaluation", "result", "benchmark", "performance", "metric")),
    (
        "limits and risks",
        ("limit", "risk", "bias", "safety", "ethic", "out-of-scope", "caveat"),
    ),
)

# A card shorter than two or three sentences says nothing of its model.
_THIN_CHARS = 200


def _missing(card: CardFacts) -> Iterable[str]:
    for section, words in _SECTIONS:
        if not any(word in heading for heading in card.headings for word in words):
            yield section


def _card(card: CardFacts, subject: CheckSubject) -> Iterable[Sighting]:
    for problem in card.problems:
        yield Sighting(
            rule=FRONT_MATTER,
            place=problem.place,
            message=f"The front matter cannot be read ({problem.kind}): "
            f"{shown(problem.detail, subject.limits)}",
        )
    if not card.has_front_matter and not card.problems:
        message = "The model card has no front matter."
        yield Sighting(rule=NO_FRONT_MATTER, place=card.place, message=message)
    if card.text_chars < _THIN_CHARS:
        message = f"The model card holds {card.text_chars} characters of text."
        yield Sighting(rule=THIN, place=card.place, message=message)
    for oddity in card.oddities:
        rule, does = _ODDITIES[oddity.kind]
        yield Sighting(
            rule=rule,
            place=oddity.place,
            message=f"The model card {does}: {shown(oddity.detail, subject.limits)}",
        )
    for section in _missing(card):
        message = f"The model card has no section about {section}."
        yield Sighting(rule=SECTION, place=card.place, message=message)
    items = [item for item in ITEMS if item not in card.documented]
    if items:
        message = f"The model card has no words about: {', '.join(items)}."
        yield Sighting(rule=ITEMS_MISSING, place=card.place, message=message)


def _examine(subject: CheckSubject) -> Examination:
    card = release_card(subject)
    if card is None:
        message = "The release has no model card at its root."
        sightings: tuple[Sighting, ...] = (
            Sighting(rule=NO_CARD, place=Place(path=WHOLE_RELEASE), message=message),
        )
    else:
        sightings = tuple(_card(card, subject))
    return Examination(
        examined=1,
        sightings=sightings,
        gaps=tuple(
            gap
            for gap in gaps_about(subject, Content.MARKDOWN)
            if gap.content is Content.MARKDOWN
        ),
    )


CHECK = FactCheck(
    id="model-card",
    version=4,
    title="A model card says what the model is for, made of, and bad at",
    rules=(
        NO_CARD,
        FRONT_MATTER,
        NO_FRONT_MATTER,
        THIN,
        SECTION,
        ITEMS_MISSING,
        INSTRUCTION,
        SCRIPT,
        PICTURE,
    ),
    examine=_examine,
)

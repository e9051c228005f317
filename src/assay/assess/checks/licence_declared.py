"""Judge whether the release says under which licence it may be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.assess.check import (
    Examination,
    FactCheck,
    Rule,
    Sighting,
    facts_of,
    release_card,
    shown,
)
from assay.domain.facts import WHOLE_RELEASE, LicenceFacts, Place
from assay.domain.finding import Confidence, Severity
from assay.domain.licences import is_known_licence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assay.assess.check import CheckSubject
    from assay.domain.facts import CardFacts
    from assay.domain.limits import Limits

__all__ = ["CHECK"]

NONE = Rule(
    id="no-licence",
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    summary="Neither the card nor a file names a licence",
    remediation="Add a LICENSE file, and `license:` to the card's front matter.",
    gain="Draws users into terms that are claimed against them later.",
    references=("CWE-1059",),
)
NO_FIELD = Rule(
    id="no-licence-field",
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    summary="A licence file is there, but the card does not name the licence",
    remediation="Add `license:` with an SPDX identifier to the card's front matter.",
    gain="Keeps the terms from machines that enforce a policy of licences.",
)
NO_FILE = Rule(
    id="no-licence-file",
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    summary="The card names a licence, but its text is not in the release",
    remediation="Add the text of the licence as LICENSE; many licences require it.",
    gain="Lets the terms be stated afterwards as it suits.",
)
VAGUE = Rule(
    id="vague-licence",
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    summary="The card's licence field names no licence",
    remediation="Name the licence by its SPDX identifier, or give `license_name`, "
    "`license_link` and the text.",
    gain="Lets the terms be stated afterwards as it suits.",
)
UNKNOWN = Rule(
    id="unknown-licence-id",
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    summary="The card names the licence by an identifier that neither hub nor SPDX has",
    remediation="Write the identifier as SPDX does; for a licence of your own write "
    "`license: other`, `license_name` and `license_link`.",
    gain="Passes a policy of licences that knows names alone.",
)
UNNAMED = Rule(
    id="own-licence-not-named",
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    summary="The card says `license: other` and gives no name, or no link, for it",
    remediation="Add `license_name` and `license_link` to the card's front matter.",
    gain="Lets the terms be stated afterwards as it suits.",
)
CONTRADICTION = Rule(
    id="licence-contradiction",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="The card names another licence than the text in the release",
    remediation="Decide which one holds, and say the same in both places.",
    gain="Shows users the milder terms and holds them to the others.",
)
BASE = Rule(
    id="base-licence-differs",
    severity=Severity.INFO,
    confidence=Confidence.LOW,
    summary="The base model is known to come under another family of licences",
    remediation="See whether the licence of the base allows this one.",
    gain="Draws users into a breach of the terms of the base model.",
)

# Families of licences by the ids of SPDX and of hubs.
_FAMILIES = (
    ("openrail", ("openrail", "bigscience-openrail", "creativeml-openrail")),
    ("llama", ("llama",)),
    ("gemma", ("gemma",)),
    ("apache", ("apache",)),
    ("agpl", ("agpl",)),
    ("lgpl", ("lgpl",)),
    ("gpl", ("gpl",)),
    ("mpl", ("mpl",)),
    ("cc", ("cc-", "cc0")),
    ("mit", ("mit",)),
    ("bsd", ("bsd",)),
    ("unlicense", ("unlicense",)),
)
# Publishers whose models come under a licence of their own.
_BASES = (("meta-llama/", "llama"), ("google/gemma", "gemma"))

_FILE_STEMS = frozenset({"license", "licence", "copying", "unlicense", "notice"})
_VAGUE = frozenset({"other", "unknown", "none", "tbd", "n/a", "custom"})


def _has_file(subject: CheckSubject) -> bool:
    names = (record.path.lower() for record in subject.inventory.files)
    return any(
        "/" not in name
        and name.replace("-", ".").replace("_", ".").split(".")[0] in _FILE_STEMS
        for name in names
    )


def _judge(field: str, *, has_file: bool) -> tuple[Rule, str] | None:
    if not field and not has_file:
        return NONE, "Neither the model card nor a file names a licence."
    if not field:
        return NO_FIELD, "The model card does not name the licence."
    if field.lower() in _VAGUE and not has_file:
        return NONE, "The licence field names no licence, and there is no file."
    if field.lower() in _VAGUE:
        return VAGUE, "The licence field of the model card names no licence."
    if not has_file:
        return NO_FILE, "The text of the licence is not in the release."
    return None


def _identifier(card: CardFacts, field: str, limits: Limits) -> tuple[Rule, str] | None:
    """Judge how the licence is named: by an identifier, or as one of one's own."""
    if not field:
        return None
    if card.is_own_license:
        lacks = [] if field.lower() != "other" else ["license_name"]
        lacks += [] if card.license_link else ["license_link"]
        if lacks:
            return UNNAMED, f"The licence is `other` without {' and '.join(lacks)}."
        return None
    names = [name.strip() for name in field.split(",")]
    odd = [n for n in names if n.lower() not in _VAGUE and not is_known_licence(n)]
    if odd:
        return UNKNOWN, f"No list knows the licence `{shown(odd[0], limits)}`."
    return None


def _family(field: str) -> str:
    name = field.lower()
    for family, starts in _FAMILIES:
        if name.startswith(starts):
            return family
    return ""


def _contradictions(
    card: CardFacts, field: str, subject: CheckSubject
) -> Iterable[tuple[Rule, str]]:
    named = _family(field)
    texts = {text.family for text in facts_of(subject, LicenceFacts)}
    if named and texts and "" not in texts and named not in texts:
        name, found = shown(field, subject.limits), ", ".join(sorted(texts))
        message = f"The model card names `{name}`; the text is of the family {found}."
        yield CONTRADICTION, message
    for base in card.base_models:
        for start, family in _BASES:
            if base.lower().startswith(start) and named and named != family:
                name = shown(base, subject.limits)
                message = f"The base `{name}` comes under the family {family}."
                yield BASE, message


def _examine(subject: CheckSubject) -> Examination:
    card = release_card(subject)
    field = (card.license or "").strip() if card else ""
    place = card.place if card else Place(path=WHOLE_RELEASE)
    found = _judge(field, has_file=_has_file(subject))
    seen = [] if found is None else [found]
    if card is not None:
        named = _identifier(card, field, subject.limits)
        seen += [] if named is None else [named]
        seen += _contradictions(card, field, subject)
    return Examination(
        examined=1,
        sightings=tuple(
            Sighting(rule=rule, place=place, message=message) for rule, message in seen
        ),
    )


CHECK = FactCheck(
    id="licence-declared",
    version=4,
    title="The release says under which licence it may be used",
    rules=(NONE, NO_FIELD, NO_FILE, VAGUE, UNKNOWN, UNNAMED, CONTRADICTION, BASE),
    examine=_examine,
)

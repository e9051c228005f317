"""Judge what a tokenizer does to text besides cutting it into tokens."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from assay.assess.check import (
    Examination,
    FactCheck,
    Rule,
    Sighting,
    config_gaps,
    facts_of,
    shown,
)
from assay.assess.vocabularies import disagreements
from assay.domain.facts import TokenizerFacts
from assay.domain.finding import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.assess.check import CheckSubject

__all__ = ["CHECK"]

_INJECTION = ("AML.T0051", "LLM01:2026")
_TAKE = "Take the tokenizer of the model's origin, and compare the two files."

COSTLY = Rule(
    id="costly-pattern",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="A regular expression may take time without end on a short text",
    remediation="Rewrite the pattern so that no repeat stands in a repeat.",
    gain="Stops the server with one request.",
    references=("CWE-1333", "AML.T0029"),
)
EXPANDING = Rule(
    id="expanding-replacement",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="Replacements make a text many times longer",
    remediation=_TAKE,
    gain="Fills the memory of the server with one request.",
    references=("CWE-400", "AML.T0029"),
)
REWRITES = Rule(
    id="rewrites-words",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="A rule exchanges words, figures or addresses, or takes them away",
    remediation=_TAKE,
    gain="Has the model read, or its user see, something else than what was said.",
    references=("CWE-506", *_INJECTION),
)
INJECTED = Rule(
    id="injected-text",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The tokenizer puts sentences of its own into the text",
    remediation=_TAKE,
    gain="Gives the model instructions in every conversation.",
    references=("CWE-506", *_INJECTION),
)
HIDDEN = Rule(
    id="hidden-text",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="A replacement or token mixes invisible characters into text",
    remediation=_TAKE,
    gain="Slips text past a reviewer, or a word past a filter.",
    references=("CWE-451", "AML.T0068", *_INJECTION),
)
DROPS = Rule(
    id="drops-text",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The tokenizer leaves out the text, or repeats it",
    remediation=_TAKE,
    gain="Has the model answer something else than what was asked.",
    references=("CWE-506",),
)
WORD = Rule(
    id="word-as-special",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="An ordinary word or number is a special token, which decoders leave out",
    remediation="Mark only tokens as special that no text holds.",
    gain="Has a word such as `not` vanish from what the model reads or answers.",
    references=("CWE-506", "AML.T0018"),
)
CONFLICT = Rule(
    id="token-conflict",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="An added token takes the number of another token",
    remediation=_TAKE,
    gain="Exchanges one word for another without touching the weights.",
    references=("CWE-694", "AML.T0018"),
)
DISAGREES = Rule(
    id="files-disagree",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="Two files of one tokenizer give words or special tokens other numbers",
    remediation="Save all files of the tokenizer anew from one of them, and see which "
    "one the model was trained with.",
    gain="Has one loader read another word than the one that was reviewed.",
    references=("CWE-436", "CWE-694", "AML.T0018"),
)
SHOWN = Rule(
    id="shown-otherwise",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    summary="The text that a vocabulary shows for a word is not what its bytes say",
    remediation=_TAKE,
    gain="Shows a reviewer another word than the one that the model uses.",
    references=("CWE-451", "AML.T0018"),
)
DAMAGED = Rule(
    id="damaged-tokenizer",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    summary="Parts of the tokenizer contradict each other or cannot be read",
    remediation="Save the tokenizer again with the library that made it.",
    gain="Has two loaders cut one text in two ways, of which filters see one.",
    references=("CWE-20",),
)

_KINDS = {
    "costly-pattern": COSTLY,
    "expanding-replacement": EXPANDING,
    "rewrites-words": REWRITES,
    "injected-text": INJECTED,
    "hidden-text": HIDDEN,
    "drops-text": DROPS,
    "repeats-text": DROPS,
    "word-as-special": WORD,
    "token-conflict": CONFLICT,
    "shown-otherwise": SHOWN,
}
_DISAGREEMENTS = {
    "meaning": (DISAGREES, "what numbers stand for"),
    "numbers": (DAMAGED, "the numbers of tokens"),
    "another": (DAMAGED, "the whole vocabulary"),
    "absent": (DAMAGED, "which tokens there are"),
    "merges": (DAMAGED, "how pairs are joined"),
}
# Findings of one kind in one file: a list of a thousand says no more.
_MAX_ALIKE = 20


def _disagreeing(
    tokenizers: tuple[TokenizerFacts, ...], subject: CheckSubject
) -> Iterator[Sighting]:
    seen: Counter[tuple[str, str]] = Counter()
    for found in disagreements(tokenizers):
        rule, about = _DISAGREEMENTS[found.kind]
        at = found.fact.place
        seen[found.kind, at.path] += 1
        if seen[found.kind, at.path] > _MAX_ALIKE:
            continue
        key = shown(found.key, subject.limits) if found.key else at.key
        yield Sighting(
            rule=rule,
            place=replace(at, key=key),
            message=f"The files of the tokenizer disagree about {about}: "
            f"{shown(found.detail, subject.limits)}",
        )


def _examine(subject: CheckSubject) -> Examination:
    tokenizers = facts_of(subject, TokenizerFacts)
    return Examination(
        examined=len(tokenizers),
        sightings=tuple(
            Sighting(
                rule=_KINDS.get(problem.kind, DAMAGED),
                place=problem.place,
                message=f"The tokenizer is not plain ({problem.kind}): "
                f"{shown(problem.detail, subject.limits)}",
            )
            for tokenizer in tokenizers
            for problem in tokenizer.problems
        )
        + tuple(_disagreeing(tokenizers, subject)),
        gaps=config_gaps(subject),
    )


CHECK = FactCheck(
    id="tokenizer-bounded",
    version=3,
    title="Tokenizers cut text in bounded time, and change no words",
    rules=(
        COSTLY, EXPANDING, REWRITES, INJECTED, HIDDEN, DROPS, WORD, CONFLICT,
        DISAGREES, SHOWN, DAMAGED,
    ),
    examine=_examine,
)  # fmt: skip

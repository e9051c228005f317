"""What a check is, and the filters that all checks share.

A check is a pure function of facts: it opens no file, knows no clock, and never
imports another check. It says what it examined, what it saw, and what it ought to
have looked at and could not; `runner` makes the bounded report of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from assay.assess.graph_data import accounted
from assay.domain.credentials import redact
from assay.domain.facts import (
    CONTAINERS,
    ArchiveFacts,
    CardFacts,
    ConfigFacts,
    Content,
    Gap,
    PickleFacts,
    TemplateFacts,
)
from assay.domain.finding import CheckReport, Confidence, Finding, Severity
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.printable import is_printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from assay.domain.facts import Fact, ParseProblem, Place, ReleaseFacts
    from assay.domain.release import Inventory

__all__ = [
    "NATIVE",
    "TEXTUAL",
    "Check",
    "CheckSubject",
    "Examination",
    "FactCheck",
    "Rule",
    "Sighting",
    "config_gaps",
    "extension",
    "facts_of",
    "finding_order",
    "gap_order",
    "gaps_about",
    "pickle_gaps",
    "release_card",
    "shown",
    "stated_gaps",
    "template_gaps",
]


# Types that a person reads.
TEXTUAL = frozenset(
    {Content.TEXT, Content.JSON, Content.MARKDOWN, Content.PYTHON}
    | {Content.XML, Content.LIGHTGBM}
)

# Types that the machine, or an interpreter by its first line, runs as they stand.
NATIVE = frozenset(
    {
        Content.ELF,
        Content.PE,
        Content.MACH_O,
        Content.JAVA_CLASS,
        Content.WASM,
        Content.PYTHON_BYTECODE,
        Content.SCRIPT,
    }
)

# Problems of an archive after which not all of its members were read.
_UNREAD_MEMBERS = {
    "bomb": "its members expand too far to be inspected",
    "encrypted-member": "it holds an encrypted member",
    "malformed": "it is malformed, so that not all members could be read",
    "truncated": "it ends early, so that not all members could be read",
}

# Problems of a pickle stream that ended the reading before its STOP, or the listing.
_UNREAD_STREAM = frozenset({"malformed", "too-large", "too-many", "truncated"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSubject:
    """What a check judges.

    Attributes:
        inventory: The files bound by the digest and the entries left out.
        facts: What the readers saw inside the files.
        limits: The bounds that held while reading, and hold while reporting.
    """

    inventory: Inventory
    facts: ReleaseFacts
    limits: Limits = DEFAULT_LIMITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that a check may say; its page has a row for each.

    Attributes:
        id: Stable word within the check, kebab-case.
        severity: How bad, if right.
        confidence: How sure, unless a sighting says otherwise.
        summary: What it means, one line, without the particulars.
        remediation: How to mend it.
        gain: What an attacker gains by it, in one sentence.
        references: Ids in CWE, MITRE ATLAS or the OWASP list of 2026.
    """

    id: str
    severity: Severity
    confidence: Confidence
    summary: str
    remediation: str
    gain: str = ""
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A rule that fired at a place.

    Attributes:
        rule: Which.
        place: Where.
        message: What was seen, in one sentence; the same for the same bytes.
        confidence: In place of the rule's own, where the facts know better.
        gain: In place of the rule's own, where the facts know better.
    """

    rule: Rule
    place: Place
    message: str
    confidence: Confidence | None = None
    gain: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What came of looking.

    Attributes:
        examined: Things of the check's subject matter that were looked at.
        sightings: In any order.
        gaps: What it ought to have looked at and could not.
    """

    examined: int
    sightings: tuple[Sighting, ...] = ()
    gaps: tuple[Gap, ...] = ()


class Check(Protocol):
    """A program that judges one matter of a release.

    Its id is kebab-case; its module, page, tests and vectors carry the same name. Its
    version counts from 1, and another outcome for the same facts raises it.
    """

    @property
    def id(self) -> str:
        """Name the check."""
        ...

    @property
    def version(self) -> int:
        """Give the version of its rules."""
        ...

    @property
    def title(self) -> str:
        """Say in one line what it establishes."""
        ...

    @property
    def rules(self) -> tuple[Rule, ...]:
        """List everything that it may say."""
        ...

    def run(self, subject: CheckSubject) -> CheckReport:
        """Judge the facts of a release."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FactCheck:
    """A check made of its rules and one pure function.

    Attributes:
        id: See `Check`.
        version: See `Check`.
        title: See `Check`.
        rules: See `Check`.
        examine: The judgement itself.
    """

    id: str
    version: int
    title: str
    rules: tuple[Rule, ...]
    examine: Callable[[CheckSubject], Examination]

    def run(self, subject: CheckSubject) -> CheckReport:
        """Judge the facts of a release; the report is not bounded yet."""
        seen = self.examine(subject)
        findings = tuple(self._finding(sighting) for sighting in seen.sightings)
        return CheckReport(
            check=self.id,
            version=self.version,
            examined=seen.examined,
            findings=findings,
            findings_total=len(findings),
            gaps=seen.gaps,
        )

    def _finding(self, sighting: Sighting) -> Finding:
        rule = sighting.rule
        return Finding(
            check=self.id,
            rule=rule.id,
            severity=rule.severity,
            confidence=sighting.confidence or rule.confidence,
            place=sighting.place,
            message=sighting.message,
            remediation=rule.remediation,
            gain=sighting.gain or rule.gain,
            references=rule.references,
        )


def _place_order(place: Place) -> tuple[str, str, int, int, str, int]:
    offset = -1 if place.offset is None else place.offset
    line = -1 if place.line is None else place.line
    within = -1 if place.inner_line is None else place.inner_line
    return place.path, place.member or "", line, offset, place.key or "", within


def finding_order(finding: Finding) -> tuple[object, ...]:
    """Give the key by which findings are sorted: place first, then rule."""
    return *_place_order(finding.place), finding.rule, finding.message


def gap_order(gap: Gap) -> tuple[object, ...]:
    """Give the key by which gaps are sorted: place first, then reason."""
    return *_place_order(gap.place), gap.content.value, gap.reason


_F = TypeVar("_F", bound="Fact")


def facts_of(subject: CheckSubject, kind: type[_F]) -> tuple[_F, ...]:
    """Give every fact of one kind, in the order of the files."""
    return tuple(
        fact
        for file in subject.facts.files
        for fact in file.facts
        if isinstance(fact, kind)
    )


def release_card(subject: CheckSubject) -> CardFacts | None:
    """Give the model card at the root of the release, or None."""
    for card in facts_of(subject, CardFacts):
        if "/" not in card.place.path and card.place.member is None:
            return card
    return None


def extension(path: str) -> str:
    """Give the last extension of a path, in lower case with its dot, or nothing."""
    name = path.rsplit("/", 1)[-1]
    stem, dot, last = name.rpartition(".")
    return f".{last.lower()}" if dot and stem else ""


def shown(text: str, limits: Limits = DEFAULT_LIMITS) -> str:
    """Make a text from outside fit for one line: printable, redacted and shortened."""
    text = redact(text)
    kept = text[: limits.max_shown_chars]
    printable = "".join(
        char if is_printable(char) else f"\\u{{{ord(char):x}}}" for char in kept
    )
    return printable if len(kept) == len(text) else f"{printable}…"


def _archive_gaps(subject: CheckSubject) -> Iterable[Gap]:
    for archive in facts_of(subject, ArchiveFacts):
        for problem in archive.problems:
            why = _UNREAD_MEMBERS.get(problem.kind)
            if why is not None:
                yield Gap(
                    place=problem.place,
                    content=archive.content,
                    reason=f"The {archive.content} archive was not read whole: {why}.",
                )


def stated_gaps(subject: CheckSubject) -> tuple[Gap, ...]:
    """Give all that was not looked at: stated gaps, and archives not read whole.

    An archive's own problem is left out where a gap at the same place says it, and a
    file without a known type where a model takes all of its bytes as numbers.
    """
    numbers = accounted(subject.facts)
    gaps = tuple(
        gap
        for gap in facts_of(subject, Gap)
        if gap.content is not Content.UNKNOWN
        or gap.place.member is not None
        or gap.place.path not in numbers
    )
    places = {gap.place for gap in gaps}
    derived = {gap.place: gap for gap in _archive_gaps(subject)}
    more = (gap for place, gap in derived.items() if place not in places)
    return tuple(sorted((*gaps, *more), key=gap_order))


def gaps_about(subject: CheckSubject, *contents: Content) -> tuple[Gap, ...]:
    """Give the gaps that may hide one of these types: those types, and containers.

    `Content.UNKNOWN` belongs among them only for types that have no magic number: a
    file of unknown type is surely no ELF, but may well be a pickle or a text.
    """
    relevant = CONTAINERS.union(contents)
    return tuple(
        gap
        for gap in stated_gaps(subject)
        if gap.content in relevant or _never_identified(gap)
    )


def _never_identified(gap: Gap) -> bool:
    """Tell members of which not even the type may be known, such as too deep ones."""
    return gap.content is Content.UNKNOWN and gap.place.member is not None


def _problem_gap(problem: ParseProblem, content: Content, what: str) -> Gap:
    return Gap(
        place=problem.place,
        content=content,
        reason=f"{what} ({problem.kind}): {problem.detail}",
    )


def config_gaps(subject: CheckSubject) -> tuple[Gap, ...]:
    """Give configurations that could not be read, and gaps that may hide some."""
    unread = tuple(
        _problem_gap(problem, Content.JSON, "The configuration was not read whole")
        for config in facts_of(subject, ConfigFacts)
        for problem in config.problems
    )
    return unread + gaps_about(subject, Content.JSON, Content.TEXT)


def pickle_gaps(subject: CheckSubject) -> tuple[Gap, ...]:
    """Give pickle streams that were not read to their end, and gaps that may hide any.

    A loader runs what comes before a break, and that was read. What comes after it
    was not, and another loader may get further.
    """
    gaps = []
    for stream in facts_of(subject, PickleFacts):
        gaps += [
            _problem_gap(problem, Content.PICKLE, "The pickle was not read whole")
            for problem in stream.problems
            if problem.kind in _UNREAD_STREAM
        ]
        if stream.bounded:
            reason = "The pickle is longer or deeper than the limits of the reader."
            gaps.append(Gap(place=stream.place, content=Content.PICKLE, reason=reason))
    hiding = gaps_about(
        subject, Content.PICKLE, Content.NUMPY, Content.HDF5, Content.UNKNOWN
    )
    return *gaps, *hiding


def template_gaps(subject: CheckSubject) -> tuple[Gap, ...]:
    """Give templates that could not be parsed, and gaps that may hide any."""
    unread = tuple(
        _problem_gap(problem, Content.TEXT, "The template was not parsed")
        for template in facts_of(subject, TemplateFacts)
        for problem in template.problems
    )
    # GGUF carries its chat template in its metadata.
    return unread + config_gaps(subject) + gaps_about(subject, Content.GGUF)

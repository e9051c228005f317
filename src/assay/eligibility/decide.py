"""Whether a benefit is due at an instant, with the facts that it turned on.

1. What was not proven counts for nothing, and is named.
2. All bundles are about one release.
3. Only a programme that the verifier's trust file names may decide; of several
   versions with the benefit, the one published last.
4. A claim that a later claim of the same developer supersedes counts for nothing. Of
   several results for a control, the one sealed last in which somebody looked; one that
   is withheld may be such a result, so an earlier one does not count in its place. A
   result that any bundle of a claim shows is shown.
5. A result is fresh while it is younger than its control's freshness, its seal
   younger than the benefit's greatest age, and the claim neither ended nor to come.
6. The benefit's rule is evaluated in three values; unknown is never a yes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from assay.domain.assessment import Outcome
from assay.domain.programme import EvidenceClass
from assay.domain.verdict import Decision, DecisionValue, Reason
from assay.eligibility.reviewed import LOOKED, seen
from assay.eligibility.rules import ControlState, Truth, controls_named, evaluate
from assay.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from assay.domain.programme import Benefit, Programme, ProgrammeRef
    from assay.domain.statement import VerifiedRelease
    from assay.eligibility.reviewed import Seen

__all__ = ["decide"]

_VALUES = {
    Truth.YES: DecisionValue.ELIGIBLE,
    Truth.NO: DecisionValue.NOT_ELIGIBLE,
    Truth.UNKNOWN: DecisionValue.CANNOT_TELL,
}
# Characters of a finding's message that a reason quotes; the report has all.
_MOST_SAID = 300


def decide(
    releases: Sequence[VerifiedRelease],
    refused: Sequence[Reason],
    benefit_id: str,
    at: datetime,
) -> Decision:
    """Decide a benefit on what has been proven.

    Args:
        releases: What valid bundles prove, in any order.
        refused: Why other bundles prove nothing; they count for nothing.
        benefit_id: Id of the benefit.
        at: The instant asked about, with a time zone.

    Raises:
        UsageError: `usage.different-releases` or `usage.unknown-benefit`.
    """
    # 1.
    if not releases:
        return _cannot_tell(benefit_id, at, refused, "No bundle proves anything.")
    # 2.
    digests = {release.assessment.release_digest for release in releases}
    if len(digests) > 1:
        raise UsageError(
            "different-releases",
            "The bundles are about different releases.",
            expected="bundles about one release",
            found=f"{len(digests)} releases: {', '.join(sorted(digests))}",
            remedy="decide each release by itself",
        )
    # 3.
    trusted = [release for release in releases if release.programme_trusted]
    if not trusted:
        names = sorted({_named(release.programme.ref) for release in releases})
        untrusted = Reason(
            code="trust.unknown-programme",
            message="The trust file does not name the programme, so its rules decide "
            "nothing.",
            subject=", ".join(names),
            remedy="name it with `assay trust add --programme`, if you believe it",
        )
        return _cannot_tell(
            benefit_id, at, (untrusted, *refused), "No programme may decide."
        )
    programme, benefit = _rule(trusted, benefit_id)
    under = [r for r in trusted if r.programme.ref == programme.ref]
    # 4. to 6.
    deciding, superseded = _without_superseded(under)
    named = controls_named(benefit.rule, programme)
    controls = tuple(c.id for c in programme.controls if c.id in named)
    states = {c: _state(c, deciding, benefit, at) for c in controls}
    result = evaluate(benefit.rule, programme, states.__getitem__)
    return Decision(
        value=_VALUES[result.truth],
        benefit=benefit_id,
        programme=programme.ref,
        at=at,
        reasons=(
            *result.reasons,
            *refused,
            *_differences(controls, deciding),
            *_reviewed(states),
            *superseded,
        ),
        controls=controls,
        declared=tuple(c for c in controls if _is_declared(states[c])),
    )


def _is_declared(state: ControlState) -> bool:
    declared = state.evidence_class is EvidenceClass.DECLARED
    return declared and state.outcome in LOOKED


def _without_superseded(
    releases: Sequence[VerifiedRelease],
) -> tuple[list[VerifiedRelease], tuple[Reason, ...]]:
    """Leave out claims that later ones of the same developer take the place of."""
    by: dict[tuple[str, str], datetime] = {}
    for release in releases:
        for earlier in release.seal.supersedes:
            # Of several that name one claim the latest counts, in whatever order they
            # came: one that is dated back takes nothing from the others.
            named, sealed_at = (release.issuer.name, earlier), release.seal.sealed_at
            by[named] = max(by.get(named, sealed_at), sealed_at)
    kept, left = [], []
    for release in releases:
        later = by.get((release.issuer.name, release.seal_digest))
        # A claim dated before the one that it names cannot have known of it.
        if later is not None and later >= release.seal.sealed_at:
            left.append(release.seal_digest)
        else:
            kept.append(release)
    if not left:
        return kept, ()
    reason = Reason(
        code="decide.superseded",
        message="A later claim of the same developer takes the place of an earlier "
        "one, which counts for nothing.",
        subject=", ".join(sorted(set(left))),
        holds=True,
    )
    return kept, (reason,)


def _differences(
    controls: Sequence[str], releases: Sequence[VerifiedRelease]
) -> tuple[Reason, ...]:
    """Tell where bundles contradict one another, and which of them counted."""
    outcomes: dict[str, set[Outcome]] = {control: set() for control in controls}
    for release in releases:
        for result in release.assessment.controls:
            if result.control in outcomes and result.outcome in LOOKED:
                outcomes[result.control].add(result.outcome)
    differing = [control for control in controls if len(outcomes[control]) > 1]
    if not differing:
        return ()
    return (
        Reason(
            code="decide.newest-counts",
            message="The bundles give these controls different outcomes; for each, "
            "the one sealed last in which somebody looked counts.",
            subject=", ".join(differing),
            holds=True,
        ),
    )


def _cannot_tell(
    benefit: str, at: datetime, reasons: Sequence[Reason], otherwise: str
) -> Decision:
    why = tuple(reasons) or (Reason(code="decide.no-evidence", message=otherwise),)
    return Decision(
        value=DecisionValue.CANNOT_TELL,
        benefit=benefit,
        programme=None,
        at=at,
        reasons=why,
    )


def _rule(
    releases: Sequence[VerifiedRelease], benefit_id: str
) -> tuple[Programme, Benefit]:
    """Find the benefit in the programme published last among those that have it."""
    programmes = sorted(
        {release.programme.ref: release.programme for release in releases}.values(),
        key=lambda programme: (programme.published, programme.ref),
        reverse=True,
    )
    for programme in programmes:
        for benefit in programme.benefits:
            if benefit.id == benefit_id:
                return programme, benefit
    known = sorted({b.id for programme in programmes for b in programme.benefits})
    raise UsageError(
        "unknown-benefit",
        "No programme of these bundles has this benefit.",
        expected="one of " + ", ".join(known),
        found=benefit_id[:100],
        remedy="name one of those; `assay programme show` says what each is",
    )


def _state(
    control: str,
    releases: Sequence[VerifiedRelease],
    benefit: Benefit,
    at: datetime,
) -> ControlState:
    """Give what is proven of a control, by steps 4 and 5."""
    reviews = {review for release in releases for review in release.reviews}
    there = [
        (release, seen(release, result, reviews, at))
        for release in releases
        for result in release.assessment.controls
        if result.control == control
    ]
    shown = {
        release.seal_digest
        for release, result in there
        if result.outcome is not Outcome.WITHHELD
    }
    results = sorted(
        (
            (release, result)
            for release, result in there
            if result.outcome is not Outcome.WITHHELD
            or release.seal_digest not in shown
        ),
        key=lambda pair: (
            pair[1].outcome in (*LOOKED, Outcome.WITHHELD),
            pair[0].seal.sealed_at,
            # Of two made at one instant, the one that could hide something.
            pair[1].outcome is Outcome.WITHHELD,
            pair[0].seal.valid_until,
            sorted(statement.payload_sha256 for statement in pair[0].statements),
        ),
    )
    release, result = results[-1]
    if result.outcome in LOOKED:
        fresh, detail = _freshness(release, control, result, benefit, at)
        if result.outcome is Outcome.NOT_MET and not result.assessors:
            detail = f"{detail} {_gravest(release, control)}".strip()
    else:
        fresh, detail = False, result.reason
    return ControlState(
        outcome=result.outcome,
        evidence_class=result.evidence_class,
        fresh=fresh,
        detail=detail,
        reviewed=_by_whose_word(release, control, result),
    )


def _by_whose_word(release: VerifiedRelease, control: str, result: Seen) -> str:
    """Say what was signed and what counts; empty where what was signed counts."""
    if not result.assessors:
        return ""
    signed = next(
        item.outcome for item in release.assessment.controls if item.control == control
    )
    by = " and ".join(result.assessors)
    day = result.collected.date().isoformat()
    if signed is result.outcome:
        return f"Signed as {signed}, and confirmed by {by} on {day}."
    return f"Signed as {signed}; it counts as {result.outcome}, as {by} saw on {day}."


def _reviewed(states: Mapping[str, ControlState]) -> tuple[Reason, ...]:
    """Tell of every control that the rule names what assessors made of it."""
    return tuple(
        Reason(
            code="decide.reviewed", message=state.reviewed, subject=control, holds=True
        )
        for control, state in states.items()
        if state.reviewed
    )


def _freshness(
    release: VerifiedRelease, control: str, result: Seen, benefit: Benefit, at: datetime
) -> tuple[bool, str]:
    sealed_at, collected = release.seal.sealed_at, result.collected
    by = f" by {' and '.join(result.assessors)}" if result.assessors else ""
    known = f"{result.how}{by}"
    allowed = release.programme.control(control).freshness_days
    age = at - collected
    day = collected.date().isoformat()
    if at > release.seal.valid_until:
        until = release.seal.valid_until.date().isoformat()
        return False, f"The claim ended on {until}."
    # A day is what a date without a time zone may be off.
    if max(collected, sealed_at) - at > timedelta(days=1):
        return False, f"{known} on {day} or sealed after the instant asked about."
    if age > timedelta(days=allowed):
        return (
            False,
            f"{known} on {day}, {age.days} days before; at most {allowed} count.",
        )
    oldest = benefit.max_age_days
    if oldest is not None and at - sealed_at > timedelta(days=oldest):
        return (
            False,
            f"Sealed on {sealed_at.date().isoformat()}; at most {oldest} days count.",
        )
    return True, f"{known} on {day}."


def _gravest(release: VerifiedRelease, control: str) -> str:
    """Name the worst that the checks of a control found; empty where none did."""
    checks = release.programme.control(control).checks
    found = [f for f in release.assessment.findings if f.check in checks]
    if not found:
        return ""
    worst = max(found, key=lambda finding: finding.severity.rank)
    more = f", the gravest of {len(found)} findings" if len(found) > 1 else ""
    where = str(worst.place) or "the release"
    said = worst.message[:_MOST_SAID] + ("..." if worst.message[_MOST_SAID:] else "")
    return f"Found in {where} ({worst.severity}{more}): {said}"


def _named(ref: ProgrammeRef) -> str:
    return f"{ref.id} {ref.version} ({ref.digest})"

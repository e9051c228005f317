"""Verdicts and decisions: three values each, and never without reasons."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from assay.domain.programme import ProgrammeRef
    from assay.domain.statement import VerifiedRelease, VerifiedStatement

__all__ = [
    "BundleVerdict",
    "Decision",
    "DecisionValue",
    "Reason",
    "StatementVerdict",
    "Verdict",
    "VerdictValue",
    "release_decided",
]


class VerdictValue(StrEnum):
    """Of a bundle at an instant."""

    VALID = "valid"
    INVALID = "invalid"
    STALE = "stale"


class DecisionValue(StrEnum):
    """Of a benefit at an instant."""

    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not eligible"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason behind a verdict or a decision.

    Attributes:
        code: Stable, in the same namespace as error codes.
        message: One sentence.
        subject: What it is about: a control, a statement, a file; may be empty.
        holds: Whether it speaks for (True) or against (False) a yes.
        remedy: What the reader can do about it; empty when nothing is known.
    """

    code: str
    message: str
    subject: str = ""
    holds: bool = False
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a bundle is worth at an instant, to one verifier.

    Attributes:
        value: Valid, invalid or stale.
        at: The instant.
        reasons: All that was checked; those that do not hold first.
        release: What was proven; only when the value is `valid` or `stale`.
        signed: What the bundle proves by itself, when it is `invalid` for nothing but
            the files at hand: it says nothing of those.
    """

    value: VerdictValue
    at: datetime
    reasons: tuple[Reason, ...]
    release: VerifiedRelease | None = None
    signed: VerifiedRelease | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementVerdict:
    """What one statement is worth at an instant, to one verifier.

    Attributes:
        value: Valid, invalid or stale.
        at: The instant.
        reasons: What was checked; what does not hold first.
        statement: What was proven; only when it is `valid` or `stale`.
        role: In which role the trust file names its signer; empty when `invalid`.
    """

    value: VerdictValue
    at: datetime
    reasons: tuple[Reason, ...]
    statement: VerifiedStatement | None = None
    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleVerdict:
    """The verdict on one bundle among several.

    Attributes:
        file: Name of the bundle's file, as the reader gave it.
        verdict: What it is worth.
    """

    file: str
    verdict: Verdict


def release_decided(bundles: Sequence[BundleVerdict]) -> VerifiedRelease | None:
    """Give the release that some bundles are about, as the newest of them claims it.

    Valid bundles go before stale ones. None when nothing was proven, or when stale
    bundles are about different releases.
    """
    proven = [
        (bundle.verdict.value is VerdictValue.VALID, bundle.verdict.release)
        for bundle in bundles
        if bundle.verdict.release is not None
    ]
    best = any(valid for valid, _ in proven)
    releases = [release for valid, release in proven if valid is best]
    if len({release.assessment.release_digest for release in releases}) != 1:
        return None
    # Of two bundles of one claim, the one that shows more.
    return max(releases, key=lambda r: (r.seal.sealed_at, -len(r.withheld)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Whether a benefit is due at an instant.

    Attributes:
        value: Eligible, not eligible or cannot tell.
        benefit: Id of the benefit.
        programme: Which programme's rule decided; None when none could be trusted.
        at: The instant.
        reasons: The facts that it turned on.
        controls: Ids of all controls that the rule names, by itself or by a tier, in
            the programme's order; empty when no rule decided.
        declared: Those of them whose answer rests on the developer's word alone.
    """

    value: DecisionValue
    benefit: str
    programme: ProgrammeRef | None
    at: datetime
    reasons: tuple[Reason, ...]
    controls: tuple[str, ...] = ()
    declared: tuple[str, ...] = ()

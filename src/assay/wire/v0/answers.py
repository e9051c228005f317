"""What `--json` writes about bundles: the documents of `verify` and `decide`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from assay.domain.statement import SEAL_TYPES
from assay.domain.verdict import release_decided
from assay.wire.model import JsonModel
from assay.wire.v0.instant import INSTANT, format_instant
from assay.wire.v0.parts import (
    BurdenPart,
    ControlPart,
    Count,
    FindingPart,
    Hex256,
    ProgrammePart,
    ReasonPart,
    Text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assay.domain.programme import Programme, ProgrammeRef
    from assay.domain.repeat import RepeatedControl
    from assay.domain.statement import Issuer, VerifiedRelease
    from assay.domain.verdict import BundleVerdict, Decision, Verdict

__all__ = ["DecideDocument", "VerifyDocument"]

_Shown = Literal[
    "met", "not met", "not applicable", "not assessed", "error", "withheld"
]
_Verdict = Literal["valid", "invalid", "stale"]
_Instant = Annotated[str, Field(pattern=INSTANT)]


class VerifiedReleasePart(JsonModel):
    """The release that a bundle is about."""

    digest: Hex256
    files: Count
    size: Count

    @classmethod
    def of(cls, release: VerifiedRelease) -> VerifiedReleasePart:
        """Write a release, counted from its files."""
        return cls(
            digest=release.assessment.release_digest,
            files=len(release.files),
            size=sum(record.size for record in release.files),
        )


class IssuerPart(JsonModel):
    """Who signed, as the verifier's trust file names it."""

    name: Text
    key_id: Hex256

    @classmethod
    def of(cls, issuer: Issuer) -> IssuerPart:
        """Write an issuer."""
        return cls(name=issuer.name, key_id=issuer.key_id)


class VerifiedProgrammePart(ProgrammePart):
    """The programme, its notice, and whether the trust file names it."""

    title: Text
    notice: Text
    trusted: bool


class LogPart(JsonModel):
    """Where in a log the claim stands."""

    origin: Text
    indexes: tuple[Count, ...]
    logged_at: _Instant | None

    @classmethod
    def of(cls, release: VerifiedRelease) -> LogPart | None:
        """Write the log that holds the seal, and all statements in that log."""
        origins = [
            s.log_origin for s in release.statements if s.predicate_type in SEAL_TYPES
        ]
        origin = next(iter(origins), None)
        if origin is None:
            return None
        inside = [s for s in release.statements if s.log_origin == origin]
        times = [s.logged_at for s in inside if s.logged_at is not None]
        return cls(
            origin=origin,
            indexes=tuple(s.log_index for s in inside if s.log_index is not None),
            logged_at=format_instant(max(times)) if times else None,
        )


class ShownControlPart(ControlPart):
    """The outcome of one control, or that the developer withholds it."""

    outcome: _Shown  # type: ignore[assignment]  # one word more than is ever signed


class ShownBurdenPart(BurdenPart):
    """What was asked of people; null for the answers where some are withheld."""

    answered: Count | None  # type: ignore[assignment]  # null is never signed


class RepeatedPart(JsonModel):
    """What came of a control when its checks were run again on the files at hand."""

    control: Text
    value: Literal[
        "signed",
        "recomputed equal",
        "recomputed different",
        "withheld",
        "not repeated",
    ]
    signed: _Shown
    recomputed: _Shown | None
    differences: tuple[Text, ...]
    reason: Text

    @classmethod
    def of(cls, item: RepeatedControl) -> RepeatedPart:
        """Write what came of a control."""
        again = item.recomputed
        return cls(
            control=item.control,
            value=item.value.value,
            signed=item.signed.value,
            recomputed=None if again is None else again.value,
            differences=item.differences,
            reason=item.reason,
        )


class VerifyDocument(JsonModel):
    """What `assay verify --json` writes; what was not proven is null or empty."""

    format: Literal["assay-verify/0"]
    verdict: _Verdict
    at: _Instant
    reasons: tuple[ReasonPart, ...]
    release: VerifiedReleasePart | None = None
    programme: VerifiedProgrammePart | None = None
    issuer: IssuerPart | None = None
    sealed_at: _Instant | None = None
    valid_until: _Instant | None = None
    assessment_digest: Hex256 | None = None
    controls: tuple[ShownControlPart, ...] = ()
    withheld: tuple[Text, ...] = ()
    findings: tuple[FindingPart, ...] = ()
    tiers: tuple[Text, ...] = ()
    tiers_undetermined: tuple[Text, ...] = ()
    burden: ShownBurdenPart | None = None
    log: LogPart | None = None
    repeated: tuple[RepeatedPart, ...] = ()

    @classmethod
    def of(
        cls,
        verdict: Verdict,
        *,
        assessment_digest: str | None = None,
        repeated: Iterable[RepeatedControl] = (),
    ) -> VerifyDocument:
        """Write a verdict, and all that was proven.

        Args:
            verdict: What a bundle is worth.
            assessment_digest: Of what was proven, as `assay.verify` gives it.
            repeated: What came of running the checks again.
        """
        document = cls(
            format="assay-verify/0",
            verdict=verdict.value.value,
            at=format_instant(verdict.at),
            reasons=tuple(ReasonPart.of(reason) for reason in verdict.reasons),
        )
        release = verdict.release
        if release is None:
            return document
        assessment = release.assessment
        proven = {
            "release": VerifiedReleasePart.of(release),
            "programme": VerifiedProgrammePart(
                **_programme(release.programme.ref, release.programme),
                trusted=release.programme_trusted,
            ),
            "issuer": IssuerPart.of(release.issuer),
            "sealed_at": format_instant(release.seal.sealed_at),
            "valid_until": format_instant(release.seal.valid_until),
            "assessment_digest": assessment_digest,
            "controls": tuple(ShownControlPart.of(c) for c in assessment.controls),
            "withheld": release.withheld,
            "findings": tuple(FindingPart.of(f) for f in assessment.findings),
            "tiers": assessment.tiers,
            "tiers_undetermined": assessment.tiers_undetermined,
            "burden": ShownBurdenPart.of(assessment.burden),
            "log": LogPart.of(release),
            "repeated": tuple(RepeatedPart.of(item) for item in repeated),
        }
        return document.model_copy(update=proven)


class DecidingProgrammePart(ProgrammePart):
    """The programme whose rule decided; title and notice where its file is known."""

    title: Text
    notice: Text


class BundlePart(JsonModel):
    """One bundle of a decision, with its own verdict."""

    file: Text
    verdict: _Verdict
    release_digest: Hex256 | None
    issuer: IssuerPart | None
    sealed_at: _Instant | None
    valid_until: _Instant | None
    withheld: tuple[Text, ...]
    reasons: tuple[ReasonPart, ...]

    @classmethod
    def of(cls, bundle: BundleVerdict) -> BundlePart:
        """Write the verdict on one bundle."""
        verdict = bundle.verdict
        release = verdict.release
        seal = None if release is None else release.seal
        return cls(
            file=bundle.file,
            verdict=verdict.value.value,
            release_digest=None if seal is None else seal.release_digest,
            issuer=None if release is None else IssuerPart.of(release.issuer),
            sealed_at=None if seal is None else format_instant(seal.sealed_at),
            valid_until=None if seal is None else format_instant(seal.valid_until),
            withheld=() if release is None else release.withheld,
            reasons=tuple(ReasonPart.of(reason) for reason in verdict.reasons),
        )


class BasisPart(JsonModel):
    """How many controls the rule names, and how many rest on declarations alone."""

    controls: Count
    declared: Count
    declared_ids: tuple[Text, ...]


class DecideDocument(JsonModel):
    """What `assay decide --json` writes.

    `programme` is the one whose rule decided, or null; `notice` and `benefitTitle` are
    told also where the programme is known and no rule could decide.
    """

    format: Literal["assay-decide/0"]
    decision: Literal["eligible", "not eligible", "cannot tell"]
    benefit: Text
    benefit_title: Text
    notice: Text
    programme: DecidingProgrammePart | None
    at: _Instant
    release: VerifiedReleasePart | None
    bundles: tuple[BundlePart, ...]
    basis: BasisPart
    reasons: tuple[ReasonPart, ...]

    @classmethod
    def of(
        cls,
        decision: Decision,
        *,
        bundles: Iterable[BundleVerdict] = (),
        programme: Programme | None = None,
    ) -> DecideDocument:
        """Write a decision.

        Args:
            decision: Whether a benefit is due.
            bundles: What it was decided on, each with its verdict.
            programme: The programme, for its titles and its notice.
        """
        there = tuple(bundles)
        release = release_decided(there)
        benefits = () if programme is None else programme.benefits
        ref = decision.programme
        return cls(
            format="assay-decide/0",
            decision=decision.value.value,
            benefit=decision.benefit,
            benefit_title=next(
                (b.title for b in benefits if b.id == decision.benefit), ""
            ),
            notice="" if programme is None else programme.notice,
            programme=(
                None
                if ref is None
                else DecidingProgrammePart(**_programme(ref, programme))
            ),
            at=format_instant(decision.at),
            release=None if release is None else VerifiedReleasePart.of(release),
            bundles=tuple(BundlePart.of(bundle) for bundle in there),
            basis=BasisPart(
                controls=len(decision.controls),
                declared=len(decision.declared),
                declared_ids=decision.declared,
            ),
            reasons=tuple(ReasonPart.of(reason) for reason in decision.reasons),
        )


def _programme(ref: ProgrammeRef, programme: Programme | None) -> dict[str, str]:
    return {
        "id": ref.id,
        "version": ref.version,
        "digest": ref.digest,
        "title": "" if programme is None else programme.title,
        "notice": "" if programme is None else programme.notice,
    }

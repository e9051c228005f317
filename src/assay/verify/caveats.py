"""What a verdict does not cover, told as plainly as what it does.

None of it makes a bundle worth less than the verdict says; whoever reads `valid` would
otherwise take these for proven too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.release import IrregularKind
from assay.domain.verdict import Reason
from assay.domain.vkey import states_time
from assay.verify.disclosures import some_of

if TYPE_CHECKING:
    from assay.domain.release import Inventory
    from assay.domain.statement import VerifiedRelease
    from assay.domain.trust import TrustFile

__all__ = ["caveats"]


def caveats(
    release: VerifiedRelease, trust: TrustFile, inventory: Inventory | None
) -> tuple[Reason, ...]:
    """Say what was not compared, not logged, not timed, not bound and not shown.

    Args:
        release: What was proven.
        trust: Whom the verifier believes.
        inventory: The files at hand, or None when only the claim was verified.
    """
    return (
        *_about_files(inventory),
        *_about_log(release, trust),
        *_about_evidence(release),
        *_about_withheld(release),
    )


def _about_files(inventory: Inventory | None) -> tuple[Reason, ...]:
    if inventory is None:
        return (
            _caveat(
                "verify.no-files-compared",
                "No files were compared: this is about the bundle's claim, not about "
                "files that you hold.",
                remedy="give `--release` and the directory with the files",
            ),
        )
    return tuple(
        _caveat(
            "verify.version-control-left-out",
            "This directory is version-control metadata: the digest does not bind it, "
            "and nobody looked into it.",
            subject=entry.path,
            remedy="do not ship or load it with the release",
        )
        for entry in inventory.irregular
        if entry.kind is IrregularKind.VERSION_CONTROL
    )


def _about_log(release: VerifiedRelease, trust: TrustFile) -> tuple[Reason, ...]:
    if any(statement.log_origin is None for statement in release.statements):
        return (
            _caveat(
                "verify.no-log",
                "The trust file asks for no log, and not every statement is in one: "
                "only the developer's own clock says when the claim was made.",
                remedy="ask the developer to seal with `--log`, and trust that log",
            ),
        )
    origins = {
        statement.log_origin
        for statement in release.statements
        if statement.logged_at is None
    }
    return tuple(
        _caveat(
            "verify.no-log-time",
            "The log states no time that this trust file can check: only the "
            "developer's own clock says when the claim was made.",
            subject=log.origin,
            remedy=""
            if any(map(states_time, log.vkeys))
            else "add the log's ML-DSA-44 key to the trust file",
        )
        for log in trust.logs
        if log.origin in origins
    )


def _about_evidence(release: VerifiedRelease) -> tuple[Reason, ...]:
    backed = [answer for answer in release.declarations.answers if answer.evidence]
    files = {item.sha256 for answer in backed for item in answer.evidence}
    if len(backed) < 2 or len(files) > 1:
        return ()
    return (
        _caveat(
            "verify.one-evidence-file",
            f"All {len(backed)} answers with evidence rest on one and the same file.",
            subject=files.pop(),
            remedy="ask the developer to show it",
        ),
    )


def _about_withheld(release: VerifiedRelease) -> tuple[Reason, ...]:
    if not release.withheld:
        return ()
    return (
        _caveat(
            "verify.withheld",
            f"Of {len(release.withheld)} of {len(release.assessment.controls)} "
            "controls the developer shows only salted digests: nothing is known of "
            "them, good or bad.",
            subject=some_of(release.withheld),
            remedy="ask the developer for a bundle that shows them",
        ),
    )


def _caveat(code: str, message: str, *, subject: str = "", remedy: str = "") -> Reason:
    return Reason(
        code=code, message=message, subject=subject, holds=True, remedy=remedy
    )

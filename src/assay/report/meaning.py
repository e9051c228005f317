"""What a verdict and a decision mean in one clause, told apart by their causes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.verdict import DecisionValue, VerdictValue
from assay.report.text import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.domain.verdict import BundleVerdict, Decision, Reason, Verdict

__all__ = [
    "decision_meaning",
    "declared_text",
    "is_caveat",
    "verdict_meaning",
    "verdict_word",
]

# Reasons that hold and yet prove nothing: what the answer does not cover.
_CAVEATS = frozenset(
    {
        "decide.newest-counts",
        "decide.superseded",
        "verify.attached-later",
        "verify.attached-postdated",
        "verify.attached-revoked",
        "verify.ending-unproven",
        "verify.evaluation-other",
        "verify.key-compromised",
        "verify.key-ended",
        "verify.key-not-begun",
        "verify.key-retired",
        "verify.no-files-compared",
        "verify.no-log",
        "verify.no-log-time",
        "verify.no-receipt",
        "verify.no-status",
        "verify.one-evidence-file",
        "verify.organisation-id",
        "verify.review-expired",
        "verify.review-not-independent",
        "verify.review-other",
        "verify.review-result",
        "verify.revocation-ignored",
        "verify.status-bits",
        "verify.status-expired",
        "verify.status-later",
        "verify.status-old",
        "verify.status-other-log",
        "verify.status-postdated",
        "verify.status-signer",
        "verify.successor-proof",
        "verify.unknown-statement",
        "verify.version-control-left-out",
        "verify.withheld",
        "verify.witness-quorum",
    }
)
# What stands beside a claim and is not in order says nothing for it.
_FAULTS = ("bundle.", "document.", "key.", "log.", "signature.", "timestamp.", "trust.")
_NOT_YET = "at that instant the claim had not been made yet"
_UNKNOWN_STATUS = "what was revoked by that instant is not known"
_TWO_HISTORIES = "the registry tells two histories: keep both as evidence"
_STALE_CAUSES = {
    "verify.expired": "the claim was proven, but it had expired at that instant",
    "verify.not-yet-sealed": _NOT_YET,
    "verify.not-yet-logged": _NOT_YET,
    "trust.expired": "your trust file had expired at that instant",
    "verify.no-status": _UNKNOWN_STATUS,
    "verify.status-old": _UNKNOWN_STATUS,
    "verify.status-expired": _UNKNOWN_STATUS,
    "verify.revocation-unproven": "it may have been revoked",
    "verify.ending-unproven": "its key may have ended",
    "verify.withdrawn": "its organisation had withdrawn: it is unknown, not failed",
    "verify.status-split": _TWO_HISTORIES,
    "verify.status-rollback": _TWO_HISTORIES,
    "verify.status-other-entry": _TWO_HISTORIES,
}
_DECISIONS = {
    DecisionValue.ELIGIBLE: "the rule holds",
    DecisionValue.NOT_ELIGIBLE: "the rule does not hold",
    DecisionValue.CANNOT_TELL: "too little is known, and unknown is never a yes",
}


# All proofs of the bundle itself come before its files are compared: these hold then.
_FILES = {
    "verify.release-differs": "the files at hand are not the signed ones: nothing is "
    "proven of them",
    "verify.release-unbound": "links or special files lie among the files at hand: "
    "nobody signed those",
}


def is_caveat(reason: Reason) -> bool:
    """Say whether a reason tells what an answer does not cover."""
    return reason.holds and (reason.code in _CAVEATS or reason.code.startswith(_FAULTS))


def verdict_word(verdict: Verdict) -> str:
    """Give a verdict's word; what was asked about too early was not stale then."""
    codes = {reason.code for reason in verdict.reasons if not reason.holds}
    early = bool(codes) and all(_STALE_CAUSES.get(code) == _NOT_YET for code in codes)
    if verdict.value is VerdictValue.STALE and early:
        return "not yet valid"
    return verdict.value.value


def verdict_meaning(verdict: Verdict) -> str:
    """Say what a verdict means; of a stale one, why it is stale."""
    if verdict.value is VerdictValue.VALID:
        return "every proof holds, for the keys this trust file believes"
    if verdict.value is VerdictValue.INVALID:
        return _FILES.get(_fault(verdict), "nothing that the bundle claims is proven")
    codes = {reason.code for reason in verdict.reasons if not reason.holds}
    causes = [text for code, text in _STALE_CAUSES.items() if code in codes]
    return "; ".join(dict.fromkeys(causes)) or "it does not count at that instant"


def decision_meaning(decision: Decision, bundles: Sequence[BundleVerdict] = ()) -> str:
    """Say what a decision means; where no bundle counted, why none did."""
    verdicts = [bundle.verdict for bundle in bundles]
    values = {verdict.value for verdict in verdicts}
    if not verdicts or VerdictValue.VALID in values:
        return _DECISIONS[decision.value]
    stale = sum(verdict.value is VerdictValue.STALE for verdict in verdicts)
    others = sum(_fault(verdict) in _FILES for verdict in verdicts)
    if others == 1 == len(verdicts):
        return verdict_meaning(verdicts[0])
    if stale == len(verdicts):
        causes = dict.fromkeys(verdict_meaning(verdict) for verdict in verdicts)
        return f"{_every(len(verdicts))} stale: {'; '.join(causes)}"
    counts = (
        (stale, "stale", ""),
        (others, "about other files than those at hand", ""),
        (len(verdicts) - stale - others, "invalid", ", so nothing is proven"),
    )
    told = [(n, words, so) for n, words, so in counts if n]
    if len(told) == 1:
        ((n, words, so),) = told
        return f"{_every(n)} {words}{so}"
    listed = ", ".join(
        f"{n} {'is' if n == 1 else 'are'} {words}" for n, words, _ in told
    )
    return f"no bundle counts: {listed}"


def _fault(verdict: Verdict) -> str:
    """Give the code of the step that ended a verification; empty where none did."""
    if verdict.value is not VerdictValue.INVALID:
        return ""
    return next((reason.code for reason in verdict.reasons if not reason.holds), "")


def _every(count: int) -> str:
    return "the bundle is" if count == 1 else f"all {count} bundles are"


def declared_text(decision: Decision) -> str:
    """Say how much of the rule rests on the developer's word; empty without a rule."""
    if not decision.controls:
        return ""
    named = plural(len(decision.controls), "control")
    are = "is" if len(decision.declared) == 1 else "are"
    withheld = {r.subject for r in decision.reasons if r.code == "decide.withheld"}
    more = f"; {len(withheld)} withheld" if withheld else ""
    return (
        f"of the {named} that the rule names, {len(decision.declared)} {are} declared "
        f"by the developer alone{more}"
    )

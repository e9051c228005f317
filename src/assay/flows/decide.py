"""Bundles, a trust file and a benefit give a decision."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.verdict import BundleVerdict, VerdictValue
from assay.eligibility import decide
from assay.errors import BundleError
from assay.flows.files import read_file
from assay.flows.shipped import load_shipped, shipped_programmes
from assay.flows.verify import read_statements_at_hand
from assay.programme import read_programme
from assay.release import take_inventory
from assay.verify import verify_bundle

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from assay.domain.programme import Programme
    from assay.domain.release import Inventory
    from assay.domain.trust import TrustFile
    from assay.domain.verdict import Decision, Reason, Verdict
    from assay.release import Progress

__all__ = ["DecidedFiles", "decide_files"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedFiles:
    """A decision, and all that it was made of.

    Attributes:
        decision: Whether the benefit is due.
        bundles: Every bundle with its own verdict, in the order given.
        programme: The programme whose rule decided; where none did, the one with
            this benefit that the trust file names, as far as it is known.
        inventory: The files that were compared; None where none were.
    """

    decision: Decision
    bundles: tuple[BundleVerdict, ...]
    programme: Programme | None
    inventory: Inventory | None


def decide_files(  # noqa: PLR0913 - the options of the verb, each with its default
    paths: Sequence[Path],
    trust: TrustFile,
    benefit: str,
    at: datetime,
    *,
    release: Path | str | None = None,
    status: Sequence[Path] = (),
    jobs: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> DecidedFiles:
    """Verify each bundle, then decide on what the valid ones prove.

    Args:
        paths: The bundles.
        trust: Whom the verifier believes.
        benefit: Id of the benefit.
        at: The instant asked about, with a time zone.
        release: A bundle that is not about the files of this release is invalid.
        status: Statement files at hand.
        jobs: Files to read at the same time.
        progress: Told how far reading the release is.
        limits: Bounds on everything that is read.

    Raises:
        BundleError: A file is not a whole bundle.
        ReleaseError: The release cannot be read whole.
        InputError: There is no such file.
        UsageError: There is no such benefit, or the releases differ.
    """
    contents = [
        read_file(path, most=limits.max_bundle_bytes, what="bundle") for path in paths
    ]
    at_hand = read_statements_at_hand(status, limits)
    inventory = None
    if release is not None:
        inventory = take_inventory(release, jobs=jobs, limits=limits, progress=progress)
    verify = partial(
        verify_bundle,
        trust=trust,
        at=at,
        inventory=inventory,
        status=at_hand,
        limits=limits,
    )
    bundles = tuple(
        _verified(name, data, verify)
        for name, data in zip(_names(paths), contents, strict=True)
    )
    valid = [b.verdict for b in bundles if b.verdict.value is VerdictValue.VALID]
    releases = [verdict.release for verdict in valid if verdict.release is not None]
    decision = decide(releases, _refused(bundles), benefit, at)
    return DecidedFiles(
        decision=decision,
        bundles=bundles,
        programme=_programme(decision, bundles, trust),
        inventory=inventory,
    )


def _verified(
    name: str, data: bytes, verify: Callable[[bytes], Verdict]
) -> BundleVerdict:
    try:
        verdict = verify(data)
    except BundleError as error:
        raise BundleError(
            error.code.removeprefix("bundle."),
            f"{name}: {error.message}",
            expected=error.expected,
            found=error.found,
            remedy=error.remedy,
        ) from error
    return BundleVerdict(file=name, verdict=verdict)


def _names(paths: Sequence[Path]) -> list[str]:
    """Name each bundle by its file, with the directory where names repeat."""
    counted = Counter(path.name for path in paths)
    return [path.name if counted[path.name] == 1 else str(path) for path in paths]


def _refused(bundles: Sequence[BundleVerdict]) -> list[Reason]:
    """Give what speaks against each bundle that proves nothing, with its file."""
    return [
        replace(reason, subject=bundle.file)
        for bundle in bundles
        if bundle.verdict.value is not VerdictValue.VALID
        for reason in bundle.verdict.reasons
        if not reason.holds
    ]


def _programme(
    decision: Decision, bundles: Sequence[BundleVerdict], trust: TrustFile
) -> Programme | None:
    """Find the programme of a decision, so that its notice and titles are shown."""
    proven = [b.verdict.release for b in bundles if b.verdict.release is not None]
    proven.sort(key=lambda release: not release.programme_trusted)
    from_bundles = {release.programme.ref: release.programme for release in proven}
    if decision.programme is not None:
        return from_bundles[decision.programme]
    named = sorted(set(shipped_programmes()) & set(trust.programmes))
    shipped = (
        read_programme(load_shipped(ref.id, ref.version)) for ref in reversed(named)
    )
    for programme in (*from_bundles.values(), *shipped):
        if any(benefit.id == decision.benefit for benefit in programme.benefits):
            return programme
    return None

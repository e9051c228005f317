"""A bundle and a trust file give a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.crypto.witness_policy import parse_policy
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.flows.files import read_file
from assay.release import inspect_release, take_inventory
from assay.verify import verify_bundle
from assay.verify.assessment_digest import assessment_digest
from assay.wire.v0.trust import read_trust

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from assay.domain.release import Inventory
    from assay.domain.repeat import RepeatedControl
    from assay.domain.trust import TrustFile
    from assay.domain.verdict import Verdict
    from assay.release import Progress

__all__ = [
    "VerifiedFile",
    "load_trust",
    "read_statements_at_hand",
    "verify_file",
    "verify_with_files",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedFile:
    """A verdict, and what it was made of.

    Attributes:
        verdict: What the bundle is worth.
        inventory: The files that were compared; None where none were.
        repeated: What came of running the checks again; empty where nobody asked for
            it, or where the bundle proves nothing about the files.
    """

    verdict: Verdict
    inventory: Inventory | None
    repeated: tuple[RepeatedControl, ...] = ()

    @property
    def assessment_digest(self) -> str | None:
        """Digest of what the assessment says; None where that was not proven whole."""
        release = self.verdict.release
        return None if release is None else assessment_digest(release)


def load_trust(path: Path, limits: Limits = DEFAULT_LIMITS) -> TrustFile:
    """Read the trust file that the verifier chose.

    Raises:
        TrustError: It is malformed or trusts nobody.
        LogError: `log.policy-*`: its policy is none.
        InputError: There is no such file.
    """
    data = read_file(path, most=limits.max_trust_bytes, what="trust file")
    trust = read_trust(data, limits)
    if trust.policy:
        # Now, and not when the first receipt is checked: it is the reader's own file.
        parse_policy(trust.policy, limits)
    return trust


def read_statements_at_hand(
    paths: Sequence[Path], limits: Limits = DEFAULT_LIMITS
) -> tuple[bytes, ...]:
    """Read statement files as bytes; what they are is for `verify` to say.

    Raises:
        InputError: There is no such file.
    """
    return tuple(
        read_file(path, most=limits.max_bundle_bytes, what="statement file")
        for path in paths
    )


def verify_file(  # noqa: PLR0913 - the options of the verb, each with its default
    path: Path,
    trust: TrustFile,
    at: datetime,
    *,
    release: Path | str | None = None,
    status: Sequence[Path] = (),
    jobs: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Verdict:
    """Verify a bundle file, against the files of a release when they are at hand.

    Raises:
        BundleError: The file is not a whole bundle.
        ReleaseError: The release cannot be read whole.
        InputError: There is no such file.
    """
    return verify_with_files(
        path,
        trust,
        at,
        release=release,
        status=status,
        jobs=jobs,
        progress=progress,
        limits=limits,
    ).verdict


def verify_with_files(  # noqa: PLR0913 - as `verify_file`
    path: Path,
    trust: TrustFile,
    at: datetime,
    *,
    release: Path | str | None = None,
    status: Sequence[Path] = (),
    repeat: bool = False,
    jobs: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> VerifiedFile:
    """Verify as `verify_file`, and give the files that were compared as well.

    `status` are statement files at hand, such as a snapshot of what was revoked.
    With `repeat` the checks of the claim are run again on the files of the release.

    Raises:
        BundleError: The file is not a whole bundle.
        ReleaseError: The release cannot be read whole.
        InputError: There is no such file.
    """
    data = read_file(path, most=limits.max_bundle_bytes, what="bundle")
    inventory, inspected = None, None
    if release is not None and repeat:
        inspected = inspect_release(
            release, jobs=jobs, limits=limits, progress=progress
        )
        inventory = inspected.inventory
    elif release is not None:
        inventory = take_inventory(release, jobs=jobs, limits=limits, progress=progress)
    verdict = verify_bundle(
        data,
        trust,
        at,
        inventory=inventory,
        status=read_statements_at_hand(status, limits),
        limits=limits,
    )
    repeated: tuple[RepeatedControl, ...] = ()
    if inspected is not None and verdict.release is not None:
        # Late: most verifications need no checks.
        from assay.flows.repeat import repeat_claim  # noqa: PLC0415 - see above

        repeated = repeat_claim(verdict.release, inspected, limits=limits)
    return VerifiedFile(verdict=verdict, inventory=inventory, repeated=repeated)

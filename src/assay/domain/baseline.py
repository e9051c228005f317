"""A baseline: findings that somebody has looked at and accepts, for a time.

It changes what a gate stops for and nothing else. Accepted findings stay in every
report, and no control is met because its developer accepted what speaks against it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from assay.domain.finding import Finding

__all__ = ["Accepted", "Baseline", "Comparison", "compare_with"]

# Time enough to look again before a pipeline stops.
_SOON = timedelta(days=30)
# An acceptance beyond it outlives whoever gave it: it is one for ever.
_FAR = timedelta(days=2 * 365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One finding that is accepted.

    Attributes:
        id: As `Finding.id` gives it.
        reason: Why, in one sentence.
        owner: Role that answers for it.
        expires: Last day on which it holds.
        sha256: Digest of the file that it was seen in. None for what is seen in no file
            of the release, such as a card that is missing: nothing else can do without.
        place: Where it was seen, for people; nothing depends on it.
    """

    id: str
    reason: str
    owner: str
    expires: date
    sha256: str | None = None
    place: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """Everything that is accepted, each finding at most once.

    Attributes:
        accepted: The entries.
        unfilled: Forms that nobody has filled in: they accept nothing.
    """

    accepted: tuple[Accepted, ...] = ()
    unfilled: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Findings beside a baseline.

    Attributes:
        accepted: By id of finding, those that the baseline accepts today.
        expired: Entries whose day is over, though the finding is still there.
        changed: Entries whose file has other content now.
        unbound: Entries without a digest, for findings in a file. They accept nothing:
            whoever looked at one content knows nothing of the next.
        unused: Entries for which there is no finding.
        ending: Those of the accepted that end soon.
        distant: Those of the accepted that end later than anybody can foresee.
        unfilled: Forms that nobody has filled in: they accept nothing.
    """

    accepted: Mapping[str, Accepted]
    expired: tuple[Accepted, ...] = ()
    changed: tuple[Accepted, ...] = ()
    unbound: tuple[Accepted, ...] = ()
    unused: tuple[Accepted, ...] = ()
    ending: tuple[Accepted, ...] = ()
    distant: tuple[Accepted, ...] = ()
    unfilled: int = 0

    def accepts(self, finding: Finding) -> bool:
        """Say whether a finding need not stop anybody."""
        return finding.id in self.accepted


def compare_with(
    baseline: Baseline,
    findings: Iterable[Finding],
    digests: Mapping[str, str],
    today: date,
) -> Comparison:
    """Hold findings against a baseline.

    Args:
        baseline: What is accepted.
        findings: All findings of a release.
        digests: SHA-256 in hex by path, of every file of the release.
        today: Day for which it is asked.
    """
    paths: dict[str, set[str]] = {}
    for finding in findings:
        paths.setdefault(finding.id, set()).add(finding.place.path)
    accepted = {}
    expired, changed, unbound, unused = [], [], [], []
    for entry in baseline.accepted:
        if entry.id not in paths:
            unused.append(entry)
        elif entry.expires < today:
            expired.append(entry)
        elif all(digests.get(path) == entry.sha256 for path in paths[entry.id]):
            accepted[entry.id] = entry
        elif entry.sha256 is None:
            unbound.append(entry)
        else:
            changed.append(entry)
    return Comparison(
        accepted=accepted,
        expired=tuple(expired),
        changed=tuple(changed),
        unbound=tuple(unbound),
        unused=tuple(unused),
        ending=tuple(e for e in accepted.values() if e.expires - today <= _SOON),
        distant=tuple(e for e in accepted.values() if e.expires - today > _FAR),
        unfilled=baseline.unfilled,
    )

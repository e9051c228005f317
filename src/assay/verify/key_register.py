"""Whose a key is, for which work, and until when its word counts.

A key begins in one of three ways: the trust file names it; an enrolment by a believed
office names it; or it follows another that counts, by a rotation. It ends by its own
dates, or by a key event of its own holder or of an office:

- *rotation* and *retired* end it like a date: what is proven to have existed by then
  still counts.
- *compromise* ends it for everything that is not proven to have existed by the last
  good instant, whatever the instant asked about: whoever stole it writes any date.

`key_history` builds the register from what is believed, attached and at hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from assay.domain.key_event import KeyEventKind
from assay.errors import TrustError, VerifyError
from assay.verify.key_dates import check_key_dates
from assay.verify.times import CLOCK_SKEW

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from assay.domain.statement import Issuer

__all__ = ["Absence", "Ending", "KeyRegister", "Role", "Standing"]


class Role(StrEnum):
    """What a believed key may sign."""

    RELEASE = "release"
    ASSESS = "assess"
    EVALUATE = "evaluate"
    OFFICE = "office"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A key of somebody, for one kind of work, between two instants.

    Attributes:
        role: What it may sign.
        party: Whose it is, told apart by how that is known.
        issuer: Their name, the key and its dates.
        inherited: Whether it is theirs by a rotation.
    """

    role: Role
    party: str
    issuer: Issuer
    inherited: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A key's word ends.

    Attributes:
        kind: How.
        good_until: What existed by this instant still counts.
        source: Digest of the statement that says so.
        proven: Whether that statement is proven as the trust file asks.
    """

    kind: KeyEventKind
    good_until: datetime
    source: str
    proven: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """A time in which an organisation took no part.

    Attributes:
        name: Its name.
        since: From when on.
        until: When it was enrolled again, or None.
    """

    name: str
    since: datetime
    until: datetime | None


@dataclass
class KeyRegister:
    """What is known of keys at an instant.

    Attributes:
        at: The instant asked about.
        standings: Beginnings of keys, by key id.
        endings: Ends of keys, by key id.
        absences: Times of absence, by party.
        ties: Parties that a key belonged to when they withdrew, by key id.
    """

    at: datetime
    standings: dict[str, set[Standing]] = field(default_factory=dict)
    endings: dict[str, set[Ending]] = field(default_factory=dict)
    absences: dict[str, set[Absence]] = field(default_factory=dict)
    ties: dict[str, set[str]] = field(default_factory=dict)

    def knows(self, key_id: str, roles: Collection[Role]) -> bool:
        """Tell whether a key was ever somebody's for such work."""
        return any(True for _ in self.held_for(key_id, roles))

    def parties(self, key_id: str) -> frozenset[str]:
        """Give everybody whose key it is or was."""
        held = {item.party for item in self.standings.get(key_id, ())}
        return frozenset(held | self.ties.get(key_id, set()))

    def names(self, key_id: str) -> frozenset[str]:
        """Give all names under which a key was ever somebody's."""
        return frozenset(s.issuer.name for s in self.standings.get(key_id, ()))

    def issuer(
        self,
        key_id: str,
        roles: Collection[Role],
        *,
        existed_by: datetime | None,
        stated: datetime | None,
        leaving: str = "",
    ) -> Issuer:
        """Say who signed, if the key was one to sign with when it signed.

        Args:
            key_id: The key.
            roles: What it must have been for, one of these.
            existed_by: Earliest instant at which the statement is proven to have
                existed, or None.
            stated: When it says that it was made, or None.
            leaving: Of a rotation: its digest. That it ends the key which signs it is
                no reason against it; what another rotation ended is, of whatever
                instant.

        Raises:
            TrustError: `trust.unknown-issuer`.
            VerifyError: `verify.key-ended`, `verify.key-not-begun`,
                `verify.key-retired`, `verify.key-compromised` or
                `verify.ending-unproven`.
        """
        issuer = self._begun(key_id, roles, existed_by, stated)
        found = sorted(self.endings.get(key_id, ()), key=_gravity)
        for ending in found:
            left = ending.kind is KeyEventKind.ROTATION
            if not (left and ending.source == leaving):
                self._check_ending(issuer, ending, existed_by)
        return issuer

    def holder(
        self,
        key_id: str,
        roles: Collection[Role],
        existed_by: Collection[datetime | None],
        stated: datetime,
    ) -> Issuer | None:
        """Say under whose name a key signed all of a claim, by its dates alone.

        Args:
            key_id: The key.
            roles: What it must have been for, one of these.
            existed_by: Of each statement, as in `issuer`.
            stated: When the claim says that it was made.
        """
        for standing in self.held_for(key_id, roles):
            try:
                for known in existed_by:
                    check_key_dates(
                        standing.issuer, existed_by=known, stated=stated, at=self.at
                    )
            except VerifyError:
                continue
            return standing.issuer
        return None

    def absence(self, key_id: str, existed_by: datetime | None) -> Absence | None:
        """Find a time of absence that a statement falls into, or may fall into.

        Args:
            key_id: Key that signed it.
            existed_by: Earliest instant at which it is proven to have existed; None:
                it may be from any time.
        """
        times = (
            absence
            for party in sorted(self.parties(key_id))
            for absence in self.absences.get(party, ())
            if self.at >= absence.since
            and (existed_by is None or existed_by >= absence.since)
            and (
                existed_by is None
                or absence.until is None
                or existed_by < absence.until
            )
        )
        return min(times, key=lambda item: (item.since, item.name), default=None)

    def begin(self, standing: Standing) -> bool:
        """Note that a key is somebody's, and tell whether that is new."""
        held = self.standings.setdefault(standing.issuer.key_id, set())
        if standing in held:
            return False
        held.add(standing)
        return True

    def end(self, key_id: str, ending: Ending) -> None:
        """Note that a key's word ends."""
        self.endings.setdefault(key_id, set()).add(ending)

    def tie(self, key_id: str, party: str) -> None:
        """Note that a key is or was a party's, whether it signs for it or not."""
        self.ties.setdefault(key_id, set()).add(party)

    def leave(self, party: str, absence: Absence) -> None:
        """Note that a party took no part for a time."""
        self.absences.setdefault(party, set()).add(absence)

    def held_for(self, key_id: str, roles: Collection[Role]) -> Iterator[Standing]:
        """Give what a key is for such work, the trust file's own word first."""
        held = (s for s in self.standings.get(key_id, ()) if s.role in roles)
        return iter(sorted(held, key=_standing_order))

    def _begun(
        self,
        key_id: str,
        roles: Collection[Role],
        existed_by: datetime | None,
        stated: datetime | None,
    ) -> Issuer:
        refused: VerifyError | None = None
        for standing in self.held_for(key_id, roles):
            try:
                check_key_dates(
                    standing.issuer, existed_by=existed_by, stated=stated, at=self.at
                )
            except VerifyError as error:
                refused = refused or error
            else:
                return standing.issuer
        if refused is not None:
            raise refused
        raise TrustError(
            "unknown-issuer",
            "A statement of others is signed by a key that is not believed for it.",
            expected="a key that the trust file or a believed enrolment names for "
            + " or ".join(sorted(roles)),
            found=f"the key {key_id}",
            remedy="get the key of the office or assessor from a source that you "
            "believe, then `assay trust add --office` or `--assessor`",
        )

    def _check_ending(
        self, issuer: Issuer, ending: Ending, existed_by: datetime | None
    ) -> None:
        until = ending.good_until
        compromised = ending.kind is KeyEventKind.COMPROMISE
        if compromised:
            fine = existed_by is not None and existed_by <= until
        else:
            fine = (existed_by or self.at) - until <= CLOCK_SKEW
        if fine:
            return
        if not ending.proven:
            raise _ended("ending-unproven", issuer, until, existed_by)
        if compromised:
            raise _ended("key-compromised", issuer, until, existed_by)
        raise _ended("key-retired", issuer, until, existed_by)


def _ended(
    code: str, issuer: Issuer, until: datetime, existed_by: datetime | None
) -> VerifyError:
    return VerifyError(
        code,
        f"The key of {issuer.name} may not speak any more for what is not proven to be "
        "older than its end.",
        expected=f"a receipt or a timestamp of {until.isoformat()} or before",
        found=existed_by.isoformat() if existed_by else "none with a time",
        remedy="ask for a statement by the key that followed",
    )


def _standing_order(standing: Standing) -> tuple[str, ...]:
    issuer = standing.issuer
    return (
        # The trust file's own word goes before that of an office, and what anybody says
        # of this very key before what it took over.
        "1" if standing.inherited else "0",
        "1" if standing.party.startswith("organisation ") else "0",
        standing.role,
        issuer.name,
        "" if issuer.valid_from is None else issuer.valid_from.isoformat(),
        "" if issuer.valid_until is None else issuer.valid_until.isoformat(),
        standing.party,
    )


def _gravity(ending: Ending) -> tuple[object, ...]:
    """Sort what is proven, and graver, first."""
    compromise = ending.kind is KeyEventKind.COMPROMISE
    return (not ending.proven, not compromise, ending.good_until, ending.source)

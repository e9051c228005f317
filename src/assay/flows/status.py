"""A log's own statements become a status snapshot, or are compared with one.

An office lists every revocation by whoever can have a say: itself, the key that signed
what is revoked, another key of the same organisation by an enrolment of this office,
or one that the key was rotated to. Whether that key had ended by then is not asked:
the log does not say when an entry came, and a revocation that is left out does more
harm than one too many. So with ends of keys and withdrawals.

1. Every entry up to the size is looked at; those without a body are counted.
2. Signatures are checked; statements that do not hold are passed over.
3. What a revocation names is looked for: a claim stands for its seal, and any of its
   statements for the claim.
4. What was found is listed, each once, with the earliest instant.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from assay.crypto.bitstring import bits_of, encode_list
from assay.crypto.digest import sha256_hex
from assay.crypto.public_key import public_key_from_der
from assay.domain.enrolment import Enrolment, EnrolmentEvent
from assay.domain.key_event import KeyEvent
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.revocation import Revocation
from assay.domain.statement import SEAL_TYPES
from assay.domain.status import (
    Considered,
    KeyStatus,
    RevokedEntry,
    RevokedStatement,
    StatusSnapshot,
    WithdrawnOrganisation,
)
from assay.errors import AssayError
from assay.verify.attached_nouns import ATTACHED_TYPES, read_noun
from assay.verify.signatures import check_signature
from assay.wire.v0.statement import read_statement

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime

    from assay.log.statements import LoggedEnvelope, LogStatements
    from assay.wire.v0.statement import StatementModel

__all__ = ["DEFAULT_TTL", "DEFAULT_VALIDITY", "compare_status", "make_status"]

DEFAULT_VALIDITY = timedelta(days=30)
DEFAULT_TTL = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A statement in the log.

    Attributes:
        index: Its place.
        key_id: The key that signed it.
        sha256: Digest of its payload.
    """

    index: int
    key_id: str
    sha256: str


@dataclass
class _Held:
    """What was found in a log.

    Attributes:
        places: Where a payload stands.
        seals: Seals that bind a payload.
        revocations: With the keys that signed them.
        events: Key events, likewise.
        enrolments: Enrolments and withdrawals, likewise.
    """

    places: dict[str, list[_Place]] = field(default_factory=lambda: defaultdict(list))
    seals: dict[str, list[_Place]] = field(default_factory=lambda: defaultdict(list))
    revocations: list[tuple[str, Revocation]] = field(default_factory=list)
    events: list[tuple[str, KeyEvent]] = field(default_factory=list)
    enrolments: list[tuple[str, Enrolment]] = field(default_factory=list)


def make_status(
    log: LogStatements,
    offices: Collection[str],
    issued_at: datetime,
    *,
    validity: timedelta = DEFAULT_VALIDITY,
    ttl: timedelta = DEFAULT_TTL,
    limits: Limits = DEFAULT_LIMITS,
) -> StatusSnapshot:
    """List all that has ended, by the statements of a log.

    Args:
        log: All that the log holds up to a size.
        offices: Ids of keys of the office.
        issued_at: When this is said, in whole seconds.
        validity: How long the snapshot says anything.
        ttl: After how long to ask for a newer one.
        limits: Bounds on what is read.
    """
    held = _read(log, limits)
    kin = _Kin(held, offices)
    entries, elsewhere = _revoked(held, kin)
    return StatusSnapshot(
        issued_at=issued_at,
        valid_until=issued_at + validity,
        ttl=ttl,
        log_origin=log.origin,
        log_size=log.size,
        log_root=log.root,
        encoded_list=encode_list(bits_of((e.index for e in entries), log.size)),
        entries=entries,
        elsewhere=elsewhere,
        keys=_ended_keys(held, offices),
        withdrawn=_withdrawn(held, kin, offices),
        considered=Considered(
            entries=log.size,
            revocations=len(held.revocations),
            key_events=len(held.events),
            enrolments=len(held.enrolments),
            withheld=log.withheld,
        ),
    )


def compare_status(snapshot: StatusSnapshot, again: StatusSnapshot) -> tuple[str, ...]:
    """Name everything in which a snapshot differs from what its log gives.

    Args:
        snapshot: What the office published.
        again: What the log gives for the same size and office.
    """
    problems = []
    if (snapshot.log_origin, snapshot.log_root) != (again.log_origin, again.log_root):
        problems.append(
            f"it is over another tree than {again.log_origin} has at this size: root "
            f"{snapshot.log_root}, not {again.log_root}"
        )
    for what, said, held in (
        ("revocation", _revocations(snapshot), _revocations(again)),
        ("end of a key", _keys(snapshot), _keys(again)),
        ("withdrawal", _withdrawals(snapshot), _withdrawals(again)),
    ):
        problems += [f"withholds a {what}: {item}" for item in sorted(held - said)]
        problems += [
            f"lists a {what} that the log does not show: {item}"
            for item in sorted(said - held)
        ]
    return tuple(problems)


# -- reading ------------------------------------------------------------------------


def _read(log: LogStatements, limits: Limits) -> _Held:
    held = _Held()
    for logged in log.statements:
        try:
            # 2.
            key = public_key_from_der(logged.public_key)
            check_signature(logged.envelope, key)
            model = read_statement(logged.envelope.payload, limits)
            _keep(held, logged, key.key_id, model, limits)
        except AssayError:
            # Of no kind that Assay knows: nobody's revocation.
            continue
    return held


def _keep(
    held: _Held,
    logged: LoggedEnvelope,
    key_id: str,
    model: StatementModel,
    limits: Limits,
) -> None:
    digest = sha256_hex(logged.envelope.payload)
    place = _Place(index=logged.index, key_id=key_id, sha256=digest)
    held.places[digest].append(place)
    if model.predicate_type in SEAL_TYPES:
        held.seals[digest].append(place)
        for bound in _bound(model):
            held.seals[bound].append(place)
    elif model.predicate_type in ATTACHED_TYPES:
        noun = read_noun(model, limits)
        if isinstance(noun, Revocation):
            held.revocations.append((key_id, noun))
        elif isinstance(noun, KeyEvent):
            held.events.append((key_id, noun))
        elif isinstance(noun, Enrolment):
            held.enrolments.append((key_id, noun))


def _bound(model: StatementModel) -> Iterator[str]:
    """Give the digests that a seal binds, in either version."""
    statements = model.predicate.get("statements")
    for part in statements if isinstance(statements, list | tuple) else ():
        if isinstance(part, dict) and isinstance(part.get("sha256"), str):
            yield part["sha256"]


# -- who has a say ------------------------------------------------------------------


class _Kin:
    """Which keys are of one party, as far as this office and the keys say."""

    def __init__(self, held: _Held, offices: Collection[str]) -> None:
        self._above: dict[str, str] = {}
        for office in offices:
            self._join(office, "office")
        for key_id, event in held.events:
            own = key_id == event.key_id or key_id in offices
            if event.successor is not None and own:
                self._join(event.key_id, event.successor.key_id)
        for key_id, enrolment in held.enrolments:
            if key_id in offices:
                for key in enrolment.keys:
                    self._join(key.key_id, f"organisation {enrolment.organisation_id}")

    def same(self, a: str, b: str) -> bool:
        """Tell whether two keys are of one party."""
        return self._top(a) == self._top(b)

    def office(self, key_id: str) -> bool:
        """Tell whether a key is the office's."""
        return self.same(key_id, "office")

    def keys_of(self, organisation: str, known: Iterable[str]) -> tuple[str, ...]:
        """Give the keys of an organisation among those that are known."""
        top = self._top(f"organisation {organisation}")
        return tuple(sorted(key for key in known if self._top(key) == top))

    def _top(self, item: str) -> str:
        while (above := self._above.get(item, item)) != item:
            item = above
        return item

    def _join(self, a: str, b: str) -> None:
        first, second = sorted((self._top(a), self._top(b)))
        self._above[second] = first


# -- listing ------------------------------------------------------------------------


def _revoked(
    held: _Held, kin: _Kin
) -> tuple[tuple[RevokedEntry, ...], tuple[RevokedStatement, ...]]:
    """Find what revocations are about (steps 3 and 4)."""
    entries: dict[int, RevokedEntry] = {}
    elsewhere: dict[str, RevokedStatement] = {}
    for key_id, revocation in sorted(held.revocations, key=_revocation_order):
        digest = revocation.sha256
        found = _meant(held, kin, key_id, digest)
        for place in found:
            entry = RevokedEntry(
                index=place.index, statement=_statement(place.sha256, revocation)
            )
            entries.setdefault(place.index, entry)
        # Nobody here knows whose it is, unless the office itself speaks. It stays when
        # the log gets a claim for it, so that nothing seems to be taken back.
        named = any(place.sha256 == digest for place in found)
        if kin.office(key_id) and not named:
            elsewhere.setdefault(digest, _statement(digest, revocation))
    return (
        tuple(entries[index] for index in sorted(entries)),
        tuple(elsewhere[digest] for digest in sorted(elsewhere)),
    )


def _meant(held: _Held, kin: _Kin, key_id: str, digest: str) -> list[_Place]:
    """Find what a revocation is about, among what its signer has a say in.

    Anybody may log a seal over the statements of others: those are passed over.
    """
    office = kin.office(key_id)
    for places in (held.seals.get(digest, []), held.places.get(digest, [])):
        found = [p for p in places if office or kin.same(key_id, p.key_id)]
        if found:
            return found
    return []


def _statement(sha256: str, revocation: Revocation) -> RevokedStatement:
    return RevokedStatement(
        sha256=sha256, effective=revocation.effective, reason=revocation.reason
    )


def _revocation_order(item: tuple[str, Revocation]) -> tuple[object, ...]:
    key_id, revocation = item
    return (revocation.effective, revocation.reason, revocation.sha256, key_id)


def _ended_keys(held: _Held, offices: Collection[str]) -> tuple[KeyStatus, ...]:
    best: dict[tuple[str, str, datetime], KeyStatus] = {}
    for key_id, event in held.events:
        if key_id == event.key_id or key_id in offices:
            status = KeyStatus(
                key_id=event.key_id,
                kind=event.kind,
                effective=event.effective,
                last_good=event.last_good,
            )
            name = (event.key_id, event.kind.value, event.effective)
            other = best.get(name)
            if other is None or event.good_until < _good_until(other):
                best[name] = status
    return tuple(best[name] for name in sorted(best))


def _good_until(key: KeyStatus) -> datetime:
    return key.effective if key.last_good is None else key.last_good


def _withdrawn(
    held: _Held, kin: _Kin, offices: Collection[str]
) -> tuple[WithdrawnOrganisation, ...]:
    own = [enrolment for key_id, enrolment in held.enrolments if key_id in offices]
    known = {key.key_id for enrolment in own for key in enrolment.keys}
    for _, event in held.events:
        if event.successor is not None:
            known.add(event.successor.key_id)
    found = {}
    for gone in own:
        if gone.event is EnrolmentEvent.WITHDRAWN:
            identity = gone.organisation_id
            back = (
                enrolment.effective
                for enrolment in own
                if enrolment.event is EnrolmentEvent.ENROLLED
                and enrolment.organisation_id == identity
                and enrolment.effective > gone.effective
            )
            found[identity, gone.effective] = WithdrawnOrganisation(
                organisation_id=identity,
                name=gone.organisation.name,
                effective=gone.effective,
                until=min(back, default=None),
                key_ids=kin.keys_of(identity, known),
            )
    return tuple(found[name] for name in sorted(found))


# -- comparing ----------------------------------------------------------------------


def _revocations(snapshot: StatusSnapshot) -> set[str]:
    return {
        *(
            f"{e.statement.sha256} at index {e.index}, {e.statement.reason}, from "
            f"{e.statement.effective.isoformat()} on"
            for e in snapshot.entries
        ),
        *(
            f"{s.sha256}, {s.reason}, from {s.effective.isoformat()} on"
            for s in snapshot.elsewhere
        ),
    }


def _keys(snapshot: StatusSnapshot) -> set[str]:
    return {
        f"{k.key_id}, {k.kind}, good until {_good_until(k).isoformat()}"
        for k in snapshot.keys
    }


def _withdrawals(snapshot: StatusSnapshot) -> set[str]:
    return {
        f"{w.name} ({w.organisation_id}) from {w.effective.isoformat()} on"
        for w in snapshot.withdrawn
    }

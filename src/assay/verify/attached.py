"""Statements that others attached to a claim, or that the verifier has at hand.

1. The statement's key travels with it, and its signature holds over its exact bytes.
2. Its payload is a statement of a known kind and form.
3. Its receipt, second envelope and timestamps hold, as far as the trust file asks.

What stands in a bundle and was altered makes the bundle invalid, whoever signed it: no
byte of a bundle changes unnoticed. Only what a statement lacks is kept with it and
told: a receipt, a quorum, a log that the trust file names. Whose key it is, and so
whether the statement counts at all, is for `key_register` and `standing`.

One statement that comes several times is one statement, proven by the best of its
receipts: neither order nor number of copies makes a difference.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assay.crypto.digest import sha256_hex
from assay.crypto.public_key import FIRST_KINDS, require_place
from assay.domain.statement import Issuer
from assay.errors import AssayError, VerifyError
from assay.verify.attached_nouns import read_noun
from assay.verify.proof import Witnessed, prove_statement
from assay.verify.signatures import check_signature, key_ring
from assay.wire.v0.statement import read_statement
from assay.wire.v0.statement_file import read_statement_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from assay.crypto.public_key import PublicKey
    from assay.domain.statement import LoggedStatement, VerifiedStatement
    from assay.verify.attached_nouns import AttachedNoun

__all__ = ["Attached", "once", "take_attached", "take_files"]

# What a statement lacks, rather than what is wrong with it: it may still be true.
_LACKS = frozenset(
    {
        "trust.unknown-log",
        "verify.no-receipt",
        "verify.witness-quorum",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A statement whose signature holds; who signed it is not decided yet.

    Attributes:
        sha256: Hex digest of the payload.
        key: Key that signed it.
        kind: Its predicate type.
        noun: What it says, or None where that is not in order.
        proving: Where it stands and since when, where the name of the issuer is not
            decided yet; or why it says nothing, or is not proven.
        at_hand: Whether it is only at hand, in no bundle.
    """

    sha256: str
    key: PublicKey
    kind: str
    noun: AttachedNoun | None
    proving: VerifiedStatement | AssayError
    at_hand: bool

    @property
    def proof(self) -> VerifiedStatement | None:
        """Where it stands and since when, or None where that is not proven."""
        return None if isinstance(self.proving, AssayError) else self.proving

    @property
    def trouble(self) -> AssayError | None:
        """Why it says nothing or is not proven, or None."""
        return self.proving if isinstance(self.proving, AssayError) else None

    def proven(self) -> VerifiedStatement:
        """Give where it stands and since when.

        Raises:
            AssayError: It is not proven as the trust file asks.
        """
        if isinstance(self.proving, AssayError):
            raise self.proving
        return self.proving

    @property
    def existed_by(self) -> datetime | None:
        """The earliest instant at which it is proven to have existed."""
        return None if self.proof is None else self.proof.existed_by

    @property
    def index(self) -> str:
        """Where it stands in a log, for people; empty where that is not proven."""
        if self.proof is None or self.proof.log_index is None:
            return ""
        return f"{self.proof.log_origin} at {self.proof.log_index}"


def take_attached(
    statements: Iterable[LoggedStatement], given: Witnessed
) -> tuple[Attached, ...]:
    """Take what is attached to a bundle.

    Raises:
        SignatureError, KeyFileError, DocumentError, LogError, TimestampError: It was
            altered, or never in order.
        VerifyError: `verify.attached-key`, `verify.unknown-statement`,
            `verify.organisation-id` or `verify.status-bits`.
    """
    taken = [_take(statement, given, at_hand=False) for statement in statements]
    for item in taken:
        if item.trouble is not None and item.trouble.code not in _LACKS:
            raise item.trouble
    return tuple(taken)


def take_files(
    files: Sequence[bytes], given: Witnessed
) -> tuple[tuple[Attached, ...], tuple[AssayError, ...]]:
    """Take statement files that the verifier has at hand, and what is wrong with some.

    Raises:
        BundleError: `bundle.malformed-statement` or `bundle.not-canonical`: a file is
            no statement file.
    """
    taken, wrong = [], []
    for data in files:
        file = read_statement_file(data, given.limits)
        try:
            ring = key_ring((file.public_key, *file.further_keys))
            own = replace(given, ring=ring)
            taken.append(_take(file.statement, own, at_hand=True))
        except AssayError as error:
            wrong.append(error)
    return tuple(taken), tuple(wrong)


def once(attached: Iterable[Attached]) -> tuple[Attached, ...]:
    """Keep each statement once, as its best copy proves it, in a definite order."""
    best: dict[tuple[str, str], Attached] = {}
    for item in attached:
        name = (item.sha256, item.key.key_id)
        other = best.get(name)
        if other is None:
            best[name] = item
        else:
            kept = min(item, other, key=_worth)
            hand = item.at_hand and other.at_hand
            best[name] = replace(kept, at_hand=hand)
    return tuple(best[name] for name in sorted(best))


def _worth(item: Attached) -> tuple[object, ...]:
    """Sort what proves more, and earlier, before what proves less."""
    proof, time = item.proof, item.existed_by
    return (
        item.noun is None,
        proof is None,
        time is None,
        "" if time is None else time.isoformat(),
        "" if proof is None or proof.log_origin is None else proof.log_origin,
        -1 if proof is None or proof.log_index is None else proof.log_index,
        "" if item.trouble is None else item.trouble.code,
    )


def _take(logged: LoggedStatement, given: Witnessed, *, at_hand: bool) -> Attached:
    # 1.
    key = given.ring.get(logged.envelope.key_id)
    if key is None:
        raise VerifyError(
            "attached-key",
            "An attached statement names a key that does not travel with it.",
            expected="one of the keys beside it",
            found=logged.envelope.key_id,
            remedy="get the file again from whoever put it together",
        )
    require_place(key.kind, FIRST_KINDS)
    check_signature(logged.envelope, key)
    digest = sha256_hex(logged.envelope.payload)
    noun, kind = None, ""
    proving: VerifiedStatement | AssayError
    try:
        # 2.
        model = read_statement(logged.envelope.payload, given.limits)
        kind = model.predicate_type
        noun = read_noun(model, given.limits)
        # 3.
        proving = prove_statement(
            logged,
            issuer=Issuer(name=key.key_id, key_id=key.key_id),
            key=key,
            predicate_type=kind,
            payload_sha256=digest,
            given=_of_others(given),
        )
    except AssayError as error:
        proving = error
    return Attached(
        sha256=digest,
        key=key,
        kind=kind,
        noun=noun,
        proving=proving,
        at_hand=at_hand,
    )


def _of_others(given: Witnessed) -> Witnessed:
    """Ask of others for a receipt alone: the rest is asked of those who claim."""
    trust = replace(given.trust, timestamp_required=False, second_required=False)
    return replace(given, trust=trust)

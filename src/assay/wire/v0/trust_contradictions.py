"""What a trust file must not say: nothing can verify, or one key counts twice."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

from assay.domain.vkey import vkey_id, vkey_material
from assay.encoding import encode_base64
from assay.errors import TrustError

if TYPE_CHECKING:
    from assay.domain.trust import TimestampAuthority, TrustedIssuer, TrustFile

__all__ = ["refuse_contradictions", "refuse_repeated"]


def refuse_contradictions(trust: TrustFile) -> None:
    """Refuse a trust file that could verify nothing, or count one key twice.

    Raises:
        TrustError: `trust.trusts-nobody`: no developer and no office that could enrol
            one, or logs are required and none is named; `trust.asks-in-vain`: what
            is required nobody named here could give; `trust.quorum`: more witnesses
            are asked for than are named; `trust.repeated`: a log or a key stands
            twice, under whatever name; `trust.two-quorums`: a policy beside a
            quorum; `trust.dates-reversed`: a key that ends
            before it begins.
    """
    anybody = trust.developers or trust.offices
    if not anybody or (trust.log_required and not trust.logs):
        missing = "developer" if not anybody else "log"
        raise TrustError(
            "trusts-nobody",
            f"The trust file names no {missing}, so nothing could ever verify.",
            expected=f"at least one `[[{missing}]]`",
            found="none",
            remedy=f"add one with `assay trust add --{missing} …`",
        )
    named = len({witness.name for witness in trust.witnesses})
    if trust.quorum > named:
        raise TrustError(
            "quorum",
            "The trust file asks for more witnesses than it names.",
            expected=f"at most {named}",
            found=str(trust.quorum),
        )
    if trust.policy and (trust.witnesses or trust.quorum):
        raise TrustError(
            "two-quorums",
            "The trust file says in two ways which witnesses are enough.",
            expected="a `policy`, or `[[witness]]` and `quorum`",
            found="both",
            remedy="keep one of them",
        )
    _refuse_vain(trust)
    _refuse_reversed(trust)
    refuse_repeated(trust)


def _refuse_vain(trust: TrustFile) -> None:
    asked = (
        (trust.status_required, trust.offices, "status_required", "office"),
        (
            trust.timestamp_required,
            trust.timestamp_authorities,
            "timestamp_required",
            "timestamp_authority",
        ),
    )
    for required, named, field, table in asked:
        if required and not named:
            raise TrustError(
                "asks-in-vain",
                f"The trust file sets `{field}` and names nobody who could give it.",
                expected=f"at least one `[[{table}]]`",
                found="none",
                remedy=f"add one, or leave `{field}` out",
            )


def _refuse_reversed(trust: TrustFile) -> None:
    dated: tuple[TrustedIssuer | TimestampAuthority, ...] = (
        *trust.developers,
        *trust.offices,
        *trust.assessors,
        *trust.timestamp_authorities,
    )
    for item in dated:
        first, last = item.valid_from, item.valid_until
        if first is not None and last is not None and last < first:
            raise TrustError(
                "dates-reversed",
                f"What the trust file says of {item.name} ends before it begins.",
                expected=f"an end at {first.isoformat()} or later",
                found=last.isoformat(),
            )


def refuse_repeated(trust: TrustFile) -> None:
    """Refuse a trust file in which one key could count twice or speak under two names.

    Raises:
        TrustError: `trust.repeated`, naming the log or the key by its id.
    """
    log_keys = [vkey for log in trust.logs for vkey in log.vkeys]
    _refuse_twice("log", [(log.origin, log.origin) for log in trust.logs])
    _refuse_twice(
        "verifier key of a log", [(vkey, _key_of("log", vkey)) for vkey in log_keys]
    )
    # Two logs may share a key; that makes it no witness, and here it stands once.
    of_logs = {vkey_material(vkey): _key_of("log", vkey) for vkey in log_keys}
    _refuse_twice(
        "key of a witness",
        [
            *(
                (vkey_material(witness.vkey), _key_of("witness", witness.vkey))
                for witness in trust.witnesses
            ),
            *of_logs.items(),
        ],
    )
    # Nobody reviews their own claim, and no office is a party to one.
    _refuse_twice(
        "key of a developer, an office or an assessor",
        [
            (encode_base64(issuer.public_key), _owned(issuer, role))
            for role, issuers in (
                ("developer", trust.developers),
                ("office", trust.offices),
                ("assessor", trust.assessors),
            )
            for issuer in issuers
        ],
    )
    _refuse_twice(
        "certificate of a timestamp authority",
        [
            (encode_base64(der), f"one of {authority.name}")
            for authority in trust.timestamp_authorities
            for der in authority.certificates
        ],
    )


def _refuse_twice(what: str, named: list[tuple[str, str]]) -> None:
    counts = Counter(item for item, _ in named)
    item, count = max(counts.items(), key=lambda pair: pair[1], default=("", 0))
    if count > 1:
        shown = [text[:300] for same, text in named if same == item]
        raise TrustError(
            "repeated",
            f"The trust file names one {what} twice.",
            expected=f"each {what} once, under one name",
            found="; ".join(shown[:4]),
            remedy="keep one of them: leave the other out, or remove it from the file",
        )


def _owned(issuer: TrustedIssuer, role: str) -> str:
    key_id = hashlib.sha256(issuer.public_key).hexdigest()
    return f"key {key_id} of the {role} {issuer.name}"


def _key_of(owner: str, vkey: str) -> str:
    return f"key {vkey_id(vkey)} of the {owner} {vkey.partition('+')[0]}"

"""Steps 5 and 6 of a transparent statement: what is signed, and what it is about."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.crypto.scitt_statement import release_subject
from assay.domain.statement import PAYLOAD_TYPE
from assay.errors import ScittError
from assay.wire import strict_json

if TYPE_CHECKING:
    from assay.crypto.scitt_statement import ContentType
    from assay.domain.limits import Limits

__all__ = ["CheckedPayload", "check_payload", "read_statement"]

_DIGEST_BYTES = 32
# Statements of Assay whose in-toto subject is the release digest; that of a manifest
# is the root of OMS, and a subject of another kind is named by whoever defines it.
_ABOUT_A_RELEASE = re.compile(
    r"https://assay/(?:assessment|declarations|seal|review)/v[0-9.]{1,16}", re.ASCII
)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPayload:
    """A statement that a signature was verified over.

    Attributes:
        sha256: Hex digest of the statement.
        payload: The statement, or None where only its digest is at hand.
        predicate_type: Its in-toto predicate type, or None.
    """

    sha256: str
    payload: bytes | None
    predicate_type: str | None


def check_payload(
    signed: bytes,
    content: ContentType,
    subject: str,
    given: bytes | None,
    limits: Limits,
) -> CheckedPayload:
    """Compare what was signed with what is at hand and with the claimed subject.

    Raises:
        ScittError: `scitt.payload-differs` or `scitt.subject`.
        DocumentError: The in-toto statement is no strict JSON.
    """
    # 5.
    statement: bytes | None = signed
    if content.hashed:
        statement = given
        digest = hashlib.sha256(given).digest() if given is not None else signed
        if digest != signed or len(signed) != _DIGEST_BYTES:
            raise _differs(signed.hex()[:64], digest.hex())
    elif given is not None and given != signed:
        raise _differs(_hex(signed), _hex(given))
    # 6.
    predicate_type = None
    if statement is not None and content.media_type == PAYLOAD_TYPE:
        predicate_type, digests = read_statement(statement, limits)
        about_release = predicate_type is not None and _ABOUT_A_RELEASE.fullmatch(
            predicate_type
        )
        if about_release and subject not in map(release_subject, digests):
            raise ScittError(
                "subject",
                "The statement is about another release than its header says.",
                expected=subject[: limits.max_shown_chars],
                found=", ".join(map(release_subject, digests)) or "none",
            )
    sha256 = signed.hex() if content.hashed else _hex(signed)
    return CheckedPayload(
        sha256=sha256, payload=statement, predicate_type=predicate_type
    )


def read_statement(
    statement: bytes, limits: Limits
) -> tuple[str | None, tuple[str, ...]]:
    """Read the predicate type of an in-toto statement, and its subject's digest.

    Raises:
        DocumentError: It is no strict JSON.
    """
    document = strict_json.loads(statement, max_bytes=limits.max_payload_bytes)
    match document:
        case {
            "predicateType": str() as kind,
            "subject": [{"digest": {"sha256": str() as digest}}],
        } if _SHA256.fullmatch(digest):
            return kind, (digest,)
        case {"predicateType": str() as kind}:
            return kind, ()
        case _:
            return None, ()


def _hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _differs(expected: str, found: str) -> ScittError:
    return ScittError(
        "payload-differs",
        "The statement at hand is not the one that was signed.",
        expected=f"SHA-256 {expected}",
        found=f"SHA-256 {found}",
    )

"""The trust file: whom a verifier believes, as TOML that people edit.

Format 0 knows developers, logs, witnesses and programmes; format 1 adds offices,
assessors, timestamp authorities, keyless signers, the dates of keys, and what a claim
must come with. Both are read for ever; format 1 is written.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.programme import ProgrammeRef
from assay.domain.trust import (
    TimestampAuthority,
    TrustedDeveloper,
    TrustedIssuer,
    TrustedLog,
    TrustedWitness,
    TrustFile,
)
from assay.encoding import decode_base64
from assay.errors import DocumentError, TrustError
from assay.wire import strict_toml
from assay.wire.model import WireModel
from assay.wire.v0.parts import Hex256
from assay.wire.v0.trust_contradictions import refuse_contradictions
from assay.wire.v0.trust_keyless import KeylessPart
from assay.wire.v0.trust_parts import Certificate, Key, Name, stated_instant

__all__ = [
    "TRUST_FORMAT",
    "TrustV0Model",
    "TrustV1Model",
    "parse_trust",
    "read_trust",
]

TRUST_FORMAT: Final = "assay-trust/1"

_Vkey = Annotated[
    str, Field(max_length=4000, pattern=r"^[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+$")
]
# Whole lines of tlog-policy, in a literal multi-line string of TOML.
_Policy = Annotated[
    str, Field(pattern=r"^(?:[^\x00-\x08\x0b-\x1f\x7f]*\n)?$", max_length=65_536)
]
_Oid = Annotated[str, Field(pattern=r"^[0-2](\.(0|[1-9][0-9]*))+$", max_length=200)]


class DeveloperV0Part(WireModel):
    """A developer and one of its keys."""

    name: Name
    public_key: Key


class IssuerPart(WireModel):
    """Somebody, one of their keys, and when it may sign."""

    name: Name
    public_key: Key
    valid_from: datetime | None = None
    valid_until: datetime | None = None

    def stated(self) -> dict[str, Any]:
        """Give the fields of the noun.

        Raises:
            DocumentError: `document.bad-base64` or `document.bad-instant`.
        """
        return {
            "name": self.name,
            "public_key": decode_base64(self.public_key, what="public key"),
            "valid_from": stated_instant(self.valid_from, "valid_from"),
            "valid_until": stated_instant(self.valid_until, "valid_until"),
        }


class LogV0Part(WireModel):
    """A log and every key that must have signed its checkpoints."""

    origin: Name
    vkeys: Annotated[tuple[_Vkey, ...], Field(min_length=1, max_length=8)]

    def to_domain(self) -> TrustedLog:
        """Read a log."""
        return TrustedLog(origin=self.origin, vkeys=self.vkeys)


class LogPart(LogV0Part):
    """A log, every key that must have signed, and keys of its COSE receipts."""

    receipt_keys: Annotated[tuple[Key, ...], Field(max_length=8)] = ()

    def to_domain(self) -> TrustedLog:
        """Read a log.

        Raises:
            DocumentError: `document.bad-base64`.
        """
        return TrustedLog(
            origin=self.origin,
            vkeys=self.vkeys,
            receipt_keys=tuple(
                decode_base64(text, what="receipt key") for text in self.receipt_keys
            ),
        )


class WitnessPart(WireModel):
    """A witness of logs."""

    name: Name
    vkey: _Vkey


class TimestampAuthorityPart(WireModel):
    """A timestamp authority, by the roots of its certificates."""

    name: Name
    certificates: Annotated[tuple[Certificate, ...], Field(min_length=1, max_length=8)]
    policy: _Oid | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None

    def to_domain(self) -> TimestampAuthority:
        """Read an authority.

        Raises:
            DocumentError: `document.bad-base64` or `document.bad-instant`.
        """
        return TimestampAuthority(
            name=self.name,
            certificates=tuple(
                decode_base64(text, what="certificate") for text in self.certificates
            ),
            policy=self.policy,
            valid_from=stated_instant(self.valid_from, "valid_from"),
            valid_until=stated_instant(self.valid_until, "valid_until"),
        )


class TrustedProgrammePart(WireModel):
    """A programme that may decide."""

    id: Name
    version: Name
    digest: Hex256


class TrustV0Model(WireModel):
    """A trust file of format 0 as it stands on disk."""

    format: Literal["assay-trust/0"]
    valid_until: datetime | None = None
    log_required: bool = True
    quorum: Annotated[int, Field(ge=0, le=100)] = 0
    developer: tuple[DeveloperV0Part, ...] = ()
    log: tuple[LogV0Part, ...] = ()
    witness: tuple[WitnessPart, ...] = ()
    programme: tuple[TrustedProgrammePart, ...] = ()

    def to_domain(self) -> TrustFile:
        """Read a trust file.

        Raises:
            DocumentError: `document.bad-base64` or `document.bad-instant`.
        """
        return TrustFile(
            developers=tuple(
                TrustedDeveloper(
                    name=part.name,
                    public_key=decode_base64(part.public_key, what="public key"),
                )
                for part in self.developer
            ),
            logs=_logs(self.log),
            witnesses=_witnesses(self.witness),
            quorum=self.quorum,
            log_required=self.log_required,
            programmes=_programmes(self.programme),
            valid_until=stated_instant(self.valid_until, "valid_until"),
        )


class TrustV1Model(WireModel):
    """A trust file of format 1 as it stands on disk."""

    format: Literal["assay-trust/1"]
    valid_until: datetime | None = None
    log_required: bool = True
    quorum: Annotated[int, Field(ge=0, le=100)] = 0
    policy: _Policy = ""
    timestamp_required: bool = False
    second_required: bool = False
    status_required: bool = False
    status_max_age_hours: Annotated[int, Field(ge=1, le=87_600)] = 168
    developer: tuple[IssuerPart, ...] = ()
    office: tuple[IssuerPart, ...] = ()
    assessor: tuple[IssuerPart, ...] = ()
    log: tuple[LogPart, ...] = ()
    witness: tuple[WitnessPart, ...] = ()
    timestamp_authority: tuple[TimestampAuthorityPart, ...] = ()
    keyless: tuple[KeylessPart, ...] = ()
    programme: tuple[TrustedProgrammePart, ...] = ()

    def to_domain(self) -> TrustFile:
        """Read a trust file.

        Raises:
            DocumentError: `document.bad-base64` or `document.bad-instant`.
        """
        return TrustFile(
            developers=tuple(TrustedDeveloper(**p.stated()) for p in self.developer),
            offices=tuple(TrustedIssuer(**p.stated()) for p in self.office),
            assessors=tuple(TrustedIssuer(**p.stated()) for p in self.assessor),
            logs=_logs(self.log),
            witnesses=_witnesses(self.witness),
            quorum=self.quorum,
            policy=self.policy,
            timestamp_authorities=tuple(
                part.to_domain() for part in self.timestamp_authority
            ),
            keyless=tuple(part.to_domain() for part in self.keyless),
            log_required=self.log_required,
            timestamp_required=self.timestamp_required,
            second_required=self.second_required,
            status_required=self.status_required,
            status_max_age=timedelta(hours=self.status_max_age_hours),
            programmes=_programmes(self.programme),
            valid_until=stated_instant(self.valid_until, "valid_until"),
        )


def read_trust(data: bytes, limits: Limits = DEFAULT_LIMITS) -> TrustFile:
    """Read a trust file that can verify something.

    Raises:
        TrustError: `trust.malformed`, and as `refuse_contradictions`.
    """
    trust = parse_trust(data, limits)
    refuse_contradictions(trust)
    return trust


def parse_trust(data: bytes, limits: Limits = DEFAULT_LIMITS) -> TrustFile:
    """Read a trust file that may still be incomplete.

    Raises:
        TrustError: `trust.malformed`.
    """
    try:
        value = strict_toml.loads(
            data, max_bytes=limits.max_trust_bytes, document="trust file"
        )
        model: TrustV0Model | TrustV1Model
        if value.get("format") == "assay-trust/0":
            model = TrustV0Model.read(value, document="trust file")
        else:
            model = TrustV1Model.read(value, document="trust file")
        return model.to_domain()
    except DocumentError as error:
        raise TrustError(
            "malformed",
            "The trust file cannot be read.",
            expected=error.expected or "a trust file as `assay trust new` writes it",
            found=f"{error.message} {error.found}".strip(),
        ) from error


def _logs(parts: tuple[LogV0Part, ...]) -> tuple[TrustedLog, ...]:
    return tuple(part.to_domain() for part in parts)


def _witnesses(parts: tuple[WitnessPart, ...]) -> tuple[TrustedWitness, ...]:
    return tuple(TrustedWitness(name=part.name, vkey=part.vkey) for part in parts)


def _programmes(parts: tuple[TrustedProgrammePart, ...]) -> tuple[ProgrammeRef, ...]:
    return tuple(
        ProgrammeRef(id=part.id, version=part.version, digest=part.digest)
        for part in parts
    )

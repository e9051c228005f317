"""Trusted roots: whom a sigstore client believes.

The JSON form of `dev.sigstore.trustroot.v1.TrustedRoot` (sigstore/protobuf-specs),
written so that clients verify the bundles that Assay exports, and read so that a
verifier can take over the authorities and logs of a sigstore instance.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.sigstore import SigstoreRoot
from assay.domain.trust import KeylessAuthority, KeylessLog, TimestampAuthority
from assay.encoding import encode_base64
from assay.errors import DocumentError, TrustError
from assay.wire.model import JsonModel
from assay.wire.strict_json import loads
from assay.wire.v0.sigstore_bundle import (
    Base64,
    LogIdPart,
    RawPart,
    Text,
    decoded,
    without_nulls,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["SigstoreRootModel", "read_sigstore_root", "write_sigstore_root"]

# 0.1: the one that every current client reads; 0.2 adds ids that can be computed.
_MEDIA_TYPE: Final = "application/vnd.dev.sigstore.trustedroot+json;version=0.1"
_MEDIA_TYPES: Final = (
    _MEDIA_TYPE,
    "application/vnd.dev.sigstore.trustedroot.v0.1+json",
    "application/vnd.dev.sigstore.trustedroot.v0.2+json",
)
# Where a trust file has no beginning: clients ask for one.
_BEGINNING: Final = "1970-01-01T00:00:00Z"
# RFC 3339, as protocol buffers write instants.
_INSTANT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]{1,9})?(Z|[+-][0-9:]{5})$"
_Instant = Annotated[str, Field(pattern=_INSTANT)]


class RangePart(JsonModel):
    """From when until when something counts, both ends included."""

    start: _Instant
    end: _Instant | None = None

    def bounds(self) -> tuple[datetime, datetime | None]:
        """Read both ends.

        Raises:
            DocumentError: `document.bad-instant`.
        """
        return _instant(self.start), None if self.end is None else _instant(self.end)


class PublicKeyPart(JsonModel):
    """A key with its kind and its time."""

    raw_bytes: Base64
    key_details: Text | int
    valid_for: RangePart


class LogPart(JsonModel):
    """A log, for entries or for certificates."""

    base_url: Text
    hash_algorithm: Text | int
    public_key: PublicKeyPart
    log_id: LogIdPart | None = None
    checkpoint_key_id: LogIdPart | None = None
    # Older clients refuse fields that they do not know.
    operator: Text | None = None

    def to_domain(self) -> KeylessLog:
        """Read a log; its name in checkpoints is its address without the scheme.

        Raises:
            DocumentError: `document.bad-base64` or `.bad-instant`.
        """
        begin, end = self.public_key.valid_for.bounds()
        return KeylessLog(
            public_key=decoded(self.public_key.raw_bytes, "key"),
            origin=self.base_url.partition("://")[2] or self.base_url,
            valid_from=begin,
            valid_until=end,
        )


class NamePart(JsonModel):
    """Who an authority is."""

    organization: Text = ""
    common_name: Text = ""


class CertificatesPart(JsonModel):
    """A path, ending at the root."""

    certificates: Annotated[tuple[RawPart, ...], Field(min_length=1, max_length=10)]


class AuthorityPart(JsonModel):
    """An authority for certificates or for time."""

    subject: NamePart = NamePart()
    uri: Text = ""
    cert_chain: CertificatesPart
    valid_for: RangePart
    # Older clients refuse fields that they do not know.
    operator: Text | None = None

    def certificates(self) -> tuple[bytes, ...]:
        """Read the path.

        Raises:
            DocumentError: `document.bad-base64`.
        """
        parts = self.cert_chain.certificates
        return tuple(decoded(part.raw_bytes, "certificate") for part in parts)


class SigstoreRootModel(JsonModel):
    """A trusted root of sigstore."""

    described_in = "docs/formats/sigstore.md"

    media_type: Text
    tlogs: Annotated[tuple[LogPart, ...], Field(max_length=64)] = ()
    certificate_authorities: Annotated[
        tuple[AuthorityPart, ...], Field(max_length=64)
    ] = ()
    ctlogs: Annotated[tuple[LogPart, ...], Field(max_length=64)] = ()
    timestamp_authorities: Annotated[
        tuple[AuthorityPart, ...], Field(max_length=64)
    ] = ()


def write_sigstore_root(
    root: SigstoreRoot, identify: Callable[[KeylessLog], tuple[bytes, str]]
) -> bytes:
    """Write a trusted root, as JSON with a line end.

    Args:
        root: Whom clients are to believe.
        identify: Gives the id and the kind of a log's key.

    Raises:
        KeyFileError: As `identify`.
    """
    model = SigstoreRootModel(
        media_type=_MEDIA_TYPE,
        tlogs=tuple(_log_part(log, identify) for log in root.logs),
        certificate_authorities=tuple(
            _authority_part("", item) for item in root.authorities
        ),
        ctlogs=tuple(_log_part(log, identify) for log in root.certificate_logs),
        timestamp_authorities=tuple(
            _authority_part(item.name, item) for item in root.timestamp_authorities
        ),
    )
    document = model.model_dump(mode="json", by_alias=True, exclude_none=True)
    return json.dumps(document, indent=2).encode("ascii") + b"\n"


def read_sigstore_root(data: bytes, limits: Limits = DEFAULT_LIMITS) -> SigstoreRoot:
    """Read a trusted root; whether to believe it is the caller's to say.

    Raises:
        TrustError: `trust.sigstore-root`.
    """
    try:
        value = loads(data, limits=limits, max_bytes=limits.max_trust_bytes)
        model = SigstoreRootModel.read(without_nulls(value), document="trusted root")
        if model.media_type not in _MEDIA_TYPES:
            raise _refused(f"the media type {model.media_type[:100]!r}")
        return SigstoreRoot(
            logs=tuple(part.to_domain() for part in model.tlogs),
            authorities=tuple(_authorities(model.certificate_authorities)),
            certificate_logs=tuple(part.to_domain() for part in model.ctlogs),
            timestamp_authorities=tuple(
                TimestampAuthority(
                    name=part.uri or part.subject.common_name or "timestamp authority",
                    certificates=part.certificates(),
                    valid_from=part.valid_for.bounds()[0],
                    valid_until=part.valid_for.bounds()[1],
                )
                for part in model.timestamp_authorities
            ),
        )
    except DocumentError as error:
        raise _refused(f"{error.message} {error.found}".strip()) from error


def _authorities(parts: Iterable[AuthorityPart]) -> Iterable[KeylessAuthority]:
    for part in parts:
        begin, end = part.valid_for.bounds()
        yield KeylessAuthority(
            certificates=part.certificates(), valid_from=begin, valid_until=end
        )


def _log_part(
    log: KeylessLog, identify: Callable[[KeylessLog], tuple[bytes, str]]
) -> LogPart:
    key_id, details = identify(log)
    return LogPart(
        # Clients look for the log's name in its address.
        base_url=f"https://{log.origin}",
        hash_algorithm="SHA2_256",
        public_key=PublicKeyPart(
            raw_bytes=encode_base64(log.public_key),
            key_details=details,
            valid_for=_range(log),
        ),
        log_id=LogIdPart(key_id=encode_base64(key_id)),
    )


def _authority_part(
    name: str, authority: KeylessAuthority | TimestampAuthority
) -> AuthorityPart:
    return AuthorityPart(
        subject=NamePart(common_name=name),
        cert_chain=CertificatesPart(
            certificates=tuple(
                RawPart(raw_bytes=encode_base64(der)) for der in authority.certificates
            )
        ),
        valid_for=_range(authority),
    )


def _range(item: KeylessLog | KeylessAuthority | TimestampAuthority) -> RangePart:
    begin, end = item.valid_from, item.valid_until
    return RangePart(
        start=_BEGINNING if begin is None else _written(begin),
        end=None if end is None else _written(end),
    )


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise DocumentError(
            "bad-instant",
            "An instant of the trusted root is none.",
            expected="an instant such as 2027-01-01T00:00:00Z",
            found=text,
        ) from error


def _refused(found: str) -> TrustError:
    return TrustError(
        "sigstore-root",
        "This is no trusted root of sigstore that Assay can read.",
        expected=f"a document of type {_MEDIA_TYPE}",
        found=found,
        remedy="get it from the operator of the sigstore instance",
    )

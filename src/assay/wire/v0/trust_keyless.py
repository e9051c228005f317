"""Signers by short-lived certificates, as a trust file names them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from assay.domain.trust import KeylessAuthority, KeylessIdentity, KeylessLog
from assay.encoding import decode_base64, encode_base64
from assay.wire.model import WireModel
from assay.wire.v0.instant import format_instant
from assay.wire.v0.trust_parts import Certificate, Key, Name, stated_instant

__all__ = ["KeylessPart", "keyless_lines"]

# Identities and issuers are addresses: longer than names of people's own choice.
_Address = Annotated[
    str, Field(min_length=1, max_length=1000, pattern=r'^[^"\\\x00-\x1f\x7f]+$')
]


class _DatedPart(WireModel):
    """What counts only for a time, both ends included."""

    valid_from: datetime | None = None
    valid_until: datetime | None = None


class KeylessAuthorityPart(_DatedPart):
    """An authority for short-lived certificates: its path, the root last."""

    certificates: Annotated[tuple[Certificate, ...], Field(min_length=1, max_length=8)]

    def to_domain(self) -> KeylessAuthority:
        """Read an authority.

        Raises:
            DocumentError: `document.bad-base64` or `document.bad-instant`.
        """
        return KeylessAuthority(
            certificates=tuple(
                decode_base64(text, what="certificate") for text in self.certificates
            ),
            valid_from=stated_instant(self.valid_from, "valid_from"),
            valid_until=stated_instant(self.valid_until, "valid_until"),
        )


class KeylessCertificateLogPart(_DatedPart):
    """A log of certificates."""

    public_key: Key

    def to_domain(self) -> KeylessLog:
        """Read a log.

        Raises:
            DocumentError: `document.bad-base64` or `document.bad-instant`.
        """
        return KeylessLog(
            public_key=decode_base64(self.public_key, what="public key"),
            valid_from=stated_instant(self.valid_from, "valid_from"),
            valid_until=stated_instant(self.valid_until, "valid_until"),
        )


class KeylessLogPart(_DatedPart):
    """A log of signatures, under the name in its checkpoints."""

    origin: Name
    public_key: Key

    def to_domain(self) -> KeylessLog:
        """Read a log.

        Raises:
            DocumentError: `document.bad-base64` or `document.bad-instant`.
        """
        return KeylessLog(
            origin=self.origin,
            public_key=decode_base64(self.public_key, what="public key"),
            valid_from=stated_instant(self.valid_from, "valid_from"),
            valid_until=stated_instant(self.valid_until, "valid_until"),
        )


class KeylessPart(WireModel):
    """Somebody who signs with short-lived certificates."""

    name: Name
    issuer: _Address
    identity: _Address
    authority: Annotated[
        tuple[KeylessAuthorityPart, ...], Field(min_length=1, max_length=16)
    ]
    log: Annotated[tuple[KeylessLogPart, ...], Field(min_length=1, max_length=16)]
    certificate_log: Annotated[
        tuple[KeylessCertificateLogPart, ...], Field(max_length=16)
    ] = ()

    def to_domain(self) -> KeylessIdentity:
        """Read a signer.

        Raises:
            DocumentError: `document.bad-base64` or `document.bad-instant`.
        """
        return KeylessIdentity(
            name=self.name,
            issuer=self.issuer,
            identity=self.identity,
            authorities=tuple(part.to_domain() for part in self.authority),
            logs=tuple(part.to_domain() for part in self.log),
            certificate_logs=tuple(part.to_domain() for part in self.certificate_log),
        )


def keyless_lines(identity: KeylessIdentity) -> list[str]:
    """Write a signer as lines of TOML."""
    lines = [
        "",
        "[[keyless]]",
        f'name = "{identity.name}"',
        f'issuer = "{identity.issuer}"',
        f'identity = "{identity.identity}"',
    ]
    for authority in identity.authorities:
        lines += ["", "[[keyless.authority]]", "certificates = ["]
        lines += [f'  "{encode_base64(der)}",' for der in authority.certificates]
        lines += ["]", *_dates(authority)]
    for log in identity.logs:
        lines += ["", "[[keyless.log]]", f'origin = "{log.origin}"', *_key(log)]
    for log in identity.certificate_logs:
        lines += ["", "[[keyless.certificate_log]]", *_key(log)]
    return lines


def _key(log: KeylessLog) -> list[str]:
    return [f'public_key = "{encode_base64(log.public_key)}"', *_dates(log)]


def _dates(dated: KeylessAuthority | KeylessLog) -> list[str]:
    return [
        f"{field} = {format_instant(instant)}"
        for field, instant in (
            ("valid_from", dated.valid_from),
            ("valid_until", dated.valid_until),
        )
        if instant is not None
    ]

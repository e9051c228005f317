"""Believing whoever signs with short-lived certificates of a sigstore instance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from assay.domain.trust import KeylessAuthority, KeylessIdentity, KeylessLog
from assay.errors import TrustError
from assay.flows.files import read_file
from assay.wire.v0.sigstore_root import read_sigstore_root

if TYPE_CHECKING:
    from pathlib import Path

    from assay.domain.limits import Limits
    from assay.domain.trust import TimestampAuthority, TrustFile

__all__ = ["BelievedKeyless", "with_keyless"]

_Dated = TypeVar("_Dated", KeylessAuthority, KeylessLog, "TimestampAuthority")
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class BelievedKeyless:
    """Who signs with short-lived certificates of one sigstore instance.

    Attributes:
        signers: Names of the verifier's choice, and identities in certificates.
        issuer: OpenID Connect issuer that vouches for them all.
        root: The instance's trusted root: its authorities and logs are believed for
            these signers, and its timestamp authorities for everybody.
    """

    signers: tuple[tuple[str, str], ...]
    issuer: str
    root: Path


def with_keyless(
    trust: TrustFile, believed: BelievedKeyless, limits: Limits
) -> TrustFile:
    """Add signers to a trust file, with all that vouches for them.

    A signer who is there already, by identity and issuer, is named anew: so authorities
    and logs that an instance has changed come in.

    Raises:
        TrustError: `trust.sigstore-root`: no trusted root, or one without an authority
            or a log.
        InputError: There is no such file.
    """
    data = read_file(
        believed.root, most=limits.max_trust_bytes, what="sigstore trusted root"
    )
    root = read_sigstore_root(data, limits)
    if not root.authorities or not root.logs:
        raise TrustError(
            "sigstore-root",
            "By this trusted root no keyless signature could ever verify.",
            expected="at least one certificate authority and one log",
            found=f"{len(root.authorities)} and {len(root.logs)}",
        )
    new = tuple(
        KeylessIdentity(
            name=name,
            issuer=believed.issuer,
            identity=identity,
            authorities=tuple(map(_whole, root.authorities)),
            logs=tuple(map(_whole, root.logs)),
            # Without a name: nothing that they sign states one.
            certificate_logs=tuple(
                replace(_whole(log), origin="") for log in root.certificate_logs
            ),
        )
        for name, identity in believed.signers
    )
    named = {(signer.issuer, signer.identity) for signer in new}
    kept = tuple(
        signer
        for signer in trust.keyless
        if (signer.issuer, signer.identity) not in named
    )
    known = trust.timestamp_authorities
    paths = {item.certificates for item in known}
    more = tuple(
        _whole(item)
        for item in root.timestamp_authorities
        if item.certificates not in paths
    )
    return replace(trust, keyless=(*kept, *new), timestamp_authorities=(*known, *more))


def _whole(dated: _Dated) -> _Dated:
    """Leave out fractions of seconds, so that nothing counts for longer than before."""
    begin, end = dated.valid_from, dated.valid_until
    if begin is not None and begin.microsecond:
        begin = _floor(begin) + _SECOND
    return replace(
        dated, valid_from=begin, valid_until=None if end is None else _floor(end)
    )


def _floor(at: datetime) -> datetime:
    return at.replace(microsecond=0)

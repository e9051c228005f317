"""Who signed, where the key lived for minutes: sigstore's keyless signatures, offline.

Numbered steps; the first that does not hold ends it:

1. The bundle carries a certificate for its signer, and no root: roots are the
   verifier's. So are the authorities between the two; those that bundles of old carry
   are ignored.
2. The certificate is about somebody whom the trust file names: identity and OpenID
   Connect issuer are both equal to it, character by character.
3. Every entry of a log in the bundle is proven to be in a log that is named for them,
   and there is at least one (`sigstore_inclusion`). A promise of Rekor v1 is verified
   where there is one; alone, without a proof, it is not enough.
4. There is a time that somebody else vouches for: a timestamp over the signature by an
   authority of the trust file, or the time in a promise of Rekor v1 that was verified.
   Timestamps by others are set aside; a time of an entry without a promise is ignored.
5. None of these times is later than the instant asked about, and the logs counted at
   all of them.
6. The certificate leads, at each of these times, to an authority that is named for
   them, is for signing code, and was seen by a log of certificates where such logs are
   named; where none is, that is not assessed, and said so (`fulcio`).
7. The signature holds by the certificate's key: over the DSSE encoding of the payload,
   or over the bytes at hand.
8. Every entry is about this very signature, certificate and content.

Revocation plays no part: the certificate lives for minutes, and what was signed then
stays signed. Whoever no longer believes somebody takes them out of the trust file.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from assay.crypto.dsse import pre_authentication_encoding
from assay.crypto.fulcio import (
    check_fulcio_certificate,
    fulcio_names,
    is_self_signed,
)
from assay.crypto.sigstore_inclusion import log_counts_at, verify_inclusion
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import KeylessError
from assay.verify.timestamps import verify_timestamps
from assay.wire.v0.sigstore_entry import read_entry_body

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from assay.crypto.model_key import ModelKey
    from assay.crypto.sigstore_inclusion import IncludedEntry
    from assay.domain.sigstore import EntryBody, SigstoreBundle
    from assay.domain.trust import KeylessIdentity, TrustFile

__all__ = ["KeylessSigner", "verify_keyless"]

# As between the clocks of other machines: docs/formats/bundle.md, step 9.
_CLOCKS_DIFFER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeylessSigner:
    """Somebody who was proven to have signed.

    Attributes:
        name: As the trust file names them.
        identity: Mail address or URI in the certificate.
        issuer: Who vouched for it.
        key_id: Hex SHA-256 of the short-lived key in DER.
        signed_by: The latest instant at which it can have been signed: the earliest of
            the times that others vouch for.
        logs: Where it stands.
        certificate_logged: Whether a log of certificates was proven to have seen the
            certificate; False: not assessed, as the trust file names no such log.
    """

    name: str
    identity: str
    issuer: str
    key_id: str
    signed_by: datetime
    logs: tuple[str, ...]
    certificate_logged: bool


def verify_keyless(
    bundle: SigstoreBundle,
    trust: TrustFile,
    at: datetime,
    *,
    artifact: bytes | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> KeylessSigner:
    """Prove who signed.

    Args:
        bundle: As read.
        trust: Whom the verifier believes: `keyless` and `timestamp_authorities`.
        at: The instant asked about.
        artifact: What was signed, where the bundle holds no payload.
        limits: Bounds on what is read.

    Raises:
        KeylessError: `keyless.*`: which step does not hold.
        TimestampError: A timestamp of a named authority does not hold.
        SignatureError: `signature.mismatch`.
    """
    # 1.
    if not bundle.certificates:
        raise _refused(
            "no-certificate",
            "The signature is not by a short-lived certificate.",
            expected="a certificate of the signer",
            found="the name of a key",
        )
    if any(is_self_signed(der) for der in bundle.certificates):
        raise _refused(
            "root-in-bundle",
            "The bundle brings a root certificate along.",
            expected="the signer's certificate",
            found="one that is signed by itself",
        )
    # 2.
    certificate = bundle.certificates[0]
    identity = _identity(certificate, trust)
    # 3.
    included = [verify_inclusion(e, identity.logs, limits) for e in bundle.entries]
    if not included:
        raise _refused(
            "no-entry",
            "The signature is in no log.",
            expected="an entry of a log, with its proof",
            found="none",
        )
    # 4.
    times = _times(bundle, included, trust, limits)
    # 5.
    _check_times(times, included, at)
    # 6.
    keys = [check_fulcio_certificate(certificate, identity, time) for time in times]
    # 7.
    content = _signed_content(bundle, artifact)
    keys[0].verify(content, bundle.signature)
    # 8.
    for entry in bundle.entries:
        body = read_entry_body(entry.body, limits)
        if (body.kind, body.version) != (entry.kind, entry.version):
            raise _mismatch("another kind or version than the bundle says")
        _check_entry(body, bundle, content)
    return _signer(identity, keys[0], times, included)


def _identity(certificate: bytes, trust: TrustFile) -> KeylessIdentity:
    names = fulcio_names(certificate)
    for known in trust.keyless:
        if (known.identity, known.issuer) == (names.identity, names.issuer):
            return known
    expected = ", ".join(f"{item.identity} by {item.issuer}" for item in trust.keyless)
    raise _refused(
        "unknown-identity",
        "The signature is by somebody whom the trust file does not name.",
        expected=expected[: DEFAULT_LIMITS.max_shown_chars] or "nobody at all",
        found=f"{names.identity} by {names.issuer}",
    )


def _times(
    bundle: SigstoreBundle,
    included: Sequence[IncludedEntry],
    trust: TrustFile,
    limits: Limits,
) -> list[datetime]:
    stamps = verify_timestamps(bundle.timestamps, bundle.signature, trust, limits)
    times = [stamp.time for stamp in stamps]
    times += [e.integrated_at for e in included if e.integrated_at is not None]
    if not times:
        raise _refused(
            "no-time",
            "Nobody whom the trust file names says when it was signed.",
            expected="a timestamp of a named authority, or a promise of Rekor v1",
            found=f"{len(bundle.timestamps)} timestamps by others",
        )
    return times


def _check_times(
    times: Sequence[datetime], included: Sequence[IncludedEntry], at: datetime
) -> None:
    if max(times) > at + _CLOCKS_DIFFER:
        raise _refused(
            "future",
            "It was signed after the instant asked about.",
            expected=f"a time up to {at.isoformat()}",
            found=max(times).isoformat(),
        )
    for entry in included:
        if not all(log_counts_at(entry.log, time) for time in times):
            raise _refused(
                "log-not-counted",
                "The trust file does not count the log at the time of the signature.",
                expected=f"a time from {entry.log.valid_from} to "
                f"{entry.log.valid_until}",
                found=", ".join(time.isoformat() for time in times),
            )


def _signed_content(bundle: SigstoreBundle, artifact: bytes | None) -> bytes:
    if bundle.payload is not None:
        return pre_authentication_encoding(bundle.payload_type, bundle.payload)
    if artifact is None:
        raise _refused(
            "no-content",
            "The bundle does not hold what was signed.",
            expected="a DSSE envelope",
            found="a signature over a digest",
        )
    if bundle.digest not in {None, hashlib.sha256(artifact).digest()}:
        raise _mismatch("a digest of other bytes in the bundle")
    return artifact


def _check_entry(body: EntryBody, bundle: SigstoreBundle, content: bytes) -> None:
    """Hold what an entry says against what the bundle holds: step 8."""
    if body.signature != bundle.signature:
        raise _mismatch("another signature")
    if body.signer != bundle.certificates[0]:
        raise _mismatch("another certificate")
    if bundle.payload is not None and body.payload_digest is not None:
        wanted, found = bundle.payload, body.payload_digest
    else:
        wanted, found = content, body.digest or b""
    if hashlib.sha256(wanted).digest() != found:
        raise _mismatch("a digest of other content")


def _signer(
    identity: KeylessIdentity,
    key: ModelKey,
    times: Sequence[datetime],
    included: Sequence[IncludedEntry],
) -> KeylessSigner:
    return KeylessSigner(
        name=identity.name,
        identity=identity.identity,
        issuer=identity.issuer,
        key_id=key.key_id,
        signed_by=min(times),
        logs=tuple(entry.log.origin for entry in included),
        certificate_logged=bool(identity.certificate_logs),
    )


def _mismatch(found: str) -> KeylessError:
    return _refused(
        "entry-mismatch",
        "The log entry is about something else than the bundle.",
        expected="the bundle's signature, certificate and content",
        found=found,
    )


def _refused(code: str, message: str, *, expected: str, found: str) -> KeylessError:
    return KeylessError(
        code,
        message,
        expected=expected,
        found=found[: DEFAULT_LIMITS.max_shown_chars],
        remedy="check who was to have signed, and what the trust file says of them",
    )

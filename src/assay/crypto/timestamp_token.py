"""RFC 3161 timestamps: that bytes existed at a time which an authority states.

A token is a whole TimeStampResp in DER, as sigstore bundles carry it. Numbered steps;
the first that does not hold ends it:

1.  The token is within its bound, and one TimeStampResp in strict DER with nothing
    behind it: granted, one signer, nothing unsigned, SHA-256 or stronger throughout
    (RFC 3161 section 2.4.2, RFC 5652 section 5). `rfc3161-client` reads the same bytes.
2.  It stamps the hash of these bytes.
3.  It answers the request at hand, where the nonce is known.
4.  It is not from the future, where the present is known.
5.  The certificate of its signer is there, and is the one that the signed attributes
    name by its hash (RFC 5816).
6.  That certificate is for timestamps alone: an extended key usage that is critical
    and names nothing else (RFC 3161 section 2.3).
7.  The certificate leads to a root of an authority that the verifier named, and, where
    certificates for timestamps are named themselves, is one of them.
8.  All certificates of that path were valid at the token's time, and may do what they
    do; the authority counted at that time.
9.  The policy is the one that the verifier asks for, where it asks.
10. `rfc3161-client` finds the same with OpenSSL: status, signature over the token, path
    to the root at the token's time, purpose, imprint, nonce and policy.

Revocation of certificates is not looked at: offline there is nothing to look at, and a
token from before a revocation stays good. `valid_until` ends an authority instead.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from rfc3161_client import VerifierBuilder, decode_timestamp_response
from rfc3161_client.errors import VerificationError

from assay.crypto.certificate_chain import (
    MAX_CERTIFICATES,
    certificates_from_der,
    check_path,
    covers,
    is_issued_by,
)
from assay.crypto.timestamp_token_form import read_token_form
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import (
    DocumentError,
    KeyFileError,
    SignatureError,
    TimestampError,
    TrustError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from rfc3161_client import TimeStampResponse
    from rfc3161_client.tsp import Accuracy

    from assay.crypto.timestamp_token_form import TokenForm
    from assay.domain.trust import TimestampAuthority

__all__ = ["VerifiedTimestamp", "canonical_token", "verify_timestamp"]

# Tokens come many at a time by one authority: its certificates are read once, and who
# issued whom is worked out once. Both follow from the bytes alone.
_issues = lru_cache(maxsize=256)(is_issued_by)
_loaded = lru_cache(maxsize=64)(certificates_from_der)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedTimestamp:
    """A timestamp that holds.

    Attributes:
        authority: As the verifier's trust file names it.
        time: When it was stamped, in UTC.
        accuracy: By how much the time may be off either way; None where not stated.
        serial: The token's number at its authority.
        policy: Dotted object identifier under which it was given.
        chain: Certificates in DER, from the token's signer to the root.
    """

    authority: str
    time: datetime
    accuracy: timedelta | None
    serial: int
    policy: str
    chain: tuple[bytes, ...]


def verify_timestamp(
    token: bytes,
    message: bytes,
    authorities: Sequence[TimestampAuthority],
    *,
    nonce: int | None = None,
    not_after: datetime | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> VerifiedTimestamp:
    """Prove that a message existed when a named authority says so.

    Args:
        token: TimeStampResp in DER.
        message: What is stamped, itself and not its hash.
        authorities: Whom the verifier believes about time.
        nonce: That of the request, where it is known.
        not_after: Latest time that can be true, where the present is known.
        limits: Bounds on what is read.

    Raises:
        TimestampError: `timestamp.*`: which step does not hold.
        TrustError: `trust.malformed`: an authority has a certificate that is none.
    """
    # 1.
    form, response = _read(token, limits)
    info = response.tst_info
    # 2.
    if hashlib.new(form.imprint_algorithm, message).digest() != form.imprint:
        raise _refused(
            "other-message",
            "The timestamp is for other bytes.",
            expected=f"the {form.imprint_algorithm} of what it came with",
            found=form.imprint.hex()[:64],
        )
    # 3.
    if nonce is not None and info.nonce != nonce:
        raise _refused(
            "nonce",
            "The timestamp does not answer the request.",
            expected=f"the nonce {nonce}",
            found=str(info.nonce)[:64],
            remedy="ask the authority again; an old answer may have been replayed",
        )
    time = info.gen_time
    # 4.
    if not_after is not None and time > not_after:
        raise _refused(
            "future",
            "The timestamp is from the future.",
            expected=f"a time up to {not_after.isoformat()}",
            found=time.isoformat(),
            remedy="check the clock of this machine; else the authority's is wrong",
        )
    # 5 and 6.
    known, embedded = _certificates(authorities, response)
    signer = _signer(form, [*embedded, *(c for group in known for c in group)])
    _check_purpose(signer)
    # 7.
    authority, path = _path(
        signer, embedded, list(zip(authorities, known, strict=True))
    )
    # 8.
    _check_validity(authority, path, time)
    # 9.
    policy = info.policy.dotted_string
    if authority.policy not in {None, policy}:
        raise _refused(
            "policy",
            "The timestamp was given under another policy.",
            expected=str(authority.policy),
            found=policy,
        )
    # 10.
    _verify_by_library(response, path, form.imprint, nonce)
    return VerifiedTimestamp(
        authority=authority.name,
        time=time,
        accuracy=_accuracy(info.accuracy),
        serial=info.serial_number,
        policy=policy,
        chain=tuple(item.public_bytes(Encoding.DER) for item in path),
    )


def canonical_token(token: bytes, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """Give a token in the one spelling that all readers take, nothing of it proven.

    OpenSSL writes certificates in an order that `rfc3161-client`, and with it
    sigstore's Python client, refuses to read.

    Raises:
        TimestampError: As step 1.
    """
    return _read(token, limits)[0].canonical


def _read(token: bytes, limits: Limits) -> tuple[TokenForm, TimeStampResponse]:
    if len(token) > limits.max_timestamp_bytes:
        raise _refused(
            "oversized",
            "The timestamp is larger than Assay reads.",
            expected=f"at most {limits.max_timestamp_bytes} bytes",
            found=f"{len(token)} bytes",
        )
    try:
        form = read_token_form(token, limits)
        response = decode_timestamp_response(form.canonical)
        # The library reads each of these when it is asked for, and refuses then.
        info = response.tst_info
        _ = (info.gen_time, info.nonce, info.policy, info.serial_number, info.accuracy)
    except (DocumentError, ValueError) as error:
        found = error.found if isinstance(error, DocumentError) else str(error)
        raise _malformed(found[: limits.max_shown_chars]) from error
    return form, response


def _certificates(
    authorities: Sequence[TimestampAuthority], response: TimeStampResponse
) -> tuple[list[tuple[x509.Certificate, ...]], list[x509.Certificate]]:
    """Read the certificates of the authorities, and those in the token."""
    try:
        known = [_loaded(item.certificates) for item in authorities]
    except KeyFileError as error:
        raise TrustError(
            "malformed",
            "The trust file names a certificate of an authority on time that is none.",
            expected=error.expected,
            found=error.found,
        ) from error
    try:
        # The library gives a set of bytes: sorted, so that nothing depends on chance.
        embedded = _loaded(tuple(sorted(response.signed_data.certificates)))
    except (KeyFileError, ValueError) as error:
        raise _malformed("a certificate that is none") from error
    if len(embedded) > MAX_CERTIFICATES:
        raise _malformed(f"{len(embedded)} certificates")
    return known, list(embedded)


def _signer(
    form: TokenForm, candidates: Sequence[x509.Certificate]
) -> x509.Certificate:
    """Find the certificate that the token names: step 5."""
    named = [
        item
        for item in candidates
        if item.serial_number == form.signer_serial
        and item.issuer.public_bytes() == form.signer_issuer
    ]
    if not named:
        raise _refused(
            "no-certificate",
            "The certificate of the timestamp's signer is not there.",
            expected="it in the timestamp, or in the trust file",
            found="neither",
            remedy="ask for timestamps with certificates, or add it to the authority",
        )
    wanted = form.certificate_id
    for item in named:
        der = item.public_bytes(Encoding.DER)
        if hashlib.new(wanted.algorithm, der).digest() == wanted.digest:
            return item
    raise _refused(
        "certificate-id",
        "The timestamp names another certificate than that of its signer.",
        expected=f"a certificate with the {wanted.algorithm} "
        f"{wanted.digest.hex()[:64]}",
        found="one of the same issuer and serial number with another hash",
    )


def _check_purpose(signer: x509.Certificate) -> None:
    """Prove that the certificate is for timestamps and nothing else: step 6."""
    try:
        usage = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        found = ", ".join(oid.dotted_string for oid in usage.value)
        sound = usage.critical and list(usage.value) == [
            ExtendedKeyUsageOID.TIME_STAMPING
        ]
        if sound:
            return
        found += "" if usage.critical else ", not critical"
    except x509.ExtensionNotFound:
        found = "no extended key usage"
    raise _refused(
        "purpose",
        "The timestamp is signed with a certificate that is not for timestamps alone.",
        expected="one critical extended key usage: timeStamping",
        found=found,
    )


def _path(
    signer: x509.Certificate,
    embedded: Sequence[x509.Certificate],
    authorities: Sequence[tuple[TimestampAuthority, Sequence[x509.Certificate]]],
) -> tuple[TimestampAuthority, list[x509.Certificate]]:
    """Find the authority whose root the signer leads to: step 7."""
    for authority, own in authorities:
        leaves = [item for item in own if _is_for_timestamps(item)]
        if leaves and signer not in leaves:
            continue
        path = _climbed(signer, [*own, *embedded], roots=own)
        if path is not None:
            return authority, path
    raise _refused(
        "unknown-authority",
        "The timestamp is by an authority that the trust file does not name.",
        expected=", ".join(item.name for item, _ in authorities)
        or "no authority at all",
        found=signer.issuer.rfc4514_string()[: DEFAULT_LIMITS.max_shown_chars],
        remedy="get the authority's root certificate from a source that you believe",
    )


def _is_for_timestamps(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except x509.ExtensionNotFound as missing:
        return missing.oid == x509.BasicConstraints.oid
    return ExtendedKeyUsageOID.TIME_STAMPING in usage.value and not basic.value.ca


def _climbed(
    signer: x509.Certificate,
    candidates: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
) -> list[x509.Certificate] | None:
    """Go from the signer to one of the roots, each issued by the next."""
    path = [signer]
    while len(path) <= MAX_CERTIFICATES:
        last = path[-1]
        anchor = next((r for r in roots if _is_root(r) and _issues(last, r)), None)
        if anchor is not None:
            return [*path, anchor]
        above = (item for item in candidates if item not in path)
        following = next((item for item in above if _issues(last, item)), None)
        if following is None:
            return None
        path.append(following)
    return None


def _is_root(certificate: x509.Certificate) -> bool:
    return _issues(certificate, certificate)


def _check_validity(
    authority: TimestampAuthority, path: Sequence[x509.Certificate], time: datetime
) -> None:
    """Prove that all may speak at the time of which they speak: step 8."""
    begin, end = authority.valid_from, authority.valid_until
    if (begin is not None and time < begin) or (end is not None and time > end):
        raise _refused(
            "not-counted",
            "The trust file does not count this authority at the timestamp's time.",
            expected=f"a time from {begin or 'ever'} to {end or 'ever'}",
            found=time.isoformat(),
        )
    for item in path:
        if not covers(item, time):
            raise _refused(
                "expired",
                "A certificate of the timestamp was not valid at its time.",
                expected=f"a time from {item.not_valid_before_utc} to "
                f"{item.not_valid_after_utc}",
                found=time.isoformat(),
            )
    try:
        check_path(path, time)
    except SignatureError as error:
        raise _refused(
            "chain",
            "The certificates of the timestamp do not vouch for its signer.",
            expected="authorities that may issue, without unknown critical extensions",
            found=error.found,
        ) from error


def _verify_by_library(
    response: TimeStampResponse,
    path: Sequence[x509.Certificate],
    imprint: bytes,
    nonce: int | None,
) -> None:
    signer, *between, root = path
    verifier = VerifierBuilder(
        tsa_certificate=signer, intermediates=between, roots=[root], nonce=nonce
    ).build()
    try:
        verifier.verify(response, imprint)
    except (VerificationError, ValueError) as error:
        raise _refused(
            "signature",
            "The timestamp's signature does not hold.",
            expected="a signature by the certified key over exactly this timestamp",
            found=str(error)[: DEFAULT_LIMITS.max_shown_chars],
            remedy="get the timestamp again; this one was altered",
        ) from error


def _accuracy(stated: Accuracy | None) -> timedelta | None:
    """Add up what a token says of its accuracy (RFC 3161 section 2.4.2)."""
    if stated is None:
        return None
    # A number of seconds beyond what can be told is as good as none.
    seconds = min(stated.seconds or 0, timedelta.max.days)
    return timedelta(
        seconds=seconds,
        milliseconds=stated.millis or 0,
        microseconds=stated.micros or 0,
    )


def _refused(
    code: str, message: str, *, expected: str, found: str, remedy: str = ""
) -> TimestampError:
    return TimestampError(
        code,
        message,
        expected=expected,
        found=found,
        remedy=remedy or "do not count this timestamp",
    )


def _malformed(found: str) -> TimestampError:
    return _refused(
        "malformed",
        "This is no RFC 3161 timestamp that Assay can read.",
        expected="a TimeStampResp in DER, with a token by one signer",
        found=found,
    )

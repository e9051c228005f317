"""Timestamps for the statements of a bundle, from an authority over the network."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.serialization import Encoding

from assay.crypto.certificate_chain import certificates_from_pem
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.statement import BundleVersion
from assay.domain.trust import TimestampAuthority
from assay.errors import NetworkError, UsageError
from assay.flows.files import read_file, write_file
from assay.flows.network import http_client
from assay.statement.timestamp_request import (
    QUERY_TYPE,
    REPLY_TYPE,
    request_timestamp,
)
from assay.wire.v0.bundle import read_bundle, write_bundle

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assay.domain.statement import Bundle, LoggedStatement

__all__ = [
    "TimestampSource",
    "open_timestamps",
    "stamp_bundle",
    "stamp_file",
    "stamp_signature",
    "stamp_statement",
    "timestamp_source",
]

# An authority answers in well under a second; ten are a slow network.
_PAUSE_SECONDS = 10.0
_TOTAL_SECONDS = 30.0
# As between the clocks of other machines: docs/formats/bundle.md, step 9.
_CLOCKS_DIFFER = timedelta(minutes=10)
_NONCE_BITS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampSource:
    """An authority that is asked, and by whose certificates its answers are proven.

    Attributes:
        url: Where it answers, for people.
        authority: Its certificates.
        post: Sends a request and gives the answer.
    """

    url: str
    authority: TimestampAuthority
    post: Callable[[bytes], bytes]


def open_timestamps(
    url: str, certificates: Path, limits: Limits = DEFAULT_LIMITS
) -> TimestampSource:
    """Name an authority to ask. Nothing is sent yet.

    Many authorities answer over plain HTTP alone. It does no harm: what is sent is a
    hash, and what comes back is proven by the certificates.

    Args:
        url: Its address.
        certificates: PEM file with its root certificate, and others if it needs them.
        limits: Bounds on its answers.

    Raises:
        UsageError: `usage.network` or `usage.no-certificate`.
        KeyFileError: `key.not-a-certificate`.
        InputError: There is no such file.
    """
    pem = read_file(
        certificates, most=limits.max_key_file_bytes, what="authority's certificates"
    )
    held = tuple(item.public_bytes(Encoding.DER) for item in certificates_from_pem(pem))
    client = http_client(
        timeout_seconds=_PAUSE_SECONDS,
        total_seconds=_TOTAL_SECONDS,
        most_bytes=limits.max_timestamp_bytes,
        plain_http=True,
    )

    def post(query: bytes) -> bytes:
        answer = client.post(url, query, QUERY_TYPE).require(200)
        if answer.content_type != REPLY_TYPE:
            raise NetworkError(
                "malformed",
                f"The answer of {url} is no timestamp.",
                expected=f"the content type {REPLY_TYPE}",
                found=answer.content_type[: limits.max_shown_chars] or "none",
                remedy="check the address of the timestamp authority",
            )
        return answer.body

    return TimestampSource(
        url=url,
        authority=TimestampAuthority(name=url, certificates=held),
        post=post,
    )


def timestamp_source(
    url: str | None, certificates: Path | None, limits: Limits = DEFAULT_LIMITS
) -> TimestampSource | None:
    """Name an authority to ask, where one is wanted.

    Raises:
        UsageError: `usage.timestamp`: one of the two is missing; as `open_timestamps`.
        KeyFileError, InputError: As `open_timestamps`.
    """
    if url is None and certificates is None:
        return None
    if url is None or certificates is None:
        raise UsageError(
            "timestamp",
            "A timestamp needs an authority to ask, and certificates to prove it by.",
            expected="--timestamp and --timestamp-authority",
            found="one of them",
        )
    return open_timestamps(url, certificates, limits)


def stamp_signature(
    signature: bytes,
    source: TimestampSource,
    now: datetime,
    limits: Limits = DEFAULT_LIMITS,
) -> bytes:
    """Get a timestamp over a signature, and keep it only if it holds.

    Raises:
        TimestampError: `timestamp.*`: the answer is not what was asked for.
        NetworkError: The authority cannot be asked.
    """
    return request_timestamp(
        signature,
        source.post,
        # Never zero, which some readers take for none.
        nonce=secrets.randbits(_NONCE_BITS) | 1,
        authorities=(source.authority,),
        not_after=now + _CLOCKS_DIFFER,
        limits=limits,
    )


def stamp_statement(
    logged: LoggedStatement,
    source: TimestampSource,
    now: datetime,
    limits: Limits = DEFAULT_LIMITS,
) -> LoggedStatement:
    """Add a timestamp over the signature of a statement's envelope.

    Raises:
        TimestampError: `timestamp.*`: the answer is not what was asked for.
        NetworkError: The authority cannot be asked.
        UsageError: `usage.timestamps`: it has as many as are read.
    """
    if len(logged.timestamps) >= limits.max_timestamps:
        raise UsageError(
            "timestamps",
            "A statement has as many timestamps as Assay reads.",
            expected=f"fewer than {limits.max_timestamps}",
            found=str(len(logged.timestamps)),
        )
    token = stamp_signature(logged.envelope.signature, source, now, limits)
    return replace(logged, timestamps=(*logged.timestamps, token))


def stamp_bundle(
    bundle: Bundle,
    source: TimestampSource,
    now: datetime,
    limits: Limits = DEFAULT_LIMITS,
) -> Bundle:
    """Add a timestamp to every statement of a bundle.

    Raises:
        TimestampError, NetworkError, UsageError: As `stamp_statement`.
    """
    return replace(
        bundle,
        statements=tuple(
            stamp_statement(logged, source, now, limits) for logged in bundle.statements
        ),
        # v0.1 has no place for timestamps.
        version=BundleVersion.V0_2,
    )


def stamp_file(
    path: Path, source: TimestampSource, limits: Limits = DEFAULT_LIMITS
) -> Bundle:
    """Add a timestamp to every statement of a bundle file; it is replaced whole.

    Raises:
        BundleError: It is no whole bundle.
        TimestampError, NetworkError, UsageError: As `stamp_statement`.
        MachineError: It cannot be written.
    """
    data = read_file(path, most=limits.max_bundle_bytes, what="bundle")
    bundle = read_bundle(data, limits)
    stamped = stamp_bundle(bundle, source, datetime.now(tz=UTC), limits)
    write_file(path, write_bundle(stamped))
    return stamped

"""Writing a trust file, with a line of explanation at each part."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from assay.encoding import encode_base64
from assay.errors import TrustError
from assay.wire.v0.instant import format_instant
from assay.wire.v0.trust import TRUST_FORMAT, parse_trust
from assay.wire.v0.trust_keyless import keyless_lines

if TYPE_CHECKING:
    from assay.domain.trust import (
        TimestampAuthority,
        TrustedIssuer,
        TrustedLog,
        TrustFile,
    )

__all__ = ["write_trust"]


def write_trust(trust: TrustFile) -> str:
    """Write a trust file as TOML with a line of explanation at each part.

    Raises:
        TrustError: `trust.unwritable` when it would not be read back the same: a name
            with quotes or line breaks, an instant with fractions of a second.
    """
    lines = [
        "# Whom this verifier believes. Keep it where only you can change it:",
        "# a verdict is worth what this file is worth. `assay trust add` rewrites",
        "# this file: other comments than these are lost then.",
        f'format = "{TRUST_FORMAT}"',
    ]
    if trust.valid_until is not None:
        lines.append(f"valid_until = {format_instant(trust.valid_until)}")
    lines += [
        "",
        "# Whether a statement without a receipt from a log below is refused.",
        f"log_required = {_flag(value=trust.log_required)}",
        "# How many of the witnesses below must have cosigned a receipt.",
        f"quorum = {trust.quorum}",
    ]
    if trust.policy:
        lines += [
            "# Or, in place of both, which of them are enough, as C2SP tlog-policy.",
            f"policy = '''\n{trust.policy}'''",
        ]
    lines += [
        "# What a claim must come with besides, and how old the newest status snapshot",
        "# of an office may be.",
        f"timestamp_required = {_flag(value=trust.timestamp_required)}",
        f"second_required = {_flag(value=trust.second_required)}",
        f"status_required = {_flag(value=trust.status_required)}",
        f"status_max_age_hours = {trust.status_max_age // timedelta(hours=1)}",
    ]
    for table, issuers in (
        ("developer", trust.developers),
        ("office", trust.offices),
        ("assessor", trust.assessors),
    ):
        for issuer in issuers:
            lines += _issuer(table, issuer)
    for log in trust.logs:
        lines += _log(log)
    for witness in trust.witnesses:
        lines += [
            "",
            "[[witness]]",
            f'name = "{witness.name}"',
            f'vkey = "{witness.vkey}"',
        ]
    for authority in trust.timestamp_authorities:
        lines += _authority(authority)
    for identity in trust.keyless:
        lines += keyless_lines(identity)
    for programme in trust.programmes:
        lines += [
            "",
            "[[programme]]",
            f'id = "{programme.id}"',
            f'version = "{programme.version}"',
            f'digest = "{programme.digest}"',
        ]
    text = "\n".join(lines) + "\n"
    _refuse_unreadable(text, trust)
    return text


def _log(log: TrustedLog) -> list[str]:
    lines = ["", "[[log]]", f'origin = "{log.origin}"', "vkeys = ["]
    lines += [f'  "{vkey}",' for vkey in log.vkeys]
    lines.append("]")
    if log.receipt_keys:
        lines.append("receipt_keys = [")
        lines += [f'  "{encode_base64(der)}",' for der in log.receipt_keys]
        lines.append("]")
    return lines


def _flag(*, value: bool) -> str:
    return "true" if value else "false"


def _issuer(table: str, issuer: TrustedIssuer) -> list[str]:
    return [
        "",
        f"[[{table}]]",
        f'name = "{issuer.name}"',
        f'public_key = "{encode_base64(issuer.public_key)}"',
        *_dates(issuer),
    ]


def _authority(authority: TimestampAuthority) -> list[str]:
    lines = ["", "[[timestamp_authority]]", f'name = "{authority.name}"']
    lines.append("certificates = [")
    lines += [f'  "{encode_base64(der)}",' for der in authority.certificates]
    lines.append("]")
    if authority.policy is not None:
        lines.append(f'policy = "{authority.policy}"')
    return lines + _dates(authority)


def _dates(dated: TrustedIssuer | TimestampAuthority) -> list[str]:
    return [
        f"{field} = {format_instant(instant)}"
        for field, instant in (
            ("valid_from", dated.valid_from),
            ("valid_until", dated.valid_until),
        )
        if instant is not None
    ]


def _refuse_unreadable(text: str, trust: TrustFile) -> None:
    """Read back what was written: a name must not become a line of its own."""
    why = "another meaning"
    try:
        # Names from a command line may hold bytes that are no text.
        if parse_trust(text.encode("utf-8", "surrogatepass")) == trust:
            return
    except TrustError as error:
        why = error.found
    raise TrustError(
        "unwritable",
        "The trust file cannot be written so that it is read back the same.",
        expected="names of one line without quotes and backslashes",
        found=why,
        remedy="choose plainer names",
    )

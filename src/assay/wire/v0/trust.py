"""The trust file: whom a verifier believes, as TOML that people edit."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import Field

from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.programme import ProgrammeRef
from assay.domain.trust import (
    TrustedDeveloper,
    TrustedLog,
    TrustedWitness,
    TrustFile,
)
from assay.encoding import decode_base64, encode_base64
from assay.errors import DocumentError, TrustError
from assay.wire import strict_toml
from assay.wire.model import WireModel
from assay.wire.v0.instant import format_instant
from assay.wire.v0.parts import Hex256

__all__ = [
    "TRUST_FORMAT",
    "TrustModel",
    "parse_trust",
    "read_trust",
    "refuse_contradictions",
    "refuse_repeated",
    "states_time",
    "vkey_id",
    "write_trust",
]

TRUST_FORMAT = "assay-trust/0"

# One line, no quote, no backslash: writable in TOML as it stands.
_Name = Annotated[
    str, Field(min_length=1, max_length=200, pattern=r'^[^"\\\x00-\x1f\x7f]+$')
]
_Vkey = Annotated[
    str, Field(max_length=4000, pattern=r"^[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+$")
]

_ML_DSA_44 = re.compile(r"[^+]*\+[0-9a-f]{8}\+B[g-v].*")


class DeveloperPart(WireModel):
    """A developer and one of its keys."""

    name: _Name
    public_key: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9+/]+={0,2}$", max_length=4000)
    ]


class LogPart(WireModel):
    """A log and every key that must have signed its checkpoints."""

    origin: _Name
    vkeys: Annotated[tuple[_Vkey, ...], Field(min_length=1, max_length=8)]


class WitnessPart(WireModel):
    """A witness of logs."""

    name: _Name
    vkey: _Vkey


class TrustedProgrammePart(WireModel):
    """A programme that may decide."""

    id: _Name
    version: _Name
    digest: Hex256


class TrustModel(WireModel):
    """A trust file as it stands on disk."""

    format: Literal["assay-trust/0"]
    valid_until: datetime | None = None
    log_required: bool = True
    quorum: Annotated[int, Field(ge=0, le=100)] = 0
    developer: tuple[DeveloperPart, ...] = ()
    log: tuple[LogPart, ...] = ()
    witness: tuple[WitnessPart, ...] = ()
    programme: tuple[TrustedProgrammePart, ...] = ()


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
        model = TrustModel.read(value, document="trust file")
        return _to_domain(model)
    except DocumentError as error:
        raise TrustError(
            "malformed",
            "The trust file cannot be read.",
            expected=error.expected or "a trust file as `assay trust new` writes it",
            found=f"{error.message} {error.found}".strip(),
        ) from error


def _to_domain(model: TrustModel) -> TrustFile:
    until = model.valid_until
    if until is not None and until.tzinfo is None:
        raise DocumentError(
            "bad-instant",
            "`valid_until` has no time zone.",
            expected="an instant such as 2027-01-01T00:00:00Z",
            found=until.isoformat(),
        )
    return TrustFile(
        developers=tuple(
            TrustedDeveloper(
                name=part.name,
                public_key=decode_base64(part.public_key, what="public key"),
            )
            for part in model.developer
        ),
        logs=tuple(TrustedLog(origin=p.origin, vkeys=p.vkeys) for p in model.log),
        witnesses=tuple(
            TrustedWitness(name=p.name, vkey=p.vkey) for p in model.witness
        ),
        quorum=model.quorum,
        log_required=model.log_required,
        programmes=tuple(
            ProgrammeRef(id=p.id, version=p.version, digest=p.digest)
            for p in model.programme
        ),
        valid_until=None if until is None else until.astimezone(UTC),
    )


def refuse_contradictions(trust: TrustFile) -> None:
    """Refuse a trust file that could verify nothing, or count one key twice.

    Raises:
        TrustError: `trust.trusts-nobody`: no developer, or logs are required and none
            is named; `trust.quorum`: more witnesses are asked for than are named;
            `trust.repeated`: a log or a key stands twice, under whatever name.
    """
    if not trust.developers or (trust.log_required and not trust.logs):
        missing = "developer" if not trust.developers else "log"
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
    refuse_repeated(trust)


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
    of_logs = {_material(vkey): _key_of("log", vkey) for vkey in log_keys}
    _refuse_twice(
        "key of a witness",
        [
            *(
                (_material(witness.vkey), _key_of("witness", witness.vkey))
                for witness in trust.witnesses
            ),
            *of_logs.items(),
        ],
    )
    _refuse_twice(
        "developer key",
        [
            (
                encode_base64(developer.public_key),
                _developer_key(developer),
            )
            for developer in trust.developers
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


def _developer_key(developer: TrustedDeveloper) -> str:
    key_id = hashlib.sha256(developer.public_key).hexdigest()
    return f"key {key_id} of the developer {developer.name}"


def _key_of(owner: str, vkey: str) -> str:
    return f"key {vkey_id(vkey)} of the {owner} {vkey.partition('+')[0]}"


def vkey_id(vkey: str) -> str:
    """Give the key id in a vkey: eight hex digits."""
    # `name+id+base64`
    return "".join(vkey.split("+", 2)[1:2])


def states_time(vkey: str) -> bool:
    """Tell whether a log's receipts carry a time that this key has signed.

    Of a log's own signatures only the ML-DSA-44 one (C2SP signed-note type 0x06) does.
    """
    # The type is the first byte behind the key id, which base64 writes so.
    return _ML_DSA_44.fullmatch(vkey) is not None


def _material(vkey: str) -> str:
    """Give the public key in a vkey, whatever its name and signature type."""
    # `name+id+base64`, where the first two characters of the last carry the type.
    return vkey.split("+", 2)[-1][2:]


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
        f"log_required = {'true' if trust.log_required else 'false'}",
        "# How many of the witnesses below must have cosigned a receipt.",
        f"quorum = {trust.quorum}",
    ]
    for developer in trust.developers:
        lines += [
            "",
            "[[developer]]",
            f'name = "{developer.name}"',
            f'public_key = "{encode_base64(developer.public_key)}"',
        ]
    for log in trust.logs:
        lines += ["", "[[log]]", f'origin = "{log.origin}"', "vkeys = ["]
        lines += [f'  "{vkey}",' for vkey in log.vkeys]
        lines.append("]")
    for witness in trust.witnesses:
        lines += [
            "",
            "[[witness]]",
            f'name = "{witness.name}"',
            f'vkey = "{witness.vkey}"',
        ]
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

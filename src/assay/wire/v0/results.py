"""What `--json` writes: the documents of all verbs but `verify` and `decide`."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from assay.wire.model import JsonModel
from assay.wire.v0.instant import INSTANT, format_instant
from assay.wire.v0.parts import (
    BurdenPart,
    CheckPart,
    ControlPart,
    Count,
    FilePart,
    FindingPart,
    GapPart,
    Hex256,
    ProgrammePart,
    Text,
)
from assay.wire.v0.shown_programme import (
    ProblemPart,
    ProgrammeDocument,
    ShownProgrammePart,
)

if TYPE_CHECKING:
    from assay.domain.release import Irregular
    from assay.domain.statement import Bundle
    from assay.domain.trust import TrustFile

__all__ = [
    "CheckDocument",
    "ErrorDocument",
    "KeyDocument",
    "LogDocument",
    "ProblemPart",
    "ProgrammeDocument",
    "SealDocument",
    "ShownProgrammePart",
    "TrustDocument",
]


class IrregularPart(JsonModel):
    """An entry of the directory that the digest does not bind."""

    path: Text
    kind: Text
    detail: Text

    @classmethod
    def of(cls, entry: Irregular) -> IrregularPart:
        """Write an irregular entry."""
        return cls(path=entry.path, kind=entry.kind.value, detail=entry.detail)


class CheckedReleasePart(JsonModel):
    """The release that was checked."""

    name: Text
    digest: Hex256
    size: Count
    files: tuple[FilePart, ...]
    irregular: tuple[IrregularPart, ...]


class CheckedProgrammePart(ProgrammePart):
    """The programme, with the notice that must stand wherever it is shown."""

    title: Text
    notice: Text


class RunPart(JsonModel):
    """How this run went; it differs from run to run and is never signed."""

    tool_version: Text
    seconds: Annotated[float, Field(ge=0)]


class CheckDocument(JsonModel):
    """What `assay check --json` writes."""

    format: Literal["assay-check/0"]
    release: CheckedReleasePart
    programme: CheckedProgrammePart
    findings: tuple[FindingPart, ...]
    controls: tuple[ControlPart, ...]
    checks: tuple[CheckPart, ...]
    not_inspected: tuple[GapPart, ...]
    tiers: tuple[Text, ...]
    burden: BurdenPart
    assessment_digest: Hex256
    run: RunPart


class SealDocument(JsonModel):
    """What `assay seal --json` writes."""

    format: Literal["assay-seal/0"]
    bundle: Text
    release_digest: Hex256
    key_id: Hex256
    statements: tuple[Hex256, ...]
    log_indexes: tuple[Count, ...]

    @classmethod
    def of(
        cls, bundle: Bundle, path: str, release_digest: str, indexes: tuple[int, ...]
    ) -> SealDocument:
        """Write what was sealed, and where in the log it stands."""
        return cls(
            format="assay-seal/0",
            bundle=path,
            release_digest=release_digest,
            key_id=bundle.statements[0].envelope.key_id,
            statements=tuple(
                hashlib.sha256(logged.envelope.payload).hexdigest()
                for logged in bundle.statements
            ),
            log_indexes=indexes,
        )


class ErrorDocument(JsonModel):
    """What `--json` writes when there is no result: the error, whole."""

    format: Literal["assay-error/0"]
    code: Text
    message: Text
    expected: Text
    found: Text
    remedy: Text


class KeyDocument(JsonModel):
    """What `assay keys --json` writes."""

    format: Literal["assay-key/0"]
    type: Text
    key_id: Hex256
    public_key: Text


class TrustedKeyPart(JsonModel):
    """A developer whose key is believed."""

    name: Text
    key_id: Hex256


class TrustedLogPart(JsonModel):
    """A log that is believed."""

    origin: Text
    vkeys: tuple[Text, ...]


class TrustDocument(JsonModel):
    """What `assay trust --json` writes."""

    format: Literal["assay-trust-shown/0"]
    developers: tuple[TrustedKeyPart, ...]
    logs: tuple[TrustedLogPart, ...]
    witnesses: tuple[Text, ...]
    quorum: Count
    log_required: bool
    programmes: tuple[ProgrammePart, ...]
    valid_until: Annotated[str, Field(pattern=INSTANT)] | None

    @classmethod
    def of(cls, trust: TrustFile) -> TrustDocument:
        """Write whom a trust file believes."""
        until = trust.valid_until
        return cls(
            format="assay-trust-shown/0",
            developers=tuple(
                TrustedKeyPart(
                    name=item.name,
                    key_id=hashlib.sha256(item.public_key).hexdigest(),
                )
                for item in trust.developers
            ),
            logs=tuple(
                TrustedLogPart(origin=log.origin, vkeys=log.vkeys) for log in trust.logs
            ),
            witnesses=tuple(witness.name for witness in trust.witnesses),
            quorum=trust.quorum,
            log_required=trust.log_required,
            programmes=tuple(ProgrammePart.of(ref) for ref in trust.programmes),
            valid_until=None if until is None else format_instant(until),
        )


class LogDocument(JsonModel):
    """What `assay log --json` writes."""

    format: Literal["assay-log/0"]
    origin: Text
    vkeys: tuple[Text, ...] | None
    size: Count
    root: Text | None
    audited: bool
    withheld_bodies: Count | None
    problems: tuple[ProblemPart, ...]

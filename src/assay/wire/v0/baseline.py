"""A baseline file: the TOML in which accepted findings are written down."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal

from pydantic import Field

from assay.domain.baseline import Accepted, Baseline
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import EvidenceError
from assay.wire import strict_toml
from assay.wire.model import WireModel
from assay.wire.v0.parts import Hex256, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assay.domain.finding import Finding

__all__ = ["FORMAT", "BaselineModel", "baseline_form", "read_baseline"]

FORMAT: Final = "assay-baseline/0"
_ID = r"^f-[0-9a-f]{20}$"


class AcceptedModel(WireModel):
    """One accepted finding; all but the first five fields are for people."""

    id: Annotated[str, Field(pattern=_ID)]
    reason: Text = ""
    owner: Text = ""
    expires: dt.date | None = None
    sha256: Hex256 | None = None
    finding: Text = ""
    place: Text = ""
    severity: Text = ""


class BaselineModel(WireModel):
    """The whole file."""

    described_in: ClassVar[str] = "docs/formats/baseline.md"
    pattern_words: ClassVar[dict[str, str]] = {
        _ID: "the id of a finding, as `assay check --json` gives it"
    }

    format: Literal["assay-baseline/0"]
    accepted: tuple[AcceptedModel, ...] = ()


def read_baseline(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Baseline:
    """Read a baseline; entries without a reason accept nothing.

    Raises:
        DocumentError: The file is no strict TOML, or not of the published form.
        EvidenceError: `evidence.baseline-incomplete` or `.baseline-twice`.
    """
    value = strict_toml.loads(
        data,
        max_bytes=limits.max_declarations_bytes,
        document="baseline file",
        limits=limits,
    )
    model = BaselineModel.read(value, document="baseline file")
    entries: dict[str, Accepted] = {}
    unfilled = 0
    for part in model.accepted:
        if not part.reason and not part.owner:
            unfilled += 1  # a form that nobody has filled in yet
            continue
        if not part.reason.strip() or not part.owner.strip() or part.expires is None:
            raise EvidenceError(
                "baseline-incomplete",
                f"Finding {part.id} is accepted without saying all that it takes.",
                expected="a reason, an owner and the day on which it expires",
                found=f"{', '.join(_missing(part))} missing{_others(model, part)}",
                remedy="fill in what is missing, or empty reason and owner: the entry "
                "is then a form, and accepts nothing",
            )
        if part.id in entries:
            raise EvidenceError(
                "baseline-twice",
                f"Finding {part.id} is accepted twice.",
                remedy="keep one of the two entries",
            )
        entries[part.id] = Accepted(
            id=part.id,
            reason=part.reason,
            owner=part.owner,
            expires=part.expires,
            sha256=part.sha256,
            place=part.place,
        )
    return Baseline(accepted=tuple(entries.values()), unfilled=unfilled)


def baseline_form(
    findings: Iterable[Finding], known: Baseline, digests: Mapping[str, str]
) -> bytes:
    """Write a baseline to be filled in: what is accepted already, and all the rest.

    Args:
        findings: What was found.
        known: Entries to keep as they are.
        digests: SHA-256 in hex by path.
    """
    kept = {entry.id: entry for entry in known.accepted}
    lines = [
        "# Findings that are accepted. An entry without reason and owner accepts",
        "# nothing; remove what should not be accepted. To accept one, fill in reason",
        "# and owner, give `expires` a day, and take the # away before it. `sha256`",
        "# binds an entry to the content that was looked at: nothing in a file is",
        "# accepted without it.",
        f"format = {_quoted(FORMAT)}",
    ]
    done: set[str] = set()
    for finding in findings:
        if finding.id in done:
            continue
        done.add(finding.id)
        what = f"{finding.check}/{finding.rule}: {finding.message}"
        entry = kept.pop(finding.id, None)
        digest = entry.sha256 if entry else digests.get(finding.place.path)
        lines += [
            "",
            "[[accepted]]",
            f"id = {_quoted(finding.id)}",
            f"finding = {_quoted(what)}",
            f"place = {_quoted(str(finding.place))}",
            f"severity = {_quoted(finding.severity.value)}",
            *_answers(entry),
        ]
        if digest is not None:
            lines.append(f"sha256 = {_quoted(digest)}")
    for entry in kept.values():
        lines += ["", "[[accepted]]", f"id = {_quoted(entry.id)}"]
        if entry.place:
            lines.append(f"place = {_quoted(entry.place)}")
        lines += _answers(entry)
        if entry.sha256 is not None:
            lines.append(f"sha256 = {_quoted(entry.sha256)}")
    return "\n".join([*lines, ""]).encode("utf-8")


def _answers(entry: Accepted | None) -> list[str]:
    if entry is None:
        return ['reason = ""', 'owner = ""', "# expires = YYYY-MM-DD"]
    return [
        f"reason = {_quoted(entry.reason)}",
        f"owner = {_quoted(entry.owner)}",
        f"expires = {entry.expires.isoformat()}",
    ]


def _others(model: BaselineModel, told: AcceptedModel) -> str:
    """Count the other entries that somebody began to fill in and did not finish."""
    begun = [part for part in model.accepted if part.reason or part.owner]
    more = sum(bool(_missing(part)) for part in begun if part is not told)
    if not more:
        return ""
    return f"; {more} other {'entry is' if more == 1 else 'entries are'} not complete"


def _missing(part: AcceptedModel) -> list[str]:
    given = {"reason": part.reason.strip(), "owner": part.owner.strip()}
    missing = [name for name, value in given.items() if not value]
    return missing if part.expires is not None else [*missing, "expires"]


def _quoted(text: str) -> str:
    """Write a TOML basic string (TOML 1.0, "String"): controls and quotes escaped."""
    escaped = "".join(
        f"\\U{ord(char):08X}"
        if ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0
        else {"\\": "\\\\", '"': '\\"'}.get(char, char)
        for char in text.encode("utf-8", "backslashreplace").decode("utf-8")
    )
    return f'"{escaped}"'

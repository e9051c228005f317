"""Build a programme that comes with Assay from its TOML, without proving its form.

Its bytes are a part of this installation, as the code is, and a test proves that they
have the published form and give the same programme as the models do. Those models take
longer to build than a small release takes to check.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assay.domain.finding import Severity
from assay.domain.programme import (
    AllOf,
    AnswerMethod,
    AnyOf,
    Area,
    Benefit,
    Control,
    ControlMet,
    EvidenceClass,
    Mapping,
    Programme,
    ProgrammeRef,
    Tier,
    TierReached,
)

if TYPE_CHECKING:
    from assay.domain.programme import Rule

__all__ = ["build"]

# A table of TOML whose form was proven when the programme was published.
_Table = dict[str, Any]


def build(document: _Table, *, digest: str) -> Programme:
    """Give the programme that a document of known form describes.

    Args:
        document: The TOML of a programme that comes with Assay.
        digest: Hex SHA-256 of the file's exact bytes.
    """
    return Programme(
        ref=ProgrammeRef(id=document["id"], version=document["version"], digest=digest),
        title=document["title"],
        notice=document["notice"],
        published=document["published"],
        areas=tuple(Area(**area) for area in document["area"]),
        controls=tuple(map(_control, document["control"])),
        tiers=tuple(map(_tier, document["tier"])),
        benefits=tuple(map(_benefit, document["benefit"])),
    )


def _control(table: _Table) -> Control:
    given = dict(table)
    given["method"] = AnswerMethod(given["method"])
    given["evidence_class"] = EvidenceClass(given["evidence_class"])
    given["checks"] = tuple(given.get("checks", ()))
    if given.get("fail_at") is not None:
        given["fail_at"] = Severity(given["fail_at"])
    given["mappings"] = tuple(Mapping(**entry) for entry in given.get("mappings", ()))
    return Control(**given)


def _tier(table: _Table) -> Tier:
    return Tier(**{**table, "controls": tuple(table["controls"])})


def _benefit(table: _Table) -> Benefit:
    return Benefit(**{**table, "rule": _rule(table["rule"])})


def _rule(table: _Table) -> Rule:
    if "all" in table:
        return AllOf(rules=tuple(map(_rule, table["all"])))
    if "any" in table:
        return AnyOf(rules=tuple(map(_rule, table["any"])))
    if "tier" in table:
        return TierReached(tier=table["tier"])
    known = (known for known in EvidenceClass if known in table["classes"])
    return ControlMet(control=table["control"], classes=tuple(known))

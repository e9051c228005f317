"""What `assay witness --json` writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from assay.wire.model import JsonModel
from assay.wire.v0.parts import Count, Text

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["WitnessDocument", "WitnessedLogPart"]


class WitnessedLogPart(JsonModel):
    """A log that the witness follows; null where nothing was cosigned yet."""

    origin: Text
    vkeys: tuple[Text, ...]
    size: Count | None
    root: Text | None
    timestamp: Count | None


class WitnessDocument(JsonModel):
    """A witness: its keys, whom it follows, and what contradicted it.

    `evidence` names folders below the witness's directory, each with two notes by the
    keys of one log that contradict each other.
    """

    format: Literal["assay-witness-shown/0"]
    name: Text
    vkeys: tuple[Text, ...]
    logs: tuple[WitnessedLogPart, ...]
    evidence: Annotated[tuple[Text, ...], Field(max_length=2_000_000)]

    @classmethod
    def of(
        cls,
        *,
        name: str,
        vkeys: Iterable[str],
        logs: Iterable[WitnessedLogPart],
        evidence: Iterable[str],
    ) -> WitnessDocument:
        """Write a witness."""
        return cls(
            format="assay-witness-shown/0",
            name=name,
            vkeys=tuple(vkeys),
            logs=tuple(logs),
            evidence=tuple(evidence),
        )

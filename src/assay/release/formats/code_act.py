"""What a source does, before it has a place in a release."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.release.formats.code_source import Parsed

__all__ = ["Act", "Seen"]


@dataclass(frozen=True, slots=True)
class Act:
    """One action, before it has a place."""

    kind: str
    name: str
    line: int
    when: str
    detail: str = ""
    scope: str = ""
    origin: str = ""


@dataclass(slots=True)
class Seen:
    """What one source does, as far as it was understood."""

    acts: list[Act] = field(default_factory=list)
    imports: set[str] = field(default_factory=set)
    calls: set[tuple[str, str]] = field(default_factory=set)
    problem: Parsed | None = None

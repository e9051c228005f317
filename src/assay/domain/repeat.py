"""What came of making a claim again from the files."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.domain.assessment import Outcome

__all__ = ["RepeatValue", "RepeatedControl"]


class RepeatValue(StrEnum):
    """How a control of a claim stands once its checks were run again.

    `signed`: no check answers it, so there is nothing to run again. `recomputed
    equal`: the same reports, and the same outcome, came of the files. `recomputed
    different`: others did. `withheld`: the claim does not show it. `not repeated`: it
    could not be run again here, as by another version of Assay.
    """

    SIGNED = "signed"
    EQUAL = "recomputed equal"
    DIFFERENT = "recomputed different"
    WITHHELD = "withheld"
    NOT_REPEATED = "not repeated"


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatedControl:
    """What came of one control.

    Attributes:
        control: Its id.
        value: How it stands.
        signed: The outcome that the claim proves, `withheld` where it shows none.
        recomputed: The outcome that the files give here; None where nothing was run.
        differences: What differs, one sentence each; empty where nothing does.
        reason: Why it was not repeated, or what there is to know; may be empty.
    """

    control: str
    value: RepeatValue
    signed: Outcome
    recomputed: Outcome | None = None
    differences: tuple[str, ...] = ()
    reason: str = ""

"""The checks that there are, in the order in which they are reported.

The list is written out: a signed assessment names exactly which checks of which
version ran, so nothing that happens to be installed may join them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.assess.checks import (
    archives_safe,
    built_objects,
    chat_templates,
    code_behaviour,
    configuration_sound,
    content_inspected,
    content_matches_name,
    dependencies_pinned,
    entries_bound,
    graph_operations,
    licence_declared,
    model_card,
    native_code,
    pickle_free,
    pickle_imports,
    pickle_sound,
    pinned_references,
    provenance_declared,
    remote_code,
    safetensors_sound,
    secrets,
    tokenizer_bounded,
    weights_sound,
)
from assay.domain.finding import RuleDescription
from assay.errors import UsageError

if TYPE_CHECKING:
    from assay.assess.check import Check

__all__ = ["CHECKS", "by_id", "described_rules"]

CHECKS: tuple[Check, ...] = (
    # What the release consists of, and what of it was seen.
    entries_bound.CHECK,
    content_inspected.CHECK,
    content_matches_name.CHECK,
    # What runs when it is loaded.
    pickle_imports.CHECK,
    pickle_sound.CHECK,
    pickle_free.CHECK,
    remote_code.CHECK,
    code_behaviour.CHECK,
    built_objects.CHECK,
    native_code.CHECK,
    graph_operations.CHECK,
    chat_templates.CHECK,
    tokenizer_bounded.CHECK,
    # Whether its files are sound.
    safetensors_sound.CHECK,
    weights_sound.CHECK,
    configuration_sound.CHECK,
    archives_safe.CHECK,
    # What it gives away, and what it depends on.
    secrets.CHECK,
    pinned_references.CHECK,
    dependencies_pinned.CHECK,
    # What its developer says about it.
    model_card.CHECK,
    licence_declared.CHECK,
    provenance_declared.CHECK,
)


def by_id(check_id: str) -> Check:
    """Give the check of this id.

    Raises:
        UsageError: `usage.unknown-check`, when there is none.
    """
    for check in CHECKS:
        if check.id == check_id:
            return check
    raise UsageError(
        "unknown-check",
        "There is no check of this name.",
        expected=", ".join(check.id for check in CHECKS),
        found=check_id,
        remedy="Take an id from the list; each has a page in docs/checks/.",
    )


def described_rules() -> tuple[RuleDescription, ...]:
    """Describe everything that any check may say, in the order of the checks."""
    return tuple(
        RuleDescription(
            check=check.id,
            title=check.title,
            rule=rule.id,
            summary=rule.summary,
            severity=rule.severity,
            confidence=rule.confidence,
            remediation=rule.remediation,
            gain=rule.gain,
            references=rule.references,
        )
        for check in CHECKS
        for rule in check.rules
    )

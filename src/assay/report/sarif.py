"""SARIF 2.1.0: what was found, in the form that code hosts and editors show.

Every rule is described once; every result points at its file, and at the line or the
byte where that is known. Code hosts refuse a log in which one result has no file or no
line. So where no line is known it is the first, and the message names the key, cell,
member or byte; what is about no file of the release points at a name that says so. What
SARIF has no word for (controls, tiers, burden) is not in it; `docs/formats/sarif.md`
lists that.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from assay.domain.facts import WHOLE_RELEASE
from assay.domain.finding import Confidence, Severity
from assay.report.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.domain.assessment import Assessment
    from assay.domain.baseline import Comparison
    from assay.domain.facts import Gap, Place
    from assay.domain.finding import Finding, RuleDescription
    from assay.domain.release import Inventory

__all__ = ["render"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_BASE = "RELEASE"
_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
# Code hosts sort security results by a number of this name: over 9 critical, over 7
# high, over 4 medium, the rest low.
_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
    Severity.INFO: "0.0",
}
_PRECISION = {
    Confidence.HIGH: "very-high",
    Confidence.MEDIUM: "high",
    Confidence.LOW: "medium",
}


def render(
    assessment: Assessment,
    inventory: Inventory,
    rules: Sequence[RuleDescription],
    comparison: Comparison | None = None,
) -> bytes:
    """Write the findings of an assessment as one SARIF log.

    Args:
        assessment: What was found.
        inventory: The files, with their digests.
        rules: Everything that the checks may say.
        comparison: What a baseline accepts: such results are suppressed, not absent.

    Returns:
        JSON in UTF-8, the same for the same arguments.
    """
    index = {(rule.check, rule.rule): n for n, rule in enumerate(rules)}
    there = _There(inventory)
    run = {
        "tool": {"driver": _driver(assessment, rules)},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {
            _BASE: {"description": {"text": "The directory of the release."}}
        },
        "artifacts": [
            {
                "location": _location(record.path),
                "length": record.size,
                "hashes": {"sha-256": record.sha256},
            }
            for record in inventory.files
        ],
        "invocations": [_invocation(assessment, there)],
        "results": [
            _result(finding, index, there, comparison)
            for finding in assessment.findings
        ],
        "automationDetails": {"id": f"assay/{assessment.programme.id}/"},
        "properties": {
            "releaseDigest": assessment.release_digest,
            "programme": f"{assessment.programme.id}@{assessment.programme.version}",
        },
    }
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=1, ensure_ascii=False).encode("utf-8") + b"\n"


def _driver(assessment: Assessment, rules: Sequence[RuleDescription]) -> dict[str, Any]:
    return {
        "name": "Assay",
        "semanticVersion": assessment.tool_version,
        "version": assessment.tool_version,
        "rules": [_rule(rule) for rule in rules],
    }


def _rule(rule: RuleDescription) -> dict[str, Any]:
    gain = f" {rule.gain}" if rule.gain else ""
    references = ", ".join(rule.references)
    more = f"\n\nReferences: {references}" if references else ""
    return {
        "id": f"{rule.check}/{rule.rule}",
        "name": _pascal(f"{rule.check}-{rule.rule}"),
        "shortDescription": {"text": f"{rule.summary}."},
        "fullDescription": {"text": f"{rule.summary}.{gain}"},
        "help": {
            "text": f"{rule.remediation}{more}",
            "markdown": f"**How to mend it.** {rule.remediation}{more}",
        },
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "security-severity": _SCORES[rule.severity],
            "precision": _PRECISION[rule.confidence],
            "tags": sorted({"security", *map(_tag, rule.references)})[:10],
        },
    }


def _result(
    finding: Finding,
    rules: dict[tuple[str, str], int],
    there: _There,
    comparison: Comparison | None,
) -> dict[str, Any]:
    place = finding.place
    result: dict[str, Any] = {
        "ruleId": f"{finding.check}/{finding.rule}",
        "level": _LEVELS[finding.severity],
        "message": {"text": clean(_message(finding.message, place), limit=4_000)},
        "locations": [_placed(place, there)],
        "partialFingerprints": {"assayFindingId/v1": finding.id},
        "properties": {
            "severity": finding.severity.value,
            "confidence": finding.confidence.value,
            "gain": finding.gain,
            "remediation": finding.remediation,
            "references": list(finding.references),
            "lineIsKnown": _line(place) is not None,
        },
    }
    if (finding.check, finding.rule) in rules:
        result["ruleIndex"] = rules[finding.check, finding.rule]
    if place.opcode is not None:
        result["properties"]["opcodeIndex"] = place.opcode
    entry = comparison.accepted.get(finding.id) if comparison else None
    if comparison is not None:
        result["suppressions"] = (
            []
            if entry is None
            else [
                {
                    "kind": "external",
                    "status": "accepted",
                    "justification": entry.reason,
                    "properties": {
                        "owner": entry.owner,
                        "expires": entry.expires.isoformat(),
                    },
                }
            ]
        )
    return result


class _There:
    """What is in the release: files by their number, and entries left out."""

    def __init__(self, inventory: Inventory) -> None:
        self.files = {record.path: n for n, record in enumerate(inventory.files)}
        self._others = {entry.path for entry in inventory.irregular}

    def has(self, path: str) -> bool:
        """Say whether something lies at a path."""
        return path in self.files or path in self._others


def _line(place: Place) -> int | None:
    """Give a line of the file; one of a member or of a text inside is none of it."""
    return place.line if place.member is None else None


def _message(text: str, place: Place) -> str:
    """Say within the message what a line of the file does not."""
    within = []
    if place.member is not None:
        within.append(f"in {place.member}")
        within += [] if place.line is None else [f"line {place.line}"]
    if place.offset is not None:
        within.append(f"at byte {place.offset}")
    if place.key is not None:
        inner = "" if place.inner_line is None else f", line {place.inner_line} there"
        within.append(f"at {place.key}{inner}")
    return f"{text} ({', '.join(within)})" if within else text


def _placed(place: Place, there: _There) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": _line(place) or 1}
    if place.offset is not None and place.member is None:
        region["byteOffset"] = place.offset
        region["byteLength"] = 0
    found = there.has(place.path)
    location = {
        "artifactLocation": _location(place.path if found else WHOLE_RELEASE),
        "region": region,
    }
    if place.path in there.files:
        location["artifactLocation"]["index"] = there.files[place.path]
    placed: dict[str, Any] = {"physicalLocation": location}
    absent = None if found or place.path == WHOLE_RELEASE else place.path
    logical = [
        {"fullyQualifiedName": clean(name, limit=4_000), "kind": kind}
        for name, kind in (
            (absent, "resource"),
            (place.member, "member"),
            (place.key, "element"),
        )
        if name
    ]
    if logical:
        placed["logicalLocations"] = logical
    return placed


def _location(path: str) -> dict[str, Any]:
    return {"uri": quote(path, safe="/"), "uriBaseId": _BASE}


def _invocation(assessment: Assessment, there: _There) -> dict[str, Any]:
    """Say what was not looked at: absence of a result means nothing there."""
    gaps = {
        (str(gap.place), gap.reason): gap
        for report in assessment.reports
        for gap in report.gaps
    }
    notes = [_unread(gap, there) for _, gap in sorted(gaps.items())]
    failures = [
        {
            "descriptor": {"id": report.check},
            "level": "error",
            "message": {"text": clean(f"The check failed: {report.failure}")},
        }
        for report in assessment.reports
        if report.failure
    ]
    return {
        "executionSuccessful": not failures,
        "toolExecutionNotifications": [*failures, *notes],
    }


def _unread(gap: Gap, there: _There) -> dict[str, Any]:
    return {
        "level": "warning",
        "message": {
            "text": clean(
                _message(f"Not looked at: {gap.reason}", gap.place), limit=4_000
            )
        },
        "locations": [_placed(gap.place, there)],
    }


def _pascal(words: str) -> str:
    return "".join(word.capitalize() for word in words.split("-"))


def _tag(reference: str) -> str:
    """Name a weakness as code hosts look for it, others as they are."""
    kind, _, number = reference.partition("-")
    if kind == "CWE" and number.isdigit():
        return f"external/cwe/cwe-{int(number):03d}"
    return reference

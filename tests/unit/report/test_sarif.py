"""SARIF: valid, whole, pointing where things are, saying what was not looked at."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import jsonschema
import pytest

from assay.assess.registry import CHECKS, described_rules
from assay.domain.baseline import Accepted, Comparison
from assay.domain.facts import Content, Gap, Place
from assay.domain.finding import CheckReport, Confidence, Finding, Severity
from assay.domain.release import FileRecord, Inventory, Irregular, IrregularKind
from assay.report.sarif import render
from tests.simulators.claims import small_claim

RULES = described_rules()
CLAIM = small_claim()


def closed(properties: dict, *required: str) -> dict:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": list(required),
    }


TEXT = {"type": "string", "minLength": 1}
WORDS = closed({"text": TEXT, "markdown": TEXT}, "text")
LOCATION = closed(
    {"uri": {"type": "string", "pattern": r"^[!-~]+$"}, "uriBaseId": TEXT,
     "index": {"type": "integer", "minimum": 0}},
    "uri", "uriBaseId",
)  # fmt: skip
PLACE = closed(
    {
        "physicalLocation": closed(
            {
                "artifactLocation": LOCATION,
                "region": closed(
                    {
                        "startLine": {"type": "integer", "minimum": 1},
                        "byteOffset": {"type": "integer", "minimum": 0},
                        "byteLength": {"type": "integer", "minimum": 0},
                    },
                    "startLine",
                ),
            },
            "artifactLocation",
            "region",
        ),
        "logicalLocations": {
            "type": "array",
            "minItems": 1,
            "items": closed({"fullyQualifiedName": TEXT, "kind": TEXT}),
        },
    },
    "physicalLocation",
)
LEVEL = {"enum": ["none", "note", "warning", "error"]}
# What of SARIF 2.1.0 Assay writes, by the sections of the specification that name it.
SUBSET = closed(
    {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": closed(
                {
                    "tool": closed(
                        {
                            "driver": closed(
                                {
                                    "name": {"const": "Assay"},
                                    "version": TEXT,
                                    "semanticVersion": TEXT,
                                    "rules": {
                                        "type": "array",
                                        "items": closed(
                                            {
                                                "id": TEXT,
                                                "name": TEXT,
                                                "shortDescription": WORDS,
                                                "fullDescription": WORDS,
                                                "help": WORDS,
                                                "defaultConfiguration": closed(
                                                    {"level": LEVEL}, "level"
                                                ),
                                                "properties": {"type": "object"},
                                            },
                                            "id",
                                        ),
                                    },
                                },
                                "name",
                            )
                        },
                        "driver",
                    ),
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "originalUriBaseIds": {"type": "object"},
                    "artifacts": {
                        "type": "array",
                        "items": closed(
                            {
                                "location": LOCATION,
                                "length": {"type": "integer", "minimum": 0},
                                "hashes": {"type": "object"},
                            }
                        ),
                    },
                    "invocations": {
                        "type": "array",
                        "items": closed(
                            {
                                "executionSuccessful": {"type": "boolean"},
                                "toolExecutionNotifications": {
                                    "type": "array",
                                    "items": closed(
                                        {
                                            "level": LEVEL,
                                            "message": WORDS,
                                            "locations": {
                                                "type": "array",
                                                "items": PLACE,
                                            },
                                            "descriptor": closed({"id": TEXT}),
                                        },
                                        "message",
                                    ),
                                },
                            },
                            "executionSuccessful",
                        ),
                    },
                    "results": {
                        "type": "array",
                        "items": closed(
                            {
                                "ruleId": TEXT,
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "level": LEVEL,
                                "message": WORDS,
                                "locations": {
                                    "type": "array",
                                    "minItems": 1,
                                    "items": PLACE,
                                },
                                "partialFingerprints": {"type": "object"},
                                "suppressions": {
                                    "type": "array",
                                    "items": closed(
                                        {
                                            "kind": {"enum": ["inSource", "external"]},
                                            "status": {"const": "accepted"},
                                            "justification": TEXT,
                                            "properties": {"type": "object"},
                                        },
                                        "kind",
                                    ),
                                },
                                "properties": {"type": "object"},
                            },
                            "message",
                        ),
                    },
                    "automationDetails": closed({"id": TEXT}),
                    "properties": {"type": "object"},
                },
                "tool",
            ),
        },
    },
    "version",
    "runs",
)


def finding(**changes) -> Finding:
    rule = RULES[0]
    given = {
        "check": rule.check,
        "rule": rule.rule,
        "severity": Severity.CRITICAL,
        "confidence": Confidence.HIGH,
        "place": Place(path="dir/a b%.pkl", offset=12, opcode=3),
        "message": "It runs \u202e programs.",
        "remediation": "Remove it.",
        "references": ("CWE-502",),
    }
    return Finding(**(given | changes))


def log(*findings, comparison=None, gaps=(), failure=""):
    report = CheckReport(
        check=RULES[0].check,
        version=1,
        examined=1,
        findings=findings,
        findings_total=len(findings),
        gaps=tuple(gaps),
        failure=failure,
    )
    inventory = Inventory(
        files=(FileRecord(path="dir/a b%.pkl", size=3, sha256="a" * 64),),
        irregular=(Irregular(path="link", kind=IrregularKind.SYMLINK_BROKEN),),
    )
    assessment = replace(CLAIM.assessment, reports=(report,))
    document = json.loads(render(assessment, inventory, RULES, comparison))
    jsonschema.Draft202012Validator(SUBSET).validate(document)
    return document["runs"][0]


def test_every_rule_of_every_check_is_described_once():
    rules = log()["tool"]["driver"]["rules"]
    assert len(rules) == sum(len(check.rules) for check in CHECKS)
    assert len({rule["id"] for rule in rules}) == len(rules)
    for rule in rules:
        assert float(rule["properties"]["security-severity"]) >= 0
        assert len(rule["properties"]["tags"]) <= 10


def test_a_result_points_at_its_file_byte_and_rule():
    run = log(finding())
    result = run["results"][0]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "dir/a%20b%25.pkl"
    assert place["artifactLocation"]["index"] == 0
    assert place["region"] == {"startLine": 1, "byteOffset": 12, "byteLength": 0}
    assert result["message"]["text"].endswith("(at byte 12)")
    assert result["properties"]["opcodeIndex"] == 3
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    assert result["partialFingerprints"]["assayFindingId/v1"] == finding().id
    assert "\u202e" not in result["message"]["text"]
    assert "suppressions" not in result


def test_a_line_a_member_and_a_key_are_told():
    place = Place(path="x.zip", member="in/t.json", line=7, key="chat_template")
    result = log(finding(place=place))["results"][0]
    location = result["locations"][0]
    assert location["physicalLocation"]["region"] == {"startLine": 1}
    assert [part["kind"] for part in location["logicalLocations"]] == [
        "resource",
        "member",
        "element",
    ]
    assert result["message"]["text"].endswith(
        "(in in/t.json, line 7, at chat_template)"
    )
    assert result["properties"]["lineIsKnown"] is False


def test_the_line_of_a_cell_is_no_line_of_the_notebook():
    place = Place(path="dir/a b%.pkl", key="cells[3]", inner_line=9)
    result = log(finding(place=place))["results"][0]
    location = result["locations"][0]
    assert location["physicalLocation"]["region"] == {"startLine": 1}
    assert location["logicalLocations"][0]["fullyQualifiedName"] == "cells[3]"
    assert result["message"]["text"].endswith("(at cells[3], line 9 there)")
    assert result["properties"]["lineIsKnown"] is False


def test_a_line_of_the_file_is_told_also_beside_a_key():
    place = Place(path="dir/a b%.pkl", key="layer", line=9)
    result = log(finding(place=place))["results"][0]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 9}
    assert result["properties"]["lineIsKnown"] is True


@pytest.mark.parametrize(("path", "named"), [("README.md", ["README.md"]), ("", [])])
def test_what_is_about_no_file_points_at_a_name_that_says_so(path, named):
    """A code host refuses a whole log for one result without a file."""
    result = log(finding(place=Place(path=path)))["results"][0]
    location = result["locations"][0]
    where = location["physicalLocation"]
    assert where["artifactLocation"]["uri"] == "no-file-of-the-release"
    assert "index" not in where["artifactLocation"]
    logical = location.get("logicalLocations", [])
    assert [part["fullyQualifiedName"] for part in logical] == named


def test_an_entry_that_was_left_out_is_there():
    result = log(finding(place=Place(path="link")))["results"][0]
    where = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert where["uri"] == "link"


@pytest.mark.parametrize(
    ("severity", "level"),
    [("critical", "error"), ("high", "error"), ("medium", "warning"), ("info", "note")],
)
def test_severities_become_levels(severity, level):
    result = log(finding(severity=Severity(severity)))["results"][0]
    assert (result["level"], result["properties"]["severity"]) == (level, severity)


def test_a_rule_that_is_not_described_has_no_index():
    assert "ruleIndex" not in log(finding(rule="unheard-of"))["results"][0]


def test_weaknesses_are_tagged_as_code_hosts_look_for_them():
    tags = {
        tag
        for rule in log()["tool"]["driver"]["rules"]
        for tag in rule["properties"]["tags"]
    }
    assert "external/cwe/cwe-502" in tags
    assert "security" in tags


def test_accepted_findings_are_suppressed_and_stay():
    entry = Accepted(
        id=finding().id, reason="seen", owner="lead", expires=date(2027, 1, 31)
    )
    other = finding(message="Another.")
    run = log(finding(), other, comparison=Comparison(accepted={entry.id: entry}))
    first, second = run["results"]
    assert first["suppressions"][0]["justification"] == "seen"
    assert first["suppressions"][0]["properties"]["expires"] == "2027-01-31"
    # An empty list says that it was asked: SARIF section 3.27.23.
    assert second["suppressions"] == []


def test_what_was_not_looked_at_and_what_failed_are_notified():
    gap = Gap(place=Place(path="z"), reason="too deep", content=Content.ZIP)
    told = log(gaps=[gap, gap])["invocations"][0]
    assert told["executionSuccessful"]
    assert len(told["toolExecutionNotifications"]) == 1
    assert "too deep" in told["toolExecutionNotifications"][0]["message"]["text"]
    failed = log(failure="ValueError")["invocations"][0]
    assert not failed["executionSuccessful"]
    assert failed["toolExecutionNotifications"][0]["level"] == "error"


def test_the_same_findings_give_the_same_bytes():
    files = Inventory(files=(FileRecord(path="a", size=1, sha256="b" * 64),))
    first = render(CLAIM.assessment, files, RULES)
    assert first == render(CLAIM.assessment, files, RULES)
    assert first.endswith(b"}\n")

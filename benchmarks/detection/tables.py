"""From answers to tables: shares by family and scanner, and every miss by name."""

from __future__ import annotations

import json
import os
import platform
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from assay.wire import strict_json
from benchmarks.detection.peers import Answer
from benchmarks.detection.sample import Truth

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from benchmarks.detection.sample import Sample

__all__ = ["RESULTS", "Verdicts", "tables", "write_results", "write_whole"]

RESULTS = Path(__file__).resolve().parent.parent / "detection.json"

_WRONG = {
    "missed": (Truth.HOSTILE, Answer.SILENT),
    "false_alarms": (Truth.HONEST, Answer.ALARM),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """What everybody says of one sample.

    Attributes:
        sample: The sample.
        answers: Answer by scanner, Assay first.
        worst: The worst severity that Assay found, or `none`.
        findings: What Assay found: severity, check and rule.
    """

    sample: Sample
    answers: Mapping[str, Answer]
    worst: str
    findings: tuple[str, ...]


def write_results(
    verdicts: list[Verdicts], versions: Mapping[str, str], *, dry: bool
) -> None:
    """Print the tables and, unless `dry`, write `benchmarks/detection.json`."""
    document = results(verdicts, versions)
    print(tables(document))
    for truth, answer in _WRONG.values():
        for wrong in _wrong(verdicts, truth, answer):
            print(f"{truth}: {wrong['family']}/{wrong['name']}: {wrong['findings']}")
    if not dry:
        RESULTS.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def results(verdicts: list[Verdicts], versions: Mapping[str, str]) -> dict[str, object]:
    """Count answers by truth, family and scanner; list what Assay gets wrong."""
    counts: dict[str, dict[str, dict[str, dict[str, int]]]] = {}
    for truth in Truth:
        families = sorted(
            {v.sample.family for v in verdicts if v.sample.truth is truth}
        )
        counts[truth.value] = {
            family: {
                tool: _count(
                    v.answers[tool]
                    for v in _of(verdicts, truth, family)
                    if v.answers.keys() >= versions.keys()
                )
                for tool in versions
            }
            for family in families
        }
    return {
        "date": datetime.now(tz=UTC).date().isoformat(),
        "command": "python -m benchmarks.detection.measure",
        "machine": f"{os.cpu_count()} cores, {platform.system()}, "
        f"Python {platform.python_version()}",
        "versions": dict(versions),
        "counts": counts,
        **whole(verdicts),
    }


def whole(verdicts: list[Verdicts]) -> dict[str, object]:
    """Count what Assay says of every sample, and list what it gets wrong."""
    return {
        "whole_date": datetime.now(tz=UTC).date().isoformat(),
        "whole": {
            truth.value: _count(
                v.answers["Assay"] for v in verdicts if v.sample.truth is truth
            )
            for truth in Truth
        },
        **{kind: _wrong(verdicts, *wrong) for kind, wrong in _WRONG.items()},
    }


def write_whole(verdicts: list[Verdicts]) -> None:
    """Renew what Assay alone says of everything, and leave the tables beside peers."""
    document = strict_json.loads(RESULTS.read_bytes()) | whole(verdicts)
    RESULTS.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def tables(document: Mapping[str, object]) -> str:
    """Give the tables as Markdown: a row a family, a column a scanner."""
    counts = document["counts"]
    versions = document["versions"]
    if not isinstance(counts, dict) or not isinstance(versions, dict):
        raise TypeError(type(counts))
    parts = []
    for truth, heading in (
        ("hostile", "Hostile samples that raise an alarm"),
        ("honest", "Honest samples that raise an alarm"),
        ("third-party", "Honest files of libraries that Assay does not survey"),
    ):
        if not counts.get(truth):
            continue
        lines = [
            f"{heading}:",
            "",
            "| family | samples | " + " | ".join(versions) + " |",
            "| --- " * (len(versions) + 2) + "|",
        ]
        total: dict[str, Counter[str]] = {tool: Counter() for tool in versions}
        for family, by_tool in counts[truth].items():
            for tool, count in by_tool.items():
                total[tool].update(count)
            lines.append(_row(family, by_tool))
        lines.append(_row("**all**", total))
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _row(family: str, by_tool: Mapping[str, Mapping[str, int]]) -> str:
    samples = max((sum(count.values()) for count in by_tool.values()), default=0)
    cells = [_cell(count, samples) for count in by_tool.values()]
    return f"| {family} | {samples} | " + " | ".join(cells) + " |"


def _cell(count: Mapping[str, int], samples: int) -> str:
    alarms, failed = count.get("alarm", 0), count.get("failed", 0)
    share = f"{100 * alarms / samples:.0f} %" if samples else "-"
    if samples and 0 < alarms < samples:
        share = f"{100 * alarms / samples:.1f} %"
    return f"{share} (+{failed} failed)" if failed else share


def _count(answers: Iterable[Answer]) -> dict[str, int]:
    return dict(sorted(Counter(answer.value for answer in answers).items()))


def _of(verdicts: list[Verdicts], truth: Truth, family: str) -> list[Verdicts]:
    return [v for v in verdicts if (v.sample.truth, v.sample.family) == (truth, family)]


def _wrong(
    verdicts: list[Verdicts], truth: Truth, answer: Answer
) -> list[dict[str, object]]:
    return [
        {
            "family": v.sample.family,
            "name": v.sample.name,
            "technique": v.sample.technique,
            "findings": list(v.findings),
        }
        for v in verdicts
        if v.sample.truth is truth and v.answers["Assay"] is answer
    ]

"""Write the measured tables into README.md, each between its own markers.

    python -m benchmarks.write_readme

Nothing is measured here: the JSON files are what the measuring programs wrote, with
date, machine and command.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assay.wire import strict_json
from benchmarks.detection.tables import tables as detection_tables
from benchmarks.log_tables import log_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
HERE = Path(__file__).resolve().parent


def main() -> int:
    """Replace the tables whose results are there."""
    text = README.read_text(encoding="utf-8")
    for name, file, write in (
        ("figures", "results.json", figures),
        ("speed", "speed.json", speed),
        ("detection", "detection.json", detection),
        ("fuzzing", "fuzzing.json", fuzzing),
    ):
        if (HERE / file).exists():
            document = strict_json.loads((HERE / file).read_bytes())
            text = between(text, name, write(document))
    head, rows = log_rows(HERE)
    if rows:
        columns = ("what", "Assay", "held against", "asked")
        text = between(text, "log", f"{head}\n\n{markdown(columns, rows)}")
    README.write_text(text, encoding="utf-8")
    return 0


def between(text: str, name: str, table: str) -> str:
    """Replace what stands between the markers of one table."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    head, found, rest = text.partition(begin)
    _, closed, tail = rest.partition(end)
    return f"{head}{begin}\n{table}\n{end}{tail}" if found and closed else text


def figures(document: dict[str, Any]) -> str:
    """Write what Assay takes beside its limits."""
    rows = [
        (
            figure["what"],
            f"{figure['assay_seconds']:.2f} s",
            figure["against"],
            f"{figure['against_seconds']:.2f} s",
            f"{figure['ratio']:.2f}",
            f"{figure['peak_mib']:.0f} MiB",
            figure["asked"],
        )
        for figure in document["figures"]
    ]
    head = (
        f"Measured on {document['date']} with `{document['command']}`, page cache "
        f"warm, median of {document['rounds']} turns: {document['machine']}."
    )
    columns = ("what", "Assay", "held against", "its time", "ratio", "memory", "asked")
    return f"{head}\n\n{markdown(columns, rows)}"


def speed(document: dict[str, Any]) -> str:
    """Write seconds and memory of every tool on every large input."""
    inputs = document["inputs"]
    cells: dict[str, dict[str, str]] = {}
    for row in document["rows"]:
        mark = "" if row["reads_whole"] in {True, None} else " ¹"
        cells.setdefault(row["tool"], {})[row["input"]] = (
            f"{row['seconds']:.2f} s{mark}, {row['peak_mib']:.0f} MiB"
        )
    rows = [
        (f"**{tool}**" if tool == "assay" else tool, *(by.get(i, "-") for i in inputs))
        for tool, by in cells.items()
    ]
    head = (
        f"Measured on {document['date']} with `python -m "
        f"benchmarks.speed_beside_peers`, whole processes in turns, median of "
        f"{document['rounds']}, page cache warm: {document['cores']} cores, Python "
        f"{document['python']}."
    )
    what = "; ".join(f"**{name}** {text}" for name, text in inputs.items())
    note = (
        "¹ did not read the whole file. `-`: takes one file at a time, and this is "
        "several. Whatever took less memory than the measuring program itself, "
        f"{document['own_mib']:.0f} MiB, is shown with that. What takes more than 8 s "
        "was run once."
    )
    table = markdown(("tool", *inputs), rows)
    return f"{head} {what}.\n\n{table}\n\n{note}"


def detection(document: dict[str, Any]) -> str:
    """Write the shares of alarms, and every miss by its name."""
    versions = ", ".join(f"{name} {v}" for name, v in document["versions"].items())
    head = (
        f"Measured on {document['date']} with `{document['command']}`, "
        f"{document['machine']}: {versions}."
    )
    wrong = [
        f"- {words}: `{miss['family']}/{miss['name']}` ({miss['technique']})"
        for kind, words in (("missed", "missed"), ("false_alarms", "false alarm"))
        for miss in document[kind]
    ]
    hostile, honest, other = (
        document["whole"][truth] for truth in ("hostile", "honest", "third-party")
    )
    whole = (
        "The tables have the samples that everybody was asked about on that day, "
        "evenly chosen from each family that there was. On the whole corpus of "
        f"{document['whole_date']} (`--whole`), with families that are not in the "
        f"tables, Assay raises an alarm on {hostile.get('alarm', 0):,} of "
        f"{sum(hostile.values()):,} hostile samples, on {honest.get('alarm', 0):,} of "
        f"{sum(honest.values()):,} honest ones, and on {other.get('alarm', 0):,} of "
        f"{sum(other.values()):,} of libraries that are not surveyed."
    )
    left = (
        "What Assay gets wrong:\n\n" + "\n".join(wrong)
        if wrong
        else ("Assay gets none of these wrong.")
    )
    return f"{head} {whole}\n\n{detection_tables(document)}\n\n{left}"


def fuzzing(document: dict[str, Any]) -> str:
    """Write how long each family of parsers was fuzzed, and what came of it."""
    rows = [
        (
            name,
            f"{family['seconds'] / 60:.0f} min",
            f"{family['executions']:,}",
            f"{family['edges']:,}",
            str(len(family["failures"])),
        )
        for name, family in document["families"].items()
    ]
    mended = "; ".join(f"{one['family']}: {one['what']}" for one in document["mended"])
    measured = document["measured"]
    head = (
        f"Up to {measured['date']}: atheris {measured['atheris']}, Python "
        f"{measured['python']}, {measured['machine']}. An hour by the clock for each "
        "is what the project asks of itself."
    )
    columns = ("family of parsers", "time", "executions", "edges", "failures")
    return f"{head} Found: {mended}.\n\n{markdown(columns, rows)}"


def markdown(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Write a table."""
    lines = [columns, ("---",) * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    sys.exit(main())

"""The figures of the log, receipts and verification as one table for README.

Each row is from the file that one measuring program wrote; a file that is not there
gives no rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assay.wire import strict_json

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["log_rows"]

Row = tuple[str, str, str, str]
_ASKED = ("assay log check, from tiles alone",)


def log_rows(folder: Path) -> tuple[str, list[Row]]:
    """Give the sentence on how it was measured, and the rows.

    A row: what, Assay's figure, what it is held against, what was asked.
    """
    rows: list[Row] = []
    told: list[str] = []
    for name, write in (
        ("log_rate", _rate),
        ("log_audit", _audit),
        ("verification", _verification),
        ("scitt", _scitt),
        ("log_server", _server),
    ):
        path = folder / f"{name}.json"
        if path.exists():
            document = strict_json.loads(path.read_bytes())
            rows += write(document)
            told.append(f"`{document['command']}` ({document['date']})")
    head = (
        f"Measured with {', '.join(told)}: 2 cores, Linux, Python 3.11.7, medians; "
        "what each figure is held against was measured in the same run."
    )
    return head, rows


def _rate(document: dict[str, Any]) -> list[Row]:
    limits, peer = document["limits"], document["peer"]
    checks = limits["p256ChecksPerSecond"]
    stored = limits["syncedSqliteRowsPerSecond"]
    against = (
        f"P-256 checks alone {checks:,}/s on one core; synced rows of 3 kB in SQLite "
        f"{stored:,}/s"
    )
    if peer is not None:
        against += f"; {peer['what']}, batch 256: {peer['perSecondBatch256']:,}/s"
    asked = {256: "at least 8,000/s"}
    rows = [
        (
            f"statements registered, batch {one['batch']}, each step on the disk",
            f"{one['perSecond']:,}/s",
            against if one["batch"] == 256 else "-",
            asked.get(one["batch"], "-"),
        )
        for one in document["registered"]
    ]
    rows += [
        (
            f"receipts at {one['perSecond']:,} statements/s",
            f"p50 {one['p50Seconds']:.2f} s, p99 {one['p99Seconds']:.2f} s",
            "-",
            "p99 under 2 s",
        )
        for one in document["receipts"]
    ]
    return rows


def _audit(document: dict[str, Any]) -> list[Row]:
    figures = {one["what"]: one for one in document["figures"]}
    beside = "; ".join(
        f"{what.partition(': ')[2]} {one['seconds']:.1f} s, {one['peakMiB']:,} MiB"
        for what, one in figures.items()
        if what.startswith(("limit: ", "peer: "))
    )
    rows = [
        (
            f"{_quoted(what)}, {document['entries']:,} entries",
            f"{one['seconds']:.1f} s, {one['peakMiB']:,} MiB",
            beside,
            "under 20 s and 500 MB" if what in _ASKED else "-",
        )
        for what, one in figures.items()
        if what.startswith("assay ")
    ]
    return rows + [
        (one["what"], f"{one['different']} of {one['compared']:,} differ", "-", "equal")
        for one in figures.values()
        if "different" in one
    ]


def _quoted(what: str) -> str:
    command, comma, how = what.partition(",")
    return f"`{command}`{comma}{how}"


def _verification(document: dict[str, Any]) -> list[Row]:
    return [
        (
            one["what"],
            _number(one["value"], one["unit"]),
            f"{one['against']}: {_number(one['against_value'], one['unit'])}",
            one["asked"] or "-",
        )
        for one in document["figures"]
    ]


def _scitt(document: dict[str, Any]) -> list[Row]:
    rows = []
    for one in document["figures"]:
        against = f"{one['against']}: {one['against_value']:,}/s"
        if "peer" in one:
            against += f"; {one['peer']}: {one['peer_value']:,}/s"
        rows.append((one["what"], f"{one['value']:,}/s", against, "-"))
    return rows


def _server(document: dict[str, Any]) -> list[Row]:
    rows = []
    for connections, one in document["reads"].items():
        bare = document["bare_waitress"][connections]
        over = "one connection" if connections == "1" else f"{connections} connections"
        rows.append(
            (
                f"`assay log serve`: checkpoints read over {over}",
                f"{one['per_second']:,.0f}/s, p99 {one['p99_ms']:.0f} ms",
                f"waitress with the same bytes: {bare['per_second']:,.0f}/s",
                "-",
            )
        )
    batched = document["batches_of_200"]
    rows.append(
        (
            "`assay log serve`: statements submitted by 200, clients on the same cores",
            f"{batched['statements_per_second']:,.0f}/s",
            "-",
            "-",
        )
    )
    return rows


def _number(value: float, unit: str) -> str:
    if unit.startswith("s") and "/s" not in unit:
        return f"{value:.2f} s"
    return f"{value:,.0f} {unit}"

"""What `assay verify` does with one statement file by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.cli.exit_status import ExitStatus, status_of_verdict
from assay.cli.output import say, write_json
from assay.errors import UsageError
from assay.flows.verify_statement import verify_statement_file
from assay.wire.v0.statement_answers import StatementDocument

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from assay.domain.trust import TrustFile

__all__ = ["refuse_for_statements", "verify_alone"]


def refuse_for_statements(given: Mapping[str, object]) -> None:
    """Refuse options that say nothing of a statement by itself.

    Raises:
        UsageError: `usage.statement-alone`.
    """
    named = [option for option, value in given.items() if value]
    if named:
        raise UsageError(
            "statement-alone",
            "A statement file is verified by itself: it is about no files.",
            expected="--trust, --at and --json",
            found=", ".join(named),
            remedy="verify a bundle, and give it this file with --with",
        )


def verify_alone(
    path: Path, trust: TrustFile, at: datetime, *, json_to: str | None, quiet: bool
) -> ExitStatus:
    """Verify a statement file and tell what it is worth."""
    verdict = verify_statement_file(path, trust, at)
    document = StatementDocument.of(verdict)
    if not quiet:
        lines = [f"{verdict.value.value.upper()}: {path.name}"]
        for reason in document.reasons:
            lines.append(f"  {reason.message} [{reason.code}]")
            lines += [f"    {reason.remedy}"] if reason.remedy else []
        if document.statement is not None:
            found = document.statement
            lines.append(f"  Payload    {found.payload_sha256}")
            lines.append(f"  Key        {found.issuer.key_id}")
            if found.log_origin is not None:
                lines.append(f"  Log        {found.log_origin} at {found.log_index}")
            lines.append(f"  Proven by  {found.existed_by or 'nobody: its own word'}")
            lines.append(
                "  Whether it counts beside other statements is seen with a bundle: "
                "`assay verify BUNDLE --with`."
            )
        say("\n".join(lines), json_to=json_to)
    write_json(document, json_to)
    return status_of_verdict(verdict.value)

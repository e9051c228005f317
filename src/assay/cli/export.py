"""`assay export`: give what a bundle holds to programs of others."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from assay.cli.exit_status import ExitStatus
from assay.cli.options import PATH, TRUST_OPTION
from assay.cli.output import JSON_OPTION, say, told, write_json
from assay.flows.export_sigstore import PUBLIC_KEY, TRUSTED_ROOT, export_sigstore
from assay.flows.verify import load_trust
from assay.wire.v0.export_answers import SigstoreExportDocument, SigstoreFilePart

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["command"]


@click.group(
    "export",
    epilog="""\b
Examples:
  assay export sigstore my-model.assay --trust trust.toml --out ./sigstore
""",
)
def command() -> None:
    """Give what a bundle holds to programs of others."""


@command.command(
    "sigstore",
    epilog="""\b
Examples:
  assay export sigstore my-model.assay --trust trust.toml --out ./sigstore
  assay export sigstore my-model.assay --trust trust.toml --out ./sigstore \\
      --statement seal
""",
)
@click.argument("bundle", type=PATH)
@TRUST_OPTION
@click.option(
    "--out",
    metavar="DIR",
    type=PATH,
    required=True,
    help="Directory for one .sigstore.json for each statement, the trusted root and "
    "the public key.",
)
@click.option(
    "--statement",
    "kinds",
    metavar="KIND",
    multiple=True,
    help="Only this statement, such as seal; may be repeated.",
)
@JSON_OPTION
@told
def sigstore(
    *,
    bundle: Path,
    trust: Path,
    out: Path,
    kinds: tuple[str, ...],
    json_to: str | None,
) -> ExitStatus:
    """Write the statements of BUNDLE as sigstore bundles (v0.3).

    Sigstore's own clients verify them offline, with trusted_root.json, which is made of
    what the trust file says of logs and timestamp authorities, and the public key.
    """
    written = export_sigstore(
        bundle, load_trust(trust), out, datetime.now(tz=UTC), kinds=kinds
    )
    lines = [f"Wrote {len(written.files)} sigstore bundles to {out}"]
    lines += [f"  {kind}: {path.name}" for kind, path in written.files]
    lines += [
        f"  trusted root: {TRUSTED_ROOT}, with the log {', '.join(written.logs)}",
        f"  public key: {PUBLIC_KEY}, which the bundles call {written.hint}",
    ]
    if not written.timestamped:
        lines.append(
            "  note: a statement has no timestamp that clients could verify; they ask "
            "for one unless told otherwise"
        )
    say("\n".join(lines), json_to=json_to)
    write_json(
        SigstoreExportDocument(
            hint=written.hint,
            statements=tuple(
                SigstoreFilePart(kind=kind, file=str(path))
                for kind, path in written.files
            ),
            trusted_root=str(out / TRUSTED_ROOT),
            public_key=str(out / PUBLIC_KEY),
            timestamped=written.timestamped,
        ),
        json_to,
    )
    return ExitStatus.YES

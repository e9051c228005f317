"""`assay scitt`: make and verify SCITT transparent statements."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from assay.cli.exit_status import ExitStatus, status_of_verdict
from assay.cli.options import (
    AT_OPTION,
    KEY_OPTION,
    PATH,
    PUBLIC_KEY_OPTION,
    TRUST_OPTION,
    now_or,
)
from assay.cli.output import JSON_OPTION, say, told, write_json
from assay.cli.passphrase import PASSPHRASE_OPTION, passphrase_source
from assay.crypto.cose_key import key_thumbprint
from assay.flows.export_scitt import export_scitt, init_scitt
from assay.flows.keys import open_key
from assay.flows.verify import load_trust
from assay.flows.verify_scitt import (
    read_receipt_keys,
    scitt_document,
    verify_scitt_file,
)
from assay.wire.v0.scitt_answers import (
    ExportedPart,
    ScittExportDocument,
    ScittKeyDocument,
)

if TYPE_CHECKING:
    from datetime import datetime

    from assay.wire.v0.scitt_answers import RegistrationPart, ScittVerifyDocument

__all__ = ["command"]


@click.group(
    "scitt",
    epilog="""\b
Examples:
  assay scitt init ./log
  assay scitt export my-model.assay --log ./log --key developer.pem --out ./scitt
  assay scitt verify scitt/seal.cose --trust trust.toml --receipt-keys scitt-keys.cbor
""",
)
def command() -> None:
    """Make and verify SCITT transparent statements."""


@command.command(
    "init",
    epilog="""\b
Examples:
  assay scitt init ./log
""",
)
@click.argument("directory", type=PATH)
@JSON_OPTION
@told
def init(*, directory: Path, json_to: str | None) -> ExitStatus:
    """Give a log a key of its own for COSE receipts.

    Its public half is written to scitt-keys.cbor in DIRECTORY, for those who are to
    believe the log's receipts. Done again it changes nothing.
    """
    key, key_set = init_scitt(directory)
    thumbprint = key_thumbprint(key.public_key).hex()
    say(
        f"{directory} signs COSE receipts as {key.origin}\n"
        f"  key:     {thumbprint}\n"
        f"  key set: {key_set}; hand it to those who are to believe the receipts",
        json_to=json_to,
    )
    write_json(
        ScittKeyDocument(
            format="assay-scitt-key/0",
            origin=key.origin,
            thumbprint=thumbprint,
            key_set=str(key_set),
        ),
        json_to,
    )
    return ExitStatus.YES


@command.command(
    "export",
    epilog="""\b
Examples:
  assay scitt export my-model.assay --log ./log --key developer.pem --out ./scitt
  assay scitt export my-model.assay --log ./log --key developer.pem --out ./scitt \\
      --issuer https://developer.example --hashed
""",
)
@click.argument("bundle", type=PATH)
@click.option(
    "--log",
    "log_directory",
    metavar="DIR",
    type=PATH,
    required=True,
    help="Log to register them in; `assay scitt init` gives it a key for receipts.",
)
@KEY_OPTION
@PUBLIC_KEY_OPTION
@click.option(
    "--out",
    metavar="DIR",
    type=PATH,
    required=True,
    help="Directory for one .cose file for each statement of the bundle.",
)
@click.option(
    "--issuer",
    metavar="NAME",
    help="Who speaks, such as https://developer.example; by default the key itself, by "
    "its thumbprint.",
)
@click.option(
    "--hashed",
    is_flag=True,
    help="Put digests of the statements into the files instead of the statements.",
)
@PASSPHRASE_OPTION
@JSON_OPTION
@told
def export(
    *,
    bundle: Path,
    log_directory: Path,
    key: Path | str,
    public_key: Path | None,
    out: Path,
    issuer: str | None,
    hashed: bool,
    passphrase_file: Path | None,
    json_to: str | None,
) -> ExitStatus:
    """Sign a bundle's statements as SCITT has them, and register them in a log.

    Each becomes a COSE_Sign1 with a COSE receipt (RFC 9943, RFC 9942), which tools
    that know nothing of Assay verify. The bundle stays as it is.
    """
    signer = open_key(key, passphrase_source(passphrase_file), public=public_key)
    written = export_scitt(
        bundle, signer, log_directory, out, issuer=issuer, hashed=hashed
    )
    first = written[0]
    lines = [f"  {item.path}: entry {item.log_index}" for item in written]
    say(
        "\n".join(
            (
                f"Registered {len(written)} statements in {log_directory}",
                f"  issuer:  {first.issuer}",
                f"  subject: {first.subject}",
                *lines,
            )
        ),
        json_to=json_to,
    )
    write_json(
        ScittExportDocument(
            format="assay-scitt-export/0",
            issuer=first.issuer,
            subject=first.subject,
            statements=tuple(
                ExportedPart(
                    kind=item.kind,
                    file=str(item.path),
                    size=item.size,
                    log_index=item.log_index,
                    entry=item.entry.hex(),
                )
                for item in written
            ),
        ),
        json_to,
    )
    return ExitStatus.YES


class _KeySet(click.ParamType[tuple[str | None, Path]]):
    """A file of keys, with the log that they are of before an equals sign."""

    name = "key set"

    def convert(
        self,
        value: str | tuple[str | None, Path],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[str | None, Path]:
        """Split at the first equals sign; origins have none."""
        if isinstance(value, tuple):
            return value
        origin, equals, path = value.rpartition("=")
        return origin if equals else None, Path(PATH.convert(path, param, ctx))


@command.command(
    "verify",
    epilog="""\b
Examples:
  assay scitt verify seal.cose --trust trust.toml --receipt-keys scitt-keys.cbor
  assay scitt verify seal.cose --trust trust.toml \\
      --receipt-keys log.example.com/2026=scitt-keys.cbor --json -
""",
)
@click.argument("statement", type=PATH)
@TRUST_OPTION
@click.option(
    "--receipt-keys",
    "key_sets",
    metavar="[ORIGIN=]FILE",
    type=_KeySet(),
    multiple=True,
    help="COSE key set of a log that the trust file names, beside those that it has; "
    "repeatable. The origin can "
    "be left out where the trust file names one log.",
)
@click.option(
    "--payload",
    metavar="FILE",
    type=PATH,
    help="The in-toto statement, where the file holds its digest or nothing of it.",
)
@AT_OPTION
@JSON_OPTION
@told
def verify(
    *,
    statement: Path,
    trust: Path,
    key_sets: tuple[tuple[str | None, Path], ...],
    payload: Path | None,
    at: datetime | None,
    json_to: str | None,
) -> ExitStatus:
    """Verify a SCITT transparent statement offline.

    Says who signed it and which logs have it: valid, invalid or stale. Whether the
    claim in it holds is what `assay verify` says of the bundle.
    """
    believed = load_trust(trust)
    keys = read_receipt_keys(key_sets, believed)
    verdict = verify_scitt_file(statement, believed, keys, now_or(at), payload=payload)
    document = scitt_document(verdict)
    say("\n".join(_told(statement, document)), json_to=json_to)
    write_json(document, json_to)
    return status_of_verdict(verdict.value)


def _told(path: Path, document: ScittVerifyDocument) -> list[str]:
    lines = [f"{path}: {document.verdict} at {document.at}"]
    lines += [f"  {item.code}: {item.message}" for item in document.reasons]
    proven = document.statement
    if proven is None:
        return lines
    return [
        *lines,
        f"  signed by: {proven.issuer.name} ({proven.issuer.key_id})",
        f"  issuer:    {proven.claimed_issuer}",
        f"  subject:   {proven.subject}",
        f"  statement: {proven.predicate_type or proven.media_type}",
        f"  SHA-256:   {proven.payload_sha256}",
        *map(_placed, proven.registrations),
        *(
            [f"  {proven.ignored_receipts} receipts are of other logs"]
            if proven.ignored_receipts
            else []
        ),
    ]


def _placed(registration: RegistrationPart) -> str:
    place = "an entry"
    if registration.index is not None:
        place = f"entry {registration.index} of {registration.size}"
    when = "" if registration.at is None else f", by {registration.at}"
    return f"  log:       {registration.origin}, {place}{when}"

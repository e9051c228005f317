"""`assay seal`: check, sign and log a release, and write its bundle."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from assay.cli.exit_status import ExitStatus, status_of_assessment
from assay.cli.log_options import (
    LOG_PLACE,
    REMOTE_LOG_OPTIONS,
    open_log_place,
)
from assay.cli.options import (
    DECLARATIONS_OPTION,
    JOBS_OPTION,
    KEY_OPTION,
    PATH,
    PROGRAMME_OPTION,
    PUBLIC_KEY_OPTION,
    QUIET_OPTION,
)
from assay.cli.output import JSON_OPTION, say, told, write_json
from assay.cli.passphrase import PASSPHRASE_OPTION, passphrase_source
from assay.cli.progress import watched
from assay.cli.targets import probe_targets, refuse_inside
from assay.crypto.public_key import (
    FIRST_KINDS,
    SECOND_KINDS,
    KeyKind,
    require_place,
)
from assay.domain.finding import Severity
from assay.flows.check import check_release
from assay.flows.files import read_file, write_file
from assay.flows.keys import open_key
from assay.flows.programmes import find_programme
from assay.flows.replaced import refuse_other_bundle
from assay.flows.seal import (
    refuse_foreign,
    refuse_sealed,
    seal_digest,
    seal_release,
)
from assay.flows.timestamp import timestamp_source
from assay.release.background import BackgroundReading
from assay.wire.v0.bundle import write_bundle
from assay.wire.v0.results import SealDocument

if TYPE_CHECKING:
    from pathlib import Path

    from assay.flows.check import CheckedRelease
    from assay.statement import Signer

__all__ = ["command"]

# A seed has 32 bytes; some more, so that a longer file is told by its length.
_MOST_SEED = 64

_EPILOG = """\b
Examples:
  assay keys new developer.pem
  assay log init ./log --origin log.example.com/2026
  assay seal ./my-model --key developer.pem --log ./log --out my-model.assay
  assay seal ./my-model --key developer.pem --log ./log --out my-model.assay \\
      --declarations answers.toml --valid-days 180
  assay seal ./my-model --key developer.pem --out my-model.assay --fail-on high
  assay seal ./my-model --key developer.pem --log ./log --out my-model.assay \\
      --timestamp https://stamps.example.com/ --timestamp-authority stamps-root.pem
  assay seal ./my-model --key developer.pem --out my-model.assay \\
      --log https://log.example.com --log-json log.json --log-token-file token.txt
  assay seal ./my-model --key developer.pem --second-key second.pem \\
      --log ./log --out my-model.assay
  assay seal ./my-model --key "pkcs11:token=Office;object=signing" \\
      --log ./log --out my-model.assay
"""


@click.command("seal", epilog=_EPILOG)
@click.argument("path", type=PATH)
@KEY_OPTION
@PUBLIC_KEY_OPTION
@click.option(
    "--second-key",
    metavar="FILE",
    type=PATH,
    help="ML-DSA-65 key that signs every statement once more, for a verifier who asks "
    "for a signature that quantum computers do not break.",
)
@click.option(
    "--second-passphrase-file",
    metavar="FILE",
    type=PATH,
    help="First line of FILE is the passphrase of the second key; by default that of "
    "the first serves both.",
)
@click.option(
    "--out", metavar="BUNDLE", type=PATH, required=True, help="Bundle to write."
)
@click.option(
    "--log",
    "log_place",
    metavar="DIR|URL",
    type=LOG_PLACE,
    help="Transparency log to enter the statements in; `assay log init` makes one, "
    "`assay log serve` serves it.",
)
@REMOTE_LOG_OPTIONS
@click.option(
    "--timestamp",
    "timestamp_url",
    metavar="URL",
    help="Timestamp authority (RFC 3161) that says when it was signed; it is sent the "
    "hash of each signature.",
)
@click.option(
    "--timestamp-authority",
    "authority",
    metavar="FILE",
    type=PATH,
    help="PEM file with the root certificate by which the authority's answers hold.",
)
@PROGRAMME_OPTION
@DECLARATIONS_OPTION
@click.option(
    "--valid-days",
    metavar="DAYS",
    type=click.IntRange(1, 3650),
    default=365,
    show_default=True,
    help="Days after which the claim is stale.",
)
@click.option(
    "--fail-on",
    type=click.Choice([s.value for s in Severity if s is not Severity.INFO]),
    help="Sign nothing and exit with 1 on a finding of this severity or above, with 3 "
    "where that cannot be told; by default whatever was found is signed.",
)
@click.option(
    "--supersedes",
    metavar="BUNDLE",
    type=PATH,
    multiple=True,
    help="Earlier bundle that this one takes the place of; can be given again.",
)
@click.option(
    "--salt-seed",
    metavar="FILE",
    type=PATH,
    help="File of 32 secret random bytes that all salts follow from, to make the same "
    "statements again; by default they are fresh, and nobody keeps them.",
)
@PASSPHRASE_OPTION
@JSON_OPTION
@JOBS_OPTION
@QUIET_OPTION
@told
def command(
    *,
    path: Path,
    key: Path | str,
    public_key: Path | None,
    second_key: Path | None,
    second_passphrase_file: Path | None,
    out: Path,
    log_place: Path | str | None,
    remote: dict[str, Path | None],
    timestamp_url: str | None,
    authority: Path | None,
    programme: str,
    declarations: Path | None,
    valid_days: int,
    fail_on: str | None,
    supersedes: tuple[Path, ...],
    salt_seed: Path | None,
    passphrase_file: Path | None,
    json_to: str | None,
    jobs: int | None,
    quiet: bool,
) -> ExitStatus:
    """Check, sign and log a release, and write its bundle.

    PATH is what `assay check` takes, but for the addresses of stores: what is sealed
    lies on this machine. The bundle holds everything that a verifier needs offline;
    one that the same key made before is replaced. It shows everything: keep it, and
    give away what `assay disclose` makes of it. A release with findings can be
    sealed: the seal says what was found, and a buyer's rule decides what it is worth;
    with --fail-on it is not.
    """
    # What can fail for the user's reasons comes first: before minutes of reading, and
    # before anything is logged, which nobody can take back.
    refuse_inside(
        path,
        {
            "--out": out,
            "--json": json_to,
            "--key": None if isinstance(key, str) else key,
            "--second-key": second_key,
            "--passphrase-file": passphrase_file,
            "--second-passphrase-file": second_passphrase_file,
            "--log": None if isinstance(log_place, str) else log_place,
            "--log-state": remote["log_state"],
            "--timestamp-authority": authority,
            "--salt-seed": salt_seed,
        },
    )
    refuse_sealed(path)
    refuse_foreign(out)
    probe_targets(out, json_to)
    signer = open_key(key, passphrase_source(passphrase_file), public=public_key)
    require_place(signer.public_key.kind, FIRST_KINDS)
    second = _second(second_key, second_passphrase_file or passphrase_file)
    refuse_other_bundle(out, signer.public_key.key_id)
    earlier = [seal_digest(bundle) for bundle in supersedes]
    seed = None
    if salt_seed is not None:
        seed = read_file(salt_seed, most=_MOST_SEED, what="seed of the salts")
    timestamps = timestamp_source(timestamp_url, authority)
    log = open_log_place(log_place, remote)
    with (
        watched(quiet=quiet) as progress,
        BackgroundReading(path, jobs=jobs, progress=progress) as reading,
    ):
        checked = check_release(
            path,
            find_programme(programme),
            declarations_file=declarations,
            today=datetime.now(tz=UTC).date(),
            read=reading.result,
        )
    if fail_on is not None:
        severity = Severity(fail_on)
        status = status_of_assessment(checked.assessment, severity)
        if status is not ExitStatus.YES:
            return _not_sealed(checked, severity, status, json_to, quiet=quiet)
    sealed = seal_release(
        checked,
        signer,
        second=second,
        now=datetime.now(tz=UTC),
        validity=timedelta(days=valid_days),
        log=log,
        timestamps=timestamps,
        seed=seed,
        supersedes=earlier,
    )
    write_file(out, write_bundle(sealed.bundle))
    document = SealDocument.of(
        sealed.bundle, str(out), sealed.assessment, sealed.log_indexes
    )
    if not quiet:
        say(_text(checked, document, log_place), json_to=json_to)
        if signer.public_key.kind is KeyKind.ED25519:
            click.echo(
                "note: clients of OpenSSF Model Signing verify ECDSA keys only, and "
                "many of them P-256 only; the manifest is signed with Ed25519",
                err=True,
            )
    write_json(document, json_to)
    return ExitStatus.YES


def _second(key: Path | None, passphrase_file: Path | None) -> Signer | None:
    """Open the key of the second envelope, before anything takes long."""
    if key is None:
        return None
    signer = open_key(key, passphrase_source(passphrase_file, of="the second key"))
    require_place(signer.public_key.kind, SECOND_KINDS)
    return signer


def _not_sealed(
    checked: CheckedRelease,
    fail_on: Severity,
    status: ExitStatus,
    json_to: str | None,
    *,
    quiet: bool,
) -> ExitStatus:
    """Say that nothing was signed, logged or written, and why."""
    # Late: most releases are sealed.
    from assay.flows.check_document import check_document  # noqa: PLC0415 - see above
    from assay.report.gate_words import gate_words  # noqa: PLC0415 - see above

    if not quiet:
        _, why = gate_words(checked.assessment, fail_on, None)
        text = (
            f"Not sealed: {checked.name}, release {checked.assessment.release_digest}\n"
            f"  gate: {why}\n"
            "  nothing was signed, logged or written; see `assay check`"
        )
        say(text, json_to=json_to)
    if json_to is not None:
        write_json(check_document(checked, 0.0), json_to)
    return status


def _text(
    checked: CheckedRelease, document: SealDocument, log: Path | str | None
) -> str:
    """Say what was signed, and plainly when it speaks against the release."""
    indexes = ", ".join(str(index) for index in document.log_indexes)
    where = (
        f"logged at {indexes} in {log}"
        if indexes
        else "not logged: verifiers that ask for a log will refuse it"
    )
    found = document.findings.listed()
    outcomes = document.outcomes.listed()
    lines = [
        f"Sealed {checked.name}, release {document.release_digest}",
        f"  {len(document.statements)} statements, {where}",
        f"  findings: {_counted(found) or 'none in what was looked at'}",
        f"  controls: {_counted(outcomes)}",
        f"  bundle: {document.bundle}; it shows everything, see `assay disclose`",
    ]
    weighty = {
        name: count
        for name, count in found.items()
        if count and name in (Severity.CRITICAL, Severity.HIGH)
    }
    if weighty:
        many = "finding" if sum(weighty.values()) == 1 else "findings"
        words = " and ".join(f"{count} {name}" for name, count in weighty.items())
        lines.append(
            f"warning: sealed with {words} {many}: the claim says so to everybody"
        )
    return "\n".join(lines)


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count)

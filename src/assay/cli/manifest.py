"""`assay manifest`: sign a model's files, and verify a model against a signature."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from assay.cli.exit_status import ExitStatus
from assay.cli.manifest_result import (
    refusal_document,
    refusal_text,
    serialization_part,
    verified_document,
    verified_text,
)
from assay.cli.options import (
    AT_OPTION,
    JOBS_OPTION,
    KEY_OPTION,
    PATH,
    PUBLIC_KEY_OPTION,
    QUIET_OPTION,
    now_or,
)
from assay.cli.output import JSON_OPTION, say, told, write_json
from assay.cli.passphrase import PASSPHRASE_OPTION, passphrase_source
from assay.cli.progress import watched
from assay.cli.targets import probe_targets, refuse_results_inside
from assay.domain.manifest import (
    DEFAULT_SHARD_BYTES,
    HashType,
    Method,
    Serialization,
)
from assay.errors import KeylessError, SignatureError, TimestampError, UsageError
from assay.flows.manifest import (
    Accepted,
    open_model_signing,
    read_keyless_trust,
    read_public_key,
    read_roots,
    sign_model,
    verify_model,
)
from assay.flows.replaced import refuse_other_signature
from assay.wire.v0.manifest_answers import SignedModelDocument

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


__all__ = ["command"]

_IGNORE = click.option(
    "--ignore",
    "ignored",
    metavar="PATH",
    multiple=True,
    help="Leave out this path below the model, and all below it; may be repeated.",
)
_LINKS = click.option(
    "--follow-links",
    is_flag=True,
    help="Read the files that links lead to, also outside of the model.",
)


@click.group(
    "manifest",
    epilog="""\b
Examples:
  assay manifest sign ./my-model --key developer.pem
  assay manifest verify ./my-model --signature my-model/model.sig \\
      --public-key developer.pem.pub
""",
)
def command() -> None:
    """Sign a model's files, or verify them, as OpenSSF Model Signing does.

    The signature is a file of its own that `model_signing` and other tools read. For a
    whole claim, with checks and a log, see `assay seal`.
    """


@command.command(
    "sign",
    epilog="""\b
Examples:
  assay manifest sign ./my-model --key developer.pem
  assay manifest sign ./my-model --key developer.pem --method shards
  assay manifest sign ./my-model --key "pkcs11:token=Office;object=signing"
  assay manifest sign ./my-model --key developer.pem --certificates chain.pem \\
      --out my-model.sig
""",
)
@click.argument("model", type=PATH)
@KEY_OPTION
@PUBLIC_KEY_OPTION
@click.option(
    "--out",
    metavar="FILE",
    type=PATH,
    help="Where the signature goes; by default model.sig in the model's directory.",
)
@click.option(
    "--certificates",
    metavar="FILE",
    type=PATH,
    help="PEM file with the key's certificate first and its chain after it.",
)
@click.option(
    "--method",
    type=click.Choice([method.value for method in Method]),
    default=Method.FILES.value,
    show_default=True,
    help="Hash whole files, or shards of them.",
)
@click.option(
    "--shard-size",
    metavar="BYTES",
    type=click.IntRange(min=1),
    help=f"Bytes of a shard; by default {DEFAULT_SHARD_BYTES:,}.",
)
@click.option(
    "--hash",
    "hash_type",
    type=click.Choice([kind.value for kind in HashType]),
    default=HashType.SHA256.value,
    show_default=True,
    help="Hash of files or shards; BLAKE3 needs assay[blake3].",
)
@click.option(
    "--for-model-signing-1",
    "dialect",
    is_flag=True,
    help="Name the hash of shards as model_signing 1.1 does, which reads no other; OMS "
    "v1.0 does not allow it.",
)
@_IGNORE
@_LINKS
@PASSPHRASE_OPTION
@JSON_OPTION
@JOBS_OPTION
@QUIET_OPTION
@told
def sign(
    *,
    model: Path,
    key: Path | str,
    public_key: Path | None,
    out: Path | None,
    certificates: Path | None,
    method: str,
    shard_size: int | None,
    hash_type: str,
    dialect: bool,
    ignored: tuple[str, ...],
    follow_links: bool,
    passphrase_file: Path | None,
    json_to: str | None,
    jobs: int | None,
    quiet: bool,
) -> ExitStatus:
    """Write the detached signature of MODEL, a directory or a file.

    One that the same key made before is replaced, and nothing else.
    """
    if shard_size is not None and method != Method.SHARDS:
        raise UsageError(
            "shard-size",
            "Whole files have no shards.",
            expected="--shard-size with --method shards",
            found=f"--method {method}",
        )
    target = out or (model / "model.sig" if model.is_dir() else _beside(model))
    refuse_results_inside(model, {"--json": json_to})
    probe_targets(str(target), json_to)
    signing = replace(
        open_model_signing(
            key, passphrase_source(passphrase_file), certificates, public=public_key
        ),
        dialect=dialect,
    )
    refuse_other_signature(target, signing.signer)
    shards = shard_size or DEFAULT_SHARD_BYTES
    with watched(quiet=quiet) as progress:
        manifest = sign_model(
            model,
            target,
            Serialization(
                method=Method(method),
                hash_type=HashType(hash_type),
                shard_size=shards if method == Method.SHARDS else None,
                allow_symlinks=follow_links,
                ignore_paths=_plain(ignored),
            ),
            signing,
            jobs=jobs,
            progress=progress,
        )
    if not quiet:
        say(
            f"Signed {len(manifest.resources)} {method} of {manifest.model}\n"
            f"  root:      {manifest.root}\n"
            f"  key id:    {signing.signer.key_id}\n"
            f"  signature: {target}",
            json_to=json_to,
        )
    document = SignedModelDocument(
        format="assay-manifest-sign/0",
        model=manifest.model,
        signature=str(target),
        root=manifest.root,
        key_id=signing.signer.key_id,
        resources=len(manifest.resources),
        serialization=serialization_part(manifest),
    )
    write_json(document, json_to)
    return ExitStatus.YES


@command.command(
    "verify",
    epilog="""\b
Examples:
  assay manifest verify ./my-model --signature model.sig --public-key dev.pem.pub
  assay manifest verify ./my-model --signature model.sig --root ca.pem
  assay manifest verify ./my-model --signature model.sig --trust trust.toml
""",
)
@click.argument("model", type=PATH)
@click.option(
    "--signature",
    metavar="FILE",
    type=PATH,
    required=True,
    help="The detached signature, such as model.sig.",
)
@click.option(
    "--public-key",
    metavar="KEY",
    type=PATH,
    help="The signer's public key, for signatures by a bare key.",
)
@click.option(
    "--root",
    metavar="FILE",
    type=PATH,
    help="Root certificates that you believe, for signatures by a certificate.",
)
@click.option(
    "--trust",
    metavar="TRUST",
    type=PATH,
    help="Trust file that says who may have signed, for sigstore's keyless signatures.",
)
@_IGNORE
@click.option(
    "--ignore-unsigned-files",
    is_flag=True,
    help="Accept files that the manifest does not name.",
)
@_LINKS
@AT_OPTION
@JSON_OPTION
@JOBS_OPTION
@QUIET_OPTION
@told
def verify(
    *,
    model: Path,
    signature: Path,
    public_key: Path | None,
    root: Path | None,
    trust: Path | None,
    ignored: tuple[str, ...],
    ignore_unsigned_files: bool,
    follow_links: bool,
    at: datetime | None,
    json_to: str | None,
    jobs: int | None,
    quiet: bool,
) -> ExitStatus:
    """Verify MODEL, a directory or a file, against its detached signature."""
    ways = sum(way is not None for way in (public_key, root, trust))
    if ways != 1:
        raise UsageError(
            "signer",
            "A signature is verified by a key, by certificates or by a trust file.",
            expected="--public-key, --root or --trust",
            found="several of them" if ways else "none of them",
        )
    refuse_results_inside(model, {"--json": json_to})
    probe_targets(json_to)
    accepted = Accepted(
        at=now_or(at),
        key=None if public_key is None else read_public_key(public_key),
        roots=() if root is None else read_roots(root),
        trust=None if trust is None else read_keyless_trust(trust),
        besides=_plain(ignored),
        ignore_unsigned=ignore_unsigned_files,
        follow_links=follow_links,
    )
    with watched(quiet=quiet) as progress:
        try:
            verified = verify_model(
                model, signature, accepted, jobs=jobs, progress=progress
            )
        except (SignatureError, KeylessError, TimestampError) as error:
            refused = error
            verified = None
    if verified is None:
        # An answer, and the worst one: no failure to read.
        if not quiet:
            say(refusal_text(model, refused), json_to=json_to)
        write_json(refusal_document(refused), json_to)
        return ExitStatus.NO
    if not quiet:
        say(verified_text(verified), json_to=json_to)
    write_json(verified_document(verified), json_to)
    return ExitStatus.NO if verified.differences else ExitStatus.YES


def _beside(model: Path) -> Path:
    return model.parent / f"{model.name}.sig"


def _plain(paths: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse paths to leave out that OMS does not allow (section 6.2.1)."""
    plain = tuple(path.removeprefix("./").rstrip("/") for path in paths)
    for path in plain:
        parts = path.split("/")
        if any(part in {"", ".", ".."} for part in parts) or set(path) & set("*?["):
            raise UsageError(
                "ignored-path",
                "This path cannot be left out.",
                expected="a path below the model, without patterns",
                found=path,
            )
    return plain

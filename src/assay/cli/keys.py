"""`assay keys`: make and show signing keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assay.cli.exit_status import ExitStatus
from assay.cli.options import KEY, PATH, PUBLIC_KEY_OPTION
from assay.cli.output import JSON_OPTION, say, told, write_json
from assay.cli.passphrase import (
    ENVIRONMENT_NAME,
    PASSPHRASE_OPTION,
    passphrase_source,
)
from assay.crypto.public_key import KeyKind
from assay.errors import KeyFileError, UsageError
from assay.flows.keys import (
    new_key_pair,
    public_key_path,
    refuse_taken,
    show_key,
    to_pem,
)
from assay.wire.v0.results import KeyDocument

if TYPE_CHECKING:
    from pathlib import Path

    from assay.crypto.public_key import PublicKey

__all__ = ["command"]

_KINDS = {
    "p256": KeyKind.P256,
    "p384": KeyKind.P384,
    "ed25519": KeyKind.ED25519,
    "ml-dsa-65": KeyKind.ML_DSA_65,
}


@click.group(
    "keys",
    epilog="""\b
Examples:
  assay keys new developer.pem
  assay keys new second.pem --kind ml-dsa-65
  assay keys show developer.pem.pub
  assay keys show "pkcs11:token=Office;object=signing"
""",
)
def command() -> None:
    """Make and show signing keys."""


@command.command(
    "new",
    epilog="""\b
Examples:
  assay keys new developer.pem
  assay keys new developer.pem --passphrase-file secret.txt
  assay keys new ci.pem --kind ed25519 --no-passphrase
  assay keys new second.pem --kind ml-dsa-65    for a second envelope
""",
)
@click.argument("key", type=PATH)
@click.option(
    "--kind",
    "--type",
    "kind",
    type=click.Choice(list(_KINDS)),
    default="p256",
    show_default=True,
    help="P-256 is what model signing and sigstore clients verify; ML-DSA-65 signs a "
    "second envelope beside one of the others.",
)
@PASSPHRASE_OPTION
@click.option(
    "--no-passphrase", is_flag=True, help="Leave the key open to whoever reads it."
)
@JSON_OPTION
@told
def new(
    *,
    key: Path,
    kind: str,
    passphrase_file: Path | None,
    no_passphrase: bool,
    json_to: str | None,
) -> ExitStatus:
    """Make a key pair: KEY, and its public half in KEY.pub."""
    if no_passphrase and passphrase_file is not None:
        raise UsageError(
            "passphrase",
            "A key is made either with a passphrase or without one.",
            expected="--passphrase-file or --no-passphrase",
            found="both",
        )
    # Before anybody is asked for a passphrase.
    refuse_taken(key)
    passphrase = None
    if not no_passphrase:
        passphrase = passphrase_source(passphrase_file, confirm=True)()
        if not passphrase:
            raise KeyFileError(
                "passphrase-missing",
                "A new key needs a passphrase.",
                expected="one that is not empty",
                found="none",
                remedy=f"answer the prompt, set {ENVIRONMENT_NAME}, give "
                "--passphrase-file, or say --no-passphrase",
            )
    public = new_key_pair(key, _KINDS[kind], passphrase)
    say(
        f"Wrote {key} (keep it secret) and {public_key_path(key)}\n"
        f"  key id: {public.key_id}",
        json_to=json_to,
    )
    write_json(_document(public), json_to)
    return ExitStatus.YES


@command.command(
    "show",
    epilog="""\b
Examples:
  assay keys show developer.pem.pub
  assay keys show developer.pem        reads developer.pem.pub beside it
  assay keys show "pkcs11:token=Office;object=signing"
  assay keys show awskms:alias/releases --json -
""",
)
@click.argument("key", type=KEY)
@PUBLIC_KEY_OPTION
@PASSPHRASE_OPTION
@JSON_OPTION
@told
def show(
    *,
    key: Path | str,
    public_key: Path | None,
    passphrase_file: Path | None,
    json_to: str | None,
) -> ExitStatus:
    """Show a public key, and the id that statements name it by.

    KEY is a public or private key file, or an address on a token or in a service. Where
    no public half lies beside a private key, or on a token, the key is opened.
    """
    public = show_key(key, passphrase_source(passphrase_file), public=public_key)
    pem = to_pem(public).decode("ascii").rstrip("\n")
    say(f"type:   {public.kind.value}\nkey id: {public.key_id}\n{pem}", json_to=json_to)
    write_json(_document(public), json_to)
    return ExitStatus.YES


def _document(key: PublicKey) -> KeyDocument:
    return KeyDocument(
        format="assay-key/0",
        type=key.kind.value,
        key_id=key.key_id,
        public_key=to_pem(key).decode("ascii"),
    )

"""Signing a model's manifest, and verifying a model against one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.serialization import Encoding

from assay.crypto.certificate_chain import certificates_from_pem
from assay.crypto.dsse import pre_authentication_encoding
from assay.crypto.model_key import model_key_from_pem, model_key_of
from assay.domain.limits import DEFAULT_LIMITS
from assay.domain.manifest import Method
from assay.domain.release import OMS_IGNORED
from assay.domain.statement import PAYLOAD_TYPE
from assay.errors import ManifestError, TrustError
from assay.flows.files import read_file, write_file
from assay.flows.keys import open_key, refuse_readable
from assay.release.manifest import make_manifest, present_paths
from assay.statement.model_manifest import manifest_statement
from assay.statement.signers.model import model_signer_of, read_model_signer
from assay.verify.model_manifest import compare_manifests, verify_manifest
from assay.wire.v0.model_signature import write_model_signature
from assay.wire.v0.trust import parse_trust

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from assay.crypto.certificate_chain import Certificate
    from assay.crypto.model_key import ModelKey
    from assay.domain.manifest import Difference, Manifest, Serialization
    from assay.domain.trust import TrustFile
    from assay.release import Progress
    from assay.statement.signers.model import ModelSigner
    from assay.verify.model_manifest import SignedManifest

__all__ = [
    "Accepted",
    "ModelSigning",
    "VerifiedModel",
    "open_model_signing",
    "read_keyless_trust",
    "read_public_key",
    "read_roots",
    "sign_model",
    "verify_model",
]

_MOST = DEFAULT_LIMITS.max_key_file_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSigning:
    """A key that is open, and the certificates that vouch for it.

    Attributes:
        signer: The private key.
        chain: Certificates in DER, that of the key first; none for a bare key.
        dialect: Whether to write shards as `model_signing` 1.1 reads them.
    """

    signer: ModelSigner
    chain: tuple[bytes, ...] = ()
    dialect: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What a verifier accepts.

    Attributes:
        at: Instant at which certificates must be valid.
        key: The signer's key, for signatures by a bare key.
        roots: Authorities, for signatures by a certificate.
        trust: Names signers by short-lived certificates, for keyless signatures.
        besides: Paths that the verifier leaves out.
        ignore_unsigned: Whether files that nobody signed may be there.
        follow_links: Whether a manifest that followed links will do.
    """

    at: datetime
    key: ModelKey | None = None
    roots: tuple[Certificate, ...] = ()
    trust: TrustFile | None = None
    besides: tuple[str, ...] = ()
    ignore_unsigned: bool = False
    follow_links: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedModel:
    """A model compared with its signed manifest.

    Attributes:
        signed: The manifest, whose signature holds.
        differences: In which ways the model is not as signed; none when it is.
        resources: Files or shards that were read.
        left_out: What is there and bound by nothing: what OMS, the signer or the
            verifier leaves out, what the verifier lets pass unsigned, and files without
            bytes where shards were signed. The signature itself is none of it.
    """

    signed: SignedManifest
    differences: tuple[Difference, ...]
    resources: int
    left_out: tuple[str, ...] = ()


def open_model_signing(
    key: Path | str,
    passphrase: Callable[[], bytes | None],
    certificates: Path | None = None,
    *,
    public: Path | None = None,
) -> ModelSigning:
    """Open a private key, with its certificates when there are any.

    Args:
        key: ECDSA on P-256, P-384 or P-521, in PEM; or the address of a key on P-256
            or P-384 on a token or in a service.
        passphrase: Asked for the key's passphrase or PIN when it has one.
        certificates: PEM file with the signing certificate first, then its chain.
        public: File with the public half, for tokens and services that keep none.

    Raises:
        KeyFileError: The key or a certificate is none, or cannot be opened.
        ManifestError: `manifest.other-certificate`.
    """
    if isinstance(key, str):
        signer = model_signer_of(open_key(key, passphrase, public=public))
    else:
        pem = read_file(key, most=_MOST, what="private key")
        signer = read_model_signer(pem, passphrase)
        if b"ENCRYPTED" not in pem:
            refuse_readable(key)
    if certificates is None:
        return ModelSigning(signer=signer)
    chain = read_roots(certificates)
    if model_key_of(chain[0].public_key()).key_id != signer.key_id:
        raise ManifestError(
            "other-certificate",
            "The first certificate is not that of the signing key.",
            expected=f"a certificate for key {signer.key_id}",
            found="one for another key",
        )
    der = tuple(certificate.public_bytes(Encoding.DER) for certificate in chain)
    return ModelSigning(signer=signer, chain=der)


def read_public_key(path: Path) -> ModelKey:
    """Read a signer's public key in PEM.

    Raises:
        KeyFileError: `key.not-a-key` or `key.unsupported`.
    """
    return model_key_from_pem(read_file(path, most=_MOST, what="public key"))


def read_roots(path: Path) -> tuple[Certificate, ...]:
    """Read certificates in PEM.

    Raises:
        KeyFileError: `key.not-a-certificate`.
    """
    return certificates_from_pem(read_file(path, most=_MOST, what="certificates"))


def read_keyless_trust(path: Path) -> TrustFile:
    """Read a trust file that names somebody who signs keyless.

    It may name nobody else: what is verified with it is no bundle.

    Raises:
        TrustError: `trust.malformed` or `trust.no-keyless`.
    """
    data = read_file(path, most=DEFAULT_LIMITS.max_trust_bytes, what="trust file")
    trust = parse_trust(data)
    if not trust.keyless:
        raise TrustError(
            "no-keyless",
            "The trust file names nobody who signs with short-lived certificates.",
            expected="at least one `[[keyless]]`",
            found="none",
            remedy="add one with `assay trust add --keyless …`",
        )
    return trust


def sign_model(
    model: Path,
    out: Path,
    serialization: Serialization,
    signing: ModelSigning,
    *,
    jobs: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Manifest:
    """Write the detached signature of a model; what is there is replaced.

    Args:
        model: A directory or a file.
        out: Where the signature goes; it is left out of the manifest.
        serialization: How to make the manifest, with what the user leaves out.
        signing: The key.
        jobs: Threads.
        progress: Told now and then how far the reading has come.

    Raises:
        ReleaseError, ManifestError: The model cannot be read or bound.
        MachineError, UsageError: The signature cannot be written.
    """
    ignored = {*OMS_IGNORED, *serialization.ignore_paths, *_below(model, out)}
    manifest = make_manifest(
        model,
        replace(serialization, ignore_paths=tuple(sorted(ignored))),
        jobs=jobs,
        progress=progress,
    )
    payload = manifest_statement(manifest, dialect=signing.dialect)
    signature = signing.signer.sign(pre_authentication_encoding(PAYLOAD_TYPE, payload))
    document = write_model_signature(
        payload, signature, hint=signing.signer.hint, chain=signing.chain
    )
    most = DEFAULT_LIMITS.max_bundle_bytes
    if len(document) > most or len(payload) > DEFAULT_LIMITS.max_payload_bytes:
        raise ManifestError(
            "too-large",
            "The signature would be larger than any that Assay reads.",
            expected=f"at most {most} bytes",
            found=f"{len(document)} bytes for {len(manifest.resources)} resources",
            remedy="choose larger shards; OMS recommends 1,000,000,000 bytes",
        )
    write_file(out, document)
    return manifest


def verify_model(
    model: Path,
    signature: Path,
    accepted: Accepted,
    *,
    jobs: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> VerifiedModel:
    """Verify a model against its detached signature.

    Args:
        model: A directory or a file.
        signature: The signature; it may lie in the directory.
        accepted: Whom and what the verifier accepts.
        jobs: Threads.
        progress: Told now and then how far the reading has come.

    Raises:
        SignatureError, ManifestError, DocumentError, KeyFileError: As
            `verify_manifest` does.
        ReleaseError: The model cannot be read whole.
    """
    most = DEFAULT_LIMITS.max_bundle_bytes
    signed = verify_manifest(
        read_file(signature, most=most, what="model signature"),
        key=accepted.key,
        roots=accepted.roots,
        trust=accepted.trust,
        at=accepted.at,
        follow_links=accepted.follow_links,
    )
    found = make_manifest(
        model,
        signed.manifest.serialization,
        besides=(*accepted.besides, *_below(model, signature)),
        jobs=jobs,
        progress=progress,
    )
    return VerifiedModel(
        signed=signed,
        differences=compare_manifests(
            signed.manifest, found, ignore_unsigned=accepted.ignore_unsigned
        ),
        resources=len(found.resources),
        left_out=_bound_by_nothing(
            model,
            _compared(signed.manifest, found, ignore_unsigned=accepted.ignore_unsigned),
            besides=_below(model, signature),
        ),
    )


def _compared(signed: Manifest, found: Manifest, *, ignore_unsigned: bool) -> set[str]:
    """Give the paths that were held against what was signed."""
    wanted = {resource.name for resource in signed.resources}
    # The reference tool names a model that is one file so.
    some = ignore_unsigned and wanted != {"."}
    names = (
        resource.name
        for resource in found.resources
        if not some or resource.name in wanted
    )
    if found.serialization.method is Method.SHARDS:
        # A shard is named by its file and two numbers.
        return {name.rsplit(":", 2)[0] for name in names}
    return set(names)


def _bound_by_nothing(
    model: Path, compared: set[str], *, besides: tuple[str, ...]
) -> tuple[str, ...]:
    """Give what is in the model and was compared with nothing."""
    if not model.is_dir():
        return ()
    told = {*compared, *besides}
    return tuple(path for path in present_paths(model) if path not in told)


def _below(model: Path, file: Path) -> tuple[str, ...]:
    """Give the path of a file below the model, when it lies there."""
    root, place = model.resolve(), file.resolve()
    if not root.is_dir() or not place.is_relative_to(root):
        return ()
    return (place.relative_to(root).as_posix(),)

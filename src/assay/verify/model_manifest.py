"""Verify a model's detached signature (OMS v1.0 section 8).

Numbered steps; each must hold, and the first that does not ends it:

1. The bundle is a sigstore bundle of a form that OMS describes (`read`).
2. It names the kind of key that the verifier gave: a key, a chain to a root, or
   somebody who signs with short-lived certificates.
3. A hint, when there is one, names the verifier's key. It is never believed more.
4. A chain leads from the signing certificate to a root, valid at the instant.
5. The first signature holds over the DSSE encoding of payload type and payload. Where
   it was made keyless, that and all that vouches for it is step by step in `keyless`.
6. The payload is an in-toto statement v1 with the OMS predicate; its resources are
   named once each, by normalised paths, hashed as stated, and digest to the subject.
7. Links were not followed, unless the verifier said that they may have been.
8. Every resource is in the model as signed, and nothing else is, but what the manifest
   or the verifier leaves out.

Nothing of the payload is read before step 5 holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.crypto.certificate_chain import names_of, signing_key_of_chain
from assay.crypto.digest import oms_root
from assay.crypto.dsse import pre_authentication_encoding
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.manifest import Difference, DifferenceKind
from assay.domain.release import OMS_IGNORED
from assay.domain.statement import PAYLOAD_TYPE
from assay.errors import ManifestError, SignatureError
from assay.verify.keyless import verify_keyless
from assay.wire.v0.model_signature import read_manifest, read_model_signature
from assay.wire.v0.sigstore_bundle import read_sigstore_bundle

if TYPE_CHECKING:
    from datetime import datetime

    from assay.crypto.certificate_chain import Certificate, CertificateNames
    from assay.crypto.model_key import ModelKey
    from assay.domain.manifest import Manifest
    from assay.domain.trust import TrustFile
    from assay.verify.keyless import KeylessSigner
    from assay.wire.v0.model_signature import ModelSignature

__all__ = ["SignedManifest", "compare_manifests", "verify_manifest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedManifest:
    """A manifest whose signature holds.

    Attributes:
        manifest: What was signed.
        key_id: Hex SHA-256 of the signing key in DER.
        certificate: Names in the certificate that vouches for the key; None for a
            bare key.
        keyless: Who was proven to have signed, where the key was a short-lived one.
    """

    manifest: Manifest
    key_id: str
    certificate: CertificateNames | None = None
    keyless: KeylessSigner | None = None

    @property
    def left_out(self) -> tuple[str, ...]:
        """Paths that the signer left out besides those that OMS always does."""
        ignored = self.manifest.serialization.ignore_paths
        return tuple(path for path in ignored if path not in OMS_IGNORED)


def verify_manifest(  # noqa: PLR0913 - one for each way to sign, and two options
    data: bytes,
    *,
    key: ModelKey | None = None,
    roots: tuple[Certificate, ...] = (),
    trust: TrustFile | None = None,
    at: datetime,
    follow_links: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> SignedManifest:
    """Prove a signature and give the manifest under it: steps 1 to 7.

    Args:
        data: The signature file.
        key: The signer's public key, when it signs with a bare key.
        roots: Authorities, when it signs with a certificate.
        trust: Names the signer, when it signs keyless.
        at: Instant at which certificates must be valid.
        follow_links: Whether a manifest that followed links is acceptable.
        limits: Bounds on what is read.

    Raises:
        DocumentError: The bundle or its payload has another form.
        ManifestError: `manifest.*`: what this does not read or accept.
        SignatureError: `signature.mismatch`, `.other-key` or `.certificate`.
        KeyFileError: A certificate holds a key that model signing does not know.
        KeylessError, TimestampError, BundleError: A keyless signature does not hold.
    """
    signature = read_model_signature(data, limits)  # 1
    if signature.payload_type != PAYLOAD_TYPE:
        raise ManifestError(
            "payload-type",
            "What was signed is no in-toto statement.",
            expected=PAYLOAD_TYPE,
            found=signature.payload_type[: limits.max_shown_chars],
        )
    key_id, keyless = _proven_signer(data, signature, (key, roots, trust), at, limits)
    manifest = read_manifest(signature.payload, limits)  # 6
    root = oms_root(resource.digest for resource in manifest.resources)
    if root != manifest.root:
        raise ManifestError(
            "root",
            "The manifest contradicts itself.",
            expected=f"resources that digest to {manifest.root}",
            found=root,
        )
    if manifest.serialization.allow_symlinks and not follow_links:  # 7
        raise ManifestError(
            "links-followed",
            "The manifest was made by following links.",
            expected="a manifest of regular files",
            found="allow_symlinks: true",
            remedy="say --follow-links if you accept that files may lie elsewhere",
        )
    return SignedManifest(
        manifest=manifest,
        key_id=key_id,
        certificate=names_of(signature.chain[0]) if signature.chain else None,
        keyless=keyless,
    )


def compare_manifests(
    signed: Manifest, found: Manifest, *, ignore_unsigned: bool = False
) -> tuple[Difference, ...]:
    """Compare what was signed with what is there: step 8.

    Args:
        signed: From `verify_manifest`.
        found: Made from the model with the signed manifest's serialization.
        ignore_unsigned: Whether more files may be there (section 8.5).
    """
    there = {resource.name: resource.digest for resource in found.resources}
    wanted = {resource.name: resource.digest for resource in signed.resources}
    if set(wanted) == {"."} and len(there) == 1:
        # The reference tool names a model that is one file so.
        wanted = dict(zip(there, wanted.values(), strict=True))
    differences = [
        Difference(
            name=name,
            kind=DifferenceKind.CHANGED if name in there else DifferenceKind.MISSING,
        )
        for name, digest in wanted.items()
        if there.get(name) != digest
    ]
    if not ignore_unsigned:
        differences += [
            Difference(name=name, kind=DifferenceKind.UNSIGNED)
            for name in there
            if name not in wanted
        ]
    return tuple(sorted(differences))


def _proven_signer(
    data: bytes,
    signature: ModelSignature,
    believed: tuple[ModelKey | None, tuple[Certificate, ...], TrustFile | None],
    at: datetime,
    limits: Limits,
) -> tuple[str, KeylessSigner | None]:
    """Take steps 2 to 5, by whichever way the signature was made."""
    key, roots, trust = believed
    if signature.keyless:
        if trust is None:
            raise ManifestError(
                "keyless",
                "The signature was made by sigstore's keyless method.",
                expected="a signature by a key or by a certificate with its chain",
                found="a short-lived certificate and an entry of a log",
                remedy="say with --trust who may have signed, and by which authorities",
            )
        found = verify_keyless(
            read_sigstore_bundle(data, limits), trust, at, limits=limits
        )
        return found.key_id, found
    signer = _signer(signature, key, roots, at)
    message = pre_authentication_encoding(signature.payload_type, signature.payload)
    signer.verify(message, signature.signatures[0])
    return signer.key_id, None


def _signer(
    signature: ModelSignature,
    key: ModelKey | None,
    roots: tuple[Certificate, ...],
    at: datetime,
) -> ModelKey:
    if signature.chain:
        if not roots:
            raise _other_way("a root certificate", "a chain of certificates")
        return signing_key_of_chain(signature.chain, roots, at)
    if key is None:
        raise _other_way("a public key", "a signature by a bare key")
    if signature.hint and signature.hint not in {key.hint, key.key_id}:
        raise SignatureError(
            "other-key",
            "The signature names another key than the one given.",
            expected=f"a signature by key {key.key_id}, with the hint {key.hint}",
            found=f"the hint {signature.hint[: DEFAULT_LIMITS.max_shown_chars]}",
            remedy="get the signer's public key from a source that you believe",
        )
    return key


def _other_way(needed: str, found: str) -> ManifestError:
    return ManifestError(
        "other-method",
        "The signature was made in another way than the one asked about.",
        expected=f"{needed} to verify it by",
        found=found,
        remedy="give --public-key for a bare key, --root for certificates, --trust for "
        "sigstore's keyless method",
    )

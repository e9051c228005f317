"""What `assay manifest verify` says: texts and documents of its answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.domain.limits import DEFAULT_LIMITS
from assay.report.text import clean, plural
from assay.wire.v0.instant import format_instant
from assay.wire.v0.manifest_answers import (
    CertificatePart,
    DifferencePart,
    KeylessSignerPart,
    RefusalPart,
    SerializationPart,
    VerifiedModelDocument,
)

if TYPE_CHECKING:
    from pathlib import Path

    from assay.domain.manifest import Manifest
    from assay.errors import AssayError
    from assay.flows.manifest import VerifiedModel
    from assay.verify.keyless import KeylessSigner

__all__ = [
    "refusal_document",
    "refusal_text",
    "serialization_part",
    "verified_document",
    "verified_text",
]


def verified_text(verified: VerifiedModel) -> str:
    """Say what verifying a model gave."""
    manifest = verified.signed.manifest
    how = manifest.serialization
    word = "INVALID" if verified.differences else "VALID"
    lines = [
        f"{word}: {_line(manifest.model)}, signed by key {verified.signed.key_id}",
        (
            f"  {len(manifest.resources)} {how.method.value} by "
            f"{how.hash_type.value}, {verified.resources} found"
        ),
    ]
    names = verified.signed.certificate
    if names is not None:
        whom = ", ".join(filter(None, (names.subject, *names.alternative)))
        lines.insert(1, f"  certificate of {_line(whom)}, by {_line(names.issuer)}")
    keyless = verified.signed.keyless
    if keyless is not None:
        lines[1:1] = _keyless_lines(keyless)
    if verified.signed.left_out:
        lines.append(f"  note: the signer left out {_listed(verified.signed.left_out)}")
    if verified.left_out:
        listed = _listed(verified.left_out)
        lines.append(
            f"  warning: {plural(len(verified.left_out), 'entry', 'entries')} there, "
            f"and signed by nobody: {listed}"
        )
    shown = verified.differences[: DEFAULT_LIMITS.max_report_rows]
    lines += [f"  {entry.kind.value:8s}  {_line(entry.name)}" for entry in shown]
    if len(verified.differences) > len(shown):
        lines.append(f"  and {len(verified.differences) - len(shown)} more")
    return "\n".join(lines)


def _keyless_lines(signer: KeylessSigner) -> list[str]:
    seen = "was seen by a log of certificates"
    if not signer.certificate_logged:
        seen = "was not looked for in a log of certificates: the trust file names none"
    logs = _line(", ".join(signer.logs))
    return [
        f"  {_line(signer.name)}: {_line(signer.identity)}, by {_line(signer.issuer)}",
        f"  signed by {format_instant(signer.signed_by)}, in {logs}",
        f"  the certificate {seen}",
    ]


def _listed(paths: tuple[str, ...]) -> str:
    shown = [_line(path) for path in paths[: DEFAULT_LIMITS.max_report_rows]]
    more = len(paths) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _line(name: str) -> str:
    """Keep a name in its line: what is shown may have line ends, a name must not."""
    return clean(name, limit=len(name))


def refusal_text(model: Path, error: AssayError) -> str:
    """Say why a signature proves nothing."""
    lines = [
        f"INVALID: nothing is proven of {model}",
        f"  {error.message} [{error.code}]",
        *(
            f"  {label}: {text}"
            for label, text in (
                ("expected", error.expected),
                ("found", error.found),
                ("try", error.remedy),
            )
            if text
        ),
    ]
    return "\n".join(map(_line, lines))


def refusal_document(error: AssayError) -> VerifiedModelDocument:
    """Write the answer where the signature does not hold: nothing else is known."""
    return VerifiedModelDocument(
        format="assay-manifest-verify/0",
        model=None,
        valid=False,
        refusal=RefusalPart(
            code=error.code,
            message=error.message,
            expected=error.expected,
            found=error.found,
            remedy=error.remedy,
        ),
        root=None,
        key_id=None,
        resources=None,
        serialization=None,
        differences=(),
        differences_total=0,
        left_out=(),
        left_out_total=0,
        certificate=None,
        keyless=None,
    )


def verified_document(verified: VerifiedModel) -> VerifiedModelDocument:
    """Write what verifying a model gave."""
    manifest = verified.signed.manifest
    names, signer = verified.signed.certificate, verified.signed.keyless
    shown = verified.differences[: DEFAULT_LIMITS.max_findings_per_check]
    return VerifiedModelDocument(
        format="assay-manifest-verify/0",
        model=manifest.model,
        valid=not verified.differences,
        refusal=None,
        root=manifest.root,
        key_id=verified.signed.key_id,
        resources=len(manifest.resources),
        serialization=serialization_part(manifest),
        differences=tuple(
            DifferencePart(name=entry.name, kind=entry.kind.value) for entry in shown
        ),
        differences_total=len(verified.differences),
        left_out=verified.left_out[: DEFAULT_LIMITS.max_findings_per_check],
        left_out_total=len(verified.left_out),
        certificate=None
        if names is None
        else CertificatePart(
            subject=_shown(names.subject),
            issuer=_shown(names.issuer),
            alternative=tuple(map(_shown, names.alternative)),
        ),
        keyless=None
        if signer is None
        else KeylessSignerPart(
            name=signer.name,
            identity=_shown(signer.identity),
            issuer=_shown(signer.issuer),
            signed_by=format_instant(signer.signed_by),
            logs=signer.logs,
            certificate_logged=signer.certificate_logged,
        ),
    )


def _shown(name: str) -> str:
    return name[: DEFAULT_LIMITS.max_report_text_chars]


def serialization_part(manifest: Manifest) -> SerializationPart:
    """Write how a manifest was made."""
    how = manifest.serialization
    return SerializationPart(
        method=how.method.value,
        hash_type=how.hash_type.value,
        shard_size=how.shard_size,
        allow_symlinks=how.allow_symlinks,
        ignore_paths=how.ignore_paths,
    )

"""Every error Assay raises on purpose: whose fault, what was expected and found.

One base, one family for each party whose fault it is. A message always tells what
was expected, what was found and what to do. The `code` is stable: scripts may match
on it, `docs/errors.md` has a section for each, and a test holds the two together.
Only the command line turns an error into an exit status.
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "AssayError",
    "BundleError",
    "CoseError",
    "DocumentError",
    "EvidenceError",
    "InputError",
    "KeyFileError",
    "KeylessError",
    "LogError",
    "MachineError",
    "ManifestError",
    "NetworkError",
    "ProgrammeError",
    "ReleaseError",
    "ScittError",
    "SignatureError",
    "TimestampError",
    "TrustError",
    "UsageError",
    "VerifyError",
]


class AssayError(Exception):
    """Base of all errors that Assay raises on purpose.

    Attributes:
        code: Stable identifier, `family.what-happened`, listed in `docs/errors.md`.
        message: One sentence: what could not be done, on what.
        expected: What would have been accepted; empty when the message says it.
        found: What was there instead; empty when the message says it.
        remedy: What the reader can do about it; empty when nothing is known.
    """

    family: ClassVar[str] = "assay"

    def __init__(
        self,
        code: str,
        message: str,
        *,
        expected: str = "",
        found: str = "",
        remedy: str = "",
    ) -> None:
        self.code = f"{self.family}.{code}"
        self.message = message
        self.expected = expected
        self.found = found
        self.remedy = remedy
        super().__init__(message)

    def __str__(self) -> str:
        """Give the whole diagnosis on one line, for logs and tracebacks."""
        parts = [f"[{self.code}] {self.message}"]
        if self.expected:
            parts.append(f"expected: {self.expected}")
        if self.found:
            parts.append(f"found: {self.found}")
        if self.remedy:
            parts.append(f"try: {self.remedy}")
        return "; ".join(parts)


class UsageError(AssayError):
    """The caller asked for something that makes no sense."""

    family = "usage"


class InputError(AssayError):
    """A file that was named is not there, is no file, or is larger than any read."""

    family = "input"


class ReleaseError(AssayError):
    """The release directory cannot be read or bound as it is."""

    family = "release"


class DocumentError(AssayError):
    """A JSON or TOML document is malformed or breaks its schema."""

    family = "document"


class ProgrammeError(AssayError):
    """A programme is unknown, incomplete or contradicts itself."""

    family = "programme"


class EvidenceError(AssayError):
    """A declaration or an evidence file cannot be used."""

    family = "evidence"


class KeyFileError(AssayError):
    """A key file is not a key, or cannot be opened with what was given."""

    family = "key"


class SignatureError(AssayError):
    """A signature does not hold over the bytes it came with."""

    family = "signature"


class TimestampError(AssayError):
    """A timestamp is none, or does not prove what it is there to prove."""

    family = "timestamp"


class KeylessError(AssayError):
    """A signature by a short-lived certificate does not prove who signed, or when."""

    family = "keyless"


class BundleError(AssayError):
    """A bundle is cut, malformed or of an unknown version."""

    family = "bundle"


class TrustError(AssayError):
    """A trust file is malformed or trusts nobody."""

    family = "trust"


class LogError(AssayError):
    """The transparency log is inconsistent, altered or not a log."""

    family = "log"


class MachineError(AssayError):
    """The machine failed: a full disk, a missing permission, a broken medium."""

    family = "machine"


class NetworkError(AssayError):
    """A server cannot be reached, or answers as no honest one would."""

    family = "network"


class ManifestError(AssayError):
    """A signed manifest of a model is malformed, or asks for what is not supported."""

    family = "manifest"


class VerifyError(AssayError):
    """What a bundle claims does not follow from what it holds."""

    family = "verify"


class CoseError(AssayError):
    """CBOR or a COSE message is malformed, or what signs it does not hold."""

    family = "cose"


class ScittError(AssayError):
    """A SCITT statement is not one that its reader can believe."""

    family = "scitt"

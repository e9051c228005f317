"""A bundle opened by itself: what it says, whoever may have signed it.

Nothing here is proven to anybody: for that a verifier's trust file is needed. Whoever
holds a bundle can see whether it is whole, and what of it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.crypto.public_key import public_key_from_der
from assay.crypto.salted_digest import KnownSalts
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import UsageError
from assay.verify.contents import (
    SaltedClaim,
    check_seal,
    check_subjects,
    read_contents,
)
from assay.verify.disclosures import open_claim
from assay.verify.outcomes import check_outcomes, check_programme
from assay.verify.signatures import check_signature

if TYPE_CHECKING:
    from assay.domain.programme import Programme
    from assay.domain.statement import Bundle
    from assay.verify.contents import Contents
    from assay.verify.disclosures import ShownClaim
    from assay.verify.outcomes import ProvenClaim

__all__ = ["OpenedBundle", "known_salts", "open_bundle"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedBundle:
    """A bundle and what it says.

    Attributes:
        bundle: The bundle.
        contents: The statements of its claim.
        programme: Its programme.
        signed: Its salted digests.
        shown: What of them is shown.
        claim: The claim, as far as it is shown.
    """

    bundle: Bundle
    contents: Contents
    programme: Programme
    signed: SaltedClaim
    shown: ShownClaim
    claim: ProvenClaim


def open_bundle(bundle: Bundle, limits: Limits = DEFAULT_LIMITS) -> OpenedBundle:
    """Check a bundle as far as no trust file is needed, and open it.

    The key is the bundle's own, and receipts are not looked at: see `assay.verify`.

    Raises:
        UsageError: `usage.nothing-salted`: a claim v0.1, in which everything is open.
        VerifyError, SignatureError, DocumentError, ProgrammeError, KeyFileError: The
            bundle is not whole.
    """
    key = public_key_from_der(bundle.public_key)
    for logged in bundle.statements:
        check_signature(logged.envelope, key)
    contents = read_contents(bundle.statements, limits)
    check_seal(contents)
    check_subjects(contents)
    programme = check_programme(bundle.programme, contents, limits)
    claim = check_outcomes(programme, contents, bundle.disclosures, limits)
    if not isinstance(contents.claim, SaltedClaim):
        raise UsageError(
            "nothing-salted",
            "The bundle is of version 0.1, in which everything stands open: nothing of "
            "it can be withheld.",
            expected="a bundle that `assay seal` of this version made",
            found="a claim v0.1",
            remedy="seal the release again",
        )
    return OpenedBundle(
        bundle=bundle,
        contents=contents,
        programme=programme,
        signed=contents.claim,
        shown=open_claim(programme, contents.claim, bundle.disclosures, limits),
        claim=claim,
    )


def known_salts(opened: OpenedBundle) -> KnownSalts:
    """Give the salts that a bundle shows, and the digests that nobody can open.

    With the salts of a bundle that shows everything, `flows.seal.claim_payloads` makes
    the payloads again from the files, byte for byte.
    """
    there = set(opened.shown.digests.values())
    signed = opened.signed
    return KnownSalts(
        opened.shown.salts,
        {
            "assessment": [d for d in signed.assessment if d not in there],
            "declarations": [d for d in signed.declarations or () if d not in there],
        },
    )

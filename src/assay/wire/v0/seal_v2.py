"""The seal predicate v0.2: as v0.1, and which earlier seals it takes the place of."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from assay.domain.statement import Seal, SealedStatement
from assay.wire.model import JsonModel
from assay.wire.v0.instant import INSTANT, format_instant, read_instant
from assay.wire.v0.parts import Hex256
from assay.wire.v0.statement import SealedPart

__all__ = ["SealV02Predicate"]


class SealV02Predicate(JsonModel):
    """The seal predicate, `https://assay/seal/v0.2`.

    `supersedes` are digests of the payloads of earlier seals by the same developer.
    """

    sealed_at: Annotated[str, Field(pattern=INSTANT)]
    valid_until: Annotated[str, Field(pattern=INSTANT)]
    statements: Annotated[tuple[SealedPart, ...], Field(min_length=1)]
    supersedes: Annotated[tuple[Hex256, ...], Field(max_length=64)]

    @classmethod
    def of(cls, seal: Seal) -> SealV02Predicate:
        """Write a seal; the release digest is the statement's subject."""
        return cls(
            sealed_at=format_instant(seal.sealed_at),
            valid_until=format_instant(seal.valid_until),
            statements=tuple(
                SealedPart(predicate_type=s.predicate_type, sha256=s.sha256)
                for s in seal.statements
            ),
            supersedes=seal.supersedes,
        )

    def to_domain(self, release_digest: str) -> Seal:
        """Read a seal over the release that the statement names.

        Raises:
            DocumentError: `document.bad-instant`.
        """
        return Seal(
            release_digest=release_digest,
            sealed_at=read_instant(self.sealed_at),
            valid_until=read_instant(self.valid_until),
            statements=tuple(
                SealedStatement(predicate_type=s.predicate_type, sha256=s.sha256)
                for s in self.statements
            ),
            supersedes=self.supersedes,
        )

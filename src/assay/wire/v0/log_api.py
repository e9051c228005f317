"""What a log's server and its clients say to each other in JSON (`/api/v0/`)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.encoding import decode_base64, encode_base64
from assay.wire.model import JsonModel
from assay.wire.strict_json import loads
from assay.wire.v0.envelope import EnvelopePart
from assay.wire.v0.parts import Count, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assay.domain.statement import Envelope

__all__ = [
    "ConsistencyDocument",
    "FoundDocument",
    "HealthDocument",
    "ReceiptsDocument",
    "SubmissionModel",
    "SubmittedReceipt",
    "read_consistency",
    "read_receipts",
    "read_submission",
    "write_submission",
]

_Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Receipt = Annotated[str, Field(max_length=1_000_000)]
_Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]+={0,2}$", max_length=8_000)]
_Node = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{43}=$")]


class SubmittedPart(JsonModel):
    """One statement: its envelope, and the key that has signed it."""

    envelope: EnvelopePart
    public_key: _Key


class SubmissionModel(JsonModel):
    """What is posted to `/api/v0/statements`."""

    described_in = "docs/formats/log-server.md"

    format: Literal["assay-submission/0"]
    statements: Annotated[
        tuple[SubmittedPart, ...],
        Field(min_length=1, max_length=DEFAULT_LIMITS.max_submission_statements),
    ]


class ReceiptPart(JsonModel):
    """Where one statement stands; `known` says that it stood there before."""

    index: Count
    leaf_hash: _Hash
    known: bool
    receipt: _Receipt


class ReceiptsDocument(JsonModel):
    """What a log answers to statements, in their order."""

    described_in = "docs/formats/log-server.md"

    format: Literal["assay-receipts/0"]
    receipts: Annotated[
        tuple[ReceiptPart, ...],
        Field(min_length=1, max_length=DEFAULT_LIMITS.max_submission_statements),
    ]


class FoundDocument(JsonModel):
    """Where an entry with a leaf hash stands; it may not be published yet."""

    format: Literal["assay-log-found/0"]
    index: Count
    published: bool


class ConsistencyDocument(JsonModel):
    """That a tree of the log begins with an older one (RFC 6962)."""

    described_in = "docs/formats/log-server.md"

    format: Literal["assay-log-consistency/0"]
    old_size: Count
    size: Count
    proof: Annotated[tuple[_Node, ...], Field(max_length=64)]


class HealthDocument(JsonModel):
    """That a log answers, and how large its published tree is."""

    format: Literal["assay-log-health/0"]
    origin: Text
    size: Count
    accepts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedReceipt:
    """A receipt as a server gave it; nothing of it is verified.

    Attributes:
        index: Place that the server names.
        leaf_hash: Hash that the server names.
        known: Whether it says that the statement was logged before.
        receipt: Text that is to prove it.
    """

    index: int
    leaf_hash: bytes
    known: bool
    receipt: str


def write_submission(statements: Iterable[tuple[Envelope, bytes]]) -> bytes:
    """Write envelopes, each with the key in DER that has signed it."""
    model = SubmissionModel(
        format="assay-submission/0",
        statements=tuple(
            SubmittedPart(
                envelope=EnvelopePart.of(envelope), public_key=encode_base64(key)
            )
            for envelope, key in statements
        ),
    )
    document = model.model_dump(mode="json", by_alias=True)
    return json.dumps(document, separators=(",", ":")).encode("ascii")


def read_submission(
    data: bytes, limits: Limits = DEFAULT_LIMITS
) -> tuple[tuple[Envelope, bytes], ...]:
    """Read envelopes with their keys strictly; no signature is verified.

    Raises:
        DocumentError: `document.*`.
    """
    value = loads(data, limits=limits, max_bytes=limits.max_submission_bytes)
    model = SubmissionModel.read(value, document="submission")
    return tuple(
        (
            part.envelope.to_domain(),
            decode_base64(part.public_key, what="public key"),
        )
        for part in model.statements
    )


def read_receipts(
    data: bytes, limits: Limits = DEFAULT_LIMITS
) -> tuple[SubmittedReceipt, ...]:
    """Read what a log answered to statements.

    Raises:
        DocumentError: `document.*`.
    """
    value = loads(data, limits=limits, max_bytes=limits.max_receipts_bytes)
    model = ReceiptsDocument.read(value, document="answer of the log")
    return tuple(
        SubmittedReceipt(
            index=part.index,
            leaf_hash=bytes.fromhex(part.leaf_hash),
            known=part.known,
            receipt=part.receipt,
        )
        for part in model.receipts
    )


def read_consistency(
    data: bytes, limits: Limits = DEFAULT_LIMITS
) -> tuple[int, int, tuple[bytes, ...]]:
    """Read the old size, the new one, and the proof that leads from one to the other.

    Raises:
        DocumentError: `document.*`.
    """
    value = loads(data, limits=limits, max_bytes=limits.max_receipts_bytes)
    model = ConsistencyDocument.read(value, document="answer of the log")
    return model.old_size, model.size, _nodes(model.proof)


def _nodes(texts: Sequence[str]) -> tuple[bytes, ...]:
    # 43 characters and the padding are 32 bytes.
    return tuple(decode_base64(text, what="hash") for text in texts)

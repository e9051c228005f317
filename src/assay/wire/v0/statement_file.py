"""One signed statement in a file of its own: what an office or assessor hands out."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.statement import StatementFile
from assay.encoding import decode_base64, encode_base64
from assay.errors import BundleError, DocumentError
from assay.wire.model import JsonModel
from assay.wire.strict_json import loads
from assay.wire.v0.envelope import Base64, TimedPart, spell_statement, spell_texts

__all__ = [
    "STATEMENT_MEDIA_TYPE",
    "StatementFileModel",
    "read_statement_file",
    "write_statement_file",
]

STATEMENT_MEDIA_TYPE: Final = "application/vnd.assay.statement.v0.2+json"


class StatementFileModel(JsonModel):
    """A statement file as it stands on disk."""

    media_type: Literal["application/vnd.assay.statement.v0.2+json"]
    public_key: Base64
    further_keys: Annotated[
        tuple[Base64, ...] | None, Field(min_length=1, max_length=8)
    ] = None
    statement: TimedPart


def write_statement_file(file: StatementFile) -> bytes:
    """Write a statement file as compact JSON, ending in a newline."""
    model = StatementFileModel(
        media_type=STATEMENT_MEDIA_TYPE,
        public_key=encode_base64(file.public_key),
        further_keys=tuple(map(encode_base64, file.further_keys)) or None,
        statement=TimedPart.of(file.statement),
    )
    return _spelled(model)


def _spelled(model: StatementFileModel) -> bytes:
    keys = model.further_keys
    further = "" if keys is None else f',"furtherKeys":{spell_texts(keys)}'
    return (
        f'{{"mediaType":"{model.media_type}","publicKey":"{model.public_key}"{further},'
        f'"statement":{spell_statement(model.statement)}}}\n'
    ).encode("ascii")


def read_statement_file(data: bytes, limits: Limits = DEFAULT_LIMITS) -> StatementFile:
    """Read a statement file strictly; nothing in it is believed yet.

    Raises:
        BundleError: `bundle.malformed-statement`: cut, of another format, or no such
            file; `bundle.not-canonical`: the same content in another spelling.
    """
    try:
        value = loads(data, limits=limits, max_bytes=limits.max_bundle_bytes)
        model = StatementFileModel.read(value, document="statement file")
        file = StatementFile(
            public_key=decode_base64(model.public_key, what="public key"),
            statement=model.statement.to_domain(),
            further_keys=tuple(
                decode_base64(key, what="further key")
                for key in model.further_keys or ()
            ),
        )
    except DocumentError as error:
        raise BundleError(
            "malformed-statement",
            "This file is not a whole statement that Assay can read.",
            expected=error.expected or f"a document of type {STATEMENT_MEDIA_TYPE}",
            found=f"{error.message} {error.found}".strip(),
            remedy="get the file again from whoever issued it",
        ) from error
    # The model holds what was read: base64 in its one spelling, all else verbatim.
    if _spelled(model) != data:
        raise BundleError(
            "not-canonical",
            "The statement file is not written byte for byte as Assay writes it.",
            expected="compact JSON with the fields in their order and a final newline",
            found="the same content, in other bytes",
            remedy="get the file as it was issued",
        )
    return file

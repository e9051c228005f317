"""The JSON inside a disclosure: `[salt, kind, id, value]`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field

from assay.domain.disclosure import ItemKind, ItemRef
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.errors import DocumentError
from assay.wire.model import JsonModel, WireModel
from assay.wire.strict_json import loads
from assay.wire.v0.assessment_v2 import ControlItem, ReportItem
from assay.wire.v0.declarations_v2 import AnswerItem

if TYPE_CHECKING:
    from assay.domain.assessment import ControlResult
    from assay.domain.declaration import Answer
    from assay.domain.disclosure import EvidenceItem
    from assay.domain.finding import CheckReport

__all__ = [
    "ITEM_MODELS",
    "OpenedItem",
    "answer_value",
    "control_value",
    "read_disclosure",
    "report_value",
]

# 128 bits in base64url; the last of 22 characters has four bits that must be zero.
_SALT = r"^[A-Za-z0-9_-]{21}[AQgw]$"
_PARTS: Final = 4
ITEM_MODELS: Final[dict[ItemKind, type[ControlItem | ReportItem | AnswerItem]]] = {
    ItemKind.CONTROL: ControlItem,
    ItemKind.REPORT: ReportItem,
    ItemKind.ANSWER: AnswerItem,
}


class _Head(JsonModel):
    """The first three parts of a disclosure."""

    salt: Annotated[str, Field(pattern=_SALT)]
    kind: Literal["control", "report", "answer"]
    id: Annotated[str, Field(min_length=1, max_length=100)]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedItem:
    """What a disclosure says.

    Attributes:
        item: What it is the result, report or answer of.
        salt: Its salt, as it stands there.
        value: The form of its kind.
        is_canonical: Whether Assay would have written it in just these bytes.
    """

    item: ItemRef
    salt: str
    value: ControlItem | ReportItem | AnswerItem
    is_canonical: bool


def control_value(result: ControlResult, evidence: tuple[EvidenceItem, ...]) -> Any:  # noqa: ANN401 - a JSON value
    """Write the value of a control's item."""
    return _written(ControlItem.of(result, evidence))


def report_value(report: CheckReport) -> Any:  # noqa: ANN401 - a JSON value
    """Write the value of a report's item."""
    return _written(ReportItem.of(report))


def answer_value(answer: Answer) -> Any:  # noqa: ANN401 - a JSON value
    """Write the value of an answer's item."""
    return _written(AnswerItem.of(answer))


def read_disclosure(data: bytes, limits: Limits = DEFAULT_LIMITS) -> OpenedItem:
    """Read the JSON inside a disclosure strictly.

    Args:
        data: What its base64url stands for.
        limits: Bounds on what is read.

    Raises:
        DocumentError: It is no strict JSON, or no array of a salt, a kind, an id and a
            value of that kind.
    """
    document = loads(data, limits=limits, max_bytes=limits.max_payload_bytes)
    if not isinstance(document, list) or len(document) != _PARTS:
        raise DocumentError(
            "schema",
            "A disclosure does not have the form that Assay reads.",
            expected="an array of salt, kind, id and value",
            found="something else",
        )
    salt, kind, name, value = document
    head = _Head.read({"salt": salt, "kind": kind, "id": name}, document="disclosure")
    item = ItemRef(kind=ItemKind(head.kind), id=head.id)
    return OpenedItem(
        item=item,
        salt=head.salt,
        value=ITEM_MODELS[item.kind].read(value, document=f"disclosed {head.kind}"),
        is_canonical=_is_canonical(document, data),
    )


def _is_canonical(document: list[Any], data: bytes) -> bool:
    """Say whether bytes are the canonical JSON (RFC 8785) of a document, without nulls.

    The document has the form of a model: its names are ASCII, and its values strings,
    whole numbers below 2^53, lists and objects. Of these the encoder of the standard
    library writes the canonical form, many times faster than `rfc8785`.
    """
    text = json.dumps(
        document, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return text.encode("utf-8") == data and not _has_null(document, data)


def _has_null(value: Any, data: bytes) -> bool:  # noqa: ANN401 - a JSON value
    if b"null" not in data:
        return False
    pending = [value]
    while pending:
        item = pending.pop()
        if item is None:
            return True
        if isinstance(item, dict):
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
    return False


def _written(model: WireModel) -> Any:  # noqa: ANN401 - a JSON value
    return model.model_dump(mode="json", by_alias=True, exclude_none=True)

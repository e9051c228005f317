"""The enrolment predicate, `https://assay/enrolment/v0.1`."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from assay.domain.enrolment import (
    EnrolledKey,
    Enrolment,
    EnrolmentEvent,
    KeyRole,
    Organisation,
)
from assay.encoding import encode_base64
from assay.errors import DocumentError
from assay.wire.model import JsonModel
from assay.wire.v0.instant import format_instant, read_instant
from assay.wire.v0.parts import Hex256
from assay.wire.v0.registry_parts import (
    Instant,
    KeyText,
    Line,
    check_order,
    normal,
    read_key,
    refuse_repeated,
)

__all__ = ["EnrolmentPredicate", "OrganisationPart", "check_uei"]

# SAM.gov: twelve letters and digits without O and I, the first no zero, and never nine
# digits on end, which could be a number of another kind. The last is a checksum by a
# rule that is not public, so nobody outside can check it.
_UEI = r"^[A-HJ-NP-Z1-9][A-HJ-NP-Z0-9]{11}$"
_NINE_DIGITS = re.compile(r"[0-9]{9}", re.ASCII)

Uei = Annotated[str, Field(pattern=_UEI)]


def check_uei(text: str) -> str:
    """Check the form of a Unique Entity ID; whether it was given out nobody here knows.

    Source: GSA, Unique Entity ID technical specifications.

    Raises:
        DocumentError: `document.uei`.
    """
    if re.fullmatch(_UEI[1:-1], text) is None or _NINE_DIGITS.search(text) is not None:
        raise DocumentError(
            "uei",
            "This is no Unique Entity ID of SAM.gov.",
            expected="12 capitals and digits without O and I, not beginning with 0, "
            "never nine digits on end",
            found=ascii(text[:40]),
        )
    return text


class OrganisationPart(JsonModel):
    """Who takes part."""

    name: Line
    other_names: Annotated[tuple[Line, ...], Field(max_length=32)]
    uei: Uei | None = None

    @classmethod
    def of(cls, organisation: Organisation) -> OrganisationPart:
        """Write an organisation."""
        return cls(
            name=organisation.name,
            other_names=organisation.other_names,
            uei=organisation.uei,
        )

    def to_domain(self) -> Organisation:
        """Read an organisation.

        Raises:
            DocumentError: `document.name-form`, `document.unsorted` or `document.uei`.
        """
        refuse_repeated(self.other_names, "other names")
        return Organisation(
            name=normal(self.name, "The name of an organisation"),
            other_names=tuple(
                normal(name, "Another name of an organisation")
                for name in self.other_names
            ),
            uei=None if self.uei is None else check_uei(self.uei),
        )


class EnrolledKeyPart(JsonModel):
    """A key of an organisation."""

    key_id: Hex256
    public_key: KeyText
    roles: Annotated[
        tuple[Literal["release", "assess", "evaluate"], ...],
        Field(min_length=1, max_length=3),
    ]
    valid_from: Instant
    valid_until: Instant

    @classmethod
    def of(cls, key: EnrolledKey) -> EnrolledKeyPart:
        """Write a key."""
        return cls(
            key_id=key.key_id,
            public_key=encode_base64(key.public_key),
            roles=tuple(role.value for role in key.roles),
            valid_from=format_instant(key.valid_from),
            valid_until=format_instant(key.valid_until),
        )

    def to_domain(self) -> EnrolledKey:
        """Read a key.

        Raises:
            DocumentError: As `read_key`, or `document.dates-reversed`,
                `document.unsorted` or `document.bad-instant`.
        """
        refuse_repeated(self.roles, "roles")
        valid_from = read_instant(self.valid_from)
        valid_until = read_instant(self.valid_until)
        check_order(valid_from, valid_until, "The time of an enrolled key")
        return EnrolledKey(
            key_id=self.key_id,
            public_key=read_key(self.public_key, self.key_id),
            roles=tuple(map(KeyRole, self.roles)),
            valid_from=valid_from,
            valid_until=valid_until,
        )


class EnrolmentPredicate(JsonModel):
    """An organisation takes part in a programme, or withdraws."""

    described_in: ClassVar[str] = "docs/formats/enrolment.md"

    event: Literal["enrolled", "withdrawn"]
    organisation: OrganisationPart
    keys: Annotated[tuple[EnrolledKeyPart, ...], Field(max_length=64)]
    effective: Instant

    @classmethod
    def of(cls, enrolment: Enrolment) -> EnrolmentPredicate:
        """Write an enrolment or a withdrawal."""
        return cls(
            event=enrolment.event.value,
            organisation=OrganisationPart.of(enrolment.organisation),
            keys=tuple(map(EnrolledKeyPart.of, enrolment.keys)),
            effective=format_instant(enrolment.effective),
        )

    def to_domain(self, subject: str) -> Enrolment:
        """Read an enrolment or a withdrawal.

        Args:
            subject: The digest that the statement names as its subject: that of the
                name record, which `verify` compares.

        Raises:
            DocumentError: `document.no-keys`, or as its parts.
        """
        refuse_repeated((key.key_id for key in self.keys), "keys")
        if self.event == "enrolled" and not self.keys:
            raise DocumentError(
                "no-keys",
                "An enrolment names no key that speaks for the organisation.",
                expected="1 key or more",
                found="none",
            )
        return Enrolment(
            event=EnrolmentEvent(self.event),
            organisation=self.organisation.to_domain(),
            organisation_id=subject,
            keys=tuple(key.to_domain() for key in self.keys),
            effective=read_instant(self.effective),
        )

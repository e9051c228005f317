from __future__ import annotations

from datetime import date

import pytest

from assay.domain.assessment import ControlResult, Outcome
from assay.domain.facts import Content, Gap, Place
from assay.domain.programme import EvidenceClass
from assay.domain.verdict import Reason
from assay.errors import DocumentError
from assay.wire.v0.parts import (
    BurdenPart,
    CheckPart,
    ControlPart,
    FilePart,
    FindingPart,
    GapPart,
    ProgrammePart,
    ReasonPart,
)
from tests.simulators.claims import FILES, Claim, report
from tests.unit.domain.samples import finding

PLACE = Place(path="a.zip", member="b", offset=0, line=1, key="k")
GAP = Gap(place=PLACE, reason="Encrypted.", content=Content.SEVEN_ZIP)
CONTROL = ControlResult(
    control="crew-1",
    outcome=Outcome.NOT_MET,
    evidence_class=EvidenceClass.DECLARED,
    reason="Because.",
    collected=date(2026, 11, 20),
    evidence=("0" * 64,),
)


def again(part):
    """Write a part as JSON and read it back."""
    value = part.model_dump(mode="json", by_alias=True, exclude_none=True)
    return type(part).read(value, document="part").to_domain()


@pytest.mark.parametrize(
    ("model", "noun"),
    [
        (FilePart, FILES[0]),
        (ProgrammePart, Claim().assessment.programme),
        (FindingPart, finding()),
        (GapPart, GAP),
        (CheckPart, report("x", findings=(finding(),), findings_total=7, gaps=(GAP,))),
        (CheckPart, report("x", failure="It fell over.")),
        (ControlPart, CONTROL),
        (ControlPart, Claim().assessment.controls[0]),
        (BurdenPart, Claim().assessment.burden),
    ],
)
def test_a_part_is_read_back_as_it_was_written(model, noun):
    assert again(model.of(noun)) == noun


def test_a_type_that_this_version_does_not_know_is_unknown():
    part = GapPart.of(GAP).model_copy(update={"content": "hologram"})
    assert again(part).content is Content.UNKNOWN


def test_a_day_that_no_calendar_has_is_refused():
    part = ControlPart.of(CONTROL).model_copy(update={"collected": "2026-02-30"})
    with pytest.raises(DocumentError) as caught:
        again(part)
    assert caught.value.code == "document.bad-instant"


@pytest.mark.parametrize(
    "changes",
    [{"status": "incomplete"}, {"findings_total": 0}, {"id": "y"}, {"failure": "x"}],
)
def test_a_report_that_contradicts_itself_is_refused(changes):
    part = CheckPart.of(report("x", findings=(finding(),), findings_total=1))
    with pytest.raises(DocumentError) as caught:
        again(part.model_copy(update=changes))
    assert caught.value.code == "document.check-report"


@pytest.mark.parametrize("size", [-1, 2**53, 1.0, True, "1"])
def test_a_size_is_a_whole_number_that_every_reader_carries(size):
    value = {"path": "x", "size": size, "sha256": "0" * 64}
    with pytest.raises(DocumentError):
        FilePart.read(value, document="file")


@pytest.mark.parametrize("digest", ["", "0" * 63, "0" * 65, "A" * 64, "0" * 64 + "\n"])
def test_a_digest_has_one_spelling(digest):
    with pytest.raises(DocumentError):
        FilePart.read({"path": "x", "size": 0, "sha256": digest}, document="file")


def test_a_reason_is_written_whole():
    reason = Reason(code="verify.seal", message="m", subject="s", holds=True)
    assert ReasonPart.of(reason).model_dump() == {
        "code": "verify.seal",
        "message": "m",
        "subject": "s",
        "holds": True,
        "remedy": "",
    }

"""A declarations file: the TOML in which a developer's roles answer questions."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal

from pydantic import Field, StringConstraints

from assay.domain.declaration import Answer, AnswerValue, Declarations
from assay.domain.limits import DEFAULT_LIMITS, Limits
from assay.domain.programme import AnswerMethod
from assay.errors import EvidenceError
from assay.wire import strict_toml
from assay.wire.model import WireModel
from assay.wire.v0.programme import PATTERN_WORDS, Identifier, Text, Version

if TYPE_CHECKING:
    from collections.abc import Callable

    from assay.domain.declaration import EvidenceFile
    from assay.domain.programme import Control, Programme

__all__ = ["FORMAT", "DeclarationsModel", "read_declarations"]

FORMAT: Final = "assay-declarations/0"

# A path below the folder of the declarations file. Backslashes, colons and empty,
# `.` or `..` parts mean different places on different systems.
_NO = r"/\\:\x00-\x1f\x7f"
_PART = rf"(?:[^.{_NO}]|\.[^.{_NO}]|\.\.[^{_NO}])[^{_NO}]*"
_PATH = rf"^{_PART}(?:/{_PART})*$"
RelativePath = Annotated[str, StringConstraints(pattern=_PATH, max_length=1_000)]


class EvidenceModel(WireModel):
    """A file that backs an answer."""

    file: RelativePath


class AnswerModel(WireModel):
    """One answer; an empty `answer` leaves the question open."""

    control: Identifier
    answer: Literal["", "met", "not met", "not applicable"]
    role: Text = ""
    date: dt.date | None = None
    statement: Text = ""
    evidence: tuple[EvidenceModel, ...] = ()


class DeclarationsModel(WireModel):
    """The whole file."""

    described_in: ClassVar[str] = "docs/formats/declarations.md"
    pattern_words: ClassVar[dict[str, str]] = {
        **PATTERN_WORDS,
        _PATH: "a path below the folder of the declarations file, parts joined by /",
    }

    format: Literal["assay-declarations/0"]
    programme: Identifier
    version: Version
    answers: tuple[AnswerModel, ...] = Field(default=(), alias="answer")


def read_declarations(
    data: bytes,
    programme: Programme,
    evidence: Callable[[str], EvidenceFile],
    *,
    today: dt.date | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Declarations:
    """Read the answers of people to a programme's questions.

    Args:
        data: The file.
        programme: Whose questions are answered.
        evidence: Gives the digest and size of a file, by the relative path written
            in the declarations; may raise `EvidenceError` when there is none.
        today: Answers dated later are refused; None to accept any date.
        limits: Bounds on what is read.

    Raises:
        DocumentError: The file is no strict TOML, or not of the published form.
        EvidenceError: `evidence.*`: an answer to another programme, to no question
            of it, given twice, incomplete, or dated in the future.
    """
    value = strict_toml.loads(
        data,
        max_bytes=limits.max_declarations_bytes,
        document="declarations file",
        limits=limits,
    )
    model = DeclarationsModel.read(value, document="declarations file")
    _refuse_other_programme(model, programme)
    controls = {control.id: control for control in programme.controls}
    seen: set[str] = set()
    answers = []
    for given in model.answers:
        control = _question(given.control, controls)
        if control.id in seen:
            raise EvidenceError(
                "answered-twice",
                f"Control {control.id!r} is answered twice.",
                remedy="keep one of the two answers",
            )
        seen.add(control.id)
        if given.answer:
            answers.append(_answer(given, control, evidence, today))
    return Declarations(answers=tuple(sorted(answers, key=lambda item: item.control)))


def _refuse_other_programme(model: DeclarationsModel, programme: Programme) -> None:
    ref = programme.ref
    if (model.programme, model.version) != (ref.id, ref.version):
        raise EvidenceError(
            "other-programme",
            "The declarations answer another programme.",
            expected=f"{ref.id} {ref.version}",
            found=f"{model.programme} {model.version}",
            remedy="write a new template for this programme, keeping the old answers"
            " that still fit",
        )


def _question(name: str, controls: dict[str, Control]) -> Control:
    control = controls.get(name)
    if control is None:
        raise EvidenceError(
            "unknown-control",
            f"The programme has no control {name!r}.",
            remedy="correct the id, or remove the answer",
        )
    if control.method is not AnswerMethod.DECLARATION:
        raise EvidenceError(
            "not-declared",
            f"Control {name!r} is not answered by a declaration.",
            expected="an answer to a control whose method is declaration",
            found=f"a control answered by {control.method.value}",
            remedy="remove the answer",
        )
    return control


def _answer(
    given: AnswerModel,
    control: Control,
    evidence: Callable[[str], EvidenceFile],
    today: dt.date | None,
) -> Answer:
    value = AnswerValue(given.answer)
    day = _day(given, today)
    for name, text in (("role", given.role), ("statement", given.statement)):
        if not text.strip():
            raise EvidenceError(
                "incomplete-answer",
                f"The answer to control {control.id!r} has no {name}.",
                expected=f"a {name} with each answer",
                remedy=f'write it, or set answer = "" to leave {control.id} open',
            )
    if value is AnswerValue.NOT_APPLICABLE and not control.not_applicable_allowed:
        raise EvidenceError(
            "must-apply",
            f"Control {control.id!r} applies to every release.",
            expected="met or not met",
            found="not applicable",
            remedy="answer with met or not met, or leave it open",
        )
    names = [item.file for item in given.evidence]
    if len(set(names)) < len(names):
        raise EvidenceError(
            "file-twice",
            f"The answer to control {control.id!r} names one evidence file twice.",
            remedy="name it once",
        )
    if value is AnswerValue.MET and control.evidence_required and not names:
        raise EvidenceError(
            "file-missing",
            f"The answer to control {control.id!r} needs an evidence file.",
            expected="at least one file under evidence",
            found="none",
            remedy="name a file that shows it; the file itself stays with you",
        )
    return Answer(
        control=control.id,
        value=value,
        role=given.role.strip(),
        date=day,
        statement=given.statement.strip(),
        evidence=tuple(sorted(evidence(name) for name in names)),
    )


def _day(given: AnswerModel, today: dt.date | None) -> dt.date:
    if given.date is None:
        raise EvidenceError(
            "incomplete-answer",
            f"The answer to control {given.control!r} has no date.",
            expected="the day on which it was answered, such as 2026-11-23",
            remedy=f'write it, or set answer = "" to leave {given.control} open',
        )
    if today is not None and given.date > today:
        raise EvidenceError(
            "future-date",
            f"The answer to control {given.control!r} is dated in the future.",
            expected=f"a day up to {today.isoformat()}",
            found=given.date.isoformat(),
            remedy="write the day on which it was answered",
        )
    return given.date

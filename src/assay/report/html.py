"""One self-contained page about an assessment, for reading and for printing.

The page loads nothing and runs nothing: no script, no font, no image from elsewhere,
and a content security policy that forbids them. Outside text passes through
`assay.report.text` and then through the template engine's escaping, always: both sit in
the environment, not in the template.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

import assay
from assay.domain.assessment import Outcome
from assay.domain.finding import CheckStatus, Confidence, Severity
from assay.domain.limits import DEFAULT_LIMITS
from assay.domain.release import Inventory
from assay.domain.verdict import DecisionValue, VerdictValue, release_decided
from assay.errors import UsageError
from assay.report import glossary, page, tally
from assay.report.acceptance import acceptance_words
from assay.report.gate_words import gate_words
from assay.report.meaning import (
    decision_meaning,
    declared_text,
    is_caveat,
    verdict_meaning,
    verdict_word,
)
from assay.report.repeated import repeat_counts
from assay.report.sentences import asked_words, findings_words, missing_words
from assay.report.text import clean, file_size, instant, number, one_line, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.domain.assessment import Assessment
    from assay.domain.baseline import Comparison
    from assay.domain.declaration import Declarations
    from assay.domain.facts import ReleaseFacts
    from assay.domain.programme import Programme, ProgrammeRef
    from assay.domain.repeat import RepeatedControl
    from assay.domain.statement import VerifiedRelease
    from assay.domain.verdict import BundleVerdict, Decision, Verdict

__all__ = ["render", "render_decision", "render_verdict"]


def render(  # noqa: PLR0913 - one noun each; a holder would only rename the list
    assessment: Assessment,
    programme: Programme,
    inventory: Inventory,
    *,
    title: str,
    facts: ReleaseFacts | None = None,
    declarations: Declarations | None = None,
    verdict: Verdict | None = None,
    decision: Decision | None = None,
    bundles: Sequence[BundleVerdict] = (),
    made_at: str | None = None,
    comparison: Comparison | None = None,
    fail_at: Severity | None = None,
    repeated: Sequence[RepeatedControl] = (),
) -> str:
    """Write the report as one HTML document.

    Args:
        assessment: What was found.
        programme: The programme that it was assessed under.
        inventory: The files of the release.
        title: The name of the release, for people.
        facts: Types of files by content; without them, endings of names are shown
            and named as such.
        declarations: The answers of people, for the names and sizes of evidence
            files; when not given, those of the verdict, if it proved any.
        verdict: What a bundle with this assessment is worth, when it was verified.
        decision: Whether a benefit is due, when that was asked.
        bundles: What was decided on, each with its verdict.
        made_at: When the page was made, in words; left out when not given, so that
            the same nouns give the same page, byte for byte.
        comparison: What a baseline accepts: such findings are marked and stay.
        fail_at: Severity from which findings fail the run, when the caller asked.
        repeated: What came of running the checks again; empty when nobody did.

    Raises:
        UsageError: `usage.report-mismatch`: the parts do not belong to one release
            and one programme.
    """
    tally.require_one_subject(assessment, programme, inventory)
    if verdict is not None and verdict.release is not None:
        _require_same(verdict.release.assessment, assessment)
        declarations = declarations or verdict.release.declarations
    css = _stylesheet()
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            **_constants(),
            title=title,
            made_at=made_at,
            css=Markup(css),  # noqa: S704 - our own file of the package, not outside text
            policy=_policy(css),
            assessment=assessment,
            programme=programme,
            sections=_sections(
                has_verdict=bool(verdict or decision), is_repeated=bool(repeated)
            ),
            overview=page.segments(tally.lines_of(assessment, programme)),
            totals=tally.count_outcomes(tally.lines_of(assessment, programme)),
            classes=page.class_rows(assessment, programme),
            severities=page.severity_rows(assessment),
            unlisted=tally.unlisted_findings(assessment),
            tiers=page.tier_rows(assessment, programme),
            areas=page.area_blocks(assessment, programme),
            findings=page.finding_blocks(assessment, programme, comparison),
            checks=page.check_rows(assessment, programme),
            types=page.type_rows(inventory, facts),
            types_by_content=facts is not None,
            unseen=tally.not_looked_at(assessment, programme),
            unread=page.cut(tally.not_looked_at(assessment, programme).unread),
            evidence=page.evidence_rows(assessment, declarations),
            found=findings_words(assessment),
            gate=gate_words(assessment, fail_at, comparison)[1] if fail_at else "",
            accepted=acceptance_words(comparison),
            missing=missing_words(assessment, programme),
            irregular=page.irregular_rows(inventory),
            manifest=page.cut(inventory.files, DEFAULT_LIMITS.max_report_files),
            asked=asked_words(assessment.burden),
            outcome_words=_outcome_words(assessment, programme),
            repeated=repeated,
            repeat_counts=repeat_counts(repeated),
            verdict=verdict,
            decision=decision,
            bundles=bundles,
            decision_text=decision_meaning(decision, bundles) if decision else "",
            declared=declared_text(decision) if decision else "",
            uncompared=_is_uncompared(verdict),
            benefit=_benefit_title(programme, decision),
            verdict_reasons=page.sorted_reasons(verdict.reasons if verdict else ()),
            decision_reasons=page.sorted_reasons(decision.reasons if decision else ()),
            commands=page.commands(programme, decision.benefit if decision else None),
        )
    )


def render_verdict(
    file: str,
    verdict: Verdict,
    inventory: Inventory | None = None,
    repeated: Sequence[RepeatedControl] = (),
) -> str:
    """Write a verdict, with the whole report where a release was proven.

    Args:
        file: Name of the bundle's file.
        verdict: What it is worth.
        inventory: The files that were compared; None where none were.
        repeated: What came of running the checks again; empty when nobody did.
    """
    release = verdict.release
    if release is None:
        return _refused(
            file,
            word=verdict_word(verdict),
            meaning=verdict_meaning(verdict),
            at=verdict.at,
            reasons=page.sorted_reasons(verdict.reasons),
            signed=verdict.signed,
        )
    return render(
        release.assessment,
        release.programme,
        inventory or Inventory(files=release.files),
        title=_title(release, file),
        declarations=release.declarations,
        verdict=verdict,
        repeated=repeated,
    )


def render_decision(
    decision: Decision,
    bundles: Sequence[BundleVerdict],
    programme: Programme | None = None,
    inventory: Inventory | None = None,
) -> str:
    """Write a decision, with the whole report of the newest bundle that counts.

    Args:
        decision: Whether a benefit is due.
        bundles: What it was decided on, each with its verdict.
        programme: The programme, as far as it is known.
        inventory: The files that were compared; None where none were.
    """
    ref = decision.programme
    deciding = [b for b in bundles if ref is None or _programme_of(b) == ref]
    release = release_decided(deciding)
    if release is None:
        title = decision.benefit
        if programme is not None:
            title = _benefit_title(programme, decision)
        return _refused(
            title,
            word=decision.value.value,
            meaning=decision_meaning(decision, bundles),
            at=decision.at,
            decision=decision,
            programme=programme,
            bundles=bundles,
            reasons=page.sorted_reasons(decision.reasons),
        )
    shown = next(b for b in deciding if b.verdict.release is release)
    return render(
        release.assessment,
        release.programme,
        inventory or Inventory(files=release.files),
        title=_title(release, shown.file),
        declarations=release.declarations,
        verdict=shown.verdict,
        decision=decision,
        bundles=bundles,
    )


def _refused(title: str, **parts: object) -> str:
    """Write the page of an answer that no release was proven for."""
    css = _stylesheet()
    known = {
        "decision": None,
        "programme": None,
        "bundles": (),
        "signed": None,
        **parts,
    }
    return (
        _environment()
        .get_template("refused.html.j2")
        .render(
            title=title,
            version=assay.__version__,
            css=Markup(css),  # noqa: S704 - our own file of the package, not outside text
            policy=_policy(css),
            **known,
        )
    )


def _title(release: VerifiedRelease, file: str) -> str:
    """Name a release: it has no name in a bundle but its digest."""
    return f"Release {release.assessment.release_digest[:12]} ({file})"


def _programme_of(bundle: BundleVerdict) -> ProgrammeRef | None:
    release = bundle.verdict.release
    return None if release is None else release.programme.ref


def _is_uncompared(verdict: Verdict | None) -> bool:
    reasons = () if verdict is None else verdict.reasons
    return any(reason.code == "verify.no-files-compared" for reason in reasons)


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _require_same(verified: Assessment, assessment: Assessment) -> None:
    # A verdict beside another assessment would vouch for what nobody verified.
    if verified != assessment:
        raise UsageError(
            "report-mismatch",
            "Cannot report on this assessment: the verdict is about another one.",
            expected=f"a verdict about the release {assessment.release_digest}",
            found=f"one about the release {verified.release_digest}",
            remedy="Give the assessment that the verdict carries.",
        )


def _benefit_title(programme: Programme, decision: Decision | None) -> str:
    if decision is None:
        return ""
    titles = (b.title for b in programme.benefits if b.id == decision.benefit)
    return next(titles, decision.benefit)


def _outcome_words(assessment: Assessment, programme: Programme) -> dict[Outcome, str]:
    totals = tally.count_outcomes(tally.lines_of(assessment, programme))
    shown = tally.shown_outcomes(totals)
    return {o: words for o, words in glossary.OUTCOMES.items() if o in shown}


def _sections(*, has_verdict: bool, is_repeated: bool) -> dict[str, str]:
    titles = [
        ("brief", "In brief"),
        *([("verdict", "Verification and decision")] if has_verdict else []),
        *([("repeated", "Repeated from the files")] if is_repeated else []),
        ("findings", "Findings"),
        ("controls", "Outcome of every control"),
        ("unseen", "What was not looked at"),
        ("seen", "What was looked at"),
        ("burden", "What it asked of people"),
        ("manifest", "Manifest of files"),
        ("yourself", "How to check this yourself"),
        ("words", "Words used here"),
    ]
    return {key: f"{n}. {text}" for n, (key, text) in enumerate(titles, 1)}


def _constants() -> dict[str, object]:
    return {
        "Outcome": Outcome,
        "Severity": Severity,
        "Confidence": Confidence,
        "CheckStatus": CheckStatus,
        "VerdictValue": VerdictValue,
        "DecisionValue": DecisionValue,
        "repeat_words": glossary.REPEATS,
        "class_words": glossary.CLASSES,
        "status_words": glossary.STATUSES,
        "severity_words": glossary.SEVERITIES,
        "confidence_words": glossary.CONFIDENCES,
        "terms": glossary.TERMS,
    }


def _policy(css: str) -> str:
    # Content Security Policy Level 3, 2.3.1: the hash of the one style element.
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode("ascii")
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _stylesheet() -> str:
    folder = resources.files("assay.report") / "templates"
    sheets = ("report.css", "parts.css", "print.css")
    texts = [(folder / sheet).read_text(encoding="utf-8") for sheet in sheets]
    return "\n".join(texts).replace("\r\n", "\n")


def _harmless(value: object) -> object:
    return value if isinstance(value, Markup | int) else clean(str(value))


def _ticked(text: str) -> Markup:
    """Set what stands between backticks as code, as messages of checks write it."""
    parts = clean(one_line(text)).split("`")
    if len(parts) % 2 == 0:  # a backtick without a partner is only a backtick
        return escape("`".join(parts))
    code = Markup("<code>{}</code>")
    pieces = (code.format(p) if n % 2 else escape(p) for n, p in enumerate(parts))
    return Markup().join(pieces)


def _digest_groups(digest: str) -> tuple[str, ...]:
    return tuple(digest[i : i + 8] for i in range(0, len(digest), 8))


def _slug(value: str) -> str:
    return value.replace(" ", "-")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("assay.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    # Globals, since macros that are imported see no names of the page.
    environment.globals.update(
        is_caveat=is_caveat, meaning_of=verdict_meaning, word_of=verdict_word
    )
    environment.filters.update(
        first_upper=_first_upper,
        digest_groups=_digest_groups,
        instant=instant,
        number=number,
        plural=plural,
        # What is written is made harmless by `finalize`, once and for everything.
        prose=one_line,
        size=file_size,
        slug=_slug,
        ticked=_ticked,
    )
    return environment

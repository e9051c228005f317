"""A claim is repeated from its files: equal, different, withheld, or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import assay
from assay.domain.assessment import Outcome
from assay.domain.finding import CheckReport, Confidence, Finding, Severity
from assay.domain.place import Gap, Place
from assay.domain.repeat import RepeatValue
from assay.domain.trust import TrustedDeveloper, TrustFile
from assay.flows.check import check_release
from assay.flows.disclose import disclosed, plan_controls
from assay.flows.opened import open_bundle
from assay.flows.repeat import is_different, repeat_claim
from assay.flows.seal import seal_release
from assay.flows.verify import verify_with_files
from assay.release import inspect_release
from assay.verify import verify_bundle
from assay.wire.v0.answers import RepeatedPart
from assay.wire.v0.bundle import write_bundle
from tests.simulators.claims import HARBOUR, p256_signer
from tests.simulators.desk import write_release

# Put together here, so that no scanner of this repository takes it for a real one.
TOKEN = "gh" + "p_" + "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dF3gH5"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SIGNER = p256_signer()
TRUST = TrustFile(
    developers=(TrustedDeveloper(name="Example", public_key=SIGNER.public_key.der),),
    logs=(),
    programmes=(),
    log_required=False,
)


@pytest.fixture
def release(tmp_path):
    return write_release(tmp_path / "model")


def sealed(release, change=lambda assessment: assessment):
    checked = check_release(release, HARBOUR, today=NOW.date())
    lied = replace(checked, assessment=change(checked.assessment))
    return seal_release(lied, SIGNER, now=NOW, validity=timedelta(days=9)).bundle


def proven(bundle):
    verdict = verify_bundle(write_bundle(bundle), TRUST, NOW)
    assert verdict.release is not None, verdict.reasons[0]
    return verdict.release


def by_control(repeated):
    return {item.control: item for item in repeated}


def test_an_honest_claim_comes_out_equal(release):
    repeated = repeat_claim(proven(sealed(release)), inspect_release(release))
    values = {item.control: item.value.value for item in repeated}
    assert values == {
        "cargo-1": "recomputed equal",
        "cargo-2": "recomputed equal",
        "cargo-3": "recomputed equal",
        "crew-1": "signed",
        "crew-2": "signed",
        "crew-3": "signed",
    }
    assert not is_different(repeated)
    one = by_control(repeated)["cargo-1"]
    assert one.recomputed is one.signed is Outcome.MET
    assert one.differences == ()
    assert by_control(repeated)["crew-1"].recomputed is None


def test_a_claim_that_hides_a_finding_comes_out_different(release):
    (release / "notes.txt").write_text(f"token: {TOKEN}\n")

    def clean(assessment):
        reports = tuple(
            CheckReport(check=r.check, version=r.version, examined=r.examined)
            if r.check == "secrets"
            else r
            for r in assessment.reports
        )
        controls = tuple(
            replace(c, outcome=Outcome.MET) if c.control == "cargo-2" else c
            for c in assessment.controls
        )
        return replace(assessment, reports=reports, controls=controls)

    claim = proven(sealed(release, clean))
    repeated = repeat_claim(claim, inspect_release(release))
    item = by_control(repeated)["cargo-2"]
    assert item.value is RepeatValue.DIFFERENT
    assert (item.signed, item.recomputed) == (Outcome.MET, Outcome.NOT_MET)
    said = " ".join(item.differences)
    assert "secrets: status clean signed, findings here." in said
    assert "secrets: findings: 0 signed, 1 here." in said
    assert "found here and not signed: " in said
    assert "notes.txt" in said
    assert "Signed as met, and not met here." in said
    assert is_different(repeated)
    # One control that differs makes no other one different.
    assert by_control(repeated)["cargo-1"].value is RepeatValue.EQUAL


def edited(check, change):
    """Lie about one report, in a way that leaves its outcome."""

    def lie(assessment):
        reports = tuple(
            change(r) if r.check == check else r for r in assessment.reports
        )
        return replace(assessment, reports=tuple(r for r in reports if r is not None))

    return lie


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda r: replace(r, examined=r.examined + 1), "things examined: "),
        (lambda r: replace(r, version=r.version + 1), "version "),
    ],
)
def test_what_changes_no_outcome_differs_all_the_same(release, change, told):
    claim = proven(sealed(release, edited("secrets", change)))
    item = by_control(repeat_claim(claim, inspect_release(release)))["cargo-2"]
    assert item.value is RepeatValue.DIFFERENT
    assert item.recomputed is item.signed
    assert told in item.differences[0]


def test_a_report_that_was_never_signed_is_told(release):
    def unrun(assessment):
        controls = tuple(
            replace(c, outcome=Outcome.NOT_ASSESSED) if c.control == "cargo-2" else c
            for c in assessment.controls
        )
        left = edited("secrets", lambda _: None)(assessment)
        return replace(left, controls=controls)

    claim = proven(sealed(release, unrun))
    item = by_control(repeat_claim(claim, inspect_release(release)))["cargo-2"]
    assert item.differences == (
        "secrets: a report is here and was not signed.",
        "Signed as not assessed, and met here.",
    )


def test_places_of_any_length_are_told_in_few_words(release):
    long = Finding(
        check="secrets",
        rule="r" * 90_000,
        severity=Severity.LOW,
        confidence=Confidence.LOW,
        place=Place(path="p" * 90_000, key="k" * 90_000),
        message="m",
        remediation="r",
    )
    more = tuple(replace(long, message=str(n)) for n in range(5))
    lie = edited("secrets", lambda r: replace(r, findings=more, findings_total=5))
    claim = proven(sealed(release, lie))
    repeated = repeat_claim(claim, inspect_release(release))
    item = by_control(repeated)["cargo-2"]
    assert item.value is RepeatValue.DIFFERENT
    assert max(map(len, item.differences)) < 4_000
    assert "and 2 more" in item.differences[-1]
    RepeatedPart.of(item)


def test_a_finding_made_up_and_the_wording_of_gaps_are_told(release):
    (release / "blob.7z").write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(40))
    checked = check_release(release, HARBOUR, today=NOW.date())
    (report,) = [r for r in checked.assessment.reports if r.check == "secrets"]
    gap = Gap(place=Place(path="x"), reason="Not looked at.")

    def gapped(assessment):
        lied = edited("secrets", lambda r: replace(r, gaps=(gap,), findings=()))
        controls = tuple(
            replace(c, outcome=Outcome.NOT_ASSESSED) if c.control == "cargo-2" else c
            for c in assessment.controls
        )
        return replace(lied(assessment), controls=controls)

    item = by_control(
        repeat_claim(proven(sealed(release, gapped)), inspect_release(release))
    )["cargo-2"]
    assert item.value is RepeatValue.DIFFERENT
    if len(report.gaps) == 1:
        assert "wording differ" in " ".join(item.differences)
    else:
        assert "gaps: 1 signed" in " ".join(item.differences)


def test_what_is_withheld_is_told_as_withheld_and_not_compared(release):
    opened = open_bundle(sealed(release))
    less = disclosed(opened, plan_controls(opened, ("cargo-1",)))
    repeated = by_control(repeat_claim(proven(less), inspect_release(release)))
    assert repeated["cargo-1"].value is RepeatValue.EQUAL
    for name in ("cargo-2", "crew-1"):
        assert repeated[name].value is RepeatValue.WITHHELD
        assert repeated[name].recomputed is None


def test_another_version_repeats_nothing_and_says_which_it_takes(release):
    older = sealed(release, lambda a: replace(a, tool_version="0.0.9"))
    repeated = by_control(repeat_claim(proven(older), inspect_release(release)))
    item = repeated["cargo-1"]
    assert item.value is RepeatValue.NOT_REPEATED
    assert "Assay 0.0.9" in item.reason
    assert assay.__version__ in item.reason
    assert repeated["crew-1"].value is RepeatValue.SIGNED


def test_other_files_repeat_nothing(release):
    bundle = sealed(release)
    (release / "config.json").write_text("{}")
    repeated = by_control(repeat_claim(proven(bundle), inspect_release(release)))
    assert repeated["cargo-1"].value is RepeatValue.NOT_REPEATED
    assert "not those that were signed" in repeated["cargo-1"].reason


def test_a_verdict_on_other_files_repeats_nothing_at_all(release, tmp_path):
    path = tmp_path / "a.assay"
    path.write_bytes(write_bundle(sealed(release)))
    good = verify_with_files(path, TRUST, NOW, release=release, repeat=True)
    assert len(good.repeated) == 6
    assert good.inventory is not None
    assert verify_with_files(path, TRUST, NOW, release=release).repeated == ()
    (release / "config.json").write_text("{}")
    bad = verify_with_files(path, TRUST, NOW, release=release, repeat=True)
    assert bad.verdict.release is None
    assert bad.repeated == ()

"""Plans of what to show: what belongs together, what cannot be hidden, what is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assay.crypto.digest import sha256_hex
from assay.domain.statement import BundleVersion
from assay.errors import AssayError, UsageError, VerifyError
from assay.flows.disclose import (
    SharedReport,
    disclosed,
    plan_all_but,
    plan_controls,
    read_claim,
    refuse_loss,
)
from assay.flows.opened import open_bundle
from assay.flows.seal import seal_digest
from assay.flows.verify import verify_with_files
from assay.programme import read_programme
from assay.wire.v0.bundle import write_bundle
from tests.simulators.claims import HARBOUR, NOW, Claim, ml_dsa_65_signer, report
from tests.simulators.salted_claims import SaltedClaim, opened_text

# Two controls rest on one check alone, and a third on that one and another.
SHARING = HARBOUR.replace(b'checks = ["model-card"]', b'checks = ["secrets"]').replace(
    b'checks = ["pickle-imports", "safetensors-sound"]',
    b'checks = ["pickle-imports", "secrets"]',
)
ALL = ("cargo-1", "cargo-2", "cargo-3", "crew-1", "crew-2", "crew-3")


def opened(claim=None):
    return open_bundle((claim or SaltedClaim(log=None)).bundle())


def sharing():
    reports = (report("pickle-imports"), report("secrets"))
    return opened(SaltedClaim(log=None, programme_file=SHARING, reports=reports))


def shown(bundle):
    return {tuple(opened_text(text)[1:3]) for text in bundle.disclosures}


def test_a_control_is_shown_with_all_that_it_rests_on_and_nothing_else():
    bundle = disclosed(opened(), plan_controls(opened(), ("cargo-1", "crew-2")))
    assert shown(bundle) == {
        ("control", "cargo-1"),
        ("control", "crew-2"),
        ("report", "pickle-imports"),
        ("report", "safetensors-sound"),
        ("answer", "crew-2"),
    }
    assert list(bundle.disclosures) == sorted(bundle.disclosures)


def test_nothing_but_the_disclosures_changes():
    whole = SaltedClaim().bundle()
    less = disclosed(
        open_bundle(whole), plan_controls(open_bundle(whole), ("cargo-1",))
    )
    assert replace(less, disclosures=whole.disclosures) == whole


def test_no_controls_at_all_can_be_shown():
    plan = plan_controls(opened(), ())
    assert plan.withheld == ALL
    assert disclosed(opened(), plan).disclosures == ()


def test_a_control_of_which_everything_is_shown_is_shown_as_well():
    plan = plan_controls(sharing(), ("cargo-2",))
    assert plan.asked == ("cargo-2",)
    # cargo-3 rests on the same report, so anybody could work it out.
    assert plan.implied == ("cargo-3",)
    assert plan.withheld == ("cargo-1", "crew-1", "crew-2", "crew-3")
    # cargo-1 rests on it in part: it stays withheld, and is named.
    assert plan.shared == (SharedReport(check="secrets", controls=("cargo-1",)),)
    bundle = disclosed(sharing(), plan)
    assert ("control", "cargo-3") in shown(bundle)
    assert ("control", "cargo-1") not in shown(bundle)


def test_reports_that_tell_nothing_of_others_are_not_named():
    assert plan_controls(opened(), ("cargo-1",)).shared == ()
    assert plan_controls(sharing(), ALL).shared == ()


def test_all_but_some_are_shown():
    plan = plan_all_but(opened(), ("cargo-2", "crew-1"))
    assert plan.withheld == ("cargo-2", "crew-1")
    assert plan.asked == ("cargo-1", "cargo-3", "crew-2", "crew-3")


def test_what_others_need_whole_cannot_be_withheld():
    with pytest.raises(UsageError) as caught:
        plan_all_but(sharing(), ("cargo-3",))
    assert caught.value.code == "usage.cannot-withhold"
    assert "cargo-3" in caught.value.message
    assert "cargo-1, cargo-2" in caught.value.found
    # With those that share it, it can.
    assert plan_all_but(sharing(), ("cargo-1", "cargo-2", "cargo-3")).implied == ()


@pytest.mark.parametrize("plan", [plan_controls, plan_all_but])
def test_a_control_that_the_programme_does_not_have_is_refused(plan):
    with pytest.raises(UsageError) as caught:
        plan(opened(), ("cargo-9",))
    assert caught.value.code == "usage.no-such-control"
    assert "cargo-1" in caught.value.expected


def test_a_bundle_that_shows_less_shows_less_still():
    first = disclosed(opened(), plan_controls(opened(), ("cargo-1", "crew-1")))
    again = open_bundle(first)
    second = disclosed(again, plan_controls(again, ("crew-1",)))
    assert shown(second) == {("control", "crew-1"), ("answer", "crew-1")}
    assert plan_all_but(again, ("cargo-1",)).asked == ("crew-1",)


def test_what_a_bundle_withholds_cannot_be_shown_from_it():
    first = disclosed(opened(), plan_controls(opened(), ("cargo-1",)))
    with pytest.raises(UsageError) as caught:
        plan_controls(open_bundle(first), ("cargo-1", "crew-1"))
    assert caught.value.code == "usage.already-withheld"
    assert caught.value.found == "crew-1"


def test_a_claim_in_which_everything_is_open_has_nothing_to_withhold():
    with pytest.raises(UsageError) as caught:
        open_bundle(Claim(log=None).bundle())
    assert caught.value.code == "usage.nothing-salted"


def test_what_others_attached_is_left_out_unless_it_is_asked_for():
    second = ml_dsa_65_signer()
    claim = SaltedClaim(
        log=None, second=second, further_keys=(second.public_key.der, b"of a reviewer")
    )
    bundle = claim.bundle()
    whole = open_bundle(replace(bundle, attached=bundle.statements[:1]))
    plan = plan_controls(whole, ("cargo-1",))
    left = disclosed(whole, plan)
    assert left.attached == ()
    # Keys that second envelopes need stay.
    assert left.further_keys == (second.public_key.der,)
    kept = disclosed(whole, plan, keep_attached=True)
    assert kept.attached == bundle.statements[:1]
    assert kept.further_keys == bundle.further_keys


def test_a_bundle_that_is_not_whole_is_refused_before_anything_is_planned(tmp_path):
    bundle = SaltedClaim(log=None).bundle()
    lame = replace(bundle, disclosures=bundle.disclosures[:-1])
    path = tmp_path / "lame.assay"
    path.write_bytes(write_bundle(lame))
    with pytest.raises(AssayError) as caught:
        read_claim(path)
    assert caught.value.code.startswith("verify.")


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "whole.assay"
    path.write_bytes(SaltedClaim(log=None).data())
    return path


def test_the_bundle_itself_is_never_written_over(source, tmp_path):
    link = tmp_path / "link.assay"
    link.symlink_to(source)
    for out in (source, link, tmp_path / "." / "whole.assay"):
        with pytest.raises(UsageError) as caught:
            refuse_loss(out, source, read_claim(source))
        assert caught.value.code == "usage.exists"


def test_only_what_this_bundle_holds_as_well_is_written_over(source, tmp_path):
    whole = read_claim(source)
    out = tmp_path / "out.assay"
    refuse_loss(out, source, whole)
    out.write_bytes(b"")
    refuse_loss(out, source, whole)
    out.write_bytes(write_bundle(disclosed(whole, plan_controls(whole, ("crew-1",)))))
    refuse_loss(out, source, whole)


@pytest.mark.parametrize(
    "content",
    [
        b"somebody's notes",
        SaltedClaim(log=None, seed=bytes(32)).data(),
        Claim(log=None).data(),
        write_bundle(
            replace(
                SaltedClaim(log=None).bundle(),
                attached=Claim(log=None).bundle().statements[1:2],
                version=BundleVersion.V0_2,
            )
        ),
    ],
    ids=["no bundle", "another claim", "an open claim", "one with more attached"],
)
def test_what_this_bundle_does_not_hold_is_not_written_over(source, tmp_path, content):
    out = tmp_path / "out.assay"
    out.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        refuse_loss(out, source, read_claim(source))
    assert caught.value.code == "usage.exists"
    assert out.read_bytes() == content


def test_a_bundle_that_shows_more_is_not_written_over(source, tmp_path):
    whole = read_claim(source)
    out = tmp_path / "whole-too.assay"
    out.write_bytes(source.read_bytes())
    less = tmp_path / "less.assay"
    less.write_bytes(write_bundle(disclosed(whole, plan_controls(whole, ("crew-1",)))))
    with pytest.raises(UsageError):
        refuse_loss(out, less, read_claim(less))


def test_the_sharing_programme_is_one():
    programme = read_programme(SHARING)
    assert programme.control("cargo-3").checks == ("secrets",)


@pytest.mark.parametrize("claim", [SaltedClaim(log=None), Claim(log=None)])
def test_a_claim_is_named_by_the_digest_of_its_seal(tmp_path, claim):
    path = tmp_path / "earlier.assay"
    path.write_bytes(claim.data())
    payload = claim.bundle().statements[-1].envelope.payload
    assert seal_digest(path) == sha256_hex(payload)
    assert claim.verdict().release.seal_digest == sha256_hex(payload)


def test_a_bundle_without_a_seal_has_no_name(tmp_path):
    bundle = SaltedClaim(log=None).bundle()
    path = tmp_path / "earlier.assay"
    path.write_bytes(write_bundle(replace(bundle, statements=bundle.statements[:-1])))
    with pytest.raises(VerifyError) as caught:
        seal_digest(path)
    assert caught.value.code == "verify.missing-statement"


def test_what_is_invalid_has_no_digest_of_an_assessment(source):
    believed = replace(SaltedClaim(log=None).trust(), developers=())
    assert verify_with_files(source, believed, NOW).assessment_digest is None
    good = verify_with_files(source, SaltedClaim(log=None).trust(), NOW)
    assert len(good.assessment_digest) == 64

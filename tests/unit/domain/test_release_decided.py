from __future__ import annotations

from datetime import timedelta

from assay.domain.verdict import BundleVerdict, release_decided
from assay.verify import verify_bundle
from assay.wire.v0.bundle import write_bundle
from tests.simulators.claims import FILES, NOW, SEALED_AT, Claim
from tests.simulators.salted_claims import SaltedClaim, shows

DAY = timedelta(days=1)


def bundle(at=NOW, **changes):
    return BundleVerdict(
        file="x.assay", verdict=Claim(log=None, **changes).verdict(at=at)
    )


INVALID = BundleVerdict(
    file="y.assay", verdict=Claim().verdict(Claim().trust(developers=()))
)


def test_what_was_not_proven_is_about_no_release():
    assert release_decided([]) is None
    assert release_decided([INVALID]) is None


def test_the_newest_claim_tells_what_was_decided_on():
    old, new = bundle(), bundle(sealed_at=SEALED_AT + DAY)
    for order in ((old, new, INVALID), (INVALID, new, old)):
        assert release_decided(order) is new.verdict.release


def test_a_valid_bundle_goes_before_a_stale_one():
    valid = bundle()
    stale = bundle(sealed_at=NOW + DAY, files=FILES[1:])
    assert release_decided([stale, valid]) is valid.verdict.release
    assert release_decided([stale]) is stale.verdict.release


def test_stale_bundles_about_two_releases_are_about_none():
    late = {"at": SEALED_AT - DAY}
    assert release_decided([bundle(**late), bundle(files=FILES[1:], **late)]) is None


def test_of_two_bundles_of_one_claim_the_one_that_shows_more_tells():
    claim = SaltedClaim(log=None)
    data = write_bundle(shows("cargo-1")(claim))
    less = BundleVerdict(
        file="less.assay", verdict=verify_bundle(data, claim.trust(), NOW)
    )
    whole = BundleVerdict(file="whole.assay", verdict=claim.verdict())
    for order in ((less, whole), (whole, less)):
        assert release_decided(order) is whole.verdict.release

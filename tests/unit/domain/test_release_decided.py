from __future__ import annotations

from datetime import timedelta

from assay.domain.verdict import BundleVerdict, release_decided
from tests.simulators.claims import FILES, NOW, SEALED_AT, Claim

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

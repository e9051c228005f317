from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from assay.domain.baseline import Accepted, Baseline, compare_with
from assay.domain.facts import Place
from assay.domain.finding import Confidence, Finding, Severity

TODAY = date(2026, 11, 23)
FINDING = Finding(
    check="c",
    rule="r",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    place=Place(path="a.pkl", member="m", key="k", line=3, offset=9),
    message="It runs.",
    remediation="Remove it.",
)


def entry(**changes) -> Accepted:
    given = {
        "id": FINDING.id,
        "reason": "looked at",
        "owner": "release engineer",
        "expires": TODAY,
        "sha256": "a" * 64,
    }
    return Accepted(**(given | changes))


def compare(*entries: Accepted, today=TODAY, digest="a" * 64):
    digests = {"a.pkl": digest}
    return compare_with(Baseline(accepted=entries), [FINDING], digests, today)


def test_a_findings_id_depends_on_what_it_says_and_not_on_where_in_the_file():
    assert FINDING.id.startswith("f-")
    assert len(FINDING.id) == 22
    moved = replace(FINDING, place=replace(FINDING.place, line=7, offset=1, opcode=2))
    assert moved.id == FINDING.id
    for change in ({"check": "d"}, {"rule": "s"}, {"message": "It walks."}):
        assert replace(FINDING, **change).id != FINDING.id
    for moved_to in ({"path": "b"}, {"member": "n"}, {"key": "l"}, {"member": None}):
        other = replace(FINDING, place=replace(FINDING.place, **moved_to))
        assert other.id != FINDING.id


def test_an_accepted_finding_is_accepted_through_its_last_day():
    found = compare(entry())
    assert found.accepts(FINDING)
    assert (found.expired, found.changed, found.unused) == ((), (), ())
    late = compare(entry(), today=date(2026, 11, 24))
    assert not late.accepts(FINDING)
    assert late.expired == (entry(),)


def test_an_acceptance_that_ends_soon_or_outlives_everybody_is_told():
    days = ((30, "ending"), (31, ""), (730, ""), (731, "distant"))
    for ahead, kind in days:
        found = compare(entry(expires=TODAY + timedelta(days=ahead)))
        assert found.accepts(FINDING)
        assert bool(found.ending) is (kind == "ending")
        assert bool(found.distant) is (kind == "distant")


def test_other_content_is_not_what_was_accepted():
    found = compare(entry(), digest="b" * 64)
    assert not found.accepts(FINDING)
    assert found.changed == (entry(),)


def test_an_entry_without_a_digest_accepts_nothing_in_a_file():
    found = compare(entry(sha256=None))
    assert not found.accepts(FINDING)
    assert (found.unbound, found.changed) == ((entry(sha256=None),), ())


def test_what_is_seen_in_no_file_is_accepted_without_a_digest_alone():
    for path in ("README.md", ""):
        missing = replace(FINDING, place=Place(path=path))
        for sha256, accepted in ((None, True), ("a" * 64, False)):
            known = Baseline(accepted=(entry(id=missing.id, sha256=sha256),))
            found = compare_with(known, [missing], {"a.pkl": "a" * 64}, TODAY)
            assert found.accepts(missing) is accepted
            assert len(found.changed) == (not accepted)


def test_an_entry_without_a_finding_is_told():
    stray = entry(id="f-" + "0" * 20)
    assert compare(stray).unused == (stray,)
    assert not compare(stray).accepts(FINDING)

"""Salted claims: the same for the same salts, made again by all, telling nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from assay.crypto.salted_digest import SeededSalts, disclosure_digest
from assay.domain.assessment import Outcome
from assay.domain.declaration import AnswerValue, Declarations
from assay.domain.facts import FileFacts, ReleaseFacts
from assay.domain.finding import Severity
from assay.domain.place import Content
from assay.domain.statement import (
    ASSESSMENT_V02_TYPE,
    DECLARATIONS_V02_TYPE,
    MANIFEST_TYPE,
)
from assay.errors import ProgrammeError
from assay.flows.check import CheckedRelease
from assay.flows.disclose import disclosed, plan_controls
from assay.flows.opened import known_salts, open_bundle
from assay.flows.seal import claim_payloads
from assay.programme import read_programme
from assay.statement import claim_items, claimed
from assay.wire.strict_json import loads
from assay.wire.v0.bundle import write_bundle
from tests.simulators.claims import (
    ANSWERS,
    HARBOUR,
    REPORTS,
    SKIFF,
    answer,
    report,
)
from tests.simulators.salted_claims import SEED, SaltedClaim, opened_text
from tests.simulators.tampering import FINDING, WITH_LEAK

PROGRAMME = read_programme(HARBOUR)


def predicate(payload):
    return loads(payload)["predicate"]


def checked(claim):
    """Give what `assay check` would give: all that goes into a claim."""
    return CheckedRelease(
        name="example",
        inventory=claim.inventory,
        facts=ReleaseFacts(
            files=tuple(
                FileFacts(path=f.path, size=f.size, content=Content.UNKNOWN)
                for f in claim.files
            )
        ),
        programme=read_programme(claim.programme_file),
        programme_file=claim.programme_file,
        declarations=Declarations(answers=claim.answers),
        assessment=claim.assessment,
    )


def test_there_is_a_digest_for_each_control_check_and_question():
    payloads = SaltedClaim().payloads()
    assessment = predicate(payloads[ASSESSMENT_V02_TYPE])
    assert set(assessment) == {"release", "programme", "tool", "items"}
    assert len(assessment["items"]) == 6 + 4
    assert len(predicate(payloads[DECLARATIONS_V02_TYPE])["items"]) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"answers": ()},
        {"answers": ANSWERS[:1]},
        {"reports": REPORTS[:1]},
        {"reports": ()},
        {"reports": WITH_LEAK},
        {"reports": (*REPORTS, report("weights-sound"))},
        {"answers": (answer("crew-1", value=AnswerValue.NOT_MET),)},
    ],
)
def test_what_is_signed_has_one_size_and_shape_whatever_it_says(changes):
    # All bytes differ in the digests alone, which are sorted and of one length.
    plain = SaltedClaim().payloads()
    other = SaltedClaim(seed=bytes(32), **changes).payloads()
    assert list(plain) == list(other)
    for kind in (ASSESSMENT_V02_TYPE, DECLARATIONS_V02_TYPE):
        assert len(plain[kind]) == len(other[kind])
        one, two = predicate(plain[kind]), predicate(other[kind])
        assert one.pop("items") != two.pop("items")
        assert one == two


def test_two_claims_that_differ_in_what_is_withheld_are_alike_once_disclosed():
    def reduced(**changes):
        claim = SaltedClaim(log=None, **changes)
        opened = open_bundle(claim.bundle())
        plan = plan_controls(opened, ("cargo-1",))
        return disclosed(opened, plan)

    gravest = replace(FINDING, severity=Severity.CRITICAL, message="A key. " * 500)
    leaky = report("secrets", findings=(gravest,), findings_total=1)
    bundles = [
        reduced(),
        reduced(answers=()),
        reduced(answers=(answer("crew-1", value=AnswerValue.NOT_MET),)),
        reduced(reports=WITH_LEAK),
        reduced(reports=tuple(leaky if r.check == "secrets" else r for r in REPORTS)),
        reduced(reports=tuple(r for r in REPORTS if r.check != "secrets")),
    ]
    sizes = {
        tuple(len(s.envelope.payload) for s in bundle.statements) for bundle in bundles
    }
    assert len(sizes) == 1
    shown = {
        tuple(len(text) for text in sorted(bundle.disclosures)) for bundle in bundles
    }
    assert len({tuple(sorted(lengths)) for lengths in shown}) == 1
    # ECDSA signatures in DER differ by a byte or two, whatever they are over.
    lengths = [len(write_bundle(bundle)) for bundle in bundles]
    assert max(lengths) - min(lengths) <= 4 * 8


def test_the_place_of_a_digest_tells_nothing_of_what_it_stands_for():
    # In which tenth of the list the result of one control lies, over many seeds: each
    # place is as likely as any other (chi-square with 9 degrees of freedom, 0.1 %).
    places: Counter[int] = Counter()
    decoys: Counter[int] = Counter()
    seeds = 600
    for number in range(seeds):
        claim = SaltedClaim(
            seed=number.to_bytes(32, "big"),
            reports=tuple(r for r in REPORTS if r.check != "secrets"),
        )
        items = claim.items()
        there = {disclosure_digest(text) for text in items.disclosures}
        wanted = next(
            disclosure_digest(text)
            for text in items.disclosures
            if opened_text(text)[1:3] == ["control", "cargo-2"]
        )
        places[items.assessment.index(wanted)] += 1
        (decoy,) = set(items.assessment) - there
        decoys[items.assessment.index(decoy)] += 1
    expected = seeds / 10
    for counted in (places, decoys):
        chi = sum((counted[n] - expected) ** 2 / expected for n in range(10))
        assert chi < 27.88


def test_disclosures_are_sorted_and_begin_with_their_salts():
    items = SaltedClaim().items()
    assert list(items.disclosures) == sorted(items.disclosures)
    salts = [opened_text(text)[0] for text in items.disclosures]
    assert len(set(salts)) == len(salts) == 6 + 4 + 2
    # Sorted by salt: not by kind, and not by id.
    kinds = [opened_text(text)[1] for text in items.disclosures]
    assert kinds != sorted(kinds)


def test_a_result_names_the_digests_of_what_it_rests_on():
    documents = {
        tuple(opened_text(text)[1:3]): (opened_text(text)[3], disclosure_digest(text))
        for text in SaltedClaim().items().disclosures
    }
    cargo, _ = documents["control", "cargo-1"]
    reports = [
        documents["report", c][1] for c in ("pickle-imports", "safetensors-sound")
    ]
    assert cargo["evidence"] == [
        {"kind": "report", "sha256": digest} for digest in sorted(reports)
    ]
    crew, _ = documents["control", "crew-2"]
    dates = {"collected": "2026-11-20", "validUntil": "2027-05-19"}
    assert crew["evidence"] == [
        {"kind": "answer", "sha256": documents["answer", "crew-2"][1], **dates},
        {"kind": "file", "sha256": "ab" * 32, **dates},
    ]
    assert documents["control", "crew-3"][0]["evidence"] == []


def test_reports_that_no_control_rests_on_are_no_part_of_a_claim():
    claim = SaltedClaim(reports=(report("weights-sound"), *REPORTS))
    left = claimed(claim.assessment, PROGRAMME)
    assert [r.check for r in left.reports] == sorted(r.check for r in REPORTS)
    assert left.controls == claim.assessment.controls


def test_a_programme_without_questions_has_no_declarations():
    claim = SaltedClaim(
        programme_file=SKIFF, reports=(report("secrets"),), answers=(), log=None
    )
    assert DECLARATIONS_V02_TYPE not in claim.payloads()
    assert claim.verdict().release.withheld == ()


def test_the_same_seed_gives_the_same_payloads_and_another_one_others():
    one = claim_payloads(
        checked(SaltedClaim()), SeededSalts(SEED, digest(SaltedClaim()))
    )
    assert one.payloads == {
        kind: payload
        for kind, payload in SaltedClaim().payloads().items()
        if kind in one.payloads
    }
    other = claim_payloads(
        checked(SaltedClaim()), SeededSalts(bytes(32), digest(SaltedClaim()))
    )
    assert other.payloads[MANIFEST_TYPE] == one.payloads[MANIFEST_TYPE]
    for kind in (ASSESSMENT_V02_TYPE, DECLARATIONS_V02_TYPE):
        assert other.payloads[kind] != one.payloads[kind]
    assert not set(other.disclosures) & set(one.disclosures)


def digest(claim):
    return claim.assessment.release_digest


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"answers": ()},
        {"reports": REPORTS[:2]},
        {"reports": WITH_LEAK},
        {"programme_file": SKIFF, "reports": (report("secrets"),), "answers": ()},
    ],
)
def test_anybody_with_the_files_and_a_whole_bundle_makes_the_payloads_again(changes):
    claim = SaltedClaim(log=None, **changes)
    bundle = claim.bundle()
    again = claim_payloads(checked(claim), known_salts(open_bundle(bundle)))
    signed = [logged.envelope.payload for logged in bundle.statements[:-1]]
    assert list(again.payloads.values()) == signed
    assert again.disclosures == bundle.disclosures


def test_what_comes_out_otherwise_from_the_files_gives_other_payloads():
    claim = SaltedClaim(log=None)
    salts = known_salts(open_bundle(claim.bundle()))
    lied = checked(SaltedClaim(log=None, reports=WITH_LEAK))
    again = claim_payloads(lied, salts)
    assert again.payloads[ASSESSMENT_V02_TYPE] != claim.payloads()[ASSESSMENT_V02_TYPE]


def test_a_seed_that_is_used_twice_gives_two_results_of_one_control_two_salts():
    def salt_of(claim):
        items = claim_items(
            claim.assessment,
            Declarations(answers=claim.answers),
            PROGRAMME,
            SeededSalts(SEED, digest(claim)),
        )
        found = [opened_text(text) for text in items.disclosures]
        return {tuple(d[1:3]): d[0] for d in found}

    met, unmet = salt_of(SaltedClaim()), salt_of(SaltedClaim(reports=WITH_LEAK))
    results = {
        r.control: r.outcome for r in SaltedClaim(reports=WITH_LEAK).assessment.controls
    }
    assert results["cargo-2"] is Outcome.NOT_MET
    # Whoever was shown one cannot guess the other by trying every outcome.
    assert met["control", "cargo-2"] != unmet["control", "cargo-2"]
    assert met["report", "secrets"] != unmet["report", "secrets"]
    assert met["control", "cargo-3"] == unmet["control", "cargo-3"]


def test_a_programme_of_more_items_than_a_claim_holds_is_refused():
    (control,) = [c for c in PROGRAMME.controls if c.id == "crew-1"]
    crowd = replace(
        PROGRAMME,
        controls=tuple(replace(control, id=f"crew-{n}") for n in range(2_049)),
    )
    claim = SaltedClaim()
    salts = SeededSalts(SEED, digest(claim))
    with pytest.raises(ProgrammeError) as caught:
        claim_items(claim.assessment, Declarations(), crowd, salts)
    assert caught.value.code == "programme.too-many-items"
    assert caught.value.found == "4098"

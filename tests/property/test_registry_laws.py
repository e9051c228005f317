"""Laws of what others say: order and copies do not matter, more is no worse."""

from __future__ import annotations

from contextlib import suppress
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from assay.crypto.bitstring import MIN_BITS, bit_at, bits_of, decode_list, encode_list
from assay.domain.assessment import Outcome
from assay.domain.limits import DEFAULT_LIMITS
from assay.domain.review import ReviewKind
from assay.domain.verdict import DecisionValue, VerdictValue
from assay.eligibility import decide
from assay.errors import AssayError, DocumentError
from assay.verify.attached_nouns import read_noun
from assay.wire.strict_json import loads
from assay.wire.v0.statement import StatementModel
from tests.simulators.registry import (
    ASSESSOR_KEY,
    DAY,
    DEV_KEY,
    HOUR,
    NEW_KEY,
    NOBODY,
    NOON,
    OFFICE_KEY,
    STRANGER_KEY,
    Scene,
    answered,
    compromise,
    enrolled_key,
    enrolment,
    entry,
    result,
    retirement,
    revocation,
    rotation,
    withdrawal,
)

RANK = {VerdictValue.INVALID: 0, VerdictValue.STALE: 1, VerdictValue.VALID: 2}
DECIDED = {
    DecisionValue.NOT_ELIGIBLE: 0,
    DecisionValue.CANNOT_TELL: 1,
    DecisionValue.ELIGIBLE: 2,
}


@cache
def scene():
    """Give everything that anybody may say, once; a law picks from it."""
    made = Scene()
    ended = enrolled_key(DEV_KEY)
    made.issue(enrolment(ended), OFFICE_KEY, NOON - DAY)
    made.issue(withdrawal(NOON - HOUR, ended), OFFICE_KEY)
    made.issue(withdrawal(NOON + DAY), OFFICE_KEY, NOON + DAY)
    again = enrolment(ended, effective=NOON + 2 * DAY)
    made.issue(again, OFFICE_KEY, NOON + 2 * DAY)
    made.issue(rotation(DEV_KEY, NEW_KEY, NOON + DAY), DEV_KEY, NOON + DAY)
    made.issue(retirement(DEV_KEY, NOON - DAY), STRANGER_KEY)
    made.issue(compromise(DEV_KEY, NOON + DAY, NOON + HOUR), OFFICE_KEY)
    made.issue(compromise(DEV_KEY, NOON - DAY), OFFICE_KEY, None)
    made.status(NOON + HOUR)
    made.status(NOON + 2 * HOUR, entries=(entry(0, "ee" * 32, NOON),))
    made.status(NOON + 3 * HOUR)
    made.status(NOON + DAY, signer=ASSESSOR_KEY)
    made.issue(made.review(answered()), ASSESSOR_KEY)
    contradiction = result("cargo-1", ReviewKind.CONTRADICTS, outcome=Outcome.NOT_MET)
    made.issue(made.review(contradiction), ASSESSOR_KEY, NOON + 2 * HOUR)
    made.issue(made.review(result("crew-1", ReviewKind.CONFIRMS)), ASSESSOR_KEY)
    made.issue(made.evaluation(), ASSESSOR_KEY)
    return made


@cache
def revocations():
    """Give what revokes something, by whoever may and may not."""
    made = scene()
    held = len(made.files)
    for signer in (DEV_KEY, OFFICE_KEY, ASSESSOR_KEY, STRANGER_KEY):
        for at in (NOON + HOUR, None):
            made.issue(revocation(made.seal, NOON + 2 * HOUR), signer, at)
    made.status(NOON + 5 * HOUR, entries=(entry(made.seal_index, made.seal, NOON),))
    found = tuple(made.files[held:])
    del made.files[held:]
    return found


def said():
    files = scene().files
    return st.lists(st.sampled_from(range(len(files))), unique=True, max_size=9)


INSTANTS = st.sampled_from([NOON, NOON + HOUR, NOON + DAY, NOON + 3 * DAY])
TRUST = st.sampled_from([{}, {"developers": NOBODY}, {"status_required": True}])


def verdict(files, at, trust):
    return scene().verdict(*files, at=at, alone=not files, **trust)


@given(said(), st.randoms(use_true_random=False), INSTANTS, TRUST)
def test_order_and_copies_make_no_difference(picked, random, at, trust):
    files = [scene().files[i] for i in picked]
    shuffled = [*files, *files[:3]]
    random.shuffle(shuffled)
    assert verdict(files, at, trust) == verdict(shuffled, at, trust)


@given(said(), st.sampled_from(range(9)), INSTANTS, TRUST)
def test_a_revocation_more_never_makes_a_verdict_better(picked, number, at, trust):
    files = [scene().files[i] for i in picked]
    before = verdict(files, at, trust)
    after = verdict([*files, revocations()[number]], at, trust)
    # A snapshot that lists it also tells how old the knowledge is.
    if trust.get("status_required") and number == 8:
        return
    assert RANK[after.value] <= RANK[before.value]


@given(said(), INSTANTS, TRUST)
def test_the_same_question_has_the_same_answer(picked, at, trust):
    files = [scene().files[i] for i in picked]
    assert verdict(files, at, trust) == verdict(files, at, trust)


@given(st.lists(st.sampled_from([12, 14]), unique=True), INSTANTS)
def test_a_review_that_contradicts_nothing_never_makes_less_eligible(picked, at):
    fewer = verdict([], at, {})
    more = verdict([scene().files[i] for i in picked], at, {})
    if fewer.release is None or more.release is None:
        return
    for benefit in ("fast-berth", "free-passage"):
        one = decide([fewer.release], [], benefit, at)
        two = decide([more.release], [], benefit, at)
        assert DECIDED[two.value] >= DECIDED[one.value]


@given(st.sets(st.integers(0, MIN_BITS + 99), max_size=50))
def test_a_list_says_which_bits_are_set(indexes):
    bits = decode_list(encode_list(bits_of(indexes, MIN_BITS + 100)))
    assert {i for i in range(0, MIN_BITS + 100, 7) if bit_at(bits, i)} == {
        i for i in indexes if i % 7 == 0
    }


@given(st.text(max_size=200))
def test_any_text_is_a_list_or_is_refused(text):
    with suppress(DocumentError):
        assert len(decode_list(text)) >= MIN_BITS // 8


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 2**54) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner)
    ),
    max_leaves=8,
)


@given(st.integers(0, 999), JSON, st.data())
def test_a_predicate_with_anything_in_a_place_is_read_or_refused(seed, value, data):
    file = scene().files[seed % len(scene().files)]
    document = loads(file.statement.envelope.payload)
    place = document["predicate"]
    name = data.draw(st.sampled_from(sorted(place)))
    place[name] = value
    with suppress(AssayError):
        model = StatementModel.read(document, document="statement")
        read_noun(model, DEFAULT_LIMITS)

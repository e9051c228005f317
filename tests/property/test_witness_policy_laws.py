"""Laws of policies: more cosignatures never mean less, and nothing makes it fail."""

from __future__ import annotations

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from assay.crypto.verifier_key import SignatureType, make_vkey
from assay.crypto.witness_policy import parse_policy
from assay.errors import LogError

KEYS = [
    make_vkey(f"w{i}", SignatureType.ED25519_COSIGNATURE, bytes([i]) * 32)
    for i in range(8)
]


@st.composite
def policies(draw):
    """A policy with groups of groups, and the number of witnesses it must have."""
    lines = [f"witness w{i} {key}" for i, key in enumerate(KEYS)]
    # Name to the least number of witnesses that satisfies it.
    free = {f"w{i}": 1 for i in range(len(KEYS))}
    for number in range(draw(st.integers(1, 4))):
        members = draw(
            st.lists(st.sampled_from(sorted(free)), min_size=1, max_size=4, unique=True)
        )
        threshold = draw(st.integers(1, len(members)))
        costs = sorted(free.pop(member) for member in members)
        free[f"g{number}"] = sum(costs[:threshold])
        lines.append(f"group g{number} {threshold} {' '.join(members)}")
        last = f"g{number}"
    lines.append(f"quorum {last}")
    return "\n".join([*lines, ""]), free[last]


@given(policies(), st.sets(st.sampled_from(KEYS)), st.sets(st.sampled_from(KEYS)))
def test_more_cosigners_are_never_less(drawn, some, more):
    policy = parse_policy(drawn[0])
    assert policy.satisfied(some | more) or not policy.satisfied(some)


@given(policies(), st.sets(st.sampled_from(KEYS)))
def test_fewer_witnesses_than_the_groups_need_are_never_enough(drawn, cosigners):
    text, least = drawn
    policy = parse_policy(text)
    assert policy.satisfied(KEYS)
    if len(cosigners) < least:
        assert not policy.satisfied(cosigners)


@given(policies(), st.lists(st.sampled_from(KEYS)))
def test_a_key_counts_once(drawn, cosigners):
    policy = parse_policy(drawn[0])
    assert policy.satisfied(cosigners) is policy.satisfied(set(cosigners))
    assert policy.satisfied(cosigners * 3) is policy.satisfied(cosigners)


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_anything_is_a_policy_or_refused(data):
    with contextlib.suppress(LogError):
        parse_policy(data)


WORDS = ["log", "witness", "group", "quorum", "none", "all", "any", "1", "2", "a", "b"]


@given(
    st.lists(
        st.lists(st.sampled_from([*WORDS, str(KEYS[0]), str(KEYS[1])]), max_size=5),
        max_size=8,
    )
)
def test_lines_of_its_own_words_are_a_policy_or_refused(lines):
    text = "".join(" ".join(words) + "\n" for words in lines)
    with contextlib.suppress(LogError):
        policy = parse_policy(text)
        assert policy.satisfied([item.key for item in policy.witnesses])

"""Policies of C2SP tlog-policy: what is read, what is refused, and what is enough."""

from __future__ import annotations

import pytest

from assay.crypto.verifier_key import SignatureType, make_vkey
from assay.crypto.witness_policy import (
    PolicyGroup,
    PolicyLog,
    PolicyWitness,
    parse_policy,
)
from assay.domain.limits import Limits
from assay.errors import LogError


def key(number, kind=SignatureType.ED25519_COSIGNATURE, name=None):
    length = 1312 if kind is SignatureType.ML_DSA_44_COSIGNATURE else 32
    return make_vkey(name or f"w.example/{number}", kind, bytes([number]) * length)


LOG = key(200, SignatureType.ED25519, "log.example/a")
LOG_2 = key(201, SignatureType.ML_DSA_44_COSIGNATURE, "log.example/a")
X = [key(number) for number in (1, 2, 3)]
Y = [
    key(11),
    key(12, SignatureType.ML_DSA_44_COSIGNATURE),
    key(13),
]
# The shape of the example in the specification.
EXAMPLE = f"""
# two organisations
log {LOG} https://log.example/a
\tlog\t {LOG_2}
witness X1 {X[0]} https://x1.example/
witness X2 {X[1]}
witness X3 {X[2]}
  # indented
group X-witnesses 2 X1 X2 X3

witness Y1 {Y[0]}
witness Y2 {Y[1]}
witness Y3 {Y[2]}
group Y-witnesses any Y1 Y2 Y3
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def refused(text, **limits):
    with pytest.raises(LogError) as caught:
        parse_policy(text, Limits(**limits))
    return caught.value.code


def test_the_example_is_read():
    policy = parse_policy(EXAMPLE)
    assert policy.logs == (
        PolicyLog(key=LOG, url="https://log.example/a"),
        PolicyLog(key=LOG_2),
    )
    assert policy.witnesses[0] == PolicyWitness(
        name="X1", key=X[0], url="https://x1.example/"
    )
    assert [item.name for item in policy.witnesses] == [
        "X1",
        "X2",
        "X3",
        "Y1",
        "Y2",
        "Y3",
    ]
    assert policy.groups[0] == PolicyGroup(
        name="X-witnesses", threshold=2, members=("X1", "X2", "X3")
    )
    assert [item.threshold for item in policy.groups] == [2, 1, 2]
    assert policy.quorum == "X-and-Y"


@pytest.mark.parametrize(
    ("cosigners", "enough"),
    [
        ([X[0], X[1], Y[0]], True),
        ([X[0], X[2], Y[1]], True),
        ([*X, *Y], True),
        ([X[0], X[1]], False),
        ([X[0], Y[0], Y[1], Y[2]], False),
        ([X[0], X[0], X[0], Y[0]], False),
        ([], False),
        ([LOG, LOG_2], False),
    ],
)
def test_a_quorum_of_nested_groups(cosigners, enough):
    assert parse_policy(EXAMPLE).satisfied(cosigners) is enough


def test_a_key_of_the_same_name_and_another_type_does_not_count():
    policy = parse_policy(f"witness w {X[0]}\nquorum w\n")
    other = make_vkey(X[0].name, SignatureType.ML_DSA_44_COSIGNATURE, bytes(1312))
    assert policy.satisfied({X[0]})
    assert not policy.satisfied({other})


def test_none_asks_for_no_cosignature():
    assert parse_policy("quorum none\n").satisfied(())


def test_octets_that_are_no_utf_8_are_names_of_their_own():
    line = f"witness \xe4 {X[0]}\n".encode("latin-1")
    policy = parse_policy(line + b"quorum \xe4\n")
    assert policy.satisfied({X[0]})
    assert refused(line + "quorum \xe4\n".encode()) == "log.policy-undefined"


def test_other_spaces_than_blanks_and_tabs_are_part_of_a_name():
    policy = parse_policy(f"witness a\u00a0b {X[0]}\nquorum a\u00a0b\n")
    assert policy.witnesses[0].name == "a\u00a0b"


def test_words_of_the_language_may_be_names():
    text = f"witness all {X[0]}\nwitness 2 {X[1]}\ngroup any 2 all 2\nquorum any\n"
    policy = parse_policy(text)
    assert not policy.satisfied({X[0]})
    assert policy.satisfied({X[0], X[1]})


RENAMED = make_vkey("other", SignatureType.ED25519_COSIGNATURE, X[0].public)
AS_LOG = make_vkey("log", SignatureType.ED25519, X[0].public)
W = f"witness a {X[0]}\nwitness b {X[1]}\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "quorum"),
        ("# nothing\n", "quorum"),
        ("quorum none", "encoding"),
        ("quorum none\r\n", "encoding"),
        ("quorum none\n\x00\n", "encoding"),
        ("quorum none # \x7f\n", "encoding"),
        ("quorum none\nquorum none\n", "line"),
        ("quorum\n", "line"),
        ("quorum none none\n", "line"),
        ("quorum a\n", "undefined"),
        (f"quorum a\n{W}", "undefined"),
        (f"{W}group g any a b", "encoding"),
        (f"{W}group g any\nquorum g\n", "line"),
        (f"{W}group g\nquorum g\n", "line"),
        (f"{W}group g 0 a b\nquorum g\n", "threshold"),
        (f"{W}group g 3 a b\nquorum g\n", "threshold"),
        (f"{W}group g 01 a b\nquorum g\n", "threshold"),
        (f"{W}group g +1 a b\nquorum g\n", "threshold"),
        (f"{W}group g \u0661 a b\nquorum g\n", "threshold"),
        (f"{W}group g ALL a b\nquorum g\n", "threshold"),
        (f"{W}group g 99999 a b\nquorum g\n", "threshold"),
        (f"{W}group g any a a\nquorum g\n", "member"),
        (f"{W}group g any a\ngroup h any a\nquorum g\n", "member"),
        (f"{W}group g any g\nquorum g\n", "undefined"),
        (f"{W}group g any h\ngroup h any a\nquorum g\n", "undefined"),
        (f"{W}group g any none\nquorum g\n", "undefined"),
        (f"{W}group a any b\nquorum a\n", "name"),
        (f"{W}group none any a\nquorum none\n", "name"),
        (f"{W}witness a {X[2]}\nquorum a\n", "name"),
        (f"witness none {X[2]}\nquorum none\n", "name"),
        (f"witness a {X[0]} url more\nquorum a\n", "line"),
        ("witness a\nquorum a\n", "line"),
        (f"log {LOG} url more\nquorum none\n", "line"),
        ("log\nquorum none\n", "line"),
        ("mirror x\nquorum none\n", "line"),
        ("Quorum none\n", "line"),
        ("witness a b\nquorum a\n", "key"),
        (f"witness a {LOG}\nquorum a\n", "key"),
        (f"log {X[0]}\nquorum none\n", "key"),
        (f"witness a {str(X[0])[:-4]}AAA=\nquorum a\n", "key"),
        (f"log {LOG}\nlog {LOG}\nquorum none\n", "repeated-key"),
        (
            f"{W}witness c {RENAMED}\nquorum c\n",
            "repeated-key",
        ),
        (
            f"log {AS_LOG}\n{W}quorum a\n",
            "repeated-key",
        ),
    ],
)
def test_what_is_no_policy_is_refused(text, code):
    assert refused(text) == f"log.policy-{code}"


def test_a_key_whose_name_is_no_utf_8_is_refused():
    data = f"witness a {X[0]}\nquorum a\n".encode().replace(
        b"w.example", b"w.\xffxample"
    )
    assert refused(data) == "log.policy-key"


def test_bounds_on_bytes_and_items():
    assert refused("quorum none\n", max_policy_bytes=11) == "log.policy-oversized"
    assert refused(W + "quorum a\n", max_policy_items=1) == "log.policy-crowd"
    two_logs = f"log {LOG}\nlog {LOG_2}\nquorum none\n"
    assert refused(two_logs, max_policy_items=1) == "log.policy-crowd"
    two_groups = f"witness a {X[0]}\ngroup g any a\ngroup h any g\nquorum h\n"
    assert refused(two_groups, max_policy_items=1) == "log.policy-crowd"


def test_the_numbers_that_the_specification_recommends_are_supported():
    lines = [f"log {key(number, SignatureType.ED25519)}" for number in range(100, 132)]
    lines += [f"witness w{number} {key(number)}" for number in range(32)]
    lines += [f"group g{number} any w{number}" for number in range(32)]
    policy = parse_policy("\n".join([*lines, "quorum g31", ""]))
    assert policy.satisfied({key(31)})
    assert not policy.satisfied({key(number) for number in range(31)})

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from assay.domain.limits import DEFAULT_LIMITS
from assay.domain.statement import Envelope, LoggedStatement
from assay.domain.trust import TimestampAuthority, TrustFile
from assay.domain.verdict import VerdictValue
from assay.errors import AssayError
from assay.verify.timestamps import check_timestamps
from tests.simulators.attacks_on_times import STAMPED, stamped
from tests.simulators.authorities import NOW, root
from tests.simulators.claims import LOGGED_AT, Claim
from tests.simulators.timestamp_forger import Forger, stamp_holder

ROOT, OTHER = root("one"), root("two")
FIRST = Forger(signer=stamp_holder(ROOT), time=NOW)
SECOND = Forger(signer=stamp_holder(OTHER), time=NOW - timedelta(hours=1))
SIGNATURE = b"signature"
TRUST = TrustFile(
    developers=(),
    logs=(),
    programmes=(),
    timestamp_authorities=(TimestampAuthority(name="one", certificates=(ROOT.der,)),),
)
BOTH = replace(
    TRUST,
    timestamp_authorities=(
        *TRUST.timestamp_authorities,
        TimestampAuthority(name="two", certificates=(OTHER.der,)),
    ),
)


def logged(*tokens: bytes) -> LoggedStatement:
    envelope = Envelope(payload=b"", payload_type="", key_id="", signature=SIGNATURE)
    return LoggedStatement(envelope=envelope, timestamps=tokens)


def names(*tokens: bytes, trust: TrustFile) -> list[str]:
    found = check_timestamps(logged(*tokens), trust, DEFAULT_LIMITS)
    return [item.authority for item in found]


def refused(*tokens: bytes, trust: TrustFile = TRUST) -> str:
    with pytest.raises(AssayError) as error:
        check_timestamps(logged(*tokens), trust, DEFAULT_LIMITS)
    return error.value.code


def test_timestamps_by_named_authorities_are_given_the_earliest_first():
    tokens = (FIRST.stamp(SIGNATURE), SECOND.stamp(SIGNATURE))
    assert names(*tokens, trust=BOTH) == ["two", "one"]


def test_timestamps_by_others_are_set_aside():
    tokens = (FIRST.stamp(SIGNATURE), SECOND.stamp(SIGNATURE))
    assert names(*tokens, trust=TRUST) == ["one"]
    bare = replace(SECOND, certificates=())
    assert names(bare.stamp(SIGNATURE), trust=TRUST) == []


def test_no_timestamp_is_no_fault_unless_one_is_asked_for():
    assert names(trust=TRUST) == []
    asked = replace(TRUST, timestamp_required=True)
    assert refused(trust=asked) == "verify.no-timestamp"
    assert refused(SECOND.stamp(SIGNATURE), trust=asked) == "verify.no-timestamp"
    nobody = replace(asked, timestamp_authorities=())
    assert refused(FIRST.stamp(SIGNATURE), trust=nobody) == "verify.no-timestamp"
    assert names(FIRST.stamp(SIGNATURE), trust=asked) == ["one"]


def test_one_that_does_not_hold_refuses_the_statement_though_another_does():
    held = FIRST.stamp(SIGNATURE)
    assert refused(held, FIRST.stamp(b"other")) == "timestamp.other-message"
    assert refused(held, b"junk") == "timestamp.malformed"


def test_a_timestamp_of_somebody_else_must_still_be_over_the_signature():
    assert refused(SECOND.stamp(b"other")) == "timestamp.other-message"


def test_a_timestamp_twice_and_crowds_of_them_are_refused():
    held = FIRST.stamp(SIGNATURE)
    assert refused(held, held) == "verify.repeated-timestamp"
    crowd = [FIRST.stamp(SIGNATURE) for _ in range(DEFAULT_LIMITS.max_timestamps + 1)]
    assert refused(*crowd) == "verify.repeated-timestamp"


def test_a_claim_that_is_timestamped_whole_says_so_and_ends_its_key_earlier():
    claim = Claim(log=None, **stamped())
    trust = claim.trust(**STAMPED)
    verdict = claim.verdict(trust)
    assert verdict.value is VerdictValue.VALID
    assert "verify.timestamped" in {reason.code for reason in verdict.reasons}
    (existed_by,) = {s.existed_by for s in verdict.release.statements}
    assert existed_by == LOGGED_AT
    # In no log: the timestamp alone proves that the key had not ended.
    ended = replace(trust.developers[0], valid_until=LOGGED_AT + timedelta(days=1))
    kept = claim.verdict(replace(trust, developers=(ended,)))
    assert kept.value is VerdictValue.VALID


def test_before_its_timestamps_a_claim_in_no_log_is_not_yet_one():
    claim = Claim(log=None, **stamped())
    early = claim.verdict(claim.trust(**STAMPED), at=LOGGED_AT - timedelta(hours=1))
    assert early.value is VerdictValue.STALE
    codes = {reason.code for reason in early.reasons if not reason.holds}
    assert codes == {"verify.not-yet-sealed", "verify.not-yet-stamped"}

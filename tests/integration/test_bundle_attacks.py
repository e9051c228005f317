"""A bundle damaged anywhere is never `valid`, and never more than an AssayError."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assay.domain.verdict import VerdictValue
from assay.errors import AssayError, BundleError
from assay.verify import verify_bundle
from assay.wire.v0.bundle import read_bundle, write_bundle
from tests.simulators.claims import NOW, Claim, MemoryLog, report, small_claim, witness
from tests.simulators.note_signers import WITNESS_ED
from tests.simulators.salted_claims import SaltedClaim

SMALL = small_claim(log=MemoryLog(leaves=[], witnesses=(WITNESS_ED,)))
DATA = SMALL.data()
TRUST = SMALL.trust(witnesses=(witness(WITNESS_ED),), quorum=1)


# The same with salted statements, of which everything is shown.
SALTED = SaltedClaim(
    files=SMALL.files,
    programme_file=SMALL.programme_file,
    reports=SMALL.reports,
    answers=(),
    log=MemoryLog(leaves=[], witnesses=(WITNESS_ED,)),
)
SALTED_DATA = SALTED.data()


def survives(data):
    """Say whether damaged bytes still verify; any error but ours fails the test."""
    try:
        return verify_bundle(data, TRUST, NOW).value is VerdictValue.VALID
    except AssayError:
        return False


def test_the_bundles_that_are_damaged_are_valid():
    assert survives(DATA)
    assert survives(SALTED_DATA)


@pytest.mark.parametrize("claim", [SMALL, Claim()], ids=["small", "whole"])
def test_a_bundle_cut_anywhere_is_no_bundle(claim):
    data = DATA if claim is SMALL else claim.data()
    for length in range(len(data)):
        with pytest.raises(BundleError):
            verify_bundle(data[:length], TRUST, NOW)


@pytest.mark.slow
@pytest.mark.parametrize("data", [DATA, SALTED_DATA], ids=["open", "salted"])
def test_a_bundle_with_any_one_bit_flipped_is_never_valid(data):
    still_valid = []
    damaged = bytearray(data)
    for place in range(len(data)):
        # One bit per byte, each of the eight in turn; 5 is prime to 8, so that no
        # stretch of the bundle meets one bit only.
        bit = 1 << (place * 5 % 8)
        damaged[place] ^= bit
        if survives(bytes(damaged)):
            still_valid.append((place, bit))
        damaged[place] ^= bit
    assert still_valid == []


@pytest.mark.slow
@pytest.mark.parametrize("data", [DATA, SALTED_DATA], ids=["open", "salted"])
def test_a_bundle_with_any_one_byte_left_out_or_doubled_is_never_valid(data):
    # Every seventh place: each part of the bundle is far longer than that.
    for place in range(0, len(data), 7):
        assert not survives(data[:place] + data[place + 1 :])
        assert not survives(data[:place] + data[place : place + 1] + data[place:])


def test_a_bundle_with_any_one_line_of_a_receipt_left_out_is_never_valid():
    lines = DATA.split(b"\\n")
    assert len(lines) > 15
    for place in range(len(lines)):
        assert not survives(b"\\n".join(lines[:place] + lines[place + 1 :]))


@pytest.mark.parametrize(
    "data",
    [
        DATA * 2,
        DATA + DATA[:-1],
        DATA[::-1],
        b"\x00" * 1000,
        b"[" * 1000,
        b'{"a":' * 200,
    ],
)
def test_what_is_more_or_less_than_a_bundle_is_none(data):
    with pytest.raises(BundleError):
        verify_bundle(data, TRUST, NOW)


def test_statements_of_two_bundles_cannot_be_mixed():
    one = read_bundle(DATA)
    failed = small_claim(reports=(report("secrets", failure="It fell over."),))
    other = failed.bundle()
    # The manifest is the same in both: both are about the same files.
    for place in range(1, len(one.statements)):
        mixed = list(other.statements)
        mixed[place] = one.statements[place]
        bundle = replace(other, statements=tuple(mixed))
        verdict = verify_bundle(write_bundle(bundle), TRUST, NOW)
        assert verdict.reasons[0].code == "verify.seal-mismatch"

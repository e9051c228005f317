"""Taking in long runs at once must give the facts that the plain machine gives."""

from __future__ import annotations

import pickle  # only `dumps`: honest samples
import pickletools
import random
from collections import OrderedDict
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.domain.limits import DEFAULT_LIMITS
from assay.release.formats import pickle_bulk, pickle_machine
from assay.release.formats.pickle_values import show
from assay.release.source import BytesSource

QUICK = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
PROTOCOLS = st.integers(0, 5)


@pytest.fixture
def both(monkeypatch):
    """Walk a stream both ways, short streams too, and give the two results."""
    monkeypatch.setattr(pickle_bulk, "_WORTHWHILE_BYTES", 0)
    monkeypatch.setattr(pickle_bulk, "_SHORTEST_RUN", 2)
    monkeypatch.setattr(pickle_bulk, "_PATIENCE", 1)

    def walk_both(data: bytes) -> tuple[tuple[object, ...], tuple[object, ...]]:
        found = []
        for in_bulk in (True, False):
            monkeypatch.setattr(pickle_machine, "_IN_BULK", in_bulk)
            found.append(told(data))
        return found[0], found[1]

    return walk_both


def told(data: bytes) -> tuple[object, ...]:
    """Give all that a walk tells, in a form that can be compared."""
    walked = pickle_machine.walk(BytesSource(data), 0, DEFAULT_LIMITS)
    names = [(i.module, i.name, i.offset, i.opcode, i.called) for i in walked.imports]
    return (
        (walked.end, walked.stopped, walked.opcodes, walked.protocol, walked.bounded),
        names,
        walked.calls,
        walked.unlisted,
        walked.problems,
        walked.embedded,
        show(walked.result, 10_000),
        getattr(walked.result, "weight", None),
        getattr(walked.result, "length", None),
    )


def record(source: random.Random, words: list[str], depth: int) -> Any:
    """Make a record as published pickles hold them, shared parts included."""
    kinds = source.randrange(12 if depth else 6)
    if kinds < 6:
        return (
            source.randrange(-5, 300),
            source.choice(words),
            source.random(),
            None,
            bool(source.randrange(2)),
            f"text {source.random()}",
        )[kinds]
    inner = [record(source, words, depth - 1) for _ in range(source.randrange(6))]
    if kinds == 6:
        return tuple(inner)
    if kinds == 7:
        return dict(zip(words, inner, strict=False))
    if kinds == 8:
        return SHARED
    if kinds == 9:
        return frozenset(source.choices(words, k=3))
    return inner


SHARED = ("shared", ["a list"], 3)


def release_like(seed: int, count: int, extra: str) -> Any:
    source = random.Random(seed)  # noqa: S311 - samples, not secrets
    words = [f"word{index}" for index in range(40)]
    records = [record(source, words, 3) for _ in range(count)]
    if extra == "calls":
        records[count // 2 : count // 2] = [date(2026, 1, 2), Fraction(1, 3)]
        records.append(OrderedDict(zip(words, records, strict=False)))
    if extra == "long":
        records.insert(count // 3, "x" * 700)
        records.append("ü" * 300)
    if extra == "bytes":
        records[count // 2 : count // 2] = [b"cos\nsystem\n(.", b"plain", b"\x80\x02."]
    return {
        "words": words,
        "records": records,
        "again": [records[-1:], SHARED, records],
    }


@QUICK
@given(
    seed=st.integers(0, 1000),
    count=st.integers(0, 400),
    extra=st.sampled_from(["", "calls", "long", "bytes"]),
    protocol=PROTOCOLS,
)
def test_honest_streams_give_the_same_facts(both, seed, count, extra, protocol):
    bulk, plain = both(pickle.dumps(release_like(seed, count, extra), protocol))
    assert bulk == plain


@QUICK
@given(
    seed=st.integers(0, 1000),
    protocol=PROTOCOLS,
    edits=st.lists(
        st.tuples(st.integers(0, 1 << 20), st.binary(min_size=1, max_size=5)),
        min_size=1,
        max_size=5,
    ),
    cut=st.one_of(st.none(), st.integers(0, 1 << 20)),
)
def test_damaged_streams_give_the_same_facts(both, seed, protocol, edits, cut):
    data = bytearray(pickle.dumps(release_like(seed, 150, "calls"), protocol))
    for offset, piece in edits:
        at = offset % (len(data) + 1)
        data[at : at + len(piece)] = piece
    bulk, plain = both(bytes(data if cut is None else data[: cut % (len(data) + 1)]))
    assert bulk == plain


OPCODES = st.sampled_from(
    [
        *(
            b"N",
            b"K\x01",
            b"]",
            b"}",
            b")",
            b"\x8f",
            b"(",
            b"a",
            b"s",
            b"e",
            b"u",
            b"t",
        ),
        *(b"l", b"d", b"\x85", b"\x86", b"\x87", b"\x90", b"\x91", b"\x94", b"0", b"1"),
        *(b"2", b"q\x05", b"h\x00", b"h\x05", b"j\x02\0\0\0", b"r\x20\0\0\0", b"p3\n"),
        *(b"g1\n", b"I7\n", b"Va\n", b"\x8c\x02os", b"\x8c\x06system", b"\x93", b"R"),
        *(b"X\x01\0\0\0a", b"G\0\0\0\0\0\0\0\0", b"U\x01a", b"C\x01a", b"b", b"."),
    ]
)
# A container with all items that are kept, so that what follows may be taken in.
FULL = b"]\x94(" + b"K\x01" * 32 + b"e"


@QUICK
@given(
    parts=st.lists(
        st.one_of(
            OPCODES,
            st.sampled_from(
                [
                    b"(K\x01K\x02e",
                    b"(\x8c\x01a\x94K\x01\x86\x94h\x01e",
                    b"(]\x94(K\x01ee",
                    b"K\x01a",
                    b"(}\x94(h\x02K\x01ue",
                    b"(h\x00h\x00\x86e",
                ]
            ),
        ),
        max_size=60,
    ),
    head=st.sampled_from([b"", b"\x80\x04", b"\x80\x02", b"cos\nsystem\nq\x01"]),
)
def test_any_opcodes_after_a_full_container_give_the_same_facts(both, parts, head):
    bulk, plain = both(head + FULL + b"".join(parts) + b".")
    assert bulk == plain


def test_places_tell_the_index_of_the_opcode():
    records = [(index, str(index), 0.5) for index in range(20_000)]
    data = pickle.dumps([records, date(2026, 1, 2)], 4)
    walked = pickle_machine.walk(BytesSource(data), 0, DEFAULT_LIMITS)
    positions = [position for _, _, position in pickletools.genops(data)]
    assert positions[walked.imports[0].opcode] == walked.imports[0].offset
    assert positions[walked.calls[0].opcode] == walked.calls[0].offset
    assert walked.opcodes == len(positions)


def test_a_long_honest_stream_is_mostly_taken_in(monkeypatch):
    taken = []
    real = pickle_bulk.Bulk.take_in

    def noted(self, machine, target, number):
        taken.append(real(self, machine, target, number))
        return taken[-1]

    monkeypatch.setattr(pickle_bulk.Bulk, "take_in", noted)
    data = pickle.dumps([(index, str(index), 0.5) for index in range(20_000)], 4)
    walked = pickle_machine.walk(BytesSource(data), 0, DEFAULT_LIMITS)
    assert walked.stopped
    assert not walked.problems
    assert sum(taken) > 0.9 * walked.opcodes

"""Laws of the readers of 7z, Zstandard and LZ4: any bytes give facts, none is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.domain.facts import ArchiveFacts, Gap, PickleFacts
from assay.domain.limits import DEFAULT_LIMITS
from assay.release.formats import lz4_frames, zstd_frames
from assay.release.formats.framed import Framed, Journal, Stopped
from assay.release.formats.seven_zip_header import read_header
from assay.release.inspection import inspect_source
from assay.release.source import BytesSource
from benchmarks.detection.archives import (
    Item,
    lz4_frame,
    lz4_legacy,
    seven_zip,
    skippable,
    zstd_frame,
)
from benchmarks.detection.families.containers import _ZSTD_ACT, _ZSTD_TEXT

REAL = Path(__file__).parents[1] / "vectors" / "formats" / "real"
ACT = b"\x80\x02cbuiltins\nprint\n(Vhello\ntR."
WHOLE = (
    seven_zip(Item(name="a.pkl", data=ACT), method="lzma2"),
    seven_zip(Item(name="a.pkl", data=ACT), Item(name="b"), packed_list=True),
    (REAL / "py7zr_default.7z").read_bytes(),
    _ZSTD_ACT,
    _ZSTD_TEXT,
    skippable(b"x") + zstd_frame(ACT),
    lz4_frame(ACT),
    lz4_legacy(ACT),
)


def look(data, path="file"):
    return inspect_source(
        BytesSource(data),
        path=path,
        executable_bit=False,
        limits=DEFAULT_LIMITS,
        paths=frozenset({path}),
    )


def decode(module, data, step):
    journal = Journal(lambda _: True)
    inner = Framed(journal, module.frames(journal))
    out, position = b"", 0
    try:
        while not inner.eof:
            piece = data[position : position + step] if inner.hungry else b""
            position += len(piece)
            found = inner.feed(piece)
            out += found
            if not piece and not found:
                break
    except Stopped as stop:
        return out, stop.kind, journal.problems
    return out, inner.eof, journal.problems


@given(whole=st.sampled_from(WHOLE), data=st.data())
def test_damaged_archives_give_facts(whole, data):
    broken = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        broken[data.draw(st.integers(0, len(whole) - 1))] = data.draw(
            st.integers(0, 255)
        )
    cut = data.draw(st.integers(0, 20))
    look(bytes(broken[: len(broken) - cut]))


@given(header=st.binary(max_size=80), kind=st.sampled_from((b"\x01", b"\x17")))
def test_any_list_of_members_is_read_or_stops(header, kind):
    try:
        listing = read_header(kind + header, 40)
    except Stopped:
        return
    assert len(listing.entries) <= 40


@given(
    module=st.sampled_from((lz4_frames, zstd_frames)),
    whole=st.sampled_from(WHOLE[3:]),
    junk=st.binary(max_size=30),
    at=st.integers(0, 60),
    step=st.integers(1, 70),
)
def test_frames_decode_alike_in_steps_of_any_size(module, whole, junk, at, step):
    data = whole[:at] + junk + whole[at + len(junk) :]
    assert decode(module, data, step) == decode(module, data, 1 << 16)


@given(
    members=st.lists(
        st.tuples(st.text(st.characters(codec="utf-8"), min_size=1), st.binary()),
        max_size=5,
    ),
    method=st.sampled_from(("copy", "lzma", "lzma2", "x86", "bzip2", "deflate")),
    packed_list=st.booleans(),
)
def test_what_is_packed_is_found(members, method, packed_list):
    items = [Item(name=name.replace("\0", ""), data=data) for name, data in members]
    items.append(Item(name="last.pkl", data=ACT))
    file = look(seven_zip(*items, method=method, packed_list=packed_list), "a.7z")
    facts = next(fact for fact in file.facts if isinstance(fact, ArchiveFacts))
    assert facts.members == len(items)
    assert facts.expanded_bytes == sum(len(item.data or b"") for item in items)
    assert "last.pkl" in [
        fact.place.member for fact in file.facts if isinstance(fact, PickleFacts)
    ]


@pytest.mark.parametrize("whole", WHOLE)
def test_a_cut_archive_is_never_silent(whole):
    for end in range(8, len(whole) - 1, 3):
        facts = look(whole[:end]).facts
        told = [fact for fact in facts if isinstance(fact, ArchiveFacts)]
        gaps = [fact for fact in facts if isinstance(fact, Gap)]
        assert gaps or any(fact.problems for fact in told), end

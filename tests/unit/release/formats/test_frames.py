"""LZ4 and Zstandard, decoded by our own code."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import replace
from pathlib import Path

import pytest

from assay.domain.facts import ArchiveFacts, Content, Gap, PickleFacts
from assay.domain.limits import DEFAULT_LIMITS
from assay.release.formats import lz4_frames, zstd_frames
from assay.release.formats.framed import Framed, Journal, Stopped
from assay.release.formats.xxhash import xxh32, xxh64
from benchmarks.detection.archives import (
    lz4_block,
    lz4_frame,
    lz4_legacy,
    lz4_zeros,
    skippable,
    zstd_frame,
    zstd_zeros,
)
from benchmarks.detection.families.containers import _ZSTD_ACT, _ZSTD_TEXT

REAL = Path(__file__).parents[3] / "vectors" / "formats" / "real"
PRINT = b"\x80\x02cbuiltins\nprint\n(Vhello\ntR."
ZSTD = b"\x28\xb5\x2f\xfd"
LZ4 = b"\x04\x22\x4d\x18"


def kinds(facts):
    return [problem.kind for problem in facts.problems]


def decode(module, data, step=1 << 16, spend=lambda _: True):
    """Decode all; give the output, the journal and what was left."""
    journal = Journal(spend)
    inner = Framed(journal, module.frames(journal))
    out, position = b"", 0
    while not inner.eof:
        piece = data[position : position + step] if inner.hungry else b""
        position += len(piece)
        found = inner.feed(piece)
        out += found
        if not piece and not found:
            break
    return out, journal, inner.unused + data[position:], inner.eof


@pytest.mark.parametrize("step", [1, 3, 1 << 16])
@pytest.mark.parametrize(
    ("module", "data", "expected"),
    [
        (lz4_frames, lz4_frame(PRINT), PRINT),
        (lz4_frames, lz4_frame(b""), b""),
        (lz4_frames, lz4_frame(PRINT * 40, linked=True, block=50), PRINT * 40),
        (lz4_frames, lz4_legacy(PRINT) + lz4_legacy(PRINT), PRINT * 2),
        (lz4_frames, lz4_legacy(PRINT) + lz4_frame(PRINT), PRINT * 2),
        (lz4_frames, skippable(b"xyz") + lz4_frame(PRINT), PRINT),
        (zstd_frames, zstd_frame(PRINT), PRINT),
        (zstd_frames, zstd_frame(b""), b""),
        (
            zstd_frames,
            zstd_frame(PRINT) + skippable(b"") + zstd_frame(b"a"),
            PRINT + b"a",
        ),
        (zstd_frames, zstd_zeros(1), bytes(1 << 17)),
    ],
)
def test_frames_are_decoded_in_steps_of_any_size(module, data, expected, step):
    out, journal, rest, ended = decode(module, data, step)
    assert (out, rest, ended) == (expected, b"", True)
    assert not journal.problems


def test_blocks_that_the_reference_library_compressed_are_decoded():
    out, journal, _, ended = decode(zstd_frames, _ZSTD_TEXT)
    assert out.startswith(b'{"layers": [{"name": "layer.0", "size": 0}')
    assert (len(out), ended, journal.problems) == (1423, True, [])
    out, journal, _, ended = decode(zstd_frames, _ZSTD_ACT)
    assert out.count(b".weight") == 60
    # Its checksum is compared.
    assert (len(out), ended, journal.problems) == (1240, True, [])


@pytest.mark.parametrize(
    ("module", "name", "digest"),
    [
        (
            zstd_frames,
            "zstandard_blocks.zst",
            "b5a252f55afbd2c7e3dd16993394db0e88f7cfdf89875afcb5b814ab0454c905",
        ),
        (
            lz4_frames,
            "lz4_checksums.lz4",
            "79fedced83fef39210f4ad8a06e808758858713e5747cee47739c6e3d21992f6",
        ),
    ],
)
def test_files_of_the_libraries_are_decoded(module, name, digest):
    out, journal, rest, ended = decode(module, (REAL / name).read_bytes())
    assert hashlib.sha256(out).hexdigest() == digest
    assert (rest, ended, journal.problems) == (b"", True, [])


def test_what_joblib_writes_with_lz4_is_read(sample, only):
    file = sample("real/joblib_lz4.joblib.lz4")
    assert file.contents == (Content.LZ4,)
    (facts,) = only(file, PickleFacts)
    assert not facts.problems
    assert "joblib.numpy_pickle" in {item.module for item in facts.imports}


@pytest.mark.parametrize("name", ["zstandard_blocks.zst", "lz4_checksums.lz4"])
def test_damage_anywhere_stops_or_is_told(look, only, name):
    data = (REAL / name).read_bytes()
    for at in range(4, len(data), 97):
        broken = data[:at] + bytes((data[at] ^ 0x55,)) + data[at + 1 :]
        file = look(broken, name)
        found = only(file, ArchiveFacts)
        assert [fact for fact in found if fact.problems] or only(file, Gap)


def test_hashes_are_those_of_the_specification():
    assert xxh32(b"") == 0x02CC5D05
    assert xxh64(b"") == 0xEF46DB3751D8E999
    assert xxh32(b"Nobody inspects the spammish repetition") == 0xE2293B2F
    assert xxh64(b"Nobody inspects the spammish repetition") == 0xFBCEA83C8A378BF1


def test_what_follows_the_frames_is_left():
    for module, data in (
        (lz4_frames, lz4_frame(b"a")),
        (zstd_frames, zstd_frame(b"a")),
    ):
        for tail in (b"x", b"more bytes"):
            out, _, rest, ended = decode(module, data + tail)
            assert (out, rest, ended) == (b"a", tail, True)


def test_user_data_between_frames_is_remembered():
    data = zstd_frame(b"a") + skippable(b"hidden")
    _, journal, _, _ = decode(zstd_frames, data, 5)
    assert [data[at : at + size] for at, size in journal.hidden] == [b"hidden"]


@pytest.mark.parametrize(
    ("module", "data"),
    [
        (lz4_frames, lz4_frame(PRINT)),
        (lz4_frames, lz4_legacy(PRINT)),
        (zstd_frames, zstd_frame(PRINT)),
        (zstd_frames, _ZSTD_ACT),
        (zstd_frames, zstd_frame(b"") + skippable(b"xyz")),
    ],
)
def test_a_stream_that_is_cut_does_not_end(module, data):
    assert not decode(module, data[:-1])[3]


def stops(module, data):
    with pytest.raises(Stopped) as caught:
        decode(module, data)
    return caught.value.kind


def frame(*blocks, flags=b"\x60\x40", rest=b""):
    head = flags + rest
    check = bytes((xxh32(head) >> 8 & 0xFF,))
    body = b"".join(struct.pack("<I", len(block)) + block for block in blocks)
    return LZ4 + head + check + body + b"\0\0\0\0"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (frame(flags=b"\x20\x40"), "malformed"),
        (frame(flags=b"\x60\x30"), "malformed"),
        (frame(flags=b"\x61\x40", rest=b"dict"), "too-large"),
        (b"no frame", "malformed"),
        (LZ4 + b"\x60\x40\x82" + struct.pack("<I", 70_000), "malformed"),
        # Literals beyond the block; a distance of zero; one before the start.
        (frame(b"\xf0\xff"), "malformed"),
        (frame(b"\x10a\0\0"), "malformed"),
        (frame(b"\x10a\x09\0"), "malformed"),
        # More than the block may hold, by a match and by literals.
        (frame(b"\x1fa\x01\0" + b"\xff" * 300 + b"\0"), "malformed"),
        (frame(lz4_block(bytes(65_000)) + b"", b"\x00" * 3), "malformed"),
        (lz4_legacy(PRINT)[:8] + b"\x10a\0\0" + bytes(40), "malformed"),
    ],
)
def test_frames_of_lz4_that_break_their_format_stop(data, kind):
    assert stops(lz4_frames, data) == kind


def test_all_that_came_before_a_break_is_given(look, only):
    packed = b"\xf0" + bytes((len(PRINT) - 15,)) + PRINT + b"\0\0"
    file = look(frame(packed), "m.lz4")
    assert kinds(only(file, ArchiveFacts)[0]) == ["malformed"]
    assert [call.callee for call in only(file, PickleFacts)[0].calls] == [
        "builtins.print"
    ]


def test_matches_are_copied_even_over_themselves():
    packed = b"\x30abc\x03\x00\x24de\x02\x00\x10x"
    assert decode(lz4_frames, frame(packed))[0] == b"abcabcade" + b"de" * 4 + b"x"


def test_checksums_and_sizes_of_lz4_are_compared_and_stop_nothing():
    good = frame(
        lz4_block(PRINT), flags=b"\x6c\x40", rest=struct.pack("<Q", len(PRINT))
    )
    good += struct.pack("<I", xxh32(PRINT))
    assert not decode(lz4_frames, good)[1].problems
    _, journal, _, _ = decode(lz4_frames, good[:-1] + b"\0")
    assert [kind for kind, _, _ in journal.problems] == ["bad-checksum"]
    _, journal, _, _ = decode(lz4_frames, good[:6] + b"\x01" + good[7:])
    assert [kind for kind, _, _ in journal.problems] == [
        "bad-checksum",
        "header-mismatch",
    ]
    raw = struct.pack("<I", 0x80000001) + b"a"
    head = LZ4 + b"\x70\x40" + bytes((xxh32(b"\x70\x40") >> 8 & 0xFF,))
    for check, found in ((xxh32(b"a"), []), (7, ["bad-checksum"])):
        data = head + raw + struct.pack("<I", check) + b"\0\0\0\0"
        out, journal, _, _ = decode(lz4_frames, data)
        assert (out, [kind for kind, _, _ in journal.problems]) == (b"a", found)


def test_content_beyond_what_is_checked_is_not_held(monkeypatch):
    monkeypatch.setattr(lz4_frames, "CHECKED_BYTES", 4)
    monkeypatch.setattr(zstd_frames, "CHECKED_BYTES", 4)
    data = frame(lz4_block(PRINT), lz4_block(PRINT), flags=b"\x64\x40") + b"none"
    assert not decode(lz4_frames, data)[1].problems
    assert not decode(zstd_frames, _ZSTD_ACT[:-1] + b"\0")[1].problems


def header(flags, rest=b"", block=b"\x01\0\0"):
    return ZSTD + bytes((flags,)) + rest + block


def blocks(*items):
    """Blocks of one frame: type and content."""
    out = b""
    for at, (kind, data) in enumerate(items):
        last = at == len(items) - 1
        out += struct.pack("<I", len(data) << 3 | kind << 1 | last)[:3] + data
    return out


def packed(data):
    return header(0, b"\x38", blocks((2, data)))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"no frame", "malformed"),
        (header(0x08, b"\0"), "malformed"),
        (header(0x01, b"\0\x05"), "too-large"),
        (header(0x00, b"\xff"), "too-large"),
        (header(0, b"\0", b"\x07\0\0"), "malformed"),
        (header(0, b"\0", struct.pack("<I", 1 << 18 << 3 | 5)[:3]), "malformed"),
        # Literals: too many, cut, no tree; then the section of sequences is missing.
        (packed(b"\xfc\xff\xff"), "malformed"),
        (packed(b"\x50ab"), "malformed"),
        (packed(b"\x13\x40\x00a"), "malformed"),
        (packed(b"\xff\xff\xff\xff\xff"), "malformed"),
        (packed(b"\x02\x00\x00"), "malformed"),
        (packed(b"\x08a"), "malformed"),
        # Sequences: cut, without bits, a code that is none, a table that is none.
        (packed(b"\x08a\x01"), "malformed"),
        (packed(b"\x08a\x01\x00\x00"), "malformed"),
        (packed(b"\x08a\x01\x54\xff\x00\x00"), "malformed"),
        (packed(b"\x08a\x01\xfc\x01"), "malformed"),
        (packed(b"\x08a\x01\xa8\x0f\x01"), "malformed"),
        (packed(b"\x08a\x01\xa8\x00\x00\x00"), "malformed"),
        # A distance before the start, more literals than there are, more bits.
        (packed(b"\x08a\x01\x54\x01\x00\x00\x03"), "malformed"),
        (packed(b"\x08a\x01\x54\x05\x00\x00\x01"), "malformed"),
        (packed(b"\x08a\x81\x00\x54\x00\x00\x00\x01"), "malformed"),
        (packed(b"\x08a\xff\x00\x00\x54\x00\x00\x00\x01"), "malformed"),
    ],
)
def test_frames_of_zstandard_that_break_their_format_stop(data, kind):
    assert stops(zstd_frames, data) == kind


@pytest.mark.parametrize(
    "tree",
    [
        b"\x80\x10",
        b"\x81\x00",
        b"\x83\xcc\xcc",
        b"\x82\x11",
        b"\x05\x00\x00",
        b"\x02\xf0\x00\x00",
        b"\xff" + b"\x11" * 64,
        b"",
    ],
)
def test_trees_that_are_none_stop(tree):
    size = len(tree) + 2
    head = struct.pack("<I", 2 | 4 << 4 | size << 14)[:3]
    assert stops(zstd_frames, packed(head + tree + b"\x01\x01" + b"\0")) == "malformed"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (blocks((0, b"ab"), (1, b"c")), b"abc"),
        # Literals that are raw or repeated, with sizes of one, two and three bytes.
        (blocks((2, b"\x10ab\0")), b"ab"),
        (blocks((2, b"\x24\x00ab\0")), b"ab"),
        (blocks((2, b"\x2c\x00\x00ab\0")), b"ab"),
        (blocks((2, b"\x21a\0")), b"aaaa"),
        # A sequence of codes that all are the same: one literal, three bytes back one.
        (blocks((2, b"\x10ab\x01\x54\x01\x00\x00\x01")), b"aaaab"),
        # The same tables once more.
        (
            blocks((2, b"\x08a\x01\x54\x01\x00\x00\x01"), (2, b"\x08b\x01\xfc\x01")),
            b"aaaabbbb",
        ),
    ],
)
def test_small_blocks_of_zstandard_are_decoded(data, expected):
    assert decode(zstd_frames, header(0, b"\x38", data))[0] == expected


def test_sizes_and_checksums_of_zstandard_are_compared_and_stop_nothing():
    _, journal, _, _ = decode(zstd_frames, _ZSTD_ACT[:-1] + b"\0")
    assert [kind for kind, _, _ in journal.problems] == ["bad-checksum"]
    _, journal, _, _ = decode(zstd_frames, header(0x20, b"\x05"))
    assert [kind for kind, _, _ in journal.problems] == ["header-mismatch"]
    two = header(0x60, b"\x00\x00", blocks((0, b"a" * 256)))
    assert not decode(zstd_frames, two)[1].problems


def test_the_past_is_cut_behind_the_window():
    data = header(0, b"\0", b"".join((zstd_zeros(12)[6:-3], b"\x01\0\0")))
    out, _, _, ended = decode(zstd_frames, data)
    assert (len(out), ended) == (12 << 17, True)


def test_decoding_ends_when_its_steps_are_spent(look, only):
    for module, data in ((zstd_frames, _ZSTD_ACT), (lz4_frames, lz4_frame(PRINT))):
        with pytest.raises(Stopped) as caught:
            decode(module, data, spend=lambda _: False)
        assert caught.value.kind == "too-large"
    few = replace(DEFAULT_LIMITS, max_inflated_bytes=100)
    (gap,) = only(look(skippable(b"x") + zstd_frame(PRINT), "m.zst", limits=few), Gap)
    assert "longer to decode" in gap.reason


def test_notes_of_one_stream_are_bounded():
    data = zstd_frame(b"a") + skippable(b"x") * 100 + header(0x20, b"\x05") * 100
    _, journal, _, _ = decode(zstd_frames, data)
    assert (len(journal.hidden), len(journal.problems)) == (64, 64)


@pytest.mark.parametrize(
    ("data", "path", "content", "inner"),
    [
        (zstd_frame(PRINT), "m.pkl.zst", Content.ZSTD, "m.pkl"),
        (skippable(b"x") + zstd_frame(PRINT), "m.pkl.zst", Content.ZSTD, "m.pkl"),
        (lz4_frame(PRINT), "m.pkl.lz4", Content.LZ4, "m.pkl"),
        (skippable(b"x") + lz4_frame(PRINT), "m.lz4", Content.LZ4, "m"),
        (lz4_frame(b"a") + skippable(PRINT), "m.lz4", Content.LZ4, "skipped@25"),
    ],
)
def test_pickles_are_found_in_frames(look, only, data, path, content, inner):
    file = look(data, path)
    assert file.contents == (content,)
    assert inner in [fact.place.member for fact in only(file, PickleFacts)]
    assert not only(file, Gap)


def test_skippable_frames_alone_are_of_no_type(look):
    assert look(skippable(b"x") * 3).content is Content.UNKNOWN
    assert look(skippable(b"") * 99 + zstd_frame(b"a")).content is Content.UNKNOWN


@pytest.mark.parametrize("data", [zstd_zeros(640), lz4_zeros(24)])
def test_bombs_are_told_at_once(look, only, data):
    file = look(data)
    assert kinds(only(file, ArchiveFacts)[0]) == ["bomb"]
    assert only(file, Gap)

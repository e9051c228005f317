"""Sound, film and fonts: what is behind them, and in parts that nobody plays."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from assay.domain.facts import (
    ArchiveFacts,
    Content,
    Gap,
    NativeCodeFacts,
    PickleFacts,
)
from benchmarks.detection import media_bytes as made
from benchmarks.detection.opcodes import call, stream

REAL = Path(__file__).parents[3] / "vectors" / "formats" / "real"
ACTS = stream(call("os:system", "echo word"))
ELF = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00\x3e\x00" + bytes(200)
FILES = {
    "wav": (made.wav(), Content.AUDIO),
    "aiff": (made.aiff(), Content.AUDIO),
    "mp3": (made.mp3(), Content.AUDIO),
    "mp3 with a tag": (made.mp3(tag=bytes(40)), Content.AUDIO),
    "ogg": (made.ogg(), Content.AUDIO),
    "flac": (made.flac(), Content.AUDIO),
    "mp4": (made.mp4(), Content.VIDEO),
    "webm": (made.webm(), Content.VIDEO),
    "font": (made.font(), Content.FONT),
}
WOFF = b"wOF2\0\1\0\0" + struct.pack(">I", 60) + bytes(48)


@pytest.mark.parametrize("path", sorted(REAL.glob("sound*")), ids=lambda p: p.suffix)
def test_files_of_the_library_are_silent(look, path):
    file = look(path.read_bytes(), path.name)
    assert (file.contents, file.facts) == ((Content.AUDIO,), ())


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_known_and_silent(look, name):
    data, content = FILES[name]
    file = look(data, "file")
    assert (file.contents, file.facts) == ((content,), ())


@pytest.mark.parametrize("name", FILES)
def test_what_is_behind_a_file_is_read(look, only, name):
    data, _ = FILES[name]
    assert only(look(data + ACTS), PickleFacts)
    assert only(look(data + ELF), NativeCodeFacts)
    assert only(look(data + bytes(range(128, 192))), Gap)


@pytest.mark.parametrize("name", FILES)
def test_zeros_behind_a_file_are_padding(look, name):
    data, _ = FILES[name]
    if name != "flac":
        assert look(data + bytes(50)).facts == ()


def test_parts_that_players_pass_over_are_read(look, only):
    for data in (
        made.wav(made.chunk(b"pkl ", ACTS)),
        made.mp4(made.box(b"free", ACTS)),
        made.mp4(made.box(b"uuid", ACTS)),
        made.webm() + b"\xec" + bytes([0x80 | len(ACTS)]) + ACTS,
    ):
        assert only(look(data), PickleFacts)
    assert look(made.wav(made.chunk(b"LIST", ACTS))).facts == ()


class TestChunks:
    @pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
    def test_a_size_that_nobody_knew_goes_to_the_end(self, look, size):
        assert look(made.wav(size=size)).facts == ()

    def test_samples_of_unknown_length_go_to_the_end(self, look):
        data = bytearray(made.wav(size=0xFFFFFFFF))
        data[40:44] = b"\xff\xff\xff\xff"
        assert look(bytes(data)).facts == ()

    def test_a_long_file_says_its_length_elsewhere(self, look):
        sizes = struct.pack("<QQQI", 1000, 64, 32, 0)
        plain = made.wav(size=0xFFFFFFFF)
        data = b"RF64" + plain[4:12] + made.chunk(b"ds64", sizes) + plain[12:]
        at = data.index(b"data") + 4
        data = data[:at] + b"\xff\xff\xff\xff" + data[at + 4 :]
        assert look(data).facts == ()

    def test_a_chunk_beyond_the_end_leaves_a_gap(self, look, only):
        data = bytearray(made.wav())
        struct.pack_into("<I", data, 40, 1 << 20)
        gaps = only(look(bytes(data)), Gap)
        assert gaps[0].content is Content.AUDIO

    def test_a_form_without_chunks_is_none(self, look):
        assert look(b"RIFF\4\0\0\0WAVE").content is not Content.AUDIO


class TestBoxes:
    def test_long_and_open_boxes_are_read(self, look):
        long = struct.pack(">I", 1) + b"free" + struct.pack(">Q", 24) + bytes(8)
        open_end = bytes(4) + b"mdat" + bytes(40)
        assert look(made.mp4(long, open_end)).facts == ()

    def test_a_box_beyond_the_end_leaves_a_gap(self, look, only):
        data = made.mp4(made.box(b"free", bytes(40)))[:-4]
        assert only(look(data), Gap)[0].content is Content.VIDEO

    def test_a_box_smaller_than_its_head_leaves_a_gap(self, look, only):
        data = made.mp4(struct.pack(">I", 1) + b"free" + struct.pack(">Q", 3))
        assert only(look(data), Gap)[0].content is Content.VIDEO

    def test_what_only_begins_like_a_film_is_none(self, look):
        assert look(b"\xff\xff\xff\xffftypisom").content is Content.UNKNOWN


class TestElements:
    def test_a_segment_of_unknown_length_goes_to_the_end(self, look):
        data = made.webm().replace(b"\x18\x53\x80\x67\x88", b"\x18\x53\x80\x67\xff")
        assert look(data).facts == ()

    def test_a_segment_beyond_the_end_leaves_a_gap(self, look, only):
        data = made.webm().replace(b"\x67\x88", b"\x67\xfe")
        assert only(look(data), Gap)[0].content is Content.VIDEO

    def test_what_only_begins_like_a_film_is_none(self, look):
        for data in (b"\x1a\x45\xdf\xa3\0\0", b"\x1a\x45\xdf\xa3\xfe\1"):
            assert look(data).content is not Content.VIDEO


class TestFonts:
    def test_a_collection_is_read_font_by_font(self, look):
        one = made.font()
        shifted = one[:20] + struct.pack(">I", 28 + 16) + one[24:]
        data = b"ttcf\0\1\0\0" + struct.pack(">II", 1, 16) + shifted
        assert (look(data).content, look(data).facts) == (Content.FONT, ())

    def test_a_packed_font_says_how_long_it_is(self, look, only):
        assert (look(WOFF).content, look(WOFF).facts) == (Content.FONT, ())
        assert only(look(WOFF + ACTS), PickleFacts)
        assert look(WOFF[:-1]).content is not Content.FONT

    def test_a_table_beyond_the_end_is_a_gap_or_no_font(self, look, only):
        assert look(made.font()[:-1]).content is not Content.FONT
        two = b"\0\1\0\0" + struct.pack(">HHHH", 2, 16, 0, 0)
        two += b"glyf" + struct.pack(">III", 0, 44, 4)
        two += b"head" + struct.pack(">III", 0, 48, 400) + bytes(8)
        assert only(look(two), Gap)[0].content is Content.FONT

    @pytest.mark.parametrize("data", [b"\0\1\0\0\0\xff" + bytes(6), b"OTTO\0\2\0\0"])
    def test_what_only_begins_like_a_font_is_none(self, look, data):
        assert look(data).content is not Content.FONT

    def test_no_directory_is_no_font(self, look):
        data = made.font().replace(b"glyf", b"gl\xfff")
        assert look(data).content is not Content.FONT
        assert look(b"true\1\0" + bytes(30)).content is not Content.FONT


class TestFrames:
    @pytest.mark.parametrize(
        ("head", "size"),
        [
            (b"\xff\xfb\x92\xc4", 418),
            (b"\xff\xfd\x90\xc4", 522),
            (b"\xff\xff\x90\xc4", 312),
            (b"\xff\xf3\x80\xc4", 208),
            (b"\xff\xe3\x80\xc4", 417),
        ],
    )
    def test_frames_have_the_length_that_their_heads_say(self, look, head, size):
        frame = head + bytes(size - 4)
        assert look(frame * 6).facts == ()
        assert look(frame * 6).content is Content.AUDIO

    @pytest.mark.parametrize(
        "head",
        [b"\xff\xeb\x90\0", b"\xff\xf9\x90\0", b"\xff\xfb\xf0\0", b"\xff\xfb\x9c\0"],
    )
    def test_heads_that_say_nothing_are_none(self, look, head):
        assert look((head + bytes(413)) * 6).content is not Content.AUDIO

    def test_a_text_in_utf_16_is_no_sound(self, look):
        data = "Words, and more words.".encode("utf-16")
        assert look(data).content is Content.TEXT

    def test_tags_before_and_behind_are_passed_over(self, look):
        ape = b"APETAGEX" + struct.pack("<IIII", 2000, 8, 0, 0) + bytes(8 + 8)
        for behind in (b"TAG" + bytes(125), ape, ape + b"TAG" + bytes(125)):
            assert look(made.mp3(tag=bytes(30), behind=behind)).facts == ()
        footed = bytearray(made.mp3(tag=bytes(30)))
        footed[5] = 16
        footed[40:40] = b"3DI" + bytes(7)
        assert look(bytes(footed)).facts == ()

    def test_a_tag_alone_is_no_sound(self, look):
        for data in (b"ID3\4\0\0\0\0\0\4text", b"ID3\4\0\0\xff\0\0\0" + bytes(40)):
            assert look(data).content is not Content.AUDIO


class TestPages:
    def test_a_page_beyond_the_end_leaves_a_gap(self, look, only):
        gaps = only(look(made.ogg()[:-3]), Gap)
        assert gaps[0].content is Content.AUDIO
        assert look(made.ogg()[:40]).content is not Content.AUDIO

    def test_what_only_begins_like_a_page_is_none(self, look):
        assert look(b"OggS\0" + bytes(10)).content is not Content.AUDIO


class TestFlac:
    def test_settings_come_first_and_once(self, look):
        for data in (
            b"fLaC\x84\0\0\x22" + bytes(60),
            b"fLaC\x80\0\0\x04" + bytes(60),
            b"fLaC\x80\0\0\x22" + bytes(8),
        ):
            assert look(data).content is not Content.AUDIO

    def test_more_blocks_are_passed_over(self, look):
        plain = made.flac()
        data = b"fLaC\0" + plain[5:42] + b"\x84\0\0\4" + bytes(4) + plain[42:]
        assert look(data).facts == ()
        assert look(data + b"TAG" + bytes(125)).facts == ()

    def test_a_block_beyond_the_end_leaves_a_gap(self, look, only):
        data = b"fLaC\0" + made.flac()[5:42] + b"\x84\0\xff\4" + bytes(4)
        assert only(look(data), Gap)[0].content is Content.AUDIO

    def test_a_file_of_settings_alone_is_whole(self, look):
        assert look(made.flac()[:42]).facts == ()

    def test_frames_that_break_are_told(self, look, only):
        data = bytearray(made.flac())
        data[-1] ^= 1
        assert only(look(bytes(data)), Gap)[0].content is Content.AUDIO

    @pytest.mark.parametrize(
        "head",
        [
            b"\xff\xf8\x10\x08\xfe\x80\x80\x80\x80\x80\x80",
            b"\xff\xf8\x69\x18\x00\x10",
            b"\xff\xf8\x7c\x18\x00\x00\x10\x08",
            b"\xff\xf8\x7d\x18\xc2\x80\x00\x10\x08\x08",
        ],
    )
    def test_heads_of_frames_have_many_lengths(self, look, head):
        check = made._check
        frame = head + bytes([check(head, 8, 0x07)]) + bytes(9)
        frame += struct.pack(">H", check(frame, 16, 0x8005))
        assert look(made.flac()[:42] + frame).facts == ()
        wrong = (
            frame[: len(head)] + bytes([frame[len(head)] ^ 1]) + frame[len(head) + 1 :]
        )
        assert look(made.flac()[:42] + wrong).facts


def test_archives_in_the_middle_of_sound_are_found(look, only):
    packed = (REAL / "py7zr_default.7z").read_bytes()
    file = look(made.wav(made.chunk(b"LIST", bytes(40) + packed)))
    assert only(file, ArchiveFacts)

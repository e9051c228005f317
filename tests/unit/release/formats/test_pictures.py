"""Pictures with short signatures, and what desktops leave behind."""

from __future__ import annotations

import struct

import pytest

from assay.domain.facts import Content, Gap
from benchmarks.detection.media_bytes import bitmap, desktop, icon, tiff


@pytest.mark.parametrize(
    "data", [bitmap(), icon(), icon(2), tiff("<"), tiff(">")], ids=len
)
def test_pictures_are_known_and_silent(look, data):
    file = look(data, "logo")
    assert (file.contents, file.facts) == ((Content.IMAGE,), ())


@pytest.mark.parametrize(
    "data",
    [
        bitmap() + b"m",
        bitmap()[:14] + b"\x99" + bitmap()[15:],
        icon() + b"m",
        icon()[:-1],
        icon()[:10],
        icon()[:14] + bytes(4) + icon()[18:],
        b"\0\0\1\0\xff\xff" + bytes(90),
        tiff("<")[:20],
        tiff("<", kind=99),
        tiff("<", first=300),
        b"II\x2a\0" + struct.pack("<I", 4) + bytes(40),
        desktop()[:30],
        desktop()[:16] + b"\xff" + desktop()[17:],
    ],
)
def test_what_only_begins_like_one_is_none(look, data):
    assert look(data).content not in {Content.IMAGE, Content.DESKTOP}


def test_what_macos_notes_of_a_folder_is_a_low_gap(look, only):
    file = look(desktop(), ".DS_Store")
    (gap,) = only(file, Gap)
    assert (file.content, gap.content) == (Content.DESKTOP, Content.DESKTOP)

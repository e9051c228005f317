from __future__ import annotations

import base64
import binascii
import gzip
import zlib

import pytest

from assay.domain.facts import PickleFacts
from assay.release import inspect_release

ACT = b"\x80\x02cos\nsystem\nX\x0a\0\0\0echo hello\x85R."


def imports(tmp_path, name, data):
    """Give the names that the pickles in a file fetch."""
    (tmp_path / name).write_bytes(data)
    (file,) = inspect_release(tmp_path).facts.files
    return [
        f"{entry.module}.{entry.name}"
        for fact in file.facts
        if isinstance(fact, PickleFacts)
        for entry in fact.imports
    ]


@pytest.mark.parametrize(
    "text",
    [
        base64.b64encode(ACT),
        base64.urlsafe_b64encode(ACT),
        base64.b32encode(ACT),
        base64.b85encode(ACT),
        base64.a85encode(ACT, adobe=True),
        base64.b64encode(gzip.compress(ACT, mtime=0)),
        base64.b64encode(zlib.compress(ACT)),
        ACT.hex().encode(),
        b"begin 644 a\n" + binascii.b2a_uu(ACT) + b"`\nend\n",
        b'{"model": "' + base64.b64encode(ACT) + b'"}',
        b"a line before\n" + ACT.hex().encode() + b"\nand one behind",
    ],
)
def test_a_pickle_that_a_text_spells_out_is_read_once(text, tmp_path):
    assert imports(tmp_path, "model.txt", text) == ["os.system"]


@pytest.mark.parametrize(
    "text",
    [
        b"gAIt is a text that begins like one, and no more than that",
        base64.b64encode(b"\x80\x02]q\x00(K\x01K\x02e." * 4),
        b"begin 644 a\n\xc3\xbf\xc3\xbf\n",
        b"deadbeef" * 8,
    ],
)
def test_texts_that_spell_out_nothing_that_acts_give_nothing(text, tmp_path):
    assert imports(tmp_path, "model.txt", text) == []


def test_old_compressed_joblib_files_are_opened(tmp_path):
    data = b"ZF" + hex(len(ACT)).ljust(19).encode() + zlib.compress(ACT)
    assert imports(tmp_path, "model.joblib", data) == ["os.system"]


def test_what_follows_a_compressed_stream_is_read(tmp_path):
    data = gzip.compress(b"hello") + ACT
    assert imports(tmp_path, "model.gz", data) == ["os.system"]


def test_a_stream_behind_padding_is_read(tmp_path):
    assert imports(tmp_path, "a.pkl", b"\x80\x02N." + bytes(9) + ACT) == ["os.system"]

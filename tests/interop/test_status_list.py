"""The reference bit strings of W3C status lists read ours, and we read theirs."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from assay.crypto.bitstring import MIN_BITS, bit_at, bits_of, decode_list, encode_list

pytestmark = pytest.mark.enable_socket

SCRIPT = Path(__file__).with_name("read_status_list.mjs")


@pytest.fixture
def run(interop_node, interop_folder):
    def run(*arguments: object) -> list[str]:
        done = subprocess.run(
            [str(interop_node("node")), str(SCRIPT), str(interop_folder("node"))]
            + [str(argument) for argument in arguments],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        return done.stdout.splitlines()

    return run


@pytest.mark.parametrize(
    ("indexes", "size"),
    [((), 0), ((0,), 1), ((0, 7, 8, 131_071), 131_072), ((77_777, 200_001), 200_002)],
)
def test_our_bits_are_read_where_we_set_them(run, indexes, size):
    (line,) = run(encode_list(bits_of(indexes, size)))
    assert json.loads(line) == [8 * len(bits_of((), size)), list(indexes)]


def test_their_bits_are_read_where_they_set_them(run):
    (text,) = run("--write", 3, 4_711, 131_071)
    bits = decode_list(text)
    assert [i for i in range(MIN_BITS) if bit_at(bits, i)] == [3, 4_711, 131_071]


def test_a_list_that_was_altered_is_refused_by_both(run):
    text = encode_list(bits_of((5,), 9))
    bad = text[:-6] + ("A" if text[-6] != "A" else "B") + text[-5:]
    with pytest.raises(subprocess.CalledProcessError):
        run(bad)
    with pytest.raises(Exception, match="status list"):
        decode_list(bad)

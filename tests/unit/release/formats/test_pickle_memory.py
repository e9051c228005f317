from __future__ import annotations

import pickle  # only `dumps`: honest samples
import subprocess
import sys
from dataclasses import replace

import pytest

from assay.domain.limits import DEFAULT_LIMITS
from assay.release.formats.pickle_machine import walk
from assay.release.formats.pickle_memory import held_bytes
from assay.release.formats.pickle_values import Call, Import, LongText, Node
from assay.release.source import BytesSource

MIB = 1 << 20
WIDE = b"a" * 249 + "\U0001f600".encode()


def run(data, **bounds):
    return walk(BytesSource(data), 0, replace(DEFAULT_LIMITS, **bounds))


HOGS = {
    "containers": b"\x80\x04" + b"]" * 40_000,
    "memo entries": b"\x80\x04N" + b"\x94" * 40_000,
    "texts widened by one character": b"\x80\x04" + (b"\x8c\xfd" + WIDE) * 4_000,
    "a chain of tuples": b"\x80\x04N" + b"\x85" * 40_000,
    "a tree": b"\x80\x04" + (b"(" + b"]" * 31 + b"t") * 1_300,
    "a tree behind a cycle": b"(lp0\n(g0\n" + (b"(" + b"]" * 31 + b"t") * 1_300,
    "calls of calls": b"\x80\x04cm\nn\n" + b")R" * 20_000,
    "long byte strings": b"\x80\x04" + (b"B\x58\x02\0\0" + bytes(600)) * 6_000,
}


@pytest.mark.parametrize("name", HOGS)
def test_what_would_fill_the_memory_ends_the_walk(name):
    data = HOGS[name] * 8 if name == "long byte strings" else HOGS[name]
    data += b"\x80\x02" * 200_000  # further windows, in which the memory is looked at
    found = run(data, max_pickle_held_bytes=2 * MIB)
    assert found.bounded
    assert "too-large" in {kind for kind, *_ in found.problems}


def test_what_was_made_and_dropped_does_not_count():
    # An upper bound alone would end this walk after two windows.
    data = b"\x80\x04" + b"]0" * 500_000 + b"N."
    found = run(data, max_pickle_held_bytes=16 * MIB)
    assert found.stopped
    assert not found.bounded


@pytest.mark.parametrize(
    "value",
    [
        {f"word{number:05d}": number for number in range(300_000)},
        [[number, [number + 1]] for number in range(100_000)],
    ],
    ids=["a vocabulary", "many small lists"],
)
def test_large_honest_pickles_stay_within_the_memory(value):
    found = run(pickle.dumps(value, 4))
    assert found.stopped
    assert not found.bounded


def test_containers_are_counted_once_and_texts_by_their_widest_character():
    inner = Node("list", ["ab"])
    once = held_bytes([inner], 1)
    assert held_bytes([inner, inner], 2) == once
    assert held_bytes(["\U0001f600" * 10], 3) > held_bytes(["a" * 40], 4)
    text = LongText("a" * 10, 0, 1000)
    call = Call(Import("m", "n", 0, 0), Node("tuple", [b"ab", 1, 1.5, None, text]))
    assert held_bytes([call], 5) > held_bytes([call.arguments], 6) > once
    loop = Node("list", [])
    loop.extend([loop])
    assert held_bytes([loop], 7) < 1000


def test_object_arrays_of_joblib_inside_each_other_are_bounded():
    dtype = b"Vdtype\ncnumpy\ndtype\nVO8\n\x85R"
    state = b"}(" + dtype + b"Vshape\nK\x01u"
    one = b"cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81" + state + b"b"
    assert not run(b"\x80\x02" + one * 50 + b"N." * 50 + b".").bounded
    found = run(b"\x80\x02" + one * 200)
    assert found.bounded
    assert "nested deeper" in found.problems[-1][1]


PEAK = """
import sys
from pathlib import Path
from assay.release import inspect_release
inspect_release(Path(sys.argv[1]), jobs=1)
status = Path("/proc/self/status").read_text()
print(status.split("VmHWM:")[1].split()[0])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\x80\x04" + b"]" * (4 * MIB), id="containers"),
        pytest.param(b"\x80\x04" + b"]\x94" * (4 * MIB), id="containers in the memo"),
        pytest.param(b"\x80\x04N" + b"\x85" * (4 * MIB), id="nested tuples"),
        pytest.param(
            b"\x80\x04" + (b"\x8c\xfd" + WIDE + b"\x94") * 130_000, id="wide texts"
        ),
        pytest.param(
            b"\x80\x02c_codecs\nencode\n(X\0\0\0\x02\xc2\x80\x02"
            + "\U0001f600".encode()
            + b"a" * (32 * MIB - 7)
            + b"Vlatin1\ntR.",
            id="a text that stands for bytes",
        ),
    ],
)
def test_no_pickle_makes_the_reader_take_300_megabytes(data, tmp_path):
    (tmp_path / "model.pkl").write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(tmp_path)],
        capture_output=True,
        check=True,
        text=True,
    )
    assert int(done.stdout) * 1024 < 300_000_000

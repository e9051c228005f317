"""Laws of the format readers: total, deterministic, and faithful to honest pickles."""

from __future__ import annotations

import pickle  # only `dumps`: honest samples
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.domain.limits import DEFAULT_LIMITS
from assay.release.formats.pickle_machine import walk
from assay.release.inspection import inspect_source
from assay.release.source import BytesSource

if TYPE_CHECKING:
    from assay.domain.facts import FileFacts

VECTORS = Path(__file__).parents[1] / "vectors" / "formats"
FOLDERS = ("pickle", "safetensors", "zip", "wrappers", "other")
SAMPLES = sorted(path for folder in FOLDERS for path in (VECTORS / folder).iterdir())
NAMES = st.sampled_from(
    ["a", "a.json", "a.yaml", "a.jinja", "README.md", "a.py", "a.safetensors", "a.pkl"]
)
# Small bounds: the law is about bytes, not about patience.
LIMITS = replace(DEFAULT_LIMITS, max_inflated_bytes=1 << 22, max_pickle_opcodes=100_000)
QUICK = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def look(data: bytes, path: str = "a") -> FileFacts:
    return inspect_source(
        BytesSource(data),
        path=path,
        executable_bit=False,
        limits=LIMITS,
        paths=frozenset({path}),
    )


@QUICK
@given(data=st.binary(max_size=2000), path=NAMES)
def test_any_bytes_give_facts(data, path):
    facts = look(data, path)
    assert facts.contents[0] is facts.content
    assert facts == look(data, path)


@QUICK
@given(text=st.text(max_size=500), path=NAMES)
def test_any_text_gives_facts(text, path):
    look(text.encode(), path)


@QUICK
@given(
    sample=st.sampled_from(SAMPLES),
    edits=st.lists(
        st.tuples(st.integers(0, 4000), st.binary(min_size=1, max_size=4)), max_size=6
    ),
    cut=st.integers(0, 4000),
)
def test_any_damage_to_a_sample_gives_facts(sample, edits, cut):
    data = bytearray(sample.read_bytes())
    for offset, piece in edits:
        at = offset % (len(data) + 1)
        data[at : at + len(piece)] = piece
    look(bytes(data[: cut or None]), sample.name)


@QUICK
@given(
    head=st.sampled_from(
        [b"\x80\x02", b"\x80\x04", b"(", b"cbuiltins\nprint\n", b"\x80\x05\x95"]
    ),
    tail=st.lists(
        st.sampled_from(
            [bytes((byte,)) for byte in range(256)]
            + [
                b"cos\nx\n",
                b"(",
                b"t",
                b"R",
                b"Va\n",
                b"K\x01",
                b"\x94",
                b"]",
                b"}",
                b"e",
            ]
        ),
        max_size=60,
    ),
)
def test_any_opcodes_give_facts(head, tail):
    look(head + b"".join(tail))


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.binary(max_size=300),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.text(max_size=5), inner, max_size=5)
        | st.tuples(inner, inner)
    ),
    max_leaves=20,
)


@QUICK
@given(value=VALUES, protocol=st.integers(0, 5))
def test_honest_values_are_walked_to_the_end_without_an_import(value, protocol):
    data = pickle.dumps(value, protocol)
    found = walk(BytesSource(data), 0, LIMITS)
    assert found.stopped
    assert found.end == len(data)
    assert not found.problems
    assert {(item.module, item.name) for item in found.imports} <= {
        ("_codecs", "encode"),
        ("__builtin__", "bytes"),
    }


@QUICK
@given(value=VALUES, protocol=st.integers(0, 5), cut=st.integers(1, 50))
def test_a_call_counts_wherever_the_stream_breaks_after_it(value, protocol, cut):
    class Payload:
        def __reduce__(self):
            return (print, ("hello",))

    data = pickle.dumps([Payload(), value], protocol)
    end = data.index(b"R", data.index(b"hello")) + 1
    broken = data[: max(end, len(data) - cut)]
    found = walk(BytesSource(broken), 0, LIMITS)
    assert [call.arguments for call in found.calls][:1] == ["'hello'"]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_every_single_damaged_byte_of_a_sample_gives_facts(sample):
    data = sample.read_bytes()
    for at in range(0, len(data), max(1, len(data) // 60)):
        for value in (0x00, 0xFF, data[at] ^ 0x01, data[at] ^ 0x80):
            look(data[:at] + bytes((value,)) + data[at + 1 :], sample.name)
        look(data[:at], sample.name)
        look(data[at:], sample.name)


def test_the_samples_are_those_that_the_script_makes():
    scope: dict[str, Any] = {"__name__": "generate", "__file__": str(VECTORS / "x")}
    exec(compile((VECTORS / "generate.py").read_text(), "generate.py", "exec"), scope)  # noqa: S102 - our own script
    made = scope["samples"]()
    assert {str(path.relative_to(VECTORS)) for path in SAMPLES} == set(made)
    for name, data in made.items():
        assert (VECTORS / name).read_bytes() == data, name

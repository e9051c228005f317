from __future__ import annotations

import json
import struct
from dataclasses import replace

import pytest

from assay.domain.facts import Content, Gap, SafetensorsFacts
from assay.domain.limits import DEFAULT_LIMITS


def build(header, data=b""):
    body = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(body)) + body + data


def kinds(file, only):
    return [problem.kind for problem in only(file, SafetensorsFacts)[0].problems]


@pytest.mark.parametrize(
    ("name", "problems"),
    [
        ("sound", []),
        ("packed", []),
        ("bad_entry", ["bad-entry"]),
        ("duplicate", ["duplicate-key"]),
        ("gap", ["tensor-gap"]),
        ("length", ["header-length"]),
        ("metadata", ["bad-metadata"]),
        ("no_brace", ["header-json"]),
        ("not_json", ["header-json"]),
        ("outside", ["out-of-bounds"]),
        ("overlap", ["tensor-overlap"]),
        ("shape", ["shape-mismatch"]),
        ("short", ["header-too-short"]),
        ("trailing", ["trailing-bytes"]),
        ("unknown_dtype", ["unknown-dtype"]),
    ],
)
def test_every_fault_of_a_header_is_told(sample, only, name, problems):
    assert kinds(sample(f"safetensors/{name}.safetensors"), only) == problems


def test_a_sound_file_gives_its_numbers(sample, only):
    file = sample("safetensors/sound.safetensors")
    assert file.contents == (Content.SAFETENSORS,)
    (facts,) = only(file, SafetensorsFacts)
    assert (facts.tensors, facts.metadata) == (2, (("format", "pt"),))


@pytest.mark.parametrize("name", ["short", "no_brace"])
def test_a_file_that_only_claims_to_be_safetensors_is_a_gap_too(sample, only, name):
    file = sample(f"safetensors/{name}.safetensors")
    assert file.content is Content.UNKNOWN
    assert only(file, Gap)


def test_tensors_may_stand_in_any_order_and_be_empty(look, only):
    header = {
        "b": {"dtype": "U8", "shape": [2], "data_offsets": [2, 4]},
        "a": {"dtype": "BF16", "shape": [], "data_offsets": [0, 2]},
        "e": {"dtype": "F64", "shape": [0, 5], "data_offsets": [4, 4]},
    }
    assert kinds(look(build(header, bytes(4))), only) == []


def test_spaces_may_pad_the_header(look, only):
    assert kinds(look(build(b"{}    ")), only) == []


@pytest.mark.parametrize(
    "entry",
    [
        5,
        {"dtype": "U8", "shape": [1], "data_offsets": [0]},
        {"dtype": "U8", "shape": [1], "data_offsets": [1, 0]},
        {"dtype": "U8", "shape": [1], "data_offsets": [0, True]},
        {"dtype": "U8", "shape": [1], "data_offsets": [0, 1.0]},
        {"dtype": "U8", "shape": [-1], "data_offsets": [0, 1]},
        {"dtype": "U8", "shape": "1", "data_offsets": [0, 1]},
        {"dtype": "U8", "shape": [1] * 65, "data_offsets": [0, 1]},
        {"dtype": "U8", "shape": [1], "data_offsets": [0, 1 << 70]},
        {"dtype": "U8", "shape": [1], "data_offsets": [0, 1], "more": 1},
    ],
)
def test_an_entry_of_another_form_is_told(look, only, entry):
    assert kinds(look(build({"a": entry}, b"\0")), only)[0] == "bad-entry"


@pytest.mark.parametrize(
    "entry",
    [
        {"dtype": "F4", "shape": [3], "data_offsets": [0, 1]},
        {"dtype": "U8", "shape": [1 << 62] * 60, "data_offsets": [0, 1]},
    ],
)
def test_shapes_that_do_not_fit_whole_bytes_or_any_machine_are_told(look, only, entry):
    assert kinds(look(build({"a": entry}, b"\0")), only) == ["shape-mismatch"]


@pytest.mark.parametrize("metadata", [b"5", b"[]", b'{"a":null}', b'{"a":{"b":"c"}}'])
def test_metadata_that_is_not_text_is_told(look, only, metadata):
    file = look(build(b'{"__metadata__":' + metadata + b"}"))
    assert kinds(file, only) == ["bad-metadata"]


def test_a_repeated_tensor_inside_an_entry_is_told(look, only):
    header = b'{"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}}'
    assert kinds(look(build(header, b"\0")), only) == ["duplicate-key"]


def test_a_header_beyond_the_bound_is_refused_unread(look, only):
    limits = replace(DEFAULT_LIMITS, max_safetensors_header_bytes=10)
    file = look(build(b"{" + b" " * 50 + b"}"), limits=limits)
    assert kinds(file, only) == ["header-length"]


def test_problems_of_one_file_are_bounded(look, only):
    header = {str(number): 5 for number in range(500)}
    assert len(kinds(look(build(header)), only)) == 100


def test_a_header_of_too_many_values_is_told_and_is_a_gap(look, only):
    limits = replace(DEFAULT_LIMITS, max_json_values=10)
    file = look(build({str(number): {} for number in range(9)}), limits=limits)
    assert kinds(file, only) == ["header-json"]
    assert [gap.content for gap in only(file, Gap)] == [Content.SAFETENSORS]

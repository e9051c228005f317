"""Streams behind streams, and honest texts that begin like one."""

from __future__ import annotations

import sys
import sysconfig
from dataclasses import replace
from pathlib import Path

import pytest

from assay.domain.facts import Content, Gap, PickleFacts, Place
from assay.domain.limits import DEFAULT_LIMITS
from assay.release.identify import identify
from assay.release.source import BytesSource

ROOT = Path(__file__).parents[4]
CALL = b"cbuiltins\nprint\n(Vhello\ntR"


def fetched(file, only):
    return [
        f"{item.module}.{item.name}"
        for facts in only(file, PickleFacts)
        for item in facts.imports
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"I1\n." + CALL + b".",
        b"I1\n." + CALL,
        b"N." + CALL + b".",
        b"(lp0\n.S'text'\n." + CALL + b".",
        b"I1\n." + b"\x80\x02" + CALL + b".",
        b"I1\n." + b"\x80\x04N." + CALL + b".",
        b"I1\n." + b"(Vhello\nibuiltins\nprint\n.",
        b"I1\n." + b"(cbuiltins\nprint\nNl.",
        b"I1\n." * 900 + CALL + b".",
    ],
)
def test_a_stream_behind_harmless_ones_is_seen(look, only, data):
    file = look(data, "vocab.txt")
    assert Content.PICKLE in file.contents
    assert "builtins.print" in fetched(file, only)


@pytest.mark.parametrize("name", ["second_stream_p0.pkl", "many_streams_p0.pkl"])
def test_samples_of_streams_behind_others_are_seen(sample, only, name):
    assert fetched(sample(f"pickle/{name}"), only) == ["builtins.print"]


def test_more_streams_than_are_read_are_a_pickle_and_leave_a_gap(look, only):
    limits = replace(DEFAULT_LIMITS, max_pickle_streams=10, max_pickle_streams_read=15)
    file = look(b"I1\n." * 20 + b"\nthe end", limits=limits)
    assert Content.PICKLE in file.contents
    assert "pickle streams in one file" in only(file, Gap)[0].reason


@pytest.mark.parametrize(
    "data",
    [
        b"I1\n. is a number and a full stop",
        b"N.B. this is a text",
        b"N.N.N.",
        b"I1\n.I2\n.I3\n. and so on",
        b"I1\n.cat\ndog\n.",
        b"N.Y. City\n.",
        b"}.class { color: red }",
    ],
)
def test_texts_that_begin_like_streams_are_none(look, data):
    file = look(data, "notes.txt")
    assert file.contents == (Content.TEXT,)


def texts():
    folders = [
        ROOT / "src",
        ROOT / "docs",
        ROOT / "tests" / "unit",
        Path("/usr/share/common-licenses"),
        Path(sysconfig.get_path("stdlib")),
    ]
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            plain = path.suffix in {"", ".py", ".md", ".txt", ".toml", ".json", ".rst"}
            if plain and path.is_file() and "site-packages" not in path.parts:
                yield path


def test_honest_texts_are_no_pickles_nor_anything_else_that_has_no_signature():
    weak = {
        Content.PICKLE,
        Content.SENTENCEPIECE,
        Content.MSGPACK,
        Content.PYTHON_BYTECODE,
    }
    seen = 0
    for path in texts():
        place = Place(path=path.name)
        found = identify(BytesSource(path.read_bytes()), place, DEFAULT_LIMITS)
        assert weak.isdisjoint(found), path
        seen += 1
    assert seen > 500


def test_every_compiled_module_of_this_python_is_told(look):
    modules = sorted(Path(sysconfig.get_path("stdlib")).glob("__pycache__/*.pyc"))
    if not modules:
        pytest.skip("this Python keeps no compiled modules")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    for path in modules:
        file = look(path.read_bytes(), "a.pyc")
        assert file.content is Content.PYTHON_BYTECODE
        assert file.facts[0].detail == f"compiled by Python {version}"


@pytest.mark.parametrize(
    ("name", "detail"),
    [
        ("module.pyc", "compiled by Python 3.11"),
        ("module_36.pyc", "compiled by Python 3.0 to 3.6"),
        ("module_27.pyc", "compiled by Python 2"),
    ],
)
def test_compiled_modules_of_older_versions_are_told(sample, name, detail):
    file = sample(f"other/{name}")
    assert file.contents == (Content.PYTHON_BYTECODE,)
    assert file.facts[0].detail == detail


@pytest.mark.parametrize(
    ("data", "content"),
    [
        (b"\x01\x01\r\n" + bytes(12) + b"\xe3" + bytes(24), Content.PYTHON_BYTECODE),
        (b"ab\r\nab\r\nc and more of a text that goes on", Content.TEXT),
        (b"ab\r\n" + bytes(40), Content.UNKNOWN),
    ],
)
def test_a_magic_number_alone_makes_no_bytecode(look, data, content):
    assert look(data).content is content


@pytest.mark.parametrize("opcode", [b"U%c", b"T%c\0\0\0"])
def test_names_for_stack_global_may_be_byte_strings_of_python_two(look, only, opcode):
    def string(word):
        return opcode % len(word) + word

    data = b"\x80\x04" + string(b"builtins") + string(b"print") + b"\x93)R."
    assert fetched(look(data), only) == ["builtins.print"]


def test_torch_modules_in_the_old_form_are_fetched_and_called(sample, only):
    (facts,) = only(sample("pickle/torch_module.pt"), PickleFacts)
    assert [call.callee for call in facts.calls] == ["torch.nn.modules.linear.Linear"]
    assert not facts.problems


def test_an_inner_pickle_that_is_not_read_to_its_end_leaves_a_gap(look, only):
    inner = b"\x80\x02" + b"N0" * 50 + CALL + b"."
    data = b"\x80\x04C" + bytes((len(inner),)) + inner + b"."
    assert "builtins.print" in fetched(look(data), only)
    limits = replace(DEFAULT_LIMITS, max_pickle_opcodes=20)
    assert only(look(data, limits=limits), Gap)[-1].place.member == "bytes@4"


@pytest.mark.parametrize("name", ["joblib_texts.joblib", "joblib_python2.joblib"])
def test_joblib_arrays_of_texts_and_of_python_two_are_passed_over(sample, only, name):
    (facts,) = only(sample(f"pickle/{name}"), PickleFacts)
    assert not facts.problems
    assert "builtins.print" in [call.callee for call in facts.calls]


def test_joblib_wrappers_of_the_first_protocols_are_passed_over(look, only):
    state = b"}(Vdtype\ncnumpy\ndtype\nVu1\n\x85RVshape\nK\x02u"
    made = (
        b"ccopy_reg\n_reconstructor\n(cjoblib.numpy_pickle\nNumpyArrayWrapper\n"
        b"c__builtin__\nobject\nNtR"
    )
    data = b"\x80\x02" + made + state + b"b\xff\xff" + b"0" + CALL + b"."
    (facts,) = only(look(data), PickleFacts)
    assert not facts.problems
    assert facts.calls[-1].callee == "builtins.print"


@pytest.mark.parametrize(
    "crowd",
    [
        b"N" * 60 + b"1",
        b"(" * 60,
        b"Np1\n0" * 60,
        b"".join(b"cm\nn%d\n0" % number for number in range(60)),
    ],
)
def test_an_old_stream_that_goes_beyond_a_bound_is_a_pickle(look, only, crowd):
    limits = replace(
        DEFAULT_LIMITS,
        max_pickle_opcodes=50,
        max_pickle_marks=50,
        max_pickle_imports=5,
    )
    file = look(crowd + b"cbuiltins\nprint\n(Vhello\ntR.", "a.txt", limits=limits)
    assert file.content is Content.PICKLE
    facts = only(file, PickleFacts)[0]
    assert facts.bounded or facts.problems


@pytest.mark.parametrize("before", [b"", b"N.N."])
def test_a_row_of_letters_beyond_a_bound_is_a_text(look, before):
    limits = replace(DEFAULT_LIMITS, max_pickle_opcodes=50)
    file = look(before + b"N" * 60 + b"\nthe end, which is no call\n", limits=limits)
    assert file.content is Content.TEXT

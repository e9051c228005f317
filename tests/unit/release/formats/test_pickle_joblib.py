"""Streams that make a reader lose its place at joblib's raw arrays."""

from __future__ import annotations

import struct

import pytest

from assay.domain.facts import Gap, PickleFacts

WRAPPER = b"cjoblib.numpy_pickle\nNumpyArrayWrapper\n"
OBJECT = b"c__builtin__\nobject\n"
TYPE = b"cnumpy\ndtype\n"


def text(value):
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def dtype(code="u1", state=b""):
    return TYPE + text(code) + b"\x89\x88\x87R" + state


def state(*, shape=b"K\x05\x85", kind=None, more=b""):
    return (
        b"}("
        + text("subclass")
        + b"cnumpy\nndarray\n"
        + text("shape")
        + shape
        + text("dtype")
        + (dtype() if kind is None else kind)
        + text("order")
        + text("C")
        + text("allow_mmap")
        + b"\x89"
        + more
        + b"u"
    )


HIDDEN = b"0cbuiltins\nprint\n" + text("assay") + b"\x85R."
# The array, which is the head of a text that hides what follows it.
RAW = b"X" + struct.pack("<I", len(HIDDEN))
NEWOBJ = WRAPPER + b")\x81"


def stream(made, described, raw=RAW):
    return b"\x80\x02" + made + described + b"b" + raw + HIDDEN + b"0."


def names(look, data):
    facts = look(data).facts
    found = {i.name for f in facts if isinstance(f, PickleFacts) for i in f.imports}
    return found, [fact for fact in facts if isinstance(fact, Gap)]


PLAIN = [
    NEWOBJ,
    b"ccopyreg\n_reconstructor\n" + WRAPPER + OBJECT + b"N\x87R",
    b"ccopy_reg\n_reconstructor\n" + WRAPPER + OBJECT + b"N\x87R",
    b"ccopyreg\n__newobj__\n" + WRAPPER + b"\x85R",
    WRAPPER + b")}\x92",
]


@pytest.mark.parametrize("made", PLAIN)
def test_a_wrapper_made_as_picklers_do_is_followed(look, made):
    found, gaps = names(look, stream(made, state()))
    assert "print" in found
    assert not gaps


UNSURE = [
    b"ccopyreg\n__newobj_ex__\n" + WRAPPER + b")}\x87R",
    b"cfunctools\npartial\n" + WRAPPER + b"\x85R)R",
    b"cbuiltins\nmax\n(" + NEWOBJ + NEWOBJ + b"tR",
    b"cbuiltins\ngetattr\ncjoblib\nnumpy_pickle\n"
    + text("NumpyArrayWrapper")
    + b"\x86R)R",
    b"cjoblib\nnumpy_pickle.NumpyArrayWrapper\n)\x81",
    b"ccopyreg\n_reconstructor\n" + WRAPPER + b"c__builtin__\ndict\nN\x87R",
    b"ccopyreg\n_reconstructor\n\x82\x01" + OBJECT + b"N\x87R" + WRAPPER + b"0",
    WRAPPER + b"(cnumpy\nndarray\nK\x05" + text("C") + dtype() + b"tR",
    b"ccollections\ndeque\n)R" + NEWOBJ + b"aq\x01cbuiltins\nnext\nh\x01\x85R",
    WRAPPER + b"0Pid\n",
]


@pytest.mark.parametrize("made", UNSURE)
def test_an_object_that_may_be_a_wrapper_is_read_both_ways_and_said(look, made):
    found, gaps = names(look, stream(made, state()))
    assert "print" in found
    assert any("cannot be measured" in gap.reason for gap in gaps)


def flags(bits, size=b"J\xff\xff\xff\xff", kind=b"N", parts=b"N"):
    start = b"(K\x03" + text("<") + kind + parts + parts
    return start + size + b"J\xff\xff\xff\xffK" + bytes((bits,)) + b"tb"


UNMEASURED = [
    state(more=b"cshape\nshape\nK\x05" + b"U\x05shapeK\x05B\x05\0\0\0shapeK\x06"),
    state(kind=dtype(state=flags(1))),
    state(kind=dtype("O8", flags(0))),
    state(kind=dtype("V5", flags(16, b"K\x64"))),
    state(kind=dtype("u1", flags(0, parts=b"}"))),
    state(kind=dtype("u1", flags(0, kind=b"}"))),
    state(kind=dtype("u1", flags(0) + flags(0))),
    state(kind=dtype("u1", b"}b")),
    state(kind=b"chouse\ndtype\n" + text("u1") + b"\x85R"),
    state(more=b"".join(text(f"k{n}") + b"N" for n in range(40))),
    state(more=text("numpy_array_alignment_bytes") + b"\x88"),
    state(more=OBJECT + b"K\x10"),
    b"}" + state() + b"\x86",
    b"]",
]


@pytest.mark.parametrize("described", UNMEASURED)
def test_an_array_that_may_have_another_size_is_said(look, described):
    _, gaps = names(look, stream(NEWOBJ, described, b""))
    assert any("cannot be measured" in gap.reason for gap in gaps)


def test_the_last_of_repeated_keys_counts(look):
    twice = state(shape=b"K\x09\x85" + text("shape") + b"K\x05\x85")
    found, gaps = names(look, stream(NEWOBJ, twice))
    assert "print" in found
    assert not gaps


def test_what_follows_an_array_of_unknown_size_is_read_all_the_same(look):
    found, gaps = names(look, stream(NEWOBJ, b"}", b""))
    assert "print" in found
    assert gaps


def test_a_wrapper_that_is_built_twice_is_unsure(look):
    twice = NEWOBJ + b"q\x01" + state() + b"b" + bytes(5) + b"0h\x01"
    found, gaps = names(look, stream(twice, state()))
    assert "print" in found
    assert gaps


def test_a_part_that_holds_objects_is_a_pickle_that_follows(look):
    part = b"}" + text("a") + dtype("O8") + b"K\x00\x86s"
    inside = b"(K\x03" + text("|") + b"N" + text("a") + b"\x85" + part
    kind = dtype("V8", inside + b"K\x08K\x01K\x1btb")
    nested = b"\x80\x02cbuiltins\nprint\n)R."
    data = b"\x80\x02" + NEWOBJ + state(kind=kind) + b"b" + nested + b"."
    found, gaps = names(look, data)
    assert "print" in found
    assert not gaps


def carried(data, how):
    raw = struct.pack("<I", len(data)) + data
    if how == "list":
        return b"\x80\x03]B" + raw + b"a."
    if how == "call":
        return b"\x80\x03chouse\nload\nB" + raw + b"\x85R."
    if how == "state":
        return b"\x80\x03chouse\nAttic\n)\x81}B" + raw + b"Nsb."
    encoded = data.decode("latin-1").encode()
    spelled = b"X" + struct.pack("<I", len(encoded)) + encoded + text("latin-1")
    return b"\x80\x02cbuiltins\nbytearray\n" + spelled + b"\x86R."


@pytest.mark.parametrize("how", ["list", "call", "state", "bytearray"])
@pytest.mark.parametrize(
    "start", [b"]0", b"(l0", b"I1\n0", b"N0", b"}0", b"(t0", b"F1\n0", b"K\x010", b")0"]
)
def test_a_pickle_inside_bytes_is_found_however_it_begins(look, start, how):
    inside = start + b"cbuiltins\nprint\n(Vassay\ntR."
    found, _ = names(look, carried(inside, how))
    assert "print" in found


def test_more_pickles_inside_bytes_than_are_listed_are_read_all_the_same(look):
    plain, inside = b"]0cm\nn\n(tR.", b"]0cbuiltins\nprint\n(tR."
    data = b"\x80\x03(" + (b"C" + bytes((len(plain),)) + plain) * 258
    found, gaps = names(look, data + b"C" + bytes((len(inside),)) + inside + b"l.")
    assert "print" in found
    assert not gaps


def test_an_array_is_also_read_as_a_loader_other_than_joblib_reads_it(look):
    evil = b"0cbuiltins\nprint\n(Vassay\ntR."
    kind = state(shape=b"K" + bytes((len(evil),)) + b"\x85")
    data = b"\x80\x02" + NEWOBJ + kind + b"b" + evil + b"."
    found, gaps = names(look, data)
    assert "print" in found
    assert not gaps


def test_numbers_in_an_array_are_not_taken_for_names(look):
    numbers = b"c\x00\x01\n\x02\x03\n."
    kind = state(shape=b"K" + bytes((len(numbers),)) + b"\x85")
    data = b"\x80\x02" + NEWOBJ + kind + b"b" + numbers + b"."
    found, gaps = names(look, data)
    assert found == {"NumpyArrayWrapper", "ndarray", "dtype"}
    assert not gaps

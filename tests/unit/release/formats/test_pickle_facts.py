from __future__ import annotations

import collections
import datetime as dt
import decimal
import enum
import pickle  # only `dumps`: honest samples of every protocol
import struct
from dataclasses import replace

import pytest

from assay.domain.facts import Content, Gap, PickleFacts
from assay.domain.limits import DEFAULT_LIMITS
from assay.release.formats import pickle_values
from assay.release.formats.pickle_machine import walk
from assay.release.source import BytesSource

PRINT = b"cbuiltins\nprint\n"
CALL = PRINT + b"(Vhello\ntR"


def run(data, **bounds):
    return walk(BytesSource(data), 0, replace(DEFAULT_LIMITS, **bounds))


def imports(facts):
    return [(item.module, item.name, item.called) for item in facts.imports]


def calls(facts):
    return [(item.callee, item.arguments) for item in facts.calls]


def kinds(facts):
    return [problem.kind for problem in facts.problems]


PRINTING = [
    "bad_frame.pkl",
    "broken_after_call.pkl",
    "global_p0.pkl",
    "global_p2.pkl",
    "inst.pkl",
    "newobj.pkl",
    "newobj_ex.pkl",
    "no_stop.pkl",
    "obj.pkl",
    "stack_global_p2_names.pkl",
    "stack_global_p4.pkl",
    "underflow_after_call.pkl",
]


@pytest.mark.parametrize("name", PRINTING)
def test_every_way_to_call_is_seen_even_when_the_stream_breaks(sample, only, name):
    file = sample(f"pickle/{name}")
    assert file.content is Content.PICKLE
    facts = only(file, PickleFacts)[0]
    assert imports(facts) == [("builtins", "print", True)]
    assert calls(facts) == [("builtins.print", "'hello'")]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("bad_frame.pkl", "truncated"),
        ("broken_after_call.pkl", "malformed"),
        ("huge_length.pkl", "bomb"),
        ("joblib_unknown_size.joblib", "malformed"),
        ("memo_bomb.pkl", "bomb"),
        ("no_stop.pkl", "truncated"),
        ("trailing.pkl", "trailing-data"),
        ("tuple_bomb.pkl", "bomb"),
        ("underflow_after_call.pkl", "malformed"),
    ],
)
def test_a_broken_stream_says_how(sample, only, name, kind):
    facts = only(sample(f"pickle/{name}"), PickleFacts)[0]
    assert kinds(facts) == [kind]


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize(
    "value",
    [
        None,
        {"a": [1, -5, 70000, 2**40, 10**40, 1.5, True, False, None]},
        ("x", b"bytes", bytearray(b"array"), "ü" * 300, b"\x00" * 70000),
        [{1, 2}, frozenset({3}), (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)],
        [str(number) for number in range(3000)],
    ],
)
def test_honest_data_of_every_protocol_is_read_to_its_end(protocol, value):
    data = pickle.dumps(value, protocol)
    found = run(data)
    assert found.stopped
    assert not found.problems
    assert found.end == len(data)
    assert found.protocol <= protocol
    safe = {"_codecs", "builtins", "__builtin__"}
    assert {item.module for item in found.imports} <= safe


class Colour(enum.Enum):
    RED = 1


@pytest.mark.parametrize("protocol", range(6))
def test_honest_objects_show_what_they_fetch(protocol):
    value = [
        dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
        collections.OrderedDict(a=1),
        collections.Counter("aab"),
        collections.defaultdict(list, a=[1]),
        decimal.Decimal("1.5"),
        Colour.RED,
        slice(1, 2),
        complex(1, 2),
    ]
    found = run(pickle.dumps(value, protocol))
    assert found.stopped
    assert not found.problems
    fetched = {f"{item.module}.{item.name}" for item in found.imports}
    assert {
        "datetime.datetime",
        "collections.OrderedDict",
        "decimal.Decimal",
    } <= fetched


def test_a_chain_of_getattr_is_spelled_out(sample, only):
    facts = only(sample("pickle/getattr_chain.pkl"), PickleFacts)[0]
    assert calls(facts) == [
        ("builtins.__import__", "'os'"),
        ("builtins.getattr", "builtins.__import__('os'), 'getcwd'"),
        ("builtins.getattr(builtins.__import__('os'), 'getcwd')", ""),
    ]


def test_names_for_stack_global_may_come_from_the_memo(sample, only):
    facts = only(sample("pickle/stack_global_memo.pkl"), PickleFacts)[0]
    assert imports(facts) == [("builtins", "print", True)]


def test_a_computed_name_is_an_unknown_import(sample, only):
    facts = only(sample("pickle/stack_global_unknown.pkl"), PickleFacts)[0]
    assert imports(facts) == [("builtins", "str", True), ("", "x", True)]
    assert calls(facts)[-1] == ("?.x", "")


def test_an_extension_code_is_an_unknown_import(sample, only):
    facts = only(sample("pickle/extension.pkl"), PickleFacts)[0]
    assert imports(facts) == [("", "", True)]
    assert calls(facts) == [("?", "")]


@pytest.mark.parametrize("code", [b"\x82\x05", b"\x83\x05\0", b"\x84\x05\0\0\0"])
def test_extension_codes_of_every_width_are_read(code):
    assert len(run(b"\x80\x02" + code + b".").imports) == 1


def test_changing_a_class_by_build_is_a_call(sample, only):
    facts = only(sample("pickle/build_class.pkl"), PickleFacts)[0]
    assert calls(facts) == [
        ("builtins.print.__setstate__", "{'__setstate__': os.getcwd}")
    ]


@pytest.mark.parametrize(
    ("opcodes", "method"),
    [
        (b"Vk\nNs", "__setitem__"),
        (b"(Vk\nNu", "__setitem__"),
        (b"Na", "append"),
        (b"(Ne", "extend"),
        (b"(N\x90", "add"),
    ],
)
def test_filling_something_fetched_is_a_call(opcodes, method):
    found = run(b"\x80\x04csys\nmodules\n" + opcodes + b".")
    assert found.calls[0].callee == f"sys.modules.{method}"


def test_several_streams_are_read_one_after_another(sample, only):
    first, second = only(sample("pickle/two_streams.pkl"), PickleFacts)
    assert not first.imports
    assert imports(second) == [("builtins", "print", True)]
    assert second.place.offset == 33


def test_streams_of_protocol_zero_may_follow(look, only):
    file = look(b"\x80\x02N." + CALL + b".")
    assert imports(only(file, PickleFacts)[1]) == [("builtins", "print", True)]


def test_more_streams_than_are_read_leave_a_gap_beyond_a_bound(look, only):
    limits = replace(DEFAULT_LIMITS, max_pickle_streams_read=1000)
    gap = only(look(b"\x80\x02N." * 1002, limits=limits), Gap)[0]
    assert "1000 pickle streams" in gap.reason
    assert gap.bound == "crowd"


def test_streams_beyond_those_listed_are_taken_as_one(look, only):
    limits = replace(DEFAULT_LIMITS, max_pickle_streams=2)
    record = b"\x80\x02ccollections\nOrderedDict\n)R."
    data = record * 9 + b"\x80\x02" + CALL + b"." + b"\x80\x03" + CALL + b"0)R."
    *listed, crowd = only(look(data, limits=limits), PickleFacts)
    assert len(listed) == 2
    assert imports(crowd) == [
        ("collections", "OrderedDict", True),
        ("builtins", "print", True),
    ]
    assert calls(crowd) == [
        ("collections.OrderedDict", ""),
        ("builtins.print", "'hello'"),
    ]
    assert crowd.protocol == 2
    assert crowd.place.offset == 2 * len(record)
    assert kinds(crowd) == ["malformed"]


def test_streams_that_do_nothing_are_no_crowd(look, only):
    limits = replace(DEFAULT_LIMITS, max_pickle_streams=2)
    assert len(only(look(b"\x80\x02N." * 9, limits=limits), PickleFacts)) == 2


def test_calls_of_a_crowd_are_bounded_and_say_so(look, only):
    limits = replace(DEFAULT_LIMITS, max_pickle_streams=1)
    data = b"".join(b"\x80\x02cm\nf\n(K%ctR." % n for n in range(100))
    crowd = only(look(data, limits=limits), PickleFacts)[-1]
    assert len(crowd.calls) == 64
    assert crowd.unlisted == ("m.f",)
    data += b"".join(b"\x80\x02cm%d\nf\n)R)R." % n for n in range(100))
    limits = replace(limits, max_pickle_calls=9, max_pickle_imports=9)
    crowd = only(look(data, limits=limits), PickleFacts)[-1]
    assert "?" in crowd.unlisted
    assert crowd.bounded
    assert len(crowd.imports) == 9


def test_a_name_of_a_crowd_is_called_when_any_stream_calls_it(look, only):
    limits = replace(DEFAULT_LIMITS, max_pickle_streams=1)
    data = b"\x80\x02N." + (b"\x80\x02" + PRINT + b".") * 2 + b"\x80\x02" + CALL + b"."
    crowd = only(look(data, limits=limits), PickleFacts)[-1]
    assert imports(crowd) == [("builtins", "print", True)]


def test_the_old_form_of_pytorch_ends_in_raw_data_without_alarm(sample, only):
    file = sample("pickle/pytorch_legacy.bin")
    facts = only(file, PickleFacts)
    assert len(facts) == 5
    assert not any(item.problems for item in facts)
    assert not only(file, Gap)


@pytest.mark.parametrize("name", ["pickle_in_pickle.pkl", "pickle_in_text_p2.pkl"])
def test_a_pickle_inside_a_byte_string_is_read(sample, only, name):
    inner = only(sample(f"pickle/{name}"), PickleFacts)[-1]
    assert inner.place.member.startswith("bytes@")
    assert calls(inner) == [("builtins.print", "'hello'")]


@pytest.mark.parametrize("filler", [0, 2000])
@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_inside_a_byte_string_of_any_protocol_is_read(
    look, only, protocol, filler
):
    inner = b"\x80\x02" + b"X" + struct.pack("<I", filler) + b"z" * filler + CALL + b"."
    file = look(pickle.dumps(inner, protocol))
    assert ("builtins", "print", True) in imports(only(file, PickleFacts)[-1])


def test_a_python_two_string_with_a_pickle_inside_is_read(look, only):
    file = look(b"S'cbuiltins\\nprint\\n(Vx\\ntR.'\n.")
    assert calls(only(file, PickleFacts)[-1]) == [("builtins.print", "'x'")]


def _inside(*members):
    inner = b"".join(b"B" + struct.pack("<I", len(item)) + item for item in members)
    return b"\x80\x04(" + inner + b"t."


def test_pickles_inside_beyond_those_listed_are_taken_as_one(look, only):
    limits = replace(DEFAULT_LIMITS, max_pickle_embedded=2)
    plain = b"\x80\x02ccollections\nOrderedDict\n)R."
    data = _inside(*[plain] * 5, b"\x80\x02" + CALL + b".")
    file = look(data, limits=limits)
    facts = only(file, PickleFacts)
    assert len(facts) == 4
    assert ("builtins", "print", True) in imports(facts[-1])
    assert not only(file, Gap)


def test_too_many_byte_strings_leave_a_gap(look, only):
    limits = replace(DEFAULT_LIMITS, max_pickle_byte_strings=2)
    data = _inside(*[b"\x80\x02" + CALL + b"."] * 5)
    assert "byte strings" in only(look(data, limits=limits), Gap)[0].reason


def test_more_members_inside_than_are_listed_leave_a_gap_beyond_a_bound(look, only):
    limits = replace(DEFAULT_LIMITS, max_pickle_embedded=2)
    programs = [b"\x7fELF\x02\x01\x01" + bytes(57)] * 7
    gaps = only(look(_inside(*programs), limits=limits), Gap)
    assert [gap.bound for gap in gaps if gap.bound] == ["crowd"]


def test_joblib_arrays_between_the_opcodes_are_passed_over(sample, only):
    facts = only(sample("pickle/joblib.joblib"), PickleFacts)
    assert len(facts) == 1
    assert not facts[0].problems
    assert calls(facts[0])[-1] == ("builtins.print", "'hello'")


def test_joblib_object_arrays_hold_a_pickle_that_is_read(sample, only):
    facts = only(sample("pickle/joblib_objects.joblib"), PickleFacts)[0]
    assert [call for call in calls(facts) if call[0] == "builtins.print"] == [
        ("builtins.print", "'hello'")
    ]
    assert not facts.problems


def test_a_joblib_array_that_cannot_be_measured_leaves_a_gap(sample, only):
    file = sample("pickle/joblib_unknown_size.joblib")
    assert "cannot be measured" in only(file, Gap)[0].reason


@pytest.mark.parametrize(
    "state",
    [
        b"}",
        b"}(Vdtype\nN)\x81u",
        b"}(Vdtype\ncnumpy\ndtype\n)RVshape\nK\x01u",
        b"}(Vdtype\ncnumpy\ndtype\nVq9\n\x85RVshape\nK\x01u",
        b"N",
    ],
)
def test_joblib_states_without_a_constant_size_break(state):
    data = b"\x80\x02cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81" + state + b"b."
    assert run(data).problems


def test_a_joblib_shape_may_be_a_number():
    state = b"}(Vdtype\ncnumpy\ndtype\nVU2\n\x85RVshape\nK\x01u"
    data = b"\x80\x02cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81" + state
    found = run(data + b"b" + bytes(8) + b".")
    assert found.stopped
    assert found.arrays == 1


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "truncated"),
        (b"\x80\x06N.", "malformed"),
        (b"\x80", "truncated"),
        (b"t.", "malformed"),
        (b"h\x05.", "malformed"),
        (b"g5\n.", "malformed"),
        (b"gx\n.", "malformed"),
        (b"Ix\n.", "malformed"),
        (b"Lx\n.", "malformed"),
        (b"Fx\n.", "malformed"),
        (b"Sx\n.", "malformed"),
        (b"S'x\n.", "malformed"),
        (b"K\x01K\x02\x93.", "malformed"),
        (b"\x82\x00.", "malformed"),
        (b"NN\x86R.", "malformed"),
        (b"N)R.", "malformed"),
        (b"\x8b\xff\xff\xff\xff.", "malformed"),
        (b"\x8a\x7fabc", "truncated"),
        (b"X\x05\0\0\0ab", "truncated"),
        (b"K", "truncated"),
        (b"J\x00", "truncated"),
        (b"N0.", "malformed"),
        (b"K\x01\x87.", "malformed"),
    ],
)
def test_a_loader_would_stop_here_too(data, kind):
    found = run(data)
    assert not found.stopped
    assert [problem[0] for problem in found.problems] == [kind]


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"I01\n.", True),
        (b"I00\n.", False),
        (b"I-7\n.", -7),
        (b"I0x10\n.", 16),
        (b"I007\n.", 7),
        (b"L5L\n.", 5),
        (b"F1.5\n.", 1.5),
        (b"S'a\\x41\\101\\n\\'\\q'\n.", "aAA\n'\\q"),
        (b'S"\xff"\n.', "\ufffd"),
        (b"Va\\u00e9\n.", "aé"),
        (b"U\x02ab.", b"ab"),
        (b"T\x02\0\0\0ab.", b"ab"),
        (b"\x8d\x01" + bytes(7) + b"a.", "a"),
        (b"\x8a\x01\xff.", -1),
        (b"\x8b\x01\0\0\0\x05.", 5),
        (b"NK\x050.", None),
        (b"N(K\x051.", None),
        (b"N(0.", None),
        (b"K\x032\x86K\x010.", None),
        (b"K\x05p7\n0g7\n.", 5),
        (b"K\x05r\x07\0\0\0" + b"0j\x07\0\0\0.", 5),
    ],
)
def test_constants_have_the_value_that_a_loader_gives_them(data, value):
    found = run(data)
    assert found.stopped, found.problems
    if value is not None:
        assert found.result == value
        assert type(found.result) is type(value)


@pytest.mark.parametrize(
    "data",
    [
        b"I" + b"1" * 5000 + b"\n.",
        b"\x8a\x40" + bytes(64) + b".",
        b"P1\n.",
        b"NQ.",
        b"\x97\x98.",
    ],
)
def test_values_that_are_not_worked_out_are_opaque(data):
    found = run(data)
    assert found.stopped
    assert found.result is pickle_values.OPAQUE


def test_a_long_line_and_a_long_text_are_cut_and_shown_so():
    line = b"V" + b"x" * 100_000 + b"\n"
    found = run(b"\x80\x02" + PRINT + line + b"\x85R.")
    assert found.stopped
    assert found.calls[0].arguments.endswith("…")
    assert len(found.calls[0].arguments) <= DEFAULT_LIMITS.max_shown_chars


def test_a_line_without_its_end_still_fetches():
    found = run(b"\x80\x02cbuiltins\nprint")
    assert found.imports[0].name == "print"
    assert found.problems[0][0] == "truncated"


def test_a_long_module_name_is_kept_in_part():
    name = b"X" + struct.pack("<I", 5000) + b"m" * 5000
    found = run(b"\x80\x04" + name + b"\x8c\x01n\x93.")
    assert found.imports[0].module == "m" * 512


def test_opcode_bound_ends_the_walk(look, only):
    limits = replace(DEFAULT_LIMITS, max_pickle_opcodes=5)
    file = look(b"\x80\x02" + CALL + b".", limits=limits)
    facts = only(file, PickleFacts)[0]
    assert facts.bounded
    assert calls(facts) == [] or calls(facts) == [("builtins.print", "'hello'")]
    assert only(file, Gap)


def test_names_that_come_with_python_are_listed_behind_any_crowd():
    crowd = b"".join(b"cm\nn%d\n)R0" % n for n in range(20))
    found = run(b"\x80\x02" + crowd + CALL + b".", max_pickle_imports=5)
    assert found.stopped
    assert not found.bounded
    names = [(item.module, item.name, item.called) for item in found.imports]
    assert names[-1] == ("builtins", "print", True)
    assert len(names) == 6
    assert [problem[0] for problem in found.problems] == ["too-many"]
    assert not any("…" in call.callee for call in found.calls)


def test_dotted_names_of_python_count_among_the_others():
    crowd = b"".join(b"cos\npath.n%d\n0" % n for n in range(20))
    found = run(b"\x80\x04" + crowd + CALL + b".", max_pickle_imports=5)
    assert [item.module for item in found.imports] == ["os"] * 5 + ["builtins"]


def test_stack_and_memo_bounds_end_the_walk():
    data = b"\x80\x04" + b"N" * 1_200_000 + b"."
    assert run(data, max_pickle_stack=1000).bounded
    assert run(b"\x80\x04" + b"(" * 1_200_000).bounded
    data = b"\x80\x04N" + b"\x94" * 1_200_000 + b"."
    assert run(data, max_pickle_memo=1000).bounded


def test_windows_of_input_join_without_seam():
    values = [(f"text {number}", number, number / 3) for number in range(60_000)]
    for protocol in (0, 2, 4):
        data = pickle.dumps(values, protocol)
        found = run(data)
        assert found.stopped
        assert found.end == len(data)


def test_repeated_calls_are_listed_once_and_many_in_part():
    one = PRINT + b"(Vx\ntR0"
    assert len(run(b"\x80\x02" + one * 50 + b"N.").calls) == 1
    many = b"".join(PRINT + b"(K" + bytes((n,)) + b"tR0" for n in range(200))
    found = run(b"\x80\x02" + many + b"N.")
    assert len(found.calls) == 64
    assert len(found.imports) == 1
    nested = b"".join(
        PRINT + b"(" + PRINT + b"K" + bytes((n,)) + b"tR0" for n in range(200)
    )
    assert len(run(b"\x80\x02" + nested + b"N.").calls) == 200
    assert len(run(b"\x80\x02" + nested + b"N.", max_pickle_calls=9).calls) == 9


def test_calls_of_calls_are_bounded():
    one = b"".join(PRINT + b")RVx%d\n\x85R0" % number for number in range(50))
    data = b"\x80\x02" + one + b"N."
    assert len(run(data, max_pickle_calls=100).calls) == 51
    assert len(run(data, max_pickle_calls=10).calls) == 10
    chain = run(b"\x80\x02" + PRINT + b")R" * 50 + b".")
    assert chain.calls[-1].callee == "…()()()()"


def test_problems_are_bounded():
    bomb = b"(" + b"h\x00" * 9 + b"t\x94"
    data = b"\x80\x04]\x94" + bomb + b"N."
    assert run(data).stopped
    frames = (b"\x95" + b"\xff" * 7 + b"\0") * 300
    assert len(run(b"\x80\x04" + frames + b"N.").problems) == 100


def test_lists_that_hold_themselves_many_times_over_are_bombs():
    data = b"\x80\x04]\x94" + b"(" + b"h\x00" * 100 + b"e"
    for _ in range(8):
        data += b"(" + b"h\x00" * 100 + b"e"
    assert run(data + b".").problems[0][0] == "bomb"


@pytest.mark.parametrize(
    ("pushed", "shown"),
    [
        (b"]", "[]"),
        (b"](K\x01K\x02e", "[1, 2]"),
        (b"\x8f", "{}"),
        (b"(K\x01\x91", "frozenset({1})"),
        (b"}Va\nK\x01s", "{'a': 1}"),
        (b"(Va\nK\x01d", "{'a': 1}"),
        (b"(K\x01l", "[1]"),
        (b")", "()"),
        (b"P1\n", "…"),
        (b"C\x02ab", "b'ab'"),
        (b"(" + b"N" * 9 + b"l", "[" + "None, " * 6 + "…]"),
        (b"}(" + b"NN" * 9 + b"u", "{" + "None: None, " * 6 + "…}"),
        (b"]" * 6 + b"a" * 5, "[[[[…]]]]"),
        (b"C\xff" + b"a" * 255, "b'" + "a" * 197 + "…"),
    ],
)
def test_arguments_are_printed_short(pushed, shown):
    found = run(b"\x80\x04" + PRINT + pushed + b"\x85R.")
    assert found.calls[0].arguments == shown


def test_arguments_that_are_no_tuple_are_printed_too():
    assert run(b"\x80\x04" + PRINT + b"P1\nR.").calls[0].arguments == "…"


def test_keywords_of_newobj_ex_are_shown():
    found = run(b"\x80\x04" + PRINT + b")}Vend\nV!\ns\x92.")
    assert found.calls[0].arguments == "{'end': '!'}"


def test_the_place_of_a_problem_is_its_opcode():
    found = run(b"\x80\x02NN\xff")
    assert found.problems[0][2] == 4


@pytest.mark.parametrize(
    "data",
    [
        b"N.B. this is a text",
        b"cat\ndog\nhorse\n",
        b"I am a text\n",
        b"class Foo:\n    pass\n",
        b"(a list) of things.",
        b"Strange\n",
        b"Value\nanother\n",
        b"]) not a pickle",
        b"PK said so\n.",
        b"\x80",
        b"\x80\x07",
    ],
)
def test_texts_and_chance_bytes_are_no_pickles(look, data):
    assert Content.PICKLE not in look(data).contents


@pytest.mark.parametrize("data", [b"I1\n.", b"(lp0\n.", b"N.\n", CALL])
def test_old_streams_without_a_header_are_pickles(look, data):
    assert look(data).content is Content.PICKLE

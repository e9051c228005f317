from __future__ import annotations

from dataclasses import replace

import pytest

from assay.domain.facts import PickleFacts
from assay.domain.limits import DEFAULT_LIMITS
from assay.release.formats.pickle_machine import walk
from assay.release.source import BytesSource

PRINT = b"cbuiltins\nprint\n"
LIST = b"cbuiltins\nlist\n"
GETATTR = b"cbuiltins\ngetattr\n"
HOSTILE = GETATTR + b"(" + LIST + b"V__class__\ntR0"
COMPUTED = GETATTR + b"(" + LIST + b"Vcopy\ntR)R0"


def run(body, **bounds):
    limits = replace(DEFAULT_LIMITS, **bounds)
    return walk(BytesSource(b"\x80\x02" + body + b"N."), 0, limits)


def plain(count):
    """Call many functions, so that no bound of one of them is met."""
    return b"".join(b"cm\nn%d\nK\x01\x85R0" % number for number in range(count))


def callees(found):
    return [call.callee for call in found.calls]


def test_a_computed_call_takes_the_place_of_a_plain_one():
    found = run(plain(20) + COMPUTED, max_pickle_calls=5)
    assert len(found.calls) == 5
    assert callees(found)[-1] == "builtins.getattr(builtins.list, 'copy')"
    assert "?" not in found.unlisted
    assert "m.n19" in found.unlisted


def test_a_change_of_an_import_takes_the_place_of_a_plain_call():
    change = b"csys\nmodules\nVos\nNs0"
    found = run(plain(20) + change, max_pickle_calls=5)
    assert "sys.modules.__setitem__" in callees(found)


def test_the_first_call_of_a_name_goes_before_repeats_of_others():
    many = b"".join(PRINT + b"K" + bytes((n,)) + b"\x85R0" for n in range(30))
    found = run(many + b"cposix\nsystem\nVecho\n\x85R0", max_pickle_calls=5)
    assert callees(found) == ["builtins.print"] * 4 + ["posix.system"]
    assert found.unlisted == ("builtins.print",)


def test_built_arguments_go_before_constant_ones():
    many = b"".join(PRINT + b"K" + bytes((n,)) + b"\x85R0" for n in range(30))
    found = run(many + PRINT + b"]\x85R0", max_pickle_calls=5)
    assert found.calls[-1].arguments == "[]"


def test_nothing_goes_before_what_is_as_telling():
    calls = b"".join(PRINT + b")RK" + bytes((n,)) + b"\x85R0" for n in range(9))
    found = run(calls, max_pickle_calls=4)
    assert callees(found) == ["builtins.print()"] * 4
    assert found.unlisted == ("?", "builtins.print")


@pytest.mark.parametrize("count", [10, 100])
def test_a_hostile_call_behind_repeats_is_listed_or_said_to_be_missing(count):
    honest = GETATTR + b"(" + LIST + b"Vcopy\ntR0"
    found = run(honest * count + HOSTILE, max_pickle_printed_calls=50)
    listed = any("__class__" in call.arguments for call in found.calls)
    assert listed is (count == 10)
    assert (found.unlisted == ("builtins.getattr",)) is (count == 100)


def test_computed_calls_beyond_what_is_printed_are_said_to_be_missing():
    found = run(COMPUTED * 60, max_pickle_printed_calls=50)
    assert found.unlisted == ("?", "builtins.getattr")


def test_more_constant_arguments_than_are_listed_are_said_to_be_missing(look, only):
    many = b"".join(PRINT + b"K" + bytes((n,)) + b"\x85R0" for n in range(65))
    (facts,) = only(look(b"\x80\x02" + many + b"N."), PickleFacts)
    assert len(facts.calls) == 64
    assert facts.unlisted == ("builtins.print",)


def test_calls_stand_in_the_order_of_the_stream():
    found = run(plain(4) + COMPUTED + plain(2), max_pickle_calls=5)
    offsets = [call.offset for call in found.calls]
    assert offsets == sorted(offsets)


def test_printing_a_nest_of_containers_ends_soon():
    # Six in each of four levels, 300 characters in each: a quarter of a million.
    nest = b"X\x2c\x01\0\0" + b"a" * 300 + b"q\x000"
    for level in range(4):
        item = b"h" + bytes((level,))
        nest += b"(" + item + b"2" * 5 + b"tq" + bytes((level + 1,)) + b"0"
    found = run(nest + PRINT + b"h\x04\x85R0")
    assert len(found.calls[0].arguments) <= DEFAULT_LIMITS.max_shown_chars

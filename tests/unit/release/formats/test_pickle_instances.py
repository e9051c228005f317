"""Methods that a stream puts on its own objects, and has the loader call."""

from __future__ import annotations

import collections
import pickle

import pytest

from assay.domain.limits import DEFAULT_LIMITS
from assay.release.formats.pickle_machine import walk
from assay.release.source import BytesSource
from benchmarks.detection.families import pickle_handed_on
from benchmarks.detection.opcodes import Code, call, fetch, instance, stream, value
from benchmarks.detection.sample import Truth

PRINTS = call("functools:partial", fetch("builtins:print"), "hello")
MADE = Code(fetch("m:C") + b")\x81")


def methods(*parts: bytes) -> list[str]:
    found = walk(BytesSource(stream(*parts)), 0, DEFAULT_LIMITS)
    assert found.stopped
    return [item.callee for item in found.calls if ")." in item.callee]


def held(key: str, code: bytes = PRINTS) -> Code:
    return Code(b"}" + value(key) + code + b"s")


@pytest.mark.parametrize(
    ("method", "use"),
    [
        ("append", b"K\x01a"),
        ("extend", b"(K\x01e"),
        ("add", b"(K\x01\x90"),
        ("__setitem__", b"K\x01K\x02s"),
        ("__setstate__", b"Nb"),
    ],
)
def test_an_object_that_is_changed_behind_its_state_may_call_its_own(method, use):
    assert f"m.C().{method}" in methods(MADE + b"Nb" + use)


@pytest.mark.parametrize("method", ["append", "items", "pop", "read"])
def test_what_is_kept_under_the_name_of_a_method_may_be_called(method):
    assert methods(MADE + held(method) + b"b") == [f"m.C().{method}"]
    assert methods(MADE + value((None, held(method))) + b"b") == [f"m.C().{method}"]
    assert not methods(MADE + value({method: 1}) + b"b")
    assert not methods(MADE + held(method, call("m:D")) + b"b")


def test_a_method_behind_all_that_is_kept_of_a_state_is_noticed():
    many = {f"a{number}": number for number in range(40)}
    state = value({**many, "__setstate__": PRINTS})
    assert methods(MADE + state + b"b") == ["m.C().__setstate__"]
    deep = value([[{**many, "__class__": fetch("m:D")}]])
    assert methods(MADE + deep + b"b") == ["m.C().__setstate__"]


def test_a_hook_set_in_a_dictionary_that_stands_in_a_state_already_is_noticed():
    hook = value("__reduce__") + PRINTS
    state = b"}q\x010]q\x02h\x01a0h\x01" + hook + b"s0h\x02"
    assert methods(MADE + state + b"b") == ["m.C().__setstate__"]


def test_a_state_that_is_an_object_with_methods_of_its_own_is_noticed():
    state = instance("m:D", {"anything": PRINTS})
    assert methods(MADE + state + b"b") == ["m.D().items"]
    assert not methods(MADE + instance("m:D", {"anything": 1}) + b"b")


def test_an_argument_with_methods_of_its_own_is_noticed():
    given = instance("m:D", {"anything": PRINTS})
    assert methods(call("builtins:dict", given)) == ["m.D().__getattribute__"]
    assert not methods(call("functools:partial", fetch("m:f"), given))
    pairs = [("__setstate__", PRINTS)]
    found = walk(BytesSource(stream(call("m:D", pairs))), 0, DEFAULT_LIMITS)
    assert "m.D.__setstate__" in [item.callee for item in found.calls]


def test_a_mapping_that_is_filled_or_made_with_a_method_is_noticed():
    assert methods(call("m:D") + value("__class__") + fetch("m:E") + b"s")
    assert methods(call("m:D") + value("a") + value(1) + b"sK\x01a") == ["m.D().append"]
    assert methods(call("m:D", held("append")) + b"K\x01a")
    assert methods(call("m:D", instance("m:E", None)) + b"K\x01a")
    computed = Code(fetch("m:D") + call("builtins:tuple", [1]) + b"R")
    assert methods(computed + b"K\x01a")
    assert not methods(call("m:D", fetch("m:E"), 1, [2]) + b"K\x01a")


def test_the_state_of_a_partial_is_one_more_call_of_it():
    state = value((fetch("m:f"), (1,), Code(b"}"), None))
    made = call("copyreg:__newobj__", fetch("functools:partial"), fetch("m:g"))
    found = walk(BytesSource(stream(made + state + b"b")), 0, DEFAULT_LIMITS)
    assert ("functools.partial", "m.f, (1), {}, None") in [
        (item.callee, item.arguments) for item in found.calls
    ]
    assert not methods(MADE + state + b"b")
    assert not methods(MADE + value((1, (1,), Code(b"}"), None)) + b"b")


@pytest.mark.parametrize("protocol", range(6))
def test_picklers_give_items_first_and_one_state_last(protocol):
    ordered = collections.OrderedDict(append=[1], add={2})
    ordered.extra = collections.deque([ordered], 4)
    data = pickle.dumps([ordered, collections.Counter("aab")], protocol)
    found = walk(BytesSource(data), 0, DEFAULT_LIMITS)
    assert found.stopped
    assert not [item for item in found.calls if ")." in item.callee]


@pytest.mark.parametrize(
    "sample",
    [item for item in pickle_handed_on.samples() if item.truth is Truth.HONEST],
    ids=lambda item: item.name,
)
def test_no_honest_sample_calls_a_method_of_its_own(sample):
    found = walk(BytesSource(sample.files["model.pkl"]), 0, DEFAULT_LIMITS)
    assert found.stopped
    assert not [item for item in found.calls if ")." in item.callee]

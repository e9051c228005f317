"""Classes and functions that allowed names are given to call or to keep."""

from __future__ import annotations

import pytest

from assay.assess.checks.pickle_imports import CHECK
from assay.assess.pickle_held import holds_only_plain
from assay.domain.facts import PickleImport
from tests.unit.assess.subjects import at, pickle, run

NAMES = (
    "numpy:memmap",
    "numpy:ndarray",
    "numpy:sum",
    "numpy.ma.core:MaskedArray",
    "xgboost.core:Booster",
    "enum:Enum",
    "builtins:object",
    "builtins:list",
    "builtins:dict",
    "builtins:bytearray",
    "functools:partial",
    "copyreg:__newobj__",
    "os:system",
    "textwrap:dedent",
    "example:Class",
)


def entry(name: str) -> PickleImport:
    module, _, attribute = name.partition(":")
    return PickleImport(
        module=module, name=attribute, place=at("m.pkl", offset=0), called=True
    )


IMPORTS = tuple(map(entry, NAMES))

HELD = [
    ("copyreg:__newobj__", "numpy.memmap, '/tmp/x', 'u1', 'w+', 0, 13"),
    ("copy_reg:__newobj__", "numpy.memmap"),
    ("copyreg:__newobj_ex__", "numpy.memmap, ('/tmp/x'), {}"),
    ("copyreg:__newobj__", "functools.partial, numpy.memmap, '/tmp/x'"),
    ("copyreg:__newobj__", "numpy.ndarray, 1000000000000"),
    ("copyreg:__newobj_ex__", "numpy.ndarray, (), {'shape': 1000000000000}"),
    ("functools:partial", "numpy.ndarray, (), {'shape': 1000000000000}, None"),
    ("copyreg:__newobj__", "textwrap.dedent, ' x'"),
    ("copyreg:__newobj__", "copyreg.__newobj__, " * 20 + "builtins.list"),
    ("copyreg:_reconstructor", "numpy.memmap, builtins.object, None"),
    ("copyreg:_reconstructor", "example.Class, numpy.memmap, '/tmp/x'"),
    ("copyreg:_reconstructor", "builtins.list, builtins.list, itertools.count()"),
    ("copyreg:_reconstructor", "xgboost.core.Booster, xgboost.core.Booster, '/x'"),
    ("numpy.ma.core:_mareconstruct", "numpy.memmap, numpy.ndarray, (0), 'b'"),
    ("sklearn.neighbors._kd_tree:newObj", "numpy.memmap"),
    ("functools:partial", "numpy.memmap, '/tmp/x'"),
    ("functools:partial", "numpy.memmap, ('/tmp/x', 'u1'), {}, None"),
    ("functools:partial", "numpy.ndarray, (1000000000000), {}, None"),
    ("functools:partial", "functools.partial, numpy.memmap"),
    ("functools:partial", "xgboost.core.Booster, None, None, '/etc/x'"),
    ("functools:partial", "enum.Enum, 'A'"),
    ("collections:defaultdict", "numpy.memmap"),
]
PLAIN = [
    ("copyreg:__newobj__", "builtins.dict"),
    ("copyreg:__newobj__", "numpy.ndarray, (3)"),
    ("copyreg:__newobj__", "example.Class, 1"),
    ("copyreg:__newobj__", "another.Class"),
    ("copyreg:_reconstructor", "example.Class, builtins.object, None"),
    ("copyreg:_reconstructor", "xgboost.core.Booster, builtins.object, '/x'"),
    ("copyreg:_reconstructor", "example.Class, builtins.dict, {'a': 1}"),
    ("copyreg:_reconstructor", "example.Class"),
    (
        "numpy.ma.core:_mareconstruct",
        "numpy.ma.core.MaskedArray, numpy.ndarray, (0), b'b'",
    ),
    ("functools:partial", "numpy.sum, (), {'axis': 0}, None"),
    ("functools:partial", "example.Class, 1"),
    ("functools:partial", "os.system, 'echo'"),
    ("collections:defaultdict", "builtins.list, {'a': 1}"),
    ("collections:defaultdict", ""),
    ("builtins:list", "[1]"),
]


@pytest.mark.parametrize(("name", "given"), HELD)
def test_what_acts_is_not_handed_on(name, given):
    assert not holds_only_plain(entry(name), given, IMPORTS)


@pytest.mark.parametrize(("name", "given"), PLAIN)
def test_what_is_plain_or_judged_by_its_own_name_may_be_handed_on(name, given):
    assert holds_only_plain(entry(name), given, IMPORTS)


def test_a_class_that_is_made_through_copyreg_is_told_as_an_indirect_call():
    calls = [("copyreg.__newobj__", "numpy.memmap, '/tmp/x', 'u1', 'w+'")]
    report = run(CHECK, pickle("numpy:memmap", "copyreg:__newobj__", calls=calls))
    assert "pickle-imports/indirect-call" in [
        f"{finding.check}/{finding.rule}" for finding in report.findings
    ]

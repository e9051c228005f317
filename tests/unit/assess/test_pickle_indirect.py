"""Allowed names that would call what they are given."""

from __future__ import annotations

import pytest

from assay.assess.checks.pickle_imports import CHECK
from assay.assess.pickle_allowed import ALLOWED
from assay.assess.pickle_names import Verdict, judge
from assay.assess.pickle_uses import is_plain_call
from assay.domain.facts import PickleImport
from assay.domain.finding import CheckStatus, Severity
from tests.unit.assess.subjects import at, pickle, rules, run


def words(text: str) -> list[str]:
    return text.split()


METHOD = "builtins.getattr(pathlib.PosixPath, 'as_posix')"
MADE = "types.SimpleNamespace()"

# Names on the list that call an argument, a method of one, or make a class of it.
CALLERS = [
    ("functools", "partial", METHOD),
    ("collections", "defaultdict", METHOD),
    ("copyreg", "_reconstructor", f"builtins.dict, {MADE}, None"),
    ("copyreg", "_reconstructor", f"{MADE}, builtins.dict, None"),
    ("copy_reg", "_reconstructor", f"{MADE}, builtins.dict, None"),
    ("copyreg", "__newobj__", MADE),
    ("copyreg", "__newobj_ex__", f"{MADE}, (), {{}}"),
    ("torch._tensor", "_rebuild_from_type", f"{METHOD}, torch.Tensor, (1), {{}}"),
    ("torch._tensor", "_rebuild_from_type_v2", "builtins.repr, torch.Tensor, (1)"),
    ("numpy.random._pickle", "__generator_ctor", f"'PCG64', {METHOD}"),
    ("numpy.random._pickle", "__randomstate_ctor", f"'MT19937', {METHOD}"),
    ("numpy.random._pickle", "__bit_generator_ctor", METHOD),
    ("numpy.ma.core", "_mareconstruct", f"{MADE}, numpy.ndarray, (0), 'b'"),
    ("sklearn.neighbors._kd_tree", "newObj", MADE),
    ("sklearn.neighbors._kd_tree", "KDTree", f"[[1]], 40, {METHOD}"),
    ("sklearn.neighbors._ball_tree", "BallTree64", f"[[1]], 40, {METHOD}"),
    ("pandas.core.indexes.base", "_new_Index", f"{MADE}, {{}}"),
    ("pandas.core.indexes.period", "_new_PeriodIndex", "builtins.repr, {}"),
    ("scipy.stats._kde", "gaussian_kde", f"[1], {METHOD}"),
    ("torch.optim.lr_scheduler", "LambdaLR", f"1, {METHOD}"),
    ("xgboost.core", "Booster", "None, (), '/etc/passwd'"),
    ("enum", "Enum", "'X', [('A', 1)]"),
    ("enum", "IntEnum", "'X', 'A'"),
    ("enum", "Flag", "'X', 'A'"),
    *(
        ("builtins", name, MADE)
        for name in words(
            "repr ascii hash len abs round sum min max any all sorted divmod print "
            "isinstance issubclass dir"
        )
    ),
    ("operator", "add", "1, 2"),
    ("_operator", "eq", "1, 2"),
    ("numpy", "asarray", MADE),
    ("numpy", "add", "1, 2"),
    ("torch.nn.functional", "embedding", "1, 2"),
    ("sklearn.metrics._classification", "accuracy_score", "1, 2"),
]


def entry(module, name):
    return PickleImport(module=module, name=name, place=at(), called=True)


@pytest.mark.parametrize(("module", "name", "given"), CALLERS)
def test_no_indirect_caller_is_allowed_whatever_it_is_given(module, name, given):
    assert judge(module, name).verdict is Verdict.ALLOWED
    assert not is_plain_call(entry(module, name), given)
    assert not is_plain_call(entry(module, name), "?(")
    report = run(CHECK, pickle(f"{module}:{name}", calls=[(f"{module}.{name}", given)]))
    (finding,) = report.findings
    assert (finding.rule, finding.severity) == ("indirect-call", Severity.HIGH)


@pytest.mark.parametrize(
    "name",
    words("""
    builtins:map builtins:filter builtins:getattr builtins:setattr builtins:next
    builtins:__build_class__ operator:call operator:methodcaller operator:attrgetter
    operator:itemgetter functools:reduce functools:cached_property
    functools:singledispatch functools:partialmethod functools:cmp_to_key
    itertools:starmap itertools:groupby itertools:accumulate itertools:takewhile
    itertools:dropwhile itertools:filterfalse copy:copy copy:deepcopy types:new_class
    types:DynamicClassAttribute contextlib:ExitStack weakref:finalize atexit:register
    collections:namedtuple dataclasses:make_dataclass enum:EnumType
    joblib.numpy_pickle:NumpyArrayWrapper.read_array
    joblib.numpy_pickle:NumpyArrayWrapper.read
    transformers.trainer_utils:ExplicitEnum accelerate.utils.dataclasses:BaseEnum
    torchvision.models._api:WeightsEnum torch.ao.quantization.utils:Enum
    torch.ao.quantization.fx.graph_module:ObservedGraphModule
    torch.ao.quantization.fx.fuse:Graph sklearn.utils.parallel:_FuncWrapper
    sklearn.utils.deprecation:deprecated sklearn.externals.joblib.memory:MemorizedFunc
    sklearn.externals.joblib.numpy_pickle:NDArrayWrapper
    sklearn.utils._testing:TempMemmap sklearn.tree.tests.test_tree:Anything
    pathlib:PosixPath.rglob
    """),
)
def test_names_that_call_or_make_classes_are_not_allowed(name):
    assert judge(*name.split(":")).verdict is not Verdict.ALLOWED


def test_every_entry_of_the_list_has_a_reason():
    for allowed in ALLOWED:
        assert len(allowed.reason.split()) > 2
        assert allowed.modules
        assert allowed.names


@pytest.mark.parametrize(
    ("module", "name", "given"),
    [
        ("functools", "partial", "builtins.int"),
        ("functools", "partial", "builtins.int, (), {'base': 2}, None"),
        ("collections", "defaultdict", "builtins.list"),
        ("collections", "defaultdict", ""),
        ("collections", "defaultdict", "functools.partial(builtins.int)"),
        ("copy_reg", "_reconstructor", "house.Attic, __builtin__.object, None"),
        ("copyreg", "__newobj__", "sklearn.svm._classes.SVC"),
        (
            "torch._tensor",
            "_rebuild_from_type_v2",
            "torch._utils._rebuild_tensor_v2, torch.Tensor, (1), {}",
        ),
        ("numpy.random._pickle", "__randomstate_ctor", "'MT19937'"),
        (
            "numpy.random._pickle",
            "__generator_ctor",
            "numpy.random._pickle.__bit_generator_ctor(numpy.random._pcg64.PCG64)",
        ),
        ("sklearn.neighbors._kd_tree", "newObj", "sklearn.neighbors._kd_tree.KDTree"),
        (
            "pandas.core.indexes.base",
            "_new_Index",
            "pandas.core.indexes.base.Index, {}",
        ),
        ("xgboost.core", "Booster", ""),
        ("builtins", "reversed", "[1, 2]"),
    ],
)
def test_what_honest_files_give_them_is_passed_in_silence(module, name, given):
    assert is_plain_call(entry(module, name), given)


def method(*more, given="builtins.list, 'append'"):
    calls = [("builtins.getattr", given), *more]
    names = ["builtins:getattr", "builtins:list", "functools:partial"]
    return run(CHECK, pickle(*names, calls=calls))


def test_a_method_on_no_list_is_told_when_it_is_fetched():
    (finding,) = method().findings
    assert (finding.rule, finding.severity) == ("unknown-method", Severity.MEDIUM)


def test_a_method_on_no_list_is_high_when_it_is_called():
    found = rules(method(("builtins.getattr(builtins.list, 'append')", "1")))
    assert "unresolved-call" in found


def test_a_method_on_no_list_is_high_when_something_is_given_it():
    fetched = "builtins.getattr(builtins.list, 'append')"
    assert set(rules(method(("functools.partial", fetched)))) == {"indirect-call"}


def test_a_method_on_the_list_is_passed_in_silence():
    report = method(given="builtins.list, 'append'")
    assert report.findings
    report = run(
        CHECK,
        pickle(
            "builtins:getattr",
            "builtins:str",
            calls=[("builtins.getattr", "builtins.str, 'lower'")],
        ),
    )
    assert report.status is CheckStatus.CLEAN

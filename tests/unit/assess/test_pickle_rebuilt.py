"""Classes that honest files rebuild from their state alone, and sizes without end."""

from __future__ import annotations

import pytest

from assay.assess.checks.pickle_imports import CHECK
from assay.assess.pickle_names import Verdict, judge
from assay.domain.finding import CheckStatus
from tests.unit.assess.subjects import pickle, rules, run

LAYER = "timm.models.resnet:ResNet"
MOST = 2**31 - 1


def called(name: str, *given: str, **more) -> list[str]:
    callee = name.replace(":", ".")
    calls = [(callee, arguments) for arguments in given]
    return rules(run(CHECK, pickle(name, calls=calls, **more)))


@pytest.mark.parametrize(
    ("name", "given"),
    [
        (LAYER, ""),
        ("torchvision.transforms.functional:InterpolationMode", "'bilinear'"),
        ("transformers.trainer_utils:IntervalStrategy", "'no'"),
        ("optuna.trial._state:TrialState", "1"),
        ("tokenizers:Tokenizer", "tokenizers.models.Model()"),
        ("joblib.memory:Memory", ""),
        ("torchmetrics.regression.mse:MeanSquaredError", "'M', 'e', 'a', …"),
    ],
)
def test_a_class_that_is_rebuilt_from_its_state_is_harmless(name, given):
    assert called(name, given) == []


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ("3, 4", "unknown-import"),
        ("'rm -rf roof'", "unknown-call"),
        ("os.getcwd()", "unknown-import"),
    ],
)
def test_a_class_that_is_made_of_more_is_weighed_once(given, rule):
    assert called(LAYER, "", given, given + ", 1") == [rule]


def test_calls_that_are_not_listed_leave_such_a_class_unsure():
    stream = pickle(LAYER, unlisted=("timm.models.resnet.ResNet",))
    assert run(CHECK, stream).status is CheckStatus.INCOMPLETE


@pytest.mark.parametrize(
    "name",
    [
        "sklearn.callback._transport:Client",
        "sklearn.callback._progressbar:Progress",
        "numpy.random.bit_generator:RLock",
        "xgboost.sklearn:Booster",
        "xgboost.sklearn:DMatrix",
        "lightgbm.sklearn:Dataset",
        "catboost.core:Pool",
        "transformers.models.t5.tokenization_t5:T5Tokenizer",
        "transformers.models.rag.retrieval_rag:RagRetriever",
        "torch_geometric.nn.conv.gcn_conv:GCNConv",
        "optuna.storages._rdb.storage:RDBStorage",
        "statsmodels.base.data:PandasData",
    ],
)
def test_borrowed_names_and_classes_that_open_things_are_not_allowed(name):
    assert judge(*name.split(":")).verdict is not Verdict.ALLOWED


@pytest.mark.parametrize("name", ["sklearn.pipeline:Parallel", "scipy.x:ThreadPool"])
def test_calling_a_borrowed_class_that_acts_is_an_unlisted_call(name):
    assert called(name, "2") == ["unlisted-call"]


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("itertools:product", f"builtins.range(0, {MOST}, 1)"),
        ("itertools:product", "[1], itertools.count()"),
        ("itertools:tee", f"[1], {MOST}"),
        ("builtins:dict", "builtins.zip(itertools.count())"),
        ("builtins:frozenset", f"builtins.reversed(builtins.range({MOST}))"),
        ("collections:UserList", "itertools.count()"),
        ("array:array", "'b', builtins.range(9)"),
        ("fractions:Fraction", "'1e999999999'"),
        ("torch:FloatStorage", f"{MOST}"),
        ("torch:FloatTensor", "1073741824, 1073741824"),
        ("torch.nn.modules.linear:Linear", "1000000, 1000000"),
        ("numpy:recarray", f"({MOST}), numpy.dtype('f8')"),
        ("scipy.sparse._csr:csr_matrix", f"({MOST}, {MOST})"),
        ("pandas:Series", "builtins.range(0, 9, 1)"),
        ("pandas.core.indexes.base:Index", "itertools.count()"),
    ],
)
def test_what_never_ends_is_not_given_to_harmless_names(name, given):
    assert called(name, given) == ["indirect-call"]


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("itertools:product", "(1, 2), (3)"),
        ("itertools:combinations", "(1, 2, 3), 2"),
        ("builtins:dict", "[['a', 1]]"),
        ("array:array", "'d', [1.0, 2.0]"),
        ("fractions:Fraction", "'-3/4'"),
        ("fractions:Fraction", "3, 4"),
        ("torch:FloatStorage", ""),
        ("torch.nn.modules.linear:Linear", "8, 16"),
        ("numpy:matrix", "[[1, 2]]"),
        ("scipy.sparse._csr:csr_matrix", ""),
        ("pandas:Series", "[1, 2]"),
    ],
)
def test_small_values_are(name, given):
    assert called(name, given) == []

"""Makers of honest files for `real_dumps.py`: spaces, settings, small libraries."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["FURTHER"]

Made = tuple[dict[str, Any], dict[str, "Callable[[Path], None]"]]


def _library(name: str) -> Any:  # noqa: ANN401 - it has no types here
    return importlib.import_module(name)


def _numbers() -> tuple[Any, Any, Any]:
    np = _library("numpy")
    random = np.random.default_rng(0)
    values = random.random((60, 4))
    return values, (values[:, 0] > 0.5).astype(int), random.random(60).cumsum()


def _gymnasium() -> Made:
    spaces = _library("gymnasium.spaces")
    box = spaces.Box(-1, 1, (3,))
    inner = {"a": box, "b": spaces.MultiDiscrete([2, 3]), "c": spaces.MultiBinary(3)}
    items = {
        "box": box,
        "discrete": spaces.Discrete(4),
        "dictionary": spaces.Dict(inner),
        "tuple": spaces.Tuple((spaces.Discrete(2), box)),
    }
    return items, {}


def _omegaconf() -> Made:
    settings = {"a": 1, "b": [1, 2.5], "c": {"d": "x", "e": None, "f": True}}
    return {"settings": _library("omegaconf").OmegaConf.create(settings)}, {}


def _lightning() -> Made:
    parsing = _library("pytorch_lightning.utilities.parsing")
    return {"settings": {"hyper_parameters": parsing.AttributeDict({"a": 1})}}, {}


def _pyod() -> Made:
    values, _, _ = _numbers()
    names = "KNN IForest HBOS ECOD LOF PCA OCSVM COPOD ABOD CBLOF LODA MCD KDE GMM"
    items = {}
    for name in names.split():
        model = getattr(_library(f"pyod.models.{name.lower()}"), name)()
        items[name.lower()] = model.fit(values)
    return items, {}


def _tslearn() -> Made:
    series = _library("numpy").random.default_rng(0).random((10, 8, 1))
    means = _library("tslearn.clustering").TimeSeriesKMeans(2, max_iter=2)
    near = _library("tslearn.neighbors").KNeighborsTimeSeriesClassifier(2)
    return {"means": means.fit(series), "near": near.fit(series, [0, 1] * 5)}, {}


def _surprise() -> Made:
    library, pd = _library("surprise"), _library("pandas")
    ratings = pd.DataFrame(
        {"u": list("abac") * 5, "i": list("xyzx") * 5, "r": [1, 2, 3, 4] * 5}
    )
    reader = library.Reader(rating_scale=(1, 5))
    known = library.Dataset.load_from_df(ratings, reader).build_full_trainset()
    items = {
        "svd": library.SVD(n_factors=3).fit(known),
        "near": library.KNNBasic(verbose=False).fit(known),
        "ratings": known,
    }
    return items, {}


def _implicit() -> Made:
    library, sparse = _library("implicit"), _library("scipy.sparse")
    seen = sparse.random(20, 10, 0.3, format="csr")
    items = {
        "als": library.als.AlternatingLeastSquares(4, iterations=1, use_gpu=False),
        "bpr": library.bpr.BayesianPersonalizedRanking(4, iterations=1, use_gpu=False),
    }
    for model in items.values():
        model.fit(seen, show_progress=False)
    return items, {}


def _kmodes() -> Made:
    values, _, _ = _numbers()
    modes = _library("kmodes.kmodes").KModes(2, n_init=1)
    mixed = _library("kmodes.kprototypes").KPrototypes(2, n_init=1)
    items = {
        "modes": modes.fit((values * 3).astype(int)),
        "mixed": mixed.fit(values.astype(object), categorical=[0]),
    }
    return items, {}


def _mapie() -> Made:
    values, _, sums = _numbers()
    linear = _library("sklearn.linear_model").LinearRegression()
    model = _library("mapie.regression").SplitConformalRegressor(linear, prefit=False)
    model.fit(values[:40], sums[:40])
    model.conformalize(values[40:], sums[40:])
    return {"split": model}, {}


def _boruta() -> Made:
    values, labels, _ = _numbers()
    forest = _library("sklearn.ensemble").RandomForestClassifier(5)
    return {
        "chosen": _library("boruta").BorutaPy(forest, max_iter=3).fit(values, labels)
    }, {}


FURTHER: tuple[tuple[str, Callable[[], Made]], ...] = (
    ("gymnasium", _gymnasium),
    ("omegaconf", _omegaconf),
    ("pytorch_lightning", _lightning),
    ("pyod", _pyod),
    ("tslearn", _tslearn),
    ("surprise", _surprise),
    ("implicit", _implicit),
    ("kmodes", _kmodes),
    ("mapie", _mapie),
    ("boruta", _boruta),
)

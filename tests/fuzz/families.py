"""The families of readers that are fuzzed, as data."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FAMILIES", "Family", "by_name"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Readers that are fuzzed together.

    Attributes:
        name: One word, also its folder below `corpus/` and `regressions/`.
        exercises: What it is there for.
        names: Names that a file may have; the first byte of an input takes one of
            them, the rest is the content. New ones go at the end: inputs that are
            kept count from the front.
        samples: Families of `benchmarks/detection` that seed it.
        vectors: Patterns below `tests/vectors` of files that seed it.
        readers: Patterns of the modules in `release/formats` whose words make the
            dictionary; those words also tell a reader of this table who is meant.
    """

    name: str
    exercises: str
    names: tuple[str, ...]
    samples: tuple[str, ...]
    vectors: tuple[str, ...]
    readers: tuple[str, ...]


FAMILIES: tuple[Family, ...] = (
    Family(
        name="pickle",
        exercises="pickle streams of every protocol, joblib, texts that spell files",
        names=("model.pkl", "model.joblib", "pytorch_model.bin", "model.pt"),
        samples=(
            "pickle_executing",
            "pickle_reaching",
            "pickle_opcodes",
            "pickle_spoofed",
            "pickle_exhausting",
            "pickle_evading",
            "pickle_honest_plain",
            "pickle_honest_libraries",
            "pickle_handed_on",
            "pickle_among",
            "crowds_pickles",
        ),
        vectors=("formats/pickle/*", "formats/real/*.pkl", "formats/real/*.joblib"),
        readers=("pickle*", "joblib*", "encoded"),
    ),
    Family(
        name="archives",
        exercises="zip, tar, 7z and compressed streams, TorchScript inside archives",
        names=(
            "model.zip",
            "model.tar",
            "model.gz",
            "model.pt",
            "model.npz",
            "data",
            "model.7z",
            "model.zst",
            "model.lz4",
        ),
        samples=(
            "pickle_wrapped",
            "pickle_torch_zip",
            "torchscript",
            "containers",
            "crowding",
            "crowds_archives",
        ),
        vectors=(
            "formats/zip/*",
            "formats/wrappers/*",
            "formats/real/*.pt",
            "formats/real/*.npz",
            "formats/real/*.xz",
            "formats/real/*.7z",
            "formats/real/*.zst",
            "formats/real/*.lz4",
            "formats/other/model.*z*",
            "formats/other/model.lz4",
        ),
        readers=(
            "zip*",
            "tar",
            "compressed",
            "inflate",
            "framed",
            "seven_zip*",
            "zstd*",
            "lz4*",
            "xxhash",
            "appended",
            "member_paths",
            "opaque",
            "torchscript",
        ),
    ),
    Family(
        name="tensors",
        exercises="safetensors, GGUF, NumPy arrays, MessagePack, indexes of shards",
        names=(
            "model.safetensors",
            "model.gguf",
            "array.npy",
            "flax_model.msgpack",
            "model.safetensors.index.json",
        ),
        samples=("weights_safetensors", "weights_gguf", "weights_msgpack"),
        vectors=(
            "formats/safetensors/*",
            "formats/wrappers/*.npy",
            "formats/other/*.gguf",
            "formats/other/*.msgpack",
            "formats/real/*.gguf",
            "formats/real/*.msgpack",
            "formats/real/*.safetensors",
        ),
        readers=("safetensors", "gguf*", "npy*", "msgpack*", "flax*", "shard_index"),
    ),
    Family(
        name="built",
        exercises="HDF5, Keras, skops, Hydra, NeMo, MLflow: what a file has built",
        names=(
            "model.h5",
            "model.keras",
            "model.skops",
            "config.yaml",
            "MLmodel",
            "model_index.json",
            "model.nemo",
        ),
        samples=("hdf5", "keras", "objects_by_name"),
        vectors=(
            "formats/hdf5/*",
            "formats/real/*.h5",
            "formats/real/*.keras",
            "formats/real/*.skops",
            "checks/built_objects/*/*",
        ),
        readers=("hdf5*", "built*", "yaml_config"),
    ),
    Family(
        name="graphs",
        exercises=(
            "ONNX, TensorFlow, Core ML, TensorFlow Lite, ExecuTorch, TensorRT, "
            "OpenVINO, PMML and other XML, SentencePiece"
        ),
        names=(
            "model.onnx",
            "saved_model.pb",
            "model.mlmodel",
            "model.tflite",
            "model.pte",
            "model.engine",
            "model.xml",
            "model.pmml",
            "variables.index",
            "model.meta",
            "tokenizer.model",
            "graph.pbtxt",
        ),
        samples=(
            "graphs_onnx",
            "graphs_tensorflow",
            "graphs_text",
            "graphs_coreml",
            "graphs_flatbuffer",
            "graphs_xml",
        ),
        vectors=(
            "formats/real/*.onnx",
            "formats/real/*.pb",
            "formats/real/*.meta",
            "formats/real/*.index",
            "formats/real/*.mlmodel",
            "formats/real/*.tflite",
            "formats/real/*.pte",
            "formats/real/*.pmml",
            "formats/real/sentencepiece.model",
            "formats/other/*.onnx",
            "formats/other/*.model",
        ),
        readers=(
            "onnx*",
            "tensorflow*",
            "coreml",
            "protobuf",
            "graph_*",
            "tflite*",
            "executorch",
            "flatbuffer",
            "tensorrt",
            "openvino",
            "pmml",
            "xml",
            "sentencepiece*",
            "charsmap",
        ),
    ),
    Family(
        name="trees",
        exercises="XGBoost in its three forms, UBJSON, LightGBM, CatBoost",
        names=("model.json", "model.ubj", "model.txt", "model.cbm", "model.model"),
        samples=("tree_models",),
        vectors=(
            "formats/real/xgboost*",
            "formats/real/lightgbm*",
            "formats/real/catboost*",
        ),
        readers=("xgboost*", "ubjson", "lightgbm", "catboost", "tree_walk"),
    ),
    Family(
        name="beside",
        exercises=(
            "Faiss, Annoy, fastText, word2vec, CRFsuite, Parquet, Arrow, sound, film, "
            "fonts"
        ),
        names=(
            "index.faiss",
            "index.ann",
            "model.bin",
            "model.crfsuite",
            "data.parquet",
            "data.arrow",
            "sample.wav",
            "sample.flac",
            "sample.mp3",
            "demo.mp4",
            "font.ttf",
            "store.sqlite3",
        ),
        samples=("beside_models",),
        vectors=(
            "formats/real/faiss*",
            "formats/real/annoy*",
            "formats/real/fasttext*",
            "formats/real/word2vec*",
            "formats/real/crfsuite*",
            "formats/real/pyarrow*",
            "formats/real/sound*",
            "formats/real/ctranslate2*",
            "formats/real/sqlite*",
        ),
        readers=(
            "faiss*",
            "annoy",
            "fasttext",
            "word2vec",
            "crfsuite",
            "ctranslate2",
            "ggml",
            "parquet",
            "thrift",
            "sqlite",
            "arrow*",
            "media*",
            "pictures",
        ),
    ),
    Family(
        name="texts",
        exercises=(
            "configurations, chat templates, prompts, tokenizers, cards, credentials"
        ),
        names=(
            "config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "chat_template.jinja",
            "README.md",
            "config.yaml",
            "Modelfile",
            "prompt.json",
            "notes.txt",
            "params.toml",
            ".env",
            "generation_config.json",
        ),
        samples=(
            "templates",
            "tokenizers",
            "tokenizer_parts",
            "secrets",
            "settings_anywhere",
            "crowds_texts",
        ),
        vectors=(
            "checks/chat_templates/*/*",
            "checks/tokenizer_bounded/*/*",
            "checks/model_card/*/*",
            "checks/configuration_sound/*/*",
            "checks/remote_code/*/*.json",
        ),
        readers=(
            "text",
            "wide_text",
            "kept",
            "config*",
            "template*",
            "prompts",
            "tokenizer*",
            "card*",
            "secrets",
            "yaml_config",
        ),
    ),
    Family(
        name="code",
        exercises="Python, notebooks, requirements, shell scripts, compiled code",
        names=(
            "modeling.py",
            "notebook.ipynb",
            "requirements.txt",
            "install.sh",
            "setup.py",
            "pyproject.toml",
            "Dockerfile",
            "environment.yml",
            "module.pyc",
            "hook.pth",
            "index.html",
            "script.js",
            "library.so",
            ".vscode/tasks.json",
            ".git/config",
            ".npmrc",
            "package.json",
            "demo.desktop",
        ),
        samples=(
            "code_python",
            "code_notebooks",
            "code_install",
            "code_evading",
            "code_opened",
            "code_indirect",
            "commands_anywhere",
        ),
        vectors=(
            "checks/code_behaviour/*/*",
            "checks/dependencies_pinned/*/*",
            "checks/native_code/*/*",
            "formats/other/*.pyc",
            "formats/other/*.so",
            "formats/other/script",
            "formats/real/*.pyc",
        ),
        readers=("code*", "dependencies", "requirement", "native"),
    ),
)


def by_name(name: str) -> Family:
    """Give a family.

    Raises:
        KeyError: There is none of this name.
    """
    return {family.name: family for family in FAMILIES}[name]

"""The whole corpus: every family, in a fixed order, names proven to be unique."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from assay.wire import strict_json
from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["FAMILIES", "real_samples", "samples"]

# Modules of `families/`; each has `samples() -> Iterator[Sample]`.
FAMILIES: tuple[str, ...] = (
    "pickle_executing",
    "pickle_reaching",
    "pickle_opcodes",
    "pickle_wrapped",
    "pickle_torch_zip",
    "pickle_spoofed",
    "pickle_exhausting",
    "pickle_evading",
    "pickle_handed_on",
    "pickle_among",
    "pickle_honest_plain",
    "pickle_honest_libraries",
    "code_python",
    "code_notebooks",
    "code_install",
    "code_evading",
    "code_opened",
    "code_indirect",
    "containers",
    "torchscript",
    "weights_gguf",
    "weights_msgpack",
    "weights_safetensors",
    "keras",
    "hdf5",
    "objects_by_name",
    "graphs_flatbuffer",
    "graphs_onnx",
    "graphs_tensorflow",
    "graphs_text",
    "graphs_coreml",
    "graphs_xml",
    "tree_models",
    "secrets",
    "templates",
    "crowding",
    "crowds_pickles",
    "crowds_archives",
    "crowds_texts",
    "tokenizers",
    "beside_models",
    "commands_anywhere",
    "settings_anywhere",
)


def samples() -> Iterator[Sample]:
    """Give every sample of every family.

    Raises:
        ValueError: Two samples have one name, or one stands in another's family.
    """
    seen: set[tuple[str, str]] = set()
    for name in FAMILIES:
        module = importlib.import_module(f"benchmarks.detection.families.{name}")
        for sample in module.samples():
            key = (sample.family, sample.name)
            if key in seen or sample.family != name.replace("_", "-"):
                message = f"{sample.family}/{sample.name} is not unique in {name}"
                raise ValueError(message)
            seen.add(key)
            yield sample


# Libraries whose dumps and formats are on no list of Assay's, by the first word of a
# sample's name, and published models of the like.
_UNSURVEYED = frozenset(
    {
        *("annoy", "faiss", "keras", "nltk", "prophet", "river", "shap", "skorch"),
        *("sklearn_crfsuite", "spacy", "statsmodels", "torch_geometric", "umap"),
        *("published-probablepeople", "published-pyvi", "published-usaddress"),
    }
)


def _is_third_party(name: str) -> bool:
    return name in _UNSURVEYED or name.split("-", maxsplit=1)[0] in _UNSURVEYED


def real_samples(directory: Path) -> Iterator[Sample]:
    """Give the honest samples that `real_dumps.py` wrote, one folder each.

    `sample.json` of a folder has `name`, `family` and `source`; all else is released.
    """
    for note in sorted(directory.glob("*/sample.json")):
        about = strict_json.loads(note.read_bytes())
        folder = note.parent
        files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path != note
        }
        yield Sample(
            name=about["name"],
            family=about["family"],
            technique="honest",
            truth=Truth.THIRD_PARTY if _is_third_party(about["name"]) else Truth.HONEST,
            files=files,
            source=about["source"],
        )

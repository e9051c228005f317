"""Dotted names under which loaders import and call: Hydra, NeMo, MLflow and others.

Each framework has its own key. A name that leads to a file of the release is left to
`config`, which says so; here are the names that lead to installed modules.
Source: the loaders' own code and documentation.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assay.release.formats.built import DOTTED

if TYPE_CHECKING:
    from assay.release.formats.built import Building

__all__ = ["named_document", "named_object"]

# Keys whose value is imported wherever they stand, and who does it.
_KEYS = {
    "_target_": "hydra",
    "__target__": "hydra",
    "_component_": "torchtune",
    "class_path": "lightning",
    "py/object": "jsonpickle",
    "py/function": "jsonpickle",
    "py/type": "jsonpickle",
    "py/repr": "jsonpickle",
    "loader_module": "mlflow",
    "()": "logging",
}
# Keys that are imported only beside another one.
_BESIDE = {
    "target": ("params", "ldm"),
    "class": ("__kind__", "gluonts"),
    "type": ("init_parameters", "haystack"),
    "parent_library": ("base_model_class", "peft"),
}
# Keys that name code of the release for the loader to run, and who does it.
_CODE = {
    "model_code_path": "mlflow",
    "code": "mlflow",
    "user_dir": "fairseq",
}
_ANY = frozenset((*_KEYS, *_BESIDE, "py/reduce"))
# Functions of Hydra that give what their argument names.
_FETCHING = "hydra.utils.get_"
_LARGEST = 512
_START = re.compile(r"([A-Za-z_]\w*)\.", re.ASCII)
_YOLO_LISTS = ("backbone", "head")
_ACTIVATION = re.compile(
    r"(?:torch\.)?nn\.\w+\((?:[\w.]+(?:=[\w.]+)?(?:, ?)?)*\)\Z", re.ASCII
)
_ARRAY_LIKE = re.compile(r"[\w.,\[\]\s\-+*/]*\Z", re.ASCII)


def named_object(node: dict[str, object], key: str, building: Building) -> None:
    """Note the names in one value of a document."""
    if _ANY.isdisjoint(node):
        return
    for field, framework in _KEYS.items():
        value = node.get(field)
        if isinstance(value, str) and value:
            _target(framework, _join(key, field), value, building)
    for field, (beside, framework) in _BESIDE.items():
        value = node.get(field)
        if beside not in node or not isinstance(value, str):
            continue
        owner = node[beside]
        if framework == "peft" and isinstance(owner, str):
            value = f"{value}.{owner}"
        if "." in value:
            _target(framework, _join(key, field), value, building)
    if str(node.get("_target_", "")).startswith(_FETCHING):
        _value("hydra", _join(key, "path"), node.get("path"), building)
    reduced = node.get("py/reduce")
    if isinstance(reduced, list) and reduced:
        _value("jsonpickle", _join(key, "py/reduce"), reduced[0], building)


def _value(framework: str, key: str, value: object, building: Building) -> None:
    if isinstance(value, str):
        _target(framework, key, value, building)


def _join(key: str, field: str) -> str:
    return f"{key}.{field}" if key else field


def _target(framework: str, key: str, value: str, building: Building) -> None:
    if not DOTTED.fullmatch(value):
        # Put together when it is loaded, or odd: what it begins with says the most.
        start = _START.match(value)
        if start or "${" in value:
            module = start[1] if start else ""
            name = value[:_LARGEST].removeprefix(f"{module}.")
            building.note(framework, key, "function", name, module=module, source=value)
        return
    kind = "loader" if framework == "mlflow" else ""
    building.dotted(framework, key, value, kind)


def named_document(value: object, building: Building) -> None:
    """Note what only the document as a whole says."""
    if not isinstance(value, dict):
        if building.subject.name == "modules.json" and isinstance(value, list):
            _modules(value, building)
        return
    name = building.subject.name
    if name == "mlmodel" or "flavors" in value:
        _mlflow(value, building)
    if name == "model_index.json":
        _pipeline(value, building)
    if all(isinstance(value.get(part), list) for part in _YOLO_LISTS):
        _yolo(value, building)
    target = value.get("target")
    if "nemo_version" in value and isinstance(target, str) and DOTTED.fullmatch(target):
        building.dotted("nemo", "target", target)
    _user_dir(value, building)
    _logging(value, building)
    if "dataset_reader" in value and "model" in value:
        _allennlp(value, building)


def _modules(value: list[object], building: Building) -> None:
    """Read the module list of sentence-transformers: each `type` is imported."""
    for index, entry in enumerate(value):
        kind = entry.get("type") if isinstance(entry, dict) else None
        if isinstance(kind, str) and DOTTED.fullmatch(kind):
            building.dotted("sentence-transformers", f"[{index}].type", kind)


def _pipeline(value: dict[str, object], building: Building) -> None:
    """Read a diffusers index: library and class of each part."""
    for key, entry in value.items():
        if not (isinstance(entry, list) and len(entry) == 2):
            continue
        module, name = entry
        if isinstance(module, str) and isinstance(name, str):
            building.note("diffusers", key, "class", name, module=module)


def _mlflow(value: dict[str, object], building: Building) -> None:
    flavours = value.get("flavors")
    for flavour, settings in flavours.items() if isinstance(flavours, dict) else ():
        for field, framework in _CODE.items():
            path = settings.get(field) if isinstance(settings, dict) else None
            if isinstance(path, str) and path and path != "null":
                building.note(
                    framework, f"flavors.{flavour}.{field}", "loader", path, source=path
                )


def _user_dir(value: dict[str, object], building: Building) -> None:
    common = value.get("common")
    for key, node in (("", value), ("common", common)):
        path = node.get("user_dir") if isinstance(node, dict) else None
        if isinstance(path, str) and path not in ("", "null", "None", "~"):
            building.note(
                "fairseq", _join(key, "user_dir"), "loader", path, source=path
            )


def _logging(value: dict[str, object], building: Building) -> None:
    """Read what `logging.config.dictConfig` imports: classes, and what is external.

    Source: `logging/config.py` of CPython, `DictConfigurator`.
    """
    for inner in ("logging", "logging_config", "log_config", "LOGGING"):
        within = value.get(inner)
        if isinstance(within, dict) and "handlers" in within:
            value = within
    for part in ("handlers", "formatters", "filters"):
        entries = value.get(part)
        for name, entry in entries.items() if isinstance(entries, dict) else ():
            for field, given in entry.items() if isinstance(entry, dict) else ():
                if not isinstance(given, str):
                    continue
                outer = given.removeprefix("ext://")
                imported = field == "class" and "." in given
                if (imported or outer != given) and DOTTED.fullmatch(outer):
                    building.dotted("logging", f"{part}.{name}.{field}", outer)


def _yolo(value: dict[str, object], building: Building) -> None:
    """Read a YOLO description: older loaders evaluate names and arguments."""
    activation = value.get("activation")
    if isinstance(activation, str) and not _is_plain(activation):
        building.note("yolo", "activation", "bytecode", "activation", source=activation)
    waiting: list[tuple[str, object, int]] = [
        (part, value[part], 0) for part in _YOLO_LISTS
    ]
    while waiting:
        key, item, depth = waiting.pop()
        if isinstance(item, list) and depth < 6:
            waiting.extend(
                (f"{key}[{index}]", child, depth + 1)
                for index, child in enumerate(item)
            )
        elif isinstance(item, str) and not _is_plain(item):
            building.note("yolo", key, "bytecode", "argument", source=item)


def _is_plain(text: str) -> bool:
    """Tell what evaluates to a name, a number, a list or a layer of Torch."""
    return bool(_ARRAY_LIKE.match(text) or _ACTIVATION.match(text))


def _allennlp(value: dict[str, object], building: Building) -> None:
    """Read `type` where AllenNLP looks for it: dotted ones are imported."""
    waiting: list[tuple[str, object, int]] = [("", value, 0)]
    while waiting:
        key, item, depth = waiting.pop()
        if not isinstance(item, dict) or depth > 20:
            continue
        kind = item.get("type")
        if isinstance(kind, str) and "." in kind and DOTTED.fullmatch(kind):
            building.dotted("allennlp", _join(key, "type"), kind)
        waiting.extend(
            (_join(key, str(name)), child, depth + 1) for name, child in item.items()
        )

"""Keras: layers, functions and code that a model's description makes a loader build.

Keras 2 writes `class_name` and `config` and finds the class in closed tables; Keras 3
adds `module` and imports it (CVE-2025-1550). `__lambda__` and Lambda layers carry
marshalled code (CVE-2024-3660), TorchModuleWrapper a pickle, lookup layers may name
files (CVE-2025-12058).
Source: the deserialisation code of Keras 2.15 and 3.15.
"""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING

from assay.release.formats.built import DOTTED, words
from assay.release.source import BytesSource

if TYPE_CHECKING:
    from assay.release.formats.built import Building

__all__ = ["keras_object"]

_FRAMEWORK = "keras"
_LAMBDAS = frozenset({"Lambda", "__lambda__"})
# Settings of layers under which they open what they name.
_PATHS = {"vocabulary": "vocabulary", "filepath": "saved-model", "file_path": "file"}
# Layers that call a function of TensorFlow by its exported name.
_OPERATIONS = frozenset({"TFOpLambda", "SlicingOpLambda"})
_TORCH = "TorchModuleWrapper"
_MAX_CODE_CHARS = 16 << 20


def keras_object(node: dict[str, object], key: str, building: Building) -> None:
    """Note what one value of a document builds, if it is of Keras."""
    name = node.get("class_name")
    if not isinstance(name, str) or not ("config" in node or name in _LAMBDAS):
        return
    config = node.get("config")
    module = node.get("module")
    registered = node.get("registered_name")
    module = module if isinstance(module, str) else ""
    registered = registered if isinstance(registered, str) else ""
    if name == "function" and isinstance(config, str):
        _function(config, module, registered, key, building)
    elif name in _LAMBDAS:
        _lambda(config, module, f"{key}.config", building)
    elif name == "__typespec__":
        spec = str(node.get("spec_name", ""))
        building.note(_FRAMEWORK, key, "class", spec, module=module)
    elif not name.startswith("__"):
        building.note(
            _FRAMEWORK, key, "layer", name, module=module, registered=registered
        )
        if isinstance(config, dict):
            _settings(name, config, f"{key}.config", building)


def _function(
    name: str, module: str, registered: str, key: str, building: Building
) -> None:
    building.note(
        _FRAMEWORK, key, "function", name, module=module, registered=registered
    )


def _settings(
    layer: str, config: dict[str, object], key: str, building: Building
) -> None:
    for setting, what in _PATHS.items():
        path = config.get(setting)
        if isinstance(path, str) and path:
            building.note(_FRAMEWORK, f"{key}.{setting}", "loader", path, module=what)
    function = config.get("function")
    if layer in _OPERATIONS and isinstance(function, str):
        module, _, name = f"tensorflow.{function}".rpartition(".")
        building.note(_FRAMEWORK, f"{key}.function", "function", name, module=module)
    wrapped = config.get("module")
    if isinstance(wrapped, str) and (layer == _TORCH or not DOTTED.fullmatch(wrapped)):
        _pickle(wrapped, f"{key}.module", building)


def _pickle(text: str, key: str, building: Building) -> None:
    """Hand on what a Torch module was saved as: an archive with a pickle."""
    data = _decoded(text)
    if data is None:
        building.problem("bad-base64", "expected a module in Base64", key)
        return
    building.note(_FRAMEWORK, key, "bytecode", "torch.load", module="torch")
    building.members.extend(
        building.inspection.descend(
            building.subject, key.lstrip("."), BytesSource(data)
        )
    )


def _lambda(config: object, module: str, key: str, building: Building) -> None:
    """Read a Lambda layer, or the function of one, in each form there was."""
    if isinstance(config, str):
        _code(config, key, building)
        return
    if not isinstance(config, dict):
        building.note(_FRAMEWORK, key, "lambda", "__lambda__")
        return
    seen = False
    for setting in ("function", "output_shape", "mask", "code", "value"):
        value = config.get(setting)
        seen = _coded(value, config, module, f"{key}.{setting}", building) or seen
    if not seen and "function" not in config:
        building.note(_FRAMEWORK, key, "lambda", "__lambda__")


def _coded(
    value: object,
    config: dict[str, object],
    module: str,
    key: str,
    building: Building,
) -> bool:
    setting = key.rsplit(".", 1)[-1]
    if isinstance(value, list) and value and isinstance(value[0], str):
        # Keras 2: code, defaults, closure.
        return _code(value[0], key, building)
    if not isinstance(value, str):
        # What is a description of its own is met by the walk.
        return isinstance(value, dict) and "class_name" in value
    if setting in ("code", "value"):
        return _code(value, key, building)
    if config.get(f"{setting}_type") == "lambda" or not DOTTED.fullmatch(value):
        return _code(value, key, building)
    if setting == "function":
        own = config.get("module")
        name = own if isinstance(own, str) else module
        building.note(_FRAMEWORK, key, "function", value, module=name)
        return True
    return False


def _code(text: str, key: str, building: Building) -> bool:
    plain = text[:_MAX_CODE_CHARS].encode(errors="replace")
    # Plain text decodes by chance where its letters are a multiple of four.
    shown = words(_decoded(text) or b"") or words(plain)
    building.note(_FRAMEWORK, key, "lambda", "__lambda__", source=shown or "?")
    return True


def _decoded(text: str) -> bytes | None:
    """Decode as Python's codecs do: line breaks are passed over."""
    if len(text) > _MAX_CODE_CHARS:
        return None
    try:
        plain = text.encode("ascii").translate(None, b" \r\n\t")
        return binascii.a2b_base64(plain)
    except (UnicodeEncodeError, binascii.Error):
        return None

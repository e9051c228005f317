"""Releases by which the check of objects built by name is tried."""

from __future__ import annotations

import json

from tests.vectors.checks.entries import Entry, File, json_file, zip_file
from tests.vectors.checks.releases_crowds import MANY_LAYERS

__all__ = ["CASES"]


def _layer(name: str, module: str, **config: object) -> dict[str, object]:
    return {
        "module": module,
        "class_name": name,
        "config": config,
        "registered_name": None,
    }


def _keras(*layers: dict[str, object]) -> File:
    model = _layer("Sequential", "keras", layers=list(layers))
    text = json.dumps(model, sort_keys=True).encode()
    return zip_file("model.keras", {"config.json": text})


_DENSE = _layer("Dense", "keras.layers", units=4, activation="relu")
# What marshal makes of a lambda, as far as anybody looks at it: its names.
_LAMBDA = {
    "class_name": "__lambda__",
    "config": {"code": "4wEAAAAAAAAA2gpfX2ltcG9ydF9f2gJvc9oGc3lzdGVt"},
}
_SKOPS = {
    "__class__": "methodcaller",
    "__module__": "sklearn.linear_model",
    "__loader__": "OperatorFuncNode",
    "attrs": {},
}

CASES: dict[str, tuple[Entry, ...]] = {
    "met": (
        _keras(_DENSE),
        File("config.yaml", b"model:\n  _target_: torch.nn.Linear\n  in_features: 4\n"),
    ),
    "unmet": (
        _keras(_DENSE, _layer("system", "os")),
        json_file(
            "architecture.json",
            _layer("Lambda", "keras.layers", function=_LAMBDA),
        ),
        zip_file("model.skops", {"schema.json": json.dumps(_SKOPS).encode()}),
        File("config.yaml", b"model:\n  _target_: subprocess.Popen\n"),
        MANY_LAYERS,
    ),
    "not_applicable": (json_file("config.json", {"model_type": "example"}),),
    "malformed": (File("config.json", b'{"class_name": "Dense", "config": {\n'),),
}

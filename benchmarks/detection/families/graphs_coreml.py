"""Core ML: classes of the app, linked models, weights and packages elsewhere."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from benchmarks.detection.protobuf_bytes import Parts, message
from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["samples"]

_FAMILY = "graphs-coreml"
_ELF = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\0\x3e\0\x01\0\0\0" + bytes(100)

Case = tuple[str, str, "Mapping[str, bytes]"]


def samples() -> Iterator[Sample]:
    """Give hostile models, then honest ones."""
    for truth, cases in ((Truth.HOSTILE, _hostile()), (Truth.HONEST, _honest())):
        for name, technique, files in cases:
            yield Sample(
                name=name,
                family=_FAMILY,
                technique=technique,
                truth=truth,
                files=files,
            )


def _model(*kinds: tuple[int, bytes], metadata: bytes = b"") -> bytes:
    inputs = message((1, message((1, "x"))), (10, message((1, "y"))))
    described = inputs + (message((100, metadata)) if metadata else b"")
    return message((1, 7), (2, described), *kinds)


def _network(*layers: bytes) -> tuple[int, bytes]:
    return 500, message(*((1, layer) for layer in layers))


def _layer(kind: int, value: bytes = b"", name: str = "layer") -> bytes:
    return message((1, name), (2, "x"), (3, "y"), (kind, value))


def _linked(name: str, search: str = "") -> tuple[int, bytes]:
    parts: Parts = [(1, message((1, name)))]
    if search:
        parts.append((2, message((1, search))))
    return 556, message((1, message(*parts)))


def _program(path: str, *, nested: bool = False) -> tuple[int, bytes]:
    value = message((5, message((1, path), (2, 64))))
    constant = message((1, "const"), (5, message((1, "val"), (2, value))))
    block = message((3, constant), (3, message((1, "linear"))))
    if nested:
        block = message((3, message((1, "cond"), (4, block))))
    function = message((2, "CoreML7"), (3, message((1, "CoreML7"), (2, block))))
    return 502, message((1, 1), (2, message((1, "main"), (2, function))))


def _manifest(path: str) -> bytes:
    items = {
        "A": {"author": "com.apple.CoreML", "name": "model.mlmodel", "path": path},
        "B": {"author": "com.apple.CoreML", "name": "weights", "path": "weights"},
    }
    return json.dumps(
        {"fileFormatVersion": "1.0.0", "itemInfoEntries": items,
         "rootModelIdentifier": "A"}
    ).encode()  # fmt: skip


def _one(name: str, technique: str, data: bytes) -> Case:
    return name, technique, {"model.mlmodel": data}


def _hostile() -> Iterator[Case]:
    what = "weights outside of the release"
    for name, path in (
        ("parent", "../../../etc/passwd"),
        ("absolute", "/etc/passwd"),
        ("below-the-model", "@model_path/../../../../etc/passwd"),
        ("address", "https://example.org/w.bin"),
    ):
        yield _one(f"weights-{name}", what, _model(_program(path)))
    nested = _model(_program("/etc/passwd", nested=True))
    yield _one("weights-in-nested-block", what, nested)
    what = "a linked model outside of the release"
    yield _one("linked-parent", what, _model(_linked("../../evil.mlmodelc")))
    searched = _model(_linked("evil.mlmodelc", "/opt"))
    yield _one("linked-search-path", what, searched)
    inside = _model((202, message((1, _model(_linked("/opt/evil.mlmodelc"))))))
    yield _one("linked-in-pipeline", what, inside)
    custom = _layer(500, message((10, "EvilLayer"), (40, "does much")))
    for name, kind in (
        ("layer", _network(custom)),
        ("model", (555, message((10, "EvilModel")))),
        ("branch", _network(_layer(605, message((1, message((1, custom))))))),
    ):
        yield (
            f"custom-{name}-with-library",
            "a class of the app, and a library",
            {
                "model.mlmodel": _model(kind),
                "libevil.dylib": _ELF,
            },
        )
    for name, path in (("escapes", "../../../etc/passwd"), ("absolute", "/etc/passwd")):
        yield (
            f"manifest-{name}",
            "a package whose parts lie elsewhere",
            {
                "m.mlpackage/Manifest.json": _manifest(path),
                "m.mlpackage/Data/model.mlmodel": _model(_network(_layer(140))),
            },
        )
    text = message((100, message((1, "note"), (2, "__import__('os').system('id')"))))
    yield _one("metadata-code", "text about the model that acts",
               _model(_network(_layer(140)), metadata=text))  # fmt: skip
    inner = _model(_network(_layer(140)))
    for _ in range(60):
        inner = _model((202, message((1, inner))))
    yield _one("pipelines-too-deep", "models inside models", inner)
    whole = _model(_network(_layer(140, bytes(300))))
    yield _one("cut", "a broken model", whole[:-80])
    yield _one("hidden-behind", "bytes that belong to nothing", whole + _ELF)
    fat = whole + message((77, _ELF * 4))
    yield _one("hidden-field", "bytes that belong to nothing", fat)
    first = message((77, _ELF * 4)) + _model(_linked("/opt/evil.mlmodelc"))
    yield _one("hidden-field-first", "bytes that belong to nothing", first)


def _honest() -> Iterator[Case]:
    layers = (_layer(140), _layer(130, message((5, b""))), _layer(175))
    yield _one("network", "a network", _model(_network(*layers)))
    yield _one("classifier", "a classifier", _model((403, message((1, layers[0])))))
    text = message((1, "Finds cats"), (3, "Example"), (4, "Apache-2.0"),
                   (100, message((1, "com.github.apple.coremltools.version"),
                                 (2, "9.0"))))  # fmt: skip
    about = _model(_network(*layers), metadata=text)
    yield _one("described", "texts about the model", about)
    data = message((1, 2)).ljust(64, b"\xef") + bytes(range(200))
    yield (
        "package",
        "a package",
        {
            "m.mlpackage/Manifest.json": _manifest("com.apple.CoreML/model.mlmodel"),
            "m.mlpackage/Data/com.apple.CoreML/model.mlmodel": _model(
                _program("@model_path/weights/weight.bin")
            ),
            "m.mlpackage/Data/com.apple.CoreML/weights/weight.bin": data,
        },
    )
    forest = _model((402, message((1, bytes(20)))))
    yield _one("forest", "a forest", forest)
    both = message((1, about), (1, forest), (2, "a"), (2, "b"))
    yield _one("pipeline", "a pipeline", _model((202, both)))
    loop = _layer(
        615, message((3, message((1, layers[0]))), (4, message((1, layers[1]))))
    )
    yield _one("loop", "a loop", _model(_network(loop)))
    yield (
        "linked",
        "a model beside it",
        {
            "model.mlmodel": _model(_linked("other.mlmodel")),
            "other.mlmodel": about,
        },
    )

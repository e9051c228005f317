"""Keras models of both generations: code, gadgets and files in their descriptions."""

from __future__ import annotations

import base64
import json
import marshal
import struct
from typing import TYPE_CHECKING

from benchmarks.detection.hdf5_writer import Dataset, Hdf5, hdf5_file
from benchmarks.detection.sample import Sample, Truth
from tests.vectors.checks.entries import zip_file

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["samples"]

_FAMILY = "keras"
Value = dict[str, object]


def _code(source: str) -> str:
    code = compile(source, "<lambda>", "eval")
    return base64.b64encode(marshal.dumps(code)).decode() + "\n"


_PLAIN_CODE = _code("lambda x: x * 2")
_RUNNING_CODE = _code("lambda x: __import__('os').system('echo assay')")
_PICKLE = b"\x80\x02cposix\nsystem\nX\x0a\x00\x00\x00echo assay\x85R."
_METADATA = {"keras_version": "3.11.0", "date_saved": "2026-01-01@00:00:00"}


def _three(name: str, module: str | None = "keras.layers", **config: object) -> Value:
    return {
        "module": module,
        "class_name": name,
        "config": {"name": name.lower(), "trainable": True, **config},
        "registered_name": None,
    }


def _function(module: str, name: str) -> Value:
    return {
        "module": module,
        "class_name": "function",
        "config": name,
        "registered_name": name,
    }


def _dense(**more: object) -> Value:
    kernel = {
        "module": "keras.initializers",
        "class_name": "GlorotUniform",
        "config": {"seed": None},
        "registered_name": None,
    }
    layer = _three("Dense", units=4, activation="relu")
    return {**layer, "config": {"units": 4, "kernel_initializer": kernel, **more}}


def _model(*layers: Value) -> Value:
    first = _three("InputLayer", batch_shape=[None, 4], dtype="float32")
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"name": "sequential", "layers": [first, *layers]},
        "registered_name": None,
        "build_config": {"input_shape": [None, 4]},
    }


def _weights() -> bytes:
    numbers = Dataset(data=struct.pack("<8f", *range(8)))
    return hdf5_file(Hdf5(datasets={"0": numbers, "1": numbers}))


def _archive(config: object, **members: bytes) -> bytes:
    return zip_file(
        "",
        {
            "metadata.json": json.dumps(_METADATA).encode(),
            "config.json": json.dumps(config).encode(),
            "model.weights.h5": _weights(),
            **members,
        },
    ).data


def _two(name: str, **config: object) -> Value:
    return {"class_name": name, "config": {"name": name.lower(), **config}}


def _old(*layers: Value) -> Value:
    return {
        "class_name": "Sequential",
        "config": {"name": "sequential", "layers": list(layers)},
        "keras_version": "2.15.0",
        "backend": "tensorflow",
    }


def _h5(config: object, **more: object) -> bytes:
    text = json.dumps(config).encode()
    given: dict[str, object] = {
        "attributes": {"keras_version": b"2.15.0", "backend": b"tensorflow"},
        "long_attributes": {"model_config": text},
        "datasets": {"kernel": Dataset()},
        **more,
    }
    return hdf5_file(Hdf5(**given))  # type: ignore[arg-type]  # fields by name


def _lambda_two(code: str) -> Value:
    return _two(
        "Lambda",
        function=[code, None, None],
        function_type="lambda",
        module="__main__",
        output_shape=None,
        output_shape_type="raw",
        arguments={},
    )


def _lambda_three(code: str) -> Value:
    function = {
        "class_name": "__lambda__",
        "config": {"code": code, "defaults": None, "closure": None},
    }
    return _three("Lambda", function=function, arguments={})


def _hostile_three() -> Iterator[tuple[str, str, object]]:
    yield "lambda-code", "Lambda with code", _model(_lambda_three(_PLAIN_CODE))
    yield "lambda-system", "Lambda that runs", _model(_lambda_three(_RUNNING_CODE))
    wrapped = _three("TimeDistributed", layer=_lambda_three(_RUNNING_CODE))
    yield "lambda-wrapped", "Lambda inside a wrapper", _model(wrapped)
    nested = _model(_model(_lambda_three(_RUNNING_CODE)))
    yield "lambda-nested-model", "Lambda in a nested model", nested
    old = _three(
        "Anything", fn={"class_name": "__lambda__", "config": {"value": _RUNNING_CODE}}
    )
    yield "lambda-value", "lambda by its oldest key", _model(old)
    yield "module-os", "module and class of os", _model(_three("system", "os"))
    yield "module-subprocess", "subprocess.Popen", _model(_three("Popen", "subprocess"))
    yield (
        "function-builtins-eval",
        "function of builtins",
        _model(_dense(bias_initializer=_function("builtins", "eval"))),
    )
    yield (
        "activation-os-system",
        "activation of another module",
        _model(_three("Activation", activation=_function("os", "system"))),
    )
    for name in ("get_file", "load_img"):
        yield (
            f"utils-{name.replace('_', '-')}",
            "function of keras.utils",
            _model(_three("Activation", activation=_function("keras.utils", name))),
        )
    yield (
        "enable-unsafe",
        "switches safe mode off",
        _model(
            _three(
                "Activation",
                activation=_function("keras.config", "enable_unsafe_deserialization"),
            )
        ),
    )
    yield (
        "src-func-load",
        "function of keras.src",
        _model(
            _dense(
                kernel_regularizer=_function(
                    "keras.src.utils.python_utils", "func_load"
                )
            )
        ),
    )
    yield (
        "loader-in-config",
        "load_model as a function",
        _model(
            _three("Activation", activation=_function("keras.models", "load_model"))
        ),
    )
    yield (
        "lookup-file",
        "vocabulary from a file",
        _model(_three("StringLookup", vocabulary="/etc/passwd")),
    )
    yield (
        "lookup-address",
        "vocabulary from an address",
        _model(_three("IntegerLookup", vocabulary="http://127.0.0.1/v.txt")),
    )
    yield (
        "saved-model-layer",
        "layer that loads a SavedModel",
        _model(_three("TFSMLayer", filepath="../other/saved_model")),
    )
    torch = base64.b64encode(_PICKLE).decode()
    yield (
        "torch-wrapper",
        "pickle in Base64",
        _model(_three("TorchModuleWrapper", module=torch)),
    )
    compiled = {
        **_model(_dense()),
        "compile_config": {"loss": _function("subprocess", "check_output")},
    }
    yield "compile-config", "loss of another module", compiled
    spec = {
        "class_name": "__typespec__",
        "spec_name": "Popen",
        "module": "subprocess",
        "registered_name": "Popen",
        "config": [],
    }
    yield "typespec", "type of another module", _model(_dense(spec=spec))


def _hostile_two() -> Iterator[tuple[str, str, bytes]]:
    yield "h5-lambda", "Lambda with code", _h5(_old(_lambda_two(_PLAIN_CODE)))
    yield "h5-lambda-system", "Lambda that runs", _h5(_old(_lambda_two(_RUNNING_CODE)))
    text = json.dumps(_old(_lambda_two(_RUNNING_CODE))).encode()
    yield (
        "h5-lambda-fixed-string",
        "description as a string of fixed length",
        _h5({}, long_attributes={}, attributes={"model_config": text}),
    )
    yield (
        "h5-lambda-continued",
        "description in a continuation",
        _h5(_old(_lambda_two(_RUNNING_CODE)), continued=True),
    )
    escaped = text.replace(b"class_name", b"\\u0063lass_name")
    yield (
        "h5-lambda-escaped",
        "keys written with escapes",
        _h5({}, long_attributes={"model_config": escaped}),
    )
    operation = _two("TFOpLambda", function="io.write_file")
    yield "h5-tf-write-file", "operation that writes a file", _h5(_old(operation))
    python = _two("TFOpLambda", function="py_function")
    yield "h5-tf-py-function", "operation that calls Python", _h5(_old(python))
    shaped = _lambda_two(_PLAIN_CODE)
    shape = {
        **shaped,
        "config": {
            "function": "relu",
            "function_type": "function",
            "module": "keras.activations",
            "output_shape": [_RUNNING_CODE, None, None],
            "output_shape_type": "lambda",
        },
    }
    yield "h5-output-shape", "code in output_shape", _h5(_old(shape))
    training = json.dumps(
        {
            "loss": {
                "class_name": "Lambda",
                "config": {"function": [_RUNNING_CODE, None, None]},
            }
        }
    ).encode()
    yield (
        "h5-training-config",
        "code in training_config",
        _h5(_old(_two("Dense", units=1)), attributes={"training_config": training}),
    )


def _honest() -> Iterator[tuple[str, str, bytes]]:
    plain = _model(_dense(), _three("Dropout", rate=0.5))
    yield "dense", "model.keras", _archive(plain)
    compiled = {
        **plain,
        "compile_config": {
            "optimizer": _three("Adam", "keras.optimizers", learning_rate=0.001),
            "loss": _function("keras.losses", "mean_squared_error"),
            "metrics": [_function("builtins", "accuracy")],
        },
    }
    yield "compiled", "model.keras", _archive(compiled)
    yield (
        "activations",
        "model.keras",
        _archive(
            _model(
                _three("Activation", activation=_function("keras.activations", "gelu")),
                _three("Activation", activation=_function("builtins", "relu")),
            )
        ),
    )
    functional = {
        **plain,
        "class_name": "Functional",
        "module": "keras.src.models.functional",
        "registered_name": "Functional",
    }
    yield "functional", "model.keras", _archive(functional)
    lookup = _three("StringLookup", vocabulary=None, max_tokens=100)
    vocabulary = {"assets/layers/string_lookup/vocabulary.txt": b"a\nb\n"}
    yield "lookup-assets", "model.keras", _archive(_model(lookup), **vocabulary)
    words = _three("StringLookup", vocabulary=["system", "eval", "os"])
    yield "lookup-words", "model.keras", _archive(_model(words))
    custom = {
        **_three("Attention2", None),
        "registered_name": "house>Attention2",
    }
    yield "registered-layer", "model.keras", _archive(_model(custom))
    hub = _three("BertBackbone", "keras_hub.src.models.bert.bert_backbone", layers=2)
    yield "hub", "model.keras", _archive(_model(hub))
    yield (
        "recurrent",
        "model.keras",
        _archive(_model(_three("Bidirectional", layer=_three("LSTM", units=4)))),
    )
    old = _old(
        _two("Conv2D", filters=4, kernel_initializer=_two("GlorotUniform", seed=None)),
        _two("BatchNormalization", axis=[3]),
        _two("Dense", units=4, activation="softmax"),
    )
    yield "h5-two", "model.h5", _h5(old)
    named = _two("TFOpLambda", function="math.multiply")
    yield "h5-tf-multiply", "model.h5", _h5(_old(named))
    yield "json-two", "architecture.json", json.dumps(old).encode()
    yield "weights-only", "model.weights.h5", _weights()
    trained = json.dumps(
        {
            "loss": "mse",
            "metrics": ["accuracy"],
            "optimizer_config": {"class_name": "Adam", "config": {"lr": 0.001}},
        }
    ).encode()
    yield "h5-trained", "model.h5", _h5(old, attributes={"training_config": trained})


def samples() -> Iterator[Sample]:
    """Give the family."""
    for name, technique, config in _hostile_three():
        yield _sample(name, technique, {"model.keras": _archive(config)})
    for name, technique, data in _hostile_two():
        yield _sample(name, technique, {"model.h5": data})
    text = json.dumps(_old(_lambda_two(_RUNNING_CODE))).encode()
    yield _sample("json-lambda", "Lambda in plain JSON", {"architecture.json": text})
    for name, path, data in _honest():
        yield Sample(
            name=f"honest-{name}",
            family=_FAMILY,
            technique="none",
            truth=Truth.HONEST,
            files={path: data},
        )


def _sample(name: str, technique: str, files: dict[str, bytes]) -> Sample:
    return Sample(
        name=name,
        family=_FAMILY,
        technique=technique,
        truth=Truth.HOSTILE,
        files=files,
    )

"""Descriptions by which loaders import and call: skops, Hydra, NeMo, MLflow, others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from benchmarks.detection.sample import Sample, Truth
from tests.vectors.checks.entries import tar_gz_file, zip_file

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["samples"]

_FAMILY = "objects-by-name"
Value = dict[str, object]
Files = dict[str, bytes]


def _json(value: object) -> bytes:
    return json.dumps(value, indent=1).encode()


def _node(loader: str, module: str, name: str, **more: object) -> Value:
    return {"__loader__": loader, "__module__": module, "__class__": name, **more}


def _skops(root: Value) -> Files:
    schema = {**root, "protocol": 2, "_skops_version": "0.13.0"}
    return {"model.skops": zip_file("", {"schema.json": _json(schema)}).data}


def _dict(**content: object) -> Value:
    return _node("DictNode", "builtins", "dict", content=content)


def _estimator(**content: object) -> Value:
    return _node(
        "ObjectNode",
        "sklearn.linear_model._logistic",
        "LogisticRegression",
        content=_dict(**content),
    )


def _hostile_skops() -> Iterator[tuple[str, str, Files]]:
    text = _node("JsonNode", "builtins", "str", content='"echo assay"', is_json=True)
    args = _node("TupleNode", "builtins", "tuple", content=[text])
    call = _node("FunctionNode", "os", "system")
    yield "skops-function", "function of os", _skops(_dict(x=call))
    partial = _node(
        "PartialNode",
        "functools",
        "partial",
        content={"func": call, "args": args, "kwds": _dict(), "namespace": _dict()},
    )
    yield "skops-partial", "partial of os.system", _skops(partial)
    reduced = _node("ConstructorFromReduceNode", "subprocess", "Popen", content=args)
    yield "skops-reduce", "constructor of a process", _skops(reduced)
    forged = _node(
        "OperatorFuncNode", "sklearn.linear_model", "methodcaller", attrs=args
    )
    yield "skops-operator", "operator under another name", _skops(forged)
    method = _node(
        "MethodNode",
        "builtins",
        "str",
        content={"func": "call", "obj": _node("ObjectNode", "os", "_wrap_close")},
    )
    yield "skops-method", "method of another object", _skops(method)
    walk = _node(
        "MethodNode",
        "sklearn.linear_model._logistic",
        "LogisticRegression",
        content={"func": "__init__.__globals__", "obj": _estimator()},
    )
    yield "skops-walk", "method that walks through attributes", _skops(walk)
    typed = _node("TypeNode", "builtins", "eval")
    yield "skops-type", "eval as a type", _skops(_dict(x=typed))


def _hostile_yaml() -> Iterator[tuple[str, str, Files]]:
    hydra = b"model:\n  _target_: %s\n  _args_: ['echo assay']\n"
    for name, target in (
        ("os-system", b"os.system"),
        ("subprocess", b"subprocess.check_output"),
        ("eval", b"builtins.eval"),
        ("torch-load", b"torch.load"),
        ("nltk", b"nltk.download"),
        ("browser", b"webbrowser.open"),
        ("hydra-call", b"hydra.utils.call"),
        ("numpy-load", b"numpy.load"),
        ("hub", b"torch.hub.load"),
    ):
        yield f"hydra-{name}", "`_target_`", {"config.yaml": hydra % target}
    fetched = b"act:\n  _target_: hydra.utils.get_method\n  path: os.system\n"
    yield "hydra-get-method", "function by path", {"config.yaml": fetched}
    parts = b"name: system\nmodel:\n  _target_: os.${name}\n"
    yield "hydra-interpolated", "name put together", {"config.yaml": parts}
    nemo = b"target: nemo.collections.asr.models.EncDecCTCModel\nencoder:\n"
    nemo += b"  _target_: subprocess.Popen\n  args: [echo, assay]\n"
    yield (
        "nemo",
        "`_target_` in a NeMo archive",
        {"model.nemo": tar_gz_file("", {"./model_config.yaml": nemo}).data},
    )
    ldm = b"model:\n  target: os.system\n  params:\n    command: echo assay\n"
    yield "ldm-target", "`target` with `params`", {"v1-inference.yaml": ldm}
    lightning = b"model:\n  class_path: subprocess.Popen\n  init_args: {args: echo}\n"
    yield "lightning-class-path", "`class_path`", {"config.yaml": lightning}
    speech = b"x: !apply:os.system ['echo assay']\n"
    yield "hyperpyyaml-apply", "`!apply:` tag", {"hyperparams.yaml": speech}
    new = b"x: !new:subprocess.Popen\n  args: [echo]\n"
    yield "hyperpyyaml-new", "`!new:` tag", {"hyperparams.yaml": new}
    yolo = b"nc: 80\nbackbone:\n- [-1, 1, \"__import__('os').system('echo')\", [64]]\n"
    yolo += b"head:\n- [-1, 1, Conv, [64]]\n"
    yield "yolo-eval", "expression that is evaluated", {"yolov5s.yaml": yolo}
    act = (
        b"nc: 80\nactivation: \"exec('print(1)')\"\nbackbone:\n- [-1, 1, Conv, [64]]\n"
    )
    act += b"head:\n- [-1, 1, Conv, [64]]\n"
    yield "yolo-activation", "activation that is evaluated", {"yolo.yaml": act}
    tune = b"model:\n  _component_: os.popen\n"
    yield "torchtune", "`_component_`", {"recipe.yaml": tune}
    haystack = b"components:\n  a:\n    type: subprocess.Popen\n"
    haystack += b"    init_parameters: {args: echo}\n"
    yield "haystack", "`type` with parameters", {"pipeline.yaml": haystack}
    flow = b"flavors:\n  python_function:\n    loader_module: os.system\n"
    yield "mlflow-loader", "`loader_module`", {"MLmodel": flow}


def _hostile_json() -> Iterator[tuple[str, str, Files]]:
    monai = {
        "imports": ["$import os"],
        "net": {"_target_": "monai.networks.nets.UNet", "spatial_dims": 3},
        "evil": "$__import__('os').system('echo assay')",
    }
    yield "monai-expression", "text that is evaluated", {"inference.json": _json(monai)}
    index = {
        "_class_name": "StableDiffusionPipeline",
        "_diffusers_version": "0.30.0",
        "unet": ["os", "system"],
    }
    yield "diffusers-library", "library of a part", {"model_index.json": _json(index)}
    modules = [{"idx": 0, "name": "0", "path": "", "type": "subprocess.Popen"}]
    yield "sentence-modules", "type of a module", {"modules.json": _json(modules)}
    adapter = {
        "peft_type": "LORA",
        "auto_mapping": {"base_model_class": "Popen", "parent_library": "subprocess"},
    }
    yield "peft-mapping", "`auto_mapping`", {"adapter_config.json": _json(adapter)}
    gluon = {"__kind__": "instance", "class": "os.system", "args": ["echo assay"]}
    yield "gluonts", "instance by name", {"predictor.json": _json(gluon)}
    pickled = {"py/reduce": ["os.system", {"py/tuple": ["echo assay"]}]}
    yield "jsonpickle", "object by name", {"model.json": _json({"x": pickled})}
    kind = {"py/object": "subprocess.Popen"}
    yield "jsonpickle-object", "object by name", {"state.json": _json(kind)}
    allen = {"dataset_reader": {"type": "text"}, "model": {"type": "os.system"}}
    yield "allennlp", "type by dotted name", {"config.json": _json(allen)}


def _honest_skops() -> Iterator[tuple[str, Files]]:
    array = _node("NdArrayNode", "numpy", "ndarray", type="numpy", file="a.npy")
    yield "skops-estimator", _skops(_estimator(coef_=array))
    yield (
        "skops-pipeline",
        _skops(
            _node(
                "ObjectNode",
                "sklearn.pipeline",
                "Pipeline",
                content=_dict(steps=_node("ListNode", "builtins", "list", content=[])),
            )
        ),
    )
    kinds = _node("TypeNode", "builtins", "str")
    log = _node("FunctionNode", "numpy", "log1p")
    yield "skops-function", _skops(_dict(kind=kinds, func=log))


def _honest_settings() -> Iterator[tuple[str, Files]]:
    hydra = b"model:\n  _target_: torch.nn.Linear\n  in_features: 4\n"
    hydra += b"optim:\n  _target_: torch.optim.AdamW\n  lr: 0.1\n"
    hydra += b"schedule:\n  _target_: torch.optim.lr_scheduler.StepLR\n"
    yield "hydra-torch", {"config.yaml": hydra}
    fetched = b"act:\n  _target_: hydra.utils.get_class\n  path: torch.nn.ReLU\n"
    yield "hydra-get-class", {"config.yaml": fetched}
    callbacks = b"- _target_: lightning.pytorch.callbacks.ModelCheckpoint\n"
    yield "hydra-lightning", {"config.yaml": b"callbacks:\n" + callbacks}
    moirai = {"_target_": "uni2ts.model.moirai.MoiraiModule", "d_model": 384}
    moirai["distr"] = {"_target_": "uni2ts.distribution.MixtureOutput"}
    yield "hydra-uni2ts", {"config.json": _json(moirai)}
    nemo = b"target: nemo.collections.asr.models.EncDecCTCModel\nnemo_version: 2.0\n"
    nemo += b"encoder:\n  _target_: nemo.collections.asr.modules.ConformerEncoder\n"
    yield (
        "nemo",
        {"model.nemo": tar_gz_file("", {"./model_config.yaml": nemo}).data},
    )
    ldm = b"model:\n  target: ldm.models.diffusion.ddpm.LatentDiffusion\n"
    ldm += b"  params:\n    linear_start: 0.1\n    unet_config:\n"
    ldm += b"      target: ldm.modules.diffusionmodules.openaimodel.UNetModel\n"
    ldm += b"      params: {in_channels: 4}\n"
    yield "ldm", {"v1-inference.yaml": ldm}


def _honest_models() -> Iterator[tuple[str, Files]]:
    flow = b"flavors:\n  python_function:\n    env: {conda: conda.yaml}\n"
    flow += b"    loader_module: mlflow.sklearn\n    model_path: model.skops\n"
    flow += b"  sklearn:\n    code: null\n    serialization_format: skops\n"
    yield "mlflow", {"MLmodel": flow}
    modules = [
        {"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "path": "1", "type": "sentence_transformers.models.Pooling"},
    ]
    yield "sentence-transformers", {"modules.json": _json(modules)}
    index = {
        "_class_name": "StableDiffusionPipeline",
        "_diffusers_version": "0.30.0",
        "feature_extractor": ["transformers", "CLIPImageProcessor"],
        "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"],
        "image_encoder": [None, None],
        "unet": ["diffusers", "UNet2DConditionModel"],
    }
    yield "diffusers", {"model_index.json": _json(index)}
    speech = b"model: !new:speechbrain.lobes.models.ECAPA_TDNN.ECAPA_TDNN\n"
    speech += b"  input_size: 80\nact: !name:torch.nn.LeakyReLU\n"
    yield "speechbrain", {"hyperparams.yaml": speech}
    yolo = b"nc: 80\nactivation: nn.SiLU()\nbackbone:\n- [-1, 1, Conv, [64, 3, 2]]\n"
    yolo += b"- [-1, 1, nn.Upsample, [None, 2, 'nearest']]\n"
    yolo += b"head:\n- [[17, 20, 23], 1, Detect, [nc]]\n"
    yield "yolo", {"yolov8n.yaml": yolo}
    monai = {
        "imports": ["$import glob"],
        "device": "$torch.device('cuda:0' if torch.cuda.is_available() else 'cpu')",
        "net": {"_target_": "monai.networks.nets.UNet", "spatial_dims": 3},
    }
    yield "monai", {"inference.json": _json(monai)}
    tune = b"model:\n  _component_: torchtune.models.llama3.llama3_8b\n"
    yield "torchtune", {"recipe.yaml": tune}
    adapter = {"peft_type": "LORA", "auto_mapping": None, "r": 8}
    yield "peft", {"adapter_config.json": _json(adapter)}
    prose = {"description": "the model calls os.system never", "type": "text"}
    yield "prose", {"config.json": _json(prose)}
    gluon = {
        "__kind__": "instance",
        "class": "gluonts.torch.distributions.StudentTOutput",
        "args": [],
    }
    yield "gluonts", {"predictor.json": _json(gluon)}


def samples() -> Iterator[Sample]:
    """Give the family."""
    for name, technique, files in (
        *_hostile_skops(),
        *_hostile_yaml(),
        *_hostile_json(),
    ):
        yield Sample(
            name=name,
            family=_FAMILY,
            technique=technique,
            truth=Truth.HOSTILE,
            files=files,
        )
    for name, files in (*_honest_skops(), *_honest_settings(), *_honest_models()):
        yield Sample(
            name=f"honest-{name}",
            family=_FAMILY,
            technique="none",
            truth=Truth.HONEST,
            files=files,
        )

